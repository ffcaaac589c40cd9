/* visible.c - texts of others are shown in one line that does nothing to a terminal or page. */
#include "check.h"

#include "base/base.h"

static void check(const char *string, size_t most, const char *wanted)
{
    vvi_text text = { 0 };
    vvi_text_add_visible(&text, string, most);
    assert_false(text.failed);
    assert_string_equal(text.data, wanted);
    vvi_text_deinit(&text);
}

static void what_can_be_read_stays_as_it_is(void **state)
{
    (void)state;
    check("", 0, "");
    check("filters_0 = 32", 0, "filters_0 = 32");
    check("größe, 层数, \xf0\x9f\x90\x9f, <b>&amp;\"'", 0, "größe, 层数, \xf0\x9f\x90\x9f, <b>&amp;\"'");
}

static void what_moves_a_cursor_or_turns_a_line_is_spelt_out(void **state)
{
    (void)state;
    check("\033[2J\r\n\ta\x7f", 0, "\\x1b[2J\\r\\n\\ta\\x7f");
    check("a\xc2\x9b"
          "31m",
          0, "a\\x9b31m");
    check("abc\xe2\x80\xae"
          "cba\xe2\x81\xa6",
          0, "abc\\u202ecba\\u2066");
    check("\xef\xbb\xbfx\xe2\x80\xa8y", 0, "\\ufeffx\\u2028y");
}

static void bytes_that_are_no_text_are_numbers(void **state)
{
    (void)state;
    check("\xff\xfe", 0, "\\xff\\xfe");
    check("a\xe2\x80", 0, "a\\xe2\\x80");
    check("\xed\xa0\x80", 0, "\\xed\\xa0\\x80"); /* half of a surrogate pair */
}

static void of_a_long_text_the_middle_is_left_out_and_counted(void **state)
{
    (void)state;
    char longest[10001];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    longest[0] = 'a';
    longest[sizeof longest - 2] = 'z';
    check(longest, 8, "axxxxx... (9,992 more) ...xz");
    check("12345678", 8, "12345678");
    check("ääääääää", 8, "ääääääää");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_read_stays_as_it_is),
        cmocka_unit_test(what_moves_a_cursor_or_turns_a_line_is_spelt_out),
        cmocka_unit_test(bytes_that_are_no_text_are_numbers),
        cmocka_unit_test(of_a_long_text_the_middle_is_left_out_and_counted),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
