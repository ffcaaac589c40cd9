/* surface.c - what is expected over two hyperparameters, of functions that are known. */
#include "frames.h"

#define N(list) (sizeof(list) / sizeof *(list))

static vvi_surface read_surface(const made_frame *m, size_t x, size_t y)
{
    vv_error error = { 0 };
    vvi_surface surface;
    if (vvi_surface_read(&m->frame, 0, x, y, 1, &surface, &error) != VV_OK) fail_msg("%s", error.text);
    return surface;
}

static double at(const vvi_surface *s, size_t x, size_t y)
{
    assert_true(x < s->n_x && y < s->n_y);
    return s->values[y * s->n_x + x];
}

/* x + 2 y + z: over x and y the mean of z, 5, is added. */
static void the_others_are_averaged_over(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 },
                                          { "y", 0, 1, false, false, 0 },
                                          { "z", 0, 10, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 6000, 1);
    for (size_t t = 0; t < m->frame.n; t++)
        m->scores[t] = 10 * m->values[0][t] + 20 * m->values[1][t] + m->values[2][t];
    vvi_surface s = read_surface(m, 0, 1);
    assert_null(s.why);
    assert_int_equal(s.n_x, 40);
    assert_int_equal(s.n_y, 40);
    CHECK_EQUAL_EXACTLY(s.xs[0], 0);
    CHECK_EQUAL_EXACTLY(s.ys[39], 1);
    for (size_t v = 4; v < 36; v += 4)
        for (size_t u = 4; u < 36; u += 4) CHECK_NEAR(at(&s, u, v), 10 * s.xs[u] + 20 * s.ys[v] + 5, 1.2);
    vvi_surface_deinit(&s);
    free_frame(m);
}

static void what_two_do_together_is_seen(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", -1, 1, false, false, 0 }, { "word", 0, 0, false, false, 2 } };
    made_frame *m = make_frame(list, N(list), 1000, 2);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[0][t] * (m->values[1][t] > 0 ? 1 : -1);
    vvi_surface s = read_surface(m, 0, 1);
    assert_int_equal(s.n_y, 2);
    for (size_t u = 2; u < 38; u++) {
        CHECK_NEAR(at(&s, u, 0), -s.xs[u], 0.2);
        CHECK_NEAR(at(&s, u, 1), s.xs[u], 0.2);
    }
    vvi_surface turned = read_surface(m, 1, 0);
    for (size_t u = 0; u < 40; u++) CHECK_EQUAL_EXACTLY(at(&s, u, 1), at(&turned, 1, u));
    vvi_surface_deinit(&s);
    vvi_surface_deinit(&turned);
    free_frame(m);
}

static void places_are_on_the_scale_of_the_domain(void **state)
{
    (void)state;
    static const made_variable list[] = { { "rate", 1e-4, 1, false, true, 0 }, { "count", 3, 7, true, false, 0 } };
    made_frame *m = make_frame(list, N(list), 300, 3);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = log10(m->values[0][t]) + 10 * m->values[1][t];
    vvi_surface s = read_surface(m, 0, 1);
    assert_int_equal(s.n_y, 5);
    for (size_t v = 0; v < 5; v++) CHECK_EQUAL_EXACTLY(s.ys[v], 3 + (double)v);
    for (size_t u = 0; u < 40; u++) CHECK_NEAR(log10(s.xs[u]), -4 + 4 * (double)u / 39, 1e-9);
    CHECK_NEAR(at(&s, 20, 2) - at(&s, 20, 1), 10, 0.5);
    vvi_surface_deinit(&s);
    free_frame(m);
}

/* Units of a second layer are where there are two; with one layer, there is no such place. */
static void what_lies_between_two_steps_has_no_place(void **state)
{
    (void)state;
    static const made_variable list[] = { { "filters", 32, 128, true, false, 0 }, { "y", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 100, 7);
    m->domains[0].step = 32;
    m->domains[0].type = VV_VALUE_INT;
    for (size_t t = 0; t < m->frame.n; t++) m->values[0][t] = 32 * (double)(1 + t % 4), m->scores[t] = (double)(t % 4);
    vvi_surface s = read_surface(m, 0, 1);
    assert_int_equal(s.n_x, 4);
    for (size_t i = 0; i < s.n_x; i++) assert_int_equal((int)s.xs[i], 32 * ((int)i + 1));
    vvi_surface_deinit(&s);
    free_frame(m);
}

static void where_there_is_nothing_there_is_no_number(void **state)
{
    (void)state;
    static const made_variable list[] = { { "layers", 1, 2, true, false, 0 }, { "units_1", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 400, 4);
    only_where(m, 1, 0, 2);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = isnan(m->values[1][t]) ? 100 : m->values[1][t];
    vvi_surface s = read_surface(m, 0, 1);
    for (size_t v = 0; v < s.n_y; v++) {
        assert_true(isnan(at(&s, 0, v)));
        if (v > 1 && v < 38) CHECK_NEAR(at(&s, 1, v), s.ys[v], 0.1);
    }
    vvi_surface_deinit(&s);
    free_frame(m);
}

static void hyperparameters_that_never_meet_have_no_surface(void **state)
{
    (void)state;
    static const made_variable list[] = { { "optimizer", 0, 0, false, false, 2 },
                                          { "momentum", 0, 1, false, false, 0 },
                                          { "beta", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 100, 5);
    only_where(m, 1, 0, 0);
    only_where(m, 2, 0, 1);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = (double)t;
    vvi_surface s = read_surface(m, 1, 2);
    CHECK_CONTAINS(s.why, "both of them");
    vvi_surface_deinit(&s);
    free_frame(m);
}

static void one_trial_is_no_surface(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 }, { "y", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 1, 6);
    vvi_surface s = read_surface(m, 0, 1);
    CHECK_CONTAINS(s.why, "1 completed trial has");
    vvi_surface_deinit(&s);
    assert_int_equal(vvi_surface_read(&m->frame, 0, 1, 1, 1, &s, NULL), VV_BAD_ARG);
    vvi_surface_deinit(&s);
    assert_int_equal(vvi_surface_read(&m->frame, 0, 0, 2, 1, &s, NULL), VV_BAD_ARG);
    vvi_surface_deinit(&s);
    free_frame(m);
}

static void no_memory_is_said_and_nothing_is_lost(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 }, { "y", 0, 1, false, false, 3 } };
    made_frame *m = make_frame(list, N(list), 50, 7);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[0][t];
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status == VV_NO_MEMORY; n++) {
        vvi_surface s;
        vvi_fail_allocation(n);
        status = vvi_surface_read(&m->frame, 0, 0, 1, 1, &s, NULL);
        vvi_fail_allocation(0);
        vvi_surface_deinit(&s);
    }
    assert_int_equal(status, VV_OK);
    free_frame(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_others_are_averaged_over),
        cmocka_unit_test(what_two_do_together_is_seen),
        cmocka_unit_test(places_are_on_the_scale_of_the_domain),
        cmocka_unit_test(what_lies_between_two_steps_has_no_place),
        cmocka_unit_test(where_there_is_nothing_there_is_no_number),
        cmocka_unit_test(hyperparameters_that_never_meet_have_no_surface),
        cmocka_unit_test(one_trial_is_no_surface),
        cmocka_unit_test(no_memory_is_said_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
