#!/usr/bin/env python3
"""What a suggestion of Optuna costs, by the number of trials there are; the same lines as search_speed's.

    suggest_cost.py METHOD[,METHOD...] SPACE[,SPACE...] MOST [SECONDS [SEEDS]]

A space is a number of continuous dimensions, or a problem. Processor time; bytes are what a fresh process
grew by, a trial.
"""
import json
import os
import sys
import time

import optuna

from measure import chosen
from optuna_peer import SAMPLERS, Ask


def cube(dims):
    return lambda ask: sum((ask.real(f"x{i}", 0, 1) - 0.3) ** 2 for i in range(dims))


def resident_bytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def stops(most):
    n = 10
    while n <= most:
        yield n
        n = n // 2 * 5 if str(n)[0] == "2" else 2 * n


def run(method, space, most, seconds, seed):
    loss = cube(int(space)) if space.isdigit() else chosen(space)[0].loss
    study = optuna.create_study(sampler=SAMPLERS[method](seed))
    began, before, n = time.process_time(), resident_bytes(), 0

    def go_to(stop):
        nonlocal n
        while n < stop and time.process_time() - began < seconds:
            trial = study.ask()
            study.tell(trial, loss(Ask(trial)))
            n += 1
        return n >= stop

    for stop in stops(most):
        window = max(5, stop // 10)
        if not go_to(stop - window):
            return
        window_began = time.process_time()
        if not go_to(stop):
            return
        now = time.process_time()
        print(json.dumps({
            "m": method, "space": f"{space}d" if space.isdigit() else space, "n": stop,
            "ms": 1e3 * (now - window_began) / window, "total_s": now - began,
            "bytes": (resident_bytes() - before) // stop, "s": seed,
        }), flush=True)


def main():
    methods, spaces, most, *more = sys.argv[1:]
    seconds, seeds = [*map(int, more), 120, 3][:2] if len(more) != 1 else (int(more[0]), 3)
    for method in methods.split(","):
        warm_up = optuna.create_study(sampler=SAMPLERS[method](0))  # imports are not what is measured
        warm_up.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=15)
        for space in spaces.split(","):
            for seed in range(seeds):
                if child := os.fork():
                    os.waitpid(child, 0)
                else:
                    run(method, space, int(most), seconds, seed)
                    os._exit(0)


main()
