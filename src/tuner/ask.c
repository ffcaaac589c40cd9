/* ask.c - asking the oracle for the next trial, in a child process.
 *
 * To propose, an oracle runs the build function many times. It is the user's code and may crash; it runs in a child so
 * that a crash is an error with the values it happened at, and not the end of the caller. That is sound because oracles
 * are functions of history and seed: whatever the child's oracle remembered dies with it and can be rebuilt.
 *
 * What waits in the queue comes before the oracle's own ideas. The oracle is asked all the same: its proposal fills in what
 * an enqueued configuration leaves open, and says how far the trial is to be trained.
 *
 * The answer's payload: kind, trial, epochs, note, is it the queue's, n, n times a refusal (count, reason, values); of a
 * proposal also n, n times (name, domain as JSON, type, value) and the model as JSON.
 */
#include "space/space.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct asking {
    vvi_search *search;
    const vv_trials *trials;
    vvi_proposal *proposal;
    bool answered;
} asking;

/* ---- the child -------------------------------------------------------------------------------------------------- */

/* `before`: the trials of a warm start, whose ids come first. */
static vv_status tell(vv_oracle *oracle, const vv_trials *trials, int before, vv_error *error)
{
    for (size_t i = 0; i < trials->n; i++) {
        const vv_trial *trial = &trials->list[i];
        const vv_past_trial past = { .id = before + trial->id,
                                     .status = trial->status,
                                     .scores = trial->scores,
                                     .violation = trial->violation > 0 ? trial->violation : 0,
                                     .epochs = trial->epochs,
                                     .values = trial->values,
                                     .n_values = trial->n_values };
        VVI_TRY(vv_oracle_tell(oracle, &past, error));
    }
    return VV_OK;
}

/* The answer's handle is borrowed from *oracle. */
static vv_status ask_oracle(const vvi_search *search, const vv_trials *trials, vv_oracle **oracle, vv_answer *answer,
                            vv_error *error)
{
    int before = 0;
    vv_oracle_args args = vvi_search_oracle_args(search);
    args.builder = vvi_bound_builder(&search->bound);
    args.space = search->explanation == NULL ? NULL : search->explanation->space;
    if (args.max_trials > 0 && search->earlier != NULL) args.max_trials += search->earlier->fit;
    VVI_TRY(vv_oracle_open(&args, oracle, error));
    VVI_TRY(vvi_earlier_tell(search, *oracle, &before, error));
    VVI_TRY(tell(*oracle, trials, before, error));
    VVI_TRY(vv_oracle_ask(*oracle, answer, error));
    answer->trial -= before;
    return VV_OK;
}

/* Makes the answer of what waits, unless the oracle has something to be done first. *queued is where the handle lives. */
static vv_status ask_queue(const asking *a, const vv_oracle *oracle, vv_answer *answer, vvi_build *queued,
                           vv_error *error)
{
    const vvi_queued *next = vvi_queue_next(a->search);
    const bool busy = answer->kind == VV_ANSWER_RESUME || answer->kind == VV_ANSWER_WAIT;
    if (next == NULL || busy) return VV_OK;
    const vv_hp *base = answer->kind == VV_ANSWER_PROPOSAL ? answer->hp : NULL;
    const int trial = (int)a->trials->n;
    VVI_TRY(vvi_enqueued_build(a->search, next, base, vv_oracle_past(oracle), trial, queued, error));
    if (base == NULL) answer->epochs = 0;
    answer->trial = trial;
    answer->kind = queued->buildable ? VV_ANSWER_PROPOSAL : VV_ANSWER_GAVE_UP;
    answer->hp = queued->hp;
    if (!queued->buildable) snprintf(answer->note, sizeof answer->note, "%.199s", queued->reason.text);
    return VV_OK;
}

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

static vv_status put_answer(const asking *a, vvi_text *payload, vv_error *error)
{
    vv_answer answer = { .hp = NULL };
    vv_oracle *oracle = NULL;
    vvi_build queued = { 0 };
    vv_status status = ask_oracle(a->search, a->trials, &oracle, &answer, error);
    if (status == VV_OK) status = ask_queue(a, oracle, &answer, &queued, error);
    vvi_put_int(payload, answer.kind);
    vvi_put_int(payload, answer.trial);
    vvi_put_int(payload, answer.epochs);
    vvi_put_text(payload, answer.note);
    vvi_put_int(payload, queued.hp != NULL);
    put_refusals(payload, &answer);
    if (status == VV_OK && answer.kind == VV_ANSWER_PROPOSAL)
        status = put_proposal(a->search, payload, answer.hp, error);
    vvi_build_deinit(&queued);
    vv_oracle_close(oracle);
    return status;
}

static int ask_child(void *context, int fd)
{
    const asking *a = context;
    vv_error error = { 0 };
    vvi_text payload = { 0 };
    vvi_guard_begin(&a->search->bound);
    const vv_status status = put_answer(a, &payload, &error);
    if (status == VV_OK) return vvi_record_send(fd, VVI_RECORD_ANSWER, &payload) ? 0 : 1;
    vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    return 0;
}

/* ---- the parent ------------------------------------------------------------------------------------------------- */

/* Text in the proposal's arena; NULL: out of memory. */
static const char *keep_text(asking *a, vvi_record *record)
{
    return vvi_arena_strdup(&a->proposal->arena, vvi_get_text(record));
}

static bool get_value(asking *a, vvi_record *record, vv_value *value)
{
    value->type = (vv_value_type)vvi_get_int(record);
    switch (value->type) {
    case VV_VALUE_INT:
        value->i = vvi_get_int(record);
        return true;
    case VV_VALUE_FLOAT:
        value->f = vvi_get_double(record);
        return true;
    case VV_VALUE_BOOL:
        value->b = vvi_get_int(record) != 0;
        return true;
    case VV_VALUE_STRING:
        value->s = keep_text(a, record);
        return value->s != NULL;
    }
    record->bad = true;
    return false;
}

static vv_status take_active(asking *a, vvi_record *record, vv_active *active, vv_error *error)
{
    active->name = keep_text(a, record);
    if (active->name == NULL) return vvi_no_memory(error);
    const char *domain = vvi_get_text(record);
    if (record->bad) return VV_OK;
    VVI_TRY(vvi_domain_from_json(domain, active->name, &a->proposal->arena, &active->domain, error));
    return get_value(a, record, &active->value) || record->bad ? VV_OK : vvi_no_memory(error);
}

static vv_status take_values(asking *a, vvi_record *record, vv_error *error)
{
    vvi_proposal *p = a->proposal;
    const size_t n = (size_t)vvi_get_count(record);
    if (n > record->n) record->bad = true; /* each takes more than one byte */
    if (record->bad) return VV_OK;
    p->values = vvi_arena_alloc(&p->arena, (n + 1) * sizeof *p->values);
    if (p->values == NULL) return vvi_no_memory(error);
    for (p->n_values = 0; p->n_values < n && !record->bad; p->n_values++)
        VVI_TRY(take_active(a, record, &p->values[p->n_values], error));
    p->model_json = keep_text(a, record);
    if (p->model_json == NULL) return vvi_no_memory(error);
    if (p->model_json[0] == '\0') p->model_json = NULL; /* not a network */
    return VV_OK;
}

static void take_text(vvi_record *record, char *text, size_t size)
{
    vvi_line line = { .text = text, .size = size };
    text[0] = '\0';
    vvi_line_printf(&line, "%s", vvi_get_text(record));
}

static void take_refusals(vvi_proposal *p, vvi_record *record)
{
    const int n = vvi_get_count(record);
    if (n > VV_ANSWER_REASONS) record->bad = true;
    for (int i = 0; i < n && !record->bad; i++) {
        vv_refusal *refusal = &p->refusals[p->n_refusals++];
        refusal->n = vvi_get_count(record);
        take_text(record, refusal->reason, sizeof refusal->reason);
        take_text(record, refusal->values, sizeof refusal->values);
    }
}

static vv_status take_answer(void *context, vvi_record *record, vv_error *error)
{
    asking *a = context;
    vvi_proposal *p = a->proposal;
    if (record->kind != VVI_RECORD_ANSWER || a->answered) return VV_OK;
    p->kind = (vv_answer_kind)vvi_get_int(record);
    p->trial = vvi_get_count(record);
    p->epochs = vvi_get_count(record);
    take_text(record, p->note, sizeof p->note);
    p->enqueued = vvi_get_int(record) != 0;
    take_refusals(p, record);
    a->answered = true;
    return p->kind == VV_ANSWER_PROPOSAL ? take_values(a, record, error) : VV_OK;
}

vv_status vvi_ask(vvi_search *search, const vv_trials *trials, vvi_proposal *proposal, vv_error *error)
{
    asking a = { .search = search, .trials = trials, .proposal = proposal };
    vvi_job_end end;
    *proposal = (vvi_proposal){ .n_values = 0 };
    const vvi_job job = {
        .child = ask_child, .context = &a, .take = take_answer, .stop = search->args->stop, .guard = search->bound.guard
    };
    vv_status status = vvi_job_run(&job, &end, error);
    proposal->stopped = end.stopped;
    if (status == VV_OK && !end.stopped) status = vvi_builder_death(search->bound.guard, &end, error);
    if (status == VV_OK && !end.stopped && !a.answered)
        status = vvi_fail(error, VV_CRASHED, "the process that was to propose a trial ended without an answer");
    if (status == VV_OK) {
        if (a.answered && proposal->kind == VV_ANSWER_PROPOSAL) search->checked = true;
        return VV_OK;
    }
    vvi_arena_deinit(&proposal->arena);
    *proposal = (vvi_proposal){ .n_values = 0 };
    return status;
}
