# manual.sh - the manual page is well-formed and names every command and every option that the tables have.
. "$(dirname "$0")/lib.sh"
page=$VARVE_SOURCE/docs/man/varve.1

run mandoc -T lint "$page"
exits 0; out_empty; err_empty
mandoc -T ascii "$page" | sed "s/.$(printf '\010')//g" >page

for command_name in summary explain search tune ask tell worker submit studies status stop pause resume enqueue results show export evaluate predict import copy \
    data oracles; do
    run varve --help
    out_has "$command_name"
    grep -qE "^ +(varve )?$command_name( |$)" page || fail "the manual page lacks the command $command_name"
    run varve "$command_name" --help
    for option in $(grep -oE '^  --[a-z-]+' out); do
        grep -qE -- "^ +$option( |$)" page || fail "the manual page does not explain $option"
        [ "$option" = --help ] || grep -qE -- "\[?$option( |\]|$)" page || fail "the synopsis lacks $option"
    done
done

# It names every member of an explanation, and what predict prints above its columns.
run varve explain --json "$VARVE_SOURCE/examples/mnist_cnn.c" --budget ram=60Ki
exits 0
jq -r 'del(.configuration.values, .budget.smallest) | del(.. | .argmin?, .argmax?) | [.. | objects | keys[]] | unique[]' out >members
[ -s members ] || fail "an explanation has no members"
sed -n '/^JSON OUTPUT/,/^ENVIRONMENT/p' page >json
while read -r member; do
    grep -qw -- "$member" json || fail "the manual page lacks the member $member"
done <members
for head in 'row,prediction,p(cat),p(dog),...' 'row,prediction,p0,p1,...' 'row,prediction0,prediction1,...'; do
    grep -qF -- "$head" page || fail "the manual page lacks $head"
done

# It names every member that studies, status, export, import and copy print.
write_model model.c
write_table table.csv
run varve search model.c --data "$TABLE" --project p --max-trials 2
exits 0
varve studies --json >json_out
varve status p --json >>json_out
varve enqueue p layers=1 --json >>json_out
varve export p --json >>json_out
varve export p --json --curves >>json_out
varve copy p q --json >>json_out
jq -r 'del(.. | .hyperparameters?, .by_status?, .metrics?) | [.. | objects | keys[]] | unique[]' json_out | sort -u >members
[ "$(wc -l <members)" -gt 30 ] || fail "there are few members: $(cat members)"
while read -r member; do
    grep -qw -- "$member" json || fail "the manual page lacks the member $member"
done <members
