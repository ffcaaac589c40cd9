/* explain_json.c - an explanation as JSON has every member, and null where something is not known. Read with jansson. */
#include "check.h"

#include "explanations.h"
#include <jansson.h>

static json_t *read_back(const vv_explanation *e)
{
    json_error_t error;
    char *text = written_by(vvi_explain_write_json, e);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) fail_msg("%s: %s", text, error.text);
    free(text);
    return root;
}

/* "cost.params.min" of an object. */
static const json_t *at(const json_t *root, const char *path)
{
    char key[64];
    while (*path != '\0' && root != NULL) {
        const size_t n = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        root = json_is_array(root) ? json_array_get(root, (size_t)atoi(key)) : json_object_get(root, key);
        path += n + (path[n] == '.');
    }
    return root;
}

#define CHECK_TEXT(root, path, text)                                                                                   \
    do {                                                                                                               \
        const char *check_text = json_string_value(at((root), (path)));                                                \
        if (check_text == NULL || strcmp(check_text, (text)) != 0)                                                     \
            fail_msg("%s is %s, not %s", (path), check_text == NULL ? "no text" : check_text, (text));                 \
    } while (0)
#define CHECK_NUMBER(root, path, n) assert_int_equal(json_integer_value(at((root), (path))), (n))
#define CHECK_NULL(root, path)      assert_true(json_is_null(at((root), (path))))

static void an_explanation_has_its_members(void **state)
{
    (void)state;
    vv_explained list[3];
    const vv_explanation e = make_explanation(list);
    json_t *root = read_back(&e);
    CHECK_TEXT(root, "hypermodel", "model");
    CHECK_TEXT(root, "standing", "exact");
    CHECK_NUMBER(root, "input.0", 10);
    CHECK_TEXT(root, "hyperparameters.0.name", "num_layers");
    CHECK_NULL(root, "hyperparameters.0.family");
    CHECK_TEXT(root, "hyperparameters.0.type", "int");
    CHECK_NUMBER(root, "hyperparameters.0.domain.max", 5);
    CHECK_TEXT(root, "hyperparameters.0.domain.sampling", "linear");
    CHECK_NUMBER(root, "hyperparameters.0.default", 1);
    CHECK_TEXT(root, "hyperparameters.0.active_when", "always");
    assert_true(json_is_true(at(root, "hyperparameters.0.structural")));
    CHECK_TEXT(root, "hyperparameters.0.role", "structure");
    CHECK_TEXT(root, "hyperparameters.0.adds_layers.1", "dense_2");
    CHECK_TEXT(root, "hyperparameters.1.sets.0.layer", "dense_10");
    CHECK_TEXT(root, "hyperparameters.1.sets.0.field", "units");
    assert_int_equal(json_array_size(at(root, "hyperparameters.1.dead_values")), 0);
    assert_true(json_is_false(at(root, "hyperparameters.2.domain.values.0")));
    CHECK_TEXT(root, "layer_count.formula", "num_layers + add_dropout + 1");
    CHECK_TEXT(root, "layer_count.with_input", "num_layers + add_dropout + 2");
    CHECK_NUMBER(root, "layer_count.structures", 3);
    CHECK_TEXT(root, "formulas.2.what", "params");
    CHECK_TEXT(root, "formulas.2.when", "num_layers = 1");
    CHECK_TEXT(root, "configurations.total", "50");
    CHECK_TEXT(root, "configurations.networks", "50");
    CHECK_NUMBER(root, "cost.macs.max", 4321000);
    CHECK_NUMBER(root, "cost.weight_bytes.argmin.num_layers", 1);
    assert_true(json_is_false(at(root, "cost.peak_activation_bytes.argmax.add_dropout")));
    CHECK_TEXT(root, "cost.precision", "int8");
    CHECK_NUMBER(root, "configuration.layers.1.live_bytes", 11);
    CHECK_TEXT(root, "configuration.peak_layer", "dense");
    CHECK_NULL(root, "configuration.refusal");
    CHECK_NULL(root, "budget");
    assert_true(json_is_true(at(root, "pure")));
    CHECK_NULL(root, "impurity");
    CHECK_NUMBER(root, "builds", 123);
    assert_null(at(root, "configurations.total_low"));
    json_decref(root);
}

static void what_is_not_known_is_null(void **state)
{
    (void)state;
    static const vv_never never[] = { { .when = "n = 1", .reason = "no" } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.layers.formula = e.layers.with_input = NULL;
    e.input.rank = 0;
    e.networks.digits = NULL;
    e.total = e.buildable = (vv_size){ "1234000000000000000", 18.1, "1100000000000000000", "1300000000000000000" };
    e.never_builds = never;
    e.n_never_builds = 1;
    e.one.refusal = "conv2d: no";
    e.one.n_layers = 0;
    e.one.peak_text = NULL;
    list[0].active_when = NULL;
    json_t *root = read_back(&e);
    CHECK_NULL(root, "layer_count.formula");
    CHECK_NULL(root, "layer_count.with_input");
    CHECK_NULL(root, "input");
    CHECK_NULL(root, "configurations.networks");
    CHECK_TEXT(root, "configurations.total", "1234000000000000000");
    CHECK_TEXT(root, "configurations.total_low", "1100000000000000000");
    CHECK_TEXT(root, "configurations.buildable_high", "1300000000000000000");
    CHECK_NULL(root, "never_builds.0.layer");
    CHECK_NULL(root, "never_builds.0.configurations");
    CHECK_NULL(root, "hyperparameters.0.active_when");
    CHECK_TEXT(root, "configuration.refusal", "conv2d: no");
    CHECK_NULL(root, "configuration.cost");
    CHECK_NULL(root, "configuration.peak_layer");
    json_decref(root);
    e.total = e.buildable = (vv_size){ .digits = NULL };
    root = read_back(&e);
    CHECK_NULL(root, "configurations.total");
    CHECK_NULL(root, "configurations.buildable");
    assert_null(at(root, "configurations.total_low"));
    json_decref(root);
}

static void a_budget_has_its_answer(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.budget = (vv_fit_report){ .budget = { .params = 5000, .precision = VV_FLOAT32 },
                                .limited = true,
                                .share = 0.5,
                                .fits = make_size("25"),
                                .standing = exact,
                                .smallest = { small, 2 },
                                .smallest_cost = { UINT64_MAX, 3, 2, 1 } };
    char *text = written_by(vvi_explain_write_json, &e);
    CHECK_CONTAINS(text, "\"smallest_cost\": {\"params\": 18446744073709551615,");
    CHECK_CONTAINS(text, "\"budget\": {\"params\": 5000, \"macs\": null, \"ram\": null, \"flash\": null, "
                         "\"precision\": \"float32\", \"share\": 0.5, \"fits\": \"25\"");
    CHECK_CONTAINS(text, "\"breaks_first\": null");
    free(text);
}

static void the_summary_has_numbers_of_any_length(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    const vv_hypermodel hypermodel = { .data = "digits" };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    e.total = make_size("123456789012345678901234567890");
    list[1].active_structures = 2;
    list[1].active_when = NULL;
    CHECK_OK(vvi_summary_write_json(&e, &hypermodel, out, NULL));
    fclose(out);
    CHECK_CONTAINS(text, "\"data\": \"digits\", \"objective\": null");
    CHECK_CONTAINS(text, "\"total\": 123456789012345678901234567890, \"buildable\": 50");
    CHECK_CONTAINS(text, "\"active_when\": \"always\", \"active_in_structures\": 3, \"always_active\": true");
    CHECK_CONTAINS(text, "\"active_when\": null, \"active_in_structures\": 2, \"always_active\": false");
    CHECK_CONTAINS(text, "\"complete\": true");
    free(text);
}

static void a_search_begins_with_what_is_known(void **state)
{
    (void)state;
    vv_explained list[3];
    const vv_explanation e = make_explanation(list);
    const vv_objective objective = { .name = "val_loss" };
    vv_event event = { .kind = VV_EVENT_SEARCH_BEGIN, .objective = &objective, .explanation = &e };
    vvi_json json = { 0 };
    vvi_json_event(&json, &event);
    CHECK_CONTAINS(json.text.data, "\"explanation\": {\"layers\": \"num_layers + add_dropout + 1\", \"total\": \"50\", "
                                   "\"buildable\": \"50\", \"standing\": \"exact\"}");
    vvi_text_deinit(&json.text);
    json = (vvi_json){ 0 };
    event.explanation = NULL;
    vvi_json_event(&json, &event);
    CHECK_CONTAINS(json.text.data, "\"explanation\": null");
    vvi_text_deinit(&json.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_explanation_has_its_members),
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(a_budget_has_its_answer),
        cmocka_unit_test(the_summary_has_numbers_of_any_length),
        cmocka_unit_test(a_search_begins_with_what_is_known),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
