/* tensorboard.c - event files as a search goes: which there are, and what is written when.
 *
 *     DIR/events.out.tfevents...                          the experiment: hyperparameters, metrics
 *     DIR/trial-0007/execution-0/events.out.tfevents...   scalars by epoch, and the HParams plugin's session
 *
 * Whoever runs a trial writes a file of its own; one that goes on with it begins another, which takes precedence from its
 * first epoch on. So any number of workers write to one folder, and what one that was killed has left is read with the rest.
 * A file holds whole records only (append.c).
 */
#include "report/log.h"
#include "report/tensorboard/messages.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, HOST_SIZE = 64 };

/* An execution that is being written about. */
typedef struct run {
    int trial, execution;
    vvi_append file;
    char path[PATH_SIZE];
} run;

typedef struct board {
    char folder[PATH_SIZE], host[HOST_SIZE];
    int files; /* made by this process so far */
    run *runs;
    size_t n;
    int *paused; /* trials that were: a search that ends may end them */
    size_t n_paused;
    bool has_experiment; /* that is not written: its metrics are known with the first epoch */
    vvi_text experiment;
} board;

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

/* TensorBoard reads the files of a folder in the order of their names, which begin with their time: to the microsecond, since
 * a worker that was killed may have a successor at once. */
static vv_status name_file(board *b, const char *folder, char path[PATH_SIZE], vv_error *error)
{
    const double time = now(), second = floor(time);
    const int n = snprintf(path, PATH_SIZE, "%s/events.out.tfevents.%010.0f.%06.0f.%s.%d.%d", folder, second,
                           floor((time - second) * 1e6), b->host, (int)getpid(), b->files++);
    return n < PATH_SIZE ? VV_OK : vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", folder);
}

static vv_status write_event(vvi_append *file, const char *path, vvi_text *event, vv_error *error)
{
    vvi_text record = { 0 };
    if (!event->failed) vvi_record_add(&record, event);
    const vv_status status = event->failed || record.failed
                                 ? vvi_no_memory(error)
                                 : vvi_append_write(file, record.data, record.n, path, error);
    vvi_text_deinit(event);
    vvi_text_deinit(&record);
    return status;
}

static vv_status begin_file(board *b, const char *folder, vvi_append *file, char path[PATH_SIZE], vv_error *error)
{
    vv_status status = VV_TAKEN;
    VVI_TRY(vvi_make_directories(folder, error));
    while (status == VV_TAKEN) {
        VVI_TRY(name_file(b, folder, path, error));
        status = vvi_append_open(file, path, true, error);
    }
    vvi_text version = { 0 };
    vvi_event_version(&version, now());
    if (status == VV_OK) return write_event(file, path, &version, error);
    vvi_text_deinit(&version);
    return status;
}

/* ---- runs ------------------------------------------------------------------------------------------------------- */

static run *find_run(const board *b, int trial)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->runs[i].trial == trial) return &b->runs[i];
    return NULL;
}

static void drop_run(board *b, run *r)
{
    if (r == NULL) return;
    vvi_append_close(&r->file);
    *r = b->runs[--b->n];
}

static vv_status begin_run(board *b, const vv_trial *trial, int execution, run *r, vv_error *error)
{
    char folder[PATH_SIZE];
    *r = (run){ .trial = trial->id, .execution = execution, .file = { -1 } };
    const int n = snprintf(folder, sizeof folder, "%s/trial-%04d/execution-%d", b->folder, trial->id, execution);
    if (n >= PATH_SIZE) return vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", b->folder);
    return begin_file(b, folder, &r->file, r->path, error);
}

static vv_status write_session_start(run *r, const vv_trial *trial, vv_error *error)
{
    vvi_text event = { 0 };
    vvi_event_session_start(&event, now(), trial);
    return write_event(&r->file, r->path, &event, error);
}

static vv_status write_session_end(run *r, vvi_session_status status, vv_error *error)
{
    vvi_text event = { 0 };
    if (status == VVI_SESSION_OPEN) return VV_OK;
    vvi_event_session_end(&event, now(), status);
    return write_event(&r->file, r->path, &event, error);
}

/* Of an execution that nothing more is to be said of. */
static vv_status tell_end(board *b, const vv_trial *trial, int execution, vvi_session_status status, vv_error *error)
{
    run r = { .file = { -1 } };
    if (status == VVI_SESSION_OPEN) return VV_OK;
    vv_status told = begin_run(b, trial, execution, &r, error);
    if (told == VV_OK) told = write_session_start(&r, trial, error);
    if (told == VV_OK) told = write_session_end(&r, status, error);
    vvi_append_close(&r.file);
    return told;
}

/* What the run has of this epoch and later ones was of an attempt that failed, or was not stored: it is trained anew. */
static vv_status begin_epochs(run *r, const vv_event *e, vv_error *error)
{
    vvi_text start = { 0 };
    vvi_event_start(&start, now(), e->epoch);
    VVI_TRY(write_event(&r->file, r->path, &start, error));
    return write_session_start(r, e->trial, error);
}

static vv_status add_run(board *b, const vv_event *e, vv_error *error)
{
    run *runs = vvi_realloc(b->runs, (b->n + 1) * sizeof *runs);
    if (runs == NULL) return vvi_no_memory(error);
    b->runs = runs;
    run *r = &b->runs[b->n];
    vv_status status = begin_run(b, e->trial, e->execution, r, error);
    if (status == VV_OK) status = begin_epochs(r, e, error);
    if (status != VV_OK) vvi_append_close(&r->file);
    b->n += status == VV_OK;
    return status;
}

/* The run of this epoch. The execution before it has ended, here or with whoever went before. */
static vv_status find_or_add_run(board *b, const vv_event *e, vv_error *error)
{
    run *r = find_run(b, e->trial->id);
    if (r != NULL && r->execution == e->execution) return VV_OK;
    vv_status status = VV_OK;
    if (r != NULL)
        status = write_session_end(r, VVI_SESSION_SUCCESS, error);
    else if (e->execution > 0)
        status = tell_end(b, e->trial, e->execution - 1, VVI_SESSION_SUCCESS, error);
    drop_run(b, r);
    return status == VV_OK ? add_run(b, e, error) : status;
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static vv_status add_paused(board *b, const vv_trial *trial, vv_error *error)
{
    size_t i = 0;
    while (i < b->n_paused && b->paused[i] != trial->id) i++;
    if (trial->status != VV_TRIAL_PAUSED || i < b->n_paused) return VV_OK;
    int *paused = vvi_realloc(b->paused, (b->n_paused + 1) * sizeof *paused);
    if (paused == NULL) return vvi_no_memory(error);
    b->paused = paused;
    b->paused[b->n_paused++] = trial->id;
    return VV_OK;
}

/* Where the space is not explained, the plugin finds the hyperparameters in the sessions. */
static vv_status begin_search(board *b, const vv_event *e, vv_error *error)
{
    vv_trials trials;
    b->has_experiment = e->explanation != NULL;
    if (b->has_experiment) vvi_experiment_begin(&b->experiment, now(), e);
    VVI_TRY(vv_study_trials(e->study, NULL, &trials, error));
    vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < trials.n; i++) status = add_paused(b, &trials.list[i], error);
    vv_trials_free(&trials);
    return status;
}

static vv_status write_experiment(board *b, const vv_event *e, vv_error *error)
{
    char path[PATH_SIZE];
    vvi_append file = { -1 };
    vvi_text event = { 0 };
    if (!b->has_experiment) return VV_OK;
    b->has_experiment = false;
    for (size_t i = 0; i < e->n_metrics; i++) vvi_experiment_metric(&b->experiment, e->metrics[i]);
    vvi_event_experiment(&event, now(), &b->experiment);
    vv_status status = begin_file(b, b->folder, &file, path, error);
    if (status == VV_OK) status = write_event(&file, path, &event, error);
    vvi_text_deinit(&event);
    vvi_append_close(&file);
    return status;
}

static vv_status take_epoch(board *b, const vv_event *e, vv_error *error)
{
    vvi_text event = { 0 };
    VVI_TRY(write_experiment(b, e, error));
    VVI_TRY(find_or_add_run(b, e, error));
    run *r = find_run(b, e->trial->id);
    vvi_event_scalars(&event, now(), e);
    return write_event(&r->file, r->path, &event, error);
}

/* What was lost to another worker, and is claimed again, has gone on there. */
static vv_status begin_trial(board *b, const vv_event *e, vv_error *error)
{
    (void)error;
    drop_run(b, find_run(b, e->trial->id));
    return VV_OK;
}

static const vvi_session_status endings[] = { [VV_TRIAL_COMPLETED] = VVI_SESSION_SUCCESS,
                                              [VV_TRIAL_PRUNED] = VVI_SESSION_SUCCESS,
                                              [VV_TRIAL_FAILED] = VVI_SESSION_FAILURE };

/* Which execution a trial has ended with of which no epoch was told here. */
static int last_execution(const vv_event *e)
{
    const int done = (int)e->trial->n_executions;
    const int last = e->trial->status == VV_TRIAL_FAILED && done < e->executions ? done : done - 1;
    return last < 0 ? 0 : last;
}

static vv_status end_trial(board *b, const vv_event *e, vv_error *error)
{
    run *r = find_run(b, e->trial->id);
    const size_t which = (size_t)e->trial->status;
    const vvi_session_status ending = which < sizeof endings / sizeof *endings ? endings[which] : VVI_SESSION_OPEN;
    const vv_status status =
        r != NULL ? write_session_end(r, ending, error) : tell_end(b, e->trial, last_execution(e), ending, error);
    drop_run(b, r);
    return status == VV_OK ? add_paused(b, e->trial, error) : status;
}

/* Of trials that nobody will wake there is no event of their own. */
static vv_status end_paused(board *b, const vv_event *e, int id, vv_error *error)
{
    vv_trials trials;
    VVI_TRY(vv_study_trials(e->study, &(vv_trials_args){ .only = true, .id = id }, &trials, error));
    vv_event end = *e;
    end.trial = &trials.list[0];
    const bool ended_so = end.trial->status == VV_TRIAL_PRUNED && find_run(b, id) == NULL;
    const vv_status status = ended_so ? end_trial(b, &end, error) : VV_OK;
    vv_trials_free(&trials);
    return status;
}

static vv_status end_search(board *b, const vv_event *e, vv_error *error)
{
    vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < b->n_paused; i++) status = end_paused(b, e, b->paused[i], error);
    b->n_paused = 0;
    return status;
}

/* ---- the log ---------------------------------------------------------------------------------------------------- */

/* A name of what a file's name may hold. */
static void find_host(char host[HOST_SIZE])
{
    if (gethostname(host, HOST_SIZE) != 0) host[0] = '\0';
    host[HOST_SIZE - 1] = '\0';
    for (char *c = host; *c != '\0'; c++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *c) == NULL) *c = '_';
    if (host[0] == '\0') strcpy(host, "host");
}

static vv_status check_folder(const char *path, vv_error *error)
{
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode)) return vvi_fail(error, VV_BAD_ARG, "%s: is no folder", path);
    VVI_TRY(vvi_make_directories(path, error));
    return access(path, W_OK) == 0 ? VV_OK : vvi_fail(error, VV_IO, "%s: cannot be written to", path);
}

static vv_status open_board(const char *path, void **log, vv_error *error)
{
    board *b = vvi_calloc(1, sizeof *b);
    *log = NULL;
    if (b == NULL) return vvi_no_memory(error);
    const int n = snprintf(b->folder, sizeof b->folder, "%s", path);
    find_host(b->host);
    const vv_status status = n < PATH_SIZE ? check_folder(path, error)
                                           : vvi_fail(error, VV_BAD_ARG, "the path has %d bytes: it is too long", n);
    if (status == VV_OK)
        *log = b;
    else
        vvi_free(b);
    return status;
}

static vv_status take(void *log, const vv_event *event, vv_error *error)
{
    static vv_status (*const takers[])(board * b, const vv_event *e, vv_error *error) = {
        [VV_EVENT_SEARCH_BEGIN] = begin_search, [VV_EVENT_TRIAL_BEGIN] = begin_trial, [VV_EVENT_EPOCH] = take_epoch,
        [VV_EVENT_TRIAL_END] = end_trial,       [VV_EVENT_SEARCH_END] = end_search,
    };
    const size_t kind = (size_t)event->kind;
    if (kind >= sizeof takers / sizeof *takers || takers[kind] == NULL) return VV_OK;
    return takers[kind](log, event, error);
}

static void close_board(void *log)
{
    board *b = log;
    if (b == NULL) return;
    while (b->n > 0) drop_run(b, &b->runs[b->n - 1]);
    vvi_free(b->runs);
    vvi_free(b->paused);
    vvi_text_deinit(&b->experiment);
    vvi_free(b);
}

const vvi_log_kind vvi_log_tensorboard = { "tensorboard", open_board, take, close_board };
