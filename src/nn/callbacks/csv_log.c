/* csv_log.c - one line an epoch: epoch (counted from 0, as Keras' CSVLogger), then each metric. */
#include "nn/callbacks/monitor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct memory {
    FILE *file;
} memory;

static vv_status begin(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)model;
    memory *m = state;
    if (self->text == NULL) return vvi_fail(error, VV_BAD_ARG, "csv_log: a path is required");
    m->file = fopen(self->text, "w");
    if (m->file != NULL) return VV_OK;
    return vvi_fail(error, VV_IO, "%s: cannot be written: %s", self->text, strerror(errno));
}

static vv_status epoch_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    (void)verdict;
    FILE *file = ((memory *)state)->file;
    if (epoch->epoch == 0) {
        fputs("epoch", file);
        for (size_t i = 0; i < epoch->n; i++) fprintf(file, ",%s", epoch->names[i]);
        fputc('\n', file);
    }
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
    fclose(((memory *)state)->file);
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
