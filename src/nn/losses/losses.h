/* losses.h - what the losses share.
 *
 * value() and reference() are one formula at two widths: both sum in double; value() reads float32 outputs and knows
 * how to take over an activation's gradient. Each loss writes its formula once, over a row of doubles.
 */
#ifndef VVI_NN_LOSSES_LOSSES_H
#define VVI_NN_LOSSES_LOSSES_H

#include "nn/layer.h"

/* The outputs of a batch, float32 or double. */
typedef struct vvi_outputs {
    const float *f; /* one of the two */
    const double *d;
    float *df; /* gradients; NULL: not wanted */
    double *dd;
} vvi_outputs;
static inline double vvi_output(const vvi_outputs *o, ptrdiff_t i)
{
    return o->f != NULL ? (double)o->f[i] : o->d[i];
}
static inline void vvi_put_gradient(const vvi_outputs *o, ptrdiff_t i, double gradient)
{
    if (o->df != NULL) o->df[i] = (float)gradient;
    if (o->dd != NULL) o->dd[i] = gradient;
}

/* Loss of one example whose outputs begin at `at` and whose targets are y; gradients are put times `scale`. */
typedef double vvi_loss_of_example(const vvi_loss_options *options, const vvi_outputs *o, ptrdiff_t at, int out_size,
                                   const float *y, double scale, bool fused);
/* The weighted sum over a batch. */
double vvi_loss_sum(vvi_loss_of_example *loss, const vvi_loss_options *options, const vvi_outputs *o, int n,
                    int out_size, int target_size, const float *y, const float *w, double factor, bool fused);

/* value and reference of a row, from its formula. */
#define VVI_LOSS_FUNCTIONS(formula)                                                                                    \
    static double value(const vvi_loss_options *options, int n, int out_size, int target_size, const float *p,         \
                        const float *y, const float *w, double factor, bool fused, float *dp)                          \
    {                                                                                                                  \
        return vvi_loss_sum(formula, options, &(vvi_outputs){ .f = p, .df = dp }, n, out_size, target_size, y, w,      \
                            factor, fused);                                                                            \
    }                                                                                                                  \
    static double reference(const vvi_loss_options *options, int n, int out_size, int target_size, const double *p,    \
                            const float *y, const float *w, double factor, double *dp)                                 \
    {                                                                                                                  \
        return vvi_loss_sum(formula, options, &(vvi_outputs){ .d = p, .dd = dp }, n, out_size, target_size, y, w,      \
                            factor, false);                                                                            \
    }

/* A probability kept away from 0 and 1, as Keras keeps it; *slope: 1 where it was inside, else 0. NaN stays. */
double vvi_clip_probability(double p, double *slope);
/* softmax of one row of logits, its largest element and the sum of the exponentials: ln sum exp = largest + ln sum. */
typedef struct vvi_softmax_row {
    double largest, sum;
} vvi_softmax_row;
vvi_softmax_row vvi_softmax_of(const vvi_outputs *o, ptrdiff_t at, int n);
double vvi_softmax_at(const vvi_outputs *o, ptrdiff_t i, vvi_softmax_row row);

/* Output and targets have one shape, axes of size 1 at the end aside. */
vv_status vvi_loss_check_same(const char *loss, vv_shape out, vv_shape target, vv_error *error);
/* One row of two or more classes. */
vv_status vvi_loss_check_classes(const char *loss, vv_shape out, vv_error *error);

extern const vvi_loss_row vvi_loss_sparse_categorical_crossentropy, vvi_loss_categorical_crossentropy,
    vvi_loss_binary_crossentropy, vvi_loss_mse, vvi_loss_mae, vvi_loss_huber;

#endif
