/* cost.c - what models cost: five networks whose figures are published, and small ones by hand. */
#include "base/base.h"
#include "networks.h"

#include <inttypes.h>

static vv_model *made(const network *n)
{
    vv_model *m = n->make();
    if (vv_model_status(m) != VV_OK) fail_msg("%s: %s", n->name, vv_model_error(m));
    return m;
}

static vv_cost cost_of(const vv_model *m, vv_precision precision, vv_layer_cost *layers, vv_node *peak)
{
    vv_cost cost;
    vv_error error = { 0 };
    if (vv_model_cost(m, precision, &cost, layers, peak, &error) != VV_OK) fail_msg("%s", error.text);
    return cost;
}

static void check_cost(const char *name, const vv_cost *cost, const vv_cost *wanted)
{
    if (memcmp(cost, wanted, sizeof *cost) == 0) return;
    fail_msg("%s: %" PRIu64 " params, %" PRIu64 " macs, peak %" PRIu64 ", %" PRIu64 " weight bytes", name, cost->params,
             cost->macs, cost->peak_activation_bytes, cost->weight_bytes);
}

/* ---- published figures ------------------------------------------------------------------------------------------ */

static void published_networks_cost_what_was_published(void **state)
{
    (void)state;
    for (int i = 0; i < N_NETWORKS; i++) {
        vv_model *m = made(&networks[i]);
        vv_node peak = -1;
        const vv_cost cost = cost_of(m, VV_INT8, NULL, &peak);
        check_cost(networks[i].name, &cost, &networks[i].cost);
        assert_string_equal(vv_model_node(m, peak).name, networks[i].peak);
        vv_model_free(m);
    }
}

static void in_float32_every_number_has_four_bytes(void **state)
{
    (void)state;
    for (int i = 0; i < N_NETWORKS; i++) {
        vv_model *m = made(&networks[i]);
        const vv_cost *int8 = &networks[i].cost, cost = cost_of(m, VV_FLOAT32, NULL, NULL);
        check_cost(networks[i].name, &cost,
                   &(vv_cost){ int8->params, int8->macs, 4 * int8->peak_activation_bytes, 4 * int8->params });
        vv_model_free(m);
    }
}

/* Keras counts gamma, beta, moving mean and moving variance; the last two are not trainable. */
static void unfolded_they_have_as_many_numbers_as_in_keras(void **state)
{
    (void)state;
    for (int i = 0; i < N_NETWORKS; i++) {
        vv_model *m = made(&networks[i]);
        uint64_t not_trainable = 0;
        for (int k = 0; k <= last_node(m); k++) {
            const vv_layer_view view = vv_model_node(m, k);
            if (view.layer->kind == VV_LAYER_BATCH_NORMALIZATION) not_trainable += view.params;
        }
        const uint64_t all = vv_model_params(m) + not_trainable;
        if (networks[i].keras > 0) assert_int_equal(all, networks[i].keras);
        assert_int_equal(all - 2 * not_trainable, networks[i].cost.params);
        vv_model_free(m);
    }
}

/* Of every network, in both widths: layers sum up, the peak is the first of the largest, lists are what is alive. */
static void layers_sum_up_and_lists_say_what_is_alive(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * N_NETWORKS; i++) {
        vv_model *m = made(&networks[i / 2]);
        const vv_precision precision = i % 2 == 0 ? VV_INT8 : VV_FLOAT32;
        vv_layer_cost layers[128];
        vv_live_value values[16];
        vv_node peak = -1, first = -1;
        const vv_cost cost = cost_of(m, precision, layers, &peak);
        vv_cost sum = { 0 };
        for (int k = 0; k <= last_node(m); k++) {
            sum.params += layers[k].params;
            sum.macs += layers[k].macs;
            sum.weight_bytes += layers[k].weight_bytes;
            if (layers[k].live_bytes > sum.peak_activation_bytes) first = k;
            if (first == k) sum.peak_activation_bytes = layers[k].live_bytes;
            uint64_t live = 0;
            const size_t n = vv_model_live(m, precision, k, values, 16);
            assert_in_range(n, 1, 16);
            for (size_t v = 0; v < n; v++) live += values[v].bytes;
            assert_int_equal(live, layers[k].live_bytes);
        }
        assert_memory_equal(&sum, &cost, sizeof sum);
        assert_int_equal(peak, first);
        vv_model_free(m);
    }
}

/* ---- lifetimes by hand ------------------------------------------------------------------------------------------ */

/* The bytes alive while each node runs, and the nodes whose values they are. */
static void check_live(const vv_model *m, const uint64_t *wanted)
{
    vv_layer_cost layers[32];
    cost_of(m, VV_INT8, layers, NULL);
    for (int i = 0; i <= last_node(m); i++)
        if (layers[i].live_bytes != wanted[i])
            fail_msg("%s: %" PRIu64 " bytes are alive, not %" PRIu64, vv_model_node(m, i).name, layers[i].live_bytes,
                     wanted[i]);
}

static void check_values(const vv_model *m, vv_node at, const vv_live_value *wanted, size_t n)
{
    vv_live_value values[8];
    assert_int_equal(vv_model_live(m, VV_INT8, at, values, 8), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(values[i].node, wanted[i].node);
        assert_int_equal(values[i].bytes, wanted[i].bytes);
    }
}
#define VALUES(...)                                                                                                    \
    ((const vv_live_value[]){ __VA_ARGS__ }), sizeof((const vv_live_value[]){ __VA_ARGS__ }) / sizeof(vv_live_value)

static void a_value_lives_from_its_maker_to_its_last_reader(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    const vv_node in = vv_add(m, vv_input(10));
    const vv_node a = vv_add(m, vv_dense(20));
    vv_add(m, vv_dense(40));
    const vv_node c = vv_add(m, vv_dense(20));
    const vv_node sum = vv_connect(m, vv_merge_add(), a, c, a); /* read twice, ends once */
    const vv_node all = vv_connect(m, vv_merge_concatenate(), sum, in);
    vv_connect(m, vv_dense(5), all);
    assert_string_equal(vv_model_error(m), "");
    check_live(m, (const uint64_t[]){ 10, 30, 10 + 20 + 40, 10 + 20 + 40 + 20, 10 + 20 + 20 + 20, 10 + 20 + 30, 35 });
    check_values(m, 3, VALUES({ 0, 10 }, { 1, 20 }, { 2, 40 }, { 3, 20 }));
    check_values(m, 6, VALUES({ 5, 30 }, { 6, 5 }));
    vv_node peak;
    assert_int_equal(cost_of(m, VV_INT8, NULL, &peak).peak_activation_bytes, 90);
    assert_int_equal(peak, 3);
    vv_model_free(m);
}

static void names_and_activations_in_place_make_no_value(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2, 3));
    vv_add(m, vv_activation_layer(VV_TANH)); /* over the input itself */
    vv_add(m, vv_dense(5));
    vv_add(m, vv_activation_layer(VV_RELU));
    vv_add(m, vv_dropout(0.5));
    vv_add(m, vv_activation_layer(VV_SIGMOID)); /* over what was overwritten before, by another name */
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(4));
    vv_add(m, vv_activation_layer(VV_SOFTMAX));
    check_live(m, (const uint64_t[]){ 6, 6, 16, 10, 10, 10, 10, 14, 4 });
    check_values(m, 5, VALUES({ 2, 10 }));
    check_values(m, 7, VALUES({ 2, 10 }, { 7, 4 }));
    vv_model_free(m);
}

/* What is read again later, by itself or by another name, is not overwritten; what was read before is. */
static void an_activation_makes_a_value_where_its_input_is_needed_later(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    const vv_node in = vv_add(m, vv_input(6));
    const vv_node a = vv_connect(m, vv_dense(10), in);
    const vv_node kept = vv_connect(m, vv_activation_layer(VV_RELU), a);
    vv_connect(m, vv_merge_add(), a, kept);
    assert_string_equal(vv_model_error(m), "");
    check_live(m, (const uint64_t[]){ 6, 16, 20, 30 });
    vv_model_free(m);

    m = vv_sequential();
    vv_add(m, vv_input(6));
    const vv_node b = vv_add(m, vv_dense(10));
    const vv_node relu = vv_add(m, vv_activation_layer(VV_RELU));
    const vv_node name = vv_connect(m, vv_dropout(0.1), b);
    vv_connect(m, vv_merge_add(), relu, name);
    check_live(m, (const uint64_t[]){ 6, 16, 20, 20, 30 });
    check_values(m, 3, VALUES({ 1, 10 }, { 2, 10 }));
    vv_model_free(m);

    m = vv_sequential();
    vv_add(m, vv_input(6));
    const vv_node c = vv_add(m, vv_dense(10));
    const vv_node before = vv_connect(m, vv_dense(7), c);
    const vv_node after = vv_connect(m, vv_activation_layer(VV_RELU), c);
    vv_connect(m, vv_merge_concatenate(), before, after);
    check_live(m, (const uint64_t[]){ 6, 16, 17, 17, 34 });
    vv_model_free(m);
}

static void what_nothing_reads_ends_at_once(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    const vv_node in = vv_add(m, vv_input(6));
    vv_connect(m, vv_dense(100), in);
    vv_connect(m, vv_dense(3), in);
    check_live(m, (const uint64_t[]){ 6, 106, 9 });
    vv_model_free(m);
    m = vv_sequential();
    vv_add(m, vv_input(6));
    vv_node peak = -1;
    const vv_cost cost = cost_of(m, VV_FLOAT32, NULL, &peak);
    check_cost("an input alone", &cost, &(vv_cost){ .peak_activation_bytes = 24 });
    assert_int_equal(peak, 0);
    vv_model_free(m);
}

/* ---- layers by hand --------------------------------------------------------------------------------------------- */

static void an_lstm_keeps_its_state_while_it_runs(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(7, 3));
    vv_add(m, vv_lstm(5, .return_sequences = true));
    vv_add(m, vv_lstm(4, .no_bias = true));
    const vv_cost int8 = cost_of(m, VV_INT8, NULL, NULL), float32 = cost_of(m, VV_FLOAT32, NULL, NULL);
    const uint64_t weights = 4 * 5 * (3 + 5) + 4 * 4 * (5 + 4), biases = 4 * 5;
    const uint64_t macs = 7 * (4 * 5 * (3 + 5) + 4 * 4 * (5 + 4));
    check_cost("lstm int8", &int8, &(vv_cost){ weights + biases, macs, 21 + 35 + 10, weights + 4 * biases });
    check_cost("lstm float32", &float32, &(vv_cost){ weights + biases, macs, 4 * 66, 4 * (weights + biases) });
    check_live(m, (const uint64_t[]){ 21, 21 + 35 + 10, 35 + 4 + 8 });
    check_values(m, 2, VALUES({ 1, 35 }, { 2, 4 + 8 }));
    vv_model_free(m);
}

/* The costs of two nodes behind an 8x6x3 image. */
static void check_pair(vv_layer first, vv_layer second, vv_layer_cost one, vv_layer_cost two)
{
    vv_layer_cost layers[3];
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(8, 6, 3));
    vv_add_with(m, &first);
    vv_add_with(m, &second);
    cost_of(m, VV_INT8, layers, NULL);
    assert_memory_equal(&layers[1], &one, sizeof one);
    assert_memory_equal(&layers[2], &two, sizeof two);
    vv_model_free(m);
}

static void a_folded_normalization_costs_nothing_but_a_bias_where_there_is_none(void **state)
{
    (void)state;
    const vv_layer normalization = vv_batch_normalization(.no_center = true, .no_scale = true);
    check_pair(vv_conv2d(4, .kernel_size = 1), normalization, (vv_layer_cost){ 16, 48 * 12, 12 + 16, 144 + 192 },
               (vv_layer_cost){ .live_bytes = 192 });
    check_pair(vv_conv2d(4, .kernel_size = 1, .no_bias = true), normalization,
               (vv_layer_cost){ 16, 48 * 12, 12 + 16, 144 + 192 }, (vv_layer_cost){ .live_bytes = 192 });
    check_pair(vv_depthwise_conv2d(3, .depth_multiplier = 2, .no_bias = true, .padding = VV_SAME), normalization,
               (vv_layer_cost){ 54 + 6, 48 * 54, 54 + 24, 144 + 288 }, (vv_layer_cost){ .live_bytes = 288 });
    check_pair(vv_dense(2, .no_bias = true), normalization, (vv_layer_cost){ 6 + 2, 48 * 6, 6 + 8, 144 + 96 },
               (vv_layer_cost){ .live_bytes = 96 });
}

/* Two weights a channel, one multiply-accumulate an element, a value of its own. */
static void a_normalization_that_cannot_be_folded_is_a_layer(void **state)
{
    (void)state;
    const vv_layer plain = vv_batch_normalization();
    const vv_layer_cost own = { 8, 192, 8, 2 * 192 };
    check_pair(vv_conv2d(4, .kernel_size = 1, .activation = VV_RELU), plain,
               (vv_layer_cost){ 16, 48 * 12, 28, 144 + 192 }, own);
    check_pair(vv_conv2d(4, .kernel_size = 1, .activation = VV_RELU),
               vv_batch_normalization(.no_center = true, .no_scale = true),
               (vv_layer_cost){ 16, 48 * 12, 28, 144 + 192 }, own);
    check_pair(vv_max_pooling2d(2), plain, (vv_layer_cost){ .live_bytes = 144 + 36 },
               (vv_layer_cost){ 6, 36, 6, 2 * 36 });
    check_pair(vv_dropout(0.1), plain, (vv_layer_cost){ .live_bytes = 144 }, (vv_layer_cost){ 6, 144, 6, 2 * 144 });
}

static void a_normalization_is_not_folded_into_what_others_read_or_renamed(void **state)
{
    (void)state;
    vv_layer_cost layers[8];
    vv_model *m = vv_sequential();
    const vv_node in = vv_add(m, vv_input(6));
    const vv_node a = vv_connect(m, vv_dense(10, .no_bias = true), in);
    const vv_node b = vv_connect(m, vv_batch_normalization(), a);
    const vv_node sum = vv_connect(m, vv_merge_add(), a, b);
    vv_connect(m, vv_dense(10, .no_bias = true), sum);
    vv_add(m, vv_dropout(0.5));
    vv_add(m, vv_batch_normalization());
    cost_of(m, VV_FLOAT32, layers, NULL);
    assert_int_equal(layers[1].params, 60);
    assert_int_equal(layers[2].params, 20);
    assert_int_equal(layers[2].macs, 10);
    assert_int_equal(layers[2].weight_bytes, 80);
    assert_int_equal(layers[4].params, 100);
    assert_int_equal(layers[6].params, 20);
    vv_model_free(m);
}

/* The second of two normalizations follows no kernel. */
static void only_the_first_of_two_normalizations_is_folded(void **state)
{
    (void)state;
    vv_layer_cost layers[4];
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(6));
    vv_add(m, vv_dense(10));
    vv_add(m, vv_batch_normalization());
    vv_add(m, vv_batch_normalization());
    cost_of(m, VV_INT8, layers, NULL);
    assert_int_equal(layers[2].params, 0);
    assert_int_equal(layers[3].params, 20);
    assert_int_equal(layers[3].live_bytes, 20);
    vv_model_free(m);
}

/* ---- limits ----------------------------------------------------------------------------------------------------- */

static void check_refused(const vv_model *m, vv_precision precision, vv_status status, const char *text)
{
    vv_cost cost = { 1, 1, 1, 1 };
    vv_layer_cost layer = { .params = 7 };
    vv_live_value value;
    vv_node peak = 7;
    vv_error error = { 0 };
    assert_int_equal(vv_model_cost(m, precision, &cost, &layer, &peak, &error), status);
    assert_string_equal(error.text, text);
    assert_memory_equal(&cost, &(vv_cost){ 0 }, sizeof cost);
    assert_int_equal(layer.params + (uint64_t)peak, 14);
    assert_int_equal(vv_model_cost(m, precision, &cost, NULL, NULL, NULL), status);
    assert_int_equal(vv_model_live(m, precision, 0, &value, 1), 0);
}

static void what_cannot_be_weighed_says_why(void **state)
{
    (void)state;
    vv_model *m = vv_sequential();
    check_refused(NULL, VV_INT8, VV_NO_MEMORY, "out of memory");
    check_refused(m, VV_INT8, VV_BAD_ARG, "the model has no layers");
    vv_add(m, vv_input(4, 4, 1));
    check_refused(m, (vv_precision)2, VV_BAD_ARG, "precision 2 is none of int8 (0) and float32 (1)");
    check_refused(m, (vv_precision)-1, VV_BAD_ARG, "precision -1 is none of int8 (0) and float32 (1)");
    assert_int_equal(vv_model_live(m, VV_INT8, -1, NULL, 0), 0);
    assert_int_equal(vv_model_live(m, VV_INT8, 1, NULL, 0), 0);
    vv_add(m, vv_conv2d(8, .kernel_size = 5));
    check_refused(m, VV_INT8, VV_BAD_SHAPE, "conv2d: a 5x5 kernel does not fit its 4x4 input");
    vv_model_free(m);
}

/* A failed fit is no error of the model: layers that cannot be trained yet have their cost. */
static void a_model_that_was_refused_to_train_has_its_cost(void **state)
{
    (void)state;
    vv_model *m = made(&networks[0]);
    assert_int_equal(vv_model_init(m, 1), VV_UNSUPPORTED);
    const vv_cost cost = cost_of(m, VV_INT8, NULL, NULL);
    assert_memory_equal(&cost, &networks[0].cost, sizeof cost);
    vv_model_free(m);
}

static void lists_are_cut_at_their_capacity(void **state)
{
    (void)state;
    vv_live_value values[3] = { { 7, 7 }, { 7, 7 }, { 7, 7 } };
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(6));
    vv_add(m, vv_dense(10));
    assert_int_equal(vv_model_live(m, VV_FLOAT32, 1, NULL, 0), 2);
    assert_int_equal(vv_model_live(m, VV_FLOAT32, 1, values, 1), 2);
    assert_int_equal(values[0].bytes, 24);
    assert_int_equal(values[1].bytes, 7);
    vv_model_free(m);
}

static void sums_stay_at_the_largest_number(void **state)
{
    (void)state;
    vv_layer_cost layers[101];
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(23170, 23170, 1));
    for (int i = 0; i < 100; i++) vv_add(m, vv_conv2d(1, .kernel_size = 23170, .padding = VV_SAME));
    assert_string_equal(vv_model_error(m), "");
    const uint64_t size = UINT64_C(23170) * 23170;
    const vv_cost cost = cost_of(m, VV_FLOAT32, layers, NULL);
    check_cost("too much", &cost, &(vv_cost){ 100 * (size + 1), UINT64_MAX, 8 * size, 400 * (size + 1) });
    assert_int_equal(layers[100].macs, size * size);
    vv_model_free(m);
}

/* 4096 layers, and not one allocation: none can fail. */
static void nothing_is_allocated(void **state)
{
    (void)state;
    vv_live_value values[2];
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(6));
    for (int i = 1; i < 4096; i++) vv_add(m, i % 2 == 0 ? vv_dense(6) : vv_activation_layer(VV_RELU));
    vvi_fail_allocation(1);
    const vv_cost cost = cost_of(m, VV_INT8, NULL, NULL);
    assert_int_equal(vv_model_live(m, VV_INT8, 4094, values, 2), 2);
    assert_int_equal(vvi_fail_allocation(-1), 0);
    assert_int_equal(values[0].node, 4092);
    check_cost("4096 layers", &cost, &(vv_cost){ 2047 * 42, 2047 * 36, 12, 2047 * 60 });
    vv_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_networks_cost_what_was_published),
        cmocka_unit_test(in_float32_every_number_has_four_bytes),
        cmocka_unit_test(unfolded_they_have_as_many_numbers_as_in_keras),
        cmocka_unit_test(layers_sum_up_and_lists_say_what_is_alive),
        cmocka_unit_test(a_value_lives_from_its_maker_to_its_last_reader),
        cmocka_unit_test(names_and_activations_in_place_make_no_value),
        cmocka_unit_test(an_activation_makes_a_value_where_its_input_is_needed_later),
        cmocka_unit_test(what_nothing_reads_ends_at_once),
        cmocka_unit_test(an_lstm_keeps_its_state_while_it_runs),
        cmocka_unit_test(a_folded_normalization_costs_nothing_but_a_bias_where_there_is_none),
        cmocka_unit_test(a_normalization_that_cannot_be_folded_is_a_layer),
        cmocka_unit_test(a_normalization_is_not_folded_into_what_others_read_or_renamed),
        cmocka_unit_test(only_the_first_of_two_normalizations_is_folded),
        cmocka_unit_test(what_cannot_be_weighed_says_why),
        cmocka_unit_test(a_model_that_was_refused_to_train_has_its_cost),
        cmocka_unit_test(lists_are_cut_at_their_capacity),
        cmocka_unit_test(sums_stay_at_the_largest_number),
        cmocka_unit_test(nothing_is_allocated),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
