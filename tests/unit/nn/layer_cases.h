/* layer_cases.h - configurations of every layer, odd sizes first: one pixel, one channel, batch of one, sizes that are
 * a multiple of nothing, strides, dilations, even kernels, every activation, every option.
 */
#ifndef VARVE_TESTS_LAYER_CASES_H
#define VARVE_TESTS_LAYER_CASES_H

#include "layer_harness.h"

typedef void check_case(const layer_case *c);

static inline void run_cases(const layer_case *cases, size_t n, check_case *check)
{
    for (size_t i = 0; i < n; i++) check(&cases[i]);
}
#define RUN(cases, check) run_cases((cases), sizeof(cases) / sizeof *(cases), (check))

static inline void each_dense_case(check_case *check)
{
    const layer_case cases[] = {
        { "dense 1 of 1", vv_dense(1), .in = { SHAPE(1) }, .n = 1 },
        { "dense", vv_dense(5), .in = { SHAPE(7) } },
        { "dense 17 of 33", vv_dense(17, .activation = VV_RELU), .in = { SHAPE(33) }, .n = 5 },
        { "dense without bias", vv_dense(4, .no_bias = true), .in = { SHAPE(6) } },
        { "dense of rank 2", vv_dense(4, .activation = VV_TANH), .in = { SHAPE(5, 6) } },
        { "dense of rank 3", vv_dense(3), .in = { SHAPE(2, 3, 4) } },
        { "dense of rank 4", vv_dense(3, .activation = VV_GELU), .in = { SHAPE(2, 1, 2, 4) } },
        { "dense inference", vv_dense(5, .activation = VV_SWISH), .in = { SHAPE(7) }, .inference = true },
        { "dense 130 of 70", vv_dense(130), .in = { SHAPE(70) }, .n = 33 },
    };
    RUN(cases, check);
    for (int f = VV_LINEAR; f <= VV_LEAKY_RELU; f++) {
        const layer_case c = { vvi_activation_name((vv_activation)f), vv_dense(6, .activation = (vv_activation)f),
                               .in = { SHAPE(4) }, .n = 4 };
        check(&c);
    }
}

static inline void each_conv2d_case(check_case *check)
{
    const layer_case cases[] = {
        { "conv2d of one pixel", vv_conv2d(1, .kernel_size = 1), .in = { SHAPE(1, 1, 1) }, .n = 1 },
        { "conv2d same of one pixel", vv_conv2d(2, .padding = VV_SAME), .in = { SHAPE(1, 1, 1) } },
        { "conv2d", vv_conv2d(5), .in = { SHAPE(7, 6, 3) } },
        { "conv2d relu", vv_conv2d(17, .activation = VV_RELU), .in = { SHAPE(6, 7, 2) }, .n = 5 },
        { "conv2d fits once", vv_conv2d(4, .kernel_size = 5), .in = { SHAPE(5, 5, 2) } },
        { "conv2d one channel", vv_conv2d(3), .in = { SHAPE(8, 5, 1) } },
        { "conv2d same", vv_conv2d(5, .padding = VV_SAME), .in = { SHAPE(7, 6, 3) } },
        { "conv2d 1x1", vv_conv2d(5, .kernel_size = 1, .activation = VV_SIGMOID), .in = { SHAPE(5, 4, 3) } },
        { "conv2d 1x1 strides 2 same", vv_conv2d(5, .kernel_size = 1, .strides = 2, .padding = VV_SAME),
          .in = { SHAPE(5, 4, 3) } },
        { "conv2d even kernel same", vv_conv2d(3, .kernel_size = 2, .padding = VV_SAME), .in = { SHAPE(5, 4, 2) } },
        { "conv2d 4x4 same strides 3", vv_conv2d(3, .kernel_size = 4, .strides = 3, .padding = VV_SAME),
          .in = { SHAPE(8, 7, 2) } },
        { "conv2d strides 2", vv_conv2d(3, .strides = 2), .in = { SHAPE(9, 8, 2) } },
        { "conv2d strides 3", vv_conv2d(3, .kernel_size = 2, .strides = 3), .in = { SHAPE(9, 8, 2) } },
        { "conv2d strides beyond the kernel", vv_conv2d(3, .kernel_size = 2, .strides = 5), .in = { SHAPE(13, 9, 2) } },
        { "conv2d strides 2 same", vv_conv2d(3, .strides = 2, .padding = VV_SAME), .in = { SHAPE(9, 8, 2) } },
        { "conv2d dilated", vv_conv2d(3, .dilation_rate = 2), .in = { SHAPE(7, 9, 2) } },
        { "conv2d dilated relu", vv_conv2d(3, .dilation_rate = 2, .activation = VV_RELU), .in = { SHAPE(6, 6, 2) } },
        { "conv2d dilated same", vv_conv2d(3, .dilation_rate = 2, .padding = VV_SAME), .in = { SHAPE(6, 5, 2) } },
        { "conv2d dilated 3 in columns", vv_conv2d(3, .kernel_size = 2, .dilation_width = 3),
          .in = { SHAPE(4, 9, 2) } },
        { "conv2d dilated in rows", vv_conv2d(3, .dilation_rate = 2, .dilation_width = 1, .activation = VV_RELU),
          .in = { SHAPE(7, 5, 2) } },
        { "conv2d 1x4, strides 1 x 2", vv_conv2d(3, .kernel_size = 1, .kernel_width = 4, .strides_width = 2),
          .in = { SHAPE(3, 9, 2) } },
        { "conv2d 4x1 same, strides 2 x 1",
          vv_conv2d(3, .kernel_size = 4, .kernel_width = 1, .strides = 2, .strides_width = 1, .padding = VV_SAME),
          .in = { SHAPE(7, 3, 2) } },
        { "conv2d kernel beyond the input, same", vv_conv2d(2, .kernel_size = 7, .padding = VV_SAME),
          .in = { SHAPE(3, 2, 2) } },
        { "conv2d without bias", vv_conv2d(3, .no_bias = true), .in = { SHAPE(4, 5, 2) } },
        { "conv2d softmax", vv_conv2d(3, .activation = VV_SOFTMAX), .in = { SHAPE(4, 5, 2) } },
        { "conv2d gelu same", vv_conv2d(3, .activation = VV_GELU, .padding = VV_SAME), .in = { SHAPE(4, 5, 2) } },
        { "conv2d of 16 and more", vv_conv2d(35, .padding = VV_SAME), .in = { SHAPE(6, 6, 19) }, .n = 2 },
        { "conv2d inference", vv_conv2d(3, .activation = VV_SWISH), .in = { SHAPE(4, 5, 2) }, .inference = true },
    };
    RUN(cases, check);
}

static inline void each_pooling_case(check_case *check)
{
    const layer_case cases[] = {
        { "pool 1 of one pixel", vv_max_pooling2d(1), .in = { SHAPE(1, 1, 1) }, .n = 1 },
        { "pool 2", vv_max_pooling2d(2), .in = { SHAPE(4, 6, 3) } },
        { "pool 2 of odd sizes", vv_max_pooling2d(2), .in = { SHAPE(7, 5, 17) } },
        { "pool 2 same", vv_max_pooling2d(2, .padding = VV_SAME), .in = { SHAPE(7, 5, 3) } },
        { "pool 3 strides 2", vv_max_pooling2d(3, .strides = 2), .in = { SHAPE(7, 8, 2) } },
        { "pool 3 strides 1 same", vv_max_pooling2d(3, .strides = 1, .padding = VV_SAME), .in = { SHAPE(5, 4, 2) } },
        { "pool 2 strides 3", vv_max_pooling2d(2, .strides = 3), .in = { SHAPE(8, 8, 2) } },
        { "pool 3x2, strides 1 x 2", vv_max_pooling2d(3, .pool_width = 2, .strides = 1, .strides_width = 2),
          .in = { SHAPE(7, 6, 2) } },
        { "pool beyond the input, same", vv_max_pooling2d(5, .padding = VV_SAME), .in = { SHAPE(3, 2, 2) } },
        { "pool inference", vv_max_pooling2d(2), .in = { SHAPE(4, 6, 3) }, .inference = true },
    };
    RUN(cases, check);
}

static inline void each_lstm_case(check_case *check)
{
    const layer_case cases[] = {
        { "lstm of 1 unit and 1 step", vv_lstm(1), .in = { SHAPE(1, 1) }, .n = 1 },
        { "lstm", vv_lstm(5), .in = { SHAPE(4, 3) } },
        { "lstm of one feature", vv_lstm(4), .in = { SHAPE(6, 1) } },
        { "lstm sequences", vv_lstm(5, .return_sequences = true), .in = { SHAPE(4, 3) } },
        { "lstm of 17 units", vv_lstm(17, .return_sequences = true), .in = { SHAPE(3, 18) }, .n = 5 },
        { "lstm backwards", vv_lstm(3, .go_backwards = true), .in = { SHAPE(4, 2) } },
        { "lstm backwards sequences", vv_lstm(3, .go_backwards = true, .return_sequences = true),
          .in = { SHAPE(4, 2) } },
        { "lstm without bias", vv_lstm(3, .no_bias = true), .in = { SHAPE(4, 2) } },
        { "lstm dropout", vv_lstm(3, .dropout = 0.4), .in = { SHAPE(4, 5) } },
        { "lstm recurrent dropout", vv_lstm(6, .recurrent_dropout = 0.4), .in = { SHAPE(4, 2) } },
        { "lstm both dropouts, sequences",
          vv_lstm(6, .dropout = 0.3, .recurrent_dropout = 0.4, .return_sequences = true, .go_backwards = true),
          .in = { SHAPE(4, 3) } },
        { "lstm dropout, one step, no bias", vv_lstm(3, .dropout = 0.4, .recurrent_dropout = 0.2, .no_bias = true),
          .in = { SHAPE(1, 5) } },
        { "lstm inference with dropouts", vv_lstm(3, .dropout = 0.4, .recurrent_dropout = 0.4), .in = { SHAPE(4, 5) },
          .inference = true },
    };
    RUN(cases, check);
    for (int f = VV_LINEAR; f <= VV_LEAKY_RELU; f++) {
        if (f == VV_SOFTMAX) continue;
        const layer_case c[] = {
            { vvi_activation_name((vv_activation)f), vv_lstm(3, .activation = (vv_activation)f),
              .in = { SHAPE(3, 2) } },
            { vvi_activation_name((vv_activation)f), vv_lstm(3, .recurrent_activation = (vv_activation)f),
              .in = { SHAPE(3, 2) } },
        };
        RUN(c, check);
    }
}

static inline void each_other_case(check_case *check)
{
    const layer_case cases[] = {
        { "dropout", vv_dropout(0.5), .in = { SHAPE(33) } },
        { "dropout of rank 3", vv_dropout(0.1), .in = { SHAPE(3, 5, 7) } },
        { "dropout of nothing", vv_dropout(0), .in = { SHAPE(5) } },
        { "dropout inference", vv_dropout(0.5), .in = { SHAPE(5) }, .inference = true },
        { "add two", vv_merge_add(), .in = { SHAPE(5), SHAPE(5) } },
        { "add eight", vv_merge_add(),
          .in = { SHAPE(2, 3), SHAPE(2, 3), SHAPE(2, 3), SHAPE(2, 3), SHAPE(2, 3), SHAPE(2, 3), SHAPE(2, 3),
                  SHAPE(2, 3) } },
        { "concatenate two", vv_merge_concatenate(), .in = { SHAPE(5), SHAPE(1) } },
        { "concatenate three of rank 3", vv_merge_concatenate(),
          .in = { SHAPE(2, 3, 1), SHAPE(2, 3, 4), SHAPE(2, 3, 17) } },
    };
    RUN(cases, check);
    for (int f = VV_LINEAR; f <= VV_LEAKY_RELU; f++) {
        const layer_case c = { vvi_activation_name((vv_activation)f), vv_activation_layer((vv_activation)f),
                               .in = { SHAPE(3, 7) } };
        check(&c);
    }
}

static inline void each_case(check_case *check)
{
    each_dense_case(check);
    each_conv2d_case(check);
    each_pooling_case(check);
    each_lstm_case(check);
    each_other_case(check);
}

#endif
