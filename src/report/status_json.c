/* status_json.c - how a study is getting on, and what studies there are, for programs. Times are UTC; null: not known. */
#include "report/status.h"

#include <math.h>

static void add_time(vvi_json *json, const char *key, double unix_time)
{
    char text[VVI_NUMBER_SIZE];
    vvi_json_string(json, key, vvi_report_time(unix_time, text, sizeof text) == 0 ? NULL : text);
}

static void add_counts(vvi_json *json, const vv_counts *counts)
{
    vvi_json_int(json, "trials", counts->trials);
    vvi_json_begin(json, "by_status", '{');
    for (int i = VV_TRIAL_RUNNING; i <= VV_TRIAL_WAITING; i++)
        vvi_json_int(json, vv_trial_status_name((vv_trial_status)i), counts->by_status[i]);
    vvi_json_end(json, '}');
    vvi_json_int(json, "epochs", counts->epochs);
    add_time(json, "first_began", counts->first_began);
    add_time(json, "last_ended", counts->last_ended);
}

static void add_objectives(vvi_json *json, const vv_objectives *objectives)
{
    vvi_json_begin(json, "objectives", '[');
    for (size_t i = 0; i < objectives->n; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "name", objectives->list[i].name);
        vvi_json_string(json, "direction", objectives->list[i].maximize ? "max" : "min");
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
}

static void add_optional(vvi_json *json, const char *key, int64_t number, bool known)
{
    if (known)
        vvi_json_int(json, key, number);
    else
        vvi_json_null(json, key);
}

static void add_pace(vvi_json *json, const vvi_status *s)
{
    vvi_json_begin(json, "pace", '{');
    vvi_json_real(json, "trials_per_hour", s->pace.trials);
    vvi_json_real(json, "epochs_per_hour", s->pace.epochs);
    vvi_json_int(json, "from_trials", s->pace.n);
    vvi_json_real(json, "from_seconds", s->pace.seconds);
    vvi_json_end(json, '}');
    vvi_json_begin(json, "left", '{');
    vvi_json_real(json, "seconds", s->rest.seconds);
    add_optional(json, "trials", s->rest.trials, s->rest.trials >= 0);
    add_optional(json, "epochs", s->rest.epochs, s->rest.epochs >= 0);
    vvi_json_string(json, "unknown", s->rest.why);
    vvi_json_end(json, '}');
}

static void add_running(vvi_json *json, const vvi_status_running *running)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_int(json, "trial", running->id);
    vvi_json_string(json, "worker", running->worker);
    vvi_json_int(json, "epochs", running->epochs);
    add_optional(json, "goal", running->goal, running->goal > 0);
    add_time(json, "began", running->since);
    vvi_json_bool(json, "lapsed", running->lapsed);
    vvi_json_end(json, '}');
}

static void add_worker(vvi_json *json, const vv_worker *worker)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", worker->name);
    vvi_json_string(json, "host", worker->host);
    vvi_json_int(json, "pid", worker->pid);
    vvi_json_int(json, "slots", worker->slots);
    vvi_json_string(json, "version", worker->version);
    add_time(json, "began", worker->began);
    vvi_json_real(json, "heard_of_seconds_ago", worker->beat_s);
    vvi_json_bool(json, "live", worker->live);
    vvi_json_end(json, '}');
}

static void add_failure(vvi_json *json, const vvi_status_failure *failure)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "reason", failure->reason);
    vvi_json_bool(json, "numbers_differ", failure->differ);
    vvi_json_int(json, "trials", failure->trials);
    vvi_json_int(json, "attempts", failure->attempts);
    vvi_json_end(json, '}');
}

/* Those that were not answered yet. */
static void add_request(vvi_json *json, const vv_request *request)
{
    if (request->done) return;
    vvi_json_begin(json, NULL, '{');
    vvi_json_int(json, "request", request->id);
    vvi_json_string(json, "kind", vv_request_kind_name(request->kind));
    add_optional(json, "trial", request->trial, request->kind == VV_REQUEST_STOP_TRIAL);
    add_time(json, "made", request->made);
    vvi_json_end(json, '}');
}

static void add_best(vvi_json *json, const vv_trials *best)
{
    if (best->n == 0 || best->list[0].status != VV_TRIAL_COMPLETED) {
        vvi_json_null(json, "best");
        return;
    }
    vvi_json_begin(json, "best", '{');
    vvi_json_trial(json, &best->list[0]);
    vvi_json_end(json, '}');
}

void vvi_json_status(vvi_json *json, const vvi_status *s)
{
    vvi_json_string(json, "study", s->where);
    add_objectives(json, &s->goals.objectives);
    add_counts(json, &s->counts);
    add_optional(json, "max_trials", s->max_trials, s->max_trials > 0);
    add_optional(json, "max_epochs_total", s->max_epochs, s->max_epochs > 0);
    vvi_json_int(json, "failed_attempts", s->attempts);
    vvi_json_bool(json, "paused", s->paused);
    vvi_json_begin(json, "requests", '[');
    for (size_t i = 0; i < s->requests.n; i++) add_request(json, &s->requests.list[i]);
    vvi_json_end(json, ']');
    add_pace(json, s);
    add_best(json, &s->best);
    vvi_json_begin(json, "running", '[');
    for (size_t i = 0; i < s->n_running; i++) add_running(json, &s->running[i]);
    vvi_json_end(json, ']');
    vvi_json_begin(json, "workers", '[');
    for (size_t i = 0; i < s->workers.n; i++) add_worker(json, &s->workers.list[i]);
    vvi_json_end(json, ']');
    vvi_json_begin(json, "failures", '[');
    for (size_t i = 0; i < s->n_failures; i++) add_failure(json, &s->failures[i]);
    vvi_json_end(json, ']');
    vvi_json_int(json, "other_failures", s->other_failures);
}

vv_status vvi_status_write_json(const vvi_status *s, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_status(&json, s);
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, out, error);
}

/* ---- studies -------------------------------------------------------------------------------------------------------- */

void vvi_json_status_line(vvi_json *json, const vvi_status_line *line)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "study", line->name);
    vvi_json_string(json, "error", line->error);
    if (line->error == NULL) {
        add_counts(json, &line->counts);
        vvi_json_string(json, "objective", line->objective[0] == '\0' ? NULL : line->objective);
        add_optional(json, "best", line->best, line->best >= 0);
        vvi_json_real(json, "score", line->best >= 0 ? line->score : (double)NAN);
        add_time(json, "changed", line->changed);
        add_optional(json, "max_trials", line->max_trials, line->max_trials > 0);
    }
    vvi_json_end(json, '}');
}

vv_status vvi_status_write_lines_json(const vvi_status_line *lines, size_t n, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '[');
    for (size_t i = 0; i < n; i++) vvi_json_status_line(&json, &lines[i]);
    vvi_json_end(&json, ']');
    return vvi_json_flush(&json, out, error);
}
