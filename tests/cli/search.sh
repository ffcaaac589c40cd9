# search.sh - a search from its first event to the answers of its best network.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve search model.c --workers 1 --data "$TABLE" --directory runs --json
exits 0; err_empty
cp out events
out_json 'map(.event) | .[0] == "search_begin" and .[-1] == "search_end"'
out_json '.[0] | .objective == "val_loss" and .direction == "min" and .max_trials == 4 and .executions_per_trial == 2 and .epochs == 3 and .trials_before == 0'
out_json 'map(select(.event == "trial_begin")) | map(.trial) == [0, 1, 2, 3]'
out_json 'map(select(.event == "epoch")) | length == 4 * 2 * 3 and all(.metrics | has("loss") and has("val_loss") and has("val_mae"))'
out_json 'map(select(.event == "trial_end")) | length == 4 and all(.status == "COMPLETED" and (.executions | length) == 2 and .seconds > 0 and (has("reason") | not))'
out_json 'map(select(.event == "trial_end")) | all((.executions | add / 2) - .score | fabs < 1e-12)'
# A trial holds what its model was built from, and nothing else.
out_json 'map(select(.event == "trial_end") | .hyperparameters) | all((has("units_1")) == (.layers == 2) and (keys | length) == .layers + 1)'
out_json '(map(select(.event == "trial_end")) | min_by(.score).trial) as $best | .[-1] | .best == $best and .reason == "max_trials" and .refused == 0'
out_json 'map(select(.event == "trial_end") | .hyperparameters) | unique | length == 4'

run varve results runs/model --json
exits 0; err_empty
out_json '.[0].trials | map(.score) as $s | length == 4 and $s == ($s | sort)'
# The same objects as in the events.
jq -S -c 'select(.event == "trial_end") | del(.event)' events | sort >a
jq -S -c '.trials[]' out | sort >b
cmp -s a b || fail "results and events differ"
best=$(jq '.trials[0].trial' out)
run varve results runs/model --json --top 2
out_json '.[0].trials | length == 2'
run varve results runs/model
exits 0; within_80_columns out; out_has "val_loss"; out_has "layers="

run varve show runs/model "$best"
exits 0; err_empty; within_80_columns out
out_has "Trial $best of runs/model: COMPLETED"; out_has " dense_1 "; out_has "Total params"; out_has "val_loss"
cp out first
run varve show runs/model best
cmp -s first out || fail "best is not trial $best"
run varve show runs/model "$best" --json
out_json '.[0] | (.curves | map(select(.metric == "val_loss")) | length == 2 and all(.values | length == 3))'
out_json '.[0] | (.curves | map(select(.metric == "val_loss") | .values | min)) == .executions'
out_json '.[0] | .layers[0].type == "input" and (.layers | map(.params) | add) == .params'
run varve show runs/model 77
exits 2; out_empty; err_has 77

run varve evaluate runs/model --data "$TABLE" --json
exits 0; err_empty
out_json ".[0] | .trial == $best and .examples == 60 and .metrics.loss > 0 and .metrics.mae > 0"
loss=$(jq .metrics.loss out)
run varve evaluate runs/model --data "$TABLE"
exits 0; out_has "loss "; out_has "mae "

# Predictions are those whose errors evaluate has summed up.
run varve predict runs/model --data "$TABLE"
exits 0; err_empty
[ "$(head -n 1 out)" = row,prediction ] && [ "$(wc -l <out)" -eq 61 ] || fail "not 60 rows of CSV"
tail -n +2 out >predicted
tail -n +2 table.csv | paste -d , predicted - |
    awk -F, -v loss="$loss" '{ sum += ($2 - $7) ^ 2 } END { d = sum / NR - loss; exit !(d < 1e-5 && d > -1e-5) }' ||
    fail "predictions do not give the loss $loss"
run varve predict runs/model --data "$TABLE" --json
exits 0; out_json '.[0].predictions | length == 60 and all(.prediction | type == "number")'

# New data has no targets: predict does not need them, evaluate says so.
cut -d , -f 1-4 table.csv >untargeted.csv
run varve predict runs/model --data csv:untargeted.csv
exits 0; err_empty
tail -n +2 out | cmp -s - predicted || fail "other predictions without targets"
run varve evaluate runs/model --data csv:untargeted.csv
exits 2; out_empty; err_has targets

run varve evaluate runs/model --trial 99 --data "$TABLE"
exits 2; out_empty; err_has "trial 99 has no weights kept; these have: "
run varve evaluate runs/model --data "csv:table.csv?target=nope"
[ "$code" -ne 0 ] || fail "evaluates without a target"
out_empty

# Plain output when piped: no escape, no carriage return; the best network at the end.
run varve search model.c --data "$TABLE" --directory runs --project plain --seed 5 --max-trials 2
exits 0
if grep -q "$(printf '[\033\r]')" out; then fail "escape codes in a pipe"; fi
out_has "Trial 0 begins: layers="; out_has "Trial 1 COMPLETED"; out_has "The best network"; out_has "Total params"
# The same again has nothing left to do; more trials go on.
run varve search model.c --data "$TABLE" --directory runs --project plain --seed 5 --max-trials 2
exits 0; out_has "A larger --max-trials goes on."
run varve search model.c --data "$TABLE" --directory runs --project plain --seed 5 --max-trials 3
exits 0; out_has "Trial 2 COMPLETED"; out_lacks "Trial 1 begins"

# The whole space, then no more.
run varve search model.c --data "$TABLE" --directory runs --project all --max-trials 50 --epochs 1 --executions-per-trial 1 --json
exits 0
out_json '.[-1] | .reason == "exhausted"'
out_json 'map(select(.event == "trial_end") | .hyperparameters) | length == 12 and (unique | length) == 12'

# The default project is named after the file.
run varve search model.c --data "$TABLE" --max-trials 1 --epochs 1 --executions-per-trial 1
exits 0; out_has "Project model:"
[ -f model/study.db ] || fail "no ./model/study.db"
run varve search model.c --data "$TABLE" --max-trials 1 --epochs 1 --executions-per-trial 1 --seed 9 --overwrite
exits 0; out_has "Trial 0 COMPLETED"

# One class only is nothing to learn, and is said before a project is made.
awk 'NR == 1 || NR % 2 == 0' table.csv | sed 's/,[^,]*$/,1/; 1s/,1$/,y/' >same.csv
run varve search model.c --data 'csv:same.csv?target=y' --project same
exits 2; out_empty; one_line_err; err_has 'is 1: nothing can be learnt'
[ ! -e same ] || fail "a project is left"
