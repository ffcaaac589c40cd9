#!/usr/bin/env python3
"""Trains with Keras exactly the trials of a finished search of example 1, one JSON line.

    varve results PROJECT --top 1000 --json >trials.json
    keras_same_trials.py BACKEND DATA_FOLDER trials.json [CORES]

The same work without a tuner: each trial's values, two executions of ten epochs, batches of 32, 1437 of the 1797 digits
enlarged to 28x28, validated on the rest after each epoch. total_s is from the start of the process.
"""
import json
import sys
from pathlib import Path

import peer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "golden"))


def main():
    backend, folder, path = sys.argv[1:4]
    peer.prepare(backend, int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    trials = [t["hyperparameters"] for t in json.loads(Path(path).read_text())["trials"] if t["status"] == "COMPLETED"]
    import golden_data
    import keras
    import numpy as np
    from keras import layers

    x, y = golden_data.digits(folder)
    order = np.random.default_rng(0).permutation(len(x))
    held, kept = order[:360], order[360:]
    keras.utils.set_random_seed(0)
    scores = []
    for values in trials:
        best = []
        for _ in range(2):
            keras.utils.clear_session()
            model = keras.Sequential([keras.Input((28, 28, 1))])
            for i in range(values["num_layers"]):
                model.add(layers.Conv2D(values[f"filters_{i}"], values[f"kernel_size_{i}"], activation="relu"))
                model.add(layers.MaxPooling2D())
            model.add(layers.Flatten())
            model.add(layers.Dense(10, activation="softmax"))
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
            history = model.fit(x[kept], y[kept], epochs=10, batch_size=32, validation_data=(x[held], y[held]), verbose=0)
            best.append(max(history.history["val_accuracy"]))
        scores.append(sum(best) / len(best))
    print(json.dumps({"peer": "keras, same trials", **peer.about(backend), "trials": len(trials), "scores": scores,
                      "total_s": round(peer.since_start(), 2), "peak_rss_mb": peer.peak_rss_mb()}))


main()
