/* bohb.c - Hyperband whose new configurations come from a model of what was found so far (Falkner, Klein, Hutter: BOHB:
 * Robust and Efficient Hyperparameter Optimization at Scale; ICML 2018).
 *
 * The model is that of another oracle, tpe or bayesian, which is shown the trials of one rung alone: the highest that
 * enough of them came to, d + 3 by preset (the paper's N_min + 2, N_min = d + 1), d being the most hyperparameters of any
 * trial. A part of the configurations is drawn at random all the same, a third by preset: with them Hyperband's own
 * guarantee stays.
 *
 * The paper keeps what a trial had come to at each rung. A past holds the best of all its epochs: a trial that went on
 * from the rung counts with what it has by now. It was one of the best there, and is shown as such. Failed trials that
 * came to no rung are shown as failed, those that run as running: what the model makes of them is its own affair.
 * tpe's own rules take the place of the paper's (its kernels, 15 % good ones, 64 candidates): they were measured here.
 */
#include "search/oracles/hyperband.h"

#include <math.h>
#include <string.h>

enum { MODEL = VVI_HALVING_OPTIONS, RANDOM, ENOUGH };

static const char *const models[] = { "tpe", "bayesian", NULL };

static const vv_option_row options[] = {
    VVI_HALVING_ROWS,
    { .name = "model", .preset = 0, .max = 1, .words = models, .help = "the oracle that learns" },
    { .name = "random",
      .preset = 0.333,
      .min = 0,
      .max = 1,
      .help = "share of configurations that are drawn at random" },
    { .name = "enough",
      .preset = 0,
      .min = 0,
      .max = 1e6,
      .whole = true,
      .help = "trials that a rung must have to be learnt from; 0: 3 more than hyperparameters" },
};

/* ---- which rung ---------------------------------------------------------------------------------------------------------- */

static bool has_come(const vv_past_trial *trial, int epochs)
{
    if (trial->status == VV_TRIAL_COMPLETED) return true; /* it has all that it will ever have */
    return (trial->status == VV_TRIAL_PAUSED || trial->status == VV_TRIAL_PRUNED) && trial->epochs >= epochs;
}

static size_t enough(const vv_question *question)
{
    size_t most = 0;
    if (question->options[ENOUGH] > 0) return (size_t)question->options[ENOUGH];
    for (size_t id = 0; id < vv_past_count(question->past); id++) {
        const size_t n = vv_past_at(question->past, (int)id).n_values;
        if (n > most) most = n;
    }
    return most + 3;
}

static size_t count_at(const vv_past *past, int epochs)
{
    size_t n = 0;
    for (size_t id = 0; id < vv_past_count(past); id++) {
        const vv_past_trial trial = vv_past_at(past, (int)id);
        n += has_come(&trial, epochs) ? 1U : 0U;
    }
    return n;
}

/* Epochs of the highest rung that enough trials came to; 0: none. */
static int find_rung(const vv_question *question)
{
    const double factor = question->options[VVI_HALVING_FACTOR];
    const size_t least = enough(question);
    double epochs = question->epochs;
    for (; epochs >= question->options[VVI_HALVING_MIN_EPOCHS]; epochs /= factor) {
        const int rung = (int)floor(epochs + 0.5);
        if (count_at(question->past, rung) >= least) return rung;
    }
    return 0;
}

/* ---- what the model is shown ----------------------------------------------------------------------------------------------- */

static bool is_shown(const vv_past_trial *trial, int epochs)
{
    return has_come(trial, epochs) || trial->status == VV_TRIAL_RUNNING || trial->status == VV_TRIAL_FAILED;
}

static vv_status show_trial(const vv_past *past, int id, vv_active *values, vv_past *shown, vv_error *error)
{
    vv_past_trial trial = vv_past_at(past, id);
    for (size_t i = 0; i < trial.n_values; i++) values[i] = vv_past_value(past, id, i);
    trial.id = (int)vv_past_count(shown);
    trial.values = values;
    if (trial.status == VV_TRIAL_PAUSED || trial.status == VV_TRIAL_PRUNED) trial.status = VV_TRIAL_COMPLETED;
    return vv_past_put(shown, &trial, error);
}

static vv_status show(const vv_past *past, int epochs, vv_past *shown, vv_error *error)
{
    vv_status status = VV_OK;
    size_t most = 0;
    for (size_t id = 0; id < vv_past_count(past); id++) {
        const size_t n = vv_past_at(past, (int)id).n_values;
        if (n > most) most = n;
    }
    vv_active *values = vvi_malloc((most + 1) * sizeof *values);
    if (values == NULL) return vvi_no_memory(error);
    for (size_t id = 0; status == VV_OK && id < vv_past_count(past); id++) {
        const vv_past_trial trial = vv_past_at(past, (int)id);
        if (is_shown(&trial, epochs)) status = show_trial(past, (int)id, values, shown, error);
    }
    vvi_free(values);
    return status;
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------ */

/* The model's own presets, but that it needs no start of its own. */
static void set_options(const vv_oracle_kind *kind, double *values)
{
    for (size_t i = 0; i < kind->n_options; i++) {
        const vv_option_row *row = &kind->options[i];
        values[i] = strcmp(row->name, "startup") == 0 ? fmax(row->min, 1) : row->preset;
    }
}

static vv_status ask_model(const vv_question *question, const vv_past *shown, vv_answer *answer, vv_error *error)
{
    double values[VV_MAX_OPTIONS];
    vv_cache cache = { NULL, NULL };
    const vv_oracle_kind *kind = vv_oracle_find(models[(size_t)question->options[MODEL]]);
    if (kind == NULL) return vvi_fail(error, VV_UNSUPPORTED, "oracle bohb: its model is not there");
    set_options(kind, values);
    vv_question asked = *question;
    asked.past = shown;
    asked.options = values;
    asked.cache = &cache;
    const vv_status status = kind->ask(&asked, answer, error);
    if (cache.free != NULL) cache.free(cache.memory);
    return status;
}

static vv_status ask_about(const vv_question *question, int rung, vv_answer *answer, vv_error *error)
{
    vv_past *shown = vv_past_new(question->n_objectives, question->past->maximize);
    if (shown == NULL) return vvi_no_memory(error);
    vv_status status = show(question->past, rung, shown, error);
    if (status == VV_OK) status = ask_model(question, shown, answer, error);
    vv_past_free(shown);
    return status;
}

static vv_status propose(const vv_question *question, vv_answer *answer, vv_error *error)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(question->seed, "bohb"), question->trial));
    const bool by_chance = vvi_stream_unit(&stream) < question->options[RANDOM];
    const int rung = by_chance ? 0 : find_rung(question);
    if (rung == 0) return vvi_oracle_random.ask(question, answer, error);
    return ask_about(question, rung, answer, error);
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    return vvi_halving_ask(question, propose, answer, error);
}

const vv_oracle_kind vvi_oracle_bohb = {
    .name = "bohb",
    .summary = "hyperband whose new trials come from a model of those there are",
    .paper = "Falkner, Klein, Hutter: BOHB: Robust and Efficient Hyperparameter Optimization at Scale, ICML 2018",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .halves = true,
    .plans = true,
    .ask = ask,
};
