"""Writes wilcoxon_table.h: one-sided p-values of the signed-rank test, computed by other means.

    python3 wilcoxon_table.py >wilcoxon_table.h

Without ties and zeros: scipy.stats.wilcoxon (exact up to 50 pairs, the normal approximation beyond). With them: all 2^n
ways to give signs to scipy.stats.rankdata's ranks, counted one by one in integers; zeros count half on either side.
"""
import itertools
import random

import scipy
from scipy.stats import rankdata, wilcoxon


def by_counting(d):
    ranks = [int(2 * r) for r in rankdata([abs(x) for x in d])]
    free = [r for r, x in zip(ranks, d) if x != 0]
    seen = sum(r for r, x in zip(ranks, d) if x > 0)
    n = sum(1 for signs in itertools.product((0, 1), repeat=len(free))
            if sum(s * r for s, r in zip(signs, free)) >= seen)
    return n / 2 ** len(free)


def cases():
    rng = random.Random(20)
    yield "scipy", [1.0]
    yield "scipy", [-1.0]
    yield "scipy", [0.5, 1.0, 2.0, 3.0]
    yield "scipy", [0.5, -1.0, 2.0, 3.0, 4.5]
    for n in (6, 8, 10, 13, 20, 35, 50):
        for shift in (-0.3, 0.0, 0.4, 1.0):
            yield "scipy", [round(rng.gauss(shift, 1), 6) for _ in range(n)]
    for n in (51, 64, 80):
        yield "scipy", [round(rng.gauss(0.2, 1), 6) for _ in range(n)]
    yield "counting", [0.0, 0.0, 0.0]
    yield "counting", [0.0, 1.0, 2.0, 3.0]
    yield "counting", [1.0, 1.0, 1.0, 1.0]
    yield "counting", [1.0, 1.0, -1.0, 1.0, 2.0, -2.0]
    for n in (5, 7, 9, 12, 14):
        for _ in range(3):
            yield "counting", [float(rng.randint(-3, 4)) for _ in range(n)]


print(f"/* wilcoxon_table.h - written by wilcoxon_table.py with SciPy {scipy.__version__}. */")
print("static const struct {\n    size_t n;\n    double differences[80], p;\n} wilcoxon_table[] = {")
for how, d in cases():
    if how == "counting":
        p = by_counting(d)
    else:
        p = wilcoxon(d, alternative="greater", zero_method="zsplit", correction=False,
                     method="exact" if len(d) <= 50 else "asymptotic").pvalue
    print(f"    {{ {len(d)}, {{ {', '.join(repr(x) for x in d)} }}, {float(p)!r} }},")
print("};")
