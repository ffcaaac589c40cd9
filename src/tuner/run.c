/* run.c - one trial, in its own process: builds the model with the trial's values, trains it executions_per_trial
 * times, reports every epoch, and leaves the best epoch's weights in a file.
 *
 * Weights, order of examples and dropout of execution e of trial t are keyed by (seed, t, e): the same whoever runs the
 * trial, and when. An execution's best epoch is the first with the best finite objective. The weights kept are those of
 * the best epoch over all executions; they are copied aside as they come, and written once, at the end.
 *
 * A trial with a goal stops there, each execution leaving its training state in a file. One that goes on begins with
 * these files; the epochs that are stored are not reported again. Where a file is lost, damaged or of another epoch (its
 * writer was killed between two files), the execution is trained again from its beginning, in silence: it comes to the
 * same bits, so that nothing but time is lost.
 *
 * Nothing here decides how the trial ends: that is for its parent (trial.c), which lives on when this process does not.
 */
#include "tuner/tuner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct running {
    const vvi_run *run;
    int fd;
    int execution, epoch; /* epochs that this execution has */
    int stored;           /* of them, reported before this process began */
    double epoch_began_s;
    bool any;       /* has this execution a finite objective? */
    int best_epoch; /* of this execution */
    double best;
    bool kept;           /* are there weights? */
    double kept_score;   /* of all executions */
    float *weights;      /* all of a model's arrays, one after the other */
    size_t weights_size; /* in floats */
} running;

/* ---- the best epoch's weights ----------------------------------------------------------------------------------- */

/* Copies all weights of a model out to `flat`, or back in; returns how many there are. flat NULL: only counts. */
static size_t copy_weights(vv_model *model, float *flat, bool back)
{
    size_t n = 0;
    for (size_t i = 0; i < vv_model_weight_count(model); i++) {
        const vv_weight weight = vv_model_weight(model, i);
        if (flat != NULL && weight.n > 0)
            memcpy(back ? weight.values : flat + n, back ? flat + n : weight.values, weight.n * sizeof *flat);
        n += weight.n;
    }
    return n;
}

static vv_status keep_weights(running *r, vv_model *model, vv_error *error)
{
    if (r->weights == NULL) {
        r->weights_size = copy_weights(model, NULL, false);
        r->weights = vvi_malloc((r->weights_size + 1) * sizeof *r->weights);
        if (r->weights == NULL) return vvi_no_memory(error);
    }
    if (copy_weights(model, NULL, false) != r->weights_size)
        return vvi_fail(error, VV_BAD_ARG, "the same values gave models with different numbers of weights");
    copy_weights(model, r->weights, false);
    r->kept = true;
    return VV_OK;
}

/* ---- the reporter: a callback of fit ---------------------------------------------------------------------------- */

static vv_status no_objective(const running *r, const vv_epoch *epoch, vv_error *error)
{
    vvi_text names = { 0 };
    for (size_t i = 0; i < epoch->n; i++) vvi_text_printf(&names, "%s%s", i == 0 ? "" : ", ", epoch->names[i]);
    vvi_fail(error, VV_BAD_ARG, "objective \"%s\": no such metric; this fit reported %s",
             r->run->search->objective.name, names.data == NULL ? "none" : names.data);
    vvi_text_deinit(&names);
    return VV_BAD_ARG;
}

static bool is_better(const running *r, double value, double than)
{
    return r->run->search->objective.maximize ? value > than : value < than;
}

static bool note_best(running *r, double value)
{
    if (!isfinite(value)) return false;
    if (!r->any || is_better(r, value, r->best)) {
        r->any = true;
        r->best = value;
        r->best_epoch = r->epoch;
    }
    return true;
}

static vv_status judge(running *r, const vv_epoch *epoch, double value, vv_error *error)
{
    if (!note_best(r, value)) return VV_OK;
    if (r->kept && !is_better(r, value, r->kept_score)) return VV_OK;
    r->kept_score = value;
    return keep_weights(r, epoch->model, error);
}

static vv_status send_epoch(running *r, const vv_epoch *epoch, vv_error *error)
{
    const double now_s = vvi_clock_s();
    vvi_text payload = { 0 };
    vvi_put_int(&payload, r->execution);
    vvi_put_int(&payload, r->epoch);
    vvi_put_double(&payload, now_s - r->epoch_began_s);
    vvi_put_int(&payload, (int64_t)epoch->n);
    for (size_t i = 0; i < epoch->n; i++) {
        vvi_put_text(&payload, epoch->names[i]);
        vvi_put_double(&payload, epoch->values[i]);
    }
    r->epoch_began_s = now_s;
    return vvi_record_send(r->fd, VVI_RECORD_EPOCH, &payload) ? VV_OK
                                                              : vvi_fail(error, VV_IO, "cannot report to the search");
}

/* At its goal an execution leaves all that it needs to go on, as it is before anybody restores other weights. */
static vv_status stop_at_goal(const running *r, const vv_epoch *epoch, vv_verdict *verdict, vv_error *error)
{
    char path[VVI_PATH_SIZE];
    if (r->run->goal == 0 || r->epoch < r->run->goal) return VV_OK;
    verdict->stop = true;
    VVI_TRY(vvi_trial_state_path(r->run->search, r->run->trial->id, r->execution, true, path, error));
    return vv_model_save_training(epoch->model, path, error);
}

/* A trial that is paused is one training: its second part would take the place of what was stopped. */
static vv_status check_order(const running *r, const vv_epoch *epoch, vv_error *error)
{
    if (r->run->goal == 0 && r->stored == 0) return VV_OK;
    if (epoch->epoch == r->epoch && (r->run->goal == 0 || r->epoch < r->run->goal)) return VV_OK;
    return vvi_fail(
        error, VV_UNSUPPORTED,
        "epoch %d was followed by epoch %d: only a fit function that calls vv_fit once, with the epochs that "
        "it is given, can be paused",
        r->epoch, epoch->epoch + 1);
}

/* Epochs are numbered as they come: a fit function may call vv_fit more than once. */
static vv_status report(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                        vv_error *error)
{
    (void)state;
    running *r = self->context;
    size_t i = 0;
    VVI_TRY(check_order(r, epoch, error));
    while (i < epoch->n && strcmp(epoch->names[i], r->run->search->objective.name) != 0) i++;
    if (r->epoch >= r->stored) VVI_TRY(send_epoch(r, epoch, error));
    if (i == epoch->n) return no_objective(r, epoch, error);
    VVI_TRY(judge(r, epoch, epoch->values[i], error));
    r->epoch++;
    return stop_at_goal(r, epoch, verdict, error);
}

/* ---- going on ------------------------------------------------------------------------------------------------------ */

static const vv_curve *find_curve(const running *r, int execution)
{
    const vv_trial *trial = r->run->trial;
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution == execution &&
            strcmp(trial->curves[i].metric, r->run->search->objective.name) == 0)
            return &trial->curves[i];
    return NULL;
}

/* True: the model is as it was after the epochs that are stored; *lost: there is a state, and it is none of those. */
static bool load_state(const running *r, int execution, vv_model *model, bool *lost)
{
    char path[VVI_PATH_SIZE];
    const vv_curve *curve = find_curve(r, execution);
    const size_t stored = curve == NULL ? 0 : curve->n;
    if (stored == 0 || vvi_trial_state_path(r->run->search, r->run->trial->id, execution, false, path, NULL) != VV_OK ||
        access(path, F_OK) != 0)
        return false;
    *lost = vv_model_load_training(model, path, NULL) != VV_OK || vv_model_epochs(model) < 0 ||
            (size_t)vv_model_epochs(model) != stored;
    return !*lost;
}

/* Are all states of the epochs that are stored? Then the weights that were kept are of them, too. */
static vv_status check_states(const running *r, bool *fit, vv_error *error)
{
    const vvi_search *search = r->run->search;
    *fit = r->run->trial->n_curves > 0;
    for (int e = 0; *fit && e < search->executions; e++) {
        vv_hp *hp = NULL;
        vv_model *model = NULL;
        bool lost = false;
        VVI_TRY(vvi_bound_replay(&search->bound, r->run->trial->values, r->run->trial->n_values, &hp, &model, error));
        load_state(r, e, model, &lost);
        *fit = !lost;
        vv_model_free(model);
        vv_hp_free(hp);
    }
    return VV_OK;
}

/* The weights that were kept so far; without them every execution is trained again. */
static vv_status load_kept(running *r, vv_error *error)
{
    bool fit = false;
    vv_model *model = NULL;
    char path[VVI_PATH_SIZE];
    VVI_TRY(check_states(r, &fit, error));
    if (!fit ||
        vv_study_checkpoint_path(r->run->search->study, r->run->trial->id, path, sizeof path) >= (int)sizeof path ||
        vv_model_load(path, &model, NULL) != VV_OK)
        return VV_OK;
    for (int e = 0; e < r->run->search->executions; e++) {
        const vv_curve *curve = find_curve(r, e);
        for (size_t i = 0; curve != NULL && i < curve->n; i++) {
            if (!isfinite(curve->values[i]) || (r->kept && !is_better(r, curve->values[i], r->kept_score))) continue;
            r->kept = true;
            r->kept_score = curve->values[i];
        }
    }
    const vv_status status = r->kept ? keep_weights(r, model, error) : VV_OK;
    vv_model_free(model);
    return status;
}

static bool go_on(running *r, vv_model *model)
{
    bool lost = false;
    const vv_curve *curve = find_curve(r, r->execution);
    r->stored = curve == NULL ? 0 : (int)curve->n;
    if (!r->kept || !load_state(r, r->execution, model, &lost)) return false;
    for (; r->epoch < r->stored; r->epoch++) note_best(r, curve->values[r->epoch]);
    return true;
}

/* ---- one execution ---------------------------------------------------------------------------------------------- */

uint64_t vvi_run_seed(const vvi_run *run, int execution)
{
    const vvi_key key = vvi_key_new(run->search->args->seed, "execution");
    return vvi_key_int(vvi_key_int(key, run->trial->id), execution).bits;
}

static vv_status fit(running *r, vv_hp *hp, vv_model *model, vv_error *error)
{
    const vv_hypermodel *h = r->run->search->args->hypermodel;
    const vv_callback reporter = { .name = "reporter", .epoch_end = report, .context = r };
    vv_fit_args args = r->run->search->bound.fit;
    args.seed = vvi_run_seed(r->run, r->execution);
    args.callbacks = (vv_callbacks){ .list = &reporter, .n = 1 };
    args.initial_epoch = r->epoch;
    r->epoch_began_s = vvi_clock_s();
    const vv_status status = h->fit == NULL ? vv_fit_with(model, &args) : h->fit(hp, model, &args, h->user);
    if (status == VV_OK) return VV_OK;
    const char *text = vv_model_error(model);
    return vvi_fail(error, status, "execution %d, %s", r->execution + 1, text[0] != '\0' ? text : vv_strerror(status));
}

static vv_status check_reported(const running *r, vv_error *error)
{
    const int execution = r->execution + 1;
    if (r->epoch == 0)
        return vvi_fail(
            error, VV_BAD_ARG,
            "no epochs were reported in execution %d: a fit function must hand args->callbacks on to vv_fit",
            execution);
    if (r->any) return VV_OK;
    return vvi_fail(error, VV_DIVERGED, "execution %d: %s was not finite in any epoch", execution,
                    r->run->search->objective.name);
}

static vv_status send_execution(const running *r, double seconds, vv_error *error)
{
    vvi_text payload = { 0 };
    vvi_put_int(&payload, r->execution);
    vvi_put_int(&payload, r->best_epoch);
    vvi_put_double(&payload, r->best);
    vvi_put_double(&payload, seconds);
    return vvi_record_send(r->fd, VVI_RECORD_EXECUTION, &payload)
               ? VV_OK
               : vvi_fail(error, VV_IO, "cannot report to the search");
}

static vv_status train(running *r, vv_hp *hp, vv_model *model, vv_error *error)
{
    const double began_s = vvi_clock_s();
    const vv_trial *trial = r->run->trial;
    vvi_text payload = { 0 };
    VVI_TRY(vvi_trace_check(hp, trial->values, trial->n_values, error));
    vvi_put_int(&payload, r->execution);
    if (!vvi_record_send(r->fd, VVI_RECORD_BUILT, &payload))
        return vvi_fail(error, VV_IO, "cannot report to the search");
    VVI_TRY(fit(r, hp, model, error));
    VVI_TRY(check_reported(r, error));
    return send_execution(r, vvi_clock_s() - began_s, error);
}

static vv_status save_best(running *r, vv_model *model, vv_error *error)
{
    copy_weights(model, r->weights, true);
    return vv_model_save(model, r->run->checkpoint, error);
}

/* A model of which a state was read that is of no use begins anew. */
static vv_status forget_state(const running *r, vv_model *model, vv_error *error)
{
    if (vv_model_weight_count(model) == 0) return VV_OK;
    return vv_model_init(model, vvi_run_seed(r->run, r->execution)) == VV_OK ? VV_OK : vvi_no_memory(error);
}

static vv_status run_execution(running *r, int execution, vv_error *error)
{
    const vv_trial *trial = r->run->trial;
    const vvi_search *search = r->run->search;
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    r->execution = execution;
    r->epoch = 0;
    r->any = false;
    vv_status status = vvi_bound_replay(&search->bound, trial->values, trial->n_values, &hp, &model, error);
    if (status == VV_OK && !go_on(r, model)) status = forget_state(r, model, error);
    if (status == VV_OK) status = train(r, hp, model, error);
    if (status == VV_OK && execution == search->executions - 1) status = save_best(r, model, error);
    vv_model_free(model);
    vv_hp_free(hp);
    return status;
}

int vvi_network_run(const vvi_run *run, int fd)
{
    running r = { .run = run, .fd = fd };
    vv_error error = { 0 };
    vv_status status = load_kept(&r, &error);
    for (int i = 0; status == VV_OK && i < run->search->executions; i++) status = run_execution(&r, i, &error);
    vvi_free(r.weights);
    if (status == VV_OK) return vvi_record_send(fd, VVI_RECORD_DONE, NULL) ? 0 : 1;
    vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    return 0;
}

int vvi_run_child(const vvi_run *run, int fd)
{
    return vvi_work_of(run->search->args->hypermodel)->run(run, fd);
}
