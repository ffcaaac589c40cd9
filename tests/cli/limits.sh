# limits.sh - when a search ends: time, epochs, a target.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv
search() { varve search model.c --workers 1 --data "$TABLE" --json --project "$@"; }

# 2 executions of 3 epochs: no third trial, and no epoch too many; a larger limit goes on.
run search epochs --max-trials 9 --max-epochs-total 17
exits 0; out_json '.[-1].reason == "epochs" and (map(select(.event == "epoch")) | length == 12)'
run search epochs --max-trials 9 --max-epochs-total 18
exits 0; out_json '.[-1].reason == "epochs" and (map(select(.event == "epoch")) | length == 6)'
run varve search model.c --data "$TABLE" --project epochs --max-trials 9 --max-epochs-total 18
exits 0; out_has "Done: another trial would go beyond --max-epochs-total."

# A target of the first objective, met by what is there already, too.
run search target --max-trials 9 --stop-at 1e9
exits 0; out_json '.[-1].reason == "target" and .[-1].best == 0'
run search target --max-trials 9 --stop-at 1e9
exits 0; out_json '.[-1].reason == "target" and (map(select(.event == "trial_end")) | length == 0)'
run search target --max-trials 3 --stop-at -1
exits 0; out_json '.[-1].reason == "max_trials"'
# What exceeds constraints reaches nothing.
run search target2 --max-trials 3 --stop-at 1e9 --constraint 'params<=30' --seed 4
out_json 'map(select(.event == "trial_end")) as $t | if .[-1].reason == "target" then $t[-1].violation == 0 and ($t[:-1] | all(.violation > 0)) else $t | all(.violation > 0) end'

# Time ends asking, and a trial that runs is finished; what earlier searches took counts.
SLOW=1
export SLOW
run search time --max-trials 9 --max-time 1.5s
exits 0; out_json '.[-1].reason == "time" and (map(select(.event == "trial_end")) | length < 9 and all(.status == "COMPLETED"))'
run search time --max-trials 9 --max-time 0.025m
exits 0; out_json '.[-1].reason == "time" and (map(select(.event == "trial_end")) | length == 0)'
run varve search model.c --data "$TABLE" --project time --max-trials 9 --max-time 1.5s
exits 0; out_has "Done: the time is over."
unset SLOW

refused() { # TEXT OPTION...
    text=$1
    shift
    run varve search model.c --data "$TABLE" --project refused "$@"
    exits 2; out_empty; err_has "$text"
}
refused '--max-time: "5" is not a time; say 90s, 30m, 2h or 1d' --max-time 5
refused '--max-time: "5x" is not a time' --max-time 5x
refused '--max-time: -5s is not in' --max-time -5s
refused '--max-time: nans is not in' --max-time nans
refused '--max-epochs-total: 0 is not in 1..2147483647' --max-epochs-total 0
refused 'max_epochs_total is 5, one trial has 6 (2 x 3)' --max-epochs-total 5
refused '--stop-at: "soon" is not a number' --stop-at soon
refused '--stop-at: inf is not in' --stop-at inf
