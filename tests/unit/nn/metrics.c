/* metrics.c - values against Keras, streaming, the resolution of "accuracy". */
#include "golden.h"
#include "models.h"

typedef struct metric_case {
    const char *name;
    vv_metric metric;
    int out, target, parts;
} metric_case;

static double value_of(const metric_case *c, const float *p, const float *y, int n)
{
    const vvi_metric_row *row = vvi_metric_row_of(c->metric);
    double *state = calloc(row->state, sizeof *state);
    assert_non_null(state);
    for (int part = 0, at = 0; part < c->parts; part++) {
        const int size = n / c->parts + (part < n % c->parts ? 1 : 0);
        row->update(state, size, c->out, c->target, p + at * c->out, y + at * c->target);
        at += size;
    }
    const double value = row->result(state);
    free(state);
    return value;
}

static void values_are_those_of_keras(void **unused)
{
    (void)unused;
    const metric_case cases[] = {
        { "metric_auc", VV_AUC, 1, 1, 1 },
        { "metric_auc_batches", VV_AUC, 1, 1, 4 },
        { "metric_auc_ties", VV_AUC, 1, 1, 1 },
        { "metric_auc_close", VV_AUC, 1, 1, 1 },
        { "metric_auc_perfect", VV_AUC, 1, 1, 1 },
        { "metric_auc_reversed", VV_AUC, 1, 1, 1 },
        { "metric_auc_one_class", VV_AUC, 1, 1, 1 },
        { "metric_auc_columns", VV_AUC, 2, 2, 1 },
        { "metric_binary_accuracy", VV_BINARY_ACCURACY, 1, 1, 1 },
        { "metric_binary_accuracy_columns", VV_BINARY_ACCURACY, 2, 2, 4 },
        { "metric_sparse_categorical_accuracy", VV_SPARSE_CATEGORICAL_ACCURACY, 4, 1, 1 },
        { "metric_sparse_categorical_accuracy_batches", VV_SPARSE_CATEGORICAL_ACCURACY, 4, 1, 3 },
        { "metric_categorical_accuracy", VV_CATEGORICAL_ACCURACY, 4, 4, 1 },
        { "metric_mae", VV_METRIC_MAE, 3, 3, 3 },
        { "metric_mse", VV_METRIC_MSE, 3, 3, 3 },
    };
    vvi_tensors tensors = golden_open(GOLDEN("layers"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const metric_case *c = &cases[i];
        char name[96];
        size_t n;
        snprintf(name, sizeof name, "%s/y_pred", c->name);
        float *p = golden_floats(&tensors, name, &n);
        snprintf(name, sizeof name, "%s/y_true", c->name);
        float *y = golden_floats(&tensors, name, NULL);
        snprintf(name, sizeof name, "%s/value", c->name);
        float *wanted = golden_floats(&tensors, name, NULL);
        const double value = value_of(c, p, y, (int)n / c->out);
        if (fabs(value - (double)wanted[0]) > 1e-6) fail_msg("%s: %.9g, Keras %.9g", c->name, value, (double)wanted[0]);
        free(p);
        free(y);
        free(wanted);
    }
    vvi_tensors_close(&tensors);
}

static void auc_survives_scores_that_are_no_probabilities(void **unused)
{
    (void)unused;
    const float p[] = { -3, 7, (float)NAN, 0.5F }, y[] = { 0, 1, 0, 1 };
    const double value = value_of(&(metric_case){ "", VV_AUC, 1, 1, 1 }, p, y, 4);
    assert_true(value >= 0 && value <= 1);
}

static void accuracy_is_the_one_that_fits(void **unused)
{
    (void)unused;
    const vv_shape one = { 1, { 1 } }, ten = { 1, { 10 } };
    assert_int_equal(vvi_metric_resolve(VV_ACCURACY, VV_SPARSE_CATEGORICAL_CROSSENTROPY, ten),
                     VV_SPARSE_CATEGORICAL_ACCURACY);
    assert_int_equal(vvi_metric_resolve(VV_ACCURACY, VV_CATEGORICAL_CROSSENTROPY, ten), VV_CATEGORICAL_ACCURACY);
    assert_int_equal(vvi_metric_resolve(VV_ACCURACY, VV_BINARY_CROSSENTROPY, one), VV_BINARY_ACCURACY);
    assert_int_equal(vvi_metric_resolve(VV_ACCURACY, VV_MSE, one), VV_BINARY_ACCURACY);
    assert_int_equal(vvi_metric_resolve(VV_ACCURACY, VV_MSE, ten), VV_CATEGORICAL_ACCURACY);
    assert_int_equal(vvi_metric_resolve(VV_METRIC_MAE, VV_MSE, ten), VV_METRIC_MAE);
}

static void every_metric_is_found_by_its_name(void **unused)
{
    (void)unused;
    const vvi_metric_row *row;
    for (size_t i = 0; (row = vvi_metric_row_at(i)) != NULL; i++) {
        assert_int_equal(vvi_metric_by_name(row->name), row->metric);
        assert_string_equal(vvi_metric_name(row->metric), row->name);
    }
    assert_int_equal(vvi_metric_by_name("accuracy"), VV_ACCURACY);
    assert_int_equal(vvi_metric_by_name("no such"), VV_METRIC_NONE);
    assert_null(vvi_metric_name((vv_metric)99));
}

static void metrics_that_do_not_fit_are_refused(void **unused)
{
    (void)unused;
    const struct {
        int units;
        vv_loss loss;
        vv_metric metric;
    } bad[] = { { 1, VV_MSE, VV_SPARSE_CATEGORICAL_ACCURACY },
                { 1, VV_BINARY_CROSSENTROPY, VV_CATEGORICAL_ACCURACY },
                { 5, VV_SPARSE_CATEGORICAL_CROSSENTROPY, VV_METRIC_MAE },
                { 5, VV_SPARSE_CATEGORICAL_CROSSENTROPY, VV_AUC },
                { 5, VV_MSE, (vv_metric)77 } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vv_model *m = vv_sequential();
        vv_add(m, vv_input(3));
        vv_add(m, vv_dense(bad[i].units));
        vv_compile(m, .loss = bad[i].loss, .metrics = VV_METRICS(bad[i].metric));
        assert_int_not_equal(vv_model_status(m), VV_OK);
        if (i < 4) CHECK_CONTAINS(vv_model_error(m), vvi_metric_name(bad[i].metric));
        vv_model_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_keras),
        cmocka_unit_test(auc_survives_scores_that_are_no_probabilities),
        cmocka_unit_test(accuracy_is_the_one_that_fits),
        cmocka_unit_test(every_metric_is_found_by_its_name),
        cmocka_unit_test(metrics_that_do_not_fit_are_refused),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
