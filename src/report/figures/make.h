/* make.h - what plot_*.c make figures with.
 *
 * A failure sticks in the maker, and what is made after it is thrown away. Arrays are then NULL, which whoever fills them
 * looks at; panels, marks and texts are never NULL. A pointer to a panel is good until the next panel is made, a pointer to a
 * mark until the panel's next mark.
 */
#ifndef VVI_REPORT_FIGURES_MAKE_H
#define VVI_REPORT_FIGURES_MAKE_H

#include "report/figures/figure.h"

typedef struct vvi_maker {
    const vvi_plot_args *args;
    const vvi_frame *frame;
    vvi_figure *figure;
    vv_error *error;
    vv_status status;
    /* Of the objective that the figure is of. */
    const char *objective; /* "score", where the study does not say */
    const double *scores;  /* by row; only what is finite, else NaN */
    bool maximize;
    size_t scored; /* rows with a score */
    uint64_t seed;
    bool jittered; /* some points stand beside their places */
    vvi_text caption, reduced;
    bool picked;              /* `reduced` says how */
    vvi_plot_memo own, *memo; /* where there is none of the caller's, the own */
    vvi_panel spare_panel;    /* what is handed out after a failure */
    vvi_mark spare_mark;
} vvi_maker;

/* ---- memory, texts (figure.c) --------------------------------------------------------------------------------------- */

void *vvi_make_room(vvi_maker *m, size_t n, size_t size); /* zeroed */
double *vvi_make_numbers(vvi_maker *m, size_t n);         /* n 0 is fine */
const char *vvi_make_text(vvi_maker *m, const char *format, ...) VV_PRINTF(2, 3);
/* A name of others in a sentence: harmless and short. */
const char *vvi_make_name(vvi_maker *m, const char *name);
/* A score of the objective, any number, a share in percent, as sentences say it. */
const char *vvi_make_score(vvi_maker *m, double score);
const char *vvi_make_number(vvi_maker *m, double number);
const char *vvi_make_percent(vvi_maker *m, double share);
const char *vvi_make_count(vvi_maker *m, size_t n);
/* "1 trial", "1,204 trials". */
const char *vvi_make_trials(vvi_maker *m, size_t n);
/* "3 layers", "1 layer". */
const char *vvi_make_several(vvi_maker *m, size_t n, const char *thing);
/* What others say why, as a sentence. */
const char *vvi_make_sentence(vvi_maker *m, const char *text);
/* Adds a sentence, with the space before it. */
void vvi_make_say(vvi_maker *m, const char *format, ...) VV_PRINTF(2, 3);
void vvi_make_reduced(vvi_maker *m, const char *format, ...) VV_PRINTF(2, 3);

/* ---- panels, marks, tables (figure.c) --------------------------------------------------------------------------------- */

vvi_panel *vvi_make_panel(vvi_maker *m, const char *title, int span);
vvi_mark *vvi_make_mark(vvi_maker *m, vvi_panel *panel, vvi_mark_kind kind, const char *name, int tint);
/* A panel that says why it is empty. */
void vvi_make_empty(vvi_maker *m, const char *title, const char *why);
/* `why` not NULL: the figure is such a panel, and its caption says it; true. */
bool vvi_make_is_empty(vvi_maker *m, const char *why);
/* A mark of n points that are gathered from columns by row; `x`, `y` NULL: none. */
void vvi_make_gather(vvi_maker *m, vvi_mark *mark, const size_t *rows, size_t n, const double *x, const double *y);
/* Columns of the table, each with n_rows of it; borrowed. */
void vvi_make_column(vvi_maker *m, const char *name, const double *numbers);
void vvi_make_text_column(vvi_maker *m, const char *name, const char *const *texts);
const double *vvi_make_doubles(vvi_maker *m, const int *numbers, size_t n);
/* The table of most plots: a row for each trial. Adds "trial", "status"; "score.NAME" of all objectives; a hyperparameter. */
void vvi_make_trial_columns(vvi_maker *m);
void vvi_make_score_columns(vvi_maker *m);
void vvi_make_variable_column(vvi_maker *m, const vvi_variable *variable);

/* ---- which trials (rows.c) ---------------------------------------------------------------------------------------------- */

typedef struct vvi_rows {
    size_t *list; /* ascending */
    size_t n;
} vvi_rows;
/* The rows with a number in all of the columns that are not NULL. */
vvi_rows vvi_rows_with(vvi_maker *m, const double *a, const double *b);
vvi_rows vvi_rows_with_all(vvi_maker *m, const double *a, const double *b, const double *c);
/* At most `most` of them: the best fourth of `most` and every k-th of the others, which `reduced` then says, once; the same
 * rows of the same study for every figure. `of`: "trials", "pruned trials"; NULL: the caller says it. */
vvi_rows vvi_rows_pick(vvi_maker *m, vvi_rows rows, size_t most, const char *of);
/* Those of one fate. */
vvi_rows vvi_rows_of(vvi_maker *m, vvi_rows rows, size_t fate);
/* The same rows, the worst first, so that the best are drawn last. */
vvi_rows vvi_rows_worst_first(vvi_maker *m, vvi_rows rows);
vvi_rows vvi_rows_best_first(vvi_maker *m, vvi_rows rows);
/* Ends among those that may be the best: COMPLETED, constraints kept. */
bool vvi_row_counts(const vvi_frame *frame, size_t row);
/* The best row by the figure's objective among those that count; -1: none. */
int vvi_row_best(const vvi_maker *m);
bool vvi_make_better(const vvi_maker *m, double score, double than);

/* What became of a trial, for the eye. */
typedef struct vvi_fate {
    const char *name; /* "completed", for the legend */
    int tint;
} vvi_fate;
enum { VVI_FATES = 5 };
const vvi_fate *vvi_fate_at(size_t index); /* those that are drawn first come first */
size_t vvi_fate_of(const vvi_frame *frame, size_t row);
/* Points of these rows at columns x, y: a mark for each fate, and the best on top, if it is there. */
void vvi_make_points(vvi_maker *m, vvi_panel *panel, vvi_rows rows, const double *x, const double *y);
/* A mark for the best of `rows` alone. */
void vvi_make_best(vvi_maker *m, vvi_panel *panel, vvi_rows rows, const double *x, const double *y);
/* "3 failed, 2 are pruned and 1 has not ended"; "" where all are completed. */
const char *vvi_make_fates(vvi_maker *m);
/* Why there is nothing to draw: no trial, none with a score; NULL: there is. */
const char *vvi_make_nothing(vvi_maker *m);

/* ---- axes (axes.c) ------------------------------------------------------------------------------------------------------ */

/* Of an objective: from where to where most of the scores are; logarithmic where they lie orders of magnitude apart. A few
 * that are far worse than all others are left out, which the caption then says. */
vvi_axis vvi_make_score_axis(vvi_maker *m, size_t objective);
/* Of any column of positive numbers: logarithmic where they lie orders of magnitude apart. */
vvi_axis vvi_make_axis(const char *title, const char *unit, const double *numbers, size_t n);
/* Of a hyperparameter, with where its values are on it, by row: a few numbers that are chosen from a list stand side by side,
 * as words do. */
vvi_axis vvi_make_variable_axis(vvi_maker *m, const vvi_variable *variable, const double **places);
/* Where one value is. */
double vvi_make_place(const vvi_variable *variable, double value);
vvi_axis vvi_make_words_axis(const char *title, const char *const *words, size_t n, bool down);
/* low, high with a share of room on both sides, by the axis' scale; of one number with room around it. */
void vvi_axis_set(vvi_axis *axis, double low, double high, double margin);
/* What marks need goes where an axis does not say. */
void vvi_figure_settle(vvi_figure *figure);
/* The shades of scores. */
vvi_shades vvi_make_shades(vvi_maker *m);
/* Points on words and whole numbers that would lie on each other, being at the same place and as good as at the same height
 * (`heights`, on an axis from low to high), a little side by side: a column by row. Else `places`. */
const double *vvi_make_jitter(vvi_maker *m, const vvi_axis *axis, const double *places, const vvi_axis *up,
                              const double *heights);
/* Says so, if any did. */
void vvi_make_say_jitter(vvi_maker *m);

/* ---- what matters (rank.c) ---------------------------------------------------------------------------------------------- */

/* Of one kind of importance; NULL after a failure. */
const vvi_weights *vvi_make_weights(vvi_maker *m, size_t kind);
/* Indexes of variables, those that matter most to the objective first; without importances those that the most trials have.
 * *known: they go by importance. */
const size_t *vvi_make_order(vvi_maker *m, bool *known);

#endif
