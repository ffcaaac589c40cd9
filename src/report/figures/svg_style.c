/* svg_style.c - how pictures look: type, lines and colours, by day and by night.
 *
 * Classes: sN strokes and fN fills with tint N; hN strokes and gN fills with shade N; text has "title", "words", "name", "tick".
 */
#include "report/figures/svg.h"

static const char shared[] =
    "text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto Sans\",Arial,sans-serif}"
    ".title{font-size:21px;font-weight:650}.words{font-size:13.5px}.name{font-size:12.5px}"
    ".head{font-size:13.5px;font-weight:600}.tick{font-size:11.5px;font-variant-numeric:tabular-nums}"
    ".m{text-anchor:middle}.e{text-anchor:end}"
    ".grid{stroke-width:1;fill:none;shape-rendering:crispEdges}.axis{stroke-width:1.2;fill:none;shape-rendering:"
    "crispEdges}"
    ".dot{fill:none;stroke-linecap:round}.line{fill:none;stroke-linejoin:round;stroke-linecap:round}"
    ".cell{shape-rendering:crispEdges}.halo{stroke-linejoin:round;stroke-width:4;paint-order:stroke}\n";

static void write_theme(vvi_text *out, const vvi_theme *theme)
{
    vvi_text_printf(out, ".ground{fill:#%06x}.gap{stroke:#%06x}.halo{stroke:#%06x}", theme->ground, theme->ground,
                    theme->ground);
    vvi_text_printf(out, ".title,.head{fill:#%06x}.words,.name,.tick{fill:#%06x}", theme->ink, theme->soft);
    vvi_text_printf(out, ".grid{stroke:#%06x}.axis{stroke:#%06x}\n", theme->grid, theme->axis);
    for (int i = 0; i < VVI_TINTS; i++)
        vvi_text_printf(out, ".s%d{stroke:#%06x}.f%d{fill:#%06x}", i, theme->tints[i], i, theme->tints[i]);
    for (int i = 0; i < VVI_SHADES; i++) {
        const unsigned color = vvi_theme_shade(theme, (size_t)i);
        vvi_text_printf(out, ".h%d{stroke:#%06x}.g%d{fill:#%06x}", i, color, i, color);
    }
    vvi_text_add(out, "\n", 1);
}

void vvi_svg_style(vvi_text *out)
{
    vvi_text_printf(out, "<style>\n%s", shared);
    write_theme(out, vvi_theme_at(0));
    vvi_text_printf(out, "@media (prefers-color-scheme:dark){\n");
    write_theme(out, vvi_theme_at(1));
    vvi_text_printf(out, "}\n</style>\n");
}
