/* history.c - metrics by epoch. */
#include "nn/history.h"

#include <math.h>
#include <string.h>

enum { ROWS_AT_ONCE = 4096 };

struct vv_history {
    vvi_arena names_arena;
    const char **names;
    size_t n, epochs, capacity;
    double *values; /* epochs x n */
};

static bool copy_names(vv_history *history, const char *const *names)
{
    history->names = vvi_arena_alloc(&history->names_arena, (history->n + 1) * sizeof *history->names);
    if (history->names == NULL) return false;
    for (size_t i = 0; i < history->n; i++) {
        history->names[i] = vvi_arena_strdup(&history->names_arena, names[i]);
        if (history->names[i] == NULL) return false;
    }
    return true;
}

vv_history *vvi_history_new(const char *const *names, size_t n, int epochs)
{
    vv_history *history = vvi_calloc(1, sizeof *history);
    if (history == NULL) return NULL;
    history->n = n;
    history->capacity = epochs < 1 ? 1 : epochs < ROWS_AT_ONCE ? (size_t)epochs : ROWS_AT_ONCE;
    history->values = vvi_calloc(history->capacity * (n + 1), sizeof *history->values);
    if (history->values != NULL && copy_names(history, names)) return history;
    vv_history_free(history);
    return NULL;
}

vv_status vvi_history_add(vv_history *history, const void *values, vv_error *error)
{
    if (history->epochs == history->capacity) {
        double *grown = vvi_realloc(history->values, 2 * history->capacity * (history->n + 1) * sizeof *grown);
        if (grown == NULL) return vvi_no_memory(error);
        history->values = grown;
        history->capacity *= 2;
    }
    if (history->n > 0)
        memcpy(history->values + history->epochs * history->n, values, history->n * sizeof *history->values);
    history->epochs++;
    return VV_OK;
}

size_t vvi_history_size(const vv_history *history)
{
    return history == NULL ? 0 : history->epochs * history->n;
}

const double *vvi_history_values(const vv_history *history)
{
    return history == NULL ? NULL : history->values;
}

void vv_history_free(vv_history *history)
{
    if (history == NULL) return;
    vvi_arena_deinit(&history->names_arena);
    vvi_free(history->values);
    vvi_free(history);
}

size_t vv_history_epochs(const vv_history *history)
{
    return history == NULL ? 0 : history->epochs;
}

size_t vv_history_metric_count(const vv_history *history)
{
    return history == NULL ? 0 : history->n;
}

const char *vv_history_metric(const vv_history *history, size_t index)
{
    return index < vv_history_metric_count(history) ? history->names[index] : "";
}

double vv_history_at(const vv_history *history, size_t metric, size_t epoch)
{
    if (metric >= vv_history_metric_count(history) || epoch >= history->epochs) return (double)NAN;
    return history->values[epoch * history->n + metric];
}

int vv_history_find(const vv_history *history, const char *metric)
{
    for (size_t i = 0; i < vv_history_metric_count(history); i++)
        if (strcmp(history->names[i], metric) == 0) return (int)i;
    return -1;
}
