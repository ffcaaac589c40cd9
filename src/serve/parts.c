/* parts.c - what a desk can be asked for: JSON, as the commands of the same names print it and as the report has it. */
#include "serve/parts.h"

#include "serve/http.h"

#include <stdlib.h>
#include <string.h>

/* ---- studies of a place ------------------------------------------------------------------------------------------------ */

/* What one study cannot tell is told of it; the others are there. */
static void add_study(vvi_json *json, const vvi_server *server, const char *name)
{
    vv_study *study = NULL;
    vv_error why = { 0 };
    vvi_text where = { 0 };
    vvi_status_line line = { .name = name, .best = -1 };
    if (server->one)
        vvi_text_printf(&where, "%s", server->where);
    else
        vvi_text_printf(&where, "%s%s%s", server->where, server->database ? "#" : "/", name);
    vv_status status = where.failed ? vvi_no_memory(&why) : vv_study_open(where.data, VV_STUDY_READ, &study, &why);
    if (status == VV_OK) status = vvi_status_read_line(study, &line, &why);
    if (status != VV_OK) line.error = why.text[0] != '\0' ? why.text : vv_strerror(status);
    vvi_json_status_line(json, &line);
    vv_study_close(study);
    vvi_text_deinit(&where);
}

static vv_status make_studies(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)argument;
    const vvi_server *server = vvi_desk_context(desk);
    vvi_json json = { .text = *text };
    vv_names names = { .n = 0 };
    vv_status status = server->one ? VV_OK : vv_studies(server->where, &names, error);
    vvi_json_begin(&json, NULL, '{');
    vvi_json_bool(&json, "one", server->one);
    vvi_json_begin(&json, "studies", '[');
    if (server->one) add_study(&json, server, server->name);
    for (size_t i = 0; i < names.n; i++) add_study(&json, server, names.list[i]);
    vvi_json_end(&json, ']');
    vvi_json_end(&json, '}');
    *text = json.text;
    vv_names_free(&names);
    return status;
}

/* ---- a study --------------------------------------------------------------------------------------------------------------- */

static vv_status make_status(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)argument;
    return vvi_live_look(desk, text, error);
}

/* As it is kept with the study: JSON. */
static vv_status make_explanation(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)argument;
    const vv_study *study = NULL;
    char *fact = NULL;
    VVI_TRY(vvi_desk_study(desk, &study, error));
    VVI_TRY(vv_study_get(study, "explanation", &fact, error));
    vvi_text_printf(text, "%s", fact == NULL ? "null" : fact);
    free(fact);
    return VV_OK;
}

static bool read_id(const char *text, int *id)
{
    char *end = NULL;
    const long number = strtol(text, &end, 10);
    *id = (int)number;
    return text[0] >= '0' && text[0] <= '9' && strlen(text) <= 9 && *end == '\0';
}

static vv_status make_trial(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    const vv_study *study = NULL;
    vv_trials trials = { .n = 0 };
    vv_trials_args args = { .only = true, .curves = true };
    if (!read_id(argument, &args.id)) return vvi_fail(error, VV_NOT_FOUND, "there is no such trial");
    VVI_TRY(vvi_desk_study(desk, &study, error));
    VVI_TRY(vv_study_trials(study, &args, &trials, error));
    vvi_json json = { .text = *text };
    vvi_json_whole_trial(&json, &trials.list[0]);
    *text = json.text;
    vv_trials_free(&trials);
    return VV_OK;
}

const vvi_part vvi_part_studies = { .name = "studies", .make = make_studies },
               vvi_part_status = { .name = "status", .make = make_status },
               vvi_part_explanation = { .name = "explanation", .make = make_explanation },
               vvi_part_trial = { .name = "trial", .make = make_trial };
