/* svg_axes.c - grid, ticks and titles of axes, and the room that they take.
 *
 * The title of an upright axis lies above it, where it can be read without turning one's head. Words that do not fit side by
 * side are turned. Rulers have their names above and their ticks at the left of each.
 */
#include "report/figures/svg.h"
#include "report/figures/ticks.h"

#include <math.h>
#include <string.h>

static const double tick_size = 11.5, name_size = 12.5, head_size = 13.5;
static const double most_words = 190; /* the widest that words at the left may be */
enum { TURNED = 40 };                 /* degrees */

static const char *label_of(const vvi_tick *tick)
{
    return tick->word != NULL ? tick->word : tick->label;
}

static double widest(const vvi_ticks *ticks)
{
    double most = 0;
    for (size_t i = 0; i < ticks->n; i++) most = fmax(most, vvi_svg_width(label_of(&ticks->list[i]), tick_size));
    return most;
}

/* So many that labels do not touch: across, by how wide they are; upwards, by how high. */
static void ticks_across(const vvi_axis *axis, double width, vvi_ticks *ticks)
{
    size_t most = axis->scale == VVI_WORDS ? VVI_MOST_TICKS : (size_t)fmax(2, fmin(14, width / 34));
    for (; most >= 2; most--) {
        vvi_ticks_make(axis, most, ticks);
        if (axis->scale == VVI_WORDS || (widest(ticks) + 14) * (double)ticks->n <= width * 1.15) return;
    }
}

static void ticks_upwards(const vvi_axis *axis, double height, vvi_ticks *ticks)
{
    vvi_ticks_make(axis, (size_t)fmax(2, height / (axis->scale == VVI_WORDS ? 14 : 38)), ticks);
}

static bool is_turned(const vvi_ticks *ticks, const vvi_axis *axis, double width)
{
    const double each = width / fmax(1, axis->scale == VVI_WORDS ? (double)ticks->n : 1);
    return axis->scale == VVI_WORDS && widest(ticks) > each - 6;
}

/* ---- room --------------------------------------------------------------------------------------------------------------- */

static double room_below(const vvi_axis *x, double width)
{
    vvi_ticks ticks;
    ticks_across(x, width, &ticks);
    double room = 22;
    if (is_turned(&ticks, x, width)) room = 14 + fmin(widest(&ticks), 110) * 0.65;
    return room + (x->title != NULL ? 19 : 0);
}

/* Names of rulers are turned where they are many. */
static bool rulers_turned(const vvi_panel *panel, double width)
{
    const double each = width / fmax(1, (double)panel->n_rulers);
    for (size_t i = 0; i < panel->n_rulers; i++)
        if (vvi_svg_width(panel->rulers[i].title, name_size) > each + 4) return true;
    return false;
}

static double room_above_rulers(const vvi_panel *panel, double width)
{
    double most = 0;
    if (!rulers_turned(panel, width)) return 26;
    for (size_t i = 0; i < panel->n_rulers; i++) most = fmax(most, vvi_svg_width(panel->rulers[i].title, name_size));
    return 16 + fmin(most, 150) * 0.5;
}

vvi_svg_room vvi_svg_room_of(const vvi_panel *panel, double width, double height)
{
    vvi_svg_room room = { 8, 6, 10, 6 };
    vvi_ticks ticks;
    if (panel->title != NULL) room.top += 22;
    if (panel->empty != NULL) return room;
    if (panel->n_rulers > 0) {
        room.top += room_above_rulers(panel, width - 110);
        room.left = 64;
        room.right = 46;
        return room;
    }
    if (panel->y.title != NULL) room.top += 20;
    ticks_upwards(&panel->y, height, &ticks);
    room.left = fmin(widest(&ticks), most_words) + 12;
    room.bottom = room_below(&panel->x, width - room.left - room.right);
    return room;
}

/* ---- grid, ticks -------------------------------------------------------------------------------------------------------- */

static void write_across(vvi_text *out, const vvi_svg_view *v)
{
    const vvi_axis *axis = &v->panel->x;
    const double foot = v->y + v->height;
    vvi_ticks ticks;
    ticks_across(axis, v->width, &ticks);
    const bool turned = is_turned(&ticks, axis, v->width);
    for (size_t i = 0; i < ticks.n; i++) {
        const double x = vvi_svg_x(v, ticks.list[i].at);
        const vvi_svg_label label = { .x = turned ? x + 4 : x,
                                      .y = foot + 16,
                                      .anchor = turned ? VVI_END : VVI_MIDDLE,
                                      .turn = turned ? -TURNED : 0,
                                      .style = "tick",
                                      .width = turned ? 110 : 0,
                                      .size = tick_size };
        if (axis->scale != VVI_WORDS) vvi_svg_line(out, "grid", x, v->y, x, foot);
        vvi_svg_text(out, &label, label_of(&ticks.list[i]));
    }
}

static void write_upwards(vvi_text *out, const vvi_svg_view *v)
{
    const vvi_axis *axis = &v->panel->y;
    vvi_ticks ticks;
    ticks_upwards(axis, v->height, &ticks);
    for (size_t i = 0; i < ticks.n; i++) {
        const double y = vvi_svg_y(v, ticks.list[i].at);
        const vvi_svg_label label = {
            .x = v->x - 7, .y = y + 4, .anchor = VVI_END, .style = "tick", .width = most_words, .size = tick_size
        };
        if (axis->scale != VVI_WORDS) vvi_svg_line(out, "grid", v->x, y, v->x + v->width, y);
        vvi_svg_text(out, &label, label_of(&ticks.list[i]));
    }
}

/* "seconds of training (s)". */
static void write_title(vvi_text *out, vvi_svg_label label, const vvi_axis *axis)
{
    vvi_text text = { 0 };
    if (axis->title == NULL) return;
    vvi_text_printf(&text, axis->unit != NULL ? "%s (%s)" : "%s", axis->title, axis->unit);
    label.style = "name";
    label.size = name_size;
    if (text.failed)
        out->failed = true;
    else
        vvi_svg_text(out, &label, text.data);
    vvi_text_deinit(&text);
}

static void write_titles(vvi_text *out, const vvi_svg_view *v, double left)
{
    const vvi_panel *panel = v->panel;
    const double middle = v->x + v->width / 2;
    write_title(out, (vvi_svg_label){ .x = left, .y = v->y - 9, .width = v->width }, &panel->y);
    write_title(out,
                (vvi_svg_label){ .x = middle,
                                 .y = v->y + v->height + room_below(&panel->x, v->width) - 4,
                                 .anchor = VVI_MIDDLE,
                                 .width = v->width },
                &panel->x);
}

/* ---- rulers ------------------------------------------------------------------------------------------------------------- */

static void write_ruler_ticks(vvi_text *out, const vvi_svg_view *v, size_t k)
{
    const vvi_axis *axis = &v->panel->rulers[k];
    const double x = vvi_svg_ruler_x(v, k), room = v->width / fmax(1, (double)(v->panel->n_rulers - 1));
    vvi_ticks ticks;
    ticks_upwards(axis, (v->height - v->shelf) * 0.8, &ticks);
    for (size_t i = 0; i < ticks.n; i++) {
        const double y = vvi_svg_ruler(v, k, ticks.list[i].at);
        const vvi_svg_label label = { .x = x - 6,
                                      .y = y + 4,
                                      .anchor = VVI_END,
                                      .style = "tick halo",
                                      .width = k == 0 ? 60 : fmax(34, room * 0.55),
                                      .size = tick_size };
        vvi_svg_line(out, "axis", x - 3, y, x, y);
        vvi_svg_text(out, &label, label_of(&ticks.list[i]));
    }
}

static void write_rulers(vvi_text *out, const vvi_svg_view *v)
{
    const bool turned = rulers_turned(v->panel, v->width);
    const double foot = v->y + v->height - v->shelf;
    for (size_t k = 0; k < v->panel->n_rulers; k++) {
        const double x = vvi_svg_ruler_x(v, k);
        vvi_svg_line(out, "axis", x, v->y, x, foot);
        write_ruler_ticks(out, v, k);
        write_title(out,
                    (vvi_svg_label){ .x = turned ? x - 4 : x,
                                     .y = v->y - 10,
                                     .anchor = turned ? VVI_START : VVI_MIDDLE,
                                     .turn = turned ? -30 : 0,
                                     .width = turned ? 150 : 0 },
                    &v->panel->rulers[k]);
    }
    if (v->shelf > 0)
        vvi_svg_text(out,
                     &(vvi_svg_label){ .x = v->x - 10,
                                       .y = v->y + v->height - v->shelf / 3 + 4,
                                       .anchor = VVI_END,
                                       .style = "tick",
                                       .size = tick_size },
                     "not active");
}

/* Bold type is wider than what widths are estimated for, and the next panel's head begins soon behind the panel. */
static void write_head(vvi_text *out, const vvi_svg_view *v, double left)
{
    const vvi_svg_label label = { .x = left,
                                  .y = v->y - v->room.top + 16,
                                  .style = "head",
                                  .width = v->width + v->room.left - 14,
                                  .size = 1.15 * head_size };
    if (v->panel->title != NULL) vvi_svg_text(out, &label, v->panel->title);
}

void vvi_svg_axes(vvi_text *out, const vvi_svg_view *v)
{
    const double left = v->x - v->room.left + 4;
    write_head(out, v, left);
    if (v->panel->empty != NULL) return;
    if (v->panel->n_rulers > 0) {
        write_rulers(out, v);
        return;
    }
    write_across(out, v);
    write_upwards(out, v);
    vvi_svg_line(out, "axis", v->x, v->y + v->height, v->x + v->width, v->y + v->height);
    write_titles(out, v, left);
}
