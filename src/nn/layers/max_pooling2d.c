/* max_pooling2d.c - [h, w, c] -> [h', w', c]: the largest of each window and channel; zeros around never win. The
 * gradient goes to the first largest element.
 */
#include "nn/layers/layers.h"

static vvi_pool pool_of(const vv_layer *layer, vv_shape in, int n)
{
    const vvi_axes a = vvi_pooling2d_axes(layer, in);
    return (vvi_pool){ .n = n,
                       .h = a.y.in,
                       .w = a.x.in,
                       .c = in.dim[2],
                       .oh = a.y.out,
                       .ow = a.x.out,
                       .kh = a.y.size,
                       .kw = a.x.size,
                       .sh = a.y.stride,
                       .sw = a.x.stride,
                       .top = a.y.before,
                       .left = a.x.before };
}

static void forward(const vvi_pass *pass)
{
    const vvi_pool pool = pool_of(pass->layer, pass->in[0], pass->n);
    pass->kernels->max_pool(&pool, pass->x[0], pass->y);
}

static void backward(const vvi_pass *pass)
{
    const vvi_pool pool = pool_of(pass->layer, pass->in[0], pass->n);
    if (pass->dx[0] == NULL) return;
    pass->kernels->max_pool_gradient(&pool, pass->x[0], pass->y, pass->dy, pass->mask_relu, pass->dx[0]);
}

/* ---- the twin in double ----------------------------------------------------------------------------------------- */

/* Where in x the first largest element of a window lies. */
static ptrdiff_t first_largest(const vvi_pool *p, const double *x, int n, int oy, int ox, int c)
{
    ptrdiff_t best = -1;
    for (int u = 0; u < p->kh; u++) {
        for (int v = 0; v < p->kw; v++) {
            const int y = oy * p->sh + u - p->top, z = ox * p->sw + v - p->left;
            const ptrdiff_t at = (((ptrdiff_t)n * p->h + y) * p->w + z) * p->c + c;
            if (y < 0 || y >= p->h || z < 0 || z >= p->w) continue;
            if (best < 0 || x[at] > x[best]) best = at;
        }
    }
    return best;
}

/* Calls for each window in the order of the output: y[i] = x[it], or, given dy, dx[it] += dy[i]. */
static void each_window(const vvi_reference_pass *pass, const double *dy)
{
    const vvi_pool p = pool_of(pass->layer, pass->in[0], pass->n);
    ptrdiff_t i = 0;
    for (int n = 0; n < p.n; n++) {
        for (int oy = 0; oy < p.oh; oy++) {
            for (int ox = 0; ox < p.ow; ox++) {
                for (int c = 0; c < p.c; c++, i++) {
                    const ptrdiff_t it = first_largest(&p, pass->x[0], n, oy, ox, c);
                    if (dy == NULL)
                        pass->y[i] = pass->x[0][it];
                    else
                        pass->dx[0][it] += dy[i];
                }
            }
        }
    }
}

static void reference_forward(const vvi_reference_pass *pass)
{
    each_window(pass, NULL);
}

static void reference_backward(const vvi_reference_pass *pass)
{
    for (size_t i = 0, n = (size_t)pass->n * vvi_shape_size(pass->in[0]); i < n; i++) pass->dx[0][i] = 0;
    each_window(pass, pass->dy);
}

const vvi_layer_row vvi_layer_max_pooling2d = { .info = { .kind = VV_LAYER_MAX_POOLING2D,
                                                          .name = "max_pooling2d",
                                                          .summary = "the largest element of each window",
                                                          .fields = vvi_pooling2d_fields,
                                                          .n_fields = VVI_POOLING2D_FIELDS },
                                                .name_offset = offsetof(vv_pooling2d_args, name),
                                                .min_inputs = 1,
                                                .max_inputs = 1,
                                                .shape = vvi_pooling2d_shape,
                                                .forward = forward,
                                                .backward = backward,
                                                .reference_forward = reference_forward,
                                                .reference_backward = reference_backward };
