# new_space.sh - a hypermodel that has changed since its study began: what differs is said; accepted, the search goes on.
. "$(dirname "$0")/lib.sh"
write_table table.csv

# A hypermodel of one hidden layer; $1: what it asks for. $2: layers besides.
space() {
    write_build model.c ', .objective = "val_loss", .epochs = 4' <<C
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    $1
    ${2:-}
    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = vv_sgd(.learning_rate = vv_float(hp, "rate", .min = 1e-4, .max = 1e-2)), .loss = VV_MSE);
    return m;
C
}
search() { run varve search model.c --data "$TABLE" --project p --workers 1 "$@"; }
units='vv_add(m, vv_dense(vv_int(hp, "units", .min = 2, .max = 9)));'

for tuner in auto random grid sobol bayesian tpe cmaes evolution hyperband:factor=2 bohb:factor=2; do
    rm -rf p
    space "$units"
    search --tuner "$tuner" --max-trials 20 --max-epochs-total 31
    exits 0

    space 'vv_add(m, vv_dense(vv_int(hp, "units", .min = 4, .max = 64)));'
    search --tuner "$tuner" --max-trials 20 --max-epochs-total 31
    exits 3; one_line_err
    err_has "the build function has changed since trial 0: units"
    err_has "int 4..64; accept the new space, overwrite it or choose another project"

    search --tuner "$tuner" --max-trials 20 --max-epochs-total 31 --accept-new-space
    [ "$tuner" = "${tuner%:*}" ] || { exits 0; continue; } # its plan keeps to the limits that it began with
    search --tuner "$tuner" --max-trials 20 --accept-new-space
    exits 0
    out_has "Trials of an earlier space: "
    run varve export p --csv
    [ "$(wc -l <out)" -eq 21 ] || fail "$tuner: not 20 trials"
done

rm -rf p
space "$units"
search --tuner evolution --max-trials 20
exits 0
space 'vv_add(m, vv_dense(8));'
search --tuner evolution --max-trials 20
exits 3; err_has "units is not asked for any more"
space "$units" 'vv_add(m, vv_dense(vv_int(hp, "more", .min = 2, .max = 9)));'
search --tuner evolution --max-trials 20
exits 3; err_has "has changed since trial 0"
space 'vv_add(m, vv_dense(vv_int(hp, "units", .min = 2, .max = 9), .activation = VV_TANH));'
search --tuner evolution --max-trials 22 --accept-new-space
exits 0
run varve show p 21 --json
out_json '.[0].status == "COMPLETED"'
