/* image.c - bytes to images in 0..1, and images made larger or smaller.
 *
 * Bilinear with half-pixel centres: the value at (i + 0.5) * in / out - 0.5 of the old grid, between its two
 * neighbours; beyond the edge the edge is repeated. No low-pass before shrinking (as OpenCV's INTER_LINEAR).
 */
#include "data/data.h"

#include <math.h>

vv_status vvi_image_from_bytes(size_t n, vv_shape shape, vv_shape target_shape, const unsigned char *pixels,
                               vv_data **data, vv_error *error)
{
    VVI_TRY(vvi_data_make(n, shape, target_shape, data, error));
    const size_t count = n * vvi_data_size(shape);
    for (size_t i = 0; i < count; i++) (*data)->x[i] = (float)pixels[i] / 255.0F;
    return VV_OK;
}

vv_status vvi_image_set_labels(vv_data *data, const unsigned char *label, const char *const *names, int n_names,
                               const char *path, vv_error *error)
{
    int largest = 0;
    for (size_t i = 0; i < data->n; i++) {
        if (names != NULL && label[i] >= n_names)
            return vvi_fail(error, VV_FORMAT, "%s: label %zu is %d; the classes are 0 to %d", path, i, label[i],
                            n_names - 1);
        if (label[i] > largest) largest = label[i];
        data->y[i] = (float)label[i];
    }
    return vvi_data_set_classes(data, names != NULL ? n_names : largest + 1, names, error);
}

/* Where one output coordinate lies between two of the input. */
typedef struct between {
    size_t low, high;
    float share; /* of high */
} between;

static between place(int index, int in, int out)
{
    double at = ((double)index + 0.5) * (double)in / (double)out - 0.5;
    at = fmin(fmax(at, 0), (double)(in - 1));
    const double low = floor(at);
    const size_t first = (size_t)low;
    return (between){ first, first + 1 < (size_t)in ? first + 1 : first, (float)(at - low) };
}

static void resize_one(const float *from, vv_shape in, float *to, vv_shape out)
{
    const size_t channels = (size_t)in.dim[2], row = (size_t)in.dim[1] * channels;
    for (int i = 0; i < out.dim[0]; i++) {
        const between v = place(i, in.dim[0], out.dim[0]);
        const float *top = from + v.low * row, *bottom = from + v.high * row;
        for (int j = 0; j < out.dim[1]; j++) {
            const between h = place(j, in.dim[1], out.dim[1]);
            for (size_t c = 0; c < channels; c++) {
                const size_t left = h.low * channels + c, right = h.high * channels + c;
                const float above = top[left] + h.share * (top[right] - top[left]);
                const float below = bottom[left] + h.share * (bottom[right] - bottom[left]);
                *to++ = above + v.share * (below - above);
            }
        }
    }
}

vv_status vvi_image_resize(vv_data *data, int height, int width, vv_error *error)
{
    const vv_shape in = data->shape;
    if (in.rank != 3)
        return vvi_fail(error, VV_BAD_ARG, "resize: the examples have %d axes; only images (3 axes) can be resized",
                        in.rank);
    const vv_shape out = { 3, { height, width, in.dim[2] } };
    const size_t from = vvi_data_size(in), to = vvi_data_size(out);
    if (to == 0 || data->n > SIZE_MAX / sizeof(float) / to) return vvi_no_memory(error);
    float *x = vvi_malloc(data->n * to * sizeof *x);
    if (x == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < data->n; i++) resize_one(data->x + i * from, in, x + i * to, out);
    vvi_free(data->x);
    data->x = x;
    data->shape = out;
    return VV_OK;
}
