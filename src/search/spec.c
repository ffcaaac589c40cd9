/* spec.c - "tpe:startup=20,group=off": a name from a registry, and options by a table. */
#include "search/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *vvi_spec_split(const char *spec, char *name, size_t size)
{
    const size_t n = strcspn(spec, ":");
    vvi_line line = { .text = name, .size = size };
    vvi_line_printf(&line, "%.*s", (int)n, spec);
    return spec[n] == ':' ? spec + n + 1 : spec + n;
}

vv_status vvi_no_such(const char *what, const char *word, const char *const *names, size_t n, vv_error *error)
{
    vvi_text list = { 0 };
    const char *nearest = vvi_nearest(word, names, n, sizeof *names);
    for (size_t i = 0; i < n; i++) vvi_text_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    vvi_fail(error, VV_BAD_ARG, "%s \"%.60s\": there is none of this name%s%s; there are: %s", what, word,
             nearest == NULL ? "" : "; did you mean ", nearest == NULL ? "" : nearest,
             list.data == NULL ? "none" : list.data);
    vvi_text_deinit(&list);
    return VV_BAD_ARG;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

enum { WORD_SIZE = 64 };

static vv_status find_row(const char *name, const vv_option_row *rows, size_t n, const char *what, size_t *at,
                          vv_error *error)
{
    const char *names[VV_MAX_OPTIONS];
    char option[WORD_SIZE + 16];
    for (*at = 0; *at < n; ++*at) {
        if (strcmp(rows[*at].name, name) == 0) return VV_OK;
        names[*at] = rows[*at].name;
    }
    vvi_line line = { .text = option, .size = sizeof option };
    vvi_line_printf(&line, "%s: option", what);
    return vvi_no_such(option, name, names, n, error);
}

static vv_status read_word(const char *text, const vv_option_row *row, const char *what, double *value, vv_error *error)
{
    char option[WORD_SIZE + 40];
    size_t n = 0;
    while (row->words[n] != NULL && strcmp(row->words[n], text) != 0) n++;
    *value = (double)n;
    if (row->words[n] != NULL) return VV_OK;
    vvi_line line = { .text = option, .size = sizeof option };
    vvi_line_printf(&line, "%s: %s", what, row->name);
    return vvi_no_such(option, text, row->words, n, error);
}

static vv_status read_number(const char *text, const vv_option_row *row, const char *what, double *value,
                             vv_error *error)
{
    char *end, low[VVI_FORMAT_SIZE], high[VVI_FORMAT_SIZE];
    *value = strtod(text, &end);
    if (end == text || *end != '\0' || isnan(*value))
        return vvi_fail(error, VV_BAD_ARG, "%s: %s: \"%s\" is not a number", what, row->name, text);
    if (row->whole && *value > trunc(*value) + 0.0)
        return vvi_fail(error, VV_BAD_ARG, "%s: %s is %s, must be a whole number", what, row->name, text);
    if (*value >= row->min && *value <= row->max && !(row->whole && *value < trunc(*value))) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: %s is %s, must be %s..%s", what, row->name, text,
                    vvi_format_double(row->min, low), vvi_format_double(row->max, high));
}

/* One "name=value" of `length` bytes. */
static vv_status read_option(const char *text, size_t length, const vv_option_row *rows, size_t n, const char *what,
                             double *values, bool *given, vv_error *error)
{
    char word[2 * WORD_SIZE];
    size_t at;
    vvi_line line = { .text = word, .size = sizeof word };
    vvi_line_printf(&line, "%.*s", (int)length, text);
    char *equals = strchr(word, '=');
    if (equals == NULL || line.n >= sizeof word)
        return vvi_fail(error, VV_BAD_ARG, "%s: \"%.100s\" is not OPTION=VALUE", what, word);
    *equals = '\0';
    VVI_TRY(find_row(word, rows, n, what, &at, error));
    if (given[at]) return vvi_fail(error, VV_BAD_ARG, "%s: %s is given twice", what, word);
    given[at] = true;
    return (rows[at].words != NULL ? read_word : read_number)(equals + 1, &rows[at], what, &values[at], error);
}

vv_status vvi_options_read(const char *text, const vv_option_row *rows, size_t n, const char *what, double *values,
                           vv_error *error)
{
    bool given[VV_MAX_OPTIONS] = { false };
    for (size_t i = 0; i < n; i++) values[i] = rows[i].preset;
    while (*text != '\0') {
        const size_t length = strcspn(text, ",");
        VVI_TRY(read_option(text, length, rows, n, what, values, given, error));
        text += length;
        if (*text == ',') text++;
    }
    return VV_OK;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

int vvi_options_write(const char *name, const vv_option_row *rows, size_t n, const double *values, char *text,
                      size_t size)
{
    char number[VVI_FORMAT_SIZE];
    vvi_line line = { .text = text, .size = size };
    vvi_line_printf(&line, "%s", name);
    char separator = ':';
    for (size_t i = 0; i < n; i++) {
        if (values[i] >= rows[i].preset && values[i] <= rows[i].preset) continue;
        vvi_line_printf(&line, "%c%s=%s", separator, rows[i].name,
                        rows[i].words != NULL ? rows[i].words[(size_t)values[i]]
                                              : vvi_format_double(values[i], number));
        separator = ',';
    }
    return (int)line.n;
}

double vvi_option(const vv_oracle_kind *kind, const double *values, const char *name)
{
    for (size_t i = 0; i < kind->n_options; i++)
        if (strcmp(kind->options[i].name, name) == 0) return values[i];
    return (double)NAN;
}
