#!/usr/bin/env python3
"""The first example of the num_layers article, with real Keras Tuner, one JSON line.

    keras_tuner_example1.py BACKEND DATA_FOLDER [SEED [CORES]]

RandomSearch, val_accuracy, 5 trials, 2 executions a trial, 10 epochs; 1797 digits enlarged to 28x28, every fifth of a
fixed shuffle held out, batches of 32. A configuration that cannot be built is a failed trial and counts as one of the
five, as always in Keras Tuner; only its abort after 3 failures in a row is put off, so that the search ends.
"""
import json
import os
import sys
import tempfile
from pathlib import Path

import peer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "golden"))


def main():
    backend, folder = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    peer.prepare(backend, int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    import golden_data
    import keras
    import keras_tuner
    import numpy as np
    from keras import layers
    imported = peer.since_start()

    x, y = golden_data.digits(folder)
    order = np.random.default_rng(0).permutation(len(x))
    held, kept = order[::5], np.setdiff1d(order, order[::5])
    keras.utils.set_random_seed(seed)

    def build(hp):
        model = keras.Sequential([keras.Input((28, 28, 1))])
        for i in range(hp.Int("num_layers", 1, 5)):
            model.add(layers.Conv2D(hp.Int(f"filters_{i}", 32, 128, step=32), hp.Choice(f"kernel_size_{i}", [3, 5]),
                                    activation="relu"))
            model.add(layers.MaxPooling2D())
        model.add(layers.Flatten())
        model.add(layers.Dense(10, activation="softmax"))
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    with tempfile.TemporaryDirectory() as directory:
        tuner = keras_tuner.RandomSearch(build, objective="val_accuracy", max_trials=5, executions_per_trial=2, seed=seed,
                                         max_consecutive_failed_trials=1000, directory=directory, project_name="example1")
        start = peer.since_start()
        tuner.search(x[kept], y[kept], epochs=10, batch_size=32, validation_data=(x[held], y[held]), verbose=0)
        trials = [tuner.oracle.trials[i] for i in tuner.oracle.end_order]
    scored = [t for t in trials if t.score is not None]
    best = max(scored, key=lambda t: t.score, default=None)
    used = lambda t: {k: v for k, v in t.hyperparameters.values.items()
                      if k == "num_layers" or int(k.rpartition("_")[2]) < t.hyperparameters.values["num_layers"]}
    error = lambda t: next((l[:90] for l in reversed((t.message or "").splitlines()) if "Error: " in l), None)
    print(json.dumps({
        "peer": "keras-tuner", **peer.about(backend, ("keras", "keras-tuner", "numpy")), "example": 1, "seed": seed,
        "total_s": round(peer.since_start(), 2), "search_s": round(peer.since_start() - start, 2),
        "import_s": round(imported, 2), "trials": len(trials), "failed_trials": len(trials) - len(scored),
        "best_val_accuracy": best and best.score, "best": best and used(best),
        "all": [{"score": t.score, "status": t.status, "error": error(t), **used(t)} for t in trials],
        "peak_rss_mb": peer.peak_rss_mb(), "load_average": os.getloadavg()[0]}))


main()
