/* optimizer.h - what an optimizer is: a row at the bottom of optimizers/KIND.c.
 *
 * All weights of a model are one flat array, so that a step is one kernel call. Padding between weights has zero
 * gradients and stays zero. A row's functions see options whose defaults are filled in.
 */
#ifndef VVI_NN_OPTIMIZER_H
#define VVI_NN_OPTIMIZER_H

#include "nn/layer.h"

enum { VVI_MAX_SLOTS = 3 };

/* What an optimizer remembers; lives as long as the model is compiled. */
typedef struct vvi_optimizer_state {
    double learning_rate;
    double clip_value, global_clip_norm; /* 0: no clipping */
    int64_t steps;                       /* taken so far */
    float *slot[VVI_MAX_SLOTS];
    float *block; /* owned; all slots */
} vvi_optimizer_state;

typedef struct vvi_optimizer_row {
    vv_optimizer_kind kind;
    const char *name;       /* "adam": in JSON; never changes */
    const vv_field *fields; /* offsets count from the start of the kind's argument struct */
    size_t n_fields;
    vv_status (*check)(const vv_optimizer *optimizer, vv_error *error); /* rules beside the fields; NULL: none */
    /* Which slots are used: bit i for slot i. */
    unsigned (*slots)(const vv_optimizer *optimizer);
    /* One step, the (state->steps + 1)-th, over n weights. */
    void (*step)(const vv_optimizer *optimizer, const vvi_optimizer_state *state, const vvi_kernels *kernels, size_t n,
                 float *w, const float *g);
} vvi_optimizer_row;

const vvi_optimizer_row *vvi_optimizer_row_of(vv_optimizer_kind kind); /* NULL: unknown */
const vvi_optimizer_row *vvi_optimizer_row_at(size_t index);           /* NULL past the end */

/* The argument struct inside an optimizer. */
void *vvi_optimizer_arguments(vv_optimizer *optimizer);
/* A filled-in optimizer's field by name; 0 if it has no such field. */
double vvi_optimizer_number(const vv_optimizer *optimizer, const char *field);

/* Checks ranges and rules, then writes the defaults into what is not given. */
vv_status vvi_optimizer_resolve(vv_optimizer *optimizer, vv_error *error);

/* Zeroed slots for n weights and the optimizer's learning rate. */
vv_status vvi_optimizer_state_init(vvi_optimizer_state *state, const vv_optimizer *optimizer, size_t n,
                                   vv_error *error);
void vvi_optimizer_state_deinit(vvi_optimizer_state *state);

/* One row of a field table; T: the argument struct. */
#define VVI_OPTION(T, member, field_type, low, high, value, text)                                                      \
    {                                                                                                                  \
        .name = #member, .type = field_type, .offset = offsetof(T, member), .min = low, .max = high, .preset = value,  \
        .help = text                                                                                                   \
    }
#define VVI_OPTION_BOOL(T, member, text) VVI_OPTION(T, member, VV_FIELD_BOOL, 0, 1, 0, text)

/* Largest double below 1: the end of ranges [0, 1). */
#define VVI_BELOW_ONE 0.99999999999999989

/* Fields that every optimizer has. */
#define VVI_OPTIMIZER_FIELDS(T, rate)                                                                                  \
    VVI_OPTION(T, learning_rate, VV_FIELD_FLOAT, 1e-30, 1e6, rate, "size of a step"),                                  \
        VVI_OPTION(T, clip_value, VV_FIELD_FLOAT, 0, 1e30, 0, "each gradient element into [-v, v]; 0: as it is"),      \
        VVI_OPTION(T, global_clip_norm, VV_FIELD_FLOAT, 0, 1e30, 0, "largest joint norm of all gradients; 0: any")

extern const vvi_optimizer_row vvi_optimizer_sgd, vvi_optimizer_rmsprop, vvi_optimizer_adam, vvi_optimizer_adamw;

#endif
