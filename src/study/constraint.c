/* constraint.c - "params<=50k,val_accuracy>=0.9": what a trial must keep to, and how far it is from it.
 *
 * The violation is relative to the bound (Deb: An efficient constraint handling method for genetic algorithms; Computer
 * Methods in Applied Mechanics and Engineering 186, 2000, normalizes constraints likewise), so that parameters and
 * accuracies can be summed. A bound of 0 gives no scale: there the value itself is how far it is.
 */
#include "study/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ITEM_SIZE = 128 };

double vv_constraint_violation(const vv_constraint *constraint, double value)
{
    const double beyond = constraint->at_least ? constraint->bound - value : value - constraint->bound;
    if (isnan(value)) return (double)INFINITY;
    if (!(beyond > 0)) return 0;
    const double size = fabs(constraint->bound);
    return size > 0 ? beyond / size : beyond;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* strtod would take hexadecimal numbers, infinities and NaNs, too. */
static size_t number_length(const char *text)
{
    size_t n = text[0] == '-' || text[0] == '+';
    n += strspn(text + n, "0123456789.");
    if (text[n] != 'e' && text[n] != 'E') return n;
    const size_t sign = text[n + 1] == '-' || text[n + 1] == '+', digits = strspn(text + n + 1 + sign, "0123456789");
    return digits == 0 ? n : n + 1 + sign + digits;
}

static vv_status parse_bound(const char *item, const char *text, double *bound, vv_error *error)
{
    char digits[ITEM_SIZE], *rest;
    const size_t n = number_length(text);
    memcpy(digits, text, n);
    digits[n] = '\0';
    const double value = strtod(digits, &rest), factor = vvi_unit_factor(text + n);
    if (n == 0 || rest == digits || *rest != '\0')
        return vvi_fail(error, VV_BAD_ARG, "constraint \"%s\": \"%s\" is no number", item, text);
    if (factor < 1)
        return vvi_fail(error, VV_BAD_ARG,
                        "constraint \"%s\": there is no unit \"%s\"; there are k, M, G and Ki, Mi, Gi", item, text + n);
    *bound = value * factor;
    return isfinite(*bound) ? VV_OK : vvi_fail(error, VV_BAD_ARG, "constraint \"%s\": the number is too large", item);
}

static vv_status parse_item(const char *item, vv_constraint *constraint, vv_error *error)
{
    const size_t n = strcspn(item, "<>=");
    const char *sign = item + n;
    if (n == 0) return vvi_fail(error, VV_BAD_ARG, "constraint \"%s\": a name is missing; say NAME<=NUMBER", item);
    if (n >= sizeof constraint->name)
        return vvi_fail(error, VV_BAD_ARG, "constraint \"%.80s\": a name has at most %zu bytes, this has %zu", item,
                        sizeof constraint->name - 1, n);
    if (strncmp(sign, "<=", 2) != 0 && strncmp(sign, ">=", 2) != 0)
        return vvi_fail(error, VV_BAD_ARG, "constraint \"%s\": must be NAME<=NUMBER or NAME>=NUMBER", item);
    *constraint = (vv_constraint){ .at_least = sign[0] == '>' };
    memcpy(constraint->name, item, n);
    return parse_bound(item, sign + 2, &constraint->bound, error);
}

static vv_status fail_empty(const vv_constraint *a, const vv_constraint *b, vv_error *error)
{
    char least[VVI_FORMAT_SIZE], most[VVI_FORMAT_SIZE];
    return vvi_fail(error, VV_BAD_ARG, "constraint on %s: nothing is at least %s and at most %s", a->name,
                    vvi_format_double(a->at_least ? a->bound : b->bound, least),
                    vvi_format_double(a->at_least ? b->bound : a->bound, most));
}

static vv_status check_against(const vv_constraint *a, const vv_constraint *b, vv_error *error)
{
    if (strcmp(a->name, b->name) != 0) return VV_OK;
    if (a->at_least == b->at_least)
        return vvi_fail(error, VV_BAD_ARG, "constraint %s%s is there twice", a->name, a->at_least ? ">=" : "<=");
    const bool empty = a->at_least ? a->bound > b->bound : b->bound > a->bound;
    return empty ? fail_empty(a, b, error) : VV_OK;
}

static vv_status add(vv_constraints *constraints, const char *item, vv_error *error)
{
    vv_constraint next;
    VVI_TRY(parse_item(item, &next, error));
    for (size_t i = 0; i < constraints->n; i++) VVI_TRY(check_against(&constraints->list[i], &next, error));
    if (constraints->n == VV_MAX_CONSTRAINTS)
        return vvi_fail(error, VV_BAD_ARG, "constraint \"%s\": one too many, at most %d are possible", item,
                        VV_MAX_CONSTRAINTS);
    constraints->list[constraints->n++] = next;
    return VV_OK;
}

vv_status vv_constraints_parse(const char *text, vv_constraints *constraints, vv_error *error)
{
    if (text == NULL || constraints == NULL) return vvi_fail(error, VV_BAD_ARG, "constraint: none given");
    vv_constraints parsed = *constraints;
    char item[ITEM_SIZE];
    while (true) {
        const size_t n = strcspn(text, ",");
        if (n >= sizeof item) return vvi_fail(error, VV_BAD_ARG, "constraint \"%.40s...\" is too long", text);
        memcpy(item, text, n);
        item[n] = '\0';
        VVI_TRY(add(&parsed, item, error));
        if (text[n] == '\0') break;
        text += n + 1;
    }
    *constraints = parsed;
    return VV_OK;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

void vvi_constraint_format(const vv_constraint *constraint, vvi_text *text)
{
    char bound[VVI_FORMAT_SIZE];
    vvi_text_printf(text, "%s%s%s", constraint->name,
                    constraint->at_least ? ">=" : "<=", vvi_format_double(constraint->bound, bound));
}

void vvi_constraints_format(const vv_constraints *constraints, vvi_text *text)
{
    for (size_t i = 0; i < constraints->n; i++) {
        if (i > 0) vvi_text_printf(text, ",");
        vvi_constraint_format(&constraints->list[i], text);
    }
}
