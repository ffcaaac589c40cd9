/* export.c - exported trials read back as they were: text by text, number by number, bit by bit. */
#include "check.h"

#include "report/export.h"
#include "study/handle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIALS = 600, MOST_CELLS = 40 }; /* several pages */
static const char odd_text[] = "a \"quoted\",\r\nodd, text \xc3\xa9";

typedef struct place {
    char root[64], project[96];
    vv_study *study;
} place;

static void must(vv_status status, const vv_error *error)
{
    if (status != VV_OK) fail_msg("%s: %s", vv_status_name(status), error->text);
}

/* Numbers with all their digits. */
static double number(int i, int k)
{
    return (i % 3 - 1) * pow(10, (i * 7 + k) % 600 - 300) / 3;
}

static vv_active make_float(const char *name, double value)
{
    return (vv_active){ .name = name,
                        .domain = { .kind = VV_DOMAIN_FLOAT,
                                    .type = VV_VALUE_FLOAT,
                                    .min = -1e300,
                                    .max = 1e300,
                                    .default_value = { VV_VALUE_FLOAT, { .f = 0 } } },
                        .value = { VV_VALUE_FLOAT, { .f = value } } };
}

/* Every second trial has "odd", every 100th a name of its own. */
static void put_trial(vv_study *study, int i)
{
    vv_error error = { 0 };
    char own[32];
    static const vv_value odd = { VV_VALUE_STRING, { .s = "a \"b\", c" } };
    vv_active values[3] = { make_float("x", number(i, 0)) };
    size_t n = 1;
    snprintf(own, sizeof own, "own_%d", i);
    if (i % 2 == 1)
        values[n++] = (vv_active){ .name = "odd, \"name\"",
                                   .domain = { .kind = VV_DOMAIN_FIXED,
                                               .type = VV_VALUE_STRING,
                                               .values = &odd,
                                               .n_values = 1,
                                               .default_value = odd },
                                   .value = odd };
    if (i % 100 == 50) values[n++] = make_float(own, number(i, 1));
    const double score = number(i, 2), curve[] = { number(i, 3), (double)NAN, -(double)INFINITY };
    const bool failed = i % 5 == 4;
    const vv_curve curves[] = { { "loss", 0, curve, 3 }, { "loss", 1, curve, 1 }, { "val_loss", 1, curve, 2 } };
    const vv_execution execution = { .score = score, .seconds = 1 };
    const vv_trial trial = { .id = i,
                             .status = failed ? VV_TRIAL_FAILED : VV_TRIAL_COMPLETED,
                             .reason = failed ? odd_text : NULL,
                             .scores = &score,
                             .n_scores = failed ? 0 : 1,
                             .violation = (double)NAN,
                             .epochs = 3,
                             .epochs_total = 5,
                             .seconds = 0.1 * i,
                             .began = 1.79e9 + i,
                             .ended = 1.79e9 + i + 0.25,
                             .worker = "here-1-2",
                             .values = values,
                             .n_values = n,
                             .executions = &execution,
                             .n_executions = 1,
                             .curves = curves,
                             .n_curves = 3 };
    must(study->store->trial_put(study->state, &trial, &error), &error);
}

static int place_begin(void **state)
{
    vv_error error = { 0 };
    place *p = calloc(1, sizeof *p);
    if (p == NULL) return -1;
    snprintf(p->root, sizeof p->root, "/tmp/varve-test-XXXXXX");
    if (mkdtemp(p->root) == NULL) return -1;
    snprintf(p->project, sizeof p->project, "%s/project", p->root);
    must(vv_study_open(p->project, VV_STUDY_WRITE, &p->study, &error), &error);
    must(vv_study_set(p->study, "objective", "val_loss:min", &error), &error);
    must(vvi_study_batch_begin(p->study, &error), &error);
    for (int i = 0; i < TRIALS; i++) put_trial(p->study, i);
    must(vvi_study_batch_end(p->study, VV_OK, &error), &error);
    *state = p;
    return 0;
}

static int place_end(void **state)
{
    char command[128];
    place *p = *state;
    vv_study_close(p->study);
    snprintf(command, sizeof command, "rm -rf '%s'", p->root);
    const int rc = system(command);
    free(p);
    return rc;
}

static char *exported(const place *p, bool json, bool curves)
{
    char *text = NULL;
    size_t n = 0;
    vv_error error = { 0 };
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    must(vvi_export_write(p->study, &(vvi_export_args){ .json = json, .curves = curves }, out, &error), &error);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* ---- RFC 4180, read ------------------------------------------------------------------------------------------------- */

typedef struct row {
    char cells[MOST_CELLS][256];
    size_t n;
} row;

static const char *read_quoted(const char *c, char *cell)
{
    for (c++; !(c[0] == '"' && c[1] != '"'); c++) {
        assert_true(*c != '\0');
        if (*c == '"') c++;
        *cell++ = *c;
    }
    *cell = '\0';
    return c + 1;
}

/* Reads one row; what follows it. NULL at the end. */
static const char *read_row(const char *c, row *r)
{
    memset(r, 0, sizeof *r);
    if (*c == '\0') return NULL;
    for (;; c++) {
        assert_true(r->n < MOST_CELLS);
        char *cell = r->cells[r->n++];
        if (*c == '"') {
            c = read_quoted(c, cell);
        } else {
            const size_t n = strcspn(c, ",\r\n\"");
            memcpy(cell, c, n);
            c += n;
        }
        if (*c == ',') continue;
        assert_true(c[0] == '\r' && c[1] == '\n');
        return c + 2;
    }
}

static const char *cell_of(const row *head, const row *r, const char *title)
{
    assert_int_equal(head->n, r->n);
    for (size_t i = 0; i < head->n; i++)
        if (strcmp(head->cells[i], title) == 0) return r->cells[i];
    fail_msg("there is no column %s", title);
    return NULL;
}

static void check_number(const char *cell, double expected)
{
    char *end;
    const double found = strtod(cell, &end);
    assert_true(*cell != '\0' && *end == '\0');
    if (!isnan(found) || !isnan(expected)) CHECK_EQUAL_EXACTLY(found, expected);
}

/* ---- tests ---------------------------------------------------------------------------------------------------------- */

static void check_trial(const row *head, const row *r, int i)
{
    char own[32];
    const bool failed = i % 5 == 4;
    check_number(cell_of(head, r, "trial"), i);
    assert_string_equal(cell_of(head, r, "status"), failed ? "FAILED" : "COMPLETED");
    check_number(cell_of(head, r, "hp.x"), number(i, 0));
    assert_string_equal(cell_of(head, r, "hp.odd, \"name\""), i % 2 == 1 ? "a \"b\", c" : "");
    for (int k = 50; k < TRIALS; k += 100) {
        snprintf(own, sizeof own, "hp.own_%d", k);
        if (k == i)
            check_number(cell_of(head, r, own), number(i, 1));
        else
            assert_string_equal(cell_of(head, r, own), "");
    }
    if (failed)
        assert_string_equal(cell_of(head, r, "score.val_loss"), "");
    else
        check_number(cell_of(head, r, "score.val_loss"), number(i, 2));
    check_number(cell_of(head, r, "seconds"), 0.1 * i);
    assert_string_equal(cell_of(head, r, "worker"), "here-1-2");
    assert_string_equal(cell_of(head, r, "reason"), failed ? odd_text : "");
}

static void csv_has_a_line_for_each_trial(void **state)
{
    row *head = malloc(sizeof *head), *r = malloc(sizeof *r);
    char *text = exported(*state, false, false);
    const char *rest = read_row(text, head);
    for (int i = 0; i < TRIALS; i++) {
        rest = read_row(rest, r);
        assert_non_null(rest);
        check_trial(head, r, i);
    }
    assert_null(read_row(rest, r));
    assert_non_null(strstr(text, "2026-09-21T14:13:21.250000Z"));
    free(text);
    free(head);
    free(r);
}

static void csv_has_a_line_for_each_epoch(void **state)
{
    static const struct {
        int execution, epoch, loss, val_loss; /* which value of the curve; -1: none */
    } lines[] = { { 0, 0, 0, -1 }, { 0, 1, 1, -1 }, { 0, 2, 2, -1 }, { 1, 0, 0, 0 }, { 1, 1, -1, 1 } };
    row *head = malloc(sizeof *head), *r = malloc(sizeof *r);
    char *text = exported(*state, false, true);
    const char *rest = read_row(text, head);
    for (int i = 0; i < TRIALS; i++) {
        const double curve[] = { number(i, 3), (double)NAN, -(double)INFINITY };
        for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
            rest = read_row(rest, r);
            assert_non_null(rest);
            check_number(cell_of(head, r, "trial"), i);
            check_number(cell_of(head, r, "execution"), lines[k].execution);
            check_number(cell_of(head, r, "epoch"), lines[k].epoch);
            const char *loss = cell_of(head, r, "metric.loss"), *val_loss = cell_of(head, r, "metric.val_loss");
            if (lines[k].loss < 0) assert_string_equal(loss, "");
            if (lines[k].loss >= 0) check_number(loss, curve[lines[k].loss]);
            if (lines[k].val_loss < 0) assert_string_equal(val_loss, "");
            if (lines[k].val_loss >= 0) check_number(val_loss, curve[lines[k].val_loss]);
        }
    }
    assert_null(read_row(rest, r));
    free(text);
    free(head);
    free(r);
}

static void json_has_an_object_on_each_line(void **state)
{
    char *text = exported(*state, true, false);
    int lines = 0;
    for (const char *c = text; (c = strchr(c, '\n')) != NULL; c++) lines++;
    assert_int_equal(lines, TRIALS);
    assert_memory_equal(text, "[{\"trial\": 0, \"status\": \"COMPLETED\", ", 37);
    CHECK_CONTAINS(text, "\"ended\": \"2026-09-21T14:13:21.250000Z\", \"worker\": \"here-1-2\", \"attempts\": 0}");
    CHECK_CONTAINS(text, "\"reason\": \"a \\\"quoted\\\",\\r\\nodd, text \xc3\xa9\"");
    assert_string_equal(text + strlen(text) - 3, "}]\n");
    free(text);
    text = exported(*state, true, true);
    CHECK_CONTAINS(text, "{\"trial\": 599, \"execution\": 1, \"epoch\": 1, \"metrics\": {\"val_loss\": null}}]\n");
    free(text);
}

static void a_study_without_trials_has_a_head(void **state)
{
    (void)state;
    char root[] = "/tmp/varve-test-XXXXXX", path[64], command[96];
    vv_error error = { 0 };
    place empty = { .root = "" };
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/project", root);
    must(vv_study_open(path, VV_STUDY_WRITE, &empty.study, &error), &error);
    char *text = exported(&empty, false, false);
    assert_string_equal(text, "trial,status,score,epochs,executions,seconds,attempts,began,ended,worker,reason\r\n");
    free(text);
    text = exported(&empty, true, false);
    assert_string_equal(text, "[]\n");
    free(text);
    vv_study_close(empty.study);
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    assert_int_equal(system(command), 0);
}

/* As when the disk is full. */
static void output_that_cannot_be_written_is_said(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    FILE *out = fopen("/dev/full", "w");
    if (out == NULL) skip();
    assert_int_equal(vvi_export_write(p->study, &(vvi_export_args){ .json = false }, out, &error), VV_IO);
    CHECK_CONTAINS(error.text, "could not be written");
    fclose(out);
}

static void no_memory_is_clean(void **state)
{
    const place *p = *state;
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    for (int kind = 0; kind < 4; kind++) {
        const vvi_export_args args = { .json = kind & 1, .curves = kind & 2 };
        vvi_fail_allocation(0);
        CHECK_OK(vvi_export_write(p->study, &args, out, NULL));
        const long n = vvi_fail_allocation(0);
        for (long i = 1; i <= n; i += 1 + i / 3) {
            vvi_fail_allocation(i);
            const vv_status status = vvi_export_write(p->study, &args, out, NULL);
            vvi_fail_allocation(0);
            assert_true(status == VV_OK || status == VV_NO_MEMORY);
        }
    }
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_has_a_line_for_each_trial),         cmocka_unit_test(csv_has_a_line_for_each_epoch),
        cmocka_unit_test(json_has_an_object_on_each_line),       cmocka_unit_test(a_study_without_trials_has_a_head),
        cmocka_unit_test(output_that_cannot_be_written_is_said), cmocka_unit_test(no_memory_is_clean),
    };
    return cmocka_run_group_tests_name("report/export", tests, place_begin, place_end);
}
