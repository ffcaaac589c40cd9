#!/bin/sh
# train.sh - stands for a training program: it reads values, reports each step, and prints its result.
# It gets the rate, the units of each layer and, with sgd, the momentum as options, and the optimizer as a variable.
set -eu
momentum=0
while [ $# -gt 0 ]; do
    case $1 in
    --rate) rate=$2 ;;
    --units) units=$2 ;;
    --momentum) momentum=$2 ;;
    *) echo "train.sh: there is no option $1" >&2; exit 2 ;;
    esac
    shift 2
done

# A loss that falls step by step, faster with a rate near 0.1 and with more units.
awk -v rate="$rate" -v units="$units" -v momentum="$momentum" -v optimizer="$VARVE_OPTIMIZER" -v steps="${VARVE_STEPS#0}" '
BEGIN {
    if (steps == "") steps = 8 # nobody says how many
    n = split(units, unit, ",")
    for (i = 1; i <= n; i++) size += unit[i]
    off = log(rate / 0.1)
    speed = exp(-off * off / 4) * (optimizer == "adam" ? 1 : 0.7 + 0.3 * momentum)
    for (step = 1; step <= steps; step++) {
        loss = 1 / size + exp(-speed * step)
        printf "varve: step=%d val_loss=%.6f size=%d\n", step, loss, size
    }
}'
