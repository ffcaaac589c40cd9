/* training.h - trainings that go on, from the inside: files with things of their writer's own in them, and fits that find
 * out by themselves whether a file is of theirs.
 */
#ifndef VVI_NN_TRAINING_H
#define VVI_NN_TRAINING_H

#include "nn/history.h"
#include "nn/nn.h"
#include "nn/safetensors.h"

/* ---- files (training_file.c) ------------------------------------------------------------------------------------ */

/* Something of the writer's own. Texts are of dtype "U8". */
typedef struct vvi_array {
    const char *name, *dtype; /* dtype of safetensors: "F32", "F64", "U8" */
    size_t n;                 /* 0: it is not written */
    const void *values;
} vvi_array;

/* vv_model_save_training with arrays beside. Inside of a fit the history so far is kept, too. Replaced as a whole, but
 * not synced: what a power loss does to it is found out by the hash. */
vv_status vvi_training_save(const vv_model *model, const char *path, const vvi_array *arrays, size_t n_arrays,
                            vv_error *error);

typedef struct vvi_progress {
    int64_t version, epochs, steps;
    double learning_rate;
    uint64_t beginning; /* of the fit it was saved in (see below); 0: saved outside of a tracked one */
    uint64_t callbacks; /* of vvi_fit_memory, as the rest; 0: there is nothing that could be kept */
    bool has_kept, restore, stop;
} vvi_progress;

typedef struct vvi_training {
    vvi_tensors tensors;
    vvi_progress progress;
} vvi_training;

/* A file whose hash is right. `path` is borrowed until close. NOT_FOUND, IO, FORMAT, VERSION, NO_MEMORY. */
vv_status vvi_training_open(vvi_training *training, const char *path, vv_error *error);
void vvi_training_close(vvi_training *training);
/* An array by its name; false: there is none of that name and dtype. Not aligned. */
bool vvi_training_array(const vvi_training *training, const char *name, const char *dtype, vvi_tensor *tensor);
/* Weights, optimizer, memory of a training of this model; all or nothing. MISMATCH. */
vv_status vvi_training_take(const vvi_training *training, vv_model *model, vv_error *error);

/* ---- fits that go on (going_on.c) -----------------------------------------------------------------------------------
 *
 * A fit is a function of its arguments, its data, and the weights and optimizer that it begins with. Each fit of a tracked
 * model has a digest of these, the number of fits before it, and a key of the tracker's own; it is saved with its training.
 * A fit that begins exactly as the one that `from` was saved in goes on where that was, with its history; any other trains
 * from its beginning. So it does not matter what else a user's function does with the model, or how often it calls fit. */

/* From now on; `from` is borrowed for as long as there are fits. NULL: nothing to go on from. */
void vvi_model_track(vv_model *model, const vvi_training *from, uint64_t key);

/* Of the fit that is running: for callbacks, `begin` included. */
bool vvi_model_can_go_on(const vv_model *model); /* would a file that is saved now be of use? */
bool vvi_model_went_on(const vv_model *model);   /* has it gone on from vvi_model_track's `from`? */

/* For fit: what a fit begins with, beside the model. */
typedef struct vvi_fit_start {
    const vv_fit_args *args;
    int epochs, batch_size;
    const char *backend;
    const char *const *names; /* of its metrics */
    size_t n_names;
} vvi_fit_start;
/* Goes on if it can: then *history has the epochs that there were, and the model's memory is theirs. */
vv_status vvi_fit_go_on(vv_model *model, const vvi_fit_start *start, vv_history *history, vv_error *error);

#endif
