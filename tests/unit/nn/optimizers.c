/* optimizers.c - trajectories of ten steps against Keras in double, ranges, clipping. */
#include "golden.h"
#include "models.h"

typedef struct trajectory {
    const char *name;
    vv_optimizer optimizer;
} trajectory;

/* A model whose weights are one flat array of n: a dense layer without bias. */
static vv_model *flat_model(int n, vv_optimizer optimizer)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(n));
    vv_add(m, vv_dense(1, .no_bias = true));
    vv_compile(m, .loss = VV_MSE, .optimizer = optimizer);
    assert_string_equal(vv_model_error(m), "");
    return m;
}

static void check_trajectory(const trajectory *t, const vvi_tensors *tensors, const vvi_kernels *kernels)
{
    enum { N = 37, STEPS = 10 };
    vv_model *m = flat_model(N, t->optimizer);
    vv_error error = { 0 };
    CHECK_OK(vvi_fit_make_ready(m, 0, &error));
    char name[64];
    snprintf(name, sizeof name, "w64_%s", t->name);
    float *w0 = golden_floats(tensors, "w0", NULL), *g = golden_floats(tensors, "g", NULL);
    double *wanted = golden_doubles(tensors, name, NULL);
    memcpy(m->weights, w0, N * sizeof *w0);
    for (int s = 0; s < STEPS; s++) {
        float padded[48] = { 0 };
        assert_int_equal(m->n_weights, 48);
        memcpy(padded, g + s * N, N * sizeof *padded);
        vvi_plan_apply(m, kernels, padded);
    }
    for (int i = 0; i < N; i++)
        if (!(fabs((double)m->weights[i] - wanted[i]) <= 1e-5 * fmax(1, fabs(wanted[i]))))
            fail_msg("%s, %s kernels, weight %d: %.9g, Keras %.9g", t->name, kernels->name, i, (double)m->weights[i],
                     wanted[i]);
    for (int i = N; i < 48; i++) CHECK_EQUAL_EXACTLY(m->weights[i], 0.0);
    vv_model_free(m);
    free(w0);
    free(g);
    free(wanted);
}

static void trajectories_are_those_of_keras(void **state)
{
    (void)state;
    const trajectory all[] = {
        { "sgd", vv_sgd(.learning_rate = 0.01) },
        { "sgd_momentum", vv_sgd(.learning_rate = 0.01, .momentum = 0.9) },
        { "sgd_nesterov", vv_sgd(.learning_rate = 0.01, .momentum = 0.9, .nesterov = true) },
        { "sgd_clipvalue", vv_sgd(.learning_rate = 0.01, .clip_value = 0.5) },
        { "sgd_global_clipnorm", vv_sgd(.learning_rate = 0.01, .global_clip_norm = 1) },
        { "rmsprop", vv_rmsprop(.learning_rate = 0.01) },
        { "rmsprop_momentum_centered", vv_rmsprop(.learning_rate = 0.01, .momentum = 0.9, .centered = true) },
        { "adam", vv_adam(.learning_rate = 0.01) },
        { "adam_amsgrad", vv_adam(.learning_rate = 0.01, .amsgrad = true) },
        { "adam_amsgrad_beta_2", vv_adam(.learning_rate = 0.01, .amsgrad = true, .beta_2 = VV_SOME(0.9)) },
        { "adamw", vv_adamw(.learning_rate = 0.01) },
    };
    vvi_tensors tensors = golden_open(GOLDEN("optimizers"));
    const vvi_kernels *kernels;
    for (size_t k = 0; (kernels = vvi_kernels_at(k)) != NULL; k++)
        for (size_t i = 0; kernels->available() && i < sizeof all / sizeof *all; i++)
            check_trajectory(&all[i], &tensors, kernels);
    vvi_tensors_close(&tensors);
}

static void defaults_are_those_of_keras(void **state)
{
    (void)state;
    const vv_optimizer given[] = { vv_sgd(), vv_rmsprop(), vv_adam(), vv_adamw() };
    const double rates[] = { 0.01, 0.001, 0.001, 0.001 };
    for (int i = 0; i < 4; i++) {
        vv_optimizer o = given[i];
        CHECK_OK(vvi_optimizer_resolve(&o, NULL));
        CHECK_EQUAL_EXACTLY(vvi_optimizer_number(&o, "learning_rate"), rates[i]);
        if (i >= 1) CHECK_EQUAL_EXACTLY(vvi_optimizer_number(&o, "epsilon"), 1e-7);
        if (i == 1) CHECK_EQUAL_EXACTLY(vvi_optimizer_number(&o, "rho"), 0.9);
        if (i >= 2) CHECK_EQUAL_EXACTLY(vvi_optimizer_number(&o, "beta_1"), 0.9);
        if (i >= 2) CHECK_EQUAL_EXACTLY(vvi_optimizer_number(&o, "beta_2"), 0.999);
        if (i >= 2) CHECK_EQUAL_EXACTLY(vvi_optimizer_number(&o, "weight_decay"), i == 3 ? 0.004 : 0.0);
    }
}

static void ranges_are_checked_with_names_and_numbers(void **state)
{
    (void)state;
    const struct {
        vv_optimizer optimizer;
        const char *text;
    } bad[] = {
        { vv_sgd(.learning_rate = -1), "learning_rate -1" },
        { vv_sgd(.learning_rate = (double)NAN), "learning_rate" },
        { vv_sgd(.momentum = 1), "momentum 1" },
        { vv_sgd(.nesterov = true), "nesterov" },
        { vv_adam(.beta_1 = VV_SOME(1)), "beta_1 1" },
        { vv_adam(.beta_2 = VV_SOME(-0.1)), "beta_2 -0.1" },
        { vv_adam(.epsilon = -1e-7), "epsilon" },
        { vv_adam(.clip_value = 1, .global_clip_norm = 1), "exclude each other" },
        { vv_rmsprop(.rho = VV_SOME(1.5)), "rho 1.5" },
        { { .kind = (vv_optimizer_kind)99 }, "99" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vv_optimizer o = bad[i].optimizer;
        vv_error error = { 0 };
        assert_int_equal(vvi_optimizer_resolve(&o, &error), VV_BAD_ARG);
        CHECK_CONTAINS(error.text, bad[i].text);
    }
    vv_optimizer zero = vv_adam(.beta_1 = VV_SOME(0), .weight_decay = VV_SOME(0));
    CHECK_OK(vvi_optimizer_resolve(&zero, NULL));
    CHECK_EQUAL_EXACTLY(zero.adam.beta_1.value, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trajectories_are_those_of_keras),
        cmocka_unit_test(defaults_are_those_of_keras),
        cmocka_unit_test(ranges_are_checked_with_names_and_numbers),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
