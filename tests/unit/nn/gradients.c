/* gradients.c - whole models: the reference backend against central differences, the cpu backend against it. */
#include "models.h"
#include "nn/cpu.h"
#include "nn/reference.h"

static vvi_batch batch_of(const vv_data *data, float *out)
{
    return (vvi_batch){ .n = (int)vv_data_count(data), .x = vv_data_x(data), .y = vv_data_y(data), .out = out };
}

static float *outputs_of(const vv_model *m, const vv_data *data)
{
    float *out = calloc(vv_data_count(data) * vvi_shape_size(vv_model_output_shape(m)), sizeof *out);
    assert_non_null(out);
    return out;
}

static void check_differences(const example *e)
{
    vv_model *m = made(e);
    vv_data *data = e->data(6);
    float *out = outputs_of(m, data);
    vvi_batch batch = batch_of(data, out);
    const float weights[6] = { 1, 0.5F, 2, 0, 1, 3 };
    batch.w = weights;
    vv_error error = { 0 };
    CHECK_OK(vvi_fit_make_ready(m, 5, &error));
    vvi_reference *plan = NULL;
    CHECK_OK(vvi_reference_new(m, &(vvi_plan_args){ .batch_size = 6, .training = true, .seed = 3 }, &plan, &error));
    vvi_reference_read_weights(plan);
    vvi_reference_loss(plan, &batch);
    vvi_reference_backward(plan, &batch);
    double *w = vvi_reference_weights(plan), largest = 0;
    const double *g = vvi_reference_gradients(plan), h = 1e-5;
    for (size_t s = 0; s < m->n_slots; s++)
        for (size_t i = m->slots[s].offset; i < m->slots[s].offset + m->slots[s].n; i++) {
            const double before = w[i];
            w[i] = before + h;
            const double above = vvi_reference_loss(plan, &batch);
            w[i] = before - h;
            const double below = vvi_reference_loss(plan, &batch);
            w[i] = before;
            const double wanted = (above - below) / (2 * h);
            if (!(fabs(wanted - g[i]) <= 1e-5 * fmax(1, fabs(wanted))))
                fail_msg("%s, %s[%zu]: gradient %.9g, difference %.9g", e->name, m->slots[s].name,
                         i - m->slots[s].offset, g[i], wanted);
            largest = fmax(largest, fabs(g[i]));
        }
    assert_true(largest > 1e-3);
    vvi_reference_free(plan);
    vv_data_free(data);
    vv_model_free(m);
    free(out);
}

static void reference_gradients_are_central_differences(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) check_differences(&examples[i]);
}

/* The gradients of one cpu step, with chunks of about `chunk_bytes`, against those of the reference. */
static void check_cpu(const example *e, size_t chunk_bytes, int *chunk)
{
    enum { N = 13 };
    vv_model *m = made(e);
    vv_data *data = e->data(N);
    float *out = outputs_of(m, data), *reference_out = outputs_of(m, data);
    vvi_batch batch = batch_of(data, reference_out);
    vv_error error = { 0 };
    CHECK_OK(vvi_fit_make_ready(m, 5, &error));
    const vvi_plan_args args = { .batch_size = N, .training = true, .seed = 3, .chunk_bytes = chunk_bytes };
    vvi_reference *reference = NULL;
    vvi_cpu_plan *plan = NULL;
    CHECK_OK(vvi_reference_new(m, &args, &reference, &error));
    CHECK_OK(vvi_cpu_plan_new(m, &args, &plan, &error));
    vvi_reference_read_weights(reference);
    float *penalties = calloc(m->n_weights, sizeof *penalties);
    assert_non_null(penalties);
    const double penalty = vvi_plan_penalty(m, penalties);
    const double wanted = vvi_reference_loss(reference, &batch) + penalty;
    vvi_reference_backward(reference, &batch);
    batch.out = out;
    const double loss = vvi_backend_cpu.train_step(plan, &batch);
    CHECK_NEAR(loss, wanted, 1e-5 * fmax(1, wanted));
    for (size_t i = 0; i < N * vvi_shape_size(vv_model_output_shape(m)); i++)
        CHECK_NEAR(out[i], reference_out[i], 1e-5);
    const double *g = vvi_reference_gradients(reference);
    double largest = 0;
    for (size_t i = 0; i < m->n_weights; i++) largest = fmax(largest, fabs(g[i]));
    for (size_t s = 0; s < m->n_slots; s++)
        for (size_t i = m->slots[s].offset; i < m->slots[s].offset + m->slots[s].n; i++)
            if (!(fabs((double)plan->gradients[i] - g[i] - (double)penalties[i]) <= 1e-5 * largest))
                fail_msg("%s, %s[%zu]: cpu %.9g, reference %.9g", e->name, m->slots[s].name, i - m->slots[s].offset,
                         (double)plan->gradients[i], g[i] + (double)penalties[i]);
    *chunk = plan->chunk;
    vvi_cpu_plan_free(plan);
    vvi_reference_free(reference);
    vv_data_free(data);
    vv_model_free(m);
    free(out);
    free(reference_out);
    free(penalties);
}

static void cpu_gradients_are_those_of_the_reference(void **state)
{
    (void)state;
    int chunk;
    for (int i = 0; i < N_EXAMPLES; i++) check_cpu(&examples[i], 0, &chunk);
}

static void chunks_do_not_show(void **state)
{
    (void)state;
    int one, some;
    check_cpu(&examples[0], 1, &one);
    assert_int_equal(one, 1);
    check_cpu(&examples[0], 24 * 1024, &some);
    assert_in_range(some, 2, 12);
    check_cpu(&examples[1], 1, &one);
    assert_int_equal(one, 1);
    check_cpu(&examples[3], 1, &one);
    assert_int_equal(one, 1);
}

static void fusions_happen(void **state)
{
    (void)state;
    vv_model *m = made(&examples[0]);
    vv_error error = { 0 };
    vvi_cpu_plan *plan = NULL;
    CHECK_OK(vvi_fit_make_ready(m, 5, &error));
    CHECK_OK(vvi_cpu_plan_new(m, &(vvi_plan_args){ .batch_size = 4, .training = true }, &plan, &error));
    assert_true(plan->fused);
    assert_int_equal(plan->n_ops, 5); /* flatten does nothing */
    assert_true(plan->ops[0].pass.dy_is_linear && plan->ops[1].pass.mask_relu);
    assert_true(plan->ops[2].pass.dy_is_linear && plan->ops[3].pass.mask_relu);
    assert_null(plan->ops[0].pass.dx[0]);
    vvi_cpu_plan_free(plan);
    vv_model_free(m);
}

static double sum_of_sizes(const vvi_interval *list, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)list[i].size;
    return sum;
}

static void intervals_alive_together_never_overlap(void **state)
{
    (void)state;
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "intervals"));
    for (int round = 0; round < 200; round++) {
        vvi_interval list[20];
        for (int i = 0; i < 20; i++) {
            list[i].begin = (int)vvi_stream_below(&stream, 20);
            list[i].end = list[i].begin + (int)vvi_stream_below(&stream, 6);
            list[i].size = (size_t)vvi_stream_below(&stream, 100);
        }
        const size_t total = vvi_intervals_pack(list, 20);
        assert_true((double)total <= sum_of_sizes(list, 20));
        for (int i = 0; i < 20; i++) {
            assert_true(list[i].offset % 16 == 0 && list[i].offset + list[i].size <= total);
            for (int k = 0; k < i; k++) {
                const bool together = list[i].begin <= list[k].end && list[k].begin <= list[i].end;
                const bool overlap =
                    list[i].offset < list[k].offset + list[k].size && list[k].offset < list[i].offset + list[i].size;
                assert_false(together && overlap);
            }
        }
    }
    vvi_interval chain[] = { { 0, 1, 160, 0 }, { 1, 2, 160, 0 }, { 2, 3, 160, 0 }, { 3, 4, 160, 0 } };
    assert_int_equal(vvi_intervals_pack(chain, 4), 320);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_gradients_are_central_differences),
        cmocka_unit_test(cpu_gradients_are_those_of_the_reference),
        cmocka_unit_test(chunks_do_not_show),
        cmocka_unit_test(fusions_happen),
        cmocka_unit_test(intervals_alive_together_never_overlap),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
