/* golden_runs.c - twenty training steps from Keras' weights on Keras' batches must give Keras' losses. */
#include "golden.h"
#include "models.h"

enum { STEPS = 20, BATCHES = 2 };

typedef struct run {
    const char *path;
    vv_model *(*make)(void);
    int batch;
    double final_tolerance; /* of weights after the last step; see tests/golden/README.md */
} run;

static vv_model *mnist_cnn(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(28, 28, 1));
    vv_add(m, vv_conv2d(32, .activation = VV_RELU));
    vv_add(m, vv_max_pooling2d(2));
    vv_add(m, vv_conv2d(32, .kernel_size = 5, .activation = VV_RELU));
    vv_add(m, vv_max_pooling2d(2));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = vv_adam());
    return m;
}

static vv_model *dense(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    vv_add(m, vv_dense(32, .activation = VV_RELU));
    vv_add(m, vv_dense(64, .activation = VV_RELU));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = vv_adam());
    return m;
}

static vv_model *lstm(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(100, 1));
    vv_add(m, vv_lstm(32, .return_sequences = true));
    vv_add(m, vv_lstm(32));
    vv_add(m, vv_dense(32, .activation = VV_RELU));
    vv_add(m, vv_dense(16, .activation = VV_RELU));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_adam());
    return m;
}

static const run runs[] = { { GOLDEN("mnist_cnn"), mnist_cnn, 32, 1e-3 },
                            { GOLDEN("dense_dropout"), dense, 32, 1e-5 },
                            { GOLDEN("lstm_series"), lstm, 16, 1e-4 } };

static void set_weights(vv_model *m, const vvi_tensors *tensors)
{
    for (size_t i = 0; i < vv_model_weight_count(m); i++) {
        const vv_weight w = vv_model_weight(m, i);
        size_t n;
        float *values = golden_floats(tensors, w.name, &n);
        assert_int_equal(n, w.n);
        memcpy(w.values, values, n * sizeof *values);
        free(values);
    }
}

static void check_final(vv_model *m, const vvi_tensors *tensors, const run *r)
{
    for (size_t i = 0; i < vv_model_weight_count(m); i++) {
        const vv_weight w = vv_model_weight(m, i);
        char name[128];
        snprintf(name, sizeof name, "final/%s", w.name);
        float *values = golden_floats(tensors, name, NULL);
        for (size_t k = 0; k < w.n; k++) CHECK_NEAR(w.values[k], values[k], r->final_tolerance);
        free(values);
    }
}

static void check_run(const run *r, const vvi_backend *backend)
{
    vvi_tensors tensors = golden_open(r->path);
    vv_model *m = r->make();
    assert_string_equal(vv_model_error(m), "");
    vv_error error = { 0 };
    CHECK_OK(vvi_fit_make_ready(m, 0, &error));
    set_weights(m, &tensors);
    float *x = golden_floats(&tensors, "x", NULL), *y = golden_floats(&tensors, "y", NULL);
    float *prediction = golden_floats(&tensors, "prediction", NULL);
    double *losses = golden_doubles(&tensors, "losses64", NULL);
    const size_t in = vvi_shape_size(vv_model_input_shape(m)), out = vvi_shape_size(vv_model_output_shape(m));
    float *outputs = calloc((size_t)r->batch * out, sizeof *outputs);
    void *plan;
    CHECK_OK(backend->plan(m, &(vvi_plan_args){ .batch_size = r->batch, .training = true }, &plan, &error));
    vvi_batch batch = { .n = r->batch, .out = outputs };
    for (int s = 0; s < STEPS; s++) {
        const size_t first = (size_t)(s % BATCHES * r->batch);
        batch.x = x + first * in;
        batch.y = y + first;
        const double loss = backend->train_step(plan, &batch);
        if (!(fabs(loss - losses[s]) <= 1e-4 * losses[s]))
            fail_msg("%s, %s, step %d: loss %.9g, Keras %.9g", r->path, backend->name, s, loss, losses[s]);
    }
    check_final(m, &tensors, r);
    batch.x = x;
    backend->infer(plan, &batch);
    for (size_t i = 0; i < (size_t)r->batch * out; i++) CHECK_NEAR(outputs[i], prediction[i], 1e-3);
    backend->plan_free(plan);
    vvi_tensors_close(&tensors);
    vv_model_free(m);
    free(x);
    free(y);
    free(prediction);
    free(losses);
    free(outputs);
}

static void a_convolutional_network_trains_as_in_keras(void **state)
{
    (void)state;
    check_run(&runs[0], &vvi_backend_cpu);
}

static void a_dense_network_trains_as_in_keras(void **state)
{
    (void)state;
    check_run(&runs[1], &vvi_backend_cpu);
    check_run(&runs[1], &vvi_backend_reference);
}

static void a_recurrent_network_trains_as_in_keras(void **state)
{
    (void)state;
    check_run(&runs[2], &vvi_backend_cpu);
    check_run(&runs[2], &vvi_backend_reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_convolutional_network_trains_as_in_keras),
        cmocka_unit_test(a_dense_network_trains_as_in_keras),
        cmocka_unit_test(a_recurrent_network_trains_as_in_keras),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
