/* svg_view.c - from numbers to places. */
#include "report/figures/svg.h"

#include <math.h>

double vvi_axis_share(const vvi_axis *axis, double number)
{
    if (!isfinite(number)) return (double)NAN;
    if (axis->scale == VVI_LOG) return number > 0 ? log(number / axis->low) / log(axis->high / axis->low) : (double)NAN;
    const double span = axis->high - axis->low;
    return isfinite(span) ? (number - axis->low) / span : number / span - axis->low / span;
}

/* Far outside is outside: no viewer needs to know by how much, and some fail at large numbers. */
static double within(double share)
{
    return share < -4 ? -4 : share > 5 ? 5 : share;
}

double vvi_svg_x(const vvi_svg_view *view, double x)
{
    const double share = within(vvi_axis_share(&view->panel->x, x));
    return view->x + (view->panel->x.down ? 1 - share : share) * view->width;
}

double vvi_svg_y(const vvi_svg_view *view, double y)
{
    const double share = within(vvi_axis_share(&view->panel->y, y));
    return view->y + (view->panel->y.down ? share : 1 - share) * view->height;
}

double vvi_svg_ruler_x(const vvi_svg_view *view, size_t ruler)
{
    const size_t n = view->panel->n_rulers;
    return n < 2 ? view->x + view->width / 2 : view->x + view->width * (double)ruler / (double)(n - 1);
}

double vvi_svg_ruler(const vvi_svg_view *view, size_t ruler, double value)
{
    const double share = within(vvi_axis_share(&view->panel->rulers[ruler], value));
    const double height = view->height - view->shelf;
    return isnan(share) ? view->y + view->height - view->shelf / 3 : view->y + (1 - share) * height;
}

int vvi_shade_of(const vvi_shades *shades, double number)
{
    const vvi_axis axis = { .scale = shades->scale, .low = shades->low, .high = shades->high };
    double share = shades->title == NULL ? (double)NAN : vvi_axis_share(&axis, number);
    if (isnan(share)) return -1;
    if (shades->falling) share = 1 - share;
    return share <= 0 ? 0 : share >= 1 ? VVI_SHADES - 1 : (int)(share * VVI_SHADES);
}

static void member(vvi_text *out, const char *name, double number)
{
    vvi_text_printf(out, " %s=\"", name);
    vvi_svg_number(out, number);
    vvi_text_add(out, "\"", 1);
}

void vvi_svg_line(vvi_text *out, const char *style, double x, double y, double to_x, double to_y)
{
    vvi_text_printf(out, "<line class=\"%s\"", style);
    member(out, "x1", x), member(out, "y1", y), member(out, "x2", to_x), member(out, "y2", to_y);
    vvi_text_add(out, "/>\n", 3);
}

void vvi_svg_rect(vvi_text *out, const char *style, double x, double y, double width, double height)
{
    vvi_text_printf(out, "<rect class=\"%s\"", style);
    member(out, "x", x), member(out, "y", y), member(out, "width", width), member(out, "height", height);
    vvi_text_add(out, "/>\n", 3);
}
