/* models.h - small networks and data that several tests of this folder share. */
#ifndef VARVE_TESTS_NN_MODELS_H
#define VARVE_TESTS_NN_MODELS_H

#include "check.h"
#include "nn/fit.h"
#include "nn/nn.h"
#include "nn/plan.h"
#include <stdlib.h>
#include <varve/train.h>

/* n examples of uniform numbers in -1..1; classes > 0: targets are class numbers, else numbers of shape `target`. */
static inline vv_data *random_data(int n, vv_shape shape, vv_shape target, int classes, uint64_t seed)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_new(seed, "test data"));
    const size_t x_size = vvi_shape_size(shape), y_size = vvi_shape_size(target);
    float *x = malloc((size_t)n * x_size * sizeof *x), *y = malloc((size_t)n * y_size * sizeof *y);
    assert_non_null(x);
    assert_non_null(y);
    for (size_t i = 0; i < (size_t)n * x_size; i++) x[i] = (float)(2 * vvi_stream_unit(&stream) - 1);
    for (size_t i = 0; i < (size_t)n * y_size; i++)
        y[i] = classes > 0 ? (float)vvi_stream_below(&stream, (uint64_t)classes)
                           : (float)(2 * vvi_stream_unit(&stream) - 1);
    vv_data *data = NULL;
    vv_error error = { 0 };
    assert_int_equal(vv_data_new((size_t)n, shape, x, target, y, NULL, &data, &error), VV_OK);
    free(x);
    free(y);
    return data;
}

static const vv_shape one_number = { .rank = 1, .dim = { 1 } };

/* Convolutions with relu and pooling (both of them fused), one pooling that overlaps, softmax. */
static inline vv_model *make_cnn(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(9, 9, 2));
    vv_add(m, vv_conv2d(4, .activation = VV_RELU, .kernel_regularizer = { .l2 = 0.01 }));
    vv_add(m, vv_max_pooling2d(2));
    vv_add(m, vv_conv2d(3, .kernel_size = 2, .padding = VV_SAME, .activation = VV_RELU));
    vv_add(m, vv_max_pooling2d(2, .strides = 1));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(5, .activation = VV_SOFTMAX));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = vv_sgd(.learning_rate = 0.05),
               .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

static inline vv_data *cnn_data(int n)
{
    return random_data(n, (vv_shape){ 3, { 9, 9, 2 } }, one_number, 5, 1);
}

static inline vv_model *make_mlp(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    vv_add(m, vv_dense(16, .activation = VV_TANH, .kernel_regularizer = { .l1 = 0.001 }));
    vv_add(m, vv_dropout(0.4));
    vv_add(m, vv_dense(8, .activation = VV_ELU));
    vv_add(m, vv_dropout(0.2));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = vv_adam(.learning_rate = 0.01),
               .metrics = VV_METRICS(VV_ACCURACY, VV_AUC));
    return m;
}

static inline vv_data *mlp_data(int n)
{
    return random_data(n, (vv_shape){ 1, { 10 } }, one_number, 2, 2);
}

static inline vv_model *make_lstm(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(7, 3));
    vv_add(m, vv_lstm(6, .return_sequences = true));
    vv_add(m, vv_lstm(5, .recurrent_regularizer = { .l2 = 0.01 }));
    vv_add(m, vv_dense(2));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_rmsprop(.learning_rate = 0.01), .metrics = VV_METRICS(VV_METRIC_MAE));
    return m;
}

static inline vv_data *lstm_data(int n)
{
    return random_data(n, (vv_shape){ 2, { 7, 3 } }, (vv_shape){ 1, { 2 } }, 0, 3);
}

/* Nodes that several others read, one that is read twice by one node, the input read by two, aliases in between. */
static inline vv_model *make_graph(void)
{
    vv_model *m = vv_sequential();
    const vv_node in = vv_add(m, vv_input(4, 3));
    const vv_node a = vv_connect(m, vv_dense(3, .activation = VV_TANH), in);
    const vv_node both = vv_connect(m, vv_merge_add(), in, a, a);
    const vv_node flat_a = vv_connect(m, vv_flatten(), a);
    const vv_node flat_both = vv_connect(m, vv_flatten(), both);
    const vv_node b = vv_connect(m, vv_dense(6, .activation = VV_SIGMOID), flat_both);
    const vv_node wide = vv_connect(m, vv_merge_concatenate(), flat_a, b, flat_both);
    vv_connect(m, vv_dense(3, .activation = VV_SOFTMAX), wide);
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = vv_adamw(.learning_rate = 0.01),
               .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

static inline vv_data *graph_data(int n)
{
    return random_data(n, (vv_shape){ 2, { 4, 3 } }, one_number, 3, 4);
}

typedef struct example {
    const char *name;
    vv_model *(*make)(void);
    vv_data *(*data)(int n);
} example;

static const example examples[] = { { "cnn", make_cnn, cnn_data },
                                    { "mlp with dropout", make_mlp, mlp_data },
                                    { "lstm stack", make_lstm, lstm_data },
                                    { "graph", make_graph, graph_data } };
enum { N_EXAMPLES = sizeof examples / sizeof *examples };

/* A compiled example that must be well. */
static inline vv_model *made(const example *e)
{
    vv_model *m = e->make();
    assert_non_null(m);
    if (vv_model_status(m) != VV_OK) fail_msg("%s: %s", e->name, vv_model_error(m));
    return m;
}

#endif
