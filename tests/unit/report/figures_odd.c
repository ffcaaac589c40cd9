/* figures_odd.c - every plot there is, of every kind of study there is: each says something sensible, and what is written is well-formed,
 * harmless and whole. */
#include "figures_helper.h"

static const recipe studies[] = {
    { "no trial", .objectives = 1 },
    { "one trial that is running", 1, 2, 1, 0, .status = VV_TRIAL_RUNNING },
    { "one trial", 1, 3, 1, 3, .networks = true, .status = VV_TRIAL_COMPLETED },
    { "two trials", 2, 1, 1, 1, .networks = true, .status = VV_TRIAL_COMPLETED },
    { "all failed", 12, 4, 1, 2, .networks = true, .status = VV_TRIAL_FAILED },
    { "all pruned", 12, 4, 1, 4, .networks = true, .status = VV_TRIAL_PRUNED },
    { "NaN scores", 12, 4, 1, 2, .networks = true, .status = VV_TRIAL_COMPLETED, .scale = (double)NAN },
    { "infinite scores", 12, 4, 1, 2, .networks = true, .status = VV_TRIAL_COMPLETED, .scale = (double)INFINITY },
    { "equal scores", 30, 4, 1, 2, .networks = true, .status = VV_TRIAL_COMPLETED, .same = true },
    { "huge scores", 30, 4, 2, 2, .networks = true, .status = VV_TRIAL_COMPLETED, .scale = 1e308 },
    { "tiny scores", 30, 4, 2, 2, .networks = true, .status = VV_TRIAL_COMPLETED, .scale = 1e-310 },
    { "negative scores", 30, 4, 2, 2, .networks = true, .status = VV_TRIAL_COMPLETED, .scale = -1000 },
    { "one hyperparameter", 40, 1, 1, 5, .networks = true },
    { "two hundred", 60, 200, 1, 3, .networks = true },
    { "no hyperparameter", 20, 0, 1, 3, .networks = true },
    { "a function", 40, 5, 1, 0, .networks = false },
    { "no objective known", 40, 5, 0, 3, .networks = false },
    { "three objectives", 60, 5, 3, 3, .networks = true },
    { "five objectives", 60, 5, 5, 3, .networks = true },
    { "constraints exceeded by all", 30, 4, 2, 3, .networks = true, .constrained = true },
    { "a choice of 300 words", 80, 4, 1, 3, .words = 300 },
    { "hostile names", 40, 9, 3, 3, .networks = true, .hostile = true },
    { "many trials", 5000, 8, 1, 4, .networks = true },
};

/* ---- is it XML? ------------------------------------------------------------------------------------------------------ */

enum { DEPTH = 32, NAME = 32 };

static size_t take_name(const char *c, char name[NAME])
{
    const size_t n = strcspn(c, " \t\n/>=");
    assert_in_range(n, 1, NAME - 1);
    snprintf(name, NAME, "%.*s", (int)n, c);
    return n;
}

/* Entities are those that need no declaration; no character is one that XML forbids. */
static const char *check_text(const char *c, char end)
{
    for (; *c != end; c++) {
        const unsigned char byte = (unsigned char)*c;
        assert_int_not_equal(byte, '\0');
        assert_int_not_equal(byte, '<');
        if (byte < 0x20 && byte != '\n') fail_msg("control character %d", byte);
        if (byte == '&' && strncmp(c, "&amp;", 5) != 0 && strncmp(c, "&lt;", 4) != 0 && strncmp(c, "&gt;", 4) != 0 &&
            strncmp(c, "&quot;", 6) != 0 && strncmp(c, "&#39;", 5) != 0)
            fail_msg("an entity: %.20s", c);
        if ((byte & 0xc0) == 0xc0) assert_true(vvi_utf8_length(c) > 1);
        if (memcmp(c, "\xef\xbf", 2) == 0) assert_true((unsigned char)c[2] < 0xbe);
    }
    return c;
}

static const char *check_tag(const char *c, char open[DEPTH][NAME], size_t *depth)
{
    if (*c == '/') {
        char name[NAME];
        assert_true(*depth > 0);
        c += 1 + take_name(c + 1, name);
        assert_string_equal(name, open[--*depth]);
        assert_int_equal(*c, '>');
        return c + 1;
    }
    assert_true(*depth < DEPTH);
    c += take_name(c, open[*depth]);
    assert_string_not_equal(open[*depth], "script");
    assert_string_not_equal(open[*depth], "a");
    while (*c == ' ') {
        char name[NAME];
        c += 1 + take_name(c + 1, name);
        assert_true(strncmp(name, "on", 2) != 0 && strcmp(name, "href") != 0);
        assert_true(c[0] == '=' && c[1] == '"');
        c = check_text(c + 2, '"') + 1;
    }
    if (c[0] == '/') return c + 2;
    assert_int_equal(*c, '>');
    ++*depth;
    return c + 1;
}

static void check_xml(const char *text)
{
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    char open[DEPTH][NAME];
    size_t depth = 0;
    assert_memory_equal(text, head, strlen(head));
    for (const char *c = text + strlen(head); *c != '\0';) {
        if (*c == '<')
            c = check_tag(c + 1, open, &depth);
        else if (depth == 0)
            assert_int_equal(*c++, '\n');
        else
            c = check_text(c, '<');
    }
    assert_int_equal(depth, 0);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf\""));
}

/* ---- what is said ----------------------------------------------------------------------------------------------------- */

static void check_axis(const vvi_axis *axis)
{
    if (!(isfinite(axis->low) && isfinite(axis->high) && axis->low < axis->high))
        fail_msg("an axis from %g to %g", axis->low, axis->high);
    if (axis->scale == VVI_LOG) assert_true(axis->low > 0);
}

static void check_panel(const vvi_panel *panel)
{
    assert_in_range(panel->span, 1, 2);
    check_axis(&panel->x);
    check_axis(&panel->y);
    for (size_t i = 0; i < panel->n_rulers; i++) check_axis(&panel->rulers[i]);
    if (panel->shades.title != NULL) assert_true(panel->shades.low < panel->shades.high);
    assert_true(panel->empty != NULL || panel->n_marks > 0);
}

static size_t drawn_in(const vvi_figure *figure)
{
    size_t n = 0;
    for (size_t i = 0; i < figure->n_panels; i++)
        for (size_t k = 0; figure->panels[i].empty == NULL && k < figure->panels[i].n_marks; k++)
            n += figure->panels[i].marks[k].n;
    return n;
}

/* Cells of CSV: as many in each row as in the head. */
static void check_csv(const char *text, const vvi_figure_table *table)
{
    size_t rows = 0, cells = 1;
    bool quoted = false;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') quoted = !quoted;
        if (*c == ',' && !quoted) cells++;
        if (*c != '\n' || quoted) continue;
        assert_int_equal(c[-1], '\r');
        assert_int_equal(cells, table->n_columns);
        cells = 1;
        rows++;
    }
    assert_false(quoted);
    assert_int_equal(rows, table->n_rows + 1);
}

static void check_figure(const vvi_figure *figure, const recipe *r)
{
    assert_true(figure->n_panels > 0);
    assert_true(figure->caption[0] != '\0');
    assert_true(figure->table.n_columns > 0);
    for (size_t i = 0; i < figure->n_panels; i++) check_panel(&figure->panels[i]);
    if (drawn_in(figure) == 0) assert_non_null(figure->panels[0].empty);
    char *svg = written_figure(vvi_figure_write_svg, figure), *csv = written_figure(vvi_figure_write_csv, figure);
    check_xml(svg);
    check_csv(csv, &figure->table);
    if (strlen(svg) > 600000) fail_msg("%s of %s: %zu bytes", figure->kind, r->what, strlen(svg));
    free(svg);
    free(csv);
}

static void every_plot_of_every_study(void **state)
{
    (void)state;
    char *explained = explain_dense();
    for (size_t s = 0; s < COUNT(studies); s++) {
        vvi_frame frame = make_frame(&studies[s]);
        vvi_plot_memo memo = { .known = { false } };
        const vvi_plot_args args = { .frame = &frame, .explanation = explained, .memo = &memo };
        for (size_t k = 0; vvi_plot_at(k) != NULL; k++) {
            vvi_figure figure;
            vv_error error = { 0 };
            print_message("%s of %s\n", vvi_plot_at(k)->name, studies[s].what);
            if (vvi_plot_make(vvi_plot_at(k), &args, &figure, &error) != VV_OK) fail_msg("%s", error.text);
            check_figure(&figure, &studies[s]);
            vvi_figure_deinit(&figure);
        }
        vvi_plot_memo_deinit(&memo);
        vvi_frame_deinit(&frame);
    }
    free(explained);
}

/* ---- claims about one of them -------------------------------------------------------------------------------------------- */

static vvi_figure plotted(const char *kind, const vvi_plot_args *args)
{
    vvi_figure figure;
    vv_error error = { 0 };
    assert_non_null(vvi_plot_find(kind));
    if (vvi_plot_make(vvi_plot_find(kind), args, &figure, &error) != VV_OK) fail_msg("%s", error.text);
    return figure;
}

static const vvi_mark *mark_of(const vvi_panel *panel, const char *name)
{
    for (size_t i = 0; i < panel->n_marks; i++)
        if (panel->marks[i].name != NULL && strcmp(panel->marks[i].name, name) == 0) return &panel->marks[i];
    fail_msg("no mark is called %s", name);
    return NULL;
}

static void history_has_the_best_so_far(void **state)
{
    (void)state;
    const recipe r = { "", 40, 2, 1, 3, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    vvi_figure figure = plotted("history", &(vvi_plot_args){ .frame = &frame });
    const vvi_figure_column *best = &figure.table.columns[3];
    assert_string_equal(best->name, "best_so_far");
    double so_far = 0;
    for (size_t i = 0; i < frame.n; i++) {
        so_far = fmax(so_far, frame.scores[0][i]);
        CHECK_EQUAL_EXACTLY(best->numbers[i], so_far);
    }
    const vvi_mark *step = mark_of(&figure.panels[0], "best so far");
    CHECK_EQUAL_EXACTLY(step->y[step->n - 1], so_far);
    assert_int_equal(mark_of(&figure.panels[0], "best")->trials[0], frame.best);
    vvi_figure_deinit(&figure);
    vvi_frame_deinit(&frame);
}

/* Large studies are drawn in part: the best are there, `reduced` says so, the table has all. */
static void what_is_left_out_is_said(void **state)
{
    (void)state;
    const recipe r = { "", 5000, 30, 1, 3, .networks = true, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    vvi_plot_memo memo = { .known = { false } };
    const vvi_plot_args args = { .frame = &frame, .memo = &memo };
    vvi_figure figure = plotted("slice", &args);
    assert_int_equal(figure.n_panels, 24);
    CHECK_CONTAINS(figure.reduced, "24 of 30 hyperparameters are drawn");
    assert_int_equal(figure.table.n_rows, 5000);
    assert_int_equal(figure.table.n_columns, 2 + 1 + 30);
    for (size_t i = 0; i < figure.n_panels; i++) assert_true(mark_of(&figure.panels[i], "completed")->n <= 1500);
    vvi_figure_deinit(&figure);
    figure = plotted("curves", &args);
    CHECK_CONTAINS(figure.reduced, "of 5,000 trials are drawn");
    assert_int_equal(figure.table.n_rows, 15000);
    assert_int_equal(mark_of(&figure.panels[0], "best trial")->trials[0], frame.best);
    vvi_figure_deinit(&figure);
    vvi_plot_memo_deinit(&memo);
    vvi_frame_deinit(&frame);
}

/* With one hidden layer dense_1 is the output, with two the layer that num_layers added: the name does not tell. */
static void layers_have_the_tint_of_who_made_them(void **state)
{
    (void)state;
    static const int made[3][5] = { { 0, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 1, 1, 0 } };
    char *explained = explain_dense();
    const recipe r = { "", 9, 2, 1, 3, .networks = true, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    vvi_figure figure = plotted("depth", &(vvi_plot_args){ .frame = &frame, .explanation = explained });
    assert_int_equal(mark_of(&figure.panels[0], "made by num_layers")->tint, VVI_TINT_SERIES);
    const vvi_mark *piles = &figure.panels[0].marks[figure.panels[0].n_marks - 1];
    assert_int_equal(piles->kind, VVI_STACKS);
    assert_int_equal(piles->n, 9);
    for (size_t i = 0; i < piles->n; i++) {
        const vvi_pile *pile = &piles->piles[i];
        for (size_t k = 0; k < pile->n; k++)
            assert_int_equal(pile->tints[k], made[pile->n - 3][k] ? VVI_TINT_SERIES : VVI_TINT_PLAIN);
    }
    vvi_figure_deinit(&figure);
    static const char *const useless[] = { NULL, "", "{", "[]", "{\"hyperparameters\": 3}" };
    for (size_t i = 0; i < COUNT(useless); i++) {
        figure = plotted("depth", &(vvi_plot_args){ .frame = &frame, .explanation = useless[i] });
        CHECK_CONTAINS(figure.caption, "keeps no explanation");
        vvi_figure_deinit(&figure);
    }
    vvi_frame_deinit(&frame);
    free(explained);
}

static void hyperparameters_of_a_contour_can_be_chosen(void **state)
{
    (void)state;
    const recipe r = { "", 60, 6, 1, 3, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    vvi_figure figure = plotted("contour", &(vvi_plot_args){ .frame = &frame, .x = "hp_1", .y = "hp_0" });
    assert_string_equal(figure.panels[0].x.title, "hp_1");
    assert_string_equal(figure.panels[0].y.title, "hp_0");
    vvi_figure_deinit(&figure);
    figure = plotted("contour", &(vvi_plot_args){ .frame = &frame, .x = "hp_2", .y = "hp_2" });
    assert_non_null(figure.panels[0].empty);
    vvi_figure_deinit(&figure);
    vvi_frame_deinit(&frame);
}

/* The command asks without a seed, and `varve importance` with VVI_INSIGHT_SEED: one study has one answer. */
static void shares_are_those_that_importance_tells(void **state)
{
    (void)state;
    const recipe r = { "", 12, 3, 1, 3, .networks = false, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    vvi_weights weights;
    vvi_figure figure = plotted("importance", &(vvi_plot_args){ .frame = &frame });
    CHECK_OK(vvi_importance(vvi_importance_at(0), &frame, 0, VVI_INSIGHT_SEED, &weights, NULL));
    assert_int_equal(weights.n, 3);
    for (size_t i = 0; i < weights.n; i++) {
        const vvi_mark *bars = &figure.panels[0].marks[0];
        assert_true(!(bars->x[i] < weights.list[i].share) && !(bars->x[i] > weights.list[i].share));
        assert_true(!(bars->x_low[i] < weights.list[i].low) && !(bars->x_low[i] > weights.list[i].low));
    }
    vvi_weights_deinit(&weights);
    vvi_figure_deinit(&figure);
    vvi_frame_deinit(&frame);
}

/* ... and inside of it, whichever way is better, beyond all scores. */
static void trials_without_a_score_stand_at_the_edge_that_is_named(void **state)
{
    (void)state;
    const recipe r = { "", 40, 2, 2, 1, .networks = false };
    vvi_frame frame = make_frame(&r);
    for (size_t k = 0; k < 2; k++) { /* the first is maximized */
        vvi_figure figure = plotted("history", &(vvi_plot_args){ .frame = &frame, .objective = k });
        const vvi_panel *panel = &figure.panels[0];
        const vvi_mark *mark = &panel->marks[0];
        CHECK_CONTAINS(figure.caption, k == 0 ? "at the lower edge" : "at the upper edge");
        assert_true(mark->faint && mark->n > 0);
        assert_true(mark->y[0] > panel->y.low && mark->y[0] < panel->y.high);
        for (size_t i = 0; i < frame.n; i++)
            if (!isnan(frame.scores[k][i])) assert_true((mark->y[0] < frame.scores[k][i]) == (k == 0));
        vvi_figure_deinit(&figure);
    }
    vvi_frame_deinit(&frame);
}

static const vvi_figure_column *column_of(const vvi_figure *figure, const char *name)
{
    for (size_t k = 0; k < figure->table.n_columns; k++)
        if (strcmp(figure->table.columns[k].name, name) == 0) return &figure->table.columns[k];
    fail_msg("%s has no column %s", figure->kind, name);
    return NULL;
}

/* hp_1 is one of 1 to 5 by its domain. No trial has more than 3. */
static void nothing_is_expected_where_nothing_is_known(void **state)
{
    (void)state;
    const recipe r = { "", 60, 2, 1, 3, .networks = false, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    double *values = room_for(&frame, frame.n, sizeof *values);
    vvi_variable *variables = room_for(&frame, 2, sizeof *variables);
    memcpy(variables, frame.variables, 2 * sizeof *variables);
    for (size_t i = 0; i < frame.n; i++) values[i] = fmin(variables[1].values[i], 3);
    variables[1].values = values, frame.variables = variables;
    vvi_figure figure = plotted("contour", &(vvi_plot_args){ .frame = &frame, .x = "hp_0", .y = "hp_1" });
    const vvi_mark *cells = &figure.panels[0].marks[0];
    size_t known = 0;
    assert_int_equal(cells->kind, VVI_CELLS);
    assert_int_equal(cells->y_n, 5);
    for (size_t i = 0; i < cells->n; i++) {
        if (cells->y[i / cells->x_n] > 3) assert_true(isnan(cells->shade[i]));
        known += isnan(cells->shade[i]) ? 0 : 1;
    }
    assert_true(known > 60);
    assert_true(figure.panels[0].x.low > 0.8e-5 && figure.panels[0].x.high < 0.13);
    /* The table has them all, after the trials. */
    const vvi_figure_column *expected = column_of(&figure, "expected.val_accuracy"),
                            *at = column_of(&figure, "hp.hp_1");
    assert_int_equal(figure.table.n_rows, frame.n + known);
    assert_true(isnan(expected->numbers[0]) && isnan(column_of(&figure, "trial")->numbers[frame.n]));
    for (size_t i = frame.n; i < figure.table.n_rows; i++)
        assert_true(!isnan(expected->numbers[i]) && at->numbers[i] <= 3 && at->numbers[i] >= 1);
    vvi_figure_deinit(&figure);
    vvi_frame_deinit(&frame);
}

/* hp_1 is 1 to 5, of which 3 makes a layer of no units. */
static vv_model *build_without_three(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    const int value = vv_int(hp, "hp_1", .min = 1, .max = 5);
    vv_add(m, vv_input(4));
    if (value == 3) vv_add(m, vv_dense(0));
    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = vv_sgd(), .loss = VV_MSE);
    return m;
}

static void nothing_is_expected_of_what_never_builds(void **state)
{
    (void)state;
    const recipe r = { "", 60, 2, 1, 3, .networks = false, .status = VV_TRIAL_COMPLETED };
    vvi_frame frame = make_frame(&r);
    char *explained = explain(build_without_three);
    vvi_figure figure =
        plotted("contour", &(vvi_plot_args){ .frame = &frame, .explanation = explained, .x = "hp_0", .y = "hp_1" });
    const vvi_mark *cells = &figure.panels[0].marks[0];
    for (size_t i = 0; i < cells->n; i++) {
        const double y = cells->y[i / cells->x_n];
        if (y > 2.5 && y < 3.5) assert_true(isnan(cells->shade[i]));
        if ((y < 2.5 || y > 3.5) && i % cells->x_n == cells->x_n / 2) assert_true(!isnan(cells->shade[i]));
    }
    vvi_figure_deinit(&figure);
    vvi_frame_deinit(&frame);
    free(explained);
}

static void the_table_of_depths_tells_who_made_layers(void **state)
{
    (void)state;
    const recipe r = { "", 30, 3, 1, 3, .networks = true };
    vvi_frame frame = make_frame(&r);
    char *explained = explain_dense();
    vvi_figure figure = plotted("depth", &(vvi_plot_args){ .frame = &frame, .explanation = explained });
    CHECK_CONTAINS(column_of(&figure, "network")->texts[2], "input; ");
    CHECK_CONTAINS(column_of(&figure, "network")->texts[2], ": num_layers");
    vvi_figure_deinit(&figure);
    vvi_frame_deinit(&frame);
    free(explained);
}

/* hp_1 is whole: of four trials that are far from each other none is moved, of many some are, and it is said. */
static void points_are_moved_only_where_they_meet(void **state)
{
    (void)state;
    static const char said[] = "a little beside their places";
    for (size_t n = 4; n <= 400; n *= 100) {
        const recipe r = { "", n, 2, 1, 1, .networks = false, .status = VV_TRIAL_COMPLETED };
        vvi_frame frame = make_frame(&r);
        double *scores = room_for(&frame, n, sizeof *scores);
        for (size_t i = 0; i < n; i++) scores[i] = (double)i;
        frame.scores[0] = scores;
        vvi_figure figure = plotted("slice", &(vvi_plot_args){ .frame = &frame });
        size_t moved = 0;
        for (size_t p = 0; p < figure.n_panels; p++)
            for (size_t k = 0; strcmp(figure.panels[p].title, "hp_1") == 0 && k < figure.panels[p].n_marks; k++)
                for (size_t i = 0; i < figure.panels[p].marks[k].n; i++) {
                    const double x = figure.panels[p].marks[k].x[i], far = fabs(x - round(x));
                    assert_true(far <= 0.12);
                    moved += far > 0;
                }
        if (n == 4) {
            assert_int_equal(moved, 0);
            assert_null(strstr(figure.caption, said));
        } else {
            assert_true(moved > 0);
            CHECK_CONTAINS(figure.caption, said);
        }
        vvi_figure_deinit(&figure);
        vvi_frame_deinit(&frame);
    }
}

static void an_objective_that_is_not_there_is_refused(void **state)
{
    (void)state;
    const recipe r = { "", 4, 2, 1, 3, .networks = true };
    vvi_frame frame = make_frame(&r);
    vvi_figure figure;
    assert_int_equal(vvi_plot_make(vvi_plot_at(0), &(vvi_plot_args){ .frame = &frame, .objective = 1 }, &figure, NULL),
                     VV_BAD_ARG);
    vvi_figure_deinit(&figure);
    vvi_frame_deinit(&frame);
    assert_null(vvi_plot_find("histogram"));
}

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

static vv_status make_and_write(const vvi_plot_kind *kind, const vvi_plot_args *args, FILE *out)
{
    vvi_figure figure;
    vvi_sheet *sheet = NULL;
    vvi_json json = { .comma = false };
    vv_status status = vvi_plot_make(kind, args, &figure, NULL);
    if (status == VV_OK) status = vvi_figure_write_svg(&figure, out, NULL);
    if (status == VV_OK) status = vvi_figure_write_csv(&figure, out, NULL);
    if (status == VV_OK && (sheet = vvi_sheet_new()) == NULL) status = VV_NO_MEMORY;
    if (status == VV_OK) status = vvi_sheet_add(sheet, &figure, NULL);
    if (status == VV_OK) {
        vvi_json_begin(&json, NULL, '{');
        vvi_sheet_write(sheet, &json);
        vvi_json_end(&json, '}');
        if (json.text.failed) status = VV_NO_MEMORY;
    }
    vvi_text_deinit(&json.text);
    vvi_sheet_free(sheet);
    vvi_figure_deinit(&figure);
    return status;
}

static void no_memory_is_clean(void **state)
{
    (void)state;
    const recipe r = { "", 40, 6, 2, 4, .networks = true };
    char *explained = explain_dense();
    vvi_frame frame = make_frame(&r);
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    const vvi_plot_args args = { .frame = &frame, .explanation = explained };
    for (size_t k = 0; vvi_plot_at(k) != NULL; k++) {
        vvi_fail_allocation(0);
        CHECK_OK(make_and_write(vvi_plot_at(k), &args, out));
        const long n = vvi_fail_allocation(0);
        for (long i = 1; i <= n; i += 1 + i / 8) {
            vvi_fail_allocation(i);
            const vv_status status = make_and_write(vvi_plot_at(k), &args, out);
            vvi_fail_allocation(0);
            if (status != VV_OK && status != VV_NO_MEMORY) fail_msg("%s: status %d", vvi_plot_at(k)->name, (int)status);
        }
    }
    fclose(out);
    vvi_frame_deinit(&frame);
    free(explained);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_plot_of_every_study),
        cmocka_unit_test(history_has_the_best_so_far),
        cmocka_unit_test(what_is_left_out_is_said),
        cmocka_unit_test(layers_have_the_tint_of_who_made_them),
        cmocka_unit_test(hyperparameters_of_a_contour_can_be_chosen),
        cmocka_unit_test(trials_without_a_score_stand_at_the_edge_that_is_named),
        cmocka_unit_test(nothing_is_expected_where_nothing_is_known),
        cmocka_unit_test(nothing_is_expected_of_what_never_builds),
        cmocka_unit_test(the_table_of_depths_tells_who_made_layers),
        cmocka_unit_test(points_are_moved_only_where_they_meet),
        cmocka_unit_test(shares_are_those_that_importance_tells),
        cmocka_unit_test(an_objective_that_is_not_there_is_refused),
        cmocka_unit_test(no_memory_is_clean),
    };
    return cmocka_run_group_tests_name("report/figures_odd", tests, NULL, NULL);
}
