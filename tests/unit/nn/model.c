/* model.c - building: shapes, names, sticking errors, digests, summaries. */
#include "models.h"

static void check_shape(vv_shape shape, const char *wanted)
{
    char text[64];
    vvi_shape_format(shape, text, sizeof text);
    assert_string_equal(text, wanted);
}

static vv_model *mnist(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(28, 28, 1));
    vv_add(m, vv_conv2d(32));
    vv_add(m, vv_max_pooling2d(2));
    vv_add(m, vv_conv2d(32, .kernel_size = 5));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
    return m;
}

static void shapes_and_weights_are_known_without_training(void **state)
{
    (void)state;
    vv_model *m = mnist();
    assert_int_equal(vv_model_status(m), VV_OK);
    assert_string_equal(vv_model_error(m), "");
    assert_int_equal(vv_model_node_count(m), 6);
    assert_int_equal(vv_model_layer_count(m), 5);
    check_shape(vv_model_input_shape(m), "28x28x1");
    check_shape(vv_model_node(m, 1).output, "26x26x32");
    check_shape(vv_model_node(m, 3).input, "13x13x32");
    check_shape(vv_model_node(m, 4).output, "2592");
    check_shape(vv_model_output_shape(m), "10");
    assert_int_equal(vv_model_node(m, 1).params, 3 * 3 * 32 + 32);
    assert_int_equal(vv_model_node(m, 1).macs, 26 * 26 * 9 * 32);
    assert_int_equal(vv_model_params(m), 320 + 5 * 5 * 32 * 32 + 32 + 2592 * 10 + 10);
    assert_int_equal(vv_model_node(m, 5).n_inputs, 1);
    assert_int_equal(vv_model_node(m, 5).inputs[0], 4);
    assert_int_equal(vv_model_weight_count(m), 0);
    vv_model_free(m);
}

static void names_are_counted_as_keras_counts(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(8));
    vv_add(m, vv_dense(8));
    vv_add(m, vv_dense(8, .name = "dense_2"));
    vv_add(m, vv_dense(8));
    vv_add(m, vv_dropout(0.5));
    const char *const wanted[] = { "input", "dense", "dense_2", "dense_3", "dropout" };
    for (int i = 0; i < 5; i++) assert_string_equal(vv_model_node(m, i).name, wanted[i]);
    vv_model_free(m);
    m = mnist();
    assert_string_equal(vv_model_node(m, 3).name, "conv2d_1");
    vv_model_free(m);
}

static void chosen_names_pass_over_given_ones(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(8));
    vv_add(m, vv_dense(8));
    vv_add(m, vv_dense(8, .name = "flatten"));
    vv_add(m, vv_flatten(.name = "dense_2"));
    vv_add(m, vv_dense(8));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dropout(0.5, .name = "dense_4"));
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(8));
    const char *const wanted[] = { "input",     "dense",   "flatten",   "dense_2", "dense_3",
                                   "flatten_1", "dense_4", "flatten_2", "dense_5" };
    assert_int_equal(vv_model_node_count(m), 9);
    for (int i = 0; i < 9; i++) assert_string_equal(vv_model_node(m, i).name, wanted[i]);
    vv_model_free(m);
}

/* What lets chosen names go unchecked as long as none is given. */
static void no_kind_is_called_like_another_and_a_number(void **state)
{
    (void)state;
    const vv_layer_info *info;
    for (size_t i = 0; (info = vv_layer_info_at(i)) != NULL; i++) {
        const char *end = info->name + strlen(info->name);
        while (end > info->name && end[-1] >= '0' && end[-1] <= '9') end--;
        if (*end != '\0' && end > info->name) assert_true(end[-1] != '_');
    }
}

static void given_names_are_copied_and_must_differ(void **state)
{
    (void)state;
    char name[] = "mine";
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(8));
    vv_add(m, vv_dense(8, .name = name));
    name[0] = 'f';
    assert_string_equal(vv_model_node(m, 1).name, "mine");
    assert_int_equal(vv_add(m, vv_dense(8, .name = "mine")), -1);
    assert_int_equal(vv_model_status(m), VV_CONFLICT);
    CHECK_CONTAINS(vv_model_error(m), "mine");
    vv_model_free(m);
    const char *const bad[] = { "", "a\nb", "caf\xc3\xa9",
                                "0123456789012345678901234567890123456789012345678901234567890123456789" };
    for (int i = 0; i < 4; i++) {
        m = vv_sequential();
        vv_add(m, vv_input(8));
        vv_add(m, vv_dense(8, .name = bad[i]));
        assert_int_equal(vv_model_status(m), VV_BAD_ARG);
        vv_model_free(m);
    }
}

static void the_first_error_sticks_and_later_calls_are_harmless(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4, 4, 1));
    vv_add(m, vv_conv2d(8, .kernel_size = 5));
    assert_int_equal(vv_model_status(m), VV_BAD_SHAPE);
    CHECK_CONTAINS(vv_model_error(m), "conv2d");
    CHECK_CONTAINS(vv_model_error(m), "5");
    char first[VV_ERROR_SIZE];
    snprintf(first, sizeof first, "%s", vv_model_error(m));
    assert_int_equal(vv_add(m, vv_dense(-3)), -1);
    const vv_node none = vv_add(m, vv_flatten());
    assert_int_equal(vv_connect(m, vv_merge_add(), none, none), -1);
    vv_compile(m, .loss = VV_MSE);
    assert_string_equal(vv_model_error(m), first);
    assert_int_equal(vv_model_node_count(m), 1);
    assert_int_equal(vv_fit(m, NULL), VV_BAD_SHAPE);
    assert_int_equal(vv_model_init(m, 0), VV_BAD_SHAPE);
    assert_string_equal(vv_model_error(m), first);
    char *json;
    assert_int_equal(vv_model_to_json(m, &json, NULL), VV_BAD_SHAPE);
    vv_model_free(m);
}

static void a_null_model_is_out_of_memory_and_harmless(void **state)
{
    (void)state;
    vv_history *history = NULL;
    char *json;
    assert_int_equal(vv_add(NULL, vv_input(3)), -1);
    vv_compile((vv_model *)NULL, .loss = VV_MSE);
    assert_int_equal(vv_model_status(NULL), VV_NO_MEMORY);
    assert_string_equal(vv_model_error(NULL), "out of memory");
    assert_int_equal(vv_model_node_count(NULL) + vv_model_layer_count(NULL), 0);
    assert_int_equal(vv_model_params(NULL), 0);
    assert_int_equal(vv_model_input_shape(NULL).rank, 0);
    assert_int_equal(vv_model_weight_count(NULL), 0);
    assert_string_equal(vv_model_node(NULL, 0).name, "");
    assert_int_equal(vv_fit((vv_model *)NULL, NULL, .history = &history), VV_NO_MEMORY);
    assert_int_equal(vv_evaluate((vv_model *)NULL, &history, NULL), VV_NO_MEMORY);
    assert_int_equal(vv_model_to_json(NULL, &json, NULL), VV_NO_MEMORY);
    assert_int_equal(vv_model_init(NULL, 1), VV_NO_MEMORY);
    vv_model_digest(NULL);
    vv_model_free(NULL);
}

typedef void (*mistake)(vv_model *m);

static void no_input(vv_model *m)
{
    vv_add(m, vv_dense(3));
}

static void two_inputs(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_input(3));
}

static void no_layer(vv_model *m)
{
    vv_add(m, (vv_layer){ 0 });
}

static void units_below_one(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(-1));
}

static void one_to_merge(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_merge_add());
}

static void no_such_node(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_connect(m, vv_dense(3), 7);
}

static void shapes_to_add(vv_model *m)
{
    const vv_node a = vv_add(m, vv_input(3));
    const vv_node b = vv_add(m, vv_dense(4));
    vv_connect(m, vv_merge_add(), a, b);
}

static void too_large(vv_model *m)
{
    vv_add(m, vv_input(50000, 50000, 1));
}

static void after_compile(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(4));
    vv_compile(m, .loss = VV_MSE);
    vv_add(m, vv_dense(4));
}

static void nothing_to_compile(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_compile(m, .loss = VV_MSE);
}

static void no_loss(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(4));
    vv_compile(m, .loss = VV_LOSS_NONE);
}

static void loss_that_does_not_fit(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY);
}

static void bad_optimizer(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_adam(.beta_1 = VV_SOME(1.5)));
}

static void bad_smoothing(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(3));
    vv_compile(m, .loss = VV_CATEGORICAL_CROSSENTROPY, .label_smoothing = 1);
}

static void forgotten_branch(vv_model *m)
{
    const vv_node in = vv_add(m, vv_input(3));
    vv_add(m, vv_dense(3, .name = "lost"));
    vv_connect(m, vv_dense(2), in);
    vv_compile(m, .loss = VV_MSE);
}

static void metric_twice(vv_model *m)
{
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(3));
    vv_compile(m, .loss = VV_MSE, .metrics = VV_METRICS(VV_METRIC_MAE, VV_METRIC_MAE));
}

static void mistakes_are_named_with_their_numbers(void **state)
{
    (void)state;
    const struct {
        mistake make;
        vv_status status;
        const char *text;
    } all[] = {
        { no_input, VV_BAD_ARG, "vv_input" },
        { two_inputs, VV_BAD_ARG, "one input" },
        { no_layer, VV_BAD_ARG, "kind 0" },
        { units_below_one, VV_BAD_ARG, "units -1" },
        { one_to_merge, VV_BAD_ARG, "2 to 8" },
        { no_such_node, VV_BAD_ARG, "node 7" },
        { shapes_to_add, VV_BAD_SHAPE, "4" },
        { too_large, VV_BAD_SHAPE, "50000x50000x1" },
        { after_compile, VV_BAD_ARG, "before compile" },
        { nothing_to_compile, VV_BAD_ARG, "0 layers" },
        { no_loss, VV_BAD_ARG, "a loss is required" },
        { loss_that_does_not_fit, VV_BAD_SHAPE, "" },
        { bad_optimizer, VV_BAD_ARG, "beta_1 1.5" },
        { bad_smoothing, VV_BAD_ARG, "label_smoothing is 1" },
        { forgotten_branch, VV_BAD_SHAPE, "lost" },
        { metric_twice, VV_CONFLICT, "mae" },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        vv_model *m = vv_sequential();
        all[i].make(m);
        if (vv_model_status(m) != all[i].status)
            fail_msg("mistake %zu gives %d: %s", i, (int)vv_model_status(m), vv_model_error(m));
        CHECK_CONTAINS(vv_model_error(m), all[i].text);
        vv_model_free(m);
    }
}

static uint64_t digest_of(vv_layer layer, vv_compile_args args)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(6));
    vv_add(m, layer);
    vv_compile_with(m, &args);
    assert_string_equal(vv_model_error(m), "");
    const uint64_t digest = vv_model_digest(m);
    vv_model_free(m);
    return digest;
}

static void digests_tell_networks_apart_but_not_names(void **state)
{
    (void)state;
    const vv_metric mae = VV_METRIC_MAE;
    const vv_compile_args plain = { .loss = VV_MSE };
    const uint64_t base = digest_of(vv_dense(4), plain);
    assert_true(digest_of(vv_dense(4), plain) == base);
    assert_true(digest_of(vv_dense(4, .name = "other"), plain) == base);
    assert_true(digest_of(vv_dense(4), (vv_compile_args){ .loss = VV_MSE, .optimizer = vv_rmsprop() }) == base);
    assert_true(digest_of(vv_dense(4), (vv_compile_args){ .loss = VV_MSE,
                                                          .huber_delta = 1,
                                                          .optimizer = vv_rmsprop(.learning_rate = 0.001) }) == base);
    const uint64_t others[] = {
        digest_of(vv_dense(5), plain),
        digest_of(vv_dense(4, .activation = VV_RELU), plain),
        digest_of(vv_dense(4, .no_bias = true), plain),
        digest_of(vv_dense(4, .kernel_regularizer = { .l2 = 0.1 }), plain),
        digest_of(vv_dropout(0.5), plain),
        digest_of(vv_dropout(0.25), plain),
        digest_of(vv_dense(4), (vv_compile_args){ .loss = VV_MAE }),
        digest_of(vv_dense(4), (vv_compile_args){ .loss = VV_MSE, .optimizer = vv_adam() }),
        digest_of(vv_dense(4), (vv_compile_args){ .loss = VV_MSE, .optimizer = vv_rmsprop(.learning_rate = 0.002) }),
        digest_of(vv_dense(4), (vv_compile_args){ .loss = VV_MSE, .metrics = { &mae, 1 } }),
    };
    const size_t n = sizeof others / sizeof *others;
    for (size_t i = 0; i < n; i++) {
        assert_true(others[i] != base);
        for (size_t k = 0; k < i; k++) assert_true(others[i] != others[k]);
    }
}

static void digests_tell_connections_apart(void **state)
{
    (void)state;
    uint64_t digest[2];
    for (int i = 0; i < 2; i++) {
        vv_model *m = vv_sequential();
        const vv_node in = vv_add(m, vv_input(3));
        const vv_node a = vv_add(m, vv_dense(3));
        const vv_node b = vv_connect(m, vv_dense(3), i == 0 ? in : a);
        vv_connect(m, vv_merge_concatenate(), a, b);
        assert_int_equal(vv_model_status(m), VV_OK);
        digest[i] = vv_model_digest(m);
        vv_model_free(m);
    }
    assert_true(digest[0] != digest[1]);
}

static char *summary_of(const vv_model *m)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    CHECK_OK(vv_model_summary(m, file));
    fclose(file);
    return text;
}

static void a_name_of_the_users_own_has_its_kind_beside_it(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(8, .name = "encoder"));
    char *text = summary_of(m);
    CHECK_CONTAINS(text, " encoder (dense)  ");
    CHECK_CONTAINS(text, "Total params: 40 (160 B)");
    free(text);
    vv_model_free(m);
}

static void a_model_ends_at_4096_layers(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    for (int i = 0; i < 5000; i++) vv_add(m, vv_flatten());
    assert_int_equal(vv_model_status(m), VV_BAD_ARG);
    CHECK_CONTAINS(vv_model_error(m), "flatten: a model can have at most 4096 layers");
    vv_model_free(m);
}

static void a_loss_among_the_metrics_is_refused(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(1));
    const int loss = VV_MSE;
    vv_compile(m, .loss = VV_MSE, .metrics = VV_METRICS((vv_metric)loss));
    assert_int_equal(vv_model_status(m), VV_BAD_ARG);
    CHECK_CONTAINS(vv_model_error(m),
                   "mse in VV_METRICS is a loss; metrics of errors are VV_METRIC_MAE and VV_METRIC_MSE");
    vv_model_free(m);
}

static void summaries_are_at_most_80_columns(void **state)
{
    (void)state;
    vv_model *m = mnist();
    char *text = summary_of(m);
    CHECK_CONTAINS(text, " conv2d_1  "); /* a name that tells the kind stands alone */
    CHECK_CONTAINS(text, "26x26x32");
    CHECK_CONTAINS(text, "25,632");
    CHECK_CONTAINS(text, "Total params: 51,882 (202.66 KB)");
    CHECK_CONTAINS(text, "Layers: 5");
    assert_null(strstr(text, "Reads"));
    free(text);
    vv_model_free(m);

    m = make_graph();
    text = summary_of(m);
    CHECK_CONTAINS(text, "Reads");
    CHECK_CONTAINS(text, "loss: sparse_categorical_crossentropy");
    free(text);
    vv_model_free(m);

    m = vv_sequential();
    vv_add(m, vv_input(1000, 1000, 100));
    const vv_node a = vv_add(m, vv_dense(100, .name = "a_name_that_goes_on_and_on_and_on_and_on_and_on_and_on"));
    const vv_node b = vv_add(m, vv_dense(100, .name = "b_name_that_goes_on_and_on_and_on_and_on_and_on_and_on"));
    vv_connect(m, vv_merge_add(), a, b);
    vv_connect(m, vv_merge_add(), a, b, a, a, b);
    text = summary_of(m);
    for (const char *line = text; *line != '\0';) {
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        assert_in_range(end - line, 0, 80);
        line = end + 1;
    }
    free(text);
    vv_model_free(m);
}

static void a_model_compiles_twice(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    const uint64_t first = vv_model_digest(m);
    vv_compile(m, .loss = VV_MAE, .optimizer = vv_sgd());
    assert_int_equal(vv_model_status(m), VV_OK);
    assert_true(vv_model_digest(m) != first);
    vv_model_free(m);
}

static void an_input_can_be_overridden(void **state)
{
    (void)state;
    const vv_shape image = { .rank = 3, .dim = { 14, 12, 3 } };
    vvi_model_override_input(&image);
    vv_model *m = mnist();
    check_shape(vv_model_input_shape(m), "14x12x3");
    check_shape(vv_model_node(m, 1).output, "12x10x32");
    check_shape(vv_model_node(m, 4).output, "64");
    assert_int_equal(vv_model_node(m, 0).layer->input.dim[1], 12);
    vv_model_free(m);
    m = vv_sequential(); /* whatever the input says, and however it is added */
    vv_connect_with(m, &(vv_layer){ .kind = VV_LAYER_INPUT }, NULL, 0);
    check_shape(vv_model_input_shape(m), "14x12x3");
    assert_int_equal(vv_add(m, vv_input(3)), -1);
    CHECK_CONTAINS(vv_model_error(m), "one input");
    vv_model_free(m);
    vvi_model_override_input(NULL);
    m = mnist();
    check_shape(vv_model_input_shape(m), "28x28x1");
    vv_model_free(m);
}

static void builds_do_not_run_out_of_names(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    for (int i = 0; i < 300; i++) vv_add(m, vv_dense(2));
    assert_int_equal(vv_model_status(m), VV_OK);
    assert_string_equal(vv_model_node(m, 300).name, "dense_299");
    vv_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_and_weights_are_known_without_training),
        cmocka_unit_test(names_are_counted_as_keras_counts),
        cmocka_unit_test(chosen_names_pass_over_given_ones),
        cmocka_unit_test(no_kind_is_called_like_another_and_a_number),
        cmocka_unit_test(given_names_are_copied_and_must_differ),
        cmocka_unit_test(the_first_error_sticks_and_later_calls_are_harmless),
        cmocka_unit_test(a_null_model_is_out_of_memory_and_harmless),
        cmocka_unit_test(mistakes_are_named_with_their_numbers),
        cmocka_unit_test(digests_tell_networks_apart_but_not_names),
        cmocka_unit_test(digests_tell_connections_apart),
        cmocka_unit_test(a_name_of_the_users_own_has_its_kind_beside_it),
        cmocka_unit_test(a_loss_among_the_metrics_is_refused),
        cmocka_unit_test(a_model_ends_at_4096_layers),
        cmocka_unit_test(summaries_are_at_most_80_columns),
        cmocka_unit_test(a_model_compiles_twice),
        cmocka_unit_test(an_input_can_be_overridden),
        cmocka_unit_test(builds_do_not_run_out_of_names),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
