/* said.c - what a program says it has come to.
 *
 *     varve: step=3 val_loss=0.31 acc=0.9    after a step; steps are counted from 1, one after the other
 *     varve: val_loss=0.31                   its result; the last such line counts
 *     0.31                                   the same, if it is the last line and nothing else was said
 *     {"val_loss": 0.31}                     in the file VARVE_RESULT, which wins over all of these
 *
 * A line that begins so and cannot be read fails the trial: half a report would be taken for the whole.
 */
#include "tuner/command/command.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- numbers ------------------------------------------------------------------------------------------------------ */

/* As C and Python write them, nan and inf too: those are results that are not finite. */
static bool read_number(const char *text, double *number)
{
    char *end;
    if (text[0] == '\0' || strpbrk(text, "xXpP") != NULL) return false;
    *number = strtod(text, &end);
    return *end == '\0';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static char *trim(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && is_space(text[n - 1])) text[--n] = '\0';
    while (is_space(*text)) text++;
    return text;
}

/* ---- lines -------------------------------------------------------------------------------------------------------- */

/* The next of "name=value name=value"; false: there is none. */
static bool next_pair(char **at, char **name, char **value)
{
    while (is_space(**at) || **at == ',') ++*at;
    if (**at == '\0') return false;
    *name = *at;
    *at += strcspn(*at, " \t\r\v\f,");
    if (**at != '\0') *(*at)++ = '\0';
    *value = strchr(*name, '=');
    if (*value != NULL) *(*value)++ = '\0';
    return true;
}

/* What one line says. */
typedef struct line {
    long step; /* 0: none */
    bool has_objective;
    double objective;
} line;

static bool take_step_number(vvi_command_said *said, const char *value, line *l)
{
    char *end;
    l->step = strtol(value, &end, 10);
    if (*end == '\0' && end != value && l->step >= 1 && l->step < INT32_MAX) return true;
    vv_tuning_fail(said->tuning, "step=%.40s: steps are counted from 1", value);
    return false;
}

static bool take_pair(vvi_command_said *said, const char *name, const char *value, line *l)
{
    double number;
    if (value != NULL && strcmp(name, "step") == 0) return take_step_number(said, value, l);
    if (value == NULL || !read_number(value, &number)) {
        vv_tuning_fail(said->tuning, "\"varve: ... %.60s%s%.60s ...\" is not NAME=NUMBER", name,
                       value == NULL ? "" : "=", value == NULL ? "" : value);
        return false;
    }
    if (strcmp(name, vv_tuning_objective(said->tuning)) == 0) {
        l->has_objective = true;
        l->objective = number;
    } else {
        vv_tuning_metric(said->tuning, name, number);
    }
    return !vvi_tuning_has_failed(said->tuning);
}

/* A program that goes on from files of its own leaves out steps that are stored. */
static void take_step(vvi_command_said *said, const line *l)
{
    vv_tuning *t = said->tuning;
    const int had = vvi_tuning_count(t), stored = vv_tuning_stored(t);
    if (l->step > had + 1 && l->step <= stored + 1) (void)vv_tuning_skip(t, (int)l->step - 1);
    if (l->step == vvi_tuning_count(t) + 1)
        (void)vv_tuning_step(t, l->objective);
    else
        vv_tuning_fail(t, "step %ld came after step %d; %d are stored", l->step, had, stored);
}

static void take_report(vvi_command_said *said, char *text)
{
    line l = { 0 };
    char *name, *value;
    while (next_pair(&text, &name, &value))
        if (!take_pair(said, name, value, &l)) return;
    if (!l.has_objective) {
        vv_tuning_fail(said->tuning, "a line \"varve:%s ...\" does not say what %.60s is", l.step > 0 ? " step=" : "",
                       vv_tuning_objective(said->tuning));
        return;
    }
    if (l.step > 0) {
        take_step(said, &l);
        return;
    }
    said->has_result = true;
    said->result = l.objective;
}

void vvi_said_line(vvi_command_said *said, char *text)
{
    static const char mark[] = "varve:";
    char *begin = trim(text);
    if (begin[0] == '\0' || vvi_tuning_has_failed(said->tuning)) return;
    said->has_number = read_number(begin, &said->number);
    if (strncmp(begin, mark, strlen(mark)) == 0) take_report(said, begin + strlen(mark));
}

/* ---- the file ----------------------------------------------------------------------------------------------------- */

static void take_members(vvi_command_said *said, json_t *root)
{
    const char *name, *objective = vv_tuning_objective(said->tuning);
    json_t *value;
    said->has_result = false;
    json_object_foreach(root, name, value)
    {
        if (!json_is_number(value)) {
            vv_tuning_fail(said->tuning, "the result file: %.60s must be a number", name);
            return;
        }
        if (strcmp(name, objective) != 0) {
            vv_tuning_metric(said->tuning, name, json_number_value(value));
            continue;
        }
        said->has_result = true;
        said->result = json_number_value(value);
    }
    if (!said->has_result) vv_tuning_fail(said->tuning, "the result file does not say what %.60s is", objective);
}

void vvi_said_file(vvi_command_said *said, const char *path)
{
    enum { MOST = 1 << 20 };
    json_error_t why;
    struct stat info;
    if (stat(path, &info) != 0) return;
    if (!S_ISREG(info.st_mode)) { /* a pipe would be waited for */
        vv_tuning_fail(said->tuning, "the result file is no file of its own");
        return;
    }
    FILE *file = fopen(path, "rb");
    char *bytes = file == NULL ? NULL : vvi_malloc(MOST);
    if (file == NULL) return;
    const size_t n = bytes == NULL ? 0 : fread(bytes, 1, MOST, file);
    fclose(file);
    json_t *root = n == MOST || bytes == NULL ? NULL : json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &why);
    vvi_free(bytes);
    if (json_is_object(root))
        take_members(said, root);
    else
        vv_tuning_fail(said->tuning, "the result file is not a JSON object of names and numbers%s%.80s",
                       root == NULL && n < MOST ? ": " : "", root == NULL && n < MOST ? why.text : "");
    json_decref(root);
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

double vvi_said_result(vvi_command_said *said)
{
    vv_tuning *t = said->tuning;
    if (said->has_result) return said->result;
    if (said->has_number) return said->number;
    if (vvi_tuning_count(t) > 0) return vv_tuning_best(t);
    vv_tuning_fail(t, "it printed no result; the last line should be \"varve: %.60s=NUMBER\"", vv_tuning_objective(t));
    return 0;
}
