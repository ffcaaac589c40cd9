/* check.c - what is refused before anything is trained. All of it runs in a child process, as every build does.
 *
 *   - The default configuration is built twice: two different models mean a build function that is not a function of
 *     its hyperparameters, and no score of it would mean anything.
 *   - Its model must have no layer that cannot be trained yet, fit the data and provide the objective's metric. A
 *     default configuration that cannot be built is no error (other values may build); then the first proposal is
 *     checked instead.
 *   - Every stored trial is built again with its values. It must ask for what it asked for, from the same domains, and
 *     give the same model; or the caller accepts that it does not (misfits.c).
 */
#include "nn/feed.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a model ---------------------------------------------------------------------------------------------------- */

static bool is_metric(const vv_model *model, const char *name)
{
    if (strcmp(name, "loss") == 0) return true;
    for (size_t i = 0; i < model->args.metrics.n; i++)
        if (strcmp(model->metrics[i].name, name) == 0) return true;
    return false;
}

static void list_metrics(const vv_model *model, const char *prefix, vvi_text *text)
{
    vvi_text_printf(text, "%s%sloss", text->n == 0 ? "" : ", ", prefix);
    for (size_t i = 0; i < model->args.metrics.n; i++) vvi_text_printf(text, ", %s%s", prefix, model->metrics[i].name);
}

/* `what`: "objective". A cost needs no metric. */
static vv_status check_name(const vvi_search *search, const vv_model *model, const char *what, const char *name,
                            vv_error *error)
{
    const bool validated = strncmp(name, "val_", 4) == 0;
    if (vvi_search_cost(search, name) != NULL || is_metric(model, validated ? name + 4 : name)) return VV_OK;
    vvi_text names = { 0 };
    list_metrics(model, "", &names);
    if (search->args->validation != NULL) list_metrics(model, "val_", &names);
    for (size_t i = 0; i < VVI_RESOURCES; i++) vvi_text_printf(&names, ", %s", vvi_resources[i].name);
    vvi_fail(error, VV_BAD_ARG, "%s \"%s\": no such metric; there are %s", what, name,
             names.data == NULL ? "?" : names.data);
    vvi_text_deinit(&names);
    return VV_BAD_ARG;
}

static vv_status check_names(const vvi_search *search, const vv_model *model, vv_error *error)
{
    for (size_t i = 0; i < search->objectives.n; i++)
        VVI_TRY(check_name(search, model, "objective", search->objectives.list[i].name, error));
    for (size_t i = 0; i < search->constraints.n; i++)
        VVI_TRY(check_name(search, model, "constraint", search->constraints.list[i].name, error));
    return VV_OK;
}

/* What fit would say first. A fit function of the user's may train on other data; then only a trial can tell. */
static vv_status check_data(const vvi_search *search, const vv_model *model, vv_error *error)
{
    if (search->args->hypermodel->fit != NULL) return VV_OK;
    VVI_TRY(vvi_feed_check(model, search->args->training, "training data", true, error));
    if (search->args->validation == NULL) return VV_OK;
    return vvi_feed_check(model, search->args->validation, "validation data", true, error);
}

vv_status vvi_network_check(const vvi_search *search, const vv_model *model, vv_error *error)
{
    VVI_TRY(vvi_model_check_trainable(model, error));
    VVI_TRY(check_data(search, model, error));
    return check_names(search, model, error);
}

vv_status vvi_check_model(const vvi_search *search, const vv_model *model, vv_error *error)
{
    return vvi_work_of(search->args->hypermodel)->check(search, model, error);
}

/* ---- the default configuration ---------------------------------------------------------------------------------- */

/* One build of the default configuration. *refused says why it cannot be built, which is not an error. */
static vv_status build_default(const vvi_search *search, vv_hp **hp, vv_model **model, vv_error *refused,
                               vv_error *error)
{
    *hp = vv_hp_new(NULL);
    if (*hp == NULL) return vvi_no_memory(error);
    const vv_status status = vvi_bound_build(&search->bound, *hp, model, refused);
    const bool fatal = vv_hp_status(*hp) != VV_OK || status == VV_NO_MEMORY;
    return fatal ? vvi_fail(error, status, "%s", refused->text) : VV_OK;
}

static vv_status not_pure(vv_error *error, const char *what)
{
    return vvi_fail(
        error, VV_BAD_ARG,
        "the build function is not a function of its hyperparameters alone: built twice with the same values, "
        "%s",
        what);
}

/* Are two builds with equal values one trace? */
static vv_status check_same_trace(const vv_hp *a, const vv_hp *b, vv_error *error)
{
    vv_error difference = { 0 };
    const size_t n = vv_hp_count(a);
    vv_active *values = n == 0 ? NULL : vvi_calloc(n, sizeof *values);
    if (n > 0 && values == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) values[i] = *vv_hp_at(a, i);
    const vv_status status = vvi_trace_check(b, values, n, &difference);
    vvi_free(values);
    return status == VV_OK ? VV_OK : not_pure(error, difference.text);
}

static vv_status check_same_end(const vv_error *a, const vv_error *b, vv_error *error)
{
    char what[VV_ERROR_SIZE];
    if (a->status == b->status) return VV_OK;
    snprintf(what, sizeof what, "only one of them could be built: %.100s", a->status != VV_OK ? a->text : b->text);
    return not_pure(error, what);
}

static vv_status check_default(vvi_search *search, vv_error *error)
{
    vv_hp *hp[2] = { NULL, NULL };
    vv_model *model[2] = { NULL, NULL };
    vv_error refused[2] = { { 0 }, { 0 } };
    vv_status status = VV_OK;
    for (int i = 0; i < 2 && status == VV_OK; i++)
        status = build_default(search, &hp[i], &model[i], &refused[i], error);
    if (status == VV_OK) status = check_same_trace(hp[0], hp[1], error);
    if (status == VV_OK) status = check_same_end(&refused[0], &refused[1], error);
    search->checked = status == VV_OK && refused[0].status == VV_OK;
    if (search->checked && vv_model_digest(model[0]) != vv_model_digest(model[1]))
        status = not_pure(error, "the models differ");
    if (search->checked && status == VV_OK) status = vvi_check_model(search, model[0], error);
    for (int i = 0; i < 2; i++) {
        vv_model_free(model[i]);
        vv_hp_free(hp[i]);
    }
    return status;
}

/* ---- in a child ------------------------------------------------------------------------------------------------- */

typedef struct checking {
    vvi_search *search;
    const vv_trials *trials;
} checking;

static int check_child(void *context, int fd)
{
    const checking *c = context;
    vv_error error = { 0 };
    vvi_text payload = { 0 };
    vvi_guard_begin(&c->search->bound);
    vv_status status = check_default(c->search, &error);
    vvi_put_int(&payload, c->search->checked);
    if (status == VV_OK) status = vvi_misfits_find(c->search, c->trials, &payload, &error);
    if (status == VV_OK) return vvi_record_send(fd, VVI_RECORD_DONE, &payload) ? 0 : 1;
    vvi_record_send_error(fd, status, error.text);
    vvi_text_deinit(&payload);
    return 0;
}

static vv_status take_checked(void *context, vvi_record *record, vv_error *error)
{
    const checking *c = context;
    if (record->kind != VVI_RECORD_DONE) return VV_OK;
    c->search->checked = vvi_get_int(record) != 0;
    return vvi_misfits_take(c->search, record, error);
}

vv_status vvi_check_search(vvi_search *search, const vv_trials *trials, bool *stopped, vv_error *error)
{
    checking c = { .search = search, .trials = trials };
    vvi_job_end end;
    const vvi_job job = { .child = check_child,
                          .context = &c,
                          .take = take_checked,
                          .stop = search->args->stop,
                          .guard = search->bound.guard };
    VVI_TRY(vvi_job_run(&job, &end, error));
    *stopped = end.stopped;
    return end.stopped ? VV_OK : vvi_builder_death(search->bound.guard, &end, error);
}
