#!/usr/bin/env python3
"""Runs peers on the problems, one method after another; README.md says which there are.

    search_peers.py OUT.jsonl METHOD[,METHOD...] FIRST LAST [all|held_out|PROBLEM,...]

For each method every problem of a seed before the next seed, so that what is there when it is stopped can be used.
"""
import sys

from measure import measure


def study_of(method):
    if method.startswith("keras-tuner"):
        import keras_tuner_peer

        return keras_tuner_peer.study
    import optuna_peer

    return optuna_peer.study_of(method)


def main():
    path, methods, first, last = sys.argv[1:5]
    names = sys.argv[5] if len(sys.argv) > 5 else "all"
    for method in methods.split(","):
        measure(method, study_of(method), range(int(first), int(last) + 1), path, names)


main()
