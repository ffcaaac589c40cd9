/* exchange.c - copies of studies, and studies of Keras Tuner.
 *
 * A trial is written with one call, as it was read. What another worker runs is nobody's in the copy: INTERRUPTED, with all
 * that it had reported. Requests do not travel: they were made of those who work at the study that is copied, and what came of
 * them is in its trials. Files are copied after their trial, whatever they are: weights, and the states that a training that
 * is not over goes on from.
 */
#include "study/exchange.h"

#include "study/handle.h"
#include "study/import/keras_tuner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PAGE = 32, WEIGHTS = -1 };

typedef struct copying {
    vv_study *from;
    vvi_exchanged *exchanged;
} copying;

/* ---- files ---------------------------------------------------------------------------------------------------------- */

static vv_status copy_bytes(void *context, void *file, vv_error *error)
{
    FILE *in = context;
    char bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
        if (fwrite(bytes, 1, n, file) < n) return vvi_fail(error, VV_IO, "a copy cannot be written");
    return ferror(in) ? vvi_fail(error, VV_IO, "a file to be copied cannot be read") : VV_OK;
}

static vv_status copy_file(copying *c, vv_study *to, int id, int execution, vv_error *error)
{
    char source[VVI_FILE_PATH_SIZE], target[VVI_FILE_PATH_SIZE];
    VVI_TRY(vvi_study_file_get(c->from, id, execution, error));
    VVI_TRY(vvi_study_file_path(c->from, id, execution, source, error));
    VVI_TRY(vvi_study_file_path(to, id, execution, target, error));
    FILE *in = fopen(source, "rb");
    if (in == NULL && errno == ENOENT) return VV_OK;
    if (in == NULL) return vvi_fail(error, VV_IO, "%s: %s", source, strerror(errno));
    const vv_status status = vvi_replace_file(target, copy_bytes, in, error);
    fclose(in);
    if (status != VV_OK) return status;
    c->exchanged->files++;
    return vvi_study_file_put(to, id, execution, error);
}

/* Executions that have reported may have a state, and the one after them. */
static int count_executions(const vv_trial *trial)
{
    int n = (int)trial->n_executions;
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution >= n) n = trial->curves[i].execution + 1;
    return n + 1;
}

static bool is_final(const vv_trial *trial)
{
    return trial->status == VV_TRIAL_COMPLETED || trial->status == VV_TRIAL_FAILED || trial->status == VV_TRIAL_PRUNED;
}

static vv_status copy_files(copying *c, vv_study *to, const vv_trial *trial, vv_error *error)
{
    const int executions = is_final(trial) ? 0 : count_executions(trial);
    for (int i = WEIGHTS; i < executions; i++) VVI_TRY(copy_file(c, to, trial->id, i, error));
    return VV_OK;
}

/* ---- trials --------------------------------------------------------------------------------------------------------- */

static vv_status copy_trial(copying *c, vv_study *to, const vv_trial *trial, vv_error *error)
{
    vv_trial copied = *trial;
    if (trial->status == VV_TRIAL_RUNNING && trial->worker != NULL) {
        copied.status = VV_TRIAL_INTERRUPTED;
        copied.reason = "it was running when it was copied";
    }
    VVI_TRY(to->store->trial_put(to->state, &copied, error));
    c->exchanged->trials++;
    return copy_files(c, to, trial, error);
}

static vv_status copy_trials(copying *c, vv_study *to, vv_error *error)
{
    vv_status status = VV_OK;
    bool more = true;
    for (int from = 0; status == VV_OK && more;) {
        vv_trials page = { .n = 0 };
        status =
            vv_study_trials(c->from, &(vv_trials_args){ .from = from, .limit = PAGE, .curves = true }, &page, error);
        for (size_t i = 0; status == VV_OK && i < page.n; i++) status = copy_trial(c, to, &page.list[i], error);
        more = page.n == PAGE;
        from += (int)page.n; /* numbers have no gaps */
        vv_trials_free(&page);
    }
    return status;
}

static vv_status copy_rest(const copying *c, vv_study *to, vvi_arena *arena, vv_error *error)
{
    vvi_study_facts facts;
    const vv_refusal *refusals = NULL;
    size_t n = 0;
    VVI_TRY(c->from->store->facts(c->from->state, arena, &facts, error));
    for (size_t i = 0; i < facts.n; i++) VVI_TRY(vv_study_set(to, facts.list[i].key, facts.list[i].text, error));
    VVI_TRY(c->from->store->all_refusals(c->from->state, arena, &refusals, &n, error));
    for (size_t i = 0; i < n; i++) VVI_TRY(to->store->refusal_put(to->state, &refusals[i], error));
    return VV_OK;
}

static vv_status fill_copy(void *context, vv_study *to, vv_error *error)
{
    copying *c = context;
    vvi_arena arena = { 0 };
    vv_status status = copy_rest(c, to, &arena, error);
    vvi_arena_deinit(&arena);
    return status == VV_OK ? copy_trials(c, to, error) : status;
}

/* Whatever it is called. */
static bool is_itself(const vv_study *from, const char *to)
{
    struct stat x, y;
    return from->folder.path != NULL && stat(from->folder.path, &x) == 0 && stat(to, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

vv_status vvi_study_copy(const vvi_exchange_args *args, vvi_exchanged *exchanged, vv_error *error)
{
    copying c = { .exchanged = exchanged };
    *exchanged = (vvi_exchanged){ .trials = 0 };
    if (strcmp(args->from, args->to) == 0) return vvi_fail(error, VV_BAD_ARG, "a study cannot be copied over itself");
    VVI_TRY(vv_study_open(args->from, VV_STUDY_READ, &c.from, error));
    const vvi_newborn newborn = { .where = args->to, .overwrite = args->overwrite, .fill = fill_copy, .context = &c };
    const vv_status status = is_itself(c.from, args->to)
                                 ? vvi_fail(error, VV_BAD_ARG, "%s: cannot be copied over itself", args->to)
                                 : vvi_study_make(&newborn, error);
    vv_study_close(c.from);
    return status;
}

/* ---- Keras Tuner ---------------------------------------------------------------------------------------------------- */

typedef struct importing {
    const vvi_exchange_args *args;
    vvi_keras_project project;
    vvi_exchanged *exchanged;
} importing;

static vv_status fill_import(void *context, vv_study *to, vv_error *error)
{
    importing *m = context;
    char objective[sizeof m->project.objective.name + 8];
    vvi_objective_format(&m->project.objective, objective, sizeof objective);
    VVI_TRY(vv_study_set(to, "objective", objective, error));
    VVI_TRY(vv_study_set(to, "constraints", "none", error));
    VVI_TRY(vv_study_set(to, "imported from", m->args->from, error));
    for (size_t i = 0; i < m->project.n; i++)
        VVI_TRY(to->store->trial_put(to->state, &m->project.list[i].trial, error));
    m->exchanged->trials = (int)m->project.n;
    return VV_OK;
}

vv_status vvi_study_import_keras_tuner(const vvi_exchange_args *args, vvi_exchanged *exchanged, vv_error *error)
{
    importing m = { .args = args, .exchanged = exchanged };
    *exchanged = (vvi_exchanged){ .trials = 0 };
    vv_status status = vvi_keras_project_read(args->from, args->objective, &m.project, error);
    const vvi_newborn newborn = { .where = args->to, .overwrite = args->overwrite, .fill = fill_import, .context = &m };
    if (status == VV_OK) status = vvi_study_make(&newborn, error);
    vvi_keras_project_deinit(&m.project);
    return status;
}
