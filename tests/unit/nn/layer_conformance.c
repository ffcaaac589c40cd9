/* layer_conformance.c - every row of the registry, in many configurations: gradients of the twins against central
 * differences, the fast path against the twins with every table of kernels, one pass against several.
 */
#include "layer_cases.h"

/* ---- the twins are right ---------------------------------------------------------------------------------------- */

static void check_differences(rig *r, rig_array *a, double base, const char *what)
{
    const double h = 1e-5;
    double error = 0, size = 0;
    for (size_t i = 0; i < a->n; i++) {
        const double value = a->value64[i];
        a->value64[i] = value + h;
        const double above = rig_loss(r);
        a->value64[i] = value - h;
        const double below = rig_loss(r);
        a->value64[i] = value;
        const double slope = (above - below) / (2 * h), given = a->gradient64[i] - base;
        error += (slope - given) * (slope - given);
        size += slope * slope;
    }
    if (!(sqrt(error) <= 1e-5 * sqrt(size) + 1e-9))
        fail_msg("%s: gradient of %s is off by %.3g of %.3g", r->c->title, what, sqrt(error), sqrt(size));
}

static void check_twin(const layer_case *c)
{
    if (c->inference) return;
    rig r = rig_new(c);
    if (r.y.n * (r.x[0].n + r.w[0].n) < 3000000) {
        rig_reference(&r);
        for (size_t k = 0; k < r.n_in; k++) check_differences(&r, &r.x[k], 0, "x");
        for (size_t k = 0; k < r.n_params; k++) check_differences(&r, &r.w[k], before, r.params[k].name);
    }
    rig_free(&r);
}

static void twins_gradients_equal_central_differences(void **state)
{
    (void)state;
    each_case(check_twin);
}

/* ---- the fast path does the same -------------------------------------------------------------------------------- */

static void check_fast(const layer_case *c)
{
    rig r = rig_new(c);
    rig_reference(&r);
    const vvi_kernels *kernels;
    for (size_t at = 0; (kernels = next_kernels(&at)) != NULL;) {
        r.no_dx = false;
        rig_fast(&r, kernels, 0);
        rig_check(&r, kernels, 2e-5);
        r.no_dx = true;
        rig_fast(&r, kernels, 0);
        rig_check(&r, kernels, 2e-5);
    }
    rig_free(&r);
}

static void fast_path_equals_twin_with_all_kernels(void **state)
{
    (void)state;
    each_case(check_fast);
}

/* What a pass has computed, so far. */
static float *copy(size_t n, const float *values)
{
    float *made = rig_memory(n, sizeof *made);
    memcpy(made, values, n * sizeof *made);
    return made;
}

static void check_split(rig *r, const vvi_kernels *kernels)
{
    float *dx[VVI_MAX_INPUTS], *dw[VVI_MAX_PARAMS];
    rig_fast(r, kernels, 0);
    float *y = copy(r->y.n, r->y.value);
    for (size_t k = 0; k < r->n_in; k++) dx[k] = copy(r->x[k].n, r->x[k].gradient);
    for (size_t k = 0; k < r->n_params; k++) dw[k] = copy(r->w[k].n, r->w[k].gradient);
    rig_fast(r, kernels, 2);
    check_same_bits(r->y.n, r->y.value, y, r->c->title, kernels->name, "y");
    for (size_t k = 0; k < r->n_in; k++) {
        check_same_bits(r->x[k].n, r->x[k].gradient, dx[k], r->c->title, kernels->name, "dx");
        free(dx[k]);
    }
    for (size_t k = 0; k < r->n_params; k++) {
        check_same_bits(r->w[k].n, r->w[k].gradient, dw[k], r->c->title, kernels->name, r->params[k].name);
        free(dw[k]);
    }
    free(y);
}

static void check_chunks(const layer_case *c)
{
    const vvi_layer_row *row = vvi_layer_row_of(c->layer.kind);
    layer_case five = *c;
    five.n = 5;
    rig r = rig_new(&five);
    const vvi_kernels *kernels;
    const bool whole = row->needs != NULL && row->needs(&c->layer, c->in, r.out).whole_batch;
    for (size_t at = 0; !whole && (kernels = next_kernels(&at)) != NULL;)
        if (strcmp(kernels->name, "reference") != 0) check_split(&r, kernels); /* that one rounds once a pass */
    rig_free(&r);
}

static void two_chunks_give_the_bits_of_one(void **state)
{
    (void)state;
    each_case(check_chunks);
}

/* A recurrent layer may round otherwise, but draws the same masks. */
static void lstm_in_two_chunks_draws_the_same_masks(void **state)
{
    (void)state;
    const layer_case c = { "lstm both dropouts", vv_lstm(6, .dropout = 0.3, .recurrent_dropout = 0.4),
                           .in = { SHAPE(4, 3) }, .n = 5 };
    rig r = rig_new(&c);
    rig_reference(&r);
    rig_fast(&r, vvi_kernels_best(), 2);
    rig_check(&r, vvi_kernels_best(), 2e-5);
    rig_free(&r);
}

/* ---- fusions ---------------------------------------------------------------------------------------------------- */

/* A loss that takes over the activation hands in the gradient of the sums: with dy * f' the results are the same. */
static void check_linear(const layer_case *c)
{
    rig r = rig_new(c);
    const vv_activation f = r.row->activation == NULL ? VV_LINEAR : r.row->activation(&c->layer);
    const int cols = r.out.dim[r.out.rank - 1], rows = (int)r.y.n / cols;
    const bool from_y = f != VV_GELU && f != VV_SWISH;
    if (r.row->activation != NULL && from_y && !c->inference) {
        const vvi_kernels *kernels = vvi_kernels_best();
        rig_reference(&r);
        double *dy = rig_memory(r.y.n, sizeof *dy);
        vvi_reference_activation_gradient(f, rows, cols, r.y.value64, r.y.value64, r.y.gradient64, dy);
        for (size_t i = 0; i < r.y.n; i++) r.y.gradient[i] = (float)dy[i];
        r.dy_is_linear = true;
        rig_fast(&r, kernels, 0);
        rig_check(&r, kernels, 2e-5);
        free(dy);
    }
    rig_free(&r);
}

static void gradients_before_the_activation_can_be_handed_in(void **state)
{
    (void)state;
    each_case(check_linear);
}

/* What the pooling lets through is what a relu before it would. */
static void check_masked_pooling(const layer_case *c)
{
    rig r = rig_new(c);
    for (size_t i = 0; i < r.x[0].n; i++) {
        r.x[0].value64[i] = fmax(r.x[0].value64[i] - 0.5, 0);
        r.x[0].value[i] = (float)r.x[0].value64[i];
    }
    rig_reference(&r);
    for (size_t i = 0; i < r.x[0].n; i++)
        if (r.x[0].value64[i] <= 0) r.x[0].gradient64[i] = 0;
    r.mask_relu = true;
    const vvi_kernels *kernels;
    for (size_t at = 0; (kernels = next_kernels(&at)) != NULL;) {
        rig_fast(&r, kernels, 0);
        rig_check(&r, kernels, 2e-5);
    }
    rig_free(&r);
}

static void pooling_applies_the_mask_of_a_relu_before_it(void **state)
{
    (void)state;
    each_pooling_case(check_masked_pooling);
}

/* ---- what holds for every row ----------------------------------------------------------------------------------- */

static bool seen[64];

static void see(const layer_case *c)
{
    seen[c->layer.kind] = true;
}

static void every_row_that_computes_has_cases(void **state)
{
    (void)state;
    each_case(see);
    const vvi_layer_row *row;
    for (size_t i = 0; (row = vvi_layer_row_at(i)) != NULL; i++) {
        if (row->forward != NULL && !seen[row->info.kind]) fail_msg("%s has no case", row->info.name);
        assert_int_equal(row->forward == NULL, row->reference_forward == NULL);
        assert_int_equal(row->backward == NULL, row->reference_backward == NULL);
        assert_int_equal(row->forward == NULL, row->backward == NULL);
    }
}

/* What a row that computes nothing yet may have, and no others than these are such rows. */
static void rows_that_cannot_be_trained_have_shape_and_cost_only(void **state)
{
    (void)state;
    const vv_layer_kind untrained[] = { VV_LAYER_DEPTHWISE_CONV2D, VV_LAYER_AVERAGE_POOLING2D,
                                        VV_LAYER_GLOBAL_AVERAGE_POOLING2D, VV_LAYER_BATCH_NORMALIZATION };
    size_t n = 0;
    const vvi_layer_row *row;
    for (size_t i = 0; (row = vvi_layer_row_at(i)) != NULL; i++) {
        assert_non_null(row->shape);
        assert_true(!row->alias || row->inference == VVI_RENAMES);
        if (vvi_layer_is_trainable(row)) continue;
        assert_true(n < 4);
        assert_int_equal(row->info.kind, untrained[n++]);
        assert_true(row->prepare == NULL && row->needs == NULL && !row->alias);
    }
    assert_int_equal(n, 4);
}

static double share_of_zeros(const rig *r)
{
    size_t zeros = 0;
    for (size_t i = 0; i < r->y.n; i++) zeros += r->y.value[i] == 0;
    return (double)zeros / (double)r->y.n;
}

static void dropout_zeroes_its_rate_and_keeps_the_mean(void **state)
{
    (void)state;
    const double rates[] = { 0.1, 0.5, 0.9 };
    for (size_t k = 0; k < 3; k++) {
        const layer_case c = { "dropout", vv_dropout(rates[k]), .in = { SHAPE(10001) }, .n = 10 };
        rig r = rig_new(&c);
        for (size_t i = 0; i < r.x[0].n; i++) r.x[0].value[i] = 1;
        rig_fast(&r, vvi_kernels_best(), 0);
        CHECK_NEAR(share_of_zeros(&r), rates[k], 4 * sqrt(rates[k] * (1 - rates[k]) / 100010));
        double sum = 0;
        for (size_t i = 0; i < r.y.n; i++) sum += (double)r.y.value[i];
        CHECK_NEAR(sum / (double)r.y.n, 1, 0.05);
        assert_memory_not_equal(r.y.value, r.y.value + 10001, 10001 * sizeof(float));
        rig_free(&r);
    }
}

static void macs_count_the_products(void **state)
{
    (void)state;
    vv_shape in = SHAPE(28, 28, 1), out = SHAPE(26, 26, 32);
    const vv_layer conv = vv_conv2d(32), dense = vv_dense(10), lstm = vv_lstm(32);
    assert_int_equal(vvi_layer_row_of(conv.kind)->macs(&conv, &in, out), 26 * 26 * 32 * 9);
    in = (vv_shape)SHAPE(5, 100);
    out = (vv_shape)SHAPE(5, 10);
    assert_int_equal(vvi_layer_row_of(dense.kind)->macs(&dense, &in, out), 5 * 100 * 10);
    in = (vv_shape)SHAPE(100, 1);
    assert_int_equal(vvi_layer_row_of(lstm.kind)->macs(&lstm, &in, out), 100 * 33 * 128);
    const vv_layer depthwise = vv_depthwise_conv2d(3, .kernel_width = 2, .depth_multiplier = 4, .padding = VV_SAME),
                   normalization = vv_batch_normalization();
    in = (vv_shape)SHAPE(9, 8, 5);
    out = (vv_shape)SHAPE(9, 8, 20);
    assert_int_equal(vvi_layer_row_of(depthwise.kind)->macs(&depthwise, &in, out), 9 * 8 * 20 * 3 * 2);
    assert_int_equal(vvi_layer_row_of(normalization.kind)->macs(&normalization, &out, out), 9 * 8 * 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twins_gradients_equal_central_differences),
        cmocka_unit_test(fast_path_equals_twin_with_all_kernels),
        cmocka_unit_test(two_chunks_give_the_bits_of_one),
        cmocka_unit_test(lstm_in_two_chunks_draws_the_same_masks),
        cmocka_unit_test(gradients_before_the_activation_can_be_handed_in),
        cmocka_unit_test(pooling_applies_the_mask_of_a_relu_before_it),
        cmocka_unit_test(every_row_that_computes_has_cases),
        cmocka_unit_test(rows_that_cannot_be_trained_have_shape_and_cost_only),
        cmocka_unit_test(dropout_zeroes_its_rate_and_keeps_the_mean),
        cmocka_unit_test(macs_count_the_products),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
