/* Explaining in a child process: what the caller sees of builds that go wrong, and what does not reach it. */
#include "search_helper.h"

#include <stdlib.h>
#include <unistd.h>
#include <varve/explain.h>

/* What a build does at a value of its own. */
typedef struct trap {
    int crash_at, exit_at, quit_at, fork_at, sleeper_at, loop_at, hoard_at;
    int *seen;
} trap;

static vv_model *build_trap(vv_hp *hp, void *user)
{
    const trap *t = user;
    const int n = vv_int(hp, "n", .min = 1, .max = 9);
    const char *kind = vv_choice(hp, "kind", VV_STRINGS("a", "b"));
    volatile int spin = 0;
    if (t->seen != NULL) ++*t->seen;
    if (n == t->crash_at) abort();
    if (n == t->exit_at) exit(0);
    if (n == t->quit_at) _exit(0);
    if (n == t->fork_at) fork();
    if (n == t->sleeper_at && fork() == 0) sleep(600);
    while (n == t->loop_at && kind[0] == 'b') spin++;
    while (n == t->hoard_at) {
        char *more = malloc(1 << 24);
        if (more == NULL) abort();
        memset(more, 1, 1 << 24);
    }
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(n));
    vv_compile(m, .loss = VV_MSE);
    return m;
}

static void check_trap(const trap *t, vv_status expected, const char *text, const char *values)
{
    trap copy = *t;
    const vv_hypermodel hypermodel = { .build = build_trap, .user = &copy };
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    const vv_status status = vv_explain(&e, &error, &hypermodel);
    if (status != expected) fail_msg("%s: %s", vv_status_name(status), error.text);
    CHECK_CONTAINS(error.text, text);
    CHECK_CONTAINS(error.text, values);
    assert_null(e);
}

static void a_build_that_crashes_is_told_by_its_values(void **state)
{
    (void)state;
    check_trap(&(trap){ .crash_at = 3 }, VV_CRASHED, "the build function crashed (signal 6, Aborted) with", "n=3");
    check_trap(&(trap){ .exit_at = 9 }, VV_CRASHED, "the build function crashed (exit was called) with", "n=9");
}

static void a_build_that_ends_its_process_is_told_by_its_values(void **state)
{
    (void)state;
    check_trap(&(trap){ .quit_at = 9 }, VV_CRASHED, "the build function ended its process with", "n=9");
}

/* Or every build after it would be made twice, and those four times. */
static void a_build_that_returns_twice_is_told_by_its_values(void **state)
{
    (void)state;
    check_trap(&(trap){ .fork_at = 5 }, VV_CRASHED, "the build function returned in two processes (fork) with", "n=5");
}

static void processes_that_a_build_leaves_behind_are_not_waited_for(void **state)
{
    (void)state;
    trap t = { .sleeper_at = 5 };
    const vv_hypermodel hypermodel = { .build = build_trap, .user = &t };
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    alarm(120);
    if (vv_explain(&e, &error, &hypermodel) != VV_OK) fail_msg("%s", error.text);
    alarm(0);
    assert_string_equal(e->total.digits, "18");
    vv_explanation_free(e);
}

static void a_build_that_does_not_end_is_ended(void **state)
{
    (void)state;
    check_trap(&(trap){ .loop_at = 7 }, VV_CRASHED, "the build function did not end within 5 s with", "n=7, kind=b");
}

static void a_build_that_takes_all_memory_is_ended(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* sanitizers live outside of what can be limited */
#else
    check_trap(&(trap){ .hoard_at = 2 }, VV_CRASHED, "took all of the 1024 MB that it may", "n=2");
#endif
}

static void what_a_build_writes_stays_in_its_process(void **state)
{
    (void)state;
    int seen = 0;
    trap t = { .seen = &seen };
    const vv_hypermodel hypermodel = { .build = build_trap, .user = &t };
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    must(vv_explain(&e, &error, &hypermodel), &error);
    assert_int_equal(seen, 0);
    assert_true(e->builds > 18);
    vv_explanation_free(e);
}

static void an_explanation_outlives_its_process_and_any_other(void **state)
{
    (void)state;
    vv_explanation *first = NULL, *second = NULL;
    vv_error error = { 0 };
    must(vv_explain(&first, &error, &toy_hypermodel), &error);
    must(vv_explain(&second, &error, &toy_hypermodel), &error);
    assert_string_equal(first->layers.formula, "layers + 1");
    vv_explanation_free(first);
    assert_string_equal(second->layers.formula, "layers + 1");
    assert_int_equal(second->n_hyperparameters, 5);
    assert_int_equal(second->families[0].n, 2);
    vv_explanation_free(second);
    vv_explanation_free(NULL);
}

/* ---- inputs ----------------------------------------------------------------------------------------------------- */

static vv_model *build_image(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(28, 28, 1));
    const int n = vv_int(hp, "n", .min = 1, .max = 5);
    for (int i = 0; i < n; i++) {
        vv_add(m, vv_conv2d(2));
        vv_add(m, vv_max_pooling2d(2));
    }
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(2));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY);
    return m;
}

static void every_input_gets_the_shape_that_is_wanted(void **state)
{
    (void)state;
    static const struct {
        int size;
        const char *dead;
    } cases[] = { { 0, "4, 5" }, { 64, "5" }, { 8, "2, 3, 4, 5" }, { 256, "" } };
    const vv_hypermodel hypermodel = { .build = build_image };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vv_explanation *e = NULL;
        vv_error error = { 0 };
        vv_explain_args args = { .hypermodel = &hypermodel };
        if (cases[i].size > 0) args.input = (vv_shape){ 3, { cases[i].size, cases[i].size, 1 } };
        must(vv_explain_with(&args, &e, &error), &error);
        assert_int_equal(e->input.dim[0], cases[i].size > 0 ? cases[i].size : 28);
        assert_string_equal(e->hyperparameters[0].dead_text, cases[i].dead);
        vv_explanation_free(e);
    }
}

static void refuse(const vv_explain_args *args, vv_status expected, const char *text)
{
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    assert_int_equal(vv_explain_with(args, &e, &error), expected);
    CHECK_CONTAINS(error.text, text);
    assert_null(e);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const vv_hypermodel none = { .build = NULL }, image = { .build = build_image };
    refuse(&(vv_explain_args){ .hypermodel = NULL }, VV_BAD_ARG, "build is NULL");
    refuse(&(vv_explain_args){ .hypermodel = &none }, VV_BAD_ARG, "build is NULL");
    refuse(&(vv_explain_args){ .hypermodel = &image, .input = { 3, { 28, 0, 1 } } }, VV_BAD_ARG,
           "size 1 of the input is 0");
    refuse(&(vv_explain_args){ .hypermodel = &image, .input = { VV_MAX_RANK + 1, { 1 } } }, VV_BAD_ARG, "rank");
    refuse(&(vv_explain_args){ .hypermodel = &image, .budget.precision = (vv_precision)7 }, VV_BAD_ARG, "precision");
    refuse(&(vv_explain_args){ .hypermodel = &image, .input = { 3, { 2, 2, 1 } } }, VV_BAD_ARG,
           "none of 5 configurations can be built: conv2d: a 3x3 kernel does not fit its 2x2 input");
    const volatile int stop = 1;
    refuse(&(vv_explain_args){ .hypermodel = &image, .stop = &stop }, VV_INTERRUPTED, "stopped");
}

/* ---- fit functions ---------------------------------------------------------------------------------------------- */

static vv_status fit_asking(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)user;
    vv_fit_args mine = *args;
    mine.batch_size = vv_choice_int(hp, "batch_size", VV_INTS(8, 16));
    if (vv_bool(hp, "twice") && vv_fit_with(model, &mine) != VV_OK) return vv_model_status(model);
    return vv_fit_with(model, &mine);
}

static const vv_explained *row_of(const vv_explanation *e, const char *name)
{
    for (size_t i = 0; i < e->n_hyperparameters; i++)
        if (strcmp(e->hyperparameters[i].name, name) == 0) return &e->hyperparameters[i];
    fail_msg("there is no %s", name);
    return NULL;
}

/* A fit function may do anything with a value: nobody can say that it is not used. */
static void what_a_fit_function_asks_for_is_of_training(void **state)
{
    (void)state;
    const vv_hypermodel hypermodel = { .build = build_image, .fit = fit_asking };
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    must(vv_explain(&e, &error, &hypermodel), &error);
    const vv_explained *batch = row_of(e, "batch_size"), *twice = row_of(e, "twice");
    assert_int_equal(batch->role, VV_ROLE_TRAINING);
    assert_int_equal(batch->n_sets, 1);
    assert_string_equal(batch->sets[0].layer, "fit");
    assert_string_equal(batch->sets[0].field, "batch_size");
    assert_int_equal(twice->role, VV_ROLE_TRAINING);
    assert_int_equal(e->notes.n, 0);
    vv_explanation_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_build_that_crashes_is_told_by_its_values),
        cmocka_unit_test(a_build_that_ends_its_process_is_told_by_its_values),
        cmocka_unit_test(a_build_that_returns_twice_is_told_by_its_values),
        cmocka_unit_test(processes_that_a_build_leaves_behind_are_not_waited_for),
        cmocka_unit_test(a_build_that_does_not_end_is_ended),
        cmocka_unit_test(a_build_that_takes_all_memory_is_ended),
        cmocka_unit_test(what_a_build_writes_stays_in_its_process),
        cmocka_unit_test(an_explanation_outlives_its_process_and_any_other),
        cmocka_unit_test(every_input_gets_the_shape_that_is_wanted),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(what_a_fit_function_asks_for_is_of_training),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
