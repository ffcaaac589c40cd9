/* registry.c - the optimizers: one row each, and what they share. */
#include "nn/optimizers/optimizer.h"
#include "nn/values.h"

#include <string.h>

static const vvi_optimizer_row *const rows[] = { &vvi_optimizer_sgd, &vvi_optimizer_rmsprop, &vvi_optimizer_adam,
                                                 &vvi_optimizer_adamw };

const vvi_optimizer_row *vvi_optimizer_row_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index] : NULL;
}

const vvi_optimizer_row *vvi_optimizer_row_of(vv_optimizer_kind kind)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i]->kind == kind) return rows[i];
    return NULL;
}

void *vvi_optimizer_arguments(vv_optimizer *optimizer)
{
    return (char *)optimizer + offsetof(vv_optimizer, sgd);
}

double vvi_optimizer_number(const vv_optimizer *optimizer, const char *field)
{
    const vvi_optimizer_row *row = vvi_optimizer_row_of(optimizer->kind);
    const vv_field *found = vvi_values_find(row->fields, row->n_fields, field);
    vv_optimizer copy = *optimizer;
    return found == NULL ? 0 : vvi_value_get(found, vvi_optimizer_arguments(&copy), NULL);
}

vv_status vvi_optimizer_resolve(vv_optimizer *optimizer, vv_error *error)
{
    const vvi_optimizer_row *row = vvi_optimizer_row_of(optimizer->kind);
    if (row == NULL) return vvi_fail(error, VV_BAD_ARG, "optimizer: there is no kind %d", (int)optimizer->kind);
    void *arguments = vvi_optimizer_arguments(optimizer);
    VVI_TRY(vvi_values_check(row->fields, row->n_fields, arguments, row->name, error));
    if (row->check != NULL) VVI_TRY(row->check(optimizer, error));
    vvi_values_fill(row->fields, row->n_fields, arguments);
    if (vvi_optimizer_number(optimizer, "clip_value") > 0 && vvi_optimizer_number(optimizer, "global_clip_norm") > 0)
        return vvi_fail(error, VV_BAD_ARG, "%s: clip_value and global_clip_norm exclude each other; give one",
                        row->name);
    return VV_OK;
}

vv_status vvi_optimizer_state_init(vvi_optimizer_state *state, const vv_optimizer *optimizer, size_t n, vv_error *error)
{
    const unsigned used = vvi_optimizer_row_of(optimizer->kind)->slots(optimizer);
    size_t count = 0;
    for (unsigned i = 0; i < VVI_MAX_SLOTS; i++) count += used >> i & 1U;
    *state = (vvi_optimizer_state){ .learning_rate = vvi_optimizer_number(optimizer, "learning_rate"),
                                    .clip_value = vvi_optimizer_number(optimizer, "clip_value"),
                                    .global_clip_norm = vvi_optimizer_number(optimizer, "global_clip_norm") };
    if (count == 0 || n == 0) return VV_OK;
    if (n > SIZE_MAX / sizeof(float) / VVI_MAX_SLOTS) return vvi_no_memory(error);
    state->block = vvi_malloc_aligned(count * n * sizeof(float));
    if (state->block == NULL) return vvi_no_memory(error);
    memset(state->block, 0, count * n * sizeof(float));
    float *next = state->block;
    for (unsigned i = 0; i < VVI_MAX_SLOTS; i++)
        if (used >> i & 1U) {
            state->slot[i] = next;
            next += n;
        }
    return VV_OK;
}

void vvi_optimizer_state_deinit(vvi_optimizer_state *state)
{
    vvi_free(state->block);
    *state = (vvi_optimizer_state){ 0 };
}
