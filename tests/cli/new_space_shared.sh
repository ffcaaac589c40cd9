# new_space_shared.sh - a hypermodel that has changed, in a study that many work at: while somebody does, it is not
# accepted; later it is, once, for all who join.
. "$(dirname "$0")/lib.sh"
. "$VARVE_SOURCE/tests/postgresql.sh"
write_model model.c
write_table table.csv
postgresql_begin
sed 's/VV_INTS(4, 8, 16)/VV_INTS(4, 8, 16, 32)/' model.c >wider.c
search() { varve search "$@" --data "$TABLE" --tuner sobol --storage "$PGURL" --study s; }

SLOW=1
export SLOW
: >said
"$VARVE" search model.c --data "$TABLE" --tuner sobol --storage "$PGURL" --study s --max-trials 40 --json >said 2>said.err &
pid=$!
for _ in $(seq 200); do
    grep -q trial_end said && break
    sleep 0.1
done
unset SLOW
run search wider.c --max-trials 40
exits 3; one_line_err; err_has "units_0 was choice {4, 8, 16}, now it is choice {4, 8, 16, 32}; accept the new space"
run search wider.c --max-trials 40 --accept-new-space
exits 3; one_line_err; err_has "is at it: a new space can be accepted when none is"
kill -TERM $pid
wait $pid || fail "the search that was stopped: $(cat said.err)"
trials_of "$PGURL#s" >before
n=$(wc -l <before)

run search wider.c --max-trials $((n + 1)) --accept-new-space
exits 0; err_empty; out_has "Trials of an earlier space: $n; results that still hold: "
run varve worker model.c --storage "$PGURL" --study s
exits 3; err_has "now it is choice {4, 8, 16}"
run search wider.c --max-trials $((n + 4)) --begin-only
exits 0
"$VARVE" worker wider.c --storage "$PGURL" --study s --json >said.1 2>&1 &
run varve worker wider.c --storage "$PGURL" --study s
exits 0; err_empty
wait $! || fail "the other worker: $(cat said.1)"
trials_of "$PGURL#s" >after
[ "$(wc -l <after)" -eq $((n + 4)) ] || fail "not $((n + 4)) trials"
jq -c 'select(.status == "COMPLETED")' before >completed
grep -cFxf completed after >same
[ "$(cat same)" -ge "$(wc -l <completed)" ] || fail "a trial has changed"
jq -e -s "map(select(.status == \"FAILED\" and .trial < $n)) | all(.reason | startswith(\"the hypermodel has changed: \"))" after >/dev/null ||
    fail "what had not ended ended otherwise"
jq -e -s "map(select(.trial >= $n)) | all(.status == \"COMPLETED\")" after >/dev/null || fail "the new space"
