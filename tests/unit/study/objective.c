/* objective.c - which metric, and which way is better. */
#include "check.h"

#include "study/study.h"

static void check_parse(const char *text, const char *name, bool maximize)
{
    vv_error error = { 0 };
    vv_objective objective = { .maximize = !maximize };
    if (vv_objective_parse(text, &objective, &error) != VV_OK) fail_msg("%s: %s", text, error.text);
    assert_string_equal(objective.name, name);
    assert_int_equal(objective.maximize, maximize);
    char again[80];
    vv_objective second;
    vvi_objective_format(&objective, again, sizeof again);
    assert_int_equal(vv_objective_parse(again, &second, NULL), VV_OK);
    assert_string_equal(second.name, name);
    assert_int_equal(second.maximize, maximize);
}

static void the_direction_is_told_from_the_name_or_given(void **state)
{
    (void)state;
    check_parse("val_accuracy", "val_accuracy", true);
    check_parse("binary_accuracy", "binary_accuracy", true);
    check_parse("val_auc", "val_auc", true);
    check_parse("loss", "loss", false);
    check_parse("val_loss", "val_loss", false);
    check_parse("val_mae", "val_mae", false);
    check_parse("mse", "mse", false);
    check_parse("val_loss:max", "val_loss", true);
    check_parse("accuracy:min", "accuracy", false);
    check_parse("my_metric:max", "my_metric", true);
}

static void check_refused(const char *text, const char *part)
{
    vv_error error = { 0 };
    vv_objective objective;
    assert_int_equal(vv_objective_parse(text, &objective, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, part);
}

static void what_cannot_be_told_is_refused(void **state)
{
    (void)state;
    check_refused("f1", "f1:max");
    check_refused("", "missing");
    check_refused(":max", "missing");
    check_refused("loss:", "max or min");
    check_refused("loss:maximum", "max or min");
    check_refused("loss:min:max", "max or min");
    check_refused("a_name_that_is_far_too_long_to_be_the_name_of_any_metric_at_all_loss", "63 bytes");
    check_refused(NULL, "none");
}

static void costs_are_minimized(void **state)
{
    (void)state;
    check_parse("params", "params", false);
    check_parse("macs", "macs", false);
    check_parse("ram", "ram", false);
    check_parse("flash", "flash", false);
    check_refused("my_params", "my_params:max");
}

static void several_are_read_in_order(void **state)
{
    (void)state;
    vv_objectives objectives = { .n = 7 };
    vvi_text text = { 0 };
    assert_int_equal(vv_objectives_parse("val_accuracy,params:min,f1:max", &objectives, NULL), VV_OK);
    assert_int_equal(objectives.n, 3);
    vvi_objectives_format(&objectives, &text);
    assert_string_equal(text.data, "val_accuracy:max,params:min,f1:max");
    vvi_text_deinit(&text);
    assert_int_equal(vv_objectives_parse("val_loss", &objectives, NULL), VV_OK);
    assert_int_equal(objectives.n, 1);
}

static void check_list_refused(const char *text, const char *part)
{
    vv_error error = { 0 };
    vv_objectives objectives = { .n = 7 };
    assert_int_equal(vv_objectives_parse(text, &objectives, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, part);
    assert_int_equal(objectives.n, 7); /* left alone */
}

static void lists_that_cannot_be_meant_are_refused(void **state)
{
    (void)state;
    check_list_refused("val_loss,", "missing");
    check_list_refused(",val_loss", "missing");
    check_list_refused("", "missing");
    check_list_refused("val_loss,params:max,val_loss:min", "\"val_loss\" is there twice");
    check_list_refused("val_loss,f1", "f1:max");
    check_list_refused("a:min,b:min,c:min,d:min,e:min,f:min,g:min,h:min,i:min", "at most 8");
    check_list_refused("loss,a_name_that_is_far_too_long_to_be_the_name_of_any_metric_at_all_loss", "63 bytes");
    check_list_refused(
        "loss,0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "63 bytes");
    check_list_refused(NULL, "none");
    check_refused("val_loss,params", "no comma");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_direction_is_told_from_the_name_or_given),
        cmocka_unit_test(what_cannot_be_told_is_refused),
        cmocka_unit_test(costs_are_minimized),
        cmocka_unit_test(several_are_read_in_order),
        cmocka_unit_test(lists_that_cannot_be_meant_are_refused),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
