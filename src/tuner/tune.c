/* tune.c - what a user's function is told of its trial, and what it says: steps, metrics, failures.
 *
 * Its steps are the trial's epochs, the objective under its own name and what vv_tuning_metric gave besides. Steps that are
 * stored are not reported again, and stay as they were.
 */
#include "study/study.h"
#include "tuner/tuning.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- for the function -------------------------------------------------------------------------------------------- */

static void fail(vv_tuning *t, vv_status status, const char *format, ...) VV_PRINTF(3, 4);

static void fail(vv_tuning *t, vv_status status, const char *format, ...)
{
    char text[VV_ERROR_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    vvi_fail(&t->failed, status, "%s", text);
}

void vv_tuning_fail(vv_tuning *t, const char *format, ...)
{
    char text[VV_ERROR_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    vvi_fail(&t->failed, VV_BAD_ARG, "%s", text[0] != '\0' ? text : "the function says that it failed");
}

bool vv_tuning_go(vv_tuning *t)
{
    t->went = true;
    t->asked = vv_hp_count(t->hp);
    if (t->run == NULL || t->failed.status != VV_OK || vv_hp_status(t->hp) != VV_OK) return false;
    const vv_trial *trial = t->run->trial;
    return vvi_trace_check(t->hp, trial->values, trial->n_values, &t->failed) == VV_OK;
}

const char *vv_tuning_objective(const vv_tuning *t)
{
    return t->run == NULL ? "" : t->run->search->objective.name;
}

bool vvi_tuning_has_failed(const vv_tuning *t)
{
    return t->failed.status != VV_OK;
}

bool vvi_tuning_is_to_stop(vv_tuning *t)
{
    t->stopping = t->stopping || (t->run->stop != NULL && *t->run->stop != 0);
    return t->stopping;
}

bool vvi_tuning_is_over(const vv_tuning *t)
{
    return t->stopping || (t->run->goal > 0 && t->n >= (size_t)t->run->goal);
}

int vvi_tuning_count(const vv_tuning *t)
{
    return (int)t->n;
}

int vv_tuning_trial(const vv_tuning *t)
{
    return t->run == NULL ? -1 : t->run->trial->id;
}

int vv_tuning_execution(const vv_tuning *t)
{
    return t->execution;
}

int vv_tuning_stored(const vv_tuning *t)
{
    return t->stored == NULL ? 0 : (int)t->stored->n;
}

int vv_tuning_steps(const vv_tuning *t)
{
    return t->most == VVI_EPOCHS_OPEN ? 0 : t->most;
}

uint64_t vv_tuning_seed(const vv_tuning *t)
{
    return t->run == NULL ? 0 : vvi_run_seed(t->run, t->execution);
}

double vv_tuning_best(const vv_tuning *t)
{
    return t->best < 0 ? (double)NAN : t->values[t->best];
}

/* An attempt after one that failed begins with an empty folder: what is there may be why. */
static vv_status begin_attempt(const vv_tuning *t, const char *path, vv_error *error)
{
    vvi_text mark = { 0 };
    vvi_text_printf(&mark, "%s/.attempt-%zu", path, t->run->trial->n_attempts);
    vv_status status = mark.failed ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK && access(mark.data, F_OK) != 0) {
        vvi_remove_tree(path);
        status = vvi_make_directories(mark.data, error);
    }
    vvi_text_deinit(&mark);
    return status;
}

static vv_status make_folder(const vv_tuning *t, char path[VVI_PATH_SIZE], vv_error *error)
{
    const vvi_run *run = t->run;
    const int n = vvi_study_files_path(run->search->study, run->trial->id, t->execution, path, VVI_PATH_SIZE);
    if (n < 0 || n >= VVI_PATH_SIZE)
        return vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", run->search->project);
    return run->trial->n_attempts == 0 ? vvi_make_directories(path, error) : begin_attempt(t, path, error);
}

const char *vv_tuning_folder(vv_tuning *t)
{
    if (t->run == NULL) return NULL;
    if (!t->has_folder) t->has_folder = make_folder(t, t->folder, &t->failed) == VV_OK;
    return t->has_folder ? t->folder : NULL;
}

/* ---- metrics, steps ---------------------------------------------------------------------------------------------- */

static bool check_metric(vv_tuning *t, const char *name)
{
    const size_t size = sizeof t->run->search->objective.name;
    if (name == NULL || name[0] == '\0' || strlen(name) >= size)
        fail(t, VV_BAD_ARG, "a metric's name must have 1 to %zu bytes", size - 1);
    else if (strcmp(name, vv_tuning_objective(t)) == 0)
        fail(t, VV_BAD_ARG, "metric %s: is the objective, and what the function returns", name);
    return t->failed.status == VV_OK;
}

/* Where the value of this name goes; NULL: nowhere. */
static double *find_metric(vv_tuning *t, const char *name)
{
    vvi_step_metrics *m = &t->next;
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->names[i], name) == 0) return &m->values[i];
    if (m->n == VVI_STEP_METRICS) {
        fail(t, VV_BAD_ARG, "metric %s: there are more than %d", name, VVI_STEP_METRICS);
        return NULL;
    }
    m->names[m->n] = vvi_arena_strdup(&t->arena, name);
    if (m->names[m->n] == NULL) vvi_no_memory(&t->failed);
    return m->names[m->n] == NULL ? NULL : &m->values[m->n++];
}

void vv_tuning_metric(vv_tuning *t, const char *name, double value)
{
    if (t->run == NULL || t->failed.status != VV_OK || !check_metric(t, name)) return;
    double *place = find_metric(t, name);
    if (place != NULL) *place = value;
}

static bool keep_value(vv_tuning *t, double value)
{
    if (t->n == t->capacity) {
        const size_t capacity = 2 * t->capacity + 64;
        double *values = vvi_realloc(t->values, capacity * sizeof *values);
        if (values == NULL) {
            vvi_no_memory(&t->failed);
            return false;
        }
        t->values = values;
        t->capacity = capacity;
    }
    if (isfinite(value) && (t->best < 0 || vvi_objective_better(&t->run->search->objective, value, t->values[t->best])))
        t->best = (int)t->n;
    t->values[t->n++] = value;
    return true;
}

static bool send_step(vv_tuning *t, double value)
{
    const double now_s = vvi_clock_s();
    vvi_text payload = { 0 };
    vvi_put_int(&payload, t->execution);
    vvi_put_int(&payload, (int64_t)t->n);
    vvi_put_double(&payload, now_s - t->began_s);
    vvi_put_int(&payload, (int64_t)t->next.n + 1);
    vvi_put_text(&payload, vv_tuning_objective(t));
    vvi_put_double(&payload, value);
    for (size_t i = 0; i < t->next.n; i++) {
        vvi_put_text(&payload, t->next.names[i]);
        vvi_put_double(&payload, t->next.values[i]);
    }
    t->began_s = now_s;
    if (vvi_record_send(t->fd, VVI_RECORD_EPOCH, &payload)) return true;
    fail(t, VV_IO, "cannot report to the search");
    return false;
}

bool vvi_tuning_take_step(vv_tuning *t, double value)
{
    const bool stored = t->stored != NULL && t->n < t->stored->n;
    if (!stored && !send_step(t, value)) return false;
    if (!keep_value(t, stored ? t->stored->values[t->n] : value)) return false;
    t->last = t->next;
    t->next.n = 0;
    return true;
}

bool vv_tuning_step(vv_tuning *t, double objective)
{
    if (t->run == NULL || t->failed.status != VV_OK) return false;
    const bool pauses = t->run->goal > 0;
    if (t->n >= (size_t)t->most && pauses) return false;
    if (t->n >= (size_t)t->most) {
        fail(t, VV_BAD_ARG, "reported a step after the %d that it was asked for", t->most);
        return false;
    }
    if (!vvi_tuning_take_step(t, objective)) return false;
    return !vvi_tuning_is_to_stop(t) && t->n < (size_t)t->most;
}

bool vv_tuning_skip(vv_tuning *t, int steps)
{
    if (t->run == NULL || t->failed.status != VV_OK) return false;
    if (steps > vv_tuning_stored(t)) {
        fail(t, VV_BAD_ARG, "goes on after step %d, but only %d are stored", steps, vv_tuning_stored(t));
        return false;
    }
    while (t->n < (size_t)steps)
        if (!keep_value(t, t->stored->values[t->n])) return false;
    return true;
}
