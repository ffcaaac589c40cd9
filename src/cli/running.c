/* running.c - the trials that run now, a line for each: where it is, how well it does, its curve, and the time left.
 *
 * What there is no room for is left out, the least important column first. Times are measured: the mean of the epochs that
 * this search has seen of the trial; of a trial that has none yet, nothing is said.
 */
#include "cli/cli.h"

#include <math.h>
#include <string.h>

static vvi_row *find(const vvi_running *running, int id)
{
    for (size_t i = 0; i < running->n; i++)
        if (running->list[i].shown.id == id) return &running->list[i];
    return NULL;
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

/* What cannot be held is not shown; the search is not the worse for it. */
static void add_point(vvi_row *row, double value)
{
    if (row->n_curve == row->capacity) {
        const size_t capacity = 2 * row->capacity + 16;
        double *curve = vvi_realloc(row->curve, capacity * sizeof *curve);
        if (curve == NULL) return;
        row->curve = curve;
        row->capacity = capacity;
    }
    row->curve[row->n_curve++] = value;
}

/* A trial that was interrupted has curves: the last execution is the one that goes on. */
static void take_curves(vvi_row *row, const vv_trial *trial, const char *metric)
{
    row->execution = (int)trial->n_executions;
    for (size_t i = 0; i < trial->n_curves; i++) {
        const vv_curve *curve = &trial->curves[i];
        if (curve->execution < row->execution || strcmp(curve->metric, metric) != 0) continue;
        row->execution = curve->execution;
        row->n_curve = 0;
        for (size_t k = 0; k < curve->n; k++) add_point(row, curve->values[k]);
        row->epochs = (int)curve->n;
    }
}

void vvi_running_begin(vvi_running *running, const vv_event *e)
{
    vvi_row *list = vvi_realloc(running->list, (running->n + 1) * sizeof *list);
    if (list == NULL) return;
    running->list = list;
    running->executions = e->executions > 0 ? e->executions : 1;
    snprintf(running->metric, sizeof running->metric, "%s", e->objective->name);
    snprintf(running->unit, sizeof running->unit, "%s", e->unit);
    vvi_row *row = &list[running->n++];
    *row = (vvi_row){ .goal = e->trial->goal > 0 ? e->trial->goal : e->epochs,
                      .before = e->trial->epochs_total,
                      .since_s = vvi_clock_s(),
                      .loss = (double)NAN,
                      .objective = (double)NAN };
    vvi_shown_take(&row->shown, e->trial);
    take_curves(row, e->trial, e->objective->name);
}

void vvi_running_epoch(vvi_running *running, const vv_event *e)
{
    vvi_row *row = find(running, e->trial->id);
    if (row == NULL) return;
    if (e->execution != row->execution || e->epoch == 0) row->n_curve = 0;
    row->execution = e->execution;
    row->epochs = e->epoch + 1;
    row->epochs_s += e->seconds;
    row->here++;
    row->since_s = vvi_clock_s();
    for (size_t i = 0; i < e->n_metrics; i++) {
        if (strcmp(e->metrics[i], "loss") == 0) row->loss = e->values[i];
        if (strcmp(e->metrics[i], e->objective->name) != 0) continue;
        row->objective = e->values[i];
        add_point(row, e->values[i]);
    }
    if (isfinite(row->objective)) vvi_report_number(row->objective, row->shown.score, sizeof row->shown.score);
}

static void deinit(vvi_row *row)
{
    vvi_shown_deinit(&row->shown);
    vvi_free(row->curve);
}

void vvi_running_end(vvi_running *running, const vv_event *e)
{
    vvi_row *row = find(running, e->trial->id);
    if (row == NULL) return;
    const size_t index = (size_t)(row - running->list);
    deinit(row);
    running->n--;
    memmove(row, row + 1, (running->n - index) * sizeof *row);
}

void vvi_running_deinit(vvi_running *running)
{
    for (size_t i = 0; i < running->n; i++) deinit(&running->list[i]);
    vvi_free(running->list);
    *running = (vvi_running){ .n = 0 };
}

/* ---- how far ---------------------------------------------------------------------------------------------------- */

double vvi_running_share(const vvi_running *running, const vvi_row *row)
{
    const double whole = (double)row->goal * running->executions;
    return whole > 0 ? fmin(1, (row->before + row->here) / whole) : 0;
}

double vvi_running_left_s(const vvi_running *running, const vvi_row *row, double now_s)
{
    const int remaining = running->executions * row->goal - row->before - row->here;
    if (row->goal < 1 || row->here < 1) return (double)NAN;
    if (remaining < 1) return 0;
    return fmax(0, row->epochs_s / row->here * remaining - (now_s - row->since_s));
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

enum { CELL = 96, GAP = 2 };

typedef struct column {
    void (*write)(const vvi_running *running, const vvi_row *row, char cell[CELL]);
    const char *title; /* NULL: the metric's name */
    bool left;         /* aligned to the left */
    int rank;          /* the higher, the sooner it is left out; 0: never */
} column;

static void write_id(const vvi_running *running, const vvi_row *row, char cell[CELL])
{
    (void)running;
    snprintf(cell, CELL, "%d", row->shown.id);
}

static void write_execution(const vvi_running *running, const vvi_row *row, char cell[CELL])
{
    cell[0] = '\0';
    if (running->executions > 1) snprintf(cell, CELL, "%d/%d", row->execution + 1, running->executions);
}

static void write_epoch(const vvi_running *running, const vvi_row *row, char cell[CELL])
{
    (void)running;
    const int n = snprintf(cell, CELL, "%d", row->epochs);
    if (row->goal > 0) snprintf(cell + n, (size_t)(CELL - n), "/%d", row->goal);
}

static void write_loss(const vvi_running *running, const vvi_row *row, char cell[CELL])
{
    cell[0] = '\0';
    if (!isnan(row->loss) && strcmp(running->metric, "loss") != 0) vvi_report_number(row->loss, cell, CELL);
}

static void write_objective(const vvi_running *running, const vvi_row *row, char cell[CELL])
{
    (void)running;
    cell[0] = '\0';
    if (!isnan(row->objective)) vvi_report_number(row->objective, cell, CELL);
}

static void write_curve(const vvi_running *running, const vvi_row *row, char cell[CELL])
{
    (void)running;
    vvi_report_spark_within(row->curve, row->n_curve, 16, cell);
}

static void write_left(const vvi_running *running, const vvi_row *row, char cell[CELL])
{
    const double left_s = vvi_running_left_s(running, row, vvi_clock_s());
    cell[0] = '\0';
    if (isfinite(left_s)) vvi_report_whole_seconds(left_s, cell, CELL);
}

static const column columns[] = {
    { write_id, "Trial", false, 0 },       { write_execution, "Execution", false, 4 },
    { write_epoch, "Epoch", false, 1 },    { write_loss, "Loss", false, 3 },
    { write_objective, NULL, false, 0 },   { write_curve, "Curve", true, 5 },
    { write_left, "Time left", false, 2 },
};
enum { COLUMNS = VVI_COUNT(columns), MOST_RANK = 5, METRIC = 24 };

typedef struct layout {
    char titles[COLUMNS][CELL];
    size_t width[COLUMNS];
} layout;

static void write_title(const vvi_running *running, size_t c, char title[CELL])
{
    vvi_text name = { 0 };
    if (columns[c].write == write_epoch && strcmp(running->unit, "epoch") != 0)
        snprintf(title, CELL, "Step");
    else if (columns[c].title != NULL)
        snprintf(title, CELL, "%s", columns[c].title);
    else
        vvi_text_add_visible(&name, running->metric, 0);
    if (name.data != NULL) snprintf(title, CELL, "%.*s", (int)vvi_report_clip(name.data, METRIC), name.data);
    vvi_text_deinit(&name);
}

static size_t sum_of(const layout *l)
{
    size_t sum = 0;
    for (size_t c = 0; c < COLUMNS; c++) sum += l->width[c] > 0 ? l->width[c] + GAP : 0;
    return sum > 0 ? sum - GAP : 0;
}

/* Some keep their place before there is anything to say. */
static size_t least_width(const vvi_running *running, size_t c)
{
    if (columns[c].write == write_curve) return 8;
    return columns[c].write == write_left && running->list[0].goal > 0 ? 9 : 0;
}

static void lay_out(layout *l, const vvi_running *running, size_t shown, size_t width)
{
    char cell[CELL];
    for (size_t c = 0; c < COLUMNS; c++) {
        size_t widest = least_width(running, c);
        write_title(running, c, l->titles[c]);
        for (size_t i = 0; i < shown; i++) {
            columns[c].write(running, &running->list[i], cell);
            const size_t n = vvi_report_columns(cell, strlen(cell));
            if (n > widest) widest = n;
        }
        const size_t title = vvi_report_columns(l->titles[c], strlen(l->titles[c]));
        l->width[c] = widest == 0 && columns[c].rank > 0 ? 0 : title > widest ? title : widest;
    }
    for (int rank = MOST_RANK; rank > 0 && sum_of(l) > width; rank--)
        for (size_t c = 0; c < COLUMNS; c++)
            if (columns[c].rank == rank) l->width[c] = 0;
}

static void add_cell(vvi_text *line, const layout *l, size_t c, const char *cell)
{
    const size_t n = vvi_report_columns(cell, strlen(cell)), fill = l->width[c] > n ? l->width[c] - n : 0;
    if (l->width[c] == 0) return;
    vvi_text_printf(line, "%*s%s%*s%*s", columns[c].left ? 0 : (int)fill, "", cell, columns[c].left ? (int)fill : 0, "",
                    GAP, "");
}

void vvi_running_write(const vvi_running *running, size_t lines, size_t width, bool color, vvi_text *block)
{
    layout l;
    if (running->n == 0 || lines < 2) return;
    const bool all = running->n + 1 <= lines;
    const size_t shown = all ? running->n : lines - 2;
    lay_out(&l, running, shown, width);
    vvi_text_printf(block, "%s", color ? "\033[2m" : "");
    for (size_t c = 0; c < COLUMNS; c++) add_cell(block, &l, c, l.titles[c]);
    vvi_text_printf(block, "%s\n", color ? "\033[0m" : "");
    for (size_t i = 0; i < shown; i++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            char cell[CELL];
            columns[c].write(running, &running->list[i], cell);
            add_cell(block, &l, c, cell);
        }
        vvi_text_printf(block, "\n");
    }
    if (!all) vvi_text_printf(block, "and %zu trials more\n", running->n - shown);
}
