/* judge.c - what a trial came to: a score for each objective, and how far constraints are exceeded.
 *
 * All metrics are those of one epoch, the best by the first objective that is a metric: the epoch whose weights are kept.
 * So the scores of a trial are those of one network that exists, and not of several that each were best at something.
 * An execution that came to its end says which of its epochs that is; of one that did not, the curve does.
 * Costs are functions of the network that is stored with the trial. Nothing but the stored trial is looked at: one that was
 * paused and went on, in another process or another week, is judged as if it had not.
 */
#include "tuner/tuner.h"

#include <math.h>
#include <string.h>

typedef struct judging {
    const vvi_search *search;
    const vv_trial *trial;
    vv_cost cost; /* zeros where nothing asks for it */
} judging;

/* -1: none is finite. */
static int best_epoch(const vvi_search *search, const vv_curve *curve)
{
    int best = -1;
    for (size_t i = 0; i < curve->n; i++)
        if (isfinite(curve->values[i]) &&
            (best < 0 || vvi_objective_better(&search->objective, curve->values[i], curve->values[best])))
            best = (int)i;
    return best;
}

static int count_executions(const vv_trial *trial)
{
    int n = 0;
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution >= n) n = trial->curves[i].execution + 1;
    return n;
}

/* -1: none. */
static int leading_epoch(const judging *j, int execution)
{
    const vv_curve *curve = vvi_trial_curve(j->trial, execution, j->search->objective.name);
    if ((size_t)execution < j->trial->n_executions) return j->trial->executions[execution].best_epoch;
    return curve == NULL ? -1 : best_epoch(j->search, curve);
}

/* NaN: it was not reported in some execution's best epoch, or some execution has no best epoch. */
static double mean_metric(const judging *j, const char *metric)
{
    const int n = count_executions(j->trial);
    double sum = 0;
    for (int e = 0; e < n; e++) {
        const vv_curve *curve = vvi_trial_curve(j->trial, e, metric);
        const int epoch = leading_epoch(j, e);
        if (epoch < 0 || curve == NULL || (size_t)epoch >= curve->n) return (double)NAN;
        sum += curve->values[epoch];
    }
    return n == 0 ? (double)NAN : sum / n;
}

static double measure(const judging *j, const char *name)
{
    const vvi_resource *resource = vvi_search_cost(j->search, name);
    return resource == NULL ? mean_metric(j, name) : (double)vvi_resource_cost(resource, &j->cost);
}

/* ---- costs ------------------------------------------------------------------------------------------------------ */

bool vvi_search_asks_costs(const vvi_search *s)
{
    bool any = false;
    for (size_t i = 0; i < s->objectives.n; i++) any = any || vvi_search_cost(s, s->objectives.list[i].name) != NULL;
    for (size_t i = 0; i < s->constraints.n; i++) any = any || vvi_search_cost(s, s->constraints.list[i].name) != NULL;
    return any;
}

static vv_status find_cost(judging *j, vv_error *error)
{
    vv_model *model = NULL;
    if (!vvi_search_asks_costs(j->search)) return VV_OK;
    if (j->trial->model_json == NULL)
        return vvi_fail(error, VV_DATABASE, "trial %d has no network, and costs are asked for", j->trial->id);
    VVI_TRY(vv_model_from_json(j->trial->model_json, &model, error));
    const vv_status status = vv_model_cost(model, j->search->args->budget.precision, &j->cost, NULL, NULL, error);
    vv_model_free(model);
    return status;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

vv_status vvi_trial_judge(const vvi_search *search, const vv_trial *trial, vvi_judgement *judgement, vv_error *error)
{
    judging j = { .search = search, .trial = trial };
    *judgement = (vvi_judgement){ .n_scores = 0 };
    if (!isfinite(mean_metric(&j, search->objective.name))) return VV_OK;
    VVI_TRY(find_cost(&j, error));
    judgement->n_scores = search->objectives.n;
    for (size_t i = 0; i < search->objectives.n; i++)
        judgement->scores[i] = measure(&j, search->objectives.list[i].name);
    judgement->violation.set = search->constraints.n > 0;
    for (size_t i = 0; i < search->constraints.n; i++) {
        const vv_constraint *constraint = &search->constraints.list[i];
        judgement->violation.value += vv_constraint_violation(constraint, measure(&j, constraint->name));
    }
    return VV_OK;
}
