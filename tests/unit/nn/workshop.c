/* workshop.c - a model built again in the memory of an earlier one is what it would have been made anew. */
#include "models.h"

/* Everything of a model that can be seen from outside. */
static void check_same_model(const vv_model *a, const vv_model *b)
{
    assert_int_equal(vv_model_status(a), vv_model_status(b));
    assert_string_equal(vv_model_error(a), vv_model_error(b));
    assert_int_equal(vv_model_node_count(a), vv_model_node_count(b));
    assert_true(vv_model_digest(a) == vv_model_digest(b));
    for (int i = 0; i < (int)vv_model_node_count(a); i++) {
        const vv_layer_view x = vv_model_node(a, i), y = vv_model_node(b, i);
        assert_string_equal(x.name, y.name);
        assert_int_equal(x.layer->kind, y.layer->kind);
        assert_true(vvi_shape_equal(x.input, y.input) && vvi_shape_equal(x.output, y.output));
        assert_true(x.params == y.params && x.macs == y.macs);
        assert_int_equal(x.n_inputs, y.n_inputs);
        for (size_t k = 0; k < x.n_inputs; k++) assert_int_equal(x.inputs[k], y.inputs[k]);
    }
    if (vv_model_status(a) != VV_OK) return;
    char *text[2] = { NULL, NULL };
    CHECK_OK(vv_model_to_json(a, &text[0], NULL));
    CHECK_OK(vv_model_to_json(b, &text[1], NULL));
    assert_string_equal(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

static vv_model *build_block(int blocks, int filters)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(28, 28, 1));
    for (int i = 0; i < blocks; i++) {
        vv_add(m, vv_conv2d(i == blocks - 1 ? filters : 8, .activation = VV_RELU));
        vv_add(m, vv_max_pooling2d(2));
    }
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

/* Builds with a spare model at hand and gives the emptied result. */
static vv_model *rebuild(vv_model *spare, int blocks, int filters)
{
    vv_model *outer = vvi_workshop_begin(spare);
    vv_model *m = build_block(blocks, filters);
    assert_null(vvi_workshop_end(outer));
    vv_model *fresh = build_block(blocks, filters);
    check_same_model(m, fresh);
    vv_model_free(fresh);
    return vvi_model_empty(m);
}

static void rebuilt_models_are_as_new(void **state)
{
    (void)state;
    vv_model *spare = NULL;
    for (int round = 0; round < 3; round++) {
        for (int filters = 1; filters < 4; filters++) spare = rebuild(spare, 2, filters);
        spare = rebuild(spare, 5, 4); /* the fourth block does not fit */
        spare = rebuild(spare, 5, 5);
        spare = rebuild(spare, 1, 4);
        spare = rebuild(spare, 3, 4);
    }
    vv_model_free(spare);
}

static void the_same_again_allocates_nothing(void **state)
{
    (void)state;
    vv_model *spare = NULL;
    const char *name = NULL;
    for (int round = 0; round < 6; round++) {
        vvi_fail_allocation(0);
        vv_model *outer = vvi_workshop_begin(spare);
        vv_model *m = build_block(2, 8 + round / 3);
        vvi_workshop_end(outer);
        const long allocations = vvi_fail_allocation(-1);
        assert_string_equal(vv_model_node(m, 3).name, "conv2d_1");
        if (round % 3 > 1) assert_int_equal(allocations, 0);
        if (round % 3 > 0) assert_ptr_equal(vv_model_node(m, 3).name, name);
        name = vv_model_node(m, 3).name;
        spare = vvi_model_empty(m);
    }
    vv_model_free(spare);
}

/* ---- each kind of difference ------------------------------------------------------------------------------------ */

static void add_variant(vv_model *m, int variant)
{
    char name[] = "mine";
    switch (variant) {
    case 0:
        vv_add(m, vv_dense(4));
        break;
    case 1:
        vv_add(m, vv_dense(5));
        break;
    case 2:
        vv_add(m, vv_dense(4, .activation = VV_RELU));
        break;
    case 3:
        vv_add(m, vv_dense(4, .no_bias = true));
        break;
    case 4:
        vv_add(m, vv_dense(4, .kernel_regularizer = { .l2 = 0.1 }));
        break;
    case 5:
        vv_add(m, vv_dense(4, .kernel_regularizer = { .l2 = -0.0 }));
        break;
    case 6:
        vv_add(m, vv_dense(4, .name = name));
        break;
    case 7:
        name[0] = 'f';
        vv_add(m, vv_dense(4, .name = name));
        break;
    case 8:
        vv_add(m, vv_dense(4, .name = "dense_1"));
        break;
    case 9:
        vv_add(m, vv_dropout(0.5));
        break;
    case 10:
        vv_add(m, vv_flatten());
        break;
    case 11:
        vv_connect(m, vv_dense(4), 0);
        break;
    case 12:
        vv_connect(m, vv_merge_add(), 0, 1);
        break;
    case 13:
        vv_connect(m, vv_merge_add(), 1, 0);
        break;
    case 14:
        vv_connect(m, vv_merge_concatenate(), 0, 1, 1);
        break;
    case 15: /* mistakes, from here on */
        vv_add(m, vv_dense(0));
        break;
    case 16:
        vv_add(m, vv_dense(4, .name = "dense"));
        break;
    case 17:
        vv_add(m, vv_input(3));
        break;
    case 18:
        vv_connect(m, vv_dense(4), 7);
        break;
    case 19:
        vv_add(m, vv_conv2d(4));
        break;
    case 20:
        vv_compile(m, .loss = VV_MSE);
        vv_add(m, vv_dense(4));
        break;
    default:
        vv_add_with(m, NULL);
        break;
    }
}
enum { N_VARIANTS = 22 };

static vv_model *build_variant(int variant)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(4));
    add_variant(m, variant);
    vv_add(m, vv_dense(4));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_adam());
    return m;
}

static void any_layer_in_place_of_any_other_is_as_in_a_new_model(void **state)
{
    (void)state;
    for (int before = 0; before < N_VARIANTS; before++) {
        for (int after = 0; after < N_VARIANTS; after++) {
            vv_model *fresh = build_variant(after);
            vv_model *outer = vvi_workshop_begin(vvi_model_empty(build_variant(before)));
            vv_model *rebuilt = build_variant(after);
            assert_null(vvi_workshop_end(outer));
            check_same_model(rebuilt, fresh);
            vv_model_free(rebuilt);
            vv_model_free(fresh);
        }
    }
}

/* ---- at random -------------------------------------------------------------------------------------------------- */

enum { MAX_STEPS = 14 };

static void run_step(vv_model *m, uint32_t step)
{
    static const char *const names[] = { "mine", "yours", "dense_1", "flatten" };
    const int n = (int)vv_model_node_count(m), a = (int)(step / 16 % 8) % n, b = (int)(step / 128 % 8) % n;
    const char *name = step % 11 == 0 ? names[step / 1024 % 4] : NULL;
    switch (step % 16) {
    case 0:
        vv_add(m, vv_dropout(0.5, .name = name));
        break;
    case 1:
        vv_connect(m, vv_merge_concatenate(.name = name), a, b);
        break;
    case 2:
        vv_connect(m, vv_merge_add(.name = name), a, b);
        break;
    case 3:
        vv_connect(m, vv_dense(4, .name = name), a);
        break;
    case 4:
        vv_add(m, vv_flatten(.name = name));
        break;
    case 5:
        vv_add(m, vv_dense((int)(step / 16 % 64)));
        break;
    default:
        vv_add(m, vv_dense(4, .activation = step / 16 % 16 == 0 ? VV_RELU : VV_LINEAR, .name = name));
    }
}

static vv_model *run_program(const uint32_t *steps, size_t n)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    for (size_t i = 0; i < n; i++) run_step(m, steps[i]);
    vv_compile(m, .loss = VV_MSE);
    return m;
}

static void random_models_are_as_new(void **state)
{
    (void)state;
    uint32_t steps[MAX_STEPS];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "models"));
    for (int i = 0; i < MAX_STEPS; i++) steps[i] = vvi_stream_u32(&stream);
    vv_model *spare = NULL;
    size_t nodes = 0, built = 0;
    for (int round = 0; round < 6000; round++) {
        const size_t n = vvi_stream_below(&stream, MAX_STEPS + 1);
        steps[vvi_stream_below(&stream, MAX_STEPS)] = vvi_stream_u32(&stream);
        vv_model *outer = vvi_workshop_begin(spare);
        vv_model *rebuilt = run_program(steps, n);
        assert_null(vvi_workshop_end(outer));
        vv_model *fresh = run_program(steps, n);
        check_same_model(rebuilt, fresh);
        nodes += vv_model_node_count(fresh);
        built += vv_model_status(fresh) == VV_OK;
        vv_model_free(fresh);
        spare = vvi_model_empty(rebuilt);
    }
    assert_true(nodes > 18000 && built > 400 && built < 5600);
    vv_model_free(spare);
}

/* ---- who has what ----------------------------------------------------------------------------------------------- */

static void only_the_first_model_of_a_build_is_the_spare_one(void **state)
{
    (void)state;
    vv_model *spare = vvi_model_empty(build_block(1, 1));
    vv_model *outer = vvi_workshop_begin(spare);
    assert_null(outer);
    vv_model *first = vv_sequential(), *second = vv_sequential();
    assert_ptr_equal(first, spare);
    assert_ptr_not_equal(second, spare);
    vv_model_free(first);
    assert_null(vvi_workshop_end(outer));
    vv_model_free(second);
    first = vv_sequential();
    assert_int_equal(vv_model_node_count(first), 0);
    vv_model_free(first);
}

static void builds_inside_a_build_have_their_own(void **state)
{
    (void)state;
    vv_model *one = vvi_model_empty(build_block(1, 1)), *two = vvi_model_empty(build_block(1, 2));
    vv_model *outer = vvi_workshop_begin(one), *inner = vvi_workshop_begin(two);
    vv_model *made = vv_sequential();
    assert_ptr_equal(made, two);
    assert_null(vvi_workshop_end(inner));
    vv_model_free(made);
    made = vv_sequential();
    assert_ptr_equal(made, one);
    assert_null(vvi_workshop_end(outer));
    outer = vvi_workshop_begin(vvi_model_empty(made));
    assert_ptr_equal(vvi_workshop_end(outer), made); /* nobody took it */
    vv_model_free(made);
}

static void a_model_with_weights_is_not_used_again(void **state)
{
    (void)state;
    vv_model *m = build_block(1, 1);
    CHECK_OK(vv_model_init(m, 1));
    assert_null(vvi_model_empty(m));
    assert_null(vvi_model_empty(NULL));
}

static void a_rebuilt_model_trains_as_a_new_one(void **state)
{
    (void)state;
    vv_data *data = cnn_data(8);
    float out[2][8 * 5];
    vv_model *spare = vvi_model_empty(make_cnn());
    for (int i = 0; i < 2; i++) {
        vv_model *outer = vvi_workshop_begin(i == 0 ? NULL : spare);
        vv_model *m = make_cnn();
        assert_null(vvi_workshop_end(outer));
        CHECK_OK(vv_fit(m, data, .epochs = 2, .seed = 3));
        CHECK_OK(vv_predict(m, out[i], data));
        vv_model_free(m);
    }
    assert_memory_equal(out[0], out[1], sizeof out[0]);
    vv_data_free(data);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    bool done = false;
    for (long n = 1; !done; n++) {
        vv_model *spare = NULL;
        done = true;
        vvi_fail_allocation(n);
        for (int round = 0; round < 5; round++) {
            vv_model *outer = vvi_workshop_begin(spare);
            vv_model *m = build_block(1 + round % 3, 1 + round);
            if (vv_model_status(m) == VV_NO_MEMORY) done = false;
            spare = vvi_workshop_end(outer);
            assert_null(spare);
            spare = vvi_model_empty(m);
        }
        vvi_fail_allocation(-1);
        spare = rebuild(spare, 2, 8);
        vv_model_free(spare);
        if (done) assert_true(n > 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rebuilt_models_are_as_new),
        cmocka_unit_test(the_same_again_allocates_nothing),
        cmocka_unit_test(any_layer_in_place_of_any_other_is_as_in_a_new_model),
        cmocka_unit_test(random_models_are_as_new),
        cmocka_unit_test(only_the_first_model_of_a_build_is_the_spare_one),
        cmocka_unit_test(builds_inside_a_build_have_their_own),
        cmocka_unit_test(a_model_with_weights_is_not_used_again),
        cmocka_unit_test(a_rebuilt_model_trains_as_a_new_one),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
