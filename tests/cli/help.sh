# help.sh - help texts come from the option tables and fit 80 columns.
. "$(dirname "$0")/lib.sh"

run varve --help
exits 0; err_empty; within_80_columns out
for command_name in $(varve help --commands); do
    run varve --help
    out_has "  $command_name "
    run varve "$command_name" --help
    exits 0; err_empty; within_80_columns out
    out_has "usage: varve $command_name"
    [ "$command_name" = completion ] || out_has "--json"
    cp out first
    run varve help "$command_name"
    exits 0
    cmp -s first out || fail "varve help $command_name is not varve $command_name --help"
    run varve "$command_name" --nonsense -h
    exits 2; out_empty
done

run varve search --help
for word in --data --tuner --objective --max-trials --executions-per-trial --epochs --batch-size --validation-split --seed \
    --directory --project --overwrite --json 1..1000000; do
    out_has "$word"
done

run varve explain --help
for word in --data --input --budget --precision --at --json; do out_has "$word"; done
run varve search --help
for word in --budget --precision; do out_has "$word"; done

run varve --version
exits 0; err_empty
grep -qxE 'varve [0-9]+\.[0-9]+\.[0-9]+' out || fail "not a version"

run varve data
exits 0; within_80_columns out; out_has "digits"; out_has "csv:PATH?target=COLUMN"
run varve data --json
exits 0; err_empty; out_json '.[0].data_sets | map(.name) | index("digits") != null'
