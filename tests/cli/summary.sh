# summary.sh - the whole conditional space is shown, not just what the default build asks for.
. "$(dirname "$0")/lib.sh"
examples=$VARVE_SOURCE/examples

run varve summary "$examples/mnist_cnn.c"
exits 0; err_empty; within_80_columns out
for i in 0 1 2 3 4; do out_has "filters_$i"; out_has "kernel_size_$i"; done
out_has "int 32..128 step 32"; out_has "choice {3, 5}"; out_has "always"; out_has "in none that builds"
run varve summary --json "$examples/mnist_cnn.c"
exits 0; err_empty
out_json 'length == 1 and (.[0].hyperparameters | length) == 11'
out_json '.[0].hyperparameters[0] | .name == "num_layers" and .type == "int" and .min == 1 and .max == 5 and .default == 1 and .always_active'
out_json '.[0].hyperparameters | map(select(.name == "filters_4"))[0] | .active_in_structures == 0 and .step == 32'
out_json '.[0] | .structures == 3 and .buildable < .built'

# A small space is looked at as a whole: 3 layers of 4 units, dropout or none, 5 rates.
run varve summary --json "$examples/dense_dropout.c"
exits 0
out_json '.[0] | .complete and .built == (4 + 16 + 64) * 6 and .buildable == .built and .structures == 6'
run varve summary "$examples/lstm_series.c"
exits 0; within_80_columns out; out_has "lstm_units_2"

write_model model.c
run varve summary model.c
exits 0; out_has "There are 12 configurations; 12 can be built, in 2 structures."
cp out first
run varve summary model.c
cmp -s first out || fail "two summaries differ"
