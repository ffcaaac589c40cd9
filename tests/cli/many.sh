# many.sh - one study in PostgreSQL, and several workers that know nothing of each other: started by hand, by xargs, by GNU
# parallel. One is killed, another has its place.
. "$(dirname "$0")/lib.sh"
. "$VARVE_SOURCE/tests/postgresql.sh"
write_model model.c
write_table table.csv
postgresql_begin

search() { varve search model.c --data "$TABLE" --max-trials 12 --tuner sobol "$@"; }
same() { # WHAT STUDY
    trials_of "$PGURL#$2" >got
    cmp -s expected got || fail "$1: not the undisturbed search: $(diff expected got | head -n 4)"
}
search --project whole >/dev/null || fail "the undisturbed search"
trials_of whole >expected
[ "$(wc -l <expected)" -eq 12 ] || fail "the undisturbed search has other than 12 trials"

run varve worker model.c --storage "$PGURL" --study none
exits 3; out_empty; one_line_err; err_has "there is no study yet; begin it with varve search"

run search --storage "$PGURL" --study xargs --begin-only
exits 0
seq 3 | xargs -P 3 -I N sh -c '"$0" worker model.c --storage "$PGURL" --study xargs --json >said.N' "$VARVE" || fail "xargs"
same "workers under xargs" xargs
[ "$(cat said.* | jq -s 'map(select(.event == "trial_end") | .trial) | sort == [range(12)]')" = true ] ||
    fail "a trial ended other than once: $(grep -h trial_end said.*)"

if command -v parallel >/dev/null; then
    run search --storage "$PGURL" --study parallel --begin-only
    exits 0
    parallel -j 3 -n0 "$VARVE" worker model.c --storage "$PGURL" --study parallel ::: 1 2 3 >said 2>err || fail "parallel: $(cat err)"
    same "workers under GNU parallel" parallel
    [ "$(grep -c COMPLETED said)" -eq 12 ] || fail "12 trials ended $(grep -c COMPLETED said) times"
else
    echo "many.sh: no GNU parallel here (Debian: apt-get install parallel)" >&2
    [ -z "${CI:-}${VARVE_REQUIRE_ALL:-}" ] || exit 1
fi

# A search is a worker, too.
search --storage "$PGURL" --study both --json >said.1 2>err &
child=$!
run search --storage "$PGURL" --study both --json
exits 0
wait $child || fail "the other search: $(cat err)"
same "two searches" both

# A worker that is killed loses its lease, and another goes on with its trial, from its last epoch.
SLOW=1
export SLOW
run search --storage "$PGURL" --study killed --begin-only
exits 0
"$VARVE" worker model.c --storage "$PGURL" --study killed --lease 2s --json >events 2>err &
child=$!
for _ in $(seq 300); do grep -q '"event": "epoch"' events && break; sleep 0.05; done
kill -KILL $child
wait $child 2>/dev/null
unset SLOW
run varve worker model.c --storage "$PGURL" --study killed --lease 2s --json
exits 0; out_json 'map(select(.event == "trial_begin" and .trial == 0)) | length == 1'
out_json 'map(select(.event == "epoch" and .trial == 0 and .execution == 0 and .epoch == 0)) == []' # it was reported
same "killed, and taken over" killed
