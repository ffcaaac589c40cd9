# explain_kept.sh - a search keeps the explanation with its study, and varve explain tells it from there: the same, to the byte.
. "$(dirname "$0")/lib.sh"
write_table table.csv

same() { # PROJECT FILE OPTIONS...: what explain says of the project, and of the file
    project=$1
    shift
    for how in "" --json; do
        run varve explain $how "$@"
        exits 0; mv out of_file
        run varve explain $how "$project"
        exits 0; err_empty
        cmp -s out of_file || fail "explain $how of $project is not that of $*"
    done
}

space() {
    write_build model.c ', .objective = "val_loss"' <<C
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 2, .max = $1)));
    const double rates[] = { 1, 2 };
    const double rate = vv_choice_float(hp, "whole", (vv_floats){ rates, 2 });
    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = vv_sgd(.learning_rate = rate / 1000), .loss = VV_MSE);
    return m;
C
}

# ---- what is kept ---------------------------------------------------------------------------------------------------

for example in dense_dropout lstm_series; do
    run varve search "$VARVE_SOURCE/examples/$example.c" --epochs 1 --executions-per-trial 1 --max-trials 1 --workers 1 --project "$example"
    exits 0
    same "$example" "$VARVE_SOURCE/examples/$example.c"
done

write_model model.c
run varve search model.c --data "$TABLE" --project p --max-trials 1 --executions-per-trial 1 --epochs 1
exits 0
same p model.c --data "$TABLE"

# A budget is told with it; the next search's other one is no difference, and is told from then on.
run varve search model.c --data "$TABLE" --project p --max-trials 2 --executions-per-trial 1 --epochs 1 --budget params=60
exits 0
same p model.c --data "$TABLE" --budget params=60
run varve copy p q
exits 0
same q model.c --data "$TABLE" --budget params=60

# ---- a space that has changed ---------------------------------------------------------------------------------------

space 9
run varve search model.c --data "$TABLE" --project r --max-trials 1
exits 0
same r model.c
varve explain r >before
space 64
run varve search model.c --data "$TABLE" --project r --max-trials 2
exits 3
run varve explain r
cmp -s out before || fail "a search that was refused has changed what is told"
run varve search model.c --data "$TABLE" --project r --max-trials 2 --accept-new-space
exits 0
same r model.c

# ---- what is not there ----------------------------------------------------------------------------------------------

for option in "--at units=3" "--budget params=50" "--precision int8" "--input 4" "--data $TABLE"; do
    run varve explain r $option
    exits 2; out_empty; one_line_err; err_has "${option%% *}: a study tells what its search went by"
done
run varve explain "$work"
exits 3; out_empty; one_line_err

cat >space.yaml <<'YAML'
objective: loss:min
space:
  x: {type: float, min: 0, max: 1}
YAML
run varve tune space.yaml --project t --max-trials 1 -- sh -c 'echo varve: loss=1'
exits 0
run varve explain t
exits 3; out_empty; one_line_err; err_has "keeps no explanation"

# ---- what was damaged -----------------------------------------------------------------------------------------------

python3 - <<'PYTHON'
import sqlite3
study = sqlite3.connect("r/study.db")
study.execute("UPDATE facts SET text = substr(text, 1, 500) WHERE key = 'explanation'")
study.commit()
PYTHON
run varve explain r
exits 3; out_empty; one_line_err; err_has "this is no explanation"
run varve search model.c --data "$TABLE" --project r --max-trials 3
exits 0
same r model.c
