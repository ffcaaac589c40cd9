/* auto.c - chooses an oracle by what is asked for, and says which and why.
 *
 * The choice is the first row of the table below that applies. It may change while a search goes on, since a model that
 * needs few trials is not the one that bears thousands; it is a function of the question alone, so that a search that
 * was stopped goes on with the same one. That a Gaussian process needs the fewest trials was measured (docs/oracles.md), of
 * one objective, of two, and of up to 80 hyperparameters; the limits are those of its cost: its model holds 400 trials at
 * most, and an ask takes about a tenth of a second then.
 */
#include "search/search.h"

#include <math.h>

enum { FEW_TRIALS = 500, MANY_AXES = 200 };

typedef struct facts {
    const vv_question *question;
    size_t finished;                /* trials with a score */
    size_t axes;                    /* hyperparameters that trials have asked for */
    bool unconditional, continuous; /* all trials ask for the same; most of it numbers without a grid */
} facts;

/* ---- rules --------------------------------------------------------------------------------------------------------- */

static bool has_few_trials(const facts *f)
{
    return f->finished < FEW_TRIALS && f->axes <= MANY_AXES;
}

static bool has_many_objectives(const facts *f)
{
    return f->question->n_objectives > 1;
}

static bool has_many_axes(const facts *f)
{
    return f->axes > MANY_AXES;
}

static bool is_continuous(const facts *f)
{
    return f->unconditional && f->continuous;
}

static bool always(const facts *f)
{
    (void)f;
    return true;
}

static const struct rule {
    bool (*applies)(const facts *facts);
    const char *name, *why;
} rules[] = {
    { has_few_trials, "bayesian", "trials are few: a Gaussian process needs the fewest" },
    { has_many_objectives, "evolution", "several objectives, and trials enough for a population" },
    { has_many_axes, "tpe", "more hyperparameters than a Gaussian process learns from few trials" },
    { is_continuous, "cmaes", "trials are many, and all hyperparameters are numbers of one continuous space" },
    { always, "tpe", "trials are many" },
};

/* ---- facts --------------------------------------------------------------------------------------------------------- */

static size_t count_finished(const vv_past *past)
{
    size_t n = 0;
    for (size_t i = 0; i < past->n_rows; i++) n += past->rows[i].status != VV_TRIAL_RUNNING && past->rows[i].scored;
    return n;
}

static bool is_mostly_continuous(const vvi_axes *axes)
{
    size_t continuous = 0;
    for (size_t i = 0; i < axes->n; i++) {
        if (!axes->list[i].ordered) return false;
        continuous += axes->list[i].n == 0;
    }
    return axes->n > 1 && 2 * continuous > axes->n;
}

static vv_status collect(const vv_question *question, facts *f, vv_error *error)
{
    vvi_arena arena = { 0 };
    vvi_axes axes;
    const vv_status status = vvi_axes_make(question->past, &arena, &axes, error);
    *f = (facts){ .question = question,
                  .finished = count_finished(question->past),
                  .axes = status == VV_OK ? axes.n : 0,
                  .unconditional = question->past->n_shapes == 1,
                  .continuous = status == VV_OK && is_mostly_continuous(&axes) };
    vvi_arena_deinit(&arena);
    return status;
}

/* ---- asking -------------------------------------------------------------------------------------------------------- */

/* The chosen one's cache; of another than before, a new one. */
typedef struct chosen {
    const struct rule *rule;
    vv_cache cache;
} chosen;

static void forget(void *memory)
{
    chosen *c = memory;
    if (c->cache.free != NULL) c->cache.free(c->cache.memory);
    vvi_free(c);
}

static vv_status remember(vv_cache *cache, const struct rule *rule, chosen **c, vv_error *error)
{
    *c = cache->memory;
    if (*c != NULL && (*c)->rule == rule) return VV_OK;
    if (*c != NULL) forget(*c);
    *cache = (vv_cache){ .memory = vvi_calloc(1, sizeof **c), .free = forget };
    *c = cache->memory;
    if (*c == NULL) {
        *cache = (vv_cache){ 0 };
        return vvi_no_memory(error);
    }
    (*c)->rule = rule;
    return VV_OK;
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    facts f;
    chosen *c;
    double options[VV_MAX_OPTIONS];
    const struct rule *rule = rules;
    VVI_TRY(collect(question, &f, error));
    while (!rule->applies(&f)) rule++;
    const vv_oracle_kind *kind = vv_oracle_find(rule->name);
    VVI_TRY(remember(question->cache, rule, &c, error));
    for (size_t i = 0; i < kind->n_options; i++) options[i] = kind->options[i].preset;
    vv_question inner = *question;
    inner.options = options;
    inner.cache = &c->cache;
    VVI_TRY(kind->ask(&inner, answer, error));
    vvi_line note = { .text = answer->note, .size = sizeof answer->note };
    vvi_line_printf(&note, "%s, since %s", rule->name, rule->why);
    return VV_OK;
}

const vv_oracle_kind vvi_oracle_auto = {
    .name = "auto",
    .summary = "chooses one of the others by space, objectives and number of trials, and says which and why",
    .paper = "none: what it goes by was measured (docs/oracles.md)",
    .most_objectives = VV_MAX_OBJECTIVES,
    .ask = ask,
};
