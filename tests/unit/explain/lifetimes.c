/* lifetimes.c - what is alive in random graphs, against the definition followed to the letter. */
#include "base/base.h"
#include "check.h"

#include <varve/cost.h>

enum { N_GRAPHS = 3000, MAX_NODES = 14 };

static vv_layer random_layer(vvi_stream *stream)
{
    const vv_layer kinds[] = { vv_dense(4),     vv_dense(4, .activation = VV_RELU), vv_activation_layer(VV_TANH),
                               vv_dropout(0.5), vv_batch_normalization(),           vv_flatten(),
                               vv_merge_add() };
    return kinds[vvi_stream_below(stream, sizeof kinds / sizeof *kinds)];
}

/* Mostly the last node, so that chains come about. */
static vv_node random_node(vvi_stream *stream, int n)
{
    if (vvi_stream_below(stream, 3) > 0) return n - 1;
    return (vv_node)vvi_stream_below(stream, (uint64_t)n);
}

static vv_model *random_graph(uint64_t seed)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_new(seed, "graphs"));
    const int n = 1 + (int)vvi_stream_below(&stream, MAX_NODES);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    for (int i = 1; i < n; i++) {
        const vv_layer layer = random_layer(&stream);
        const vv_node inputs[] = { random_node(&stream, i), random_node(&stream, i) };
        vv_connect_with(m, &layer, inputs, layer.kind == VV_LAYER_ADD ? 2 : 1);
    }
    assert_string_equal(vv_model_error(m), "");
    return m;
}

/* ---- the definition --------------------------------------------------------------------------------------------- */

static vv_layer_kind kind_of(const vv_model *m, int node)
{
    return vv_model_node(m, node).layer->kind;
}

static int input_of(const vv_model *m, int node)
{
    return vv_model_node(m, node).inputs[0];
}

static int count_readers(const vv_model *m, int node)
{
    int n = 0;
    for (int i = 1; i < (int)vv_model_node_count(m); i++) {
        const vv_layer_view view = vv_model_node(m, i);
        for (size_t k = 0; k < view.n_inputs; k++) n += view.inputs[k] == node;
    }
    return n;
}

static bool is_name(const vv_model *m, int node)
{
    const vv_layer_kind kind = kind_of(m, node);
    if (kind == VV_LAYER_DROPOUT || kind == VV_LAYER_FLATTEN) return true;
    if (kind != VV_LAYER_BATCH_NORMALIZATION) return false;
    const int before = input_of(m, node);
    const vv_layer *layer = vv_model_node(m, before).layer;
    return layer->kind == VV_LAYER_DENSE && layer->dense.activation != VV_RELU && count_readers(m, before) == 1;
}

static int named(const vv_model *m, int node)
{
    return is_name(m, node) ? named(m, input_of(m, node)) : node;
}

/* Does a node from `from` on read this value, whatever by? `value`: of each node before `from`, by its maker. */
static bool is_read_from(const vv_model *m, const int *value, int from, int maker)
{
    for (int i = from; i < (int)vv_model_node_count(m); i++) {
        const vv_layer_view view = vv_model_node(m, i);
        for (size_t k = 0; k < view.n_inputs; k++) {
            const int read = named(m, view.inputs[k]);
            if (read < from - 1 && value[read] == maker) return true;
        }
    }
    return false;
}

static void find_values(const vv_model *m, int *value)
{
    for (int i = 0; i < (int)vv_model_node_count(m); i++) {
        value[i] = is_name(m, i) ? value[input_of(m, i)] : i;
        if (kind_of(m, i) != VV_LAYER_ACTIVATION) continue;
        const int read = value[input_of(m, i)];
        if (!is_read_from(m, value, i + 1, read)) value[i] = read;
    }
}

static bool is_alive(const vv_model *m, const int *value, int maker, int at)
{
    if (maker == at) return true;
    for (int i = at; i < (int)vv_model_node_count(m) && maker < at; i++) {
        const vv_layer_view view = vv_model_node(m, i);
        for (size_t k = 0; k < view.n_inputs; k++)
            if (value[view.inputs[k]] == maker) return true;
    }
    return false;
}

/* ---- compared --------------------------------------------------------------------------------------------------- */

static void check_graph(const vv_model *m, uint64_t seed)
{
    int value[MAX_NODES];
    vv_live_value live[MAX_NODES];
    find_values(m, value);
    for (int at = 0; at < (int)vv_model_node_count(m); at++) {
        const size_t n = vv_model_live(m, VV_INT8, at, live, MAX_NODES);
        size_t next = 0;
        for (int i = 0; i <= at; i++) {
            if (value[i] != i || !is_alive(m, value, i, at)) continue;
            if (next >= n || live[next++].node != i) fail_msg("graph %d: node %d at node %d", (int)seed, i, at);
        }
        if (next != n) fail_msg("graph %d: %zu values at node %d, not %zu", (int)seed, n, at, next);
    }
}

static void lists_follow_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < N_GRAPHS; seed++) {
        vv_model *m = random_graph(seed);
        check_graph(m, seed);
        vv_model_free(m);
    }
}

/* The peak is the largest sum, its node the first that has it; layers or not, the model costs the same. */
static void peaks_are_the_first_of_the_largest_sums(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < N_GRAPHS; seed++) {
        vv_model *m = random_graph(seed);
        vv_layer_cost layers[MAX_NODES];
        vv_live_value live[MAX_NODES];
        vv_cost cost, alone;
        vv_node peak = -1, first = -1;
        uint64_t largest = 0;
        CHECK_OK(vv_model_cost(m, VV_FLOAT32, &cost, layers, &peak, NULL));
        CHECK_OK(vv_model_cost(m, VV_FLOAT32, &alone, NULL, NULL, NULL));
        assert_memory_equal(&cost, &alone, sizeof cost);
        for (int at = 0; at < (int)vv_model_node_count(m); at++) {
            const uint64_t bytes = 16 * vv_model_live(m, VV_FLOAT32, at, live, MAX_NODES);
            assert_int_equal(layers[at].live_bytes, bytes);
            if (bytes > largest) first = at;
            if (first == at) largest = bytes;
        }
        assert_int_equal(cost.peak_activation_bytes, largest);
        assert_int_equal(peak, first);
        vv_model_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_follow_the_definition),
        cmocka_unit_test(peaks_are_the_first_of_the_largest_sums),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
