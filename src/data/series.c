/* series.c - a series of numbers: windows of W values predict the next one.
 *
 * Example i: x = s[i .. i+W-1] as [W, 1], y = s[i+W]. The last examples are for validation; the training part of the
 * series is what the training examples see, s[0 .. n_training+W-1]. Nothing after it touches the training examples: the
 * scale is learnt from that part, and its gaps are filled from that part alone.
 * Gaps that are still there (missing=, load_csv.c): straight lines between the values around them; before the first
 * value and after the last one, that value.
 */
#include "data/data.h"

#include <math.h>

/* Fills the gaps of s[from .. to-1]. s[from-1], if there is one, is known. */
static void fill_gaps(double *s, size_t from, size_t to)
{
    for (size_t i = from, next; i < to; i = next + 1) {
        for (next = i; next < to && isnan(s[next]);) next++;
        const double after = next < to ? s[next] : i > 0 ? s[i - 1] : (double)NAN, before = i > 0 ? s[i - 1] : after;
        for (size_t j = i; j < next; j++)
            s[j] = before + (after - before) * (double)(j - i + 1) / (double)(next - i + 1);
    }
}

static vv_status scaled(const double *from, size_t n, vvi_linear linear, float *to, vv_error *error)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = (float)((from[i] - linear.offset) / linear.scale);
        if (!isfinite(to[i])) return vvi_fail(error, VV_FORMAT, "%g in a series, scaled, is beyond float32", from[i]);
    }
    return VV_OK;
}

static vv_status make(const vvi_source *source, size_t first, size_t n, vvi_linear linear, vv_data **data,
                      vv_error *error)
{
    const size_t window = (size_t)source->window;
    VVI_TRY(vvi_data_make(n, (vv_shape){ 2, { source->window, 1 } }, (vv_shape){ 1, { 1 } }, data, error));
    (*data)->series = true;
    (*data)->target_offset = linear.offset;
    (*data)->target_scale = linear.scale;
    for (size_t i = 0; i < n; i++) {
        const double *s = source->series + first + i;
        VVI_TRY(scaled(s, window, linear, (*data)->x + i * window, error));
        VVI_TRY(scaled(s + window, 1, linear, (*data)->y + i, error));
    }
    return VV_OK;
}

static vv_status count_examples(const vvi_source *source, size_t *n, vv_error *error)
{
    const size_t window = (size_t)source->window;
    *n = source->n_series > window ? source->n_series - window : 0;
    if (*n > 0) return VV_OK;
    return vvi_fail(error, VV_FORMAT,
                    "\"%.60s\": a series of %zu values has no window of %zu and a next one; window= can be at most %zu",
                    source->series_name, source->n_series, window, source->n_series > 0 ? source->n_series - 1 : 0);
}

static vv_status write(const vvi_source *source, vvi_linear linear, json_t **root, vv_error *error)
{
    bool failed = false;
    VVI_TRY(vvi_prepare_begin(root, "series", error));
    vvi_prepare_set(*root, "column", json_string(source->series_name), &failed);
    vvi_prepare_set(*root, "header", json_boolean(source->table.header), &failed);
    vvi_prepare_set(*root, "delimiter", json_string(vvi_spec_delimiter_word(source->table.delimiter)), &failed);
    vvi_prepare_set(*root, "missing", json_string(vvi_spec_missing_word(source->missing)), &failed);
    vvi_prepare_set(*root, "window", json_integer(source->window), &failed);
    vvi_prepare_set(*root, "offset", json_real(linear.offset), &failed);
    vvi_prepare_set(*root, "scale", json_real(linear.scale), &failed);
    return failed ? vvi_no_memory(error) : VV_OK;
}

static vv_status learn(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                       vv_error *error)
{
    size_t n = 0, n_validation = 0;
    double mean = 0;
    json_t *root = NULL;
    VVI_TRY(count_examples(source, &n, error));
    if (request->args->validation_split > 0)
        VVI_TRY(vvi_split_count(n, request->args->validation_split, &n_validation, error));
    const size_t n_training = n - n_validation, seen = n_training + (size_t)source->window;
    const vvi_linear linear = vvi_linear_learn(request->options.scale, source->series, seen, &mean);
    if (isnan(mean))
        return vvi_fail(error, VV_FORMAT, "\"%.60s\": none of the first %zu values is there", source->series_name,
                        seen);
    fill_gaps(source->series, 0, seen);
    fill_gaps(source->series, seen, source->n_series);
    VVI_TRY(make(source, 0, n_training, linear, training, error));
    if (n_validation > 0) VVI_TRY(make(source, n_training, n_validation, linear, validation, error));
    vv_status status = write(source, linear, &root, error);
    if (status == VV_OK) status = vvi_prepare_finish(root, request->spec, *training, *validation, error);
    json_decref(root);
    return status;
}

/* That the preparation is for a series is known since its gaps were settled. */
static vv_status open_with(vvi_request *request, vvi_source *source, vv_data **data, vv_error *error)
{
    const json_t *root = request->preparation;
    vvi_linear linear = { 0, 1 };
    double window = 0;
    size_t n = 0;
    VVI_TRY(vvi_prepare_number(root, "window", &window, error));
    VVI_TRY(vvi_prepare_number(root, "offset", &linear.offset, error));
    VVI_TRY(vvi_prepare_number(root, "scale", &linear.scale, error));
    if (!(window >= 1 && window <= 1e6) || !(fabs(linear.scale) > 0))
        return vvi_fail(error, VV_FORMAT, "preparation: window %g or scale %g is not what it should be", window,
                        linear.scale);
    if (request->options.window > 0 && request->options.window != (int)window)
        return vvi_fail(error, VV_MISMATCH, "window=%d, but the preparation is for windows of %d",
                        request->options.window, (int)window);
    source->window = (int)window;
    VVI_TRY(count_examples(source, &n, error));
    fill_gaps(source->series, 0, source->n_series);
    if (isnan(source->series[0]))
        return vvi_fail(error, VV_FORMAT, "\"%.60s\": none of its values is there", source->series_name);
    VVI_TRY(make(source, 0, n, linear, data, error));
    return vvi_prepare_finish(root, request->spec, *data, NULL, error);
}

vv_status vvi_open_series(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                          vv_error *error)
{
    return request->preparation != NULL ? open_with(request, source, training, error)
                                        : learn(request, source, training, validation, error);
}
