/* Drawing and walking only among values from which something can still be built. */
#include "check.h"
#include "conformance/spaces.h"

#include "space/discovery/discovery.h"

typedef struct found {
    vvi_arena arena;
    vv_space space;
    vv_builder builder;
} found;

static void discover(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), found *f)
{
    vv_error error = { 0 };
    f->arena = (vvi_arena){ 0 };
    f->builder = (vv_builder){ build, NULL };
    const vvi_discover_args args = { .builder = &f->builder, .seconds = 60 };
    if (vvi_space_discover(&args, &f->arena, &f->space, &error) != VV_OK) fail_msg("%s", error.text);
    vvi_space_seal(&f->space);
}

/* ---- draws ------------------------------------------------------------------------------------------------------ */

typedef struct drawing {
    vv_space_walk walk;
    vvi_stream stream;
} drawing;

static bool draw(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    drawing *d = context;
    *value = vv_space_value(&d->walk, name, domain, vvi_stream_unit(&d->stream));
    return true;
}

static vvi_build draw_one(const found *f, int number, drawing *d)
{
    vvi_build build = { 0 };
    *d = (drawing){ { .space = &f->space }, vvi_stream_begin(vvi_key_int(vvi_key_new(7, "draws"), number)) };
    const vv_chooser chooser = { draw, d };
    CHECK_OK(vvi_build_run(&f->builder, &chooser, &build, NULL));
    return build;
}

static void every_draw_builds(void **state)
{
    (void)state;
    vv_status (*const spaces[])(void *, vv_hp *, vv_built *, vv_error *) = { build_cnn, build_triangle,
                                                                             build_three_deep };
    for (size_t i = 0; i < 3; i++) {
        found f;
        discover(spaces[i], &f);
        for (int k = 0; k < 2000; k++) {
            drawing d;
            vvi_build build = draw_one(&f, k, &d);
            if (!build.buildable) fail_msg("draw %d: %s", k, build.reason.text);
            assert_true(vv_space_knows(&d.walk));
            vvi_build_deinit(&build);
        }
        vvi_arena_deinit(&f.arena);
    }
}

static void live_values_have_equal_shares(void **state)
{
    (void)state;
    found f;
    int n[4] = { 0 };
    discover(build_cnn, &f);
    for (int k = 0; k < 3000; k++) {
        drawing d;
        vvi_build build = draw_one(&f, k, &d);
        const int layers = (int)vv_hp_find(build.hp, "num_layers")->value.i;
        assert_in_range(layers, 1, 3);
        n[layers]++;
        vvi_build_deinit(&build);
    }
    for (int i = 1; i <= 3; i++) assert_in_range(n[i], 900, 1100); /* 1,000, deviation 26 */
    vvi_arena_deinit(&f.arena);
}

/* Only the middle tenth of a continuum builds. */
BUILDER(build_middle)
{
    (void)context, (void)built;
    const double x = vv_float(hp, "x", .min = 0, .max = 1);
    return x > 0.45 && x < 0.55 ? VV_OK : refuse(reason, "not in the middle");
}

static void a_part_of_a_continuum_is_drawn_evenly(void **state)
{
    (void)state;
    found f;
    double sum = 0, squares = 0;
    discover(build_middle, &f);
    for (int k = 0; k < 2000; k++) {
        drawing d;
        vvi_build build = draw_one(&f, k, &d);
        assert_true(build.buildable);
        const double x = vv_hp_find(build.hp, "x")->value.f - 0.5;
        sum += x;
        squares += x * x;
        vvi_build_deinit(&build);
    }
    CHECK_NEAR(sum / 2000, 0, 0.003);              /* its deviation is 0.1 / sqrt(12 * 2000) = 0.00065 */
    CHECK_NEAR(squares / 2000, 0.01 / 12, 0.0001); /* the variance of a width of 0.1 */
    vvi_arena_deinit(&f.arena);
}

/* ---- where nothing is known ------------------------------------------------------------------------------------- */

static void without_a_space_draws_are_those_of_the_domain(void **state)
{
    (void)state;
    const vv_domain domain = { .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = 1, .max = 10, .step = 1 };
    vv_space_walk walk = { .space = NULL };
    assert_false(vv_space_knows(&walk));
    for (int i = 0; i < 10; i++) assert_int_equal(vv_space_value(&walk, "n", &domain, i / 10.0 + 0.05).i, i + 1);
}

static void a_question_that_was_never_met_ends_the_knowledge(void **state)
{
    (void)state;
    found f;
    discover(build_cnn, &f);
    const vv_domain layers = { .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = 1, .max = 5, .step = 1 };
    vv_space_walk walk = { .space = &f.space }, other = walk;
    vv_space_value(&walk, "num_layers", &layers, 0.5);
    assert_true(vv_space_knows(&walk));
    vv_space_value(&walk, "a_new_name", &layers, 0.5);
    assert_false(vv_space_knows(&walk));
    vv_space_value(&other, "depth", &layers, 0.5); /* not even the first */
    assert_false(vv_space_knows(&other));
    vvi_arena_deinit(&f.arena);
}

/* ---- even draws ------------------------------------------------------------------------------------------------- */

static void even_draws_give_every_configuration_the_same_chance(void **state)
{
    (void)state;
    enum { DRAWS = 10000 };
    found f;
    int n[6][6] = { { 0 } };
    discover(build_triangle, &f);
    for (int k = 0; k < DRAWS; k++) {
        vvi_even even = { .space = &f.space, .key = vvi_key_int(vvi_key_new(3, "even"), k) };
        const vv_chooser chooser = vvi_chooser_even(&even);
        vvi_build build = { 0 };
        CHECK_OK(vvi_build_run(&f.builder, &chooser, &build, NULL));
        assert_true(build.buildable);
        n[vv_hp_find(build.hp, "outer")->value.i][vv_hp_find(build.hp, "inner")->value.i]++;
        vvi_build_deinit(&build);
    }
    double chi2 = 0; /* over 10 configurations: 9 degrees of freedom, 27.9 once in a thousand times */
    for (int outer = 2; outer <= 5; outer++)
        for (int inner = 1; inner < outer; inner++) chi2 += pow(n[outer][inner] - DRAWS / 10.0, 2) / (DRAWS / 10.0);
    assert_true(chi2 < 27.9);
    vvi_arena_deinit(&f.arena);
}

/* ---- walks ------------------------------------------------------------------------------------------------------ */

static void a_walk_within_visits_what_builds_and_nothing_else(void **state)
{
    (void)state;
    found f;
    vvi_walk walk;
    discover(build_cnn, &f);
    const vvi_route route = vvi_route_within(&f.space);
    const vvi_walk_args args = { .builder = &f.builder, .cap = 100000, .route = &route };
    CHECK_OK(vvi_space_walk(&args, &walk, NULL));
    assert_int_equal(walk.end, VVI_WALK_COMPLETE);
    assert_int_equal(walk.leaves, 328);
    assert_int_equal(walk.buildable, 328);
    vvi_arena_deinit(&f.arena);
}

static void a_build_is_followed_to_its_end(void **state)
{
    (void)state;
    found f;
    discover(build_cnn, &f);
    for (uint32_t k = 0; k < 500; k++) {
        vvi_sample sample;
        vvi_build build = { 0 };
        const vv_chooser chooser = vvi_chooser_sample(&sample, &f.space, k);
        CHECK_OK(vvi_build_run(&f.builder, &chooser, &build, NULL));
        const uint32_t end = vvi_space_follow(&f.space, build.hp);
        assert_true(end != VVI_NONE);
        assert_int_equal(vvi_space_can_build(&f.space, end), build.buildable);
        vvi_build_deinit(&build);
    }
    vvi_arena_deinit(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_draw_builds),
        cmocka_unit_test(live_values_have_equal_shares),
        cmocka_unit_test(a_part_of_a_continuum_is_drawn_evenly),
        cmocka_unit_test(without_a_space_draws_are_those_of_the_domain),
        cmocka_unit_test(a_question_that_was_never_met_ends_the_knowledge),
        cmocka_unit_test(even_draws_give_every_configuration_the_same_chance),
        cmocka_unit_test(a_walk_within_visits_what_builds_and_nothing_else),
        cmocka_unit_test(a_build_is_followed_to_its_end),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
