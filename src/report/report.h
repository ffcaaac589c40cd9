/* report.h - what people and programs read: numbers, tables, the space and what it means, trials, JSON, a live block.
 *
 * text.c     numbers, times, widths, lines      table.c     aligned tables that wrap
 * page.c     paragraphs that wrap               records.c   trials and events as JSON
 * summary.c  the space as table and JSON        results.c   trials as a table
 * show*.c    one trial in full                  plot.c      curves in one line, and as plots of dots
 * live.c     a block of lines that is redrawn in place
 * width.c    columns that text takes            objectives.c what is improved and what must be kept
 * export.h     all trials as CSV or JSON        status.h   how a study is getting on
 * web/pages.h  the report, one HTML file        figures/   plots
 * log.h        logs that others read            csv.h      cells of CSV
 *
 * An explanation (explain.h) in words, in parts; as JSON it is written by explain/json.c:
 *
 * explain.c       all of it
 * explain_rows.c  the hyperparameters, a family in one row
 * explain_steps.c what one more of a hyperparameter adds
 * explain_cost.c  what networks cost, one of them layer by layer, what a budget leaves
 * explain_head.c  a few lines of it, before a search   explain_words.c  numbers, lists
 *
 * Everything is written to a FILE * of the caller's. Widths are columns of a terminal. What others wrote (names, choices,
 * reasons) is shown harmless (vvi_text_add_visible): tables do it of all their cells, everybody else where it is put in.
 */
#ifndef VVI_REPORT_REPORT_H
#define VVI_REPORT_REPORT_H

#include "base/json.h"
#include "explain/json.h"
#include "insight/insight.h"
#include "space/json.h"
#include <stdio.h>
#include <varve/tuner.h>

enum { VVI_REPORT_WIDTH = 80, VVI_EXPLAIN_WIDTH = 100 };
enum { VVI_NUMBER_SIZE = 32, VVI_SPARK_WIDTH = 24, VVI_SPARK_SIZE = 3 * VVI_SPARK_WIDTH + 1 };
/* Characters of a name, of a reason, that are shown of a longer one; digits of a value. */
enum { VVI_REPORT_NAME = 60, VVI_REPORT_REASON = 600, VVI_REPORT_DIGITS = 6 };

/* ---- trials and events as JSON (records.c) --------------------------------------------------------------------------
 */

/* A trial's members, inside an object that is begun: the same in events, results and show. */
void vvi_json_trial(vvi_json *json, const vv_trial *trial);
/* What show adds: executions in full, layers of `model` (NULL: null), curves. */
void vvi_json_trial_details(vvi_json *json, const vv_trial *trial, const vv_model *model);
/* Both as an object of its own; of a network that this version does not know, the layers are null. */
void vvi_json_whole_trial(vvi_json *json, const vv_trial *trial);
void vvi_json_event(vvi_json *json, const vv_event *event);
void vvi_json_refusals(vvi_json *json, const vv_refusals *refusals); /* "refused", "refusals"; NULL: there were none */

/* ---- text (text.c) --------------------------------------------------------------------------------------------------
 */

/* "0.25 s", "4.1 s", "2 min 05 s", "1 h 02 min". As snprintf, like the others. */
int vvi_report_seconds(double seconds, char *text, size_t size);
int vvi_report_whole_seconds(double seconds, char *text, size_t size); /* "4 s": of a time that is counted down */
/* "2026-11-28T05:00:37.230837Z"; "" for 0: not known. */
int vvi_report_time(double unix_time, char *text, size_t size);
int vvi_report_short_time(double unix_time, char *text, size_t size); /* "2026-11-28 05:00:37", UTC */
int vvi_report_number(double number, char *text, size_t size);        /* four digits: "0.9812", "2.31e-05" */
int vvi_report_shape(vv_shape shape, char *text, size_t size);        /* "28x28x1" */
/* ---- widths (width.c) ---- */
/* Columns that `n` bytes of UTF-8 take; colours take none. */
size_t vvi_report_columns(const char *text, size_t n);
/* Bytes of `text` that fit into `columns`. */
size_t vvi_report_clip(const char *text, size_t columns);
/* Bytes of `text` for a line of so many columns: up to a space; inside a word only where it is longer than the line.
 * Numbers stay with their "%", names with what they are compared with, if there is another space. */
size_t vvi_report_line(const char *text, size_t columns);
/* ---- values (text.c) ---- */
/* Adds a value as people read it: floats with at most so many significant digits, texts harmless and not too long. */
void vvi_report_value(vvi_text *text, vv_value value, int digits);
/* Adds "num_layers=2 filters_0=64". */
void vvi_report_values(vvi_text *text, const vv_active *values, size_t n);
/* The same of the first ones only where there are very many: "... and 170 more". */
void vvi_report_some_values(vvi_text *text, const vv_active *values, size_t n);
/* Adds "7 draws could not be built and cost no trial; most often: ..."; nothing when there were none. */
void vvi_report_refusals(vvi_text *text, const vv_refusals *refusals);

/* ---- objectives (objectives.c) ----------------------------------------------------------------------------------- */

/* Adds "maximizing val_accuracy, minimizing params". */
void vvi_report_objectives(vvi_text *text, const vv_objectives *objectives);
/* Adds "params<=50000, val_accuracy>=0.9". */
void vvi_report_constraints(vvi_text *text, const vv_constraints *constraints);
/* "0.9812"; of a cost "2,341". As snprintf. */
int vvi_report_score(const char *name, double score, char *text, size_t size);
/* Adds "val_accuracy 0.9812, params 2,341" of a trial that has scores, and how far it exceeds constraints. */
void vvi_report_scores(vvi_text *text, const vv_trial *trial, const vv_objectives *objectives);
const char *vvi_report_unit(const vvi_goals *goals); /* "epoch", "step" */

/* ---- tables (table.c) ------------------------------------------------------------------------------------------- */

typedef struct vvi_report_table_column {
    const char *title;
    bool right; /* aligned to the right */
    bool whole; /* its cells break only when nothing else can */
} vvi_report_table_column;

/* Cells are added row by row, and shown harmless. What does not fit the width wraps inside its column, the widest column
 * first. */
typedef struct vvi_report_table {
    const vvi_report_table_column *columns; /* borrowed */
    size_t n_columns;
    vvi_arena arena;
    char **cells;
    size_t n_cells, capacity;
    bool failed;
} vvi_report_table;
void vvi_report_table_cell(vvi_report_table *table, const char *format, ...) VV_PRINTF(2, 3);
void vvi_report_table_text(vvi_report_table *table, vvi_text *text); /* a text that grew, and deinits it */
void vvi_report_table_visible(vvi_report_table *table, const char *text, size_t most); /* see vvi_text_add_visible */
void vvi_report_table_write(const vvi_report_table *table, FILE *out, int width);      /* of one that has not failed */
void vvi_report_table_deinit(vvi_report_table *table);
/* Each line ends without spaces. Deinits the table. NO_MEMORY, IO. */
vv_status vvi_report_table_end(vvi_report_table *table, FILE *out, int width, vv_error *error);

/* ---- pages (page.c) --------------------------------------------------------------------------------------------- */

/* Where paragraphs and tables go, and how: as lines within some width, or as blocks of JSON,
 *     [{"text": "...", "indent": 2}, {"table": {"columns": [{"title": "...", "right": false}], "rows": [["..."]]}}]
 * Texts of others are harmless in both. A failure sticks until the end. */
typedef struct vvi_page_form vvi_page_form;
typedef struct vvi_page {
    const vvi_page_form *form; /* NULL: lines */
    FILE *out;                 /* of lines */
    int width;
    vvi_json *json; /* of blocks */
    bool failed;
} vvi_page;
/* Begins a list of blocks, which vvi_page_end ends. */
vvi_page vvi_page_blocks(vvi_json *json, const char *key);
/* A paragraph: its first line is indented by `first`, the others by `rest`. */
void vvi_page_printf(vvi_page *page, int first, int rest, const char *format, ...) VV_PRINTF(4, 5);
/* The same of a text that grew, and deinits it; nothing where nothing was written. */
void vvi_page_text(vvi_page *page, int first, int rest, vvi_text *text);
void vvi_page_table(vvi_page *page, vvi_report_table *table); /* and deinits it */
void vvi_page_gap(vvi_page *page);
vv_status vvi_page_end(const vvi_page *page, vv_error *error); /* NO_MEMORY, IO */

/* ---- the space and what it means (summary.c, explain*.c) --------------------------------------------------------- */

vv_status vvi_summary_write(const vv_explanation *e, FILE *out, vv_error *error);
vv_status vvi_summary_write_json(const vv_explanation *e, const vv_hypermodel *hypermodel, FILE *out, vv_error *error);

/* As wide as the terminal, from VVI_REPORT_WIDTH to VVI_EXPLAIN_WIDTH columns; the latter where there is none.
 * `with_layers`: the one configuration is shown layer by layer. */
vv_status vvi_explain_write(const vv_explanation *e, bool with_layers, FILE *out, vv_error *error);
/* The same words, without the layers, as blocks of a page. json->text.failed: there was no memory. */
void vvi_explain_write_blocks(const vv_explanation *e, vvi_json *json, const char *key);
/* A few lines of at most VVI_REPORT_WIDTH columns, fewer in a narrow terminal; formulas and conditions are never cut. */
vv_status vvi_explain_write_head(const vv_explanation *e, FILE *out, vv_error *error);

/* ---- trials (results.c, show.c, plot.c) ------------------------------------------------------------------------- */

/* A column for each objective, the Pareto front marked where there are several; `head`: with words above them. */
vv_status vvi_results_write(const vv_trials *trials, const vvi_goals *goals, bool head, FILE *out, vv_error *error);
vv_status vvi_results_write_json(const vv_trials *trials, FILE *out, vv_error *error);

/* `where` is for the title. The trial with its curves. */
vv_status vvi_show_write(const vv_trial *trial, const char *where, const vvi_goals *goals, FILE *out, vv_error *error);
vv_status vvi_show_write_json(const vv_trial *trial, FILE *out, vv_error *error);
/* Its curves as plots (show_plots.c). */
vv_status vvi_show_plots(const vv_trial *trial, const vvi_goals *goals, FILE *out, vv_error *error);

/* Which hyperparameters matter for an objective (importance.c). `where` is for the title. */
typedef struct vvi_importance_shown {
    const char *where;
    const vvi_importance_kind *kind;
    const vvi_frame *frame;
    size_t objective;
    const vvi_weights *weights;
} vvi_importance_shown;
vv_status vvi_importance_write(const vvi_importance_shown *shown, FILE *out, vv_error *error);
vv_status vvi_importance_write_json(const vvi_importance_shown *shown, FILE *out, vv_error *error);

/* Eighth blocks, at most VVI_SPARK_WIDTH; longer curves are averaged. A value that is not finite: a dot. */
void vvi_report_spark(const double *values, size_t n, char text[VVI_SPARK_SIZE]);
/* The same of at most so many blocks. */
void vvi_report_spark_within(const double *values, size_t n, size_t most, char text[VVI_SPARK_SIZE]);

/* Curves over each other as lines of Braille dots: `rows` lines of them with the scale at their left, then the axis with its
 * ends. All lines take `width` columns. Values that are not finite are gaps. */
enum { VVI_PLOT_ROWS = 6, VVI_PLOT_LINES = VVI_PLOT_ROWS + 2, VVI_PLOT_WIDTH = 120 };
typedef struct vvi_plot {
    const vv_curve *const *curves; /* n of them */
    size_t n;
    size_t width;     /* at least 24, at most VVI_PLOT_WIDTH */
    const char *unit; /* of the axis: "epoch" */
} vvi_plot;
void vvi_report_plot(const vvi_plot *plot, vvi_text lines[VVI_PLOT_LINES]); /* zeroed texts, which the caller deinits */

/* ---- live (live.c) ---------------------------------------------------------------------------------------------- */

int vvi_report_terminal_width(FILE *out); /* in columns; 0: no terminal, or not known */

int vvi_report_terminal_height(FILE *out); /* in rows, the same */
/* What a page or table has there: the terminal's width, from 40 to VVI_EXPLAIN_WIDTH columns; VVI_REPORT_WIDTH elsewhere. */
int vvi_report_width(FILE *out);

/* A block at the end of what was printed to a terminal, redrawn in place. Zero-initialise, set `out`. */
enum { VVI_LIVE_MOST = 200 };
typedef struct vvi_live {
    FILE *out;
    int lines;                           /* drawn now */
    unsigned short width[VVI_LIVE_MOST]; /* of each line, in columns */
} vvi_live;
/* What shall stand above the block for good (NULL: nothing; whole lines), and the block: lines, each with its end, clipped to
 * the terminal's width. One write. */
void vvi_live_draw(vvi_live *live, const char *above, const char *block);
void vvi_live_clear(vvi_live *live);  /* nothing is left over */
void vvi_live_forget(vvi_live *live); /* the block stays where it is; somebody else has written below it */

#endif
