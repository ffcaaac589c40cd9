/* asker.c - the process that proposes, as its parent sees it, and its answers.
 *
 * It is forked while the store is detached, since it opens the study for itself. A build function that keeps what it
 * allocates makes it grow, and so does what an oracle remembers: one that has grown a lot is let go after its answer, and
 * the next begins anew, with the same answers.
 */
#include "space/space.h"
#include "study/study.h"
#include "tuner/tuner.h"

static const uint64_t most_mb = 512;

/* ---- answers ---------------------------------------------------------------------------------------------------- */

/* Text in the proposal's arena; NULL: out of memory. */
static const char *keep_text(vvi_asker *a, vvi_record *record)
{
    return vvi_arena_strdup(&a->proposal.arena, vvi_get_text(record));
}

static bool get_value(vvi_asker *a, vvi_record *record, vv_value *value)
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

static vv_status take_active(vvi_asker *a, vvi_record *record, vv_active *active, vv_error *error)
{
    active->name = keep_text(a, record);
    if (active->name == NULL) return vvi_no_memory(error);
    const char *domain = vvi_get_text(record);
    if (record->bad) return VV_OK;
    VVI_TRY(vvi_domain_from_json(domain, active->name, &a->proposal.arena, &active->domain, error));
    return get_value(a, record, &active->value) || record->bad ? VV_OK : vvi_no_memory(error);
}

static vv_status take_values(vvi_asker *a, vvi_record *record, vv_error *error)
{
    vvi_proposal *p = &a->proposal;
    const size_t n = (size_t)vvi_get_count(record);
    if (n > record->n) record->bad = true; /* each takes more than one byte */
    if (record->bad) return VV_OK;
    p->values = vvi_arena_alloc(&p->arena, (n + 1) * sizeof *p->values);
    if (p->values == NULL) return vvi_no_memory(error);
    for (p->n_values = 0; p->n_values < n && !record->bad; p->n_values++)
        VVI_TRY(take_active(a, record, &p->values[p->n_values], error));
    p->model_json = keep_text(a, record);
    if (p->model_json == NULL) return vvi_no_memory(error);
    if (p->model_json[0] == '\0') p->model_json = NULL; /* it is no network */
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
    vvi_asker *a = context;
    vvi_proposal *p = &a->proposal;
    record->bad = record->bad || record->kind != VVI_RECORD_ANSWER || !a->asked;
    if (record->bad) return VV_OK;
    a->grown_mb = (uint64_t)vvi_get_count(record);
    p->kind = (vv_answer_kind)vvi_get_int(record);
    p->trial = vvi_get_count(record);
    p->epochs = vvi_get_count(record);
    take_text(record, p->note, sizeof p->note);
    p->queued = (int)vvi_get_int(record);
    take_refusals(p, record);
    if (p->kind == VV_ANSWER_PROPOSAL) VVI_TRY(take_values(a, record, error));
    a->asked = record->bad;
    a->answered = !record->bad;
    return VV_OK;
}

/* ---- its process ------------------------------------------------------------------------------------------------ */

static int child(void *context, int fd)
{
    const vvi_asker *a = context;
    return vvi_ask_child(a->search, fd);
}

static vv_status begin(vvi_asker *a, vv_error *error)
{
    const vvi_job job = { .child = child, .context = a, .take = take_answer, .guard = a->search->bound.guard };
    return vvi_job_begin(&a->working, &job, error);
}

/* A failure to attach is worse than one to begin. */
static vv_status begin_apart(vvi_asker *a, vv_error *error)
{
    vv_study *study = a->search->study;
    if (study == NULL) return begin(a, error);
    vvi_study_detach(study);
    const vv_status status = begin(a, error), attached = vvi_study_attach(study, error);
    return attached != VV_OK ? attached : status;
}

vv_status vvi_asker_ask(vvi_asker *a, vv_error *error)
{
    if (a->grown_mb > most_mb) vvi_asker_end(a);
    a->grown_mb = 0;
    a->proposal = (vvi_proposal){ .n_values = 0 };
    if (!a->working.at_work) VVI_TRY(begin_apart(a, error));
    a->asked = true;
    vvi_record_send(a->working.process.fd, VVI_RECORD_ASK, NULL); /* one that has ended is seen in the next step */
    return VV_OK;
}

static vv_status explain_end(const vvi_asker *a, vv_error *error)
{
    VVI_TRY(vvi_builder_death(a->search->bound.guard, &a->working.end, error));
    return vvi_fail(error, VV_CRASHED, "the process that was to propose a trial ended without an answer");
}

vv_status vvi_asker_step(vvi_asker *a, bool readable, vv_error *error)
{
    if (!a->working.at_work) return VV_OK;
    vv_status status = vvi_job_step(&a->working, readable, error);
    if (status == VV_OK && !a->working.at_work && a->asked) status = explain_end(a, error);
    if (status != VV_OK) vvi_arena_deinit(&a->proposal.arena);
    if (status == VV_OK && a->answered && a->proposal.kind == VV_ANSWER_PROPOSAL) a->search->checked = true;
    return status;
}

void vvi_asker_end(vvi_asker *a)
{
    vvi_job_kill(&a->working);
    if (a->asked || a->answered) vvi_arena_deinit(&a->proposal.arena);
    a->asked = a->answered = false;
}

static vv_status wait_for_answer(vvi_asker *a, bool *stopped, vv_error *error)
{
    const volatile int *stop = a->search->args->stop;
    bool readable = false;
    VVI_TRY(vvi_asker_ask(a, error));
    while (!a->answered) {
        *stopped = stop != NULL && *stop != 0;
        if (*stopped) return VV_OK;
        VVI_TRY(vvi_job_wait(&a->working, &readable, error));
        VVI_TRY(vvi_asker_step(a, readable, error));
    }
    return VV_OK;
}

vv_status vvi_ask_once(vvi_search *search, vvi_proposal *proposal, bool *stopped, vv_error *error)
{
    vvi_asker a = { .search = search };
    const vv_status status = wait_for_answer(&a, stopped, error);
    *proposal = a.answered ? a.proposal : (vvi_proposal){ .n_values = 0 };
    a.answered = false;
    vvi_asker_end(&a);
    return status;
}
