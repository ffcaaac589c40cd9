/* Sobol points: the published sequence, what scrambling keeps of it, and which hyperparameter gets which dimension. */
#include "check.h"
#include "conformance/spaces.h"
#include "unit/search/sobol_points.h"

#include "search/sobol.h"
#include "space/discovery/discovery.h"

#include <stdlib.h>

/* ---- a search ---------------------------------------------------------------------------------------------------- */

typedef vv_status (*build_function)(void *, vv_hp *, vv_built *, vv_error *);

static vv_oracle *open_with(const char *spec, build_function build, const vv_space *space, uint64_t seed)
{
    vv_oracle *oracle = NULL;
    const vv_oracle_args args = { .spec = spec, .builder = { build, NULL }, .space = space, .seed = seed };
    CHECK_OK(vv_oracle_open(&args, &oracle, NULL));
    return oracle;
}

static const vv_hp *next(vv_oracle *oracle)
{
    static vv_answer answer;
    CHECK_OK(vv_oracle_ask(oracle, &answer, NULL));
    assert_int_equal(answer.kind, VV_ANSWER_PROPOSAL);
    CHECK_OK(vv_oracle_begin(oracle, answer.hp, NULL));
    return answer.hp;
}

static double value_of(const vv_hp *hp, const char *name)
{
    const vv_active *active = vv_hp_find(hp, name);
    return active == NULL ? (double)NAN : active->value.f;
}

BUILDER(build_cube)
{
    UNUSED_BUT_HP;
    for (int i = 0; i < 5; i++) vv_float(hp, vv_name(hp, "x_%d", i), .min = 0, .max = 1);
    return VV_OK;
}

/* ---- the published sequence -------------------------------------------------------------------------------------- */

enum { SHOWN_POINTS = sizeof shown_points / sizeof *shown_points, SHOWN = 16 };

static void points_are_those_that_others_publish(void **state)
{
    (void)state;
    vvi_sobol_reader reader = { 0 };
    vvi_directions directions;
    for (size_t k = 0; k < SHOWN; k++) {
        while (reader.dimension <= shown_dimensions[k]) vvi_sobol_next(&reader, &directions);
        for (size_t i = 0; i < SHOWN_POINTS; i++)
            assert_int_equal(vvi_sobol_point(&directions, shown_points[i].index), shown_points[i].point[k]);
    }
    assert_int_equal(reader.dimension, VVI_SOBOL_DIMENSIONS);
}

static void every_dimension_is_a_permutation_of_its_intervals(void **state)
{
    (void)state;
    enum { POINTS = 1024 };
    vvi_sobol_reader reader = { 0 };
    while (reader.dimension < VVI_SOBOL_DIMENSIONS) {
        vvi_directions directions;
        unsigned char seen[POINTS] = { 0 };
        vvi_sobol_next(&reader, &directions);
        for (uint32_t i = 0; i < POINTS; i++) seen[vvi_sobol_point(&directions, i) >> 22]++;
        for (uint32_t i = 0; i < POINTS; i++) assert_int_equal(seen[i], 1);
    }
}

static void without_scrambling_trials_are_those_points(void **state)
{
    (void)state;
    vv_oracle *oracle = open_with("sobol:scramble=off", build_cube, NULL, 7);
    for (uint32_t i = 0; i < 32; i++) {
        const vv_hp *hp = next(oracle);
        for (size_t d = 0; d < 5; d++)
            CHECK_EQUAL_EXACTLY(vv_hp_at(hp, d)->value.f, shown_points[i].point[d] * 0x1p-32);
    }
    vv_oracle_close(oracle);
}

/* ---- scrambling -------------------------------------------------------------------------------------------------- */

static vvi_key key_of(int number)
{
    return vvi_key_int(vvi_key_new(3, "test"), number);
}

static void scrambling_keeps_how_many_leading_bits_two_numbers_share(void **state)
{
    (void)state;
    vvi_stream stream = vvi_stream_begin(key_of(0));
    for (int i = 0; i < 3200; i++) {
        const uint32_t a = vvi_stream_u32(&stream), shared = (uint32_t)i % 32;
        const uint32_t b = a ^ UINT32_C(1) << (31 - shared) ^ (vvi_stream_u32(&stream) >> 1 >> shared);
        const uint32_t x = vvi_sobol_scramble(a, key_of(i)), y = vvi_sobol_scramble(b, key_of(i));
        const uint32_t differ = x ^ y;
        assert_int_equal(differ >> (31 - shared), 1);
    }
}

/* Flips of one level are fair coins, those of different places of one level independent, those of levels too. */
static void scrambling_tosses_fair_and_independent_coins(void **state)
{
    (void)state;
    enum { KEYS = 4000 };
    int flips[32] = { 0 }, level_pairs[31] = { 0 }, place_pairs[32] = { 0 };
    for (int k = 0; k < KEYS; k++) {
        const uint32_t a = 0x5a5a1234, b = a ^ 0x80000000;
        const uint32_t fa = a ^ vvi_sobol_scramble(a, key_of(k)), fb = b ^ vvi_sobol_scramble(b, key_of(k));
        for (int bit = 0; bit < 32; bit++) {
            flips[bit] += (int)(fa >> bit & 1);
            place_pairs[bit] += (int)((fa ^ fb) >> bit & 1);
            if (bit < 31) level_pairs[bit] += (int)((fa ^ fa >> 1) >> bit & 1);
        }
    }
    const double spread = 5 * sqrt(KEYS) / 2; /* five deviations */
    for (int bit = 0; bit < 32; bit++) {
        CHECK_NEAR(flips[bit], KEYS / 2.0, spread);
        if (bit < 31) CHECK_NEAR(place_pairs[bit], KEYS / 2.0, spread); /* the first level has one place */
        if (bit < 31) CHECK_NEAR(level_pairs[bit], KEYS / 2.0, spread);
    }
    assert_int_equal(place_pairs[31], 0);
}

/* One in each of the 2^a times 2^b boxes, for every a + b = 8; in one dimension that is a = 8. */
static void check_boxes(const double x[256], const double y[256])
{
    for (int a = 0; a <= 8; a++) {
        int seen[256] = { 0 };
        for (int i = 0; i < 256; i++) seen[((int)(x[i] * (1 << a)) << (8 - a)) + (int)(y[i] * (1 << (8 - a)))]++;
        for (int i = 0; i < 256; i++) assert_int_equal(seen[i], 1);
    }
}

static void each_elementary_box_has_one_point_whatever_the_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        double x[5][256];
        vv_oracle *oracle = open_with("sobol", build_cube, NULL, seed);
        for (int i = 0; i < 256; i++) {
            const vv_hp *hp = next(oracle);
            for (size_t d = 0; d < 5; d++) x[d][i] = vv_hp_at(hp, d)->value.f;
        }
        check_boxes(x[0], x[1]);
        for (int d = 2; d < 5; d++) {
            int seen[256] = { 0 };
            for (int i = 0; i < 256; i++) seen[(int)(x[d][i] * 256)]++;
            for (int i = 0; i < 256; i++) assert_int_equal(seen[i], 1);
        }
        vv_oracle_close(oracle);
    }
}

/* Of all seeds together the third point is anywhere, in any two dimensions. */
static void a_single_point_is_uniform_over_the_seeds(void **state)
{
    (void)state;
    enum { SEEDS = 6400 };
    int cells[64] = { 0 };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        vv_oracle *oracle = open_with("sobol", build_cube, NULL, seed);
        next(oracle);
        next(oracle);
        const vv_hp *hp = next(oracle);
        cells[(int)(vv_hp_at(hp, 1)->value.f * 8) * 8 + (int)(vv_hp_at(hp, 4)->value.f * 8)]++;
        vv_oracle_close(oracle);
    }
    double chi = 0;
    for (int i = 0; i < 64; i++) chi += (cells[i] - SEEDS / 64.0) * (cells[i] - SEEDS / 64.0) / (SEEDS / 64.0);
    assert_true(chi < 63 + 5 * sqrt(2.0 * 63));
}

/* The mean square error of an integral, 1 by construction, from n points. */
static double integration_error(const char *spec, int n)
{
    enum { SEEDS = 40 };
    double sum = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        vv_oracle *oracle = open_with(spec, build_cube, NULL, seed);
        double mean = 0;
        for (int i = 0; i < n; i++) {
            const vv_hp *hp = next(oracle);
            double product = 1;
            for (size_t d = 0; d < 5; d++) product *= 1 + 0.8 * (vv_hp_at(hp, d)->value.f - 0.5);
            mean += product / n;
        }
        sum += (mean - 1) * (mean - 1) / SEEDS;
        vv_oracle_close(oracle);
    }
    return sum;
}

static void integrals_are_far_more_exact_than_by_independent_draws(void **state)
{
    (void)state;
    assert_true(integration_error("sobol", 64) * 10 < integration_error("random", 64));
    assert_true(integration_error("sobol", 512) * 200 < integration_error("random", 512));
}

/* ---- dimensions of names ----------------------------------------------------------------------------------------- */

/* "first" always, "left" and "right" by turns, "last" always; the fixed one and the single value take no dimension. */
BUILDER(build_fork)
{
    UNUSED_BUT_HP;
    vv_fixed_int(hp, "epochs", 3);
    const double first = vv_float(hp, "first", .min = 0, .max = 1);
    vv_int(hp, "single", .min = 4, .max = 4);
    vv_float(hp, first < 0.5 ? "left" : "right", .min = 0, .max = 1);
    vv_float(hp, "last", .min = 0, .max = 1);
    return VV_OK;
}

static void check_dimensions(vv_oracle *oracle, const char *const names[4])
{
    for (uint32_t i = 0; i < 32; i++) {
        const vv_hp *hp = next(oracle);
        const bool left = value_of(hp, "first") < 0.5;
        for (size_t d = 0; d < 4; d++) {
            const double value = value_of(hp, names[d]);
            if (strcmp(names[d], left ? "right" : "left") == 0)
                assert_true(isnan(value));
            else
                CHECK_EQUAL_EXACTLY(value, shown_points[i].point[d] * 0x1p-32);
        }
    }
    vv_oracle_close(oracle);
}

/* The first trial is at 0: "left"; "right" comes with the second, after "last". */
static void names_of_an_unknown_space_keep_the_dimensions_in_which_they_came(void **state)
{
    (void)state;
    check_dimensions(open_with("sobol:scramble=off", build_fork, NULL, 1),
                     (const char *const[]){ "first", "left", "last", "right" });
}

static void names_of_a_known_space_have_the_dimensions_of_their_order_there(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    vv_space space;
    const vv_builder builder = { build_fork, NULL };
    CHECK_OK(vvi_space_discover(&(vvi_discover_args){ .builder = &builder }, &arena, &space, NULL));
    vvi_space_seal(&space);
    uint32_t order[8];
    const char *names[4];
    size_t n = 0;
    assert_int_equal(space.n_asked, 6);
    assert_true(vvi_space_order(&space, order));
    for (size_t i = 0; i < 6; i++) {
        const char *name = space.asked[order[i]].name;
        if (strcmp(name, "epochs") != 0 && strcmp(name, "single") != 0) names[n++] = name;
    }
    assert_string_equal(names[0], "first");
    assert_string_equal(names[3], "last");
    check_dimensions(open_with("sobol:scramble=off", build_fork, &space, 1), names);
    vvi_arena_deinit(&arena);
}

BUILDER(build_wide)
{
    UNUSED_BUT_HP;
    for (int i = 0; i < 3000; i++) vv_float(hp, vv_name(hp, "x_%d", i), .min = 0, .max = 1);
    return VV_OK;
}

/* The table ends at 1,111; what is past it is drawn, and differs from trial to trial and from name to name. */
static void thousands_of_dimensions_are_points_as_far_as_the_table_goes(void **state)
{
    (void)state;
    vv_oracle *oracle = open_with("sobol:scramble=off", build_wide, NULL, 1);
    double mean = 0, product = 0, before[3000] = { 0 };
    for (uint32_t i = 0; i < 20; i++) {
        const vv_hp *hp = next(oracle);
        for (size_t k = 0; k < SHOWN; k++)
            CHECK_EQUAL_EXACTLY(vv_hp_at(hp, shown_dimensions[k])->value.f, shown_points[i].point[k] * 0x1p-32);
        for (size_t d = VVI_SOBOL_DIMENSIONS; d < 3000; d++) {
            const double value = vv_hp_at(hp, d)->value.f;
            mean += value / (20 * 1889);
            if (i > 0) product += (value - 0.5) * (before[d] - 0.5) * 12 / (19 * 1889);
            before[d] = value;
        }
    }
    CHECK_NEAR(mean, 0.5, 0.008);
    CHECK_NEAR(product, 0, 0.03);
    vv_oracle_close(oracle);
}

/* ---- a start for other oracles ------------------------------------------------------------------------------------ */

static void later_attempts_are_draws_of_their_own(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    vvi_session session = { .tried = past };
    const vv_builder builder = { build_cube, NULL };
    const vv_question question = { .builder = &builder, .past = past, .seed = 5, .trial = 3, .session = &session };
    vvi_sobol_draw draw;
    vv_sampler sampler;
    CHECK_OK(vvi_sobol_begin(&question, &draw, &sampler, NULL));
    double values[4];
    const uint64_t attempts[] = { 0, 1, 2, 0 };
    for (size_t i = 0; i < 4; i++) {
        vvi_build build = { 0 };
        const vv_chooser chooser = sampler.attempt(sampler.context, attempts[i]);
        CHECK_OK(vvi_build_run(&builder, &chooser, &build, NULL));
        values[i] = value_of(build.hp, "x_2");
        vvi_build_deinit(&build);
    }
    CHECK_EQUAL_EXACTLY(values[0], values[3]);
    assert_true(fabs(values[0] - values[1]) > 1e-9 && fabs(values[1] - values[2]) > 1e-9);
    vvi_session_deinit(&session);
    vv_past_free(past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_those_that_others_publish),
        cmocka_unit_test(every_dimension_is_a_permutation_of_its_intervals),
        cmocka_unit_test(without_scrambling_trials_are_those_points),
        cmocka_unit_test(scrambling_keeps_how_many_leading_bits_two_numbers_share),
        cmocka_unit_test(scrambling_tosses_fair_and_independent_coins),
        cmocka_unit_test(each_elementary_box_has_one_point_whatever_the_seed),
        cmocka_unit_test(a_single_point_is_uniform_over_the_seeds),
        cmocka_unit_test(integrals_are_far_more_exact_than_by_independent_draws),
        cmocka_unit_test(names_of_an_unknown_space_keep_the_dimensions_in_which_they_came),
        cmocka_unit_test(names_of_a_known_space_have_the_dimensions_of_their_order_there),
        cmocka_unit_test(thousands_of_dimensions_are_points_as_far_as_the_table_goes),
        cmocka_unit_test(later_attempts_are_draws_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
