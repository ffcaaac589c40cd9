/* misfits.c - stored trials that the hypermodel would build otherwise now, or not at all: it has changed since.
 *
 * A study with such trials is refused, unless the caller accepts the new space. Then
 *
 *   - they stay in the study as they are: their scores are results of the same objective, and may be the best;
 *   - those that have not ended end as FAILED, since nobody can go on with them. One by hand is left to whoever has it;
 *   - the oracle is told of each, for numbers have no gaps. A score is told where it is what a trial of the new space would
 *     come to: a build with the trial's values takes them all and gives the same network. Names may have gone or come, where
 *     nothing but the network can have asked for them. Of all others the oracle knows that they are there, and nothing else:
 *     neither do they count as tried, nor do failures of the old space speak against the new one.
 *
 * That it was accepted is a fact of the study, by the number of trials there were: who joins, or comes back, need not say so
 * again. A trial after these that does not fit shows that the hypermodel is yet another. Workers that are at it have the
 * space that they began with: nothing is accepted then.
 */
#include "search/search.h"
#include "space/space.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char fact[] = "space_accepted_until";

/* ---- building one again ------------------------------------------------------------------------------------------- */

typedef struct choosing {
    const vv_trial *trial;
    vv_error changed; /* the first domain that is another */
    bool lost;        /* a value that its domain has no more */
} choosing;

static const vv_active *find_value(const vv_trial *trial, const char *name)
{
    for (size_t i = 0; i < trial->n_values; i++)
        if (strcmp(trial->values[i].name, name) == 0) return &trial->values[i];
    return NULL;
}

/* Defaults where there is no value: a name that is new, a domain that is another. */
static bool choose_stored(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    choosing *c = context;
    const vv_active *stored = find_value(c->trial, name);
    if (stored == NULL) return false;
    if (c->changed.status == VV_OK) vvi_trace_check_domain(name, &stored->domain, domain, &c->changed);
    if (vvi_value_fit(domain, stored->value, value)) return true;
    c->lost = true;
    return false;
}

static vv_status check_same_model(const vv_model *model, const char *stored, vv_error *error)
{
    char *json = NULL;
    if (stored == NULL) return VV_OK;
    if (model == NULL) return vvi_fail(error, VV_MISMATCH, "it was a network, and there is none any more");
    VVI_TRY(vv_model_to_json(model, &json, error));
    const bool same = strcmp(json, stored) == 0;
    free(json);
    return same ? VV_OK : vvi_fail(error, VV_MISMATCH, "the same values give another model");
}

static bool has_same_names(const vv_hp *hp, const vv_trial *trial)
{
    bool same = vv_hp_count(hp) == trial->n_values;
    for (size_t i = 0; same && i < trial->n_values; i++) same = vv_hp_find(hp, trial->values[i].name) != NULL;
    return same;
}

/* Does the network say all there is to say of a trial? */
static bool is_all_network(const vv_hypermodel *hypermodel)
{
    return vvi_work_of(hypermodel)->network && hypermodel->fit == NULL;
}

static vv_status judge(const vvi_search *search, const choosing *c, const vv_model *model, const vv_error *refused,
                       vvi_rebuilt *rebuilt)
{
    vv_error other = { 0 };
    const bool built = refused->status == VV_OK;
    if (built) check_same_model(model, c->trial->model_json, &other);
    if (c->changed.status != VV_OK)
        rebuilt->why = c->changed;
    else if (!built)
        vvi_fail(&rebuilt->why, VV_MISMATCH, "it cannot be built any more: %.200s", refused->text);
    else if (vvi_trace_check(rebuilt->hp, c->trial->values, c->trial->n_values, &rebuilt->why) == VV_OK)
        rebuilt->why = other;
    rebuilt->same = rebuilt->why.status == VV_OK;
    rebuilt->counts = built && !c->lost && other.status == VV_OK &&
                      (is_all_network(search->args->hypermodel) || has_same_names(rebuilt->hp, c->trial));
    return other.status == VV_NO_MEMORY ? VV_NO_MEMORY : VV_OK;
}

vv_status vvi_trial_rebuild(const vvi_search *search, const vv_trial *trial, vvi_rebuilt *rebuilt, vv_error *error)
{
    vv_model *model = NULL;
    vv_error refused = { 0 };
    choosing c = { .trial = trial };
    const vv_chooser chooser = { choose_stored, &c };
    *rebuilt = (vvi_rebuilt){ .hp = vv_hp_new(&chooser) };
    if (rebuilt->hp == NULL) return vvi_no_memory(error);
    vv_status status = vvi_bound_build(&search->bound, rebuilt->hp, &model, &refused);
    vvi_hp_detach(rebuilt->hp);
    if (status != VV_NO_MEMORY) status = judge(search, &c, model, &refused, rebuilt);
    vv_model_free(model);
    return status == VV_NO_MEMORY ? vvi_no_memory(error) : VV_OK;
}

/* ---- finding them, in a child --------------------------------------------------------------------------------------- */

static bool has_ended(vv_trial_status status)
{
    return status == VV_TRIAL_COMPLETED || status == VV_TRIAL_FAILED || status == VV_TRIAL_PRUNED;
}

/* It runs where no worker is: somebody will tell what it came to. */
static bool is_by_hand(const vv_trial *trial)
{
    return trial->status == VV_TRIAL_RUNNING && trial->worker == NULL;
}

static bool is_accepted(const vvi_search *search, int id)
{
    return search->args->accept_new_space || id < search->misfits.accepted;
}

static bool can_count(const vv_trial *trial, const vvi_rebuilt *rebuilt)
{
    return rebuilt->counts && (trial->status == VV_TRIAL_COMPLETED || trial->status == VV_TRIAL_PRUNED);
}

/* What differs is of use where the trial is to be ended. */
static void put_misfit(vvi_text *found, const vv_trial *trial, const vvi_rebuilt *rebuilt)
{
    const bool open = !has_ended(trial->status) && !is_by_hand(trial);
    vvi_put_int(found, trial->id);
    vvi_put_int(found, can_count(trial, rebuilt));
    vvi_put_int(found, open ? (int)trial->status : 0);
    vvi_put_text(found, open ? rebuilt->why.text : "");
}

static vv_status find_one(const vvi_search *search, const vv_trial *trial, vvi_text *found, int *n, vv_error *error)
{
    vvi_rebuilt rebuilt;
    vv_status status = vvi_trial_rebuild(search, trial, &rebuilt, error);
    const bool misfits = status == VV_OK && !rebuilt.same;
    if (misfits && !is_accepted(search, trial->id))
        status = vvi_fail(error, VV_MISMATCH,
                          "%s: the build function has changed since trial %d: %.160s; accept the new space, overwrite "
                          "it or choose another project",
                          vv_study_path(search->study), trial->id, rebuilt.why.text);
    else if (misfits)
        put_misfit(found, trial, &rebuilt);
    *n += misfits;
    vv_hp_free(rebuilt.hp);
    return status;
}

vv_status vvi_misfits_find(const vvi_search *search, const vv_trials *trials, vvi_text *payload, vv_error *error)
{
    vvi_text found = { 0 };
    vv_status status = VV_OK;
    int n = 0;
    for (size_t i = 0; status == VV_OK && i < trials->n; i++)
        status = find_one(search, &trials->list[i], &found, &n, error);
    vvi_put_int(payload, n);
    if (found.n > 0) vvi_text_add(payload, found.data, found.n);
    payload->failed = payload->failed || found.failed;
    vvi_text_deinit(&found);
    return status;
}

/* ---- keeping them, in its parent ------------------------------------------------------------------------------------ */

static vv_status take_misfit(vvi_misfits *m, vvi_record *record, vv_error *error)
{
    vvi_misfit *misfit = &m->list[m->n++];
    *misfit = (vvi_misfit){ .id = vvi_get_count(record), .counts = vvi_get_int(record) != 0 };
    misfit->open = (vv_trial_status)vvi_get_int(record);
    misfit->why = vvi_arena_strdup(&m->arena, vvi_get_text(record));
    return misfit->why == NULL ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_misfits_take(vvi_search *search, vvi_record *record, vv_error *error)
{
    vvi_misfits *m = &search->misfits;
    const size_t n = (size_t)vvi_get_count(record);
    if (n > record->n) record->bad = true; /* each takes more than one byte */
    if (record->bad || n == 0) return VV_OK;
    m->n = 0;
    m->list = vvi_arena_alloc(&m->arena, n * sizeof *m->list);
    if (m->list == NULL) return vvi_no_memory(error);
    while (m->n < n && !record->bad) VVI_TRY(take_misfit(m, record, error));
    return VV_OK;
}

void vvi_misfits_free(vvi_search *search)
{
    vvi_arena_deinit(&search->misfits.arena);
    search->misfits = (vvi_misfits){ .n = 0 };
}

/* By id, as they were found. */
static const vvi_misfit *find_misfit(const vvi_misfits *m, int id)
{
    size_t low = 0, high = m->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (m->list[middle].id == id) return &m->list[middle];
        if (m->list[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool vvi_misfits_has(const vvi_search *search, int id)
{
    return find_misfit(&search->misfits, id) != NULL;
}

/* ---- accepting ------------------------------------------------------------------------------------------------------ */

vv_status vvi_misfits_load(vvi_search *search, vv_error *error)
{
    char *text = NULL;
    VVI_TRY(vv_study_get(search->study, fact, &text, error));
    search->misfits.accepted = text == NULL ? 0 : (int)strtol(text, NULL, 10);
    free(text);
    return VV_OK;
}

/* A worker that is at it has the space that it began with. */
static vv_status check_alone(const vvi_search *search, vv_error *error)
{
    vv_workers workers;
    if (!vvi_study_is_shared(search->study)) return VV_OK;
    VVI_TRY(vv_study_workers(search->study, &workers, error));
    vv_status status = VV_OK;
    for (size_t i = 0; i < workers.n && status == VV_OK; i++)
        if (workers.list[i].live)
            status = vvi_fail(error, VV_LOCKED, "%s: worker %s is at it: a new space can be accepted when none is",
                              vv_study_path(search->study), workers.list[i].name);
    vv_workers_free(&workers);
    return status;
}

static vv_status accept(vvi_search *search, size_t n_trials, vv_error *error)
{
    char text[32];
    vvi_misfits *m = &search->misfits;
    if (m->list[m->n - 1].id < m->accepted) return VV_OK;
    VVI_TRY(check_alone(search, error));
    m->accepted = (int)n_trials;
    snprintf(text, sizeof text, "%zu", n_trials);
    return vv_study_set(search->study, fact, text, error);
}

static vv_status end_misfit(vv_study *study, const vvi_misfit *misfit, vv_error *error)
{
    char reason[VV_ERROR_SIZE];
    snprintf(reason, sizeof reason, "the hypermodel has changed: %.250s", misfit->why);
    return vv_trial_end(study, misfit->id, &(vv_trial_result){ .status = VV_TRIAL_FAILED, .reason = reason }, error);
}

/* Claims come in the order of ids: those in between are held until all is done. */
static vv_status end_claimed(const vvi_search *search, size_t n_open, int *held, size_t *n_held, vv_error *error)
{
    int id = 0;
    while (n_open > 0 && id >= 0) {
        VVI_TRY(vv_trial_claim(search->study, &id, error));
        const vvi_misfit *misfit = id < 0 ? NULL : find_misfit(&search->misfits, id);
        if (misfit != NULL) VVI_TRY(end_misfit(search->study, misfit, error));
        if (misfit != NULL) n_open--;
        if (misfit == NULL && id >= 0) held[(*n_held)++] = id;
    }
    return VV_OK;
}

static vv_status wake_paused(const vvi_search *search, size_t *n_open, vv_error *error)
{
    for (size_t i = 0; i < search->misfits.n; i++) {
        const vvi_misfit *misfit = &search->misfits.list[i];
        *n_open += misfit->open != 0;
        if (misfit->open == VV_TRIAL_PAUSED) VVI_TRY(vv_trial_wake(search->study, misfit->id, 0, error));
    }
    return VV_OK;
}

/* Who dies here leaves trials that are free to be claimed, and are ended by the next. */
static vv_status end_open(const vvi_search *search, size_t n_trials, vv_error *error)
{
    size_t n_open = 0, n_held = 0;
    VVI_TRY(wake_paused(search, &n_open, error));
    int *held = n_open == 0 ? NULL : vvi_calloc(n_trials, sizeof *held);
    if (n_open == 0) return VV_OK;
    if (held == NULL) return vvi_no_memory(error);
    vv_status status = end_claimed(search, n_open, held, &n_held, error);
    const vv_trial_result free_again = { .status = VV_TRIAL_INTERRUPTED };
    for (size_t i = 0; status == VV_OK && i < n_held; i++)
        status = vv_trial_end(search->study, held[i], &free_again, error);
    vvi_free(held);
    return status;
}

vv_status vvi_misfits_accept(vvi_search *search, size_t n_trials, vv_error *error)
{
    if (search->misfits.n == 0) return VV_OK;
    VVI_TRY(accept(search, n_trials, error));
    return end_open(search, n_trials, error);
}

void vvi_misfits_say(const vvi_search *search)
{
    char note[160], counting[64] = "", ended[64] = "";
    size_t n_counts = 0, n_open = 0;
    const vvi_misfits *m = &search->misfits;
    if (m->n == 0) return;
    for (size_t i = 0; i < m->n; i++) n_counts += m->list[i].counts;
    for (size_t i = 0; i < m->n; i++) n_open += m->list[i].open != 0;
    if (n_counts > 0) snprintf(counting, sizeof counting, "; results that still hold: %zu", n_counts);
    if (n_open > 0) snprintf(ended, sizeof ended, "; had not ended: %zu", n_open);
    snprintf(note, sizeof note, "Trials of an earlier space: %zu%s%s", m->n, counting, ended);
    vvi_search_say(search, (vv_event){ .kind = VV_EVENT_NOTE, .note = note });
}

/* ---- telling, in the child that proposes ---------------------------------------------------------------------------- */

vv_status vvi_misfit_begin(const vvi_search *search, const vv_trial *trial, vv_oracle *oracle, bool *counts,
                           vv_error *error)
{
    vvi_rebuilt rebuilt;
    const vvi_misfit *misfit = find_misfit(&search->misfits, trial->id);
    *counts = false;
    if (misfit == NULL || !misfit->counts) return VV_OK;
    vv_status status = vvi_trial_rebuild(search, trial, &rebuilt, error);
    *counts = status == VV_OK && can_count(trial, &rebuilt) && !vvi_past_contains(vv_oracle_past(oracle), rebuilt.hp);
    if (*counts) status = vv_oracle_begin(oracle, rebuilt.hp, error);
    vv_hp_free(rebuilt.hp);
    return status;
}
