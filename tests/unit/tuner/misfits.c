/* misfits.c - a hypermodel that has changed since its study began: what differs is said; once accepted, the search goes on,
 * results that the new space would give again hold, and what nobody can go on with ends. */
#include "search_helper.h"

#include "base/base.h"

/* What the user changed between two searches. */
typedef struct changes {
    int max, inner_max; /* inner_max: of a hyperparameter that half of all trials have; 0: none do */
    bool more, other_layer, other_name;
} changes;

static vv_model *build_changing(vv_hp *hp, void *user)
{
    const changes *c = user;
    const int n = vv_int(hp, c->other_name ? "m" : "n", .min = 1, .max = c->max);
    if (c->more) vv_bool(hp, "more");
    if (c->inner_max > 0 && vv_bool(hp, "deep")) vv_int(hp, "inner", .min = 1, .max = c->inner_max);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(n, .activation = c->other_layer ? VV_TANH : VV_RELU));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY);
    return m;
}

static vv_status fit_as_is(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    return vv_fit_with(model, args);
}

/* ---- what is said --------------------------------------------------------------------------------------------------- */

static void what_differs_is_said_and_what_can_be_done(void **state)
{
    const toy *t = *state;
    changes c = { .max = 40 };
    const vv_hypermodel hypermodel = { .build = build_changing, .user = &c };
    vv_search_args args = toy_args(t, &hypermodel);
    args.max_trials = 2;
    must_search(&args);
    c = (changes){ .max = 50 };
    must_refuse(&args, VV_MISMATCH,
                "the build function has changed since trial 0: n was int 1..40, now it is int 1..50; accept the new "
                "space, overwrite it or choose another project");
    c = (changes){ .max = 1 }; /* values are lost */
    must_refuse(&args, VV_MISMATCH, "n was int 1..40, now it is ");
    c = (changes){ .max = 40, .more = true };
    must_refuse(&args, VV_MISMATCH, "more was not asked for before");
    c = (changes){ .max = 40, .other_name = true };
    must_refuse(&args, VV_MISMATCH, "n is not asked for any more");
    c = (changes){ .max = 40, .other_layer = true };
    must_refuse(&args, VV_MISMATCH, "another model");
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 2);
    vv_trials_free(&trials);
    c = (changes){ .max = 40 };
    args.max_trials = 3;
    must_search(&args);
}

static void take_note(void *context, const vv_event *event)
{
    char *note = context;
    if (event->kind == VV_EVENT_NOTE && note[0] == '\0') snprintf(note, 200, "%s", event->note);
}

static void a_space_that_was_accepted_need_not_be_accepted_again(void **state)
{
    const toy *t = *state;
    char note[200] = "";
    changes c = { .max = 6 };
    const vv_hypermodel hypermodel = { .build = build_changing, .user = &c };
    vv_search_args args = toy_args(t, &hypermodel);
    args.oracle = "random";
    args.max_trials = 3;
    must_search(&args);
    c.max = 9;
    args.max_trials = 5;
    args.accept_new_space = true;
    args.on_event = take_note;
    args.context = note;
    must_search(&args);
    assert_string_equal(note, "Trials of an earlier space: 3; results that still hold: 3");
    args.accept_new_space = false;
    args.max_trials = 6;
    must_search(&args);
    c.max = 12; /* yet another */
    must_refuse(&args, VV_MISMATCH, "since trial 3: n was int 1..9, now it is int 1..12");
}

/* ---- which results hold --------------------------------------------------------------------------------------------- */

/* Tries all of a space, then goes on with another: how many trials there are in all. */
static size_t search_both(const toy *t, changes before, changes after, vv_fit_function fit)
{
    static const char *const oracles[] = { "random", "grid", "tpe", "evolution" };
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        changes c = before;
        const vv_hypermodel hypermodel = { .build = build_changing, .fit = fit, .user = &c };
        vv_search_args args = toy_args(t, &hypermodel);
        args.oracle = oracles[i];
        args.max_trials = 40;
        args.overwrite = true;
        assert_int_equal(must_search(&args).reason, VV_STOP_EXHAUSTED);
        vv_trials old = read_trials(t->place.project);
        c = after;
        args.overwrite = false;
        args.accept_new_space = true;
        const vv_search_result result = must_search(&args);
        assert_int_equal(result.reason, VV_STOP_EXHAUSTED);
        vv_trials all = read_trials(t->place.project);
        for (size_t k = 0; k < old.n; k++) check_same_trial(&old.list[k], &all.list[k]);
        for (size_t k = 0; k < all.n; k++) assert_true(all.list[k].score >= result.best_score);
        if (i > 0) assert_int_equal(all.n, n);
        n = all.n;
        vv_trials_free(&old);
        vv_trials_free(&all);
    }
    return n;
}

static void a_wider_range_adds_what_is_new_in_it(void **state)
{
    assert_int_equal(search_both(*state, (changes){ .max = 4 }, (changes){ .max = 6 }, NULL), 6);
    assert_int_equal(search_both(*state, (changes){ .max = 4 }, (changes){ .max = 6 }, fit_as_is), 6);
}

static void a_narrower_range_adds_nothing(void **state)
{
    assert_int_equal(search_both(*state, (changes){ .max = 6 }, (changes){ .max = 3 }, NULL), 6);
}

static void with_another_layer_all_values_are_new(void **state)
{
    const changes other = { .max = 4, .other_layer = true };
    assert_int_equal(search_both(*state, (changes){ .max = 4 }, other, NULL), 8);
}

/* The networks are the same with it and without. That says all there is to say, unless somebody's own fit asked for it. */
static void a_hyperparameter_less_is_the_same_where_the_network_is(void **state)
{
    const changes more = { .max = 3, .more = true };
    assert_int_equal(search_both(*state, more, (changes){ .max = 3 }, NULL), 6);
    assert_int_equal(search_both(*state, more, (changes){ .max = 3 }, fit_as_is), 9);
}

static void a_hyperparameter_more_is_the_same_at_its_default(void **state)
{
    const changes more = { .max = 3, .more = true };
    assert_int_equal(search_both(*state, (changes){ .max = 3 }, more, NULL), 6);
    assert_int_equal(search_both(*state, (changes){ .max = 3 }, more, fit_as_is), 9);
}

static void a_space_of_other_names_begins_anew(void **state)
{
    const changes other = { .max = 4, .other_name = true };
    assert_int_equal(search_both(*state, (changes){ .max = 5 }, other, fit_as_is), 9);
}

/* ---- what has not ended --------------------------------------------------------------------------------------------- */

typedef struct stopper {
    volatile int stop;
    int n; /* trials that end before */
} stopper;

static void stop_at(void *context, const vv_event *event)
{
    stopper *s = context;
    if (event->kind == VV_EVENT_TRIAL_END && --s->n == 0) s->stop = 1;
}

static void check_ended(const vv_trial *trial)
{
    assert_int_equal(trial->status, VV_TRIAL_FAILED);
    assert_string_equal(trial->reason, "the hypermodel has changed: n was int 1..40, now it is int 1..60");
}

/* Nine that are paused: one is woken, and one was interrupted after that. They are no row of failures of the new space. */
static void what_nobody_can_go_on_with_ends(void **state)
{
    const toy *t = *state;
    static const char *const oracles[] = { "hyperband", "bohb" };
    for (size_t i = 0; i < 2; i++) {
        changes c = { .max = 40 };
        stopper s = { .n = 9 };
        const vv_hypermodel hypermodel = { .build = build_changing, .user = &c, .epochs = 9 };
        vv_search_args args = toy_args(t, &hypermodel);
        args.max_trials = 17;
        args.oracle = oracles[i];
        args.overwrite = true;
        args.on_event = stop_at;
        args.context = &s;
        args.stop = &s.stop;
        assert_int_equal(must_search(&args).reason, VV_STOP_INTERRUPTED);
        int id = -1;
        vv_study *study = open_study(t->place.project, VV_STUDY_WRITE);
        must(vv_trial_wake(study, 2, 3, NULL), NULL);
        must(vv_trial_claim(study, &id, NULL), NULL);
        assert_int_equal(id, 2);
        must(vv_trial_end(study, 2, &(vv_trial_result){ .status = VV_TRIAL_INTERRUPTED }, NULL), NULL);
        must(vv_trial_wake(study, 5, 3, NULL), NULL);
        vv_study_close(study);

        c.max = 60;
        s.stop = 0;
        args.overwrite = false;
        must_refuse(&args, VV_MISMATCH, "n was int 1..40");
        args.accept_new_space = true;
        const vv_stop_reason reason = must_search(&args).reason;
        assert_true(reason == VV_STOP_MAX_TRIALS || reason == VV_STOP_PLAN);
        vv_trials trials = read_trials(t->place.project);
        assert_int_equal(trials.n, 17);
        for (size_t k = 0; k < 9; k++) check_ended(&trials.list[k]);
        for (size_t k = 9; k < 17; k++) assert_int_not_equal(trials.list[k].status, VV_TRIAL_FAILED);
        vv_trials_free(&trials);
    }
}

/* As a search leaves it that was stopped. */
static void leave_open(vv_study *study, const vv_hypermodel *hypermodel, bool deep)
{
    int id;
    vv_hp *hp = NULL;
    const vv_assignment value = { "deep", { VV_VALUE_BOOL, { .b = deep } } };
    const vv_replay replay = { .list = &value, .n = 1 };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    must(vv_hypermodel_build(hypermodel, &chooser, &hp, NULL, NULL), NULL);
    must(vv_trial_begin(study, hp, NULL, &id, NULL), NULL);
    must(vv_trial_end(study, id, &(vv_trial_result){ .status = VV_TRIAL_INTERRUPTED }, NULL), NULL);
    vv_hp_free(hp);
}

static void what_the_change_does_not_touch_goes_on(void **state)
{
    const toy *t = *state;
    changes c = { .max = 40, .inner_max = 4 };
    const vv_hypermodel hypermodel = { .build = build_changing, .user = &c };
    vv_study *study = open_study(t->place.project, VV_STUDY_WRITE);
    for (int i = 0; i < 5; i++) leave_open(study, &hypermodel, i % 2 == 1);
    vv_study_close(study);
    c.inner_max = 5;
    vv_search_args args = toy_args(t, &hypermodel);
    must_refuse(&args, VV_MISMATCH, "since trial 1: inner was int 1..4, now it is int 1..5");
    args.accept_new_space = true;
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(trials.list[i].status, i % 2 == 1 ? VV_TRIAL_FAILED : VV_TRIAL_COMPLETED);
        if (i % 2 == 1) CHECK_CONTAINS(trials.list[i].reason, "the hypermodel has changed: inner was int 1..4");
    }
    vv_trials_free(&trials);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(what_differs_is_said_and_what_can_be_done),
        WITH_TOY(a_space_that_was_accepted_need_not_be_accepted_again),
        WITH_TOY(a_wider_range_adds_what_is_new_in_it),
        WITH_TOY(a_narrower_range_adds_nothing),
        WITH_TOY(with_another_layer_all_values_are_new),
        WITH_TOY(a_hyperparameter_less_is_the_same_where_the_network_is),
        WITH_TOY(a_hyperparameter_more_is_the_same_at_its_default),
        WITH_TOY(a_space_of_other_names_begins_anew),
        WITH_TOY(what_nobody_can_go_on_with_ends),
        WITH_TOY(what_the_change_does_not_touch_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
