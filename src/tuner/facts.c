/* facts.c - whether a study that is there was made with the same settings; and what its other workers go by.
 *
 * The facts that decide are those of what a score means, and of which trial comes next: they are the same in every search
 * of a study. What only says when to stop (max_trials, time, epochs in all, a target) and how trials are run may change
 * from one search to the next, but for an oracle that plans with the first two; the last search's are kept, for workers,
 * who know nothing but where the study is. So is what the last search knew of its space, for whoever looks at the study.
 *
 * All of it is one transaction: a search that dies here leaves all facts of a new study, or none.
 */
#include "explain/json.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACT_SIZE = 128, MOST_FACTS = 31 };

typedef enum manner {
    ONCE,    /* the first search's */
    DECIDES, /* must be the same in every search of a study */
    NAMES,   /* the same, unless the data is known to be the same: machines have it in different places */
    FOLLOWS  /* the last search's */
} manner;

typedef struct fact {
    const char *key, *text; /* text NULL: nothing is known */
    manner manner;
    const char *absent;  /* DECIDES: what a study means that does not say; NULL: it says nothing */
    const char *differs; /* DECIDES: what to say when it is not, of texts that tell nobody anything; NULL: both texts */
    bool of_networks;    /* means nothing where there are none */
} fact;

static const char digest_key[] = "data digest";

typedef struct facts {
    fact list[MOST_FACTS];
    vvi_text objectives, constraints, budget;
    vvi_json explanation;
    char numbers[MOST_FACTS][FACT_SIZE];
    int n_numbers;
} facts;

static const char *number(facts *f, const char *format, ...) VV_PRINTF(2, 3);
static const char *number(facts *f, const char *format, ...)
{
    va_list args;
    char *text = f->numbers[f->n_numbers++];
    va_start(args, format);
    vvi_vsnprintf(text, FACT_SIZE, format, args);
    va_end(args);
    return text;
}

static const char *real(facts *f, double value)
{
    char text[VVI_FORMAT_SIZE];
    return number(f, "%s", vvi_format_double(value, text));
}

static const char *or_none(const vvi_text *text)
{
    return text->data == NULL ? "none" : text->data;
}

/* As vv_budget_parse reads it. */
static void format_budget(const vv_budget *budget, vvi_text *text)
{
    const struct {
        const char *name;
        uint64_t most;
    } limits[] = { { "params", budget->params },
                   { "macs", budget->macs },
                   { "ram", budget->ram_bytes },
                   { "flash", budget->flash_bytes } };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (limits[i].most > 0)
            vvi_text_printf(text, "%s%s=%" PRIu64, text->n == 0 ? "" : ",", limits[i].name, limits[i].most);
}

static const char *format_examples(const vvi_search *s, facts *f)
{
    const vv_data *validation = s->args->validation;
    if (s->args->training == NULL) return NULL;
    return number(f, "%zu for training, %zu for validation", vv_data_count(s->args->training),
                  validation == NULL ? 0 : vv_data_count(validation));
}

static const char *format_digest(const vvi_search *s, facts *f)
{
    if (s->args->training == NULL) return NULL;
    return number(f, "%016" PRIx64 " for training, %016" PRIx64 " for validation", vvi_data_digest(s->args->training),
                  vvi_data_digest(s->args->validation));
}

/* What varve explain --json prints, so that a study can be told of wherever it is. Of a function nothing is explained; of a
 * space in which only a search may find what builds there is nothing to tell. */
static const char *format_explanation(const vvi_search *s, facts *f)
{
    if (!vvi_work_of(s->args->hypermodel)->network || s->explanation == NULL) return NULL;
    vvi_json_explanation(&f->explanation, NULL, s->explanation);
    return f->explanation.text.data;
}

static void collect(const vvi_search *s, facts *f)
{
    const vv_search_args *a = s->args;
    const vvi_work *work = vvi_work_of(a->hypermodel);
    const char *precision = vvi_precision_name(a->budget.precision);
    const manner limit = s->oracle->plans ? DECIDES : FOLLOWS; /* what is planned at the start cannot grow */
    vvi_objectives_format(&s->objectives, &f->objectives);
    vvi_constraints_format(&s->constraints, &f->constraints);
    format_budget(&a->budget, &f->budget);
    const fact list[MOST_FACTS] = {
        { "work", work->name, DECIDES, "network", NULL, false },
        { "objective", f->objectives.data, DECIDES, NULL, NULL, false },
        { "constraints", or_none(&f->constraints), DECIDES, "none", NULL, false },
        { "oracle", s->oracle_spec, DECIDES, NULL, NULL, false },
        { "pruner", s->pruner == NULL ? "none" : s->pruner_spec, DECIDES, "none", NULL, false },
        { "seed", number(f, "%" PRIu64, a->seed), DECIDES, NULL, NULL, false },
        { "max_trials", number(f, "%d", s->max_trials), limit, NULL, NULL, false },
        { "max_epochs_total", number(f, "%d", a->max_epochs_total), limit, NULL, NULL, false },
        { "executions_per_trial", number(f, "%d", s->executions), DECIDES, NULL, NULL, false },
        { "epochs", s->epochs == VVI_EPOCHS_OPEN ? "open" : number(f, "%d", s->epochs), DECIDES, NULL, NULL, false },
        { "batch_size", number(f, "%d", s->batch_size), DECIDES, NULL, NULL, true },
        { "data", a->training == NULL ? NULL : vv_data_name(a->training), NAMES, NULL, NULL, true },
        { "examples", format_examples(s, f), DECIDES, NULL, NULL, true },
        { "preparation", a->training == NULL ? NULL : vv_data_preparation(a->training), DECIDES, NULL,
          "the data has changed: it is prepared in another way", true },
        { digest_key, format_digest(s, f), DECIDES, NULL, "the data has changed: its numbers are others", true },
        { "precision", vvi_search_asks_costs(s) ? precision : NULL, DECIDES, NULL, NULL, true },
        { "hypermodel", a->hypermodel->name, ONCE, NULL, NULL, false },
        { "validation_split", real(f, a->hypermodel->validation_split), ONCE, NULL, NULL, true },
        { "max_seconds", real(f, a->max_seconds), FOLLOWS, NULL, NULL, false },
        { "stop_at", a->stop_at.set ? real(f, a->stop_at.value) : "none", FOLLOWS, NULL, NULL, false },
        { "budget", or_none(&f->budget), FOLLOWS, NULL, NULL, true },
        { "budget_precision", precision, FOLLOWS, NULL, NULL, true },
        { "keep_checkpoints", number(f, "%d", s->keep_checkpoints), FOLLOWS, NULL, NULL, true },
        { "checkpoints", a->checkpoints == NULL ? "none" : a->checkpoints, FOLLOWS, NULL, NULL, false },
        { "max_retries", number(f, "%d", a->max_retries), FOLLOWS, NULL, NULL, false },
        { "trial_timeout_s", real(f, a->trial_timeout_s), FOLLOWS, NULL, NULL, false },
        { "trial_memory_mb", number(f, "%d", a->trial_memory_mb), FOLLOWS, NULL, NULL, false },
        { "max_consecutive_failures", number(f, "%d", s->max_failures), FOLLOWS, NULL, NULL, false },
        { "explanation", format_explanation(s, f), FOLLOWS, NULL, NULL, true },
        { "command", a->command, FOLLOWS, NULL, NULL, false },
    };
    memcpy(f->list, list, sizeof list);
    for (int i = 0; i < MOST_FACTS; i++)
        if (list[i].of_networks && !work->network) f->list[i].text = NULL;
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

static void say_difference(const fact *mine, const char *stored, vvi_text *differences)
{
    const char *separator = differences->n == 0 ? "" : "; ";
    if (mine->differs != NULL)
        vvi_text_printf(differences, "%s%s", separator, mine->differs);
    else
        vvi_text_printf(differences, "%s%s is %s there, %s here", separator, mine->key, stored, mine->text);
}

/* Adds "epochs is 10 there, 20 here" to the differences where there is one. */
static vv_status compare(const vv_study *study, const fact *mine, bool fresh, vvi_text *differences, vv_error *error)
{
    char *stored = NULL;
    if ((mine->manner != DECIDES && mine->manner != NAMES) || mine->text == NULL) return VV_OK;
    VVI_TRY(vv_study_get(study, mine->key, &stored, error));
    const char *there = stored != NULL || fresh ? stored : mine->absent;
    if (there != NULL && strcmp(there, mine->text) != 0) say_difference(mine, there, differences);
    free(stored);
    return VV_OK;
}

static vv_status is_same_data(const vv_study *study, const facts *mine, bool *same, vv_error *error)
{
    char *stored = NULL;
    VVI_TRY(vv_study_get(study, digest_key, &stored, error));
    for (int i = 0; stored != NULL && i < MOST_FACTS && mine->list[i].key != NULL; i++)
        if (mine->list[i].key == digest_key) *same = strcmp(mine->list[i].text, stored) == 0;
    free(stored);
    return VV_OK;
}

static vv_status compare_all(const vvi_search *search, const facts *mine, vv_error *error)
{
    vvi_text differences = { 0 };
    char *objective = NULL;
    bool same_data = false;
    VVI_TRY(is_same_data(search->study, mine, &same_data, error));
    vv_status status = vv_study_get(search->study, "objective", &objective, error);
    const bool fresh = objective == NULL; /* nothing was ever said of it */
    free(objective);
    for (int i = 0; status == VV_OK && i < MOST_FACTS && mine->list[i].key != NULL; i++)
        if (!same_data || mine->list[i].manner != NAMES)
            status = compare(search->study, &mine->list[i], fresh, &differences, error);
    if (status == VV_OK && differences.failed) status = vvi_no_memory(error);
    if (status == VV_OK && differences.n > 0)
        status = vvi_fail(error, VV_MISMATCH, "%s: %s; overwrite it or choose another project",
                          vv_study_path(search->study), differences.data);
    vvi_text_deinit(&differences);
    return status;
}

static vv_status store(vv_study *study, const fact *mine, vv_error *error)
{
    char *stored = NULL;
    if (mine->text == NULL) return VV_OK;
    VVI_TRY(vv_study_get(study, mine->key, &stored, error));
    const bool kept = stored != NULL && (mine->manner != FOLLOWS || strcmp(stored, mine->text) == 0);
    free(stored);
    return kept ? VV_OK : vv_study_set(study, mine->key, mine->text, error);
}

static vv_status compare_and_store(const vvi_search *search, const facts *mine, vv_error *error)
{
    VVI_TRY(vvi_study_batch_begin(search->study, error));
    vv_status status = compare_all(search, mine, error);
    for (int i = 0; status == VV_OK && i < MOST_FACTS && mine->list[i].key != NULL; i++)
        status = store(search->study, &mine->list[i], error);
    return vvi_study_batch_end(search->study, status, error);
}

vv_status vvi_search_agree(const vvi_search *search, vv_error *error)
{
    facts mine = { .objectives = { 0 } };
    collect(search, &mine);
    const bool failed =
        mine.objectives.failed || mine.constraints.failed || mine.budget.failed || mine.explanation.text.failed;
    const vv_status status = failed ? vvi_no_memory(error) : compare_and_store(search, &mine, error);
    vvi_text_deinit(&mine.objectives);
    vvi_text_deinit(&mine.constraints);
    vvi_text_deinit(&mine.budget);
    vvi_text_deinit(&mine.explanation.text);
    return status;
}
