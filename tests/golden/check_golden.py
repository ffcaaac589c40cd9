#!/usr/bin/env python3
"""Recomputes the golden files on another backend, in double.   check_golden.py GOLDEN_FOLDER

They were made with TensorFlow's kernels; this uses Keras on JAX and jax.grad. Prints the largest difference of each
kind, and fails above a limit that these explain: float32 storage, the two backends' ways to clip probabilities, and
Keras' ops.tanh and ops.mean on JAX, which give float32 also for float64.
"""
import json
import os
import sys

os.environ.update(KERAS_BACKEND="jax", JAX_ENABLE_X64="1")

import jax
import keras
import numpy as np

import models
import safetensors_file

failures = 0


def compare(what, got, want, limit):
    """Largest difference, relative to 1 or the largest value wanted."""
    global failures
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    far = np.max(np.abs(got - want)) / max(1, np.max(np.abs(want)), 1e-30) if got.shape == want.shape else np.inf
    if not far <= limit:
        failures += 1
        print(f"FAIL {what}: {far:.1e} > {limit:.0e}, shapes {got.shape} {want.shape}")
    return far


def case_tensors(tensors, case):
    return {k[len(case) + 1:]: v.astype("f8") for k, v in tensors.items() if k.startswith(case + "/")}


def layer_case(case, options, t):
    """Largest difference of y and of the gradients of sum(y * dy)."""
    layer = getattr(keras.layers, options.pop("layer"))(**options)
    layer.build(t["x"].shape)
    names = [v.name for v in layer.trainable_weights]

    def run(x, w):
        y = layer.stateless_call(w, [v.value for v in layer.non_trainable_variables], x)[0]
        return keras.ops.cast(y, "float64")

    y, vjp = jax.vjp(run, t["x"], [t[n] for n in names])
    dx, dw = vjp(t["dy"])
    return max(compare(case + "/" + k, a, t[k], 3e-6)
               for k, a in [("y", y), ("dx", dx)] + [("d" + n, g) for n, g in zip(names, dw)])


def main():
    folder = sys.argv[1]
    load = lambda name: safetensors_file.read(os.path.join(folder, name + ".safetensors"))

    for name, (_, _, loss, batch) in models.MODELS.items():
        t, _ = load(name)
        model = models.build(name, "float64")
        models.set_weights(model, t)
        got = models.train(model, t["x"].astype("f8"), t["y"].astype("f8"), batch)
        far = compare(name + "/losses64", got, t["losses64"], 3e-7)
        near = compare(name + "/losses", t["losses"], t["losses64"], 1e-5)
        # Adam turns the rounding of a gradient near zero into a good part of a step of 0.001.
        weights = max(compare(f"{name}/final/{k}", v, t["final/" + k], 1e-3) for k, v in models.weights(model).items())
        print(f"{name}: losses64 {far:.1e}, stored losses against losses64 {near:.1e}, final weights {weights:.1e}")

    t, about = load("optimizers")
    models.precision("float64")
    far = 0
    for name, options in json.loads(about["cases"]).items():
        kind = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}[options.pop("optimizer")]
        w, optimizer = keras.Variable(t["w0"].astype("f8")), getattr(keras.optimizers, kind)(**options)
        for g in t["g"]:
            optimizer.apply([keras.ops.convert_to_tensor(g.astype("f8"))], [w])
        far = max(far, compare(f"w64_{name}", w, t["w64_" + name], 1e-12))
        compare(f"w_{name}", t["w_" + name], t["w64_" + name], 1e-5)
    print(f"optimizers: w64 {far:.1e}")

    t, about = load("layers")
    far = {}
    for case, options in json.loads(about["cases"]).items():
        v = case_tensors(t, case)
        options = dict(options)
        if "layer" in options:
            kind, d = "layers", 0 if options.pop("holds", None) else layer_case(case, options, v)
        elif "activation" in options:
            f = lambda x: keras.ops.cast(keras.activations.get(options["activation"])(x), "float64")
            y, vjp = jax.vjp(f, jax.numpy.asarray(v["x"]))
            kind, d = "activations", max(compare(case, y, v["y"], 3e-7), compare(case, vjp(v["dy"])[0], v["dx"], 2e-6))
        elif "loss" in options:
            # JAX sums to one before it clips, TensorFlow after, and 1 - 1e-7 in float32 is 1 - 1.19e-7.
            f = lambda p: getattr(keras.losses, options["loss"])(
                **{k: o for k, o in options.items() if k != "loss"}, dtype="float64")(v["y_true"], p)
            value, gradient = jax.value_and_grad(f)(v["y_pred"])
            limit = 1e-2 if case.endswith("_clipped") else 1e-6
            kind, d = "losses", compare(case, [value], v["value"], limit)
            if "dy_pred" in v and "categorical" not in case:  # a backend may differentiate the division by the sum
                d = max(d, compare(case + "/dy_pred", gradient, v["dy_pred"], 2e-6))
        else:
            kind = "metrics"
            m = getattr(keras.metrics, options["metric"])()
            # In float32 as the values came: a score exactly on a threshold stays there.
            m.update_state(v["y_true"].astype("f4"), v["y_pred"].astype("f4"))
            d = compare(case, [m.result()], v["value"], 1e-6)
        far[kind] = max(far.get(kind, 0), d)
    print("layers: " + ", ".join(f"{k} {d:.1e}" for k, d in far.items()))
    sys.exit("differences" if failures else 0)


main()
