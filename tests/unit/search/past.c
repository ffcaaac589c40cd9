/* The past: what is put in comes out, names and domains are kept once, losses have one direction, and little memory is
 * taken. */
#include "check.h"

#include "search/search.h"

#include <string.h>

static vv_domain floats(double min, double max, double step, vv_sampling sampling)
{
    return (vv_domain){
        .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = min, .max = max, .step = step, .sampling = sampling
    };
}

static vv_active float_of(const char *name, double value)
{
    return (vv_active){ name, floats(0, 1, 0, VV_SAMPLE_LINEAR), { VV_VALUE_FLOAT, { .f = value } } };
}

static const vv_value words[] = { { VV_VALUE_STRING, { .s = "sgd" } }, { VV_VALUE_STRING, { .s = "adam" } } };

static vv_active word_of(const char *name, size_t index)
{
    return (vv_active){ name,
                        { .kind = VV_DOMAIN_CHOICE,
                          .type = VV_VALUE_STRING,
                          .values = words,
                          .n_values = 2,
                          .default_value = words[0] },
                        words[index] };
}

static void put(vv_past *past, int id, const vv_active *values, size_t n, vv_trial_status status, const double *scores)
{
    const vv_past_trial trial = { .id = id, .status = status, .scores = scores, .values = values, .n_values = n };
    CHECK_OK(vv_past_put(past, &trial, NULL));
}

static void what_is_put_in_comes_out(void **state)
{
    (void)state;
    const vv_value integer = { VV_VALUE_INT, { .i = -7 } }, truth = { VV_VALUE_BOOL, { .b = true } };
    const vv_domain ints = { .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = -10, .max = 20, .step = 1 };
    const vv_domain bools = { .kind = VV_DOMAIN_BOOL, .type = VV_VALUE_BOOL };
    const vv_domain grid = floats(0.1, 0.5, 0.1, VV_SAMPLE_LINEAR), logs = floats(1e-6, 1, 10, VV_SAMPLE_LOG);
    const vv_domain fixed = { .kind = VV_DOMAIN_FIXED, .type = VV_VALUE_STRING, .values = words, .n_values = 1 };
    const vv_active values[] = { { "i", ints, integer },
                                 { "b", bools, truth },
                                 float_of("f", 0.123),
                                 word_of("w", 1),
                                 { "g", grid, vv_domain_at(&grid, 2) },
                                 { "l", logs, vv_domain_at(&logs, 3) },
                                 { "x", fixed, words[0] } };
    vv_past *past = vv_past_new(1, NULL);
    put(past, 0, values, 7, VV_TRIAL_RUNNING, NULL);
    for (size_t i = 0; i < 7; i++) {
        const vv_active got = vv_past_value(past, 0, i);
        assert_string_equal(got.name, values[i].name);
        assert_true(vv_value_equal(got.value, values[i].value));
        assert_true(vv_domain_equal(&got.domain, &values[i].domain));
    }
    assert_true(vv_past_value(past, 0, 3).value.s != words[1].s); /* copied */
    vv_past_free(past);
}

static void news_change_a_trial_but_not_its_values(void **state)
{
    (void)state;
    const bool maximize[] = { true, false };
    const double scores[] = { 0.75, 12 };
    const vv_active first = float_of("x", 0.25), other = float_of("x", 0.5);
    vv_past *past = vv_past_new(2, maximize);
    put(past, 0, &first, 1, VV_TRIAL_RUNNING, NULL);
    assert_true(isnan(vv_past_loss(past, 0, 0)));
    put(past, 0, &other, 1, VV_TRIAL_COMPLETED, scores);
    CHECK_EQUAL_EXACTLY(vv_past_value(past, 0, 0).value.f, 0.25);
    assert_int_equal(vv_past_at(past, 0).status, VV_TRIAL_COMPLETED);
    CHECK_EQUAL_EXACTLY(vv_past_at(past, 0).scores[0], 0.75);
    CHECK_EQUAL_EXACTLY(vv_past_loss(past, 0, 0), -0.75); /* smaller is better */
    CHECK_EQUAL_EXACTLY(vv_past_loss(past, 0, 1), 12);
    put(past, 1, &other, 1, VV_TRIAL_FAILED, NULL);
    assert_int_equal(vv_past_count(past), 2);
    assert_int_equal(vv_past_changes(past), 3);
    const int changed[] = { 0, 0, 1 };
    for (size_t i = 0; i < 3; i++) assert_int_equal(vv_past_changed(past, i), changed[i]);
    vv_past_free(past);
}

static void names_domains_and_shapes_are_kept_once(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    for (int id = 0; id < 1000; id++) {
        const vv_active values[] = { float_of("x", id / 1000.0), word_of("w", (size_t)id % 2), float_of("y", 0) };
        put(past, id, values, id % 3 == 0 ? 3 : 2, VV_TRIAL_RUNNING, NULL);
    }
    assert_int_equal(past->n_names, 3);
    assert_int_equal(past->n_domains, 3);
    assert_int_equal(past->n_shapes, 2);
    assert_int_equal(vvi_past_shape(past, 3)->n, 3);
    assert_int_equal(vvi_past_find_name(past, "w"), 1);
    assert_int_equal(vvi_past_find_name(past, "z"), VVI_NOWHERE);
    const vv_active x = float_of("x", 0);
    const vv_domain other = floats(0, 2, 0, VV_SAMPLE_LINEAR);
    assert_int_equal(vvi_past_find_domain(past, "x", &x.domain), 0);
    assert_int_equal(vvi_past_find_domain(past, "x", &other), VVI_NOWHERE);
    vv_past_free(past);
}

static void the_nearest_value_is_found_for_any_number(void **state)
{
    (void)state;
    const vv_domain grid = floats(0, 1, 0.2, VV_SAMPLE_LINEAR), logs = floats(1, 1000, 10, VV_SAMPLE_LOG);
    const vv_domain free_range = floats(2, 3, 0, VV_SAMPLE_LINEAR);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&grid, 0.69).f, vv_domain_at(&grid, 3).f);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&grid, 0.71).f, vv_domain_at(&grid, 4).f);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&grid, -5).f, 0);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&grid, (double)INFINITY).f, vv_domain_at(&grid, 5).f);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&grid, (double)NAN).f, 0);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&logs, 54).f, 10);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&logs, 56).f, 100);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&free_range, 2.5).f, 2.5);
    CHECK_EQUAL_EXACTLY(vvi_number_value(&free_range, 1).f, 2);
    const vv_active word = word_of("w", 0);
    assert_string_equal(vvi_number_value(&word.domain, 0.6).s, "adam");
    assert_string_equal(vvi_number_value(&word.domain, -3).s, "sgd");
}

static void wrong_ids_and_values_are_refused(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    vv_error error = { 0 };
    const vv_active outside = float_of("rate", 2);
    const vv_past_trial ahead = { .id = 3 }, below = { .id = -1 }, no_status = { .id = 0 };
    const vv_past_trial wrong = { .status = VV_TRIAL_RUNNING, .values = &outside, .n_values = 1 };
    assert_int_equal(vv_past_put(past, &ahead, &error), VV_BAD_ARG);
    assert_string_equal(error.text, "trial 3: there are 0 trials, the next one is number 0");
    assert_int_equal(vv_past_put(past, &below, NULL), VV_BAD_ARG);
    assert_int_equal(vv_past_put(past, &no_status, NULL), VV_BAD_ARG);
    error = (vv_error){ 0 };
    assert_int_equal(vv_past_put(past, &wrong, &error), VV_BAD_ARG);
    assert_string_equal(error.text, "rate: the value 2.0 is not in float 0..1");
    assert_int_equal(vv_past_count(past), 0);
    assert_null(vv_past_new(0, NULL));
    assert_null(vv_past_new(VV_MAX_OBJECTIVES + 1, NULL));
    vv_past_free(past);
    vv_past_free(NULL);
}

static void a_put_that_fails_leaves_the_past_as_it_was(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    const vv_active values[] = { float_of("x", 0.5), word_of("w", 1) };
    const vv_past_trial trial = { .status = VV_TRIAL_RUNNING, .values = values, .n_values = 2 };
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        vvi_fail_allocation(n);
        status = vv_past_put(past, &trial, NULL);
        vvi_fail_allocation(-1);
        assert_int_equal(vv_past_count(past), status == VV_OK);
        assert_int_equal(vv_past_changes(past), status == VV_OK);
    }
    assert_int_equal(past->n_names, 2);
    assert_int_equal(past->n_domains, 2);
    vv_past_free(past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_in_comes_out),
        cmocka_unit_test(news_change_a_trial_but_not_its_values),
        cmocka_unit_test(names_domains_and_shapes_are_kept_once),
        cmocka_unit_test(the_nearest_value_is_found_for_any_number),
        cmocka_unit_test(wrong_ids_and_values_are_refused),
        cmocka_unit_test(a_put_that_fails_leaves_the_past_as_it_was),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
