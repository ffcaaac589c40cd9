/* ask.c - proposing, in a process that lives from one ask to the next.
 *
 * To propose, an oracle runs the build function many times. It is the user's code and may crash; it runs in a child so
 * that a crash is an error with the values it happened at, and not the end of the caller. That is sound because oracles
 * are functions of history and seed: whatever the child's oracle remembered dies with it and can be rebuilt.
 *
 * What the child knows it reads from the study: at each ask what is new there, that is trials with ids it has not seen, and
 * those of the others that were not final when it looked last. Trials that nobody has finished are RUNNING to an oracle,
 * whoever is at them or is to be.
 *
 * What waits in the queue comes before the oracle's own ideas. The oracle is asked all the same: its proposal fills in what
 * an enqueued configuration leaves open, and says how far the trial is to be trained.
 *
 * The answer's payload: how much the process has grown (MB), kind, trial, epochs, note, which of the queue's it is (-1:
 * none), n, n times a refusal (count, reason, values); of a proposal also n, n times (name, domain as JSON, type, value)
 * and the model as JSON.
 */
#include "space/space.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 500 }; /* trials that are read at once */

typedef struct asking {
    vvi_search *search;
    vv_study *study; /* opened for reading; NULL: there is none yet */
    vv_oracle *oracle;
    int before; /* trials of a warm start, whose ids come first */
    int known;  /* trials that it was told of */
    int *open;  /* those of them that were not final */
    size_t n_open, most_open;
    uint64_t began_mb;
} asking;

/* ---- what is new ------------------------------------------------------------------------------------------------ */

static bool is_running(vv_trial_status status)
{
    return status == VV_TRIAL_RUNNING || status == VV_TRIAL_WAITING || status == VV_TRIAL_INTERRUPTED;
}

static vv_status note_open(asking *a, int id, vv_error *error)
{
    if (a->n_open == a->most_open) {
        const size_t most = 2 * a->most_open + 64;
        int *open = vvi_realloc(a->open, most * sizeof *open);
        if (open == NULL) return vvi_no_memory(error);
        a->open = open;
        a->most_open = most;
    }
    a->open[a->n_open++] = id;
    return VV_OK;
}

/* Only what differs from what the oracle knows: news make it learn anew. */
static bool is_news(const vv_past *past, const vv_past_trial *trial)
{
    if ((size_t)trial->id >= vv_past_count(past)) return true;
    const vv_past_trial known = vv_past_at(past, trial->id);
    return known.status != trial->status || known.epochs != trial->epochs;
}

/* Where a trial is no longer one of this space, its number and that it is there are all that the oracle is to know. */
static vv_status see_misfit(const asking *a, const vv_trial *trial, vv_past_trial *past, vv_error *error)
{
    bool counts = false;
    if (!vvi_misfits_has(a->search, trial->id)) return VV_OK;
    const bool known = (size_t)past->id < vv_past_count(vv_oracle_past(a->oracle));
    if (!known) VVI_TRY(vvi_misfit_begin(a->search, trial, a->oracle, &counts, error));
    if (counts) return VV_OK;
    *past = (vv_past_trial){ .id = past->id, .status = is_running(trial->status) ? VV_TRIAL_RUNNING : VV_TRIAL_FAILED };
    return VV_OK;
}

static vv_status tell(asking *a, const vv_trial *trial, vv_error *error)
{
    const bool running = is_running(trial->status);
    vv_past_trial past = { .id = a->before + trial->id,
                           .status = running ? VV_TRIAL_RUNNING : trial->status,
                           .scores = trial->scores,
                           .violation = trial->violation > 0 ? trial->violation : 0,
                           .epochs = trial->epochs,
                           .values = trial->values,
                           .n_values = trial->n_values };
    VVI_TRY(see_misfit(a, trial, &past, error));
    if (is_news(vv_oracle_past(a->oracle), &past)) VVI_TRY(vv_oracle_tell(a->oracle, &past, error));
    if (trial->id >= a->known) a->known = trial->id + 1;
    return running || trial->status == VV_TRIAL_PAUSED ? note_open(a, trial->id, error) : VV_OK;
}

static vv_status read_trials(asking *a, const vv_trials_args *args, size_t *n, vv_error *error)
{
    vv_trials trials;
    VVI_TRY(vv_study_trials(a->study, args, &trials, error));
    vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < trials.n; i++) status = tell(a, &trials.list[i], error);
    *n = trials.n;
    vv_trials_free(&trials);
    return status;
}

/* Those that were open are noted again by `tell` if they still are. */
static vv_status read_open(asking *a, vv_error *error)
{
    size_t n;
    int *also = a->open;
    const vv_trials_args args = { .from = INT_MAX, .also = also, .n_also = a->n_open };
    if (a->n_open == 0) return VV_OK;
    a->open = NULL;
    a->n_open = a->most_open = 0;
    const vv_status status = read_trials(a, &args, &n, error);
    vvi_free(also);
    return status;
}

static vv_status read_news(asking *a, vv_error *error)
{
    size_t n = CHUNK;
    if (a->study == NULL) return VV_OK;
    VVI_TRY(read_open(a, error));
    while (n == CHUNK) VVI_TRY(read_trials(a, &(vv_trials_args){ .from = a->known, .limit = CHUNK }, &n, error));
    return vvi_queue_read(a->search, (size_t)a->known, error);
}

/* ---- beginning -------------------------------------------------------------------------------------------------- */

static vv_status open_oracle(asking *a, vv_error *error)
{
    const vvi_search *search = a->search;
    vv_oracle_args args = vvi_search_oracle_args(search);
    args.builder = vvi_bound_builder(&search->bound);
    args.space = search->explanation == NULL ? NULL : search->explanation->space;
    if (args.max_trials > 0 && search->earlier != NULL) args.max_trials += search->earlier->fit;
    VVI_TRY(vv_oracle_open(&args, &a->oracle, error));
    return vvi_earlier_tell(search, a->oracle, &a->before, error);
}

/* The parent's study was detached, or there is none. */
static vv_status begin(asking *a, vv_error *error)
{
    a->began_mb = vvi_memory_data_mb();
    vvi_guard_begin(&a->search->bound);
    if (a->search->study != NULL) {
        const vv_study_args args = { .where = a->search->project, .mode = VV_STUDY_READ };
        VVI_TRY(vv_study_open_with(&args, &a->study, error));
        a->search->study = a->study;
    }
    return open_oracle(a, error);
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

/* Makes the answer of what waits, unless the oracle has something to be done first. *build is where the handle lives. */
static vv_status ask_queue(const asking *a, vv_answer *answer, vvi_build *build, vv_error *error)
{
    const vvi_queued *next = vvi_queue_next(a->search);
    const bool busy = answer->kind == VV_ANSWER_RESUME || answer->kind == VV_ANSWER_WAIT;
    if (next == NULL || busy) return VV_OK;
    const vv_hp *base = answer->kind == VV_ANSWER_PROPOSAL ? answer->hp : NULL;
    VVI_TRY(vvi_enqueued_build(a->search, next, base, vv_oracle_past(a->oracle), a->known, build, error));
    if (base == NULL) answer->epochs = 0;
    answer->trial = a->known;
    answer->kind = build->buildable ? VV_ANSWER_PROPOSAL : VV_ANSWER_GAVE_UP;
    answer->hp = build->hp;
    if (!build->buildable) snprintf(answer->note, sizeof answer->note, "%.199s", build->reason.text);
    return VV_OK;
}

static vv_status ask_oracle(asking *a, vv_answer *answer, vv_error *error)
{
    VVI_TRY(read_news(a, error));
    VVI_TRY(vv_oracle_ask(a->oracle, answer, error));
    answer->trial -= a->before;
    return VV_OK;
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static void put_value(vvi_text *payload, vv_value value)
{
    vvi_put_int(payload, value.type);
    switch (value.type) {
    case VV_VALUE_INT:
        vvi_put_int(payload, value.i);
        break;
    case VV_VALUE_FLOAT:
        vvi_put_double(payload, value.f);
        break;
    case VV_VALUE_BOOL:
        vvi_put_int(payload, value.b);
        break;
    case VV_VALUE_STRING:
        vvi_put_text(payload, value.s);
        break;
    }
}

static vv_status put_trace(vvi_text *payload, const vv_hp *hp, vv_error *error)
{
    vvi_put_int(payload, (int64_t)vv_hp_count(hp));
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const vv_active *active = vv_hp_at(hp, i);
        char *domain = NULL;
        VVI_TRY(vvi_domain_to_json(&active->domain, active->name, &domain, error));
        vvi_put_text(payload, active->name);
        vvi_put_text(payload, domain);
        put_value(payload, active->value);
        vvi_free(domain);
    }
    return VV_OK;
}

/* Builds the proposal once more: it must be the trace it was, and its model is kept with the trial. */
static vv_status put_proposal(vvi_search *search, vvi_text *payload, const vv_hp *proposed, vv_error *error)
{
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    char *json = NULL;
    vvi_arena arena = { 0 };
    const size_t n = vv_hp_count(proposed);
    vv_active *values = vvi_arena_alloc(&arena, (n + 1) * sizeof *values);
    for (size_t i = 0; values != NULL && i < n; i++) values[i] = *vv_hp_at(proposed, i);
    vv_status status =
        values == NULL ? vvi_no_memory(error) : vvi_bound_replay(&search->bound, values, n, &hp, &model, error);
    if (status == VV_OK) status = vvi_trace_check(hp, values, n, error);
    if (status == VV_OK && !search->checked) status = vvi_check_model(search, model, error);
    if (status == VV_OK && model != NULL) status = vv_model_to_json(model, &json, error);
    if (status == VV_OK) status = put_trace(payload, hp, error);
    if (status == VV_OK) vvi_put_text(payload, json == NULL ? "" : json);
    if (status == VV_OK) search->checked = true;
    free(json);
    vv_model_free(model);
    vv_hp_free(hp);
    vvi_arena_deinit(&arena);
    return status;
}

static void put_refusals(vvi_text *payload, const vv_answer *answer)
{
    int n = 0;
    while (n < VV_ANSWER_REASONS && answer->refusals[n].n > 0) n++;
    vvi_put_int(payload, n);
    for (int i = 0; i < n; i++) {
        vvi_put_int(payload, answer->refusals[i].n);
        vvi_put_text(payload, answer->refusals[i].reason);
        vvi_put_text(payload, answer->refusals[i].values);
    }
}

static vv_status put_answer(asking *a, vvi_text *payload, vv_error *error)
{
    vv_answer answer = { .hp = NULL };
    vvi_build build = { 0 };
    vv_status status = ask_oracle(a, &answer, error);
    if (status == VV_OK) status = ask_queue(a, &answer, &build, error);
    const uint64_t now_mb = vvi_memory_data_mb();
    vvi_put_int(payload, now_mb > a->began_mb ? (int64_t)(now_mb - a->began_mb) : 0);
    vvi_put_int(payload, answer.kind);
    vvi_put_int(payload, answer.trial);
    vvi_put_int(payload, answer.epochs);
    vvi_put_text(payload, answer.note);
    vvi_put_int(payload, build.hp == NULL ? -1 : (int64_t)(vvi_queue_next(a->search) - a->search->queue->list));
    put_refusals(payload, &answer);
    if (status == VV_OK && answer.kind == VV_ANSWER_PROPOSAL)
        status = put_proposal(a->search, payload, answer.hp, error);
    vvi_build_deinit(&build);
    return status;
}

static vv_status answer(asking *a, int fd, vv_error *error)
{
    vvi_text payload = { 0 };
    const vv_status status = put_answer(a, &payload, error);
    if (status == VV_OK)
        return vvi_record_send(fd, VVI_RECORD_ANSWER, &payload) ? VV_OK : vvi_fail(error, VV_IO, "nobody listens");
    vvi_text_deinit(&payload);
    return status;
}

/* One answer for each record that comes. */
static vv_status serve(asking *a, int fd, vv_error *error)
{
    vvi_records records = { 0 };
    vvi_record record;
    vvi_next next = VVI_NEXT_NONE;
    bool more = true;
    vv_status status = begin(a, error);
    while (status == VV_OK && more) {
        status = vvi_records_fill(&records, fd, &more, error);
        while (status == VV_OK && (next = vvi_records_next(&records, &record)) == VVI_NEXT_RECORD)
            status = answer(a, fd, error);
        if (status == VV_OK && next == VVI_NEXT_GARBAGE)
            status = vvi_fail(error, VV_FORMAT, "the process that proposes was sent something unreadable");
    }
    vvi_records_deinit(&records);
    return status;
}

int vvi_ask_child(vvi_search *search, int fd)
{
    asking a = { .search = search };
    vv_error error = { 0 };
    const vv_status status = serve(&a, fd, &error);
    if (status != VV_OK) vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    vv_oracle_close(a.oracle);
    vv_study_close(a.study);
    vvi_free(a.open);
    return 0;
}
