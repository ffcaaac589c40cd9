# enqueue.sh - values that a user wants to be tried, defaults first, and a warm start.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv
search() { varve search model.c --workers 1 --data "$TABLE" --json --executions-per-trial 1 --epochs 1 --project "$@"; }

echo '[{"layers": 2, "units_0": 4, "units_1": 16}, {"units_1": 8}, {"layers": 1, "units_0": 4}, {"units_0": 4, "layers": 1}]' >queue.json
run search queued --enqueue queue.json --defaults-first --max-trials 5
exits 0; err_empty
out_json '.[0].enqueued == 5'
out_json 'map(select(.event == "trial_end").hyperparameters) | .[0] == {"layers": 1, "units_0": 4} and .[1] == {"layers": 2, "units_0": 4, "units_1": 16}'
# What is left out is filled in so that what is given is there.
out_json 'map(select(.event == "trial_end").hyperparameters)[2] | .layers == 2 and .units_1 == 8'
# Both that the defaults are already are skipped, and said so.
out_json 'map(select(.event == "note" and (.text | test("skipped")))) | length == 2 and all(.text | test("a trial has these values already"))'
out_json 'map(select(.event == "trial_end").hyperparameters) | unique | length == 5'

# One object alone, numbers as texts, whole numbers as reals.
echo '{"layers": "2", "units_0": 8.0}' >one.json
run search one --enqueue one.json --max-trials 1
exits 0; out_json 'map(select(.event == "trial_end").hyperparameters)[0] | .layers == 2 and .units_0 == 8'

# Stopped in between and gone on with, the queue not given again: as if never stopped.
run search straight --enqueue queue.json --defaults-first --max-trials 6
exits 0
jq -s -c '.[] | select(.event == "trial_end") | del(.seconds, .began, .ended, .worker)' out >expected
run search again --enqueue queue.json --defaults-first --max-trials 2
exits 0
jq -s -c '.[] | select(.event == "trial_end") | del(.seconds, .began, .ended, .worker)' out >got
run search again --max-trials 6
exits 0; out_json '.[0].enqueued == 3'
jq -s -c '.[] | select(.event == "trial_end") | del(.seconds, .began, .ended, .worker)' out >>got
cmp -s expected got || fail "not the search that was never stopped: $(diff expected got | head -n 4)"
# Given again, nothing is tried again.
run search again --enqueue queue.json --defaults-first --max-trials 7
exits 0; out_json '.[0].enqueued == 0'

refused() { # TEXT JSON
    printf '%s' "$2" >bad.json
    run search refused --enqueue bad.json
    exits 2; out_empty; one_line_err; err_has "$1"
    [ ! -e refused ] || fail "a refused search has left a project"
}
refused 'enqueued configuration 1, {"unit_0": 4}: unit_0: there is no such hyperparameter; did you mean units_0?' '{"unit_0": 4}'
refused 'enqueued configuration 2, {"layers": 3}: layers: 3 is not in its domain, int 1..2' '[{}, {"layers": 3}]'
refused 'layers: "two" is not in its domain' '{"layers": "two"}'
refused 'layers: 1.5 is not in its domain' '{"layers": 1.5}'
refused 'units_0: 5 is not in its domain, choice {4, 8, 16}' '{"units_0": 5}'
refused 'units_1 is not active with the other values' '{"layers": 1, "units_1": 8}'
refused 'layers: must be a number, a string, true or false' '{"layers": [1]}'
refused 'enqueued configuration 1: must be an object of names and values' '[3]'
refused 'enqueued: line 1, column' '"layers"'
refused 'enqueued: line 1, column' '{"layers": 1,'
refused 'enqueued: line 1, column' '{"layers": 1, "layers": 2}'
run search refused --enqueue missing.json
exits 2; err_has "--enqueue: missing.json: No such file or directory"
: >empty.json
run search refused --enqueue empty.json
exits 2; err_has "empty"

# ---- warm start: known, and not tried again; what does not fit is counted
run search donor --max-trials 5 --seed 3
exits 0
jq -s -c '[.[] | select(.event == "trial_end").hyperparameters]' out >known
run search warm --warm-start donor --max-trials 7
exits 0; out_json '.[0] | .earlier == 5 and .misfits == 0'
jq -s -c '[.[] | select(.event == "trial_end").hyperparameters]' out >tried
jq -e -n --slurpfile a known --slurpfile b tried '$a[0] - $b[0] | length == 5' >/dev/null || fail "a known configuration was tried again"
# All of the space between them: the other seven, and it is exhausted.
run search warm --warm-start donor --max-trials 20
exits 0; out_json '.[-1].reason == "exhausted"'
rm -r donor
run search warm --max-trials 20
exits 0; out_json '.[0].earlier == 5'
run search warm --max-trials 20 --warm-start donor
exits 0; out_json '.[0].earlier == 5'

run search wide --max-trials 6 --seed 3
exits 0
sed 's/VV_INTS(4, 8, 16)/VV_INTS(4, 8)/' model.c >narrow.c
run varve search narrow.c --data "$TABLE" --json --executions-per-trial 1 --epochs 1 --warm-start wide --project narrow --max-trials 1
exits 0
misfits=$(varve results wide --json --top 20 | jq '[.trials[].hyperparameters | select(.units_0 == 16 or .units_1 == 16)] | length')
out_json ".[0] | .misfits == $misfits and .earlier + .misfits == 6"

run search nowhere --warm-start missing
exits 2; err_has "missing: no study there"
run search other --warm-start wide --objective val_mae
exits 2; err_has "warm start from wide: objective is val_loss:min there, val_mae:min here"
[ ! -e other ] || fail "a refused search has left a project"
run search wide --warm-start ./wide --overwrite
exits 2; err_has "that is the project itself"
run search wide --seed 3 --warm-start warm --max-trials 9
exits 3; err_has "it was begun without a warm start"

# What may have no end is not read, and a file not beyond what a study takes.
head -c 1100000 /dev/zero | tr '\0' ' ' >large.json
run search endless --enqueue /dev/zero
exits 2; out_empty; one_line_err; err_has "/dev/zero: is no ordinary file"
run search endless --enqueue large.json
exits 2; out_empty; one_line_err; err_has "large.json: is larger than 1 MiB"
run varve enqueue queued /dev/zero
exits 2; out_empty; one_line_err; err_has "/dev/zero: is no ordinary file"
