/* space.c - discovery sees what the default build does not ask for, and counts structures. */
#include "check.h"

#include "report/report.h"
#include <stdlib.h>

/* layers 1..n, each with units; more than two layers cannot be built. */
static vv_status build_layers(void *context, vv_hp *hp, uint64_t *digest, vv_error *reason)
{
    const int most = *(int *)context, layers = vv_int(hp, "layers", .min = 1, .max = most);
    uint64_t sum = (uint64_t)layers;
    for (int i = 0; i < layers; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 8);
        sum = 31 * sum + (uint64_t)units;
    }
    *digest = sum;
    if (vv_hp_status(hp) != VV_OK) return vvi_fail(reason, vv_hp_status(hp), "%s", vv_hp_error(hp));
    return layers <= 2 ? VV_OK : vvi_fail(reason, VV_BAD_SHAPE, "layer %d does not fit", 3);
}

static vv_status build_badly(void *context, vv_hp *hp, uint64_t *digest, vv_error *reason)
{
    (void)context, (void)digest;
    (void)vv_int(hp, "width", .min = 3, .max = 1);
    return vvi_fail(reason, vv_hp_status(hp), "%s", vv_hp_error(hp));
}

static vv_status build_continuum(void *context, vv_hp *hp, uint64_t *digest, vv_error *reason)
{
    (void)context, (void)reason;
    *digest = 0;
    (void)vv_float(hp, "rate", .min = 0, .max = 1);
    if (vv_bool(hp, "deep")) (void)vv_int(hp, "depth", .min = 1, .max = 3);
    return VV_OK;
}

static void a_small_space_is_seen_as_a_whole(void **state)
{
    (void)state;
    int most = 2;
    const vv_builder builder = { build_layers, &most };
    vvi_space_report report = { 0 };
    CHECK_OK(vvi_space_discover(&builder, &report, NULL));
    assert_true(report.complete);
    assert_int_equal(report.builds, 8 + 64);
    assert_int_equal(report.buildable, 8 + 64);
    assert_int_equal(report.n_buildable, 2);
    assert_int_equal(report.n, 3);
    static const char *const names[] = { "layers", "units_0", "units_1" };
    static const size_t active[] = { 2, 2, 1 };
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(report.entries[i].active->name, names[i]);
        assert_int_equal(report.entries[i].structures, active[i]);
    }
    vvi_space_report_deinit(&report);
}

static void a_large_space_is_drawn_from(void **state)
{
    (void)state;
    int most = 5;
    const vv_builder builder = { build_layers, &most };
    vvi_space_report report = { 0 };
    CHECK_OK(vvi_space_discover(&builder, &report, NULL));
    assert_false(report.complete);
    assert_int_equal(report.n, 6); /* those that no buildable configuration has, too */
    assert_int_equal(report.n_buildable, 2);
    assert_string_equal(report.entries[5].active->name, "units_4");
    assert_int_equal(report.entries[5].structures, 0);
    assert_true(report.buildable > 0 && report.buildable < report.builds);
    CHECK_CONTAINS(report.refusal.text, "layer 3 does not fit");
    vvi_space_report_deinit(&report);
}

static void a_continuum_is_drawn_from(void **state)
{
    (void)state;
    const vv_builder builder = { build_continuum, NULL };
    vvi_space_report report = { 0 };
    CHECK_OK(vvi_space_discover(&builder, &report, NULL));
    assert_false(report.complete);
    assert_int_equal(report.n, 3);
    assert_int_equal(report.n_buildable, 2);
    vvi_space_report_deinit(&report);
}

static void a_bad_domain_is_an_error(void **state)
{
    (void)state;
    const vv_builder builder = { build_badly, NULL };
    vvi_space_report report = { 0 };
    vv_error error = { 0 };
    assert_int_equal(vvi_space_discover(&builder, &report, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "width");
    vvi_space_report_deinit(&report);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    int most = 2;
    const vv_builder builder = { build_layers, &most };
    for (long n = 1;; n++) {
        vvi_space_report report = { 0 };
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        const vv_status status = vvi_space_discover(&builder, &report, &error);
        vvi_fail_allocation(0);
        vvi_space_report_deinit(&report);
        if (status == VV_OK) {
            assert_true(n > 10);
            return;
        }
        assert_int_equal(status, VV_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_space_is_seen_as_a_whole), cmocka_unit_test(a_large_space_is_drawn_from),
        cmocka_unit_test(a_continuum_is_drawn_from),        cmocka_unit_test(a_bad_domain_is_an_error),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
