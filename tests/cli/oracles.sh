# oracles.sh - varve oracles lists what --tuner and --pruner take, and they take what it lists.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve oracles
exits 0; err_empty; within_80_columns out
out_has "Oracles, for --tuner"; out_has "Pruners, for --pruner"
out_has "random: "; out_has "median: "; out_has "Range"
cp out page
run varve oracles --json
exits 0; err_empty
cp out list.json
out_json '.[0] | (.oracles | length >= 2) and (.pruners | length == 6)'
out_json '[.[0].oracles[], .[0].pruners[]] | all((.name | length > 0) and (.summary | length > 0) and (.paper | length > 0) and (.options | type == "array"))'
out_json '.[0].oracles | all(.most_objectives >= 1 and (.pauses_trials | type == "boolean"))'
out_json '[.[0] | .oracles[], .pruners[] | .options[]] | all((.help | length > 0) and (has("values") or (has("min") and has("max") and has("whole"))))'
out_json '[.[0] | .oracles[], .pruners[] | .options[] | select(has("values"))] | all(.default as $d | .values | index($d) != null)'
for name in $(jq -r '.oracles[], .pruners[] | .name, .options[].name' list.json); do
    grep -qE "(^| )$name(:| |$)" page || fail "the page lacks $name"
done

# Each is taken with its defaults written out, and the study then says the name alone: a default is no option given.
for name in $(jq -r '.oracles[] | .name' list.json); do
    spec=$(jq -r --arg n "$name" '.oracles[] | select(.name == $n) | .name + ([.options[] | "\(.name)=\(.default)"] | if length > 0 then ":" + join(",") else "" end)' list.json)
    run varve search model.c --data "$TABLE" --project "by_$name" --max-trials 2 --tuner "$spec" --json
    exits 0; out_json ".[0].oracle == \"$name\""
    run varve search model.c --data "$TABLE" --project "by_$name" --max-trials 2 --tuner "$name"
    exits 0
    # And refuses what is below the range of each number.
    jq -r --arg n "$name" '.oracles[] | select(.name == $n) | .options[] | select(has("values") | not) | select(.min != null) | "\(.name) \(.min - 1)"' list.json >below
    while read -r option value; do
        run varve search model.c --data "$TABLE" --tuner "$name:$option=$value" --project none </dev/null
        exits 2; out_empty; err_has "oracle $name: $option is $value, must be"
    done <below
done
[ ! -e none ] || fail "a refused search has left a project"

refused() { # TEXT OPTION...
    text=$1
    shift
    run varve search model.c --data "$TABLE" --project none "$@"
    exits 2; out_empty; one_line_err; err_has "$text"
    [ ! -e none ] || fail "a refused search has left a project"
}
refused 'did you mean random; there are: ' --tuner randm
refused 'oracle "clever": there is none of this name; there are: ' --tuner clever
refused 'oracle random: option "x"' --tuner random:x=1
refused '"x" is not OPTION=VALUE' --tuner random:x
refused 'pruner "medain": there is none of this name; did you mean median; there are: median' --pruner medain
refused 'pruner median: option "startups": there is none of this name; did you mean startup; there are: startup' --pruner median:startups=3
refused 'pruner median: startup is -1, must be 0..1000000' --pruner median:startup=-1
refused 'pruner median: startup is 1.5, must be a whole number' --pruner median:startup=1.5
refused 'pruner median: startup: "many" is not a number' --pruner median:startup=many
refused 'startup is given twice' --pruner median:startup=1,startup=2

# What cannot go together, both named.
refused 'pruner median with 2 objectives: it would judge by val_loss alone' --pruner median --objective val_loss,params
refused 'pruner median with trials of 1 epoch' --pruner median --epochs 1
refused 'pruner wilcoxon with 1 execution a trial' --pruner wilcoxon --executions-per-trial 1
for name in $(jq -r '.oracles[] | select(.most_objectives == 1) | .name' list.json); do
    refused "oracle $name: 2 objectives" --tuner "$name" --objective val_loss,params
done
for name in $(jq -r '.oracles[] | select(.pauses_trials) | .name' list.json); do
    refused "oracle $name: trials of 1 epoch, it needs at least 2" --tuner "$name" --epochs 1
    refused "pruner median with oracle $name" --tuner "$name" --pruner median
    refused "warm start with oracle $name" --tuner "$name" --warm-start by_random
done

# A pruner ends trials, says why, and is the study's from then on. A grid may be pruned.
run varve search model.c --data "$TABLE" --project pruned --max-trials 12 --workers 1 --epochs 6 --tuner random --pruner median:startup=2 --json
exits 0; out_json '.[0].pruner == "median:startup=2"'
out_json 'map(select(.event == "trial_end" and .status == "PRUNED")) | length > 0 and all((.reason | test("median")) and .score != null and .epochs >= 1)'
run varve results pruned --top 20
exits 0; out_has "PRUNED "; out_has "worse than the median"
run varve search model.c --data "$TABLE" --project pruned --max-trials 12 --epochs 6 --tuner random
exits 3; err_has "pruner is median:startup=2 there, none here"
run varve search model.c --data "$TABLE" --project pruned --max-trials 12 --epochs 6 --tuner random --pruner median
exits 3; err_has "pruner is median:startup=2 there, median here"
run varve search model.c --data "$TABLE" --project by_random --tuner sobol
exits 3; err_has "oracle is random there, sobol here"
