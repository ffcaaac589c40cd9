/* parts_pages.c - what pages show of a study: the question in words, figures, trials as columns. The JSON of the report
 * (report/web/pages.h), each part by itself. */
#include "serve/parts.h"

#include "report/figures/figure.h"
#include "report/web/pages.h"

#include <stdlib.h>

/* What is drawn at random is drawn alike each time. */
enum { SEED = 0 };

/* ---- sheets ------------------------------------------------------------------------------------------------------------ */

static void add_sheet(vvi_json *json, const vvi_sheet *sheet)
{
    vvi_json_begin(json, "sheet", '{');
    vvi_sheet_write(sheet, json);
    vvi_json_end(json, '}');
}

static vv_status draw(const vvi_plot_kind *kind, const vvi_plot_args *args, vvi_sheet *sheet, vv_error *error)
{
    vvi_figure figure = { 0 };
    vv_status status = vvi_plot_make(kind, args, &figure, error);
    if (status == VV_OK) status = vvi_sheet_add(sheet, &figure, error);
    vvi_figure_deinit(&figure);
    return status;
}

static vv_status read_explanation(vvi_desk *desk, char **explanation, vv_error *error)
{
    const vv_study *study = NULL;
    VVI_TRY(vvi_desk_study(desk, &study, error));
    return vv_study_get(study, "explanation", explanation, error);
}

static vv_status write_figure(vvi_desk *desk, const vvi_plot_kind *kind, vvi_sheet *sheet, vv_error *error)
{
    const vvi_frame *frame = NULL;
    char *explanation = NULL;
    VVI_TRY(vvi_desk_frame(desk, &frame, error));
    VVI_TRY(read_explanation(desk, &explanation, error));
    const vvi_plot_args args = {
        .frame = frame, .explanation = explanation, .seed = SEED, .memo = vvi_desk_memo(desk)
    };
    const vv_status status = draw(kind, &args, sheet, error);
    free(explanation);
    return status;
}

/* {"sheet": {"theme", "columns", "figures": [the one]}} */
static vv_status make_figure(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    const vvi_plot_kind *kind = vvi_plot_find(argument);
    if (kind == NULL) return vvi_fail(error, VV_NOT_FOUND, "there is no such figure");
    vvi_json json = { .text = *text };
    vvi_sheet *sheet = vvi_sheet_new();
    const vv_status status = sheet == NULL ? vvi_no_memory(error) : write_figure(desk, kind, sheet, error);
    if (status == VV_OK) {
        vvi_json_begin(&json, NULL, '{');
        add_sheet(&json, sheet);
        vvi_json_end(&json, '}');
    }
    *text = json.text;
    vvi_sheet_free(sheet);
    return status;
}

/* [{"kind", "title", "summary"}], in the order of pages. */
static vv_status make_kinds(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)desk, (void)argument, (void)error;
    vvi_json json = { .text = *text };
    vvi_json_begin(&json, NULL, '[');
    for (size_t i = 0; vvi_plot_at(i) != NULL; i++) {
        vvi_json_begin(&json, NULL, '{');
        vvi_json_string(&json, "kind", vvi_plot_at(i)->name);
        vvi_json_string(&json, "title", vvi_plot_at(i)->title);
        vvi_json_string(&json, "summary", vvi_plot_at(i)->summary);
        vvi_json_end(&json, '}');
    }
    vvi_json_end(&json, ']');
    *text = json.text;
    return VV_OK;
}

/* ---- trials ------------------------------------------------------------------------------------------------------------ */

/* {"trials", "sheet"} */
static vv_status make_trials(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)argument;
    const vvi_frame *frame = NULL;
    vvi_json json = { .text = *text };
    VVI_TRY(vvi_desk_frame(desk, &frame, error));
    vvi_sheet *sheet = vvi_sheet_new();
    if (sheet == NULL) return vvi_no_memory(error);
    vvi_json_begin(&json, NULL, '{');
    const vv_status status = vvi_json_trial_columns(&json, frame, sheet, error);
    add_sheet(&json, sheet);
    vvi_json_end(&json, '}');
    *text = json.text;
    vvi_sheet_free(sheet);
    return status;
}

/* ---- words ------------------------------------------------------------------------------------------------------------- */

static vv_status write_question(vvi_desk *desk, vvi_json *json, vv_error *error)
{
    const vvi_frame *frame = NULL;
    char *explanation = NULL;
    VVI_TRY(vvi_desk_frame(desk, &frame, error));
    VVI_TRY(read_explanation(desk, &explanation, error));
    vvi_json_begin(json, NULL, '{');
    const vv_status status = vvi_json_meaning(json, explanation, frame, error);
    vvi_json_end(json, '}');
    free(explanation);
    return status;
}

/* {"question", "makers", "always"} */
static vv_status make_question(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)argument;
    vvi_json json = { .text = *text };
    const vv_status status = write_question(desk, &json, error);
    *text = json.text;
    return status;
}

/* {"made", "refused", "refusals", "constraints"} */
static vv_status make_about(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)argument;
    const vv_study *study = NULL;
    const vvi_status *standing = NULL;
    vvi_json json = { .text = *text };
    VVI_TRY(vvi_desk_study(desk, &study, error));
    VVI_TRY(vvi_desk_status(desk, &standing, error));
    vvi_json_begin(&json, NULL, '{');
    const vv_status status = vvi_json_about(&json, study, standing, error);
    vvi_json_end(&json, '}');
    *text = json.text;
    return status;
}

const vvi_part vvi_part_figure = { .name = "figure", .make = make_figure },
               vvi_part_kinds = { .name = "figures", .make = make_kinds },
               vvi_part_trials = { .name = "trials", .make = make_trials },
               vvi_part_question = { .name = "question", .make = make_question },
               vvi_part_about = { .name = "about", .make = make_about };
