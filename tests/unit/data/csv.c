/* CSV files: what is read, and what is said about those that cannot be. */
#include "files.h"

#include <locale.h>

/* Opens text as CSV with unscaled inputs. */
static vv_data *open_text(const char *text, const char *options)
{
    return files_open(files_spec("csv:%s?scale=none&%s", files_text("a.csv", text), options));
}

static void check_x(const vv_data *data, size_t n, const float *x)
{
    for (size_t i = 0; i < n; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], x[i]);
}

static void check_first(const char *text, const char *options, size_t rows, float x, float y)
{
    vv_data *data = open_text(text, options);
    assert_int_equal(vv_data_count(data), rows);
    CHECK_EQUAL_EXACTLY(vv_data_x(data)[0], x);
    CHECK_EQUAL_EXACTLY(vv_data_y(data)[0], y);
    vv_data_free(data);
}

static void refuse_text(const char *text, const char *options, vv_status status, const char *part)
{
    files_refuse(files_spec("csv:%s?%s", files_text("bad.csv", text), options), status, part);
}

static void columns_come_by_name_and_by_number_from_both_ends(void **state)
{
    (void)state;
    const char *text = "a,b,c\n1,2,3.5\n4,5,6.5\n";
    check_first(text, "target=c", 2, 1, 3.5F);
    check_first(text, "target=2", 2, 1, 3.5F);
    check_first(text, "target=-1", 2, 1, 3.5F);
    check_first(text, "target=-3", 2, 2, 1);
    check_first("2,1\n5,6\n", "target=1", 2, 2, 1); /* no header: the number is a position */
    check_first("2,1\n5,6\n7,8\n", "target=0&header=no", 3, 1, 2);
    refuse_text(text, "target=d", VV_NOT_FOUND, "no column \"d\"; its 3 columns are \"a\", \"b\", \"c\"");
    refuse_text(text, "target=3", VV_NOT_FOUND, "no column \"3\"");
    refuse_text(text, "target=-4", VV_NOT_FOUND, "no column \"-4\"");
    refuse_text(text, "header=yes", VV_BAD_ARG,
                "which column is the target? Write ?target=COLUMN; there are: \"a\", \"b\", \"c\"");
}

static void a_header_is_recognised(void **state)
{
    (void)state;
    check_first("a,b\n1,2\n", "target=1", 1, 1, 2);
    check_first("3,4\n1,2\n", "target=1", 2, 3, 4);
    check_first("3,4\n1,2\n", "target=4&header=yes", 1, 1, 2);
    vv_data *data =
        files_open(files_spec("csv:%s?target=taste", files_text("t.csv", "colour,taste\nred,sweet\nblue,sour\n")));
    assert_int_equal(vv_data_count(data), 2); /* all texts, but the target names a cell of the first row */
    vv_data_free(data);
    data = files_open(files_spec("csv:%s?target=1", files_text("t.csv", "red,sweet\nblue,sour\n")));
    assert_int_equal(vv_data_count(data), 2);
    vv_data_free(data);
}

static void delimiters_line_ends_and_marks_are_read_as_they_come(void **state)
{
    (void)state;
    check_first("a;b\r\n1;2\r\n3;4\r\n", "target=b&delimiter=;", 2, 1, 2);
    check_first("a\tb\n1\t2", "target=b&delimiter=tab", 1, 1, 2);
    check_first("540.0 \t0.5 \n  33   2.5\t\n\n", "target=1&delimiter=space", 2, 540, 0.5F);
    check_first("\xef\xbb\xbf"
                "a,b\n1,2\n",
                "target=b", 1, 1, 2);
    check_first("a,b\r1,2\r3,4\r", "target=b", 2, 1, 2);
    check_first("\n\na , b\n\n 1 ,\t2 \n\n", "target=b", 1, 1, 2);
    const char *path = files_gzip("a.csv.gz", "a,b\n1,2\n3,4\n", 12);
    vv_data *data = files_open(files_spec("csv:%s?target=b&scale=none", path));
    check_x(data, 2, (const float[]){ 1, 3 });
    vv_data_free(data);
}

static void quotes_protect_delimiters_lines_and_quotes(void **state)
{
    (void)state;
    const char *text =
        "\"the \"\"x\"\"\",\"y, or\nso\",kind\n1,\"2\",\"a,b\"\n3,4,\"say \"\"hi\"\"\"\n5, \"6\" ,5\" pipe\n";
    vv_data *data = files_open(files_spec("csv:%s?target=kind&scale=none", files_text("q.csv", text)));
    check_x(data, 6, (const float[]){ 1, 2, 3, 4, 5, 6 });
    assert_int_equal(vv_data_classes(data), 3);
    assert_string_equal(vv_data_class_name(data, 0), "5\" pipe");
    assert_string_equal(vv_data_class_name(data, 1), "a,b");
    assert_string_equal(vv_data_class_name(data, 2), "say \"hi\"");
    CHECK_CONTAINS(vv_data_preparation(data), "y, or\\nso");
    vv_data_free(data);
    refuse_text("a,b\n1,\"2\n3,4\n", "target=b", VV_FORMAT, "bad.csv:2: a quote is opened here and never closed");
    refuse_text("a,b\n1,\"2\"x\n", "target=b", VV_FORMAT, "bad.csv:2: 'x' after a closing quote");
}

/* Makes and sets a locale whose decimal point is a comma; false: this system cannot. */
static bool set_german(void)
{
    char command[512];
    const char *path = files_path("de_DE.UTF-8");
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 '%s' >/dev/null 2>&1", path);
    if (system(command) != 0) return false;
    setenv("LOCPATH", files_folder, 1);
    return setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL;
}

static void numbers_are_decimal_whatever_the_locale(void **state)
{
    (void)state;
    if (!set_german()) skip();
    const double german = strtod("1,5", NULL);
    vv_data *data = open_text("a,b\n-1.5e2,+.25\n1,1\n", "target=b");
    vv_data *later = files_open_with(files_spec("csv:%s", files_path("a.csv")), vv_data_preparation(data));
    setlocale(LC_NUMERIC, "C");
    unsetenv("LOCPATH");
    CHECK_EQUAL_EXACTLY(german, 1.5); /* or this checks nothing */
    check_x(data, 2, (const float[]){ -150, 1 });
    CHECK_EQUAL_EXACTLY(vv_data_y(data)[0], 0.25F);
    files_check_same(data, later);
    vv_data_free(later);
    vv_data_free(data);
}

static void hexadecimal_is_text(void **state)
{
    (void)state;
    vv_data *data = files_open(files_spec("csv:%s?target=b", files_text("h.csv", "a,b\n0x10,1\n0x20,2\n")));
    assert_int_equal(vv_data_shape(data).dim[0], 2);
    vv_data_free(data);
}

static void a_stray_text_among_numbers_is_an_error_with_its_place(void **state)
{
    (void)state;
    refuse_text("age,b\n1,1\n2,2\nold,3\n4,4\n", "target=b", VV_FORMAT,
                "bad.csv:4: column 1 (\"age\"): \"old\" is a text in a column of numbers");
    refuse_text("a,b\n1,1\n2,2\n3,x\n", "target=b", VV_FORMAT, "bad.csv:4: column 2 (\"b\"): \"x\" is a text");
}

static void missing_values_are_replaced_left_out_or_refused(void **state)
{
    (void)state;
    const char *text = "a,k,y\n1,u,1.5\n?,v,2.5\n5,NA,3.5\n,v,4.5\nnan,v,5.5\ninf,u,6.5\n";
    vv_data *data = open_text(text, "target=y"); /* a: mean 3 of 1 and 5; k: v is the most frequent */
    check_x(data, 18, (const float[]){ 1, 1, 0, 3, 0, 1, 5, 0, 1, 3, 0, 1, 3, 0, 1, 3, 1, 0 });
    vv_data_free(data);
    data = open_text(text, "target=y&missing=drop");
    assert_int_equal(vv_data_count(data), 1);
    vv_data_free(data);
    refuse_text(text, "target=y&missing=error", VV_FORMAT,
                "bad.csv:3: column 1 (\"a\") has no value; missing=mean or missing=drop");
    refuse_text("a,y\n1,1\n2,\n", "target=y", VV_FORMAT,
                "bad.csv:3: column 2 (\"y\"), the target, has no value; missing=drop");
    refuse_text("a,y\n,1\n,2\n", "target=y", VV_FORMAT, "column 1 (\"a\") has no value in any of the 2 training rows");
    refuse_text("a,y\n,1\n,2\n", "target=y&missing=drop", VV_FORMAT, "each of its 2 rows misses a value");
    data = open_text("a,y\n\"NA\",1\n\"?\",2\nb,3\n", "target=y"); /* in quotes they are words */
    assert_int_equal(vv_data_shape(data).dim[0], 3);
    vv_data_free(data);
}

static void targets_are_classes_when_they_are_texts_or_all_of_0_to_k(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int classes;
    } cases[] = { { "a,y\n1,no\n2,yes\n3,no\n", 2 }, { "a,y\n1,0\n2,1\n3,2\n", 3 }, { "a,y\n1,3\n2,4\n3,5\n", 0 },
                  { "a,y\n1,0\n2,1.5\n3,2\n", 0 },   { "a,y\n1,0\n2,2\n", 0 },      { "a,y\n1,0\n2,0\n", 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vv_data *data = open_text(cases[i].text, "target=y");
        assert_int_equal(vv_data_classes(data), cases[i].classes);
        vv_data_free(data);
    }
}

static void files_that_are_not_tables_are_refused(void **state)
{
    (void)state;
    files_refuse(files_spec("csv:%s?target=a", files_path("none.csv")), VV_NOT_FOUND,
                 "none.csv: cannot read: No such file");
    files_refuse("csv:/?target=a", VV_IO, "it is a folder");
    files_refuse("csv:/dev/null?target=a", VV_IO, "it is not a file");
    refuse_text("", "target=a", VV_FORMAT, "bad.csv: is empty");
    refuse_text("\n \n", "target=a", VV_FORMAT, "bad.csv: has no rows");
    refuse_text("a,b\n", "target=b&header=yes", VV_FORMAT, "has a header, but no rows");
    refuse_text("a,b\n1,2\n1,2,3\n", "target=b", VV_FORMAT, "bad.csv:3: has 3 cells, but the first row has 2");
    refuse_text("a,b\n1\n", "target=b", VV_FORMAT, "bad.csv:2: has 1 cells, but the first row has 2");
    refuse_text("a,b,a\n1,2,3\n", "target=b", VV_FORMAT, "two columns have the name \"a\"");
    refuse_text("a\n1\n2\n", "target=a", VV_FORMAT, "has one column, the target");
    refuse_text("a,b\n1,\xff\n", "target=b", VV_FORMAT, "bad.csv:2: byte 0xff is not UTF-8");
    refuse_text("a,b\n1,\xed\xa0\x80\n", "target=b", VV_FORMAT, "byte 0xed is not UTF-8"); /* a surrogate */
    refuse_text("a,b\n1e300,1\n2e300,2\n", "target=b&scale=none", VV_FORMAT, "1e+300, scaled, is beyond float32");
    files_refuse(files_spec("csv:%s?target=0", files_write("nul.csv", "1,2\n3\0,4\n", 9)), VV_FORMAT,
                 "nul.csv:2: byte 0x00");
}

static void a_thousand_categories_are_the_most(void **state)
{
    (void)state;
    char text[32768];
    for (int n = 1000; n <= 1001; n++) {
        size_t at = (size_t)sprintf(text, "id,y\n");
        for (int i = 0; i < n; i++) at += (size_t)sprintf(text + at, "name%d,%d.5\n", i, i);
        const char *spec = files_spec("csv:%s?target=y", files_text("ids.csv", text));
        if (n == 1001)
            files_refuse(spec, VV_FORMAT, "column 1 (\"id\") has 1001 different texts; at most 1000");
        else
            vv_data_free(files_open(spec));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_by_name_and_by_number_from_both_ends),
        cmocka_unit_test(a_header_is_recognised),
        cmocka_unit_test(delimiters_line_ends_and_marks_are_read_as_they_come),
        cmocka_unit_test(quotes_protect_delimiters_lines_and_quotes),
        cmocka_unit_test(numbers_are_decimal_whatever_the_locale),
        cmocka_unit_test(hexadecimal_is_text),
        cmocka_unit_test(a_stray_text_among_numbers_is_an_error_with_its_place),
        cmocka_unit_test(missing_values_are_replaced_left_out_or_refused),
        cmocka_unit_test(targets_are_classes_when_they_are_texts_or_all_of_0_to_k),
        cmocka_unit_test(files_that_are_not_tables_are_refused),
        cmocka_unit_test(a_thousand_categories_are_the_most),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove();
    return !!failures;
}
