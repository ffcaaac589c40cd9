/* records.c - trials and events as JSON objects. One function makes a trial's members, for events, results and show.
 *
 * Trials, executions and epochs count from 0, as in the library; what is not known is null.
 */
#include "report/report.h"

#include <math.h>

static void add_hyperparameters(vvi_json *json, const vv_trial *trial)
{
    vvi_json_begin(json, "hyperparameters", '{');
    for (size_t i = 0; i < trial->n_values; i++) vvi_json_value(json, trial->values[i].name, trial->values[i].value);
    vvi_json_end(json, '}');
}

static void add_scores(vvi_json *json, const vv_trial *trial)
{
    vvi_json_real(json, "score", trial->n_scores > 0 ? trial->score : (double)NAN);
    vvi_json_begin(json, "scores", '[');
    for (size_t i = 0; i < trial->n_scores; i++) vvi_json_real(json, NULL, trial->scores[i]);
    vvi_json_end(json, ']');
    vvi_json_real(json, "violation", trial->violation);
}

/* Those that failed before this one. */
static void add_attempts(vvi_json *json, const vv_trial *trial)
{
    vvi_json_begin(json, "failed_attempts", '[');
    for (size_t i = 0; i < trial->n_attempts; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "reason", trial->attempts[i].reason);
        vvi_json_real(json, "seconds", trial->attempts[i].seconds);
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
}

static void add_time(vvi_json *json, const char *key, double unix_time)
{
    char text[VVI_NUMBER_SIZE];
    vvi_json_string(json, key, vvi_report_time(unix_time, text, sizeof text) == 0 ? NULL : text);
}

/* When it began and ended, its worker, how often it was tried before. */
static void add_history(vvi_json *json, const vv_trial *trial)
{
    add_time(json, "began", trial->began);
    add_time(json, "ended", trial->ended);
    vvi_json_string(json, "worker", trial->worker);
    vvi_json_int(json, "attempts", (int64_t)trial->n_attempts);
}

void vvi_json_trial(vvi_json *json, const vv_trial *trial)
{
    vvi_json_int(json, "trial", trial->id);
    vvi_json_string(json, "status", vv_trial_status_name(trial->status));
    if (trial->reason != NULL) vvi_json_string(json, "reason", trial->reason);
    if (trial->n_attempts > 0) add_attempts(json, trial);
    add_scores(json, trial);
    vvi_json_int(json, "epochs", trial->epochs);
    add_hyperparameters(json, trial);
    vvi_json_begin(json, "executions", '[');
    for (size_t i = 0; i < trial->n_executions; i++) vvi_json_real(json, NULL, trial->executions[i].score);
    vvi_json_end(json, ']');
    vvi_json_real(json, "seconds", trial->seconds);
    add_history(json, trial);
}

/* ---- show ------------------------------------------------------------------------------------------------------- */

static void add_layer(vvi_json *json, const vv_layer_view *view)
{
    const vv_layer_info *info = vv_layer_info_of(view->layer->kind);
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", view->name);
    vvi_json_string(json, "type", info == NULL ? NULL : info->name);
    vvi_json_shape(json, "output_shape", view->output);
    vvi_json_int(json, "params", (int64_t)view->params);
    vvi_json_end(json, '}');
}

static void add_layers(vvi_json *json, const vv_model *model)
{
    if (model == NULL) {
        vvi_json_null(json, "layers");
        return;
    }
    vvi_json_begin(json, "layers", '[');
    for (size_t i = 0; i < vv_model_node_count(model); i++) {
        const vv_layer_view view = vv_model_node(model, (vv_node)i);
        add_layer(json, &view);
    }
    vvi_json_end(json, ']');
    vvi_json_int(json, "params", (int64_t)vv_model_params(model));
}

static void add_curve(vvi_json *json, const vv_curve *curve)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "metric", curve->metric);
    vvi_json_int(json, "execution", curve->execution);
    vvi_json_begin(json, "values", '[');
    for (size_t i = 0; i < curve->n; i++) vvi_json_real(json, NULL, curve->values[i]);
    vvi_json_end(json, ']');
    vvi_json_end(json, '}');
}

static void add_execution(vvi_json *json, const vv_execution *execution)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_int(json, "best_epoch", execution->best_epoch);
    vvi_json_real(json, "score", execution->score);
    vvi_json_real(json, "seconds", execution->seconds);
    vvi_json_end(json, '}');
}

void vvi_json_trial_details(vvi_json *json, const vv_trial *trial, const vv_model *model)
{
    vvi_json_begin(json, "execution_details", '[');
    for (size_t i = 0; i < trial->n_executions; i++) add_execution(json, &trial->executions[i]);
    vvi_json_end(json, ']');
    add_layers(json, model);
    vvi_json_begin(json, "curves", '[');
    for (size_t i = 0; i < trial->n_curves; i++) add_curve(json, &trial->curves[i]);
    vvi_json_end(json, ']');
}

void vvi_json_whole_trial(vvi_json *json, const vv_trial *trial)
{
    vv_model *model = NULL;
    if (trial->model_json != NULL && vv_model_from_json(trial->model_json, &model, NULL) != VV_OK) model = NULL;
    vvi_json_begin(json, NULL, '{');
    vvi_json_trial(json, trial);
    vvi_json_trial_details(json, trial, model);
    vvi_json_end(json, '}');
    vv_model_free(model);
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static void add_explanation(vvi_json *json, const vv_explanation *e)
{
    char standing[VVI_NUMBER_SIZE * 2];
    if (e == NULL) {
        vvi_json_null(json, "explanation");
        return;
    }
    vv_standing_format(e->standing, standing, sizeof standing);
    vvi_json_begin(json, "explanation", '{');
    vvi_json_string(json, "layers", e->layers.formula);
    vvi_json_string(json, "total", e->total.digits);
    vvi_json_string(json, "buildable", e->buildable.digits);
    vvi_json_string(json, "standing", standing);
    vvi_json_end(json, '}');
}

static void add_goals(vvi_json *json, const vv_event *event)
{
    vvi_text constraints = { 0 };
    vvi_json_begin(json, "objectives", '[');
    for (size_t i = 0; event->objectives != NULL && i < event->objectives->n; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "name", event->objectives->list[i].name);
        vvi_json_string(json, "direction", event->objectives->list[i].maximize ? "max" : "min");
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
    if (event->constraints != NULL) vvi_report_constraints(&constraints, event->constraints);
    vvi_json_string(json, "constraints", constraints.data);
    vvi_text_deinit(&constraints);
}

static void add_search_begin(vvi_json *json, const vv_event *event)
{
    vvi_json_string(json, "project", event->study == NULL ? NULL : vv_study_path(event->study));
    vvi_json_string(json, "objective", event->objective->name);
    vvi_json_string(json, "direction", event->objective->maximize ? "max" : "min");
    add_goals(json, event);
    vvi_json_string(json, "oracle", event->oracle);
    vvi_json_string(json, "pruner", event->pruner);
    vvi_json_int(json, "max_trials", event->max_trials);
    vvi_json_int(json, "executions_per_trial", event->executions);
    vvi_json_int(json, "epochs", event->epochs);
    vvi_json_int(json, "trials_before", event->trials_before);
    vvi_json_int(json, "enqueued", event->enqueued);
    vvi_json_int(json, "earlier", event->earlier);
    vvi_json_int(json, "misfits", event->misfits);
    add_explanation(json, event->explanation);
}

static void add_trial_begin(vvi_json *json, const vv_event *event)
{
    vvi_json_int(json, "trial", event->trial->id);
    if (event->trial->epochs > 0) vvi_json_int(json, "epochs", event->trial->epochs);
    add_hyperparameters(json, event->trial);
}

static void add_epoch(vvi_json *json, const vv_event *event)
{
    vvi_json_int(json, "trial", event->trial->id);
    vvi_json_int(json, "execution", event->execution);
    vvi_json_int(json, "epoch", event->epoch);
    vvi_json_begin(json, "metrics", '{');
    for (size_t i = 0; i < event->n_metrics; i++) vvi_json_real(json, event->metrics[i], event->values[i]);
    vvi_json_end(json, '}');
    vvi_json_real(json, "seconds", event->seconds);
}

static void add_trial_end(vvi_json *json, const vv_event *event)
{
    vvi_json_trial(json, event->trial);
}

void vvi_json_refusals(vvi_json *json, const vv_refusals *refusals)
{
    vvi_json_int(json, "refused", refusals == NULL ? 0 : refusals->n);
    vvi_json_begin(json, "refusals", '[');
    for (int i = 0; refusals != NULL && i < 3 && refusals->top[i].n > 0; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_int(json, "count", refusals->top[i].n);
        vvi_json_string(json, "reason", refusals->top[i].reason);
        vvi_json_string(json, "values", refusals->top[i].values);
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
}

static void add_search_end(vvi_json *json, const vv_event *event)
{
    vvi_json_string(json, "reason", vv_stop_reason_name(event->reason));
    if (event->best < 0) {
        vvi_json_null(json, "best");
        vvi_json_null(json, "best_score");
    } else {
        vvi_json_int(json, "best", event->best);
        vvi_json_real(json, "best_score", event->best_score);
    }
    vvi_json_refusals(json, event->refusals);
    vvi_json_real(json, "seconds", event->seconds);
}

static void add_note(vvi_json *json, const vv_event *event)
{
    vvi_json_string(json, "text", event->note);
}

static const struct {
    const char *name;
    void (*add)(vvi_json *json, const vv_event *event);
} events[] = {
    [VV_EVENT_SEARCH_BEGIN] = { "search_begin", add_search_begin },
    [VV_EVENT_TRIAL_BEGIN] = { "trial_begin", add_trial_begin },
    [VV_EVENT_EPOCH] = { "epoch", add_epoch },
    [VV_EVENT_TRIAL_END] = { "trial_end", add_trial_end },
    [VV_EVENT_SEARCH_END] = { "search_end", add_search_end },
    [VV_EVENT_NOTE] = { "note", add_note },
};

void vvi_json_event(vvi_json *json, const vv_event *event)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "event", events[event->kind].name);
    events[event->kind].add(json, event);
    vvi_json_end(json, '}');
}
