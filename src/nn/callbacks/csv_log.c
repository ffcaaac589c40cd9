/* csv_log.c - one line an epoch: epoch (counted from 0, as Keras' CSVLogger), then each metric. A training that goes on
 * (initial_epoch) goes on with its file. */
#include "nn/callbacks/monitor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct memory {
    FILE *file;
    bool begun;
} memory;

static vv_status begin(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)model;
    memory *m = state;
    if (self->text == NULL) return vvi_fail(error, VV_BAD_ARG, "csv_log: a path is required");
    m->file = fopen(self->text, "a");
    if (m->file != NULL) return VV_OK;
    return vvi_fail(error, VV_IO, "%s: cannot be written: %s", self->text, strerror(errno));
}

/* The first epoch of all replaces what is there. */
static void begin_file(const vv_callback *self, memory *m, const vv_epoch *epoch)
{
    m->begun = true;
    if (epoch->epoch == 0) m->file = freopen(self->text, "w", m->file);
    if (m->file == NULL || (epoch->epoch > 0 && fseek(m->file, 0, SEEK_END) == 0 && ftell(m->file) > 0)) return;
    fputs("epoch", m->file);
    for (size_t i = 0; i < epoch->n; i++) fprintf(m->file, ",%s", epoch->names[i]);
    fputc('\n', m->file);
}

static vv_status epoch_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    (void)verdict;
    memory *m = state;
    if (!m->begun) begin_file(self, m, epoch);
    FILE *file = m->file;
    if (file == NULL) return vvi_fail(error, VV_IO, "%s: cannot be written: %s", self->text, strerror(errno));
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
                          .begin = begin,
                          .epoch_end = epoch_end,
                          .end = end,
                          .text = path };
}
