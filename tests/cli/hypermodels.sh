# hypermodels.sh - files that are no hypermodels, or bad ones: status 2, and the text says what to mend.
. "$(dirname "$0")/lib.sh"
write_table table.csv

refused() { # FILE TEXT, in summary, explain and search
    run varve search "$1" --data "$TABLE" --json
    exits 2; err_has "$2"; out_empty
    [ ! -e "$(basename "$1" .c)" ] || fail "a project is left of $1"
    for command_name in explain summary; do
        run varve $command_name "$1"
        exits 2; out_empty; err_has "$2"
    done
}

bad() { # NAME, body of build on standard input
    {
        printf '#include <stdlib.h>\n#include <varve/varve.h>\nstatic vv_model *build(vv_hp *hp, void *user)\n{\n    (void)hp, (void)user;\n'
        cat
        printf '}\nVV_HYPERMODEL(.build = build, .objective = "val_loss");\n'
    } >"$1"
}

echo 'this is not C' >syntax.c
refused syntax.c 'syntax.c: does not compile (cc exited with 1)'
err_has 'error:' # the compiler's own words pass through

echo 'int x;' >nothing.c
refused nothing.c 'nothing.c: declares no hypermodel; end the file with VV_HYPERMODEL(.build = build, ...);'

printf '#include <varve/varve.h>\nVV_HYPERMODEL(.epochs = 3);\n' >unbuilt.c
refused unbuilt.c 'unbuilt.c: VV_HYPERMODEL names no build function; add .build = ...'

printf '#include <varve/varve.h>\nvoid absent(void);\nstatic vv_model *build(vv_hp *hp, void *u) { (void)hp; (void)u; absent(); return 0; }\nVV_HYPERMODEL(.build = build);\n' >unlinked.c
refused unlinked.c 'undefined symbol: absent'

bad null.c <<'C'
    return NULL;
C
refused null.c 'returned no model (NULL)'

bad crash.c <<'C'
    (void)vv_int(hp, "width", .min = 1, .max = 4);
    abort();
C
refused crash.c 'the build function crashed'

bad exit.c <<'C'
    exit(0);
C
refused exit.c 'the build function crashed (exit was called)'

bad endless.c <<'C'
    for (int i = 0;; i++)
        if (vv_hp_status(hp) != VV_OK) return NULL;
        else vv_bool(hp, vv_name(hp, "flag_%d", i));
C
run varve summary endless.c
exits 2; out_empty; err_has 'a build can ask for at most 65536 hyperparameters'

bad domain.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(vv_int(hp, "filters_2", .min = 32, .max = 16)));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
refused domain.c 'filters_2: '

bad shapes.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4, 4, 1));
    vv_add(m, vv_conv2d(vv_int(hp, "filters", .min = 1, .max = 2), .kernel_size = 5));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
refused shapes.c 'conv2d: '

bad lossless.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(1));
    return m;
C
run varve search lossless.c --data "$TABLE"
exits 2; out_empty; err_has 'loss'

bad wrong_input.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(7));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve search wrong_input.c --data "$TABLE"
exits 2; out_empty; err_has '7'; err_has '4'

write_model model.c
run varve search model.c --data "$TABLE" --objective val_accuracy
exits 2; out_empty; err_has 'val_accuracy'; err_has 'val_mae'

# What a build function prints does not get among the JSON.
bad chatty.c <<'C'
    extern int puts(const char *);
    puts("I am building");
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 2)));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
C
run varve summary --json chatty.c
exits 0; out_json 'length == 1'
run varve search --json chatty.c --data "$TABLE" --max-trials 1
exits 0; out_json 'all(has("event"))'

# A failing trial is a trial, and too many in a row end the search.
bad nan.c <<'C'
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 64)));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE, .optimizer = vv_sgd(.learning_rate = 1e6));
    return m;
C
run varve search --json nan.c --workers 1 --data "$TABLE" --epochs 20
exits 1
out_json 'map(select(.event == "trial_end")) | length == 3 and all(.status == "FAILED" and (.reason | length > 0) and .score == null)'
out_json '.[-1] | .event == "search_end" and .reason == "failures" and .best == null'
run varve results nan
exits 0; out_has FAILED; within_80_columns out
run varve status nan
exits 0; out_has 'Time left  unknown: too many trials in a row have failed'
