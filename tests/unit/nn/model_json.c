/* model_json.c - architectures as JSON and back: every layer with every field, every optimizer, every refusal. */
#include "models.h"
#include "nn/values.h"

/* Writes, reads, compares. */
static void check_round_trip(const vv_model *m)
{
    vv_error error = { 0 };
    char *json = NULL, *again = NULL;
    vv_model *copy = NULL;
    CHECK_OK(vv_model_to_json(m, &json, &error));
    if (vv_model_from_json(json, &copy, &error) != VV_OK) fail_msg("%s\n%s", error.text, json);
    assert_true(vv_model_digest(m) == vv_model_digest(copy));
    CHECK_OK(vv_model_to_json(copy, &again, &error));
    assert_string_equal(json, again);
    for (size_t i = 0; i < vv_model_node_count(m); i++)
        assert_string_equal(vv_model_node(m, (int)i).name, vv_model_node(copy, (int)i).name);
    free(json);
    free(again);
    vv_model_free(copy);
}

static vv_layer smallest(const vv_layer_info *info)
{
    vv_layer layer = { .kind = info->kind };
    for (size_t i = 0; i < info->n_fields; i++) {
        const vv_field *f = &info->fields[i];
        if (f->required) CHECK_OK(vv_layer_set(&layer, f->name, f->type == VV_FIELD_ENUM ? 1 : fmax(f->min, 0), NULL));
    }
    return layer;
}

/* The layer behind the first input it accepts, or NULL. */
static vv_model *model_with(const vv_layer *layer)
{
    const vv_layer inputs[] = { vv_input(9, 9, 2), vv_input(6, 3), vv_input(5) };
    if (layer->kind == VV_LAYER_INPUT) {
        vv_model *m = vv_sequential();
        vv_add_with(m, layer);
        if (vv_model_status(m) == VV_OK) return m;
        vv_model_free(m);
        return NULL;
    }
    for (int i = 0; i < 3; i++) {
        vv_model *m = vv_sequential();
        const vv_node in = vv_add_with(m, &inputs[i]);
        const vv_node twice[] = { in, in };
        vv_connect_with(m, layer, twice, vvi_layer_row_of(layer->kind)->min_inputs);
        if (vv_model_status(m) == VV_OK) return m;
        vv_model_free(m);
    }
    return NULL;
}

static double other_value(const vv_field *f)
{
    switch (f->type) {
    case VV_FIELD_INT:
        return fmin(fmax(f->min, 2), f->max);
    case VV_FIELD_ENUM:
        return 1;
    case VV_FIELD_BOOL:
        return 1;
    default:
        return f->min + 0.3 * (fmin(f->max, f->min + 1) - f->min);
    }
}

static void every_field_of_every_layer_comes_back(void **state)
{
    (void)state;
    const vv_layer_info *info;
    for (size_t i = 0; (info = vv_layer_info_at(i)) != NULL; i++) {
        int checked = 0;
        for (size_t k = 0; k < info->n_fields; k++) {
            vv_layer layer = smallest(info);
            if (vv_layer_set(&layer, info->fields[k].name, other_value(&info->fields[k]), NULL) != VV_OK) continue;
            vv_model *m = model_with(&layer);
            if (m == NULL) continue; /* that value needs another one, too */
            check_round_trip(m);
            vv_model_free(m);
            checked++;
        }
        vv_layer layer = smallest(info);
        vv_model *m = model_with(&layer);
        if (m != NULL) check_round_trip(m);
        if (m == NULL && checked == 0) fail_msg("no model with %s", info->name);
        vv_model_free(m);
        assert_in_range(checked + 2, info->n_fields, info->n_fields + 2);
    }
}

static void every_field_of_every_optimizer_comes_back(void **state)
{
    (void)state;
    const vvi_optimizer_row *row;
    for (size_t i = 0; (row = vvi_optimizer_row_at(i)) != NULL; i++)
        for (size_t k = 0; k < row->n_fields; k++) {
            vv_optimizer optimizer = { .kind = row->kind };
            if (row->kind == VV_OPTIMIZER_SGD) optimizer.sgd.momentum = 0.5;
            vvi_value_set(&row->fields[k], vvi_optimizer_arguments(&optimizer),
                          row->fields[k].type == VV_FIELD_BOOL ? 1 : 0.3);
            vv_model *m = vv_sequential();
            vv_add(m, vv_input(3));
            vv_add(m, vv_dense(2));
            vv_compile(m, .loss = VV_HUBER, .huber_delta = 0.7, .optimizer = optimizer,
                       .metrics = VV_METRICS(VV_METRIC_MAE, VV_METRIC_MSE));
            assert_string_equal(vv_model_error(m), "");
            check_round_trip(m);
            vv_model_free(m);
        }
}

static void whole_models_come_back(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_model *m = made(&examples[i]);
        check_round_trip(m);
        vv_model_free(m);
    }
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(3));
    vv_add(m, vv_dense(2, .name = "a \"quoted\\name\""));
    check_round_trip(m);
    vv_model_free(m);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
#define HEAD "{\"format\": \"varve.model\", \"version\": 1, \"layers\": ["
    const struct {
        const char *json;
        vv_status status;
        const char *text;
    } bad[] = {
        { "", VV_FORMAT, "line" },
        { "[1, 2]", VV_FORMAT, "format" },
        { "{\"format\": \"varve.model\", \"version\": 2}", VV_VERSION, "version 2" },
        { "{\"format\": \"varve.model\", \"version\": 1}", VV_FORMAT, "layers" },
        { HEAD "{\"kind\": \"denser\"}]}", VV_FORMAT, "denser" },
        { HEAD "{\"kind\": \"input\", \"fields\": {\"nonsense\": 3}}]}", VV_FORMAT, "nonsense" },
        { HEAD "{\"kind\": \"dense\", \"inputs\": [0], \"fields\": {\"units\": 3}}]}", VV_BAD_ARG, "vv_input" },
        { HEAD "{\"kind\": \"dense\", \"inputs\": [-1], \"fields\": {\"units\": 3}}]}", VV_FORMAT, "input" },
        { HEAD "{\"kind\": \"dense\", \"inputs\": [0], \"fields\": {\"units\": \"many\"}}]}", VV_FORMAT, "many" },
        { HEAD "{\"kind\": \"dense\", \"inputs\": [0], \"fields\": {\"units\": 1e30}}]}", VV_BAD_ARG, "units" },
        { HEAD "{\"kind\": \"dense\", \"inputs\": [0,0,0,0,0,0,0,0,0,0]}]}", VV_FORMAT, "inputs" },
        { HEAD "{\"kind\": \"dense\", \"fields\": {\"activation\": \"rellu\"}}]}", VV_FORMAT, "rellu" },
        { HEAD "], \"compile\": {\"loss\": \"misery\"}}", VV_FORMAT, "loss" },
        { HEAD "], \"compile\": {\"loss\": \"mse\", \"optimizer\": {\"kind\": \"luck\"}}}", VV_FORMAT, "optimizer" },
        { HEAD "], \"compile\": {\"loss\": \"mse\", \"metrics\": [\"beauty\"]}}", VV_FORMAT, "metric" },
        { HEAD "], \"format\": \"varve.model\"}", VV_FORMAT, "line" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vv_model *m = NULL;
        vv_error error = { 0 };
        const vv_status status = vv_model_from_json(bad[i].json, &m, &error);
        assert_null(m);
        if (status != bad[i].status) fail_msg("%s gives %d: %s", bad[i].json, (int)status, error.text);
        CHECK_CONTAINS(error.text, bad[i].text);
    }
}

static void json_that_ends_early_is_refused(void **state)
{
    (void)state;
    vv_model *m = make_graph();
    char *json = NULL;
    CHECK_OK(vv_model_to_json(m, &json, NULL));
    for (size_t n = strlen(json) - 2; n > 0; n--) {
        vv_model *copy = NULL;
        json[n] = '\0';
        assert_int_equal(vv_model_from_json(json, &copy, NULL), VV_FORMAT);
        assert_null(copy);
    }
    free(json);
    vv_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_every_layer_comes_back),
        cmocka_unit_test(every_field_of_every_optimizer_comes_back),
        cmocka_unit_test(whole_models_come_back),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(json_that_ends_early_is_refused),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
