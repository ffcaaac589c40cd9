/* What TPE makes of trials: which are good, what goes together, what it keeps; and Optuna's own figures. */
#include "check.h"
#include "search/parzen/parzen.h"

#include "optuna_table.h"

#include <stdlib.h>

/* ---- a past by hand ---------------------------------------------------------------------------------------------- */

static const vv_value kinds[] = { { VV_VALUE_STRING, { .s = "a" } },
                                  { VV_VALUE_STRING, { .s = "b" } },
                                  { VV_VALUE_STRING, { .s = "c" } } };

static const struct named {
    const char *name;
    vv_domain domain;
} names[TABLE_NAMES] = {
    { "kind",
      { .kind = VV_DOMAIN_CHOICE,
        .type = VV_VALUE_STRING,
        .values = kinds,
        .n_values = 3,
        .default_value = { VV_VALUE_STRING, { .s = "a" } } } },
    { "x", { .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = -2, .max = 3, .sampling = VV_SAMPLE_LINEAR } },
    { "rate", { .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = 1e-4, .max = 1, .sampling = VV_SAMPLE_LOG } },
    { "half",
      { .kind = VV_DOMAIN_FLOAT,
        .type = VV_VALUE_FLOAT,
        .min = -1,
        .max = 2,
        .step = 0.5,
        .sampling = VV_SAMPLE_LINEAR } },
    { "units",
      { .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = 1, .max = 8, .step = 1, .sampling = VV_SAMPLE_LINEAR } },
    { "only_a", { .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = 0, .max = 1, .sampling = VV_SAMPLE_LINEAR } },
    { "only_b",
      { .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = 0, .max = 20, .step = 5, .sampling = VV_SAMPLE_LINEAR } },
};

static vv_value value_of(const vv_domain *domain, double number)
{
    if (domain->kind == VV_DOMAIN_CHOICE) return domain->values[(int)number];
    if (domain->type == VV_VALUE_INT) return (vv_value){ VV_VALUE_INT, { .i = (int64_t)number } };
    return (vv_value){ VV_VALUE_FLOAT, { .f = number } };
}

static void put(vv_past *past, const table_trial *trial)
{
    vv_active values[TABLE_NAMES];
    size_t n = 0;
    for (int i = 0; i < TABLE_NAMES; i++) {
        if (isnan(trial->values[i])) continue;
        values[n++] = (vv_active){ names[i].name, names[i].domain, value_of(&names[i].domain, trial->values[i]) };
    }
    vv_error error = { 0 };
    const vv_past_trial told = { .id = (int)vv_past_count(past),
                                 .status = trial->status,
                                 .scores = trial->status == VV_TRIAL_RUNNING ? NULL : trial->scores,
                                 .violation = trial->violation,
                                 .epochs = trial->epochs,
                                 .values = values,
                                 .n_values = n };
    if (vv_past_put(past, &told, &error) != VV_OK) fail_msg("%s", error.text);
}

/* A trial of "x" alone. */
static void put_x(vv_past *past, vv_trial_status status, double score, double violation, int epochs, double x)
{
    put(past, &(table_trial){ status,
                              { score },
                              violation,
                              epochs,
                              { (double)NAN, x, (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN } });
}

/* ---- good ones --------------------------------------------------------------------------------------------------- */

static vvi_split split_all(const vv_past *past, bool optuna, vvi_arena *arena)
{
    int ids[200];
    vvi_split split;
    vvi_memory memory = { 0 };
    CHECK_OK(vvi_memory_follow(&memory, past, VVI_GROUP_CELLS, NULL));
    for (size_t i = 0; i < vv_past_count(past); i++) ids[i] = (int)i;
    assert_true(vvi_split_make(&memory, ids, vv_past_count(past), optuna, arena, &split));
    vvi_memory_deinit(&memory);
    return split;
}

static void check_good(const vv_past *past, bool optuna, const int *expected, size_t n)
{
    vvi_arena arena = { 0 };
    const vvi_split split = split_all(past, optuna, &arena);
    assert_int_equal(split.n_good, n);
    for (size_t i = 0; i < n; i++) assert_int_equal(split.good[i], expected[i]);
    vvi_arena_deinit(&arena);
}

static void how_many_are_good(void **state)
{
    (void)state;
    const size_t n[] = { 0, 1, 2, 4, 5, 10, 11, 100, 101, 250, 251, 2500, 100000 };
    const size_t own[] = { 0, 1, 2, 2, 3, 4, 4, 10, 11, 16, 16, 50, 50 };
    const size_t optuna[] = { 0, 1, 1, 1, 1, 1, 2, 10, 11, 25, 25, 25, 25 };
    for (int i = 0; i < 13; i++) {
        assert_int_equal(vvi_split_own_count(n[i]), own[i]);
        assert_int_equal(vvi_split_optuna_count(n[i], 1), optuna[i]);
    }
    assert_int_equal(vvi_split_optuna_count(100000, 2), 10000);
}

/* Whole trials, then pruned ones, then those that violate; never running, failed or infinite ones. */
static vv_past *mixed_past(bool maximize)
{
    const double sign = maximize ? -1 : 1, infinite = (double)INFINITY, nan = (double)NAN;
    vv_past *past = vv_past_new(1, &maximize);
    put_x(past, VV_TRIAL_COMPLETED, sign * 3, 0, 9, 0);           /* 0 */
    put_x(past, VV_TRIAL_RUNNING, 0, 0, 0, 0.1);                  /* 1 */
    put_x(past, VV_TRIAL_PRUNED, sign * 1, 0, 3, 0.2);            /* 2 */
    put_x(past, VV_TRIAL_COMPLETED, sign * -9, 0.5, 9, 0.3);      /* 3: violates */
    put_x(past, VV_TRIAL_COMPLETED, sign * 2, 0, 9, 0.4);         /* 4 */
    put_x(past, VV_TRIAL_FAILED, nan, 0, 1, 0.5);                 /* 5 */
    put_x(past, VV_TRIAL_COMPLETED, -sign * infinite, 0, 9, 0.6); /* 6 */
    put_x(past, VV_TRIAL_PRUNED, sign * 7, 0, 6, 0.7);            /* 7 */
    put_x(past, VV_TRIAL_COMPLETED, sign * -9, 0.25, 9, 0.8);     /* 8: violates less */
    put_x(past, VV_TRIAL_COMPLETED, nan, 0, 9, 0.9);              /* 9 */
    put_x(past, VV_TRIAL_PRUNED, sign * 6, 0, 6, 1);              /* 10 */
    put_x(past, VV_TRIAL_COMPLETED, sign * 2, 0, 9, 1.1);         /* 11: equals 4 */
    return past;
}

static void the_good_are_whole_then_pruned_then_violating(void **state)
{
    (void)state;
    for (int maximize = 0; maximize < 2; maximize++) {
        vv_past *past = mixed_past(maximize);
        const int best[] = { 4, 11, 0, 10, 7, 2, 8, 3 };
        check_good(past, false, best, 3); /* 8 have finished: the square root */
        check_good(past, true, best, 1);
        for (int i = 0; i < 60; i++) put_x(past, VV_TRIAL_PRUNED, 1, 0.75, 9, 1.5);
        check_good(past, false, (int[]){ 4, 11, 0, 10, 7, 2, 8, 3, 12 }, 9);
        vv_past_free(past);
    }
}

static void without_anything_finished_nothing_is_good(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    check_good(past, false, NULL, 0);
    put_x(past, VV_TRIAL_RUNNING, 0, 0, 0, 0.1);
    put_x(past, VV_TRIAL_FAILED, (double)NAN, 0, 0, 0.1);
    check_good(past, false, NULL, 0);
    check_good(past, true, NULL, 0);
    vv_past_free(past);
}

static void put_two(vv_past *past, double first, double second)
{
    table_trial trial = { .status = VV_TRIAL_COMPLETED, .scores = { first, second } };
    for (int i = 0; i < TABLE_NAMES; i++) trial.values[i] = i == 1 ? 0 : (double)NAN;
    put(past, &trial);
}

/* The first rank is taken whole; of the second the one that dominates most is taken first. */
static void with_two_objectives_the_good_go_by_rank_and_hypervolume(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(2, (bool[]){ false, true });
    put_two(past, 9, -9); /* 0 */
    put_two(past, 1, -3); /* 1: rank 0 */
    put_two(past, 3, -1); /* 2: rank 0 */
    put_two(past, 2, -9); /* 3: rank 1, at an end */
    put_two(past, 4, -4); /* 4: rank 1, in the middle */
    put_two(past, 9, -2); /* 5: rank 1, at the other end */
    put_two(past, 8, -8); /* 6 */
    check_good(past, false, (int[]){ 1, 2, 4 }, 3);
    vv_past_free(past);
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static void fill(vv_past *past, const table_trial *trials, size_t n)
{
    for (size_t i = 0; i < n; i++) put(past, &trials[i]);
}
#define FILL(past, trials) fill((past), (trials), sizeof(trials) / sizeof *(trials))

static const char *axis_name(const vvi_memory *memory, uint32_t at)
{
    return memory->axes.list[memory->cells.axes[at]].name;
}

static void cells_are_what_is_active_together(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    vvi_memory memory = { 0 };
    FILL(past, few_trials);
    CHECK_OK(vvi_memory_follow(&memory, past, VVI_GROUP_CELLS, NULL));
    assert_int_equal(memory.cells.n, 3);
    assert_int_equal(memory.cells.ends[0], 5);
    const char *expected[] = { "x", "rate", "half", "units", "kind" }; /* the category last */
    for (uint32_t i = 0; i < 5; i++) assert_string_equal(axis_name(&memory, i), expected[i]);
    int ids[16];
    for (uint32_t cell = 1; cell < 3; cell++) {
        const char *name = axis_name(&memory, memory.cells.ends[cell - 1]);
        const size_t column = strcmp(name, "only_a") == 0 ? 5 : 6, n = vvi_memory_trials(&memory, cell, ids);
        size_t found = 0;
        for (int id = 0; id < 9; id++) {
            if (isnan(few_trials[id].values[column])) continue;
            assert_int_equal(ids[found], id);
            found++;
        }
        assert_int_equal(found, n);
    }
    vvi_memory_deinit(&memory);
    CHECK_OK(vvi_memory_follow(&memory, past, VVI_GROUP_APART, NULL));
    assert_int_equal(memory.cells.n, 7);
    vvi_memory_deinit(&memory);
    CHECK_OK(vvi_memory_follow(&memory, past, VVI_GROUP_COMMON, NULL));
    assert_int_equal(memory.cells.n, 3);
    vvi_memory_deinit(&memory);
    vv_past_free(past);
}

/* ---- Optuna's figures -------------------------------------------------------------------------------------------- */

static double position(const vvi_axis *axis, const table_point *point)
{
    for (int i = 0; i < TABLE_NAMES; i++)
        if (strcmp(names[i].name, axis->name) == 0) return vvi_axis_to_unit(axis, point->values[i]);
    return (double)NAN;
}

static double expected_score(const char *name, const table_point *point)
{
    for (int i = 0; i < TABLE_NAMES; i++)
        if (strcmp(names[i].name, name) == 0) return point->scores[i];
    return (double)NAN;
}

static double score_in(vvi_memory *memory, uint32_t cell, vvi_tpe_rule rule, const table_point *point)
{
    vvi_arena arena = { 0 };
    vvi_tpe_model model;
    double at[TABLE_NAMES], score;
    assert_true(vvi_tpe_model_make(memory, cell, rule, &arena, &model));
    for (size_t j = 0; j < model.n_axes; j++) at[j] = position(model.axes[j], point);
    assert_true(vvi_tpe_model_score(&model, at, 1, &arena, &score));
    vvi_arena_deinit(&arena);
    return score;
}

static int check_points(const vv_past *past, const table_point *points, size_t n)
{
    const vvi_tpe_rule rule = { .optuna = true, .liar = true };
    vvi_memory memory = { 0 };
    int checked = 0;
    CHECK_OK(vvi_memory_follow(&memory, past, VVI_GROUP_CELLS, NULL));
    for (size_t i = 0; i < n; i++) {
        for (uint32_t cell = 0; cell < memory.cells.n; cell++) {
            const double expected = expected_score(axis_name(&memory, memory.cells.ends[cell] - 1), &points[i]);
            if (isnan(expected)) continue;
            CHECK_NEAR(score_in(&memory, cell, rule, &points[i]), expected, 1e-9 * fmax(1, fabs(expected)));
            checked++;
        }
    }
    vvi_memory_deinit(&memory);
    return checked;
}

#define CHECK_OPTUNA(case, n_objectives, maximize, least)                                                              \
    do {                                                                                                               \
        vv_past *past = vv_past_new(n_objectives, maximize);                                                           \
        FILL(past, case##_trials);                                                                                     \
        assert_true(check_points(past, case##_points, sizeof case##_points / sizeof *case##_points) >= (least));       \
        vv_past_free(past);                                                                                            \
    } while (0)

/* log l - log g of Optuna 5.0.0: pruned, running and violating trials, conditions, grids, categories. */
static void optunas_rule_has_optunas_scores(void **state)
{
    (void)state;
    CHECK_OPTUNA(few, 1, NULL, 5);
    CHECK_OPTUNA(mixed, 1, NULL, 12);
    CHECK_OPTUNA(maximized, 1, &(bool){ true }, 12);
    CHECK_OPTUNA(several, 2, ((bool[]){ false, true }), 12);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* News, more trials, new branches, more than the slots there are: the same as made at once. */
static void a_memory_that_grew_is_one_made_at_once(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    vvi_memory grown = { 0 };
    vvi_stream stream = vvi_stream_begin(vvi_key_new(7, "trials"));
    for (int n = 0; n < 2600; n++) {
        table_trial trial = maximized_trials[n % 90];
        trial.scores[0] = vvi_stream_unit(&stream);
        trial.values[1] = 5 * vvi_stream_unit(&stream) - 2;
        if (n < 5) trial.values[0] = 2, trial.values[5] = trial.values[6] = (double)NAN; /* branches come later */
        put(past, &trial);
        if (n % 7 == 3) { /* news of an earlier one */
            const double better = -vvi_stream_unit(&stream);
            const vv_past_trial told = { .id = n / 2, .status = VV_TRIAL_COMPLETED, .scores = &better };
            CHECK_OK(vv_past_put(past, &told, NULL));
        }
        if (n % 100 > 1 && n > 20) continue;
        vvi_memory made = { 0 };
        const vvi_tpe_rule rule = { .liar = true };
        CHECK_OK(vvi_memory_follow(&grown, past, VVI_GROUP_CELLS, NULL));
        CHECK_OK(vvi_memory_follow(&made, past, VVI_GROUP_CELLS, NULL));
        assert_int_equal(grown.cells.n, made.cells.n);
        for (uint32_t cell = 0; cell < made.cells.n; cell++)
            CHECK_EQUAL_EXACTLY(score_in(&grown, cell, rule, &maximized_points[0]),
                                score_in(&made, cell, rule, &maximized_points[0]));
        vvi_memory_deinit(&made);
    }
    vvi_memory_deinit(&grown);
    vv_past_free(past);
}

static double score_x(const vv_past *past, bool liar, double x)
{
    vvi_memory memory = { 0 };
    CHECK_OK(vvi_memory_follow(&memory, past, VVI_GROUP_CELLS, NULL));
    const double score = score_in(&memory, 0, (vvi_tpe_rule){ .liar = liar }, &(table_point){ .values = { 0, x } });
    vvi_memory_deinit(&memory);
    return score;
}

static void a_running_trial_is_bad_where_there_is_a_liar(void **state)
{
    (void)state;
    vv_past *past = mixed_past(false);
    const double before = score_x(past, true, 2.5), honest = score_x(past, false, 2.5);
    put_x(past, VV_TRIAL_RUNNING, 0, 0, 0, 2.5);
    assert_true(score_x(past, true, 2.5) < before - 0.5);
    CHECK_EQUAL_EXACTLY(score_x(past, false, 2.5), honest);
    vv_past_free(past);
}

static void a_failed_trial_is_bad(void **state)
{
    (void)state;
    vv_past *past = mixed_past(false);
    const double before = score_x(past, true, 2.5);
    put_x(past, VV_TRIAL_FAILED, (double)NAN, 0, 0, 2.5);
    assert_true(score_x(past, true, 2.5) < before - 0.5);
    vv_past_free(past);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(2, (bool[]){ false, true });
    FILL(past, several_trials);
    for (long n = 1; n < 20; n++) {
        vvi_memory memory = { 0 };
        vvi_arena arena = { 0 };
        vvi_tpe_model model;
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        const vv_status status = vvi_memory_follow(&memory, past, VVI_GROUP_CELLS, &error);
        const bool made = status == VV_OK && vvi_tpe_model_make(&memory, 0, (vvi_tpe_rule){ 0 }, &arena, &model);
        const bool hit = vvi_fail_allocation(0) >= n;
        assert_true(made != hit);
        if (hit && status != VV_OK) assert_int_equal(status, VV_NO_MEMORY);
        vvi_arena_deinit(&arena);
        vvi_memory_deinit(&memory);
    }
    vv_past_free(past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_many_are_good),
        cmocka_unit_test(the_good_are_whole_then_pruned_then_violating),
        cmocka_unit_test(without_anything_finished_nothing_is_good),
        cmocka_unit_test(with_two_objectives_the_good_go_by_rank_and_hypervolume),
        cmocka_unit_test(cells_are_what_is_active_together),
        cmocka_unit_test(optunas_rule_has_optunas_scores),
        cmocka_unit_test(a_memory_that_grew_is_one_made_at_once),
        cmocka_unit_test(a_running_trial_is_bad_where_there_is_a_liar),
        cmocka_unit_test(a_failed_trial_is_bad),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
