# ask_tell.sh - trials that somebody else runs: values are asked for, results are told.
. "$(dirname "$0")/lib.sh"

cat >space.yaml <<'YAML'
objective: loss:min
seed: 3
space:
  lr: {type: float, min: 0.001, max: 0.1, sampling: log}
  optimizer: {type: choice, values: [sgd, adam]}
  momentum: {type: float, min: 0, max: 0.9, when: {optimizer: sgd}}
YAML

# ---- asking ----------------------------------------------------------------------------------------------------------
run varve ask --space space.yaml --tuner random --project p
exits 0; err_empty; out_has "trial 0"
grep -qE '^lr=0\.[0-9]+$' out || fail "no lr"
grep -qE '^optimizer=(sgd|adam)$' out || fail "no optimizer"
rm space.yaml.away 2>/dev/null; mv space.yaml space.yaml.away # the project keeps it
run varve ask p --json
exits 0; out_json '.[0].trial == 1 and (.[0].values | has("lr") and has("optimizer"))'
run varve ask --project p
exits 0; out_has "trial 2"
mv space.yaml.away space.yaml

# There is no limit, and none is told.
run varve status p --json
exits 0; out_json '.[0] | .trials == 3 and .max_trials == null'
run varve status p
exits 0; out_lacks ' of 2'
run varve report p --output asked.html
exits 0
if grep -q 2147483647 asked.html; then fail 'a number that means none is in the report'; fi
grep -qF '["Trials, at the most", "no limit"]' asked.html || fail 'the report lacks: no limit'

# The same trials as a search with these settings would have.
run varve tune space.yaml --tuner random --max-trials 3 --project search -- sh -c 'echo "varve: loss=1"'
exits 0
for trial in 0 1 2; do
    varve show search "$trial" --json | jq -S .hyperparameters >expected
    varve show p "$trial" --json | jq -S .hyperparameters >asked
    cmp -s expected asked || fail "trial $trial is not what a search would try"
done
run varve show p 1 --json
out_json '.[0].status == "RUNNING"'

# ---- telling ---------------------------------------------------------------------------------------------------------
run varve tell p 1 loss=0.5 acc=0.25
exits 0; out_empty; err_empty
run varve show p 1 --json
out_json '.[0] | .status == "COMPLETED" and .score == 0.5 and (.curves | map(.metric) == ["loss", "acc"])'
run varve tell p 0 --failed "the machine burnt down"
exits 0
run varve show p 0
out_has "Reason: the machine burnt down"
run varve tell p 2 --step 1 loss=0.75 acc=0.5
exits 0; [ "$(cat out)" = "go on" ] || fail "not: go on"
run varve tell p 2 --step 2 loss=0.25
exits 0
run varve show p 2 --json
out_json '.[0] | .status == "RUNNING" and .curves[0].values == [0.75, 0.25]'
run varve tell p 2 --step 3 loss=0.5 --json
exits 0; out_json '.[0] == {"trial": 2, "prune": false, "reason": null}'
run varve tell p 2 --json
exits 0; out_json '.[0] == {"trial": 2, "score": 0.25}'
run varve show p 2 --json
out_json '.[0] | .status == "COMPLETED" and .score == 0.25 and .execution_details[0].best_epoch == 1'
run varve results p --json
out_json '.[0].trials | map(.trial) == [2, 1, 0]'

# ---- mistakes, which change nothing ----------------------------------------------------------------------------------
run varve ask p
exits 0; out_has "trial 3"
varve show p 3 --json >before
bad() { # exit status, what is said, what is told
    expected=$1 says=$2
    shift 2
    run varve tell "$@"
    exits "$expected"; one_line_err; err_has "$says"
}
bad 3 "p: there is no trial 9" p 9 loss=1
bad 2 "trial 1 is COMPLETED" p 1 loss=1
bad 2 "trial 0 is FAILED" p 0 loss=1
bad 2 '"x" is not a trial'"'"'s number' p x loss=1
bad 2 "loss is the objective, and is not told" p 3 acc=1
bad 2 "loss is the objective, and is not told" p 3
bad 2 "loss is nan, must be finite" p 3 loss=nan
bad 2 '"low" is not a number' p 3 loss=low
bad 2 '"loss" is not NAME=NUMBER' p 3 loss
bad 2 "loss is told twice" p 3 loss=1 loss=2
bad 2 "step 2: trial 3 has 0, the next is 1" p 3 --step 2 loss=1
bad 2 "a trial that has failed has no result" p 3 loss=1 --failed "no"
bad 3 "no study there" nothing 0 loss=1
run varve ask nothing
exits 3; one_line_err; err_has "no study there"
run varve ask
exits 2; one_line_err; err_has "PROJECT is missing"
run varve ask --space space.yaml --tuner hyperband --steps 9 --project h
exits 2; one_line_err; err_has "oracle hyperband pauses trials"
run varve ask search
exits 3; one_line_err; err_has "search: keeps no space"
run varve ask --space space.yaml --tuner tpe --project p
exits 3; one_line_err; err_has "oracle is random there, tpe here"
run varve tell search 0 loss=1
exits 2; one_line_err; err_has "trial 0 is COMPLETED"
varve show p 3 --json >after
cmp -s before after || fail "a mistake has changed the trial"
run varve tell p 3 loss=1
exits 0

# ---- pruning ---------------------------------------------------------------------------------------------------------
run varve ask --space space.yaml --tuner random --steps 5 --pruner threshold:upper=2 --project pruned
exits 0
run varve tell pruned 0 --step 1 loss=1
exits 0; out_has "go on"
run varve tell pruned 0 --step 2 loss=3
exits 0; out_has "prune: "
run varve tell pruned 0 --pruned
exits 0
run varve show pruned 0 --json
out_json '.[0] | .status == "PRUNED" and .score == 1 and .epochs == 2'

# ---- an end ----------------------------------------------------------------------------------------------------------
printf 'objective: loss:min\nspace:\n  a: {type: choice, values: [x, "a = b"]}\n' >small.yaml
for trial in 0 1; do
    run varve ask --space small.yaml --tuner grid --project small
    exits 0; out_has "trial $trial"
done
out_has "a=a = b"
run varve ask small
exits 1; one_line_err; err_has "no trial to be had any more: exhausted"

# Many at once, without a number given twice.
for i in 1 2 3 4; do
    varve ask p --json >"at_once_$i" 2>"at_once_err_$i" &
done
wait
cat at_once_err_* >err
[ ! -s err ] || fail "one of four at once was refused"
cat at_once_[1-4] | jq -s -e 'map(.trial) | sort == [4, 5, 6, 7]' >/dev/null || fail "four at once are not trials 4 to 7"

# A search of the same project leaves what was asked for alone.
run varve tell p 4 loss=2
exits 0
run varve tune space.yaml --tuner random --project p --max-trials 9 -- sh -c 'echo "varve: loss=1"'
exits 0; out_has "Trial 8 COMPLETED"
run varve show p 5 --json
out_json '.[0].status == "RUNNING"'
run varve tell p 5 loss=2
exits 0

cat >space.yaml <<'YAML'
objective: val_loss:min
space:
  rate: {type: float, min: 0.001, max: 1, sampling: log}
YAML

# ---- in a database, where several are at it at once -------------------------------------------------------------------
. "$VARVE_SOURCE/tests/postgresql.sh"
postgresql_begin
run varve ask --space space.yaml --tuner random --storage "$PGURL" --study far
exits 0; out_has "trial 0"
for i in 1 2 3 4; do
    varve ask "$PGURL#far" --json >"far_$i" 2>"far_err_$i" &
done
wait
cat far_err_* >err
[ ! -s err ] || fail "one of four at once was refused"
cat far_[1-4] | jq -s -e 'map(.trial) | sort == [1, 2, 3, 4]' >/dev/null || fail "four at once are not trials 1 to 4"
run varve tell "$PGURL#far" 0 --step 1 val_loss=0.5
exits 0; out_has "go on"
run varve tell --storage "$PGURL" --study far 0 val_loss=0.25 size=3
exits 0
run varve tell "$PGURL#far" 0 val_loss=0.25
exits 2; one_line_err; err_has "trial 0 is COMPLETED"
run varve tune space.yaml --tuner random --storage "$PGURL" --study far --max-trials 6 -- sh -c 'echo "varve: val_loss=1"'
exits 0; out_has "Trial 5 COMPLETED"
run varve tell "$PGURL#far" 4 --failed "the power went"
exits 0
run varve results --storage "$PGURL" --study far --json
out_json '.[0].trials | map(select(.status == "COMPLETED")) | length == 2'
