/* batch_normalization.c - each channel of the last axis to mean 0 and deviation 1, then scaled and shifted (Ioffe,
 * Szegedy 2015).  gamma [c], beta [c]
 *
 *     y = gamma (x - mean) / sqrt(variance + epsilon) + beta
 *
 * Outside training, mean and variance are numbers of the layer, so that it is one scale and one shift a channel.
 *
 * Shape and cost only: it cannot be trained yet, and the moving mean and variance do not exist yet.
 */
#include "nn/layers/layers.h"

static const vv_field fields[] = {
    { .name = "momentum",
      .type = VV_FIELD_MAYBE,
      .offset = offsetof(vv_batch_normalization_args, momentum),
      .min = 0,
      .max = 1,
      .preset = 0.99,
      .help = "share of the old moving mean and variance that is kept" },
    { .name = "epsilon",
      .type = VV_FIELD_FLOAT,
      .offset = offsetof(vv_batch_normalization_args, epsilon),
      .min = 1e-30,
      .max = 1,
      .preset = 1e-3,
      .help = "added to variances, keeps the division finite" },
    VVI_BOOL(vv_batch_normalization_args, no_center, "leaves beta, the shift, out"),
    VVI_BOOL(vv_batch_normalization_args, no_scale, "leaves gamma, the scale, out"),
};

static vvi_param param(const char *name, vv_shape in, vv_initializer initializer)
{
    return (vvi_param){ .name = name, .rank = 1, .dim = { in.dim[in.rank - 1] }, .initializer = initializer };
}

static size_t params(const vv_layer *layer, const vv_shape *in, vvi_param params[VVI_MAX_PARAMS])
{
    size_t n = 0;
    if (!layer->batch_normalization.no_scale) params[n++] = param("gamma", in[0], VV_ONES);
    if (!layer->batch_normalization.no_center) params[n++] = param("beta", in[0], VV_ZEROS);
    return n;
}

/* Scale and shift: one multiply-accumulate an element. */
static uint64_t macs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    (void)layer, (void)in;
    return vvi_shape_size(out);
}

const vvi_layer_row vvi_layer_batch_normalization = { .info = { .kind = VV_LAYER_BATCH_NORMALIZATION,
                                                                .name = "batch_normalization",
                                                                .summary = "each channel to mean 0 and deviation 1",
                                                                .fields = fields,
                                                                .n_fields = VVI_COUNT(fields) },
                                                      .name_offset = offsetof(vv_batch_normalization_args, name),
                                                      .min_inputs = 1,
                                                      .max_inputs = 1,
                                                      .shape = vvi_layer_same_shape,
                                                      .params = params,
                                                      .macs = macs,
                                                      .inference = VVI_FOLDS };
