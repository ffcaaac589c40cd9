/* prune.c - whether a trial ends early, asked of the search's pruner by the trial's parent, after each epoch or between
 * executions.
 *
 * Every execution is judged by its own curve against the same execution of the others. What the others came to is read
 * once, at the trial's first epoch, when its process has been forked and will not carry it along. The verdict is a
 * function of what is stored: a trial that was interrupted and runs again meets the same verdicts.
 */
#include "tuner/tuner.h"

#include <math.h>
#include <string.h>

struct vvi_pruning {
    const vvi_search *search;
    int id;
    bool read;
    vv_trials trials;
    vv_learning_curve *others; /* room for one of each trial */
    size_t n_others;
    int execution;  /* whose curves these are; -1: none yet */
    double *values; /* the trial's own, of this execution */
    size_t n_values, capacity;
    double *scores; /* of its executions */
    size_t n_scores;
    double *best_scores;
    size_t n_best_scores;
    int best;
    vv_pruner_verdict verdict;
};

vvi_pruning *vvi_pruning_new(const vvi_search *search, int id)
{
    vvi_pruning *p = vvi_calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    *p = (vvi_pruning){ .search = search, .id = id, .execution = -1, .best = -1 };
    p->scores = vvi_calloc((size_t)search->executions, sizeof *p->scores);
    if (p->scores != NULL) return p;
    vvi_pruning_free(p);
    return NULL;
}

void vvi_pruning_free(vvi_pruning *p)
{
    if (p == NULL) return;
    vv_trials_free(&p->trials);
    vvi_free(p->others);
    vvi_free(p->values);
    vvi_free(p->scores);
    vvi_free(p->best_scores);
    vvi_free(p);
}

/* ---- the others ---------------------------------------------------------------------------------------------------- */

static const vv_trial *find_best(const vvi_pruning *p)
{
    const vv_trial *best = NULL;
    for (size_t i = 0; i < p->trials.n; i++) {
        const vv_trial *trial = &p->trials.list[i];
        if (trial->id == p->id || trial->status != VV_TRIAL_COMPLETED || trial->violation > 0) continue;
        const double score = trial->score;
        if (best == NULL || (p->search->objective.maximize ? score > best->score : score < best->score)) best = trial;
    }
    return best;
}

static vv_status take_best(vvi_pruning *p, const vv_trial *best, vv_error *error)
{
    if (best == NULL) return VV_OK;
    p->best_scores = vvi_calloc(best->n_executions + 1, sizeof *p->best_scores);
    if (p->best_scores == NULL) return vvi_no_memory(error);
    p->best = best->id;
    p->n_best_scores = best->n_executions;
    for (size_t i = 0; i < best->n_executions; i++) p->best_scores[i] = best->executions[i].score;
    return VV_OK;
}

static vv_status read_trials(vvi_pruning *p, vv_error *error)
{
    if (p->read) return VV_OK;
    VVI_TRY(vv_study_trials(p->search->study, &(vv_trials_args){ .curves = true }, &p->trials, error));
    p->others = vvi_calloc(p->trials.n + 1, sizeof *p->others);
    if (p->others == NULL) return vvi_no_memory(error);
    p->read = true;
    return take_best(p, find_best(p), error);
}

static void add_other(vvi_pruning *p, const vv_trial *trial)
{
    for (size_t i = 0; i < trial->n_curves; i++) {
        const vv_curve *curve = &trial->curves[i];
        if (curve->execution != p->execution || strcmp(curve->metric, p->search->objective.name) != 0) continue;
        p->others[p->n_others++] =
            (vv_learning_curve){ .status = trial->status, .values = curve->values, .n = curve->n };
        return;
    }
}

static void begin_execution(vvi_pruning *p, int execution)
{
    p->execution = execution;
    p->n_values = p->n_others = 0;
    for (size_t i = 0; i < p->trials.n; i++)
        if (p->trials.list[i].id != p->id) add_other(p, &p->trials.list[i]);
}

/* ---- asking ---------------------------------------------------------------------------------------------------------- */

static vv_status take_value(vvi_pruning *p, double value, vv_error *error)
{
    if (p->n_values == p->capacity) {
        const size_t capacity = 2 * p->capacity + 64;
        double *values = vvi_realloc(p->values, capacity * sizeof *values);
        if (values == NULL) return vvi_no_memory(error);
        p->values = values;
        p->capacity = capacity;
    }
    p->values[p->n_values++] = isfinite(value) ? value : (double)NAN;
    return VV_OK;
}

static vv_status ask(vvi_pruning *p, const char **reason, vv_error *error)
{
    const vv_pruner_question question = { .metric = p->search->objective.name,
                                          .maximize = p->search->objective.maximize,
                                          .values = p->values,
                                          .n_values = p->n_values,
                                          .others = p->others,
                                          .n_others = p->n_others,
                                          .scores = p->scores,
                                          .n_scores = p->n_scores,
                                          .best_scores = p->best_scores,
                                          .n_best_scores = p->n_best_scores,
                                          .best = p->best };
    VVI_TRY(vv_pruner_judge(&p->search->pruner_with_options, &question, &p->verdict, error));
    if (p->verdict.prune) *reason = p->verdict.reason;
    return VV_OK;
}

vv_status vvi_pruning_stored(vvi_pruning *p, int execution, const double *values, size_t n, const char **reason,
                             vv_error *error)
{
    const vvi_search *search = p->search;
    *reason = NULL;
    if (search->pruner->between || n == 0) return VV_OK;
    VVI_TRY(read_trials(p, error));
    if (execution != p->execution) begin_execution(p, execution);
    for (size_t i = 0; i < n; i++) VVI_TRY(take_value(p, values[i], error));
    const bool last = execution == search->executions - 1 && p->n_values >= (size_t)search->epochs;
    return last ? VV_OK : ask(p, reason, error);
}

vv_status vvi_pruning_epoch(vvi_pruning *p, int execution, double value, const char **reason, vv_error *error)
{
    return vvi_pruning_stored(p, execution, &value, 1, reason, error);
}

vv_status vvi_pruning_execution(vvi_pruning *p, double score, const char **reason, vv_error *error)
{
    *reason = NULL;
    if (!p->search->pruner->between || p->n_scores + 1 >= (size_t)p->search->executions) return VV_OK;
    VVI_TRY(read_trials(p, error));
    p->scores[p->n_scores++] = score;
    return ask(p, reason, error);
}
