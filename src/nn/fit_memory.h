/* fit_memory.h - what a fit remembers from epoch to epoch beside the model's weights and its optimizer: the callbacks' states,
 * the weights that one of them wants back. It stays with the model when fit has ended, so that a training can go on. */
#ifndef VVI_NN_FIT_MEMORY_H
#define VVI_NN_FIT_MEMORY_H

#include "base/base.h"
#include <varve/train.h>

typedef struct vvi_fit_memory {
    uint64_t callbacks;    /* digest of those that it is of; 0: there are none */
    bool plain;            /* all of them say that nothing is remembered elsewhere */
    unsigned char *states; /* owned; one after the other; NULL: there are none */
    size_t states_size;
    float *kept; /* owned: weights a callback asked to remember, laid out as the model's; NULL: no callbacks */
    bool has_kept, restore;
    bool stop; /* a callback wants no more epochs */
} vvi_fit_memory;

/* Of names, arguments and sizes of states; 0: there are none. */
uint64_t vvi_callbacks_digest(const vv_callbacks *callbacks);

/* Room for what these callbacks remember. With `goes_on` it is what it was, if it is of the same callbacks and plain; else
 * all zero. */
vv_status vvi_fit_memory_begin(vvi_fit_memory *memory, const vv_callbacks *callbacks, size_t n_weights, bool goes_on,
                               vv_error *error);
void vvi_fit_memory_deinit(vvi_fit_memory *memory);
size_t vvi_fit_memory_size(const vv_callbacks *callbacks); /* of all states */
/* Where the i-th callback's state is; behind it, the next one's. */
void *vvi_fit_memory_state(const vvi_fit_memory *memory, const vv_callbacks *callbacks, size_t i);

#endif
