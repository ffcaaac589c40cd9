#!/usr/bin/env python3
"""Times training steps of real Keras, one JSON line a run.   keras_steps.py BACKEND MODEL [CORES [STEPS]]

BACKEND: tensorflow, jax, torch.  MODEL: cnn, lstm, dense.  One process a run, so that start-up and memory are its own.

STEPS is an epoch's length (200, dense: 1000); TensorFlow spends near 0.1 s on each epoch beside its steps.
fit_us_per_step: model.fit on NumPy arrays, all else as Keras has it, median over epochs of an epoch's time by its
steps. batch_us_per_step: train_on_batch, median of single calls. The *_cpu_* figures are the processor time of the same
(the mean, as the clock is coarse) and tell how far the machine was shared.
"""
import json
import os
import statistics
import sys
import time

import peer

BATCH, EPOCHS, CALLS = 32, 5, 100


def models(keras):
    layers = keras.layers
    return {  # input shape, layers, loss, number of classes (0: a number)
        "cnn": ((28, 28, 1), lambda: [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
                                      layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
                                      layers.Flatten(), layers.Dense(10, activation="softmax")],
                "sparse_categorical_crossentropy", 10),
        "lstm": ((100, 1), lambda: [layers.LSTM(32), layers.Dense(1)], "mse", 0),
        "dense": ((10,), lambda: [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"),
                                  layers.Dense(1, activation="sigmoid")], "binary_crossentropy", 2),
    }


def main():
    backend, name = sys.argv[1:3]
    peer.prepare(backend, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    steps = int(sys.argv[4]) if len(sys.argv) > 4 else 1000 if name == "dense" else 200
    began = peer.since_start()
    import keras
    import numpy as np
    imported = peer.since_start()

    shape, make, loss, classes = models(keras)[name]
    rng = np.random.default_rng(0)
    n = BATCH * steps
    x = rng.random((n, *shape), np.float32)
    y = rng.integers(0, classes, n) if classes else rng.random((n, 1), np.float32)
    y = y.reshape(n, 1).astype(np.float32) if classes == 2 else y

    model = keras.Sequential([keras.Input(shape)] + make())
    model.compile(optimizer="adam", loss=loss)
    built = peer.since_start()
    model.fit(x[:BATCH], y[:BATCH], batch_size=BATCH, verbose=0)
    first = peer.since_start()

    class Clock(keras.callbacks.Callback):
        wall, cpu = [], []

        def on_epoch_begin(self, epoch, logs=None):
            self.at = time.perf_counter(), time.process_time()

        def on_epoch_end(self, epoch, logs=None):
            self.wall.append((time.perf_counter() - self.at[0]) / steps * 1e6)
            self.cpu.append((time.process_time() - self.at[1]) / steps * 1e6)

    clock = Clock()
    model.fit(x, y, batch_size=BATCH, epochs=1 + EPOCHS, verbose=0, callbacks=[clock])  # the first warms up

    calls, cpu = [], 0
    for i in range(20 + CALLS):
        at = slice(i % steps * BATCH, (i % steps + 1) * BATCH)
        if i == 20:
            cpu = time.process_time()
        start = time.perf_counter()
        model.train_on_batch(x[at], y[at])
        calls.append((time.perf_counter() - start) * 1e6)
    cpu = (time.process_time() - cpu) / CALLS * 1e6

    fit, batch = statistics.median(clock.wall[1:]), statistics.median(calls[20:])
    print(json.dumps({
        "peer": "keras", **peer.about(backend), "model": name, "batch_size": BATCH, "steps_per_epoch": steps, "parameters": model.count_params(),
        "jit_compile": bool(model.jit_compile), "us_per_step": round(fit, 1),
        "samples_per_s": round(BATCH / fit * 1e6), "fit_us_per_step": round(fit, 1),
        "fit_us_per_step_min": round(min(clock.wall[1:]), 1), "fit_cpu_us_per_step": round(statistics.mean(clock.cpu[1:]), 1),
        "batch_us_per_step": round(batch, 1), "batch_us_per_step_min": round(min(calls[20:]), 1),
        "batch_cpu_us_per_step": round(cpu, 1), "startup_s": round(first, 3),
        "startup_parts_s": {"interpreter": round(began, 3), "import": round(imported - began, 3),
                            "build": round(built - imported, 3), "first_step": round(first - built, 3)},
        "peak_rss_mb": peer.peak_rss_mb(), "load_average": os.getloadavg()[0]}))


main()
