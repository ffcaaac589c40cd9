# explain.sh - what every hyperparameter means: the three examples by known figures, and hypermodels that are traps.
. "$(dirname "$0")/lib.sh"
examples=$VARVE_SOURCE/examples

refused() { # TEXT COMMAND...: status 2, one line
    text=$1
    shift
    run varve "$@"
    exits 2; out_empty; one_line_err; err_has "$text"
}

# ---- the examples ---------------------------------------------------------------------------------------------------

run varve explain --json "$examples/mnist_cnn.c"
exits 0; err_empty
out_json 'length == 1'
out_json '.[0].layer_count | .formula == "2*num_layers + 2" and .with_input == "2*num_layers + 3" and .standing == "exact" and .structures == 3'
out_json '.[0].configurations | .total == "37448" and .buildable == "328" and .networks == "328" and .standing == "exact"'
out_json '.[0].hyperparameters | length == 11 and .[0].name == "num_layers" and .[0].dead_values == [4, 5] and .[0].role == "structure" and .[0].structural'
out_json '.[0].hyperparameters[0] | .type == "int" and .domain == {min: 1, max: 5, step: 1, sampling: "linear"} and .default == 1 and .active_when == "always"'
out_json '.[0].hyperparameters[0].adds_layers == ["conv2d_1", "max_pooling2d_1", "conv2d_2", "max_pooling2d_2"]'
out_json '.[0].hyperparameters | map(select(.name == "kernel_size_2"))[0] | .dead_values == [5] and .active_when == "num_layers >= 3" and .domain.values == [3, 5]'
out_json '.[0].hyperparameters | map(select(.name == "filters_1"))[0].sets == [{layer: "conv2d_1", field: "filters"}]'
out_json '.[0].hyperparameters | map(select(.unreachable).name) == ["filters_3", "filters_4", "kernel_size_3", "kernel_size_4"]'
out_json '.[0].families | map(.name) == ["filters_{i}", "kernel_size_{i}"] and all(.active_when == "i < num_layers" and (.members | length) == 5)'
out_json '.[0].never_builds[0] | .when == "num_layers >= 4" and .layer == "conv2d_3" and .reason == "a 3x3 kernel does not fit its 1x1 input"'
out_json '.[0] | .pure and .impurity == null and .budget == null and .input == [28, 28, 1]'
# The memory peak of 27,040 bytes: 26x26x32 of the convolution and 13x13x32 of the pooling, one byte each.
out_json '.[0].configuration | .cost.peak_activation_bytes == 26*26*32 + 13*13*32 and .peak_layer == "max_pooling2d"'

run varve explain "$examples/mnist_cnn.c"
exits 0; err_empty; within_100_columns out
for text in "328 of 37,448 configurations can be built (0.9 %)" "layers in all = 2*num_layers + 2" "with it: 2*num_layers + 3" \
    "Exact: every configuration was built" "each one adds a conv2d and a" "filters_{i}" "i < num_layers" \
    "sets filters of conv2d, conv2d_1," "conv2d_3: a 3x3 kernel does not fit its 1x1 input" "kernel_size_2 = 5" \
    "Out of reach" "Bytes in int8" "memory peaks at max_pooling2d: 27,040 bytes, 21,632 of conv2d"; do
    out_has "$text"
done
out_lacks "filters_1 "

run varve explain --json "$examples/dense_dropout.c"
exits 0
out_json '.[0] | .layer_count.formula == "num_dense_layers + add_dropout + 1" and .configurations.total == "504" and .configurations.buildable == "504"'
out_json '.[0].hyperparameters | map({(.name): .active_when}) | add | .dropout_rate == "add_dropout" and .units_1 == "num_dense_layers >= 2"'
# The cheapest network, by hand: 10 -> 32 -> 1, two kernels and two biases.
out_json '.[0].cost.params | .min == 10*32 + 32 + 32 + 1 and .argmin == {num_dense_layers: 1, units_0: 32, add_dropout: false}'
out_json '.[0].cost.weight_bytes.min == 10*32 + 32 + 4 * (32 + 1)'
run varve explain --json --precision float32 "$examples/dense_dropout.c"
out_json '.[0].cost | .precision == "float32" and .weight_bytes.min == 4 * (10*32 + 32 + 32 + 1)'

run varve explain --json "$examples/lstm_series.c"
exits 0
out_json '.[0] | .layer_count.formula == "num_lstm_layers + num_dense_layers + 1" and .configurations.total == "756" and .configurations.buildable == "756"'
out_json '.[0].hyperparameters | map({(.name): .active_when}) | add | .dense_units_0 == "num_dense_layers = 2" and .lstm_units_2 == "num_lstm_layers = 3"'

# ---- budgets --------------------------------------------------------------------------------------------------------

# All 504 configurations of example 2, their costs by hand; dropout costs nothing and has 6 forms.
jq -n '
    [32, 64, 96, 128] as $u |
    [([$u[] | [.]], [$u[] as $a | $u[] as $b | [$a, $b]], [$u[] as $a | $u[] as $b | $u[] as $c | [$a, $b, $c]]) | .[]
     | [10] + . + [1] | . as $w | [range(length - 1) | {in: $w[.], out: $w[. + 1]}]
     | {params: (map(.in * .out + .out) | add), macs: (map(.in * .out) | add), ram: (map(.in + .out) | max),
        flash: (map(.in * .out + 4 * .out) | add)}]' >costs.json
for limits in params=5k macs=4k ram=100 flash=6k params=5k,ram=100,flash=5.5k; do
    run varve explain --json "$examples/dense_dropout.c" --budget $limits
    exits 0
    fits=$(jq --arg limits "$limits" '
        ($limits | split(",") | map(split("=") | {(.[0]): (.[1] | if endswith("k") then .[:-1] | tonumber * 1000 else tonumber end)}) | add) as $l
        | map(select(. as $c | $l | to_entries | all($c[.key] <= .value))) | length * 6' costs.json)
    out_json ".[0].budget | .fits == \"$fits\" and .standing == \"exact\" and (.share - $fits / 504 | fabs) < 1e-12"
    [ "$fits" -gt 0 ] && [ "$fits" -lt 504 ] || fail "$limits is no test: $fits fit"
done
run varve explain --json "$examples/dense_dropout.c" --budget ram=1Ki,params=1M
out_json '.[0].budget | .ram == 1024 and .params == 1000000 and .macs == null and .share == 1'
run varve explain "$examples/dense_dropout.c" --budget params=5k
exits 0; within_100_columns out
out_has "Budget, in int8: params at most 5,000: 102 of the 504 that can be built fit (20 %)."; out_has "Never fits"
run varve explain "$examples/dense_dropout.c" --budget params=100
exits 0
out_has "nothing fits."; out_has "The smallest needs params 385,"
run varve explain "$examples/mnist_cnn.c" --budget ram=60Ki
exits 0
out_has "this is the first value that does not fit: filters_0 = 96:"

# ---- one configuration ----------------------------------------------------------------------------------------------

run varve explain "$examples/dense_dropout.c" --at num_dense_layers=2,add_dropout=true,dropout_rate=0.3
exits 0; within_100_columns out
out_has "The configuration num_dense_layers=2, units_0=32, units_1=32, add_dropout=true, dropout_rate=0.3:"
out_has "in all"; out_has "The configuration's memory peaks at dense_1: 64 bytes, 32 of dense + 32 of dense_1."
run varve explain --json "$examples/dense_dropout.c" --at num_dense_layers=2,add_dropout=true,dropout_rate=0.3
out_json '.[0].configuration | .values.dropout_rate > 0.299 and .values.units_1 == 32 and (.layers | map(.name)) == ["input", "dense", "dense_1", "dropout", "dense_2"]'
out_json '.[0].configuration | (.layers | map(.params) | add) == .cost.params and (.layers | map(.live_bytes) | max) == .cost.peak_activation_bytes'
run varve explain "$examples/mnist_cnn.c" --at num_layers=4
exits 0
out_has "The configuration cannot be built: conv2d_3: a 3x3 kernel does not fit its 1x1 input."

# ---- shapes and data ------------------------------------------------------------------------------------------------

run varve explain --json "$examples/mnist_cnn.c" --input 56x56x1
exits 0
out_json '.[0] | .input == [56, 56, 1] and .hyperparameters[0].dead_values == [5]'
run varve explain --json "$examples/mnist_cnn.c" --input 4x4x1
out_json '.[0].hyperparameters[0].dead_values == [2, 3, 4, 5]'
refused "can be built: conv2d: wants height x width x channels" explain "$examples/mnist_cnn.c" --input 28x28
refused "a 3x3 kernel does not fit its 2x2 input" explain "$examples/mnist_cnn.c" --input 2x2x1
run varve explain "$examples/mnist_cnn.c" --data digits:28x28
exits 0; err_empty
refused "digits: an example is 8x8x1, but the model's input is 28x28x1" explain "$examples/mnist_cnn.c" --data digits
run varve explain --json "$examples/mnist_cnn.c" --data digits --input 8x8x1
exits 0
out_json '.[0].input == [8, 8, 1]'
refused "digits: an example is 8x8x1, but --input says 9x9x1" explain "$examples/mnist_cnn.c" --data digits --input 9x9x1

# The file's own data is not opened; the shape of an input can be a value's.
write_build wide.c ', .data = "csv:there_is_none.csv?target=y"' <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(vv_int(hp, "width", .min = 1, .max = 3)));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve explain --json wide.c
exits 0; err_empty; out_json '.[0].input == null'
run varve explain --json wide.c --data digits
exits 0; one_line_err; err_has "the input's shape varies"; out_json '.[0].hyperparameters[0].name == "width"'

# ---- traps ----------------------------------------------------------------------------------------------------------

write_build endless.c <<'C'
    const int n = vv_int(hp, "n", .min = 1, .max = 9);
    volatile int i = 0;
    while (n == 7) i++;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(n));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
refused 'endless.c: the build function did not end within 5 s with n=7' explain endless.c
write_build crash.c <<'C'
    if (vv_int(hp, "n", .min = 1, .max = 9) == 3) abort();
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
refused 'crash.c: the build function crashed' explain crash.c
err_has 'with n=3'
if [ -z "$VARVE_SANITIZE" ]; then
    write_build hungry.c <<'C'
    if (vv_int(hp, "n", .min = 1, .max = 9) == 3)
        for (;;) {
            char *more = malloc(1 << 24);
            if (more == NULL) abort();
            memset(more, 1, 1 << 24);
        }
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
    refused 'hungry.c: the build function took all of the' explain hungry.c
    err_has 'with n=3'
fi
write_build never.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4, 4, 1));
    vv_add(m, vv_conv2d(1, .kernel_size = vv_int(hp, "size", .min = 5, .max = 9)));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
refused 'never.c: none of 5 configurations can be built: conv2d: a 5x5 kernel does not fit its 4x4 input' explain never.c

write_build plain.c <<'C'
    puts("I am building");
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve explain plain.c
exits 0; out_has "plain: 0 hyperparameters; 1 configuration: it can be built"; out_has "layers in all = 1"; out_lacks "I am building"
run varve explain --json plain.c
exits 0; err_has "I am building"
out_json '.[0] | .hyperparameters == [] and .layer_count.formula == "1" and .configurations.total == "1" and .cost.params.argmin == {}'

write_build impure.c <<'C'
    static int calls;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const int n = vv_int(hp, "n", .min = 1, .max = 3);
    for (int i = 0; i < n; i++) vv_add(m, vv_dense(4 + calls++ % 3));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve explain impure.c
exits 0; out_has "Observed: the build function is no function of its hyperparameters"; out_lacks "Exact"
run varve explain --json impure.c
out_json '.[0] | (.pure | not) and .standing == "observed" and (.impurity | test("built twice with the same values"))'

write_build branches.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const bool wide = vv_bool(hp, "wide");
    const int units = wide ? vv_int(hp, "units", .min = 64, .max = 128, .step = 32) : vv_int(hp, "units", .min = 4, .max = 8);
    vv_scope_begin(hp, "head");
    const int top = vv_int(hp, "units", .min = 1, .max = 4);
    (void)vv_bool(hp, "forgotten");
    vv_scope_end(hp);
    vv_add(m, vv_dense(units));
    vv_add(m, vv_dense(top));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve explain --json branches.c
exits 0
out_json '.[0].hyperparameters | map(select(.name == "units")) | length == 2 and (map({(.active_when): .domain.max}) | add) == {"wide": 128, "not wide": 8}'
out_json '.[0].hyperparameters | map(select(.name == "head/forgotten"))[0].role == "unused"'
out_json '.[0] | .configurations.total == "64" and .configurations.networks == "32"'
run varve explain branches.c --at wide=true,units=96,head/units=2
exits 0; within_100_columns out
out_has "head/units"; out_has "nothing depends on it"; out_has "Note: head/forgotten is asked for and never used."
refused 'branches.c: units: "20" is not in its domain' explain branches.c --at wide=true,units=20

write_build continuum.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    for (int i = 0, n = vv_int(hp, "n", .min = 1, .max = 4); i < n; i++) vv_add(m, vv_dense(vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 1000)));
    const double rate = vv_float(hp, "a_name_that_is_as_long_as_names_can_be_so_that_the_table_has_to_break_it_and_keep_its_width", .min = 1e-4, .max = 1e-1, .sampling = VV_SAMPLE_LOG);
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_adam(.learning_rate = rate));
    return m;
C
run varve explain continuum.c --budget params=100k --at n=2,units_1=500
exits 0; within_100_columns out
out_has "Sampled: a continuum cannot be built from end to end"; out_has "layers in all = n"; out_has "units_{i}"; out_has "i < n"
run varve explain --json continuum.c --budget params=100k
out_json '.[0] | .standing | test("^sampled \\([0-9]+ of [0-9]+\\)$")'
out_json '.[0].hyperparameters[-1] | .role == "training" and .sets == [{layer: "optimizer", field: "learning_rate"}] and .domain.sampling == "log"'
out_json '.[0].budget | .share > 0 and .share < 1'

# ---- searches -------------------------------------------------------------------------------------------------------

write_model model.c
write_table table.csv
run varve search model.c --data "$TABLE" --max-trials 1 --executions-per-trial 1 --epochs 1
exits 0
sed -n 2,4p out >head
cat >expected <<'TEXT'
  layers in all = layers + 1 (the input not counted)
  layers: each one adds a dense
  12 configurations: all can be built
TEXT
cmp -s head expected || fail "not the head that was expected"
run varve search "$examples/mnist_cnn.c" --max-trials 1 --executions-per-trial 1 --epochs 1
exits 0; out_has "  layers in all = 2*num_layers + 2 (the input not counted)"; out_has "  num_layers: each one adds a conv2d and a max_pooling2d"
out_has "  num_layers >= 4 never builds: a 3x3 kernel does not fit its 1x1 input"
sed -n 2,6p out >head
within_80_columns head
# A long formula goes on in the next line; what a search draws in vain is told.
write_build long.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    (void)vv_int(hp, "warmup", .min = 0, .max = 4);
    const int in_the_first_stage = vv_int(hp, "in_the_first_stage", .min = 1, .max = 3);
    const int in_the_second_stage = vv_int(hp, "in_the_second_stage", .min = 1, .max = 3);
    const int in_the_third_stage = vv_int(hp, "in_the_third_stage", .min = 1, .max = 3);
    for (int i = 0; i < in_the_first_stage + in_the_second_stage + in_the_third_stage; i++) vv_add(m, vv_dense(4));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve search long.c --data "$TABLE" --max-trials 1
exits 0; out_lacks "..."
sed -n '2,/^Trial/p' out | grep -v '^Trial' >head
within_80_columns head
out_has "  layers in all = in_the_first_stage + in_the_second_stage + in_the_third_stage"; out_has "      + 1 (the input not counted)"
out_has "  warmup is asked for and never used"

# Only what fits is tried: of 4 -> units -> 1 and 4 -> a -> b -> 1, six numbers and one a unit and so on.
run varve search --json model.c --data "$TABLE" --max-trials 20 --executions-per-trial 1 --epochs 1 --project small --budget params=60
exits 0
out_json '.[0].explanation == {layers: "layers + 1", total: "12", buildable: "12", standing: "exact"}'
out_json 'map(select(.event == "trial_end") | .hyperparameters | if .layers == 1 then 6 * .units_0 + 1 else 5 * .units_0 + (.units_0 + 1) * .units_1 + .units_1 + 1 end) | length == 3 and all(. <= 60)'
out_json '.[-1].reason == "exhausted"'
run varve search model.c --data "$TABLE" --max-trials 1 --executions-per-trial 1 --epochs 1 --project shown --budget params=60
exits 0; out_has "  budget: 3 of the 12 that can be built fit (25 %)"
refused 'nothing fits the budget; the smallest needs params 25, at most 20' search model.c --data "$TABLE" --project none --budget params=20
[ ! -e none ] || fail "a project is left of a budget that nothing fits"
