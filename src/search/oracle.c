/* oracle.c - an oracle at work: its past, its cache, and the handles that its asks share. */
#include "search/search.h"

#include <math.h>
#include <string.h>

struct vv_oracle {
    const vv_oracle_kind *kind;
    vv_builder builder;
    vv_past *past;
    vv_cache cache;
    vvi_session session;
    double options[VV_MAX_OPTIONS];
    vv_question question;
};

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static vv_status find_kind(const vv_oracle_args *args, const char *name, const vv_oracle_kind **kind, vv_error *error)
{
    enum { MOST = 32 };
    const char *names[MOST];
    size_t n = 0;
    *kind = args->kind != NULL ? args->kind : args->spec == NULL ? vv_oracle_at(0) : vv_oracle_find(name);
    if (*kind != NULL) return VV_OK;
    for (; n < MOST && vv_oracle_at(n) != NULL; n++) names[n] = vv_oracle_at(n)->name;
    return vvi_no_such("oracle", name, names, n, error);
}

static vv_status settle(vv_oracle *oracle, const vv_oracle_args *args, vv_error *error)
{
    char name[64], what[80];
    const char *options = vvi_spec_split(args->spec == NULL ? "" : args->spec, name, sizeof name);
    VVI_TRY(find_kind(args, name, &oracle->kind, error));
    const vv_oracle_kind *kind = oracle->kind;
    vvi_line line = { .text = what, .size = sizeof what };
    vvi_line_printf(&line, "oracle %s", kind->name);
    VVI_TRY(vvi_options_read(options, kind->options, kind->n_options, what, oracle->options, error));
    const size_t most = kind->most_objectives == 0 ? 1 : kind->most_objectives;
    if (args->n_objectives > most)
        return vvi_fail(error, VV_BAD_ARG, "oracle %s: %zu objectives, it takes at most %zu", kind->name,
                        args->n_objectives, most);
    if (kind->halves && args->epochs < 2)
        return vvi_fail(error, VV_BAD_ARG, "oracle %s: trials of %d epoch, it needs at least 2", kind->name,
                        args->epochs);
    return VV_OK;
}

static vv_status open(vv_oracle *oracle, const vv_oracle_args *args, vv_error *error)
{
    VVI_TRY(settle(oracle, args, error));
    if (args->builder.build == NULL) return vvi_fail(error, VV_BAD_ARG, "oracle: no builder");
    const size_t n_objectives = args->n_objectives == 0 ? 1 : args->n_objectives;
    oracle->past = vv_past_new(n_objectives, args->maximize);
    if (oracle->past == NULL) return vvi_no_memory(error);
    oracle->builder = args->builder;
    oracle->session.tried = oracle->past;
    oracle->question = (vv_question){ .builder = &oracle->builder,
                                      .space = args->space,
                                      .past = oracle->past,
                                      .seed = args->seed,
                                      .n_objectives = n_objectives,
                                      .options = oracle->options,
                                      .max_trials = args->max_trials,
                                      .epochs = args->epochs,
                                      .max_epochs_total = args->max_epochs_total,
                                      .cache = &oracle->cache,
                                      .session = &oracle->session };
    return VV_OK;
}

vv_status vv_oracle_open(const vv_oracle_args *args, vv_oracle **oracle, vv_error *error)
{
    *oracle = NULL;
    vv_oracle *new_oracle = vvi_calloc(1, sizeof *new_oracle);
    if (new_oracle == NULL) return vvi_no_memory(error);
    const vv_status status = open(new_oracle, args, error);
    if (status == VV_OK)
        *oracle = new_oracle;
    else
        vv_oracle_close(new_oracle);
    return status;
}

void vvi_session_deinit(vvi_session *session)
{
    vvi_build_deinit(&session->drawn);
    vvi_build_deinit(&session->proposed);
    vvi_sobol_free(session->sobol);
    *session = (vvi_session){ 0 };
}

void vv_oracle_close(vv_oracle *oracle)
{
    if (oracle == NULL) return;
    if (oracle->cache.free != NULL) oracle->cache.free(oracle->cache.memory);
    vvi_session_deinit(&oracle->session);
    vv_past_free(oracle->past);
    vvi_free(oracle);
}

/* ---- at work ----------------------------------------------------------------------------------------------------- */

vv_status vv_oracle_ask(vv_oracle *oracle, vv_answer *answer, vv_error *error)
{
    memset(answer, 0, sizeof *answer);
    oracle->question.trial = (int)vv_past_count(oracle->past);
    answer->trial = oracle->question.trial;
    return oracle->kind->ask(&oracle->question, answer, error);
}

vv_status vv_oracle_plan(vv_oracle *oracle, double *total, vv_error *error)
{
    *total = (double)NAN;
    oracle->question.trial = (int)vv_past_count(oracle->past);
    return oracle->kind->count == NULL ? VV_OK : oracle->kind->count(&oracle->question, total, error);
}

enum { FEW_VALUES = 32 };

vv_status vv_oracle_begin(vv_oracle *oracle, const vv_hp *hp, vv_error *error)
{
    vv_active few[FEW_VALUES], *values = few;
    const size_t n = vv_hp_count(hp);
    if (n > FEW_VALUES) values = vvi_malloc(n * sizeof *values);
    if (values == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) values[i] = *vv_hp_at(hp, i);
    const vv_past_trial trial = {
        .id = (int)vv_past_count(oracle->past), .status = VV_TRIAL_RUNNING, .values = values, .n_values = n
    };
    const vv_status status = vv_past_put(oracle->past, &trial, error);
    if (values != few) vvi_free(values);
    return status;
}

vv_status vv_oracle_tell(vv_oracle *oracle, const vv_past_trial *trial, vv_error *error)
{
    return vv_past_put(oracle->past, trial, error);
}

const vv_past *vv_oracle_past(const vv_oracle *oracle)
{
    return oracle->past;
}

const vv_oracle_kind *vv_oracle_kind_of(const vv_oracle *oracle)
{
    return oracle->kind;
}

int vv_oracle_spec(const vv_oracle *oracle, char *text, size_t size)
{
    const vv_oracle_kind *kind = oracle->kind;
    return vvi_options_write(kind->name, kind->options, kind->n_options, oracle->options, text, size);
}
