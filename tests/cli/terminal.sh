# terminal.sh - on a terminal the running trial has a live line, and in the end nothing of it is left over.
. "$(dirname "$0")/lib.sh"
write_model model.c
write_table table.csv
TERM=xterm
export TERM

on_terminal() { # ENVIRONMENT-AND-COMMAND in one word
    script -qec "stty cols ${columns:-100} rows 30; $1" /dev/null >typescript 2>err </dev/null
    code=$?
    command="script: $1"
    "$SCREEN_OF" <typescript >out 2>>err || fail "the terminal got something odd"
}

escape=$(printf '\033')
on_terminal "SLOW=1 '$VARVE' search model.c --workers 1 --data '$TABLE' --max-trials 3 --executions-per-trial 1"
exits 0
grep -q "$escape\[J" typescript || fail "nothing was redrawn"
grep -q "epoch 2/3, .* left  val_loss " typescript || fail "no live line with epoch, metrics and time left"
grep -q "$escape\[[0-9]*A" typescript || fail "no table of the best so far was redrawn"
out_lacks "epoch 1/3"; out_lacks " left"; out_lacks "begins"
out_has "Trial 0 COMPLETED"; out_has "Trial 2 COMPLETED"; out_has "The best network"; out_has "Total params"
[ "$(grep -c 'Trial  Score' out)" -eq 1 ] || fail "a table of the best is left over"

# A narrow terminal: no live line wraps.
columns=40
on_terminal "'$VARVE' search model.c --data '$TABLE' --max-trials 2 --project narrow"
exits 0; out_lacks "epoch 1/3"

columns=100
on_terminal "NO_COLOR=1 '$VARVE' search model.c --data '$TABLE' --max-trials 2 --project plain"
exits 0
if grep -q "$escape\[[0-9;]*m" typescript; then fail "NO_COLOR is not respected"; fi
on_terminal "TERM=dumb '$VARVE' search model.c --data '$TABLE' --max-trials 2 --project dumb"
exits 0
if grep -q "$escape" typescript; then fail "escape codes on a dumb terminal"; fi
on_terminal "'$VARVE' search model.c --data '$TABLE' --max-trials 2 --project json --json"
exits 0; out_json '.[-1].reason == "max_trials"'

# An explanation is as wide as the terminal, from 80 to 100 columns.
for columns in 60 80 90 100 140; do
    on_terminal "'$VARVE' explain '$VARVE_SOURCE/examples/mnist_cnn.c'"
    exits 0; out_has "layers in all = 2*num_layers + 2"
    tr -d '\r' <typescript >page
    widest=$(awk 'length($0) > n { n = length($0) } END { print n }' page)
    wanted=$columns
    [ "$wanted" -ge 80 ] || wanted=80
    [ "$wanted" -le 100 ] || wanted=100
    [ "$widest" -eq "$wanted" ] || fail "on $columns columns the widest line has $widest"
done
