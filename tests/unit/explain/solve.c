/* Integer solutions of linear equations. */
#include "explain/solve.h"
#include "check.h"

typedef struct system {
    const int64_t *numbers; /* n rows of n_unknowns coefficients and the right side */
    size_t n_unknowns;
} equation_system;

static int64_t equation(void *context, size_t number, int64_t *row)
{
    const equation_system *s = context;
    const int64_t *from = s->numbers + number * (s->n_unknowns + 1);
    memcpy(row, from, s->n_unknowns * sizeof *row);
    return from[s->n_unknowns];
}

static bool solve(const int64_t *numbers, size_t n, size_t n_unknowns, int64_t *solution)
{
    equation_system s = { numbers, n_unknowns };
    return vvi_solve(&(vvi_equations){ equation, &s, n, n_unknowns }, solution);
}

static void a_unique_solution_is_found(void **state)
{
    (void)state;
    int64_t x[3];
    const int64_t numbers[] = { 1, 2, 3, 14, 2, -1, 1, 3, -3, 1, 1, 2 };
    assert_true(solve(numbers, 3, 3, x));
    assert_true(x[0] == 1 && x[1] == 2 && x[2] == 3);
}

/* The all-zero start satisfies the first equation, [1, 0, 0] the third: both must hold in the end. */
static void what_an_early_solution_satisfied_holds_in_the_end(void **state)
{
    (void)state;
    int64_t x[3];
    const int64_t floor_of_half[] = { 1, 1, 0, 0, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 2, 2 };
    assert_true(solve(floor_of_half, 4, 3, x));
    assert_true(x[0] == 0 && x[1] == 0 && x[2] == 1);
    const int64_t flag[] = { 1, 0, 0, 1, 1, 1 };
    assert_true(solve(flag, 2, 2, x));
    assert_true(x[0] == 0 && x[1] == 1);
}

static void what_the_others_do_without_is_0_the_last_first(void **state)
{
    (void)state;
    int64_t x[3];
    const int64_t numbers[] = { 1, 1, 1, 5, 1, 2, 2, 9 }; /* the second and third always go together */
    assert_true(solve(numbers, 2, 3, x));
    assert_true(x[0] == 1 && x[1] == 4 && x[2] == 0);
}

static void contradictions_have_no_solution(void **state)
{
    (void)state;
    int64_t x[2];
    const int64_t numbers[] = { 1, 1, 2, 1, 2, 3, 1, 3, 5 };
    assert_false(solve(numbers, 3, 2, x));
}

static void fractions_are_no_solution(void **state)
{
    (void)state;
    int64_t x[2];
    const int64_t half[] = { 1, 2, 2, 1, 4, 3 }; /* 1 and 1/2 */
    assert_false(solve(half, 2, 2, x));
    const int64_t through_fractions[] = { 2, 0, 6, 3, 3, 15 };
    assert_true(solve(through_fractions, 2, 2, x));
    assert_true(x[0] == 3 && x[1] == 2);
}

static void large_numbers_are_exact(void **state)
{
    (void)state;
    int64_t x[2];
    const int64_t big = INT64_C(1) << 39;
    const int64_t numbers[] = { 4194303, 1, 4194303 * big - 7, 1, 0, big };
    assert_true(solve(numbers, 2, 2, x));
    assert_true(x[0] == big && x[1] == -7);
    const int64_t too_big[] = { 1, INT64_C(1) << 41 };
    assert_false(solve(too_big, 1, 1, x));
}

static void thousands_of_equations_are_checked_each(void **state)
{
    (void)state;
    enum { N = 5000 };
    static int64_t numbers[N * 4];
    int64_t x[3];
    for (int64_t i = 0; i < N; i++) {
        const int64_t row[] = { 1, i, i * i % 17, 3 + 5 * i - 2 * (i * i % 17) };
        memcpy(numbers + 4 * i, row, sizeof row);
    }
    assert_true(solve(numbers, N, 3, x));
    assert_true(x[0] == 3 && x[1] == 5 && x[2] == -2);
    numbers[4 * (N - 1) + 3]++; /* one of them is off by one */
    assert_false(solve(numbers, N, 3, x));
}

static void too_many_unknowns_are_refused(void **state)
{
    (void)state;
    static int64_t numbers[VVI_MOST_UNKNOWNS + 2], x[VVI_MOST_UNKNOWNS + 1];
    assert_true(solve(numbers, 1, VVI_MOST_UNKNOWNS, x));
    assert_false(solve(numbers, 1, VVI_MOST_UNKNOWNS + 1, x));
    assert_true(solve(numbers, 0, 3, x)); /* of nothing everything is a solution */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unique_solution_is_found),
        cmocka_unit_test(what_an_early_solution_satisfied_holds_in_the_end),
        cmocka_unit_test(what_the_others_do_without_is_0_the_last_first),
        cmocka_unit_test(contradictions_have_no_solution),
        cmocka_unit_test(fractions_are_no_solution),
        cmocka_unit_test(large_numbers_are_exact),
        cmocka_unit_test(thousands_of_equations_are_checked_each),
        cmocka_unit_test(too_many_unknowns_are_refused),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
