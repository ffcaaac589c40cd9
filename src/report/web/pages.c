/* pages.c - what is read of a study for a page, and written as JSON. */
#include "report/web/pages.h"

#include "report/explain.h"
#include "report/makers.h"
#include "study/study.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct page {
    const vvi_page_args *args;
    const vv_study *study;
    vvi_status status;
    vvi_frame frame;
    vv_trials best;
    vv_refusals refusals;
    vvi_sheet *sheet;
    vvi_plot_memo memo;
    char *explanation;       /* JSON, or NULL */
    vv_explanation *meaning; /* the same, read; NULL: there is none, or of another version */
    vv_error *error;
} page;

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

static vv_status read_page(page *p)
{
    const vv_trials_args best = { .best_first = true, .limit = p->args->best, .curves = true };
    VVI_TRY(vvi_status_read(p->study, &p->status, p->error));
    VVI_TRY(vvi_frame_read(p->study, &(vvi_frame_args){ .courses = true, .networks = true }, &p->frame, p->error));
    if (p->args->best > 0) VVI_TRY(vv_study_trials(p->study, &best, &p->best, p->error));
    VVI_TRY(vv_study_refusals(p->study, &p->refusals, p->error));
    VVI_TRY(vv_study_get(p->study, "explanation", &p->explanation, p->error));
    if (p->explanation != NULL && vvi_explanation_read(p->explanation, &p->meaning, NULL) == VV_NO_MEMORY)
        return vvi_no_memory(p->error);
    p->sheet = vvi_sheet_new();
    return p->sheet == NULL ? vvi_no_memory(p->error) : VV_OK;
}

static void close_page(page *p)
{
    vvi_status_deinit(&p->status);
    vvi_frame_deinit(&p->frame);
    vv_trials_free(&p->best);
    vvi_sheet_free(p->sheet);
    vvi_plot_memo_deinit(&p->memo);
    free(p->explanation);
    vv_explanation_free(p->meaning);
}

/* ---- how it was made ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *key, *title;
} facts[] = {
    { "hypermodel", "Hypermodel" },
    { "work", "Kind of work" },
    { "data", "Data" },
    { "examples", "Examples" },
    { "objective", "Objective" },
    { "constraints", "Constraints" },
    { "oracle", "Oracle" },
    { "pruner", "Pruner" },
    { "seed", "Seed" },
    { "max_trials", "Trials, at the most" },
    { "executions_per_trial", "Executions of a trial" },
    { "epochs", "Epochs of an execution" },
    { "batch_size", "Batch size" },
    { "budget", "Budget of a network" },
};

static bool is_no_limit(const char *key, const char *text)
{
    return strcmp(key, "max_trials") == 0 && strtod(text, NULL) >= VVI_TRIALS_OPEN;
}

static vv_status add_facts(vvi_json *json, const vv_study *study, vv_error *error)
{
    vvi_json_begin(json, "facts", '[');
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char *text = NULL;
        VVI_TRY(vv_study_get(study, facts[i].key, &text, error));
        if (text != NULL) {
            vvi_json_begin(json, NULL, '[');
            vvi_json_string(json, NULL, facts[i].title);
            vvi_json_string(json, NULL, is_no_limit(facts[i].key, text) ? "no limit" : text);
            vvi_json_end(json, ']');
        }
        free(text);
    }
    vvi_json_end(json, ']');
    return VV_OK;
}

/* How the search was begun, as a shell reads it; what is no such fact is given as it is. */
static void add_command(vvi_json *json, const char *fact)
{
    vvi_text text = { 0 };
    json_t *command = fact == NULL ? NULL : json_loads(fact, 0, NULL);
    const json_t *argv = json_object_get(command, "argv");
    for (size_t i = 0; i < json_array_size(argv); i++) {
        const char *word = json_string_value(json_array_get(argv, i));
        if (i > 0) vvi_text_printf(&text, " ");
        vvi_text_add_quoted(&text, word == NULL ? "" : word);
    }
    json->text.failed = json->text.failed || text.failed;
    vvi_json_string(json, "command", text.data == NULL ? fact : text.data);
    json_decref(command);
    vvi_text_deinit(&text);
}

static vv_status add_made(vvi_json *json, const vv_study *study, vv_error *error)
{
    char now[VVI_NUMBER_SIZE];
    char *command = NULL;
    vvi_json_begin(json, "made", '{');
    vvi_json_string(json, "version", vv_version());
    vvi_report_time((double)time(NULL), now, sizeof now);
    vvi_json_string(json, "time", now);
    VVI_TRY(vv_study_get(study, "command", &command, error));
    add_command(json, command);
    free(command);
    VVI_TRY(add_facts(json, study, error));
    vvi_json_end(json, '}');
    return VV_OK;
}

static void add_constraints(vvi_json *json, const vvi_status *status)
{
    vvi_text text = { 0 };
    vvi_report_constraints(&text, &status->goals.constraints);
    json->text.failed = json->text.failed || text.failed;
    vvi_json_string(json, "constraints", text.data);
    vvi_text_deinit(&text);
}

/* ---- what it means ------------------------------------------------------------------------------------------------------- */

/* The hyperparameter that makes layers of this name, in some network. */
static const char *maker_of(const vv_explanation *e, const char *layer)
{
    const int maker = vvi_maker_of(e, layer);
    return maker == VVI_ALWAYS_THERE ? NULL : e->hyperparameters[maker].name;
}

static void add_settings(vvi_json *json, const vv_explanation *e, const char *layer)
{
    vvi_json_begin(json, "sets", '[');
    for (size_t i = 0; i < e->n_hyperparameters; i++)
        for (size_t k = 0; k < e->hyperparameters[i].n_sets; k++) {
            const vv_set_field *set = &e->hyperparameters[i].sets[k];
            vvi_text text = { 0 };
            if (strcmp(set->layer, layer) != 0) continue;
            vvi_text_printf(&text, "%s: %s", e->hyperparameters[i].name, set->field);
            vvi_json_string(json, NULL, text.data);
            vvi_text_deinit(&text);
        }
    vvi_json_end(json, ']');
}

/* The layers of the trials that are shown are those of few structures, so few that each may be looked for. */
static void add_makers_of(vvi_json *json, const vv_explanation *e, const vvi_structure *structure, vvi_names *seen)
{
    for (size_t i = 0; i < structure->n; i++) {
        const size_t before = seen->n;
        vvi_names_add(seen, structure->names[i]);
        if (seen->n == before) continue;
        vvi_json_begin(json, structure->names[i], '{');
        vvi_json_string(json, "by", maker_of(e, structure->names[i]));
        add_settings(json, e, structure->names[i]);
        vvi_json_end(json, '}');
    }
}

static void add_always(vvi_json *json, const vv_explanation *e, const vvi_frame *frame)
{
    vvi_always always;
    vvi_always_find(e, frame, &always);
    vvi_json_begin(json, "always", '{');
    for (size_t i = 0; i < always.n; i++) vvi_json_count(json, always.kinds[i], always.least[i]);
    vvi_json_end(json, '}');
}

static const vvi_structure *structure_of(const vvi_frame *frame, int id)
{
    for (size_t i = 0; i < frame->n; i++)
        if (frame->ids[i] == id) return frame->structure[i] < 0 ? NULL : &frame->structures[frame->structure[i]];
    return NULL;
}

static void add_meaning(vvi_json *json, const page *p)
{
    vvi_names seen = { .n = 0 };
    if (p->meaning == NULL)
        vvi_json_null(json, "question");
    else
        vvi_explain_write_blocks(p->meaning, json, "question");
    vvi_json_begin(json, "makers", '{');
    for (size_t i = 0; p->meaning != NULL && i < p->best.n; i++) {
        const vvi_structure *structure = structure_of(&p->frame, p->best.list[i].id);
        if (structure != NULL) add_makers_of(json, p->meaning, structure, &seen);
    }
    vvi_json_end(json, '}');
    add_always(json, p->meaning, &p->frame);
}

/* ---- trials, figures --------------------------------------------------------------------------------------------------------- */

static void add_best(vvi_json *json, const vv_trials *best)
{
    vvi_json_begin(json, "best", '[');
    for (size_t i = 0; i < best->n && best->list[i].status == VV_TRIAL_COMPLETED; i++)
        vvi_json_whole_trial(json, &best->list[i]);
    vvi_json_end(json, ']');
}

static vv_status add_figure(page *p, const vvi_plot_kind *kind)
{
    vvi_figure figure = { 0 };
    const vvi_plot_args args = {
        .frame = &p->frame,
        .explanation = p->explanation,
        .objective = p->args->objective,
        .seed = p->args->seed,
        .memo = &p->memo,
    };
    vv_status status = vvi_plot_make(kind, &args, &figure, p->error);
    if (status == VV_OK) status = vvi_sheet_add(p->sheet, &figure, p->error);
    vvi_figure_deinit(&figure);
    return status;
}

static vv_status add_sheet(vvi_json *json, page *p)
{
    for (size_t i = 0; vvi_plot_at(i) != NULL; i++) VVI_TRY(add_figure(p, vvi_plot_at(i)));
    VVI_TRY(vvi_json_trial_columns(json, &p->frame, p->sheet, p->error));
    vvi_json_begin(json, "sheet", '{');
    vvi_sheet_write(p->sheet, json);
    vvi_json_end(json, '}');
    return VV_OK;
}

/* ---- the same in parts ------------------------------------------------------------------------------------------------- */

vv_status vvi_json_about(vvi_json *json, const vv_study *study, const vvi_status *status, vv_error *error)
{
    vv_refusals refusals;
    VVI_TRY(vv_study_refusals(study, &refusals, error));
    VVI_TRY(add_made(json, study, error));
    vvi_json_refusals(json, &refusals);
    add_constraints(json, status);
    return VV_OK;
}

static void add_all_makers(vvi_json *json, const vv_explanation *e, const vvi_frame *frame)
{
    vvi_names seen = { .n = 0 };
    vvi_json_begin(json, "makers", '{');
    for (size_t i = 0; e != NULL && i < frame->n_structures; i++) add_makers_of(json, e, &frame->structures[i], &seen);
    vvi_json_end(json, '}');
    add_always(json, e, frame);
}

vv_status vvi_json_meaning(vvi_json *json, const char *explanation, const vvi_frame *frame, vv_error *error)
{
    vv_explanation *e = NULL;
    if (explanation != NULL && vvi_explanation_read(explanation, &e, NULL) == VV_NO_MEMORY) return vvi_no_memory(error);
    if (e == NULL)
        vvi_json_null(json, "question");
    else
        vvi_explain_write_blocks(e, json, "question");
    add_all_makers(json, e, frame);
    vv_explanation_free(e);
    return VV_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------------- */

static vv_status write_page(vvi_json *json, page *p)
{
    VVI_TRY(read_page(p));
    vvi_json_begin(json, "study", '{');
    vvi_json_status(json, &p->status);
    vvi_json_end(json, '}');
    VVI_TRY(add_made(json, p->study, p->error));
    vvi_json_refusals(json, &p->refusals);
    add_constraints(json, &p->status);
    add_meaning(json, p);
    add_best(json, &p->best);
    return add_sheet(json, p);
}

vv_status vvi_json_page(vvi_json *json, const vvi_page_args *args, vv_error *error)
{
    page p = { .args = args, .study = args->study, .error = error };
    const vv_status status = write_page(json, &p);
    close_page(&p);
    return status == VV_OK && json->text.failed ? vvi_no_memory(error) : status;
}
