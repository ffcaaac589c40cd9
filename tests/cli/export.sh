# export.sh - all trials as CSV and JSON say the same as results and show do.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve search model.c --data "$TABLE" --project p --max-trials 5 --tuner random
exits 0
run varve results --json p
cp out results.json
run varve export --json p
exits 0; err_empty
out_json '.[0] | length == 5 and map(.trial) == [0, 1, 2, 3, 4]'
out_json '.[0] | all(.[]; (.began < .ended) and (.ended | endswith("Z")) and .attempts == 0 and (.worker | length > 8))'
jq -c ".[]" out >exported
jq -c '.trials | sort_by(.trial) | .[]' results.json >expected
cmp -s exported expected || fail "export and results differ"

# The same numbers in CSV, which has no quotes here; lines end with CR LF.
run varve export p
exits 0; err_empty
[ "$(grep -c "$(printf '\r')\$" out)" -eq 6 ] || fail "not 6 lines that end with CR LF"
tr -d '\r' <out >plain.csv
head -n 1 plain.csv >head
echo 'trial,status,score.val_loss,hp.layers,hp.units_0,hp.units_1,epochs,executions,seconds,attempts,began,ended,worker,reason' >expected
[ "$(tr ',' '\n' <head | sort)" = "$(tr ',' '\n' <expected | sort)" ] || fail "the columns are $(cat head)"
cut -d , -f 1-3 plain.csv | sed 1d >exported
jq -r '.trials | sort_by(.trial) | .[] | "\(.trial),\(.status)"' results.json >expected
cut -d , -f 1-2 exported | cmp -s - expected || fail "trials or statuses differ"
awk -F, 'NR == FNR { score[$1] = $2; next } (score[$1] "") != ($3 "") { exit 1 }' - exported <<END || fail "scores differ"
$(jq -r '.trials[] | "\(.trial),\(.score)"' results.json)
END
# Where there is one layer, there is no unit of a second.
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    ($at["hp.layers"] == 1) != ($at["hp.units_1"] == "") { exit 1 }' plain.csv || fail "an inactive cell is not empty"

run varve export --csv --curves p
exits 0
[ "$(wc -l <out)" -eq 31 ] || fail "not a line for each epoch of 5 trials with 2 executions of 3"
run varve export --curves --json p
exits 0
out_json '.[0] | length == 30 and .[29].execution == 1 and .[29].epoch == 2 and (.[0].metrics.val_loss | type == "number")'
run varve show p 0 --json
jq -c '.curves[] | select(.metric == "val_loss" and .execution == 1) | .values' out >expected
varve export --curves --json p | jq -c 'map(select(.trial == 0 and .execution == 1) | .metrics.val_loss)' >exported
cmp -s exported expected || fail "curves differ from those that show has"

# A file is there whole, or not at all.
run varve export p -o out.csv
exits 0; out_empty; err_empty
varve export p | cmp -s - out.csv || fail "-o writes something else"
run varve export p --output=again.csv
exits 0; cmp -s out.csv again.csv || fail "--output is not -o"
run varve export p -o nowhere/out.csv
exits 1; out_empty; one_line_err; err_has nowhere
[ "$(ls | grep -c tmp)" -eq 0 ] || fail "something is left over"
if [ -c /dev/full ]; then
    run sh -c '"$VARVE" export p >/dev/full'
    exits 1
fi

run varve export p --csv --json
exits 2; out_empty; one_line_err
run varve export nowhere
exits 3; out_empty; one_line_err
run varve export p -x
exits 2; err_has "there is no option -x"
run varve export p -o
exits 2; err_has "FILE is missing"

# ---- what an export must not take the place of ------------------------------------------------------------------------
run varve export p -o p/study.db
exits 2; one_line_err; err_has "in the project's own folder"
run varve results p
exits 0
mkfifo pipe
run varve export p -o pipe
exits 2; one_line_err; err_has "pipe is no ordinary file"
[ -p pipe ] || fail "the pipe is gone"
