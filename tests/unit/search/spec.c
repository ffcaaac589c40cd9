/* Specs: options by name, with ranges and words; what is wrong is named together with what there is. */
#include "check.h"

#include "search/search.h"

#include <string.h>

static const char *const switches[] = { "off", "on", NULL };
static const vv_option_row rows[] = {
    { .name = "startup", .preset = 10, .min = 0, .max = 1000, .whole = true, .help = "random trials first" },
    { .name = "gamma", .preset = 0.25, .min = 0.01, .max = 0.5, .help = "share of good trials" },
    { .name = "group", .preset = 1, .max = 1, .words = switches, .help = "by conditions" },
};
enum { ROWS = 3 };

static void options_are_read_over_their_presets(void **state)
{
    (void)state;
    double values[ROWS];
    CHECK_OK(vvi_options_read("gamma=0.1,group=off", rows, ROWS, "oracle x", values, NULL));
    CHECK_EQUAL_EXACTLY(values[0], 10);
    CHECK_EQUAL_EXACTLY(values[1], 0.1);
    CHECK_EQUAL_EXACTLY(values[2], 0);
    CHECK_OK(vvi_options_read("", rows, ROWS, "oracle x", values, NULL));
    CHECK_EQUAL_EXACTLY(values[2], 1);
}

static void what_is_wrong_is_told_with_what_there_is(void **state)
{
    (void)state;
    const struct {
        const char *text, *error;
    } cases[] = {
        { "startups=3", "oracle x: option \"startups\": there is none of this name; did you mean startup; "
                        "there are: startup, gamma, group" },
        { "zzz=3", "oracle x: option \"zzz\": there is none of this name; there are: startup, gamma, group" },
        { "startup=2000", "oracle x: startup is 2000, must be 0..1000" },
        { "startup=2.5", "oracle x: startup is 2.5, must be a whole number" },
        { "startup=-2.5", "oracle x: startup is -2.5, must be 0..1000" },
        { "gamma=0.6", "oracle x: gamma is 0.6, must be 0.01..0.5" },
        { "gamma=much", "oracle x: gamma: \"much\" is not a number" },
        { "gamma=nan", "oracle x: gamma: \"nan\" is not a number" },
        { "gamma=", "oracle x: gamma: \"\" is not a number" },
        { "group=yes", "oracle x: group \"yes\": there is none of this name; there are: off, on" },
        { "gamma", "oracle x: \"gamma\" is not OPTION=VALUE" },
        { "gamma=0.1,gamma=0.2", "oracle x: gamma is given twice" },
        { ",", "oracle x: \"\" is not OPTION=VALUE" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double values[ROWS];
        vv_error error = { 0 };
        assert_int_equal(vvi_options_read(cases[i].text, rows, ROWS, "oracle x", values, &error), VV_BAD_ARG);
        assert_string_equal(error.text, cases[i].error);
    }
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    const double values[] = { 0, 0.1, 1 };
    double read[ROWS];
    char text[64], name[8];
    vvi_options_write("tpe", rows, ROWS, values, text, sizeof text);
    assert_string_equal(text, "tpe:startup=0,gamma=0.1");
    CHECK_OK(vvi_options_read(vvi_spec_split(text, name, sizeof name), rows, ROWS, "", read, NULL));
    assert_string_equal(name, "tpe");
    for (size_t i = 0; i < ROWS; i++) CHECK_EQUAL_EXACTLY(read[i], values[i]);
    assert_string_equal(vvi_spec_split("random", name, sizeof name), "");
    assert_string_equal(name, "random");
}

static vv_status build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context;
    (void)hp;
    (void)built;
    (void)reason;
    return VV_OK;
}

static void an_oracle_that_is_not_there_is_told_with_those_that_are(void **state)
{
    (void)state;
    vv_oracle *oracle = NULL;
    vv_error error = { 0 };
    assert_int_equal(
        vv_oracle_open(&(vv_oracle_args){ .spec = "randon:x=1", .builder = { build, NULL } }, &oracle, &error),
        VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "oracle \"randon\": there is none of this name; did you mean random; there are: ");
    assert_null(oracle);
    error = (vv_error){ 0 };
    assert_int_equal(
        vv_oracle_open(&(vv_oracle_args){ .spec = "random:x=1", .builder = { build, NULL } }, &oracle, &error),
        VV_BAD_ARG);
    assert_string_equal(error.text, "oracle random: option \"x\": there is none of this name; there are: none");
    error = (vv_error){ 0 };
    assert_int_equal(vv_oracle_open(&(vv_oracle_args){ .spec = "random" }, &oracle, &error), VV_BAD_ARG);
    assert_string_equal(error.text, "oracle: no builder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_over_their_presets),
        cmocka_unit_test(what_is_wrong_is_told_with_what_there_is),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(an_oracle_that_is_not_there_is_told_with_those_that_are),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
