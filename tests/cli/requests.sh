# requests.sh - what others want of a search that runs: it stops, waits and goes on, ends a trial, tries values; and what
# becomes of requests that nobody was there for. In a database that several work at: requests_shared.sh.
. "$(dirname "$0")/lib.sh"

write_held_model model.c
write_table table.csv
NETWORKS="$VARVE search model.c --data $TABLE --seed 3 --executions-per-trial 1 --workers 2"
SEARCH="$NETWORKS --tuner random --epochs 5"

note_of() { jq -r 'select(.event == "note") | .text' "$1"; }
notes_have() { note_of "$1" >notes; grep -qF -- "$2" notes || { cp notes out; fail "no note has: $2"; }; }
is_as_undisturbed() {
    trials_of "$1" >mine
    cmp -s mine undisturbed || { cp mine out; fail "$1 has other trials than an undisturbed search"; }
}

run $SEARCH --max-trials 6 --project reference --overwrite
exits 0
trials_of reference >undisturbed

# ---- whoever goes on removes nothing ---------------------------------------------------------------------------------
kept_words() {
    python3 -c 'import json, sqlite3, sys
text, = sqlite3.connect(sys.argv[1] + "/study.db").execute("SELECT text FROM facts WHERE key = ?", ("command",)).fetchone()
print(" ".join(json.loads(text)["argv"][1:]))' "$1"
}
run kept_words reference
exits 0; out_has 'search model.c --data '; out_has '--project reference'; out_lacks '--overwrite'

# ---- nobody is there -------------------------------------------------------------------------------------------------
run varve pause nothing
exits 3
run varve stop reference
exits 1; err_has 'nobody works at reference'; out_empty
run varve resume reference --json
exits 1; out_json '.[0] | .request == null and .live == false and .done == false'
err_has 'To go on: cd '; err_has ' search model.c --data '; err_has '--project reference'
run varve enqueue reference
exits 2
run varve enqueue reference layers
exits 2
run varve enqueue reference none.json
exits 2; err_has 'none.json'
run varve enqueue reference nothing=1
exits 1; out_empty; err_has 'refused: nothing: there is no such hyperparameter'
run varve enqueue reference layers=77
exits 1; out_empty; err_has 'refused: layers: 77 is not in its domain, int 1..2'
echo '[{"layers": 2}, {"unit_0": 4}]' >wrong.json
run varve enqueue reference wrong.json --json
exits 1; out_json '.[0] | .request == null and .done == false and (.answer | test("did you mean units_0"))'
run varve status reference --json
exits 0; out_json '.[0].requests == []'
run varve stop reference --trial 77
exits 3; err_has 'there is no trial 77'
run varve stop reference --trial x
exits 2
run varve enqueue reference layers=1 layers=2
exits 2

# ---- pause, resume: the same trials ------------------------------------------------------------------------------------
touch hold
begin paused.log --max-trials 6 --project p
held p 2
run varve pause p --wait
exits 0; out_has 'the search is paused; 2 trials end their epochs first'
rm hold
until_so p '.paused and .running == []'
run varve status p
exits 0; out_has 'State      paused'; out_has 'Time left  unknown: the search is paused'
run varve pause p --wait
exits 0; out_has 'paused already'
touch hold
run varve resume p --wait --json
exits 0; out_json '.[0] | .kind == "go_on" and .done and .answer == "the search goes on"'
until_so p '.paused | not'
run varve resume p --wait
exits 1; err_has 'refused: the search is not paused'
rm hold
ends paused.log
notes_have paused.log 'pause: the search is paused'
notes_have paused.log 'go_on: the search goes on'
is_as_undisturbed p

# ---- stop, and the same command goes on; killed in a pause ---------------------------------------------------------------
touch hold
begin stopped.log --max-trials 6 --project q
held q 2
run varve stop q --wait
exits 0; out_has 'the search stops; 2 trials end their epochs first'
# One more, while it stops: not answered at once, but when it has ended.
run varve stop q --json
exits 0; out_json '.[0].done | not'
rm hold
ends stopped.log
notes_have stopped.log 'stop: the search has ended'
jq -e -s '.[-1] | .event == "search_end" and .reason == "interrupted"' out >/dev/null || fail 'it did not end as interrupted'
until_so q '.requests == []'
touch hold
begin killed.log --max-trials 6 --project q
until_so q '.running | length == 2'
run varve pause q --wait
exits 0
rm hold
until_so q '.paused and .running == []'
kill -KILL "$searcher"
wait "$searcher" 2>/dev/null
# One that nobody is there for any more: its worker was heard of a moment ago.
run varve stop q --json
exits 0; out_json '.[0].done | not'
until_so q '.requests | map(.kind) == ["stop"]'
run $SEARCH --max-trials 6 --project q --json
exits 0; notes_have out 'stop: refused: no search ran'
is_as_undisturbed q
until_so q '(.paused | not) and .requests == []'

# ---- one trial ends --------------------------------------------------------------------------------------------------
touch hold
begin trials.log --max-trials 5 --project r
held r 2
run varve stop r --trial 1 --wait
exits 0; out_has 'trial 1 is PRUNED, after 1 epoch'
run varve pause r --wait
rm hold
until_so r '.paused and .running == [] and .by_status.INTERRUPTED > 0'
interrupted=$(varve results r --top 100 --json | jq '[.trials[] | select(.status == "INTERRUPTED") | .trial] | min')
run varve stop r --trial "$interrupted" --wait
exits 0; out_has "trial $interrupted is PRUNED, after"
run varve resume r --wait
ends trials.log
run varve stop r --trial 1
out_has 'Nobody works at r'
run varve stop r --trial 4
exits 0
run $SEARCH --max-trials 5 --project r --json
notes_have out 'refused: trial 4 has ended already: it is COMPLETED'
run varve results r --top 100 --json
out_json '.[0].trials | length == 5'
out_json '[.[0].trials[] | select(.status == "PRUNED")] | length == 2 and all(.reason == "stopped on request")'
out_json '[.[0].trials[] | select(.status == "COMPLETED")] | length == 3'

# ---- a trial without epochs ends, too, and is no failure -----------------------------------------------------------------
cat >space.yaml <<'Y'
objective: loss:min
space:
  lr: {type: float, min: 0, max: 1}
Y
cat >program <<'S'
#!/bin/sh
while [ ! -e end ]; do sleep 0.05; done
echo "varve: loss=$1"
S
chmod +x program
# Three in a row would end the search, if they were failures.
SEARCH="$VARVE tune space.yaml --tuner random --max-trials 4 --max-retries 2 --workers 1"
begin silent.log --project silent -- ./program '{lr}'
for trial in 0 1 2; do
    until_so silent ".running | map(.trial) == [$trial]"
    run varve stop silent --trial $trial --wait
    exits 0; out_has "trial $trial is FAILED: it had no epochs"
done
touch end
ends silent.log
run varve results silent --top 100 --json
out_json '[.[0].trials[] | select(.status == "FAILED" and .reason == "stopped on request")] | length == 3'
out_json '[.[0].trials[] | select(.status == "COMPLETED")] | length == 1'

# ---- what is to be tried next -----------------------------------------------------------------------------------------
run varve enqueue reference units_0=4 layers=1
exits 0; out_has 'Nobody works at reference: request'
SEARCH="$NETWORKS --tuner random --epochs 5"
touch hold
begin enqueued.log --max-trials 9 --project reference
until_so reference '.requests == []'
echo '[{"layers": 2, "units_0": 16, "units_1": 4}, {"layers": 1, "units_0": 4}]' >more.json
run varve enqueue reference more.json --wait --json
exits 0; out_json '.[0] | .kind == "enqueue" and .done and .answer == "enqueued: 2 configurations"'
run varve enqueue reference layers=3 --wait
exits 1; err_has 'refused: '; err_has 'layers: 3 is not in its domain'
run varve enqueue reference unit_0=4 --wait
exits 1; err_has 'did you mean'
yes '{"layers": 1}' | head -1001 | jq -s . >many.json
run varve enqueue reference many.json --wait
exits 1; err_has 'refused: enqueued: 1001 configurations, at most 1000 are possible at once'
rm hold
ends enqueued.log
run varve results reference --top 100 --json
out_json '.[0].trials | length == 9'
out_json '[.[0].trials[] | select(.hyperparameters == {"layers": 1, "units_0": 4})] | length == 1'
out_json '[.[0].trials[] | select(.hyperparameters == {"layers": 2, "units_0": 16, "units_1": 4})] | length == 1'
notes_have enqueued.log 'Enqueued, and skipped: {"units_0": 4, "layers": 1}: a trial has these values already'

# ---- values that nothing is found for do not hold up the search --------------------------------------------------------
# A thousand builds, each of which takes a moment: who looks for them gives up before.
sed 's/vv_model \*m = vv_sequential();/if (access("slow", F_OK) == 0) usleep(200000); &/' model.c >slow.c
SEARCH="$VARVE search slow.c --data $TABLE --seed 3 --executions-per-trial 1 --tuner random --epochs 5 --workers 1"
touch hold
begin slow.log --max-trials 2 --project slow
held slow 1
touch slow
run varve enqueue slow units_1=4 layers=1 --wait
exits 1; err_has 'refused: enqueued: values that fit were not found within'
rm slow hold
ends slow.log

# ---- Hyperband goes on without those that were stopped -----------------------------------------------------------------
SEARCH="$NETWORKS --tuner hyperband --epochs 9"
HELD_AT=3
export HELD_AT
touch hold
begin halving.log --max-trials 12 --project halving
until_so halving '.by_status.PAUSED > 0'
held halving 2
run varve pause halving --wait
rm hold
until_so halving '.paused and .running == []'
for trial in $(varve results halving --top 100 --json |
    jq '.trials[] | select(.status == "PAUSED" or .status == "INTERRUPTED") | .trial'); do
    run varve stop halving --trial "$trial" --wait
    exits 0; out_has "trial $trial is PRUNED"
done
run varve resume halving --wait
exits 0
ends halving.log
run varve results halving --top 100 --json
out_json '[.[0].trials[] | select(.reason == "stopped on request")] | length > 2'
out_json '[.[0].trials[] | select(.status == "COMPLETED")] | length > 0'
out_json 'all(.[0].trials[]; .status == "COMPLETED" or .status == "PRUNED")'

# ---- a password is kept nowhere ----------------------------------------------------------------------------------------
run varve tune space.yaml --max-trials 1 --project secret -- sh -c 'echo "varve: loss=1"' 'postgresql://me:w0rd@h/d' '{lr}'
exits 0
run kept_words secret
exits 0; out_has '--max-trials 1 --project secret -- sh -c'
run varve tune space.yaml --max-trials 1 --overwrite --project theirs -- sh -c 'echo "varve: loss=1"' --overwrite '{lr}'
exits 0
run kept_words theirs # those of a program are its own
exits 0; out_has '--max-trials 1 --project theirs -- sh -c'; out_has ' --overwrite {lr}'
run varve resume secret
exits 1; err_has 'postgresql://me:***@h/d'
if grep -rq 'w0rd' secret; then fail 'the password is in the study'; fi
