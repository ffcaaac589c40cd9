/* judge.c - what a trial came to, from its curves and its network alone. */
#include "search_helper.h"

#include "tuner/tuner.h"

typedef struct judged {
    vvi_search search;
    vv_trial trial;
    vvi_judgement judgement;
} judged;

static judged judge_curves(const char *objectives, const char *constraints, const vv_curve *curves, size_t n,
                           const char *model_json)
{
    static const vv_hypermodel networks = { .name = NULL };
    static const vv_search_args args = { .hypermodel = &networks };
    vv_error error = { 0 };
    judged j = { .search = { .args = &args }, .trial = { .curves = curves, .n_curves = n, .model_json = model_json } };
    must(vv_objectives_parse(objectives, &j.search.objectives, &error), &error);
    for (size_t i = j.search.objectives.n; i > 0; i--)
        if (vvi_search_cost(&j.search, j.search.objectives.list[i - 1].name) == NULL)
            j.search.objective = j.search.objectives.list[i - 1];
    if (constraints != NULL) must(vv_constraints_parse(constraints, &j.search.constraints, &error), &error);
    must(vvi_trial_judge(&j.search, &j.trial, &j.judgement, &error), &error);
    return j;
}

#define NOT_A_NUMBER ((double)NAN)
static const double loss_0[] = { 3, 1, 2 }, accuracy_0[] = { 0.9, 0.5, 0.6 }, loss_1[] = { (double)NAN, 4, 4 },
                    accuracy_1[] = { 1, 0.25, 0.75 };
static const vv_curve curves[] = { { "val_loss", 0, loss_0, 3 },
                                   { "val_accuracy", 0, accuracy_0, 3 },
                                   { "val_loss", 1, loss_1, 3 },
                                   { "val_accuracy", 1, accuracy_1, 3 } };

static void all_metrics_are_those_of_the_first_ones_best_epoch(void **state)
{
    (void)state;
    /* Epoch 1 in both executions: of equal ones the first, and a NaN is none. */
    const judged j = judge_curves("val_loss,val_accuracy", NULL, curves, 4, NULL);
    assert_int_equal(j.judgement.n_scores, 2);
    CHECK_EQUAL_EXACTLY(j.judgement.scores[0], 2.5);
    CHECK_EQUAL_EXACTLY(j.judgement.scores[1], 0.375);
    assert_false(j.judgement.violation.set);
    /* The other way around the accuracy leads: epoch 0. */
    const judged k = judge_curves("val_accuracy", NULL, curves, 4, NULL);
    CHECK_EQUAL_EXACTLY(k.judgement.scores[0], (0.9 + 1) / 2);
}

static void violations_are_summed_in_parts_of_their_bounds(void **state)
{
    (void)state;
    const judged j = judge_curves("val_loss", "val_accuracy>=0.75,val_loss<=2", curves, 4, NULL);
    assert_true(j.judgement.violation.set);
    CHECK_NEAR(j.judgement.violation.value, 0.5 + 0.25, 1e-15);
    const judged kept = judge_curves("val_loss", "val_accuracy>=0.1", curves, 4, NULL);
    assert_true(kept.judgement.violation.set);
    CHECK_EQUAL_EXACTLY(kept.judgement.violation.value, 0);
    const judged unknown = judge_curves("val_loss", "mae<=1", curves, 4, NULL);
    assert_true(isinf(unknown.judgement.violation.value));
}

static void an_execution_without_a_finite_epoch_leaves_no_score(void **state)
{
    (void)state;
    const double nothing[] = { NOT_A_NUMBER, (double)INFINITY };
    const vv_curve some[] = { { "val_loss", 0, loss_0, 3 }, { "val_loss", 1, nothing, 2 } };
    assert_int_equal(judge_curves("val_loss", "val_loss<=1", some, 2, NULL).judgement.n_scores, 0);
    assert_int_equal(judge_curves("val_loss", NULL, NULL, 0, NULL).judgement.n_scores, 0);
    /* The second execution has not begun: what there is counts. */
    assert_int_equal(judge_curves("val_loss", NULL, some, 1, NULL).judgement.n_scores, 1);
}

static char *toy_json(uint64_t *params)
{
    char *json = NULL;
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    vv_error error = { 0 };
    must(vv_hypermodel_build(&toy_hypermodel, NULL, &hp, &model, &error), &error);
    must(vv_model_to_json(model, &json, &error), &error);
    *params = vv_model_params(model);
    vv_model_free(model);
    vv_hp_free(hp);
    return json;
}

static void costs_are_those_of_the_stored_network(void **state)
{
    (void)state;
    uint64_t params = 0;
    char *json = toy_json(&params);
    const judged j = judge_curves("params,val_loss", "params<=1", curves, 4, json);
    CHECK_EQUAL_EXACTLY(j.judgement.scores[0], (double)params);
    CHECK_EQUAL_EXACTLY(j.judgement.scores[1], 2.5);
    CHECK_EQUAL_EXACTLY(j.judgement.violation.value, (double)params - 1);
    vv_error error = { 0 };
    vvi_judgement judgement;
    const vv_trial without = { .id = 4, .curves = curves, .n_curves = 4 };
    assert_int_equal(vvi_trial_judge(&j.search, &without, &judgement, &error), VV_DATABASE);
    CHECK_CONTAINS(error.text, "trial 4");
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_metrics_are_those_of_the_first_ones_best_epoch),
        cmocka_unit_test(violations_are_summed_in_parts_of_their_bounds),
        cmocka_unit_test(an_execution_without_a_finite_epoch_leaves_no_score),
        cmocka_unit_test(costs_are_those_of_the_stored_network),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
