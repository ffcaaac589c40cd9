# logs.sh - what a search writes besides its study, for TensorBoard and as CSV: all that the study holds, whoever wrote it and
# however they ended.
. "$(dirname "$0")/lib.sh"
write_table table.csv
write_model model.c
oracle=$VARVE_SOURCE/tests/oracle

# What the event files in $1 hold is what the study $2 does, and there are no halves.
same_events() {
    varve export "$2" --json >trials.json
    varve export "$2" --curves --json >curves.json
    run python3 "$oracle/read_events.py" "$1"
    exits 0; err_empty
    mv out events.json
    jq -e '.torn == 0' events.json >/dev/null || fail "$1 has torn records"
    run python3 "$oracle/compare_events.py" events.json curves.json trials.json
    exits 0
}

# The last row of each epoch in $1 is what the study $2 has of it; every row has the cells of the head.
same_rows() {
    varve export "$2" --curves --json >curves.json
    run python3 - "$1" curves.json <<'PYTHON'
import csv, json, sys
with open(sys.argv[1], newline="", encoding="utf-8", errors="surrogateescape") as file:
    text = file.read()
assert text.endswith("\r\n")
head, *rows = csv.reader(text.splitlines(True), strict=True)
assert head[:4] == ["trial", "execution", "epoch", "seconds"] and head[-1] == "others", head
assert all(len(row) == len(head) for row in rows)
log = {}
for row in rows:
    assert float(row[3]) >= 0
    metrics = {name: float(cell) for name, cell in zip(head[4:-1], row[4:-1]) if cell}
    metrics.update((part.rpartition("=")[0], float(part.rpartition("=")[2])) for part in row[-1].split(";") if part)
    log[tuple(map(int, row[:3]))] = metrics
with open(sys.argv[2]) as file:
    study = {(r["trial"], r["execution"], r["epoch"]): r["metrics"] for r in json.load(file)}
for metrics in study.values():  # null: not reported
    for name in [name for name, value in metrics.items() if value is None]:
        del metrics[name]
assert log == study, [(k, log.get(k), study.get(k)) for k in log.keys() | study.keys() if log.get(k) != study.get(k)][:2]
PYTHON
    exits 0
}

# ---- a search, and more of it ---------------------------------------------------------------------------------------

search() { run varve search model.c --data "$TABLE" --tensorboard tb --log-csv log.csv --workers 2 "$@"; }
search --max-trials 3
exits 0; err_empty
same_events tb model
same_rows log.csv model
jq -e '[.runs[] | select(.status == 1)] | length == 6' events.json >/dev/null || fail "not all sessions have succeeded"
jq -e '.runs["."].experiment | .name == "model" and (.metrics | map(.tag)) == ["loss", "mae", "val_loss", "val_mae"]
    and (.metrics | map(.dataset)) == [1, 1, 2, 2]
    and .hparams == [{name: "layers", type: 3, domain: {min: 1, max: 2}}, {name: "units_0", type: 3, domain: [4, 8, 16]},
        {name: "units_1", type: 3, domain: [4, 8, 16]}]' events.json >/dev/null || fail "the experiment: $(jq -c '.runs["."].experiment' events.json)"
jq -e '[.runs[] | select(.hparams.layers == 1)] | all(.hparams | has("units_1") | not)' events.json >/dev/null ||
    fail "what is not active is there"

search --max-trials 5
exits 0
same_events tb model
same_rows log.csv model

# Trials that pause and go on, each time in files of their own; those that nobody wakes have ended, too.
run varve search model.c --data "$TABLE" --project halved --tuner hyperband:factor=2 --epochs 4 --max-trials 12 --max-epochs-total 60 \
    --tensorboard tb_halved --log-csv halved.csv --workers 2
exits 0
same_events tb_halved halved
same_rows halved.csv halved
jq -e '[.[].status] | index("PRUNED")' trials.json >/dev/null || fail "no trial was eliminated"

# ---- workers --------------------------------------------------------------------------------------------------------

run varve search model.c --data "$TABLE" --project shared --max-trials 4 --begin-only
exits 0
run varve worker model.c --project shared --tensorboard tb_shared --log-csv shared.csv
exits 0
same_events tb_shared shared
same_rows shared.csv shared

# ---- searches that are stopped, and killed --------------------------------------------------------------------------

# Waits until the log has so many rows.
wait_for_rows() {
    for _ in $(seq 600); do
        [ -f "$1" ] && [ "$(wc -l <"$1")" -gt "$2" ] && return
        sleep 0.05
    done
    fail "there are no $2 rows"
}

for signal in INT KILL KILL; do
    rows=$(cat slow.csv 2>/dev/null | wc -l)
    SLOW=1 "$VARVE" search model.c --data "$TABLE" --project slow --max-trials 3 --workers 2 --tensorboard tb_slow \
        --log-csv slow.csv >/dev/null 2>&1 &
    wait_for_rows slow.csv $((rows + 3))
    kill -$signal $!
    wait $! 2>/dev/null
    run python3 "$oracle/read_events.py" tb_slow
    exits 0
    out_json '.[0].torn == 0'
done
run varve search model.c --data "$TABLE" --project slow --max-trials 3 --workers 2 --tensorboard tb_slow --log-csv slow.csv
exits 0
same_events tb_slow slow
[ "$(find tb_slow/trial-0000 -type f | wc -l)" -ge 3 ] || fail "whoever went on began no file of its own"

# A row that a power loss cut off goes; a record that one cut off ends its file.
cp log.csv cut.csv
printf '7,0,1,0.2' >>cut.csv
run varve search model.c --data "$TABLE" --log-csv cut.csv --max-trials 6
exits 0
same_rows cut.csv model

# ---- trials that fail, and are pruned --------------------------------------------------------------------------------

cat >space.yaml <<'YAML'
objective: loss:min
space:
  x: {type: choice, values: ["plain", "a,b", "\"quoted\"", "<script>alert(1)</script>", "\u202eright to left"]}
YAML
cat >program <<'SH'
#!/bin/sh
[ "$VARVE_TRIAL" = 1 ] && { echo 'varve: step=1 loss=1'; exit 3; }
echo 'varve: step=1 loss=0.5 <b>"x"</b>=3'
echo 'varve: step=2 loss=0.4 late=4'
echo 'varve: loss=0.25'
SH
chmod +x program
run varve tune space.yaml --tuner grid --max-trials 4 --tensorboard tb_tune --log-csv tune.csv --workers 1 -- ./program '{x}'
exits 0
same_events tb_tune space
jq -e '.runs | to_entries | map(select(.value.status == 2).key) == ["trial-0001/execution-0"]' events.json >/dev/null ||
    fail "the trial that failed is not said to have failed"
jq -e '.runs | has(".") | not' events.json >/dev/null || fail "a function has no experiment"
jq -e '[.runs[].hparams.x] | sort | length == 4' events.json >/dev/null || fail "choices are not there as they are"
same_rows tune.csv space
grep -q 'late=4' tune.csv || fail "a metric that came later is lost"

# ---- what cannot be written -----------------------------------------------------------------------------------------

echo "not a folder" >file
run varve search model.c --data "$TABLE" --project refused --tensorboard file
exits 2; one_line_err; err_has "--tensorboard: file: is no folder"
run varve search model.c --data "$TABLE" --project refused --log-csv table.csv
exits 2; one_line_err; err_has "--log-csv: table.csv: is there, and is no log of epochs"
run varve search model.c --data "$TABLE" --project refused --log-csv none/log.csv
exits 2; one_line_err; err_has "--log-csv: none/log.csv: "
[ ! -e refused ] || fail "a search that was refused has begun a study"
write_table again.csv
cmp -s table.csv again.csv || fail "a file that is no log was changed"

# A disk that fails is said once, and ends nothing: of the trial that can be written all is there.
mkdir tb_half
: >tb_half/trial-0000
run varve search model.c --data "$TABLE" --project half --max-trials 2 --workers 1 --tensorboard tb_half --log-csv /dev/full
exits 0
[ "$(grep -c 'the search goes on without what cannot be written' out)" -eq 2 ] || fail "not said once for each"
out_has "--log-csv: /dev/full: No space left on device"
out_has "--tensorboard: tb_half/trial-0000"
rm tb_half/trial-0000
run python3 "$oracle/read_events.py" tb_half
exits 0
out_json '.[0].runs["trial-0001/execution-1"].status == 1'

# Nor beside the study's own files, nor into what looks like standard output: nothing is made.
for words in "--tensorboard inside" "--tensorboard inside/tb" "--log-csv inside/log.csv" "--log-csv ./inside"; do
    run varve search model.c --data "$TABLE" --project inside $words
    exits 2; one_line_err; err_has "would lie in the project's own folder"
done
run varve search model.c --data "$TABLE" --project inside --log-csv -
exits 2; one_line_err; err_has "--log-csv: - is no path"
[ ! -e inside ] && [ ! -e ./- ] || fail "something was made"
