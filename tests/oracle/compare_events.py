"""compare_events.py - what was read of event files is what the study holds: every scalar, every session.

    compare_events.py EVENTS CURVES TRIALS

of files: what read_events.py or tensorboard_events.py has printed, `varve export --curves --json`, `varve export --json`.
"""

import json
import math
import struct
import sys

SUCCESS, FAILURE = 1, 2
ENDINGS = {"COMPLETED": SUCCESS, "PRUNED": SUCCESS, "FAILED": FAILURE}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def as_float(number):
    """TensorBoard keeps 32 bits."""
    return struct.unpack("<f", struct.pack("<f", number))[0]


def is_same(found, stored):
    """What is not finite is null in JSON; so is what a step has not reported."""
    return (found is None or not math.isfinite(found)) if stored is None else found == as_float(stored)


def run_of(row):
    return f"trial-{row['trial']:04d}/execution-{row['execution']}"


def compare_scalars(runs, curves):
    expected = {
        (run_of(row), metric, str(row["epoch"])): value for row in curves for metric, value in row["metrics"].items()
    }
    found = {
        (name, tag, step): value
        for name, run in runs.items()
        for tag, steps in run["scalars"].items()
        for step, value in steps.items()
    }
    assert found.keys() <= expected.keys(), sorted(found.keys() - expected.keys())[:4]
    for place, value in expected.items():
        assert is_same(found.get(place), value), f"{place}: {found.get(place)} is not {value}"
    return len(found)


def compare_sessions(runs, trials):
    n = 0
    for trial in trials:
        sessions = [run for name, run in runs.items() if name.startswith(f"trial-{trial['trial']:04d}/")]
        for run in sessions:
            assert run["hparams"] == trial["hyperparameters"], (run["hparams"], trial)
            assert run["group"] == f"trial {trial['trial']}"
        endings = {run.get("status") for run in sessions}
        ending = ENDINGS.get(trial["status"])
        assert not sessions or ending in endings and endings <= {SUCCESS, ending}, (trial, endings)
        n += len(sessions)
    return n


def compare_dashboard(dashboard, trials):
    """A row for each trial, whose values are those that are active; columns are all that there are anywhere."""
    groups = dashboard["groups"]
    assert len(groups) == len(trials), sorted(groups)
    for trial in trials:
        assert groups[f"trial {trial['trial']}"]["hparams"] == trial["hyperparameters"], trial
        assert trial["hyperparameters"].keys() <= set(dashboard["hparams"]), dashboard["hparams"]


def main(events, curves, trials):
    read, trials = load(events), load(trials)
    scalars = compare_scalars(read["runs"], load(curves))
    sessions = compare_sessions(read["runs"], trials)
    if "dashboard" in read:
        compare_dashboard(read["dashboard"], trials)
    print(f"{scalars} scalars and {sessions} sessions are those of the study")


if __name__ == "__main__":
    main(*sys.argv[1:])
