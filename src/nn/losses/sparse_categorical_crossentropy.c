/* sparse_categorical_crossentropy.c - -ln p[y], y: the number of a class.
 *
 * With the softmax before it, d loss / d z = p - [the class], which neither overflows nor vanishes.
 * From logits: ln sum exp(z) - z[y].
 */
#include "nn/losses/losses.h"

#include <math.h>

static const char *const name = "sparse_categorical_crossentropy";

static vv_status check(vv_shape out, vv_shape target, const vvi_loss_options *options, vv_error *error)
{
    (void)options;
    VVI_TRY(vvi_loss_check_classes(name, out, error));
    if (vvi_shape_size(target) == 1) return VV_OK;
    char text[64];
    vvi_shape_format(target, text, sizeof text);
    return vvi_fail(error, VV_BAD_SHAPE,
                    "%s: wants one class number for each example, the targets are %s; for one number a class take "
                    "categorical_crossentropy",
                    name, text);
}

static vv_status check_targets(vv_shape out, size_t n, const float *y, vv_error *error)
{
    const int classes = out.dim[0];
    for (size_t i = 0; i < n; i++) {
        const double class = (double)y[i];
        if (!(class == floor(class)))
            return vvi_fail(error, VV_BAD_ARG, "row %zu: class %g is not a whole number", i, class);
        if (class < 0 || class >= classes)
            return vvi_fail(error, VV_BAD_ARG, "row %zu: class %.9g is not in 0..%d, the model has %d outputs", i,
                            class, classes - 1, classes);
    }
    return VV_OK;
}

static double from_logits(const vvi_outputs *o, ptrdiff_t at, int classes, int class, double scale)
{
    const vvi_softmax_row row = vvi_softmax_of(o, at, classes);
    for (int j = 0; j < classes; j++)
        vvi_put_gradient(o, at + j, scale * (vvi_softmax_at(o, at + j, row) - (j == class)));
    return row.largest + log(row.sum) - vvi_output(o, at + class);
}

static double formula(const vvi_loss_options *options, const vvi_outputs *o, ptrdiff_t at, int out_size, const float *y,
                      double scale, bool fused)
{
    const int class = (int)y[0];
    if (options->from_logits) return from_logits(o, at, out_size, class, scale);
    double slope;
    const double p = vvi_clip_probability(vvi_output(o, at + class), &slope);
    for (int j = 0; j < out_size; j++) {
        const double hit = j == class;
        vvi_put_gradient(o, at + j, scale * (fused ? vvi_output(o, at + j) - hit : -hit * slope / p));
    }
    return -log(p);
}

VVI_LOSS_FUNCTIONS(formula)

const vvi_loss_row vvi_loss_sparse_categorical_crossentropy = { .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY,
                                                                .name = "sparse_categorical_crossentropy",
                                                                .check = check,
                                                                .check_targets = check_targets,
                                                                .fuses = VV_SOFTMAX,
                                                                .value = value,
                                                                .reference = reference };
