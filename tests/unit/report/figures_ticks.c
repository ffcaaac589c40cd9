/* figures_ticks.c - ticks lie on the axis, are round numbers, and are told apart by their labels. */
#include "figures_helper.h"
#include "report/figures/ticks.h"

static vvi_ticks ticks_of(vvi_axis axis, size_t most)
{
    vvi_ticks ticks;
    vvi_ticks_make(&axis, most, &ticks);
    return ticks;
}

static void check_labels(const vvi_ticks *ticks, const char *expected)
{
    char joined[VVI_MOST_TICKS * VVI_TICK_LABEL] = "";
    for (size_t i = 0; i < ticks->n; i++) {
        if (i > 0) strcat(joined, " ");
        strcat(joined, ticks->list[i].word != NULL ? ticks->list[i].word : ticks->list[i].label);
    }
    assert_string_equal(joined, expected);
}

static void numbers_are_round(void **state)
{
    (void)state;
    static const struct {
        vvi_axis axis;
        size_t most;
        const char *labels;
    } cases[] = {
        { { .low = 0, .high = 1 }, 6, "0 0.2 0.4 0.6 0.8 1" },
        { { .low = 0.913, .high = 0.968 }, 6, "0.92 0.93 0.94 0.95 0.96" },
        { { .low = -3, .high = 3 }, 4, "-2 0 2" },
        { { .low = 0, .high = 10000 }, 6, "0 2,000 4,000 6,000 8,000 10,000" },
        { { .low = 0, .high = 250000 }, 6, "0 50k 100k 150k 200k 250k" },
        { { .low = 1, .high = 3, .whole = true }, 8, "1 2 3" },
        { { .low = 0, .high = 4096, .unit = "bytes" }, 5, "0 B 1 KiB 2 KiB 3 KiB 4 KiB" },
        { { .scale = VVI_LOG, .low = 1e-5, .high = 0.1 }, 6, "1e-05 0.0001 0.001 0.01 0.1" },
        { { .scale = VVI_LOG, .low = 9, .high = 120 }, 8, "10 20 50 100" },
        { { .scale = VVI_LOG, .low = 1024, .high = 70000, .unit = "bytes" }, 4, "1 KiB 4 KiB 16 KiB 64 KiB" },
        { { .scale = VVI_LOG, .low = 3.1, .high = 3.9 }, 6, "3.2 3.4 3.6 3.8" },
        { { .scale = VVI_TIME, .low = 1700000000, .high = 1700000060 }, 5, "22:13:30 22:13:45 22:14:00 22:14:15" },
        { { .scale = VVI_TIME, .low = 1700000000, .high = 1700086400 }, 5, "15 Nov 06:00 12:00 18:00" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const vvi_ticks ticks = ticks_of(cases[i].axis, cases[i].most);
        check_labels(&ticks, cases[i].labels);
    }
}

static void words_are_all_or_every_other(void **state)
{
    (void)state;
    static const char *const words[] = { "a", "b", "c", "d", "e" };
    const vvi_axis axis = { .scale = VVI_WORDS, .low = -0.5, .high = 4.5, .words = words, .n_words = 5 };
    vvi_ticks ticks = ticks_of(axis, 5);
    check_labels(&ticks, "a b c d e");
    ticks = ticks_of(axis, 3);
    check_labels(&ticks, "a c e");
    ticks = ticks_of((vvi_axis){ .scale = VVI_WORDS, .low = -0.5, .high = 0.5 }, 3);
    assert_int_equal(ticks.n, 0);
}

static void check_any(const vvi_axis *axis, size_t most)
{
    vvi_ticks ticks;
    vvi_ticks_make(axis, most, &ticks);
    if (ticks.n < 1 || ticks.n > most)
        fail_msg("%zu of %zu ticks from %.17g to %.17g", ticks.n, most, axis->low, axis->high);
    for (size_t i = 0; i < ticks.n; i++) {
        assert_true(ticks.list[i].at >= axis->low && ticks.list[i].at <= axis->high);
        if (i == 0) continue;
        assert_true(ticks.list[i].at > ticks.list[i - 1].at);
        if (strcmp(ticks.list[i].label, ticks.list[i - 1].label) == 0)
            fail_msg("two are called %s from %.17g to %.17g", ticks.list[i].label, axis->low, axis->high);
    }
}

/* Random axes of all sizes. */
static void any_axis_has_ticks(void **state)
{
    (void)state;
    static const vvi_scale scales[] = { VVI_LINEAR, VVI_LOG, VVI_TIME };
    for (size_t i = 0; i < 3000; i++) {
        const double size = pow(10, 30 * unit_of(i, 0) - 15), at = size * (2 * unit_of(i, 1) - 1) * 10;
        vvi_axis axis = { .scale = scales[i % 3], .low = at, .high = at + size, .whole = i % 7 == 0 && size > 2 };
        if (axis.scale == VVI_LOG) axis.low = size, axis.high = size * (1.1 + pow(10, 8 * unit_of(i, 2)));
        if (axis.scale == VVI_TIME) axis.low = 1.6e9, axis.high = 1.6e9 + 2 + 1e8 * unit_of(i, 3);
        check_any(&axis, 2 + (size_t)(10 * unit_of(i, 4)));
    }
}

/* Where two numbers have nothing between them, and where they are as far from each other as can be. */
static void extreme_axes_end(void **state)
{
    (void)state;
    const double low = 1e17;
    const vvi_axis axes[] = { { .low = low, .high = nextafter(low, 2 * low) },
                              { .low = -1e308, .high = 1.7e308 },
                              { .low = 0, .high = 5e-324 },
                              { .scale = VVI_LOG, .low = 5e-324, .high = 1.7e308 },
                              { .scale = VVI_TIME, .low = -1e300, .high = 1e300 } };
    for (size_t i = 0; i < COUNT(axes); i++) {
        const vvi_ticks ticks = ticks_of(axes[i], 6);
        assert_in_range(ticks.n, 1, 6);
        for (size_t k = 0; k < ticks.n; k++)
            assert_true(ticks.list[k].at >= axes[i].low && ticks.list[k].at <= axes[i].high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_round),
        cmocka_unit_test(words_are_all_or_every_other),
        cmocka_unit_test(any_axis_has_ticks),
        cmocka_unit_test(extreme_axes_end),
    };
    return cmocka_run_group_tests_name("report/figures_ticks", tests, NULL, NULL);
}
