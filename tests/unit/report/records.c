/* records.c - trials and events as JSON: valid, with the members that programs look for. Read back with jansson. */
#include "check.h"

#include "report/report.h"
#include <jansson.h>
#include <stdlib.h>

static json_t *parse(vvi_json *json)
{
    json_error_t error;
    json_t *root = json_loads(json->text.data, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL) fail_msg("%s: %s", json->text.data, error.text);
    vvi_text_deinit(&json->text);
    return root;
}

/* ---- trials and events ------------------------------------------------------------------------------------------ */

static const vv_active values[] = { { .name = "num_layers", .value = { VV_VALUE_INT, { .i = 2 } } },
                                    { .name = "add_dropout", .value = { VV_VALUE_BOOL, { .b = true } } } };
static const vv_execution executions[] = { { .best_epoch = 1, .score = 0.97, .seconds = 2 },
                                           { .score = 0.99, .seconds = 2.1 } };
static const double scores[] = { 0.98 };
static const vv_trial trial = { .id = 3,
                                .status = VV_TRIAL_COMPLETED,
                                .score = 0.98,
                                .scores = scores,
                                .n_scores = 1,
                                .violation = (double)NAN,
                                .rank = -1,
                                .epochs = 3,
                                .seconds = 4.1,
                                .began = 1795845637.5,
                                .worker = "host-1-ab",
                                .values = values,
                                .n_values = 2,
                                .executions = executions,
                                .n_executions = 2 };

static void a_trial_has_its_members(void **state)
{
    (void)state;
    const vv_event event = { .kind = VV_EVENT_TRIAL_END, .trial = &trial };
    vvi_json json = { 0 };
    vvi_json_event(&json, &event);
    assert_string_equal(
        json.text.data,
        "{\"event\": \"trial_end\", \"trial\": 3, \"status\": \"COMPLETED\", \"score\": 0.98, \"scores\": [0.98], "
        "\"violation\": null, \"epochs\": 3, "
        "\"hyperparameters\": {\"num_layers\": 2, \"add_dropout\": true}, \"executions\": [0.97, 0.99], "
        "\"seconds\": 4.1, \"began\": \"2026-11-28T06:00:37.500000Z\", \"ended\": null, "
        "\"worker\": \"host-1-ab\", \"attempts\": 0}");
    json_decref(parse(&json));
}

static void a_failed_trial_has_a_reason_and_no_score(void **state)
{
    (void)state;
    vv_trial failed = trial;
    failed.status = VV_TRIAL_FAILED;
    failed.reason = "loss is NaN";
    failed.n_executions = 0;
    failed.n_scores = 0;
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_trial(&json, &failed);
    vvi_json_end(&json, '}');
    json_t *root = parse(&json);
    assert_string_equal(json_string_value(json_object_get(root, "reason")), "loss is NaN");
    assert_true(json_is_null(json_object_get(root, "score")));
    json_decref(root);
}

static void every_event_is_valid_json(void **state)
{
    (void)state;
    static const char *const metrics[] = { "loss", "val_loss" };
    const double numbers[] = { 0.5, (double)NAN };
    const vv_objective objective = { .name = "val_loss" };
    const vv_refusals refusals = { .n = 7, .top = { { .reason = "conv2d: no", .values = "a=1", .n = 7 } } };
    static const char *const names[] = { "search_begin", "trial_begin", "epoch", "trial_end", "search_end", "note" };
    for (int kind = VV_EVENT_SEARCH_BEGIN; kind <= VV_EVENT_NOTE; kind++) {
        const vv_event event = { .kind = (vv_event_kind)kind,
                                 .objective = &objective,
                                 .trial = &trial,
                                 .metrics = metrics,
                                 .values = numbers,
                                 .n_metrics = 2,
                                 .reason = VV_STOP_EXHAUSTED,
                                 .best = -1,
                                 .refusals = &refusals };
        vvi_json json = { 0 };
        vvi_json_event(&json, &event);
        json_t *root = parse(&json);
        assert_string_equal(json_string_value(json_object_get(root, "event")), names[kind - 1]);
        if (kind == VV_EVENT_SEARCH_END) {
            assert_int_equal(json_integer_value(json_object_get(root, "refused")), 7);
            assert_true(json_is_null(json_object_get(root, "best")));
        }
        json_decref(root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_has_its_members),
        cmocka_unit_test(a_failed_trial_has_a_reason_and_no_score),
        cmocka_unit_test(every_event_is_valid_json),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
