/* csv_log.c - one line an epoch: epoch (counted from 0, as Keras' CSVLogger), then each metric.
 *
 * A training that goes on goes on with its file: lines of its epoch and later ones, which another process may have written
 * before it was ended, are cut off. Nothing is remembered but the open file.
 */
#include "nn/callbacks/monitor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_START = 32 }; /* an epoch's number and more */

typedef struct memory {
    FILE *file;
    bool begun;
} memory;

static vv_status begin(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)model;
    memory *m = state;
    if (self->text == NULL) return vvi_fail(error, VV_BAD_ARG, "csv_log: a path is required");
    *m = (memory){ .file = fopen(self->text, "a+") };
    if (m->file != NULL) return VV_OK;
    return vvi_fail(error, VV_IO, "%s: cannot be written: %s", self->text, strerror(errno));
}

/* Reads a line's start and goes behind the line; false at the end of the file. */
static bool next_line(FILE *file, char start[LINE_START])
{
    size_t n = 0;
    int c = getc(file);
    if (c == EOF) return false;
    for (; c != EOF && c != '\n'; c = getc(file))
        if (n + 1 < LINE_START) start[n++] = (char)c;
    start[n] = '\0';
    return true;
}

/* Where the first line of this epoch or a later one begins, or the file ends. */
static long find_end(FILE *file, int epoch)
{
    char start[LINE_START];
    long at = 0;
    rewind(file);
    while (next_line(file, start)) {
        char *end;
        const long number = strtol(start, &end, 10);
        if (end != start && number >= epoch) break;
        at = ftell(file);
    }
    return at;
}

/* The first epoch of all replaces what is there. */
static void begin_file(memory *m, const vv_epoch *epoch)
{
    m->begun = true;
    const long end = epoch->epoch == 0 ? 0 : find_end(m->file, epoch->epoch);
    if (end < 0 || ftruncate(fileno(m->file), end) != 0 || fseek(m->file, 0, SEEK_END) != 0 || end > 0) return;
    fputs("epoch", m->file);
    for (size_t i = 0; i < epoch->n; i++) fprintf(m->file, ",%s", epoch->names[i]);
    fputc('\n', m->file);
}

static vv_status epoch_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    (void)verdict;
    memory *m = state;
    if (!m->begun) begin_file(m, epoch);
    FILE *file = m->file;
    fprintf(file, "%d", epoch->epoch);
    for (size_t i = 0; i < epoch->n; i++) {
        char number[VVI_FORMAT_SIZE];
        fprintf(file, ",%s", vvi_format_float((float)epoch->values[i], number));
    }
    fputc('\n', file);
    if (fflush(file) == 0 && !ferror(file)) return VV_OK;
    return vvi_fail(error, VV_IO, "%s: cannot be written: %s", self->text, strerror(errno));
}

static void end(const vv_callback *self, void *state)
{
    (void)self;
    FILE *file = ((memory *)state)->file;
    if (file != NULL) fclose(file);
}

vv_callback vv_csv_log(const char *path)
{
    return (vv_callback){ .name = "csv_log",
                          .state_size = sizeof(memory),
                          .plain_state = true,
                          .begin = begin,
                          .epoch_end = epoch_end,
                          .end = end,
                          .text = path };
}
