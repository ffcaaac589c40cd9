/* words.h - reads the conditions and formulas of an explanation as varve/explain.h describes them, and says what they
 * come to for one configuration. Written from that description alone.
 */
#ifndef VARVE_TESTS_WORDS_H
#define VARVE_TESTS_WORDS_H

#include "check.h"
#include <ctype.h>
#include <stdlib.h>
#include <varve/space.h>

typedef struct reader {
    const char *at;
    const char *whole;
    const vv_assignment *values;
    size_t n;
    const char *letters; /* that stand for numbers: those in the braces of the family's name, in order */
    const int *numbers;
} reader;

static void must_read(reader *r, const char *what)
{
    if (strncmp(r->at, what, strlen(what)) != 0)
        fail_msg("\"%s\": \"%s\" is expected at \"%s\"", r->whole, what, r->at);
    r->at += strlen(what);
}

static bool reads(reader *r, const char *what)
{
    if (strncmp(r->at, what, strlen(what)) != 0) return false;
    r->at += strlen(what);
    return true;
}

static void read_name(reader *r, char name[64])
{
    size_t n = 0;
    while (isalnum((unsigned char)*r->at) || *r->at == '_' || *r->at == '{' || *r->at == '}') name[n++] = *r->at++;
    name[n] = '\0';
    if (n == 0 || n > 63) fail_msg("\"%s\": a name is expected at \"%s\"", r->whole, r->at);
}

static const vv_value *find(const reader *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->values[i].name, name) == 0) return &r->values[i].value;
    return NULL;
}

static double number_of(vv_value value)
{
    if (value.type == VV_VALUE_STRING) fail_msg("%s is no number", value.s);
    return value.type == VV_VALUE_INT ? (double)value.i : value.type == VV_VALUE_BOOL ? value.b : value.f;
}

static double read_number(reader *r)
{
    char *end;
    const double number = strtod(r->at, &end);
    if (end == r->at) fail_msg("\"%s\": a number is expected at \"%s\"", r->whole, r->at);
    if (end[-1] == '.') end--; /* "2..4" */
    r->at = end;
    return number;
}

/* Is the value at the reader that of the hyperparameter? */
static bool read_equal(reader *r, const vv_value *value)
{
    if (*r->at == '"') {
        const char *end = strchr(r->at + 1, '"');
        if (end == NULL) fail_msg("\"%s\": a quote does not end", r->whole);
        const size_t n = (size_t)(end - r->at - 1);
        const bool same = value != NULL && strlen(value->s) == n && strncmp(value->s, r->at + 1, n) == 0;
        r->at = end + 1;
        return same;
    }
    if (reads(r, "true")) return value != NULL && value->b;
    if (reads(r, "false")) return value != NULL && !value->b;
    const double low = read_number(r), high = reads(r, "..") ? read_number(r) : low;
    return value != NULL && number_of(*value) >= low && number_of(*value) <= high;
}

static bool read_list(reader *r, const vv_value *value)
{
    bool any = false;
    do any = read_equal(r, value) || any;
    while (reads(r, ", "));
    must_read(r, "}");
    return any;
}

/* "drop_{i}" of member 2 is "drop_2". */
static void put_numbers(const reader *r, char name[64])
{
    for (char *brace; (brace = strchr(name, '{')) != NULL;) {
        char tail[64];
        const char *letter = strchr(r->letters, brace[1]);
        if (letter == NULL) fail_msg("\"%s\": what is %c?", r->whole, brace[1]);
        snprintf(tail, sizeof tail, "%s", brace + 3);
        snprintf(brace, 64 - (size_t)(brace - name), "%d%s", r->numbers[letter - r->letters], tail);
    }
}

/* "2*i + 1 <= n", "i < n - 2" */
static bool reads_index(reader *r, double *number)
{
    const char *at = r->at;
    double factor = 1;
    if (r->letters[0] == '\0') return false;
    if (isdigit((unsigned char)*at)) {
        char *end;
        factor = strtod(at, &end);
        if (*end != '*') return false;
        at = end + 1;
    }
    const char *letter = strchr(r->letters, *at);
    if (letter == NULL || at[1] != ' ') return false;
    *number = factor * r->numbers[letter - r->letters];
    r->at = at + 1;
    if (reads(r, " + "))
        *number += read_number(r);
    else if (reads(r, " - "))
        *number -= read_number(r);
    return true;
}

static bool read_index_literal(reader *r, double number)
{
    char name[64];
    const bool equal = reads(r, " <= ");
    if (!equal) must_read(r, " < ");
    read_name(r, name);
    put_numbers(r, name);
    const vv_value *value = find(r, name);
    double limit = value == NULL ? 0 : number_of(*value);
    if (reads(r, " + "))
        limit += read_number(r);
    else if (reads(r, " - "))
        limit -= read_number(r);
    return value != NULL && (equal ? number <= limit : number < limit);
}

static bool read_literal(reader *r)
{
    char name[64];
    double number;
    if (reads_index(r, &number)) return read_index_literal(r, number);
    const bool no = reads(r, "not ");
    read_name(r, name);
    if (strcmp(name, "always") == 0) return true;
    if (strcmp(name, "never") == 0) return false;
    put_numbers(r, name);
    const vv_value *value = find(r, name);
    if (no) return value != NULL && !value->b;
    if (reads(r, " is active")) return value != NULL;
    if (reads(r, " in {")) return read_list(r, value);
    if (reads(r, " in ") || reads(r, " = ")) return read_equal(r, value);
    if (reads(r, " != ")) return !read_equal(r, value) && value != NULL;
    if (reads(r, " >= ")) return number = read_number(r), value != NULL && number_of(*value) >= number;
    if (reads(r, " <= ")) return number = read_number(r), value != NULL && number_of(*value) <= number;
    if (reads(r, " > ")) return number = read_number(r), value != NULL && number_of(*value) > number;
    if (reads(r, " < ")) return number = read_number(r), value != NULL && number_of(*value) < number;
    return value != NULL && value->b;
}

static bool read_condition(reader *r)
{
    bool any = false;
    do {
        bool all = true;
        do all = read_literal(r) && all;
        while (reads(r, " and "));
        any = any || all;
    } while (reads(r, " or "));
    return any;
}

/* ---- formulas --------------------------------------------------------------------------------------------------- */

static double read_sum(reader *r);

static bool is_of_family(const char *name, const char *family)
{
    while (*family != '\0') {
        if (*family == '{') {
            if (!isdigit((unsigned char)*name)) return false;
            while (isdigit((unsigned char)*name)) name++;
            family += 3;
        } else if (*name++ != *family++) {
            return false;
        }
    }
    return *name == '\0';
}

static double read_family_sum(reader *r)
{
    char family[64];
    double sum = 0;
    read_name(r, family);
    for (size_t i = 0; i < r->n; i++)
        if (is_of_family(r->values[i].name, family)) sum += number_of(r->values[i].value);
    must_read(r, ")");
    return sum;
}

static double read_pair(reader *r, const char *separator, double *second)
{
    const double first = read_sum(r);
    must_read(r, separator);
    *second = read_number(r);
    must_read(r, ")");
    return first;
}

static double read_factor(reader *r)
{
    char name[64];
    double first, second;
    if (reads(r, "sum(")) return read_family_sum(r);
    if (reads(r, "floor(")) return first = read_pair(r, "/", &second), floor(first / second);
    if (reads(r, "ceil(")) return first = read_pair(r, "/", &second), ceil(first / second);
    if (reads(r, "min(")) return first = read_pair(r, ", ", &second), fmin(first, second);
    if (reads(r, "max(")) return first = read_pair(r, ", ", &second), fmax(first, second);
    if (reads(r, "[")) {
        const bool holds_now = read_condition(r);
        must_read(r, "]");
        return holds_now;
    }
    if (isdigit((unsigned char)*r->at)) return read_number(r);
    read_name(r, name);
    const vv_value *value = find(r, name);
    return value == NULL ? 0 : number_of(*value);
}

static double read_sum(reader *r)
{
    double sum = 0, sign = reads(r, "-") ? -1 : 1;
    for (;;) {
        double product = read_factor(r);
        while (reads(r, "*")) product *= read_factor(r);
        sum += sign * product;
        sign = reads(r, " + ") ? 1 : reads(r, " - ") ? -1 : 0;
        if (sign == 0) return sum;
    }
}

/* ---- what tests call -------------------------------------------------------------------------------------------- */

/* Of a member of a family: its name gives what the letters in braces are. */
static bool member_condition_holds(const char *text, const vv_assignment *values, size_t n, const char *family,
                                   const char *member)
{
    char letters[8] = "";
    int numbers[8];
    size_t n_letters = 0;
    for (; *family != '\0'; family++) {
        if (*family != '{') {
            if (*member++ != *family) fail_msg("%s is not of its family", member);
            continue;
        }
        char *end;
        letters[n_letters] = family[1];
        numbers[n_letters++] = (int)strtol(member, &end, 10);
        member = end;
        family += 2;
    }
    letters[n_letters] = '\0';
    reader r = { text, text, values, n, letters, numbers };
    const bool yes = read_condition(&r);
    if (*r.at != '\0') fail_msg("\"%s\" is not understood from \"%s\" on", text, r.at);
    return yes;
}

static bool condition_holds(const char *text, const vv_assignment *values, size_t n)
{
    return member_condition_holds(text, values, n, "", "");
}

static double formula_value(const char *text, const vv_assignment *values, size_t n)
{
    reader r = { text, text, values, n, "", NULL };
    const double value = read_sum(&r);
    if (*r.at != '\0') fail_msg("\"%s\" is not understood from \"%s\" on", text, r.at);
    return value;
}

#endif
