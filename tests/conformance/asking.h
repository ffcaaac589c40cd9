/* asking.h - a search kept in memory: asks an oracle, checks every answer, and plays what happens to trials. */
#ifndef VARVE_TESTS_ASKING_H
#define VARVE_TESTS_ASKING_H

#include "check.h"
#include "conformance/spaces.h"

#include "search/search.h"
#include "space/discovery/discovery.h"

#include <stdlib.h>

typedef vv_status (*build_function)(void *, vv_hp *, vv_built *, vv_error *);

/* What becomes of a trial: its status and score by its id and its values. */
typedef void (*fate)(int id, const vv_hp *hp, vv_trial_status *status, double *score);

typedef struct search {
    const vv_oracle_kind *kind;
    vv_builder builder;
    uint64_t seed;
    bool maximize;
    fate fate;
    int max_trials;
    vvi_arena arena;
    vv_space *space; /* what is known beforehand; NULL: nothing */
    vv_oracle *oracle;
    int n;            /* trials */
    vv_answer answer; /* the last one */
} search;

enum { EPOCHS = 9 }; /* of a whole trial, for those that halve */

static inline void open_oracle(const search *s, vv_oracle **oracle)
{
    vv_error error = { 0 };
    const vv_oracle_args args = { .kind = s->kind,
                                  .builder = s->builder,
                                  .space = s->space,
                                  .seed = s->seed,
                                  .maximize = &s->maximize,
                                  .max_trials = s->max_trials,
                                  .epochs = EPOCHS };
    if (vv_oracle_open(&args, oracle, &error) != VV_OK) fail_msg("%s: %s", s->kind->name, error.text);
}

/* Everything that happens to trials, one after the other. */
static inline void mixed_fate(int id, const vv_hp *hp, vv_trial_status *status, double *score)
{
    const vv_trial_status statuses[] = { VV_TRIAL_COMPLETED,   VV_TRIAL_FAILED, VV_TRIAL_COMPLETED,
                                         VV_TRIAL_INTERRUPTED, VV_TRIAL_PRUNED, VV_TRIAL_RUNNING };
    const double scores[] = { 0.5, (double)INFINITY, 1e300, -3, -(double)INFINITY, (double)NAN, 0.25 };
    (void)hp;
    *status = statuses[id % 6];
    *score = scores[id % 7];
}

static inline void begin_known(search *s, uint64_t most) /* as a search does before its first trial */
{
    const vvi_discover_args args = { .builder = &s->builder, .most = most, .seconds = 60 };
    s->space = vvi_arena_alloc(&s->arena, sizeof *s->space);
    CHECK_OK(vvi_space_discover(&args, &s->arena, s->space, NULL));
    vvi_space_seal(s->space);
}

static inline search begin(const vv_oracle_kind *kind, build_function build, uint64_t seed)
{
    return (search){ .kind = kind, .builder = { build, NULL }, .seed = seed, .fate = mixed_fate };
}

static inline void end(search *s)
{
    vv_oracle_close(s->oracle);
    vvi_arena_deinit(&s->arena);
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static inline bool same_values(const vv_past *past, int id, const vv_hp *hp)
{
    if (vv_past_at(past, id).n_values != vv_hp_count(hp)) return false;
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const vv_active mine = vv_past_value(past, id, i);
        const vv_active *active = vv_hp_find(hp, mine.name);
        if (active == NULL || !vv_value_equal(active->value, mine.value)) return false;
    }
    return true;
}

/* Builds the trial again from its values alone: the same trace, every value in its domain, and it builds. */
static inline void check_builds_from_its_values(const search *s, int id)
{
    const vv_past *past = vv_oracle_past(s->oracle);
    const size_t n = vv_past_at(past, id).n_values;
    vv_assignment *values = calloc(n + 1, sizeof *values);
    for (size_t i = 0; i < n; i++) {
        const vv_active active = vv_past_value(past, id, n - 1 - i);
        values[i] = (vv_assignment){ active.name, active.value };
        assert_true(vv_domain_contains(&active.domain, active.value));
    }
    vvi_again again = { .list = values, .n = n };
    const vv_chooser chooser = vvi_chooser_again(&again);
    vv_hp *hp = vv_hp_new(&chooser);
    vv_built built = { 0 };
    vv_error reason = { 0 };
    if (s->builder.build(s->builder.context, hp, &built, &reason) != VV_OK) fail_msg("proposed: %s", reason.text);
    if (vv_hp_status(hp) != VV_OK) fail_msg("proposed: %s", vv_hp_error(hp));
    assert_true(same_values(past, id, hp));
    vv_hp_free(hp);
    free(values);
}

/* Every refused draw is counted under one reason. */
static inline void check_refusals(const vv_answer *answer)
{
    int64_t n = 0;
    for (int i = 0; i < VV_ANSWER_REASONS; i++) {
        const vv_refusal *refusal = &answer->refusals[i];
        n += refusal->n;
        assert_true((refusal->n > 0) == (refusal->reason[0] != '\0'));
        for (int k = 0; refusal->n > 0 && k < i; k++)
            assert_string_not_equal(refusal->reason, answer->refusals[k].reason);
    }
    assert_int_equal(n, answer->refused);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static inline void ask(search *s)
{
    vv_error error = { 0 };
    if (s->oracle == NULL) open_oracle(s, &s->oracle);
    if (vv_oracle_ask(s->oracle, &s->answer, &error) != VV_OK) fail_msg("%s: %s", s->kind->name, error.text);
    check_refusals(&s->answer);
    assert_true((s->answer.hp != NULL) == (s->answer.kind == VV_ANSWER_PROPOSAL));
}

static inline void tell(search *s, int id, vv_trial_status status, double score, int epochs)
{
    const vv_past_trial trial = { .id = id, .status = status, .scores = &score, .epochs = epochs };
    CHECK_OK(vv_oracle_tell(s->oracle, &trial, NULL));
}

/* Begins the proposal as a trial. */
static inline int start(search *s)
{
    CHECK_OK(vv_oracle_begin(s->oracle, s->answer.hp, NULL));
    assert_int_equal(s->answer.trial, s->n);
    return s->n++;
}

/* Lets what was asked for happen to a trial. One that shall stop early pauses there, unless it has failed. */
static inline void finish(search *s, int id, const vv_hp *hp, int epochs)
{
    vv_trial_status status;
    double score;
    s->fate(id, hp, &status, &score);
    const bool whole = epochs == 0 || epochs >= EPOCHS;
    if (s->kind->halves && (status == VV_TRIAL_RUNNING || status == VV_TRIAL_INTERRUPTED || status == VV_TRIAL_PRUNED))
        status = VV_TRIAL_COMPLETED; /* it would wait for the first for ever; it does without pruners */
    if (!whole && status == VV_TRIAL_COMPLETED) status = VV_TRIAL_PAUSED;
    tell(s, id, status, score, whole ? EPOCHS : epochs);
}

/* Asks once, checks the answer; a trial is told of. false: nothing is left. */
static inline bool step(search *s)
{
    ask(s);
    if (s->answer.kind == VV_ANSWER_RESUME) {
        assert_int_equal(vv_past_at(vv_oracle_past(s->oracle), s->answer.trial).status, VV_TRIAL_PAUSED);
        finish(s, s->answer.trial, NULL, s->answer.epochs);
        return true;
    }
    if (s->answer.kind != VV_ANSWER_PROPOSAL) {
        const bool planned = s->kind->halves && s->answer.kind == VV_ANSWER_DONE;
        assert_true(planned || s->answer.kind == VV_ANSWER_EXHAUSTED);
        return false;
    }
    for (int i = 0; i < s->n; i++) assert_false(same_values(vv_oracle_past(s->oracle), i, s->answer.hp));
    const int id = start(s);
    check_builds_from_its_values(s, id);
    finish(s, id, s->answer.hp, s->answer.epochs);
    return true;
}

/* A fresh oracle that was told all that this one was, in the order of the ids. */
static inline vv_oracle *replayed(const search *s, bool backwards)
{
    vv_oracle *fresh;
    const vv_past *past = vv_oracle_past(s->oracle);
    const int n = (int)vv_past_count(past);
    open_oracle(s, &fresh);
    for (int id = 0; id < n; id++) {
        vv_past_trial trial = vv_past_at(past, id);
        vv_active *values = calloc(trial.n_values + 1, sizeof *values);
        for (size_t i = 0; i < trial.n_values; i++) values[i] = vv_past_value(past, id, i);
        trial.values = values;
        if (backwards) trial.status = VV_TRIAL_RUNNING, trial.scores = NULL;
        CHECK_OK(vv_oracle_tell(fresh, &trial, NULL));
        free(values);
    }
    for (int id = n - 1; backwards && id >= 0; id--) { /* as trials end that run side by side */
        const vv_past_trial trial = vv_past_at(past, id);
        CHECK_OK(vv_oracle_tell(fresh, &trial, NULL));
    }
    return fresh;
}

static inline void check_same_hp(const vv_hp *a, const vv_hp *b)
{
    assert_int_equal(vv_hp_count(a), vv_hp_count(b));
    for (size_t i = 0; i < vv_hp_count(a); i++) {
        assert_string_equal(vv_hp_at(a, i)->name, vv_hp_at(b, i)->name);
        assert_true(vv_value_equal(vv_hp_at(a, i)->value, vv_hp_at(b, i)->value));
    }
}

static inline void check_same_answer(const vv_answer *a, const vv_answer *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->trial, b->trial);
    assert_int_equal(a->epochs, b->epochs);
    if (a->hp != NULL) check_same_hp(a->hp, b->hp);
}

#endif
