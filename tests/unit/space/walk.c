/* Walking whole spaces. */
#include "check.h"
#include "conformance/spaces.h"

#include "space/discovery/walk.h"

static vv_builder builder_of(vv_status (*build)(void *context, vv_hp *hp, vv_built *built, vv_error *reason))
{
    return (vv_builder){ build, NULL };
}

static void check_counts(vv_builder builder, uint64_t leaves, uint64_t buildable)
{
    vvi_walk walk;
    CHECK_OK(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = UINT64_MAX }, &walk, NULL));
    assert_int_equal(walk.end, VVI_WALK_COMPLETE);
    assert_int_equal(walk.leaves, leaves);
    assert_int_equal(walk.buildable, buildable);
}

static void the_published_examples_have_their_known_sizes(void **state)
{
    (void)state;
    check_counts(builder_of(build_cnn), 37448, 328);
    check_counts(builder_of(build_dense), 504, 504);
    check_counts(builder_of(build_lstm), 756, 756);
}

/* ---- order ------------------------------------------------------------------------------------------------------ */

static vv_status build_conditional(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context;
    const char *m = vv_choice(hp, "m", VV_STRINGS("a", "b", "refused"));
    if (vv_when(hp, "m", VV_STRINGS("refused"))) return vvi_fail(reason, VV_BAD_SHAPE, "m is refused");
    const int end = vv_int(hp, m[0] == 'a' ? "x" : "y", .min = 1, .max = m[0] == 'a' ? 2 : 3);
    if (end > 1) vv_int(hp, "z", .min = end, .max = 3); /* a range that depends on a value */
    built->digest = (uint64_t)end;
    return VV_OK;
}

typedef struct record {
    vvi_line line;
    uint64_t stop_after, seen;
} record;

static bool write_leaf(void *context, vvi_build *leaf)
{
    record *r = context;
    char text[128];
    vvi_hp_describe(leaf->hp, text, sizeof text);
    vvi_line_printf(&r->line, "[%s%s%s]", text, leaf->buildable ? "" : ": ", leaf->reason.text);
    return ++r->seen != r->stop_after;
}

static void leaves_come_in_order_the_last_asked_fastest(void **state)
{
    (void)state;
    char text[2][1000];
    for (int i = 0; i < 2; i++) {
        record r = { .line = { .text = text[i], .size = sizeof text[i] } };
        const vv_builder builder = builder_of(build_conditional);
        vvi_walk walk;
        CHECK_OK(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 100, .visit = write_leaf, .context = &r },
                                &walk, NULL));
        assert_int_equal(walk.end, VVI_WALK_COMPLETE);
        assert_int_equal(walk.leaves, 8);
        assert_int_equal(walk.buildable, 7);
    }
    assert_string_equal(text[0], "[m=a, x=1][m=a, x=2, z=2][m=a, x=2, z=3][m=b, y=1][m=b, y=2, z=2][m=b, y=2, z=3]"
                                 "[m=b, y=3, z=3][m=refused: m is refused]");
    assert_string_equal(text[1], text[0]);
}

static void a_visitor_can_stop_the_walk(void **state)
{
    (void)state;
    char text[1000];
    record r = { .line = { .text = text, .size = sizeof text }, .stop_after = 2 };
    const vv_builder builder = builder_of(build_conditional);
    vvi_walk walk;
    CHECK_OK(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 100, .visit = write_leaf, .context = &r },
                            &walk, NULL));
    assert_int_equal(walk.end, VVI_WALK_STOPPED);
    assert_int_equal(walk.leaves, 2);
    assert_string_equal(text, "[m=a, x=1][m=a, x=2, z=2]");
}

static bool keep_first(void *context, vvi_build *leaf)
{
    vv_hp **kept = context;
    if (*kept != NULL) return true;
    *kept = leaf->hp;
    leaf->hp = NULL;
    return true;
}

static void a_visitor_can_keep_a_leaf(void **state)
{
    (void)state;
    vv_hp *kept = NULL;
    const vv_builder builder = builder_of(build_conditional);
    vvi_walk walk;
    CHECK_OK(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 100, .visit = keep_first, .context = &kept },
                            &walk, NULL));
    assert_int_equal(walk.leaves, 8);
    char text[64];
    vvi_hp_describe(kept, text, sizeof text);
    assert_string_equal(text, "m=a, x=1");
    vv_hp_free(kept);
}

static void the_cap_counts_leaves(void **state)
{
    (void)state;
    const vv_builder builder = builder_of(build_conditional);
    vvi_walk walk;
    CHECK_OK(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 7 }, &walk, NULL));
    assert_int_equal(walk.end, VVI_WALK_CAPPED);
    assert_int_equal(walk.leaves, 7);
    CHECK_OK(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 8 }, &walk, NULL));
    assert_int_equal(walk.end, VVI_WALK_COMPLETE);
}

BUILDER(build_sometimes_continuous)
{
    UNUSED_BUT_HP;
    if (vv_bool(hp, "train")) vv_float(hp, "learning_rate", .min = 1e-4, .max = 0.1, .sampling = VV_SAMPLE_LOG);
    return VV_OK;
}

static void a_continuum_is_named(void **state)
{
    (void)state;
    const vv_builder builder = builder_of(build_sometimes_continuous);
    vvi_walk walk;
    CHECK_OK(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 100 }, &walk, NULL));
    assert_int_equal(walk.end, VVI_WALK_CONTINUUM);
    assert_string_equal(walk.continuum, "learning_rate");
    assert_int_equal(walk.leaves, 1); /* train=false */
}

/* ---- one leaf at a time ----------------------------------------------------------------------------------------- */

/* Two points of a continuum, and everything of the rest. */
static uint32_t take_points(void *context, uint32_t before, uint64_t position, const char *name,
                            const vv_domain *domain, vvi_stops *stops)
{
    (void)position, (void)name;
    if (vv_domain_size(domain) == 0) *stops = (vvi_stops){ .spans = context, .n = 2 };
    return before + 1;
}

static vv_status build_mixed(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context, (void)built, (void)reason;
    vv_bool(hp, "a");
    if (vv_float(hp, "x", .min = 1, .max = 2) > 1) vv_bool(hp, "b");
    return VV_OK;
}

static void a_walk_goes_on_leaf_by_leaf_and_points_of_a_continuum_have_an_end(void **state)
{
    (void)state;
    char text[200];
    vvi_span points[] = { { 0, 0 }, { 1, 1 } }; /* 1, and the double after it */
    const vvi_route route = { take_points, points };
    const vv_builder builder = builder_of(build_mixed), other = builder;
    vvi_walk_args args = { .builder = &builder, .route = &route };
    vvi_walker *walker = vvi_walker_new(&args);
    vvi_build leaf = { 0 };
    vvi_line line = { .text = text, .size = sizeof text };
    assert_non_null(walker);
    for (bool more = true, endless; more;) {
        CHECK_OK(vvi_walker_build(walker, &leaf, &endless, NULL));
        CHECK_OK(vvi_walker_build(walker, &leaf, &endless, NULL)); /* as often as one likes */
        assert_false(endless);
        for (size_t i = 0; i < vv_hp_count(leaf.hp); i++)
            vvi_line_printf(&line, i == 1 ? "%d " : "%d",
                            vv_domain_index(&vv_hp_at(leaf.hp, i)->domain, vv_hp_at(leaf.hp, i)->value) > 0);
        vvi_line_printf(&line, ".");
        args.builder = &other;
        CHECK_OK(vvi_walker_advance(walker, &more, NULL));
    }
    assert_string_equal(text, "00 .00 0.00 1.10 .10 0.10 1.");
    vvi_walker_free(walker);
    vvi_build_deinit(&leaf);
}

static void a_walk_on_its_own_stops_at_a_continuum(void **state)
{
    (void)state;
    vvi_span wide[] = { { 0, 0 }, { 5, 9 } };
    const vvi_route route = { take_points, wide };
    const vv_builder builder = builder_of(build_mixed);
    for (int i = 0; i < 2; i++) {
        const vvi_walk_args args = { .builder = &builder, .route = i == 0 ? NULL : &route };
        vvi_walker *walker = vvi_walker_new(&args);
        vvi_build leaf = { 0 };
        bool endless = false;
        assert_non_null(walker);
        CHECK_OK(vvi_walker_build(walker, &leaf, &endless, NULL));
        assert_true(endless);
        vvi_walker_free(walker);
        vvi_build_deinit(&leaf);
    }
    vvi_walker_free(NULL);
}

static void a_build_that_asks_nothing_is_one_leaf(void **state)
{
    (void)state;
    check_counts(builder_of(build_nothing), 1, 1);
}

/* ---- trouble ---------------------------------------------------------------------------------------------------- */

BUILDER(build_bad_range)
{
    UNUSED_BUT_HP;
    const int n = vv_int(hp, "n", .min = 1, .max = 5);
    vv_int(hp, "m", .min = n, .max = 3);
    return VV_OK;
}

static void a_bad_domain_ends_the_walk(void **state)
{
    (void)state;
    const vv_builder builder = builder_of(build_bad_range);
    vvi_walk walk;
    vv_error error = { 0 };
    assert_int_equal(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 100 }, &walk, &error), VV_BAD_ARG);
    assert_string_equal(error.text, "m: max 3 is below min 4");
}

static vv_status build_fickle(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    int *runs = context;
    (void)built;
    (void)reason;
    vv_int(hp, ++*runs > 3 ? "a" : "b", .min = 1, .max = 3);
    vv_int(hp, "c", .min = 1, .max = 3);
    return VV_OK;
}

static void a_build_that_depends_on_more_than_its_values_is_found_out(void **state)
{
    (void)state;
    int runs = 0;
    const vv_builder builder = { build_fickle, &runs };
    vvi_walk walk;
    vv_error error = { 0 };
    assert_int_equal(vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 100 }, &walk, &error), VV_MISMATCH);
    CHECK_CONTAINS(error.text, "not a function of its hyperparameters");
    assert_int_equal(runs, 4);
}

static vv_status build_without_a_reason(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context;
    (void)hp;
    (void)built;
    (void)reason;
    return VV_UNSUPPORTED;
}

static void a_refusal_always_has_a_reason(void **state)
{
    (void)state;
    const vv_builder builder = builder_of(build_without_a_reason);
    vvi_build build = { 0 };
    CHECK_OK(vvi_build_run(&builder, NULL, &build, NULL));
    assert_false(build.buildable);
    assert_string_equal(build.reason.text, "this is not available here");
    vvi_build_deinit(&build);
}

/* Asks the same, builds another thing each time. */
BUILDER(build_counting)
{
    int *runs = context;
    (void)reason;
    vv_int(hp, "n", .min = 1, .max = 3);
    built->digest = (uint64_t)++ * runs;
    return VV_OK;
}

static void building_the_same_values_again_must_make_the_same(void **state)
{
    (void)state;
    int runs = 0;
    const vv_builder counting = { build_counting, &runs }, fickle = { build_fickle, &runs };
    const vv_builder steady = builder_of(build_dense);
    vvi_build build = { 0 };
    vv_error error = { 0 };
    CHECK_OK(vvi_build_run(&steady, NULL, &build, NULL));
    CHECK_OK(vvi_build_check_repeats(&steady, &build, NULL));
    assert_int_equal(vvi_build_check_repeats(&counting, &build, &error), VV_MISMATCH);
    vvi_build_deinit(&build);
    CHECK_OK(vvi_build_run(&counting, NULL, &build, NULL));
    assert_int_equal(vvi_build_check_repeats(&counting, &build, NULL), VV_MISMATCH);
    vvi_build_deinit(&build);
    runs = 2;
    CHECK_OK(vvi_build_run(&fickle, NULL, &build, NULL));
    assert_int_equal(vvi_build_check_repeats(&fickle, &build, NULL), VV_MISMATCH);
    vvi_build_deinit(&build);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    const vv_builder builder = builder_of(build_conditional);
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        vvi_walk walk;
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        status = vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = 100 }, &walk, &error);
        vvi_fail_allocation(-1);
        assert_int_equal(status, error.status);
        if (status != VV_OK) assert_int_equal(status, VV_NO_MEMORY);
        if (status == VV_OK) assert_true(n > 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_examples_have_their_known_sizes),
        cmocka_unit_test(leaves_come_in_order_the_last_asked_fastest),
        cmocka_unit_test(a_visitor_can_stop_the_walk),
        cmocka_unit_test(a_visitor_can_keep_a_leaf),
        cmocka_unit_test(the_cap_counts_leaves),
        cmocka_unit_test(a_continuum_is_named),
        cmocka_unit_test(a_walk_goes_on_leaf_by_leaf_and_points_of_a_continuum_have_an_end),
        cmocka_unit_test(a_walk_on_its_own_stops_at_a_continuum),
        cmocka_unit_test(a_build_that_asks_nothing_is_one_leaf),
        cmocka_unit_test(a_bad_domain_ends_the_walk),
        cmocka_unit_test(a_build_that_depends_on_more_than_its_values_is_found_out),
        cmocka_unit_test(a_refusal_always_has_a_reason),
        cmocka_unit_test(building_the_same_values_again_must_make_the_same),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
