/* networks.h - the reference networks of MLPerf Tiny (github.com/mlcommons/tiny), with their figures. */
#ifndef VARVE_TESTS_EXPLAIN_NETWORKS_H
#define VARVE_TESTS_EXPLAIN_NETWORKS_H

#include "check.h"

#include <stdlib.h>
#include <varve/cost.h>

static inline void normalize(vv_model *m)
{
    vv_add(m, vv_batch_normalization());
}

static inline void normalize_relu(vv_model *m)
{
    normalize(m);
    vv_add(m, vv_activation_layer(VV_RELU));
}

static inline void separable(vv_model *m, int filters, int strides)
{
    vv_add(m, vv_depthwise_conv2d(3, .strides = strides, .padding = VV_SAME));
    normalize_relu(m);
    vv_add(m, vv_conv2d(filters, .kernel_size = 1));
    normalize_relu(m);
}

/* Keyword spotting: 12 words in spectra of 49 steps of 10. */
static inline vv_model *make_ds_cnn(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(49, 10, 1));
    vv_add(m, vv_conv2d(64, .kernel_size = 10, .kernel_width = 4, .strides = 2, .padding = VV_SAME));
    normalize_relu(m);
    for (int i = 0; i < 4; i++) separable(m, 64, 1);
    vv_add(m, vv_dropout(0.4));
    vv_add(m, vv_average_pooling2d(24, .pool_width = 5));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(12, .activation = VV_SOFTMAX));
    return m;
}

/* Visual wake words: is there a person? MobileNetV1, a quarter of its width. */
static inline vv_model *make_mobilenet(void)
{
    static const int filters[] = { 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256 };
    static const int strides[] = { 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1 };
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(96, 96, 3));
    vv_add(m, vv_conv2d(8, .strides = 2, .padding = VV_SAME));
    normalize_relu(m);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) separable(m, filters[i], strides[i]);
    vv_add(m, vv_average_pooling2d(3));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(2, .activation = VV_SOFTMAX));
    return m;
}

/* Two convolutions beside a shortcut, which is a 1x1 convolution where the shape changes. */
static inline void residual(vv_model *m, vv_node in, int filters, int strides)
{
    vv_node shortcut = in;
    vv_connect(m, vv_conv2d(filters, .strides = strides, .padding = VV_SAME), in);
    normalize_relu(m);
    vv_add(m, vv_conv2d(filters, .padding = VV_SAME));
    const vv_node straight = vv_add(m, vv_batch_normalization());
    if (strides > 1)
        shortcut = vv_connect(m, vv_conv2d(filters, .kernel_size = 1, .strides = strides, .padding = VV_SAME), in);
    vv_connect(m, vv_merge_add(), shortcut, straight);
    vv_add(m, vv_activation_layer(VV_RELU));
}

static inline vv_node last_node(const vv_model *m)
{
    return (vv_node)vv_model_node_count(m) - 1;
}

/* Image classification: the ten classes of CIFAR-10. */
static inline vv_model *make_resnet8(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(32, 32, 3));
    vv_add(m, vv_conv2d(16, .padding = VV_SAME));
    normalize_relu(m);
    residual(m, last_node(m), 16, 1);
    residual(m, last_node(m), 32, 2);
    residual(m, last_node(m), 64, 2);
    vv_add(m, vv_average_pooling2d(8));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
    return m;
}

/* Anomaly detection: sounds that it was not trained to give back. */
static inline vv_model *make_autoencoder(void)
{
    static const int units[] = { 128, 128, 128, 128, 8, 128, 128, 128, 128 };
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(640));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        vv_add(m, vv_dense(units[i]));
        normalize_relu(m);
    }
    vv_add(m, vv_dense(640));
    return m;
}

/* Streaming wake word: 30 steps of 40 features, one axis of the image is 1 wide. */
static inline vv_model *make_wake_word(void)
{
    static const int size[] = { 3, 5, 10, 15 }, filters[] = { 128, 128, 128, 32 };
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(30, 1, 40));
    for (int i = 0; i < 4; i++) {
        vv_add(m, vv_depthwise_conv2d(size[i], .kernel_width = 1));
        normalize_relu(m);
        vv_add(m, vv_conv2d(filters[i], .kernel_size = 1));
        normalize_relu(m);
    }
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(3, .activation = VV_SOFTMAX));
    return m;
}

/* Batch normalization folded; 8-bit numbers. `keras`: what Keras counts, moving means and variances too (that of
 * MobileNet is in NXP's model zoo); 0: unknown. `peak`: where it is reached first. */
typedef struct network {
    const char *name;
    vv_model *(*make)(void);
    vv_cost cost;
    uint64_t keras;
    const char *peak;
} network;

static const network networks[] = {
    { "DS-CNN", make_ds_cnn, { 22604, 2656768, 16000, 24368 }, 24908, "depthwise_conv2d" },
    { "MobileNetV1 0.25", make_mobilenet, { 210850, 7489664, 55296, 219064 }, 221794, "conv2d_1" },
    { "ResNet8", make_resnet8, { 77706, 12501632, 49152, 78744 }, 78666, "conv2d_2" },
    { "autoencoder", make_autoencoder, { 265864, 264192, 768, 270880 }, 269992, "dense" },
    { "wake word", make_wake_word, { 46883, 826368, 6656, 49412 }, 0, "depthwise_conv2d_1" },
};
enum { N_NETWORKS = sizeof networks / sizeof *networks };

#endif
