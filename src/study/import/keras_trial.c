/* keras_trial.c - trial_ID/trial.json as a trial.
 *
 * Keras Tuner keeps no curves: of each metric one observation, at the best epoch. It becomes that epoch's value; epochs
 * of which it says nothing are NaN. The executions of a trial are one to it, with the mean as its score.
 *
 *     COMPLETED                       COMPLETED
 *     FAILED, INVALID (has crashed)   FAILED, with the last line of the message as its reason
 *     RUNNING, IDLE, STOPPED          INTERRUPTED: nobody is at it any more
 */
#include "study/import/keras_tuner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 1000 * 1000 };

static const struct {
    const char *name;
    vv_trial_status status;
} statuses[] = {
    { "COMPLETED", VV_TRIAL_COMPLETED }, { "FAILED", VV_TRIAL_FAILED },    { "INVALID", VV_TRIAL_FAILED },
    { "RUNNING", VV_TRIAL_INTERRUPTED }, { "IDLE", VV_TRIAL_INTERRUPTED }, { "STOPPED", VV_TRIAL_INTERRUPTED },
};

static vv_trial_status read_status(vvi_keras_file *file, const vvi_keras_place *root)
{
    const vvi_keras_place place = vvi_keras_member(file, root, "status", VVI_KERAS_TEXT);
    const char *text = vvi_keras_text(file, &place);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (strcmp(statuses[i].name, text) == 0) return statuses[i].status;
    vvi_keras_refuse(file, &place, "\"%.40s\" is no status of a trial", text);
    return VV_TRIAL_INTERRUPTED;
}

/* ---- why it failed --------------------------------------------------------------------------------------------------- */

/* Of a traceback what comes after its last indented line: the exception with its words, which may have several lines. */
static const char *last_words(const char *message)
{
    const char *words = message;
    for (const char *line = message; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        if (line[0] == ' ' && end != NULL && end[1] != '\0') words = end + 1;
        line = end == NULL ? NULL : end + 1;
    }
    return words;
}

/* On one line. */
static const char *read_reason(vvi_keras_file *file, const vvi_keras_place *root)
{
    if (!vvi_keras_has(root, "message")) return NULL;
    const vvi_keras_place place = vvi_keras_member(file, root, "message", VVI_KERAS_TEXT);
    const char *words = last_words(vvi_keras_text(file, &place));
    char *reason = vvi_keras_alloc(file, strlen(words), 1);
    size_t n = 0;
    for (const char *c = words; reason != NULL && *c != '\0'; c++) {
        const char next = (unsigned char)*c < ' ' ? ' ' : *c;
        if (next != ' ' || (n > 0 && reason[n - 1] != ' ')) reason[n++] = next;
    }
    while (n > 0 && reason[n - 1] == ' ') reason[--n] = '\0';
    return n == 0 ? NULL : reason;
}

/* ---- metrics --------------------------------------------------------------------------------------------------------- */

typedef struct observed {
    size_t step;
    double value;
} observed;

/* The mean of what was reported for one step. */
static observed read_observation(vvi_keras_file *file, const vvi_keras_place *list, size_t index)
{
    const vvi_keras_place item = vvi_keras_item(file, list, index, VVI_KERAS_OBJECT);
    const vvi_keras_place values = vvi_keras_member(file, &item, "value", VVI_KERAS_ARRAY);
    const vvi_keras_place step = vvi_keras_member(file, &item, "step", VVI_KERAS_NUMBER | VVI_KERAS_NULL);
    const double at = json_is_number(step.json) ? vvi_keras_number(&step) : 0; /* of a NaN the step is null */
    const size_t n = vvi_keras_count(&values);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const vvi_keras_place value = vvi_keras_item(file, &values, i, VVI_KERAS_NUMBER);
        sum += vvi_keras_number(&value);
    }
    if (!(at >= 0 && at < MOST_STEPS && trunc(at) >= at))
        vvi_keras_refuse(file, &step, "%g, must be a whole number from 0 to %d", at, (int)MOST_STEPS - 1);
    else if (n == 0)
        vvi_keras_refuse(file, &values, "empty, must have a number at least");
    return (observed){ .step = file->status == VV_OK ? (size_t)at : 0,
                       .value = n == 0 ? (double)NAN : sum / (double)n };
}

static bool is_better(bool maximize, double a, double b)
{
    return !isnan(a) && (isnan(b) || (maximize ? a > b : a < b));
}

static bool read_direction(vvi_keras_file *file, const vvi_keras_place *metric)
{
    const vvi_keras_place place = vvi_keras_member(file, metric, "direction", VVI_KERAS_TEXT);
    const char *text = vvi_keras_text(file, &place);
    if (strcmp(text, "min") != 0 && strcmp(text, "max") != 0)
        vvi_keras_refuse(file, &place, "\"%.40s\", must be min or max", text);
    return strcmp(text, "max") == 0;
}

static void read_metric(vvi_keras_file *file, const vvi_keras_place *all, const char *name, vvi_keras_metric *metric,
                        vv_curve *curve)
{
    const vvi_keras_place place = vvi_keras_member(file, all, name, VVI_KERAS_OBJECT);
    const vvi_keras_place list = vvi_keras_member(file, &place, "observations", VVI_KERAS_ARRAY);
    const size_t n = vvi_keras_count(&list);
    observed *points = vvi_keras_alloc(file, n, sizeof *points);
    size_t length = 0;
    *metric = (vvi_keras_metric){ .name = name, .maximize = read_direction(file, &place), .best = (double)NAN };
    for (size_t i = 0; points != NULL && i < n; i++) {
        points[i] = read_observation(file, &list, i);
        if (points[i].step >= length) length = points[i].step + 1;
        if (is_better(metric->maximize, points[i].value, metric->best)) metric->best = points[i].value;
    }
    double *values = vvi_keras_alloc(file, length, sizeof *values);
    for (size_t i = 0; values != NULL && i < length; i++) values[i] = (double)NAN;
    for (size_t i = 0; values != NULL && i < n; i++) values[points[i].step] = points[i].value;
    *curve = (vv_curve){ .metric = name, .values = values, .n = values == NULL ? 0 : length };
}

static void add_curve(vv_trial *trial, vv_curve *list, const vv_curve *curve)
{
    if (curve->n == 0) return;
    list[trial->n_curves++] = *curve;
    if (trial->epochs < (int)curve->n) trial->epochs = (int)curve->n;
    trial->epochs_total = trial->epochs;
}

static void read_metrics(vvi_keras_file *file, const vvi_keras_place *root, vvi_keras_trial *trial)
{
    const vvi_keras_place outer = vvi_keras_member(file, root, "metrics", VVI_KERAS_OBJECT);
    const vvi_keras_place all = vvi_keras_member(file, &outer, "metrics", VVI_KERAS_OBJECT);
    const size_t n = json_object_size(all.json);
    vvi_keras_metric *metrics = vvi_keras_alloc(file, n, sizeof *metrics);
    vv_curve *curves = vvi_keras_alloc(file, n, sizeof *curves);
    json_t *members;
    memcpy(&members, &all.json, sizeof members); /* jansson's iteration takes no const */
    for (void *at = file->status == VV_OK ? json_object_iter(members) : NULL; at != NULL && file->status == VV_OK;
         at = json_object_iter_next(members, at)) {
        vv_curve curve;
        const char *name = vvi_arena_strdup(file->arena, json_object_iter_key(at));
        if (name == NULL) file->status = vvi_no_memory(file->error);
        if (name == NULL) return;
        read_metric(file, &all, name, &metrics[trial->n_metrics++], &curve);
        add_curve(&trial->trial, curves, &curve);
    }
    trial->metrics = metrics;
    trial->trial.curves = curves;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------- */

static void read_score(vvi_keras_file *file, const vvi_keras_place *root, vv_trial *trial)
{
    const vvi_keras_place score = vvi_keras_member(file, root, "score", VVI_KERAS_NUMBER | VVI_KERAS_NULL);
    const bool infinite = score.json != NULL && !json_is_null(score.json) && !isfinite(vvi_keras_number(&score));
    trial->score = vvi_keras_number(&score);
    if (trial->status == VV_TRIAL_COMPLETED && !isfinite(trial->score)) /* as a study of ours would have it */
        trial->status = VV_TRIAL_FAILED;
    if (trial->status == VV_TRIAL_FAILED && trial->reason == NULL)
        trial->reason = infinite ? "the score is not a finite number" : "Keras Tuner gives no reason";
}

static void add_execution(vvi_keras_file *file, const vvi_keras_place *root, vv_trial *trial)
{
    const vvi_keras_place place = vvi_keras_member(file, root, "best_step", VVI_KERAS_NUMBER | VVI_KERAS_NULL);
    double *score = vvi_keras_alloc(file, 1, sizeof *score);
    vv_execution *execution = vvi_keras_alloc(file, 1, sizeof *execution);
    const double best = vvi_keras_number(&place);
    if (execution == NULL || trial->status != VV_TRIAL_COMPLETED) return;
    if (!(best >= 0 && best < MOST_STEPS && trunc(best) >= best)) {
        vvi_keras_refuse(file, &place, "must be a whole number from 0 to %d", (int)MOST_STEPS - 1);
        return;
    }
    *score = trial->score;
    *execution = (vv_execution){ .best_epoch = (int)best, .score = trial->score };
    trial->scores = score;
    trial->executions = execution;
    trial->n_scores = trial->n_executions = 1;
}

void vvi_keras_read_trial(vvi_keras_file *file, vvi_keras_trial *trial)
{
    const vvi_keras_place root = vvi_keras_root(file);
    const vvi_keras_place name = vvi_keras_member(file, &root, "trial_id", VVI_KERAS_TEXT);
    const vvi_keras_place hyperparameters = vvi_keras_member(file, &root, "hyperparameters", VVI_KERAS_OBJECT);
    *trial =
        (vvi_keras_trial){ .name = vvi_keras_text(file, &name), .trial = { .rank = -1, .violation = (double)NAN } };
    trial->trial.status = read_status(file, &root);
    trial->trial.reason = read_reason(file, &root);
    vvi_keras_values(file, &hyperparameters, &trial->trial);
    read_metrics(file, &root, trial);
    read_score(file, &root, &trial->trial);
    add_execution(file, &root, &trial->trial);
}
