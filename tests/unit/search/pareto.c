/* Dominance, crowding and hypervolume against their definitions, counted out by brute force. */
#include "check.h"

#include "search/pareto.h"

#include <stdlib.h>

enum { MOST = 300 };

/* n rows of m whole numbers below `width`: many ties. */
static void draw_losses(vvi_stream *stream, double *losses, size_t n, size_t m, uint64_t width)
{
    for (size_t i = 0; i < n * m; i++) losses[i] = (double)vvi_stream_below(stream, width);
}

/* ---- ranks ------------------------------------------------------------------------------------------------------ */

/* By the definition: peel off what nothing left dominates. */
static void ranks_by_peeling(const double *losses, size_t n, size_t m, uint32_t *ranks)
{
    for (size_t i = 0; i < n; i++) ranks[i] = UINT32_MAX;
    size_t left = n;
    for (uint32_t rank = 0; left > 0; rank++) {
        for (size_t i = 0; i < n; i++) {
            bool dominated = false;
            for (size_t j = 0; j < n; j++)
                dominated |= ranks[j] >= rank && vvi_pareto_dominates(losses + j * m, losses + i * m, m);
            if (ranks[i] == UINT32_MAX && !dominated) {
                ranks[i] = rank;
                left--;
            }
        }
    }
}

static void ranks_are_those_of_peeling_fronts_off(void **state)
{
    (void)state;
    static double losses[MOST * 5];
    uint32_t ranks[MOST], peeled[MOST];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "ranks"));
    for (int round = 0; round < 60; round++) {
        const size_t m = 1 + (size_t)vvi_stream_below(&stream, 5), n = (size_t)vvi_stream_below(&stream, MOST / 3);
        draw_losses(&stream, losses, n, m, 2 + vvi_stream_below(&stream, 30));
        for (size_t i = 0; i < n * m; i++) {
            if (vvi_stream_below(&stream, 40) == 0) losses[i] = (double[]){ (double)NAN, (double)INFINITY, -(double)INFINITY }[i % 3];
        }
        assert_true(vvi_pareto_ranks(losses, n, m, ranks));
        ranks_by_peeling(losses, n, m, peeled);
        for (size_t i = 0; i < n; i++) assert_int_equal(ranks[i], peeled[i]);
    }
}

static void nan_stands_behind_infinity_and_is_equal_to_itself(void **state)
{
    (void)state;
    assert_int_equal(vvi_loss_compare((double)NAN, (double)INFINITY), 1);
    assert_int_equal(vvi_loss_compare((double)INFINITY, (double)NAN), -1);
    assert_int_equal(vvi_loss_compare((double)NAN, (double)NAN), 0);
    assert_int_equal(vvi_loss_compare(-(double)INFINITY, -1e308), -1);
    assert_int_equal(vvi_loss_compare(0.0, -0.0), 0);
    const double losses[] = { (double)NAN, 1, (double)INFINITY, 1, 3, 1, 3, 1, (double)NAN, (double)NAN };
    uint32_t ranks[5];
    assert_true(vvi_pareto_ranks(losses, 5, 2, ranks));
    const uint32_t expected[] = { 2, 1, 0, 0, 3 };
    for (int i = 0; i < 5; i++) assert_int_equal(ranks[i], expected[i]);
}

/* n log n: a front of 200,000 in which nothing dominates anything, and a chain in which each dominates the next. */
static void two_losses_rank_fast(void **state)
{
    (void)state;
    enum { MANY = 200000 };
    double *losses = malloc(MANY * 2 * sizeof *losses);
    uint32_t *ranks = malloc(MANY * sizeof *ranks);
    const double begun = vvi_clock_s();
    for (int chain = 0; chain < 2; chain++) {
        for (int i = 0; i < MANY; i++) {
            losses[2 * i] = i;
            losses[2 * i + 1] = chain ? i : -i;
        }
        assert_true(vvi_pareto_ranks(losses, MANY, 2, ranks));
        assert_int_equal(ranks[MANY - 1], chain ? MANY - 1 : 0);
    }
    assert_true(vvi_clock_s() - begun < 10); /* some 0.1 s; n^2 takes minutes */
    free(losses);
    free(ranks);
}

/* ---- crowding --------------------------------------------------------------------------------------------------- */

static void crowding_is_the_published_sum_of_relative_gaps(void **state)
{
    (void)state;
    const double losses[] = { 0, 10, 1, 6, 4, 5, 10, 0, /* rank 1: */ 11, 11, 30, 30 };
    const uint32_t ranks[] = { 0, 0, 0, 0, 1, 2 };
    double distances[6];
    assert_true(vvi_pareto_crowding(losses, 6, 2, ranks, distances));
    assert_true(isinf(distances[0]) && isinf(distances[3]));
    CHECK_NEAR(distances[1], (4.0 - 0) / 10 + (10.0 - 5) / 10, 1e-15);
    CHECK_NEAR(distances[2], (10.0 - 1) / 10 + (6.0 - 0) / 10, 1e-15);
    CHECK_NEAR(distances[4], 0, 0); /* alone: every loss is the same in all of its front */
}

static void crowding_has_a_place_for_what_is_not_finite_and_for_equal_rows(void **state)
{
    (void)state;
    const double losses[] = { -(double)INFINITY, 9, 0, 8, 5, 4, 10, 2, (double)INFINITY, 1, (double)NAN, 0, 5, 4 };
    const uint32_t ranks[7] = { 0 };
    double distances[7];
    assert_true(vvi_pareto_crowding(losses, 7, 2, ranks, distances));
    assert_true(isinf(distances[0]) && isinf(distances[5]));
    for (int i = 1; i < 5; i++) assert_true(isfinite(distances[i]) && distances[i] >= 0);
    CHECK_NEAR(distances[1], (5.0 - 0) / 10 + (9.0 - 4) / 9, 1e-15); /* -infinity is the low end */
    CHECK_NEAR(distances[4], (10.0 - 10) / 10 + (2.0 - 0) / 9, 1e-15);
    CHECK_NEAR(distances[2] + distances[6], (10.0 - 0) / 10 + (8.0 - 2) / 9, 1e-15); /* equal: they share the gap */

    const double same[] = { 1, 1, 1, 1, 1, 1 };
    assert_true(vvi_pareto_crowding(same, 3, 2, ranks, distances));
    for (int i = 0; i < 3; i++) CHECK_NEAR(distances[i], 0, 0);
}

/* ---- hypervolume ------------------------------------------------------------------------------------------------ */

/* Cells of the whole-numbered grid below `width` that some point dominates. */
static double count_cells(const double *points, size_t n, size_t m, int width)
{
    int cells = 1, covered = 0;
    for (size_t k = 0; k < m; k++) cells *= width;
    for (int cell = 0; cell < cells; cell++) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++) {
            int rest = cell;
            size_t k = 0;
            for (; k < m && points[i * m + k] <= rest % width; k++) rest /= width;
            found = k == m;
        }
        covered += found;
    }
    return covered;
}

static void the_hypervolume_is_the_number_of_cells_covered(void **state)
{
    (void)state;
    double points[40 * 5], reference[5] = { 7, 7, 7, 7, 7 };
    vvi_stream stream = vvi_stream_begin(vvi_key_new(2, "volumes"));
    for (int round = 0; round < 120; round++) {
        const size_t m = 1 + (size_t)round % 5, n = (size_t)vvi_stream_below(&stream, 40);
        draw_losses(&stream, points, n, m, 9); /* some lie on or beyond the reference */
        double volume;
        assert_true(vvi_hypervolume(points, n, m, reference, &volume));
        CHECK_NEAR(volume, count_cells(points, n, m, 7), 1e-9);
    }
}

static void hypervolumes_of_what_is_not_finite(void **state)
{
    (void)state;
    const double reference[] = { 1, 1 };
    double volume;
    assert_true(vvi_hypervolume((double[]){ (double)NAN, 0, (double)INFINITY, 0, 0.5, 0.5 }, 3, 2, reference, &volume));
    CHECK_NEAR(volume, 0.25, 0);
    assert_true(vvi_hypervolume((double[]){ -(double)INFINITY, 0 }, 1, 2, reference, &volume));
    assert_true(isinf(volume));
    assert_true(vvi_hypervolume((double[]){ -(double)INFINITY, 1 }, 1, 2, reference, &volume));
    CHECK_NEAR(volume, 0, 0);
    assert_true(vvi_hypervolume(NULL, 0, 3, (double[]){ 1, 1, 1 }, &volume));
    CHECK_NEAR(volume, 0, 0);
}

/* What a plain greedy choice gets: every volume found anew. */
static void choose_plainly(const double *points, size_t n, size_t m, const double *reference, size_t k,
                           uint32_t *chosen)
{
    double set[MOST * 3];
    for (size_t taken = 0; taken < k; taken++) {
        double best = -1;
        for (size_t i = 0; i < n; i++) {
            bool there = false;
            for (size_t j = 0; j < taken; j++) there |= chosen[j] == i;
            memcpy(set + taken * m, points + i * m, m * sizeof *set);
            double volume = 0;
            assert_true(vvi_hypervolume(set, taken + 1, m, reference, &volume));
            if (there || !(volume > best)) continue;
            best = volume;
            chosen[taken] = (uint32_t)i;
        }
        memcpy(set + taken * m, points + chosen[taken] * m, m * sizeof *set);
    }
}

static void the_lazy_choice_is_the_greedy_choice(void **state)
{
    (void)state;
    double points[30 * 3], reference[3] = { 41, 41, 41 };
    uint32_t chosen[12], plain[12];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(3, "choices"));
    for (int round = 0; round < 60; round++) {
        const size_t m = 1 + (size_t)round % 3;
        draw_losses(&stream, points, 30, m, 43);
        assert_true(vvi_hypervolume_choose(points, 30, m, reference, 12, chosen));
        choose_plainly(points, 30, m, reference, 12, plain);
        for (int i = 0; i < 12; i++) assert_int_equal(chosen[i], plain[i]);
    }
}

/* Four losses: near to what the exact greedy choice gets, with time that does not run away. */
static void many_losses_are_chosen_from_by_counting(void **state)
{
    (void)state;
    enum { N = 40, M = 4, K = 6 };
    double points[N * M], taken[2][K * M], volumes[2];
    const double reference[M] = { 1.2, 1.2, 1.2, 1.2 };
    uint32_t chosen[2][K];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(4, "many"));
    for (int i = 0; i < N * M; i++) points[i] = vvi_stream_unit(&stream);
    assert_true(vvi_hypervolume_choose(points, N, M, reference, K, chosen[0]));
    choose_plainly(points, N, M, reference, K, chosen[1]);
    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < K; i++) memcpy(taken[way] + i * M, points + chosen[way][i] * M, M * sizeof *points);
        assert_true(vvi_hypervolume(taken[way], K, M, reference, &volumes[way]));
    }
    assert_true(volumes[0] > 0.97 * volumes[1]);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    const double losses[] = { 0, 3, 1, 2, 1, 3, 3, 2, 2, 1, 3, 0 }, reference[] = { 4, 4, 4, 4 };
    uint32_t ranks[6] = { 0 }, chosen[2];
    double numbers[6];
    vvi_fail_allocation(1);
    assert_false(vvi_pareto_ranks(losses, 6, 2, ranks));
    vvi_fail_allocation(1);
    assert_false(vvi_pareto_crowding(losses, 6, 2, ranks, numbers));
    vvi_fail_allocation(1);
    assert_false(vvi_hypervolume(losses, 3, 4, reference, numbers));
    vvi_fail_allocation(1);
    assert_false(vvi_hypervolume_choose(losses, 3, 4, reference, 2, chosen));
    vvi_fail_allocation(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_those_of_peeling_fronts_off),
        cmocka_unit_test(nan_stands_behind_infinity_and_is_equal_to_itself),
        cmocka_unit_test(two_losses_rank_fast),
        cmocka_unit_test(crowding_is_the_published_sum_of_relative_gaps),
        cmocka_unit_test(crowding_has_a_place_for_what_is_not_finite_and_for_equal_rows),
        cmocka_unit_test(the_hypervolume_is_the_number_of_cells_covered),
        cmocka_unit_test(hypervolumes_of_what_is_not_finite),
        cmocka_unit_test(the_lazy_choice_is_the_greedy_choice),
        cmocka_unit_test(many_losses_are_chosen_from_by_counting),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
