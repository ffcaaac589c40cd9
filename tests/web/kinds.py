"""kinds.py - a sheet of figures with a mark of every kind, as src/report/figures/json.c describes them, made without C: what
figure.js must be able to draw, whatever plots there are. Deterministic."""
import math
import random

TINTS = {"trial": "#0072b2", "best": "#e67700", "running": "#009e73", "pruned": "#b86aa0", "failed": "#a51d2d", "plain": "#8d97a5",
         "series0": "#0072b2", "series1": "#e69f00", "series2": "#009e73", "series3": "#c06a9c", "series4": "#d55e00",
         "series5": "#4aa5dc", "series6": "#857600", "series7": "#6a4c93"}


class Sheet:
    def __init__(self):
        self.columns, self.figures = [], []
        self.random = random.Random(7)

    def column(self, numbers):
        self.columns.append([None if x is None or not math.isfinite(x) else x for x in numbers])
        return len(self.columns) - 1

    def add(self, kind, title, *panels, **more):
        self.figures.append({"kind": kind, "title": title, "caption": f"What {title.lower()} shows.",
                             "panels": list(panels), **more})

    def json(self):
        theme = {name: {"tints": TINTS, "shades": [f"#{16 * i:02x}{shift:02x}60" for i in range(16)]}
                 for name, shift in (("light", 80), ("dark", 180))}
        return {"theme": theme, "columns": self.columns, "figures": self.figures}


def axis(title, low, high, scale="linear", **more):
    return {"title": title, "scale": scale, "low": low, "high": high, **more}


def add_points(sheet, n, title="Points", name="<b>trial</b>"):
    ids = list(range(n))
    xs = [sheet.random.random() for _ in ids]
    ys = [10 ** sheet.random.uniform(-3, 1) for _ in ids]
    notes = {"words": ['a note with "quotes" & <i>tags</i>'], "at": sheet.column([0 if i % 2 else None for i in ids])}
    points = {"kind": "points", "n": n, "name": name, "tint": "trial", "x": sheet.column(xs), "y": sheet.column(ys),
              "trials": sheet.column(ids), "notes": notes, "tints": sheet.column([i % 5 for i in ids])}
    shaded = {"kind": "points", "n": n, "tint": "plain", "x": sheet.column(xs), "y": sheet.column(ys),
              "shade": sheet.column(ys), "trials": sheet.column(ids)}
    sheet.add("slice", title,
              {"title": "tints", "span": 1, "x": axis("x", -0.05, 1.05), "y": axis("loss", 1e-3, 12, "log"), "marks": [points]},
              {"title": "shades", "span": 1, "x": axis("x", -0.05, 1.05), "y": axis("loss", 1e-3, 12, "log"), "marks": [shaded],
               "shades": {"title": "loss", "scale": "log", "low": 1e-3, "high": 10, "falling": True}})


def add_lines(sheet):
    n = 40
    ys = [1 / (i + 1) if i % 13 else None for i in range(n)]
    best = [min(y for y in ys[:i + 1] + [1] if y is not None) for i in range(n)]
    t = [1.79e9 + 60 * i for i in range(n)]
    line = {"kind": "line", "n": n, "name": "loss", "tint": "series0", "x": sheet.column(t), "y": sheet.column(ys)}
    step = {"kind": "step", "n": n, "name": "best so far", "tint": "best", "x": sheet.column(t), "y": sheet.column(best)}
    sheet.add("history", "Lines", {"span": 2, "x": axis("time", t[0], t[-1], "time"), "y": axis("loss", 0, 1.05), "marks": [line, step]})


def add_rows(sheet):
    words = ["learning_rate", "num_layers", "x" * 200, "units_0"]
    rows = axis(None, -0.5, 3.5, "words", words=words, down=True)
    bars = {"kind": "bars", "n": 4, "tint": "series0", "x": sheet.column([0.5, 0.3, 0.1, 0.02]), "y": sheet.column(range(4)),
            "x_low": sheet.column([0.4, 0.2, 0.05, 0]), "x_high": sheet.column([0.6, 0.4, 0.2, 0.1])}
    spans = {"kind": "spans", "n": 4, "tint": "trial", "x": sheet.column([0, 10, 20, 30]), "x_high": sheet.column([15, 30, 28, 31]),
             "y": sheet.column([0, 1, 2, 0]), "trials": sheet.column(range(4)), "tints": sheet.column([0, 3, 4, 2])}
    sheet.add("importance", "Rows", {"span": 1, "title": "bars", "x": axis("share", 0, 1), "y": rows, "marks": [bars]},
              {"span": 1, "title": "spans", "x": axis("time", 0, 32, unit="s"), "y": rows, "marks": [spans]})


def add_cells(sheet):
    cells = {"kind": "cells", "n": 12, "x_n": 4, "y_n": 3, "tint": "plain", "x": sheet.column([1e-4, 1e-3, 1e-2, 1e-1]),
             "y": sheet.column([0, 1, 2]), "shade": sheet.column([i if i != 5 else None for i in range(12)])}
    sheet.add("contour", "Cells", {"span": 2, "x": axis("rate", 3e-5, 0.3, "log"),
                                   "y": axis("activation", -0.5, 2.5, "words", words=["relu", "tanh", "a < b && c"]), "marks": [cells],
                                   "shades": {"title": "expected loss", "scale": "linear", "low": 0, "high": 11}})


def add_stacks(sheet):
    piles = [{"names": ["input", "conv2d", "dense"], "tints": ["plain", "series0", "series1"]},
             {"names": ["input", "conv2d", "conv2d_1", "dense"], "tints": ["plain", "series0", "series0", "series1"]}]
    stacks = {"kind": "stacks", "n": 6, "tint": "plain", "x": sheet.column(range(6)), "y": sheet.column([0.5, 0.6, 0.8, 0.7, 0.9, 0.2]),
              "piles": {"words": piles, "at": sheet.column([0, 1, 0, 1, 1, 0])}, "trials": sheet.column(range(6))}
    sheet.add("depth", "Stacks", {"span": 2, "x": axis("trial", -0.5, 5.5, whole=True), "y": axis("accuracy", 0, 1.2), "marks": [stacks]})


def add_courses(sheet, n):
    lengths = [1 + i % 9 for i in range(n)]
    ends = [sum(lengths[:i + 1]) for i in range(n)] if n < 2000 else []
    if not ends:
        total = 0
        for length in lengths:
            total += length
            ends.append(total)
    values = [1 / (k + 1 + i % 7) for i, length in enumerate(lengths) for k in range(length)]
    ragged = {"kind": "courses", "n": n, "tint": "trial", "faint": True, "courses": {"values": sheet.column(values), "ends": sheet.column(ends)},
              "trials": sheet.column(range(n)), "tints": sheet.column([(0, 3)[i % 2] for i in range(n)])}
    sheet.add("curves", "Ragged", {"span": 2, "x": axis("epoch", 1, 9, whole=True), "y": axis("loss", 0, 1.05), "marks": [ragged]})


def add_rulers(sheet, n, n_rulers):
    rulers = [axis("learning_rate", 1e-4, 1e-1, "log")] + [axis(f"units_{k}", 8, 64, whole=True) for k in range(n_rulers - 3)]
    rulers += [axis("activation", -0.5, 1.5, "words", words=["relu", "tanh"]), axis("val_loss", 0, 1)]
    lines = [[10 ** sheet.random.uniform(-4, -1) for _ in range(n)]]
    lines += [[sheet.random.randint(8, 64) if k < 2 or i % 3 else None for i in range(n)] for k in range(n_rulers - 3)]
    lines += [[i % 2 for i in range(n)], [sheet.random.random() for _ in range(n)]]
    courses = {"kind": "courses", "n": n, "tint": "trial", "lines": [sheet.column(line) for line in lines],
               "shade": sheet.column(lines[-1]), "trials": sheet.column(range(n))}
    sheet.add("parallel", "Rulers", {"span": 2, "x": axis(None, 0, n_rulers - 1), "y": axis(None, 0, 1), "rulers": rulers,
                                     "marks": [courses], "shades": {"title": "val_loss", "scale": "linear", "low": 0, "high": 1, "falling": True}})


def every_kind(n=60, n_rulers=6):
    sheet = Sheet()
    add_points(sheet, n)
    add_lines(sheet)
    add_rows(sheet)
    add_cells(sheet)
    add_stacks(sheet)
    add_courses(sheet, n)
    add_rulers(sheet, n, n_rulers)
    sheet.add("intermediate", "Nothing", {"span": 2, "x": axis("x", 0, 1), "y": axis("y", 0, 1), "marks": [],
                                          "empty": "No trial was pruned."})
    return sheet.json()
