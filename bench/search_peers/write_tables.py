#!/usr/bin/env python3
"""Writes what the C problems share with these: constants out of Python's generator, and losses to compare with.

    write_tables.py           writes bench/search_constants.h and tests/bench/search_values.txt
    write_tables.py --check   exits 1 if they are not what it would write

search_values.txt has a line for each of POINTS draws of a problem and for its optimum: problem, "draw" or "optimum", the
loss, and the values by name. Needs nothing but Python 3.8 or newer.
"""
import random
import sys
from pathlib import Path

import held_out
import problems
from asks import Drawn, Given

ROOT = Path(__file__).resolve().parents[2]
POINTS = 16


def number(value):
    return repr(float(value))


def table(rows):
    return "{ " + ", ".join(number(v) if isinstance(v, (int, float)) else table(v) for v in rows) + " }"


def constants():
    yield "/* search_constants.h - shifts, rotations and peaks of the problems; written by search_peers/write_tables.py. */"
    yield "#ifndef VARVE_BENCH_SEARCH_CONSTANTS_H"
    yield "#define VARVE_BENCH_SEARCH_CONSTANTS_H"
    yield ""
    yield "/* clang-format off */"
    vectors = {"ackley_at": problems.ACKLEY_AT, "levy_at": held_out.LEVY_AT}
    places = {
        "rastrigin": (problems.RASTRIGIN_AT, problems.RASTRIGIN_TURN),
        "ellipsoid": (problems.ELLIPSOID_AT, problems.ELLIPSOID_TURN),
        **{name: getattr(held_out, name.upper()) for name in
           ("powers", "bowl", "griewank", "rosen", "schaffer", "ridge", "steps")},
    }
    for name, vector in vectors.items():
        yield f"static const double {name}[{len(vector)}] = {table(vector)};"
    for name, (at, turn) in places.items():
        yield f"static const double {name}_at[{len(at)}] = {table(at)};"
        yield f"static const double {name}_turn[{len(at)}][{len(at)}] = {table(turn)};"
    yield "/* height, sharpness, centre */"
    rows = [[height, *sharp, *centre] for height, sharp, centre in held_out.PEAKS]
    yield f"static const double gallagher_peaks[{len(rows)}][7] = {table(rows)};"
    yield f"static const double bit_costs[{len(held_out.BITS)}][8] = {table(held_out.BITS)};"
    yield "/* clang-format on */"
    yield ""
    yield "#endif"


def by_index(values, pattern="x{}"):
    return {pattern.format(i): v for i, v in enumerate(values)}


def hidden(n, places, values):
    """Coordinates that count, among others that do not."""
    x = [0.5] * n
    for i, v in zip(places, values):
        x[i] = v
    return by_index(x, "x{:02d}")


HARTMANN_AT = [0.20168950909365746, 0.15001069354111374, 0.4768739729250998, 0.2753324275220782, 0.3116516172395686,
               0.6573005345536702]
OPTIMA = {
    "branin": {"x1": problems.PI, "x2": 2.275},
    "hartmann6": by_index(HARTMANN_AT),
    "hartmann6n": by_index(HARTMANN_AT),
    "ackley5s": by_index(problems.ACKLEY_AT),
    "rosen5": by_index([1.0] * 5),
    "levy8": by_index([1.0] * 8),
    "rastrigin4r": by_index(problems.RASTRIGIN_AT),
    "ellipsoid10r": by_index(problems.ELLIPSOID_AT),
    "hart6in20": hidden(20, problems.HIDDEN, HARTMANN_AT),
    "mixed7": {"c1": "2", "c2": "1", "x1": -2.1, "x2": 1.05, "x3": 1e-3, "n1": 13, "n2": 64},
    "jenatton": {"x1": "0", "x2": "0", "r8": 0.0, "x4": 0.0},
    "toynn": {"opt": "adam", "lr": 1e-3, "bs": 128, "beta1": 0.9, "layers": 3, "units0": 256, "units1": 256,
              "units2": 256, "drop": 0.21, "wd": 1e-4},
    "hartmann3": by_index([0.11458888122541287, 0.5556488954739371, 0.8525469842172746]),
    **{name: by_index(place[0]) for name, place in {
        "powers5": held_out.POWERS, "bowl3n": held_out.BOWL, "griewank6": held_out.GRIEWANK, "rosen6r": held_out.ROSEN,
        "schaffer4": held_out.SCHAFFER, "ridge8": held_out.RIDGE, "steps5": held_out.STEPS}.items()},
    "gallagher3": by_index(held_out.PEAKS[0][2]),
    "levy4in16": hidden(16, held_out.LEVY_SEEN, held_out.LEVY_AT),
    "svm": {"kernel": "rbf", "C": 10.0, "gamma": 0.1, "scaled": True, "scaler": "minmax"},
    "stack": {"layers": 2, "kind0": "conv", "filters0": 32, "kernel0": 5, "kind1": "dense", "units1": 208,
              "lr": 10**-2.5},
    "mixed9": {"a": "1", "b": "1", "flag": True, "x1": -1.9, "x2": -0.7, "x3": 0.01, "n1": 24, "n2": 16, "x4": 0.35},
    "grid6": {"a": 8, "b": 40, "c": 32, "d": 0.001, "e": 3, "g": 0.2},
    "bits12": by_index(held_out.BITS_BEST, "b{:02d}"),
}


def text(value):
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else repr(value)


def values():
    for problem in problems.PROBLEMS + held_out.HELD_OUT:
        points = [("optimum", Given(OPTIMA[problem.name]))]
        points += [("draw", Drawn(random.Random(f"{problem.name} {i}"))) for i in range(POINTS)]
        for what, ask in points:
            loss = problem.loss(ask)
            yield " ".join([problem.name, what, number(loss), *(f"{k}={text(v)}" for k, v in ask.values.items())])


def main():
    files = {"bench/search_constants.h": constants(), "tests/bench/search_values.txt": values()}
    stale = False
    for name, lines in files.items():
        path, content = ROOT / name, "\n".join(lines) + "\n"
        if sys.argv[1:] == ["--check"]:
            if not path.exists() or path.read_text() != content:
                print(f"{name} is not what write_tables.py writes")
                stale = True
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    sys.exit(stale)


main()
