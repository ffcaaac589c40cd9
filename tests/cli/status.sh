# status.sh - how a search is getting on: while it runs, when it has died, and after.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve status nowhere
exits 3; out_empty; one_line_err

SLOW=1 "$VARVE" search model.c --data "$TABLE" --project p --max-trials 40 --epochs 5 >search.out 2>search.err &
search=$!
# Until a trial has ended and another runs: two seconds each, but the machine may be busy.
tries=0
until varve status p --json 2>/dev/null | jq -e -s '.[0] | .by_status.COMPLETED > 0 and (.running | length) > 0' >/dev/null; do
    tries=$((tries + 1))
    if [ $tries -eq 600 ]; then cat search.out search.err; kill -9 $search; exit 1; fi
    sleep 0.1
done
run varve status p --json
exits 0; err_empty
out_json '.[0] | .study == "p" and .objectives[0] == {"name": "val_loss", "direction": "min"} and .max_trials == 40'
out_json '.[0] | .pace.trials_per_hour > 0 and .left.trials < 40 and .left.seconds > 0 and .left.unknown == null'
out_json '.[0] | .best.score > 0 and .by_status.COMPLETED > 0'
run varve status p
exits 0; err_empty; within_80_columns out
out_has "of 40: "; out_has "trials and "; out_has "at this pace"; out_lacks "nobody is working"

kill -9 $search
wait $search 2>/dev/null
run varve status p
exits 0; err_empty; within_80_columns out
out_has "of 40: "
run varve status p --json
exits 0; out_json '.[0].trials > 0'

# What has failed, and why.
write_build fails.c ', .objective = "val_loss", .max_trials = 6' <<'C'
    const int n = vv_int(hp, "n", .min = 1, .max = 6);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(n));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_sgd(.learning_rate = n > 2 ? 1e6 : 0.01));
    return m;
C
run varve search fails.c --data "$TABLE" --project f --tuner grid --epochs 20
run varve status f
out_has "Reason"; within_80_columns out
run varve status f --json
out_json '.[0] | .by_status.FAILED > 0 and ([.failures[].trials] | add) == .by_status.FAILED'
