#!/usr/bin/env python3
"""Runs peers on the problems, one method after another; README.md says which there are.

    search_peers.py OUT.jsonl METHOD[,METHOD...] FIRST LAST [all|held_out|PROBLEM,...]

For each method every problem of a seed before the next seed, so that what is there when it is stopped can be used.
"""
import importlib
import sys

from measure import measure


def study_of(method):
    """Each peer is imported only where it is wanted: SMAC has an environment of its own."""
    if method in ("keras-tuner-bayesian", "smac"):
        return importlib.import_module(method.replace("-bayesian", "").replace("-", "_") + "_peer").study
    return importlib.import_module("optuna_peer").study_of(method)


def main():
    path, methods, first, last = sys.argv[1:5]
    names = sys.argv[5] if len(sys.argv) > 5 else "all"
    for method in methods.split(","):
        measure(method, study_of(method), range(int(first), int(last) + 1), path, names)


main()
