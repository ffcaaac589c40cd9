# resume.sh - a search that was stopped, politely or not, and gone on with is the search that was never stopped.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

essence() { # PROJECT: all trials but for times
    for id in 0 1 2 3; do
        run varve show "$1" $id --json
        exits 0
        jq -S -c 'del(.seconds, .began, .ended, .worker) | del(.execution_details[].seconds)' out
    done
}

search() { varve search model.c --workers 1 --data "$TABLE" --json --project "$@"; }

# Waits until `file` has an event of that kind of that trial.
wait_for() {
    for _ in $(seq 200); do
        grep -q "\"event\": \"$2\", \"trial\": $3" "$1" && return 0
        sleep 0.05
    done
    fail "$1: no $2 of trial $3"
}

run search whole
exits 0
essence whole >expected

SLOW=1
export SLOW
for signal in INT TERM; do
    "$VARVE" search model.c --workers 1 --data "$TABLE" --json --project "by$signal" --overwrite >events 2>err &
    child=$!
    wait_for events epoch 1
    kill -$signal $child
    wait $child
    code=$? command="search, then SIG$signal"
    cp events out
    exits 0; out_json '.[-1] | .event == "search_end" and .reason == "interrupted"'
    out_json '.[-2] | .event == "trial_end" and .trial == 1 and .status == "INTERRUPTED"'
    unset SLOW
    run search "by$signal"
    exits 0; out_json '.[0].trials_before == 2 and .[1].trial == 1'
    essence "by$signal" >got
    cmp -s expected got || fail "SIG$signal: not the undisturbed search: $(diff expected got | head -n 4)"
    SLOW=1
    export SLOW
done

# Killed, with its trial's process.
"$VARVE" search model.c --workers 1 --data "$TABLE" --json --project killed >events 2>err &
child=$!
wait_for events epoch 2
kill -KILL $child
wait $child 2>/dev/null
unset SLOW
run varve results killed --json
exits 0; out_json '.[0].trials | map(select(.trial == 2))[0].status == "RUNNING"'
run search killed
exits 0
essence killed >got
cmp -s expected got || fail "SIGKILL: not the undisturbed search: $(diff expected got | head -n 4)"

# What is printed says how to go on, without what would begin anew.
SLOW=1
export SLOW
"$VARVE" search model.c --workers 1 --data "$TABLE" --project plain --overwrite --objective 'val_loss:min' >events 2>err &
child=$!
for _ in $(seq 200); do grep -q 'epoch 1/3' events && break; sleep 0.05; done
kill -INT $child
wait $child
code=$? command="search in plain words, then SIGINT"
cp events out
exits 0; out_has "Interrupted."
out_has "To go on: $VARVE search model.c --workers 1 --data '$TABLE' --project plain --objective val_loss:min"

# A second search in the same project is refused while the first one runs; readers are not.
"$VARVE" search model.c --data "$TABLE" --project busy --json >events 2>err &
child=$!
wait_for events epoch 0
cp events kept
run search busy
exits 3; out_empty; one_line_err
run varve results busy
exits 0
kill -INT $child
sleep 0.02
kill -INT $child 2>/dev/null
wait $child
code=$?
[ $code -eq 130 ] || [ $code -eq 0 ] || fail "two signals"
