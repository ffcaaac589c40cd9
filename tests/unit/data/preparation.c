/* Splits that do not leak, and preparations that treat later data alike. */
#include "files.h"

static const char mixed_head[] = "n,colour,m,kind\n";

/* 60 rows; the numbers and texts depend on `salt` only in rows that `salted` marks. */
static const char *mixed_rows(const char *name, const bool *salted, int salt)
{
    static const char *const colours[] = { "red", "green", "blue" }, *const odd[] = { "mauve", "teal", "ochre" };
    static const char *const kinds[] = { "cat", "dog", "eel" };
    char text[8192];
    size_t at = (size_t)sprintf(text, "%s", mixed_head);
    for (int i = 0; i < 60; i++) {
        const int s = salted != NULL && salted[i] ? salt : 0;
        char number[16] = "";
        if (i % 7 != 3) sprintf(number, "%d", i * i % 31 + 100 * s);
        at += (size_t)sprintf(text + at, "%s,%s,%d.%d,%s\n", number, (s > 0 ? odd : colours)[i % 3], i - 50 * s, i % 10,
                              kinds[i % 6 < 3   ? 0
                                    : i % 6 < 5 ? 1
                                                : 2]);
    }
    return files_text(name, text);
}

static void open_split(const char *spec, double split, uint64_t seed, vv_data **training, vv_data **validation)
{
    vv_error error = { 0 };
    const vv_data_args args = { .validation_split = split, .seed = seed };
    if (vv_data_open(spec, &args, training, validation, &error) != VV_OK) fail_msg("%s: %s", spec, error.text);
}

/* Which rows of mixed_rows went to validation: column m, unscaled, tells them apart. */
static void find_validation_rows(const char *path, double split, uint64_t seed, bool *is_validation)
{
    vv_data *training = NULL, *validation = NULL;
    open_split(files_spec("csv:%s?target=kind&scale=none", path), split, seed, &training, &validation);
    const size_t width = (size_t)vv_data_shape(validation).dim[0];
    memset(is_validation, 0, 60);
    for (size_t i = 0; i < vv_data_count(validation); i++)
        is_validation[(int)vv_data_x(validation)[i * width + width - 1]] = true;
    vv_data_free(training);
    vv_data_free(validation);
}

static void the_preparation_knows_nothing_of_the_validation_rows(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        bool validation_rows[60];
        vv_data *t[3] = { NULL }, *v[3] = { NULL };
        const char *plain = mixed_rows("mixed.csv", NULL, 0);
        find_validation_rows(plain, 0.3, seed, validation_rows);
        for (int salt = 0; salt < 3; salt++)
            open_split(files_spec("csv:%s?target=kind", mixed_rows("salted.csv", validation_rows, salt)), 0.3, seed,
                       &t[salt], &v[salt]);
        for (int salt = 1; salt < 3; salt++) {
            assert_string_equal(vv_data_preparation(t[0]), vv_data_preparation(t[salt]));
            files_check_same(t[0], t[salt]);
        }
        for (int i = 0; i < 60; i++) validation_rows[i] = !validation_rows[i];
        vv_data_free(t[1]);
        vv_data_free(v[1]);
        open_split(files_spec("csv:%s?target=kind", mixed_rows("salted.csv", validation_rows, 1)), 0.3, seed, &t[1],
                   &v[1]);
        assert_string_not_equal(vv_data_preparation(t[0]), vv_data_preparation(t[1])); /* the training rows do matter */
        for (int i = 0; i < 3; i++) {
            vv_data_free(t[i]);
            vv_data_free(v[i]);
        }
    }
}

static void the_same_seed_gives_the_same_split_and_another_another(void **state)
{
    (void)state;
    bool a[60], b[60], all_equal = true;
    const char *path = mixed_rows("mixed.csv", NULL, 0);
    for (uint64_t seed = 0; seed < 5; seed++) {
        find_validation_rows(path, 0.25, seed, a);
        find_validation_rows(path, 0.25, seed, b);
        assert_memory_equal(a, b, sizeof a);
        find_validation_rows(path, 0.25, seed + 1, b);
        all_equal = all_equal && memcmp(a, b, sizeof a) == 0;
    }
    assert_false(all_equal);
}

static void every_row_goes_to_one_part_in_the_proportions_of_the_classes(void **state)
{
    (void)state;
    vv_data *training = NULL, *validation = NULL;
    bool seen[60] = { false };
    size_t count[3] = { 0 };
    open_split(files_spec("csv:%s?target=kind&scale=none", mixed_rows("mixed.csv", NULL, 0)), 0.2, 7, &training,
               &validation);
    assert_int_equal(vv_data_count(training), 48);
    assert_int_equal(vv_data_count(validation), 12);
    const vv_data *parts[2] = { training, validation };
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < vv_data_count(parts[p]); i++) {
            const int row = (int)vv_data_x(parts[p])[i * 5 + 4];
            assert_false(seen[row]);
            seen[row] = true;
            if (p == 1) count[(int)vv_data_y(validation)[i]]++;
        }
    assert_int_equal(count[0], 6); /* of 30 cats, 20 dogs, 10 eels */
    assert_int_equal(count[1], 4);
    assert_int_equal(count[2], 2);
    vv_data_free(training);
    vv_data_free(validation);
}

static void a_rare_class_stays_in_the_training_part(void **state)
{
    (void)state;
    const char *path = files_text("rare.csv", "a,k\n1,u\n2,u\n3,u\n4,v\n5,v\n6,only\n");
    for (uint64_t seed = 0; seed < 30; seed++) {
        vv_data *training = NULL, *validation = NULL;
        open_split(files_spec("csv:%s?target=k", path), 0.5, seed, &training, &validation);
        bool seen[3] = { false };
        assert_int_equal(vv_data_count(validation), 3);
        for (size_t i = 0; i < vv_data_count(training); i++) seen[(int)vv_data_y(training)[i]] = true;
        assert_true(seen[0] && seen[1] && seen[2]);
        vv_data_free(training);
        vv_data_free(validation);
    }
}

static void splits_that_leave_a_part_empty_are_refused_with_their_numbers(void **state)
{
    (void)state;
    const char *path = files_text("few.csv", "a,y\n1,1.5\n2,2.5\n3,3.5\n");
    const char *spec = files_spec("csv:%s?target=y", path);
    files_refuse_with(spec, &(vv_data_args){ .validation_split = 0.1 }, VV_BAD_ARG,
                      "0.1 of 3 examples is 0 for validation and 3 for training");
    files_refuse_with(spec, &(vv_data_args){ .validation_split = 0.9 }, VV_BAD_ARG,
                      "0.9 of 3 examples is 3 for validation and 0 for training");
    files_refuse_with(spec, &(vv_data_args){ .validation_split = 1 }, VV_BAD_ARG,
                      "validation_split is 1; it must be at least 0 and below 1");
    files_refuse_with(spec, &(vv_data_args){ .validation_split = -0.1 }, VV_BAD_ARG, "validation_split is -0.1");
    files_refuse_with(spec, &(vv_data_args){ .validation_split = (double)NAN }, VV_BAD_ARG, "validation_split is");
    path = files_text("single.csv", "a,y\n1,u\n2,v\n3,w\n");
    files_refuse_with(files_spec("csv:%s?target=y", path), &(vv_data_args){ .validation_split = 0.3 }, VV_BAD_ARG,
                      "none of 3 examples can be spared: each of the 3 classes needs one");
    vv_data *training = NULL;
    vv_error error = { 0 };
    assert_int_equal(vv_data_open("digits", &(vv_data_args){ .validation_split = 0.2 }, &training, NULL, &error),
                     VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "`validation` is NULL");
}

/* ---- later data ------------------------------------------------------------------------------------------------- */

static void the_same_file_under_its_preparation_is_the_same_data(void **state)
{
    (void)state;
    static const char *const options[] = {
        "target=kind",           "target=kind&scale=minmax", "target=m", "target=kind&missing=drop",
        "target=n&missing=drop", "target=m&window=4"
    };
    const char *path = mixed_rows("mixed.csv", NULL, 0);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        vv_data *first = files_open(files_spec("csv:%s?%s", path, options[i]));
        vv_data *again = files_open_with(files_spec("csv:%s", path), vv_data_preparation(first));
        files_check_same(first, again);
        assert_string_equal(vv_data_preparation(first), vv_data_preparation(again));
        vv_data_free(again);
        vv_data_free(first);
    }
    static const char *const sets[] = { "digits", "breast-cancer", "co2" };
    for (size_t i = 0; i < 3; i++) {
        vv_data *first = files_open(sets[i]), *again = files_open_with(sets[i], vv_data_preparation(first));
        files_check_same(first, again);
        assert_string_equal(vv_data_preparation(first), vv_data_preparation(again));
        vv_data_free(again);
        vv_data_free(first);
    }
}

static void numbers_of_a_preparation_are_written_with_all_their_digits(void **state)
{
    (void)state;
    vv_data *data = files_open(
        files_spec("csv:%s?target=y", files_text("d.csv", "a,y\n0.30000000000000004,1.5\n0.30000000000000004,2\n")));
    CHECK_CONTAINS(vv_data_preparation(data), "\"offset\":0.30000000000000004");
    vv_data_free(data);
}

static void validation_rows_are_what_the_preparation_makes_of_them(void **state)
{
    (void)state;
    vv_data *training = NULL, *validation = NULL;
    const char *path = mixed_rows("mixed.csv", NULL, 0);
    open_split(files_spec("csv:%s?target=kind", path), 0.3, 3, &training, &validation);
    vv_data *whole = files_open_with(files_spec("csv:%s", path), vv_data_preparation(training));
    assert_int_equal(vv_data_count(whole), 60);
    size_t found = 0;
    for (size_t i = 0, j = 0; i < 60 && j < vv_data_count(validation); i++)
        if (memcmp(vv_data_x(whole) + i * 5, vv_data_x(validation) + j * 5, 5 * sizeof(float)) == 0) found++, j++;
    assert_int_equal(found, vv_data_count(validation));
    vv_data_free(whole);
    vv_data_free(training);
    vv_data_free(validation);
}

static void later_files_may_lack_the_target_and_have_other_columns(void **state)
{
    (void)state;
    vv_data *first = files_open(files_spec("csv:%s?target=kind&scale=none", mixed_rows("mixed.csv", NULL, 0)));
    const char *later = files_text("later.csv", "extra,m,colour,n\nx,7.5,red,1\ny,8.5,mauve,2\n");
    vv_data *data = files_open_with(files_spec("csv:%s", later), vv_data_preparation(first));
    static const float expected[10] = {
        1, 0, 0, 1, 7.5F, 2, 0, 0, 0, 8.5F
    }; /* n, blue, green, red, m; mauve is nothing */
    for (int i = 0; i < 10; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], expected[i]);
    assert_null(vv_data_y(data));
    assert_int_equal(vv_data_target_shape(data).rank, 0);
    assert_int_equal(vv_data_classes(data), 3);
    assert_string_equal(vv_data_class_name(data, 1), "dog");
    vv_data_free(data);
    later = files_text("later.csv", "n,colour,m,kind\n1,red,7.5,\n");
    data = files_open_with(files_spec("csv:%s", later), vv_data_preparation(first)); /* an empty target is none */
    assert_null(vv_data_y(data));
    vv_data_free(data);
    vv_data_free(first);
}

static void without_a_header_the_target_may_be_cut_out_of_the_middle(void **state)
{
    (void)state;
    vv_data *first = files_open(files_spec("csv:%s?target=1&scale=none", files_text("nh.csv", "1,0.5,3\n4,1.5,6\n")));
    vv_data *data =
        files_open_with(files_spec("csv:%s", files_text("later.csv", "7,8\n9,10\n")), vv_data_preparation(first));
    for (int i = 0; i < 4; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], 7 + i);
    assert_null(vv_data_y(data));
    vv_data_free(data);
    vv_data_free(first);
}

static void later_files_are_cut_where_the_training_data_was(void **state)
{
    (void)state;
    static const struct {
        const char *word, *separator;
    } delimiters[] = { { ",", "," }, { ";", ";" }, { "tab", "\t" }, { "space", "  " } };
    for (size_t i = 0; i < sizeof delimiters / sizeof *delimiters; i++)
        for (int window = 0; window <= 1; window++) {
            char text[128];
            const char *s = delimiters[i].separator;
            snprintf(text, sizeof text, "a%sy\n1%s2.5\n3%s4.5\n5%s6.5\n", s, s, s, s);
            vv_data *first = files_open(files_spec("csv:%s?target=y&delimiter=%s%s", files_text("cut.csv", text),
                                                   delimiters[i].word, window == 0 ? "" : "&window=1"));
            vv_data *later = files_open_with(files_spec("csv:%s", files_path("cut.csv")), vv_data_preparation(first));
            files_check_same(first, later);
            vv_data_free(later);
            later = files_open_with(files_spec("csv:%s?delimiter=;", files_text("b.csv", "a;y\n1;2.5\n3;4.5\n5;6.5\n")),
                                    vv_data_preparation(first)); /* what the SPEC says of its file comes first */
            files_check_same(first, later);
            vv_data_free(later);
            vv_data_free(first);
        }
}

/* Training data "a,y": a file of the inputs alone has one column, and a prediction for each of its lines. */
static void an_empty_line_of_inputs_alone_is_an_example(void **state)
{
    (void)state;
    vv_data *first = files_open(files_spec("csv:%s?target=y&scale=none", files_text("a.csv", "a,y\n1,1.5\n5,2.5\n")));
    vv_data *later =
        files_open_with(files_spec("csv:%s", files_text("b.csv", "a\n7\n\n9\n")), vv_data_preparation(first));
    static const float x[3] = { 7, 3, 9 };
    assert_int_equal(vv_data_count(later), 3);
    for (int i = 0; i < 3; i++) CHECK_EQUAL_EXACTLY(vv_data_x(later)[i], x[i]);
    vv_data_free(later);
    vv_data_free(first);
}

static void later_files_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    vv_data *first = files_open(files_spec("csv:%s?target=kind", mixed_rows("mixed.csv", NULL, 0)));
    const vv_data_args args = { .preparation = vv_data_preparation(first) };
    files_refuse_with(files_spec("csv:%s", files_text("b.csv", "n,colour,kind\n1,red,cat\n")), &args, VV_MISMATCH,
                      "has no column \"m\"");
    files_refuse_with(files_spec("csv:%s", files_text("b.csv", "n,colour,m,kind\n1,red,2,cow\n")), &args, VV_FORMAT,
                      "b.csv:2: column 4 (\"kind\"): \"cow\" is not one of the 3 classes \"cat\", \"dog\", \"eel\"");
    files_refuse_with(files_spec("csv:%s", files_text("b.csv", "n,colour,m,kind\none,red,2,cat\n")), &args, VV_FORMAT,
                      "\"one\" is a text in a column of numbers");
    files_refuse_with(files_spec("csv:%s?target=m", files_text("b.csv", "n,colour,m,kind\n1,red,2,cat\n")), &args,
                      VV_MISMATCH, "the target is \"m\", but the preparation is for \"kind\"");
    files_refuse_with("digits", &args, VV_MISMATCH, "is for columns, but the data is arrays");
    vv_data_free(first);
    first = files_open("digits");
    const vv_data_args small = { .preparation = vv_data_preparation(first) };
    files_refuse_with("digits:28x28", &small, VV_MISMATCH, "its shape is [8, 8, 1], the data's is [28, 28, 1]");
    vv_data_free(first);
}

static void texts_that_are_no_preparations_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        vv_status status;
        const char *part;
    } cases[] = { { "", VV_FORMAT, "preparation:" },
                  { "[]", VV_FORMAT, "is not a JSON object" },
                  { "{}", VV_FORMAT, "is not what vv_data_preparation() of an opened data set said" },
                  { "{\"varve\":\"preparation\",\"version\":2,\"kind\":\"columns\"}", VV_VERSION,
                    "version 2; this library reads version 1" },
                  { "{\"varve\":\"preparation\",\"version\":1}", VV_FORMAT, "\"kind\" is not a text" },
                  { "{\"varve\":\"preparation\",\"version\":1,\"kind\":\"columns\"}", VV_FORMAT,
                    "\"missing\" is not a text" },
                  { "{\"varve\":\"preparation\",\"version\":1,\"kind\":\"columns\",\"delimiter\":7}", VV_FORMAT,
                    "\"delimiter\" is not a text" },
                  { "{\"varve\":\"preparation\",\"version\":1,\"kind\":\"columns\",\"delimiter\":\"|\"}", VV_FORMAT,
                    "\"delimiter\" is \"|\"; it must be one of , ; tab space" },
                  { "{\"varve\":\"preparation\",\"version\":1,\"kind\":\"series\",\"column\":\"n\",\"header\":true,"
                    "\"missing\":\"zero\"}",
                    VV_FORMAT, "\"missing\" is \"zero\"; it must be mean, drop or error" } };
    const char *spec = files_spec("csv:%s", mixed_rows("mixed.csv", NULL, 0));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        files_refuse_with(spec, &(vv_data_args){ .preparation = cases[i].text }, cases[i].status, cases[i].part);
}

/* Each byte of a preparation replaced: opened, or refused in words; never a crash. */
static void damage(const char *options)
{
    const char *spec = files_spec("csv:%s?%s", mixed_rows("mixed.csv", NULL, 0), options);
    vv_data *first = files_open(spec);
    char text[4096];
    snprintf(text, sizeof text, "%s", vv_data_preparation(first));
    spec = files_spec("csv:%s", files_path("mixed.csv"));
    for (size_t i = 0; text[i] != '\0'; i++) {
        const char kept = text[i];
        for (const char *with = "9\"-}"; *with != '\0'; with++) {
            vv_data *data = NULL;
            vv_error error = { 0 };
            text[i] = *with;
            const vv_status status = vv_data_open(spec, &(vv_data_args){ .preparation = text }, &data, NULL, &error);
            assert_true((status == VV_OK) == (data != NULL));
            assert_true(status == VV_OK || error.text[0] != '\0');
            vv_data_free(data);
        }
        text[i] = kept;
    }
    vv_data_free(first);
}

static void damaged_preparations_never_crash(void **state)
{
    (void)state;
    damage("target=kind");
    damage("target=m&window=4");
}

int main(void)
{
    setenv("VARVE_DATA", VARVE_SOURCE_DIR "/data", 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_preparation_knows_nothing_of_the_validation_rows),
        cmocka_unit_test(the_same_seed_gives_the_same_split_and_another_another),
        cmocka_unit_test(every_row_goes_to_one_part_in_the_proportions_of_the_classes),
        cmocka_unit_test(a_rare_class_stays_in_the_training_part),
        cmocka_unit_test(splits_that_leave_a_part_empty_are_refused_with_their_numbers),
        cmocka_unit_test(the_same_file_under_its_preparation_is_the_same_data),
        cmocka_unit_test(numbers_of_a_preparation_are_written_with_all_their_digits),
        cmocka_unit_test(validation_rows_are_what_the_preparation_makes_of_them),
        cmocka_unit_test(later_files_may_lack_the_target_and_have_other_columns),
        cmocka_unit_test(without_a_header_the_target_may_be_cut_out_of_the_middle),
        cmocka_unit_test(later_files_are_cut_where_the_training_data_was),
        cmocka_unit_test(an_empty_line_of_inputs_alone_is_an_example),
        cmocka_unit_test(later_files_that_do_not_fit_are_refused),
        cmocka_unit_test(texts_that_are_no_preparations_are_refused),
        cmocka_unit_test(damaged_preparations_never_crash),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove();
    return !!failures;
}
