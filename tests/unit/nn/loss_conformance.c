/* loss_conformance.c - every row of the registry of losses: gradients against central differences, the fast value
 * against the reference, what it takes over from an activation against doing both, sizes, refusals.
 */
#include "check.h"
#include "nn/layer.h"

enum { N = 7, MAX_SIZE = 10 };

typedef struct batch {
    const vvi_loss_row *row;
    vvi_loss_options options;
    int size, target_size;
    double z[N * MAX_SIZE], p[N * MAX_SIZE]; /* before and after the activation that the loss fuses with */
    float p32[N * MAX_SIZE], z32[N * MAX_SIZE], y[N * MAX_SIZE], w[N];
} batch;

static vv_activation activation_of(const batch *b)
{
    return b->row->fuses;
}

static void fill_targets(batch *b, vvi_stream *stream)
{
    const bool is_class = b->row->loss == VV_SPARSE_CATEGORICAL_CROSSENTROPY;
    b->target_size = is_class ? 1 : b->size;
    for (int i = 0; i < N * b->target_size; i++)
        b->y[i] = is_class ? (float)vvi_stream_below(stream, (uint64_t)b->size) : (float)vvi_stream_unit(stream);
}

static batch batch_new(const vvi_loss_row *row, vvi_loss_options options, int size)
{
    batch b = { .row = row, .options = options, .size = size };
    vvi_stream stream = vvi_stream_begin(vvi_key_new(3, row->name));
    fill_targets(&b, &stream);
    for (int i = 0; i < N * size; i++) b.z[i] = (double)(b.z32[i] = (float)(2 * vvi_stream_normal(&stream)));
    for (int i = 0; i < N; i++) b.w[i] = (float)vvi_stream_unit(&stream);
    vvi_reference_activation(activation_of(&b), N, size, b.z, b.p);
    for (int i = 0; i < N * size; i++) b.p32[i] = (float)b.p[i];
    return b;
}

/* What the model gives to the loss: logits when the loss says so. */
static const double *outputs(const batch *b)
{
    return b->options.from_logits ? b->z : b->p;
}

static const float *outputs32(const batch *b)
{
    return b->options.from_logits ? b->z32 : b->p32;
}

static double reference(const batch *b, const double *p, double factor, double *dp)
{
    return b->row->reference(&b->options, N, b->size, b->target_size, p, b->y, b->w, factor, dp);
}

typedef void check_batch(const batch *b);

static void each_batch(check_batch *check)
{
    const vvi_loss_row *row;
    const int sizes[] = { 1, 2, 3, MAX_SIZE };
    for (size_t i = 0; (row = vvi_loss_row_at(i)) != NULL; i++) {
        for (size_t k = 0; k < 4; k++) {
            for (int variant = 0; variant < 4; variant++) {
                const vvi_loss_options options = { .huber_delta = 0.3 + variant,
                                                   .label_smoothing = variant % 2 == 0 ? 0 : 0.2,
                                                   .from_logits = variant >= 2 };
                const batch b = batch_new(row, options, sizes[k]);
                check(&b);
            }
        }
    }
}

static void check_gradient(const batch *b)
{
    const double factor = 0.7;
    double p[N * MAX_SIZE], dp[N * MAX_SIZE], error = 0, size = 0;
    memcpy(p, outputs(b), sizeof p);
    reference(b, p, factor, dp);
    for (int i = 0; i < N * b->size; i++) {
        const double value = p[i], h = 1e-5 * (fabs(value) + 1e-6); /* probabilities may be small */
        p[i] = value + h;
        const double above = reference(b, p, 1, NULL);
        p[i] = value - h;
        const double below = reference(b, p, 1, NULL);
        p[i] = value;
        const double slope = factor * (above - below) / (2 * h);
        error += (slope - dp[i]) * (slope - dp[i]);
        size += slope * slope;
    }
    if (b->row->fuses == VV_SOFTMAX && b->size == 1 && !b->options.from_logits) return; /* p = 1 lies on the clip */
    if (!(sqrt(error) <= 1e-5 * sqrt(size) + 1e-8))
        fail_msg("%s of %d: gradient is off by %g of %g", b->row->name, b->size, sqrt(error), sqrt(size));
}

static void reference_gradients_equal_central_differences(void **state)
{
    (void)state;
    each_batch(check_gradient);
}

static void check_value(const batch *b)
{
    double dp[N * MAX_SIZE];
    float dp32[N * MAX_SIZE];
    const double expected = reference(b, outputs(b), 0.25, dp);
    const double value =
        b->row->value(&b->options, N, b->size, b->target_size, outputs32(b), b->y, b->w, 0.25, false, dp32);
    CHECK_NEAR(value, expected, 1e-5 * (1 + fabs(expected)));
    for (int i = 0; i < N * b->size && b->size > 1; i++) CHECK_NEAR(dp32[i], dp[i], 1e-4 * (1 + fabs(dp[i])));
    const double alone =
        b->row->value(&b->options, N, b->size, b->target_size, outputs32(b), b->y, b->w, 1, false, NULL);
    CHECK_EQUAL_EXACTLY(alone, value);
}

static void value_equals_reference_and_does_not_depend_on_the_gradient(void **state)
{
    (void)state;
    each_batch(check_value);
}

static void check_fused(const batch *b)
{
    if (b->row->fuses == VV_LINEAR || b->options.from_logits || (b->row->fuses == VV_SOFTMAX && b->size == 1)) return;
    double dp[N * MAX_SIZE], dz[N * MAX_SIZE];
    float dz32[N * MAX_SIZE];
    const double expected = reference(b, b->p, 0.5, dp);
    vvi_reference_activation_gradient(b->row->fuses, N, b->size, b->z, b->p, dp, dz);
    const double value = b->row->value(&b->options, N, b->size, b->target_size, b->p32, b->y, b->w, 0.5, true, dz32);
    CHECK_NEAR(value, expected, 1e-5 * (1 + fabs(expected)));
    for (int i = 0; i < N * b->size; i++) CHECK_NEAR(dz32[i], dz[i], 1e-5);
}

static void fused_gradient_equals_that_through_the_activation(void **state)
{
    (void)state;
    each_batch(check_fused);
}

static void check_logits(const batch *b)
{
    if (b->row->fuses == VV_LINEAR || b->options.from_logits || (b->row->fuses == VV_SOFTMAX && b->size == 1)) return;
    batch logits = *b;
    double dz[N * MAX_SIZE];
    float fused[N * MAX_SIZE];
    logits.options.from_logits = true;
    CHECK_NEAR(reference(&logits, b->z, 1, dz), reference(b, b->p, 1, NULL), 1e-6);
    b->row->value(&b->options, N, b->size, b->target_size, b->p32, b->y, b->w, 1, true, fused);
    for (int i = 0; i < N * b->size; i++) CHECK_NEAR(fused[i], dz[i], 1e-5);
}

static void logits_give_what_their_probabilities_give(void **state)
{
    (void)state;
    each_batch(check_logits);
}

static void weights_scale_and_no_weights_are_ones(void **state)
{
    (void)state;
    const vvi_loss_row *row;
    for (size_t i = 0; (row = vvi_loss_row_at(i)) != NULL; i++) {
        batch b = batch_new(row, (vvi_loss_options){ .huber_delta = 1 }, 3);
        const double plain = row->value(&b.options, N, 3, b.target_size, b.p32, b.y, NULL, 1, false, NULL);
        for (int k = 0; k < N; k++) b.w[k] = 2;
        CHECK_NEAR(row->value(&b.options, N, 3, b.target_size, b.p32, b.y, b.w, 1, false, NULL), 2 * plain, 1e-12);
        for (int k = 0; k < N; k++) b.w[k] = 0;
        CHECK_EQUAL_EXACTLY(row->value(&b.options, N, 3, b.target_size, b.p32, b.y, b.w, 1, false, NULL), 0.0);
    }
}

static double one_value(vv_loss loss, vvi_loss_options options, int size, const float *p, const float *y, float *dp)
{
    const int target = loss == VV_SPARSE_CATEGORICAL_CROSSENTROPY ? 1 : size;
    return vvi_loss_row_of(loss)->value(&options, 1, size, target, p, y, NULL, 1, false, dp);
}

static void values_are_those_of_the_formulas(void **state)
{
    (void)state;
    const vvi_loss_options none = { .huber_delta = 1 };
    const float p[] = { 0.2F, 0.5F, 0.3F }, hot[] = { 0, 1, 0 }, class[] = { 1 }, d[] = { 0.2F, 2.5F, -3.7F };
    CHECK_NEAR(one_value(VV_SPARSE_CATEGORICAL_CROSSENTROPY, none, 3, p, class, NULL), log(2), 1e-7);
    CHECK_NEAR(one_value(VV_CATEGORICAL_CROSSENTROPY, none, 3, p, hot, NULL), log(2), 1e-7);
    CHECK_NEAR(one_value(VV_CATEGORICAL_CROSSENTROPY, (vvi_loss_options){ .label_smoothing = 0.3 }, 3, p, hot, NULL),
               -0.1 * log(0.2) - 0.8 * log(0.5) - 0.1 * log(0.3), 1e-7);
    CHECK_NEAR(one_value(VV_BINARY_CROSSENTROPY, none, 3, p, hot, NULL), -(log(0.8) + log(0.5) + log(0.7)) / 3, 1e-7);
    CHECK_NEAR(one_value(VV_BINARY_CROSSENTROPY, (vvi_loss_options){ .label_smoothing = 0.2 }, 1, p, hot, NULL),
               -0.1 * log(0.2) - 0.9 * log(0.8), 1e-7);
    CHECK_NEAR(one_value(VV_MSE, none, 3, d, hot, NULL), (0.04 + 2.25 + 13.69) / 3, 1e-6);
    CHECK_NEAR(one_value(VV_MAE, none, 3, d, hot, NULL), (0.2 + 1.5 + 3.7) / 3, 1e-6);
    CHECK_NEAR(one_value(VV_HUBER, none, 3, d, hot, NULL), (0.02 + 1 + 3.2) / 3, 1e-6);
}

static void extreme_outputs_stay_finite(void **state)
{
    (void)state;
    const float sure[] = { 0, 1 }, hot[] = { 1, 0 }, class[] = { 0 }, logits[] = { -3e38F, 3e38F },
                large[] = { -500, 800 };
    const vvi_loss_options from_logits = { .from_logits = true }, none = { 0 };
    float dp[2];
    const vv_loss losses[] = { VV_SPARSE_CATEGORICAL_CROSSENTROPY, VV_CATEGORICAL_CROSSENTROPY,
                               VV_BINARY_CROSSENTROPY };
    for (size_t i = 0; i < 3; i++) {
        const float *y = losses[i] == VV_SPARSE_CATEGORICAL_CROSSENTROPY ? class : hot;
        CHECK_NEAR(one_value(losses[i], none, 2, sure, y, dp), -log(1e-7), 1e-5);
        assert_true(isfinite(dp[0]) && isfinite(dp[1]));
        assert_true(isfinite(one_value(losses[i], from_logits, 2, logits, y, dp)));
        assert_true(isfinite(dp[0]) && isfinite(dp[1]));
        CHECK_NEAR(one_value(losses[i], from_logits, 2, large, y, dp), losses[i] == VV_BINARY_CROSSENTROPY ? 650 : 1300,
                   1e-6);
    }
}

static void a_loss_of_nan_is_nan(void **state)
{
    (void)state;
    const float p[] = { NAN, 0.5F }, y[] = { 0, 1 };
    const vvi_loss_row *row;
    for (size_t i = 0; (row = vvi_loss_row_at(i)) != NULL; i++)
        for (int logits = 0; logits < 2; logits++)
            assert_true(isnan(one_value(row->loss, (vvi_loss_options){ 1, 0, logits == 1 }, 2, p, y, NULL)));
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static void shapes_that_do_not_fit_are_refused_with_their_numbers(void **state)
{
    (void)state;
    static const struct {
        vv_loss loss;
        vv_shape out, target;
        const char *text;
    } cases[] = {
        { VV_SPARSE_CATEGORICAL_CROSSENTROPY, { 1, { 10 } }, { 1, { 10 } }, "the targets are 10" },
        { VV_SPARSE_CATEGORICAL_CROSSENTROPY, { 1, { 1 } }, { 1, { 1 } }, "take binary_crossentropy" },
        { VV_SPARSE_CATEGORICAL_CROSSENTROPY, { 2, { 5, 10 } }, { 1, { 1 } }, "the model's is 5x10; flatten" },
        { VV_CATEGORICAL_CROSSENTROPY, { 1, { 10 } }, { 1, { 1 } }, "the output's shape 10, not 1" },
        { VV_BINARY_CROSSENTROPY, { 1, { 1 } }, { 1, { 2 } }, "the output's shape 1, not 2" },
        { VV_MSE, { 2, { 3, 2 } }, { 2, { 2, 3 } }, "the output's shape 3x2, not 2x3" },
        { VV_MAE, { 1, { 3 } }, { 1, { 2 } }, "mae: wants" },
        { VV_HUBER, { 1, { 3 } }, { 1, { 2 } }, "huber: wants" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vv_error error = { 0 };
        const vvi_loss_options options = { .huber_delta = 1 };
        assert_int_equal(vvi_loss_row_of(cases[i].loss)->check(cases[i].out, cases[i].target, &options, &error),
                         VV_BAD_SHAPE);
        CHECK_CONTAINS(error.text, cases[i].text);
    }
    CHECK_OK(vvi_loss_row_of(VV_MSE)->check((vv_shape){ 2, { 7, 1 } }, (vv_shape){ 1, { 7 } }, NULL, NULL));
}

static void first_bad_target_is_named_with_its_row(void **state)
{
    (void)state;
    const float too_large[] = { 0, 9, 10, 11 }, negative[] = { 0, -1 }, half[] = { 0, 1, 1.5F }, nan_class[] = { NAN };
    const float weights[] = { 0, 1, 0.5F, -0.5F }, bits[] = { 0, 1, 1, 2 };
    const struct {
        vv_loss loss;
        int size;
        size_t n;
        const float *y;
        const char *text;
    } cases[] = {
        { VV_SPARSE_CATEGORICAL_CROSSENTROPY, 10, 4, too_large,
          "row 2: class 10 is not in 0..9, the model has 10 outputs" },
        { VV_SPARSE_CATEGORICAL_CROSSENTROPY, 10, 2, negative, "row 1: class -1 is not in 0..9" },
        { VV_SPARSE_CATEGORICAL_CROSSENTROPY, 10, 3, half, "row 2: class 1.5 is not a whole number" },
        { VV_SPARSE_CATEGORICAL_CROSSENTROPY, 10, 1, nan_class, "row 0: class nan is not a whole number" },
        { VV_CATEGORICAL_CROSSENTROPY, 2, 2, weights, "row 1: the weight of class 1 is -0.5" },
        { VV_BINARY_CROSSENTROPY, 2, 2, bits, "row 1: target 2 is not in 0..1" },
        { VV_BINARY_CROSSENTROPY, 1, 1, nan_class, "row 0: target nan is not in 0..1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vv_error error = { 0 };
        const vv_shape out = { 1, { cases[i].size } };
        assert_int_equal(vvi_loss_row_of(cases[i].loss)->check_targets(out, cases[i].n, cases[i].y, &error),
                         VV_BAD_ARG);
        CHECK_CONTAINS(error.text, cases[i].text);
        CHECK_OK(vvi_loss_row_of(cases[i].loss)->check_targets(out, 0, cases[i].y, NULL));
    }
    CHECK_OK(vvi_loss_row_of(VV_SPARSE_CATEGORICAL_CROSSENTROPY)
                 ->check_targets((vv_shape){ 1, { 10 } }, 2, too_large, NULL));
}

static void every_loss_has_a_row(void **state)
{
    (void)state;
    for (int loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY; loss <= VV_HUBER; loss++)
        assert_int_equal(vvi_loss_row_of((vv_loss)loss)->loss, loss);
    assert_null(vvi_loss_row_of(VV_LOSS_NONE));
    assert_null(vvi_loss_row_at(6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_gradients_equal_central_differences),
        cmocka_unit_test(value_equals_reference_and_does_not_depend_on_the_gradient),
        cmocka_unit_test(fused_gradient_equals_that_through_the_activation),
        cmocka_unit_test(logits_give_what_their_probabilities_give),
        cmocka_unit_test(weights_scale_and_no_weights_are_ones),
        cmocka_unit_test(values_are_those_of_the_formulas),
        cmocka_unit_test(extreme_outputs_stay_finite),
        cmocka_unit_test(a_loss_of_nan_is_nan),
        cmocka_unit_test(shapes_that_do_not_fit_are_refused_with_their_numbers),
        cmocka_unit_test(first_bad_target_is_named_with_its_row),
        cmocka_unit_test(every_loss_has_a_row),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
