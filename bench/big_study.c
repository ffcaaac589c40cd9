/* big_study.c - makes a large study without training: for measuring what reads studies.
 *
 *     bench_big_study WHERE [TRIALS]     10,000 trials of dense networks with up to 20 hyperparameters, 10 epochs of two metrics
 *
 * Values are drawn at random and every network is built; its scores and curves come from a function of the values and a noise.
 * 3 of 20 trials are pruned, 1 of 20 failed; two workers ran them, one after the other. The same WHERE and TRIALS, the same study.
 */
#include "base/base.h"
#include "study/exchange.h"
#include "study/handle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <varve/tuner.h>

enum { EPOCHS = 10, MOST_VALUES = 32 };

/* ---- the hypermodel ------------------------------------------------------------------------------------------------- */

static void add_block(vv_hp *hp, vv_model *m, int i)
{
    const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 16, .max = 256, .step = 16);
    const char *activation = vv_choice(hp, vv_name(hp, "activation_%d", i), VV_STRINGS("relu", "tanh", "sigmoid"));
    const double rate = vv_float(hp, vv_name(hp, "dropout_%d", i), .min = 0, .max = 0.5, .step = 0.05);
    const vv_activation kind = activation[0] == 'r' ? VV_RELU : activation[0] == 't' ? VV_TANH : VV_SIGMOID;
    vv_add(m, vv_dense(units, .activation = kind));
    if (rate > 0) vv_add(m, vv_dropout(rate));
}

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(64));
    const int num_layers = vv_int(hp, "num_layers", .min = 1, .max = 5);
    for (int i = 0; i < num_layers; i++) add_block(hp, m, i);
    vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
    const double rate = vv_float(hp, "learning_rate", .min = 1e-5, .max = 0.1, .sampling = VV_SAMPLE_LOG);
    const char *optimizer = vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam"));
    const double momentum =
        vv_when(hp, "optimizer", VV_STRINGS("sgd")) ? vv_float(hp, "momentum", .min = 0, .max = 0.99) : 0;
    vv_compile(m,
               .optimizer = optimizer[0] == 'a' ? vv_adam(.learning_rate = rate)
                                                : vv_sgd(.learning_rate = rate, .momentum = momentum),
               .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY));
    (void)vv_choice_int(hp, "batch_size", VV_INTS(16, 32, 64, 128));
    return m;
}

/* ---- one trial ------------------------------------------------------------------------------------------------------- */

static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    (void)name;
    *value = vv_domain_from_unit(domain, vvi_stream_unit(context));
    return true;
}

static double number_of(const vv_hp *hp, const char *name, double otherwise)
{
    const vv_active *a = vv_hp_find(hp, name);
    if (a == NULL) return otherwise;
    return a->value.type == VV_VALUE_INT ? (double)a->value.i : a->value.f;
}

/* An accuracy in (0, 1): the learning rate matters most, then the layers and their units. */
static double accuracy(const vv_hp *hp, vvi_stream *stream)
{
    const double rate = log10(number_of(hp, "learning_rate", 1e-3)) + 2.7,
                 layers = number_of(hp, "num_layers", 1) - 2.5;
    const double units = log2(number_of(hp, "units_0", 64)) - 7, dropout = number_of(hp, "dropout_0", 0) - 0.2;
    const bool adam = vv_hp_find(hp, "optimizer")->value.s[0] == 'a';
    const double z = 2.6 - 0.9 * rate * rate - 0.12 * layers * layers - 0.15 * units * units - 2 * dropout * dropout +
                     (adam ? 0.4 : 0.5 * number_of(hp, "momentum", 0)) + 0.25 * vvi_stream_normal(stream);
    return 1 / (1 + exp(-z));
}

typedef struct made {
    const vv_builder *builder;
    vvi_stream stream;
    double clock[2]; /* Unix time at which each worker is free */
    int trials;
} made;

static vv_trial_status status_of(int id)
{
    return id % 20 == 7                                     ? VV_TRIAL_FAILED
           : id % 20 == 3 || id % 20 == 11 || id % 20 == 17 ? VV_TRIAL_PRUNED
                                                            : VV_TRIAL_COMPLETED;
}

/* Curves that come up to the score in the last epoch they have. */
static void fill_curves(double final, size_t n, made *m, double losses[EPOCHS], double scores[EPOCHS])
{
    for (size_t e = 0; e < n; e++) {
        const double part = 1 - 0.9 * exp(-0.45 * (double)(e + 1));
        scores[e] = e + 1 == n ? final * part : final * part - 0.01 * vvi_stream_unit(&m->stream);
        losses[e] = -log(0.05 + 0.95 * scores[e]);
    }
}

static vv_status put(vv_study *study, made *m, int id, vv_error *error)
{
    static const char *const workers[] = { "first-1201-5f", "second-877-a1" };
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    char *json = NULL;
    const vv_hypermodel hypermodel = { .build = build, .name = "big" };
    const vv_chooser chooser = { choose, &m->stream };
    VVI_TRY(vv_hypermodel_build(&hypermodel, &chooser, &hp, &model, error));
    vv_active values[MOST_VALUES];
    for (size_t i = 0; i < vv_hp_count(hp); i++) values[i] = *vv_hp_at(hp, i);
    const vv_trial_status kind = status_of(id);
    const size_t n = kind == VV_TRIAL_COMPLETED ? EPOCHS : kind == VV_TRIAL_PRUNED ? 3 + (size_t)id % 4 : 1;
    double losses[EPOCHS], scores[EPOCHS];
    fill_curves(accuracy(hp, &m->stream), n, m, losses, scores);
    const double seconds = (double)n * (0.8 + 0.4 * vvi_stream_unit(&m->stream)) * number_of(hp, "num_layers", 1);
    double *clock = &m->clock[m->clock[1] < m->clock[0]];
    const vv_curve curves[] = { { "val_loss", 0, losses, n }, { "val_accuracy", 0, scores, n } };
    const vv_execution execution = { (int)n - 1, scores[n - 1], seconds };
    const bool scored = kind != VV_TRIAL_FAILED;
    const vv_trial trial = { .id = id,
                             .status = kind,
                             .reason = scored ? NULL : "val_loss is not a number (epoch 1)",
                             .score = scored ? scores[n - 1] : (double)NAN,
                             .scores = scored ? &scores[n - 1] : NULL,
                             .n_scores = scored,
                             .violation = (double)NAN,
                             .epochs = (int)n,
                             .epochs_total = (int)n,
                             .seconds = seconds,
                             .began = *clock,
                             .ended = *clock + seconds,
                             .worker = workers[clock == &m->clock[1]],
                             .values = values,
                             .n_values = vv_hp_count(hp),
                             .executions = &execution,
                             .n_executions = kind == VV_TRIAL_COMPLETED,
                             .curves = curves,
                             .n_curves = 2 };
    vv_status status = vv_model_to_json(model, &json, error);
    vv_trial whole = trial;
    whole.model_json = json;
    *clock += seconds + 0.05;
    if (status == VV_OK) status = study->store->trial_put(study->state, &whole, error);
    free(json);
    vv_model_free(model);
    vv_hp_free(hp);
    return status;
}

/* ---- the study ------------------------------------------------------------------------------------------------------- */

static vv_status fill(void *context, vv_study *study, vv_error *error)
{
    static const char *const facts[][2] = { { "work", "network" },
                                            { "objective", "val_accuracy:max" },
                                            { "constraints", "none" },
                                            { "oracle", "random" },
                                            { "pruner", "median" },
                                            { "seed", "1" },
                                            { "max_epochs_total", "0" },
                                            { "executions_per_trial", "1" },
                                            { "epochs", "10" },
                                            { "hypermodel", "big" },
                                            { "budget_precision", "int8" } };
    made *m = context;
    char number[32];
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        VVI_TRY(vv_study_set(study, facts[i][0], facts[i][1], error));
    snprintf(number, sizeof number, "%d", m->trials);
    VVI_TRY(vv_study_set(study, "max_trials", number, error));
    for (int id = 0; id < m->trials; id++) VVI_TRY(put(study, m, id, error));
    return VV_OK;
}

int main(int argc, char **argv)
{
    vv_error error = { 0 };
    if (argc < 2) {
        fprintf(stderr, "usage: bench_big_study WHERE [TRIALS]\n");
        return 2;
    }
    made m = { .stream = vvi_stream_begin(vvi_key_new(1, "big study")),
               .clock = { 1.7e9, 1.7e9 + 1 },
               .trials = argc > 2 ? atoi(argv[2]) : 10000 };
    const vvi_newborn newborn = { .where = argv[1], .overwrite = true, .fill = fill, .context = &m };
    if (vvi_study_make(&newborn, &error) == VV_OK) return 0;
    fprintf(stderr, "bench_big_study: %s\n", error.text);
    return 1;
}
