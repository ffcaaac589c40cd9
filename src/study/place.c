/* place.c - where studies are: a text leads to a store. Opening and closing them, and which there are.
 *
 * Invariants:
 *   - An open that fails leaves nothing new behind, and everything else as it was.
 *   - A study that is closed holds no trials: they are given back. If that cannot be written, their leases lapse.
 *   - A text that is shown has no password in it.
 */
#include "study/handle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first whose prefix fits. */
static const struct {
    const char *prefix, *name;
    const vvi_store_row *store; /* NULL: this build has none */
} places[] = {
    { "postgresql://", "PostgreSQL", NULL },
    { "postgres://", "PostgreSQL", NULL },
    { "", "a folder", &vvi_store_sqlite },
};

static vv_status find_store(const char *where, const vvi_store_row **store, vv_error *error)
{
    size_t i = 0;
    if (where == NULL || where[0] == '\0') return vvi_fail(error, VV_BAD_ARG, "the path of a study is empty");
    while (strncmp(where, places[i].prefix, strlen(places[i].prefix)) != 0) i++;
    *store = places[i].store;
    if (*store != NULL) return VV_OK;
    return vvi_fail(error, VV_UNSUPPORTED, "%s...: this program was built without %s", places[i].prefix,
                    places[i].name);
}

/* ---- open, close --------------------------------------------------------------------------------------------------- */

static vv_status begin_writing(vv_study *study, vv_error *error)
{
    VVI_TRY(vvi_folder_begin(&study->folder, study->how.mode == VV_STUDY_OVERWRITE, error));
    const vv_status status = study->store->open(&study->how, &study->state, error);
    if (status != VV_OK) vvi_folder_undo(&study->folder);
    return status;
}

static vv_status begin_reading(vv_study *study, vv_error *error)
{
    if (access(study->folder.database, F_OK) != 0)
        return vvi_fail(error, VV_NOT_FOUND, "%s: no study there (no file %s)", study->shown, study->folder.database);
    return study->store->open(&study->how, &study->state, error);
}

static vv_status open_folder(vv_study *study, const char *where, vv_error *error)
{
    VVI_TRY(vvi_folder_init(&study->folder, where, error));
    study->shown = vvi_strdup(where);
    study->checkpoints = vvi_strdup(study->folder.checkpoints);
    if (study->shown == NULL || study->checkpoints == NULL) return vvi_no_memory(error);
    study->how.where = study->folder.database;
    study->how.shown = study->shown;
    return study->write ? begin_writing(study, error) : begin_reading(study, error);
}

static vv_status open_study(vv_study *study, const vv_study_args *args, vv_error *error)
{
    enum { LEASE_S = 60, LARGEST = 64 << 20 };
    VVI_TRY(find_store(args->where, &study->store, error));
    VVI_TRY(vvi_worker_name(study->worker, sizeof study->worker, error));
    study->write = args->mode != VV_STUDY_READ;
    study->how = (vvi_store_args){ .mode = args->mode, .worker = study->worker };
    study->how.lease_s = args->lease_s > 0 ? args->lease_s : LEASE_S;
    study->how.largest_checkpoint = args->largest_checkpoint > 0 ? args->largest_checkpoint : LARGEST;
    return open_folder(study, args->where, error);
}

vv_status vv_study_open_with(const vv_study_args *args, vv_study **study, vv_error *error)
{
    *study = NULL;
    vv_study *opened = vvi_calloc(1, sizeof *opened);
    if (opened == NULL) return vvi_no_memory(error);
    opened->folder.lock_fd = -1;
    const vv_status status = open_study(opened, args, error);
    if (status == VV_OK)
        *study = opened;
    else
        vv_study_close(opened);
    return status;
}

vv_status vv_study_open(const char *where, vv_study_mode mode, vv_study **study, vv_error *error)
{
    return vv_study_open_with(&(vv_study_args){ .where = where, .mode = mode }, study, error);
}

void vv_study_close(vv_study *study)
{
    if (study == NULL) return;
    if (study->write && study->state != NULL) study->store->release(study->state);
    if (study->store != NULL) study->store->close(study->state);
    vvi_folder_deinit(&study->folder);
    vvi_free(study->shown);
    vvi_free(study->checkpoints);
    vvi_free(study);
}

const char *vv_study_path(const vv_study *study)
{
    return study->shown;
}

vv_status vvi_study_check_writer(const vv_study *study, vv_error *error)
{
    if (study->write) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: opened for reading", study->shown);
}

/* ---- around a fork ------------------------------------------------------------------------------------------------- */

void vvi_study_detach(vv_study *study)
{
    study->store->close(study->state);
    study->state = NULL;
}

vv_status vvi_study_attach(vv_study *study, vv_error *error)
{
    vvi_store_args how = study->how;
    if (study->write) how.mode = VV_STUDY_WRITE;
    how.again = true;
    return study->store->open(&how, &study->state, error);
}

/* ---- which there are ----------------------------------------------------------------------------------------------- */

vv_status vv_studies(const char *where, vv_names *names, vv_error *error)
{
    const vvi_store_row *store = NULL;
    *names = (vv_names){ .n = 0 };
    VVI_TRY(find_store(where, &store, error));
    vvi_arena *arena = vvi_calloc(1, sizeof *arena);
    if (arena == NULL) return vvi_no_memory(error);
    names->memory = arena;
    const vv_status status = store->studies(where, arena, names, error);
    if (status != VV_OK) vv_names_free(names);
    return status;
}

void vv_names_free(vv_names *names)
{
    if (names == NULL || names->memory == NULL) return;
    vvi_arena_deinit(names->memory);
    vvi_free(names->memory);
    *names = (vv_names){ .n = 0 };
}
