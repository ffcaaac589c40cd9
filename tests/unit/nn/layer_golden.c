/* layer_golden.c - layers, activations and losses against what Keras computes (tests/golden/README.md): every case of
 * layers.safetensors but the metrics, by the twin and by every table of kernels.
 */
#include "golden.h"
#include "layer_harness.h"
#include "nn/values.h"

#include <jansson.h>

typedef struct golden_case {
    const vvi_tensors *tensors;
    const char *name;
    const json_t *options;
} golden_case;

static const char *option(const golden_case *c, const char *key)
{
    const char *text = json_string_value(json_object_get(c->options, key));
    return text == NULL ? "" : text;
}

static bool has(const golden_case *c, const char *tensor)
{
    char name[128];
    vvi_tensor found;
    snprintf(name, sizeof name, "%s/%s", c->name, tensor);
    return vvi_tensors_get(c->tensors, name, &found, NULL) == VV_OK;
}

static float *floats(const golden_case *c, const char *tensor, size_t *n)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s", c->name, tensor);
    return golden_floats(c->tensors, name, n);
}

/* ---- a layer from the options of Keras -------------------------------------------------------------------------- */

static const struct {
    const char *keras;
    vv_layer_kind kind;
} kinds[] = { { "Conv2D", VV_LAYER_CONV2D },
              { "MaxPooling2D", VV_LAYER_MAX_POOLING2D },
              { "LSTM", VV_LAYER_LSTM },
              { "Dense", VV_LAYER_DENSE },
              { "Flatten", VV_LAYER_FLATTEN } };

/* Names that differ: pairs give height and width, switches say the opposite. */
static const struct {
    const char *keras, *field, *second;
} names[] = { { "kernel_size", "kernel_size", "kernel_width" },
              { "pool_size", "pool_size", "pool_width" },
              { "strides", "strides", "strides_width" },
              { "dilation_rate", "dilation_rate", "dilation_width" },
              { "use_bias", "no_bias", NULL },
              { "unit_forget_bias", "no_unit_forget_bias", NULL } };

static void set_field(vv_layer *layer, const char *name, const json_t *value)
{
    const vv_layer_info *info = vv_layer_info_of(layer->kind);
    vv_error error = { 0 };
    const vv_field *field = vvi_values_find(info->fields, info->n_fields, name);
    if (field == NULL) fail_msg("%s has no field %s", info->name, name);
    double number = json_is_boolean(value) ? json_boolean_value(value) : json_number_value(value);
    if (json_is_string(value)) number = vvi_value_label(field, json_string_value(value));
    if (vv_layer_set(layer, name, number, &error) != VV_OK) fail_msg("%s", error.text);
}

static void set_option(vv_layer *layer, const char *key, const json_t *value)
{
    size_t i = 0;
    while (i < sizeof names / sizeof *names && strcmp(names[i].keras, key) != 0) i++;
    if (i == sizeof names / sizeof *names) {
        set_field(layer, key, value);
    } else if (json_is_boolean(value)) {
        set_field(layer, names[i].field, json_is_true(value) ? json_false() : json_true());
    } else if (json_is_array(value)) {
        set_field(layer, names[i].field, json_array_get(value, 0));
        set_field(layer, names[i].second, json_array_get(value, 1));
    } else {
        set_field(layer, key, value);
    }
}

static vv_layer layer_of(const golden_case *c)
{
    vv_layer layer = { .kind = VV_LAYER_ACTIVATION };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].keras, option(c, "layer")) == 0) layer.kind = kinds[i].kind;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)c->options, key, value)
    {
        const bool is_ours = strcmp(key, "layer") != 0 && strcmp(key, "holds") != 0 && strcmp(key, "axis") != 0;
        if (is_ours && !json_is_null(value)) set_option(&layer, key, value);
    }
    return layer;
}

/* ---- layers ----------------------------------------------------------------------------------------------------- */

/* The first axis is the batch, but where there is only one. */
static layer_case case_of(const golden_case *c)
{
    char name[128];
    snprintf(name, sizeof name, "%s/x", c->name);
    const vvi_tensor x = golden_tensor(c->tensors, name);
    const int first = x.rank > 1;
    layer_case made = { .title = c->name, .layer = layer_of(c), .n = first ? (int)x.dim[0] : 1 };
    made.in[0].rank = x.rank - first;
    for (int i = first; i < x.rank; i++) made.in[0].dim[i - first] = (int)x.dim[i];
    return made;
}

static void set_values(const golden_case *c, const char *tensor, size_t n, float *to, double *to64)
{
    size_t given;
    float *values = floats(c, tensor, &given);
    assert_int_equal(given, n);
    memcpy(to, values, n * sizeof *to);
    for (size_t i = 0; i < n; i++) to64[i] = (double)values[i];
    free(values);
}

static void check_array(const golden_case *c, const char *tensor, size_t n, const float *fast, const double *twin,
                        const char *kernels, double base)
{
    size_t given;
    float *expected = floats(c, tensor, &given);
    double largest = 1e-3;
    assert_int_equal(given, n);
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs((double)expected[i]));
    for (size_t i = 0; i < n; i++) {
        const double wanted = (double)expected[i] + base, value = fast == NULL ? twin[i] : (double)fast[i];
        if (!(fabs(value - wanted) <= 1e-5 * largest))
            fail_msg("%s, %s: %s[%zu] is %.9g, Keras has %.9g", c->name, kernels, tensor, i, value, wanted);
    }
    free(expected);
}

static void check_arrays(const golden_case *c, const rig *r, const char *kernels, bool twin)
{
    check_array(c, "y", r->y.n, twin ? NULL : r->y.value, r->y.value64, kernels, 0);
    check_array(c, "dx", r->x[0].n, twin ? NULL : r->x[0].gradient, r->x[0].gradient64, kernels, 0);
    for (size_t k = 0; k < r->n_params; k++) {
        char name[40];
        snprintf(name, sizeof name, "d%s", r->params[k].name);
        check_array(c, name, r->w[k].n, twin ? NULL : r->w[k].gradient, r->w[k].gradient64, kernels, before);
    }
}

static void check_layer(const golden_case *c)
{
    const layer_case made = case_of(c);
    rig r = rig_new(&made);
    set_values(c, "x", r.x[0].n, r.x[0].value, r.x[0].value64);
    set_values(c, "dy", r.y.n, r.y.gradient, r.y.gradient64);
    for (size_t k = 0; k < r.n_params; k++) set_values(c, r.params[k].name, r.w[k].n, r.w[k].value, r.w[k].value64);
    assert_int_equal(has(c, "bias"), r.n_params > 0 && strcmp(r.params[r.n_params - 1].name, "bias") == 0);
    rig_reference(&r);
    check_arrays(c, &r, "twin", true);
    const vvi_kernels *kernels;
    for (size_t at = 0; (kernels = next_kernels(&at)) != NULL;) {
        rig_fast(&r, kernels, 0);
        check_arrays(c, &r, kernels->name, false);
    }
    rig_free(&r);
}

/* An alias has no passes: its output is its input under the shape that Keras gives. */
static void check_alias(const golden_case *c)
{
    const layer_case made = case_of(c);
    rig r = rig_new(&made);
    set_values(c, "x", r.x[0].n, r.x[0].value, r.x[0].value64);
    check_array(c, "y", r.y.n, r.x[0].value, NULL, "alias", 0);
    rig_free(&r);
}

static void check_initial_bias(const golden_case *c)
{
    const vv_layer layer = layer_of(c);
    const vv_shape in = SHAPE(3, 2);
    vvi_param params[VVI_MAX_PARAMS];
    float values[64];
    assert_int_equal(vvi_layer_row_of(layer.kind)->params(&layer, &in, params), 3);
    CHECK_OK(vvi_param_init(&params[2], vvi_key_new(1, "bias"), values));
    check_array(c, "bias", (size_t)params[2].dim[0], values, NULL, "initializer", 0);
}

/* ---- losses ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *keras;
    vv_loss loss;
} losses[] = { { "MeanSquaredError", VV_MSE },
               { "MeanAbsoluteError", VV_MAE },
               { "Huber", VV_HUBER },
               { "BinaryCrossentropy", VV_BINARY_CROSSENTROPY },
               { "SparseCategoricalCrossentropy", VV_SPARSE_CATEGORICAL_CROSSENTROPY },
               { "CategoricalCrossentropy", VV_CATEGORICAL_CROSSENTROPY } };

static const vvi_loss_row *loss_of(const golden_case *c)
{
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        if (strcmp(losses[i].keras, option(c, "loss")) == 0) return vvi_loss_row_of(losses[i].loss);
    fail_msg("%s: no such loss", c->name);
    return NULL;
}

static void check_loss_gradient(const golden_case *c, size_t size, const float *dp, int n, bool is_categorical)
{
    size_t given;
    float *expected = floats(c, "dy_pred", &given);
    assert_int_equal(given, size);
    for (size_t i = 0; i < size; i++) /* TensorFlow's is (p - y) / p: see README.md */
        CHECK_NEAR((double)dp[i] + (is_categorical ? 1.0 / n : 0), expected[i], 2e-5 * (1 + fabs((double)expected[i])));
    free(expected);
}

static void check_loss(const golden_case *c)
{
    size_t n, size, target_size;
    const vvi_loss_row *row = loss_of(c);
    float *y = floats(c, "y_true", &target_size), *p = floats(c, "y_pred", &size), *each = floats(c, "y", &n);
    float *value = floats(c, "value", NULL), *dp = rig_memory(size, sizeof *dp);
    const double delta = json_number_value(json_object_get(c->options, "delta"));
    const vvi_loss_options options = { .huber_delta = delta > 0 ? delta : 1 };
    const size_t out = size / n, target = target_size / n;
    const double tolerance = strstr(c->name, "clipped") != NULL ? 0.02 : 1e-5; /* 1 - 1e-7 is not a float32 */
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(row->value(&options, 1, (int)out, (int)target, p + i * out, y + i * target, NULL, 1, false, NULL),
                   each[i], tolerance * (1 + fabs((double)each[i])));
    const double sum = row->value(&options, (int)n, (int)out, (int)target, p, y, NULL, 1 / (double)n, false, dp);
    CHECK_NEAR(sum / (double)n, value[0], tolerance * (1 + fabs((double)value[0])));
    if (has(c, "dy_pred")) check_loss_gradient(c, size, dp, (int)n, row->fuses == VV_SOFTMAX);
    free(y);
    free(p);
    free(each);
    free(value);
    free(dp);
}

/* ---- all cases -------------------------------------------------------------------------------------------------- */

typedef void check_golden(const golden_case *c);

static check_golden *check_of(const golden_case *c)
{
    if (json_object_get(c->options, "loss") != NULL) return check_loss;
    if (json_object_get(c->options, "metric") != NULL) return NULL;
    if (json_object_get(c->options, "holds") != NULL) return check_initial_bias;
    return strcmp(option(c, "layer"), "Flatten") == 0 ? check_alias : check_layer;
}

static void check_all(check_golden *wanted, int at_least)
{
    vvi_tensors tensors = golden_open(GOLDEN("layers"));
    json_t *cases = json_loads(vvi_tensors_metadata(&tensors, "cases"), 0, NULL), *options;
    const char *name;
    int n = 0;
    assert_non_null(cases);
    json_object_foreach(cases, name, options)
    {
        const golden_case c = { &tensors, name, options };
        if (check_of(&c) != wanted) continue;
        wanted(&c);
        n++;
    }
    json_decref(cases);
    vvi_tensors_close(&tensors);
    assert_true(n >= at_least);
}

static void layers_and_activations_compute_what_keras_computes(void **state)
{
    (void)state;
    check_all(check_layer, 60);
}

static void flatten_and_initial_biases_are_those_of_keras(void **state)
{
    (void)state;
    check_all(check_alias, 1);
    check_all(check_initial_bias, 2);
}

static void losses_compute_what_keras_computes(void **state)
{
    (void)state;
    check_all(check_loss, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_and_activations_compute_what_keras_computes),
        cmocka_unit_test(flatten_and_initial_biases_are_those_of_keras),
        cmocka_unit_test(losses_compute_what_keras_computes),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
