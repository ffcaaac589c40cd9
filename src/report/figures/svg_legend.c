/* svg_legend.c - what colours mean: one row for all panels, of marks that have a name and of shades. */
#include "report/figures/svg.h"
#include "report/figures/ticks.h"

#include <string.h>

static const double size = 12.5, row = 22;

typedef struct place {
    double left, x, y, right;
} place;

/* Moves on by so much, into the next row where there is no room. */
static void make_room(place *at, double width)
{
    if (at->x > at->left && at->x + width > at->right) {
        at->x = at->left;
        at->y += row;
    }
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Has an earlier mark of the figure said so? */
static bool is_said(const vvi_figure *figure, size_t panel, size_t mark)
{
    const vvi_mark *one = &figure->panels[panel].marks[mark];
    for (size_t i = 0; i <= panel; i++)
        for (size_t k = 0; k < (i == panel ? mark : figure->panels[i].n_marks); k++) {
            const vvi_mark *other = &figure->panels[i].marks[k];
            if (same(one->name, other->name) && one->tint == other->tint) return true;
        }
    return false;
}

static void draw_sample(vvi_text *out, const vvi_mark *mark, double x, double y)
{
    const int tint = vvi_tint_index(mark->tint);
    char style[24];
    snprintf(style, sizeof style, "line s%d", tint);
    const bool line = mark->kind == VVI_LINE || mark->kind == VVI_STEP || mark->kind == VVI_COURSES;
    if (line) vvi_svg_line(out, style, x, y, x + 16, y);
    snprintf(style, sizeof style, "f%d", tint);
    if (!line && mark->kind != VVI_POINTS) vvi_svg_rect(out, style, x + 2, y - 5, 11, 10);
    if (line || mark->kind != VVI_POINTS) return;
    vvi_text_printf(out, "<path class=\"dot s%d\" stroke-width=\"9\" d=\"M", tint);
    vvi_svg_number(out, x + 8), vvi_text_add(out, " ", 1), vvi_svg_number(out, y);
    vvi_text_add(out, "h0\"/>\n", 6);
}

static void add_mark(vvi_text *out, const vvi_mark *mark, place *at)
{
    enum { LONGEST = 260 };
    double width = vvi_svg_width(mark->name, size);
    if (width > LONGEST) width = LONGEST;
    make_room(at, width + 40);
    const vvi_svg_label label = { .x = at->x + 22, .y = at->y + 4.5, .style = "name", .width = LONGEST, .size = size };
    if (out != NULL) draw_sample(out, mark, at->x, at->y);
    if (out != NULL) vvi_svg_text(out, &label, mark->name);
    at->x += width + 42;
}

/* "loss  2.3 [from bad to good] 0.1". */
static void add_shades(vvi_text *out, const vvi_shades *shades, place *at)
{
    enum { LONGEST = 220, STEP = 7 };
    char from[VVI_NUMBER_SIZE], to[VVI_NUMBER_SIZE];
    vvi_report_score(shades->title, shades->falling ? shades->high : shades->low, from, sizeof from);
    vvi_report_score(shades->title, shades->falling ? shades->low : shades->high, to, sizeof to);
    double title = vvi_svg_width(shades->title, size);
    if (title > LONGEST) title = LONGEST;
    const double low = vvi_svg_width(from, size), high = vvi_svg_width(to, size), bar = STEP * VVI_SHADES;
    make_room(at, title + low + high + bar + 50);
    vvi_svg_label label = { .x = at->x, .y = at->y + 4.5, .style = "name", .width = LONGEST, .size = size };
    if (out != NULL) {
        vvi_svg_text(out, &label, shades->title);
        label.x += title + 12;
        vvi_svg_text(out, &label, from);
        label.x += low + 6;
        for (int i = 0; i < VVI_SHADES; i++) {
            char style[8];
            snprintf(style, sizeof style, "g%d", i);
            vvi_svg_rect(out, style, label.x + STEP * i, at->y - 5, STEP, 11);
        }
        label.x += bar + 6;
        vvi_svg_text(out, &label, to);
    }
    at->x += title + low + high + bar + 50;
}

double vvi_svg_legend(vvi_text *out, const vvi_figure *figure, double x, double y, double width)
{
    place at = { x, x, y + 8, x + width };
    const char *shaded = NULL;
    for (size_t i = 0; i < figure->n_panels; i++) {
        const vvi_panel *panel = &figure->panels[i];
        if (panel->empty != NULL) continue;
        for (size_t k = 0; k < panel->n_marks; k++)
            if (panel->marks[k].name != NULL && !is_said(figure, i, k)) add_mark(out, &panel->marks[k], &at);
        if (panel->shades.title != NULL && !same(shaded, panel->shades.title)) add_shades(out, &panel->shades, &at);
        shaded = panel->shades.title != NULL ? panel->shades.title : shaded;
    }
    return at.x > at.left || at.y > y + 8 ? at.y - y + 8 + 6 : 0;
}
