/* callbacks.c - each against made-up epochs, then in a real fit. */
#include "models.h"

#include <unistd.h>

enum { MAX_EPOCHS = 16 };

/* Runs a callback over made-up values of one metric and notes what it asked for. */
typedef struct drill {
    const char *metric;
    double values[MAX_EPOCHS];
    int n;
    double learning_rate;
    /* answers */
    vv_verdict verdict[MAX_EPOCHS];
    vv_status status;
    vv_error error;
} drill;

static void run(drill *d, const vv_callback *c)
{
    void *state = calloc(1, c->state_size + 1);
    assert_non_null(state);
    d->status = c->begin == NULL ? VV_OK : c->begin(c, state, NULL, &d->error);
    for (int e = 0; e < d->n && d->status == VV_OK; e++) {
        const vv_epoch epoch = { .epoch = e,
                                 .epochs = d->n,
                                 .names = &d->metric,
                                 .values = &d->values[e],
                                 .n = 1,
                                 .learning_rate = d->learning_rate };
        d->status = c->epoch_end(c, state, &epoch, &d->verdict[e], &d->error);
        if (d->verdict[e].learning_rate > 0) d->learning_rate = d->verdict[e].learning_rate;
    }
    free(state);
}

static int stops_at(drill *d, vv_callback c)
{
    run(d, &c);
    assert_int_equal(d->status, VV_OK);
    for (int e = 0; e < d->n; e++)
        if (d->verdict[e].stop) return e;
    return -1;
}

static void early_stopping_waits_for_patience_epochs(void **state)
{
    (void)state;
    const drill falling = { .metric = "loss", .values = { 5, 4, 3, 2, 1 }, .n = 5 };
    const drill flat = { .metric = "loss", .values = { 5, 4, 4, 4, 4, 4 }, .n = 6 };
    drill d = falling;
    assert_int_equal(stops_at(&d, vv_early_stopping(NULL)), -1);
    d = flat;
    assert_int_equal(stops_at(&d, vv_early_stopping(NULL)), 2);
    d = flat;
    assert_int_equal(stops_at(&d, vv_early_stopping("loss", .patience = 3)), 4);
    d = falling;
    assert_int_equal(stops_at(&d, vv_early_stopping("loss", .patience = 2, .min_delta = 4.5)), 2);
    d = falling; /* every second epoch is better by more than 1 than the best */
    assert_int_equal(stops_at(&d, vv_early_stopping("loss", .patience = 2, .min_delta = 1)), -1);
    d = flat;
    assert_int_equal(stops_at(&d, vv_early_stopping("loss", .patience = 1, .start_from_epoch = 3)), 4);
}

static void early_stopping_maximizes_accuracies(void **state)
{
    (void)state;
    const drill rising = { .metric = "val_accuracy", .values = { 0.1, 0.2, 0.3, 0.25 }, .n = 4 };
    drill d = rising;
    assert_int_equal(stops_at(&d, vv_early_stopping("val_accuracy")), 3);
    d = rising;
    d.metric = "auc";
    assert_int_equal(stops_at(&d, vv_early_stopping("auc")), 3);
    d = rising;
    d.metric = "gain";
    assert_int_equal(stops_at(&d, vv_early_stopping("gain")), 1);
    d = rising;
    d.metric = "gain";
    assert_int_equal(stops_at(&d, vv_early_stopping("gain", .maximize = true)), 3);
}

static void early_stopping_does_not_take_nan_for_better(void **state)
{
    (void)state;
    drill d = { .metric = "loss", .values = { 2, (double)NAN, 1 }, .n = 3 };
    assert_int_equal(stops_at(&d, vv_early_stopping("loss", .patience = 2)), -1);
    drill first = { .metric = "loss", .values = { (double)NAN, 3, 2 }, .n = 3 };
    assert_int_equal(stops_at(&first, vv_early_stopping("loss", .patience = 2)), -1);
}

static void early_stopping_keeps_the_best_weights(void **state)
{
    (void)state;
    drill d = { .metric = "loss", .values = { 3, 2, 4, 1, 5 }, .n = 5 };
    stops_at(&d, vv_early_stopping("loss", .patience = 9, .restore_best_weights = true));
    for (int e = 0; e < 5; e++) {
        assert_true(d.verdict[e].restore_weights);
        assert_int_equal(d.verdict[e].keep_weights, e != 2 && e != 4);
    }
}

static void plateaus_reduce_the_rate(void **state)
{
    (void)state;
    drill d = { .metric = "loss", .values = { 1, 1, 1, 1, 1, 1, 1 }, .n = 7, .learning_rate = 1 };
    vv_callback c = vv_reduce_on_plateau("loss", .factor = 0.5, .patience = 2);
    run(&d, &c);
    const double wanted[] = { 0, 0, 0.5, 0, 0.25, 0, 0.125 };
    for (int e = 0; e < 7; e++) CHECK_EQUAL_EXACTLY(d.verdict[e].learning_rate, wanted[e]);

    drill cool = { .metric = "loss", .values = { 1, 1, 1, 1, 1, 1, 1 }, .n = 7, .learning_rate = 1 };
    c = vv_reduce_on_plateau("loss", .factor = 0.5, .patience = 1, .cooldown = 2, .min_learning_rate = 0.3);
    run(&cool, &c); /* at 1; epochs 2 and 3 cool, the second of them already waits again */
    const double slower[] = { 0, 0.5, 0, 0.3, 0, 0, 0 };
    for (int e = 0; e < 7; e++) CHECK_EQUAL_EXACTLY(cool.verdict[e].learning_rate, slower[e]);

    drill little = { .metric = "loss", .values = { 1, 0.99995, 0.9999, 0.99985 }, .n = 4, .learning_rate = 1 };
    c = vv_reduce_on_plateau("loss", .patience = 1);
    run(&little, &c);
    CHECK_NEAR(little.learning_rate, 0.01, 1e-12); /* gains below 1e-4 are none, but two of them are one */
}

static void monitors_that_are_not_there_list_those_that_are(void **state)
{
    (void)state;
    const vv_callback all[] = { vv_early_stopping("val_aucc"), vv_reduce_on_plateau("val_aucc"),
                                vv_checkpoint("/tmp/x", .monitor = "val_aucc", .save_best_only = true) };
    for (int i = 0; i < 3; i++) {
        drill d = { .metric = "accuracy", .n = 1 };
        run(&d, &all[i]);
        assert_int_equal(d.status, VV_NOT_FOUND);
        CHECK_CONTAINS(d.error.text, "val_aucc");
        CHECK_CONTAINS(d.error.text, "there are accuracy");
    }
}

static void arguments_out_of_range_are_refused(void **state)
{
    (void)state;
    const vv_callback all[] = { vv_early_stopping(NULL, .patience = -1),
                                vv_early_stopping(NULL, .min_delta = -1),
                                vv_reduce_on_plateau(NULL, .factor = 1),
                                vv_reduce_on_plateau(NULL, .patience = -2),
                                vv_reduce_on_plateau(NULL, .cooldown = -1),
                                vv_reduce_on_plateau(NULL, .factor = -0.5),
                                vv_reduce_on_plateau(NULL, .min_delta = -1),
                                vv_checkpoint(NULL),
                                vv_csv_log(NULL) };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        drill d = { .metric = "loss", .n = 1 };
        run(&d, &all[i]);
        assert_int_equal(d.status, VV_BAD_ARG);
        CHECK_CONTAINS(d.error.text, all[i].name);
    }
}

/* ---- in a real fit -------------------------------------------------------------------------------------------------
 */

static double loss_of(vv_model *m, const vv_data *data)
{
    vv_history *h = NULL;
    CHECK_OK(vv_evaluate(m, &h, data));
    const double loss = vv_history_at(h, 0, 0);
    vv_history_free(h);
    return loss;
}

static void fit_puts_back_the_best_weights(void **state)
{
    (void)state;
    vv_data *training = mlp_data(30), *validation = random_data(30, (vv_shape){ 1, { 10 } }, one_number, 2, 9);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    vv_add(m, vv_dense(32, .activation = VV_TANH));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = vv_adam(.learning_rate = 0.05));
    vv_history *h = NULL;
    CHECK_OK(vv_fit(m, training, .validation = validation, .epochs = 100, .history = &h,
                    .callbacks = VV_CALLBACKS(vv_early_stopping(NULL, .patience = 3, .restore_best_weights = true))));
    assert_in_range(vv_history_epochs(h), 4, 99);
    const int val = vv_history_find(h, "val_loss");
    double best = HUGE_VAL;
    for (size_t e = 0; e < vv_history_epochs(h); e++) best = fmin(best, vv_history_at(h, (size_t)val, e));
    CHECK_NEAR(loss_of(m, validation), best, 1e-9);
    assert_true(vv_history_at(h, (size_t)val, vv_history_epochs(h) - 1) > best);
    vv_history_free(h);
    vv_model_free(m);
    vv_data_free(training);
    vv_data_free(validation);
}

typedef struct seen_rates {
    double rate[8];
} seen_rates;

static vv_status note_rate(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    (void)state;
    (void)verdict;
    (void)error;
    ((seen_rates *)self->context)->rate[epoch->epoch] = epoch->learning_rate;
    return VV_OK;
}

static double halve(int epoch, double rate, void *context)
{
    *(int *)context += 1;
    return epoch == 0 ? rate : rate / 2;
}

static void schedules_set_the_rate_of_each_epoch(void **state)
{
    (void)state;
    vv_data *data = mlp_data(8);
    vv_model *m = make_mlp();
    int calls = 0;
    seen_rates seen = { { 0 } };
    const vv_callback spy = { .name = "spy", .epoch_end = note_rate, .context = &seen };
    CHECK_OK(vv_fit(m, data, .epochs = 4, .callbacks = VV_CALLBACKS(vv_learning_rate_schedule(halve, &calls), spy)));
    assert_int_equal(calls, 4);
    for (int e = 0; e < 4; e++) CHECK_EQUAL_EXACTLY(seen.rate[e], 0.01 / (1 << e));
    vv_model_free(m);
    vv_data_free(data);
}

static vv_status interrupt(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    (void)state;
    (void)verdict;
    (void)error;
    return epoch->epoch == *(int *)self->context ? VV_INTERRUPTED : VV_OK;
}

static vv_status begin_counted(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)model;
    (void)error;
    assert_int_equal(*(int *)state, 0); /* zeroed for every fit */
    *(int *)state = 1;
    ((int *)self->context)[0]++;
    return VV_OK;
}

static void end_counted(const vv_callback *self, void *state)
{
    assert_int_equal(*(int *)state, 1);
    ((int *)self->context)[1]++;
}

static vv_status refuse(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)self;
    (void)state;
    (void)model;
    return vvi_fail(error, VV_IO, "no");
}

static void who_begins_also_ends(void **state)
{
    (void)state;
    vv_data *data = mlp_data(8);
    vv_model *m = make_mlp();
    int counts[2] = { 0, 0 }, at = 1;
    const vv_callback counter = {
        .name = "counter", .state_size = sizeof(int), .begin = begin_counted, .end = end_counted, .context = counts
    };
    const vv_callback stopper = { .name = "stopper", .epoch_end = interrupt, .context = &at };
    const vv_callback refuser = { .name = "refuser", .begin = refuse };
    vv_history *h = NULL;
    assert_int_equal(vv_fit(m, data, .epochs = 5, .callbacks = VV_CALLBACKS(counter, stopper), .history = &h),
                     VV_INTERRUPTED);
    CHECK_CONTAINS(vv_model_error(m), "stopper");
    assert_int_equal(vv_history_epochs(h), 2);
    assert_int_equal(counts[0] * 10 + counts[1], 11);
    vv_history_free(h);
    assert_int_equal(vv_fit(m, data, .callbacks = VV_CALLBACKS(counter, refuser, counter)), VV_IO);
    assert_string_equal(vv_model_error(m), "no");
    assert_int_equal(counts[0] * 10 + counts[1], 22);
    vv_model_free(m);
    vv_data_free(data);
}

static void checkpoints_are_models(void **state)
{
    (void)state;
    char folder[] = "/tmp/varve-callbacks-XXXXXX", path[64], wanted[64], best[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/100%%_%%d.model", folder);
    snprintf(best, sizeof best, "%s/best", folder);
    vv_data *data = mlp_data(16);
    vv_model *m = make_mlp();
    CHECK_OK(vv_fit(m, data, .epochs = 3,
                    .callbacks = VV_CALLBACKS(vv_checkpoint(path), vv_checkpoint(best, .save_best_only = true))));
    vv_model *copy = NULL;
    for (int e = 1; e <= 3; e++) {
        snprintf(wanted, sizeof wanted, "%s/100%%_%d.model", folder, e);
        CHECK_OK(vv_model_load(wanted, &copy, NULL));
        if (e == 3) CHECK_EQUAL_EXACTLY(loss_of(copy, data), loss_of(m, data));
        vv_model_free(copy);
        assert_int_equal(unlink(wanted), 0);
    }
    CHECK_OK(vv_model_load(best, &copy, NULL));
    vv_model_free(copy);
    assert_int_equal(unlink(best), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(vv_fit(m, data, .callbacks = VV_CALLBACKS(vv_checkpoint("/no such folder/x"))), VV_IO);
    CHECK_CONTAINS(vv_model_error(m), "/no such folder/x");
    vv_model_free(m);
    vv_data_free(data);
}

static void csv_logs_have_a_line_an_epoch(void **state)
{
    (void)state;
    char path[] = "/tmp/varve-callbacks-XXXXXX", line[256];
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    vv_data *data = mlp_data(16);
    vv_model *m = make_mlp();
    vv_history *h = NULL;
    CHECK_OK(
        vv_fit(m, data, .validation = data, .epochs = 2, .history = &h, .callbacks = VV_CALLBACKS(vv_csv_log(path))));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "epoch,loss,accuracy,auc,val_loss,val_accuracy,val_auc\n");
    for (int e = 0; e < 2; e++) {
        assert_non_null(fgets(line, sizeof line, file));
        int epoch;
        double loss;
        assert_int_equal(sscanf(line, "%d,%lf,", &epoch, &loss), 2);
        assert_int_equal(epoch, e);
        CHECK_NEAR(loss, vv_history_at(h, 0, (size_t)e), 1e-8);
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
    unlink(path);
    vv_history_free(h);
    vv_model_free(m);
    vv_data_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(early_stopping_waits_for_patience_epochs),
        cmocka_unit_test(early_stopping_maximizes_accuracies),
        cmocka_unit_test(early_stopping_does_not_take_nan_for_better),
        cmocka_unit_test(early_stopping_keeps_the_best_weights),
        cmocka_unit_test(plateaus_reduce_the_rate),
        cmocka_unit_test(monitors_that_are_not_there_list_those_that_are),
        cmocka_unit_test(arguments_out_of_range_are_refused),
        cmocka_unit_test(fit_puts_back_the_best_weights),
        cmocka_unit_test(schedules_set_the_rate_of_each_epoch),
        cmocka_unit_test(who_begins_also_ends),
        cmocka_unit_test(checkpoints_are_models),
        cmocka_unit_test(csv_logs_have_a_line_an_epoch),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
