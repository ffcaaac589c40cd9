/* going_on.c - what callbacks remember goes on with a training; fits that are tracked find out which file is theirs, and go
 * on from it to the bit, history included; any other fit trains from its beginning. */
#include "models.h"
#include "nn/training.h"

#include <unistd.h>

static char folder[64], path[96], log_path[96], best_path[96];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/varve-going-on-XXXXXX");
    if (mkdtemp(folder) == NULL) return 1;
    snprintf(path, sizeof path, "%s/state", folder);
    snprintf(log_path, sizeof log_path, "%s/log", folder);
    snprintf(best_path, sizeof best_path, "%s/best", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(log_path);
    unlink(best_path);
    return rmdir(folder);
}

enum { EPOCHS = 7, MOST_BYTES = 4000 };

/* Saves the training after an epoch, counted over all fits from 1, and may end it there. */
typedef struct saver {
    int at, seen;
    bool ends;
    bool tracked; /* as a tracker does, with something of its own beside */
} saver;

static vv_status save_when_done(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                                vv_error *error)
{
    (void)state, (void)verdict;
    saver *s = self->context;
    const double own[2] = { 0.1, (double)NAN };
    const vvi_array array = { "own", "F64", 2, own };
    if (++s->seen != s->at) return VV_OK;
    const vv_status status = s->tracked ? vvi_training_save(epoch->model, path, &array, 1, error)
                                        : vv_model_save_training(epoch->model, path, error);
    if (status != VV_OK) return status;
    return s->ends ? VV_INTERRUPTED : VV_OK;
}

static vv_callback saving(saver *s)
{
    return (vv_callback){ .name = "saver", .plain_state = true, .epoch_done = save_when_done, .context = s };
}

static double decay(int epoch, double rate, void *context)
{
    (void)context;
    return epoch == 0 ? rate : rate * 0.9;
}

static bool same_weights(vv_model *a, vv_model *b)
{
    bool same = vv_model_weight_count(a) == vv_model_weight_count(b);
    for (size_t i = 0; same && i < vv_model_weight_count(a); i++) {
        const vv_weight x = vv_model_weight(a, i), y = vv_model_weight(b, i);
        same = x.n == y.n && memcmp(x.values, y.values, x.n * sizeof *x.values) == 0;
    }
    return same;
}

static size_t read_file(const char *name, char bytes[MOST_BYTES])
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    const size_t n = fread(bytes, 1, MOST_BYTES, file);
    fclose(file);
    return n;
}

/* ---- callbacks ------------------------------------------------------------------------------------------------------ */

static vv_history *train(vv_model *m, const vv_data *data, int from, const char *backend, const vv_callback *callbacks,
                         size_t n, vv_status expected)
{
    vv_history *h = NULL;
    const vv_fit_args args = { .training = data,
                               .validation = data,
                               .epochs = EPOCHS,
                               .initial_epoch = from,
                               .batch_size = 8,
                               .seed = 5,
                               .backend = backend,
                               .callbacks = { callbacks, n },
                               .history = &h };
    const vv_status status = vv_fit_with(m, &args);
    if (status != expected) fail_msg("%s", vv_model_error(m));
    return h;
}

/* Each of our callbacks, with arguments that make it act. The training is saved after epoch `cut`; what goes on from the file
 * in another model is what would have been, whether the first one ended there or `lives` on and writes to its log. */
static void check_callbacks_go_on(const example *e, const char *backend, int cut, bool lives)
{
    char logged[MOST_BYTES], again[MOST_BYTES];
    vv_data *data = e->data(24);
    vv_model *whole = made(e), *begun = made(e), *fresh = made(e);
    saver never = { .at = 0 }, now = { .at = cut, .ends = !lives };
    vv_callback list[] = {
        vv_early_stopping("loss", .patience = 2, .min_delta = 0.01, .restore_best_weights = true),
        vv_reduce_on_plateau("loss", .patience = 1, .factor = 0.5, .min_delta = 0.05, .cooldown = 1),
        vv_learning_rate_schedule(decay, NULL),
        vv_checkpoint(best_path, .monitor = "val_loss", .save_best_only = true),
        vv_csv_log(log_path),
        saving(&never),
    };
    enum { N = sizeof list / sizeof *list };
    vv_history *all = train(whole, data, 0, backend, list, N, VV_OK);
    const size_t n_logged = read_file(log_path, logged);
    list[N - 1] = saving(&now);
    vv_history_free(train(begun, data, 0, backend, list, N, lives ? VV_OK : VV_INTERRUPTED));
    vv_error error = { 0 };
    if (vv_model_load_training(fresh, path, &error) != VV_OK) fail_msg("%s", error.text);
    assert_int_equal(vv_model_epochs(fresh), cut);
    list[N - 1] = saving(&never);
    vv_history *tail = train(fresh, data, cut, backend, list, N, VV_OK);
    assert_int_equal(vv_history_epochs(tail), vv_history_epochs(all) - (size_t)cut);
    for (size_t k = 0; k < vv_history_metric_count(all); k++)
        for (size_t epoch = (size_t)cut; epoch < vv_history_epochs(all); epoch++)
            CHECK_EQUAL_EXACTLY(vv_history_at(all, k, epoch), vv_history_at(tail, k, epoch - (size_t)cut));
    if (!same_weights(whole, fresh)) fail_msg("%s, after epoch %d: other weights", e->name, cut);
    CHECK_EQUAL_EXACTLY(whole->optimizer.learning_rate, fresh->optimizer.learning_rate);
    assert_int_equal(read_file(log_path, again), n_logged);
    assert_memory_equal(logged, again, n_logged);
    vv_history_free(all);
    vv_history_free(tail);
    vv_model_free(whole);
    vv_model_free(begun);
    vv_model_free(fresh);
    vv_data_free(data);
}

static int epochs_of(const example *e, const char *backend)
{
    vv_data *data = e->data(24);
    vv_model *m = made(e);
    const vv_callback list[] = {
        vv_early_stopping("loss", .patience = 2, .min_delta = 0.01, .restore_best_weights = true),
        vv_reduce_on_plateau("loss", .patience = 1, .factor = 0.5, .min_delta = 0.05, .cooldown = 1),
        vv_learning_rate_schedule(decay, NULL),
    };
    vv_history *h = train(m, data, 0, backend, list, 3, VV_OK);
    const int n = (int)vv_history_epochs(h);
    vv_history_free(h);
    vv_model_free(m);
    vv_data_free(data);
    return n;
}

static void what_our_callbacks_remember_goes_on_to_the_bit(void **state)
{
    (void)state;
    static const char *const backends[] = { "cpu", "reference" };
    for (int i = 0; i < N_EXAMPLES; i++)
        for (int b = 0; b < 2; b++)
            for (int cut = 1, n = epochs_of(&examples[i], backends[b]); cut <= n; cut++)
                for (int lives = 0; lives < 2; lives++)
                    check_callbacks_go_on(&examples[i], backends[b], cut, lives != 0);
}

/* Counts epochs, in its state. */
static vv_status count_epochs(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                              vv_error *error)
{
    (void)epoch, (void)verdict, (void)error;
    *(int *)self->context = ++*(int *)state;
    return VV_OK;
}

/* Fits 3 epochs, saves, loads, and goes on to 5: what the counter has come to. */
static int count_across(bool plain, double other, bool in_place)
{
    int counted = 0;
    vv_data *data = mlp_data(16);
    vv_model *m = make_mlp(), *fresh = make_mlp();
    vv_callback counter = { .name = "counter",
                            .state_size = sizeof(int),
                            .plain_state = plain,
                            .epoch_end = count_epochs,
                            .context = &counted };
    CHECK_OK(vv_fit(m, data, .epochs = 3, .callbacks = VV_CALLBACKS(counter)));
    assert_int_equal(counted, 3);
    CHECK_OK(vv_model_save_training(m, path, NULL));
    CHECK_OK(vv_model_load_training(fresh, path, NULL));
    counter.number[0] = other;
    CHECK_OK(vv_fit(in_place ? m : fresh, data, .epochs = 5, .initial_epoch = 3, .callbacks = VV_CALLBACKS(counter)));
    CHECK_OK(vv_fit(fresh, data, .epochs = 0, .callbacks = VV_CALLBACKS(counter)));
    const int one_more = counted;
    assert_int_equal(one_more, 1); /* from its beginning: zeroed */
    CHECK_OK(vv_model_load_training(fresh, path, NULL));
    CHECK_OK(vv_fit(fresh, data, .epochs = 5, .initial_epoch = 3, .callbacks = VV_CALLBACKS(counter)));
    vv_model_free(m);
    vv_model_free(fresh);
    vv_data_free(data);
    return counted;
}

static void only_the_same_callbacks_that_can_be_kept_go_on(void **state)
{
    (void)state;
    assert_int_equal(count_across(true, 0, false), 5);
    assert_int_equal(count_across(true, 0, true), 5);
    assert_int_equal(count_across(false, 0, false), 2);
    assert_int_equal(count_across(true, 7, false), 2); /* other arguments */
}

/* Whatever says stop in the epoch that is saved ends the training that goes on, too; it restores what it would have. */
static void a_stop_is_remembered(void **state)
{
    (void)state;
    vv_data *data = mlp_data(24);
    vv_model *whole = make_mlp(), *begun = make_mlp(), *fresh = make_mlp();
    vv_callback list[] = { vv_early_stopping("loss", .min_delta = 0.5, .restore_best_weights = true),
                           { .name = "saver", .plain_state = true } };
    vv_history *h = train(whole, data, 0, NULL, list, 2, VV_OK);
    const int n = (int)vv_history_epochs(h);
    vv_history_free(h);
    assert_in_range(n, 1, EPOCHS - 1);
    saver last = { .at = n, .ends = true };
    list[1] = saving(&last);
    vv_history_free(train(begun, data, 0, NULL, list, 2, VV_INTERRUPTED));
    CHECK_OK(vv_model_load_training(fresh, path, NULL));
    last.at = 0;
    h = train(fresh, data, n, NULL, list, 2, VV_OK);
    assert_int_equal(vv_history_epochs(h), 0);
    assert_true(same_weights(whole, fresh));
    vv_history_free(h);
    vv_model_free(whole);
    vv_model_free(begun);
    vv_model_free(fresh);
    vv_data_free(data);
}

/* ---- tracked fits ----------------------------------------------------------------------------------------------------- */

/* What somebody else's function does with a model. */
typedef struct plan {
    int fits, epochs;
    bool compiles_between, tampers_before, evaluates;
    int batch_size;
    uint64_t seed, key;
} plan;

typedef struct course {
    vv_history *histories[3];
    int trained; /* epochs, really */
    bool went_on[3];
} course;

static void drop(course *c)
{
    for (int i = 0; i < 3; i++) vv_history_free(c->histories[i]);
}

/* Runs a plan; the training is saved after `at` epochs and ended there. 0: never. */
static course carry_out(vv_model *m, const vv_data *data, const plan *p, const vvi_training *from, int at)
{
    course c = { .trained = 0 };
    saver s = { .at = at, .ends = true, .tracked = true };
    vvi_model_track(m, from, p->key);
    if (p->tampers_before) {
        CHECK_OK(vv_model_init(m, 3));
        vv_model_weight(m, 0).values[2] += 0.5f;
    }
    for (int i = 0; i < p->fits; i++) {
        vv_status status =
            vv_fit(m, data, .epochs = p->epochs, .batch_size = p->batch_size, .seed = p->seed, .validation = data,
                   .history = &c.histories[i],
                   .callbacks = VV_CALLBACKS(vv_early_stopping("loss", .patience = 9, .restore_best_weights = true),
                                             saving(&s)));
        c.went_on[i] = vvi_model_went_on(m);
        c.trained = s.seen;
        if (status == VV_INTERRUPTED) break;
        if (status != VV_OK) fail_msg("%s", vv_model_error(m));
        vv_compile_args args = m->args;
        args.optimizer = vv_sgd(.learning_rate = 0.05);
        if (p->compiles_between) vv_compile_with(m, &args);
    }
    return c;
}

static void check_same_histories(const course *a, const course *b, int fits)
{
    for (int i = 0; i < fits; i++) {
        assert_int_equal(vv_history_epochs(a->histories[i]), vv_history_epochs(b->histories[i]));
        for (size_t k = 0; k < vv_history_metric_count(a->histories[i]); k++)
            for (size_t e = 0; e < vv_history_epochs(a->histories[i]); e++)
                CHECK_EQUAL_EXACTLY(vv_history_at(a->histories[i], k, e), vv_history_at(b->histories[i], k, e));
    }
}

static void check_plan(const plan *p)
{
    const int all = p->fits * p->epochs;
    vv_data *data = mlp_data(24);
    vv_model *whole = make_mlp();
    course undisturbed = carry_out(whole, data, p, NULL, 0);
    assert_int_equal(undisturbed.trained, all);
    for (int at = 1; at <= all; at++) {
        vvi_training from;
        vvi_tensor own;
        vv_model *begun = make_mlp(), *fresh = make_mlp();
        course first = carry_out(begun, data, p, NULL, at);
        CHECK_OK(vvi_training_open(&from, path, NULL));
        assert_true(vvi_training_array(&from, "own", "F64", &own));
        assert_int_equal(own.n, 2);
        double value;
        memcpy(&value, own.data, sizeof value);
        CHECK_EQUAL_EXACTLY(value, 0.1);
        assert_false(vvi_training_array(&from, "own", "F32", &own));
        assert_false(vvi_training_array(&from, "owl", "F64", &own));
        course second = carry_out(fresh, data, p, &from, 0);
        /* the fits before the one that was saved are trained again; that one is not, but for its rest */
        const int in = (at - 1) / p->epochs;
        for (int i = 0; i < p->fits; i++) assert_int_equal(second.went_on[i], i == in);
        assert_int_equal(second.trained, all - (at - in * p->epochs));
        check_same_histories(&undisturbed, &second, p->fits);
        assert_true(same_weights(whole, fresh));
        vvi_training_close(&from);
        drop(&first);
        drop(&second);
        vv_model_free(begun);
        vv_model_free(fresh);
    }
    drop(&undisturbed);
    vv_model_free(whole);
    vv_data_free(data);
}

static void a_tracked_fit_goes_on_whatever_is_done_around_it(void **state)
{
    (void)state;
    const plan plans[] = { { .fits = 1, .epochs = 4 },
                           { .fits = 2, .epochs = 3 },
                           { .fits = 3, .epochs = 2, .compiles_between = true },
                           { .fits = 2, .epochs = 2, .tampers_before = true } };
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) check_plan(&plans[i]);
}

/* The file is whole and of the same model, but another fit's. */
static void another_fit_does_not_go_on(void **state)
{
    (void)state;
    const plan saved = { .fits = 1, .epochs = 4, .seed = 1 };
    const plan others[] = { { .fits = 1, .epochs = 5, .seed = 1 },
                            { .fits = 1, .epochs = 4, .seed = 2 },
                            { .fits = 1, .epochs = 4, .seed = 1, .batch_size = 7 },
                            { .fits = 1, .epochs = 4, .seed = 1, .key = 1 },
                            { .fits = 1, .epochs = 4, .seed = 1, .tampers_before = true } };
    vv_data *data = mlp_data(24), *more = mlp_data(25);
    vv_model *m = make_mlp();
    course first = carry_out(m, data, &saved, NULL, 2);
    vvi_training from;
    CHECK_OK(vvi_training_open(&from, path, NULL));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        vv_model *fresh = make_mlp();
        course c = carry_out(fresh, data, &others[i], &from, 0);
        assert_false(c.went_on[0]);
        assert_int_equal(c.trained, others[i].epochs);
        drop(&c);
        vv_model_free(fresh);
    }
    vv_model *fresh = make_mlp();
    course c = carry_out(fresh, more, &saved, &from, 0); /* other data */
    assert_int_equal(c.trained, 4);
    vvi_training_close(&from);
    drop(&first);
    drop(&c);
    vv_model_free(m);
    vv_model_free(fresh);
    vv_data_free(data);
    vv_data_free(more);
}

/* Memory that is short is said, and loses neither. */
static void every_allocation_may_fail_in_a_fit_that_goes_on(void **state)
{
    (void)state;
    vv_data *data = mlp_data(16);
    vv_model *m = make_mlp();
    int counted = 0;
    saver s = { .at = 2, .ends = true, .tracked = true };
    const vv_callback list[] = {
        { .name = "c", .state_size = 4, .plain_state = true, .epoch_end = count_epochs, .context = &counted },
        saving(&s)
    };
    vvi_model_track(m, NULL, 0);
    vv_history_free(train(m, data, 0, NULL, list, 2, VV_INTERRUPTED));
    vvi_training from;
    CHECK_OK(vvi_training_open(&from, path, NULL));
    for (long n = 1, seen = n; seen >= n; n++) {
        vv_model *fresh = make_mlp();
        vv_fit_args args = {
            .training = data, .validation = data, .epochs = EPOCHS, .batch_size = 8, .seed = 5, .callbacks = { list, 2 }
        };
        vvi_model_track(fresh, &from, 0);
        vvi_fail_allocation(n);
        const vv_status status = vv_fit_with(fresh, &args);
        seen = vvi_fail_allocation(-1);
        assert_int_equal(status, seen < n ? VV_OK : VV_NO_MEMORY);
        if (status == VV_OK) assert_int_equal(counted, EPOCHS);
        vv_model_free(fresh);
    }
    vvi_training_close(&from);
    vv_model_free(m);
    vv_data_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_our_callbacks_remember_goes_on_to_the_bit),
        cmocka_unit_test(only_the_same_callbacks_that_can_be_kept_go_on),
        cmocka_unit_test(a_stop_is_remembered),
        cmocka_unit_test(a_tracked_fit_goes_on_whatever_is_done_around_it),
        cmocka_unit_test(another_fit_does_not_go_on),
        cmocka_unit_test(every_allocation_may_fail_in_a_fit_that_goes_on),
    };
    return !!cmocka_run_group_tests(tests, make_folder, remove_folder);
}
