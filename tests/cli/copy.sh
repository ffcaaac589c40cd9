# copy.sh - a copy of a study is the study: results, curves, networks, weights; and it goes on as the study would have.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

run varve search model.c --data "$TABLE" --project p --max-trials 3 --seed 5
exits 0
run varve copy p deep/copy
exits 0; err_empty; out_has "deep/copy: 3 trials, "
for command_line in "results --json" "export --json" "export --json --curves"; do
    varve $command_line p >first
    run varve $command_line deep/copy
    exits 0; cmp -s first out || fail "varve $command_line differs"
done
for id in 0 1 2; do
    varve show p $id --json >first
    run varve show deep/copy $id --json
    exits 0; cmp -s first out || fail "trial $id differs"
done
varve evaluate p --data "$TABLE" >first
run varve evaluate deep/copy --data "$TABLE"
exits 0; cmp -s first out || fail "the weights differ"

# Both go on to the same end.
run varve search model.c --data "$TABLE" --project p --max-trials 5 --seed 5
exits 0
run varve search model.c --data "$TABLE" --directory deep --project copy --max-trials 5 --seed 5
exits 0
varve export --json p | jq -c '.[] | [.status, .score, .hyperparameters]' >first
varve export --json deep/copy | jq -c '.[] | [.status, .score, .hyperparameters]' >second
cmp -s first second || fail "the copy goes on in another way"

run varve copy p deep/copy
exits 2; out_empty; one_line_err; err_has "there is a study already"
run varve copy p deep/copy --overwrite --json
exits 0; err_empty; out_json '.[0].study == "deep/copy" and .[0].trials == 5'
[ "$(ls deep)" = copy ] || fail "something is left over: $(ls deep)"
run varve copy p p
exits 2; one_line_err
run varve copy p ./p/ --overwrite
exits 2; one_line_err
run varve results p
exits 0
run varve copy nowhere other
exits 3; one_line_err
[ ! -e other ] || fail "a failed copy left a folder"
mkdir foreign; echo mine >foreign/study.db
run varve copy p foreign --overwrite
exits 3; one_line_err
[ "$(cat foreign/study.db)" = mine ] || fail "a foreign file was removed"
