/* Windows over a series: what they hold, and that the end of the series does not leak into the training part. */
#include "files.h"

static const char *series(const char *name, const double *value, size_t n)
{
    char text[8192];
    size_t at = (size_t)sprintf(text, "t,v\n");
    for (size_t i = 0; i < n; i++) {
        at += (size_t)sprintf(text + at, "%zu,", i);
        if (!isnan(value[i])) at += (size_t)sprintf(text + at, "%.17g", value[i]);
        at += (size_t)sprintf(text + at, "\n");
    }
    return files_text(name, text);
}

static void gaps_are_straight_lines(void **state)
{
    (void)state;
    const double v[9] = { (double)NAN, 2, (double)NAN, (double)NAN, 8, 9, (double)NAN, 5, (double)NAN };
    static const float filled[9] = { 2, 2, 4, 6, 8, 9, 7, 5, 5 };
    vv_data *data = files_open(files_spec("csv:%s?target=v&window=1&scale=none", series("s.csv", v, 9)));
    assert_int_equal(vv_data_count(data), 8);
    for (int i = 0; i < 8; i++) {
        CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], filled[i]);
        CHECK_EQUAL_EXACTLY(vv_data_y(data)[i], filled[i + 1]);
    }
    vv_data_free(data);
    data = files_open(files_spec("csv:%s?target=v&window=1&scale=none&missing=drop", files_path("s.csv")));
    assert_int_equal(vv_data_count(data), 3); /* of 2, 8, 9, 5 */
    vv_data_free(data);
    files_refuse(files_spec("csv:%s?target=v&window=1&missing=error", files_path("s.csv")), VV_FORMAT,
                 "s.csv:2: column 2 (\"v\") has no value");
}

/* One column: what an editor shows as an empty line is where a value is missing. */
static void an_empty_line_of_a_one_column_file_is_a_gap(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        float value[10];
    } cases[] = {
        { "v\n1\n2\n\n4\n5\n6\n \n8\n9\n10\n", 10, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 } },
        { "1\r\n\r\n3\r\n", 3, { 1, 2, 3 } },        /* no header */
        { "\n\nv\n1\n\n\n4\n", 4, { 1, 2, 3, 4 } },  /* lines before a header are no rows */
        { "\n\n3\n4\n", 4, { 3, 3, 3, 4 } },         /* without one they are */
        { "v\n\n2\n3\n", 3, { 2, 2, 3 } },           /* the first row under it */
        { "v\n1\n2\n\n", 2, { 1, 2 } },              /* the last line of the file is none */
        { "v\n1\n2\n\n\n", 3, { 1, 2, 2 } },         /* but the one before it is */
        { "v\n1\n?\n\"\"\n4\n", 4, { 1, 2, 3, 4 } }, /* as are cells that say so */
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        vv_data *data = files_open(
            files_spec("csv:%s?target=0&window=1&scale=none&missing=mean", files_text("one.csv", cases[c].text)));
        assert_int_equal(vv_data_count(data), cases[c].n - 1);
        for (size_t i = 0; i + 1 < cases[c].n; i++) {
            CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], cases[c].value[i]);
            CHECK_EQUAL_EXACTLY(vv_data_y(data)[i], cases[c].value[i + 1]);
        }
        vv_data_free(data);
    }
    vv_data *data = files_open(files_spec("csv:%s?target=v&window=2", files_text("ten.csv", cases[0].text)));
    assert_int_equal(vv_data_count(data), 8);
    vv_data_free(data);
    files_refuse(files_spec("csv:%s?target=v&window=2&missing=error", files_path("ten.csv")), VV_FORMAT,
                 "ten.csv:4: column 1 (\"v\") has no value");
    files_refuse(files_spec("csv:%s?target=0&window=1&missing=error", files_text("one.csv", "\n2\n3\n")), VV_FORMAT,
                 "one.csv:1: column 1 (\"0\") has no value");
}

static void open_split(const char *path, vv_data **training, vv_data **validation)
{
    vv_error error = { 0 };
    const char *spec = files_spec("csv:%s?target=v&window=5", path);
    if (vv_data_open(spec, &(vv_data_args){ .validation_split = 0.25 }, training, validation, &error) != VV_OK)
        fail_msg("%s", error.text);
}

/* 45 values, windows of 5: 40 examples, 30 for training. They see values 0 to 34. */
static void values_after_the_training_part_change_nothing_in_it(void **state)
{
    (void)state;
    for (size_t changed = 0; changed < 45; changed++) {
        double v[45];
        vv_data *t[2] = { NULL }, *u[2] = { NULL };
        for (int i = 0; i < 45; i++) v[i] = i * i % 17;
        v[33] = v[34] = v[35] = v[36] = (double)NAN; /* a gap across the border */
        if (isnan(v[changed])) continue;
        open_split(series("a.csv", v, 45), &t[0], &u[0]);
        v[changed] += 1000;
        open_split(series("b.csv", v, 45), &t[1], &u[1]);
        assert_int_equal(vv_data_count(t[0]), 30);
        assert_int_equal(vv_data_count(u[0]), 10);
        const bool same = strcmp(vv_data_preparation(t[0]), vv_data_preparation(t[1])) == 0 &&
                          memcmp(vv_data_x(t[0]), vv_data_x(t[1]), 150 * sizeof(float)) == 0 &&
                          memcmp(vv_data_y(t[0]), vv_data_y(t[1]), 30 * sizeof(float)) == 0;
        assert_int_equal(same, changed >= 35);
        for (int i = 0; i < 2; i++) {
            vv_data_free(t[i]);
            vv_data_free(u[i]);
        }
    }
}

static void the_training_part_is_standardised(void **state)
{
    (void)state;
    double v[45], sum = 0, squares = 0;
    vv_data *training = NULL, *validation = NULL;
    for (int i = 0; i < 45; i++) v[i] = 300 + i * i % 17;
    open_split(series("a.csv", v, 45), &training, &validation);
    for (size_t i = 0; i < 35; i++) { /* the first window, then all targets */
        const double s = (double)(i < 5 ? vv_data_x(training)[i] : vv_data_y(training)[i - 5]);
        sum += s;
        squares += s * s;
    }
    CHECK_NEAR(sum / 35, 0, 1e-6);
    CHECK_NEAR(squares / 35, 1, 1e-6);
    for (size_t i = 0; i < 5; i++)
        CHECK_EQUAL_EXACTLY(vv_data_x(validation)[i], vv_data_y(training)[25 + i]); /* the windows go on */
    vv_data_free(training);
    vv_data_free(validation);
}

static void series_too_short_for_their_window_are_refused(void **state)
{
    (void)state;
    const double v[3] = { 1, 2, 3 }, none[3] = { (double)NAN, (double)NAN, (double)NAN };
    const char *path = series("s.csv", v, 3);
    files_refuse(files_spec("csv:%s?target=v&window=3", path), VV_FORMAT,
                 "a series of 3 values has no window of 3 and a next one; window= can be at most 2");
    files_refuse(files_spec("csv:%s?window=1", path), VV_BAD_ARG, "which column is the series?");
    files_refuse(files_spec("csv:%s?target=w&window=1", path), VV_NOT_FOUND, "no column \"w\"");
    files_refuse(files_spec("csv:%s?target=v&window=0", path), VV_BAD_ARG,
                 "window=0 is not legal; it must be a number of values, 1 to");
    files_refuse_with(files_spec("csv:%s?target=v&window=1", path), &(vv_data_args){ .validation_split = 0.1 },
                      VV_BAD_ARG, "0.1 of 2 examples is 0");
    files_refuse(files_spec("csv:%s?target=v&window=1", series("n.csv", none, 3)), VV_FORMAT,
                 "none of the first 3 values is there");
    files_refuse(files_spec("csv:%s?target=1&window=1", files_text("t.csv", "1,2\n1,x\n1,3\n")), VV_FORMAT,
                 "t.csv:2: column 2");
}

static void a_preparation_fixes_window_and_scale(void **state)
{
    (void)state;
    const double v[6] = { 1, 3, 1, 3, 1, 3 }, w[4] = { 5, 1, 3, 2 };
    vv_data *first = files_open(files_spec("csv:%s?target=v&window=2", series("a.csv", v, 6)));
    vv_data *later = files_open_with(files_spec("csv:%s", series("b.csv", w, 4)), vv_data_preparation(first));
    assert_int_equal(vv_data_count(later), 2);
    assert_true(vv_data_is_series(later));
    CHECK_NEAR(vv_data_restore(later, (double)vv_data_y(later)[0]), w[2], 1e-5); /* float32 of a standardised value */
    static const float x[4] = { 3, -1, -1, 1 };
    for (int i = 0; i < 4; i++) CHECK_EQUAL_EXACTLY(vv_data_x(later)[i], x[i]);
    CHECK_EQUAL_EXACTLY(vv_data_y(later)[1], 0);
    files_refuse_with(files_spec("csv:%s?target=v&window=3", files_path("b.csv")),
                      &(vv_data_args){ .preparation = vv_data_preparation(first) }, VV_MISMATCH,
                      "window=3, but the preparation is for windows of 2");
    vv_data_free(later);
    vv_data_free(first);
}

static void a_preparation_settles_gaps_as_the_training_data_did(void **state)
{
    (void)state;
    static const char *const words[] = { "mean", "drop", "error" };
    const double v[6] = { 1, 3, 1, 3, 1, 3 }, w[5] = { 5, (double)NAN, 3, 2, 1 };
    char path[128];
    snprintf(path, sizeof path, "%s", series("b.csv", w, 5));
    for (int i = 0; i < 3; i++) {
        vv_data *first = files_open(files_spec("csv:%s?target=v&window=2&missing=%s", series("a.csv", v, 6), words[i]));
        const vv_data_args args = { .preparation = vv_data_preparation(first) };
        if (i == 2) {
            files_refuse_with(files_spec("csv:%s", path), &args, VV_FORMAT, "b.csv:3: column 2 (\"v\") has no value");
        } else {
            vv_data *later = files_open_with(files_spec("csv:%s", path), args.preparation);
            assert_int_equal(vv_data_count(later), i == 0 ? 3 : 2);
            CHECK_NEAR(vv_data_restore(later, (double)vv_data_x(later)[1]), i == 0 ? 4 : 3, 1e-5);
            assert_string_equal(vv_data_preparation(later), args.preparation);
            vv_data_free(later);
        }
        vv_data_free(first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_straight_lines),
        cmocka_unit_test(an_empty_line_of_a_one_column_file_is_a_gap),
        cmocka_unit_test(values_after_the_training_part_change_nothing_in_it),
        cmocka_unit_test(the_training_part_is_standardised),
        cmocka_unit_test(series_too_short_for_their_window_are_refused),
        cmocka_unit_test(a_preparation_fixes_window_and_scale),
        cmocka_unit_test(a_preparation_settles_gaps_as_the_training_data_did),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove();
    return !!failures;
}
