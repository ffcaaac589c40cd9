/* postgresql_files.c - files of trials that move from machine to machine: kept in a table, in pieces of a megabyte, so that
 * neither side ever holds a whole one in memory. A file is replaced as a whole or not at all. */
#include "study/stores/postgresql.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

typedef struct transfer {
    int id, execution;
    const char *path;
} transfer;

static vv_status drop(vvi_pg *store, const transfer *t, vv_error *error)
{
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_FILE_DROP, &result, error, store->study, t->id, t->execution));
    PQclear(result);
    return VV_OK;
}

/* ---- there ------------------------------------------------------------------------------------------------------- */

/* Whoever runs a trial now, or ran it last, may leave files of it; and who writes a whole study in a batch. */
static vv_status check_fence(vvi_pg *store, const transfer *t, vv_error *error)
{
    PGresult *result = NULL;
    if (store->batch) return VV_OK;
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_FILE_FENCE, &result, error, store->study, store->worker, t->id));
    const bool mine = PQntuples(result) > 0;
    PQclear(result);
    if (mine) return VV_OK;
    return vvi_fail(error, VV_TAKEN, "%s: trial %d is another worker's now: its file is not kept", store->shown, t->id);
}

static vv_status send_pieces(vvi_pg *store, const transfer *t, FILE *file, char *piece, vv_error *error)
{
    for (int i = 0;; i++) {
        PGresult *result = NULL;
        const size_t n = fread(piece, 1, PIECE, file);
        if (ferror(file)) return vvi_fail(error, VV_IO, "%s: cannot be read: %s", t->path, strerror(errno));
        if (n == 0 && i > 0) return VV_OK; /* an empty file is one empty piece */
        VVI_TRY(
            vvi_pg_ask_once(store, VVI_PG_FILE_ADD, &result, error, store->study, t->id, t->execution, i, piece, n));
        PQclear(result);
    }
}

static vv_status put_step(vvi_pg *store, void *context, vv_error *error)
{
    const transfer *t = context;
    struct stat about;
    VVI_TRY(check_fence(store, t, error));
    VVI_TRY(drop(store, t, error));
    FILE *file = fopen(t->path, "rb");
    if (file == NULL || fstat(fileno(file), &about) != 0) {
        const vv_status status = vvi_fail(error, VV_IO, "%s: cannot be read: %s", t->path, strerror(errno));
        if (file != NULL) fclose(file);
        return status;
    }
    vv_status status = VV_OK;
    if ((uint64_t)about.st_size <= store->largest_checkpoint) {
        char *piece = vvi_malloc(PIECE);
        status = piece == NULL ? vvi_no_memory(error) : send_pieces(store, t, file, piece, error);
        vvi_free(piece);
    }
    fclose(file);
    return status;
}

vv_status vvi_pg_file_put(void *state, int id, int execution, const char *path, vv_error *error)
{
    transfer t = { .id = id, .execution = execution, .path = path };
    return vvi_pg_transact(state, true, put_step, &t, error);
}

/* ---- and back ---------------------------------------------------------------------------------------------------- */

typedef struct receiving {
    vvi_pg *store;
    const transfer *transfer;
    int n;
} receiving;

static vv_status receive_piece(const receiving *r, int piece, FILE *file, vv_error *error)
{
    PGresult *result = NULL;
    const transfer *t = r->transfer;
    VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_FILE_PIECE, &result, error, r->store->study, t->id, t->execution, piece));
    const size_t n = PQntuples(result) == 0 ? 0 : (size_t)PQgetlength(result, 0, 0);
    const bool written = PQntuples(result) > 0 && fwrite(PQgetvalue(result, 0, 0), 1, n, file) == n;
    PQclear(result);
    return written ? VV_OK : vvi_fail(error, VV_IO, "%s: cannot be written: %s", t->path, strerror(errno));
}

static vv_status write_pieces(void *context, void *file, vv_error *error)
{
    const receiving *r = context;
    for (int i = 0; i < r->n; i++) VVI_TRY(receive_piece(r, i, file, error));
    return VV_OK;
}

static vv_status get_step(vvi_pg *store, void *context, vv_error *error)
{
    const transfer *t = context;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_FILE_SIZE, &result, error, store->study, t->id, t->execution));
    receiving r = { .store = store, .transfer = t, .n = vvi_pg_int(result, 0, 0) };
    PQclear(result);
    return r.n == 0 ? VV_OK : vvi_replace_file(t->path, write_pieces, &r, error);
}

vv_status vvi_pg_file_get(void *state, int id, int execution, const char *path, vv_error *error)
{
    transfer t = { .id = id, .execution = execution, .path = path };
    if (access(path, F_OK) == 0) return VV_OK;
    return vvi_pg_transact(state, false, get_step, &t, error);
}

vv_status vvi_pg_files_keep(void *state, const int *ids, size_t n, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_FILES_KEEP, &result, error, store->study, n == 0 ? "" : (const void *)ids, n));
    PQclear(result);
    return VV_OK;
}
