/* One LSTM step: against the reference for every pair of activations, and its gradient against differences. */
#include "unit/compute/arrays.h"

static const vv_activation kinds[] = { VV_TANH, VV_SIGMOID, VV_LINEAR, VV_RELU,      VV_ELU,
                                       VV_SELU, VV_GELU,    VV_SWISH,  VV_LEAKY_RELU };
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* A step's arrays, with strides above what is needed. */
typedef struct step {
    vvi_lstm_step s;
    array gates, c_before, c, h, dh, dc, dgates;
} step;

static step step_new(int n, int units)
{
    step t = { .s = { .n = n, .units = units, .ld_gates = 4 * units + 5, .ld_state = units + 3, .ld_dh = units + 1 } };
    const size_t rows = (size_t)n, u = (size_t)units;
    t.gates = array_random(rows * (4 * u + 5), -3, 3);
    t.dgates = array_random(rows * (4 * u + 5), -3, 3);
    t.c_before = array_random(rows * (u + 3), -2, 2);
    t.c = array_random(rows * (u + 3), -2, 2);
    t.h = array_random(rows * (u + 3), -2, 2);
    t.dh = array_random(rows * (u + 1), -1, 1);
    t.dc = array_random(rows * u, -1, 1);
    return t;
}

static array *array_of(step *t, int i)
{
    array *const all[] = { &t->gates, &t->c_before, &t->c, &t->h, &t->dh, &t->dc, &t->dgates };
    return all[i];
}
enum { N_ARRAYS = 7 };

static step step_copy(step *from, bool first)
{
    step t = { .s = from->s };
    for (int i = 0; i < N_ARRAYS; i++) *array_of(&t, i) = array_copy(*array_of(from, i));
    t.s.gates = t.gates.at;
    t.s.c_before = first ? NULL : t.c_before.at;
    t.s.c = t.c.at;
    t.s.h = t.h.at;
    t.s.dh = t.dh.at;
    t.s.dc = t.dc.at;
    t.s.dgates = t.dgates.at;
    return t;
}

static void step_free(step *t)
{
    for (int i = 0; i < N_ARRAYS; i++) array_free(*array_of(t, i));
}

static void check_step(int n, int units, vv_activation activation, vv_activation recurrent, bool first)
{
    step start = step_new(n, units);
    start.s.activation = activation;
    start.s.recurrent_activation = recurrent;
    step want = step_copy(&start, first);
    reference_kernels()->lstm_forward(&want.s);
    reference_kernels()->lstm_backward(&want.s);
    same_bits bits[N_ARRAYS] = { 0 };
    FOR_EACH_TABLE(k)
    {
        step got = step_copy(&start, first);
        k->lstm_forward(&got.s);
        k->lstm_backward(&got.s);
        for (int i = 0; i < N_ARRAYS; i++) {
            const array *a = array_of(&got, i);
            check_guards(*a, k->name);
            check_close(k->name, a->at, array_of(&want, i)->at, a->n, 1e-5);
            check_same_bits(&bits[i], k, a->at, a->n);
        }
        step_free(&got);
    }
    for (int i = 0; i < N_ARRAYS; i++) same_bits_end(&bits[i]);
    step_free(&want);
    step_free(&start);
}

static void steps_of_every_width_agree_with_the_reference(void **state)
{
    (void)state;
    const int units[] = { 1, 2, 3, 7, 8, 15, 16, 17, 32, 33, 63, 64, 65, 100, 130 };
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        check_step(3, units[u], VV_TANH, VV_SIGMOID, false);
        check_step(2, units[u], VV_TANH, VV_SIGMOID, true);
    }
}

static void any_two_activations_go_together(void **state)
{
    (void)state;
    for (int i = 0; i < N_KINDS; i++) {
        for (int j = 0; j < N_KINDS; j++) check_step(2, 19, kinds[i], kinds[j], (i + j) % 3 == 0);
    }
}

/* L = sum of dh h + dc c, by the reference in double precision of its inputs: central differences in each sum. */
static double loss_at(step *start, size_t at, float by)
{
    step t = step_copy(start, false);
    t.gates.at[at] += by;
    reference_kernels()->lstm_forward(&t.s);
    double loss = 0;
    for (int e = 0; e < t.s.n; e++) {
        for (int u = 0; u < t.s.units; u++) {
            loss += (double)t.dh.at[e * t.s.ld_dh + u] * (double)t.h.at[e * t.s.ld_state + u];
            loss += (double)t.dc.at[e * t.s.units + u] * (double)t.c.at[e * t.s.ld_state + u];
        }
    }
    step_free(&t);
    return loss;
}

static void gradients_are_differences_of_the_forward_step(void **state)
{
    (void)state;
    const vv_activation pairs[][2] = { { VV_TANH, VV_SIGMOID }, { VV_GELU, VV_SWISH }, { VV_ELU, VV_TANH } };
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        step start = step_new(2, 3);
        start.s.activation = pairs[p][0];
        start.s.recurrent_activation = pairs[p][1];
        FOR_EACH_TABLE(k)
        {
            step t = step_copy(&start, false);
            k->lstm_forward(&t.s);
            k->lstm_backward(&t.s);
            for (int e = 0; e < 2; e++) {
                for (int u = 0; u < 12; u++) {
                    const size_t at = (size_t)(e * t.s.ld_gates + u);
                    const float by = 1.0f / 128;
                    const double slope = (loss_at(&start, at, by) - loss_at(&start, at, -by)) / (2 * (double)by);
                    CHECK_NEAR(t.dgates.at[at], slope, 2e-3);
                }
            }
            step_free(&t);
        }
        step_free(&start);
    }
}

static void the_gradient_may_overwrite_the_gates(void **state)
{
    (void)state;
    step start = step_new(3, 70);
    start.s.activation = VV_TANH;
    start.s.recurrent_activation = VV_SIGMOID;
    FOR_EACH_TABLE(k)
    {
        step apart = step_copy(&start, false), over = step_copy(&start, false);
        over.s.dgates = over.s.gates;
        k->lstm_forward(&apart.s);
        k->lstm_forward(&over.s);
        k->lstm_backward(&apart.s);
        k->lstm_backward(&over.s);
        for (int e = 0; e < 3; e++) {
            const ptrdiff_t row = e * start.s.ld_gates;
            assert_memory_equal(over.gates.at + row, apart.dgates.at + row, 4 * 70 * sizeof(float));
        }
        step_free(&apart);
        step_free(&over);
    }
    step_free(&start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_every_width_agree_with_the_reference),
        cmocka_unit_test(any_two_activations_go_together),
        cmocka_unit_test(gradients_are_differences_of_the_forward_step),
        cmocka_unit_test(the_gradient_may_overwrite_the_gates),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
