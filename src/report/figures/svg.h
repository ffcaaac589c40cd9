/* svg.h - what the files of the SVG writer share. Lengths are in the picture's own units, which are pixels at its own size. */
#ifndef VVI_REPORT_FIGURES_SVG_H
#define VVI_REPORT_FIGURES_SVG_H

#include "report/figures/figure.h"

enum { VVI_SVG_WIDTH = 1000, VVI_SVG_MARGIN = 28 };

/* What axes take beside the area of marks. */
typedef struct vvi_svg_room {
    double left, top, right, bottom;
} vvi_svg_room;

/* Where a panel's marks are drawn. */
typedef struct vvi_svg_view {
    const vvi_panel *panel;
    vvi_svg_room room;
    double x, y, width, height; /* of the area of marks */
    double shelf;               /* of rulers: the room beneath them for what is not active */
    size_t id;                  /* of the clip path */
} vvi_svg_view;

/* ---- text (svg_text.c) ---------------------------------------------------------------------------------------------- */

typedef enum vvi_anchor { VVI_START = 0, VVI_MIDDLE, VVI_END } vvi_anchor;
typedef struct vvi_svg_label {
    double x, y;
    vvi_anchor anchor;
    double turn;       /* degrees; 0: none */
    const char *style; /* classes: "tick", "name", "title", "words" */
    double width;      /* what does not fit is cut in the middle; 0: any */
    double size;       /* of the type */
} vvi_svg_label;
/* Others' text: harmless, and as XML, or HTML. */
void vvi_svg_escape(vvi_text *out, const char *string, size_t most);
void vvi_svg_escape_harmless(vvi_text *out, const char *text); /* only as XML, or HTML */
void vvi_svg_text(vvi_text *out, const vvi_svg_label *label, const char *string);
void vvi_svg_number(vvi_text *out, double number);
/* About as wide as it will be: the reader's type is not known. */
double vvi_svg_width(const char *string, double size);
/* Lines of at most so many units, from y on downwards; returns the y of the next line. */
double vvi_svg_paragraph(vvi_text *out, const vvi_svg_label *label, const char *string);

/* <line class="..."> */
void vvi_svg_line(vvi_text *out, const char *style, double x, double y, double to_x, double to_y);
/* <rect class="..."> */
void vvi_svg_rect(vvi_text *out, const char *style, double x, double y, double width, double height);

/* ---- places (svg_view.c) ----------------------------------------------------------------------------------------------- */

double vvi_axis_share(const vvi_axis *axis, double number); /* 0 at low, 1 at high, beyond them outside; NaN: nowhere */
double vvi_svg_x(const vvi_svg_view *view, double x);
double vvi_svg_y(const vvi_svg_view *view, double y);
double vvi_svg_ruler(const vvi_svg_view *view, size_t ruler, double value); /* the shelf, of a NaN */
double vvi_svg_ruler_x(const vvi_svg_view *view, size_t ruler);
/* Of the panel's shades: which one a number has; -1: none. */
int vvi_shade_of(const vvi_shades *shades, double number);

/* ---- parts ---------------------------------------------------------------------------------------------------------------- */

void vvi_svg_style(vvi_text *out); /* svg_style.c: the inline style */
/* svg_axes.c: how much room axes take; grid, ticks and titles. */
vvi_svg_room vvi_svg_room_of(const vvi_panel *panel, double width, double height);
void vvi_svg_axes(vvi_text *out, const vvi_svg_view *view);
void vvi_svg_marks(vvi_text *out, const vvi_svg_view *view); /* svg_marks.c */
/* svg_legend.c: returns how high it is; `out` NULL: only measures. */
double vvi_svg_legend(vvi_text *out, const vvi_figure *figure, double x, double y, double width);

#endif
