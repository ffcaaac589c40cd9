#!/usr/bin/env python3
"""Makes Markdown tables of search_speed's and suggest_cost.py's lines: speed_table.py FILE..."""
import json
import sys
from collections import defaultdict
from statistics import median


def read(paths):
    lines = defaultdict(list)
    for path in paths:
        with open(path) as file:
            for line in map(json.loads, file):
                lines[line["space"], line["m"], line["n"]].append(line)
    return lines


def table(lines, space, what, form):
    methods = list(dict.fromkeys(m for s, m, _ in lines if s == space))
    counts = sorted({n for s, _, n in lines if s == space})
    print("| trials |" + "".join(f" {m} |" for m in methods) + "\n|--:|" + "--:|" * len(methods))
    for n in counts:
        cells = (lines.get((space, m, n)) for m in methods)
        print(f"| {n:,} |" + "".join(f" {form(median(line[what] for line in c))} |" if c else " |" for c in cells))


def main():
    lines = read(sys.argv[1:])
    for space in dict.fromkeys(s for s, _, _ in lines):
        dims = space[:-1]
        print(f"\n## {dims + ' continuous dimensions' if dims.isdigit() else space}")
        for title, what, form in (
            ("Milliseconds a trial, with so many there", "ms", lambda v: f"{v:.3g}"),
            ("Seconds for all of them", "total_s", lambda v: f"{v:.3g}"),
            ("Bytes a trial", "bytes", lambda v: f"{v:,.0f}"),
        ):
            print(f"\n{title}\n")
            table(lines, space, what, form)


main()
