/* frame.c - a study as columns: what was given comes out, whatever the domains, and in the order of ids. */
#include "insight_helper.h"

#include <varve/varve.h>

#define TEXT(word)                                                                                                     \
    {                                                                                                                  \
        .type = VV_VALUE_STRING, .s = (word)                                                                           \
    }
#define WHOLE(n)                                                                                                       \
    {                                                                                                                  \
        .type = VV_VALUE_INT, .i = (n)                                                                                 \
    }
#define N(list) (sizeof(list) / sizeof *(list))

static void write_fact(vv_study *study, const char *key, const char *text)
{
    vv_error error = { 0 };
    must(vv_study_set(study, key, text, &error), &error);
}

static void end(vv_study *study, int id, vv_trial_status status, double score)
{
    must(end_trial(study, id, status, score, status == VV_TRIAL_FAILED ? "it broke" : NULL), NULL);
}

/* ---- variables --------------------------------------------------------------------------------------------------- */

static void values_are_by_row_and_what_is_inactive_is_no_number(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vv_active first[] = { int_of("layers", 1, 3, 1), float_of("rate", 1e-4, 0.1, VV_SAMPLE_LOG, 0.01) };
    const vv_active second[] = { int_of("layers", 1, 3, 2), int_of("units_1", 8, 64, 16),
                                 float_of("rate", 1e-4, 0.1, VV_SAMPLE_LOG, 0.1) };
    begin_with(study, first, N(first), NULL);
    begin_with(study, second, N(second), NULL);
    begin_with(study, first, N(first), NULL);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = false });
    assert_int_equal(frame.n, 3);
    assert_int_equal(frame.n_variables, 3);
    const vvi_variable *layers = variable_of(&frame, "layers"), *units = variable_of(&frame, "units_1"),
                       *rate = variable_of(&frame, "rate");
    CHECK_EQUAL_EXACTLY(layers->values[1], 2);
    assert_int_equal(layers->active, 3);
    assert_true(layers->whole && !layers->log && !layers->several && layers->words == NULL && layers->choices == NULL);
    CHECK_EQUAL_EXACTLY(layers->low, 1);
    CHECK_EQUAL_EXACTLY(layers->high, 3);
    assert_true(isnan(units->values[0]) && isnan(units->values[2]));
    CHECK_EQUAL_EXACTLY(units->values[1], 16);
    assert_int_equal(units->active, 1);
    assert_true(rate->log && !rate->reverse && !rate->whole);
    CHECK_EQUAL_EXACTLY(rate->values[2], 0.01);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void words_are_those_of_all_domains_of_the_name(void **state)
{
    static const vv_value two[] = { TEXT("sgd"), TEXT("adam") },
                          three[] = { TEXT("rmsprop"), TEXT("adam"), TEXT("sgd") };
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vv_active rows[][2] = { { choice_of("optimizer", two, 2, 1), bool_of("norm", true) },
                                  { choice_of("optimizer", three, 3, 0), bool_of("norm", false) },
                                  { choice_of("optimizer", three, 3, 2), bool_of("norm", true) } };
    for (size_t i = 0; i < N(rows); i++) begin_with(study, rows[i], 2, NULL);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = false });
    const vvi_variable *optimizer = variable_of(&frame, "optimizer"), *norm = variable_of(&frame, "norm");
    assert_int_equal(optimizer->n_words, 3);
    assert_string_equal(optimizer->words[0], "sgd");
    assert_string_equal(optimizer->words[1], "adam");
    assert_string_equal(optimizer->words[2], "rmsprop");
    assert_true(optimizer->several);
    CHECK_EQUAL_EXACTLY(optimizer->values[0], 1);
    CHECK_EQUAL_EXACTLY(optimizer->values[1], 2);
    CHECK_EQUAL_EXACTLY(optimizer->values[2], 0);
    CHECK_EQUAL_EXACTLY(optimizer->high, 2);
    assert_int_equal(norm->n_words, 2);
    assert_string_equal(norm->words[0], "false");
    assert_string_equal(norm->words[1], "true");
    CHECK_EQUAL_EXACTLY(norm->values[0], 1);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void numbers_of_lists_are_known_and_in_order(void **state)
{
    static const vv_value few[] = { WHOLE(64), WHOLE(16) }, more[] = { WHOLE(16), WHOLE(32), WHOLE(64) };
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vv_active first = choice_of("units", few, 2, 0), second = choice_of("units", more, 3, 1);
    begin_with(study, &first, 1, NULL);
    begin_with(study, &second, 1, NULL);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = false });
    const vvi_variable *units = variable_of(&frame, "units");
    assert_null(units->words);
    assert_true(units->whole);
    assert_int_equal(units->n_choices, 3);
    for (size_t i = 0; i < 3; i++) CHECK_EQUAL_EXACTLY(units->choices[i], 16 << i);
    CHECK_EQUAL_EXACTLY(units->values[0], 64);
    CHECK_EQUAL_EXACTLY(units->low, 16);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void numbers_that_became_words_are_words_all_of_them(void **state)
{
    static const vv_value words[] = { TEXT("auto"), TEXT("7") };
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vv_active rows[] = { int_of("size", 1, 9, 7), choice_of("size", words, 2, 0), choice_of("size", words, 2, 1),
                               int_of("size", 1, 9, 3) };
    for (size_t i = 0; i < N(rows); i++) begin_with(study, &rows[i], 1, NULL);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = false });
    const vvi_variable *size = variable_of(&frame, "size");
    assert_int_equal(size->n_words, 3);
    assert_string_equal(size->words[(size_t)size->values[0]], "7");
    assert_string_equal(size->words[(size_t)size->values[1]], "auto");
    assert_string_equal(size->words[(size_t)size->values[2]], "7");
    assert_string_equal(size->words[(size_t)size->values[3]], "3");
    assert_false(size->whole);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void a_range_that_grew_is_as_wide_as_all_of_them(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vv_active rows[] = { float_of("rate", 0.1, 1, VV_SAMPLE_LOG, 0.5),
                               float_of("rate", 0, 2, VV_SAMPLE_LINEAR, 1.5) };
    for (size_t i = 0; i < N(rows); i++) begin_with(study, &rows[i], 1, NULL);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = false });
    const vvi_variable *rate = variable_of(&frame, "rate");
    CHECK_EQUAL_EXACTLY(rate->low, 0);
    CHECK_EQUAL_EXACTLY(rate->high, 2);
    assert_true(rate->several && !rate->log); /* 0 has no logarithm */
    assert_true(rate->domain->sampling == VV_SAMPLE_LOG);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

/* ---- scores, ranks ----------------------------------------------------------------------------------------------- */

static void rows_are_in_the_order_of_ids_and_know_their_rank(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    write_fact(study, "objective", "val_loss:min");
    end(study, begin_trial(study, 1), VV_TRIAL_COMPLETED, 0.5);
    end(study, begin_trial(study, 2), VV_TRIAL_FAILED, 0);
    end(study, begin_trial(study, 3), VV_TRIAL_COMPLETED, 0.25);
    begin_trial(study, 4);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = false });
    static const int ranks[] = { 1, -1, 0, -1 };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(frame.ids[i], i);
        assert_int_equal(frame.rank[i], ranks[i]);
    }
    assert_int_equal(frame.best, 2);
    assert_int_equal(frame.status[1], VV_TRIAL_FAILED);
    assert_string_equal(frame.reasons[1], "it broke");
    assert_null(frame.reasons[0]);
    CHECK_EQUAL_EXACTLY(frame.scores[0][2], 0.25);
    assert_true(isnan(frame.scores[0][1]) && isnan(frame.scores[0][3]));
    assert_null(frame.scores[1]);
    assert_true(isnan(frame.ended[3]) && frame.ended[0] >= frame.began[0] && frame.began[0] > 0);
    assert_int_equal(frame.n_workers, 1);
    assert_int_equal(frame.worker[3], 0);
    assert_null(frame.courses);
    assert_null(frame.structure);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void only_some_are_ranked_among_themselves(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    write_fact(study, "objective", "accuracy:max");
    for (int i = 0; i < 5; i++) end(study, begin_trial(study, i), VV_TRIAL_COMPLETED, i);
    static const int ids[] = { 3, 0, 77 };
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .only = ids, .n_only = 3 });
    assert_int_equal(frame.n, 2);
    assert_int_equal(frame.ids[0], 0);
    assert_int_equal(frame.ids[1], 3);
    assert_int_equal(frame.best, 1);
    assert_int_equal(frame.rank[0], 1);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void end_with_two(vv_study *study, int id, double loss, double params, double violation)
{
    vv_error error = { 0 };
    const double scores[] = { loss, params };
    const vv_trial_result result = {
        .status = VV_TRIAL_COMPLETED, .scores = scores, .n_scores = 2, .violation = VV_SOME(violation)
    };
    must(vv_trial_end(study, id, &result, &error), &error);
}

static void of_several_objectives_the_front_is_rank_0(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    write_fact(study, "objective", "val_loss:min,params:min");
    write_fact(study, "constraints", "params<=1000");
    end_with_two(study, begin_trial(study, 1), 0.5, 100, 0);
    end_with_two(study, begin_trial(study, 2), 0.4, 900, 0);
    end_with_two(study, begin_trial(study, 3), 0.6, 200, 0);
    end_with_two(study, begin_trial(study, 4), 0.1, 2000, 1);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = true });
    static const int ranks[] = { 0, 0, 1, -1 };
    for (int i = 0; i < 4; i++) assert_int_equal(frame.rank[i], ranks[i]);
    assert_int_equal(frame.best, 1);
    CHECK_EQUAL_EXACTLY(frame.scores[1][3], 2000);
    CHECK_EQUAL_EXACTLY(frame.violation[3], 1);
    assert_int_equal(frame.objectives.n, 2);
    assert_int_equal(frame.constraints.n, 1);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void a_study_without_trials_or_an_objective_is_a_frame_too(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vvi_frame_args all = { .courses = true, .networks = true };
    vvi_frame frame = read_frame(study, &all);
    assert_int_equal(frame.n, 0);
    assert_int_equal(frame.best, -1);
    vvi_frame_deinit(&frame);
    end(study, begin_trial(study, 1), VV_TRIAL_COMPLETED, 3);
    frame = read_frame(study, &all);
    assert_int_equal(frame.n, 1);
    assert_int_equal(frame.rank[0], -1);
    assert_int_equal(frame.best, -1);
    assert_int_equal(frame.objectives.n, 0);
    CHECK_EQUAL_EXACTLY(frame.scores[0][0], 3);
    assert_int_equal(frame.courses[0].n, 0);
    assert_int_equal(frame.structure[0], -1);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

/* ---- courses ----------------------------------------------------------------------------------------------------- */

static void report(vv_study *study, int id, int execution, int epoch, double loss, double other)
{
    static const char *const names[] = { "val_loss", "other" };
    vv_error error = { 0 };
    must(vv_trial_epoch(study, id, execution, epoch, names, (double[]){ loss, other }, 2, &error), &error);
}

static void a_course_is_the_mean_over_executions_that_have_the_epoch(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    write_fact(study, "objective", "params:min,val_loss:min");
    const int id = begin_trial(study, 1);
    report(study, id, 0, 0, 4, 100);
    report(study, id, 1, 0, 2, 100);
    report(study, id, 1, 1, 1, 100);
    report(study, id, 1, 2, (double)NAN, 100);
    begin_trial(study, 2);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .courses = true });
    assert_int_equal(frame.metric, 1);
    assert_int_equal(frame.courses[0].n, 3);
    CHECK_EQUAL_EXACTLY(frame.courses[0].values[0], 3);
    CHECK_EQUAL_EXACTLY(frame.courses[0].values[1], 1);
    assert_true(isnan(frame.courses[0].values[2]));
    assert_int_equal(frame.courses[1].n, 0);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

/* ---- networks ---------------------------------------------------------------------------------------------------- */

static char *network_of(int layers, int units, double rate)
{
    vv_error error = { 0 };
    char *json = NULL;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    for (int i = 0; i < layers; i++) vv_add(m, vv_dense(units));
    vv_compile(m, .optimizer = vv_adam(.learning_rate = rate), .loss = VV_MSE);
    must(vv_model_to_json(m, &json, &error), &error);
    vv_model_free(m);
    return json;
}

static void networks_have_structures_and_costs(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    char *texts[] = { network_of(1, 4, 0.1), network_of(2, 4, 0.1), network_of(1, 8, 0.1), network_of(1, 4, 0.01) };
    for (size_t i = 0; i < N(texts); i++) begin_with(study, NULL, 0, texts[i]);
    begin_with(study, NULL, 0, NULL);
    begin_with(study, NULL, 0, "{\"format\": \"of another time\"}");
    for (size_t i = 0; i < N(texts); i++) free(texts[i]);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .networks = true });
    static const int structures[] = { 0, 1, 0, 0, -1, -1 };
    for (size_t i = 0; i < 6; i++) assert_int_equal(frame.structure[i], structures[i]);
    assert_int_equal(frame.n_structures, 2);
    assert_int_equal(frame.structures[1].layers, 2);
    assert_int_equal(frame.structures[1].n, 3);
    assert_string_equal(frame.structures[1].kinds[0], "input");
    assert_string_equal(frame.structures[1].kinds[2], "dense");
    assert_string_equal(frame.structures[1].names[2], "dense_1");
    CHECK_EQUAL_EXACTLY(frame.params[0], 10 * 4 + 4);
    CHECK_EQUAL_EXACTLY(frame.params[2], 10 * 8 + 8);
    CHECK_EQUAL_EXACTLY(frame.macs[1], 10 * 4 + 4 * 4);
    CHECK_EQUAL_EXACTLY(frame.weight_bytes[0], 10 * 4 + 4 * 4); /* int8: biases have 4 bytes */
    CHECK_EQUAL_EXACTLY(frame.peak_activation_bytes[3], frame.peak_activation_bytes[0]);
    assert_true(isnan(frame.params[4]) && isnan(frame.macs[5]));
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

static void bytes_are_in_the_precision_of_the_budget(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    write_fact(study, "budget_precision", "float32");
    char *text = network_of(1, 4, 0.1);
    begin_with(study, NULL, 0, text);
    free(text);
    vvi_frame frame = read_frame(study, &(vvi_frame_args){ .networks = true });
    assert_int_equal(frame.precision, VV_FLOAT32);
    CHECK_EQUAL_EXACTLY(frame.weight_bytes[0], 4 * (10 * 4 + 4));
    vvi_frame_deinit(&frame);
    vv_study_close(study);
}

/* ---- no memory --------------------------------------------------------------------------------------------------- */

static void no_memory_is_said_and_nothing_is_lost(void **state)
{
    static const vv_value words[] = { TEXT("a"), TEXT("b") };
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    write_fact(study, "objective", "val_loss:min");
    const vv_active values[] = { choice_of("word", words, 2, 1), int_of("n", 1, 5, 2) };
    char *text = network_of(2, 4, 0.1);
    const int id = begin_with(study, values, 2, text);
    free(text);
    report(study, id, 0, 0, 4, 100);
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status == VV_NO_MEMORY; n++) {
        vv_error error = { 0 };
        vvi_frame frame;
        vvi_fail_allocation(n);
        status = vvi_frame_read(study, &(vvi_frame_args){ .courses = true, .networks = true }, &frame, &error);
        vvi_fail_allocation(0);
        if (status == VV_OK) assert_int_equal(frame.n_variables, 2);
        vvi_frame_deinit(&frame);
    }
    assert_int_equal(status, VV_OK);
    vv_study_close(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(values_are_by_row_and_what_is_inactive_is_no_number),
        WITH_PLACE(words_are_those_of_all_domains_of_the_name),
        WITH_PLACE(numbers_of_lists_are_known_and_in_order),
        WITH_PLACE(numbers_that_became_words_are_words_all_of_them),
        WITH_PLACE(a_range_that_grew_is_as_wide_as_all_of_them),
        WITH_PLACE(rows_are_in_the_order_of_ids_and_know_their_rank),
        WITH_PLACE(only_some_are_ranked_among_themselves),
        WITH_PLACE(of_several_objectives_the_front_is_rank_0),
        WITH_PLACE(a_study_without_trials_or_an_objective_is_a_frame_too),
        WITH_PLACE(a_course_is_the_mean_over_executions_that_have_the_epoch),
        WITH_PLACE(networks_have_structures_and_costs),
        WITH_PLACE(bytes_are_in_the_precision_of_the_budget),
        WITH_PLACE(no_memory_is_said_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
