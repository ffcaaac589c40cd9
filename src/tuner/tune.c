/* tune.c - a user's function as objective: asked for its values, and run as a trial.
 *
 * In a trial's process it runs once for each execution. Its steps are the trial's epochs, the objective under its own name
 * and what vv_tuning_metric gave besides. Its result is one of them, or is reported as one more; the record of the
 * execution says which. A trial that is run again reports nothing that is stored already, and goes by what is stored.
 */
#include "space/space.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_METRICS = 64 };

/* What belongs to one step: names live as long as the run of the function. */
typedef struct metrics {
    const char *names[MOST_METRICS];
    double values[MOST_METRICS];
    size_t n;
} metrics;

struct vv_tuning {
    const vvi_run *run; /* NULL: only the space is looked at */
    vv_hp *hp;
    int fd, execution;
    int most;        /* steps that it shall stop after; VVI_EPOCHS_OPEN: any number */
    bool went;       /* was vv_tuning_go called? */
    size_t asked;    /* values, until then */
    vv_error failed; /* the first failure */
    double *values;  /* of the objective, by step: as stored */
    size_t n, capacity;
    const vv_curve *stored; /* of the objective, from before; NULL: none */
    int best;               /* step; -1: none is finite */
    double began_s;         /* this step */
    bool stopping;          /* the search wants it to stop after this step */
    metrics next, last;     /* what waits for its step; what the last step had */
    vvi_arena arena;
    bool has_folder;
    char folder[VVI_PATH_SIZE];
};

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
    metrics *m = &t->next;
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->names[i], name) == 0) return &m->values[i];
    if (m->n == MOST_METRICS) {
        fail(t, VV_BAD_ARG, "metric %s: there are more than %d", name, MOST_METRICS);
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

static bool is_better(const vv_tuning *t, double value, double than)
{
    return t->run->search->objective.maximize ? value > than : value < than;
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
    if (isfinite(value) && (t->best < 0 || is_better(t, value, t->values[t->best]))) t->best = (int)t->n;
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

/* One step more, unless it is stored: then that one stays. */
static bool take_step(vv_tuning *t, double value)
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
    if (!take_step(t, objective)) return false;
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

/* ---- looking at the space ---------------------------------------------------------------------------------------- */

static void deinit(vv_tuning *t)
{
    vvi_free(t->values);
    vvi_arena_deinit(&t->arena);
}

static vv_status check_asked(const vv_tuning *t, vv_error *error)
{
    const vv_hp *hp = t->hp;
    if (vv_hp_status(hp) != VV_OK) return vvi_fail(error, vv_hp_status(hp), "%s", vv_hp_error(hp));
    if (t->failed.status != VV_OK) return vvi_fail(error, t->failed.status, "%s", t->failed.text);
    if (!t->went)
        return vvi_fail(error, VV_BAD_ARG,
                        "the function returned without a call of vv_tuning_go, or of vv_tuning_fail");
    if (vv_hp_count(hp) == t->asked) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s was asked for after vv_tuning_go", vv_hp_at(hp, t->asked)->name);
}

vv_status vvi_function_make(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error)
{
    vv_tuning t = { .hp = hp, .most = VVI_EPOCHS_OPEN, .best = -1 };
    (void)bound->hypermodel->tune(hp, &t, bound->hypermodel->user);
    made->asked_by_build = vv_hp_count(hp);
    const vv_status status = check_asked(&t, error);
    deinit(&t);
    return status;
}

/* ---- one execution ----------------------------------------------------------------------------------------------- */

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* The step that a result is: the best, if it is that one's value, or else the last that has it. -1: none. */
static int find_step(const vv_tuning *t, double result)
{
    if (t->best >= 0 && is_same(t->values[t->best], result)) return t->best;
    for (size_t i = t->n; i > 0; i--)
        if (is_same(t->values[i - 1], result)) return (int)i - 1;
    return -1;
}

/* Its metrics are its own; without any they are those of the last step. */
static vv_status settle_result(vv_tuning *t, double result, int *step, vv_error *error)
{
    *step = t->next.n > 0 ? -1 : find_step(t, result);
    if (*step >= 0) return VV_OK;
    if (t->next.n == 0) t->next = t->last;
    if (!take_step(t, result)) return vvi_fail(error, t->failed.status, "%s", t->failed.text);
    *step = (int)t->n - 1;
    return VV_OK;
}

/* At its goal a trial has come to what its steps say; nobody wants to know more. */
static vv_status judge(vv_tuning *t, double result, int *step, vv_error *error)
{
    const bool pauses = t->run->goal > 0 && t->n >= (size_t)t->run->goal;
    VVI_TRY(check_asked(t, error));
    if (pauses) result = vv_tuning_best(t);
    if (!isfinite(result) && t->n == 0)
        return vvi_fail(error, VV_DIVERGED, "execution %d: the result is not finite", t->execution + 1);
    if (!isfinite(result))
        return vvi_fail(error, VV_DIVERGED, "execution %d: the result is not finite, after %zu step%s",
                        t->execution + 1, t->n, t->n == 1 ? "" : "s");
    if (!pauses) return settle_result(t, result, step, error);
    *step = t->best;
    return VV_OK;
}

static const vv_curve *find_stored(const vvi_run *run, int execution)
{
    const vv_trial *trial = run->trial;
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution == execution &&
            strcmp(trial->curves[i].metric, run->search->objective.name) == 0)
            return &trial->curves[i];
    return NULL;
}

static vv_status tell(const vv_tuning *t, vvi_record_kind kind, vvi_text *payload, vv_error *error)
{
    return vvi_record_send(t->fd, kind, payload) ? VV_OK : vvi_fail(error, VV_IO, "cannot report to the search");
}

static vv_status call(vv_tuning *t, vv_error *error)
{
    const vv_hypermodel *h = t->run->search->args->hypermodel;
    int step = -1;
    vvi_text payload = { 0 };
    t->began_s = vvi_clock_s();
    const double began_s = t->began_s, result = h->tune(t->hp, t, h->user);
    if (t->stopping && t->failed.status == VV_OK) return VV_OK;
    VVI_TRY(judge(t, result, &step, error));
    vvi_put_int(&payload, t->execution);
    vvi_put_int(&payload, step);
    vvi_put_double(&payload, t->values[step]);
    vvi_put_double(&payload, vvi_clock_s() - began_s);
    return tell(t, VVI_RECORD_EXECUTION, &payload, error);
}

static vv_status begin_and_call(vv_tuning *t, vv_error *error)
{
    vvi_text payload = { 0 };
    vvi_put_int(&payload, t->execution);
    VVI_TRY(tell(t, VVI_RECORD_BUILT, &payload, error));
    return call(t, error);
}

static vv_status run_execution(const vvi_run *run, int fd, int execution, const vv_replay *replay, bool *stopped,
                               vv_error *error)
{
    const vv_chooser chooser = vv_chooser_replay(replay);
    vv_tuning t = { .run = run,
                    .hp = vv_hp_new(&chooser),
                    .fd = fd,
                    .execution = execution,
                    .most = run->goal > 0 ? run->goal : run->search->epochs,
                    .stored = find_stored(run, execution),
                    .best = -1 };
    const vv_status status = t.hp == NULL ? vvi_no_memory(error) : begin_and_call(&t, error);
    *stopped = t.stopping;
    vv_hp_free(t.hp);
    deinit(&t);
    return status;
}

/* Executions that are stored are done. */
static vv_status run_all(const vvi_run *run, int fd, bool *stopped, vv_error *error)
{
    const vv_trial *trial = run->trial;
    vv_status status = VV_OK;
    vv_assignment *list = vvi_calloc(trial->n_values + 1, sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < trial->n_values; i++)
        list[i] = (vv_assignment){ .name = trial->values[i].name, .value = trial->values[i].value };
    const vv_replay replay = { .list = list, .n = trial->n_values };
    for (int i = (int)trial->n_executions; status == VV_OK && !*stopped && i < run->search->executions; i++)
        status = run_execution(run, fd, i, &replay, stopped, error);
    vvi_free(list);
    return status;
}

int vvi_function_run(const vvi_run *run, int fd)
{
    vv_error error = { 0 };
    bool stopped = false;
    const vv_status status = run_all(run, fd, &stopped, &error);
    if (status == VV_OK) return vvi_record_send(fd, stopped ? VVI_RECORD_STOPPED : VVI_RECORD_DONE, NULL) ? 0 : 1;
    vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    return 0;
}
