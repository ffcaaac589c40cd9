/* fit_memory.c - what a fit's callbacks remember, in blocks that can be written to a file and read back. */
#include "nn/fit_memory.h"

#include <string.h>

/* No state is empty, so that each has an address of its own. */
static size_t padded(size_t size)
{
    return (size + 16) / 16 * 16;
}

uint64_t vvi_callbacks_digest(const vv_callbacks *callbacks)
{
    uint64_t hash = callbacks->n == 0 ? 0 : VVI_HASH_START;
    for (size_t i = 0; i < callbacks->n; i++) {
        const vv_callback *c = &callbacks->list[i];
        hash = vvi_hash_text(hash, c->name == NULL ? "" : c->name);
        hash = vvi_hash_text(hash, c->text == NULL ? "" : c->text);
        hash = vvi_hash_bytes(hash, c->number, sizeof c->number);
        hash = vvi_hash_bytes(hash, &c->state_size, sizeof c->state_size);
    }
    return hash;
}

static bool all_plain(const vv_callbacks *callbacks)
{
    bool plain = true;
    for (size_t i = 0; i < callbacks->n; i++) plain = plain && callbacks->list[i].plain_state;
    return plain;
}

size_t vvi_fit_memory_size(const vv_callbacks *callbacks)
{
    size_t size = 0;
    for (size_t i = 0; i < callbacks->n; i++) size += padded(callbacks->list[i].state_size);
    return size;
}

void *vvi_fit_memory_state(const vvi_fit_memory *memory, const vv_callbacks *callbacks, size_t i)
{
    return memory->states + vvi_fit_memory_size(&(vv_callbacks){ callbacks->list, i });
}

vv_status vvi_fit_memory_begin(vvi_fit_memory *memory, const vv_callbacks *callbacks, size_t n_weights, bool goes_on,
                               vv_error *error)
{
    const uint64_t digest = vvi_callbacks_digest(callbacks);
    const bool plain = all_plain(callbacks);
    if (goes_on && plain && memory->plain && memory->callbacks == digest &&
        memory->states_size == vvi_fit_memory_size(callbacks))
        return VV_OK;
    vvi_fit_memory_deinit(memory);
    *memory = (vvi_fit_memory){ .callbacks = digest, .plain = plain };
    if (callbacks->n == 0) return VV_OK;
    memory->states_size = vvi_fit_memory_size(callbacks);
    memory->states = vvi_calloc(memory->states_size, 1);
    memory->kept = vvi_malloc_aligned((n_weights + 1) * sizeof *memory->kept);
    return memory->states == NULL || memory->kept == NULL ? vvi_no_memory(error) : VV_OK;
}

void vvi_fit_memory_deinit(vvi_fit_memory *memory)
{
    vvi_free(memory->states);
    vvi_free(memory->kept);
    *memory = (vvi_fit_memory){ 0 };
}
