# places.sh - every command that reads takes a study in a database as it takes a folder, in one word or in two options; and
# no password is ever shown.
. "$(dirname "$0")/lib.sh"
. "$VARVE_SOURCE/tests/postgresql.sh"
postgresql_begin
write_model model.c
write_table table.csv

run varve studies "$PGURL"
exits 0; err_empty; out_has "There is no study in the database"
run varve results "$PGURL#none"
exits 3; out_empty; one_line_err

run varve search model.c --data "$TABLE" --project p --max-trials 4
exits 0
run varve copy p "$PGURL#in the base"
exits 0; err_empty; out_has ": 4 trials, 3 files"
# Databases round moments to microseconds, some of them the other way.
untimed() { sed -E 's/"(began|ended)": "[^"]*"(, )?//g' "$1" >"$1.untimed"; }
is_as_first() { untimed first; untimed out; cmp -s first.untimed out.untimed; }
same() { # a folder and a database say the same, in both ways of naming it
    varve "$@" p >first 2>&1
    run varve "$@" "$PGURL#in the base"
    exits 0; is_as_first || { diff first out | head -5; fail "a database says something else"; }
    run varve "$@" --storage "$PGURL" --study "in the base"
    exits 0; is_as_first || fail "--storage and --study say something else"
}
same results --json
same results
same export --json --curves
same export --curves
same evaluate --data "$TABLE"
same predict --data "$TABLE"
for id in 0 best; do
    varve show p $id --json >first
    run varve show "$PGURL#in the base" $id --json
    exits 0; is_as_first || fail "show $id: a database says something else"
    run varve show --storage "$PGURL" --study "in the base" $id --json
    exits 0; is_as_first || fail "show $id: --storage says something else"
done
same export --json

run varve status "$PGURL#in the base"
exits 0; err_empty; within_80_columns out; out_has "4 completed"
run varve status --storage "$PGURL" --study "in the base" --json
exits 0; out_json '.[0] | .trials == 4 and .by_status.COMPLETED == 4 and (.study | endswith("#in the base"))'
run varve studies "$PGURL" --json
exits 0; out_json '.[0] | length == 1 and .[0].study == "in the base" and .[0].trials == 4'
run varve studies --storage "$PGURL"
exits 0; out_has "in the base"

# Keras Tuner's there, and a copy of it back.
run varve import keras-tuner "$VARVE_SOURCE/tests/data/keras_tuner/failing" --storage "$PGURL" --study keras
exits 0; err_empty; out_has "#keras: 6 trials"
run varve copy "$PGURL#keras" folder
exits 0; out_has "folder: 6 trials"
run varve import keras-tuner "$VARVE_SOURCE/tests/data/keras_tuner/failing" --project again
varve results again >first
run varve results folder
cmp -s first out || fail "an import that went through a database is another"
run varve search model.c --data "$TABLE" --project warm --warm-start "$PGURL#in the base" --max-trials 1 --json
exits 0; out_json 'map(select(.event == "search_begin"))[0].earlier == 4'

run varve copy p "$PGURL#in the base"
exits 2; one_line_err; err_has "there is a study already"
run varve copy "$PGURL#in the base" "$PGURL#in the base"
exits 2; one_line_err
run varve copy p "$PGURL#in the base" --overwrite
exits 0
run varve studies "$PGURL" --json
out_json '.[0] | map(.study) == ["in the base", "keras"]'

# What cannot be meant.
run varve results p --storage "$PGURL" --study x
exits 2; out_empty; err_has "one word too many"
run varve results --storage "$PGURL"
exits 2; one_line_err; err_has "--study NAME is missing"
run varve results p --study x
exits 2; one_line_err; err_has "--study"
run varve results
exits 2; err_has "PROJECT is missing"

# Passwords are not shown, whatever becomes of them.
secret="postgresql://nobody:s3cr3t@/postgres?host=$PGFOLDER"
for command_line in "results $secret#x" "status $secret#x" "studies $secret" "copy p $secret#x" "copy $secret#x q" \
    "export $secret#x" "results $secret&password=s3cr3t#x" "show $secret#x best"; do
    run varve $command_line
    [ "$code" -ne 0 ] || fail "nobody may do this"
    if grep -q s3cr3t out err; then fail "a password is shown"; fi
done
trusted="postgresql://postgres:s3cr3t@/postgres?host=$PGFOLDER"
for command_line in "results" "status --json" "copy --json $trusted#keras" "show best"; do
    set -- $command_line
    name=$1; shift
    case $name in
    copy) run varve copy "$@" "$trusted#copied" ;;
    show) run varve show "$trusted#keras" best ;;
    *) run varve "$name" "$@" "$trusted#keras" ;;
    esac
    exits 0
    if grep -q s3cr3t out err; then fail "a password is shown"; fi
done
run varve search model.c --data "$TABLE" --project secret --warm-start "$trusted#in the base" --max-trials 1
exits 0
if grep -q s3cr3t out err secret/study.db*; then fail "a password is shown or kept"; fi
run varve search model.c --data "$TABLE" --project secret --warm-start "$trusted#keras" --max-trials 2
exits 3; err_has "with another warm start"
if grep -q s3cr3t out err; then fail "a password is shown"; fi
run varve search model.c --data "$TABLE" --project "$trusted#searched" --max-trials 1
exits 2; one_line_err; err_has PGPASSFILE
