/* constraint.c - what is read as a constraint, and how far a value is from it. */
#include "check.h"

#include "study/study.h"

#include <math.h>

static void check_parse(const char *text, const char *again)
{
    vv_error error = { 0 };
    vv_constraints constraints = { .n = 0 }, second = { .n = 0 };
    vvi_text out = { 0 }, out2 = { 0 };
    if (vv_constraints_parse(text, &constraints, &error) != VV_OK) fail_msg("%s: %s", text, error.text);
    vvi_constraints_format(&constraints, &out);
    assert_string_equal(out.data, again);
    assert_int_equal(vv_constraints_parse(out.data, &second, NULL), VV_OK);
    vvi_constraints_format(&second, &out2);
    assert_string_equal(out2.data, again);
    vvi_text_deinit(&out);
    vvi_text_deinit(&out2);
}

static void names_operators_and_units_are_read(void **state)
{
    (void)state;
    check_parse("params<=50k", "params<=50000");
    check_parse("flash<=1.5Ki", "flash<=1536");
    check_parse("macs<=2M,val_accuracy>=0.9", "macs<=2000000,val_accuracy>=0.9");
    check_parse("val_loss<=1e-3", "val_loss<=0.001");
    check_parse("my_metric>=-2", "my_metric>=-2");
    check_parse("ram>=1k,ram<=1k", "ram>=1000,ram<=1000");
}

static void constraints_are_added_to_those_there_are(void **state)
{
    (void)state;
    vv_constraints constraints = { .n = 0 };
    assert_int_equal(vv_constraints_parse("params<=50k", &constraints, NULL), VV_OK);
    assert_int_equal(vv_constraints_parse("macs<=1M", &constraints, NULL), VV_OK);
    assert_int_equal(constraints.n, 2);
    assert_int_equal(vv_constraints_parse("ram<=1k,oops", &constraints, NULL), VV_BAD_ARG);
    assert_int_equal(constraints.n, 2); /* nothing of it */
}

static void check_refused(const char *text, const char *part)
{
    vv_error error = { 0 };
    vv_constraints constraints = { .n = 0 };
    assert_int_equal(vv_constraints_parse(text, &constraints, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, part);
}

static void what_is_no_constraint_is_refused_with_what_is_wrong(void **state)
{
    (void)state;
    check_refused("params", "NAME<=NUMBER");
    check_refused("params<50k", "NAME<=NUMBER");
    check_refused("params=50k", "NAME<=NUMBER");
    check_refused("params==50k", "NAME<=NUMBER");
    check_refused("<=50k", "a name is missing");
    check_refused("", "a name is missing");
    check_refused("params<=50k,", "a name is missing");
    check_refused("params<=", "\"\" is no number");
    check_refused("params<=many", "\"many\" is no number");
    check_refused("params<=nan", "no number");
    check_refused("params<=0x10", "unit \"x10\"");
    check_refused("params<=1.2.3", "no number");
    check_refused("params<=50K", "unit \"K\"; there are k");
    check_refused("params<=1e999", "too large");
    check_refused("params<=1,params<=2", "params<= is there twice");
    check_refused("acc>=0.9,acc<=0.5", "at least 0.9 and at most 0.5");
    check_refused("a<=1,b<=1,c<=1,d<=1,e<=1,f<=1,g<=1,h<=1,i<=1", "at most 8");
    check_refused("a_name_that_is_far_too_long_to_be_the_name_of_any_metric_at_all_loss<=1", "63 bytes");
    check_refused(NULL, "none");
    char text[400];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    check_refused(text, "too long");
}

static void a_violation_is_relative_to_the_bound(void **state)
{
    (void)state;
    const vv_constraint most = { .name = "params", .bound = 50000 }, least = { "acc", true, 0.5 },
                        zero = { .name = "loss", .bound = 0 }, negative = { "gain", true, -2 };
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&most, 50000), 0);
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&most, 10), 0);
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&most, 60000), 0.2);
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&least, 0.75), 0);
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&least, 0.25), 0.5);
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&zero, 3), 3);
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&negative, -3), 0.5);
    assert_true(isinf(vv_constraint_violation(&least, (double)NAN)));
    assert_true(isinf(vv_constraint_violation(&most, (double)INFINITY)));
    CHECK_EQUAL_EXACTLY(vv_constraint_violation(&most, -(double)INFINITY), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_operators_and_units_are_read),
        cmocka_unit_test(constraints_are_added_to_those_there_are),
        cmocka_unit_test(what_is_no_constraint_is_refused_with_what_is_wrong),
        cmocka_unit_test(a_violation_is_relative_to_the_bound),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
