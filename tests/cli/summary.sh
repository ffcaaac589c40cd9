# summary.sh - the whole conditional space is shown, not just what the default build asks for.
. "$(dirname "$0")/lib.sh"
examples=$VARVE_SOURCE/examples

run varve summary "$examples/mnist_cnn.c"
exits 0; err_empty; within_80_columns out
for i in 0 1 2 3 4; do out_has "filters_$i"; out_has "kernel_size_$i"; done
out_has "int 32..128 step 32"; out_has "choice {3, 5}"; out_has "always"
out_has "num_layers >= 2"; out_has "num_layers = 5: nothing builds"
out_has "328 of 37,448 configurations can be built (0.9 %), in 3 structures."
out_has "num_layers >= 4 never builds: a 3x3 kernel does not fit its 1x1 input."
run varve summary --json "$examples/mnist_cnn.c"
exits 0; err_empty
out_json 'length == 1 and (.[0].hyperparameters | length) == 11'
out_json '.[0] | .hypermodel == "mnist_cnn" and .data == "digits:28x28" and .objective == "val_accuracy"'
out_json '.[0].hyperparameters[0] | .name == "num_layers" and .type == "int" and .min == 1 and .max == 5 and .default == 1 and .always_active and .active_when == "always"'
out_json '.[0].hyperparameters | map(select(.name == "filters_4"))[0] | .active_in_structures == 0 and .step == 32 and .active_when == "num_layers = 5"'
out_json '.[0].hyperparameters | map(select(.name == "kernel_size_1"))[0] | .values == [3, 5] and .active_in_structures == 2 and .active_when == "num_layers >= 2" and (.always_active | not)'
out_json '.[0] | .structures == 3 and .complete and .total == 37448 and .buildable == 328'

run varve summary --json "$examples/dense_dropout.c"
exits 0
out_json '.[0] | .complete and .total == (4 + 16 + 64) * 6 and .buildable == .total and .structures == 6'
out_json '.[0].hyperparameters | map(select(.name == "dropout_rate"))[0].active_when == "add_dropout"'
run varve summary "$examples/lstm_series.c"
exits 0; within_80_columns out; out_has "lstm_units_2"

write_model model.c
run varve summary model.c
exits 0; out_has "12 configurations: all can be built, in 2 structures."
cp out first
run varve summary model.c
cmp -s first out || fail "two summaries differ"

# What was not looked at from end to end is not said without that; what no value can be built with is.
write_build continuum.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(6, 6, 1));
    vv_add(m, vv_conv2d(2, .kernel_size = vv_int(hp, "size", .min = 4, .max = 9)));
    if (vv_float(hp, "alpha", .min = 0, .max = 1) > 0.5) vv_add(m, vv_dropout(vv_float(hp, "rate", .min = 0, .max = 0.9)));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve summary continuum.c
exits 0; within_80_columns out
out_has "size >= 7 never builds"; out_has "alpha > 0.5"; out_has "When each is active: sampled ("
run varve summary --json continuum.c
out_json '.[0] | (.complete | not) and .buildable < .total'
