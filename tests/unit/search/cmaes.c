/* The oracle cmaes: what it finds, that the past is all it knows, and what it costs. */
#include "trying.h"

/* ---- the past ----------------------------------------------------------------------------------------------------- */

static void the_past_is_all_there_is(void **state)
{
    (void)state;
    check_that_the_past_is_all_there_is("cmaes", network, 1, 240);
    check_that_the_past_is_all_there_is("cmaes:startup=3,population=5", bowl, 1, 300);
    check_that_the_past_is_all_there_is("cmaes:restarts=ipop,sigma=0.01", valley, 1, 300);
    check_that_the_past_is_all_there_is("cmaes:restarts=same,startup=1,population=1", network, 1, 150);
}

/* A branch that is met when half of the trials are done, and ranges that become wider. */
static void growing(vv_hp *hp, double *losses)
{
    const double x = vv_float(hp, "x", .min = 0, .max = 1);
    const int widest = x < 0.5 ? 5 : 20;
    const int n = vv_int(hp, "n", .min = 1, .max = widest);
    losses[0] = fabs(x - 0.04) + fabs(n - 3.0) / 20;
    if (x < 0.05) {
        const bool late = vv_bool(hp, "late");
        losses[0] += late ? 0 : 0.01;
        if (late) losses[0] += 0.01 * fabs(vv_float(hp, "later", .min = 0, .max = 1) - 0.9);
    }
}

static void spaces_that_grow_are_followed(void **state)
{
    (void)state;
    check_that_the_past_is_all_there_is("cmaes", growing, 1, 200);
    assert_true(best_of("cmaes", growing, 200, 1) < 0.02);
}

/* Fifty trials after sixty of another oracle's: do they find a third of the loss? */
static int improves(const char *spec, uint64_t seed)
{
    problem p = bowl;
    vv_oracle *first = open_on("random", &p, seed, 1);
    double best = (double)INFINITY, least = (double)INFINITY, loss;
    for (int i = 0; i < 60; i++) {
        try_one(first, p, &loss);
        best = fmin(best, loss);
    }
    vv_oracle *second = replay_of(first, spec, &p, seed, 1);
    for (int i = 0; i < 50; i++) {
        try_one(second, p, &loss);
        least = fmin(least, loss);
    }
    vv_oracle_close(first);
    vv_oracle_close(second);
    return least < best / 3;
}

static void trials_from_elsewhere_are_as_good_a_beginning(void **state)
{
    (void)state;
    int better = 0, random = 0;
    for (uint64_t seed = 0; seed < 12; seed++) {
        better += improves("cmaes", seed);
        random += improves("random", seed);
    }
    if (better < random + 6) fail_msg("%d of 12, by random search %d", better, random);
}

/* ---- what it finds ------------------------------------------------------------------------------------------------ */

static void it_is_better_than_random_search(void **state)
{
    (void)state;
    const struct {
        problem problem;
        int trials;
    } cases[] = { { bowl, 60 }, { valley, 120 }, { network, 100 }, { forty, 200 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double chance = chance_to_win("cmaes", "random", cases[i].problem, cases[i].trials);
        if (chance < IS_BETTER) fail_msg("case %zu: %g", i, chance);
    }
}

static void it_finds_the_least_loss(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        assert_true(best_of("cmaes", bowl, 600, seed) < 1e-8);
        assert_true(best_of("cmaes", valley, 1500, seed) < 1e-6);
    }
}

/* The right one of four categories, units to the nearest of a thousand, layers and dropout on their grids: 0 is left but
 * for the rate, rho, and 256 units of 16 to 1024. */
static void categories_and_whole_numbers_come_out_right(void **state)
{
    (void)state;
    int found = 0;
    for (uint64_t seed = 0; seed < 8; seed++) found += best_of("cmaes", network, 600, seed) < 0.005;
    if (found < 7) fail_msg("%d of 8", found);
}

/* A thousand minima, 0.1 apart in each of three ranges. pycma finds the least in 8 of 11 such searches. */
static void waves(vv_hp *hp, double *losses)
{
    losses[0] = 0;
    for (int i = 0; i < 3; i++) {
        const double y = 10 * (ask_unit(hp, i) - 0.31);
        losses[0] += y * y - 10 * cos(2 * acos(-1) * y) + 10;
    }
}

static void restarts_find_what_one_run_does_not(void **state)
{
    (void)state;
    int with = 0, once = 0;
    for (uint64_t seed = 0; seed < 8; seed++) {
        with += best_of("cmaes", waves, 10000, seed) < 0.01;
        once += best_of("cmaes", waves, 250, seed) < 0.01;
    }
    if (with < 5 || once > 1) fail_msg("%d of 8, %d in one run", with, once);
}

/* Nothing but failures, then a region that works. */
static void cliff(vv_hp *hp, double *losses)
{
    bowl(hp, losses);
    if (losses[0] > 0.25) losses[0] = (double)INFINITY;
}

static void infinite_losses_are_the_worst(void **state)
{
    (void)state;
    int found = 0;
    for (uint64_t seed = 0; seed < 8; seed++) found += best_of("cmaes", cliff, 400, seed) < 1e-4;
    if (found < 7) fail_msg("%d of 8", found);
}

/* ---- cost --------------------------------------------------------------------------------------------------------- */

/* An ask after n trials costs what the one before it did: nothing is gone over again. */
static void ten_thousand_trials_of_forty_hyperparameters_replay_to_the_same_proposal(void **state)
{
    (void)state;
    problem p = forty;
    vv_oracle *oracle = open_on("cmaes", &p, 1, 1);
    double losses[2];
    for (int i = 0; i < 10000; i++) try_one(oracle, p, losses);
    vv_oracle *fresh = replay_of(oracle, "cmaes", &p, 1, 1);
    check_same_proposal(oracle, fresh);
    vv_oracle_close(fresh);
    vv_oracle_close(oracle);
}

/* One that ran while others ended takes the state back to a generation before, and to no other than a replay has. */
static void a_late_trial_leads_to_the_state_of_a_replay(void **state)
{
    (void)state;
    problem p = forty;
    vv_oracle *oracle = open_on("cmaes", &p, 1, 1);
    vv_answer answer;
    double losses[2];
    for (int i = 0; i < 2000; i++) try_one(oracle, p, losses);
    CHECK_OK(vv_oracle_ask(oracle, &answer, NULL));
    losses_of(p, answer.hp, losses);
    const double late_losses[2] = { losses[0], losses[1] };
    const vv_past_trial late = { .id = answer.trial, .status = VV_TRIAL_COMPLETED, .scores = late_losses };
    CHECK_OK(vv_oracle_begin(oracle, answer.hp, NULL));
    for (int i = 0; i < 25; i++) try_one(oracle, p, losses);
    CHECK_OK(vv_oracle_tell(oracle, &late, NULL));
    vv_oracle *fresh = replay_of(oracle, "cmaes", &p, 1, 1);
    check_same_proposal(oracle, fresh);
    vv_oracle_close(fresh);
    vv_oracle_close(oracle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_past_is_all_there_is),
        cmocka_unit_test(spaces_that_grow_are_followed),
        cmocka_unit_test(trials_from_elsewhere_are_as_good_a_beginning),
        cmocka_unit_test(it_is_better_than_random_search),
        cmocka_unit_test(it_finds_the_least_loss),
        cmocka_unit_test(categories_and_whole_numbers_come_out_right),
        cmocka_unit_test(restarts_find_what_one_run_does_not),
        cmocka_unit_test(infinite_losses_are_the_worst),
        cmocka_unit_test(ten_thousand_trials_of_forty_hyperparameters_replay_to_the_same_proposal),
        cmocka_unit_test(a_late_trial_leads_to_the_state_of_a_replay),
    };
    return cmocka_run_group_tests_name("cmaes", tests, NULL, NULL);
}
