/* training.c - a training that was saved and loaded goes on as if it had not stopped; files that are no training, or a
 * damaged one, or another model's, are told from it. */
#include "models.h"
#include "nn/safetensors.h"

#include <unistd.h>

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/varve-training-XXXXXX");
    if (mkdtemp(folder) == NULL) return 1;
    snprintf(path, sizeof path, "%s/state.safetensors", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* Every optimizer with each set of slots that it can have. */
static vv_optimizer sgd(void)
{
    return vv_sgd(.learning_rate = 0.05);
}
static vv_optimizer momentum(void)
{
    return vv_sgd(.learning_rate = 0.02, .momentum = 0.9);
}
static vv_optimizer nesterov(void)
{
    return vv_sgd(.learning_rate = 0.02, .momentum = 0.9, .nesterov = true, .clip_value = 0.5);
}
static vv_optimizer rmsprop(void)
{
    return vv_rmsprop(.learning_rate = 0.003);
}
static vv_optimizer centered(void)
{
    return vv_rmsprop(.learning_rate = 0.003, .centered = true);
}
static vv_optimizer heavy_rmsprop(void)
{
    return vv_rmsprop(.learning_rate = 0.003, .centered = true, .momentum = 0.8);
}
static vv_optimizer adam(void)
{
    return vv_adam(.learning_rate = 0.01);
}
static vv_optimizer amsgrad(void)
{
    return vv_adam(.learning_rate = 0.01, .amsgrad = true, .global_clip_norm = 1);
}
static vv_optimizer adamw(void)
{
    return vv_adamw(.learning_rate = 0.01);
}

static vv_optimizer (*const makers[])(void) = { sgd,           momentum, nesterov, rmsprop, centered,
                                                heavy_rmsprop, adam,     amsgrad,  adamw };
enum { N_MAKERS = sizeof makers / sizeof *makers };

/* An example, compiled with another optimizer. */
static vv_model *made_with(const example *e, int maker)
{
    vv_model *m = made(e);
    vv_compile_args args = m->args;
    args.optimizer = makers[maker]();
    vv_compile_with(m, &args);
    if (vv_model_status(m) != VV_OK) fail_msg("%s", vv_model_error(m));
    return m;
}

/* The rate falls with the epochs: it is part of what must go on. */
static double decay(int epoch, double rate, void *context)
{
    (void)context;
    return epoch == 0 ? rate : rate * 0.8;
}

static vv_history *train(vv_model *m, const vv_data *data, int from, int to)
{
    vv_history *h = NULL;
    const vv_status status =
        vv_fit(m, data, .validation = data, .epochs = to, .initial_epoch = from, .batch_size = 8, .seed = 5,
               .history = &h, .callbacks = VV_CALLBACKS(vv_learning_rate_schedule(decay, NULL)));
    if (status != VV_OK) fail_msg("%s", vv_model_error(m));
    return h;
}

static void save(const vv_model *m)
{
    vv_error error = { 0 };
    if (vv_model_save_training(m, path, &error) != VV_OK) fail_msg("%s", error.text);
}

static void load(vv_model *m)
{
    vv_error error = { 0 };
    if (vv_model_load_training(m, path, &error) != VV_OK) fail_msg("%s", error.text);
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

static void check_goes_on(const example *e, int maker)
{
    vv_data *data = e->data(30);
    vv_model *whole = made_with(e, maker), *begun = made_with(e, maker), *fresh = made_with(e, maker);
    vv_history *all = train(whole, data, 0, 5), *head = train(begun, data, 0, 2);
    save(begun);
    load(fresh);
    assert_int_equal(vv_model_epochs(fresh), 2);
    vv_history *tail = train(fresh, data, vv_model_epochs(fresh), 5);
    assert_int_equal(vv_history_epochs(head), 2);
    assert_int_equal(vv_history_epochs(tail), 3);
    for (size_t k = 0; k < vv_history_metric_count(all); k++)
        for (size_t epoch = 0; epoch < 5; epoch++)
            CHECK_EQUAL_EXACTLY(vv_history_at(all, k, epoch),
                                epoch < 2 ? vv_history_at(head, k, epoch) : vv_history_at(tail, k, epoch - 2));
    if (!same_weights(whole, fresh)) fail_msg("%s, optimizer %d: other weights", e->name, maker);
    assert_int_equal(vv_model_epochs(fresh), 5);
    CHECK_EQUAL_EXACTLY(whole->optimizer.learning_rate, fresh->optimizer.learning_rate);
    vv_history_free(all);
    vv_history_free(head);
    vv_history_free(tail);
    vv_model_free(whole);
    vv_model_free(begun);
    vv_model_free(fresh);
    vv_data_free(data);
}

static void a_saved_training_goes_on_to_the_bit(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++)
        for (int k = 0; k < N_MAKERS; k++) check_goes_on(&examples[i], k);
}

/* Weights alone are not enough: with any part of the state missing the result is another. */
static void weights_alone_do_not_go_on(void **state)
{
    (void)state;
    for (int k = 0; k < N_MAKERS; k++) {
        vv_data *data = mlp_data(30);
        vv_model *whole = made_with(&examples[1], k), *begun = made_with(&examples[1], k),
                 *fresh = made_with(&examples[1], k);
        vv_history_free(train(whole, data, 0, 5));
        vv_history_free(train(begun, data, 0, 2));
        CHECK_OK(vv_model_save(begun, path, NULL));
        CHECK_OK(vv_model_load_weights(fresh, path, NULL));
        assert_int_equal(vv_model_epochs(fresh), 0);
        vv_history_free(train(fresh, data, 2, 5));
        assert_false(same_weights(whole, fresh)); /* dropout's steps, at least */
        vv_model_free(whole);
        vv_model_free(begun);
        vv_model_free(fresh);
        vv_data_free(data);
    }
}

static void epochs_are_counted_until_the_training_is_another(void **state)
{
    (void)state;
    vv_data *data = mlp_data(20);
    vv_model *m = make_mlp();
    assert_int_equal(vv_model_epochs(m), 0);
    assert_int_equal(vv_model_epochs(NULL), 0);
    vv_history_free(train(m, data, 0, 2));
    assert_int_equal(vv_model_epochs(m), 2);
    vv_history_free(train(m, data, 0, 1));
    assert_int_equal(vv_model_epochs(m), 3);
    CHECK_OK(vv_model_init(m, 1));
    assert_int_equal(vv_model_epochs(m), 0);
    vv_history_free(train(m, data, 0, 1));
    const vv_compile_args args = m->args;
    vv_compile_with(m, &args);
    assert_int_equal(vv_model_epochs(m), 0);
    vv_model_free(m);
    vv_data_free(data);
}

static void initial_epochs_are_from_zero_to_epochs(void **state)
{
    (void)state;
    vv_data *data = mlp_data(20);
    vv_model *m = make_mlp();
    vv_history *h = NULL;
    assert_int_equal(vv_fit(m, data, .epochs = 3, .initial_epoch = 4), VV_BAD_ARG);
    CHECK_CONTAINS(vv_model_error(m), "initial_epoch is 4; it must be from 0 to epochs, 3");
    assert_int_equal(vv_fit(m, data, .epochs = 3, .initial_epoch = -1), VV_BAD_ARG);
    CHECK_OK(vv_fit(m, data, .epochs = 3, .initial_epoch = 3, .history = &h));
    assert_int_equal(vv_history_epochs(h), 0);
    vv_history_free(h);
    vv_model_free(m);
    vv_data_free(data);
}

/* One file, as if there had been one fit; and no second header. */
static void a_log_goes_on_where_its_training_does(void **state)
{
    (void)state;
    char text[400] = "";
    vv_data *data = mlp_data(20);
    vv_model *m = make_mlp();
    for (int from = 0; from < 4; from += 2)
        CHECK_OK(
            vv_fit(m, data, .epochs = from + 2, .initial_epoch = from, .callbacks = VV_CALLBACKS(vv_csv_log(path))));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(strncmp(text, "epoch,loss,", 11), 0);
    assert_null(strstr(text + 1, "epoch"));
    for (int epoch = 0; epoch < 4; epoch++) {
        char line[8];
        snprintf(line, sizeof line, "\n%d,", epoch);
        CHECK_CONTAINS(text, line);
    }
    vv_model_free(m);
    vv_data_free(data);
}

/* ---- bad files ---------------------------------------------------------------------------------------------------- */

static vv_model *trained(void)
{
    vv_data *data = mlp_data(20);
    vv_model *m = make_mlp();
    vv_history_free(train(m, data, 0, 1));
    vv_data_free(data);
    return m;
}

static unsigned char *get_file(size_t *n)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*n);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    fclose(file);
    return bytes;
}

static void put_file(const unsigned char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void a_damaged_file_is_refused_wherever_the_damage_is(void **state)
{
    (void)state;
    size_t n;
    vv_model *m = trained(), *fresh = make_mlp();
    save(m);
    unsigned char *bytes = get_file(&n);
    for (size_t at = 0; at < n; at += at < 1500 || at > n - 8 ? 1 : 53) {
        vv_error error = { 0 };
        bytes[at] ^= 0x04;
        put_file(bytes, n);
        bytes[at] ^= 0x04;
        const vv_status status = vv_model_load_training(fresh, path, &error);
        assert_int_not_equal(status, VV_OK);
        CHECK_CONTAINS(error.text, path);
        assert_int_equal(vv_model_weight_count(fresh), 0);
        assert_int_equal(vv_model_epochs(fresh), 0);
    }
    for (size_t cut = 0; cut < n; cut += cut < 40 || cut > n - 40 ? 1 : 37) {
        vv_error error = { 0 };
        put_file(bytes, cut);
        assert_int_equal(vv_model_load_training(fresh, path, &error), VV_FORMAT);
        CHECK_CONTAINS(error.text, path);
    }
    put_file(bytes, n);
    load(fresh);
    assert_true(same_weights(m, fresh));
    free(bytes);
    vv_model_free(m);
    vv_model_free(fresh);
}

static void foreign_files_are_refused_by_what_they_are(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_model *m = trained(), *before = trained(), *cnn = make_cnn(), *other = make_mlp();
    CHECK_OK(vv_model_save(m, path, NULL));
    assert_int_equal(vv_model_load_training(m, path, &error), VV_FORMAT);
    CHECK_CONTAINS(error.text, "holds no training");
    error = (vv_error){ 0 };
    save(m);
    assert_int_equal(vv_model_load_training(cnn, path, &error), VV_MISMATCH);
    CHECK_CONTAINS(error.text, "other layers");
    error = (vv_error){ 0 };
    vv_compile_args args = other->args;
    args.optimizer = vv_sgd(.learning_rate = 0.1);
    vv_compile_with(other, &args);
    assert_int_equal(vv_model_load_training(other, path, &error), VV_MISMATCH);
    CHECK_CONTAINS(error.text, "another optimizer");
    assert_int_equal(vv_model_weight_count(other), 0);
    unlink(path);
    error = (vv_error){ 0 };
    assert_int_equal(vv_model_load_training(m, path, &error), VV_NOT_FOUND);
    assert_true(same_weights(m, before));
    assert_int_equal(vv_model_epochs(m), 1);
    vv_model_free(m);
    vv_model_free(before);
    vv_model_free(cnn);
    vv_model_free(other);
}

static void what_was_not_trained_is_not_saved(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_model *m = make_mlp(), *bare = vv_sequential();
    assert_int_equal(vv_model_save_training(m, path, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "not trained yet");
    vv_model_free(m);
    m = trained();
    save(m);
    error = (vv_error){ 0 };
    assert_int_equal(vv_model_save_training(m, "/no such folder/state", &error), VV_IO);
    vv_add(bare, vv_input(3));
    vv_add(bare, vv_dense(1));
    error = (vv_error){ 0 };
    assert_int_equal(vv_model_load_training(bare, path, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "compiled");
    vv_model_free(m);
    vv_model_free(bare);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    vv_model *m = trained();
    for (long n = 1, seen = n; seen >= n; n++) {
        vvi_fail_allocation(n);
        const vv_status status = vv_model_save_training(m, path, NULL);
        seen = vvi_fail_allocation(-1);
        assert_int_equal(status, seen < n ? VV_OK : VV_NO_MEMORY);
    }
    for (long n = 1, seen = n; seen >= n; n++) {
        vv_model *fresh = make_mlp();
        vvi_fail_allocation(n);
        const vv_status status = vv_model_load_training(fresh, path, NULL);
        seen = vvi_fail_allocation(-1);
        assert_int_equal(status, seen < n ? VV_OK : VV_NO_MEMORY);
        assert_int_equal(vv_model_weight_count(fresh) > 0, status == VV_OK);
        vv_model_free(fresh);
    }
    vv_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_training_goes_on_to_the_bit),
        cmocka_unit_test(weights_alone_do_not_go_on),
        cmocka_unit_test(epochs_are_counted_until_the_training_is_another),
        cmocka_unit_test(initial_epochs_are_from_zero_to_epochs),
        cmocka_unit_test(a_log_goes_on_where_its_training_does),
        cmocka_unit_test(a_damaged_file_is_refused_wherever_the_damage_is),
        cmocka_unit_test(foreign_files_are_refused_by_what_they_are),
        cmocka_unit_test(what_was_not_trained_is_not_saved),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return !!cmocka_run_group_tests(tests, make_folder, remove_folder);
}
