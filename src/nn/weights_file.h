/* weights_file.h - blocks of floats laid out as a model's weights (the weights themselves, an optimizer's slots), as
 * tensors of a file, with arrays of any kind beside. */
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

typedef struct vvi_contents {
    const vv_model *model; /* it has weights */
    const vvi_block *blocks;
    size_t n_blocks;
    const struct vvi_array *arrays; /* behind them; each is called VVI_ARRAY_PREFIX and its name */
    size_t n_arrays;
    const vvi_note *notes;
    size_t n_notes;
    bool hashed;   /* with a hash of all that is in the file, names and shapes included */
    bool unsynced; /* see vvi_swap_file */
} vvi_contents;
#define VVI_ARRAY_PREFIX "array/"

/* Written as a whole or not at all. */
vv_status vvi_contents_write(const vvi_contents *contents, const char *path, vv_error *error) VV_MUST_USE;
/* Is there a hash, and is it right? FORMAT. */
vv_status vvi_contents_check(const vvi_tensors *tensors, vv_error *error);

/* Reads every tensor of the blocks, each with its shape, or changes nothing. MISMATCH: the file has others beside, which are
 * no arrays. The model has weights, if only zeros. */
vv_status vvi_blocks_read(const vv_model *model, const vvi_block *blocks, size_t n_blocks, const vvi_tensors *tensors,
                          vv_error *error) VV_MUST_USE;

#endif
