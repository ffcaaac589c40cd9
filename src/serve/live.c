/* live.c - what a desk tells its viewers whenever the study has changed: what `varve status --json` says, and of each trial that
 * runs its values and its curves so far. It is made often: what grows with the number of trials is not read for it, but taken
 * from what the desk read last. */
#include "serve/parts.h"

#include "study/study.h"

#include <limits.h>

enum { MOST_POINTS = 200, MOST_REQUESTS = 20 };

/* Long curves are thinned, to what a small picture can show; the last value is always there. */
static void add_curve(vvi_json *json, const vv_curve *curve)
{
    const size_t every = 1 + (curve->n == 0 ? 0 : (curve->n - 1) / MOST_POINTS);
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "metric", curve->metric);
    vvi_json_int(json, "execution", curve->execution);
    vvi_json_int(json, "epochs", (int64_t)curve->n);
    vvi_json_int(json, "every", (int64_t)every);
    vvi_json_begin(json, "values", '[');
    for (size_t i = (curve->n + every - 1) % every; i < curve->n; i += every)
        vvi_json_real(json, NULL, curve->values[i]);
    vvi_json_end(json, ']');
    vvi_json_end(json, '}');
}

/* Of the execution that is trained now. */
static int last_execution(const vv_trial *trial)
{
    int last = 0;
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution > last) last = trial->curves[i].execution;
    return last;
}

static void add_course(vvi_json *json, const vv_trial *trial)
{
    const int execution = last_execution(trial);
    vvi_json_begin(json, NULL, '{');
    vvi_json_int(json, "trial", trial->id);
    vvi_json_begin(json, "hyperparameters", '{');
    for (size_t i = 0; i < trial->n_values; i++) vvi_json_value(json, trial->values[i].name, trial->values[i].value);
    vvi_json_end(json, '}');
    vvi_json_begin(json, "curves", '[');
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution == execution) add_curve(json, &trial->curves[i]);
    vvi_json_end(json, ']');
    vvi_json_end(json, '}');
}

static void add_request(vvi_json *json, const vv_request *request)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_int(json, "id", request->id);
    vvi_json_string(json, "kind", vv_request_kind_name(request->kind));
    if (request->kind == VV_REQUEST_STOP_TRIAL) vvi_json_int(json, "trial", request->trial);
    vvi_json_real(json, "made", request->made);
    vvi_json_bool(json, "done", request->done);
    vvi_json_string(json, "answer", request->answer);
    vvi_json_end(json, '}');
}

/* What is read anew of it. */
typedef struct moment {
    vvi_arena arena;
    vv_trials running, best;
    vv_workers workers;
    vv_requests requests; /* the last ones */
    vvi_status status;    /* what the desk read last, with what is newer */
} moment;

static vv_status read_running(const vv_study *study, moment *m, vv_error *error)
{
    const int *ids = NULL;
    size_t n = 0;
    VVI_TRY(vvi_study_running(study, &m->arena, &ids, &n, error));
    m->status.running = vvi_arena_alloc(&m->arena, (n + 1) * sizeof *m->status.running);
    if (m->status.running == NULL) return vvi_no_memory(error);
    if (n > 0)
        VVI_TRY(vv_study_trials(study, &(vv_trials_args){ .curves = true, .from = INT_MAX, .also = ids, .n_also = n },
                                &m->running, error));
    m->status.n_running = m->status.lapsed = 0;
    for (size_t i = 0; i < m->running.n; i++) {
        m->status.running[m->status.n_running++] = vvi_status_running_of(&m->status, &m->running.list[i]);
        m->status.lapsed += m->running.list[i].lapsed;
    }
    return VV_OK;
}

/* The best of one objective is found by an index. */
static vv_status read_best(const vv_study *study, moment *m, vv_error *error)
{
    if (m->status.goals.objectives.n != 1 || m->status.counts.by_status[VV_TRIAL_COMPLETED] == 0) return VV_OK;
    VVI_TRY(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = 1 }, &m->best, error));
    m->status.best = m->best;
    return VV_OK;
}

/* From the first on that is told of. Those that are open are, however many come after them. */
static vv_status read_requests(vvi_desk *desk, const vv_study *study, moment *m, vv_error *error)
{
    int64_t *first = vvi_desk_first_request(desk);
    VVI_TRY(vv_study_requests(study, *first, &m->requests, error));
    const vv_request *list = m->requests.list;
    size_t skip = 0;
    while (skip + MOST_REQUESTS < m->requests.n && list[skip].done) skip++;
    if (skip > 0) *first = list[skip].id;
    m->status.requests = m->requests;
    return VV_OK;
}

/* What is held by hand has no worker, and no lease. */
static bool has_leased(const vvi_status *status)
{
    for (size_t i = 0; i < status->n_running; i++)
        if (status->running[i].worker != NULL && !status->running[i].lapsed) return true;
    return false;
}

static vv_status read_moment(vvi_desk *desk, moment *m, vv_error *error)
{
    const vv_study *study = NULL;
    const vvi_status *known = NULL;
    VVI_TRY(vvi_desk_study(desk, &study, error));
    VVI_TRY(vvi_desk_status(desk, &known, error));
    m->status = *known;
    VVI_TRY(vv_study_counts(study, &m->status.counts, error));
    VVI_TRY(vv_study_workers(study, &m->workers, error));
    m->status.workers = m->workers;
    VVI_TRY(read_running(study, m, error));
    VVI_TRY(read_best(study, m, error));
    VVI_TRY(read_requests(desk, study, m, error));
    VVI_TRY(vvi_status_read_life(study, &m->status, error));
    vvi_status_estimate(&m->status);
    vvi_desk_set_ages(desk, m->status.live > 0 || has_leased(&m->status));
    return VV_OK;
}

static void write_moment(const vvi_desk *desk, const moment *m, vvi_json *json)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_count(json, "version", vvi_desk_version(desk));
    vvi_json_string(json, "name", vvi_desk_name(desk));
    vvi_json_status(json, &m->status);
    vvi_json_begin(json, "courses", '[');
    for (size_t i = 0; i < m->running.n; i++) add_course(json, &m->running.list[i]);
    vvi_json_end(json, ']');
    vvi_json_begin(json, "asked", '[');
    for (size_t i = 0; i < m->requests.n; i++) add_request(json, &m->requests.list[i]);
    vvi_json_end(json, ']');
    vvi_json_end(json, '}');
}

vv_status vvi_live_look(vvi_desk *desk, vvi_text *text, vv_error *error)
{
    moment m = { .running = { .n = 0 } };
    vvi_json json = { .text = *text };
    const vv_status status = read_moment(desk, &m, error);
    if (status == VV_OK) write_moment(desk, &m, &json);
    *text = json.text;
    vv_trials_free(&m.running);
    vv_trials_free(&m.best);
    vv_workers_free(&m.workers);
    vv_requests_free(&m.requests);
    vvi_arena_deinit(&m.arena);
    return status;
}
