/* facts.c - whether a study that is there was made with the same settings.
 *
 * The facts kept with a study are those that decide what a score means, and which trial comes next. What only says when to
 * stop (max_trials, time, epochs in all, a target), keep_checkpoints and the limit on failures may change from one search
 * to the next; but for an oracle that plans with the first two.
 */
#include "study/study.h"
#include "tuner/tuner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACT_SIZE = 128, MOST_FACTS = 17 };

typedef struct fact {
    const char *key, *text; /* text NULL: nothing is known */
    bool decides;           /* must be the same in every search of a study */
    const char *absent;     /* what a study means that does not say; NULL: it says nothing */
    const char *differs;    /* what to say when it is not, of texts that tell nobody anything; NULL: both texts */
    bool of_networks;       /* means nothing where there are none */
} fact;

typedef struct facts {
    fact list[MOST_FACTS];
    vvi_text objectives, constraints;
    const char *data, *preparation;
    char seed[FACT_SIZE], executions[FACT_SIZE], epochs[FACT_SIZE], batch_size[FACT_SIZE], examples[FACT_SIZE],
        digest[FACT_SIZE], max_trials[FACT_SIZE], max_epochs[FACT_SIZE];
} facts;

static void collect_data(const vv_data *training, const vv_data *validation, facts *f)
{
    if (training == NULL) return;
    f->data = vv_data_name(training);
    f->preparation = vv_data_preparation(training);
    snprintf(f->examples, FACT_SIZE, "%zu for training, %zu for validation", vv_data_count(training),
             validation == NULL ? 0 : vv_data_count(validation));
    snprintf(f->digest, FACT_SIZE, "%016" PRIx64 " for training, %016" PRIx64 " for validation",
             vvi_data_digest(training), vvi_data_digest(validation));
}

static void collect(const vvi_search *s, facts *f)
{
    const vvi_work *work = vvi_work_of(s->args->hypermodel);
    vvi_objectives_format(&s->objectives, &f->objectives);
    if (s->constraints.n > 0)
        vvi_constraints_format(&s->constraints, &f->constraints);
    else
        vvi_text_printf(&f->constraints, "none");
    snprintf(f->seed, FACT_SIZE, "%" PRIu64, s->args->seed);
    snprintf(f->max_trials, FACT_SIZE, "%d", s->max_trials); /* what is planned at the start cannot grow */
    snprintf(f->max_epochs, FACT_SIZE, "%d", s->args->max_epochs_total);
    snprintf(f->executions, FACT_SIZE, "%d", s->executions);
    if (s->epochs == VVI_EPOCHS_OPEN)
        snprintf(f->epochs, FACT_SIZE, "open");
    else
        snprintf(f->epochs, FACT_SIZE, "%d", s->epochs);
    snprintf(f->batch_size, FACT_SIZE, "%d", s->batch_size);
    collect_data(s->args->training, s->args->validation, f);
    static const char *const precisions[] = { "int8", "float32" };
    const fact list[MOST_FACTS] = {
        { "work", work->name, true, "network", NULL, false },
        { "objective", f->objectives.data, true, NULL, NULL, false },
        { "constraints", f->constraints.data, true, "none", NULL, false },
        { "oracle", s->oracle_spec, true, NULL, NULL, false },
        { "pruner", s->pruner == NULL ? "none" : s->pruner_spec, true, "none", NULL, false },
        { "seed", f->seed, true, NULL, NULL, false },
        { "max_trials", s->oracle->plans ? f->max_trials : NULL, true, NULL, NULL, false },
        { "max_epochs_total", s->oracle->plans ? f->max_epochs : NULL, true, NULL, NULL, false },
        { "executions_per_trial", f->executions, true, NULL, NULL, false },
        { "epochs", f->epochs, true, NULL, NULL, false },
        { "batch_size", f->batch_size, true, NULL, NULL, true },
        { "data", f->data, true, NULL, NULL, true },
        { "examples", f->examples, true, NULL, NULL, true },
        { "preparation", f->preparation, true, NULL, "the data has changed: it is prepared in another way", true },
        { "data digest", f->digest, true, NULL, "the data has changed: its numbers are others", true },
        { "precision", vvi_search_asks_costs(s) ? precisions[s->args->budget.precision == VV_FLOAT32] : NULL, true,
          NULL, NULL, true },
        { "hypermodel", s->args->hypermodel->name, false, NULL, NULL, false },
    };
    memcpy(f->list, list, sizeof list);
    for (int i = 0; i < MOST_FACTS; i++)
        if (list[i].of_networks && !work->network) f->list[i].text = NULL;
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
static vv_status compare(const vv_study *study, const fact *mine, bool fresh, vvi_text *differences, vv_error *error)
{
    char *stored = NULL;
    if (!mine->decides || mine->text == NULL) return VV_OK;
    VVI_TRY(vv_study_get(study, mine->key, &stored, error));
    const char *there = stored != NULL || fresh ? stored : mine->absent;
    if (there != NULL && strcmp(there, mine->text) != 0) say_difference(mine, there, differences);
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
    facts mine = { .objectives = { 0 } };
    vvi_text differences = { 0 };
    char *objective = NULL;
    vv_status status = vv_study_get(search->study, "objective", &objective, error);
    const bool fresh = objective == NULL; /* nothing was ever said of it */
    free(objective);
    collect(search, &mine);
    for (int i = 0; status == VV_OK && i < MOST_FACTS; i++)
        status = compare(search->study, &mine.list[i], fresh, &differences, error);
    if (status == VV_OK && differences.failed) status = vvi_no_memory(error);
    if (status == VV_OK && differences.n > 0)
        status = vvi_fail(error, VV_MISMATCH, "%s: %s; overwrite it or choose another project", search->project,
                          differences.data);
    vvi_text_deinit(&differences);
    if (status == VV_OK && (mine.objectives.failed || mine.constraints.failed)) status = vvi_no_memory(error);
    for (int i = 0; status == VV_OK && i < MOST_FACTS; i++) status = store_missing(search->study, &mine.list[i], error);
    vvi_text_deinit(&mine.objectives);
    vvi_text_deinit(&mine.constraints);
    return status;
}
