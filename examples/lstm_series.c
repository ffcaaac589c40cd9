/* lstm_series.c - example 3: recurrent layers, then dense ones, each with a count of its own; predicts a series.
 *
 *     varve explain examples/lstm_series.c
 *     varve search examples/lstm_series.c
 *
 * All LSTM layers but the last return whole sequences, since another LSTM reads them.
 */
#include <varve/varve.h>

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(100, 1));

    const int num_lstm_layers = vv_int(hp, "num_lstm_layers", .min = 1, .max = 3);
    const int num_dense_layers = vv_int(hp, "num_dense_layers", .min = 1, .max = 2);

    for (int i = 0; i < num_lstm_layers; i++) {
        const int units = vv_int(hp, vv_name(hp, "lstm_units_%d", i), .min = 32, .max = 128, .step = 32);
        vv_add(m, vv_lstm(units, .return_sequences = i < num_lstm_layers - 1));
    }

    const int dense_units = vv_int(hp, "dense_units", .min = 32, .max = 64, .step = 16);
    vv_add(m, vv_dense(dense_units, .activation = VV_RELU));
    for (int i = 0; i < num_dense_layers - 1; i++) {
        const int units = vv_int(hp, vv_name(hp, "dense_units_%d", i), .min = 16, .max = 32, .step = 16);
        vv_add(m, vv_dense(units, .activation = VV_RELU));
    }

    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = vv_adam(), .loss = VV_MSE);
    return m;
}

VV_HYPERMODEL(.build = build, .data = "co2", .objective = "val_loss", .max_trials = 5, .executions_per_trial = 2,
              .epochs = 10);
