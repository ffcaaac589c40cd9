"""Makes normal_table.h: the normal distribution between two bounds, to 50 digits.

    python3 -m venv VENV && VENV/bin/pip install mpmath && VENV/bin/python normal_table.py > normal_table.h
"""
import mpmath
from mpmath import mpf

mpmath.mp.dps = 60
BOUNDS = [
    ("-40", "40"), ("-10", "10"), ("-1", "1"), ("-0.001", "0.001"), ("10", "100"), ("-100", "-10"), ("0", "5"),
    ("-9", "0.1"), ("3", "3.001"), ("-3.00001", "-3"), ("0", "1e-9"), ("19.9", "20.1"), ("25", "30"), ("-36", "-35"),
    ("-0.5", "12"), ("5", "5.5"), ("-12", "-0.25"), ("0", "40"), ("8", "8.000001"), ("-2", "7"), ("-1e-6", "3"),
]
PARTS = ["0", "1e-6", "0.01", "0.25", "0.5", "0.75", "0.99", "0.999999", "1"]


def below(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def mass(a, b):
    return below(-a) - below(-b) if a > 0 else below(b) - below(a)


def quantile(part, a, b):
    """By halving."""
    if part in (0, 1):
        return b if part else a
    low, high = a, b
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mass(a, middle) < part * mass(a, b) else (low, middle)
    return low


print("""/* normal_table.h - made by normal_table.py with mpmath, 60 digits. */
#ifndef VARVE_TESTS_NORMAL_TABLE_H
#define VARVE_TESTS_NORMAL_TABLE_H
/* clang-format off */

enum { TABLE_PARTS = %d };
static const double table_parts[TABLE_PARTS] = { %s };
static const struct table_row {
    double a, b, log_mass, quantiles[TABLE_PARTS];
} table_rows[] = {""" % (len(PARTS), ", ".join(PARTS)))
for low, high in BOUNDS:
    a, b = mpf(float(low)), mpf(float(high))
    points = ", ".join(mpmath.nstr(quantile(mpf(float(p)), a, b), 20) for p in PARTS)
    print(f"    {{ {low}, {high}, {mpmath.nstr(mpmath.log(mass(a, b)), 20)}, {{ {points} }} }},")
print("};\n/* clang-format on */\n#endif")
