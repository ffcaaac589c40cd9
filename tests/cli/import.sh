# import.sh - projects that Keras Tuner made become studies: values, scores, metrics, failures, and a warm start.
. "$(dirname "$0")/lib.sh"
projects=$VARVE_SOURCE/tests/data/keras_tuner

for name in random bayesian hyperband conditional failing interrupted number; do
    run varve import keras-tuner "$projects/$name" --project $name
    exits 0; err_empty; out_has "$name: "
    # What Keras Tuner wrote, with bare NaN and Infinity made null; its own values, and those of a grid that it summed up.
    for trial in "$projects/$name"/trial_*/trial.json; do
        sed 's/-*\(NaN\|Infinity\)/null/g' "$trial" | jq -c '{score, status, values: (.hyperparameters.values
            | with_entries(select(.key | startswith("tuner/") | not)) | map_values(if type == "number" then . * 1e12 | round else . end))}'
    done | jq -c '(if .status == "COMPLETED" then .status elif .status == "FAILED" then "FAILED" else "INTERRUPTED" end) as $s
        | [$s, if $s == "COMPLETED" then .score else null end, .values] | @json' >expected
    run varve export --json $name
    exits 0
    jq -c '.[] | [.status, .score, (.hyperparameters | map_values(if type == "number" then . * 1e12 | round else . end))] | @json' out >exported
    sort -o expected expected; sort -o exported exported
    jq -r 'fromjson | .[2] |= (to_entries | sort_by(.key)) | @json' expected | sort >e
    jq -r 'fromjson | .[2] |= (to_entries | sort_by(.key)) | @json' exported | sort >x
    cmp -s e x || { diff e x | head; fail "$name: trials differ from Keras Tuner's"; }
done

run varve results bayesian
exits 0; out_has "val_accuracy (max)"
run varve show failing 5
exits 0; out_has "Reason: ValueError: x is 2"
run varve show hyperband 4 --json
exits 0; out_json '.[0].curves | map(select(.metric == "val_loss"))[0].values | .[0] == null and (.[2] | type == "number")'
run varve status interrupted
exits 0; out_has "1 interrupted"

# A hypermodel of the same space begins with what they have taught.
write_table table.csv
write_build model.c ', .objective = "val_loss"' <<'C'
    vv_fixed_string(hp, "kind", "small net");
    vv_bool(hp, "unused");
    vv_float(hp, "dropout", .min = 0, .max = 0.6, .step = 0.1);
    const double rate = vv_float(hp, "learning_rate", .min = 1e-4, .max = 1e-1, .sampling = VV_SAMPLE_LOG);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const int layers = vv_int(hp, "layers", .min = 1, .max = 2);
    for (int i = 0; i < layers; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 2, .max = 8, .step = 2);
        const char *activation = vv_choice(hp, "activation", VV_STRINGS("relu", "tanh"));
        vv_add(m, vv_dense(units, .activation = strcmp(activation, "relu") == 0 ? VV_RELU : VV_TANH));
    }
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_adam(.learning_rate = rate));
    return m;
C
run varve search model.c --data "$TABLE" --project warm --warm-start random --max-trials 2 --json
exits 0; out_json 'map(select(.event == "search_begin"))[0].earlier == 4'

# In the place of a study only when that is said.
run varve import keras-tuner "$projects/number" --project random
exits 2; one_line_err; err_has "there is a study already"
run varve import keras-tuner "$projects/number" --project random --overwrite --json
exits 0; err_empty; out_json '.[0] == {"study": "random", "trials": 5, "files": 0}'
run varve results random
out_has "default_objective (min)"

# What is wrong is said, and nothing is left.
cp -r "$projects/failing" damaged
sed -i 's/"min_value": 0/"min_value": "zero"/' damaged/trial_3/trial.json
run varve import keras-tuner damaged --project none
exits 3; out_empty; one_line_err
err_has "damaged/trial_3/trial.json: hyperparameters.space[0].config.min_value: of another kind, must be a number"
run varve import keras-tuner . --project none
exits 3; one_line_err; err_has "no project of Keras Tuner"
run varve import keras-tuner nowhere --project none
exits 3; one_line_err
run varve import keras-tuner "$projects/failing" --project none --objective other
exits 0
rm -rf none
run varve import keras-tuner "$projects/failing" --project none --objective nothing:max
exits 2; one_line_err; err_has 'there is no metric "nothing"'
run varve import optuna "$projects/failing" --project none
exits 2; one_line_err; err_has "keras-tuner"
run varve import keras-tuner "$projects/failing"
exits 2; one_line_err; err_has "--project P is missing"
[ ! -e none ] || fail "a failed import left a folder"
