/* worker.c - a study's workers: their names, heartbeats, who proposes, what is new; calls as a batch; how a study stands.
 *
 * What stores that nobody shares do not have (proposing in turn, an ear, copies of files) is here nothing to be done.
 */
#include "study/handle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Host and process id alone may come again: after a restart, in containers. */
vv_status vvi_worker_name(char *name, size_t size, vv_error *error)
{
    uint64_t random = 0;
    char host[64] = "";
    FILE *file = fopen("/dev/urandom", "rb");
    const bool drawn = file != NULL && fread(&random, sizeof random, 1, file) == 1;
    if (file != NULL) fclose(file);
    if (!drawn) return vvi_fail(error, VV_IO, "/dev/urandom: cannot be read");
    if (gethostname(host, sizeof host) != 0 || memchr(host, '\0', sizeof host) == NULL) host[sizeof host - 1] = '\0';
    snprintf(name, size, "%s-%ld-%016" PRIx64, host, (long)getpid(), random);
    return VV_OK;
}

vv_status vvi_study_beat(vv_study *study, const vvi_beat *beat, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->beat(study->state, beat, error);
}

vv_status vv_study_workers(const vv_study *study, vv_workers *workers, vv_error *error)
{
    *workers = (vv_workers){ .n = 0 };
    vvi_arena *arena = vvi_calloc(1, sizeof *arena);
    if (arena == NULL) return vvi_no_memory(error);
    workers->memory = arena;
    const vv_status status = study->store->workers(study->state, arena, workers, error);
    if (status != VV_OK) vv_workers_free(workers);
    return status;
}

void vv_workers_free(vv_workers *workers)
{
    if (workers == NULL || workers->memory == NULL) return;
    vvi_arena_deinit(workers->memory);
    vvi_free(workers->memory);
    *workers = (vv_workers){ .n = 0 };
}

/* ---- among others ---------------------------------------------------------------------------------------------------- */

const char *vvi_study_worker(const vv_study *study)
{
    return study->worker;
}

bool vvi_study_is_shared(const vv_study *study)
{
    return study->store->shared;
}

vv_status vvi_study_propose_begin(vv_study *study, bool *mine, vv_error *error)
{
    *mine = true;
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->propose_begin == NULL ? VV_OK : study->store->propose_begin(study->state, mine, error);
}

void vvi_study_propose_end(vv_study *study)
{
    if (study->store->propose_end != NULL) study->store->propose_end(study->state);
}

int vvi_study_ear(const vv_study *study)
{
    return study->store->ear == NULL ? -1 : study->store->ear(study->state);
}

vv_status vvi_study_hear(vv_study *study, vv_error *error)
{
    return study->store->hear == NULL ? VV_OK : study->store->hear(study->state, error);
}

/* ---- a batch, how it stands ------------------------------------------------------------------------------------------ */

vv_status vvi_study_batch_begin(vv_study *study, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->batch_begin(study->state, error);
}

vv_status vvi_study_batch_end(vv_study *study, vv_status status, vv_error *error)
{
    return study->store->batch_end(study->state, status, error);
}

vv_status vvi_study_standing(const vv_study *study, const vvi_standing_query *query, vvi_stand *standing,
                             vv_error *error)
{
    return study->store->standing(study->state, query, standing, error);
}

vv_status vv_study_counts(const vv_study *study, vv_counts *counts, vv_error *error)
{
    return study->store->counts(study->state, counts, error);
}

vv_status vvi_study_is_live(const vv_study *study, bool *live, vv_error *error)
{
    vv_workers workers = { .n = 0 };
    *live = false;
    VVI_TRY(vv_study_workers(study, &workers, error));
    for (size_t i = 0; i < workers.n; i++) *live = *live || workers.list[i].live;
    vv_workers_free(&workers);
    return VV_OK;
}

/* ---- files that move ------------------------------------------------------------------------------------------------- */

vv_status vvi_study_file_path(const vv_study *study, int id, int execution, char path[VVI_FILE_PATH_SIZE],
                              vv_error *error)
{
    const int n = execution < 0 ? vv_study_checkpoint_path(study, id, path, VVI_FILE_PATH_SIZE)
                                : vv_study_state_path(study, id, execution, path, VVI_FILE_PATH_SIZE);
    if (n >= 0 && n < VVI_FILE_PATH_SIZE) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", study->shown);
}

vv_status vvi_study_file_put(vv_study *study, int id, int execution, vv_error *error)
{
    char path[VVI_FILE_PATH_SIZE];
    if (!study->moves) return VV_OK;
    VVI_TRY(vvi_study_file_path(study, id, execution, path, error));
    return study->store->file_put(study->state, id, execution, path, error);
}

vv_status vvi_study_file_get(const vv_study *study, int id, int execution, vv_error *error)
{
    char path[VVI_FILE_PATH_SIZE];
    if (!study->moves) return VV_OK;
    VVI_TRY(vvi_make_directories(study->checkpoints, error));
    VVI_TRY(vvi_study_file_path(study, id, execution, path, error));
    return study->store->file_get(study->state, id, execution, path, error);
}
