/* layer_shapes.c - shape rules and field tables as a user sees them: output shapes, refusals and their texts, setting
 * fields by name.
 */
#include "check.h"
#include "nn/layer.h"
#include <varve/model.h>

#include <limits.h>

#define SHAPE(...)  ((vv_shape){ .rank = (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)), .dim = { __VA_ARGS__ } })
#define SHAPES(...) ((const vv_shape[VVI_MAX_INPUTS]){ __VA_ARGS__ })

static vv_status shape_of(vv_layer layer, const vv_shape *in, vv_shape *out, vv_error *error)
{
    const vvi_layer_row *row = vvi_layer_row_of(layer.kind);
    size_t n = 0;
    while (n < VVI_MAX_INPUTS && in[n].rank > 0) n++;
    *out = (vv_shape){ 0 };
    const vv_status status = vvi_layer_check(&layer, row->info.name, error);
    return status != VV_OK ? status : row->shape(&layer, row->info.name, in, n, out, error);
}

static void check_shape(vv_layer layer, const vv_shape *in, vv_shape expected)
{
    vv_shape out;
    vv_error error = { 0 };
    char text[64], wanted[64];
    if (shape_of(layer, in, &out, &error) != VV_OK) fail_msg("%s", error.text);
    vvi_shape_format(out, text, sizeof text);
    vvi_shape_format(expected, wanted, sizeof wanted);
    assert_string_equal(text, wanted);
}

static void check_refusal(vv_layer layer, const vv_shape *in, vv_status status, const char *expected)
{
    vv_shape out;
    vv_error error = { 0 };
    assert_int_equal(shape_of(layer, in, &out, &error), status);
    assert_string_equal(error.text, expected);
}

static void shapes_are_those_of_keras(void **state)
{
    (void)state;
    const vv_shape none[VVI_MAX_INPUTS] = { { 0 } };
    check_shape(vv_input(28, 28, 1), none, SHAPE(28, 28, 1));
    check_shape(vv_input(7), none, SHAPE(7));
    check_shape(vv_dense(4), SHAPES(SHAPE(5, 6)), SHAPE(5, 4));
    check_shape(vv_conv2d(32), SHAPES(SHAPE(28, 28, 1)), SHAPE(26, 26, 32));
    check_shape(vv_conv2d(8, .padding = VV_SAME, .strides = 2), SHAPES(SHAPE(9, 8, 3)), SHAPE(5, 4, 8));
    check_shape(vv_conv2d(8, .kernel_size = 4, .strides = 3), SHAPES(SHAPE(11, 9, 3)), SHAPE(3, 2, 8));
    check_shape(vv_conv2d(8, .dilation_rate = 2), SHAPES(SHAPE(5, 6, 3)), SHAPE(1, 2, 8));
    check_shape(vv_conv2d(8, .kernel_size = 1, .kernel_width = 5), SHAPES(SHAPE(5, 6, 3)), SHAPE(5, 2, 8));
    check_shape(vv_max_pooling2d(2), SHAPES(SHAPE(7, 5, 3)), SHAPE(3, 2, 3));
    check_shape(vv_max_pooling2d(2, .padding = VV_SAME), SHAPES(SHAPE(7, 5, 3)), SHAPE(4, 3, 3));
    check_shape(vv_max_pooling2d(3, .pool_width = 2), SHAPES(SHAPE(7, 5, 3)), SHAPE(2, 2, 3));
    check_shape(vv_max_pooling2d(3, .strides = 1), SHAPES(SHAPE(7, 5, 3)), SHAPE(5, 3, 3));
    check_shape(vv_average_pooling2d(2), SHAPES(SHAPE(7, 5, 3)), SHAPE(3, 2, 3));
    check_shape(vv_average_pooling2d(24, .pool_width = 5), SHAPES(SHAPE(25, 5, 64)), SHAPE(1, 1, 64));
    check_shape(vv_average_pooling2d(2, .padding = VV_SAME, .strides_width = 1), SHAPES(SHAPE(7, 5, 3)),
                SHAPE(4, 5, 3));
    check_shape(vv_global_average_pooling2d(), SHAPES(SHAPE(7, 5, 3)), SHAPE(3));
    check_shape(vv_depthwise_conv2d(3), SHAPES(SHAPE(28, 28, 5)), SHAPE(26, 26, 5));
    check_shape(vv_depthwise_conv2d(3, .depth_multiplier = 4), SHAPES(SHAPE(28, 28, 5)), SHAPE(26, 26, 20));
    check_shape(vv_depthwise_conv2d(3, .padding = VV_SAME, .strides = 2), SHAPES(SHAPE(9, 8, 3)), SHAPE(5, 4, 3));
    check_shape(vv_depthwise_conv2d(4, .strides = 3, .strides_width = 2), SHAPES(SHAPE(11, 9, 3)), SHAPE(3, 3, 3));
    check_shape(vv_depthwise_conv2d(3, .dilation_rate = 2), SHAPES(SHAPE(5, 6, 3)), SHAPE(1, 2, 3));
    check_shape(vv_depthwise_conv2d(3, .kernel_width = 1), SHAPES(SHAPE(30, 1, 40)), SHAPE(28, 1, 40));
    check_shape(vv_batch_normalization(), SHAPES(SHAPE(7, 5, 3)), SHAPE(7, 5, 3));
    check_shape(vv_batch_normalization(), SHAPES(SHAPE(9)), SHAPE(9));
    check_shape(vv_flatten(), SHAPES(SHAPE(7, 5, 3)), SHAPE(105));
    check_shape(vv_dropout(0.5), SHAPES(SHAPE(7, 5)), SHAPE(7, 5));
    check_shape(vv_activation_layer(VV_RELU), SHAPES(SHAPE(7, 5)), SHAPE(7, 5));
    check_shape(vv_lstm(32), SHAPES(SHAPE(100, 1)), SHAPE(32));
    check_shape(vv_lstm(32, .return_sequences = true), SHAPES(SHAPE(100, 1)), SHAPE(100, 32));
    check_shape(vv_merge_add(), SHAPES(SHAPE(3, 4), SHAPE(3, 4)), SHAPE(3, 4));
    check_shape(vv_merge_concatenate(), SHAPES(SHAPE(3, 4), SHAPE(3, 1), SHAPE(3, 4)), SHAPE(3, 9));
}

static void layers_that_do_not_fit_say_why(void **state)
{
    (void)state;
    check_refusal(vv_conv2d(8, .kernel_size = 5), SHAPES(SHAPE(1, 1, 32)), VV_BAD_SHAPE,
                  "conv2d: a 5x5 kernel does not fit its 1x1 input");
    check_refusal(vv_conv2d(8, .dilation_rate = 2), SHAPES(SHAPE(4, 4, 3)), VV_BAD_SHAPE,
                  "conv2d: a 3x3 kernel (dilated to 5x5) does not fit its 4x4 input");
    check_refusal(vv_conv2d(8, .kernel_size = 1, .kernel_width = 9), SHAPES(SHAPE(4, 8, 3)), VV_BAD_SHAPE,
                  "conv2d: a 1x9 kernel does not fit its 4x8 input");
    check_refusal(vv_conv2d(8), SHAPES(SHAPE(28, 28)), VV_BAD_SHAPE,
                  "conv2d: wants height x width x channels, its input is 28x28");
    check_refusal(vv_max_pooling2d(2), SHAPES(SHAPE(10)), VV_BAD_SHAPE,
                  "max_pooling2d: wants height x width x channels, its input is 10");
    check_refusal(vv_max_pooling2d(2), SHAPES(SHAPE(1, 5, 3)), VV_BAD_SHAPE,
                  "max_pooling2d: a 2x2 pool does not fit its 1x5 input");
    check_refusal(vv_average_pooling2d(3, .pool_width = 5), SHAPES(SHAPE(4, 4, 3)), VV_BAD_SHAPE,
                  "average_pooling2d: a 3x5 pool does not fit its 4x4 input");
    check_refusal(vv_average_pooling2d(2), SHAPES(SHAPE(4, 4)), VV_BAD_SHAPE,
                  "average_pooling2d: wants height x width x channels, its input is 4x4");
    check_refusal(vv_global_average_pooling2d(), SHAPES(SHAPE(4, 4, 3, 2)), VV_BAD_SHAPE,
                  "global_average_pooling2d: wants height x width x channels, its input is 4x4x3x2");
    check_refusal(vv_depthwise_conv2d(5), SHAPES(SHAPE(4, 9, 3)), VV_BAD_SHAPE,
                  "depthwise_conv2d: a 5x5 kernel does not fit its 4x9 input");
    check_refusal(vv_depthwise_conv2d(3, .dilation_rate = 3), SHAPES(SHAPE(9, 6, 3)), VV_BAD_SHAPE,
                  "depthwise_conv2d: a 3x3 kernel (dilated to 7x7) does not fit its 9x6 input");
    check_refusal(vv_depthwise_conv2d(3), SHAPES(SHAPE(10)), VV_BAD_SHAPE,
                  "depthwise_conv2d: wants height x width x channels, its input is 10");
    check_refusal(vv_lstm(3), SHAPES(SHAPE(10)), VV_BAD_SHAPE, "lstm: wants steps x features, its input is 10");
    check_refusal(vv_lstm(3), SHAPES(SHAPE(10, 2, 2)), VV_BAD_SHAPE,
                  "lstm: wants steps x features, its input is 10x2x2");
    check_refusal(vv_merge_add(), SHAPES(SHAPE(3, 4), SHAPE(3, 4), SHAPE(4, 3)), VV_BAD_SHAPE,
                  "add: adds inputs of one shape; input 1 is 3x4, but input 3 is 4x3");
    check_refusal(
        vv_merge_concatenate(), SHAPES(SHAPE(3, 4), SHAPE(12)), VV_BAD_SHAPE,
        "concatenate: joins inputs along the last axis, the others must be equal; input 1 is 3x4, but input 2 "
        "is 12");
}

static void arguments_outside_their_range_are_named(void **state)
{
    (void)state;
    const vv_shape *any = SHAPES(SHAPE(8, 8, 2));
    check_refusal(vv_conv2d(8, .strides = 2, .dilation_rate = 3), any, VV_BAD_ARG,
                  "conv2d: strides 2 and dilation_rate 3 cannot both be above 1");
    check_refusal(vv_conv2d(8, .strides_width = 2, .dilation_width = 3), any, VV_BAD_ARG,
                  "conv2d: strides 2 and dilation_rate 3 cannot both be above 1");
    check_refusal(vv_conv2d(8, .bias_initializer = VV_ORTHOGONAL), any, VV_BAD_ARG,
                  "conv2d: bias_initializer orthogonal wants a matrix, and a bias is a list");
    check_refusal(vv_depthwise_conv2d(3, .strides = 2, .dilation_width = 3), any, VV_BAD_ARG,
                  "depthwise_conv2d: strides 2 and dilation_rate 3 cannot both be above 1");
    check_refusal(vv_depthwise_conv2d(3, .bias_initializer = VV_ORTHOGONAL), any, VV_BAD_ARG,
                  "depthwise_conv2d: bias_initializer orthogonal wants a matrix, and a bias is a list");
    check_refusal(vv_batch_normalization(.momentum = VV_SOME(1.5)), any, VV_BAD_ARG,
                  "batch_normalization: momentum 1.5 is outside 0 to 1");
    check_refusal(vv_lstm(8, .activation = VV_SOFTMAX), any, VV_BAD_ARG,
                  "lstm: activation softmax is not a function of one element; take another");
    check_refusal(vv_input(3, 0, 5), any, VV_BAD_ARG, "input: size 2 is 0, but size 3 is 5; sizes are above 0");
    vv_shape out;
    const vv_layer wrong[] = { vv_dense(0),
                               vv_dense(-3),
                               vv_conv2d(0),
                               vv_conv2d(3, .kernel_size = -1),
                               vv_conv2d(3, .activation = (vv_activation)99),
                               vv_max_pooling2d(0),
                               vv_average_pooling2d(0),
                               vv_average_pooling2d(2, .strides = -1),
                               vv_depthwise_conv2d(0),
                               vv_depthwise_conv2d(3, .depth_multiplier = -1),
                               vv_depthwise_conv2d(3, .depthwise_regularizer = { .l1 = -1 }),
                               vv_batch_normalization(.epsilon = -1e-3),
                               vv_batch_normalization(.momentum = VV_SOME(-0.1)),
                               vv_dropout(1),
                               vv_dropout(-0.1),
                               vv_dropout((double)NAN),
                               vv_activation_layer(VV_ACTIVATION_DEFAULT),
                               vv_lstm(0),
                               vv_lstm(INT_MAX),
                               vv_lstm(3, .recurrent_dropout = 1),
                               vv_dense(3, .kernel_regularizer = { .l2 = -1 }),
                               vv_dense(3, .bias_regularizer = { .l1 = (double)INFINITY }),
                               vv_dense(3, .kernel_initializer = (vv_initializer)77),
                               vv_input(0),
                               vv_input(3, -1) };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        vv_error error = { 0 };
        if (shape_of(wrong[i], any, &out, &error) != VV_BAD_ARG) fail_msg("wrong argument %zu is taken", i);
        CHECK_CONTAINS(error.text, vvi_layer_row_of(wrong[i].kind)->info.name);
    }
}

/* No size may overflow: what cannot be counted in an int is refused with the numbers. */
static void sizes_beyond_two_to_the_31_are_refused(void **state)
{
    (void)state;
    const vv_shape *image = SHAPES(SHAPE(30000, 30000, 2));
    check_refusal(vv_dense(100000), SHAPES(SHAPE(100000)), VV_BAD_SHAPE,
                  "dense: a kernel of 100000x100000 has more than the 2147483647 numbers that are possible");
    check_refusal(vv_dense(INT_MAX), SHAPES(SHAPE(3, 1)), VV_BAD_SHAPE,
                  "dense: an output of 3x2147483647 has more than the 2147483647 numbers that are possible");
    check_refusal(vv_conv2d(4), image, VV_BAD_SHAPE,
                  "conv2d: an output of 29998x29998x4 has more than the 2147483647 numbers that are possible");
    check_refusal(vv_conv2d(1, .kernel_size = 20000, .padding = VV_SAME), image, VV_BAD_SHAPE,
                  "conv2d: a padded input of 49999x49999x2 has more than the 2147483647 numbers that are possible");
    check_refusal(vv_conv2d(1, .kernel_size = 3, .padding = VV_SAME, .dilation_rate = INT_MAX), SHAPES(SHAPE(4, 4, 1)),
                  VV_BAD_SHAPE, "conv2d: a 3x3 kernel (dilated to 4294967295x4294967295) does not fit its 4x4 input");
    check_refusal(vv_conv2d(INT_MAX, .kernel_size = INT_MAX), SHAPES(SHAPE(4, 4, 1)), VV_BAD_SHAPE,
                  "conv2d: a 2147483647x2147483647 kernel does not fit its 4x4 input");
    check_refusal(vv_depthwise_conv2d(3, .depth_multiplier = INT_MAX), SHAPES(SHAPE(4, 4, 2)), VV_BAD_SHAPE,
                  "depthwise_conv2d: 2147483647 times 2 channels are more than the 2147483647 that are possible");
    check_refusal(
        vv_depthwise_conv2d(3, .depth_multiplier = 300000000), SHAPES(SHAPE(3, 3, 1)), VV_BAD_SHAPE,
        "depthwise_conv2d: a kernel of 3x3x1x300000000 has more than the 2147483647 numbers that are possible");
    check_refusal(
        vv_depthwise_conv2d(1, .depth_multiplier = 3), SHAPES(SHAPE(30000, 30000, 1)), VV_BAD_SHAPE,
        "depthwise_conv2d: an output of 30000x30000x3 has more than the 2147483647 numbers that are possible");
    check_refusal(vv_lstm(100000), SHAPES(SHAPE(5, 3)), VV_BAD_SHAPE,
                  "lstm: a recurrent_kernel of 100000x400000 has more than the 2147483647 numbers that are possible");
    check_refusal(vv_lstm(INT_MAX / 4), SHAPES(SHAPE(5, 3)), VV_BAD_SHAPE,
                  "lstm: gates of 5x2147483644 has more than the 2147483647 numbers that are possible");
    check_refusal(
        vv_input(INT_MAX, INT_MAX, INT_MAX, INT_MAX), image, VV_BAD_SHAPE,
        "input: an output of 2147483647x2147483647x2147483647x2147483647 has more than the 2147483647 numbers "
        "that are possible");
    check_refusal(vv_merge_concatenate(), SHAPES(SHAPE(INT_MAX), SHAPE(1)), VV_BAD_SHAPE,
                  "concatenate: a last axis of 2147483648 is longer than the 2147483647 that are possible");
    vv_shape out;
    CHECK_OK(shape_of(vv_max_pooling2d(INT_MAX, .padding = VV_SAME), image, &out, NULL));
    CHECK_OK(shape_of(vv_max_pooling2d(2, .strides = INT_MAX), image, &out, NULL));
}

static uint64_t count_of(vv_layer layer, vv_shape in)
{
    vv_model *m = vv_sequential();
    vv_add(m, (vv_layer){ .kind = VV_LAYER_INPUT, .input = { .dim = { in.dim[0], in.dim[1], in.dim[2] } } });
    const vv_node node = vv_add_with(m, &layer);
    assert_string_equal(vv_model_error(m), "");
    const uint64_t count = vv_model_node(m, node).params;
    assert_int_equal(vv_model_params(m), count);
    vv_model_free(m);
    return count;
}

static void weights_are_counted_as_keras_counts_trainable_ones(void **state)
{
    (void)state;
    const vv_shape image = SHAPE(9, 8, 5);
    assert_int_equal(count_of(vv_conv2d(7), image), 3 * 3 * 5 * 7 + 7);
    assert_int_equal(count_of(vv_depthwise_conv2d(3), image), 3 * 3 * 5 + 5);
    assert_int_equal(count_of(vv_depthwise_conv2d(3, .kernel_width = 2, .depth_multiplier = 4), image),
                     3 * 2 * 5 * 4 + 20);
    assert_int_equal(count_of(vv_depthwise_conv2d(3, .no_bias = true), image), 3 * 3 * 5);
    assert_int_equal(count_of(vv_average_pooling2d(2), image), 0);
    assert_int_equal(count_of(vv_global_average_pooling2d(), image), 0);
    assert_int_equal(count_of(vv_batch_normalization(), image), 10); /* Keras' total is 20, 10 of them not trainable */
    assert_int_equal(count_of(vv_batch_normalization(.no_center = true), image), 5);
    assert_int_equal(count_of(vv_batch_normalization(.no_center = true, .no_scale = true), image), 0);
}

static void weights_are_named_as_in_keras(void **state)
{
    (void)state;
    const vv_shape in = SHAPE(9, 8, 5);
    vvi_param params[VVI_MAX_PARAMS] = { { 0 } };
    vv_layer layer =
        vv_depthwise_conv2d(3, .kernel_width = 2, .depth_multiplier = 4, .depthwise_regularizer = { .l2 = 2 });
    assert_int_equal(vvi_layer_row_of(layer.kind)->params(&layer, &in, params), 2);
    assert_string_equal(params[0].name, "kernel");
    assert_memory_equal(params[0].dim, ((int[]){ 3, 2, 5, 4 }), sizeof params[0].dim);
    assert_int_equal(params[0].initializer, VV_GLOROT_UNIFORM);
    CHECK_EQUAL_EXACTLY(params[0].regularizer.l2, 2);
    assert_string_equal(params[1].name, "bias");
    layer = vv_batch_normalization();
    assert_int_equal(vvi_layer_row_of(layer.kind)->params(&layer, &in, params), 2);
    assert_string_equal(params[0].name, "gamma");
    assert_int_equal(params[0].initializer, VV_ONES);
    assert_string_equal(params[1].name, "beta");
    assert_int_equal(params[1].initializer, VV_ZEROS);
}

/* ---- fields ----------------------------------------------------------------------------------------------------- */

static void fields_are_set_by_name(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_layer layer = { .kind = VV_LAYER_CONV2D };
    CHECK_OK(vv_layer_set(&layer, "filters", 32, &error));
    CHECK_OK(vv_layer_set(&layer, "kernel_size", 5, &error));
    CHECK_OK(vv_layer_set(&layer, "padding", VV_SAME, &error));
    CHECK_OK(vv_layer_set(&layer, "activation", VV_RELU, &error));
    CHECK_OK(vv_layer_set(&layer, "no_bias", 1, &error));
    CHECK_OK(vv_layer_set(&layer, "kernel_regularizer_l2", 0.25, &error));
    const vv_layer same = vv_conv2d(32, .kernel_size = 5, .padding = VV_SAME, .activation = VV_RELU, .no_bias = true,
                                    .kernel_regularizer = { .l2 = 0.25 });
    assert_memory_equal(&layer.conv2d, &same.conv2d, sizeof same.conv2d);
    layer = (vv_layer){ .kind = VV_LAYER_INPUT };
    CHECK_OK(vv_layer_set(&layer, "dim_0", 28, &error));
    CHECK_OK(vv_layer_set(&layer, "dim_1", 14, &error));
    assert_int_equal(layer.input.dim[1], 14);
}

static void unknown_fields_and_illegal_values_are_refused(void **state)
{
    (void)state;
    const vv_layer untouched = vv_lstm(3);
    vv_layer layer = untouched;
    const struct {
        const char *field;
        double value;
        vv_status status;
        const char *text;
    } cases[] = {
        { "filters", 3, VV_NOT_FOUND, "lstm: has no field \"filters\"" },
        { "units", 0, VV_BAD_ARG, "lstm: units 0 is outside 1 to" },
        { "units", 2.5, VV_BAD_ARG, "lstm: units 2.5 is not whole" },
        { "units", 1e18, VV_BAD_ARG, "lstm: units 1e+18 is outside" },
        { "units", (double)NAN, VV_BAD_ARG, "lstm: units nan is" },
        { "activation", 99, VV_BAD_ARG, "lstm: activation 99 is outside 0 to 10" },
        { "activation", -1, VV_BAD_ARG, "lstm: activation -1 is outside 0 to 10" },
        { "go_backwards", 2, VV_BAD_ARG, "lstm: go_backwards 2 is outside 0 to 1" },
        { "dropout", 1, VV_BAD_ARG, "lstm: dropout 1 is outside" },
        { "dropout", (double)INFINITY, VV_BAD_ARG, "lstm: dropout inf is outside" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vv_error error = { 0 };
        assert_int_equal(vv_layer_set(&layer, cases[i].field, cases[i].value, &error), cases[i].status);
        CHECK_CONTAINS(error.text, cases[i].text);
        assert_memory_equal(&layer.lstm, &untouched.lstm, sizeof layer.lstm);
    }
    layer = (vv_layer){ 0 };
    assert_int_equal(vv_layer_set(&layer, "units", 1, NULL), VV_BAD_ARG);
}

/* Both ends of every field's range can be set, and what lies beyond cannot. */
static void field_tables_mean_what_they_say(void **state)
{
    (void)state;
    const vv_layer_info *info;
    for (size_t i = 0; (info = vv_layer_info_at(i)) != NULL; i++) {
        assert_ptr_equal(vv_layer_info_of(info->kind), info);
        assert_non_null(info->summary);
        for (size_t k = 0; k < info->n_fields; k++) {
            const vv_field *field = &info->fields[k];
            vv_layer layer = { .kind = info->kind };
            CHECK_OK(vv_layer_set(&layer, field->name, field->min, NULL));
            CHECK_OK(vv_layer_set(&layer, field->name, field->max, NULL));
            assert_int_equal(vv_layer_set(&layer, field->name, field->min - 2, NULL), VV_BAD_ARG);
            assert_int_equal(vv_layer_set(&layer, field->name, field->max * 1.5 + 1, NULL), VV_BAD_ARG);
            if (!field->required) CHECK_OK(vv_layer_set(&layer, field->name, field->preset, NULL));
            assert_true(strlen(field->help) > 3);
            size_t labels = 0;
            while (field->labels != NULL && field->labels[labels] != NULL) labels++;
            assert_int_equal(labels, field->type == VV_FIELD_ENUM ? (size_t)field->max + 1 : 0);
        }
    }
    assert_null(vv_layer_info_of((vv_layer_kind)0));
}

static void names_are_read_and_written_but_for_inputs(void **state)
{
    (void)state;
    const vv_layer_info *info;
    for (size_t i = 0; (info = vv_layer_info_at(i)) != NULL; i++) {
        vv_layer layer = { .kind = info->kind };
        assert_null(vvi_layer_given_name(&layer));
        vvi_layer_set_name(&layer, "mine");
        if (info->kind == VV_LAYER_INPUT)
            assert_null(vvi_layer_given_name(&layer));
        else
            assert_string_equal(vvi_layer_given_name(&layer), "mine");
    }
    const vv_layer named = vv_merge_add(.name = "sum");
    assert_string_equal(vvi_layer_given_name(&named), "sum");
}

static void shapes_are_formatted_within_their_room(void **state)
{
    (void)state;
    char text[8];
    assert_int_equal(vvi_shape_format(SHAPE(26, 26, 32), text, sizeof text), 8);
    assert_string_equal(text, "26x26x3");
    assert_int_equal(vvi_shape_format(SHAPE(10), text, sizeof text), 2);
    assert_string_equal(text, "10");
    assert_int_equal(vvi_shape_format(SHAPE(26, 26, 32), NULL, 0), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_those_of_keras),
        cmocka_unit_test(layers_that_do_not_fit_say_why),
        cmocka_unit_test(arguments_outside_their_range_are_named),
        cmocka_unit_test(sizes_beyond_two_to_the_31_are_refused),
        cmocka_unit_test(weights_are_counted_as_keras_counts_trainable_ones),
        cmocka_unit_test(weights_are_named_as_in_keras),
        cmocka_unit_test(fields_are_set_by_name),
        cmocka_unit_test(unknown_fields_and_illegal_values_are_refused),
        cmocka_unit_test(field_tables_mean_what_they_say),
        cmocka_unit_test(names_are_read_and_written_but_for_inputs),
        cmocka_unit_test(shapes_are_formatted_within_their_room),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
