/* status.c - what there is to say of a study now. Trials are gone through in pages: what is kept of them does not grow with
 * their number. */
#include "report/status.h"

#include "study/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGE = 256, MOST_REASONS = 256 };

typedef struct reading {
    const vv_study *study;
    vvi_status *status;
    size_t failures_at; /* where the last reason was found */
    vv_error *error;
} reading;

/* A number that is kept as a fact; 0: there is none. */
static vv_status read_real(const reading *r, const char *key, double *number)
{
    char *text = NULL;
    VVI_TRY(vv_study_get(r->study, key, &text, r->error));
    *number = text == NULL ? 0 : strtod(text, NULL);
    if (!(*number >= 0)) *number = 0;
    free(text);
    return VV_OK;
}

static vv_status read_number(const reading *r, const char *key, int64_t *number)
{
    double real = 0;
    VVI_TRY(read_real(r, key, &real));
    *number = real < 0x1p53 ? (int64_t)real : 0;
    return VV_OK;
}

/* Of the trials; 0: none. */
static vv_status read_limit(const reading *r, int64_t *most)
{
    VVI_TRY(read_number(r, "max_trials", most));
    if (*most >= VVI_TRIALS_OPEN) *most = 0;
    return VV_OK;
}

/* ---- trials --------------------------------------------------------------------------------------------------------- */

static const char *keep_text(vvi_arena *arena, const char *text, vv_status *status, vv_error *error)
{
    const char *kept = text == NULL ? NULL : vvi_arena_strdup(arena, text);
    if (text != NULL && kept == NULL) *status = vvi_no_memory(error);
    return kept;
}

vvi_status_running vvi_status_running_of(const vvi_status *status, const vv_trial *trial)
{
    const int64_t executions = status->trial_executions > 0 ? status->trial_executions : 1;
    const int64_t goal = (trial->goal > 0 ? trial->goal : status->trial_epochs) * executions;
    return (vvi_status_running){ .id = trial->id,
                                 .worker = trial->worker,
                                 .epochs = trial->epochs_total,
                                 .goal = goal < INT32_MAX ? (int)goal : 0,
                                 .since = trial->began,
                                 .lapsed = trial->lapsed };
}

static vv_status add_running(reading *r, const vv_trial *trial)
{
    vvi_status *s = r->status;
    vv_status status = VV_OK;
    if (!vvi_arena_reserve(&s->arena, &s->running, s->n_running, sizeof *s->running)) return vvi_no_memory(r->error);
    vvi_status_running *running = &s->running[s->n_running++];
    *running = vvi_status_running_of(s, trial);
    running->worker = keep_text(&s->arena, trial->worker, &status, r->error);
    s->lapsed += trial->lapsed;
    return status;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The bytes of the number that begins at `at`: "12", "-0.5", "1e+20"; 0: none does. What is part of a word is none, as in
 * "conv2d_3". */
static size_t number_length(const char *text, size_t at)
{
    size_t n = text[at] == '-';
    if (text[at + n] < '0' || text[at + n] > '9' || (at > 0 && is_word(text[at - 1]))) return 0;
    n += strspn(text + at + n, "0123456789");
    if (text[at + n] == '.' && text[at + n + 1] >= '0' && text[at + n + 1] <= '9')
        n += 1 + strspn(text + at + n + 1, "0123456789");
    const char *e = text + at + n;
    const size_t sign = e[0] == 'e' && (e[1] == '+' || e[1] == '-') ? 2 : 0;
    return sign > 0 ? n + sign + strspn(e + sign, "0123456789") : n;
}

bool vvi_status_is_alike(const char *a, const char *b)
{
    size_t i = 0, k = 0;
    while (a[i] != '\0' && b[k] != '\0') {
        const size_t n = number_length(a, i), m = number_length(b, k);
        if ((n > 0) != (m > 0) || (n == 0 && a[i] != b[k])) return false;
        i += n > 0 ? n : 1;
        k += m > 0 ? m : 1;
    }
    return a[i] == b[k];
}

/* The entry of a reason, and of those like it; NULL: there are too many, or no memory. */
static vvi_status_failure *find_failure(reading *r, const char *reason, vv_status *status)
{
    vvi_status *s = r->status;
    for (size_t i = 0; i < s->n_failures; i++) {
        const size_t at = (r->failures_at + i) % s->n_failures;
        if (!vvi_status_is_alike(s->failures[at].reason, reason)) continue;
        s->failures[at].differ = s->failures[at].differ || strcmp(s->failures[at].reason, reason) != 0;
        r->failures_at = at;
        return &s->failures[at];
    }
    if (s->n_failures == MOST_REASONS) return NULL;
    if (!vvi_arena_reserve(&s->arena, &s->failures, s->n_failures, sizeof *s->failures))
        *status = vvi_no_memory(r->error);
    const char *kept = *status == VV_OK ? keep_text(&s->arena, reason, status, r->error) : NULL;
    if (kept == NULL) return NULL;
    s->failures[s->n_failures] = (vvi_status_failure){ .reason = kept };
    return &s->failures[s->n_failures++];
}

static vv_status add_failure(reading *r, const char *reason, bool attempt)
{
    vv_status status = VV_OK;
    vvi_status_failure *failure = find_failure(r, reason == NULL ? "no reason was given" : reason, &status);
    if (failure == NULL)
        r->status->other_failures++;
    else if (attempt)
        failure->attempts++;
    else
        failure->trials++;
    r->status->attempts += attempt;
    return status;
}

/* Seconds are of work; a trial may have been left for days in between. */
static void add_ended(reading *r, const vv_trial *trial)
{
    const double worked = trial->seconds > 0 ? trial->ended - trial->seconds : trial->began;
    if (!(trial->ended > 0) || !(trial->began > 0)) return;
    vvi_status_add_recent(&r->status->recent, &(vvi_status_ended){ .began = fmax(trial->began, worked),
                                                                   .ended = trial->ended,
                                                                   .epochs = trial->epochs_total,
                                                                   .failed = trial->status == VV_TRIAL_FAILED });
}

/* Failures in a row, of those that have ended, by id: as searches count them. */
static void count_row(vvi_status *s, vv_trial_status status)
{
    if (status == VV_TRIAL_FAILED) s->failed_in_row++;
    if (status == VV_TRIAL_COMPLETED || status == VV_TRIAL_PRUNED) s->failed_in_row = 0;
}

static vv_status take_trial(reading *r, const vv_trial *trial)
{
    count_row(r->status, trial->status);
    for (size_t i = 0; i < trial->n_attempts; i++) VVI_TRY(add_failure(r, trial->attempts[i].reason, true));
    switch (trial->status) {
    case VV_TRIAL_RUNNING:
        return add_running(r, trial);
    case VV_TRIAL_FAILED:
        add_ended(r, trial);
        return add_failure(r, trial->reason, false);
    case VV_TRIAL_COMPLETED:
    case VV_TRIAL_PRUNED:
        add_ended(r, trial);
        return VV_OK;
    default:
        return VV_OK;
    }
}

static vv_status take_trials(reading *r)
{
    vv_status status = VV_OK;
    bool more = true;
    for (int from = 0; status == VV_OK && more;) {
        vv_trials page = { .n = 0 };
        status = vv_study_trials(r->study, &(vv_trials_args){ .from = from, .limit = PAGE }, &page, r->error);
        for (size_t i = 0; status == VV_OK && i < page.n; i++) status = take_trial(r, &page.list[i]);
        more = page.n == PAGE;
        from = more ? page.list[page.n - 1].id + 1 : from;
        vv_trials_free(&page);
    }
    return status;
}

static int most_frequent_first(const void *a, const void *b)
{
    const vvi_status_failure *x = a, *y = b;
    const int64_t n = x->trials + x->attempts, m = y->trials + y->attempts;
    return n != m ? (n < m) - (n > m) : strcmp(x->reason, y->reason);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static vv_status read_best(reading *r, vv_trials *best)
{
    if (r->status->goals.objectives.n == 0 || r->status->counts.by_status[VV_TRIAL_COMPLETED] == 0) return VV_OK;
    return vv_study_trials(r->study, &(vv_trials_args){ .best_first = true, .limit = 1 }, best, r->error);
}

static vv_status read_all(reading *r)
{
    vvi_status *s = r->status;
    VVI_TRY(vvi_goals_read(r->study, &s->goals, r->error));
    VVI_TRY(read_limit(r, &s->max_trials));
    VVI_TRY(read_number(r, "max_epochs_total", &s->max_epochs));
    VVI_TRY(read_number(r, "max_consecutive_failures", &s->max_failures));
    VVI_TRY(read_real(r, "max_seconds", &s->max_seconds));
    VVI_TRY(read_real(r, "seconds", &s->spent_s));
    VVI_TRY(read_number(r, "epochs", &s->trial_epochs));
    VVI_TRY(read_number(r, "executions_per_trial", &s->trial_executions));
    VVI_TRY(vv_study_counts(r->study, &s->counts, r->error));
    VVI_TRY(vv_study_workers(r->study, &s->workers, r->error));
    VVI_TRY(vvi_study_open_requests(r->study, &s->requests, r->error));
    s->n_open = s->requests.n;
    VVI_TRY(take_trials(r));
    return read_best(r, &s->best);
}

/* A worker is written down at its first heartbeat; before that its trials show that there is one. */
static int count_live(const vvi_status *status)
{
    int live = 0, at_work = 0;
    for (size_t i = 0; i < status->workers.n; i++) live += status->workers.list[i].live;
    for (size_t i = 0; i < status->n_running; i++)
        at_work += status->running[i].worker != NULL && !status->running[i].lapsed;
    return live > 0 ? live : at_work > 0;
}

vv_status vvi_status_read_life(const vv_study *study, vvi_status *status, vv_error *error)
{
    char *text = NULL;
    VVI_TRY(vv_study_get(study, VVI_FACT_PAUSED, &text, error));
    status->live = count_live(status);
    status->paused = status->live > 0 && text != NULL && strcmp(text, "yes") == 0;
    free(text);
    return VV_OK;
}

vv_status vvi_status_read(const vv_study *study, vvi_status *status, vv_error *error)
{
    reading r = { .study = study, .status = status, .error = error };
    *status = (vvi_status){ .where = vv_study_path(study) };
    VVI_TRY(read_all(&r));
    VVI_TRY(vvi_status_read_life(study, status, error));
    if (status->n_failures > 1)
        qsort(status->failures, status->n_failures, sizeof *status->failures, most_frequent_first);
    status->pace = vvi_status_measure_with(&status->recent, status->running, status->n_running, (double)time(NULL));
    vvi_status_estimate(status);
    return VV_OK;
}

void vvi_status_deinit(vvi_status *status)
{
    vvi_arena_deinit(&status->arena);
    vv_workers_free(&status->workers);
    vv_requests_free(&status->requests);
    vv_trials_free(&status->best);
    *status = (vvi_status){ .n_running = 0 };
}

/* ---- in one line ---------------------------------------------------------------------------------------------------- */

vv_status vvi_status_read_line(const vv_study *study, vvi_status_line *line, vv_error *error)
{
    vvi_goals goals;
    vv_trials best = { .n = 0 };
    const reading r = { .study = study, .error = error };
    line->best = -1;
    VVI_TRY(vv_study_counts(study, &line->counts, error));
    VVI_TRY(vvi_goals_read(study, &goals, error));
    VVI_TRY(read_limit(&r, &line->max_trials));
    line->running = line->counts.by_status[VV_TRIAL_RUNNING];
    line->changed = fmax(line->counts.first_began, line->counts.last_ended);
    if (goals.objectives.n == 0) return VV_OK;
    memcpy(line->objective, goals.objectives.list[0].name, sizeof line->objective);
    if (line->counts.by_status[VV_TRIAL_COMPLETED] == 0) return VV_OK;
    VVI_TRY(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = 1 }, &best, error));
    if (best.n > 0 && best.list[0].status == VV_TRIAL_COMPLETED) {
        line->best = best.list[0].id;
        line->score = best.list[0].score;
    }
    vv_trials_free(&best);
    return VV_OK;
}
