/* untrained.c - layers with shape and cost rules only: models with them are built, described, written and read as any
 * other; whatever needs weights refuses them before it allocates anything.
 */
#include "models.h"

#include <unistd.h>

#define REFUSAL "depthwise_conv2d_1: depthwise_conv2d has shape and cost rules only; it cannot be trained yet"

/* One of each kind; the second depthwise convolution is the first that cannot be trained. */
static vv_model *make_untrained(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(9, 9, 2));
    vv_add(m, vv_conv2d(4, .name = "depthwise_conv2d"));
    vv_add(m, vv_depthwise_conv2d(3, .depth_multiplier = 2, .activation = VV_RELU));
    vv_add(m, vv_batch_normalization(.momentum = VV_SOME(0), .epsilon = 1e-5));
    vv_add(m, vv_average_pooling2d(2));
    vv_add(m, vv_global_average_pooling2d());
    vv_add(m, vv_dense(5, .activation = VV_SOFTMAX));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY);
    assert_string_equal(vv_model_error(m), "");
    return m;
}

/* Refused, by name, without one allocation; and the model is as it was. */
#define CHECK_REFUSED(call)                                                                                            \
    do {                                                                                                               \
        vvi_fail_allocation(-1);                                                                                       \
        assert_int_equal(call, VV_UNSUPPORTED);                                                                        \
        assert_int_equal(vvi_fail_allocation(-1), 0);                                                                  \
        assert_string_equal(vv_model_error(m), REFUSAL);                                                               \
        assert_int_equal(vv_model_status(m), VV_UNSUPPORTED);                                                          \
        assert_int_equal(vv_model_weight_count(m), 0);                                                                 \
    } while (0)

static void training_and_its_kin_are_refused_by_name(void **state)
{
    (void)state;
    vv_model *m = make_untrained();
    vv_data *data = cnn_data(4);
    vv_history *history = NULL;
    float out[20];
    CHECK_REFUSED(vv_fit(m, data, .epochs = 2, .history = &history));
    assert_null(history);
    CHECK_REFUSED(vv_evaluate(m, &history, data));
    assert_null(history);
    CHECK_REFUSED(vv_predict(m, out, data));
    CHECK_REFUSED(vv_fit(m, data, .backend = "reference"));
    CHECK_REFUSED(vv_model_init(m, 1));
    vv_data_free(data);
    vv_model_free(m);
}

static void each_kind_is_named(void **state)
{
    (void)state;
    const vv_layer layers[] = { vv_depthwise_conv2d(3), vv_average_pooling2d(2), vv_global_average_pooling2d(),
                                vv_batch_normalization() };
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        vv_model *m = vv_sequential();
        vv_add(m, vv_input(9, 9, 2));
        vv_add_with(m, &layers[i]);
        const char *kind = vv_layer_info_of(layers[i].kind)->name;
        char text[128];
        snprintf(text, sizeof text, "%s: %s has shape and cost rules only; it cannot be trained yet", kind, kind);
        assert_int_equal(vv_model_init(m, 0), VV_UNSUPPORTED);
        assert_string_equal(vv_model_error(m), text);
        vv_model_free(m);
    }
}

/* A search rehearses fit to learn what it asks for; what cannot be trained can still be looked at. */
static void a_rehearsal_goes_on(void **state)
{
    (void)state;
    vv_model *m = make_untrained();
    vv_data *data = cnn_data(4);
    vvi_model_rehearse(m, true);
    CHECK_OK(vv_fit(m, data));
    vvi_model_rehearse(m, false);
    CHECK_REFUSED(vv_fit(m, data));
    vv_data_free(data);
    vv_model_free(m);
}

static void weights_are_neither_saved_nor_loaded(void **state)
{
    (void)state;
    char path[] = "/tmp/varve-untrained-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    vv_model *m = make_untrained(), *other = make_cnn();
    vv_error error = { 0 };
    assert_int_equal(vv_model_save(m, path, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "no weights to save yet");
    CHECK_OK(vv_model_init(other, 1));
    CHECK_OK(vv_model_save(other, path, NULL));
    error = (vv_error){ 0 };
    assert_int_equal(vv_model_load_weights(m, path, &error), VV_UNSUPPORTED);
    assert_string_equal(error.text, REFUSAL);
    assert_int_equal(vv_model_weight_count(m), 0);
    unlink(path);
    vv_model_free(m);
    vv_model_free(other);
}

static void they_are_written_read_and_told_apart_as_others(void **state)
{
    (void)state;
    vv_model *m = make_untrained(), *copy = NULL;
    char *json = NULL;
    CHECK_OK(vv_model_to_json(m, &json, NULL));
    CHECK_CONTAINS(json, "{\"kernel_size\": 3, \"depth_multiplier\": 2, \"activation\": \"relu\"}");
    CHECK_CONTAINS(json, "{\"momentum\": 0, \"epsilon\": 1e-05}");
    CHECK_OK(vv_model_from_json(json, &copy, NULL));
    assert_true(vv_model_digest(copy) == vv_model_digest(m));
    assert_int_equal(vv_model_params(copy), 76 + 80 + 16 + 45);
    free(json);
    vv_model_free(copy);
    vv_model_free(m);
}

static uint64_t digest_of(vv_layer layer)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(9, 9, 2));
    vv_add_with(m, &layer);
    const uint64_t digest = vv_model_digest(m);
    vv_model_free(m);
    return digest;
}

static void digests_know_their_defaults(void **state)
{
    (void)state;
    const uint64_t plain = digest_of(vv_batch_normalization());
    assert_true(digest_of(vv_batch_normalization(.momentum = VV_SOME(0.99), .epsilon = 1e-3)) == plain);
    assert_true(digest_of(vv_batch_normalization(.momentum = VV_SOME(0))) != plain);
    assert_true(digest_of(vv_batch_normalization(.no_scale = true)) != plain);
    assert_true(digest_of(vv_depthwise_conv2d(3, .depth_multiplier = 1)) == digest_of(vv_depthwise_conv2d(3)));
    assert_true(digest_of(vv_depthwise_conv2d(3, .depth_multiplier = 2)) != digest_of(vv_depthwise_conv2d(3)));
    assert_true(digest_of(vv_average_pooling2d(2)) != digest_of(vv_max_pooling2d(2)));
}

static void summaries_show_them(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    vv_model *m = make_untrained();
    CHECK_OK(vv_model_summary(m, file));
    fclose(file);
    CHECK_CONTAINS(text, " depthwise_conv2d_1             5x5x8                      80\n");
    CHECK_CONTAINS(text, " batch_normalization            5x5x8                      16\n");
    CHECK_CONTAINS(text, " global_average_pooling2d       8                           0\n");
    free(text);
    vv_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_and_its_kin_are_refused_by_name),
        cmocka_unit_test(each_kind_is_named),
        cmocka_unit_test(a_rehearsal_goes_on),
        cmocka_unit_test(weights_are_neither_saved_nor_loaded),
        cmocka_unit_test(they_are_written_read_and_told_apart_as_others),
        cmocka_unit_test(digests_know_their_defaults),
        cmocka_unit_test(summaries_show_them),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
