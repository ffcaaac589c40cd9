/* explain_read.c - an explanation that was written as JSON and read again is the same, in JSON and in words; whatever else is
 * read is refused, or can be told.
 */
#include "check.h"

#include "explanations.h"
#include "report/explain.h"
#include <jansson.h>

static const vv_never never[] = {
    { "num_layers >= 4", "conv2d_3", "a 3x3 kernel does not fit", { "12", 1.0792, NULL, NULL } },
    { .when = "", .reason = "no", .size = { .digits = NULL } }
};

static char *head_of(const vv_explanation *e)
{
    return written_by(vvi_explain_write_head, e);
}

static char *summary_of(const vv_explanation *e)
{
    return written_by(vvi_summary_write, e);
}

static char *json_of(const vv_explanation *e)
{
    return written_by(vvi_explain_write_json, e);
}

static char *words_of(const vv_explanation *e)
{
    return written_by(write_layers, e);
}

static char *blocks_of(const vv_explanation *e)
{
    vvi_json json = { 0 };
    vvi_explain_write_blocks(e, &json, NULL);
    assert_false(json.text.failed);
    char *text = strdup(json.text.data);
    vvi_text_deinit(&json.text);
    return text;
}

/* All that an explanation is told in. */
static char *(*const tellers[])(const vv_explanation *e) = { json_of, words_of, head_of, summary_of, blocks_of };

static void check_the_same(const vv_explanation *e)
{
    vv_explanation *again = NULL;
    vv_error error = { 0 };
    char *json = json_of(e);
    if (vvi_explanation_read(json, &again, &error) != VV_OK) fail_msg("%s: %s", error.text, json);
    for (size_t i = 0; i < COUNT(tellers); i++) {
        char *first = tellers[i](e), *second = tellers[i](again);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
    vv_explanation_free(again);
    free(json);
}

/* One of everything. */
static void fill(vv_explanation *e, vv_explained list[3])
{
    static const vv_value choices[] = { { VV_VALUE_FLOAT, { .f = 1 } }, { VV_VALUE_FLOAT, { .f = 2 } } };
    static const vv_value names[] = { { VV_VALUE_STRING, { .s = "a \"b\"" } }, { VV_VALUE_STRING, { .s = "\n" } } };
    static const vv_assignment at[] = { { "num_layers", { VV_VALUE_FLOAT, { .f = 2 } } },
                                        { "units", { VV_VALUE_STRING, { .s = "a \"b\"" } } } };
    static const char *const notes[] = { "look at this", "and \x1b[31mthat" };
    *e = make_explanation(list);
    list[0].domain = (vv_domain){ VV_DOMAIN_CHOICE, VV_VALUE_FLOAT, 0, 0, 0, VV_SAMPLE_LINEAR, choices, 2, choices[1] };
    list[0].dead_values = choices;
    list[0].n_dead_values = 2;
    list[0].dead_text = "1.0, 2.0";
    list[1].domain = (vv_domain){ VV_DOMAIN_CHOICE, VV_VALUE_STRING, 0, 0, 0, VV_SAMPLE_LINEAR, names, 2, names[0] };
    list[2].domain = (vv_domain){
        VV_DOMAIN_FLOAT, VV_VALUE_FLOAT, 1e-4, 0.1, 0, VV_SAMPLE_LOG, NULL, 0, { VV_VALUE_FLOAT, { .f = 1e-4 } }
    };
    list[2].active_when = NULL;
    list[2].active_structures = 2;
    e->hypermodel = NULL;
    e->standing = e->sizes = sampled;
    e->never_builds = never;
    e->n_never_builds = COUNT(never);
    e->total = (vv_size){ "1234000000000000000", log10(1.234e18), "1100000000000000000", "1300000000000000000" };
    e->networks.digits = NULL;
    e->one.values = (vv_values){ at, 2 };
    const vv_range range_of_cost = { 11, 4321000, e->one.values, e->one.values };
    e->cost = (vv_cost_ranges){ range_of_cost, range_of_cost, range_of_cost, range_of_cost, sampled, VV_FLOAT32 };
    e->notes = (vv_texts){ notes, 2 };
    e->budget = (vv_fit_report){ .budget = { .params = 5000, .precision = VV_FLOAT32 },
                                 .limited = true,
                                 .share = 0.44,
                                 .fits = make_size("22"),
                                 .standing = sampled,
                                 .never = never,
                                 .n_never = 1,
                                 .breaks_first = "units = 3: params 6,000, at most 5,000",
                                 .smallest = { at, 2 },
                                 .smallest_cost = { 4000, 3, 2, 1 } };
}

static void what_was_read_is_what_was_written(void **state)
{
    (void)state;
    kin k;
    vv_explanation e;
    vv_explained list[3];
    e = make_explanation(list);
    check_the_same(&e);
    make_kin(&k);
    check_the_same(&k.e);
    fill(&e, list);
    check_the_same(&e);
}

static void what_is_not_known_stays_unknown(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.layers.formula = e.layers.with_input = NULL;
    e.layers.table = formulas;
    e.layers.n_table = 2;
    e.input.rank = 0;
    e.one.refusal = "conv2d: no";
    e.one.n_layers = 0;
    e.n_formulas = 0;
    e.one.peak_text = NULL;
    e.pure = false;
    e.impurity = "it \x1b[2J differs";
    e.standing = (vv_standing){ .kind = VV_OBSERVED };
    check_the_same(&e);
    e.n_hyperparameters = 0;
    e.cost.params = e.cost.macs = e.cost.peak_activation_bytes = e.cost.weight_bytes = (vv_range){ .max = 1 };
    e.one.values.n = 0;
    check_the_same(&e);
}

/* Counts stop there. */
static void the_largest_numbers_are_read(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e;
    fill(&e, list);
    e.budget.smallest_cost.params = e.cost.macs.max = UINT64_MAX;
    check_the_same(&e);
}

/* ---- what is no explanation -------------------------------------------------------------------------------------- */

static void refused(const char *json, const char *text)
{
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    assert_int_equal(vvi_explanation_read(json, &e, &error), VV_FORMAT);
    assert_null(e);
    CHECK_CONTAINS(error.text, text);
}

static void what_is_no_explanation_is_refused(void **state)
{
    (void)state;
    refused("", "this is no explanation: ");
    refused("[]", "\"hypermodel\" is missing");
    refused("{}", "\"hypermodel\" is missing");
    refused("7", "this is no explanation: ");
    refused("{\"hypermodel\": 7}", "\"hypermodel\" is missing or cannot be meant");
    refused("{\"hypermodel\": null, \"input\": [1, 2, 3, 4, 5]}", "\"input\"");
    refused("{\"hypermodel\": null, \"input\": null, \"standing\": \"sampled (3 of 4)\"}", "\"standing\"");
}

/* Each member in turn is taken away, or is of another kind. */
static void damage(json_t *json, size_t *left, json_t *replacement)
{
    const char *key;
    json_t *value;
    void *next;
    size_t i;
    json_object_foreach_safe(json, next, key, value)
    {
        if (*left == 0) return;
        if (--*left == 0 && replacement == NULL)
            json_object_del(json, key);
        else if (*left == 0)
            json_object_set(json, key, replacement);
        else
            damage(value, left, replacement);
    }
    json_array_foreach(json, i, value) damage(value, left, replacement);
}

static void tell_or_refuse(const char *json)
{
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    const vv_status status = vvi_explanation_read(json, &e, &error);
    if (status != VV_OK) assert_int_equal(status, VV_FORMAT);
    for (size_t i = 0; status == VV_OK && i < COUNT(tellers); i++) free(tellers[i](e));
    vv_explanation_free(e);
}

static void a_member_that_is_missing_or_strange_is_refused_or_told(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e;
    fill(&e, list);
    char *json = json_of(&e);
    json_t *const strange[] = { NULL,         json_null(),   json_integer(-1), json_real(1e300), json_string("\x1b"),
                                json_array(), json_object(), json_true() };
    for (size_t kind = 0; kind < COUNT(strange); kind++) {
        for (size_t n = 1, left = 0; left == 0; n++) {
            json_t *root = json_loads(json, 0, NULL);
            left = n;
            damage(root, &left, strange[kind]);
            char *text = json_dumps(root, 0);
            tell_or_refuse(text);
            free(text);
            json_decref(root);
        }
        json_decref(strange[kind]);
    }
    free(json);
}

static void damaged_bytes_are_refused_or_told(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e;
    fill(&e, list);
    char *json = json_of(&e);
    const size_t n = strlen(json);
    for (size_t cut = 0; cut < n - 1; cut += 7) {
        char *part = strndup(json, cut);
        refused(part, "this is no explanation: ");
        free(part);
    }
    vvi_stream random = vvi_stream_begin(vvi_key_new(1, "damage"));
    for (int i = 0; i < 3000; i++) {
        char *part = strdup(json);
        for (uint64_t k = vvi_stream_below(&random, 3) + 1; k > 0; k--)
            part[vvi_stream_below(&random, n)] = "0123456789-.eE\"{}[]:,ntfu\\x"[vvi_stream_below(&random, 27)];
        tell_or_refuse(part);
        free(part);
    }
    free(json);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e;
    fill(&e, list);
    char *json = json_of(&e);
    for (long n = 1;; n++) {
        vv_explanation *again = NULL;
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        const vv_status status = vvi_explanation_read(json, &again, &error);
        vvi_fail_allocation(0);
        vv_explanation_free(again);
        if (status == VV_OK) break;
        assert_int_equal(status, VV_NO_MEMORY);
        assert_null(again);
    }
    free(json);
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

/* The words of blocks, as they would stand on a terminal without its layout. */
static void add_words(vvi_text *text, const json_t *block)
{
    size_t i, c;
    const json_t *row, *cell, *table = json_object_get(block, "table");
    if (table == NULL) vvi_text_printf(text, "%s ", json_string_value(json_object_get(block, "text")));
    json_array_foreach(json_object_get(table, "columns"), i, cell)
        vvi_text_printf(text, "%s ", json_string_value(json_object_get(cell, "title")));
    json_array_foreach(json_object_get(table, "rows"), i, row)
    {
        assert_int_equal(json_array_size(row), json_array_size(json_object_get(table, "columns")));
        json_array_foreach(row, c, cell) vvi_text_printf(text, "%s ", json_string_value(cell));
    }
}

static size_t letters_of(const char *text, size_t count[256])
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        if (*text != ' ' && *text != '-' && *text != '\n') count[(unsigned char)*text]++, n++;
    return n;
}

static void blocks_have_the_words_of_a_terminal(void **state)
{
    (void)state;
    vv_explained list[3];
    const vv_explanation e = make_explanation(list);
    size_t i, of_blocks[256] = { 0 }, of_terminal[256] = { 0 };
    vvi_text words = { 0 };
    char *json = blocks_of(&e), *told = written_by(write_plain, &e);
    json_t *block, *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    json_array_foreach(root, i, block) add_words(&words, block);
    assert_true(letters_of(words.data, of_blocks) > 300);
    letters_of(told, of_terminal);
    assert_memory_equal(of_blocks, of_terminal, sizeof of_blocks);
    CHECK_CONTAINS(json, "{\"text\": \"layers in all = num_layers + add_dropout + 1\", \"indent\": 0}");
    CHECK_CONTAINS(json, "{\"title\": \"Number\", \"right\": true}");
    vvi_text_deinit(&words);
    json_decref(root);
    free(json);
    free(told);
}

static void texts_of_others_are_harmless_in_words_and_blocks(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e;
    fill(&e, list);
    list[0].name = "a\x1b[31m\xe2\x80\xae";
    e.one.values.n = e.budget.smallest.n = 0;
    e.cost.params.argmax.n = 0;
    char *blocks = blocks_of(&e), *words = words_of(&e), *json = json_of(&e);
    CHECK_CONTAINS(blocks, "a\\\\x1b[31m\\\\u202e");
    CHECK_CONTAINS(words, "and \\x1b[31mthat");
    CHECK_CONTAINS(json, "a\\u001b[31m\xe2\x80\xae");
    assert_null(strchr(blocks, '\x1b'));
    free(blocks);
    free(words);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_read_is_what_was_written),
        cmocka_unit_test(what_is_not_known_stays_unknown),
        cmocka_unit_test(the_largest_numbers_are_read),
        cmocka_unit_test(what_is_no_explanation_is_refused),
        cmocka_unit_test(a_member_that_is_missing_or_strange_is_refused_or_told),
        cmocka_unit_test(damaged_bytes_are_refused_or_told),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
        cmocka_unit_test(blocks_have_the_words_of_a_terminal),
        cmocka_unit_test(texts_of_others_are_harmless_in_words_and_blocks),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
