# tune.sh - any program as objective: values go in, results come back, and what goes wrong is told.
. "$(dirname "$0")/lib.sh"

cat >space.yaml <<'YAML'
objective: loss:min
max_trials: 4
seed: 5
space:
  lr: {type: float, min: 0.001, max: 0.1, sampling: log}
  layers: {type: int, min: 1, max: 3}
  units_{i}: {type: int, min: 8, max: 64, step: 8, repeat: layers}
  optimizer: {type: choice, values: [sgd, adam, "two words; $(id)"]}
  momentum: {type: float, min: 0, max: 0.9, when: {optimizer: sgd}}
YAML

# Writes a program of the tests; the body is on standard input.
program() {
    { echo '#!/bin/sh'; cat; } >"$1"
    chmod +x "$1"
}

# ---- values go in ----------------------------------------------------------------------------------------------------
program ./inputs <<'SH'
printf '%s\n' "$#" "$@" >"in_$VARVE_TRIAL"
env | grep '^VARVE_' | sort >"env_$VARVE_TRIAL"
cp "$VARVE_VALUES" "values_$VARVE_TRIAL"
[ -d "$VARVE_TRIAL_DIR" ] && echo "varve: loss=$VARVE_LR"
SH
run varve tune space.yaml --tuner random --max-trials 8 -- ./inputs --lr {lr} --units={units_*} --momentum {momentum} \
    '{optimizer}' '{{lr}}' 'a  b$HOME' {varve:trial} {varve:seed}
exits 0; err_empty
run varve results space --top 8 --json
exits 0
out_json '.[0].trials | length == 8'
jq -c '.trials[] | {id: .trial, values: .hyperparameters}' out >trials
sgd=0
while read -r trial; do
    id=$(echo "$trial" | jq .id)
    optimizer=$(echo "$trial" | jq -r .values.optimizer)
    echo "$trial" | jq -S .values >expected
    jq -S . "values_$id" >given
    cmp -s expected given || fail "trial $id: the file of values is not the values"
    lr=$(sed -n 's/^VARVE_LR=//p' "env_$id")
    grep -qxF -- "$lr" "in_$id" || fail "trial $id: lr is not $lr in its words"
    grep -qxF -- "$optimizer" "in_$id" || fail "trial $id: its optimizer is not one word"
    grep -qxF -- "VARVE_OPTIMIZER=$optimizer" "env_$id" || fail "trial $id: no VARVE_OPTIMIZER"
    grep -qxF -- '{lr}' "in_$id" || fail "trial $id: {{lr}} is not {lr}"
    grep -qxF -- 'a  b$HOME' "in_$id" || fail "trial $id: a word was read by a shell"
    units=$(echo "$trial" | jq -r '.values | [to_entries[] | select(.key | startswith("units_")) | .value] | join(",")')
    grep -qxF -- "--units=$units" "in_$id" || fail "trial $id: its units are not $units"
    if [ "$optimizer" = sgd ]; then
        sgd=$((sgd + 1))
        grep -qxF -- --momentum "in_$id" || fail "trial $id: no momentum"
    else
        grep -qF -- --momentum "in_$id" && fail "trial $id: a momentum that is not active"
        grep -q VARVE_MOMENTUM "env_$id" && fail "trial $id: VARVE_MOMENTUM"
    fi
done <trials
[ "$sgd" -gt 0 ] && [ "$sgd" -lt 8 ] || fail "all have the same optimizer"
[ -z "$(find space/checkpoints -name '*.files')" ] || fail "a trial that is final has a folder"

# Options win over the file; the file over nothing.
run varve tune space.yaml --project wins --objective 'gain:max' --max-trials 1 -- sh -c 'echo "varve: gain=3"'
exits 0; out_has "gain 3.0000"; out_has "trials: 1,"

# What the words do not use is told, where they use something.
run varve tune space.yaml --project unused --max-trials 1 -- sh -c 'echo "varve: loss=$1"' sh {lr}
exits 0; err_has "the command does not use layers, units_{i}, optimizer, momentum"

# ---- results come back -----------------------------------------------------------------------------------------------
program ./steps <<'SH'
echo "starting"; echo "varve is not a report"
for i in 1 2 3; do echo "varve: step=$i loss=0.$((4 - i)) acc=0.$i"; done
[ -z "$LAST" ] || eval "$LAST"
SH
export LAST=''
run varve tune space.yaml --max-trials 1 --project best --json -- ./steps
exits 0
out_json 'map(select(.event == "trial_end"))[0].score == 0.1'
run varve show best 0 --json
out_json '.[0].curves | length == 2 and (map(.values | length == 3) | all)'
LAST='echo "varve: loss=0.05 acc=0.9"'
run varve tune space.yaml --max-trials 1 --project last -- ./steps
exits 0; out_has "loss 0.0500"
LAST='echo "{\"loss\": 0.04, \"acc\": 1}" >"$VARVE_RESULT"; echo "varve: loss=9"'
run varve tune space.yaml --max-trials 1 --project file -- ./steps
exits 0; out_has "loss 0.0400"
run varve tune space.yaml --max-trials 1 --project number -- sh -c 'echo 17; echo "  0.25 "'
exits 0; out_has "loss 0.2500"
run varve tune space.yaml --max-trials 1 --project kept --constraint 'acc>=0.95' -- sh -c 'echo "varve: loss=1 acc=0.9"'
exits 1; err_has "no trial that was completed keeps the constraints"
LAST=
run varve tune space.yaml --max-trials 3 --project pruned --steps 3 --pruner threshold:upper=0.25 -- ./steps
exits 1; out_has "PRUNED after 1 step"

# ---- what goes wrong -------------------------------------------------------------------------------------------------
bad() { # what it does, what is said
    rm -rf bad
    run varve tune space.yaml --project bad -- sh -c "$1"
    exits 1
    out_has "FAILED"
    run varve show bad 0
    out_has "Reason: $2"
}
bad 'echo hello' 'it printed no result; the last line should be "varve: loss=NUMBER"'
bad 'echo "varve: loss=nan"' 'execution 1: the result is not finite'
bad 'echo nan' 'execution 1: the result is not finite'
bad 'echo "varve: loss=low"' '"varve: ... loss=low ..." is not NAME=NUMBER'
bad 'echo "varve: acc=1"' 'a line "varve: ..." does not say what loss is'
bad 'echo "varve: step=2 loss=1"' 'step 2 came after step 0'
bad 'echo "varve: step=0 loss=1"' 'step=0: steps are counted from 1'
bad 'echo "varve: loss=1"; echo one >&2; echo two >&2; exit 3' 'exit code 3: two'
bad 'echo "varve: loss=1"; printf "10%%\r20%%\rlast" >&2; exit 1' 'exit code 1: last'
bad 'echo oops >&2; kill -9 $$' 'signal 9, Killed: oops'
bad 'echo "[1]" >"$VARVE_RESULT"' 'the result file is not a JSON object of names and numbers'
bad 'echo "{{\"acc\": 1}}" >"$VARVE_RESULT"' 'the result file does not say what loss is'
bad 'echo kept; exit 1' 'exit code 1: kept'
grep -qx kept bad/checkpoints/trial_0000_0.log || fail "no log of a trial that failed"

# Output without end, in lines and without.
run varve tune space.yaml --max-trials 1 --project much -- sh -c 'yes | head -c 5000000; head -c 5000000 /dev/zero; echo; echo "varve: loss=1"'
exits 0; out_has "loss 1.0000"
run varve tune space.yaml --project endless -- sh -c 'yes | head -c 3000000; exit 1'
exits 1
[ "$(wc -c <endless/checkpoints/trial_0000_0.log)" -le 1050000 ] || fail "the log has no limit"

# Before anything runs.
run varve tune space.yaml --project no -- ./steps --lr {lrr}
exits 2; one_line_err; err_has '{lrr} names no hyperparameter of space.yaml; did you mean lr?'
run varve tune space.yaml --project no -- ./steps {units_{i}}
exits 2; one_line_err
run varve tune space.yaml --project no -- ./steps {lr
exits 2; one_line_err; err_has 'a { without its }'
run varve tune space.yaml --project no -- ./steps 'a}'
exits 2; one_line_err; err_has 'a } without its {'
run varve tune space.yaml --project no -- ./steps {varve:nothing}
exits 2; one_line_err; err_has 'there is no {varve:nothing}; there are: trial,'
run varve tune space.yaml --project no -- ./nothing
exits 2; one_line_err; err_has "./nothing: No such file"
run varve tune space.yaml --project no -- nothing-of-this-name
exits 2; one_line_err; err_has "there is no such program"
run varve tune space.yaml --project no -- ./space.yaml
exits 2; one_line_err; err_has "is no program that can be run"
run varve tune space.yaml --project no
exits 2; one_line_err; err_has "give it after --"
run varve tune nothing.yaml -- ./steps
exits 2; one_line_err; err_has "nothing.yaml: No such file"
printf 'space:\n  seed: {type: bool}\n' >seed.yaml
run varve tune seed.yaml -- ./steps
exits 2; one_line_err; err_has "would be the variable VARVE_SEED"
printf 'space:\n  a: {type: bool, max: 3}\n' >wrong.yaml
run varve tune wrong.yaml -- ./steps
exits 2; one_line_err; err_has "wrong.yaml:2:19: a: max means nothing for type bool"
run varve tune space.yaml --batch-size 3 -- ./steps
exits 2; err_has "there is no option --batch-size"
[ ! -e no ] || fail "a project was begun"

# ---- an end to all of it ---------------------------------------------------------------------------------------------
program ./background <<'SH'
setsid sleep 1000 & echo $! >background.pid
echo "varve: loss=1"
SH
run varve tune space.yaml --max-trials 1 --project left -- ./background
exits 0
kill -0 "$(cat background.pid)" 2>/dev/null && fail "what a program started is left"

# One that does not end is ended, with all that it has started.
program ./endless_one <<'SH'
echo $$ >endless.pid
trap '' TERM
while :; do sleep 1000; done
SH
run varve tune space.yaml --max-trials 1 --project late --trial-timeout 0.5s -- ./endless_one
exits 1; out_has "took longer than 0.5 s"
for _ in $(seq 200); do kill -0 "$(cat endless.pid)" 2>/dev/null || break; sleep 0.05; done
kill -0 "$(cat endless.pid)" 2>/dev/null && fail "a program outlives its time"

# What failed is tried again, in an empty folder.
program ./second <<'SH'
echo "$VARVE_TRIAL $(ls -A "$VARVE_TRIAL_DIR" | grep -c mine)" >>second.txt
[ -e second.done ] && echo "varve: loss=1"
touch "$VARVE_TRIAL_DIR/mine" second.done
SH
run varve tune space.yaml --max-trials 1 --project again --max-retries 1 -- ./second
exits 0; out_has "Trial 0 COMPLETED"
[ "$(tr '\n' ' ' <second.txt)" = "0 0 0 0 " ] || fail "attempts: $(cat second.txt)"

# Several at once: the same trials with the same results.
for workers in 1 4; do
    run varve tune space.yaml --max-trials 8 --tuner sobol --project "workers_$workers" --workers $workers -- \
        sh -c 'echo "varve: loss=$VARVE_LR"'
    exits 0
    varve results "workers_$workers" --top 8 --json | jq -S '.trials | map({trial, score, hyperparameters}) | sort_by(.trial)' >"with_$workers"
done
cmp -s with_1 with_4 || fail "four workers come to something else than one"

# Killed in the middle: nothing of it is left; the same command goes on, and reports no step twice.
program ./slow <<'SH'
for i in 1 2 3; do
    echo "varve: step=$i loss=$i$VARVE_TRIAL"
    if [ $i = 2 ] && [ ! -e stopped ] && [ "$VARVE_TRIAL" = 1 ]; then echo $$ >slow.pid; sleep 1000; fi
done
SH
"$VARVE" tune space.yaml --max-trials 3 --tuner random --project killed -- ./slow >out 2>err &
search=$!
while [ ! -s slow.pid ]; do kill -0 $search 2>/dev/null || fail "it ended by itself"; sleep 0.05; done
kill -9 $search
wait $search 2>/dev/null
for _ in $(seq 200); do kill -0 "$(cat slow.pid)" 2>/dev/null || break; sleep 0.05; done
kill -0 "$(cat slow.pid)" 2>/dev/null && fail "a program lives on after its search was killed"
touch stopped
run varve tune space.yaml --max-trials 3 --tuner random --project killed -- ./slow
exits 0
run varve show killed 1 --json
out_json '.[0].status == "COMPLETED" and (.[0].curves[0].values == [11, 21, 31])'

# Ctrl-C while a program runs: it goes on later.
rm -f stopped slow.pid
"$VARVE" tune space.yaml --max-trials 3 --tuner random --project stopped_by_hand -- ./slow >out 2>err &
search=$!
while [ ! -s slow.pid ]; do kill -0 $search 2>/dev/null || fail "it ended by itself"; sleep 0.05; done
kill -INT $search
wait $search || fail "it did not stop well: $?"
grep -q "To go on: " out || fail "it does not say how to go on"
kill -0 "$(cat slow.pid)" 2>/dev/null && fail "a program lives on after its search was stopped"
touch stopped
run varve tune space.yaml --max-trials 3 --tuner random --project stopped_by_hand -- ./slow
exits 0
run varve results stopped_by_hand --json
out_json '.[0].trials | length == 3 and (map(.status == "COMPLETED") | all)'

# ---- Hyperband: a program is paused, and goes on from a file of its own -----------------------------------------------
program ./rungs <<'SH'
state=$VARVE_TRIAL_DIR/state
step=0; [ ! -e "$state" ] || step=$(cat "$state")
[ "$step" -le "$VARVE_STEPS_DONE" ] || step=0
echo "$VARVE_TRIAL $step $VARVE_STEPS" >>rungs.txt
while [ "$step" -lt "$VARVE_STEPS" ]; do
    step=$((step + 1))
    echo "$step" >"$state"
    echo "varve: step=$step loss=$((VARVE_TRIAL * 10 - step))"
done
SH
run varve tune space.yaml --tuner hyperband --steps 9 --max-trials 100 --project halved -- ./rungs
exits 0
run varve results halved --top 100 --json
out_json '.[0].trials | map(select(.status == "COMPLETED")) | length > 0'
awk '$2 > 0 { n++ } END { exit n == 0 }' rungs.txt || fail "no trial went on from its file"
run varve tune space.yaml --tuner hyperband --project no -- ./rungs
exits 2

# A hypermodel's file may declare a function, too; it has no network to explain.
cat >bowl.c <<'C'
#include <varve/varve.h>
static double bowl(vv_hp *hp, vv_tuning *tuning, void *user)
{
    const double x = vv_float(hp, "x", .min = -2, .max = 2);
    (void)user;
    return vv_tuning_go(tuning) ? (x - 1) * (x - 1) : 0;
}
VV_HYPERMODEL(.tune = bowl, .objective = "distance:min");
C
run varve search bowl.c --max-trials 5
exits 0; out_has "distance"
run varve explain bowl.c
exits 2; one_line_err; err_has "there is no network to explain"

# A pipe in the place of the result would be waited for.
program ./piped <<'SH'
mkfifo "$VARVE_RESULT"
SH
run varve tune space.yaml --tuner random --project pipes --max-trials 1 --max-consecutive-failures 1 -- ./piped
exits 1
run varve results pipes --json
out_has "the result file is no file of its own"
