/* svg_text.c - words in a picture. Type is not known here, so widths are estimates for a sans serif, on the wide side. */
#include "report/figures/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* XML 1.0 allows neither of these, even escaped: U+FFFE and U+FFFF. */
static bool is_no_xml(const char *c)
{
    return (unsigned char)c[0] == 0xef && (unsigned char)c[1] == 0xbf && (unsigned char)c[2] >= 0xbe;
}

void vvi_svg_escape_harmless(vvi_text *out, const char *c)
{
    static const char *const entities[] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"
    };
    while (*c != '\0') {
        const unsigned char byte = (unsigned char)*c;
        const bool special = byte < sizeof entities / sizeof entities[0] && entities[byte] != NULL;
        if (special) {
            vvi_text_add(out, entities[byte], strlen(entities[byte]));
            c++;
        } else if (is_no_xml(c)) {
            vvi_text_add(out, "\xef\xbf\xbd", 3);
            c += 3;
        } else
            vvi_text_add(out, c++, 1);
    }
}

void vvi_svg_escape(vvi_text *out, const char *string, size_t most)
{
    vvi_text visible = { 0 };
    vvi_text_add_visible(&visible, string, most);
    if (visible.failed)
        out->failed = true;
    else
        vvi_svg_escape_harmless(out, visible.data);
    vvi_text_deinit(&visible);
}

/* ---- widths ----------------------------------------------------------------------------------------------------------- */

static double width_of(unsigned char byte)
{
    if (byte >= 0xe3) return 1;    /* Chinese, Japanese, Korean, pictures */
    if (byte >= 0x80) return 0.62; /* the first byte of a character */
    if (strchr("iljtfr.,:;'|!()[]I ", byte) != NULL) return 0.34;
    if (strchr("mwMW@%", byte) != NULL) return 0.88;
    if (byte >= 'A' && byte <= 'Z') return 0.68;
    return 0.57;
}

static double width_of_bytes(const char *string, size_t n, double size)
{
    double width = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char byte = (unsigned char)string[i];
        if ((byte & 0xc0) != 0x80) width += width_of(byte);
    }
    return width * size * 1.05; /* some faces are wider */
}

double vvi_svg_width(const char *string, double size)
{
    return width_of_bytes(string, strlen(string), size);
}

/* How many characters of the text there is room for; 0: all of them. */
static size_t most_characters(const char *string, double width, double size)
{
    const double whole = vvi_svg_width(string, size);
    const size_t n = vvi_report_columns(string, strlen(string));
    if (width <= 0 || whole <= width || n <= 4) return 0;
    const size_t most = (size_t)((double)n * width / whole);
    return most < 4 ? 4 : most;
}

/* Tenths of a unit, with a point in every locale. */
void vvi_svg_number(vvi_text *out, double number)
{
    char text[32];
    const long tenths = lround(number * 10), size = labs(tenths);
    int n = snprintf(text, sizeof text, "%s%ld", tenths < 0 ? "-" : "", size / 10);
    if (size % 10 != 0) n += snprintf(text + n, sizeof text - (size_t)n, ".%ld", size % 10);
    vvi_text_add(out, text, (size_t)n);
}

/* ---- labels ----------------------------------------------------------------------------------------------------------- */

/* The middle is left out: names that are alike often differ at their ends. */
static void add_cut(vvi_text *out, const char *string, size_t most)
{
    const size_t n = vvi_report_columns(string, strlen(string));
    if (most == 0 || n <= most) {
        vvi_svg_escape_harmless(out, string);
        return;
    }
    const size_t tail = (most - 1) / 3, head = most - 1 - tail, begin = vvi_report_clip(string, head);
    const size_t end = vvi_report_clip(string, n - tail);
    vvi_text part = { 0 };
    vvi_text_add(&part, string, begin);
    vvi_text_add(&part, "\xe2\x80\xa6", 3);
    vvi_text_add(&part, string + end, strlen(string + end));
    if (part.failed)
        out->failed = true;
    else
        vvi_svg_escape_harmless(out, part.data);
    vvi_text_deinit(&part);
}

static void begin_label(vvi_text *out, const vvi_svg_label *label)
{
    static const char *const anchors[] = { "", " m", " e" };
    const bool turned = label->turn < 0 || label->turn > 0;
    vvi_text_printf(out, "<text class=\"%s%s\"%s", label->style, anchors[label->anchor],
                    turned ? " transform=\"translate(" : " x=\"");
    vvi_svg_number(out, label->x);
    vvi_text_printf(out, "%s", turned ? " " : "\" y=\"");
    vvi_svg_number(out, label->y);
    if (turned) vvi_text_printf(out, ") rotate(%d)", (int)label->turn);
    vvi_text_add(out, "\">", 2);
}

void vvi_svg_text(vvi_text *out, const vvi_svg_label *label, const char *string)
{
    enum { LONGEST = 400 };
    vvi_text visible = { 0 };
    vvi_text_add_visible(&visible, string, LONGEST);
    begin_label(out, label);
    if (visible.failed)
        out->failed = true;
    else
        add_cut(out, visible.data, most_characters(visible.data, label->width, label->size));
    vvi_text_add(out, "</text>\n", 8);
    vvi_text_deinit(&visible);
}

/* ---- paragraphs ------------------------------------------------------------------------------------------------------- */

/* The bytes of a line: up to a space if there is one. */
static size_t line_of(const char *text, double width, double size)
{
    size_t n = 0, space = 0;
    for (; text[n] != '\0'; n++) {
        if (text[n] == ' ') space = n;
        if (((unsigned char)text[n] & 0xc0) != 0x80 && width_of_bytes(text, n + 1, size) > width && n > 0)
            return space > 0 ? space : n;
    }
    return n;
}

double vvi_svg_paragraph(vvi_text *out, const vvi_svg_label *label, const char *string)
{
    vvi_text visible = { 0 };
    double y = label->y;
    vvi_text_add_visible(&visible, string, 0);
    for (const char *c = visible.failed ? "" : visible.data; *c != '\0';) {
        const size_t n = line_of(c, label->width, label->size);
        if (out != NULL) {
            vvi_text line = { 0 };
            vvi_text_add(&line, c, n);
            const vvi_svg_label at = { label->x, y, label->anchor, 0, label->style, 0, label->size };
            begin_label(out, &at);
            if (!line.failed) vvi_svg_escape_harmless(out, line.data);
            out->failed = out->failed || line.failed;
            vvi_text_add(out, "</text>\n", 8);
            vvi_text_deinit(&line);
        }
        y += label->size * 1.45;
        c += n;
        while (*c == ' ') c++;
    }
    if (visible.failed && out != NULL) out->failed = true;
    vvi_text_deinit(&visible);
    return y;
}
