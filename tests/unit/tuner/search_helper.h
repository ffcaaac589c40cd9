/* search_helper.h - a toy problem that trains in milliseconds, a hypermodel for it, and reading what a search left. */
#ifndef VARVE_TESTS_SEARCH_HELPER_H
#define VARVE_TESTS_SEARCH_HELPER_H

#include "unit/study/study_helper.h"

#include <varve/tuner.h>

/* Two classes in the plane, apart but for a few. Deterministic: a linear congruential sequence. */
static inline vv_data *toy_data(size_t n, unsigned seed)
{
    float *x = calloc(2 * n, sizeof *x), *y = calloc(n, sizeof *y);
    unsigned bits = seed;
    for (size_t i = 0; i < n; i++) {
        y[i] = (float)(i % 2);
        for (size_t k = 0; k < 2; k++) {
            bits = bits * 1664525u + 1013904223u;
            x[2 * i + k] = (float)(bits >> 8) / (float)(1 << 24) * 2.0f - 1.0f + (i % 2 == 1 ? 0.6f : -0.6f);
        }
    }
    vv_data *data = NULL;
    vv_error error = { 0 };
    must(vv_data_new(n, (vv_shape){ 1, { 2 } }, x, (vv_shape){ 1, { 1 } }, y, NULL, &data, &error), &error);
    free(x);
    free(y);
    return data;
}

typedef struct toy {
    place place;
    vv_data *training, *validation;
    char other[96]; /* a second project */
} toy;

static inline int toy_begin(void **state)
{
    void *p = NULL;
    toy *t = calloc(1, sizeof *t);
    if (t == NULL || place_begin(&p) != 0) return -1;
    t->place = *(place *)p;
    free(p);
    snprintf(t->other, sizeof t->other, "%s/other", t->place.root);
    t->training = toy_data(96, 1);
    t->validation = toy_data(48, 2);
    *state = t;
    return 0;
}

static inline int toy_end(void **state)
{
    toy *t = *state;
    place *p = malloc(sizeof *p);
    *p = t->place;
    vv_data_free(t->training);
    vv_data_free(t->validation);
    free(t);
    void *end = p;
    return place_end(&end);
}

#define WITH_TOY(test) cmocka_unit_test_setup_teardown(test, toy_begin, toy_end)

/* One or two hidden layers, their widths, the optimizer and its rate. */
static inline vv_model *build_toy(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    const int layers = vv_int(hp, "layers", .min = 1, .max = 2);
    for (int i = 0; i < layers; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 2, .max = 8, .step = 2);
        vv_add(m, vv_dense(units, .activation = VV_RELU));
    }
    const char *optimizer = vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam"));
    const double rate = vv_float(hp, "learning_rate", .min = 1e-3, .max = 0.3, .sampling = VV_SAMPLE_LOG);
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY),
               .optimizer = optimizer[0] == 's' ? vv_sgd(.learning_rate = rate) : vv_adam(.learning_rate = rate));
    return m;
}

static const vv_hypermodel toy_hypermodel = { .build = build_toy, .epochs = 3, .batch_size = 16 };

static inline vv_search_args toy_args(const toy *t, const vv_hypermodel *hypermodel)
{
    return (vv_search_args){ .hypermodel = hypermodel,
                             .training = t->training,
                             .validation = t->validation,
                             .max_trials = 5,
                             .seed = 7,
                             .project = t->place.project };
}

static inline vv_search_result must_search(const vv_search_args *args)
{
    vv_error error = { 0 };
    vv_search_result result;
    must(vv_search_with(args, &result, &error), &error);
    return result;
}

static inline void must_refuse(const vv_search_args *args, vv_status expected, const char *part)
{
    vv_error error = { 0 };
    vv_search_result result;
    const vv_status status = vv_search_with(args, &result, &error);
    if (status != expected) fail_msg("%s: %s", vv_status_name(status), error.text);
    CHECK_CONTAINS(error.text, part);
}

/* Owned: vv_trials_free. */
static inline vv_trials read_trials(const char *project)
{
    vv_error error = { 0 };
    vv_trials trials;
    vv_study *study = open_study(project, VV_STUDY_READ);
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error), &error);
    vv_study_close(study);
    return trials;
}

static inline void check_same_values(const vv_trial *a, const vv_trial *b)
{
    assert_int_equal(a->n_values, b->n_values);
    for (size_t i = 0; i < a->n_values; i++) {
        assert_string_equal(a->values[i].name, b->values[i].name);
        assert_true(vv_value_equal(a->values[i].value, b->values[i].value));
        assert_true(vv_domain_equal(&a->values[i].domain, &b->values[i].domain));
    }
}

/* Everything but seconds. */
static inline void check_same_trial(const vv_trial *a, const vv_trial *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->status, b->status);
    check_same_values(a, b);
    if (a->status == VV_TRIAL_COMPLETED) CHECK_EQUAL_EXACTLY(a->score, b->score);
    assert_int_equal(a->n_curves, b->n_curves);
    for (size_t i = 0; i < a->n_curves; i++) {
        assert_int_equal(a->curves[i].n, b->curves[i].n);
        for (size_t e = 0; e < a->curves[i].n; e++) CHECK_EQUAL_EXACTLY(a->curves[i].values[e], b->curves[i].values[e]);
    }
    assert_string_equal(a->model_json, b->model_json);
}

static inline void check_same_study(const char *a, const char *b)
{
    vv_trials first = read_trials(a), second = read_trials(b);
    assert_int_equal(first.n, second.n);
    for (size_t i = 0; i < first.n; i++) check_same_trial(&first.list[i], &second.list[i]);
    vv_trials_free(&first);
    vv_trials_free(&second);
}

#endif
