/* fit.c - training as its user sees it. */
#include "models.h"

static double last_of(const vv_history *history, const char *name)
{
    const int metric = vv_history_find(history, name);
    if (metric < 0) fail_msg("the history has no %s", name);
    return vv_history_at(history, (size_t)metric, vv_history_epochs(history) - 1);
}

#define FIT_OK(model, ...)                                                                                             \
    do {                                                                                                               \
        if (vv_fit(model, __VA_ARGS__) != VV_OK) fail_msg("%s", vv_model_error(model));                                \
    } while (0)

static void check_same_weights(vv_model *a, vv_model *b, double tolerance)
{
    for (size_t i = 0; i < vv_model_weight_count(a); i++) {
        const vv_weight x = vv_model_weight(a, i), y = vv_model_weight(b, i);
        for (size_t k = 0; k < x.n; k++)
            if (!(fabs((double)x.values[k] - (double)y.values[k]) <= tolerance))
                fail_msg("%s[%zu]: %.9g and %.9g", x.name, k, (double)x.values[k], (double)y.values[k]);
    }
}

static void same_seed_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_data *data = examples[i].data(50);
        vv_model *m[3];
        vv_history *h[3];
        for (int k = 0; k < 3; k++) {
            m[k] = made(&examples[i]);
            FIT_OK(m[k], data, .validation = data, .epochs = 3, .batch_size = 8, .seed = k < 2 ? 4 : 5,
                   .history = &h[k]);
        }
        check_same_weights(m[0], m[1], 0);
        bool differs = false;
        for (size_t e = 0; e < 3; e++)
            for (size_t v = 0; v < vv_history_metric_count(h[0]); v++) {
                CHECK_EQUAL_EXACTLY(vv_history_at(h[0], v, e), vv_history_at(h[1], v, e));
                differs |= vv_history_at(h[0], v, e) != vv_history_at(h[2], v, e);
            }
        assert_true(differs);
        for (int k = 0; k < 3; k++) {
            vv_model_free(m[k]);
            vv_history_free(h[k]);
        }
        vv_data_free(data);
    }
}

static void backends_agree_on_losses_and_weights(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_data *data = examples[i].data(30);
        vv_model *a = made(&examples[i]), *b = made(&examples[i]);
        vv_history *h = NULL, *reference = NULL;
        FIT_OK(a, data, .validation = data, .epochs = 3, .batch_size = 8, .seed = 2, .history = &h);
        FIT_OK(b, data, .validation = data, .epochs = 3, .batch_size = 8, .seed = 2, .history = &reference,
               .backend = "reference");
        for (size_t e = 0; e < 3; e++) {
            CHECK_NEAR(vv_history_at(h, 0, e), vv_history_at(reference, 0, e), 1e-5);
            const size_t val = (size_t)vv_history_find(h, "val_loss");
            CHECK_NEAR(vv_history_at(h, val, e), vv_history_at(reference, val, e), 1e-5);
        }
        check_same_weights(a, b, 1e-4);
        vv_model_free(a);
        vv_model_free(b);
        vv_history_free(h);
        vv_history_free(reference);
        vv_data_free(data);
    }
}

/* A ring around a disc. */
static vv_data *rings(void)
{
    enum { N = 400 };
    static float x[N][2], y[N];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "rings"));
    for (int i = 0; i < N; i++) {
        const double angle = 6.283185307179586 * vvi_stream_unit(&stream);
        const double radius = (i % 2 == 0 ? 0.4 : 1.2) + 0.2 * vvi_stream_unit(&stream);
        x[i][0] = (float)(radius * cos(angle));
        x[i][1] = (float)(radius * sin(angle));
        y[i] = (float)(i % 2);
    }
    vv_data *data = NULL;
    CHECK_OK(vv_data_new(N, (vv_shape){ 1, { 2 } }, x[0], one_number, y, NULL, &data, NULL));
    return data;
}

static vv_model *ring_model(vv_optimizer optimizer)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(16, .activation = VV_TANH));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = optimizer, .metrics = VV_METRICS(VV_ACCURACY, VV_AUC));
    return m;
}

static void a_toy_problem_is_learnt_by_every_optimizer(void **state)
{
    (void)state;
    const vv_optimizer all[] = { vv_sgd(.learning_rate = 0.5), vv_sgd(.learning_rate = 0.1, .momentum = 0.9),
                                 vv_rmsprop(.learning_rate = 0.01), vv_adam(.learning_rate = 0.01),
                                 vv_adamw(.learning_rate = 0.01) };
    vv_data *data = rings();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        vv_model *m = ring_model(all[i]);
        vv_history *h = NULL;
        FIT_OK(m, data, .validation = data, .epochs = 60, .seed = 1, .history = &h);
        assert_int_equal(vv_history_epochs(h), 60);
        assert_true(vv_history_at(h, 0, 0) > 0.5);
        assert_true(last_of(h, "loss") < 0.1);
        assert_true(last_of(h, "val_accuracy") > 0.99 && last_of(h, "val_auc") > 0.99);
        vv_history *result = NULL;
        CHECK_OK(vv_evaluate(m, &result, data));
        assert_int_equal(vv_history_epochs(result), 1);
        CHECK_NEAR(last_of(result, "loss"), last_of(h, "val_loss"), 1e-12);
        CHECK_NEAR(last_of(result, "auc"), last_of(h, "val_auc"), 1e-12);
        vv_history_free(result);
        vv_history_free(h);
        vv_model_free(m);
    }
    vv_data_free(data);
}

static void predictions_do_not_depend_on_batches(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_data *data = examples[i].data(37);
        vv_model *m = made(&examples[i]);
        CHECK_OK(vv_model_init(m, 1));
        const size_t size = 37 * vvi_shape_size(vv_model_output_shape(m));
        float *out = calloc(3 * size, sizeof *out);
        assert_non_null(out);
        CHECK_OK(vv_predict(m, out, data));
        CHECK_OK(vv_predict(m, out + size, data, .batch_size = 5));
        CHECK_OK(vv_predict(m, out + 2 * size, data, .batch_size = 1000, .backend = "reference"));
        for (size_t k = 0; k < size; k++) {
            CHECK_NEAR(out[k], out[size + k], 1e-6);
            CHECK_NEAR(out[k], out[2 * size + k], 1e-5);
        }
        free(out);
        vv_model_free(m);
        vv_data_free(data);
    }
}

static vv_status count_allocations(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                                   vv_error *error)
{
    (void)state;
    (void)verdict;
    (void)error;
    long *counts = self->context;
    const long n = vvi_fail_allocation(0);
    if (epoch->epoch > 0) *counts += n;
    return VV_OK;
}

static void nothing_is_allocated_while_training(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_data *data = examples[i].data(50);
        vv_model *m = made(&examples[i]);
        long counts = 0;
        FIT_OK(m, data, .validation = data, .epochs = 4, .batch_size = 16,
               .callbacks = VV_CALLBACKS({ .name = "count", .epoch_end = count_allocations, .context = &counts },
                                         vv_early_stopping("loss", .patience = 3, .restore_best_weights = true)));
        vvi_fail_allocation(-1);
        assert_int_equal(counts, 0);
        vv_model_free(m);
        vv_data_free(data);
    }
}

/* Three examples of class 0, of which the second and third are equal; two of class 1, equal. */
static vv_data *weighted_data(bool duplicated, const float *weights)
{
    const float x[] = { 1, 2, -1, 0.5F, -1, 0.5F, 0.3F, -2, 0.3F, -2 }, y[] = { 0, 0, 0, 1, 1 };
    const float x1[] = { 1, 2, -1, 0.5F, 0.3F, -2 }, y1[] = { 0, 0, 1 };
    vv_data *data = NULL;
    CHECK_OK(vv_data_new(duplicated ? 5 : 3, (vv_shape){ 1, { 2 } }, duplicated ? x : x1, one_number,
                         duplicated ? y : y1, weights, &data, NULL));
    return data;
}

static vv_model *softmax_model(double learning_rate)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(2, .activation = VV_SOFTMAX));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = vv_sgd(.learning_rate = learning_rate),
               .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

/* The mean over a batch of n is a sum over n: a weight counts like duplicates when the rates make up for the n. */
static void weights_of_examples_count_like_duplicates(void **state)
{
    (void)state;
    const float weights[] = { 1, 2, 2 };
    vv_data *duplicated = weighted_data(true, NULL), *weighted = weighted_data(false, weights);
    vv_model *a = softmax_model(0.5), *b = softmax_model(0.3);
    vv_history *ha = NULL, *hb = NULL;
    FIT_OK(a, duplicated, .validation = duplicated, .epochs = 10, .history = &ha);
    FIT_OK(b, weighted, .validation = weighted, .epochs = 10, .history = &hb);
    check_same_weights(a, b, 1e-5);
    CHECK_NEAR(last_of(ha, "loss") * 5, last_of(hb, "loss") * 3, 1e-5);
    CHECK_NEAR(last_of(ha, "val_loss") * 5, last_of(hb, "val_loss") * 3, 1e-5);
    vv_history_free(ha);
    vv_history_free(hb);
    vv_model_free(a);
    vv_model_free(b);
    vv_data_free(duplicated);
    vv_data_free(weighted);
}

static void class_weights_count_like_weights_of_examples(void **state)
{
    (void)state;
    const float weights[] = { 3, 3, 0.5F }, product[] = { 6, 3, 0.25F }, some[] = { 2, 1, 0.5F };
    const double by_class[] = { 3, 0.5 };
    for (int i = 0; i < 2; i++) {
        vv_data *plain = weighted_data(false, i == 0 ? NULL : some);
        vv_data *weighted = weighted_data(false, i == 0 ? weights : product);
        vv_model *a = softmax_model(0.1), *b = softmax_model(0.1);
        vv_history *ha = NULL, *hb = NULL;
        FIT_OK(a, plain, .epochs = 5, .class_weight = by_class, .n_class_weight = 2, .history = &ha);
        FIT_OK(b, weighted, .epochs = 5, .history = &hb);
        check_same_weights(a, b, 0);
        CHECK_EQUAL_EXACTLY(last_of(ha, "loss"), last_of(hb, "loss"));
        CHECK_EQUAL_EXACTLY(last_of(ha, "accuracy"), last_of(hb, "accuracy"));
        vv_history_free(ha);
        vv_history_free(hb);
        vv_model_free(a);
        vv_model_free(b);
        vv_data_free(plain);
        vv_data_free(weighted);
    }
}

static void the_last_batch_may_be_smaller(void **state)
{
    (void)state;
    /* Rate so small that weights hardly move: the epoch's loss is then the loss over all examples. */
    vv_data *data = mlp_data(37);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID, .kernel_regularizer = { .l1 = 0.01, .l2 = 0.1 }));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = vv_sgd(.learning_rate = 1e-12));
    vv_history *h = NULL, *all = NULL;
    FIT_OK(m, data, .batch_size = 8, .history = &h);
    CHECK_OK(vv_evaluate(m, &all, data, .batch_size = 64));
    CHECK_NEAR(last_of(h, "loss"), last_of(all, "loss"), 1e-6);
    const vv_weight w = vv_model_weight(m, 0);
    double penalty = 0;
    for (size_t i = 0; i < w.n; i++)
        penalty += 0.01 * fabs((double)w.values[i]) + 0.1 * (double)w.values[i] * (double)w.values[i];
    assert_true(penalty > 1e-3 && last_of(all, "loss") > penalty);
    vv_history_free(h);
    vv_history_free(all);
    vv_model_free(m);
    vv_data_free(data);
}

static void regularizers_pull_weights_to_zero(void **state)
{
    (void)state;
    vv_data *data = mlp_data(32);
    double size[3];
    const vv_regularizer r[] = { { 0, 0 }, { 0.5, 0 }, { 0, 2 } };
    for (int i = 0; i < 3; i++) {
        vv_model *m = vv_sequential();
        vv_add(m, vv_input(10));
        vv_add(m, vv_dense(4, .kernel_regularizer = r[i]));
        vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
        vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = vv_sgd(.learning_rate = 0.05));
        FIT_OK(m, data, .epochs = 60);
        size[i] = 0;
        const vv_weight w = vv_model_weight(m, 0);
        for (size_t k = 0; k < w.n; k++) size[i] += fabs((double)w.values[k]) / (double)w.n;
        vv_model_free(m);
    }
    assert_true(size[1] < 0.1 * size[0] && size[2] < 0.1 * size[0]);
    vv_data_free(data);
}

static void fitting_again_goes_on(void **state)
{
    (void)state;
    vv_data *data = rings();
    vv_model *once = ring_model(vv_adam(.learning_rate = 0.01)), *twice = ring_model(vv_adam(.learning_rate = 0.01));
    FIT_OK(once, data, .epochs = 4, .no_shuffle = true);
    FIT_OK(twice, data, .epochs = 2, .no_shuffle = true);
    FIT_OK(twice, data, .epochs = 2, .no_shuffle = true);
    check_same_weights(once, twice, 0);
    vv_model_free(once);
    vv_model_free(twice);
    vv_data_free(data);
}

static void epochs_see_other_orders(void **state)
{
    (void)state;
    vv_data *data = rings();
    vv_model *shuffled = ring_model(vv_sgd()), *in_order = ring_model(vv_sgd());
    vv_history *a = NULL, *b = NULL;
    FIT_OK(shuffled, data, .history = &a);
    FIT_OK(in_order, data, .no_shuffle = true, .history = &b);
    assert_true(last_of(a, "loss") != last_of(b, "loss"));
    vv_history_free(a);
    vv_history_free(b);
    vv_model_free(shuffled);
    vv_model_free(in_order);
    vv_data_free(data);
}

static void divergence_names_the_epoch_and_does_not_stick(void **state)
{
    (void)state;
    const float x[] = { 1, 2, 3, 4 }, y[] = { 1, 2, 3, 4 };
    vv_data *data = NULL;
    CHECK_OK(vv_data_new(4, one_number, x, one_number, y, NULL, &data, NULL));
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(1));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_sgd(.learning_rate = 1e4));
    vv_history *h = NULL;
    assert_int_equal(vv_fit(m, data, .epochs = 100, .history = &h), VV_DIVERGED);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "epoch %zu", vv_history_epochs(h) + 1);
    CHECK_CONTAINS(vv_model_error(m), wanted);
    assert_in_range(vv_history_epochs(h), 1, 20);
    vv_history_free(h);
    CHECK_OK(vv_model_init(m, 1));
    assert_string_equal(vv_model_error(m), "");
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_sgd(.learning_rate = 0.01));
    FIT_OK(m, data, .epochs = 10);
    vv_model_free(m);
    vv_data_free(data);
}

static void what_does_not_fit_is_said_with_shapes_and_numbers(void **state)
{
    (void)state;
    vv_data *images = random_data(4, (vv_shape){ 3, { 8, 8, 1 } }, one_number, 10, 1);
    const float x[] = { 1, 2 }, classes[] = { 0, 7 }, nan[] = { 0, (float)NAN }, negative[] = { 1, -1 };
    const vv_shape three = { 1, { 3 } };
    const double class_weight[] = { 1, 1 }, bad_weight[] = { 1, -2 };
    const float columns[] = { 1, 0, 0, 0, 1, 0 };
    vv_data *far = NULL, *no_targets = NULL, *not_numbers = NULL, *bad_weights = NULL, *wide = NULL, *good = NULL;
    CHECK_OK(vv_data_new(2, one_number, x, one_number, classes, NULL, &far, NULL));
    CHECK_OK(vv_data_new(2, one_number, x, one_number, NULL, NULL, &no_targets, NULL));
    CHECK_OK(vv_data_new(2, one_number, x, one_number, nan, NULL, &not_numbers, NULL));
    CHECK_OK(vv_data_new(2, one_number, x, one_number, x, negative, &bad_weights, NULL));
    CHECK_OK(vv_data_new(2, one_number, x, three, columns, NULL, &wide, NULL));
    CHECK_OK(vv_data_new(2, one_number, x, one_number, x, NULL, &good, NULL));
    const struct {
        vv_fit_args args;
        vv_status status;
        const char *text;
    } bad[] = {
        { { .training = images }, VV_BAD_SHAPE, "the model wants 1, the data has 8x8x1" },
        { { .training = good, .validation = images }, VV_BAD_SHAPE, "validation" },
        { { .training = NULL }, VV_BAD_ARG, "training data" },
        { { .training = far }, VV_BAD_ARG, "7" },
        { { .training = no_targets }, VV_BAD_ARG, "no targets" },
        { { .training = not_numbers }, VV_BAD_ARG, "example 1" },
        { { .training = bad_weights }, VV_BAD_ARG, "weight of example 1 is -1" },
        { { .training = wide }, VV_BAD_SHAPE, "3" },
        { { .training = good, .epochs = -1 }, VV_BAD_ARG, "epochs is -1" },
        { { .training = good, .batch_size = -5 }, VV_BAD_ARG, "batch_size is -5" },
        { { .training = good, .backend = "abacus" }, VV_NOT_FOUND, "abacus" },
        { { .training = good, .class_weight = class_weight, .n_class_weight = 2 }, VV_BAD_ARG, "2 classes" },
        { { .training = good, .class_weight = bad_weight, .n_class_weight = 2 }, VV_BAD_ARG, "class 1 is -2" },
    };
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(1));
    vv_add(m, vv_dense(3, .activation = VV_SOFTMAX));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vv_fit_args args = bad[i].args;
        vv_history *h = NULL;
        args.history = &h;
        const vv_status status = vv_fit_with(m, &args);
        if (status != bad[i].status) fail_msg("case %zu gives %d: %s", i, (int)status, vv_model_error(m));
        CHECK_CONTAINS(vv_model_error(m), bad[i].text);
        assert_int_equal(vv_history_epochs(h), 0);
        vv_history_free(h);
    }
    float out[12];
    assert_int_equal(vv_predict(m, out, images), VV_BAD_SHAPE);
    vv_history *result = NULL;
    assert_int_equal(vv_evaluate(m, &result, no_targets), VV_BAD_ARG);
    assert_null(result);
    CHECK_OK(vv_predict(m, out, no_targets));
    FIT_OK(m, good); /* none of it stuck */
    vv_model_free(m);
    vv_data *const all[] = { images, far, no_targets, not_numbers, bad_weights, wide, good };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) vv_data_free(all[i]);
}

static void a_model_without_a_loss_predicts_but_does_not_train(void **state)
{
    (void)state;
    vv_data *data = mlp_data(4);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    vv_add(m, vv_dense(2));
    float out[8];
    vv_history *h = NULL;
    CHECK_OK(vv_predict(m, out, data));
    assert_int_equal(vv_fit(m, data), VV_BAD_ARG);
    CHECK_CONTAINS(vv_model_error(m), "compile");
    assert_int_equal(vv_evaluate(m, &h, data), VV_BAD_ARG);
    vv_model_free(m);
    vv_data_free(data);
}

static void a_model_in_rehearsal_checks_and_returns(void **state)
{
    (void)state;
    vv_data *data = mlp_data(40);
    vv_model *m = make_mlp();
    vv_history *h = NULL;
    vvi_model_rehearse(m, true);
    CHECK_OK(vv_fit(m, data, .epochs = 1000000, .history = &h));
    assert_non_null(h);
    assert_int_equal(vv_history_epochs(h), 0);
    assert_true(vv_history_find(h, "auc") >= 0);
    assert_int_equal(vv_model_weight_count(m), 0);
    vv_history_free(h);
    CHECK_OK(vv_fit(m, NULL));
    assert_int_equal(vv_fit(m, data, .batch_size = -1), VV_BAD_ARG);
    CHECK_CONTAINS(vv_model_error(m), "batch_size");
    vvi_model_rehearse(m, false);
    FIT_OK(m, data);
    assert_true(vv_model_weight_count(m) > 0);
    vv_model_free(m);
    vv_data_free(data);
}

static void a_model_of_flatten_alone_hands_its_input_on(void **state)
{
    (void)state;
    vv_data *data = random_data(5, (vv_shape){ 2, { 2, 3 } }, one_number, 2, 1);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2, 3));
    vv_add(m, vv_flatten());
    float out[30];
    CHECK_OK(vv_predict(m, out, data, .batch_size = 2));
    assert_memory_equal(out, vv_data_x(data), sizeof out);
    vv_model_free(m);
    vv_data_free(data);
}

static void histories_answer_what_they_do_not_have(void **state)
{
    (void)state;
    assert_int_equal(vv_history_epochs(NULL), 0);
    assert_int_equal(vv_history_find(NULL, "loss"), -1);
    vv_data *data = mlp_data(8);
    vv_model *m = make_mlp();
    vv_history *h = NULL;
    FIT_OK(m, data, .epochs = 2, .history = &h);
    assert_int_equal(vv_history_metric_count(h), 3);
    assert_string_equal(vv_history_metric(h, 0), "loss");
    assert_string_equal(vv_history_metric(h, 1), "accuracy");
    assert_string_equal(vv_history_metric(h, 3), "");
    assert_int_equal(vv_history_find(h, "val_loss"), -1);
    assert_true(isnan(vv_history_at(h, 0, 2)) && isnan(vv_history_at(h, 9, 0)));
    vv_history_free(h);
    vv_history_free(NULL);
    vv_model_free(m);
    vv_data_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_bits),
        cmocka_unit_test(backends_agree_on_losses_and_weights),
        cmocka_unit_test(a_toy_problem_is_learnt_by_every_optimizer),
        cmocka_unit_test(predictions_do_not_depend_on_batches),
        cmocka_unit_test(nothing_is_allocated_while_training),
        cmocka_unit_test(weights_of_examples_count_like_duplicates),
        cmocka_unit_test(class_weights_count_like_weights_of_examples),
        cmocka_unit_test(the_last_batch_may_be_smaller),
        cmocka_unit_test(regularizers_pull_weights_to_zero),
        cmocka_unit_test(fitting_again_goes_on),
        cmocka_unit_test(epochs_see_other_orders),
        cmocka_unit_test(divergence_names_the_epoch_and_does_not_stick),
        cmocka_unit_test(what_does_not_fit_is_said_with_shapes_and_numbers),
        cmocka_unit_test(a_model_without_a_loss_predicts_but_does_not_train),
        cmocka_unit_test(a_model_in_rehearsal_checks_and_returns),
        cmocka_unit_test(a_model_of_flatten_alone_hands_its_input_on),
        cmocka_unit_test(histories_answer_what_they_do_not_have),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
