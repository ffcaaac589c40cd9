/* dense_dropout.c - example 2: dense layers, and a dropout layer that is there or not.
 *
 *     varve explain examples/dense_dropout.c
 *     varve search examples/dense_dropout.c
 *
 * dropout_rate exists only when add_dropout is set: the other trials neither ask for it, nor store or show it.
 */
#include <varve/varve.h>

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));

    const int num_dense_layers = vv_int(hp, "num_dense_layers", .min = 1, .max = 3);
    for (int i = 0; i < num_dense_layers; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 32, .max = 128, .step = 32);
        vv_add(m, vv_dense(units, .activation = VV_RELU));
    }

    if (vv_bool(hp, "add_dropout")) {
        const double rate = vv_float(hp, "dropout_rate", .min = 0.1, .max = 0.5, .step = 0.1);
        vv_add(m, vv_dropout(rate));
    }

    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .optimizer = vv_adam(), .loss = VV_BINARY_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

VV_HYPERMODEL(.build = build, .data = "breast-cancer:mean", .objective = "val_accuracy", .max_trials = 5,
              .executions_per_trial = 2, .epochs = 10);
