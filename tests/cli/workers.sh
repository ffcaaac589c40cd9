# workers.sh - several trials at once from the command line: the same results, limits, tries again, what is shown.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv
search() { varve search model.c --data "$TABLE" --project "$@"; }

# One worker, or three: the same trials.
run search one --tuner random --max-trials 8 --workers 1 --json
exits 0
jq -S -c 'select(.event == "trial_end") | del(.seconds, .began, .ended, .worker)' out | sort >expected
run search three --tuner random --max-trials 8 --workers 3 --json
exits 0; err_empty
jq -S -c 'select(.event == "trial_end") | del(.seconds, .began, .ended, .worker)' out | sort >got
cmp -s expected got || fail "three workers found something else: $(diff expected got | head -n 4)"

refused() { # TEXT OPTION...
    text=$1
    shift
    run search refused "$@"
    exits 2; out_empty; err_has "$text"
    [ ! -e refused ] || fail "a refused search has left a project"
}
refused '--workers: 0 is not in 1..1024' --workers 0
refused '--trial-memory: "2G" is not a whole number' --trial-memory 2G
refused '--trial-timeout: "5" is not a time; say 90s, 30m, 2h or 1d' --trial-timeout 5
refused '--max-retries: -1 is not in 0..1000' --max-retries -1

# A trial that hangs fails, and is tried again as often as was asked for; so many in a row end the search.
write_build hangs.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 64)));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
sed -i 's/VV_HYPERMODEL(.build = build)/static vv_status fit(vv_hp *hp, vv_model *m, const vv_fit_args *args, void *user)\
{\
    (void)hp, (void)user;\
    while (args->callbacks.n > 0) sleep(1);\
    return vv_fit_with(m, args);\
}\
VV_HYPERMODEL(.build = build, .fit = fit)/; 1i #define _DEFAULT_SOURCE\n#include <unistd.h>' hangs.c
run varve search hangs.c --data "$TABLE" --workers 2 --trial-timeout 0.3s --max-retries 1 --max-consecutive-failures 2
exits 1; out_has "Stopped: too many trials in a row have failed."
out_has "Trial 0 failed, and is tried again: took longer than 0.3 s, in execution 1, epoch 1"
run varve results hangs --json
exits 0; out_json '.[0].trials | length >= 2 and all(.status == "FAILED" and (.failed_attempts | length) == 1)'
out_json '.[0].trials | all(.attempts == 1 and (.worker | length > 0) and .began < .ended and (.ended | test("^20.*T.*Z$")))'
run varve results hangs
exits 0; within_80_columns out; out_has "(attempt 1 failed:"
run varve show hangs 0
exits 0; within_80_columns out; err_empty; out_has "Attempt 1 failed after"
out_has "took longer than 0.3 s"; out_has "Worker: "; out_has "Began 20"; out_has ", ended 20"; out_has " UTC"; out_has "Reason: took longer"
run varve show hangs 0 --json
exits 0; out_json '.[0] | .attempts == 1 and (.worker | length > 0) and .began < .ended'

# On a terminal each of those that run has a line, and its values stand beside those of the others.
TERM=xterm
export TERM
script -qec "stty cols 100 rows 30; SLOW=1 '$VARVE' search model.c --data '$TABLE' --workers 2 --max-trials 4 --tuner random --project shown" \
    /dev/null >typescript 2>err </dev/null
code=$? command="search on a terminal"
exits 0
grep -q "Trial  Execution  Epoch" typescript || fail "no table of the trials that run"
grep -q "Trial [0-3]  *Trial [1-3]" typescript || fail "never two trials beside each other"
"$SCREEN_OF" <typescript >out 2>>err || fail "the terminal got something odd"
out_lacks "Time left"; out_has "Trial 0 COMPLETED"; out_has "Trial 3 COMPLETED"
