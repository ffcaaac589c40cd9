# worker.sh - a worker takes everything from the study, and does what the search would have done.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv
mkdir elsewhere
cp table.csv elsewhere/other.csv


# There must be a study.
run varve worker model.c --project none
exits 3; out_empty; one_line_err; err_has "none: there is no study yet; begin it with varve search"
[ ! -e none ] || fail "a folder was made"

# Every setting of a search is its worker's, too, however little either of the two says otherwise.
search() { varve search model.c --data "$TABLE" "$@"; }
set -- --objective mae,params --constraint 'params<=150' --tuner random --seed 7 --max-trials 5 --epochs 4 --batch-size 9 \
    --executions-per-trial 3 --validation-split 0 --budget params=200 --stop-at 0.001 --max-time 1h --max-epochs-total 100
run search --project whole "$@"
exits 0
trials_of whole >expected
[ "$(wc -l <expected)" -eq 5 ] || fail "the search has other than 5 trials"

run search --project begun --begin-only "$@"
exits 0; out_has "The study has begun."
run varve results begun
exits 0; out_has "has no trial yet"
run varve worker model.c --project begun
exits 0; err_empty; out_has "Trial 0 COMPLETED in "; out_lacks "epoch"; out_has "Done: there are as many trials as asked for."
[ "$(wc -l <out)" -eq 6 ] || fail "a worker says more than a line for each trial, and one at its end"
trials_of begun >got
cmp -s expected got || fail "the worker's trials are not the search's: $(diff expected got | head -n 4)"
run search --project begun "$@"
exits 0; out_has "A larger --max-trials goes on."

# It says so when there is nothing left to do; a search that wants more trials gives it some.
run varve worker model.c --project begun
exits 0; [ "$(wc -l <out)" -eq 1 ] || fail "an idle worker says more than a line"
run search --project begun --begin-only "$@" --max-trials 6
exits 0
run varve worker model.c --project begun --json
exits 0; err_empty; out_json '.[-1].event == "search_end" and .[-1].reason == "max_trials"'
out_json 'map(select(.event == "trial_end")) | length == 1 and .[0].trial == 5'

# The same data in another place, and by another name, is the same data; other numbers are not.
cd elsewhere || exit 1
run varve worker ../model.c --directory .. --project begun
exits 2; err_has "table.csv"
run varve worker ../model.c --directory .. --project begun --data 'csv:other.csv?target=y'
exits 0; err_empty
sed -i 's/^0\.5385/0.5386/' other.csv
run varve worker ../model.c --directory .. --project begun --data 'csv:other.csv?target=y'
exits 3; err_has "the data has changed"
cd .. || exit 1

# All four signals end it gently: the trial that it runs is given back, with its epochs.
SLOW=1
export SLOW
for signal in INT TERM USR1 USR2; do
    run search --project "by$signal" --begin-only --epochs 20
    "$VARVE" worker model.c --project "by$signal" --json >events 2>err &
    child=$!
    for _ in $(seq 200); do grep -q '"event": "epoch"' events && break; sleep 0.05; done
    kill -$signal $child
    wait $child
    code=$? command="varve worker, then SIG$signal"
    cp events out
    exits 0; out_json '.[-1].event == "search_end" and .[-1].reason == "interrupted"'
    run varve results "by$signal" --json
    out_json '.[0].trials[0].status == "INTERRUPTED"'
done

# A place is a folder or a database, not both; secrets stay out of command lines.
refuse() { # TEXT ARGUMENTS
    text=$1
    shift
    run varve "$@"
    exits 2; out_empty; one_line_err; err_has "$text"
}
refuse "--study: names a study of --storage" worker model.c --study s
refuse "--storage: a study in a database has a --study, no --project" worker model.c --storage postgresql://h/d --project p
refuse "--storage: must begin with postgresql://" worker model.c --storage /tmp/folder
for url in 'postgresql://u:secret@h/d' 'postgresql://h/d?password=secret' 'postgresql://h/d?user=u&password=secret'; do
    refuse "--storage: a password on a command line" search model.c --storage "$url"
    if grep -q secret err; then fail "the password is said again"; fi
done
