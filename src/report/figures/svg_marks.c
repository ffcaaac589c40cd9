/* svg_marks.c - marks as paths: a row of `kinds` for each kind of mark.
 *
 * What has the same colour is one path, or a few, and not an element for each: 10,000 points take 150 KB. Within one path
 * nothing shines through, so that many points are dealt to a few paths: where they lie on each other it is darker.
 */
#include "report/figures/svg.h"

#include <math.h>
#include <string.h>

/* ---- colours ------------------------------------------------------------------------------------------------------------ */

enum { BUCKETS = VVI_TINTS + VVI_SHADES };

/* By shade, where the mark has one; by tint. */
static int bucket_of(const vvi_svg_view *v, const vvi_mark *mark, size_t i)
{
    const int shade = mark->shade == NULL ? -1 : vvi_shade_of(&v->panel->shades, mark->shade[i]);
    if (shade >= 0) return VVI_TINTS + shade;
    return vvi_tint_index(mark->tints != NULL ? mark->tints[i] : mark->tint);
}

static void add_class(vvi_text *out, int bucket, bool fill)
{
    const bool tint = bucket < VVI_TINTS;
    vvi_text_printf(out, "%s%d", tint ? fill ? "f" : "s" : fill ? "g" : "h", tint ? bucket : bucket - VVI_TINTS);
}

/* <path class="line s3" stroke-width="1.5" stroke-opacity="0.4" d=" */
static void begin_stroke(vvi_text *out, const char *style, int bucket, double width, double opacity)
{
    vvi_text_printf(out, "<path class=\"%s ", style);
    add_class(out, bucket, false);
    vvi_text_printf(out, "\" stroke-width=\"");
    vvi_svg_number(out, width);
    if (opacity < 1) vvi_text_printf(out, "\" stroke-opacity=\".%d", (int)(opacity * 100));
    vvi_text_printf(out, "\" d=\"");
}

static void begin_fill(vvi_text *out, const char *style, int bucket, double opacity)
{
    vvi_text_printf(out, "<path class=\"%s", style);
    add_class(out, bucket, true);
    if (opacity < 1) vvi_text_printf(out, "\" fill-opacity=\".%d", (int)(opacity * 100));
    vvi_text_printf(out, "\" d=\"");
}

static void end_path(vvi_text *out)
{
    vvi_text_add(out, "\"/>\n", 4);
}

static void add_point(vvi_text *out, char command, double x, double y)
{
    vvi_text_add(out, &command, 1);
    vvi_svg_number(out, x);
    vvi_text_add(out, " ", 1);
    vvi_svg_number(out, y);
}

static void add_box(vvi_text *out, double x, double y, double width, double height)
{
    add_point(out, 'M', x, y);
    vvi_text_add(out, "h", 1), vvi_svg_number(out, width);
    vvi_text_add(out, "v", 1), vvi_svg_number(out, height);
    vvi_text_add(out, "h", 1), vvi_svg_number(out, -width);
    vvi_text_add(out, "z", 1);
}

/* ---- points ------------------------------------------------------------------------------------------------------------- */

typedef struct point_look {
    double size, opacity;
    size_t layers; /* that points of one colour are dealt to */
} point_look;

/* Those of all marks look alike. */
static size_t points_of(const vvi_panel *panel)
{
    size_t n = 0;
    for (size_t i = 0; i < panel->n_marks; i++)
        if (panel->marks[i].kind == VVI_POINTS) n += panel->marks[i].n;
    return n;
}

static point_look look_of(const vvi_svg_view *v, const vvi_mark *mark)
{
    static const struct {
        size_t up_to;
        point_look look;
    } looks[] = {
        { 40, { 9, 0.95, 1 } }, { 200, { 7, 0.85, 2 } }, { 1000, { 5.5, 0.6, 4 } }, { 4000, { 4.2, 0.45, 6 } }
    };
    point_look found = { 3.2, 0.35, 8 };
    const size_t n = points_of(v->panel);
    for (size_t i = sizeof looks / sizeof looks[0]; i-- > 0;)
        if (n <= looks[i].up_to) found = looks[i].look;
    if (v->width < 400) found.size *= 0.8;
    if (mark->faint) found.size = fmin(found.size, 4), found.opacity *= 0.6;
    if (mark->tint == VVI_TINT_BEST) found.opacity = 1, found.size = fmax(found.size, 7);
    return found;
}

static void draw_layer(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark, int bucket, size_t layer,
                       const point_look *look)
{
    bool begun = false;
    for (size_t i = layer; i < mark->n; i += look->layers) {
        const double x = vvi_svg_x(v, mark->x[i]), y = vvi_svg_y(v, mark->y[i]);
        if (isnan(x) || isnan(y) || bucket_of(v, mark, i) != bucket) continue;
        if (!begun) begin_stroke(out, "dot", bucket, look->size, look->opacity);
        begun = true;
        add_point(out, 'M', x, y);
        vvi_text_add(out, "h0", 2);
    }
    if (begun) end_path(out);
}

/* Stands out from what it lies on. */
static void draw_ring(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark, double size)
{
    const double x = vvi_svg_x(v, mark->x[0]), y = vvi_svg_y(v, mark->y[0]);
    if (isnan(x) || isnan(y)) return;
    vvi_text_printf(out, "<path class=\"dot gap\" stroke-width=\"");
    vvi_svg_number(out, size);
    vvi_text_printf(out, "\" d=\"");
    add_point(out, 'M', x, y);
    vvi_text_add(out, "h0\"/>\n", 6);
}

static void draw_points(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    point_look look = look_of(v, mark);
    const bool one = mark->tint == VVI_TINT_BEST && mark->n == 1;
    if (one) look.size = v->width < 400 ? 9 : 12;
    if (one) draw_ring(out, v, mark, look.size + 4);
    bool there[BUCKETS] = { false };
    for (size_t i = 0; i < mark->n; i++) there[bucket_of(v, mark, i)] = true;
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        for (size_t layer = 0; there[bucket] && layer < look.layers; layer++)
            draw_layer(out, v, mark, bucket, layer, &look);
}

/* ---- lines -------------------------------------------------------------------------------------------------------------- */

static double width_of(const vvi_mark *mark)
{
    return mark->faint ? 1.1 : 2.2;
}

/* A line that has one point only is a dot: it has round ends. */
typedef struct pen_state {
    bool down, moved;
} pen_state;

static void pen_to(vvi_text *out, pen_state *pen, double x, double y)
{
    if (isnan(x) || isnan(y)) {
        if (pen->down && !pen->moved) vvi_text_add(out, "h0", 2);
        *pen = (pen_state){ false, false };
        return;
    }
    add_point(out, pen->down ? 'L' : 'M', x, y);
    pen->moved = pen->down;
    pen->down = true;
}

static void draw_line(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    pen_state pen = { false, false };
    begin_stroke(out, "line", vvi_tint_index(mark->tint), width_of(mark), mark->faint ? 0.7 : 1);
    for (size_t i = 0; i < mark->n; i++) pen_to(out, &pen, vvi_svg_x(v, mark->x[i]), vvi_svg_y(v, mark->y[i]));
    pen_to(out, &pen, (double)NAN, (double)NAN);
    end_path(out);
}

static void draw_step(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    pen_state pen = { false, false };
    double last = (double)NAN;
    begin_stroke(out, "line", vvi_tint_index(mark->tint), width_of(mark), 1);
    for (size_t i = 0; i < mark->n; i++) {
        const double x = vvi_svg_x(v, mark->x[i]), y = vvi_svg_y(v, mark->y[i]);
        if (!isnan(x) && !isnan(last) && !isnan(y)) pen_to(out, &pen, x, last);
        pen_to(out, &pen, x, y);
        last = y;
    }
    pen_to(out, &pen, (double)NAN, (double)NAN);
    end_path(out);
}

/* ---- courses ------------------------------------------------------------------------------------------------------------ */

static void add_course(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark, size_t i)
{
    pen_state pen = { false, false };
    if (mark->courses != NULL) {
        for (size_t k = 0; k < mark->courses[i].n; k++)
            pen_to(out, &pen, vvi_svg_x(v, (double)(k + 1)), vvi_svg_y(v, mark->courses[i].values[k]));
    } else
        for (size_t k = 0; k < mark->n_axes; k++)
            pen_to(out, &pen, v->panel->n_rulers > 0 ? vvi_svg_ruler_x(v, k) : vvi_svg_x(v, (double)k),
                   v->panel->n_rulers > 0 ? vvi_svg_ruler(v, k, mark->lines[k][i]) : vvi_svg_y(v, mark->lines[k][i]));
    pen_to(out, &pen, (double)NAN, (double)NAN);
}

/* A path for each, so that many of them lie darker. */
static void draw_courses(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    const double opacity = !mark->faint ? 1 : mark->n > 250 ? 0.22 : mark->n > 60 ? 0.4 : 0.6;
    const double width = !mark->faint ? 2.6 : mark->n > 300 ? 1 : 1.3;
    for (size_t i = 0; i < mark->n; i++) {
        begin_stroke(out, "line", bucket_of(v, mark, i), width, opacity);
        add_course(out, v, mark, i);
        end_path(out);
    }
}

/* ---- areas -------------------------------------------------------------------------------------------------------------- */

static double row_height(const vvi_svg_view *v)
{
    return fabs(vvi_svg_y(v, 1) - vvi_svg_y(v, 0));
}

static void draw_whisker(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark, size_t i, double y)
{
    const double from = vvi_svg_x(v, mark->x_low[i]), to = vvi_svg_x(v, mark->x_high[i]);
    if (isnan(from) || isnan(to)) return;
    begin_stroke(out, "line", VVI_TINT_PLAIN, 1.6, 1);
    add_point(out, 'M', from, y), add_point(out, 'L', to, y);
    add_point(out, 'M', from, y - 3.5), add_point(out, 'L', from, y + 3.5);
    add_point(out, 'M', to, y - 3.5), add_point(out, 'L', to, y + 3.5);
    end_path(out);
}

static void draw_note(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark, size_t i, double y)
{
    double x = vvi_svg_x(v, mark->x[i]);
    const double end = mark->x_high == NULL ? x : vvi_svg_x(v, mark->x_high[i]);
    if (end > x) x = end;
    vvi_svg_text(out, &(vvi_svg_label){ .x = x + 7, .y = y + 4, .style = "tick", .size = 11.5 }, mark->notes[i]);
}

static void draw_bars(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    const double height = fmin(row_height(v) * 0.62, 22), zero = vvi_svg_x(v, 0);
    for (size_t i = 0; i < mark->n; i++) {
        const double x = vvi_svg_x(v, mark->x[i]), y = vvi_svg_y(v, mark->y[i]);
        if (isnan(x) || isnan(y)) continue;
        begin_fill(out, "", bucket_of(v, mark, i), mark->faint ? 0.5 : 1);
        add_box(out, fmin(x, zero), y - height / 2, fabs(x - zero), height);
        end_path(out);
        if (mark->x_low != NULL && mark->x_high != NULL) draw_whisker(out, v, mark, i, y);
        if (mark->notes != NULL && mark->notes[i] != NULL) draw_note(out, v, mark, i, y);
    }
}

/* Where the area around the i-th of n places begins: half-way from the one before it. Numbers have ends; words need room. */
static double edge_of(const vvi_axis *axis, const double *at, size_t n, size_t i)
{
    const double beyond = axis->scale == VVI_WORDS ? 0.5 : 0;
    if (n == 1) return at[0] + (i == 0 ? -40 : 40);
    if (i == 0) return at[0] - (at[1] - at[0]) * beyond;
    if (i == n) return at[n - 1] + (at[n - 1] - at[n - 2]) * beyond;
    return (at[i - 1] + at[i]) / 2;
}

enum { MOST_CELLS = 256 };

static void draw_cells(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    double xs[MOST_CELLS], ys[MOST_CELLS];
    const size_t x_n = mark->x_n < MOST_CELLS ? mark->x_n : MOST_CELLS,
                 y_n = mark->y_n < MOST_CELLS ? mark->y_n : MOST_CELLS;
    for (size_t i = 0; i < x_n; i++) xs[i] = vvi_svg_x(v, mark->x[i]);
    for (size_t i = 0; i < y_n; i++) ys[i] = vvi_svg_y(v, mark->y[i]);
    for (size_t k = 0; k < y_n; k++)
        for (size_t i = 0, end; i < x_n; i = end) {
            const int bucket = bucket_of(v, mark, k * mark->x_n + i);
            for (end = i + 1; end < x_n && bucket_of(v, mark, k * mark->x_n + end) == bucket;) end++;
            if (isnan(mark->shade[k * mark->x_n + i])) continue;
            const vvi_axis *x = &v->panel->x, *y = &v->panel->y;
            const double left = edge_of(x, xs, x_n, i), right = edge_of(x, xs, x_n, end), top = edge_of(y, ys, y_n, k),
                         bottom = edge_of(y, ys, y_n, k + 1);
            begin_fill(out, "cell ", bucket, 1);
            add_box(out, fmin(left, right) - 0.3, fmin(top, bottom) - 0.3, fabs(right - left) + 0.6,
                    fabs(bottom - top) + 0.6);
            end_path(out);
        }
}

static void draw_spans_of(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark, int bucket)
{
    const double height = fmin(row_height(v) * 0.72, 26);
    begin_fill(out, "", bucket, mark->faint ? 0.5 : 0.9);
    for (size_t i = 0; i < mark->n; i++) {
        const double from = vvi_svg_x(v, mark->x[i]), to = vvi_svg_x(v, mark->x_high[i]), y = vvi_svg_y(v, mark->y[i]);
        if (isnan(from) || isnan(to) || isnan(y) || bucket_of(v, mark, i) != bucket) continue;
        add_box(out, from, y - height / 2, fmax(to - from - 0.6, 0.5), height);
    }
    end_path(out);
}

static void draw_spans(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    bool there[BUCKETS] = { false };
    for (size_t i = 0; i < mark->n; i++) there[bucket_of(v, mark, i)] = true;
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        if (there[bucket]) draw_spans_of(out, v, mark, bucket);
}

/* ---- stacks ------------------------------------------------------------------------------------------------------------- */

/* So high that the tallest takes a seventh of the panel; few piles are wider than many. */
typedef struct box {
    double width, height, gap;
} box;

static box box_of(const vvi_svg_view *v, const vvi_mark *mark)
{
    size_t most = 1;
    for (size_t i = 0; i < mark->n; i++)
        if (mark->piles[i].n > most) most = mark->piles[i].n;
    const double height = fmax(1.5, fmin(9, v->height / 7 / (double)most));
    return (box){ mark->n <= 24 ? 24 : mark->n <= 48 ? 17 : 12, height, height > 3 ? 1 : 0.4 };
}

static void draw_pile(vvi_text *out, const vvi_pile *pile, double x, double y, const box *b)
{
    for (size_t k = 0; k < pile->n; k++) {
        begin_fill(out, "", vvi_tint_index(pile->tints[k]), 1);
        add_box(out, x - b->width / 2, y - (double)(k + 1) * b->height, b->width, b->height - b->gap);
        end_path(out);
    }
    begin_stroke(out, "line", VVI_TINT_PLAIN, 1.4, 1);
    add_point(out, 'M', x - b->width / 2 - 1.5, y + 0.7), add_point(out, 'L', x + b->width / 2 + 1.5, y + 0.7);
    end_path(out);
}

static void draw_stacks(vvi_text *out, const vvi_svg_view *v, const vvi_mark *mark)
{
    const box b = box_of(v, mark);
    for (size_t i = 0; i < mark->n; i++) {
        const double x = vvi_svg_x(v, mark->x[i]), y = vvi_svg_y(v, mark->y[i]);
        const double whole = (double)mark->piles[i].n * b.height;
        if (isnan(x) || isnan(y)) continue;
        vvi_svg_rect(out, "ground", x - b.width / 2 - 1.2, y - whole - 0.8, b.width + 2.4, whole + 1);
        draw_pile(out, &mark->piles[i], x, y, &b);
    }
}

void vvi_svg_marks(vvi_text *out, const vvi_svg_view *v)
{
    static void (*const kinds[])(vvi_text * out, const vvi_svg_view *v, const vvi_mark *mark) = {
        [VVI_POINTS] = draw_points, [VVI_LINE] = draw_line,   [VVI_STEP] = draw_step,     [VVI_BARS] = draw_bars,
        [VVI_CELLS] = draw_cells,   [VVI_SPANS] = draw_spans, [VVI_STACKS] = draw_stacks, [VVI_COURSES] = draw_courses,
    };
    vvi_text_printf(out, "<g clip-path=\"url(#clip%zu)\">\n", v->id);
    for (size_t i = 0; i < v->panel->n_marks; i++) kinds[v->panel->marks[i].kind](out, v, &v->panel->marks[i]);
    vvi_text_printf(out, "</g>\n");
}
