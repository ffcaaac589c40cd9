/* The oracle that chooses: what it chooses follows from objectives, hyperparameters and trials, and it says so. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/search.h"

#include <string.h>

BUILDER(build_plane)
{
    UNUSED_BUT_HP;
    vv_float(hp, "x", .min = 0, .max = 1);
    vv_float(hp, "y", .min = 0, .max = 1);
    return VV_OK;
}

BUILDER(build_branches)
{
    UNUSED_BUT_HP;
    if (vv_bool(hp, "deep")) vv_float(hp, "rate", .min = 0, .max = 1);
    vv_float(hp, "x", .min = 0, .max = 1);
    return VV_OK;
}

BUILDER(build_hundreds)
{
    UNUSED_BUT_HP;
    for (int i = 0; i < 300; i++) vv_float(hp, vv_name(hp, "x_%d", i), .min = 0, .max = 1);
    return VV_OK;
}

/* What it says after n trials that random draws have made. */
static void check_note(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), size_t n_objectives, int n,
                       const char *begins)
{
    vv_oracle *drawn = NULL, *oracle = NULL;
    const double scores[] = { 0.5, 1 };
    vv_answer answer;
    const vv_oracle_args args = { .builder = { build, NULL }, .n_objectives = n_objectives };
    CHECK_OK(vv_oracle_open(&(vv_oracle_args){ .spec = "random", .builder = args.builder }, &drawn, NULL));
    CHECK_OK(vv_oracle_open(&args, &oracle, NULL));
    for (int id = 0; id < n; id++) {
        const vv_past_trial trial = { .id = id, .status = VV_TRIAL_COMPLETED, .scores = scores };
        CHECK_OK(vv_oracle_ask(drawn, &answer, NULL));
        CHECK_OK(vv_oracle_begin(drawn, answer.hp, NULL));
        CHECK_OK(vv_oracle_begin(oracle, answer.hp, NULL));
        CHECK_OK(vv_oracle_tell(oracle, &trial, NULL));
    }
    CHECK_OK(vv_oracle_ask(oracle, &answer, NULL));
    if (strncmp(answer.note, begins, strlen(begins)) != 0) fail_msg("after %d trials: %s", n, answer.note);
    vv_oracle_close(drawn);
    vv_oracle_close(oracle);
}

static void few_trials_are_for_a_gaussian_process(void **state)
{
    (void)state;
    check_note(build_plane, 1, 0, "bayesian, since trials are few");
    check_note(build_branches, 1, 30, "bayesian, since trials are few");
    check_note(build_plane, 2, 30, "bayesian, since trials are few");
}

static void many_trials_are_for_others(void **state)
{
    (void)state;
    check_note(build_plane, 1, 500, "cmaes, since trials are many, and all hyperparameters are numbers");
    check_note(build_branches, 1, 500, "tpe, since trials are many");
    check_note(build_plane, 2, 500, "evolution, since several objectives");
}

static void hundreds_of_hyperparameters_are_for_tpe(void **state)
{
    (void)state;
    check_note(build_hundreds, 1, 30, "tpe, since more hyperparameters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_trials_are_for_a_gaussian_process),
        cmocka_unit_test(many_trials_are_for_others),
        cmocka_unit_test(hundreds_of_hyperparameters_are_for_tpe),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
