/* text.c - numbers, times, curves, tables and the live block as they look. */
#include "check.h"

#include "report/report.h"
#include <stdlib.h>
#include <time.h>

static void times_read_as_people_say_them(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = { { 0, "0.00 s" },        { 0.254, "0.25 s" },        { 0.996, "1.0 s" },
                  { 4.1, "4.1 s" },       { 59.94, "59.9 s" },        { 59.96, "1 min 00 s" },
                  { 125, "2 min 05 s" },  { 3599.4, "59 min 59 s" },  { 3599.6, "1 h 00 min" },
                  { 3720, "1 h 02 min" }, { 360000, "100 h 00 min" }, { -1, "?" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[VVI_NUMBER_SIZE];
        vvi_report_seconds(cases[i].seconds, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
    char text[VVI_NUMBER_SIZE];
    vvi_report_seconds((double)NAN, text, sizeof text);
    assert_string_equal(text, "?");
}

static void moments_are_shown_in_utc_wherever_one_is(void **state)
{
    (void)state;
    char text[VVI_NUMBER_SIZE];
    assert_int_equal(setenv("TZ", "EST+5", 1), 0);
    tzset();
    assert_int_equal(vvi_report_short_time(1795845637.9, text, sizeof text), 19);
    assert_string_equal(text, "2026-11-28 06:00:37");
    assert_true(vvi_report_time(1795845637.9, text, sizeof text) > 0);
    assert_string_equal(text, "2026-11-28T06:00:37.900000Z");
    assert_int_equal(vvi_report_short_time(0, text, sizeof text), 0);
    assert_string_equal(text, "");
}

static void numbers_have_four_digits_or_an_exponent(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        { 0.98123, "0.9812" }, { 0, "0.0000" }, { 2.31e-5, "2.31e-05" }, { -1234.5, "-1234.5000" }, { 1e9, "1e+09" }
    };
    char text[VVI_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vvi_report_number(cases[i].number, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static void refusals_say_how_many_and_why(void **state)
{
    (void)state;
    vv_refusals refusals = { .n = 7,
                             .top = { { .reason = "conv2d_3: too small", .values = "num_layers=4", .n = 6 },
                                      { .reason = "other", .n = 1 } } };
    vvi_text text = { 0 };
    vvi_report_refusals(&text, &refusals);
    assert_string_equal(text.data, "7 draws could not be built and cost no trial;\nmost often: conv2d_3: too small");
    vvi_text_deinit(&text);
    refusals.n = 0;
    vvi_report_refusals(&text, &refusals);
    assert_null(text.data);
}

static void curves_go_from_their_lowest_to_their_highest(void **state)
{
    (void)state;
    const double rising[] = { 0, 1, 2, 3, 4, 5, 6, 7 }, flat[] = { 2, 2, 2 }, broken[] = { 1, (double)NAN, 0 },
                 huge[] = { -1e308, 1e308 };
    char text[VVI_SPARK_SIZE];
    vvi_report_spark(rising, 8, text);
    assert_string_equal(text, "▁▂▃▄▅▆▇█");
    vvi_report_spark(flat, 3, text);
    assert_string_equal(text, "▁▁▁");
    vvi_report_spark(broken, 3, text);
    assert_string_equal(text, "█·▁");
    vvi_report_spark(huge, 2, text);
    assert_int_equal(vvi_report_columns(text, strlen(text)), 2);
    vvi_report_spark(rising, 0, text);
    assert_string_equal(text, "");
}

static void long_curves_are_averaged(void **state)
{
    (void)state;
    double values[1000];
    char text[VVI_SPARK_SIZE];
    for (int i = 0; i < 1000; i++) values[i] = i;
    vvi_report_spark(values, 1000, text);
    assert_int_equal(vvi_report_columns(text, strlen(text)), VVI_SPARK_WIDTH);
    assert_memory_equal(text, "▁", 3);
    assert_string_equal(text + strlen(text) - 3, "█");
}

/* ---- tables ----------------------------------------------------------------------------------------------------- */

static char *render(vvi_report_table *table, int width)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK_OK(vvi_report_table_end(table, out, width, NULL));
    fclose(out);
    return text;
}

static const vvi_report_table_column columns[] = { { .title = "Trial", .right = true },
                                                   { .title = "Score" },
                                                   { .title = "Values" } };

static void columns_are_as_wide_as_their_longest_cell(void **state)
{
    (void)state;
    vvi_report_table table = { .columns = columns, .n_columns = 3 };
    static const char *const cells[] = { "3", "0.9812", "größe=2", "12", "FAILED", "" };
    for (size_t i = 0; i < 6; i++) vvi_report_table_cell(&table, "%s", cells[i]);
    char *text = render(&table, 80);
    assert_string_equal(text, "Trial  Score   Values\n"
                              "----------------------\n"
                              "    3  0.9812  größe=2\n"
                              "   12  FAILED\n");
    free(text);
}

static void wide_cells_wrap_at_spaces_inside_their_column(void **state)
{
    (void)state;
    vvi_report_table table = { .columns = columns, .n_columns = 3 };
    vvi_report_table_cell(&table, "0");
    vvi_report_table_cell(&table, "0.5");
    vvi_report_table_cell(&table, "a=1 bb=22 ccc=333 a_very_long_name=4");
    char *text = render(&table, 27);
    assert_string_equal(text, "Trial  Score  Values\n"
                              "---------------------------\n"
                              "    0  0.5    a=1 bb=22\n"
                              "              ccc=333\n"
                              "              a_very_long_n\n"
                              "              ame=4\n");
    free(text);
}

static void a_table_fails_cleanly_without_memory(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        vvi_report_table table = { .columns = columns, .n_columns = 3 };
        FILE *out = tmpfile();
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        for (int i = 0; i < 300; i++) vvi_report_table_cell(&table, "cell %d", i);
        const vv_status status = vvi_report_table_end(&table, out, 80, &error);
        vvi_fail_allocation(0);
        fclose(out);
        if (status == VV_OK) {
            assert_true(n > 3);
            return;
        }
        assert_int_equal(status, VV_NO_MEMORY);
    }
}

/* ---- pages ------------------------------------------------------------------------------------------------------ */

static void paragraphs_wrap_at_spaces(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    vvi_page page = { .out = open_memstream(&text, &size), .width = 12 };
    vvi_text grown = { 0 };
    vvi_page_printf(&page, 0, 2, "one two three  four größer_als_zwölf %d", 5);
    vvi_page_gap(&page);
    vvi_page_text(&page, 2, 0, &grown); /* nothing was written */
    vvi_text_printf(&grown, "abcdefghij klm");
    vvi_page_text(&page, 2, 0, &grown);
    CHECK_OK(vvi_page_end(&page, NULL));
    fclose(page.out);
    assert_string_equal(text, "one two\n"
                              "  three\n"
                              "  four\n"
                              "  größer_als\n"
                              "  _zwölf 5\n"
                              "\n"
                              "  abcdefghij\n"
                              "klm\n");
    free(text);
}

static void lines_break_where_they_read_well(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns, n;
    } cases[] = {
        { "can be built (0.9 %), as", 17, 12 },
        { "where n = 2", 9, 5 },
        { "where n = 2", 7, 5 },
        { "where n = 2", 11, 11 },
        { "i < num_layers", 8, 3 },
        { "as n <= 4", 4, 2 },
        { "extraordinary", 5, 5 },
        { "one two", 3, 3 },
        { "one two", 4, 3 },
        { "one two ", 7, 7 },
        { "took 4 min 50 s of work", 14, 10 },
        { "took 12 seconds", 9, 7 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(vvi_report_line(cases[i].text, cases[i].columns), cases[i].n);
}

static void shapes_read_as_they_are_given(void **state)
{
    (void)state;
    char text[VVI_NUMBER_SIZE];
    assert_int_equal(vvi_report_shape((vv_shape){ 3, { 28, 28, 1 } }, text, sizeof text), 7);
    assert_string_equal(text, "28x28x1");
    vvi_report_shape((vv_shape){ 1, { 10 } }, text, sizeof text);
    assert_string_equal(text, "10");
    vvi_report_shape((vv_shape){ 0 }, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(vvi_report_shape((vv_shape){ 2, { 123, 456 } }, text, 4), 7);
    assert_string_equal(text, "123");
}

/* ---- live ------------------------------------------------------------------------------------------------------- */

static void precisions_have_names_until_there_are_no_more(void **state)
{
    (void)state;
    assert_string_equal(vvi_precision_name(VV_INT8), "int8");
    assert_string_equal(vvi_precision_name(VV_FLOAT32), "float32");
    assert_null(vvi_precision_name((vv_precision)(VV_FLOAT32 + 1)));
}

#define FRAME(text) "\033[?2026h" text "\033[J\033[?2026l"

static void a_live_block_takes_itself_back(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    vvi_live live = { .out = open_memstream(&text, &size) };
    vvi_live_draw(&live, NULL, "one\ntwo\nthree\n");
    assert_int_equal(live.lines, 3);
    vvi_live_draw(&live, "above\n", "four\n");
    vvi_live_clear(&live);
    vvi_live_clear(&live);
    fclose(live.out);
    assert_string_equal(text, FRAME("one\033[K\ntwo\033[K\nthree\033[K\n") FRAME("\r\033[3Aabove\033[K\nfour\033[K\n")
                                  FRAME("\r\033[1A"));
    free(text);
}

static void live_lines_are_clipped(void **state)
{
    (void)state;
    char *text = NULL, line[202];
    size_t size = 0;
    memset(line, 'x', 200);
    strcpy(line + 200, "\n");
    vvi_live live = { .out = open_memstream(&text, &size) }; /* no terminal: 80 columns */
    vvi_live_draw(&live, NULL, line);
    assert_int_equal(live.width[0], VVI_REPORT_WIDTH - 1);
    fclose(live.out);
    assert_int_equal(strspn(text + strlen("\033[?2026h"), "x"), VVI_REPORT_WIDTH - 2);
    CHECK_CONTAINS(text, "x…\033[K\n");
    free(text);
}

static void a_clipped_colour_ends(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    vvi_live live = { .out = open_memstream(&text, &size) };
    vvi_text line = { 0 };
    vvi_text_printf(&line, "\033[1m%0*d\033[0m\n", 100, 0);
    vvi_live_draw(&live, NULL, line.data);
    fclose(live.out);
    CHECK_CONTAINS(text, "0…\033[0m\033[K\n");
    vvi_text_deinit(&line);
    free(text);
}

static void a_block_is_found_again_when_the_terminal_has_broken_its_lines(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    vvi_live live = { .out = open_memstream(&text, &size), .lines = 3, .width = { 79, 80, 200 } };
    vvi_live_draw(&live, NULL, "");
    fclose(live.out);
    assert_string_equal(text, FRAME("\r\033[5A")); /* 1 + 1 + 3 rows of 80 columns */
    free(text);
}

static void what_is_above_breaks_between_words(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    vvi_text above = { 0 };
    for (int i = 0; i < 20; i++) vvi_text_printf(&above, "%sseven77", i == 0 ? "" : " ");
    vvi_text_printf(&above, "\nshort\n");
    vvi_live live = { .out = open_memstream(&text, &size) };
    vvi_live_draw(&live, above.data, "");
    fclose(live.out);
    CHECK_CONTAINS(text, "seven77\033[K\n  seven77");
    CHECK_CONTAINS(text, "seven77\033[K\nshort\033[K\n");
    vvi_text_deinit(&above);
    free(text);
}

static void a_block_taller_than_the_terminal_keeps_its_last_lines(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    vvi_text block = { 0 };
    for (int i = 1; i <= 100; i++) vvi_text_printf(&block, "line %d\n", i);
    vvi_live live = { .out = open_memstream(&text, &size) }; /* no terminal: 24 rows */
    vvi_live_draw(&live, NULL, block.data);
    fclose(live.out);
    assert_int_equal(live.lines, 23);
    CHECK_CONTAINS(text, "2026hline 78\033[K\n");
    CHECK_CONTAINS(text, "line 100\033[K\n\033[J");
    vvi_text_deinit(&block);
    free(text);
}

/* ---- widths, values, plots --------------------------------------------------------------------------------------- */

static void widths_are_those_of_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        { "", 0 },
        { "abc", 3 },
        { "größe", 5 },
        { "学習率", 6 },
        { "한글", 4 },
        { "e\u0301", 1 },
        { "ｆｕｌｌ", 8 },
        { "🚀", 2 },
        { "▁█⣀", 3 },
        { "\xff\xfe", 2 },
        { "\033[1mab\033[0m", 2 },
        { "नि", 2 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(vvi_report_columns(cases[i].text, strlen(cases[i].text)), cases[i].columns);
}

static void wide_characters_are_not_cut_in_half(void **state)
{
    (void)state;
    assert_int_equal(vvi_report_clip("学習率", 5), strlen("学習"));
    assert_int_equal(vvi_report_clip("e\u0301a", 1), strlen("e\u0301"));
    assert_int_equal(vvi_report_line("学習率", 1), strlen("学")); /* or there would be no end */
    assert_int_equal(vvi_report_line("ab 学習率", 4), 2);
}

static void values_have_digits_that_people_read(void **state)
{
    (void)state;
    static const struct {
        vv_value value;
        const char *text;
    } cases[] = {
        { { VV_VALUE_FLOAT, { .f = 0.0012345678901234567 } }, "0.00123457" },
        { { VV_VALUE_FLOAT, { .f = 0.1 } }, "0.1" },
        { { VV_VALUE_FLOAT, { .f = 1e-7 } }, "1e-07" },
        { { VV_VALUE_FLOAT, { .f = 3 } }, "3" },
        { { VV_VALUE_INT, { .i = 123456789 } }, "123456789" },
        { { VV_VALUE_BOOL, { .b = true } }, "true" },
        { { VV_VALUE_STRING, { .s = "a\033[2Jb\n" } }, "a\\x1b[2Jb\\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vvi_text text = { 0 };
        vvi_report_value(&text, cases[i].value, VVI_REPORT_DIGITS);
        assert_string_equal(text.data, cases[i].text);
        vvi_text_deinit(&text);
    }
}

static void what_others_wrote_cannot_leave_its_cell(void **state)
{
    (void)state;
    vvi_report_table table = { .columns = columns, .n_columns = 3 };
    vvi_report_table_cell(&table, "%s", "1\033[31m");
    vvi_report_table_cell(&table, "%s", "a\nb");
    vvi_report_table_cell(&table, "%s", "x\u202ey");
    char *text = render(&table, 80);
    CHECK_CONTAINS(text, "1\\x1b[31m  a\\nb   x\\u202ey\n");
    free(text);
}

static char *plot(const double *values, size_t n, size_t width)
{
    const vv_curve curve = { .metric = "m", .values = values, .n = n }, *const curves[] = { &curve };
    vvi_text lines[VVI_PLOT_LINES] = { { .n = 0 } }, all = { 0 };
    vvi_report_plot(&(vvi_plot){ curves, 1, width, "epoch" }, lines);
    for (int i = 0; i < VVI_PLOT_LINES; i++) {
        assert_false(lines[i].failed);
        assert_int_equal(vvi_report_columns(lines[i].data, lines[i].n), width);
        vvi_text_printf(&all, "%s\n", lines[i].data);
        vvi_text_deinit(&lines[i]);
    }
    return all.data;
}

static void a_plot_has_its_ends_at_its_edges(void **state)
{
    (void)state;
    const double falling[] = { 4, 3, 2, 1 };
    char *text = plot(falling, 4, 30);
    CHECK_CONTAINS(text, "   4.0000┤⠑⠢⢄");
    CHECK_CONTAINS(text, "   1.0000┤                 ⠑⠢⢄\n");
    CHECK_CONTAINS(text, "└────────────────────\n          1      epoch       4\n");
    vvi_free(text);
}

static void plots_hold_whatever_curves_have(void **state)
{
    (void)state;
    const double flat[] = { 2, 2, 2 }, odd[] = { (double)NAN, 1, (double)INFINITY, 2, (double)-INFINITY },
                 huge[] = { -1.7e308, 1.7e308 }, none[] = { (double)NAN, (double)NAN }, one[] = { 5 };
    char *text = plot(flat, 3, 24);
    CHECK_CONTAINS(text, "2.0000┤⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉\n");
    vvi_free(text);
    vvi_free(plot(odd, 5, 39));
    vvi_free(plot(huge, 2, VVI_PLOT_WIDTH));
    vvi_free(plot(none, 2, 24));
    vvi_free(plot(one, 1, 24));
    double many[5000];
    for (int i = 0; i < 5000; i++) many[i] = i;
    vvi_free(plot(many, 5000, 39));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_read_as_people_say_them),
        cmocka_unit_test(moments_are_shown_in_utc_wherever_one_is),
        cmocka_unit_test(numbers_have_four_digits_or_an_exponent),
        cmocka_unit_test(refusals_say_how_many_and_why),
        cmocka_unit_test(curves_go_from_their_lowest_to_their_highest),
        cmocka_unit_test(long_curves_are_averaged),
        cmocka_unit_test(columns_are_as_wide_as_their_longest_cell),
        cmocka_unit_test(wide_cells_wrap_at_spaces_inside_their_column),
        cmocka_unit_test(a_table_fails_cleanly_without_memory),
        cmocka_unit_test(paragraphs_wrap_at_spaces),
        cmocka_unit_test(lines_break_where_they_read_well),
        cmocka_unit_test(shapes_read_as_they_are_given),
        cmocka_unit_test(precisions_have_names_until_there_are_no_more),
        cmocka_unit_test(a_live_block_takes_itself_back),
        cmocka_unit_test(live_lines_are_clipped),
        cmocka_unit_test(a_clipped_colour_ends),
        cmocka_unit_test(a_block_is_found_again_when_the_terminal_has_broken_its_lines),
        cmocka_unit_test(what_is_above_breaks_between_words),
        cmocka_unit_test(a_block_taller_than_the_terminal_keeps_its_last_lines),
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(wide_characters_are_not_cut_in_half),
        cmocka_unit_test(values_have_digits_that_people_read),
        cmocka_unit_test(what_others_wrote_cannot_leave_its_cell),
        cmocka_unit_test(a_plot_has_its_ends_at_its_edges),
        cmocka_unit_test(plots_hold_whatever_curves_have),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
