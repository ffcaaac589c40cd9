/* trying.h - oracles at work on losses that are known: what they find, and whether it is better than what others find. */
#ifndef VARVE_TESTS_TRYING_H
#define VARVE_TESTS_TRYING_H

#include "check.h"

#include "search/search.h"

#include <stdlib.h>

/* Asks `hp` and says what that costs, for each objective. */
typedef void (*problem)(vv_hp *hp, double *losses);

static inline vv_status build_problem(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    double losses[VV_MAX_OBJECTIVES];
    (void)built;
    (void)reason;
    (*(problem *)context)(hp, losses);
    return VV_OK;
}

/* The losses of a proposal, which is built again from its values. */
static inline void losses_of(problem p, const vv_hp *hp, double *losses)
{
    const size_t n = vv_hp_count(hp);
    vv_assignment *list = calloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) list[i] = (vv_assignment){ vv_hp_at(hp, i)->name, vv_hp_at(hp, i)->value };
    const vv_replay replay = { list, n };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    vv_hp *again = vv_hp_new(&chooser);
    p(again, losses);
    vv_hp_free(again);
    free(list);
}

static inline vv_oracle *open_on(const char *spec, problem *p, uint64_t seed, size_t n_objectives)
{
    vv_oracle *oracle = NULL;
    vv_error error = { 0 };
    const vv_oracle_args args = {
        .spec = spec, .builder = { build_problem, p }, .seed = seed, .n_objectives = n_objectives
    };
    if (vv_oracle_open(&args, &oracle, &error) != VV_OK) fail_msg("%s", error.text);
    return oracle;
}

/* One trial, which completes. */
static inline void try_one(vv_oracle *oracle, problem p, double *losses)
{
    vv_answer answer;
    vv_error error = { 0 };
    if (vv_oracle_ask(oracle, &answer, &error) != VV_OK) fail_msg("%s", error.text);
    assert_int_equal(answer.kind, VV_ANSWER_PROPOSAL);
    losses_of(p, answer.hp, losses);
    CHECK_OK(vv_oracle_begin(oracle, answer.hp, NULL));
    const vv_past_trial trial = { .id = answer.trial, .status = VV_TRIAL_COMPLETED, .scores = losses };
    CHECK_OK(vv_oracle_tell(oracle, &trial, NULL));
}

/* The least loss of `trials`. */
static inline double best_of(const char *spec, problem p, int trials, uint64_t seed)
{
    vv_oracle *oracle = open_on(spec, &p, seed, 1);
    double best = (double)INFINITY, losses[VV_MAX_OBJECTIVES];
    for (int i = 0; i < trials; i++) {
        try_one(oracle, p, losses);
        best = losses[0] < best ? losses[0] : best;
    }
    vv_oracle_close(oracle);
    return best;
}

/* The chance that a search by one finds a smaller loss than one by the other: Mann and Whitney's U over its most. */
enum { RUNS = 12 };
static inline double chance_to_win(const char *spec, const char *other, problem p, int trials)
{
    double mine[RUNS], theirs[RUNS], sum = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        mine[run] = best_of(spec, p, trials, run);
        theirs[run] = best_of(other, p, trials, 100 + run);
    }
    for (int i = 0; i < RUNS * RUNS; i++) {
        const double a = mine[i / RUNS], b = theirs[i % RUNS];
        sum += a < b ? 1 : a > b ? 0 : 0.5;
    }
    return sum / (RUNS * RUNS);
}
/* Of 12 against 12 U / 144 is above 0.78 with a chance of 1 in 100 where neither is better. */
static const double IS_BETTER = 0.78;

/* A fresh oracle that learns of all at once what this one learnt of bit by bit. */
static inline vv_oracle *replay_of(const vv_oracle *oracle, const char *spec, problem *p, uint64_t seed,
                                   size_t n_objectives)
{
    vv_oracle *fresh = open_on(spec, p, seed, n_objectives);
    const vv_past *past = vv_oracle_past(oracle);
    for (int id = 0; id < (int)vv_past_count(past); id++) {
        vv_past_trial trial = vv_past_at(past, id);
        vv_active *values = calloc(trial.n_values + 1, sizeof *values);
        for (size_t i = 0; i < trial.n_values; i++) values[i] = vv_past_value(past, id, i);
        trial.values = values;
        CHECK_OK(vv_oracle_tell(fresh, &trial, NULL));
        free(values);
    }
    return fresh;
}

static inline void check_same_proposal(vv_oracle *a, vv_oracle *b)
{
    vv_answer one, other;
    CHECK_OK(vv_oracle_ask(a, &one, NULL));
    CHECK_OK(vv_oracle_ask(b, &other, NULL));
    assert_int_equal(one.kind, other.kind);
    assert_int_equal(vv_hp_count(one.hp), vv_hp_count(other.hp));
    for (size_t i = 0; i < vv_hp_count(one.hp); i++)
        assert_true(vv_value_equal(vv_hp_at(one.hp, i)->value, vv_hp_at(other.hp, i)->value));
}

/* Six workers, whose trials end in any order, fail, are interrupted, and one never ends: now and then what the oracle
 * proposes is what a fresh one does. */
static inline void check_that_the_past_is_all_there_is(const char *spec, problem p, size_t n_objectives, int trials)
{
    enum { WORKERS = 6 };
    vv_oracle *oracle = open_on(spec, &p, 11, n_objectives);
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "workers"));
    int running[WORKERS];
    double losses[WORKERS][VV_MAX_OBJECTIVES];
    for (int n = 0; n < trials; n++) {
        const size_t worker = n < WORKERS ? (size_t)n : 1 + (size_t)vvi_stream_below(&stream, WORKERS - 1);
        vv_answer answer;
        if (n >= WORKERS) {
            const vv_trial_status ends[] = { VV_TRIAL_COMPLETED, VV_TRIAL_COMPLETED, VV_TRIAL_COMPLETED,
                                             VV_TRIAL_PRUNED,    VV_TRIAL_FAILED,    VV_TRIAL_INTERRUPTED };
            const vv_trial_status status = ends[vvi_stream_below(&stream, 6)];
            const vv_past_trial trial = {
                .id = running[worker], .status = status, .scores = losses[worker], .epochs = n % 5
            };
            CHECK_OK(vv_oracle_tell(oracle, &trial, NULL));
        }
        if (n % 9 == 5 || n == trials - 1) {
            vv_oracle *fresh = replay_of(oracle, spec, &p, 11, n_objectives);
            check_same_proposal(oracle, fresh);
            vv_oracle_close(fresh);
        }
        CHECK_OK(vv_oracle_ask(oracle, &answer, NULL));
        assert_int_equal(answer.kind, VV_ANSWER_PROPOSAL);
        losses_of(p, answer.hp, losses[worker]);
        running[worker] = answer.trial;
        CHECK_OK(vv_oracle_begin(oracle, answer.hp, NULL));
    }
    /* the one that everybody has forgotten ends after all */
    CHECK_OK(
        vv_oracle_tell(oracle, &(vv_past_trial){ .id = 0, .status = VV_TRIAL_COMPLETED, .scores = losses[0] }, NULL));
    vv_oracle *fresh = replay_of(oracle, spec, &p, 11, n_objectives);
    check_same_proposal(oracle, fresh);
    vv_oracle_close(fresh);
    vv_oracle_close(oracle);
}

/* ---- problems ----------------------------------------------------------------------------------------------------- */

static inline double ask_unit(vv_hp *hp, int i)
{
    return vv_float(hp, vv_name(hp, "x%d", i), .min = -2, .max = 8) / 10 + 0.2;
}

/* Five numbers, the best of them nowhere near the middle. */
static inline void bowl(vv_hp *hp, double *losses)
{
    losses[0] = 0;
    for (int i = 0; i < 5; i++) losses[0] += pow(ask_unit(hp, i) - (i % 2 == 0 ? 0.23 : 0.81), 2);
}

/* A valley that is bent, and that no axis runs along. */
static inline void valley(vv_hp *hp, double *losses)
{
    double x[4];
    for (int i = 0; i < 4; i++) x[i] = 3 * ask_unit(hp, i) - 1;
    losses[0] = 0;
    for (int i = 0; i < 3; i++) losses[0] += 100 * pow(x[i + 1] - x[i] * x[i], 2) + pow(1 - x[i], 2);
}

/* Numbers on a logarithmic and on a linear grid, categories, and what exists under a condition. */
static inline void network(vv_hp *hp, double *losses)
{
    const char *optimizer = vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam", "rmsprop", "lion"));
    const double rate = log10(vv_float(hp, "rate", .min = 1e-6, .max = 1, .sampling = VV_SAMPLE_LOG));
    const int layers = vv_int(hp, "layers", .min = 1, .max = 6);
    const int units = vv_int(hp, "units", .min = 16, .max = 1024, .sampling = VV_SAMPLE_LOG);
    const double dropout = vv_float(hp, "dropout", .min = 0, .max = 0.9, .step = 0.1);
    const bool is_rmsprop = strcmp(optimizer, "rmsprop") == 0;
    const double rho = is_rmsprop ? vv_float(hp, "rho", .min = 0, .max = 1) : 0.2;
    losses[0] = pow(rate + 3.4, 2) / 4 + pow(layers - 4, 2) / 6 + pow(log2(units) - 8, 2) / 6;
    losses[0] += pow(dropout - 0.3, 2) + (is_rmsprop ? pow(rho - 0.7, 2) : 0.5);
}

/* 40 numbers, for measuring time. */
static inline void forty(vv_hp *hp, double *losses)
{
    losses[0] = losses[1] = 0;
    for (int i = 0; i < 40; i++) {
        const double x = ask_unit(hp, i);
        losses[0] += (x - 0.3) * (x - 0.3);
        losses[1] += (x - 0.6) * (x - 0.6);
    }
}

#endif
