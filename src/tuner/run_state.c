/* run_state.c - what an execution leaves in a file after its epochs, so that it goes on from there in another process.
 *
 * A state holds the training (nn/training.h), the log of all epochs of this execution and the weights of its best one. Its
 * file is replaced as a whole, but not synced: a sync would cost more than most epochs, and a state that a power loss has
 * damaged is found out by its hash. A file that is lost, damaged, of another attempt, another model or another study, or
 * that says other than the study says, is not used: the execution is trained again in silence, and comes to the same bits.
 * So nothing that happens to a state is an error, a full disk included: then the last one that could be written stays, and
 * the search is told once. Room is tried for again after later epochs, for as long as there is time to.
 *
 * At most a twentieth of the time goes into states: where epochs take less than twenty times what writing takes, fewer are
 * written. Before a stop one is always written.
 */
#include "tuner/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N_KEYS = 3 };
static const double part_of_the_time = 0.05;

vv_status vvi_trial_state_path(const vvi_search *search, int id, int execution, char path[VVI_PATH_SIZE],
                               vv_error *error)
{
    const int n = vv_study_state_path(search->study, id, execution, path, VVI_PATH_SIZE);
    if (n >= 0 && n < VVI_PATH_SIZE) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", vv_study_path(search->study));
}

void vvi_trial_drop_states(const vvi_search *search, int id)
{
    char path[VVI_PATH_SIZE];
    for (int e = 0; e < search->executions; e++)
        if (vvi_trial_state_path(search, id, e, path, NULL) == VV_OK) unlink(path);
}

/* Whose state it is. */
static void make_keys(const vvi_running *r, const vv_model *model, uint64_t keys[N_KEYS])
{
    keys[0] = vvi_run_seed(r->run, r->execution);
    keys[1] = (uint64_t)r->run->trial->n_attempts;
    keys[2] = vv_model_digest(model);
}

/* ---- the log -------------------------------------------------------------------------------------------------------- */

static bool agrees(const vv_trial *trial, const vvi_logged *logged, const char *metric, double value)
{
    const vv_curve *curve = vvi_trial_curve(trial, logged->execution, metric);
    if (curve == NULL || (size_t)logged->epoch >= curve->n) return true; /* not stored yet */
    const double stored = curve->values[logged->epoch];
    return memcmp(&stored, &value, sizeof value) == 0 || (isnan(stored) && isnan(value));
}

bool vvi_log_next(vvi_record *log, const char *objective, const vv_trial *trial, vvi_logged *logged)
{
    const size_t from = log->at;
    if (from == log->n) return false;
    *logged = (vvi_logged){ .execution = vvi_get_count(log),
                            .epoch = vvi_get_count(log),
                            .seconds = vvi_get_double(log),
                            .objective = (double)NAN };
    for (int i = 0, n = vvi_get_count(log); i < n && !log->bad; i++) {
        const char *metric = vvi_get_text(log);
        const double value = vvi_get_double(log);
        if (strcmp(metric, objective) == 0) logged->objective = value;
        if (trial != NULL && !agrees(trial, logged, metric, value)) log->bad = true;
    }
    logged->bytes = log->bytes + from;
    logged->n = log->at - from;
    return !log->bad;
}

static vvi_record log_of(const vvi_training *state)
{
    vvi_tensor tensor;
    if (!vvi_training_array(state, "epochs", "U8", &tensor)) return (vvi_record){ .bad = true };
    return (vvi_record){ .bytes = (const char *)tensor.data, .n = tensor.n };
}

/* Epochs and their best, without weights; bad: false. */
static bool read_log(const vvi_running *r, const vvi_training *state, const vv_trial *trial, int *n, vvi_best *best)
{
    vvi_record log = log_of(state);
    vvi_logged logged;
    *best = (vvi_best){ .any = false };
    for (*n = 0; !log.bad && vvi_log_next(&log, r->run->search->objective.name, trial, &logged); ++*n) {
        if (logged.execution != r->execution || logged.epoch != *n) return false;
        vvi_run_note_best(r, best, logged.epoch, logged.objective);
    }
    return !log.bad && *n > 0;
}

/* ---- opening -------------------------------------------------------------------------------------------------------- */

static bool is_ours(const vvi_running *r, const vv_model *model, const vvi_training *state)
{
    uint64_t keys[N_KEYS];
    vvi_tensor there, weights;
    vvi_best best;
    int n;
    make_keys(r, model, keys);
    if (!vvi_training_array(state, "key", "U64", &there) || there.n != N_KEYS ||
        memcmp(there.data, keys, sizeof keys) != 0 || !read_log(r, state, r->run->trial, &n, &best))
        return false;
    return !best.any || vvi_training_array(state, "best", "F32", &weights);
}

bool vvi_state_open(const vvi_running *r, const vv_model *model, vvi_training *state)
{
    char path[VVI_PATH_SIZE];
    if (vvi_trial_state_path(r->run->search, r->run->trial->id, r->execution, path, NULL) != VV_OK ||
        vvi_training_open(state, path, NULL) != VV_OK)
        return false;
    state->tensors.path = ""; /* it ends with this function; nothing that goes wrong with a state is said */
    if (is_ours(r, model, state)) return true;
    vvi_training_close(state);
    return false;
}

/* ---- going on ------------------------------------------------------------------------------------------------------- */

static vv_status take_best_weights(vvi_running *r, vv_error *error)
{
    vvi_tensor weights;
    if (!r->best.any || !vvi_training_array(r->from, "best", "F32", &weights)) return VV_OK;
    r->n_weights = weights.n;
    if (r->best.weights == NULL) r->best.weights = vvi_malloc((weights.n + 1) * sizeof *r->best.weights);
    if (r->best.weights == NULL) return vvi_no_memory(error);
    memcpy(r->best.weights, weights.data, weights.size_bytes);
    return VV_OK;
}

static vv_status send_again(const vvi_running *r, const vvi_logged *logged, vv_error *error)
{
    vvi_text payload = { 0 };
    vvi_text_add(&payload, logged->bytes, logged->n);
    return vvi_record_send(r->fd, VVI_RECORD_EPOCH, &payload) ? VV_OK
                                                              : vvi_fail(error, VV_IO, "cannot report to the search");
}

vv_status vvi_state_take_up(vvi_running *r, vv_error *error)
{
    vvi_record log = log_of(r->from);
    vvi_logged logged;
    float *weights = r->best.weights;
    const int known = r->epoch > r->stored ? r->epoch : r->stored; /* an earlier fit may have reported some */
    vvi_text_deinit(&r->log);
    vvi_text_add(&r->log, log.bytes, log.n);
    r->best = (vvi_best){ .weights = weights };
    r->seconds_before = 0;
    for (r->epoch = 0; vvi_log_next(&log, r->run->search->objective.name, NULL, &logged); r->epoch++) {
        vvi_run_note_best(r, &r->best, r->epoch, logged.objective);
        r->seconds_before += logged.seconds;
        if (r->epoch >= known) VVI_TRY(send_again(r, &logged, error));
    }
    return r->log.failed ? vvi_no_memory(error) : take_best_weights(r, error);
}

bool vvi_state_is_whole(const vvi_running *r)
{
    const vv_trial *trial = r->run->trial;
    vvi_best best;
    int n;
    if (r->from == NULL || (size_t)r->execution >= trial->n_executions) return false;
    const vv_execution *stored = &trial->executions[r->execution];
    return read_log(r, r->from, NULL, &n, &best) && n == r->stored && best.any && best.epoch == stored->best_epoch &&
           memcmp(&best.value, &stored->score, sizeof best.value) == 0;
}

/* ---- writing -------------------------------------------------------------------------------------------------------- */

static void note_failure(vvi_running *r, const vv_error *why)
{
    char text[VV_ERROR_SIZE + 128];
    vvi_text note = { 0 };
    if (r->noted) return;
    r->noted = true;
    snprintf(text, sizeof text,
             "trial %d: its state cannot be kept, so that it would be trained again if it were interrupted: %s",
             r->run->trial->id, why->text);
    vvi_put_text(&note, text);
    vvi_record_send(r->fd, VVI_RECORD_NOTE, &note);
}

static void write_state(vvi_running *r, const vv_model *model)
{
    char path[VVI_PATH_SIZE];
    uint64_t keys[N_KEYS];
    vv_error error = { 0 };
    make_keys(r, model, keys);
    const vvi_array arrays[] = { { "key", "U64", N_KEYS, keys },
                                 { "epochs", "U8", r->log.n, r->log.data },
                                 { "best", "F32", r->best.any ? r->n_weights : 0, r->best.weights } };
    vv_status status = vvi_trial_state_path(r->run->search, r->run->trial->id, r->execution, path, &error);
    if (status == VV_OK) status = vvi_training_save(model, path, arrays, sizeof arrays / sizeof *arrays, &error);
    if (status != VV_OK) note_failure(r, &error);
}

/* Before the first was written: about 2 ns a byte for hashing and writing, as measured on a slow machine; a state has the
 * weights, two slots of an optimizer and the best weights. */
static double guess_cost_s(const vv_model *model)
{
    return 1e-4 + 2e-9 * 4.0 * sizeof(float) * (double)vv_model_params(model);
}

void vvi_state_write(vvi_running *r, const vv_model *model, bool now)
{
    const double began_s = vvi_clock_s(), cost_s = r->last_writing_s > 0 ? r->last_writing_s : guess_cost_s(model);
    if (!vvi_model_can_go_on(model)) return;
    const double part = r->run->state_part > 0 ? r->run->state_part : part_of_the_time;
    if (!now && r->writing_s + cost_s > part * (began_s - r->began_s)) return;
    write_state(r, model);
    r->last_writing_s = vvi_clock_s() - began_s;
    r->writing_s += r->last_writing_s;
}
