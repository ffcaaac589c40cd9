# projects.sh - folders that are no projects, or cannot be gone on with: status 3, and nothing is touched.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv

unusable() { # TEXT COMMAND...
    text=$1
    shift
    run varve "$@"
    exits 3; out_empty; one_line_err; err_has "$text"
}

for command_name in results "show"; do
    set -- "$command_name" nowhere
    [ "$command_name" = show ] && set -- show nowhere 0
    unusable nowhere "$@"
done
unusable nowhere evaluate nowhere --data "$TABLE"
unusable nowhere predict nowhere --data "$TABLE"
mkdir empty
unusable empty results empty
unusable table.csv results table.csv

mkdir garbage
echo 'not a database' >garbage/study.db
unusable garbage results garbage
unusable garbage search model.c --data "$TABLE" --project garbage
[ "$(cat garbage/study.db)" = 'not a database' ] || fail "touched what is not ours"

run varve search model.c --data "$TABLE" --project p --max-trials 2 --epochs 1 --executions-per-trial 1
exits 0
run varve results p --json
cp out before
unusable epochs search model.c --data "$TABLE" --project p --max-trials 3 --epochs 2 --executions-per-trial 1
unusable seed search model.c --data "$TABLE" --project p --max-trials 3 --epochs 1 --executions-per-trial 1 --seed 7
sed 's/VV_INTS(4, 8, 16)/VV_INTS(4, 8, 32)/' model.c >changed.c
unusable units_0 search changed.c --data "$TABLE" --project p --max-trials 3 --epochs 1 --executions-per-trial 1
run varve results p --json
cmp -s before out || fail "a refused search has changed the project"

# Cut in the middle, the database is damaged; it is said so.
head -c 3000 p/study.db >cut.db
rm -f p/study.db-wal p/study.db-shm
cp cut.db p/study.db
run varve results p
exits 3; one_line_err

# A folder that cannot be made.
run varve search model.c --data "$TABLE" --directory /dev/null/x
exits 1; one_line_err; err_has /dev/null

# Standard output that cannot be written to is a failure.
if [ -w /dev/full ]; then
    "$VARVE" search --help >/dev/full 2>err
    [ $? -eq 1 ] || fail "a full disk goes unnoticed"
fi

# What is trained is the best or nothing: weights that are gone or another trial's are told, not replaced.
run varve search model.c --data "$TABLE" --project kept --max-trials 3 --epochs 1 --executions-per-trial 1
exits 0
run varve results kept --json
best=$(jq '.trials[0].trial' out)
other=$(jq '.trials[1].trial' out)
name=kept/checkpoints/trial_000
cp $name$best.safetensors good
[ "$(jq -c '.trials[0].hyperparameters' out)" = "$(jq -c '.trials[1].hyperparameters' out)" ] && fail "two trials alike"
cp $name$other.safetensors $name$best.safetensors
run varve evaluate kept --data "$TABLE"
exits 3; out_empty; err_has "holds another network than trial $best had"
rm $name$best.safetensors
run varve evaluate kept --data "$TABLE"
exits 2; out_empty; err_has "trial $best has no weights kept; these have: "
mkdir $name$best.safetensors
run varve evaluate kept --data "$TABLE"
exits 3; one_line_err; err_has 'is a folder'

# Nor is what is printed lost unseen, or written into the next file that is opened, when standard output is closed.
"$VARVE" search model.c --data "$TABLE" --project closed --max-trials 1 --epochs 1 --json >&- 2>err
code=$? command="search --json >&-"
: >out
exits 1
run varve results closed --json
exits 0; out_json '.[0].trials | length == 1'

# A pipe with a study's name would keep a reader waiting for ever.
mkdir -p piped/study.of.nobody
mkfifo piped/study.of.nobody/study.db
for words in "results piped/study.of.nobody" "status piped/study.of.nobody" \
    "search model.c --data $TABLE --project piped/study.of.nobody" \
    "search model.c --data $TABLE --overwrite --project piped/study.of.nobody"; do
    run timeout 60 "$VARVE" $words
    exits 3; out_empty; one_line_err
done
run timeout 60 "$VARVE" studies piped
exits 0; out_has "There is no study"
