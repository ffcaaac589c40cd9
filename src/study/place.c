/* place.c - where studies are: a text leads to a store. Opening and closing them, and which there are.
 *
 * Invariants:
 *   - An open that fails leaves nothing new behind, and everything else as it was.
 *   - A study that is closed holds no trials: they are given back. If that cannot be written, their leases lapse.
 *   - A text that is shown has no password in it.
 */
#include "study/handle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first whose prefix fits. */
static const struct {
    const char *prefix;
    const vvi_store_row *store;
} places[] = {
    { "postgresql://", &vvi_store_postgresql },
    { "postgres://", &vvi_store_postgresql },
    { "", &vvi_store_sqlite },
};

static vv_status find_store(const char *where, const vvi_store_row **store, vv_error *error)
{
    size_t i = 0;
    if (where == NULL || where[0] == '\0') return vvi_fail(error, VV_BAD_ARG, "the path of a study is empty");
    while (strncmp(where, places[i].prefix, strlen(places[i].prefix)) != 0) i++;
    *store = places[i].store;
    return VV_OK;
}

bool vvi_place_is_database(const char *where)
{
    size_t i = 0;
    while (strncmp(where, places[i].prefix, strlen(places[i].prefix)) != 0) i++;
    return places[i].prefix[0] != '\0';
}

int vvi_place_join(const char *place, const char *name, char *where, size_t size)
{
    return snprintf(where, size, "%s%s%s", place, vvi_place_is_database(place) ? "#" : "/", name);
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

/* ---- in a database -------------------------------------------------------------------------------------------------- */

/* Files of trials lie in a folder that all workers see, or in one of this handle's own, from which they are copied to the
 * database and back. Readers have such a folder only when something is put into it. */
static vv_status choose_checkpoints(vv_study *study, const char *given, vv_error *error)
{
    const char *temporary = getenv("TMPDIR");
    vvi_text path = { 0 };
    if (given != NULL)
        vvi_text_printf(&path, "%s", given);
    else
        vvi_text_printf(&path, "%s/varve-%s", temporary != NULL && *temporary != '\0' ? temporary : "/tmp",
                        study->worker);
    study->checkpoints = path.failed ? NULL : path.data;
    study->moves = given == NULL;
    if (path.failed) {
        vvi_text_deinit(&path);
        return vvi_no_memory(error);
    }
    if (!study->write) return VV_OK;
    if (study->moves && mkdir(study->checkpoints, 0700) != 0)
        return vvi_fail(error, VV_IO, "%s: cannot be made: %s", study->checkpoints, strerror(errno));
    if (given != NULL && study->how.mode == VV_STUDY_OVERWRITE) vvi_folder_clear(given);
    return study->moves ? VV_OK : vvi_make_directories(study->checkpoints, error);
}

/* "URL#NAME": the URL without it, and as it may be shown. */
static vv_status split_url(vv_study *study, const char *where, vv_error *error)
{
    const char *name = strrchr(where, '#');
    char *shown = vvi_pg_show(where);
    study->url = vvi_strdup(where);
    study->shown = shown;
    if (shown == NULL || study->url == NULL) return vvi_no_memory(error);
    if (name == NULL || name[1] == '\0')
        return vvi_fail(error, VV_BAD_ARG, "%s: the name of the study is missing: postgresql://HOST/DATABASE#NAME",
                        shown);
    study->url[name - where] = '\0';
    study->how.where = study->url;
    study->how.study = study->url + (name - where) + 1;
    study->how.shown = shown;
    return VV_OK;
}

static vv_status open_database(vv_study *study, const vv_study_args *args, vv_error *error)
{
    VVI_TRY(split_url(study, args->where, error));
    VVI_TRY(study->store->open(&study->how, &study->state, error));
    return choose_checkpoints(study, args->checkpoints, error);
}

/* What lies in a folder of the handle's own is in the database, too. */
static void remove_own_files(const vv_study *study)
{
    vvi_folder_clear(study->checkpoints);
    rmdir(study->checkpoints);
}

static vv_status open_study(vv_study *study, const vv_study_args *args, bool requests, vv_error *error)
{
    enum { LEASE_S = 60, LARGEST = 64 << 20 };
    VVI_TRY(find_store(args->where, &study->store, error));
    VVI_TRY(vvi_worker_name(study->worker, sizeof study->worker, error));
    study->write = args->mode != VV_STUDY_READ;
    study->how = (vvi_store_args){ .mode = args->mode, .worker = study->worker, .requests = requests };
    study->how.lease_s = args->lease_s > 0 ? args->lease_s : LEASE_S;
    study->how.largest_checkpoint = args->largest_checkpoint > 0 ? args->largest_checkpoint : LARGEST;
    return study->store->shared ? open_database(study, args, error) : open_folder(study, args->where, error);
}

static vv_status open_handle(const vv_study_args *args, bool requests, vv_study **study, vv_error *error)
{
    *study = NULL;
    vv_study *opened = vvi_calloc(1, sizeof *opened);
    if (opened == NULL) return vvi_no_memory(error);
    opened->folder.lock_fd = -1;
    const vv_status status = open_study(opened, args, requests, error);
    if (status == VV_OK)
        *study = opened;
    else
        vv_study_close(opened);
    return status;
}

vv_status vv_study_open_with(const vv_study_args *args, vv_study **study, vv_error *error)
{
    return open_handle(args, false, study, error);
}

vv_status vvi_study_open_for_requests(const char *where, vv_study **study, vv_error *error)
{
    return open_handle(&(vv_study_args){ .where = where, .mode = VV_STUDY_READ }, true, study, error);
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
    if (study->moves && study->checkpoints != NULL) remove_own_files(study);
    vvi_folder_deinit(&study->folder);
    vvi_free(study->url);
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

/* A connection to a server may be carried into a child that lets it alone; closing it would give up the turn to propose. */
void vvi_study_detach(vv_study *study)
{
    if (study->store->shared) return;
    study->store->close(study->state);
    study->state = NULL;
}

vv_status vvi_study_attach(vv_study *study, vv_error *error)
{
    if (study->state != NULL) return VV_OK;
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
