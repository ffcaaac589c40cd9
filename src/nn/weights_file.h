/* weights_file.h - blocks of floats laid out as a model's weights (the weights themselves, an optimizer's slots), as
 * tensors of a file. */
#ifndef VVI_NN_WEIGHTS_FILE_H
#define VVI_NN_WEIGHTS_FILE_H

#include "nn/nn.h"
#include "nn/safetensors.h"

typedef struct vvi_block {
    const char *prefix; /* of its tensors' names: "" gives "conv2d/kernel" */
    float *values;      /* of every weight, at the weight's offset */
} vvi_block;

/* A line of the file's metadata. */
typedef struct vvi_note {
    const char *key, *text;
} vvi_note;

/* The model has weights. Written as a whole or not at all. */
vv_status vvi_blocks_write(const vv_model *model, const vvi_block *blocks, size_t n_blocks, const vvi_note *notes,
                           size_t n_notes, const char *path, vv_error *error) VV_MUST_USE;

/* Reads every tensor of the blocks, each with its shape, or changes nothing. MISMATCH: the file has others beside. The
 * model has weights, if only zeros. */
vv_status vvi_blocks_read(const vv_model *model, const vvi_block *blocks, size_t n_blocks, const vvi_tensors *tensors,
                          vv_error *error) VV_MUST_USE;

#endif
