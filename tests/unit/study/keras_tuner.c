/* keras_tuner.c - project folders that Keras Tuner made (tests/data/keras_tuner) as studies; what is wrong with damaged ones
 * is said with the file and the place in it. */
#include "study_helper.h"

#include "base/base.h"
#include "study/exchange.h"
#include "study/import/keras_tuner.h"

#define PROJECTS     VARVE_SOURCE_DIR "/tests/data/keras_tuner"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static vvi_keras_project read_project(const char *name)
{
    char path[512];
    vv_error error = { 0 };
    vvi_keras_project project = { .n = 0 };
    snprintf(path, sizeof path, "%s/%s", PROJECTS, name);
    must(vvi_keras_project_read(path, NULL, &project, &error), &error);
    return project;
}

static const vv_active *find(const vv_trial *trial, const char *name)
{
    for (size_t i = 0; i < trial->n_values; i++)
        if (strcmp(trial->values[i].name, name) == 0) return &trial->values[i];
    return NULL;
}

static const vv_active *find_must(const vv_trial *trial, const char *name)
{
    const vv_active *found = find(trial, name);
    if (found == NULL) fail_msg("trial %d has no %s", trial->id, name);
    return found;
}

/* ---- what is there ------------------------------------------------------------------------------------------------------ */

static void the_objective_is_told_from_the_scores(void **state)
{
    (void)state;
    static const struct {
        const char *project, *objective;
        bool maximize;
        size_t trials;
    } rows[] = {
        { "random", "val_loss", false, 4 },          { "bayesian", "val_accuracy", true, 5 },
        { "hyperband", "val_loss", false, 6 },       { "conditional", "quality", true, 6 },
        { "failing", "quality", false, 6 },          { "interrupted", "quality", false, 5 },
        { "number", "default_objective", false, 5 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        vvi_keras_project project = read_project(rows[i].project);
        assert_string_equal(project.objective.name, rows[i].objective);
        assert_int_equal(project.objective.maximize, rows[i].maximize);
        assert_int_equal(project.n, rows[i].trials);
        for (size_t k = 0; k < project.n; k++) assert_int_equal(project.list[k].trial.id, k);
        vvi_keras_project_deinit(&project);
    }
}

static void domains_are_those_of_keras_tuner(void **state)
{
    (void)state;
    static const struct {
        const char *name, *domain;
    } rows[] = {
        { "kind", "fixed \"small net\"" },
        { "unused", "bool" },
        { "dropout", "float 0..0.6 step 0.1" },
        { "learning_rate", "float 0.0001..0.1 log" },
        { "layers", "int 1..2" },
        { "units_0", "int 2..8 step 2" },
        { "activation", "choice {\"relu\", \"tanh\"}" },
    };
    vvi_keras_project project = read_project("random");
    for (size_t i = 0; i < project.n; i++) {
        for (size_t k = 0; k < COUNT(rows); k++) {
            char text[128];
            const vv_active *active = find_must(&project.list[i].trial, rows[k].name);
            vv_domain_format(&active->domain, text, sizeof text);
            assert_string_equal(text, rows[k].domain);
            assert_true(vv_domain_contains(&active->domain, active->value));
            must(vv_domain_check(&active->domain, active->name, NULL), NULL);
        }
    }
    vvi_keras_project_deinit(&project);
}

/* Keras Tuner sums up 0.1 + 0.1 + 0.1; the grid has 0.3. */
static void values_are_their_grids_own(void **state)
{
    (void)state;
    int drifted = 0;
    vvi_keras_project project = read_project("hyperband");
    for (size_t i = 0; i < project.n; i++) {
        const double dropout = find_must(&project.list[i].trial, "dropout")->value.f;
        const int tenths = (int)(dropout * 10 + 0.5);
        CHECK_NEAR(dropout, tenths / 10.0, 1e-15);
        drifted += tenths == 3;
        if (tenths == 3) CHECK_EQUAL_EXACTLY(dropout, 0.3);
    }
    assert_true(drifted > 0);
    vvi_keras_project_deinit(&project);
}

static void only_what_is_active_is_there(void **state)
{
    (void)state;
    vvi_keras_project project = read_project("conditional");
    for (size_t i = 0; i < project.n; i++) {
        const vv_trial *trial = &project.list[i].trial;
        const bool sgd = strcmp(find_must(trial, "optimizer/kind")->value.s, "sgd") == 0;
        const bool deep = find_must(trial, "deep")->value.b;
        assert_int_equal(find(trial, "optimizer/momentum") != NULL, sgd);
        assert_int_equal(find(trial, "optimizer/beta") != NULL, !sgd);
        const vv_active *depth = find(trial, "depth"); /* Keras Tuner loses it at times, and the trial fails */
        assert_int_equal(depth == NULL, trial->status == VV_TRIAL_FAILED);
        if (depth != NULL) assert_int_equal(depth->domain.max, deep ? 32 : 3);
        if (depth != NULL) assert_int_equal(depth->domain.sampling, deep ? VV_SAMPLE_LOG : VV_SAMPLE_LINEAR);
        assert_int_equal(find_must(trial, "on")->domain.type, VV_VALUE_INT);
        assert_int_equal(find_must(trial, "width")->domain.sampling, VV_SAMPLE_REVERSE_LOG);
    }
    vvi_keras_project_deinit(&project);
}

static void what_hyperband_keeps_for_itself_is_no_hyperparameter(void **state)
{
    (void)state;
    bool first = false, last = false;
    vvi_keras_project project = read_project("hyperband");
    for (size_t i = 0; i < project.n; i++) {
        const vv_trial *trial = &project.list[i].trial;
        for (size_t k = 0; k < trial->n_values; k++) assert_null(strstr(trial->values[k].name, "tuner/"));
        first = first || trial->goal == 1;
        last = last || trial->goal == 3;
    }
    assert_true(first && last);
    vvi_keras_project_deinit(&project);
}

static void failures_have_their_last_words(void **state)
{
    (void)state;
    static const char *const reasons[] = {
        NULL,
        NULL,
        "keras_tuner.src.errors.FailedTrialError: x is 1, \"quoted\", over two lines",
        "the score is not a finite number",
        NULL,
        "ValueError: x is 2",
    };
    vvi_keras_project project = read_project("failing");
    for (size_t i = 0; i < project.n; i++) {
        const vv_trial *trial = &project.list[i].trial;
        assert_int_equal(trial->status, reasons[i] == NULL ? VV_TRIAL_COMPLETED : VV_TRIAL_FAILED);
        if (reasons[i] != NULL) assert_string_equal(trial->reason, reasons[i]);
        assert_int_equal(trial->n_scores, reasons[i] == NULL);
    }
    vvi_keras_project_deinit(&project);
    project = read_project("interrupted");
    assert_int_equal(project.list[4].trial.status, VV_TRIAL_INTERRUPTED);
    assert_null(project.list[4].trial.reason);
    vvi_keras_project_deinit(&project);
}

/* NaN, Infinity and -Infinity stand in these files as bare words. */
static void observations_are_epochs(void **state)
{
    (void)state;
    vvi_keras_project project = read_project("failing");
    const vv_trial *trial = &project.list[3].trial;
    assert_int_equal(trial->n_curves, 2);
    assert_string_equal(trial->curves[1].metric, "other");
    assert_true(isnan(trial->curves[0].values[0]) && trial->curves[1].values[0] > 0 &&
                isinf(trial->curves[1].values[0]));
    assert_true(project.list[0].trial.curves[1].values[0] < 0 && isinf(project.list[0].trial.curves[1].values[0]));
    vvi_keras_project_deinit(&project);
    project = read_project("hyperband");
    trial = &project.list[4].trial;
    assert_int_equal(trial->epochs, 3);
    assert_int_equal(trial->executions[0].best_epoch, 2);
    assert_int_equal(trial->curves[3].n, 3);
    assert_true(isnan(trial->curves[3].values[1]));
    CHECK_EQUAL_EXACTLY(trial->curves[3].values[2], trial->scores[0]);
    vvi_keras_project_deinit(&project);
}

static void beginnings_are_known_where_the_search_was_watched(void **state)
{
    (void)state;
    vvi_keras_project project = read_project("failing");
    for (size_t i = 0; i < project.n; i++) assert_true(project.list[i].trial.began > 1.7e9);
    vvi_keras_project_deinit(&project);
    project = read_project("number");
    for (size_t i = 0; i < project.n; i++) assert_false(project.list[i].trial.began > 0);
    vvi_keras_project_deinit(&project);
}

static void it_becomes_a_study(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    const vvi_exchange_args args = { .from = PROJECTS "/conditional", .to = p->project };
    must(vvi_study_import_keras_tuner(&args, &exchanged, &error), &error);
    assert_int_equal(exchanged.trials, 6);
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &trials, &error), &error);
    for (size_t i = 1; i < 5; i++) assert_true(trials.list[i].score <= trials.list[i - 1].score);
    assert_int_equal(trials.list[5].status, VV_TRIAL_FAILED);
    vv_trials_free(&trials);
    assert_int_equal(begin_trial(study, 1), 6);
    vv_study_close(study);
}

/* ---- damaged ones -------------------------------------------------------------------------------------------------------- */

/* Copies project "failing" to root/damaged, with the first `was` in a file replaced. */
static void damage(const place *p, const char *file, const char *was, const char *is)
{
    char command[512], path[256];
    static char text[1 << 16];
    snprintf(command, sizeof command, "rm -rf '%s/damaged' && cp -r '%s/failing' '%s/damaged'", p->root, PROJECTS,
             p->root);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/damaged/%s", p->root, file);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    char *found = strstr(text, was);
    if (found == NULL) fail_msg("%s has no %s", file, was);
    FILE *out = fopen(path, "wb");
    fprintf(out, "%.*s%s%s", (int)(found - text), text, is, found + strlen(was));
    assert_int_equal(fclose(out), 0);
}

static const struct {
    const char *file, *was, *is, *said;
} damages[] = {
    { "trial_1/trial.json", "\"best_step\": 0", "\"best_step\": 0 x", "trial_1/trial.json: line 1: " },
    { "trial_1/trial.json", "}", "", "trial_1/trial.json: line 1: " },
    { "oracle.json", "{", "[", "oracle.json: line 1: " },
    { "oracle.json", "\"start_order\"", "\"order\"", "oracle.json: start_order: not there, must be a list" },
    { "oracle.json", "\"1\"", "1", "oracle.json: start_order[1]: of another kind, must be a text" },
    { "oracle.json", "\"5\"], \"end", "\"9\"], \"end", "start_order[5]: there is no trial_9/trial.json" },
    { "trial_2/trial.json", "\"trial_id\": \"2\"", "\"trial_id\": \"7\"", "trial_id: \"7\", must be \"2\"" },
    { "trial_2/trial.json", "\"FAILED\"", "\"LOST\"", "status: \"LOST\" is no status of a trial" },
    { "trial_2/trial.json", "\"status\"", "\"state\"", "status: not there, must be a text" },
    { "trial_0/trial.json", "\"Int\"", "\"Range\"",
      "hyperparameters.space[0].class_name: \"Range\", must be Int, Float, Choice, Boolean or Fixed" },
    { "trial_0/trial.json", "\"min_value\": 0", "\"min_value\": \"a\"",
      "hyperparameters.space[0].config.min_value: of another kind, must be a number" },
    { "trial_0/trial.json", "\"sampling\": \"linear\"", "\"sampling\": \"cubic\"",
      "hyperparameters.space[0].config.sampling: \"cubic\", must be linear, log or reverse_log" },
    { "trial_0/trial.json", "\"values\": {\"x\": 0}", "\"values\": {\"x\": NaN}",
      "hyperparameters.values.x: of another kind, must be a text, a finite number, true or false" },
    { "trial_0/trial.json", "\"conditions\": []", "\"conditions\": [{\"class_name\": \"Not\"}]",
      "hyperparameters.space[0].config.conditions[0].config: not there, must be an object" },
    { "trial_0/trial.json", "\"direction\": \"min\"", "\"direction\": \"up\"",
      "metrics.metrics.quality.direction: \"up\", must be min or max" },
    { "trial_0/trial.json", "\"step\": 0}", "\"step\": -1}",
      "metrics.metrics.quality.observations[0].step: -1, must be a whole number from 0" },
    { "trial_0/trial.json", "\"step\": 0}", "\"step\": 1e18}", "observations[0].step: 1e+18, must be" },
    { "trial_0/trial.json", "\"value\": [0.0]", "\"value\": []", "observations[0].value: empty" },
    { "trial_0/trial.json", "\"value\": [0.0]", "\"value\": [null]", "value[0]: of another kind, must be a number" },
    { "trial_0/trial.json", "\"score\": 0.0", "\"score\": \"0\"", "score: of another kind, must be a number or null" },
};

static void damage_is_told_with_its_place(void **state)
{
    const place *p = *state;
    char from[128];
    snprintf(from, sizeof from, "%s/damaged", p->root);
    for (size_t i = 0; i < COUNT(damages); i++) {
        vv_error error = { 0 };
        vvi_exchanged exchanged;
        damage(p, damages[i].file, damages[i].was, damages[i].is);
        const vvi_exchange_args args = { .from = from, .to = p->project };
        assert_int_equal(vvi_study_import_keras_tuner(&args, &exchanged, &error), VV_FORMAT);
        CHECK_CONTAINS(error.text, damages[i].said);
        CHECK_CONTAINS(error.text, damages[i].file);
        assert_int_not_equal(access(p->project, F_OK), 0);
    }
}

/* ... and what is unusual is taken as it is. */
static void a_value_outside_its_domain_is_a_fixed_one(void **state)
{
    const place *p = *state;
    char from[128];
    vv_error error = { 0 };
    static const char *const changes[][2] = {
        { "\"values\": {\"x\": 0}", "\"values\": {\"x\": 77}" },
        { "\"max_value\": 5, \"step\": 1", "\"max_value\": -5, \"step\": 1" },
        { "\"min_value\": 0, \"max_value\": 5, \"step\": 1", "\"min_value\": 0, \"max_value\": 5, \"step\": -3" },
    };
    snprintf(from, sizeof from, "%s/damaged", p->root);
    for (size_t i = 0; i < COUNT(changes); i++) {
        vvi_keras_project project = { .n = 0 };
        damage(p, "trial_0/trial.json", changes[i][0], changes[i][1]);
        must(vvi_keras_project_read(from, NULL, &project, &error), &error);
        assert_int_equal(project.list[0].trial.values[0].domain.kind, VV_DOMAIN_FIXED);
        assert_int_equal(project.list[0].trial.values[0].value.i, i == 0 ? 77 : 0);
        vvi_keras_project_deinit(&project);
    }
}

static void the_objective_must_be_one_of_the_metrics(void **state)
{
    (void)state;
    static const struct {
        const char *objective, *said;
    } rows[] = {
        { "nothing:min", "there is no metric \"nothing\"" },
        { "quality:max", "quality is to be minimized there" },
        { "nothing", "is larger better?" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        vv_error error = { 0 };
        vvi_keras_project project = { .n = 0 };
        assert_int_equal(vvi_keras_project_read(PROJECTS "/failing", rows[i].objective, &project, &error), VV_BAD_ARG);
        CHECK_CONTAINS(error.text, rows[i].said);
        vvi_keras_project_deinit(&project);
    }
    vv_error error = { 0 };
    vvi_keras_project project = { .n = 0 };
    must(vvi_keras_project_read(PROJECTS "/failing", "quality", &project, &error), &error);
    assert_false(project.objective.maximize);
    vvi_keras_project_deinit(&project);
}

static void other_folders_are_no_projects(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vvi_keras_project project = { .n = 0 };
    assert_int_equal(vvi_keras_project_read(p->root, NULL, &project, &error), VV_NOT_FOUND);
    CHECK_CONTAINS(error.text, "no project of Keras Tuner (no file oracle.json)");
    vvi_keras_project_deinit(&project);
    error = (vv_error){ 0 };
    assert_int_equal(vvi_keras_project_read("/nowhere/at/all", NULL, &project, &error), VV_NOT_FOUND);
    vvi_keras_project_deinit(&project);
}

static void no_memory_is_clean(void **state)
{
    const place *p = *state;
    vvi_exchanged exchanged;
    vv_error error = { 0 };
    const vvi_exchange_args args = { .from = PROJECTS "/conditional", .to = p->project };
    vvi_fail_allocation(0);
    must(vvi_study_import_keras_tuner(&args, &exchanged, &error), &error);
    const long n = vvi_fail_allocation(0);
    const vvi_exchange_args again = { .from = args.from, .to = args.to, .overwrite = true };
    for (long i = 1; i <= n; i += 3) {
        vvi_fail_allocation(i);
        error = (vv_error){ 0 };
        const vv_status status = vvi_study_import_keras_tuner(&again, &exchanged, &error);
        vvi_fail_allocation(0);
        if (status != VV_OK && status != VV_NO_MEMORY) must(status, &error);
        vv_study_close(open_study(p->project, VV_STUDY_READ)); /* the old one, or the new one */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_objective_is_told_from_the_scores),
        cmocka_unit_test(domains_are_those_of_keras_tuner),
        cmocka_unit_test(values_are_their_grids_own),
        cmocka_unit_test(only_what_is_active_is_there),
        cmocka_unit_test(what_hyperband_keeps_for_itself_is_no_hyperparameter),
        cmocka_unit_test(failures_have_their_last_words),
        cmocka_unit_test(observations_are_epochs),
        cmocka_unit_test(beginnings_are_known_where_the_search_was_watched),
        WITH_PLACE(it_becomes_a_study),
        WITH_PLACE(damage_is_told_with_its_place),
        WITH_PLACE(a_value_outside_its_domain_is_a_fixed_one),
        cmocka_unit_test(the_objective_must_be_one_of_the_metrics),
        WITH_PLACE(other_folders_are_no_projects),
        WITH_PLACE(no_memory_is_clean),
    };
    return cmocka_run_group_tests_name("study/keras_tuner", tests, NULL, NULL);
}
