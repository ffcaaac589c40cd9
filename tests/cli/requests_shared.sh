# requests_shared.sh - what others want of several that work at one study, in a database: it is for all of them, and what is to
# be done once is done by one.
. "$(dirname "$0")/lib.sh"
. "$VARVE_SOURCE/tests/postgresql.sh"

postgresql_begin || exit
write_held_model model.c
write_table table.csv
study="$PGURL#s"
SEARCH="$VARVE search model.c --data $TABLE --tuner random --seed 3 --epochs 5 --executions-per-trial 1 --max-trials 8 --workers 1"

# ---- all of them are paused, and go on ---------------------------------------------------------------------------------
run $SEARCH --project reference
exits 0
trials_of reference >undisturbed
touch hold
begin one.log --storage "$PGURL" --study s
one=$searcher
held "$study" 1
begin two.log --storage "$PGURL" --study s
two=$searcher
held "$study" 2
run varve pause "$study" --wait
exits 0; out_has 'the search is paused'
rm hold
until_so "$study" '.paused and .running == []'
# Who comes to it waits, too.
begin three.log --storage "$PGURL" --study s
three=$searcher
until_so "$study" '[.workers[] | select(.live)] | length == 3'
until_so "$study" '.paused and .running == []'
touch hold
run varve resume --storage "$PGURL" --study s --wait
exits 0
until_so "$study" '(.running | length == 3) and (.running | map(.worker) | unique | length == 3) and (.paused | not)'

# ---- all of them stop --------------------------------------------------------------------------------------------------
run varve stop "$study" --wait
exits 0; out_has 'the search stops'
rm hold
for pid in $one $two $three; do wait "$pid" || fail "a worker failed: $(cat ./*.err)"; done
until_so "$study" '([.workers[] | select(.live)] == []) and .running == [] and .requests == []'
run $SEARCH --storage "$PGURL" --study s
exits 0
trials_of "$study" >mine
cmp -s mine undisturbed || { cp mine out; fail 'it has other trials than an undisturbed search'; }

# ---- a trial is its worker's, who ends it; what is enqueued is enqueued once ---------------------------------------------
study="$PGURL#t"
touch hold
begin one.log --storage "$PGURL" --study t
one=$searcher
held "$study" 1
begin two.log --storage "$PGURL" --study t
held "$study" 2
for trial in 0 1; do
    run varve stop "$study" --trial $trial --wait
    exits 0; out_has "trial $trial is PRUNED, after 1 epoch"
done
run varve enqueue "$study" layers=2 units_0=4 --wait
exits 0; out_has 'enqueued: 1 configuration'
run varve enqueue "$study" layers=7 --wait
exits 1; err_has 'layers: 7 is not in its domain'
rm hold
for pid in $one $searcher; do wait "$pid" || fail "a worker failed: $(cat ./*.err)"; done
cat one.log two.log | jq -r 'select(.event == "note") | .text' | grep 'enqueue: enqueued' >out
[ "$(wc -l <out)" -eq 1 ] || fail 'it was not enqueued by one'
run varve results "$study" --top 100 --json
out_json '.[0].trials | length == 8 and (map(.hyperparameters) | unique | length == 8)'
out_json '[.[0].trials[] | select(.reason == "stopped on request") | .trial] | sort == [0, 1]'
out_json '[.[0].trials[] | select(.hyperparameters.layers == 2 and .hyperparameters.units_0 == 4)] | length > 0'

# ---- one that was there already answers for those who come -----------------------------------------------------------------
study="$PGURL#u"
touch hold
begin one.log --storage "$PGURL" --study u --lease 2s
held "$study" 1
kill -KILL "$searcher"
wait "$searcher" 2>/dev/null
run varve stop "$study" --json
rm hold
run $SEARCH --storage "$PGURL" --study u --json
exits 0; out_json '[.[] | select(.event == "search_end" and .reason == "max_trials")] | length == 1'
out_has 'stop: refused: no search ran'
until_so "$study" '.requests == []'
