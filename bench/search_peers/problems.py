"""The twelve problems of the search benchmark, for peers that speak Python; search_problems.c has the same in C.

A problem is a function of `ask`, which has real(), whole() and choice(): each names a hyperparameter, its range and,
where it is active only for some values of another one, when=(that one's name, those values). It answers the loss, whose
least value is known. Optima are never at the middle of the box. held_out.py has more of them.
"""
import math
import random
from collections import namedtuple

Problem = namedtuple("Problem", "name loss budget least noise category")
PI = math.pi


def add(terms):
    """A plain sum: from Python 3.12 on sum() of floats is compensated, and its last digit another."""
    total = 0
    for term in terms:
        total += term
    return total


def shift(n, seed, low, high):
    """Where the optimum lies: within the middle seven tenths of the box."""
    draw = random.Random(seed)
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle + half * 0.7 * (2 * draw.random() - 1) for _ in range(n)]


def rotation(n, seed):
    """An orthogonal matrix: normal deviates, made orthogonal row by row (Gram-Schmidt, one projection at a time)."""
    draw = random.Random(seed)
    rows = []
    for _ in range(n):
        row = [draw.gauss(0, 1) for _ in range(n)]
        for earlier in rows:
            along = add(a * b for a, b in zip(earlier, row))
            row = [a - along * b for a, b in zip(row, earlier)]
        length = math.sqrt(add(a * a for a in row))
        rows.append([a / length for a in row])
    return rows


def rotate(matrix, v):
    return [add(a * b for a, b in zip(row, v)) for row in matrix]


def reals(ask, n, low, high, pattern="x{}"):
    return [ask.real(pattern.format(i), low, high) for i in range(n)]


def branin(ask):
    x, y = ask.real("x1", -5, 10), ask.real("x2", 0, 15)
    return (y - 5.1 / (4 * PI**2) * x * x + 5 / PI * x - 6) ** 2 + 10 * (1 - 1 / (8 * PI)) * math.cos(x) + 10


HARTMANN = [  # weight, sharpness by coordinate, centre in ten-thousandths
    (1.0, (10, 3, 17, 3.5, 1.7, 8), (1312, 1696, 5569, 124, 8283, 5886)),
    (1.2, (0.05, 10, 17, 0.1, 8, 14), (2329, 4135, 8307, 3736, 1004, 9991)),
    (3.0, (3, 3.5, 1.7, 10, 17, 8), (2348, 1451, 3522, 2883, 3047, 6650)),
    (3.2, (17, 8, 0.05, 10, 0.1, 14), (4047, 8828, 8732, 5743, 1091, 381)),
]
HARTMANN_LEAST = -3.322368011415515


def hartmann(x, peaks=HARTMANN):
    total = 0
    for weight, sharp, centre in peaks:
        total += weight * math.exp(-add(a * (v - c * 1e-4) ** 2 for a, c, v in zip(sharp, centre, x)))
    return -total


def hartmann6(ask):
    return hartmann(reals(ask, 6, 0, 1))


ACKLEY_AT = shift(5, 11, -32.768, 32.768)


def ackley5s(ask):
    z = [v - at for v, at in zip(reals(ask, 5, -32.768, 32.768), ACKLEY_AT)]
    slope = -20 * math.exp(-0.2 * math.sqrt(add(v * v for v in z) / 5))
    return slope - math.exp(add(math.cos(2 * PI * v) for v in z) / 5) + 20 + math.e


def rosen5(ask):
    x = reals(ask, 5, -5, 10)
    return add(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def levy8(ask):
    *w, last = [1 + (v - 1) / 4 for v in reals(ask, 8, -10, 10)]
    loss = math.sin(PI * w[0]) ** 2
    loss += add((v - 1) ** 2 * (1 + 10 * math.sin(PI * v + 1) ** 2) for v in w)
    return loss + (last - 1) ** 2 * (1 + math.sin(2 * PI * last) ** 2)


RASTRIGIN_AT, RASTRIGIN_TURN = shift(4, 12, -5.12, 5.12), rotation(4, 13)


def rastrigin4r(ask):
    z = rotate(RASTRIGIN_TURN, [v - at for v, at in zip(reals(ask, 4, -5.12, 5.12), RASTRIGIN_AT)])
    return 40 + add(v * v - 10 * math.cos(2 * PI * v) for v in z)


ELLIPSOID_AT, ELLIPSOID_TURN = shift(10, 14, -5, 5), rotation(10, 15)


def ellipsoid10r(ask):
    z = rotate(ELLIPSOID_TURN, [v - at for v, at in zip(reals(ask, 10, -5, 5), ELLIPSOID_AT)])
    return add(10 ** (4 * i / 9) * v * v for i, v in enumerate(z))


HIDDEN = (3, 7, 8, 12, 15, 19)


def hart6in20(ask):
    x = reals(ask, 20, 0, 1, "x{:02d}")
    return hartmann([x[i] for i in HIDDEN])


CENTRES, LEVELS = (0.0, 1.3, -2.1, 2.6, -0.7), (0.8, 0.3, 0.0, 0.5, 1.1)
STEEPNESS, OFFSETS = (1.0, 2.5, 0.6), (0.25, 0.0, 0.6)


def mixed7(ask):
    c1, c2 = int(ask.choice("c1", list("01234"))), int(ask.choice("c2", list("012")))
    z1 = ask.real("x1", -5, 5) - CENTRES[c1]
    z2 = ask.real("x2", -5, 5) + 0.5 * CENTRES[c1]
    w = math.log10(ask.real("x3", 1e-5, 1e1, log=True)) + 3 + 0.3 * z1
    u = (ask.whole("n1", 1, 20) - 13) / 4
    v = math.log2(ask.whole("n2", 1, 1024, log=True)) - 6
    loss = LEVELS[c1] + OFFSETS[c2] + 0.1 * STEEPNESS[c2] * (z1 * z1 + z2 * z2 + 0.5 * z1 * z2)
    return loss + 0.15 * (u * u + v * v + u * v) + 0.1 * w * w


def jenatton(ask):
    side = ask.choice("x1", ["0", "1"])
    second, base, leaves = ("x2", "r8", ("x4", "x5")) if side == "0" else ("x3", "r9", ("x6", "x7"))
    turn = ask.choice(second, ["0", "1"], when=("x1", [side]))
    r = ask.real(base, 0, 1, when=("x1", [side]))
    leaf = ask.real(leaves[int(turn)], -1, 1, when=(second, [turn]))
    return leaf**2 + (0.1, 0.2, 0.3, 0.4)[2 * int(side) + int(turn)] + r


def toynn(ask):
    """A network's loss, drawn by hand: each optimizer has its valley of learning rates, and a cliff beyond it."""
    optimizer = ask.choice("opt", ["sgd", "adam", "rms"])
    rate = math.log10(ask.real("lr", 1e-5, 1, log=True))
    batch = math.log2(ask.whole("bs", 16, 512, log=True)) - 7
    if optimizer == "sgd":
        m = ask.real("momentum", 0, 0.99, when=("opt", ["sgd"]))
        best, extra = -0.7 + 0.15 * batch - 1.2 * m * m, 0.02 + 0.10 * (m - 0.85) ** 2
    elif optimizer == "adam":
        beta = ask.real("beta1", 0.8, 0.999, when=("opt", ["adam"]))
        best, extra = -3.0 + 0.10 * batch, 0.5 * (beta - 0.9) ** 2
    else:
        best, extra = -3.2 + 0.1 * batch, 0.04
    off = rate - best
    loss = 0.08 * off * off if off < 0 else 0.25 * min(off, 2) ** 2 + (0.5 if off > 1.2 else 0)
    depth = ask.whole("layers", 1, 5)
    width = 0
    for i in range(depth):
        units = ask.whole(f"units{i}", 16, 1024, log=True, when=("layers", list(range(i + 1, 6))))
        width += (math.log2(units) - 8) ** 2 * 0.01
    loss += width / depth + 0.015 * (depth - 3) ** 2 + 0.005 * batch * batch
    loss += 0.3 * (ask.real("drop", 0, 0.6) - 0.15 - 0.02 * depth) ** 2
    loss += 0.01 * (math.log10(ask.real("wd", 1e-8, 1e-1, log=True)) + 4) ** 2
    return loss + extra


PROBLEMS = [
    Problem("branin", branin, 40, 0.39788735772973816, 0, "smooth"),
    Problem("hartmann6", hartmann6, 100, HARTMANN_LEAST, 0, "smooth"),
    Problem("hartmann6n", hartmann6, 100, HARTMANN_LEAST, 0.2, "smooth"),
    Problem("ackley5s", ackley5s, 100, 0, 0, "rugged"),
    Problem("rosen5", rosen5, 100, 0, 0, "rugged"),
    Problem("levy8", levy8, 120, 0, 0, "rugged"),
    Problem("rastrigin4r", rastrigin4r, 100, 0, 0, "rugged"),
    Problem("ellipsoid10r", ellipsoid10r, 150, 0, 0, "rugged"),
    Problem("hart6in20", hart6in20, 150, HARTMANN_LEAST, 0, "high_d"),
    Problem("mixed7", mixed7, 100, 0, 0, "mixed"),
    Problem("jenatton", jenatton, 60, 0.1, 0, "mixed"),
    Problem("toynn", toynn, 120, 0, 0, "mixed"),
]
