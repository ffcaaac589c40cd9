/* newborn.c - a new study that is there whole, or not at all.
 *
 * What takes the place of another study is made beside it, in FOLDER.new-PID or as URL#NAME.new-PID, and put there when it is
 * whole. A failure removes what was made.
 */
#include "study/exchange.h"
#include "study/handle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- is there one already? ------------------------------------------------------------------------------------------ */

static vv_status look(const char *where, bool overwrite, bool *there, vv_error *error)
{
    vv_error why = { 0 };
    vv_study *study = NULL;
    const vv_status status = vv_study_open(where, VV_STUDY_READ, &study, &why);
    *there = status != VV_NOT_FOUND;
    const vv_status refused =
        status == VV_OK && !overwrite
            ? vvi_fail(error, VV_BAD_ARG, "%s: there is a study already; overwrite it or choose another place",
                       vv_study_path(study))
            : VV_OK;
    vv_study_close(study);
    if (refused != VV_OK) return refused;
    const bool usable = status == VV_OK || status == VV_NOT_FOUND || overwrite;
    return usable ? VV_OK : vvi_fail(error, status, "%s", why.text);
}

/* ---- filling -------------------------------------------------------------------------------------------------------- */

/* Closes it, and removes what opening it has made. */
static void discard(vv_study *study)
{
    if (study->store->remove != NULL) {
        (void)!study->store->remove(study->state, NULL); /* where it cannot be reached, an empty study stays */
    } else {
        study->store->close(study->state);
        study->state = NULL;
        if (study->folder.fresh) vvi_folder_clear(study->checkpoints);
        vvi_folder_undo(&study->folder);
    }
    vv_study_close(study);
}

/* The study in `place`, if one is named, is removed when the new one is whole. *beside: it is in a folder, and not yet there. */
static vv_status make_at(const char *where, const vvi_newborn *newborn, const char *place, bool *beside,
                         vv_error *error)
{
    vv_study *study = NULL;
    const vv_study_args args = { .where = where, .mode = VV_STUDY_WRITE, .largest_checkpoint = INT64_MAX };
    VVI_TRY(vv_study_open_with(&args, &study, error));
    vv_status status = vvi_study_batch_begin(study, error);
    if (status == VV_OK) status = vvi_study_batch_end(study, newborn->fill(newborn->context, study, error), error);
    *beside = study->store->take_place == NULL;
    if (status == VV_OK && place != NULL && !*beside)
        status = study->store->take_place(study->state, strrchr(place, '#') + 1, error);
    if (status == VV_OK)
        vv_study_close(study);
    else
        discard(study);
    return status;
}

/* ---- taking another's place ----------------------------------------------------------------------------------------- */

typedef struct moving {
    const char *to;
    vv_error *error;
    vv_status status;
} moving;

static void move_file(void *context, int id, vvi_kept kind, const char *path)
{
    (void)id, (void)kind;
    moving *m = context;
    char to[4096];
    const int n = snprintf(to, sizeof to, "%s/%s", m->to, strrchr(path, '/') + 1);
    if (m->status != VV_OK) return;
    if (n < 0 || (size_t)n >= sizeof to || rename(path, to) != 0)
        m->status = vvi_fail(m->error, VV_IO, "%s: cannot be moved to %s: %s", path, m->to, strerror(errno));
}

/* The database last: without it there is no study. */
static vv_status move_over(const vvi_folder *from, const vvi_folder *to, vv_error *error)
{
    moving m = { .to = to->checkpoints, .error = error };
    vvi_folder_checkpoints(from->checkpoints, move_file, &m);
    if (m.status == VV_OK && rename(from->database, to->database) != 0)
        m.status =
            vvi_fail(error, VV_IO, "%s: cannot be moved to %s: %s", from->database, to->database, strerror(errno));
    if (m.status != VV_OK) return m.status;
    rmdir(from->checkpoints);
    rmdir(from->path);
    return VV_OK;
}

static void remove_study(vvi_folder *folder)
{
    if (vvi_folder_begin(folder, true, NULL) == VV_OK) vvi_folder_undo(folder);
    rmdir(folder->path);
}

/* A place that cannot be had costs the new study; one that was had does not. */
static vv_status replace_folder(const char *made, const char *where, vv_error *error)
{
    vvi_folder from = { .lock_fd = -1 }, to = { .lock_fd = -1 };
    vv_status status = vvi_folder_init(&from, made, error);
    if (status == VV_OK) status = vvi_folder_init(&to, where, error);
    if (status == VV_OK) {
        status = vvi_folder_begin(&to, true, error);
        if (status == VV_OK)
            status = move_over(&from, &to, error);
        else
            remove_study(&from);
    }
    vvi_folder_deinit(&from);
    vvi_folder_deinit(&to);
    return status;
}

/* "DIR/NAME/" is "DIR/NAME". */
static vv_status make_beside(const vvi_newborn *newborn, vv_error *error)
{
    vvi_text beside = { 0 };
    bool in_folder = false;
    size_t n = strlen(newborn->where);
    while (n > 1 && newborn->where[n - 1] == '/') n--;
    vvi_text_printf(&beside, "%.*s.new-%ld", (int)n, newborn->where, (long)getpid());
    vv_status status =
        beside.failed ? vvi_no_memory(error) : make_at(beside.data, newborn, newborn->where, &in_folder, error);
    if (status == VV_OK && in_folder) status = replace_folder(beside.data, newborn->where, error);
    vvi_text_deinit(&beside);
    return status;
}

vv_status vvi_study_make(const vvi_newborn *newborn, vv_error *error)
{
    bool there = false, in_folder = false;
    VVI_TRY(look(newborn->where, newborn->overwrite, &there, error));
    return there ? make_beside(newborn, error) : make_at(newborn->where, newborn, NULL, &in_folder, error);
}
