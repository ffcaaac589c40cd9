/* Grid search: its order, its values, what it counts, and that the rest is the same wherever a search was stopped. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/raster.h"
#include "space/discovery/discovery.h"

#include <stdlib.h>

typedef vv_status (*build_function)(void *, vv_hp *, vv_built *, vv_error *);

/* ---- a search ---------------------------------------------------------------------------------------------------- */

typedef struct search {
    vvi_arena arena;
    vv_space space;
    const vv_space *known; /* NULL: nothing is */
    build_function build;
    vv_oracle *oracle;
    vv_answer answer;
    int builds;
} search;

/* The build function of a search, counted. */
static vv_status build_counted(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    search *s = context;
    s->builds++;
    return s->build(NULL, hp, built, reason);
}

static vv_oracle *open_with(search *s, const char *spec)
{
    vv_oracle *oracle = NULL;
    const vv_oracle_args args = { .spec = spec, .builder = { build_counted, s }, .space = s->known, .seed = 9 };
    CHECK_OK(vv_oracle_open(&args, &oracle, NULL));
    return oracle;
}

static void begin(search *s, const char *spec, build_function build, bool known, uint64_t most)
{
    *s = (search){ .build = build };
    if (known) {
        const vv_builder builder = { build, NULL };
        const vvi_discover_args args = { .builder = &builder, .most = most, .seconds = 60 };
        CHECK_OK(vvi_space_discover(&args, &s->arena, &s->space, NULL));
        vvi_space_seal(&s->space);
        s->known = &s->space;
    }
    s->oracle = open_with(s, spec);
}

static void end(search *s)
{
    vv_oracle_close(s->oracle);
    vvi_arena_deinit(&s->arena);
}

/* Asks, and begins what is proposed; false: exhausted. */
static bool step(search *s)
{
    CHECK_OK(vv_oracle_ask(s->oracle, &s->answer, NULL));
    if (s->answer.kind == VV_ANSWER_PROPOSAL) {
        CHECK_OK(vv_oracle_begin(s->oracle, s->answer.hp, NULL));
        return true;
    }
    assert_true(s->answer.kind == VV_ANSWER_EXHAUSTED || s->answer.kind == VV_ANSWER_DONE);
    return false;
}

static double plan_of(search *s)
{
    double total = -1, again = -1;
    CHECK_OK(vv_oracle_plan(s->oracle, &total, NULL));
    CHECK_OK(vv_oracle_plan(s->oracle, &again, NULL));
    CHECK_EQUAL_EXACTLY(total, again);
    return total;
}

static void check_lines(search *s, const char *const *lines, size_t n)
{
    char text[200];
    for (size_t i = 0; i < n; i++) {
        if (!step(s)) fail_msg("it ends before %s", lines[i]);
        vvi_hp_describe(s->answer.hp, text, sizeof text);
        assert_string_equal(text, lines[i]);
    }
    assert_false(step(s));
    assert_false(step(s));
}

#define CHECK_LINES(s, ...)                                                                                            \
    check_lines(s, (const char *const[]){ __VA_ARGS__ }, sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(char *))

/* ---- order ------------------------------------------------------------------------------------------------------- */

BUILDER(build_three)
{
    UNUSED_BUT_HP;
    vv_choice(hp, "c", VV_STRINGS("z", "a"));
    vv_int(hp, "n", .min = 1, .max = 2);
    vv_bool(hp, "b");
    return VV_OK;
}

static void the_first_asked_changes_slowest_and_choices_stay_as_given(void **state)
{
    (void)state;
    search s;
    begin(&s, "grid", build_three, false, 0);
    CHECK_NEAR(plan_of(&s), 8, 0);
    CHECK_LINES(&s, "c=z, n=1, b=false", "c=z, n=1, b=true", "c=z, n=2, b=false", "c=z, n=2, b=true",
                "c=a, n=1, b=false", "c=a, n=1, b=true", "c=a, n=2, b=false", "c=a, n=2, b=true");
    assert_string_equal(s.answer.note, ""); /* it was the whole space */
    end(&s);
}

static void only_what_is_active_is_combined(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        search s;
        begin(&s, "grid", build_three_deep, known == 1, 0);
        CHECK_NEAR(plan_of(&s), 8, 0);
        CHECK_LINES(&s, "model=linear", "model=tree", "model=network, network/depth=1",
                    "model=network, network/depth=2, network/skip=false",
                    "model=network, network/depth=2, network/skip=true",
                    "model=network, network/depth=3, network/skip=false",
                    "model=network, network/depth=3, network/skip=true, network/decay=0.1",
                    "model=network, network/depth=3, network/skip=true, network/decay=0.01");
        end(&s);
    }
}

static void a_range_that_depends_on_others_has_a_grid_of_its_own(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        search s;
        begin(&s, "grid", build_triangle, known == 1, 0);
        CHECK_NEAR(plan_of(&s), 10, 0);
        CHECK_LINES(&s, "outer=2, inner=1", "outer=3, inner=1", "outer=3, inner=2", "outer=4, inner=1",
                    "outer=4, inner=2", "outer=4, inner=3", "outer=5, inner=1", "outer=5, inner=2", "outer=5, inner=3",
                    "outer=5, inner=4");
        end(&s);
    }
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static vv_domain range_of(vv_domain_kind kind, double min, double max, double step, vv_sampling sampling)
{
    return (vv_domain){ .kind = kind,
                        .type = kind == VV_DOMAIN_INT ? VV_VALUE_INT : VV_VALUE_FLOAT,
                        .min = min,
                        .max = max,
                        .step = step,
                        .sampling = sampling };
}

static void check_values(const vv_domain *domain, uint32_t points, uint64_t most, const double *values, size_t n)
{
    vvi_raster raster = { .points = points, .most = most };
    assert_true(vvi_raster_values(&raster, domain));
    size_t at = 0;
    for (size_t i = 0; i < raster.values.n; i++) {
        for (uint64_t p = raster.values.list[i].first; p <= raster.values.list[i].last; p++, at++) {
            const vv_value value = vvi_position_value(domain, p);
            assert_true(at < n);
            CHECK_EQUAL_EXACTLY(value.type == VV_VALUE_INT ? (double)value.i : value.f, values[at]);
            assert_true(vv_domain_contains(domain, value));
        }
    }
    assert_int_equal(at, n);
    vvi_raster_deinit(&raster);
}

#define CHECK_VALUES(kind, min, max, step, sampling, points, most, ...)                                                \
    do {                                                                                                               \
        const vv_domain domain = range_of(kind, min, max, step, sampling);                                             \
        const double values[] = { __VA_ARGS__ };                                                                       \
        check_values(&domain, points, most, values, sizeof values / sizeof *values);                                   \
    } while (0)

static void a_continuum_has_evenly_spaced_points_with_both_ends(void **state)
{
    (void)state;
    CHECK_VALUES(VV_DOMAIN_FLOAT, 0, 0.6, 0, VV_SAMPLE_LINEAR, 5, 1000, 0, 0.15, 0.3, 0.45, 0.6);
    CHECK_VALUES(VV_DOMAIN_FLOAT, -1, 1, 0, VV_SAMPLE_LINEAR, 3, 1000, -1, 0, 1);
    CHECK_VALUES(VV_DOMAIN_FLOAT, 0, 0.1, 0, VV_SAMPLE_LINEAR, 2, 1000, 0, 0.1);
    CHECK_VALUES(VV_DOMAIN_FLOAT, 0, 1, 0, VV_SAMPLE_LINEAR, 4, 1000, 0, 0.333333333333, 0.666666666667, 1);
    CHECK_VALUES(VV_DOMAIN_FLOAT, 0.3, 0.3, 0, VV_SAMPLE_LINEAR, 5, 1000, 0.3);
    CHECK_VALUES(VV_DOMAIN_FLOAT, 1e-300, 3e-300, 0, VV_SAMPLE_LINEAR, 2, 1000, 1e-300, 3e-300);
}

static void logarithmic_ranges_have_equal_ratios(void **state)
{
    (void)state;
    CHECK_VALUES(VV_DOMAIN_FLOAT, 1e-5, 0.1, 0, VV_SAMPLE_LOG, 5, 1000, 1e-5, 1e-4, 1e-3, 1e-2, 0.1);
    CHECK_VALUES(VV_DOMAIN_FLOAT, 0.001, 0.1, 0, VV_SAMPLE_LOG, 3, 1000, 0.001, 0.01, 0.1);
    /* 1.1 - 0.1, ... backwards: 10.1 - 10 = 0.1, 10.1 - 1 = 9.1 */
    CHECK_VALUES(VV_DOMAIN_FLOAT, 0.1, 10, 0, VV_SAMPLE_REVERSE_LOG, 3, 1000, 0.1, 9.1, 10);
    CHECK_VALUES(VV_DOMAIN_INT, 1, 10000, 0, VV_SAMPLE_LOG, 5, 1000, 1, 10, 100, 1000, 10000);
}

static void ranges_of_many_values_are_thinned_and_stay_on_their_own_grid(void **state)
{
    (void)state;
    CHECK_VALUES(VV_DOMAIN_INT, 1, 5, 1, VV_SAMPLE_LINEAR, 3, 5, 1, 2, 3, 4, 5);
    CHECK_VALUES(VV_DOMAIN_INT, 1, 5, 1, VV_SAMPLE_LINEAR, 3, 4, 1, 3, 5);
    CHECK_VALUES(VV_DOMAIN_INT, 1, 5, 1, VV_SAMPLE_LINEAR, 5, 4, 1, 2, 3, 4, 5); /* as many as there are points */
    CHECK_VALUES(VV_DOMAIN_INT, 0, 5000, 1, VV_SAMPLE_LINEAR, 5, 1000, 0, 1250, 2500, 3750, 5000);
    CHECK_VALUES(VV_DOMAIN_INT, 0, 100, 7, VV_SAMPLE_LINEAR, 3, 2, 0, 49, 98); /* its last value is its end */
    CHECK_VALUES(VV_DOMAIN_INT, 1, 1024, 2, VV_SAMPLE_LOG, 3, 2, 1, 32, 1024);
    CHECK_VALUES(VV_DOMAIN_FLOAT, 0, 1, 0.01, VV_SAMPLE_LINEAR, 3, 50, 0, 0.5, 1);
    CHECK_VALUES(VV_DOMAIN_INT, 1, 20, 0, VV_SAMPLE_LOG, 7, 10, 1, 2, 3, 4, 7, 12, 20);
    CHECK_VALUES(VV_DOMAIN_INT, 1, 12, 0, VV_SAMPLE_LOG, 10, 5, 1, 2, 3, 4, 5, 7, 9, 12); /* two round to 1, two to 2 */
}

static void the_end_of_a_thinned_grid_is_no_end_of_the_space_and_says_so(void **state)
{
    (void)state;
    search s;
    begin(&s, "grid:points=3,most=10", build_continuous, false, 0);
    CHECK_NEAR(plan_of(&s), 81, 0);
    int n = 0;
    for (; step(&s); n++) {
        const double rate = vv_hp_find(s.answer.hp, "learning_rate")->value.f;
        assert_true(fabs(rate - 1e-5) < 1e-12 || fabs(rate - 1e-3) < 1e-12 || fabs(rate - 0.1) < 1e-12);
    }
    assert_int_equal(n, 81);
    CHECK_CONTAINS(s.answer.note, "learning_rate, for one, has 3 points");
    end(&s);
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

static void the_count_is_what_is_proposed(void **state)
{
    (void)state;
    const struct {
        build_function build;
        int n;
    } rows[] = { { build_nothing, 1 },   { build_fixed, 1 },   { build_one_value, 1 },    { build_two_booleans, 4 },
                 { build_triangle, 10 }, { build_needle, 20 }, { build_never, 0 },        { build_cnn, 328 },
                 { build_dense, 504 },   { build_lstm, 756 },  { build_continuous, 625 }, { build_point, 1 } };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        search s;
        int n = 0;
        begin(&s, "grid", rows[i / 2].build, i % 2 == 1, 0);
        while (step(&s)) n++;
        assert_int_equal(n, rows[i / 2].n);
        CHECK_NEAR(plan_of(&s), n, 0);
        end(&s);
    }
}

BUILDER(build_hundreds)
{
    UNUSED_BUT_HP;
    for (int i = 0; i < 310; i++) vv_int(hp, vv_name(hp, "x_%d", i), .min = 0, .max = 9);
    return VV_OK;
}

static void what_has_no_end_or_is_too_large_has_no_count(void **state)
{
    (void)state;
    const struct {
        const char *spec;
        build_function build;
        bool known;
    } rows[] = { { "random", build_cnn, false },
                 { "grid", build_thousands, false },
                 { "grid", build_hundreds, false },
                 { "grid", build_hundreds, true } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        search s;
        begin(&s, rows[i].spec, rows[i].build, rows[i].known, 1000);
        assert_true(isnan(plan_of(&s)));
        assert_true(step(&s));
        end(&s);
    }
}

static void a_count_survives_failing_allocations(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        vv_status status = VV_NO_MEMORY;
        for (long n = 1; status != VV_OK; n++) {
            search s;
            vv_error error = { 0 };
            double total = 0;
            begin(&s, "grid", build_triangle, known == 1, 0);
            vvi_fail_allocation(n);
            status = vv_oracle_plan(s.oracle, &total, &error);
            vvi_fail_allocation(-1);
            assert_int_equal(status, error.status);
            assert_true(status == VV_OK || status == VV_NO_MEMORY);
            CHECK_NEAR(plan_of(&s), 10, 0);
            end(&s);
        }
    }
}

/* ---- what is known ----------------------------------------------------------------------------------------------- */

/* From end to end, or by what decides. */
static void what_is_known_to_be_dead_is_never_built(void **state)
{
    (void)state;
    for (uint64_t most = 0; most <= 1000; most += 1000) {
        search s;
        int n = 0;
        begin(&s, "grid", build_cnn, true, most);
        for (; step(&s); n++) assert_int_equal(s.answer.refused, 0);
        assert_int_equal(n, 328);
        assert_true(s.builds < 4 * 328);
        end(&s);
    }
}

/* Something builds, but nothing of the grid: no product of what cannot be built is gone through. */
BUILDER(build_slit)
{
    UNUSED_BUT_HP;
    const double x = vv_float(hp, "x", .min = 0, .max = 1);
    for (int i = 0; i < 6; i++) vv_int(hp, vv_name(hp, "n_%d", i), .min = 1, .max = 30);
    return x > 0.6 && x < 0.7 ? VV_OK : refuse(reason, "beside the slit");
}

static void a_slit_between_the_points_is_seen_at_once(void **state)
{
    (void)state;
    search s;
    begin(&s, "grid", build_slit, true, 0);
    assert_true(vv_space_knows(&(vv_space_walk){ .space = s.known }));
    CHECK_NEAR(plan_of(&s), 0, 0);
    assert_false(step(&s));
    assert_true(s.builds < 10);
    end(&s);
    begin(&s, "grid:points=21", build_slit, true, 0);
    CHECK_NEAR(plan_of(&s), 30.0 * 30 * 30 * 30 * 30 * 30, 0); /* at 0.65 */
    assert_true(step(&s));
    CHECK_NEAR(vv_hp_at(s.answer.hp, 0)->value.f, 0.65, 0);
    end(&s);
}

BUILDER(build_desert)
{
    UNUSED_BUT_HP;
    const int a = vv_int(hp, "a", .min = 0, .max = 999), b = vv_int(hp, "b", .min = 0, .max = 999);
    const int c = vv_int(hp, "c", .min = 0, .max = 1);
    return (a == 0 && b == 2 && c == 1) || (a == 999 && b == 999 && c == 1) ? VV_OK : refuse(reason, "sand");
}

static void a_long_stretch_that_does_not_build_is_given_up_and_stays_so(void **state)
{
    (void)state;
    search s;
    begin(&s, "grid", build_desert, false, 0);
    assert_true(step(&s));
    assert_int_equal(s.answer.refused, 5);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(vv_oracle_ask(s.oracle, &s.answer, NULL));
        assert_int_equal(s.answer.kind, VV_ANSWER_GAVE_UP);
        assert_int_equal(s.answer.refused, 1 << 18);
        assert_int_equal(s.answer.refusals[0].n, 1 << 18);
    }
    end(&s);
}

/* ---- the past ---------------------------------------------------------------------------------------------------- */

static void tell_of(vv_oracle *oracle, const vv_past *past, int id)
{
    vv_past_trial trial = vv_past_at(past, id);
    vv_active values[16];
    for (size_t i = 0; i < trial.n_values; i++) values[i] = vv_past_value(past, id, i);
    trial.id = (int)vv_past_count(vv_oracle_past(oracle));
    trial.values = values;
    CHECK_OK(vv_oracle_tell(oracle, &trial, NULL));
}

static void check_same(const vv_answer *a, const vv_answer *b)
{
    char x[400], y[400];
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->refused, b->refused);
    assert_int_equal(a->duplicates, b->duplicates);
    if (a->hp == NULL) return;
    vvi_hp_describe(a->hp, x, sizeof x);
    vvi_hp_describe(b->hp, y, sizeof y);
    assert_string_equal(x, y);
}

/* Wherever it is stopped, also in stretches that do not build: the answer of an oracle without memory is the same. */
static void resumed_anywhere_the_rest_is_the_same(void **state)
{
    (void)state;
    search s;
    begin(&s, "grid", build_cnn, false, 0);
    const vv_past *past = vv_oracle_past(s.oracle);
    for (bool more = true; more;) {
        const int n = (int)vv_past_count(past);
        more = step(&s);
        if (n % 37 != 0 && more) continue;
        vv_oracle *fresh = open_with(&s, "grid");
        vv_answer answer;
        for (int id = 0; id < n; id++) tell_of(fresh, past, id);
        CHECK_OK(vv_oracle_ask(fresh, &answer, NULL));
        check_same(&s.answer, &answer);
        vv_oracle_close(fresh);
    }
    assert_int_equal(vv_past_count(past), 328);
    end(&s);
}

/* What is asked for and not begun is asked for again. */
static void a_proposal_that_was_not_taken_comes_again(void **state)
{
    (void)state;
    search s;
    vv_answer again;
    char first[100];
    begin(&s, "grid", build_three, false, 0);
    CHECK_OK(vv_oracle_ask(s.oracle, &again, NULL));
    vvi_hp_describe(again.hp, first, sizeof first);
    for (int i = 0; i < 3; i++) {
        char text[100];
        CHECK_OK(vv_oracle_ask(s.oracle, &again, NULL));
        vvi_hp_describe(again.hp, text, sizeof text);
        assert_string_equal(text, first);
    }
    end(&s);
}

/* Trials that the grid did not propose, before it began and while it goes on: it gives the others, in its order. */
static void trials_of_others_are_left_out(void **state)
{
    (void)state;
    search s, drawn;
    begin(&s, "grid", build_dense, false, 0);
    begin(&drawn, "random", build_dense, false, 0);
    int n = 0, told = 0;
    char before[400] = "", text[400];
    do {
        for (int i = 0; i < (n == 0 ? 100 : 1) && told < 150; i++, told++) {
            step(&drawn);
            if (vvi_past_contains(vv_oracle_past(s.oracle), drawn.answer.hp)) continue;
            CHECK_OK(vv_oracle_begin(s.oracle, drawn.answer.hp, NULL));
            n++;
        }
        n++;
        if (!step(&s)) break;
        vvi_hp_describe(s.answer.hp, text, sizeof text);
        assert_string_not_equal(text, before);
        snprintf(before, sizeof before, "%s", text);
        const vv_active *layers = vv_hp_find(s.answer.hp, "num_dense_layers");
        assert_true(vv_past_value(vv_oracle_past(s.oracle), n - 2, 0).value.i <= layers->value.i || told < 150);
    } while (true);
    assert_int_equal(vv_past_count(vv_oracle_past(s.oracle)), 504);
    end(&s);
    end(&drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_asked_changes_slowest_and_choices_stay_as_given),
        cmocka_unit_test(only_what_is_active_is_combined),
        cmocka_unit_test(a_range_that_depends_on_others_has_a_grid_of_its_own),
        cmocka_unit_test(a_continuum_has_evenly_spaced_points_with_both_ends),
        cmocka_unit_test(logarithmic_ranges_have_equal_ratios),
        cmocka_unit_test(ranges_of_many_values_are_thinned_and_stay_on_their_own_grid),
        cmocka_unit_test(the_end_of_a_thinned_grid_is_no_end_of_the_space_and_says_so),
        cmocka_unit_test(the_count_is_what_is_proposed),
        cmocka_unit_test(what_has_no_end_or_is_too_large_has_no_count),
        cmocka_unit_test(a_count_survives_failing_allocations),
        cmocka_unit_test(what_is_known_to_be_dead_is_never_built),
        cmocka_unit_test(a_slit_between_the_points_is_seen_at_once),
        cmocka_unit_test(a_long_stretch_that_does_not_build_is_given_up_and_stays_so),
        cmocka_unit_test(resumed_anywhere_the_rest_is_the_same),
        cmocka_unit_test(a_proposal_that_was_not_taken_comes_again),
        cmocka_unit_test(trials_of_others_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
