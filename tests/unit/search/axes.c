/* Axes: values of trials in the unit cube and back; choosers that follow wanted values. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/search.h"
#include "space/discovery/discovery.h"

#include <math.h>

BUILDER(build_all_sorts)
{
    UNUSED_BUT_HP;
    vv_float(hp, "rate", .min = 1e-4, .max = 1, .sampling = VV_SAMPLE_LOG);
    vv_int(hp, "units", .min = 1, .max = 4);
    vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam", "rms"));
    vv_choice_int(hp, "width", VV_INTS(8, 16, 64));
    vv_choice_int(hp, "odd", VV_INTS(3, 1, 2));
    vv_bool(hp, "skip");
    vv_fixed_int(hp, "epochs", 10);
    vv_float(hp, "momentum", .min = 0.5, .max = 0.99, .sampling = VV_SAMPLE_REVERSE_LOG);
    const int n = vv_int(hp, "n", .min = 1, .max = 3);
    vv_int(hp, "below_n", .min = 0, .max = n);
    return VV_OK;
}

/* A past of random trials. */
static vv_oracle *drawn(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), int n)
{
    vv_oracle *oracle = NULL;
    vv_answer answer;
    CHECK_OK(vv_oracle_open(&(vv_oracle_args){ .spec = "random", .builder = { build, NULL } }, &oracle, NULL));
    for (int i = 0; i < n; i++) {
        CHECK_OK(vv_oracle_ask(oracle, &answer, NULL));
        CHECK_OK(vv_oracle_begin(oracle, answer.hp, NULL));
    }
    return oracle;
}

static const vvi_axis *find(const vvi_axes *axes, const char *name)
{
    for (size_t i = 0; i < axes->n; i++)
        if (strcmp(axes->list[i].name, name) == 0) return &axes->list[i];
    return NULL;
}

static void every_value_goes_into_the_cube_and_back(void **state)
{
    (void)state;
    vv_oracle *oracle = drawn(build_all_sorts, 200);
    const vv_past *past = vv_oracle_past(oracle);
    vvi_arena arena = { 0 };
    vvi_axes axes;
    CHECK_OK(vvi_axes_make(past, &arena, &axes, NULL));
    for (int id = 0; id < 200; id++) {
        double point[32];
        vvi_axes_point(&axes, past, id, point);
        for (uint32_t i = 0; i < vvi_past_shape(past, id)->n; i++) {
            const uint32_t domain = vvi_past_shape(past, id)->domains[i], at = axes.of_domain[domain];
            if (at == VVI_NOWHERE) continue;
            const vvi_axis *axis = &axes.list[at];
            if (axis->ordered) assert_true(point[at] >= 0 && point[at] <= 1);
            const double number = vvi_axis_from_unit(axis, point[at]);
            const vv_value back = vvi_number_value(&past->domains[domain].domain, number);
            const vv_value value = vv_past_value(past, id, i).value;
            if (value.type == VV_VALUE_FLOAT)
                assert_true(fabs(back.f - value.f) < 1e-12);
            else
                assert_true(vv_value_equal(back, value));
        }
    }
    vvi_arena_deinit(&arena);
    vv_oracle_close(oracle);
}

static void numbers_are_ordered_and_categories_are_not(void **state)
{
    (void)state;
    vv_oracle *oracle = drawn(build_all_sorts, 50);
    vvi_arena arena = { 0 };
    vvi_axes axes;
    CHECK_OK(vvi_axes_make(vv_oracle_past(oracle), &arena, &axes, NULL));
    assert_true(find(&axes, "rate")->ordered && find(&axes, "rate")->n == 0);
    assert_true(find(&axes, "units")->ordered && find(&axes, "units")->n == 4);
    assert_true(find(&axes, "width")->ordered && find(&axes, "width")->n == 3);
    assert_false(find(&axes, "odd")->ordered); /* neither ascending nor descending */
    assert_false(find(&axes, "optimizer")->ordered);
    assert_false(find(&axes, "skip")->ordered);
    assert_null(find(&axes, "epochs"));
    assert_int_equal(find(&axes, "optimizer")->n, 3);
    assert_true(fabs(find(&axes, "units")->step - 0.25) < 1e-15); /* four cells, each with its value in the middle */
    assert_true(fabs(vvi_axis_to_unit(find(&axes, "units"), 1) - 0.125) < 1e-15);
    assert_true(fabs(vvi_axis_to_unit(find(&axes, "rate"), 1e-2) - 0.5) < 1e-12);
    const vvi_axis *below = find(&axes, "below_n"); /* its ranges are parts of one axis, 0..3 */
    assert_int_equal(below->n, 4);
    assert_true(fabs(vvi_axis_to_unit(below, 3) - 0.875) < 1e-15);
    vvi_arena_deinit(&arena);
    vv_oracle_close(oracle);
}

static void a_snap_is_the_place_of_the_nearest_value(void **state)
{
    (void)state;
    vv_oracle *oracle = drawn(build_all_sorts, 50);
    vvi_arena arena = { 0 };
    vvi_axes axes;
    CHECK_OK(vvi_axes_make(vv_oracle_past(oracle), &arena, &axes, NULL));
    const vvi_axis *units = find(&axes, "units"), *rate = find(&axes, "rate");
    assert_true(fabs(vvi_axis_snap(units, &units->domain, 0.24) - 0.125) < 1e-15);
    assert_true(fabs(vvi_axis_snap(units, &units->domain, 0.26) - 0.375) < 1e-15);
    assert_true(fabs(vvi_axis_snap(units, &units->domain, 1.5) - 0.875) < 1e-15);
    assert_true(fabs(vvi_axis_snap(rate, &rate->domain, 0.3) - 0.3) < 1e-12);
    vvi_arena_deinit(&arena);
    vv_oracle_close(oracle);
}

/* ---- following ----------------------------------------------------------------------------------------------------- */

static vvi_target target(const char *name, double number)
{
    return (vvi_target){ .hash = vvi_hash_text(VVI_HASH_START, name), .name = name, .number = number };
}

static void wanted_values_are_taken_and_others_drawn(void **state)
{
    (void)state;
    const vv_builder builder = { build_all_sorts, NULL };
    const vv_question question = { .builder = &builder };
    const vvi_target targets[] = { target("optimizer", 2), target("rate", 0.01), target("nobody", 1),
                                   target("units", 3.4), target("skip", (double)NAN) };
    vvi_build first = { 0 }, second = { 0 };
    for (int i = 0; i < 2; i++) {
        vvi_follow follow = vvi_follow_begin(&question, targets, 5, vvi_key_new(1, "test"));
        const vv_chooser chooser = vvi_chooser_follow(&follow);
        CHECK_OK(vvi_build_run(&builder, &chooser, i == 0 ? &first : &second, NULL));
    }
    assert_string_equal(vv_hp_find(first.hp, "optimizer")->value.s, "rms");
    CHECK_EQUAL_EXACTLY(vv_hp_find(first.hp, "rate")->value.f, 0.01);
    assert_int_equal(vv_hp_find(first.hp, "units")->value.i, 3);
    CHECK_EQUAL_EXACTLY(vv_hp_find(first.hp, "momentum")->value.f, vv_hp_find(second.hp, "momentum")->value.f);
    vvi_build_deinit(&first);
    vvi_build_deinit(&second);
}

/* Of the lock only 77 opens: whatever is wanted, it is what is taken. */
static void what_is_known_to_be_dead_gives_way_to_the_nearest_that_lives(void **state)
{
    (void)state;
    const vv_builder builder = { build_needle, NULL };
    vvi_arena arena = { 0 };
    vv_space space;
    CHECK_OK(vvi_space_discover(&(vvi_discover_args){ .builder = &builder }, &arena, &space, NULL));
    vvi_space_seal(&space);
    const vv_question question = { .builder = &builder, .space = &space };
    const vvi_target targets[] = { target("lock", 3), target("behind", 19) };
    vvi_follow follow = vvi_follow_begin(&question, targets, 2, vvi_key_new(1, "test"));
    const vv_chooser chooser = vvi_chooser_follow(&follow);
    vvi_build build = { 0 };
    CHECK_OK(vvi_build_run(&builder, &chooser, &build, NULL));
    assert_true(build.buildable);
    assert_int_equal(vv_hp_find(build.hp, "lock")->value.i, 77);
    assert_int_equal(vv_hp_find(build.hp, "behind")->value.i, 19);
    vvi_build_deinit(&build);
    vvi_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_goes_into_the_cube_and_back),
        cmocka_unit_test(numbers_are_ordered_and_categories_are_not),
        cmocka_unit_test(a_snap_is_the_place_of_the_nearest_value),
        cmocka_unit_test(wanted_values_are_taken_and_others_drawn),
        cmocka_unit_test(what_is_known_to_be_dead_gives_way_to_the_nearest_that_lives),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
