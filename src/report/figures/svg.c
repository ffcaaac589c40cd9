/* svg.c - a figure as a picture that is a file of its own: valid XML whatever the texts are, no script, no link, one style.
 *
 * From above: title, caption, legend, panels, what was left out. Panels of span 1 stand side by side, two of them, or three
 * where there are more than four; the others take the whole width.
 */
#include "report/figures/svg.h"

#include <math.h>

static const double inner = VVI_SVG_WIDTH - 2.0 * VVI_SVG_MARGIN, gutter = 22;

/* ---- heights ------------------------------------------------------------------------------------------------------------ */

/* Rows of a list need a height each; other panels look best as they are here. */
static double height_of(const vvi_figure *figure, const vvi_panel *panel, double width)
{
    const double rows = panel->y.high - panel->y.low;
    if (panel->empty != NULL) return width > inner / 2 ? 150 : 120;
    if (panel->y.scale == VVI_WORDS && panel->y.down) return fmin(fmax(26 * rows, 60), 1400) + 75;
    if (panel->n_rulers > 0) return 470;
    if (width < inner / 2.5) return 236;
    if (width < inner * 0.9) return 330;
    return panel == figure->panels ? 480 : 300; /* the first says most */
}

/* The panels from `first` on that stand side by side. */
static size_t count_row(const vvi_figure *figure, size_t first, size_t *columns)
{
    size_t run = 0;
    *columns = 1;
    if (figure->panels[first].span != 1) return 1;
    while (first + run < figure->n_panels && figure->panels[first + run].span == 1) run++;
    /* Of the whole run, so that its rows are alike. */
    size_t before = 0;
    while (before < first && figure->panels[first - before - 1].span == 1) before++;
    *columns = run + before == 1 ? 1 : run + before <= 4 ? 2 : 3;
    return run < *columns ? run : *columns;
}

/* ---- panels ------------------------------------------------------------------------------------------------------------- */

static void write_clip(vvi_text *out, const vvi_svg_view *v)
{
    const double above = v->panel->n_rulers > 0 ? 4 : 8, beside = v->panel->n_rulers > 0 ? 8 : 6;
    vvi_text_printf(out, "<clipPath id=\"clip%zu\">", v->id);
    vvi_svg_rect(out, "ground", v->x - beside, v->y - above, v->width + 2 * beside, v->height + 2 * above);
    vvi_text_printf(out, "</clipPath>\n");
}

static void write_empty(vvi_text *out, const vvi_svg_view *v)
{
    const double width = v->width * 0.8;
    const vvi_svg_label label = { .x = v->x + v->width / 2,
                                  .y = v->y + v->height / 2,
                                  .anchor = VVI_MIDDLE,
                                  .style = "words",
                                  .width = width,
                                  .size = 13.5 };
    vvi_text_printf(out, "<rect class=\"grid\" x=\"");
    vvi_svg_number(out, v->x), vvi_text_printf(out, "\" y=\""), vvi_svg_number(out, v->y);
    vvi_text_printf(out, "\" width=\""), vvi_svg_number(out, v->width);
    vvi_text_printf(out, "\" height=\""), vvi_svg_number(out, v->height), vvi_text_printf(out, "\" rx=\"6\"/>\n");
    vvi_svg_paragraph(out, &label, v->panel->empty);
}

static void write_panel(vvi_text *out, vvi_svg_view *v)
{
    if (v->panel->empty != NULL) {
        vvi_svg_axes(out, v);
        write_empty(out, v);
        return;
    }
    write_clip(out, v);
    if (v->panel->n_rulers > 0) {
        vvi_svg_marks(out, v);
        vvi_svg_axes(out, v);
        return;
    }
    vvi_svg_axes(out, v);
    vvi_svg_marks(out, v);
}

static bool has_inactive(const vvi_panel *panel)
{
    for (size_t i = 0; i < panel->n_marks; i++)
        for (size_t k = 0; panel->marks[i].lines != NULL && k < panel->marks[i].n_axes; k++)
            for (size_t j = 0; j < panel->marks[i].n; j++)
                if (!isfinite(panel->marks[i].lines[k][j])) return true;
    return false;
}

static vvi_svg_view view_of(const vvi_panel *panel, size_t id, double x, double y, double width, double height)
{
    const vvi_svg_room room = vvi_svg_room_of(panel, width, height);
    vvi_svg_view view = { .panel = panel, .room = room, .id = id };
    view.x = x + room.left;
    view.y = y + room.top;
    view.width = width - room.left - room.right;
    view.height = height - room.top - room.bottom;
    if (panel->n_rulers > 0 && panel->empty == NULL && has_inactive(panel)) view.shelf = 34;
    return view;
}

/* `out` NULL: only measures. Returns the y beneath them. */
static double write_panels(vvi_text *out, const vvi_figure *figure, double y)
{
    for (size_t i = 0, n; i < figure->n_panels; i += n) {
        size_t columns;
        double highest = 0;
        n = count_row(figure, i, &columns);
        const double width = (inner - gutter * (double)(columns - 1)) / (double)columns;
        for (size_t k = i; k < i + n; k++) highest = fmax(highest, height_of(figure, &figure->panels[k], width));
        for (size_t k = i; out != NULL && k < i + n; k++) {
            vvi_svg_view view =
                view_of(&figure->panels[k], k, VVI_SVG_MARGIN + (width + gutter) * (double)(k - i), y, width, highest);
            write_panel(out, &view);
        }
        y += highest + 12;
    }
    return y;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------ */

/* `out` NULL: only measures. Returns the height. */
static double write_body(vvi_text *out, const vvi_figure *figure)
{
    vvi_svg_label label = { .x = VVI_SVG_MARGIN, .y = 40, .style = "title", .width = inner, .size = 21 };
    if (out != NULL) vvi_svg_text(out, &label, figure->title);
    label = (vvi_svg_label){ .x = VVI_SVG_MARGIN, .y = 64, .style = "words", .width = inner, .size = 13.5 };
    double y = vvi_svg_paragraph(out, &label, figure->caption);
    y += vvi_svg_legend(out, figure, VVI_SVG_MARGIN, y, inner);
    y = write_panels(out, figure, y + 2);
    label.y = y + 12;
    if (figure->reduced != NULL) y = vvi_svg_paragraph(out, &label, figure->reduced) - 8;
    return y + 12;
}

static void write_head(vvi_text *out, const vvi_figure *figure, double height)
{
    vvi_text_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
                         "role=\"img\" aria-labelledby=\"title description\" ");
    vvi_text_printf(out, "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n<title id=\"title\">", VVI_SVG_WIDTH,
                    (int)ceil(height), VVI_SVG_WIDTH, (int)ceil(height));
    vvi_svg_escape(out, figure->title, 0);
    vvi_text_printf(out, "</title>\n<desc id=\"description\">");
    vvi_svg_escape(out, figure->caption, 0);
    vvi_text_printf(out, "</desc>\n");
    vvi_svg_style(out);
    vvi_text_printf(out, "<rect class=\"ground\" width=\"100%%\" height=\"100%%\"/>\n");
}

vv_status vvi_figure_write_svg(const vvi_figure *figure, FILE *out, vv_error *error)
{
    vvi_text text = { 0 };
    write_head(&text, figure, write_body(NULL, figure));
    write_body(&text, figure);
    vvi_text_printf(&text, "</svg>\n");
    const bool failed = text.failed;
    if (!failed) fwrite(text.data, 1, text.n, out);
    vvi_text_deinit(&text);
    if (failed) return vvi_no_memory(error);
    return fflush(out) != 0 || ferror(out) ? vvi_fail(error, VV_IO, "the picture could not be written") : VV_OK;
}
