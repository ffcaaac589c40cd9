/* same_study.h - are two studies the same, in everything that can be read of them? */
#ifndef VARVE_TESTS_SAME_STUDY_H
#define VARVE_TESTS_SAME_STUDY_H

#include "study_helper.h"

#include "base/base.h"
#include "study/handle.h"

static inline void check_same_text(const char *a, const char *b)
{
    if ((a == NULL) != (b == NULL)) fail_msg("\"%s\" is not \"%s\"", a == NULL ? "NULL" : a, b == NULL ? "NULL" : b);
    if (a != NULL) assert_string_equal(a, b);
}

static inline void check_same_values(const vv_trial *a, const vv_trial *b)
{
    assert_int_equal(a->n_values, b->n_values);
    for (size_t i = 0; i < a->n_values; i++) {
        assert_string_equal(a->values[i].name, b->values[i].name);
        assert_true(vv_domain_equal(&a->values[i].domain, &b->values[i].domain));
        assert_true(vv_value_equal(a->values[i].domain.default_value, b->values[i].domain.default_value));
        assert_true(vv_value_equal(a->values[i].value, b->values[i].value));
    }
}

static inline void check_same_results(const vv_trial *a, const vv_trial *b)
{
    assert_int_equal(a->n_scores, b->n_scores);
    for (size_t i = 0; i < a->n_scores; i++) CHECK_EQUAL_EXACTLY(a->scores[i], b->scores[i]);
    assert_int_equal(a->n_executions, b->n_executions);
    for (size_t i = 0; i < a->n_executions; i++) {
        assert_int_equal(a->executions[i].best_epoch, b->executions[i].best_epoch);
        CHECK_EQUAL_EXACTLY(a->executions[i].score, b->executions[i].score);
        CHECK_EQUAL_EXACTLY(a->executions[i].seconds, b->executions[i].seconds);
    }
    assert_int_equal(a->n_attempts, b->n_attempts);
    for (size_t i = 0; i < a->n_attempts; i++) {
        check_same_text(a->attempts[i].reason, b->attempts[i].reason);
        CHECK_EQUAL_EXACTLY(a->attempts[i].seconds, b->attempts[i].seconds);
    }
}

static inline void check_same_curves(const vv_trial *a, const vv_trial *b)
{
    assert_int_equal(a->n_curves, b->n_curves);
    for (size_t i = 0; i < a->n_curves; i++) {
        assert_string_equal(a->curves[i].metric, b->curves[i].metric);
        assert_int_equal(a->curves[i].execution, b->curves[i].execution);
        assert_int_equal(a->curves[i].n, b->curves[i].n);
        for (size_t k = 0; k < a->curves[i].n; k++) {
            const double x = a->curves[i].values[k], y = b->curves[i].values[k];
            if (!isnan(x) || !isnan(y)) CHECK_EQUAL_EXACTLY(x, y);
        }
    }
}

/* Databases keep microseconds. */
static inline void check_same_time(double a, double b, bool to_the_bit)
{
    if (to_the_bit)
        CHECK_EQUAL_EXACTLY(a, b);
    else
        CHECK_NEAR(a, b, 1e-6);
}

static inline void check_same_trials(const vv_trial *a, const vv_trial *b, bool to_the_bit)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->status, b->status);
    check_same_text(a->reason, b->reason);
    check_same_text(a->worker, b->worker);
    check_same_text(a->model_json, b->model_json);
    assert_int_equal(a->epochs, b->epochs);
    assert_int_equal(a->epochs_total, b->epochs_total);
    assert_int_equal(a->goal, b->goal);
    CHECK_EQUAL_EXACTLY(a->seconds, b->seconds);
    check_same_time(a->began, b->began, to_the_bit);
    check_same_time(a->ended, b->ended, to_the_bit);
    assert_true(isnan(a->violation) ? isnan(b->violation) : a->violation <= b->violation);
    assert_true(isnan(a->violation) || a->violation >= b->violation);
    check_same_values(a, b);
    check_same_results(a, b);
    check_same_curves(a, b);
}

static inline void check_same_facts(const vv_study *a, const vv_study *b)
{
    vvi_arena arena = { 0 };
    vvi_study_facts x, y;
    vv_error error = { 0 };
    must(a->store->facts(a->state, &arena, &x, &error), &error);
    must(b->store->facts(b->state, &arena, &y, &error), &error);
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++) {
        assert_string_equal(x.list[i].key, y.list[i].key);
        assert_string_equal(x.list[i].text, y.list[i].text);
    }
    vvi_arena_deinit(&arena);
}

static inline void check_same_refusals(const vv_study *a, const vv_study *b)
{
    vvi_arena arena = { 0 };
    const vv_refusal *x, *y;
    size_t n = 0, m = 0;
    vv_error error = { 0 };
    must(a->store->all_refusals(a->state, &arena, &x, &n, &error), &error);
    must(b->store->all_refusals(b->state, &arena, &y, &m, &error), &error);
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(x[i].reason, y[i].reason);
        assert_string_equal(x[i].values, y[i].values);
        assert_int_equal(x[i].n, y[i].n);
    }
    vvi_arena_deinit(&arena);
}

static inline void check_same_counts(const vv_study *a, const vv_study *b)
{
    vvi_stand x, y;
    const vvi_standing_query query = { .most_failures = 9, .epochs = true };
    vv_error error = { 0 };
    must(vvi_study_standing(a, &query, &x, &error), &error);
    must(vvi_study_standing(b, &query, &y, &error), &error);
    assert_int_equal(x.trials, y.trials);
    assert_int_equal(x.open, y.open);
    assert_int_equal(x.paused, y.paused);
    assert_int_equal(x.failures, y.failures);
    assert_int_equal(x.epochs, y.epochs);
}

static inline void check_same_studies(const char *where, const char *other)
{
    vv_error error = { 0 };
    vv_trials x, y;
    vv_study *a = open_study(where, VV_STUDY_READ), *b = open_study(other, VV_STUDY_READ);
    must(vv_study_trials(a, &(vv_trials_args){ .curves = true }, &x, &error), &error);
    must(vv_study_trials(b, &(vv_trials_args){ .curves = true }, &y, &error), &error);
    assert_int_equal(x.n, y.n);
    const bool to_the_bit = a->store == b->store;
    for (size_t i = 0; i < x.n; i++) check_same_trials(&x.list[i], &y.list[i], to_the_bit);
    vv_trials_free(&x);
    vv_trials_free(&y);
    check_same_facts(a, b);
    check_same_refusals(a, b);
    check_same_counts(a, b);
    vv_study_close(a);
    vv_study_close(b);
}

#endif
