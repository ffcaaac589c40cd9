/* pages.c - what pages are made of: assets that end no element, data whose columns are as long as there are trials, and a
 * report in which texts of others stay texts. */
#include "check.h"

#include "report/web/assets.h"
#include "report/web/pages.h"
#include "study/handle.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIALS = 24 };
static const char hostile[] = "</script><!-- \x1b[31m\n\xe2\x80\xae\"&'";

typedef struct place {
    char root[64], project[96];
    vv_study *study;
} place;

static void must(vv_status status, const vv_error *error)
{
    if (status != VV_OK) fail_msg("%s: %s", vv_status_name(status), error->text);
}

/* The second hyperparameter is active in every other trial, every sixth trial fails. */
static void put_trial(vv_study *study, int i)
{
    vv_error error = { 0 };
    static const vv_value words[] = { { VV_VALUE_STRING, { .s = hostile } }, { VV_VALUE_STRING, { .s = "plain" } } };
    const vv_domain rate = {
        .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .max = 1, .default_value = { VV_VALUE_FLOAT, { .f = 0 } }
    };
    const vv_domain choice = {
        .kind = VV_DOMAIN_CHOICE, .type = VV_VALUE_STRING, .values = words, .n_values = 2, .default_value = words[1]
    };
    const vv_active values[] = {
        { .name = "rate", .domain = rate, .value = { VV_VALUE_FLOAT, { .f = i / 24.0 } } },
        { .name = "choice <b>", .domain = choice, .value = words[i % 4 == 0] },
    };
    const double scores[] = { 1.0 / (1 + i), 100 + i }, curve[] = { 1, (double)NAN, 0.5 };
    const bool failed = i % 6 == 5;
    const vv_curve curves[] = { { "val_loss", 0, curve, 3 } };
    const vv_execution execution = { .best_epoch = 2, .score = scores[0], .seconds = 1 };
    const vv_trial trial = { .id = i,
                             .status = failed ? VV_TRIAL_FAILED : VV_TRIAL_COMPLETED,
                             .reason = failed ? hostile : NULL,
                             .scores = scores,
                             .n_scores = failed ? 0 : 2,
                             .violation = (double)NAN,
                             .epochs = 3,
                             .epochs_total = 3,
                             .seconds = 1,
                             .began = 1.79e9 + i,
                             .ended = 1.79e9 + i + 1,
                             .worker = hostile,
                             .values = values,
                             .n_values = i % 2 == 0 ? 2 : 1,
                             .executions = &execution,
                             .n_executions = failed ? 0 : 1,
                             .curves = curves,
                             .n_curves = 1 };
    must(study->store->trial_put(study->state, &trial, &error), &error);
}

static int place_begin(void **state)
{
    vv_error error = { 0 };
    place *p = calloc(1, sizeof *p);
    if (p == NULL) return -1;
    snprintf(p->root, sizeof p->root, "/tmp/varve-test-XXXXXX");
    if (mkdtemp(p->root) == NULL) return -1;
    snprintf(p->project, sizeof p->project, "%s/<b>project", p->root);
    must(vv_study_open(p->project, VV_STUDY_WRITE, &p->study, &error), &error);
    must(vv_study_set(p->study, "objective", "val_loss:min,params:min", &error), &error);
    must(vv_study_set(p->study, "data", hostile, &error), &error);
    must(vvi_study_batch_begin(p->study, &error), &error);
    for (int i = 0; i < TRIALS; i++) put_trial(p->study, i);
    must(vvi_study_batch_end(p->study, VV_OK, &error), &error);
    *state = p;
    return 0;
}

static int place_end(void **state)
{
    place *p = *state;
    vv_study_close(p->study);
    vvi_remove_tree(p->root);
    free(p);
    return 0;
}

/* ---- assets ------------------------------------------------------------------------------------------------------- */

static void each_asset_of_pages_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; vvi_asset_scripts[i] != NULL; i++) {
        const vvi_asset *asset = vvi_asset_find(vvi_asset_scripts[i]);
        assert_non_null(asset);
        assert_int_equal(strlen(asset->bytes), asset->size);
        assert_int_equal(strlen(asset->sha256), 64);
        assert_string_equal(asset->type, "text/javascript; charset=utf-8");
        assert_null(strstr(asset->bytes, "</script"));
        assert_null(strstr(asset->bytes, "<!--"));
    }
    for (size_t i = 0; vvi_asset_styles[i] != NULL; i++) {
        assert_non_null(vvi_asset_find(vvi_asset_styles[i]));
        assert_null(strstr(vvi_asset_find(vvi_asset_styles[i])->bytes, "</style"));
    }
    assert_null(vvi_asset_find("nothing.js"));
}

/* ---- data --------------------------------------------------------------------------------------------------------- */

static json_t *page_of(const place *p, int best)
{
    vvi_json json = { 0 };
    vv_error error = { 0 };
    vvi_json_begin(&json, NULL, '{');
    must(vvi_json_page(&json, &(vvi_page_args){ .study = p->study, .best = best }, &error), &error);
    vvi_json_end(&json, '}');
    json_t *page = json_loadb(json.text.data, json.text.n, 0, NULL);
    vvi_text_deinit(&json.text);
    assert_non_null(page);
    return page;
}

static const json_t *column_of(const json_t *page, const char *title, const json_t **numbers)
{
    size_t i;
    const json_t *one, *columns = json_object_get(json_object_get(page, "sheet"), "columns");
    json_array_foreach(json_object_get(json_object_get(page, "trials"), "columns"), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "title")), title) != 0) continue;
        *numbers = json_array_get(columns, (size_t)json_integer_value(json_object_get(one, "column")));
        return one;
    }
    fail_msg("there is no column %s", title);
    return NULL;
}

static void columns_are_as_long_as_there_are_trials(void **state)
{
    json_t *page = page_of(*state, 3);
    const json_t *numbers = NULL, *choice = column_of(page, "choice <b>", &numbers);
    assert_int_equal(json_array_size(numbers), TRIALS);
    assert_true(json_is_null(json_array_get(numbers, 1))); /* not active there */
    assert_int_equal(json_array_size(json_object_get(choice, "words")), 2);
    column_of(page, "params", &numbers);
    CHECK_NEAR(json_number_value(json_array_get(numbers, 4)), 104, 0);
    assert_true(json_is_null(json_array_get(numbers, 5))); /* it failed */
    assert_int_equal(json_array_size(json_object_get(page, "best")), 3);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(page, "trials"), "n")), TRIALS);
    json_decref(page);
}

static void words_of_columns_are_harmless(void **state)
{
    static const char *const titles[] = { "choice <b>", "reason", "worker" };
    json_t *page = page_of(*state, 0);
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        const json_t *numbers = NULL, *words = json_object_get(column_of(page, titles[i], &numbers), "words");
        const char *word = json_string_value(json_array_get(words, 0));
        assert_non_null(strstr(word, "</script><!-- \\x1b[31m\\n\\u202e\"&'"));
    }
    json_decref(page);
}

/* ---- the file ----------------------------------------------------------------------------------------------------- */

static char *report_of(const place *p)
{
    char *text = NULL;
    size_t n = 0;
    vv_error error = { 0 };
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    must(vvi_report_write_html(&(vvi_page_args){ .study = p->study, .best = 2 }, out, &error), &error);
    fclose(out);
    return text;
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) n++;
    return n;
}

static void texts_of_others_end_no_element(void **state)
{
    char *text = report_of(*state);
    size_t scripts = 3; /* the data, and the two that only the report has */
    while (vvi_asset_scripts[scripts - 3] != NULL) scripts++;
    assert_int_equal(count_of(text, "</script>"), scripts);
    assert_int_equal(count_of(text, "<!--"), 0);
    assert_non_null(strstr(text, "&lt;b&gt;project - Varve report</title>"));
    assert_null(strstr(text, "\n%"));
    free(text);
}

static void a_full_disk_is_said(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    FILE *out = fopen("/dev/full", "w");
    if (out == NULL) skip();
    assert_int_equal(vvi_report_write_html(&(vvi_page_args){ .study = p->study }, out, &error), VV_IO);
    fclose(out);
}

static void no_memory_is_clean(void **state)
{
    const place *p = *state;
    const vvi_page_args args = { .study = p->study, .best = 2 };
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    vvi_fail_allocation(0);
    CHECK_OK(vvi_report_write_html(&args, out, NULL));
    const long n = vvi_fail_allocation(0);
    for (long i = 1; i <= n; i += 1 + i / 24) {
        vvi_fail_allocation(i);
        const vv_status status = vvi_report_write_html(&args, out, NULL);
        vvi_fail_allocation(0);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
    }
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_asset_of_pages_is_there),  cmocka_unit_test(columns_are_as_long_as_there_are_trials),
        cmocka_unit_test(words_of_columns_are_harmless), cmocka_unit_test(texts_of_others_end_no_element),
        cmocka_unit_test(a_full_disk_is_said),           cmocka_unit_test(no_memory_is_clean),
    };
    return !!cmocka_run_group_tests(tests, place_begin, place_end);
}
