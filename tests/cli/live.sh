# live.sh - a search in a terminal that is resized, stopped politely and at once: nothing is left over, and it says what it does.
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || exit 77
write_model model.c
write_table table.csv
TMUX_TMPDIR=$work
TERM=xterm-256color
export TMUX_TMPDIR TERM
unset TMUX

tm() { tmux -f /dev/null -L varve "$@"; }
trap 'tm kill-server 2>/dev/null; rm -rf "$work"' EXIT
type_line() { tm send-keys -t t "$1" Enter; }
look() { tm capture-pane -t t -p >out; }
# Until the screen has a line like $1.
wait_for() {
    command="the terminal shows: $1"
    tries=0
    until look && grep -q -- "$1" out; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "never"
        sleep 0.1
    done
}
is_shown() { [ "$(grep -c -- "$1" out)" -eq "$2" ] || fail "not $2 times on the screen: $1"; }

tm new-session -d -s t -x 100 -y 30 "env PS1='ready> ' sh" || exit 77
: >err
wait_for 'ready>'
type_line "clear; SLOW=1 '$VARVE' search model.c --workers 2 --data '$TABLE' --max-trials 12 --epochs 40 --project p"
wait_for '^ *[0-9]* .* [2-9]/40 '
is_shown 'Time left' 1; is_shown 'trials done' 1
# Narrower: what was drawn breaks into more rows, and is found all the same. Wider again.
for size in "70 24" "44 20" "60 22" "110 30"; do
    tm resize-window -t t -x "${size% *}" -y "${size#* }"
    wait_for '^ *[0-9]* .*/40 '
    sleep 0.5 # for more than one frame
    look
    is_shown 'Trial .*Epoch' 1; is_shown 'trials done' 1; is_shown 'val_loss  *[0-9]' 1
done

# Ctrl-C ends it all after these epochs, and nothing of the lines is left.
tm send-keys -t t C-c
wait_for '^Interrupted'
wait_for '^ready> *$'
is_shown 'Stopping' 0; is_shown 'trials done' 0; is_shown 'Time left' 0
grep -q '^To go on: .*search.*\\$' out || fail "the command is not broken between words"
within_80_columns out

# It is heeded at once, by words. A second one ends it all at once, on a line of its own.
type_line "clear; SLOW=1 NAP=5 '$VARVE' search model.c --workers 2 --data '$TABLE' --max-trials 12 --epochs 40 --project p"
wait_for '^ *[0-9]* .*/40 '
tm send-keys -t t C-c
wait_for '^Stopping: 2 trials end their epoch; Ctrl-C again: at once'
tm send-keys -t t C-c
wait_for '^ready> *$'
type_line 'echo "it was $?"'
wait_for '^it was 130'

# Paused it says so, and no time that is left, until it is told to go on.
type_line "clear; SLOW=1 '$VARVE' search model.c --workers 2 --data '$TABLE' --max-trials 12 --epochs 40 --project q"
wait_for '^ *[0-9]* .* [2-9]/40 '
varve pause q >out 2>err || fail "it is not paused"
wait_for '^Paused; varve resume .*q lets it go on; 0 of 12 trials done$'
is_shown 'about .* left' 0
varve resume q >out 2>err || fail "it does not go on"
wait_for 'trials done; about'
is_shown 'Paused' 0
tm send-keys -t t C-c
wait_for '^ready> *$'

# In a pipe the same is said in plain lines.
SLOW=1 "$VARVE" search model.c --workers 1 --data "$TABLE" --max-trials 12 --epochs 40 --project p >out 2>err &
search=$!
wait_for_line() {
    tries=0
    until grep -q "$1" out; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || fail "never: $1"
        sleep 0.1
    done
}
command="a search in the background"
wait_for_line 'Trial [0-9]* goes on at .*epoch [0-9]*: '
kill -TERM $search
wait $search
code=$?
exits 0; err_empty
out_has "Stopping: the trials that run end their epoch"; out_has "Interrupted."
if grep -q "$(printf '\033')" out; then fail "an escape code in a pipe"; fi
exit 0
