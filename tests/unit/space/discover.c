/* Finding out whole spaces: how far it looks, what it counts, what it never overlooks and what it admits to not know. */
#include "check.h"
#include "conformance/spaces.h"

#include "space/discovery/discovery.h"

typedef struct found {
    vvi_arena arena;
    vv_space space;
} found;

static void discover_within(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), void *context, uint64_t most,
                            found *f)
{
    const vv_builder builder = { build, context };
    vv_error error = { 0 };
    f->arena = (vvi_arena){ 0 };
    const vvi_discover_args args = { .builder = &builder, .most = most, .seconds = 60 };
    if (vvi_space_discover(&args, &f->arena, &f->space, &error) != VV_OK) fail_msg("%s", error.text);
    vvi_space_seal(&f->space);
}

static void discover(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), found *f)
{
    discover_within(build, NULL, 0, f);
}

static void forget(found *f)
{
    vvi_arena_deinit(&f->arena);
}

static void check_counts(found *f, const char *total, const char *buildable)
{
    assert_string_equal(vvi_count_digits(&f->arena, f->space.total), total);
    assert_string_equal(vvi_count_digits(&f->arena, f->space.buildable), buildable);
}

static bool switches(const found *f, const char *name)
{
    const uint32_t number = vvi_space_find_name(&f->space, name);
    assert_true(number != VVI_NONE);
    return f->space.asked[number].switches;
}

/* ---- all -------------------------------------------------------------------------------------------------------- */

static void small_spaces_are_known_from_end_to_end(void **state)
{
    (void)state;
    static const struct {
        vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *);
        const char *total, *buildable;
    } spaces[] = { { build_cnn, "37448", "328" },    { build_dense, "504", "504" },  { build_lstm, "756", "756" },
                   { build_nothing, "1", "1" },      { build_fixed, "1", "1" },      { build_one_value, "1", "1" },
                   { build_two_booleans, "4", "4" }, { build_three_deep, "8", "8" }, { build_triangle, "15", "10" } };
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        found f;
        discover(spaces[i].build, &f);
        assert_int_equal(f.space.depth, VVI_DEPTH_ALL);
        assert_true(vvi_space_is_exact(&f.space));
        assert_true(f.space.pure);
        check_counts(&f, spaces[i].total, spaces[i].buildable);
        forget(&f);
    }
}

static void only_what_decides_is_a_switch(void **state)
{
    (void)state;
    found f;
    discover(build_cnn, &f);
    assert_true(switches(&f, "num_layers"));
    assert_false(switches(&f, "filters_0"));
    assert_false(switches(&f, "kernel_size_0")); /* with any value of it there is the same to choose from later */
    assert_true(switches(&f, "kernel_size_2"));  /* 5 leaves no pixel */
    forget(&f);
}

/* 17 flags of which none matters: 2^17 builds and a diagram of 17 forks. */
BUILDER(build_flags)
{
    UNUSED_BUT_HP;
    for (int i = 0; i < 17; i++) vv_bool(hp, vv_name(hp, "flag_%d", i));
    return VV_OK;
}

static void equal_futures_are_one(void **state)
{
    (void)state;
    found f;
    discover(build_flags, &f);
    assert_int_equal(f.space.depth, VVI_DEPTH_ALL);
    assert_int_equal(f.space.n_forks, 17);
    check_counts(&f, "131072", "131072");
    forget(&f);
}

/* ---- switches --------------------------------------------------------------------------------------------------- */

/* Two of its hundred values build, nothing tells which. */
BUILDER(build_two_of_a_hundred)
{
    (void)context, (void)built;
    const int n = vv_int(hp, "n", .min = 1, .max = 100);
    vv_float(hp, "rate", .min = 0, .max = 1);
    return n == 38 || n == 77 ? VV_OK : refuse(reason, "not this one");
}

static void a_space_with_a_continuum_is_known_by_what_decides_in_it(void **state)
{
    (void)state;
    found f;
    discover(build_two_of_a_hundred, &f);
    assert_int_equal(f.space.depth, VVI_DEPTH_SWITCHES);
    assert_false(vvi_space_is_exact(&f.space));
    assert_int_equal(f.space.n_samples, VVI_SAMPLES);
    assert_true(switches(&f, "n"));
    assert_false(switches(&f, "rate"));
    check_counts(&f, "100", "2");
    forget(&f);
}

/* A float that switches at 1/3, exactly there. */
BUILDER(build_threshold)
{
    UNUSED_BUT_HP;
    const double rate = vv_float(hp, "rate", .min = 0, .max = 1);
    if (rate > 1.0 / 3) vv_int(hp, "n", .min = 1, .max = 5);
    built->structure = rate > 1.0 / 3;
    return VV_OK;
}

static void where_a_continuum_switches_is_found_to_the_last_bit(void **state)
{
    (void)state;
    found f;
    discover(build_threshold, &f);
    assert_int_equal(f.space.depth, VVI_DEPTH_SWITCHES);
    const vvi_fork *root = &f.space.forks[f.space.root];
    const vv_domain *domain = &f.space.domains[root->domain].domain;
    assert_int_equal(root->n, 2);
    CHECK_EQUAL_EXACTLY(vvi_position_value(domain, root->branches[0].last).f, 1.0 / 3);
    CHECK_EQUAL_EXACTLY(vvi_position_value(domain, root->branches[1].first).f, nextafter(1.0 / 3, 1));
    check_counts(&f, "6", "6");
    forget(&f);
}

/* 10^40 configurations of which one flag decides half. */
BUILDER(build_huge)
{
    (void)context, (void)built;
    const bool flag = vv_bool(hp, "flag");
    for (int i = 0; i < 20; i++) vv_int(hp, vv_name(hp, "width_%d", i), .min = 1, .max = 100);
    return flag ? VV_OK : refuse(reason, "no flag");
}

static void the_size_of_a_huge_space_is_a_whole_number(void **state)
{
    (void)state;
    found f;
    discover(build_huge, &f);
    assert_int_equal(f.space.depth, VVI_DEPTH_SWITCHES);
    check_counts(&f, "20000000000000000000000000000000000000000", "10000000000000000000000000000000000000000");
    forget(&f);
}

static void a_space_of_more_than_may_be_built_is_known_by_its_switches(void **state)
{
    (void)state;
    found f;
    discover_within(build_cnn, NULL, 1000, &f);
    assert_int_equal(f.space.depth, VVI_DEPTH_SWITCHES);
    check_counts(&f, "37448", "328");
    forget(&f);
}

/* ---- samples ---------------------------------------------------------------------------------------------------- */

/* Which half builds cannot be told from one value. */
BUILDER(build_below_a_line)
{
    (void)context, (void)built;
    const double x = vv_float(hp, "x", .min = 0, .max = 1), y = vv_float(hp, "y", .min = 0, .max = 1);
    return x + y < 1 ? VV_OK : refuse(reason, "above the line");
}

static void what_does_not_fit_a_diagram_is_sampled(void **state)
{
    (void)state;
    found f;
    discover(build_below_a_line, &f);
    assert_int_equal(f.space.depth, VVI_DEPTH_SAMPLED);
    assert_true(f.space.root == VVI_NONE);
    CHECK_NEAR(exp2(f.space.about_buildable.log2), 0.5, 0.05);
    forget(&f);
}

/* A random tree: each node asks again with a chance that its values decide; sizes of paths differ by far. */
BUILDER(build_tree)
{
    UNUSED_BUT_HP;
    int more = 1;
    for (int i = 0; more > 0 && i < 12; i++) {
        const int n = vv_int(hp, vv_name(hp, "n_%d", i), .min = 1, .max = 4);
        more = more - 1 + (n > 1) + (n > 2);
        for (int k = 0; k < n; k++) vv_bool(hp, vv_name(hp, "flag_%d_%d", i, k));
    }
    return VV_OK;
}

/* The same sum, by recursion over what the loop does: 2^n flags for each n. */
static double count_tree(int i, int more)
{
    double sum = 0;
    if (more == 0 || i == 12) return 1;
    for (int n = 1; n <= 4; n++) sum += pow(2, n) * count_tree(i + 1, more - 1 + (n > 1) + (n > 2));
    return sum;
}

static void knuths_estimate_holds_the_truth(void **state)
{
    (void)state;
    found f;
    discover(build_tree, &f);
    assert_int_equal(f.space.depth, VVI_DEPTH_SAMPLED);
    const double truth = log2(count_tree(0, 1));
    const vvi_estimate about = f.space.about_total;
    print_message("2^%.2f, estimated 2^%.2f (%.2f to %.2f)\n", truth, about.log2, about.low, about.high);
    assert_true(about.low <= truth && truth <= about.high);
    assert_true(about.high - about.low < 2);
    forget(&f);
}

/* ---- trouble ---------------------------------------------------------------------------------------------------- */

BUILDER(build_by_the_call)
{
    (void)reason;
    int *calls = context;
    vv_int(hp, "n", .min = 1, .max = 50);
    built->structure = built->digest = (uint64_t)(++*calls % 7 == 0);
    return VV_OK;
}

static void a_build_that_depends_on_more_than_its_values_is_impure(void **state)
{
    (void)state;
    found f;
    int calls = 0;
    discover_within(build_by_the_call, &calls, 0, &f);
    assert_false(f.space.pure);
    assert_int_equal(f.space.depth, VVI_DEPTH_SAMPLED);
    CHECK_CONTAINS(f.space.impurity, "n=");
    forget(&f);
}

BUILDER(build_bad_range)
{
    UNUSED_BUT_HP;
    const int n = vv_int(hp, "n", .min = 1, .max = 5);
    vv_int(hp, "m", .min = n, .max = 3);
    return VV_OK;
}

static void a_mistake_of_the_build_ends_it(void **state)
{
    (void)state;
    const vv_builder builder = { build_bad_range, NULL };
    vvi_arena arena = { 0 };
    vv_space space;
    vv_error error = { 0 };
    const vvi_discover_args args = { .builder = &builder };
    assert_int_equal(vvi_space_discover(&args, &arena, &space, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "m: max 3 is below min");
    vvi_space_seal(&space);
    vvi_arena_deinit(&arena);
}

static void the_same_builder_gives_the_same_space(void **state)
{
    (void)state;
    found a, b;
    discover(build_two_of_a_hundred, &a);
    discover(build_two_of_a_hundred, &b);
    assert_int_equal(a.space.builds, b.space.builds);
    assert_int_equal(a.space.n_forks, b.space.n_forks);
    assert_int_equal(a.space.n_outcomes, b.space.n_outcomes);
    forget(&a);
    forget(&b);
}

static void check_failing_allocations(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), uint64_t most)
{
    const vv_builder builder = { build, NULL };
    const vvi_discover_args args = { .builder = &builder, .most = most, .seconds = 60 };
    vv_status status = VV_NO_MEMORY;
    long n = 1;
    for (; status != VV_OK; n += 1 + n / 16) {
        vvi_arena arena = { 0 };
        vv_space space;
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        status = vvi_space_discover(&args, &arena, &space, &error);
        vvi_space_seal(&space);
        vvi_fail_allocation(-1);
        assert_int_equal(status, error.status);
        if (status != VV_OK) assert_int_equal(status, VV_NO_MEMORY);
        vvi_arena_deinit(&arena);
    }
    assert_true(n > 20);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    check_failing_allocations(build_triangle, 0);
    check_failing_allocations(build_dense, 100);
    check_failing_allocations(build_below_a_line, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_spaces_are_known_from_end_to_end),
        cmocka_unit_test(only_what_decides_is_a_switch),
        cmocka_unit_test(equal_futures_are_one),
        cmocka_unit_test(a_space_with_a_continuum_is_known_by_what_decides_in_it),
        cmocka_unit_test(where_a_continuum_switches_is_found_to_the_last_bit),
        cmocka_unit_test(the_size_of_a_huge_space_is_a_whole_number),
        cmocka_unit_test(a_space_of_more_than_may_be_built_is_known_by_its_switches),
        cmocka_unit_test(what_does_not_fit_a_diagram_is_sampled),
        cmocka_unit_test(knuths_estimate_holds_the_truth),
        cmocka_unit_test(a_build_that_depends_on_more_than_its_values_is_impure),
        cmocka_unit_test(a_mistake_of_the_build_ends_it),
        cmocka_unit_test(the_same_builder_gives_the_same_space),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
