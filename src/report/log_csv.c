/* log_csv.c - a row for each epoch: trial, execution, epoch (all from 0), seconds, then a column for each metric, then others.
 *
 * The metrics of the first epoch are columns; what reports further ones later has them in the last column, as
 * "name=number;name=number", so that every row has the same cells and nothing is lost. A file that is there is gone on with, by
 * its own columns. Rows are appended whole, by any number of workers (append.c); an epoch that is trained anew, after a trial
 * failed, has another row.
 */
#include "report/csv.h"
#include "report/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, HEAD_SIZE = 1 << 16 };

static const char *const before[] = { "trial", "execution", "epoch", "seconds" };
static const char others[] = "others";
enum { BEFORE = sizeof before / sizeof before[0] };

typedef struct csv_log {
    vvi_append file;
    char path[PATH_SIZE];
    vvi_arena arena;
    const char **metrics; /* n columns; NULL: the file has no head that is known */
    size_t n;
} csv_log;

/* ---- the head --------------------------------------------------------------------------------------------------- */

static vv_status add_column(csv_log *log, const char *name, vv_error *error)
{
    if (!vvi_arena_reserve(&log->arena, &log->metrics, log->n, sizeof *log->metrics)) return vvi_no_memory(error);
    log->metrics[log->n] = vvi_arena_strdup(&log->arena, name);
    return log->metrics[log->n++] == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status refuse(const csv_log *log, vv_error *error)
{
    return vvi_fail(error, VV_BAD_ARG, "%s: is there, and is no log of epochs", log->path);
}

/* Its columns, but for the first ones and the last, are metrics. */
static vv_status take_head(csv_log *log, const char *head, vv_error *error)
{
    bool last = false;
    for (size_t i = 0; !last; i++) {
        const char *cell = vvi_csv_cell_read(&head, &log->arena, &last);
        if (cell == NULL) return vvi_no_memory(error);
        if (i < BEFORE ? strcmp(cell, before[i]) != 0 || last : last && strcmp(cell, others) != 0)
            return refuse(log, error);
        if (i >= BEFORE && !last) VVI_TRY(add_column(log, cell, error));
    }
    return VV_OK;
}

static vv_status read_head(csv_log *log, vv_error *error)
{
    char *head = vvi_arena_alloc(&log->arena, HEAD_SIZE + 1);
    if (head == NULL) return vvi_no_memory(error);
    const ssize_t n = pread(log->file.fd, head, HEAD_SIZE, 0);
    if (n < 0) return vvi_fail(error, VV_IO, "%s: %s", log->path, strerror(errno));
    head[n] = '\0';
    return take_head(log, head, error);
}

static bool ends_a_line(const csv_log *log, off_t end)
{
    char byte = 0;
    return end == 0 || (pread(log->file.fd, &byte, 1, end - 1) == 1 && byte == '\n');
}

/* A row that a power loss has cut off goes. */
static vv_status mend_end(const csv_log *log, off_t size, vv_error *error)
{
    off_t end = size;
    while (!ends_a_line(log, end)) end--;
    if (end == size || ftruncate(log->file.fd, end) == 0) return VV_OK;
    return vvi_fail(error, VV_IO, "%s: %s", log->path, strerror(errno));
}

static vv_status look(csv_log *log, off_t *size, vv_error *error)
{
    struct stat info;
    if (fstat(log->file.fd, &info) != 0) return vvi_fail(error, VV_IO, "%s: %s", log->path, strerror(errno));
    *size = info.st_size;
    return VV_OK;
}

/* A file that was there: only if it is ours is it changed. */
static vv_status begin_with_file(csv_log *log, vv_error *error)
{
    off_t size = 0;
    VVI_TRY(look(log, &size, error));
    if (size == 0) return VV_OK;
    VVI_TRY(read_head(log, error));
    return mend_end(log, size, error);
}

static vv_status write_line(csv_log *log, vvi_text *line, vv_error *error)
{
    vvi_text_add(line, "\r\n", 2);
    const vv_status status =
        line->failed ? vvi_no_memory(error) : vvi_append_write(&log->file, line->data, line->n, log->path, error);
    vvi_text_deinit(line);
    return status;
}

static vv_status write_head(csv_log *log, const vv_event *e, vv_error *error)
{
    vvi_text line = { 0 };
    for (size_t i = 0; i < BEFORE; i++) vvi_text_printf(&line, "%s,", before[i]);
    for (size_t i = 0; i < e->n_metrics; i++) {
        vvi_csv_cell_add(&line, e->metrics[i]);
        vvi_text_add(&line, ",", 1);
    }
    vvi_text_printf(&line, "%s", others);
    return write_line(log, &line, error);
}

/* Whoever has the first epoch of all writes the head; others read it. */
static vv_status settle_head(csv_log *log, const vv_event *e, vv_error *error)
{
    off_t size = 0;
    vvi_append_lock(&log->file);
    vv_status status = look(log, &size, error);
    if (status == VV_OK && size == 0) status = write_head(log, e, error);
    if (status == VV_OK) status = read_head(log, error);
    vvi_append_unlock(&log->file);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static bool is_column(const csv_log *log, const char *metric)
{
    size_t i = 0;
    while (i < log->n && strcmp(log->metrics[i], metric) != 0) i++;
    return i < log->n;
}

static void add_metrics(const csv_log *log, const vv_event *e, vvi_text *line)
{
    for (size_t i = 0; i < log->n; i++) {
        vvi_text_add(line, ",", 1);
        for (size_t k = 0; k < e->n_metrics; k++)
            if (strcmp(e->metrics[k], log->metrics[i]) == 0) {
                vvi_csv_number_add(line, e->values[k]);
                break;
            }
    }
}

static void add_others(const csv_log *log, const vv_event *e, vvi_text *line)
{
    vvi_text cell = { 0 };
    char number[VVI_FORMAT_SIZE];
    for (size_t k = 0; k < e->n_metrics; k++)
        if (!is_column(log, e->metrics[k]))
            vvi_text_printf(&cell, "%s%s=%s", cell.n == 0 ? "" : ";", e->metrics[k],
                            vvi_format_double(e->values[k], number));
    vvi_text_add(line, ",", 1);
    if (cell.n > 0) vvi_csv_cell_add(line, cell.data);
    line->failed = line->failed || cell.failed;
    vvi_text_deinit(&cell);
}

static vv_status take(void *state, const vv_event *e, vv_error *error)
{
    csv_log *log = state;
    vvi_text line = { 0 };
    if (e->kind != VV_EVENT_EPOCH) return VV_OK;
    if (log->metrics == NULL) VVI_TRY(settle_head(log, e, error));
    vvi_text_printf(&line, "%d,%d,%d,", e->trial->id, e->execution, e->epoch);
    vvi_csv_number_add(&line, e->seconds);
    add_metrics(log, e, &line);
    add_others(log, e, &line);
    return write_line(log, &line, error);
}

/* ---- the log ---------------------------------------------------------------------------------------------------- */

static void close_log(void *state)
{
    csv_log *log = state;
    if (log == NULL) return;
    vvi_append_close(&log->file);
    vvi_arena_deinit(&log->arena);
    vvi_free(log);
}

static vv_status open_file(csv_log *log, const char *path, vv_error *error)
{
    const int n = snprintf(log->path, sizeof log->path, "%s", path);
    if (n >= PATH_SIZE) return vvi_fail(error, VV_BAD_ARG, "the path has %d bytes: it is too long", n);
    VVI_TRY(vvi_append_open(&log->file, path, false, error));
    vvi_append_lock(&log->file);
    const vv_status status = begin_with_file(log, error);
    vvi_append_unlock(&log->file);
    return status;
}

static vv_status open_log(const char *path, void **state, vv_error *error)
{
    csv_log *log = vvi_calloc(1, sizeof *log);
    *state = NULL;
    if (log == NULL) return vvi_no_memory(error);
    log->file.fd = -1;
    const vv_status status = open_file(log, path, error);
    if (status == VV_OK)
        *state = log;
    else
        close_log(log);
    return status;
}

const vvi_log_kind vvi_log_csv = { "log-csv", open_log, take, close_log };
