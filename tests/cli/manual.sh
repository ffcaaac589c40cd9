# manual.sh - the manual pages are well-formed, say what the tables say, and name all members of what is printed as JSON.
. "$(dirname "$0")/lib.sh"
parts=$VARVE_SOURCE/docs/man

run "$VARVE_SOURCE/tools/manual" "$VARVE" "$parts" "$work/man"
exits 0; out_empty; err_empty
cd man || exit 1
for page in varve $(varve help --commands | sed 's/^/varve-/'); do
    run mandoc -T lint "$page.1"
    exits 0; out_empty; err_empty
    mandoc -T ascii "$page.1" | sed "s/.$(printf '\010')//g" >"$page.txt"
done

# Every command and every option is there: in the synopsis, and with what its row says.
for name in $(varve help --commands); do
    grep -qF "varve-$name(1)" varve.txt || fail "varve.1 lacks $name"
    varve "$name" --help >help
    for option in $(grep -oE '^  --[a-z-]+' help | grep -v -e '--help'); do
        sed '/^DESCRIPTION/q' "varve-$name.txt" | grep -qE -- "\[?$option( |\]|$)" || fail "the synopsis of $name lacks $option"
        sed '1,/^DESCRIPTION/d' "varve-$name.txt" | grep -qE -- "^ +$option( |$)" || fail "the page of $name does not explain $option"
    done
done

# What lies beside the tables belongs to something that is in them.
for part in "$parts"/*.mdoc; do
    name=$(basename "$part" .mdoc)
    case $name in
    varve | options) ;;
    *) varve help --commands | grep -qx "$name" || fail "$part: there is no such command" ;;
    esac
done
for option in $(sed -n 's/^\.\\" \(--[a-z-]*\)$/\1/p' "$parts/options.mdoc"); do
    cat varve-*.txt | grep -qE -- "^ +$option( |$)" || fail "options.mdoc: no command has $option"
done
grep -q '64 MiB' varve-search.txt || fail "the page of search lacks what options.mdoc says"

# A command that nothing lies beside has a page all the same.
run varve help --man oracles /nowhere
exits 0; out_has ".Nm varve-oracles"; out_has ".Sh DESCRIPTION"
run varve help --man nothing
exits 2; out_empty; err_has "there is no command"

# What is completed.
complete() { bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _varve; echo "${COMPREPLY[@]}"' bash bash/varve "$@"; }
run complete varve stu
exits 0; out_has "studies"
run complete varve search --max-t
exits 0; out_has "--max-trials --max-time"
run complete varve search bash/v
exits 0; out_has "bash/varve"
run varve completion csh
exits 2; one_line_err

# The pages name every member of an explanation, and what predict prints above its columns.
has_members() {
    [ -s members ] || fail "there are no members"
    while read -r member; do
        grep -qw -- "$member" "$@" || fail "the manual pages $* lack the member $member"
    done <members
}
run varve explain --json "$VARVE_SOURCE/examples/mnist_cnn.c" --budget ram=60Ki
exits 0
jq -r 'del(.configuration.values, .budget.smallest) | del(.. | .argmin?, .argmax?) | [.. | objects | keys[]] | unique[]' out >members
has_members varve-explain.txt
for head in 'row,prediction,p(cat),p(dog),...' 'row,prediction,p0,p1,...' 'row,prediction0,prediction1,...'; do
    grep -qF -- "$head" varve-predict.txt || fail "the manual page lacks $head"
done

# And every member that the commands print which look at studies.
write_model model.c
write_table table.csv
run varve search model.c --data "$TABLE" --project p --max-trials 2
exits 0
members_of() { jq -r 'del(.. | .hyperparameters?, .by_status?, .metrics?) | [.. | objects | keys[]] | unique[]' | sort -u >members; }
varve studies --json | members_of
has_members varve.txt varve-studies.txt
varve enqueue p layers=1 --json | members_of
has_members varve-enqueue.txt
varve stop p --trial 0 --json | members_of
has_members varve-stop.txt
varve status p --json | members_of
has_members varve.txt varve-studies.txt varve-status.txt
varve results p --json | members_of
has_members varve.txt varve-results.txt
varve export p --json | members_of
has_members varve.txt varve-export.txt
varve export p --json --curves | members_of
has_members varve-export.txt
varve copy p q --json | members_of
has_members varve-copy.txt
