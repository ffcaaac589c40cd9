# terminal.sh - on a terminal running trials have live lines, and in the end nothing of them is left over.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv
TERM=xterm
export TERM

# $wraps_at: not where the terminal does, so that lines can be measured.
on_terminal() { # ENVIRONMENT-AND-COMMAND in one word
    columns=${columns:-100}
    script -qec "stty cols $columns rows 30; $1" /dev/null >typescript 2>err </dev/null
    code=$?
    command="script: $1"
    "$SCREEN_OF" "${wraps_at:-$columns}" <typescript >out 2>>err || fail "the terminal got something odd"
}

escape=$(printf '\033')
on_terminal "SLOW=1 '$VARVE' search model.c --workers 1 --data '$TABLE' --max-trials 3 --executions-per-trial 1"
exits 0
for what in "Trial  Epoch  " " 2/3 .*[0-9] s$escape" "  ▁" "val_loss  .*Time left" "Best: 0  *Trial 1" "layers  *[12]" \
    "trials done; about [0-9]* s left"; do
    grep -q "$what" typescript || fail "never on the screen: $what"
done
out_lacks " 1/3"; out_lacks " left"; out_lacks "begins"; out_lacks "trials done"; out_lacks "Best: "
out_has "Trial 0 COMPLETED"; out_has "Trial 2 COMPLETED"; out_has "The best network"; out_has "Total params"

# A narrow terminal: no live line wraps, and what there is no room for is left out.
columns=40
on_terminal "SLOW=1 '$VARVE' search model.c --data '$TABLE' --max-trials 2 --project narrow"
exits 0; out_lacks " 1/3"; out_lacks "trials done"
grep -q "Trial  Epoch  val_loss" typescript || fail "on 40 columns there is no live line"
sed '/^Trial/,$d' out >head
[ -s head ] || fail "there is nothing before the trials"
within_columns 40 head
columns=100
on_terminal "NO_COLOR=1 '$VARVE' search model.c --data '$TABLE' --max-trials 2 --project plain"
exits 0
if grep -q "$escape\[[0-9;]*m" typescript; then fail "NO_COLOR is not respected"; fi
on_terminal "TERM=dumb '$VARVE' search model.c --data '$TABLE' --max-trials 2 --project dumb"
exits 0
if grep -q "$escape" typescript; then fail "escape codes on a dumb terminal"; fi
on_terminal "TERM= '$VARVE' search model.c --data '$TABLE' --max-trials 2 --project nameless"
exits 0
if grep -q "$escape" typescript; then fail "escape codes on a terminal without a name"; fi
on_terminal "'$VARVE' search model.c --data '$TABLE' --max-trials 2 --project json --json"
exits 0; tr -d '\r' <typescript >out; out_json '.[-1].reason == "max_trials"'

# Long work before a search says that it goes on, after half a second; nothing of that is left, and nothing is in a pipe.
cat >slow-cc <<'SH'
#!/bin/sh
sleep 2
exec cc "$@"
SH
chmod +x slow-cc
touch model.c
on_terminal "CC=./slow-cc '$VARVE' summary model.c"
exits 0; out_lacks "compiling"
grep -q "compiling model.c" typescript || fail "nobody is told that it compiles"
touch model.c
run env CC=./slow-cc "$VARVE" summary model.c
exits 0; err_empty; out_lacks "compiling"

# What others wrote is shown harmless: choices, results of programs, what they say when they fail, words of the command line.
evil=$(printf 'a\033[2Jb\tc\342\200\256d')
cat >space.yaml <<'YAML'
objective: "result:min"
max_trials: 2
space:
  evil: {type: choice, values: ["x\u202ey", "plain\u2066"]}
YAML
cat >program <<'SH'
#!/bin/sh
case $1 in
x*) printf 'bad \033[2J news \033]0;title\007\n' >&2; exit 3 ;;
esac
echo 0.5
SH
chmod +x program
on_terminal "'$VARVE' tune space.yaml --tuner grid --workers 1 -- ./program {evil}"
exits 0; out_has 'x\u202ey'; out_has 'bad \x1b[2J news'; out_has 'plain\u2066'
on_terminal "'$VARVE' results space"; exits 0
for trial in 0 1; do on_terminal "'$VARVE' show space $trial"; exits 0; done
on_terminal "'$VARVE' status space"; exits 0; out_has 'bad \x1b[2J news'
for words in "search '$evil'" "'$evil'" "search --$evil" "show space '$evil'" "search model.c --tuner '$evil' --data '$TABLE'" \
    "search model.c --data '$evil'" "status '$evil'" "search model.c --data '$TABLE' --budget '$evil'"; do
    run "$VARVE" status space
    eval "run \"\$VARVE\" $words"
    [ "$code" -ne 0 ] || fail "what is wrong here?"
    if grep -q "[$escape$(printf '\t')]" err || grep -q "$(printf '\342\200\256')" err; then fail "escapes in an error"; fi
done

run varve results space --json
out_json '[.[0].trials[].hyperparameters.evil] | sort == ["plain\u2066", "x\u202ey"]' # programs get it as it is

# Ten thousand bytes of a name, two hundred hyperparameters: readable in 80 columns.
awk 'BEGIN {
    for (i = 0; i < 10000; i++) long = long "n"
    print "objective: \"result:min\"\nmax_trials: 2\nspace:"
    for (i = 0; i < 200; i++) printf "  h%d: {type: float, min: 0, max: 1}\n", i
    printf "  choice: {type: choice, values: [\"%s\", \"b\"]}\n", long
}' >wide.yaml
run varve tune wide.yaml --workers 1 -- sh -c 'echo 0.5' {h0}
exits 0
for words in "results wide" "show wide 0" "status wide"; do
    run varve $words
    exits 0; within_80_columns out
    [ "$(wc -l <out)" -lt 300 ] || fail "$(wc -l <out) lines"
done
wraps_at=1000
for columns in 64 120; do
    for words in "results model" "show model 0" "status model"; do
        on_terminal "'$VARVE' $words"
        exits 0
        [ "$columns" -gt 100 ] || within_columns "$columns" out
        within_100_columns out
    done
done
run varve results wide
out_has " more"; [ "$(wc -l <out)" -lt 40 ] || fail "$(wc -l <out) lines"

# An explanation is as wide as the terminal, from 80 to 100 columns.
for columns in 60 80 90 100 140; do
    on_terminal "'$VARVE' explain '$VARVE_SOURCE/examples/mnist_cnn.c'"
    exits 0; out_has "layers in all = 2*num_layers + 2"
    widest=$(wc -L <out)
    wanted=$columns
    [ "$wanted" -ge 80 ] || wanted=80
    [ "$wanted" -le 100 ] || wanted=100
    [ "$widest" -eq "$wanted" ] || fail "on $columns columns the widest line has $widest"
done
