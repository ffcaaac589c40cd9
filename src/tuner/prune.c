/* prune.c - whether a trial ends early, asked of the search's pruner by the trial's parent, after each epoch or between
 * executions.
 *
 * Every execution is judged by its own curve against the same execution of the others. What the others came to is read
 * once, at the trial's first epoch, a few trials at a time, and of each only the curves of the objective are kept: the
 * parent of many trials holds this many times. The verdict is a function of what is stored: a trial that was interrupted
 * and runs again meets the same verdicts.
 */
#include "tuner/tuner.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 200 }; /* trials that are read at once */

/* A curve of the objective. */
typedef struct known {
    vv_trial_status status;
    int execution;
    size_t at, n; /* among the points */
} known;

struct vvi_pruning {
    const vvi_search *search;
    int id;
    bool read;
    known *known; /* curves of the others */
    size_t n_known, most_known;
    double *points; /* of all of them */
    size_t n_points, most_points;
    vv_learning_curve *others; /* those of this execution; room for all */
    size_t n_others;
    int execution;  /* whose curves these are; -1: none yet */
    double *values; /* the trial's own, of this execution */
    size_t n_values, capacity;
    double *scores; /* of its executions */
    size_t n_scores;
    double *best_scores;
    size_t n_best_scores;
    int best; /* of the others that are COMPLETED and keep the constraints; -1: none */
    double best_score;
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
    vvi_free(p->known);
    vvi_free(p->points);
    vvi_free(p->others);
    vvi_free(p->values);
    vvi_free(p->scores);
    vvi_free(p->best_scores);
    vvi_free(p);
}

/* ---- the others ---------------------------------------------------------------------------------------------------- */

static vv_status make_room(void *table, size_t *most, size_t n, size_t size, vv_error *error)
{
    void *old, *bigger;
    if (n <= *most) return VV_OK;
    const size_t grown = n + n / 2 + 64;
    memcpy(&old, table, sizeof old);
    bigger = vvi_realloc(old, grown * size);
    if (bigger == NULL) return vvi_no_memory(error);
    memcpy(table, &bigger, sizeof bigger);
    *most = grown;
    return VV_OK;
}

static vv_status keep_curve(vvi_pruning *p, vv_trial_status status, const vv_curve *curve, vv_error *error)
{
    if (strcmp(curve->metric, p->search->objective.name) != 0) return VV_OK;
    VVI_TRY(make_room(&p->known, &p->most_known, p->n_known + 1, sizeof *p->known, error));
    VVI_TRY(make_room(&p->points, &p->most_points, p->n_points + curve->n, sizeof *p->points, error));
    p->known[p->n_known++] = (known){ status, curve->execution, p->n_points, curve->n };
    if (curve->n > 0) memcpy(p->points + p->n_points, curve->values, curve->n * sizeof *p->points);
    p->n_points += curve->n;
    return VV_OK;
}

static vv_status consider_best(vvi_pruning *p, const vv_trial *trial, vv_error *error)
{
    const bool better = p->best < 0 || vvi_objective_better(&p->search->objective, trial->score, p->best_score);
    if (trial->status != VV_TRIAL_COMPLETED || trial->violation > 0 || !better) return VV_OK;
    double *scores = vvi_realloc(p->best_scores, (trial->n_executions + 1) * sizeof *scores);
    if (scores == NULL) return vvi_no_memory(error);
    p->best = trial->id;
    p->best_score = trial->score;
    p->best_scores = scores;
    p->n_best_scores = trial->n_executions;
    for (size_t i = 0; i < trial->n_executions; i++) scores[i] = trial->executions[i].score;
    return VV_OK;
}

static vv_status keep_trial(vvi_pruning *p, const vv_trial *trial, vv_error *error)
{
    if (trial->id == p->id) return VV_OK;
    for (size_t i = 0; i < trial->n_curves; i++) VVI_TRY(keep_curve(p, trial->status, &trial->curves[i], error));
    return consider_best(p, trial, error);
}

/* Those from one on; moves on behind the last of them. */
static vv_status read_some(vvi_pruning *p, int *from, size_t *n, vv_error *error)
{
    vv_trials trials;
    vv_status status = VV_OK;
    const vv_trials_args args = { .curves = true, .from = *from, .limit = CHUNK };
    VVI_TRY(vv_study_trials(p->search->study, &args, &trials, error));
    for (size_t i = 0; status == VV_OK && i < trials.n; i++) status = keep_trial(p, &trials.list[i], error);
    *n = trials.n;
    if (trials.n > 0) *from = trials.list[trials.n - 1].id + 1;
    vv_trials_free(&trials);
    return status;
}

static vv_status read_trials(vvi_pruning *p, vv_error *error)
{
    int from = 0;
    size_t n = CHUNK;
    if (p->read) return VV_OK;
    while (n == CHUNK) VVI_TRY(read_some(p, &from, &n, error));
    p->others = vvi_calloc(p->n_known + 1, sizeof *p->others);
    if (p->others == NULL) return vvi_no_memory(error);
    p->read = true;
    return VV_OK;
}

static void begin_execution(vvi_pruning *p, int execution)
{
    p->execution = execution;
    p->n_values = p->n_others = 0;
    for (size_t i = 0; i < p->n_known; i++) {
        const known *k = &p->known[i];
        if (k->execution != execution) continue;
        p->others[p->n_others++] = (vv_learning_curve){ .status = k->status, .values = p->points + k->at, .n = k->n };
    }
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
                                          .unit = vvi_work_of(p->search->args->hypermodel)->unit,
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
