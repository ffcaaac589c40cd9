/* beside.c - the values of the best trial beside those of the trials that run: a row for each hyperparameter, in the order
 * in which the best has them; where there is no room for all, those in which trials differ.
 */
#include "cli/cli.h"

#include <string.h>

enum { MOST_TRIALS = 16, NAME_COLUMNS = 24, VALUE_COLUMNS = 14, GAP = 2, DIGITS = 4 };

/* ---- a trial's values ------------------------------------------------------------------------------------------- */

static const char *keep(vvi_arena *arena, vvi_text *text)
{
    const char *kept = text->failed || text->data == NULL ? NULL : vvi_arena_strdup(arena, text->data);
    vvi_text_deinit(text);
    return kept == NULL ? "?" : kept;
}

static void take_value(vvi_shown *shown, const vv_active *active)
{
    vvi_text name = { 0 }, value = { 0 };
    vvi_text_add_visible(&name, active->name, 0);
    vvi_report_value(&value, active->value, DIGITS);
    shown->names[shown->n] = keep(&shown->arena, &name);
    shown->values[shown->n++] = keep(&shown->arena, &value);
}

void vvi_shown_take(vvi_shown *shown, const vv_trial *trial)
{
    vvi_shown_deinit(shown);
    shown->id = trial->id;
    shown->names = vvi_arena_alloc(&shown->arena, (trial->n_values + 1) * sizeof *shown->names);
    shown->values = vvi_arena_alloc(&shown->arena, (trial->n_values + 1) * sizeof *shown->values);
    if (shown->names == NULL || shown->values == NULL) return; /* they are not shown */
    for (size_t i = 0; i < trial->n_values; i++) take_value(shown, &trial->values[i]);
}

void vvi_shown_deinit(vvi_shown *shown)
{
    vvi_arena_deinit(&shown->arena);
    *shown = (vvi_shown){ .id = -1 };
}

/* ---- a table of them -------------------------------------------------------------------------------------------- */

typedef struct beside {
    const vvi_shown *trials[MOST_TRIALS];
    size_t n;
    bool has_best;      /* as the first of them */
    const char **names; /* of all of them */
    size_t n_names;
    size_t name_columns, width[MOST_TRIALS];
} beside;

static const char *value_of(const vvi_shown *shown, const char *name)
{
    for (size_t i = 0; i < shown->n; i++)
        if (strcmp(shown->names[i], name) == 0) return shown->values[i];
    return "";
}

static bool is_known(const beside *b, const char *name)
{
    for (size_t i = 0; i < b->n_names; i++)
        if (strcmp(b->names[i], name) == 0) return true;
    return false;
}

static void collect_names(beside *b, vvi_arena *arena)
{
    size_t most = 1;
    for (size_t t = 0; t < b->n; t++) most += b->trials[t]->n;
    b->names = vvi_arena_alloc(arena, most * sizeof *b->names);
    for (size_t t = 0; b->names != NULL && t < b->n; t++)
        for (size_t i = 0; i < b->trials[t]->n; i++)
            if (!is_known(b, b->trials[t]->names[i])) b->names[b->n_names++] = b->trials[t]->names[i];
}

static bool differs(const beside *b, const char *name)
{
    for (size_t t = 1; t < b->n; t++)
        if (strcmp(value_of(b->trials[0], name), value_of(b->trials[t], name)) != 0) return true;
    return false;
}

/* Leaves only names in which trials differ; returns how many there were besides. */
static size_t drop_equal(beside *b)
{
    size_t n = 0;
    const size_t before = b->n_names;
    for (size_t i = 0; i < before; i++)
        if (differs(b, b->names[i])) b->names[n++] = b->names[i];
    b->n_names = n;
    return before - n;
}

static size_t columns_of(const char *text, size_t most)
{
    const size_t n = vvi_report_columns(text, strlen(text));
    return n < most ? n : most;
}

static void write_title(const beside *b, size_t t, char title[VVI_NUMBER_SIZE])
{
    snprintf(title, VVI_NUMBER_SIZE, "%s %d", b->has_best && t == 0 ? "Best:" : "Trial", b->trials[t]->id);
}

static void measure(beside *b, const char *metric, size_t rows, size_t columns)
{
    char title[VVI_NUMBER_SIZE];
    b->name_columns = columns_of(metric, NAME_COLUMNS);
    for (size_t i = 0; i < rows; i++) {
        const size_t n = columns_of(b->names[i], NAME_COLUMNS);
        if (n > b->name_columns) b->name_columns = n;
    }
    size_t sum = b->name_columns, fit = 0;
    for (size_t t = 0; t < b->n; t++) {
        write_title(b, t, title);
        b->width[t] = columns_of(title, VALUE_COLUMNS);
        const size_t score = columns_of(b->trials[t]->score, VALUE_COLUMNS);
        if (score > b->width[t]) b->width[t] = score;
        for (size_t i = 0; i < rows; i++) {
            const size_t n = columns_of(value_of(b->trials[t], b->names[i]), VALUE_COLUMNS);
            if (n > b->width[t]) b->width[t] = n;
        }
        sum += GAP + b->width[t];
        if (sum > columns) break;
        fit++;
    }
    b->n = fit;
}

static void add_cell(vvi_text *block, const char *text, size_t width, bool right)
{
    const size_t n = vvi_report_clip(text, width), columns = vvi_report_columns(text, n);
    const int fill = (int)(width - columns);
    vvi_text_printf(block, "%*s%.*s%*s", right ? fill + GAP : 0, "", (int)n, text, right ? 0 : fill, "");
}

static void add_row(const beside *b, const char *name, const char *(*cell)(const vvi_shown *, const char *),
                    vvi_text *block)
{
    add_cell(block, name, b->name_columns, false);
    for (size_t t = 0; t < b->n; t++) add_cell(block, cell(b->trials[t], name), b->width[t], true);
    vvi_text_printf(block, "\n");
}

static const char *score_of(const vvi_shown *shown, const char *name)
{
    (void)name;
    return shown->score;
}

static void add_head(const beside *b, const char *metric, bool color, vvi_text *block)
{
    char title[VVI_NUMBER_SIZE];
    vvi_text_printf(block, "%s", color ? "\033[2m" : "");
    add_cell(block, "", b->name_columns, false);
    for (size_t t = 0; t < b->n; t++) {
        write_title(b, t, title);
        add_cell(block, title, b->width[t], true);
    }
    vvi_text_printf(block, "%s\n", color ? "\033[0m" : "");
    bool any = false;
    for (size_t t = 0; t < b->n; t++) any = any || b->trials[t]->score[0] != '\0';
    if (any) add_row(b, metric, score_of, block);
}

static void write_table(beside *b, const char *metric, size_t lines, size_t columns, bool color, vvi_text *block)
{
    const size_t room = lines - 2; /* the head, the scores */
    size_t left_out = b->n_names > room && b->n > 1 ? drop_equal(b) : 0;
    const size_t rows = b->n_names + (left_out > 0) <= room ? b->n_names : room - 1;
    left_out += b->n_names - rows;
    measure(b, metric, rows, columns);
    if (b->n == 0) return;
    add_head(b, metric, color, block);
    for (size_t i = 0; i < rows; i++) add_row(b, b->names[i], value_of, block);
    if (left_out > 0) vvi_text_printf(block, "and %zu hyperparameters more\n", left_out);
}

void vvi_beside_write(const vvi_shown *best, const vvi_running *running, size_t lines, size_t columns, bool color,
                      vvi_text *block)
{
    beside b = { .has_best = best->id >= 0 };
    vvi_arena arena = { 0 };
    vvi_text metric = { 0 };
    if (lines < 4 || running->n == 0) return;
    if (b.has_best) b.trials[b.n++] = best;
    for (size_t i = 0; i < running->n && b.n < MOST_TRIALS; i++) b.trials[b.n++] = &running->list[i].shown;
    collect_names(&b, &arena);
    vvi_text_add_visible(&metric, running->metric, 0);
    if (!metric.failed && b.names != NULL) write_table(&b, metric.data, lines, columns, color, block);
    vvi_text_deinit(&metric);
    vvi_arena_deinit(&arena);
}

void vvi_beside_best(const vvi_shown *best, const char *metric, vvi_text *block)
{
    vvi_text_printf(block, "Best: trial %d, ", best->id);
    vvi_text_add_visible(block, metric, NAME_COLUMNS);
    vvi_text_printf(block, " %s:", best->score);
    for (size_t i = 0; i < best->n; i++) vvi_text_printf(block, " %s=%s", best->names[i], best->values[i]);
    vvi_text_printf(block, "\n");
}
