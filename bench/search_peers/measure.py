"""Runs one method on the problems and writes a line for each problem and seed; what a file has already is not run again.

    {"m": method, "p": problem, "s": seed, "t": seconds, "q": [regret at 1/4, 1/2, all of the budget], "auc": ...}

The regret is the noise-free loss of the trial that looked best, less the least loss there is; auc is the mean of its
decimal logarithm over the trials.
"""
import json
import math
import os
import random
import time

from held_out import HELD_OUT
from problems import PROBLEMS


def finished(path):
    if not os.path.exists(path):
        return set()
    with open(path) as lines:
        return {(line["m"], line["p"], line["s"]) for line in map(json.loads, lines)}


def search(problem, seed, study):
    """study(problem, seed) answers a function of no argument that proposes: it returns an `ask` and how to tell it."""
    noise = random.Random(f"{problem.name} {seed}")
    began = time.perf_counter()
    propose = study(problem, seed)
    best, curve = (math.inf, 0), []
    for _ in range(problem.budget):
        proposed = propose()
        if proposed is None:  # the method knows nothing more to try
            break
        ask, tell = proposed
        loss = problem.loss(ask)
        seen = loss + (noise.gauss(0, problem.noise) if problem.noise else 0)
        tell(seen)
        best = min(best, (seen, loss), key=lambda pair: pair[0])
        curve.append(best[1] - problem.least)
    curve += curve[-1:] * (problem.budget - len(curve))
    return {
        "t": round(time.perf_counter() - began, 4),
        "q": [curve[problem.budget // part - 1] for part in (4, 2, 1)],
        "auc": sum(math.log10(max(regret, 1e-10)) for regret in curve) / problem.budget,
    }


def chosen(names):
    """"all", "held_out", or names with commas between."""
    sets = {"all": PROBLEMS, "held_out": HELD_OUT}
    return sets.get(names) or [p for p in PROBLEMS + HELD_OUT if p.name in names.split(",")]


def measure(method, study, seeds, path, names="all"):
    done = finished(path)
    with open(path, "a") as out:
        for seed in seeds:
            for problem in chosen(names):
                if (method, problem.name, seed) in done:
                    continue
                line = {"m": method, "p": problem.name, "s": seed, **search(problem, seed, study)}
                out.write(json.dumps(line) + "\n")
                out.flush()
