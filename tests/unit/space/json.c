/* json.c - what the JSON writer writes is valid and reads back as what it was given. Read back with jansson. */
#include "check.h"

#include "space/json.h"
#include <jansson.h>
#include <stdlib.h>

static json_t *parse(vvi_json *json)
{
    json_error_t error;
    json_t *root = json_loads(json->text.data, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL) fail_msg("%s: %s", json->text.data, error.text);
    vvi_text_deinit(&json->text);
    return root;
}

static void numbers_are_the_shortest_that_read_back(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = { { 0.1, "0.1" },
                  { 0.98, "0.98" },
                  { 1.0 / 3, "0.3333333333333333" },
                  { 1e300, "1e+300" },
                  { 0.1 + 0.2, "0.30000000000000004" },
                  { -0.0, "-0" },
                  { 5e-324, "4.94065645841247e-324" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vvi_json json = { 0 };
        vvi_json_real(&json, NULL, cases[i].number);
        assert_string_equal(json.text.data, cases[i].text);
        CHECK_EQUAL_EXACTLY(strtod(json.text.data, NULL), cases[i].number);
        vvi_text_deinit(&json.text);
    }
    vvi_json json = { 0 };
    vvi_json_float(&json, NULL, 0.1f);
    assert_string_equal(json.text.data, "0.1");
    vvi_text_deinit(&json.text);
}

static void what_is_not_a_number_is_null(void **state)
{
    (void)state;
    const double bad[] = { (double)NAN, (double)INFINITY, (double)-INFINITY };
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '[');
    for (int i = 0; i < 3; i++) vvi_json_real(&json, NULL, bad[i]);
    vvi_json_float(&json, NULL, NAN);
    vvi_json_string(&json, NULL, NULL);
    vvi_json_end(&json, ']');
    assert_string_equal(json.text.data, "[null, null, null, null, null]");
    json_decref(parse(&json));
}

static void any_bytes_make_valid_strings(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *read;
    } cases[] = {
        { "plain", "plain" },
        { "quote \" backslash \\ tab \t line \n bell \a delete \x7f",
          "quote \" backslash \\ tab \t line \n bell \a delete \x7f" },
        { "größe 層 🙂", "größe 層 🙂" },
        { "cut \xc3", "cut \xef\xbf\xbd" },
        { "stray \x80 byte", "stray \xef\xbf\xbd byte" },
        { "overlong \xc0\xaf", "overlong \xef\xbf\xbd\xef\xbf\xbd" },
        { "surrogate \xed\xa0\x80", "surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "too large \xf4\x90\x80\x80", "too large \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vvi_json json = { 0 };
        vvi_json_string(&json, NULL, cases[i].bytes);
        json_t *root = parse(&json);
        assert_string_equal(json_string_value(root), cases[i].read);
        json_decref(root);
    }
}

static void objects_nest_and_separate(void **state)
{
    (void)state;
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_begin(&json, "empty", '[');
    vvi_json_end(&json, ']');
    vvi_json_begin(&json, "inner", '{');
    vvi_json_int(&json, "i", INT64_MIN);
    vvi_json_bool(&json, "b", true);
    vvi_json_end(&json, '}');
    vvi_json_value(&json, "v", (vv_value){ .type = VV_VALUE_STRING, .s = "sgd" });
    vvi_json_end(&json, '}');
    assert_string_equal(json.text.data,
                        "{\"empty\": [], \"inner\": {\"i\": -9223372036854775808, \"b\": true}, \"v\": \"sgd\"}");
    json_decref(parse(&json));
}

static void failing_allocations_are_reported(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        FILE *out = tmpfile();
        vvi_json json = { 0 };
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        vvi_json_begin(&json, NULL, '{');
        for (int i = 0; i < 200; i++) vvi_json_string(&json, "key", "some text that has a length");
        vvi_json_end(&json, '}');
        const vv_status status = vvi_json_flush(&json, out, &error);
        vvi_fail_allocation(0);
        const long written = ftell(out);
        fclose(out);
        if (status == VV_OK) {
            assert_true(n > 1 && written > 0);
            return;
        }
        assert_int_equal(status, VV_NO_MEMORY);
        assert_int_equal(written, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_the_shortest_that_read_back),
        cmocka_unit_test(what_is_not_a_number_is_null),
        cmocka_unit_test(any_bytes_make_valid_strings),
        cmocka_unit_test(objects_nest_and_separate),
        cmocka_unit_test(failing_allocations_are_reported),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
