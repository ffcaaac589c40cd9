# fronts.sh - several objectives and constraints: what wins, how it is shown, what is refused.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve search model.c --workers 1 --data "$TABLE" --project two --max-trials 12 --objective val_loss,params --constraint 'params<=200' \
    --constraint 'val_loss<=10,macs<=1k' --json
exits 0; err_empty
out_json '.[0] | .objectives == [{"name": "val_loss", "direction": "min"}, {"name": "params", "direction": "min"}] and .constraints == "params<=200, val_loss<=10, macs<=1000" and .objective == "val_loss"'
out_json 'map(select(.event == "trial_end")) | length == 12 and all((.scores | length) == 2 and .scores[0] == .score)'
# A violation is relative to the bound; parameters are those of the network.
out_json 'map(select(.event == "trial_end")) | all((.scores[1] <= 200) == (.violation == 0)) and all(.violation == 0 or ((.violation - (.scores[1] - 200) / 200) | fabs < 1e-12))'
out_json 'map(select(.event == "trial_end" and .hyperparameters == {"layers": 1, "units_0": 4})) | all(.scores[1] == 25)'
jq -s -c 'map(select(.event == "trial_end"))' out >trials.json
run varve results two --json --top 20
exits 0
# The front against its definition, and who comes first.
jq -c '[.[] | select(.violation == 0)] as $kept | [$kept[] | . as $t | select([$kept[] | select(.scores[0] <= $t.scores[0] and .scores[1] <= $t.scores[1] and .scores != $t.scores)] | length == 0) | .trial] | sort' trials.json >expected
jq -c '.front | sort' out >got
cmp -s expected got || fail "the front is $(cat got), not $(cat expected)"
out_json '.[0] as $r | $r.trials[:($r.front | length)] | map(.trial) | sort == ($r.front | sort)'
out_json '.[0].trials | map(.violation > 0) == (map(.violation > 0) | sort)'
run varve results two --top 20
exits 0; within_80_columns out
out_has "minimizing val_loss, minimizing params"; out_has "Front  val_loss  params"; out_has "Constraints: params<=200, val_loss<=10, macs<=1000"
out_has "kept"; out_has "Exceeds"
[ "$(grep -c '  \*  ' out)" -eq "$(jq length got)" ] || fail "not the front is marked"
out_lacks "more trial"
run varve results two --top 10
exits 0; out_has "2 more trials; --top 12 shows all"
over=$(jq '[.[] | select(.violation > 0)][0].trial' trials.json)
run varve show two "$over"
exits 0; out_has "exceeds constraints by"; out_has "Does not keep params<=200, val_loss<=10"
run varve show two best
exits 0; out_has "Keeps params<=200"; out_has ", params "
run varve search model.c --data "$TABLE" --project two --max-trials 12 --objective params,val_loss
exits 3; err_has "objective is val_loss:min,params:min there, params:min,val_loss:min here"; err_has "constraints is params<=200,val_loss<=10,macs<=1000 there, none here"

# Nothing keeps it: said, and no success.
run varve search model.c --data "$TABLE" --project none_keeps --max-trials 2 --constraint 'params<=1'
exits 1; err_has "no trial that was completed keeps the constraints"
out_has "exceeds constraints by"

refused() { # TEXT OPTION...
    text=$1
    shift
    run varve search model.c --data "$TABLE" --project refused "$@"
    exits 2; out_empty; one_line_err; err_has "$text"
    [ ! -e refused ] || fail "a refused search has left a project"
}
refused 'objective "params": needs no training' --objective params
refused 'objective "val_loss" is there twice' --objective val_loss,val_loss:max
refused 'objective "f1": no such metric; there are loss, mae, val_loss, val_mae, params, macs, ram, flash' --objective val_loss,f1:max
refused 'is larger better? Say "score:max" or "score:min"' --objective val_loss,score
refused 'the direction is "up", must be max or min' --objective val_loss,mae:up
refused 'the name of a metric is missing' --objective val_loss,
refused 'constraint "params<50": must be NAME<=NUMBER or NAME>=NUMBER' --constraint 'params<50'
refused 'constraint "params<=50x": there is no unit "x"; there are k, M, G and Ki, Mi, Gi' --constraint 'params<=50x'
refused '"few" is no number' --constraint 'params<=few'
refused 'constraint params<= is there twice' --constraint 'params<=1' --constraint 'params<=2'
refused 'nothing is at least 5 and at most 2' --constraint 'mae>=5,mae<=2'
refused 'constraint "speed": no such metric' --constraint 'speed<=3'
