"""More problems, to develop oracles on, so that the twelve stay a test; search_held_out.c has the same in C.

Shifts and rotations are others than the twelve's. Several are like ones of the BBOB suite (Hansen, Finck, Ros, Auger
2009), in 3 to 8 dimensions.
"""
import math
import random
from itertools import product

from problems import PI, Problem, add, hartmann, reals, rotate, rotation, shift


def turned(ask, n, reach, at, turn):
    """The coordinates from the optimum, in turned axes."""
    return rotate(turn, [v - c for v, c in zip(reals(ask, n, -reach, reach), at)])


def placed(n, reach, seed):
    return shift(n, seed, -reach, reach), rotation(n, seed + 1)


HARTMANN3 = [
    (1.0, (3, 10, 30), (3689, 1170, 2673)),
    (1.2, (0.1, 10, 35), (4699, 4387, 7470)),
    (3.0, (3, 10, 30), (1091, 8732, 5547)),
    (3.2, (0.1, 10, 35), (381, 5743, 8828)),
]


def hartmann3(ask):
    return hartmann(reals(ask, 3, 0, 1), HARTMANN3)


POWERS = placed(5, 2, 101)


def powers5(ask):
    return add(abs(v) ** (2 + i) for i, v in enumerate(turned(ask, 5, 2, *POWERS)))


BOWL = placed(3, 1, 103)


def bowl3n(ask):
    a, b, c = turned(ask, 3, 1, *BOWL)
    return 1 - math.exp(-0.5 * (a * a + 4 * b * b + 16 * c * c))


GRIEWANK = placed(6, 30, 105)


def griewank6(ask):
    z = turned(ask, 6, 30, *GRIEWANK)
    return 1 + add(v * v for v in z) / 400 - math.prod(math.cos(v / math.sqrt(i + 1)) for i, v in enumerate(z))


ROSEN = placed(6, 3, 107)


def rosen6r(ask):
    z = [v + 1 for v in turned(ask, 6, 3, *ROSEN)]
    return add(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in zip(z, z[1:]))


SCHAFFER = placed(4, 5, 109)


def schaffer4(ask):
    z = turned(ask, 4, 5, *SCHAFFER)
    total = 0
    for a, b in zip(z, z[1:]):
        s = math.sqrt(a * a + b * b)
        total += math.sqrt(s) * (1 + math.sin(50 * s**0.2) ** 2)
    return (total / 3) ** 2


RIDGE = placed(8, 5, 111)


def ridge8(ask):
    first, *rest = turned(ask, 8, 5, *RIDGE)
    return first * first + 100 * math.sqrt(add(v * v for v in rest))


def gaussian_peaks(n, seed):
    """(height, sharpness by coordinate, centre): the first is the highest, and narrow; then 20 lower ones."""
    draw = random.Random(seed)
    peaks = [(10.0, [4.0] * n, [draw.uniform(-4, 4) for _ in range(n)])]
    for i in range(20):
        sharp = [10 ** draw.uniform(-1, 0.7) for _ in range(n)]
        peaks.append((1.1 + 8 * i / 19, sharp, [draw.uniform(-4.9, 4.9) for _ in range(n)]))
    return peaks


PEAKS = gaussian_peaks(3, 113)


def gallagher3(ask):
    x = reals(ask, 3, -5, 5)
    highest = 0
    for height, sharp, centre in PEAKS:
        far = add(a * (v - c) ** 2 for a, v, c in zip(sharp, x, centre))
        highest = max(highest, height * math.exp(-far / 6))
    return (10 - highest) ** 2


STEPS = placed(5, 5, 115)


def steps5(ask):
    z = turned(ask, 5, 5, *STEPS)
    total = 0
    for i, v in enumerate(z):
        stepped = math.floor(0.5 + v) if abs(v) > 0.5 else math.floor(0.5 + 10 * v) / 10
        total += 100 ** (i / 4) * stepped * stepped
    return 0.1 * max(abs(z[0]) / 1e4, total)


LEVY_AT, LEVY_SEEN = shift(4, 117, -10, 10), (2, 5, 11, 14)


def levy4in16(ask):
    x = reals(ask, 16, -10, 10, "x{:02d}")
    *w, last = [1 + (x[i] - at) / 4 for i, at in zip(LEVY_SEEN, LEVY_AT)]
    loss = math.sin(PI * w[0]) ** 2
    loss += add((v - 1) ** 2 * (1 + 10 * math.sin(PI * v + 1) ** 2) for v in w)
    return loss + (last - 1) ** 2 * (1 + math.sin(2 * PI * last) ** 2)


def svm(ask):
    """A support vector machine's error, drawn by hand: kernels with their own hyperparameters, and a preparation."""
    kernel = ask.choice("kernel", ["linear", "rbf", "poly"])
    c = math.log10(ask.real("C", 1e-3, 1e3, log=True))
    scaled = ask.choice("scaled", [False, True])
    scaler = ask.choice("scaler", ["standard", "minmax", "robust"], when=("scaled", [True])) if scaled else "none"
    loss = {"none": 0.08, "standard": 0.01, "minmax": 0, "robust": 0.03}[scaler]
    if kernel == "linear":
        return loss + 0.2 + 0.02 * (c + 1) ** 2
    if kernel == "rbf":
        g = math.log10(ask.real("gamma", 1e-5, 10, log=True, when=("kernel", ["rbf"])))
        off = g - (-1 if scaler == "minmax" else -2)
        return loss + 0.05 + 0.015 * (c - 1 + 0.5 * off) ** 2 + 0.03 * off * off + (0.3 if g > 0 else 0)
    degree = ask.whole("degree", 2, 5, when=("kernel", ["poly"]))
    start = ask.real("coef0", 0, 1, when=("kernel", ["poly"]))
    return loss + 0.1 + 0.02 * (c - 0.5 * degree + 1) ** 2 + 0.05 * (degree - 3) ** 2 + 0.1 * (start - 0.7) ** 2


def stack(ask):
    """A network of one to four layers, each of a kind that has hyperparameters of its own: conditions three deep."""
    depth = ask.whole("layers", 1, 4)
    total = 0
    for i in range(depth):
        kind = ask.choice(f"kind{i}", ["dense", "conv"], when=("layers", list(range(i + 1, 5))))
        if kind == "conv":
            filters = ask.whole(f"filters{i}", 8, 256, log=True, when=(f"kind{i}", ["conv"]))
            kernel = ask.choice(f"kernel{i}", [3, 5, 7], when=(f"kind{i}", ["conv"]))
            total += 0.04 * i + 0.04 * (math.log2(filters) - 5 - i) ** 2 + {3: 0.02, 5: 0, 7: 0.05}[kernel]
        else:
            units = ask.whole(f"units{i}", 16, 512, step=16, when=(f"kind{i}", ["dense"]))
            total += (0.06 if i == 0 else 0) + 2e-6 * (units - 208) ** 2
    off = math.log10(ask.real("lr", 1e-5, 1, log=True)) + 2.5 - 0.3 * (depth - 2)
    return (0.1, 0, 0.03, 0.08)[depth - 1] + total / depth + 0.1 * off * off


A_AT, B_AT = (0.6, -1.9, 2.4, -3.1), (-1.2, 0.7, 2.2)
PAIRS = ((0.5, 0.45, 0.6), (0.3, 0.0, 0.5), (0.2, 0.35, 0.25), (0.7, 0.4, 0.15))


def mixed9(ask):
    a, b = int(ask.choice("a", list("0123"))), int(ask.choice("b", list("012")))
    flag = ask.choice("flag", [False, True])
    z1, z2 = ask.real("x1", -5, 5) - A_AT[a], ask.real("x2", -5, 5) + B_AT[b]
    w = math.log10(ask.real("x3", 1e-4, 1, log=True)) + 2 + 0.4 * z1
    n1, n2 = ask.whole("n1", 0, 40, step=4) - 24, math.log2(ask.whole("n2", 1, 256, log=True)) - 4
    t = ask.real("x4", 0, 1, step=0.05) - 0.35
    loss = PAIRS[a][b] + (0 if flag else 0.15) + 0.08 * (z1 * z1 + z2 * z2 + (0.9 if flag else -0.9) * z1 * z2)
    return loss + 0.05 * w * w + 0.002 * n1 * n1 + 0.05 * n2 * n2 + 1.5 * t * t


def grid6(ask):
    """168,480 configurations: grids, and numbers to choose from; a ripple over two of them."""
    a, b = ask.whole("a", 1, 12), ask.whole("b", 0, 60, step=5)
    w = math.log2(ask.choice("c", [8, 16, 32, 64, 128])) - 5
    r = math.log10(ask.choice("d", [0.1, 0.01, 0.001, 0.0001])) + 3
    e = ask.whole("e", 1, 9)
    t = (ask.real("g", 0, 0.5, step=0.1) - 0.2) / 0.1
    u, v, s = (a - 8) / 3, (b - 40) / 15, (e - 3) / 2
    loss = u * u + v * v + u * v + 0.5 * w * w + 0.5 * (r + 0.5 * w) ** 2 + 0.3 * s * s + 0.2 * t * t
    return loss + 0.4 * ((a + e + 1) % 3)


def bit_costs(n, seed):
    draw = random.Random(seed)
    return [[draw.random() for _ in range(8)] for _ in range(n)]


BITS = bit_costs(12, 119)


def bits_loss(bits):
    """Each bit costs by itself and two neighbours on a ring (an NK landscape: Kauffman, Weinberger 1989)."""
    n = len(bits)
    return add(costs[4 * bits[i] + 2 * bits[(i + 1) % n] + bits[(i + 3) % n]] for i, costs in enumerate(BITS))


def bits12(ask):
    return bits_loss([ask.choice(f"b{i:02d}", [False, True]) for i in range(12)])


BITS_BEST = min(product((False, True), repeat=12), key=bits_loss)

HELD_OUT = [
    Problem("hartmann3", hartmann3, 60, -3.862779787332663, 0, "smooth"),
    Problem("powers5", powers5, 80, 0, 0, "smooth"),
    Problem("bowl3n", bowl3n, 80, 0, 0.1, "smooth"),
    Problem("griewank6", griewank6, 100, 0, 0, "rugged"),
    Problem("rosen6r", rosen6r, 120, 0, 0, "rugged"),
    Problem("schaffer4", schaffer4, 100, 0, 0, "rugged"),
    Problem("ridge8", ridge8, 120, 0, 0, "rugged"),
    Problem("gallagher3", gallagher3, 100, 0, 0, "rugged"),
    Problem("steps5", steps5, 100, 0, 0, "rugged"),
    Problem("levy4in16", levy4in16, 120, 0, 0, "high_d"),
    Problem("svm", svm, 60, 0.05, 0, "mixed"),
    Problem("stack", stack, 100, 0, 0, "mixed"),
    Problem("mixed9", mixed9, 100, 0, 0, "mixed"),
    Problem("grid6", grid6, 80, 0, 0, "mixed"),
    Problem("bits12", bits12, 80, bits_loss(BITS_BEST), 0, "mixed"),
]
