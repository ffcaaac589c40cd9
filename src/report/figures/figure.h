/* figure.h - plots as data: what is drawn, not how. A plot's file makes a figure of a frame; svg.c, csv.c and json.c write any
 * figure, and web/figure.js draws any of their JSON; none of them knows of kinds of plots.
 *
 * plots.c    the registry: a row for each kind     plot_*.c   one kind each
 * make.h     what they are made with: figure.c (panels, marks, texts), rows.c (which trials), axes.c (of what, from where to
 *            where)                                ticks.c    where numbers stand on an axis
 * svg*.c     as a picture                          json*.c    for a page: a sheet of figures
 * csv.c      what they show, as a table            theme.c    the colours
 */
#ifndef VVI_REPORT_FIGURES_FIGURE_H
#define VVI_REPORT_FIGURES_FIGURE_H

#include "insight/insight.h"
#include "report/report.h"

/* What something is, for the eye: a colour of the theme (theme.c). Series count from VVI_TINT_SERIES and come
 * round after VVI_SERIES. */
typedef enum vvi_tint {
    VVI_TINT_TRIAL = 0, /* "trial": completed */
    VVI_TINT_BEST,      /* "best" */
    VVI_TINT_RUNNING,   /* "running": and WAITING, PAUSED, INTERRUPTED */
    VVI_TINT_PRUNED,    /* "pruned" */
    VVI_TINT_FAILED,    /* "failed": and what exceeds constraints */
    VVI_TINT_PLAIN,     /* "plain": axes, what is only there for orientation */
    VVI_TINT_SERIES     /* "series0" ... "series7" */
} vvi_tint;
enum { VVI_SERIES = 8, VVI_TINTS = VVI_TINT_SERIES + VVI_SERIES, VVI_SHADES = 16, VVI_ANCHORS = 5 };
int vvi_tint_index(int tint); /* < VVI_TINTS: series come round */
const char *vvi_tint_name(int tint);

/* Colours, 0xrrggbb (theme.c): of a light ground and of a dark one. Shades are VVI_SHADES between the anchors. */
typedef struct vvi_theme {
    const char *name; /* "light", "dark" */
    unsigned ground, ink, soft, grid, axis, tints[VVI_TINTS], anchors[VVI_ANCHORS];
} vvi_theme;
const vvi_theme *vvi_theme_at(size_t index); /* light first; NULL past the end */
unsigned vvi_theme_shade(const vvi_theme *theme, size_t index);

typedef enum vvi_scale {
    VVI_LINEAR = 0,
    VVI_LOG,
    VVI_TIME,
    VVI_WORDS
} vvi_scale; /* TIME: Unix time; WORDS: 0, 1, 2, ... */

typedef struct vvi_axis {
    const char *title; /* NULL: none */
    const char *unit;  /* "s", "bytes"; NULL: none */
    vvi_scale scale;
    double low, high;         /* what it shows; both NaN: what the marks need, which vvi_plot_make puts there, so that
                                 writers always have two numbers, low < high. Marks are clipped to it */
    bool whole;               /* ticks at whole numbers only */
    bool down;                /* the low end is on top (rows of a list) */
    const char *const *words; /* WORDS: n_words of them */
    size_t n_words;
} vvi_axis;

typedef enum vvi_mark_kind {
    VVI_POINTS = 1, /* at x, y */
    VVI_LINE,       /* through x, y in order; a NaN interrupts it */
    VVI_STEP,       /* the same, level to the next x, then up or down */
    VVI_BARS, /* lying: from 0 to x, at the row y; with x_low, x_high: an interval's ends, as a whisker. Its notes stand
                       behind it */
    VVI_CELLS, /* coloured areas around x, y, as wide as to the middle of the next one; the outermost end there, but on an
 axis of words reach as far beyond: x is x_n values, y y_n, shade [y_n][x_n] (n of all marks is then
 x_n * y_n) */
    VVI_SPANS, /* lying: from x to x_high, in the row y */
    VVI_STACKS, /* a pile of little boxes that stands on x, y, one box for each layer, the first at the bottom: piles[i] */
    VVI_COURSES /* many lines at once: line i is through (0, lines[0][i]), (1, lines[1][i]), ... or, `ragged`, the course of
                       row i by epoch: (1, courses[i].values[0]), ... On rulers a NaN is a place of its own, beneath the
                       ruler's low end ("not active"); in a course it interrupts the line */
} vvi_mark_kind;

/* A layer in a pile: who made it. */
typedef struct vvi_pile {
    const char *const *names; /* of layers */
    const int *tints;         /* vvi_tint of each */
    size_t n;
} vvi_pile;

/* Arrays are borrowed from the frame or the figure's arena. NaN in x, y, shade: is not drawn. */
typedef struct vvi_mark {
    vvi_mark_kind kind;
    const char *name; /* in the legend; NULL: not there */
    int tint;         /* vvi_tint */
    bool faint;       /* behind, many, or only for orientation */
    size_t n, x_n, y_n;
    const double *x, *y, *x_low, *x_high;
    const double *shade; /* by the panel's shades instead of the tint; NULL: none. Of COURSES by line */
    const int *tints;    /* one for each, instead of `tint`; NULL */
    const int *trials;   /* id of each (of COURSES: line), for hovering and following; NULL: they are not of trials */
    const char *const *notes;   /* what hovering says besides; NULL */
    const vvi_pile *piles;      /* STACKS: n of them */
    const double *const *lines; /* COURSES: n_axes columns of n */
    size_t n_axes;
    const vvi_course *courses; /* COURSES, ragged: n of them */
} vvi_mark;

/* Colours by a number, from bad (near to the ground) to good (stands out from it). */
typedef struct vvi_shades {
    const char *title; /* NULL: nothing is shaded */
    vvi_scale scale;
    double low, high;
    bool falling; /* low is good */
} vvi_shades;

typedef struct vvi_panel {
    const char *title; /* NULL: none */
    vvi_axis x, y;
    const vvi_axis
        *rulers; /* parallel coordinates: an upright axis at x = 0, 1, ... each; COURSES are in their units */
    size_t n_rulers;
    vvi_mark *marks; /* the first is behind the others */
    size_t n_marks;
    vvi_shades shades;
    const char *empty; /* not NULL: there is nothing to draw, and why */
    int span;          /* 1: half of the width; 2: all of it; small multiples: 1 */
} vvi_panel;

/* What a figure shows, as a table: a column of numbers, or of texts. */
typedef struct vvi_figure_column {
    const char *name;
    const double *numbers;    /* NaN: an empty cell */
    const char *const *texts; /* instead */
} vvi_figure_column;
typedef struct vvi_figure_table {
    vvi_figure_column *columns;
    size_t n_columns, n_rows;
} vvi_figure_table;

typedef struct vvi_figure {
    vvi_arena arena;
    const char *kind, *title; /* "history", "History" */
    const char
        *caption; /* one or two sentences that say what is seen, with its numbers, for those who cannot see it, too */
    vvi_panel *panels;
    size_t n_panels;
    vvi_figure_table table; /* all of what is drawn, or more, never less */
    const char *reduced;    /* not NULL: what is left out of the drawing and by which rule ("2,000 of 10,000 trials are
                                 drawn: the best 500 and every 6th of the others"); the table has all */
} vvi_figure;

/* ---- plots (plots.c) ------------------------------------------------------------------------------------------------ */

/* What several plots of one frame, objective and seed need, and takes a while: made by the first, used by the others.
 * Zero-initialise. */
enum { VVI_MOST_IMPORTANCES = 4 };
typedef struct vvi_plot_memo {
    vvi_weights weights[VVI_MOST_IMPORTANCES]; /* by kind of importance */
    bool known[VVI_MOST_IMPORTANCES];
} vvi_plot_memo;
void vvi_plot_memo_deinit(vvi_plot_memo *memo);

typedef struct vvi_plot_args {
    const vvi_frame *frame;  /* with courses and networks */
    const char *explanation; /* as JSON, as `explain --json` has it; NULL: the study has none */
    size_t objective;        /* of frame->objectives */
    const char *x, *y;       /* contour: which hyperparameters; NULL: the two that matter most */
    uint64_t seed;           /* 0: VVI_INSIGHT_SEED, with which everything else that is shown is made */
    vvi_plot_memo *memo;     /* NULL: nothing is kept */
} vvi_plot_args;
struct vvi_maker;
typedef struct vvi_plot_kind {
    const char *name, *title, *summary; /* "depth", "Depth", one line for --help and the page */
    void (*make)(struct vvi_maker *maker);
} vvi_plot_kind;
/* In the order of pages; NULL past the end; for an unknown name. */
const vvi_plot_kind *vvi_plot_at(size_t index);
const vvi_plot_kind *vvi_plot_find(const char *name);
/* Owned: vvi_figure_deinit, even after a failure. A study that has nothing to show makes a figure that says why. */
vv_status vvi_plot_make(const vvi_plot_kind *kind, const vvi_plot_args *args, vvi_figure *figure, vv_error *error);
void vvi_figure_deinit(vvi_figure *figure);

/* ---- writers --------------------------------------------------------------------------------------------------------- */

/* A whole file, valid XML whatever the texts are: no script, no link; light, and dark where that is preferred. */
vv_status vvi_figure_write_svg(const vvi_figure *figure, FILE *out, vv_error *error);
/* RFC 4180, with a head. */
vv_status vvi_figure_write_csv(const vvi_figure *figure, FILE *out, vv_error *error);

/* A sheet: figures that share columns of numbers. Equal columns are written once. Zero-initialise.
 * What is written is described at the head of json.c. Texts are harmless (vvi_text_add_visible). */
typedef struct vvi_sheet vvi_sheet;
vvi_sheet *vvi_sheet_new(void);                                                       /* NULL: no memory */
vv_status vvi_sheet_add(vvi_sheet *sheet, const vvi_figure *figure, vv_error *error); /* copied */
/* A column for something else on the page; returns its index. */
vv_status vvi_sheet_column(vvi_sheet *sheet, const double *numbers, size_t n, size_t *index, vv_error *error);
/* The members "theme", "columns" and "figures" into an object that is begun. */
void vvi_sheet_write(const vvi_sheet *sheet, vvi_json *json);
void vvi_sheet_free(vvi_sheet *sheet); /* NULL is fine */

#endif
