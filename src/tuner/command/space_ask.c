/* space_ask.c - asking for what a space in a file says: rows in their order, those whose conditions hold.
 *
 * A condition about something that is not active does not hold.
 */
#include "tuner/command/space_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- names -------------------------------------------------------------------------------------------------------- */

const char *vvi_space_row_name(const char *pattern, int index, char name[VVI_ROW_NAME])
{
    const char *place = strstr(pattern, "{i}");
    if (place == NULL)
        snprintf(name, VVI_ROW_NAME, "%s", pattern);
    else
        snprintf(name, VVI_ROW_NAME, "%.*s%d%s", (int)(place - pattern), pattern, index, place + 3);
    return name;
}

/* Is it the pattern with a number as its index? */
static bool matches(const char *pattern, const char *name)
{
    const char *place = strstr(pattern, "{i}");
    if (place == NULL) return false;
    const size_t before = (size_t)(place - pattern), after = strlen(place + 3), n = strlen(name);
    if (n <= before + after || strncmp(name, pattern, before) != 0 || strcmp(name + n - after, place + 3) != 0)
        return false;
    for (size_t i = before; i < n - after; i++)
        if (!isdigit((unsigned char)name[i])) return false;
    return name[before] != '0' || n - after == before + 1;
}

const vvi_space_row *vvi_space_file_find(const vv_space_file *file, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(file->rows[i].name, name) == 0 || matches(file->rows[i].name, name)) return &file->rows[i];
    return NULL;
}

/* ---- one row ------------------------------------------------------------------------------------------------------ */

static vv_maybe preset(const vvi_space_row *row)
{
    const vv_value v = row->domain.default_value;
    if (!row->has_default) return (vv_maybe){ .set = false };
    return (vv_maybe){ .set = true, .value = v.type == VV_VALUE_INT ? (double)v.i : v.f };
}

static void ask_int(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    const vv_domain *d = &row->domain;
    (void)vv_int(hp, name, .min = (int)d->min, .max = (int)d->max, .step = (int)d->step, .sampling = d->sampling,
                 .default_value = preset(row));
}

static void ask_float(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    const vv_domain *d = &row->domain;
    (void)vv_float(hp, name, .min = d->min, .max = d->max, .step = d->step, .sampling = d->sampling,
                   .default_value = preset(row));
}

static void ask_bool(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    (void)vv_bool(hp, name, .default_value = row->has_default && row->domain.default_value.b);
}

static void ask_ints(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    (void)vv_choice_int(hp, name, .values = { row->ints, row->domain.n_values }, .default_value = preset(row));
}

static void ask_floats(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    (void)vv_choice_float(hp, name, .values = { row->floats, row->domain.n_values }, .default_value = preset(row));
}

static void ask_texts(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    (void)vv_choice(hp, name, .values = { row->texts, row->domain.n_values },
                    .default_value = row->has_default ? row->domain.default_value.s : NULL);
}

static void ask_choice(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    static void (*const askers[])(const vvi_space_row *, const char *, vv_hp *) = {
        [VV_VALUE_INT] = ask_ints, [VV_VALUE_FLOAT] = ask_floats, [VV_VALUE_STRING] = ask_texts
    };
    askers[row->domain.type](row, name, hp);
}

static void ask_fixed(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    const vv_value value = row->domain.values[0];
    switch (value.type) {
    case VV_VALUE_INT:
        (void)vv_fixed_int(hp, name, (int)value.i);
        break;
    case VV_VALUE_FLOAT:
        (void)vv_fixed_float(hp, name, value.f);
        break;
    case VV_VALUE_BOOL:
        (void)vv_fixed_bool(hp, name, value.b);
        break;
    case VV_VALUE_STRING:
        (void)vv_fixed_string(hp, name, value.s);
        break;
    }
}

void vvi_space_row_ask(const vvi_space_row *row, const char *name, vv_hp *hp)
{
    static void (*const askers[])(const vvi_space_row *, const char *, vv_hp *) = {
        [VV_DOMAIN_INT] = ask_int,   [VV_DOMAIN_FLOAT] = ask_float, [VV_DOMAIN_CHOICE] = ask_choice,
        [VV_DOMAIN_BOOL] = ask_bool, [VV_DOMAIN_FIXED] = ask_fixed,
    };
    askers[row->domain.kind](row, name, hp);
}

/* ---- conditions --------------------------------------------------------------------------------------------------- */

static bool is_among(const vvi_condition_row *c, vv_value value)
{
    for (size_t i = 0; i < c->n; i++)
        if (vv_value_equal(c->values[i], value)) return true;
    return false;
}

static bool compare(const vvi_condition_row *c, double number)
{
    switch (c->how) {
    case VVI_LESS:
        return number < c->bound;
    case VVI_AT_MOST:
        return number <= c->bound;
    case VVI_MORE:
        return number > c->bound;
    default:
        return number >= c->bound;
    }
}

static bool holds(const vvi_condition_row *c, int index, const vv_hp *hp)
{
    char name[VVI_ROW_NAME];
    const vv_active *active = vv_hp_find(hp, vvi_space_row_name(c->name, index, name));
    if (active == NULL) return false;
    if (c->how == VVI_AMONG || c->how == VVI_NOT_AMONG) return is_among(c, active->value) == (c->how == VVI_AMONG);
    return compare(c, active->value.type == VV_VALUE_INT ? (double)active->value.i : active->value.f);
}

static int count_times(const vvi_space_row *row, const vv_hp *hp)
{
    if (!row->indexed) return 1;
    if (row->repeat == NULL) return row->times;
    const vv_active *active = vv_hp_find(hp, row->repeat);
    return active == NULL || active->value.i < 0 ? 0 : (int)active->value.i;
}

static void ask_row(const vvi_space_row *row, vv_hp *hp)
{
    char name[VVI_ROW_NAME];
    const int n = count_times(row, hp);
    for (int i = 0; i < n && vv_hp_status(hp) == VV_OK; i++) {
        bool all = true;
        for (const vvi_condition_row *c = row->conditions; c != NULL && all; c = c->next) all = holds(c, i, hp);
        if (all) vvi_space_row_ask(row, vvi_space_row_name(row->name, i, name), hp);
    }
}

void vv_space_file_ask(const vv_space_file *file, vv_hp *hp)
{
    for (size_t i = 0; i < file->n_rows && vv_hp_status(hp) == VV_OK; i++) ask_row(&file->rows[i], hp);
}

double vv_space_file_tune(vv_hp *hp, vv_tuning *tuning, void *file)
{
    vv_space_file_ask(file, hp);
    if (vv_tuning_go(tuning)) vv_tuning_fail(tuning, "its trials are run by hand");
    return 0;
}
