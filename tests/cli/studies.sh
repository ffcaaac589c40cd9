# studies.sh - the studies in a folder: names, numbers, the best, and those that cannot be read.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve studies
exits 0; err_empty; out_has "There is no study in ."
run varve studies --json
exits 0; out_json '.[0] == []'
run varve studies nowhere
exits 3; out_empty; one_line_err; err_has "nowhere"

for name in first second; do
    run varve search model.c --data "$TABLE" --directory projects --project $name --max-trials 3 --epochs 2
    exits 0
done
mkdir -p projects/other projects/broken
echo "not a study" >projects/other/notes.txt
cp projects/first/study.db projects/broken/study.db
printf '\377\377\377\377' | dd of=projects/broken/study.db bs=1 seek=60 conv=notrunc 2>dd.txt # a version that is not ours

run varve studies projects
exits 0; err_empty; within_80_columns out
out_has "first "; out_has "second "; out_lacks other
out_has "Completed"; out_has "val_loss "
run varve studies --json projects
exits 0; err_empty
out_json '.[0] | map(.study) == ["broken", "first", "second"]'
out_json '.[0][1] | .trials == 3 and .by_status.COMPLETED == 3 and .objective == "val_loss" and .epochs == 12
    and (.changed | startswith("20"))'
out_json '.[0][0] | (.error | contains("schema version")) and (has("trials") | not)'
best=$(jq '.[1].best, .[1].score' out)
run varve results --json projects/first --top 1
[ "$(jq '.trials[0].trial, .trials[0].score' out)" = "$best" ] || fail "another trial is the best: $best"
