/* earlier.c - a warm start: what the finished trials of another study came to is told to the oracle, as trials that were
 * before the first.
 *
 * It is copied into the study once, as the fact "earlier trials": what an oracle proposes must not depend on what becomes
 * of another folder. A trial fits when a build with its values asks for nothing else and takes every one of them; names
 * that are not asked for any more are let go. Whether a trial fits is found out anew each time, for it is a function of
 * the hypermodel and costs microseconds. The configurations count as tried.
 */
#include "search/search.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char source_fact[] = "warm start", trials_fact[] = "earlier trials";

/* ---- from another study ----------------------------------------------------------------------------------------- */

/* Objectives and what counts as kept must be the same, or scores would mean something else. */
static vv_status check_same(const vv_study *other, const char *key, const char *mine, vv_error *error)
{
    char *theirs = NULL;
    VVI_TRY(vv_study_get(other, key, &theirs, error));
    const char *stored = theirs == NULL ? "none" : theirs;
    const vv_status status = strcmp(stored, mine) == 0
                                 ? VV_OK
                                 : vvi_fail(error, VV_BAD_ARG, "warm start from %.100s: %s is %.70s there, %.70s here",
                                            vv_study_path(other), key, stored, mine);
    free(theirs);
    return status;
}

static vv_status check_objectives(const vvi_search *search, const vv_study *other, vv_error *error)
{
    vvi_text objectives = { 0 }, constraints = { 0 };
    vvi_objectives_format(&search->objectives, &objectives);
    vvi_text_printf(&constraints, "%s", search->constraints.n == 0 ? "none" : "");
    vvi_constraints_format(&search->constraints, &constraints);
    vv_status status = objectives.failed || constraints.failed ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK) status = check_same(other, "objective", objectives.data, error);
    if (status == VV_OK) status = check_same(other, "constraints", constraints.data, error);
    vvi_text_deinit(&objectives);
    vvi_text_deinit(&constraints);
    return status;
}

static void write_values(vvi_text *text, const vv_trial *trial)
{
    vvi_text_printf(text, "{");
    for (size_t i = 0; i < trial->n_values; i++) {
        const vv_assignment one = { .name = trial->values[i].name, .value = trial->values[i].value };
        vvi_text item = { 0 };
        vvi_values_write(&item, &one, 1);
        text->failed = text->failed || item.failed;
        if (!item.failed) vvi_text_printf(text, "%s%.*s", i == 0 ? "" : ", ", (int)item.n - 2, item.data + 1);
        vvi_text_deinit(&item);
    }
    vvi_text_printf(text, "}");
}

/* JSON has no infinity, and a metric that is not there exceeds its bound by that. */
static const char *finite_text(double number, char text[VVI_FORMAT_SIZE])
{
    return vvi_format_double(fmax(-DBL_MAX, fmin(number, DBL_MAX)), text);
}

static void write_trial(vvi_text *text, const vv_trial *trial)
{
    char number[VVI_FORMAT_SIZE];
    vvi_text_printf(text, "%s{\"status\": \"%s\", \"epochs\": %d, \"violation\": ", text->n == 1 ? "" : ",\n ",
                    vv_trial_status_name(trial->status), trial->epochs);
    vvi_text_printf(text, "%s", trial->violation > 0 ? finite_text(trial->violation, number) : "0");
    vvi_text_printf(text, ", \"scores\": [");
    for (size_t i = 0; i < trial->n_scores; i++)
        vvi_text_printf(text, "%s%s", i == 0 ? "" : ", ", finite_text(trial->scores[i], number));
    vvi_text_printf(text, "], \"values\": ");
    write_values(text, trial);
    vvi_text_printf(text, "}");
}

/* FAILED and PRUNED ones teach, too; others have not ended. */
static bool has_ended(const vv_trial *trial)
{
    return trial->status == VV_TRIAL_COMPLETED || trial->status == VV_TRIAL_FAILED || trial->status == VV_TRIAL_PRUNED;
}

static vv_status copy_trials(const vvi_search *search, const vv_study *other, const char *source, vv_error *error)
{
    vv_trials trials;
    vvi_text text = { 0 };
    VVI_TRY(check_objectives(search, other, error));
    VVI_TRY(vv_study_trials(other, NULL, &trials, error));
    vvi_text_printf(&text, "[");
    for (size_t i = 0; i < trials.n; i++)
        if (has_ended(&trials.list[i])) write_trial(&text, &trials.list[i]);
    vvi_text_printf(&text, "]");
    vv_trials_free(&trials);
    vv_status status = text.failed ? vvi_no_memory(error) : vv_study_set(search->study, trials_fact, text.data, error);
    if (status == VV_OK) status = vv_study_set(search->study, source_fact, source, error);
    vvi_text_deinit(&text);
    return status;
}

static bool is_same_folder(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* It then has what it needs, or was begun without. */
static bool is_begun(const vvi_search *search)
{
    vv_study *study = NULL;
    const bool there = vv_study_open(search->project, VV_STUDY_READ, &study, NULL) == VV_OK;
    vv_study_close(study);
    return there && !search->args->overwrite;
}

vv_status vvi_earlier_check(const vvi_search *search, vv_error *error)
{
    vv_study *other = NULL;
    const char *path = search->args->warm_start;
    if (path == NULL || is_begun(search)) return VV_OK;
    if (is_same_folder(path, search->project))
        return vvi_fail(error, VV_BAD_ARG, "warm start from %.200s: that is the project itself", path);
    vv_status status = vv_study_open(path, VV_STUDY_READ, &other, error);
    if (status == VV_OK) status = check_objectives(search, other, error);
    vv_study_close(other);
    return status;
}

/* Once: a study that was begun without knows its trials to have been proposed without. `shown`: the place without a
 * password, which is what is kept of it. */
static vv_status import_from(const vvi_search *search, const char *shown, size_t n_trials, vv_error *error)
{
    char *source = NULL;
    vv_study *other = NULL;
    VVI_TRY(vv_study_get(search->study, source_fact, &source, error));
    const bool there = source != NULL, same = there && strcmp(source, shown) == 0;
    free(source);
    if (same) return VV_OK;
    if (there || n_trials > 0)
        return vvi_fail(error, VV_MISMATCH,
                        "%s: it was begun %s, here with a warm start from %.120s; overwrite it or "
                        "choose another project",
                        vv_study_path(search->study), there ? "with another warm start" : "without a warm start",
                        shown);
    VVI_TRY(vv_study_open(search->args->warm_start, VV_STUDY_READ, &other, error));
    const vv_status status = copy_trials(search, other, shown, error);
    vv_study_close(other);
    return status;
}

static vv_status import(const vvi_search *search, size_t n_trials, vv_error *error)
{
    if (search->args->warm_start == NULL) return VV_OK;
    char *shown = vvi_pg_show(search->args->warm_start);
    const vv_status status = shown == NULL ? vvi_no_memory(error) : import_from(search, shown, n_trials, error);
    vvi_free(shown);
    return status;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static vv_status take_trial(const vvi_search *search, const json_t *json, vvi_earlier *earlier, vv_error *error)
{
    static const char what[] = "earlier trial";
    vvi_earlier_trial *trial = &earlier->list[earlier->n];
    const json_t *scores = json_object_get(json, "scores");
    const char *status = json_string_value(json_object_get(json, "status"));
    trial->status = VV_TRIAL_FAILED;
    for (int i = VV_TRIAL_RUNNING; status != NULL && i <= VV_TRIAL_WAITING; i++)
        if (strcmp(vv_trial_status_name((vv_trial_status)i), status) == 0) trial->status = (vv_trial_status)i;
    trial->epochs = (int)json_integer_value(json_object_get(json, "epochs"));
    trial->violation = json_number_value(json_object_get(json, "violation"));
    if (json_array_size(scores) == search->objectives.n) {
        double *list = vvi_arena_alloc(&earlier->arena, search->objectives.n * sizeof *list);
        if (list == NULL) return vvi_no_memory(error);
        for (size_t i = 0; i < search->objectives.n; i++) list[i] = json_number_value(json_array_get(scores, i));
        trial->scores = list;
    }
    earlier->n++;
    return vvi_values_read(json_object_get(json, "values"), what, &earlier->arena, &trial->values, &trial->n_values,
                           error);
}

static vv_status take_all(const vvi_search *search, const char *text, vvi_earlier *earlier, vv_error *error)
{
    json_error_t where;
    json_t *root = json_loads(text, 0, &where);
    vv_status status = json_is_array(root)
                           ? VV_OK
                           : vvi_fail(error, VV_DATABASE, "%s: the database is damaged: the fact \"%s\"",
                                      vv_study_path(search->study), trials_fact);
    const size_t n = json_array_size(root);
    earlier->list = vvi_arena_alloc(&earlier->arena, (n + 1) * sizeof *earlier->list);
    if (earlier->list == NULL) status = vvi_no_memory(error);
    for (size_t i = 0; status == VV_OK && i < n; i++)
        status = take_trial(search, json_array_get(root, i), earlier, error);
    json_decref(root);
    return status;
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

typedef struct fitting {
    const vvi_earlier_trial *trial;
    bool misfit;
} fitting;

static bool choose_earlier(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    fitting *f = context;
    for (size_t i = 0; i < f->trial->n_values; i++)
        if (strcmp(f->trial->values[i].name, name) == 0 && vvi_value_fit(domain, f->trial->values[i].value, value))
            return true;
    f->misfit = true;
    return false;
}

static vv_status tell_build(const vvi_earlier_trial *trial, const vv_hp *hp, vv_oracle *oracle, int id, vv_error *error)
{
    VVI_TRY(vv_oracle_begin(oracle, hp, error));
    const vv_past_trial past = { .id = id,
                                 .status = trial->status,
                                 .scores = trial->scores,
                                 .violation = trial->violation,
                                 .epochs = trial->epochs };
    return vv_oracle_tell(oracle, &past, error);
}

vv_status vvi_earlier_tell(const vvi_search *search, vv_oracle *oracle, int *n, vv_error *error)
{
    const vv_builder builder = vvi_bound_builder(&search->bound);
    const vvi_earlier *earlier = search->earlier;
    vvi_build build = { 0 };
    vv_status status = VV_OK;
    *n = 0;
    for (size_t i = 0; earlier != NULL && status == VV_OK && i < earlier->n; i++) {
        fitting f = { .trial = &earlier->list[i] };
        const vv_chooser chooser = { choose_earlier, &f };
        status = vvi_build_run(&builder, &chooser, &build, error);
        const bool fits =
            status == VV_OK && build.buildable && !f.misfit && !vvi_past_contains(vv_oracle_past(oracle), build.hp);
        if (fits) status = tell_build(f.trial, build.hp, oracle, (*n)++, error);
    }
    vvi_build_deinit(&build);
    return status;
}

/* ---- with a study ----------------------------------------------------------------------------------------------- */

static int count_child(void *context, int fd)
{
    vvi_search *search = context;
    vv_error error = { 0 };
    vvi_text payload = { 0 };
    vv_oracle *oracle = NULL;
    int n = 0;
    vvi_guard_begin(&search->bound);
    vv_oracle_args args = vvi_search_oracle_args(search);
    args.builder = vvi_bound_builder(&search->bound);
    vv_status status = vv_oracle_open(&args, &oracle, &error);
    if (status == VV_OK) status = vvi_earlier_tell(search, oracle, &n, &error);
    vv_oracle_close(oracle);
    vvi_put_int(&payload, n);
    if (status != VV_OK) vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    return vvi_record_send(fd, VVI_RECORD_DONE, &payload) ? 0 : 1;
}

static vv_status take_count(void *context, vvi_record *record, vv_error *error)
{
    (void)error;
    vvi_search *search = context;
    if (record->kind == VVI_RECORD_DONE) search->earlier->fit = vvi_get_count(record);
    return VV_OK;
}

static vv_status count_fits(vvi_search *search, vv_error *error)
{
    vvi_job_end end;
    const vvi_job job = { .child = count_child, .context = search, .take = take_count, .guard = search->bound.guard };
    if (search->earlier->n == 0) return VV_OK;
    VVI_TRY(vvi_job_run(&job, &end, error));
    return vvi_builder_death(search->bound.guard, &end, error);
}

vv_status vvi_earlier_open(vvi_search *search, size_t n_trials, vv_error *error)
{
    char *text = NULL;
    search->earlier = vvi_calloc(1, sizeof *search->earlier);
    if (search->earlier == NULL) return vvi_no_memory(error);
    VVI_TRY(import(search, n_trials, error));
    VVI_TRY(vv_study_get(search->study, trials_fact, &text, error));
    vv_status status = text == NULL ? VV_OK : take_all(search, text, search->earlier, error);
    free(text);
    return status == VV_OK ? count_fits(search, error) : status;
}

void vvi_earlier_close(vvi_search *search)
{
    if (search->earlier == NULL) return;
    vvi_arena_deinit(&search->earlier->arena);
    vvi_free(search->earlier);
    search->earlier = NULL;
}
