/* settings.c - what a search was asked to do: arguments over the hypermodel's members over the documented defaults; and
 * whether a study that is there was made with the same.
 *
 * The facts kept with a study are those that decide what a score means. max_trials, keep_checkpoints and the limit on
 * failures may change from one search to the next.
 */
#include "explain/budget.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- arguments -------------------------------------------------------------------------------------------------- */

/* The first that is not zero. */
static vv_status settle(const char *name, int given, int of_hypermodel, int preset, int *value, vv_error *error)
{
    *value = given != 0 ? given : of_hypermodel != 0 ? of_hypermodel : preset;
    if (*value >= 1) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "search: %s is %d, must be >= 1", name, *value);
}

static vv_status settle_numbers(vvi_search *s, const vv_search_args *a, vv_error *error)
{
    const vv_hypermodel *h = a->hypermodel;
    VVI_TRY(settle("max_trials", a->max_trials, h->max_trials, 10, &s->max_trials, error));
    VVI_TRY(settle("executions_per_trial", a->executions_per_trial, h->executions_per_trial, 1, &s->executions, error));
    VVI_TRY(settle("epochs", a->epochs, h->epochs, 1, &s->epochs, error));
    VVI_TRY(settle("batch_size", a->batch_size, h->batch_size, 32, &s->batch_size, error));
    VVI_TRY(settle("keep_checkpoints", a->keep_checkpoints, 0, 3, &s->keep_checkpoints, error));
    return settle("max_consecutive_failures", a->max_consecutive_failures, 0, 3, &s->max_failures, error);
}

static vv_status settle_oracle(vvi_search *s, const char *name, vv_error *error)
{
    s->oracle = vv_oracle_find(name == NULL ? "random" : name);
    if (s->oracle != NULL) return VV_OK;
    vvi_text names = { 0 };
    const vv_oracle_kind *kind;
    for (size_t i = 0; (kind = vv_oracle_at(i)) != NULL; i++)
        vvi_text_printf(&names, "%s%s", i == 0 ? "" : ", ", kind->name);
    vvi_fail(error, VV_BAD_ARG, "oracle \"%s\": no such oracle; there are %s", name,
             names.data == NULL ? "none" : names.data);
    vvi_text_deinit(&names);
    return VV_BAD_ARG;
}

static vv_status settle_objective(vvi_search *s, const vv_search_args *a, vv_error *error)
{
    const char *text = a->objective != NULL               ? a->objective
                       : a->hypermodel->objective != NULL ? a->hypermodel->objective
                                                          : "val_loss";
    char named[sizeof s->objective.name + 8];
    if (vv_objective_parse(text, &s->objective, &s->undirected) != VV_OK) {
        snprintf(named, sizeof named, "%.*s:min", (int)sizeof s->objective.name, text);
        if (strchr(text, ':') != NULL || vv_objective_parse(named, &s->objective, NULL) != VV_OK)
            return vvi_fail(error, s->undirected.status, "%s", s->undirected.text);
    }
    if (strncmp(s->objective.name, "val_", 4) == 0 && a->validation == NULL)
        return vvi_fail(error, VV_BAD_ARG, "objective \"%s\": needs validation data, there is none", text);
    return VV_OK;
}

vv_status vvi_search_resolve(vvi_search *search, const vv_search_args *args, vv_error *error)
{
    *search = (vvi_search){ .args = args, .best = -1 };
    if (args == NULL || args->hypermodel == NULL || args->hypermodel->build == NULL)
        return vvi_fail(error, VV_BAD_ARG, "search: no hypermodel with a build function");
    if (args->training == NULL) return vvi_fail(error, VV_BAD_ARG, "search: no training data");
    VVI_TRY(settle_numbers(search, args, error));
    VVI_TRY(settle_oracle(search, args->oracle, error));
    VVI_TRY(settle_objective(search, args, error));
    search->project = args->project == NULL ? "untitled_project" : args->project;
    search->bound.hypermodel = args->hypermodel;
    if (vvi_budget_limits(&args->budget)) search->bound.budget = &args->budget;
    search->bound.fit = (vv_fit_args){ .training = args->training,
                                       .validation = args->validation,
                                       .epochs = search->epochs,
                                       .batch_size = search->batch_size };
    return VV_OK;
}

/* ---- facts ------------------------------------------------------------------------------------------------------ */

enum { FACT_SIZE = 128, MOST_FACTS = 11 };

typedef struct fact {
    const char *key, *text; /* text NULL: nothing is known */
    bool decides;           /* must be the same in every search of a study */
    const char *differs;    /* what to say when it is not, of texts that tell nobody anything; NULL: both texts */
} fact;

typedef struct facts {
    fact list[MOST_FACTS];
    char objective[FACT_SIZE], seed[FACT_SIZE], executions[FACT_SIZE], epochs[FACT_SIZE], batch_size[FACT_SIZE],
        examples[FACT_SIZE], digest[FACT_SIZE];
} facts;

static void collect(const vvi_search *s, facts *f)
{
    const vv_data *training = s->args->training, *validation = s->args->validation;
    vvi_objective_format(&s->objective, f->objective, FACT_SIZE);
    snprintf(f->seed, FACT_SIZE, "%" PRIu64, s->args->seed);
    snprintf(f->executions, FACT_SIZE, "%d", s->executions);
    snprintf(f->epochs, FACT_SIZE, "%d", s->epochs);
    snprintf(f->batch_size, FACT_SIZE, "%d", s->batch_size);
    snprintf(f->examples, FACT_SIZE, "%zu for training, %zu for validation", vv_data_count(training),
             validation == NULL ? 0 : vv_data_count(validation));
    snprintf(f->digest, FACT_SIZE, "%016" PRIx64 " for training, %016" PRIx64 " for validation",
             vvi_data_digest(training), vvi_data_digest(validation));
    const fact list[MOST_FACTS] = {
        { "objective", f->objective, true, NULL },
        { "oracle", s->oracle->name, true, NULL },
        { "seed", f->seed, true, NULL },
        { "executions_per_trial", f->executions, true, NULL },
        { "epochs", f->epochs, true, NULL },
        { "batch_size", f->batch_size, true, NULL },
        { "data", vv_data_name(training), true, NULL },
        { "examples", f->examples, true, NULL },
        { "preparation", vv_data_preparation(training), true, "the data has changed: it is prepared in another way" },
        { "data digest", f->digest, true, "the data has changed: its numbers are others" },
        { "hypermodel", s->args->hypermodel->name, false, NULL },
    };
    memcpy(f->list, list, sizeof list);
}

static void say_difference(const fact *mine, const char *stored, vvi_text *differences)
{
    const char *separator = differences->n == 0 ? "" : "; ";
    if (mine->differs != NULL)
        vvi_text_printf(differences, "%s%s", separator, mine->differs);
    else
        vvi_text_printf(differences, "%s%s is %s there, %s here", separator, mine->key, stored, mine->text);
}

/* Adds "epochs is 10 there, 20 here" to the differences where there is one. */
static vv_status compare(const vv_study *study, const fact *mine, vvi_text *differences, vv_error *error)
{
    char *stored = NULL;
    if (!mine->decides || mine->text == NULL) return VV_OK;
    VVI_TRY(vv_study_get(study, mine->key, &stored, error));
    if (stored != NULL && strcmp(stored, mine->text) != 0) say_difference(mine, stored, differences);
    free(stored);
    return VV_OK;
}

static vv_status store_missing(vv_study *study, const fact *mine, vv_error *error)
{
    char *stored = NULL;
    if (mine->text == NULL) return VV_OK;
    VVI_TRY(vv_study_get(study, mine->key, &stored, error));
    const bool there = stored != NULL;
    free(stored);
    return there ? VV_OK : vv_study_set(study, mine->key, mine->text, error);
}

vv_status vvi_search_agree(const vvi_search *search, vv_error *error)
{
    facts mine;
    vvi_text differences = { 0 };
    vv_status status = VV_OK;
    collect(search, &mine);
    for (int i = 0; status == VV_OK && i < MOST_FACTS; i++)
        status = compare(search->study, &mine.list[i], &differences, error);
    if (status == VV_OK && differences.failed) status = vvi_no_memory(error);
    if (status == VV_OK && differences.n > 0)
        status = vvi_fail(error, VV_MISMATCH, "%s: %s; overwrite it or choose another project", search->project,
                          differences.data);
    vvi_text_deinit(&differences);
    for (int i = 0; status == VV_OK && i < MOST_FACTS; i++) status = store_missing(search->study, &mine.list[i], error);
    return status;
}
