/* hyperband.c - Hyperband (Li et al.: Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization; JMLR
 * 18(185), 2018): brackets of trials (brackets.c) of which at each rung only the best part is trained further. New
 * configurations are drawn as random search draws them.
 *
 * Here a trial that goes on is the same trial: it keeps its weights and is trained for the epochs that it lacks. Which
 * trial is in which bracket follows from its id alone, how far it came from its epochs; so what is asked next is a
 * function of the past. Where the paper does not say:
 *
 *   - Trials are judged by the best of all epochs that they have had, which is what a trial is told with.
 *   - One is sent on as soon as it must be among the best of its rung, however those that still run turn out: with any
 *     number of workers it is the same trials that go on. What nobody can be sent on for is waited for; meanwhile the
 *     next bracket begins.
 *   - A failed trial is eliminated. Where all that went on have failed, the best of those left behind takes their place:
 *     a bracket ends with a whole trial as long as one of its trials lives.
 *   - A trial that ends by itself before its goal (COMPLETED) is ranked as the others are, and has no more epochs to give.
 *   - Where no configuration is left, the bracket goes on with those it has.
 */
#include "search/oracles/hyperband.h"
#include "space/discovery/discovery.h"
#include "space/discovery/walk.h"

#include <math.h>
#include <stdlib.h>

typedef enum state { DEAD, BUSY, PAUSED, DONE } state;

typedef struct member {
    int id, epochs;
    state state;
    double loss; /* NaN: none */
} member;

typedef struct halving {
    const vv_question *question;
    vvi_brackets plan;
    vvi_bracket bracket;
    member *members; /* those that are in the rung looked at, best first where that matters */
    int n, missing;  /* members; those that it still lacks, since below it something runs */
    bool busy;       /* something of some bracket runs */
} halving;

/* ---- the plan -------------------------------------------------------------------------------------------------------- */

static uint64_t count_configurations(const vv_space *space)
{
    if (!vvi_space_is_exact(space) || space->buildable.n != 1) return 0;
    return space->buildable.limbs[0];
}

static vvi_brackets make_plan(const vv_question *question)
{
    const double *o = question->options;
    return (vvi_brackets){ .epochs = question->epochs,
                           .factor = (int)o[VVI_HALVING_FACTOR],
                           .iterations = (int)o[VVI_HALVING_ITERATIONS],
                           .min_epochs = (int)o[VVI_HALVING_MIN_EPOCHS],
                           .max_trials = (uint64_t)question->max_trials,
                           .max_epochs = (uint64_t)question->max_epochs_total,
                           .configurations = count_configurations(question->space) };
}

/* 0 stands for all epochs, as a trial's own fit function may count them in another way. */
static int goal_of(const halving *h, int rung)
{
    const int epochs = h->bracket.epochs[rung];
    return epochs >= h->plan.epochs ? 0 : epochs;
}

/* ---- who is where ------------------------------------------------------------------------------------------------------ */

static member look_at(const halving *h, int id)
{
    static const state states[] = {
        [VV_TRIAL_RUNNING] = BUSY, [VV_TRIAL_COMPLETED] = DONE, [VV_TRIAL_FAILED] = DEAD, [VV_TRIAL_INTERRUPTED] = BUSY,
        [VV_TRIAL_PRUNED] = DEAD,  [VV_TRIAL_PAUSED] = PAUSED,  [VV_TRIAL_WAITING] = BUSY
    };
    const vv_past_trial trial = vv_past_at(h->question->past, id);
    const double loss = vv_past_loss(h->question->past, id, 0);
    const bool whole = trial.status == VV_TRIAL_COMPLETED && trial.epochs == 0;
    return (member){ .id = id,
                     .epochs = whole ? h->plan.epochs : trial.epochs,
                     .state = states[trial.status],
                     .loss = isfinite(loss) ? loss : (double)NAN };
}

/* Has it gone on from the rung, or was it sent to? One that runs and has just the rung's epochs counts: it may have been. */
static bool went_on(const member *m, int epochs)
{
    return m->epochs > epochs || (m->state == BUSY && m->epochs == epochs);
}

/* Will it still come to the rung? */
static bool is_coming(const member *m, int epochs)
{
    return m->state == BUSY || (m->state == PAUSED && m->epochs < epochs);
}

static int compare(const void *a, const void *b)
{
    const member *x = a, *y = b;
    if (isnan(x->loss) != isnan(y->loss)) return isnan(x->loss) ? 1 : -1;
    if (x->loss < y->loss || x->loss > y->loss) return x->loss < y->loss ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Puts those first that went on, then who may, best first, then the others. */
typedef struct parts {
    int gone, waiting, coming;
} parts;

static parts sort_out(halving *h, int epochs)
{
    parts p = { .coming = h->missing };
    member *m = h->members;
    for (int i = 0; i < h->n; i++) {
        if (!went_on(&m[i], epochs)) continue;
        const member gone = m[i];
        m[i] = m[p.gone];
        m[p.gone++] = gone;
    }
    for (int i = p.gone; i < h->n; i++) {
        if (is_coming(&m[i], epochs)) p.coming++;
        if (m[i].state == DEAD || is_coming(&m[i], epochs)) continue;
        const member waiting = m[i];
        m[i] = m[p.gone + p.waiting];
        m[p.gone + p.waiting++] = waiting;
    }
    qsort(m + p.gone, (size_t)p.waiting, sizeof *m, compare);
    return p;
}

static bool any_lives(const halving *h, int n)
{
    for (int i = 0; i < n; i++)
        if (h->members[i].state != DEAD) return true;
    return false;
}

/* Leaves those members that are in rung i, who were in the one below. */
static void climb(halving *h, int i)
{
    const parts p = sort_out(h, h->bracket.epochs[i - 1]);
    int room = h->bracket.size[i] - p.gone - p.coming;
    if (room < 0) room = 0;
    if (room > p.waiting) room = p.waiting;
    if (room == 0 && p.coming == 0 && p.waiting > 0 && !any_lives(h, p.gone)) room = 1;
    h->n = p.gone + room;
    h->missing = p.coming > 0 && h->bracket.size[i] > h->n ? h->bracket.size[i] - h->n : 0;
}

/* Somebody who is in the rung and was not sent there yet; -1: nobody. */
static int find_paused(halving *h, int rung)
{
    for (int i = 0; i < h->n; i++) {
        const member *m = &h->members[i];
        if (m->state == PAUSED && m->epochs < h->bracket.epochs[rung]) return m->id;
        h->busy = h->busy || m->state == BUSY;
    }
    return -1;
}

/* ---- one bracket ------------------------------------------------------------------------------------------------------- */

static bool find_resume(halving *h, vv_answer *answer)
{
    h->missing = 0;
    for (int rung = 0; rung < h->bracket.n_rungs; rung++) {
        if (rung > 0) climb(h, rung);
        const int id = find_paused(h, rung);
        if (id < 0) continue;
        answer->kind = VV_ANSWER_RESUME;
        answer->trial = id;
        answer->epochs = goal_of(h, rung);
        return true;
    }
    return false;
}

/* Fewer trials than were planned, since there are no more: the rungs above shrink with them. */
static void shrink(halving *h, int n)
{
    for (int i = 0, size = n; i < h->bracket.n_rungs; i++, size /= h->plan.factor)
        h->bracket.size[i] = size < 1 ? 1 : size;
    h->bracket.n = n;
}

static vv_status go_on(halving *h, vv_answer *answer, bool *found, vv_error *error)
{
    h->members = vvi_malloc((size_t)(h->n + 1) * sizeof *h->members);
    if (h->members == NULL) return vvi_no_memory(error);
    for (int i = 0; i < h->n; i++) h->members[i] = look_at(h, (int)h->bracket.first + i);
    *found = find_resume(h, answer);
    vvi_free(h->members);
    h->members = NULL;
    return VV_OK;
}

/* ---- what there is no more ---------------------------------------------------------------------------------------------- */

/* After how many trials nothing new was found: as long as there are no more, it need not be looked for again. */
typedef struct memory {
    size_t trials;
    vv_answer_kind kind; /* 0: it was not looked for */
} memory;

static vv_status propose(halving *h, vvi_propose function, vv_answer *answer, vv_error *error)
{
    vv_cache *cache = h->question->cache;
    const size_t n = vv_past_count(h->question->past);
    if (cache->memory == NULL) {
        cache->memory = vvi_calloc(1, sizeof(memory));
        cache->free = vvi_free;
        if (cache->memory == NULL) return vvi_no_memory(error);
    }
    memory *m = cache->memory;
    answer->kind = m->kind;
    if (m->kind != 0 && m->trials == n) return VV_OK;
    answer->kind = (vv_answer_kind)0;
    VVI_TRY(function(h->question, answer, error));
    *m = (memory){ .trials = n, .kind = answer->kind == VV_ANSWER_PROPOSAL ? (vv_answer_kind)0 : answer->kind };
    if (answer->kind == VV_ANSWER_PROPOSAL) answer->epochs = goal_of(h, 0);
    return VV_OK;
}

/* ---- asking -------------------------------------------------------------------------------------------------------------- */

static vv_status ask_bracket(halving *h, vvi_propose function, vv_answer *answer, bool *found, vv_error *error)
{
    const uint64_t count = vv_past_count(h->question->past), first = h->bracket.first;
    h->n = count <= first ? 0 : count - first < (uint64_t)h->bracket.n ? (int)(count - first) : h->bracket.n;
    if (h->n < h->bracket.n) {
        VVI_TRY(propose(h, function, answer, error));
        *found = answer->kind == VV_ANSWER_PROPOSAL;
        if (*found) return VV_OK;
        shrink(h, h->n);
    }
    return h->n == 0 ? VV_OK : go_on(h, answer, found, error);
}

/* With fewer epochs there is one rung: each trial would be a whole one. */
static vv_status check_epochs(const vvi_brackets *plan, vv_error *error)
{
    const int64_t least = (int64_t)plan->factor * plan->min_epochs;
    if (plan->epochs >= least) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG,
                    "trials of %d epochs cannot be halved: with factor %d and min_epochs %d it takes %lld at least",
                    plan->epochs, plan->factor, plan->min_epochs, (long long)least);
}

vv_status vvi_halving_ask(const vv_question *question, vvi_propose function, vv_answer *answer, vv_error *error)
{
    halving h = { .question = question, .plan = make_plan(question) };
    bool found = false;
    VVI_TRY(check_epochs(&h.plan, error));
    vvi_brackets_describe(&h.plan, answer->note, sizeof answer->note);
    h.plan.max_trials = vvi_brackets_trials(&h.plan); /* worked out once */
    h.plan.max_epochs = 0;
    for (uint64_t k = 0; vvi_bracket_at(&h.plan, k, &h.bracket); k++) {
        VVI_TRY(ask_bracket(&h, function, answer, &found, error));
        if (found) return VV_OK;
        if (h.bracket.n == 0) break; /* nothing is left for it, nor for those behind it */
    }
    if (answer->kind == 0) answer->kind = VV_ANSWER_DONE;
    if (h.busy) answer->kind = VV_ANSWER_WAIT;
    return VV_OK;
}

static vv_status ask_random(const vv_question *question, vv_answer *answer, vv_error *error)
{
    return vvi_oracle_random.ask(question, answer, error);
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    return vvi_halving_ask(question, ask_random, answer, error);
}

static const vv_option_row options[] = { VVI_HALVING_ROWS };

const vv_oracle_kind vvi_oracle_hyperband = {
    .name = "hyperband",
    .summary = "many trials for a few epochs, the best of them for more: random search with halving",
    .paper = "Li et al.: Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization, JMLR 18(185), 2018",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .halves = true,
    .plans = true,
    .ask = ask,
};
