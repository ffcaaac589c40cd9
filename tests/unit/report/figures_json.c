/* figures_json.c - a sheet, read back by another reader of JSON, is the figures that were put into it. */
#include "figures_helper.h"

#include <jansson.h>

/* free() it. */
static char *sheet_text(const vvi_sheet *sheet)
{
    vvi_json json = { .comma = false };
    vvi_json_begin(&json, NULL, '{');
    vvi_sheet_write(sheet, &json);
    vvi_json_end(&json, '}');
    assert_false(json.text.failed);
    char *text = strdup(json.text.data);
    vvi_text_deinit(&json.text);
    return text;
}

static json_t *read_sheet(const vvi_sheet *sheet)
{
    json_error_t error;
    char *text = sheet_text(sheet);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) fail_msg("%s", error.text);
    free(text);
    return root;
}

/* As 6 digits tell it. */
static void check_number(const json_t *read, double number)
{
    if (!isfinite(number)) {
        assert_true(json_is_null(read));
        return;
    }
    assert_true(json_is_number(read));
    CHECK_NEAR(json_number_value(read), number, fabs(number) * 5.1e-6);
    if (number == floor(number) && fabs(number) < 9e15) CHECK_EQUAL_EXACTLY(json_number_value(read), number + 0.0);
}

static void check_column(const json_t *root, const json_t *index, const double *numbers, size_t n)
{
    if (numbers == NULL) {
        assert_null(index);
        return;
    }
    const json_t *column = json_array_get(json_object_get(root, "columns"), (size_t)json_integer_value(index));
    assert_true(json_is_integer(index));
    assert_int_equal(json_array_size(column), n);
    for (size_t i = 0; i < n; i++) check_number(json_array_get(column, i), numbers[i]);
}

static void check_ints(const json_t *root, const json_t *index, const int *numbers, size_t n)
{
    double *copy = calloc(n + 1, sizeof *copy);
    for (size_t i = 0; numbers != NULL && i < n; i++) copy[i] = numbers[i];
    check_column(root, index, numbers == NULL ? NULL : copy, n);
    free(copy);
}

static void check_text(const json_t *read, const char *text)
{
    vvi_text visible = { .n = 0 };
    if (text == NULL) {
        assert_null(read);
        return;
    }
    vvi_text_add_visible(&visible, text, 0);
    if (strlen(visible.data) < 80) assert_string_equal(json_string_value(read), visible.data);
    for (const char *c = json_string_value(read); *c != '\0'; c++) assert_true((unsigned char)*c >= 0x20);
    vvi_text_deinit(&visible);
}

static void check_axis(const json_t *read, const vvi_axis *axis)
{
    static const char *const scales[] = { "linear", "log", "time", "words" };
    check_text(json_object_get(read, "title"), axis->title);
    assert_string_equal(json_string_value(json_object_get(read, "scale")), scales[axis->scale]);
    CHECK_EQUAL_EXACTLY(json_number_value(json_object_get(read, "low")), axis->low);
    CHECK_EQUAL_EXACTLY(json_number_value(json_object_get(read, "high")), axis->high);
    assert_int_equal(json_is_true(json_object_get(read, "whole")), axis->whole);
    assert_int_equal(json_is_true(json_object_get(read, "down")), axis->down);
    assert_int_equal(json_array_size(json_object_get(read, "words")), axis->scale == VVI_WORDS ? axis->n_words : 0);
}

static void check_courses(const json_t *root, const json_t *read, const vvi_mark *mark)
{
    const json_t *columns = json_object_get(root, "columns");
    const json_t *values = json_array_get(columns, (size_t)json_integer_value(json_object_get(read, "values")));
    const json_t *ends = json_array_get(columns, (size_t)json_integer_value(json_object_get(read, "ends")));
    size_t at = 0;
    assert_int_equal(json_array_size(ends), mark->n);
    for (size_t i = 0; i < mark->n; i++) {
        for (size_t k = 0; k < mark->courses[i].n; k++)
            check_number(json_array_get(values, at + k), mark->courses[i].values[k]);
        at += mark->courses[i].n;
        assert_int_equal(json_integer_value(json_array_get(ends, i)), at);
    }
    assert_int_equal(json_array_size(values), at);
}

static void check_piles(const json_t *root, const json_t *read, const vvi_mark *mark)
{
    const json_t *words = json_object_get(read, "words");
    const json_t *at =
        json_array_get(json_object_get(root, "columns"), (size_t)json_integer_value(json_object_get(read, "at")));
    for (size_t i = 0; i < mark->n; i++) {
        const json_t *pile = json_array_get(words, (size_t)json_integer_value(json_array_get(at, i)));
        assert_int_equal(json_array_size(json_object_get(pile, "names")), mark->piles[i].n);
        for (size_t k = 0; k < mark->piles[i].n; k++)
            assert_string_equal(json_string_value(json_array_get(json_object_get(pile, "tints"), k)),
                                vvi_tint_name(mark->piles[i].tints[k]));
    }
}

static void check_mark(const json_t *root, const json_t *read, const vvi_mark *mark)
{
    const bool cells = mark->kind == VVI_CELLS;
    const size_t shades = cells ? mark->x_n * mark->y_n : mark->n;
    check_text(json_object_get(read, "name"), mark->name);
    assert_string_equal(json_string_value(json_object_get(read, "tint")), vvi_tint_name(mark->tint));
    assert_int_equal(json_integer_value(json_object_get(read, "n")), mark->n);
    check_column(root, json_object_get(read, "x"), mark->x, cells ? mark->x_n : mark->n);
    check_column(root, json_object_get(read, "y"), mark->y, cells ? mark->y_n : mark->n);
    check_column(root, json_object_get(read, "x_low"), mark->x_low, mark->n);
    check_column(root, json_object_get(read, "x_high"), mark->x_high, mark->n);
    check_column(root, json_object_get(read, "shade"), mark->shade, shades);
    check_ints(root, json_object_get(read, "trials"), mark->trials, mark->n);
    for (size_t k = 0; mark->lines != NULL && k < mark->n_axes; k++)
        check_column(root, json_array_get(json_object_get(read, "lines"), k), mark->lines[k], mark->n);
    if (mark->courses != NULL) check_courses(root, json_object_get(read, "courses"), mark);
    if (mark->piles != NULL) check_piles(root, json_object_get(read, "piles"), mark);
}

static void check_panel(const json_t *root, const json_t *read, const vvi_panel *panel)
{
    const json_t *marks = json_object_get(read, "marks");
    check_text(json_object_get(read, "title"), panel->title);
    check_axis(json_object_get(read, "x"), &panel->x);
    check_axis(json_object_get(read, "y"), &panel->y);
    assert_int_equal(json_array_size(json_object_get(read, "rulers")), panel->n_rulers);
    for (size_t i = 0; i < panel->n_rulers; i++)
        check_axis(json_array_get(json_object_get(read, "rulers"), i), &panel->rulers[i]);
    assert_int_equal(json_array_size(marks), panel->empty != NULL ? 0 : panel->n_marks);
    for (size_t i = 0; i < json_array_size(marks); i++) check_mark(root, json_array_get(marks, i), &panel->marks[i]);
}

static void check_sheet(const recipe *r)
{
    char *explained = explain_dense();
    vvi_frame frame = make_frame(r);
    vvi_plot_memo memo = { .known = { false } };
    const vvi_plot_args args = { .frame = &frame, .explanation = explained, .memo = &memo };
    vvi_figure figures[16];
    size_t n = 0;
    vvi_sheet *sheet = vvi_sheet_new();
    for (; vvi_plot_at(n) != NULL; n++) {
        CHECK_OK(vvi_plot_make(vvi_plot_at(n), &args, &figures[n], NULL));
        CHECK_OK(vvi_sheet_add(sheet, &figures[n], NULL));
    }
    json_t *root = read_sheet(sheet);
    assert_int_equal(json_array_size(json_object_get(root, "figures")), n);
    for (size_t i = 0; i < n; i++) {
        const json_t *read = json_array_get(json_object_get(root, "figures"), i),
                     *panels = json_object_get(read, "panels");
        assert_string_equal(json_string_value(json_object_get(read, "kind")), figures[i].kind);
        assert_int_equal(json_array_size(panels), figures[i].n_panels);
        for (size_t k = 0; k < figures[i].n_panels; k++)
            check_panel(root, json_array_get(panels, k), &figures[i].panels[k]);
        vvi_figure_deinit(&figures[i]);
    }
    json_decref(root);
    vvi_sheet_free(sheet);
    vvi_plot_memo_deinit(&memo);
    vvi_frame_deinit(&frame);
    free(explained);
}

static void a_sheet_reads_back(void **state)
{
    (void)state;
    static const recipe recipes[] = { { "no trial", .objectives = 1 },
                                      { "one", 1, 3, 1, 3, .networks = true, .status = VV_TRIAL_COMPLETED },
                                      { "some", 60, 9, 3, 4, .networks = true },
                                      { "hostile", 40, 9, 2, 4, .networks = true, .hostile = true } };
    for (size_t i = 0; i < COUNT(recipes); i++) check_sheet(&recipes[i]);
}

static void equal_columns_are_one(void **state)
{
    (void)state;
    const double a[] = { 1, 2.5, (double)NAN, (double)INFINITY, -0.0 },
                 b[] = { 1, 2.5, (double)INFINITY, (double)NAN, 0 };
    vvi_sheet *sheet = vvi_sheet_new();
    size_t first, second, third, last = 0;
    CHECK_OK(vvi_sheet_column(sheet, a, 5, &first, NULL));
    CHECK_OK(vvi_sheet_column(sheet, b, 5, &second, NULL));
    CHECK_OK(vvi_sheet_column(sheet, a, 4, &third, NULL));
    assert_int_equal(first, second);
    assert_int_not_equal(first, third);
    for (int i = 0; i < 500; i++) {
        const double one = i;
        CHECK_OK(vvi_sheet_column(sheet, &one, 1, &last, NULL));
    }
    CHECK_OK(vvi_sheet_column(sheet, a, 5, &second, NULL));
    assert_int_equal(second, first);
    assert_int_equal(last, 2 + 499);
    json_t *root = read_sheet(sheet);
    assert_int_equal(json_array_size(json_object_get(root, "columns")), 2 + 500);
    json_t *place = json_integer((json_int_t)first);
    check_column(root, place, a, 5);
    json_decref(place);
    json_decref(root);
    vvi_sheet_free(sheet);
}

static void large_numbers_keep_what_they_need(void **state)
{
    (void)state;
    const double numbers[] = { 1764321234.56789, 123456789, 9007199254740991, 0.123456789, 1e300, -1e-300, 123456.789 };
    vvi_sheet *sheet = vvi_sheet_new();
    size_t index;
    CHECK_OK(vvi_sheet_column(sheet, numbers, COUNT(numbers), &index, NULL));
    char *text = sheet_text(sheet);
    CHECK_CONTAINS(text, "[1764321234.568,123456789,9007199254740991,0.123457,1e+300,-1e-300,123457]");
    free(text);
    vvi_sheet_free(sheet);
}

/* What a page of 10,000 trials is allowed to take. */
static void a_large_page_is_small(void **state)
{
    (void)state;
    const recipe r = { "", 10000, 20, 1, 10, .networks = true, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    vvi_plot_memo memo = { .known = { false } };
    vvi_sheet *sheet = vvi_sheet_new();
    size_t index;
    for (size_t k = 0; vvi_plot_at(k) != NULL; k++) {
        vvi_figure figure;
        CHECK_OK(vvi_plot_make(vvi_plot_at(k), &(vvi_plot_args){ .frame = &frame, .memo = &memo }, &figure, NULL));
        CHECK_OK(vvi_sheet_add(sheet, &figure, NULL));
        vvi_figure_deinit(&figure);
    }
    for (size_t i = 0; i < frame.n_variables; i++)
        CHECK_OK(vvi_sheet_column(sheet, frame.variables[i].values, frame.n, &index, NULL));
    const double *const others[] = {
        frame.scores[0], frame.began, frame.ended, frame.seconds, frame.params, frame.macs
    };
    for (size_t i = 0; i < COUNT(others); i++) CHECK_OK(vvi_sheet_column(sheet, others[i], frame.n, &index, NULL));
    char *text = sheet_text(sheet);
    print_message("%zu bytes\n", strlen(text));
    assert_true(strlen(text) < 3500000);
    free(text);
    vvi_sheet_free(sheet);
    vvi_plot_memo_deinit(&memo);
    vvi_frame_deinit(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sheet_reads_back),
        cmocka_unit_test(equal_columns_are_one),
        cmocka_unit_test(large_numbers_keep_what_they_need),
        cmocka_unit_test(a_large_page_is_small),
    };
    return cmocka_run_group_tests_name("report/figures_json", tests, NULL, NULL);
}
