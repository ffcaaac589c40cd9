#!/bin/sh
# tensorboard.sh VARVE PYTHON - searches write event files, TensorBoard reads them, and what it says is compared with the study.
# PYTHON: of an environment with requirements.txt. What it prints is kept in tensorboard.txt.
set -eu
varve=$1 python=$2
here=$(cd "$(dirname "$0")" && pwd)
examples=$here/../../examples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

compare() { # PROJECT DIR WHAT
    "$varve" export "$1" --json >trials.json
    "$varve" export "$1" --curves --json >curves.json
    "$python" "$here/tensorboard_events.py" "$2" >events.json 2>log || { cat log; exit 1; }
    printf '%s: ' "$3"
    "$python" "$here/compare_events.py" events.json curves.json trials.json
}

"$python" -c 'import tensorboard; print("TensorBoard", tensorboard.__version__)'

"$varve" search "$examples/dense_dropout.c" --project plain --max-trials 20 --epochs 5 --executions-per-trial 2 --workers 2 \
    --tensorboard plain_tb >/dev/null
compare plain plain_tb "20 trials of dense_dropout, 2 executions, 2 workers"

"$varve" search "$examples/dense_dropout.c" --project pruned --max-trials 20 --epochs 10 --pruner median --workers 1 --tensorboard pruned_tb >/dev/null
compare pruned pruned_tb "20 trials, some pruned"

"$varve" search "$examples/dense_dropout.c" --project halved --tuner hyperband --epochs 9 --max-trials 30 --workers 1 \
    --tensorboard halved_tb >/dev/null
compare halved halved_tb "Hyperband: trials that pause and go on"

for i in 1 2 3 4; do # killed, each time later
    "$varve" search "$examples/lstm_series.c" --project killed --max-trials 4 --epochs 4 --workers 2 --tensorboard killed_tb >/dev/null 2>&1 &
    sleep $((i * 2))
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
done
"$varve" search "$examples/lstm_series.c" --project killed --max-trials 4 --epochs 4 --workers 2 --tensorboard killed_tb >/dev/null
printf '%s files; ' "$(find killed_tb -type f | wc -l)"
compare killed killed_tb "4 trials of lstm_series, killed four times"

cat >space.yaml <<'YAML'
objective: loss:min
space:
  x: {type: choice, values: ["plain", "a,b", "\"quoted\"", "<script>alert(1)</script>", "\u202eright to left"]}
  "n <b>&": {type: int, min: 1, max: 9, when: {x: plain}}
YAML
cat >program <<'SH'
#!/bin/sh
[ "$VARVE_TRIAL" = 1 ] && { echo 'varve: step=1 loss=1'; exit 3; }
echo 'varve: step=1 loss=0.5 <b>"x"</b>=3'
echo 'varve: step=2 loss=0.4 late=inf'
echo 'varve: loss=0.25'
SH
chmod +x program
"$varve" tune space.yaml --project hostile --tuner random --max-trials 8 --tensorboard hostile_tb -- ./program '{x}' >/dev/null
compare hostile hostile_tb "8 runs of a program, names and choices with markup, one failed"
