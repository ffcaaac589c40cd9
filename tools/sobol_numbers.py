#!/usr/bin/env python3
"""Writes the direction numbers of Joe and Kuo as a C table, and points to test it with.

    python3 -m venv VENV && VENV/bin/pip install scipy==1.17.1
    VENV/bin/python tools/sobol_numbers.py        # in the root of the repository

The numbers are those of S. Joe, F. Y. Kuo: Constructing Sobol sequences with better two-dimensional projections, SIAM J.
Sci. Comput. 30, 2008 (new-joe-kuo-6), read from the table that SciPy brings. The points are what SciPy's own generator
makes of them. Nothing of SciPy is needed to build or test.
"""
import os
import sys

import numpy as np
import scipy
from scipy.stats import qmc

DIMENSIONS = 1111  # all whose polynomials have degree 13 or less
TABLE = "src/search/sobol_numbers.c"
POINTS = "tests/unit/search/sobol_points.h"
SHOWN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 39, 159, 500, 999, 1110]
INDICES = list(range(32)) + [100, 1000, 4095, 4096, 65535, 65536, 1000000, 3000001]


def wrapped(words, file, indent="    ", width=120):
    line = indent
    for word in words:
        if len(line) + len(word) + 1 > width and line != indent:
            file.write(line.rstrip() + "\n")
            line = indent
        line += word + ", "
    file.write(line.rstrip() + "\n")


def write_table(file):
    folder = os.path.join(os.path.dirname(scipy.__file__), "stats")
    numbers = np.load(os.path.join(folder, "_sobol_direction_numbers.npz"))
    words = []
    for d in range(1, DIMENSIONS):
        polynomial = int(numbers["poly"][d])
        degree = polynomial.bit_length() - 1
        first = [int(m) for m in numbers["vinit"][d][:degree]]
        assert degree <= 13 and first[0] == 1 and all(m % 2 == 1 and m < 2 << i for i, m in enumerate(first))
        words += [str(number) for number in [polynomial] + first[1:]]
    file.write(f"""/* sobol_numbers.c - direction numbers for {DIMENSIONS:,} dimensions. Written by tools/sobol_numbers.py.
 *
 * The numbers of S. Joe, F. Y. Kuo: Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci.
 * Comput. 30, 2008 (new-joe-kuo-6). For each dimension but the first: its polynomial, bit by bit, the highest power
 * first; then m_2, ..., m_s, s being its degree (m_1 is always 1).
 */
#include "search/sobol.h"

/* clang-format off */
const uint16_t vvi_sobol_numbers[] = {{
""")
    wrapped(words, file)
    file.write("};\n")


def write_points(file):
    at = []
    for index in INDICES:
        engine = qmc.Sobol(d=DIMENSIONS, scramble=False, bits=32)
        if index > 0:
            engine.fast_forward(index)
        point = engine.random(1)[0] * 2.0**32
        at.append([f"0x{int(point[d]):08x}" for d in SHOWN])
    file.write(f"""/* sobol_points.h - unscrambled points in 32 bits, as SciPy {scipy.__version__} makes them. Written by tools/sobol_numbers.py. */
#ifndef VARVE_TESTS_SOBOL_POINTS_H
#define VARVE_TESTS_SOBOL_POINTS_H

#include <stdint.h>

/* clang-format off */
static const uint32_t shown_dimensions[{len(SHOWN)}] = {{ {", ".join(map(str, SHOWN))} }};
static const struct {{
    uint32_t index, point[{len(SHOWN)}];
}} shown_points[] = {{
""")
    for index, point in zip(INDICES, at):
        wrapped([f"{{ {index}, {{ {point[0]}"] + point[1:-1] + [f"{point[-1]} }} }}"], file)
    file.write("};\n/* clang-format on */\n\n#endif\n")


def main():
    if scipy.__version__ != "1.17.1":
        sys.exit(f"made with SciPy 1.17.1, found {scipy.__version__}")
    for path, write in ((TABLE, write_table), (POINTS, write_points)):
        with open(path, "w", encoding="ascii") as file:
            write(file)


if __name__ == "__main__":
    main()
