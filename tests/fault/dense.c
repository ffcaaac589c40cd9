/* dense.c - what the fault tests search, of numbers in columns: all that a training must bring back when it is gone on
 * with. Momenta of three optimizers, a stream of dropout, callbacks that count, a rate that they change. */
#include <varve/varve.h>

static vv_optimizer choose_optimizer(const char *name, double rate)
{
    if (name[0] == 's') return vv_sgd(.learning_rate = rate, .momentum = 0.9);
    if (name[0] == 'r') return vv_rmsprop(.learning_rate = rate);
    return vv_adam(.learning_rate = rate);
}

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(30));
    const int layers = vv_int(hp, "layers", .min = 1, .max = 2);
    for (int i = 0; i < layers; i++) {
        const int units = vv_choice_int(hp, vv_name(hp, "units_%d", i), VV_INTS(8, 24));
        vv_add(m, vv_dense(units, .activation = VV_RELU));
    }
    vv_add(m, vv_dropout(0.3));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    const char *optimizer = vv_choice(hp, "optimizer", VV_STRINGS("sgd", "rmsprop", "adam"));
    const double rate = vv_float(hp, "rate", .min = 1e-3, .max = 1e-1, .sampling = VV_SAMPLE_LOG);
    vv_compile(m, .optimizer = choose_optimizer(optimizer, rate), .loss = VV_BINARY_CROSSENTROPY,
               .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

static vv_status fit(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_callback list[8] = { vv_reduce_on_plateau("val_loss", .factor = 0.3, .patience = 2),
                            vv_early_stopping("val_loss", .patience = 5, .restore_best_weights = true) };
    vv_fit_args mine = *args;
    for (size_t i = 0; i < args->callbacks.n && i < 6; i++) list[i + 2] = args->callbacks.list[i];
    mine.callbacks = (vv_callbacks){ list, args->callbacks.n + 2 };
    return vv_fit_with(model, &mine);
}

VV_HYPERMODEL(.build = build, .fit = fit, .data = "breast-cancer", .objective = "val_loss", .max_trials = 8,
              .executions_per_trial = 2, .epochs = 9, .batch_size = 4);
