/* report.c - the report: report.html with what its lines ask for in their place.
 *
 * A line "%NAME" stands for a part. The policy names the hashes of the scripts and styles, which are the assets' bytes as they
 * are, so that nothing else can run, whatever the data says; the data has no "<", so that it cannot end its element.
 */
#include "report/figures/svg.h"
#include "report/web/assets.h"
#include "report/web/pages.h"

#include <string.h>

typedef struct writer {
    const vvi_page_args *args;
    FILE *out;
    vv_error *error;
} writer;

static const char *const own_scripts[] = { "report.js", "start.js", NULL };

/* ---- policy -------------------------------------------------------------------------------------------------------------- */

static unsigned digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Of 32 bytes in hexadecimal. */
static void write_base64(const char *hex, FILE *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 66; i += 3) {
        unsigned bits = 0;
        for (int k = 0; k < 3; k++) bits = bits << 4 | (i + k < 64 ? digit(hex[i + k]) : 0);
        fputc(letters[bits >> 6], out);
        if (i < 63) fputc(letters[bits & 63], out);
    }
    fputc('=', out);
}

static void write_hashes(const char *const *names, FILE *out)
{
    for (; *names != NULL; names++) {
        const vvi_asset *asset = vvi_asset_find(*names);
        if (asset == NULL) continue;
        fputs(" 'sha256-", out);
        write_base64(asset->sha256, out);
        fputc('\'', out);
    }
}

static vv_status write_policy(const writer *w)
{
    fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src", w->out);
    write_hashes(vvi_asset_scripts, w->out);
    write_hashes(own_scripts, w->out);
    fputs("; style-src", w->out);
    write_hashes(vvi_asset_styles, w->out);
    fputs("; img-src data:; base-uri 'none'; form-action 'none'\">\n", w->out);
    return VV_OK;
}

/* ---- parts ---------------------------------------------------------------------------------------------------------------- */

/* The text is given up. */
static vv_status write_text(const writer *w, vvi_text *text)
{
    const bool failed = text->failed;
    if (!failed) fwrite(text->data, 1, text->n, w->out);
    vvi_text_deinit(text);
    return failed ? vvi_no_memory(w->error) : VV_OK;
}

static vv_status write_title(const writer *w)
{
    vvi_text text = { 0 };
    vvi_text_printf(&text, "<title>");
    vvi_svg_escape(&text, vv_study_path(w->args->study), 100);
    vvi_text_printf(&text, " - Varve report</title>\n");
    return write_text(w, &text);
}

static void write_elements(const char *const *names, const char *element, FILE *out)
{
    for (; *names != NULL; names++) {
        const vvi_asset *asset = vvi_asset_find(*names);
        if (asset == NULL) continue;
        fprintf(out, "<%s>", element);
        fwrite(asset->bytes, 1, asset->size, out);
        fprintf(out, "</%s>\n", element);
    }
}

static vv_status write_styles(const writer *w)
{
    write_elements(vvi_asset_styles, "style", w->out);
    return VV_OK;
}

static vv_status write_scripts(const writer *w)
{
    write_elements(vvi_asset_scripts, "script", w->out);
    write_elements(own_scripts, "script", w->out);
    return VV_OK;
}

static vv_status write_licences(const writer *w)
{
    vvi_text text = { 0 };
    vvi_svg_escape_harmless(&text, vvi_asset_find("licences.txt")->bytes);
    return write_text(w, &text);
}

/* In JSON a "<" is in texts only, where it may be written as an escape. */
static void write_data_text(const char *text, size_t n, FILE *out)
{
    for (const char *end = text + n; text < end;) {
        const char *less = memchr(text, '<', (size_t)(end - text));
        fwrite(text, 1, (size_t)((less == NULL ? end : less) - text), out);
        if (less == NULL) return;
        fputs("\\u003c", out);
        text = less + 1;
    }
}

static vv_status write_data(const writer *w)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    const vv_status status = vvi_json_page(&json, w->args, w->error);
    vvi_json_end(&json, '}');
    if (status == VV_OK) write_data_text(json.text.data, json.text.n, w->out);
    fputc('\n', w->out);
    vvi_text_deinit(&json.text);
    return status;
}

static const struct {
    const char *name;
    vv_status (*write)(const writer *w);
} parts[] = {
    { "%policy\n", write_policy },   { "%title\n", write_title }, { "%styles\n", write_styles },
    { "%scripts\n", write_scripts }, { "%data\n", write_data },   { "%licences\n", write_licences },
};

static vv_status write_line(const writer *w, const char *line, size_t n)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strlen(parts[i].name) == n && memcmp(parts[i].name, line, n) == 0) return parts[i].write(w);
    fwrite(line, 1, n, w->out);
    return VV_OK;
}

vv_status vvi_report_write_html(const vvi_page_args *args, FILE *out, vv_error *error)
{
    const writer w = { args, out, error };
    const vvi_asset *html = vvi_asset_find("report.html");
    const char *const end = html->bytes + html->size;
    for (const char *line = html->bytes; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const size_t n = (size_t)((newline == NULL ? end : newline + 1) - line);
        VVI_TRY(write_line(&w, line, n));
        line += n;
    }
    return fflush(out) != 0 || ferror(out) ? vvi_fail(error, VV_IO, "the report could not be written") : VV_OK;
}
