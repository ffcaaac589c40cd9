/* peers.c - the shares that Optuna's evaluators give of the same trials (tests/golden/importance.txt). */
#include "frames.h"

typedef struct golden {
    made_variable variables[MOST_VARIABLES];
    size_t n_variables, n_trials;
    made_frame *frame;
    size_t compared;
} golden;

static double read_number(const char *text)
{
    return strcmp(text, "-") == 0 ? (double)NAN : strtod(text, NULL);
}

static void take_variable(golden *g, char *rest)
{
    char kind[16];
    made_variable *v = &g->variables[g->n_variables++];
    assert_int_equal(sscanf(rest, "%31s %15s %lf %lf", v->name, kind, &v->low, &v->high), 4);
    v->whole = strcmp(kind, "int") == 0;
    v->log = strcmp(kind, "log") == 0;
    v->n_words = strcmp(kind, "words") == 0 ? (size_t)v->high + 1 : 0;
}

static void take_trial(golden *g, char *rest)
{
    enum { MOST_TRIALS = 1000 };
    if (g->frame == NULL) g->frame = make_frame(g->variables, g->n_variables, MOST_TRIALS, 1);
    assert_true(g->n_trials < MOST_TRIALS);
    g->frame->scores[g->n_trials] = read_number(strtok(rest, " \n"));
    for (size_t i = 0; i < g->n_variables; i++) {
        const char *text = strtok(NULL, " \n");
        assert_non_null(text);
        g->frame->values[i][g->n_trials] = read_number(text);
    }
    g->frame->frame.n = ++g->n_trials;
}

/* PED-ANOVA is a calculation; forests are grown by chance. */
static void take_share(golden *g, char *rest)
{
    char kind[16], name[32];
    double share;
    vv_error error = { 0 };
    vvi_weights weights;
    assert_int_equal(sscanf(rest, "%15s %31s %lf", kind, name, &share), 3);
    assert_int_equal(vvi_importance(vvi_importance_find(kind), &g->frame->frame, 0, 1, &weights, &error), VV_OK);
    const double tolerance = strcmp(kind, "fanova") == 0 ? 0.06 : 1e-9;
    for (size_t i = 0; i < weights.n; i++) {
        if (strcmp(weights.list[i].name, name) != 0) continue;
        if (!(fabs(weights.list[i].share - share) <= tolerance))
            fail_msg("%s of %s is %.12g, and not %.12g", kind, name, weights.list[i].share, share);
        g->compared++;
    }
    vvi_weights_deinit(&weights);
}

static void take_end(golden *g, char *rest)
{
    (void)rest;
    free_frame(g->frame);
    g->frame = NULL;
    g->n_variables = g->n_trials = 0;
}

static void take_line(golden *g, char *line)
{
    static const struct {
        const char *word;
        void (*take)(golden *g, char *rest);
    } rows[] = {
        { "variable ", take_variable }, { "trial ", take_trial }, { "share ", take_share }, { "end", take_end }
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(line, rows[i].word, strlen(rows[i].word)) == 0) rows[i].take(g, line + strlen(rows[i].word));
}

static void shares_are_those_of_optunas_evaluators(void **state)
{
    (void)state;
    char line[1024];
    static golden g;
    FILE *file = fopen(VARVE_SOURCE_DIR "/tests/golden/importance.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) take_line(&g, line);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(g.compared, 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(shares_are_those_of_optunas_evaluators) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
