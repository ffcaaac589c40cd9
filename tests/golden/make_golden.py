#!/usr/bin/env python3
"""Makes the golden files with real Keras.   make_golden.py DATA_FOLDER OUTPUT_FOLDER

See README.md beside this file for what the files hold. Needs the packages of requirements.txt, nothing at test time.
"""
import json
import os
import platform
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"  # gradients of the single layers are taken with its tape
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # plain kernels: one order of summation

import keras
import numpy as np
import tensorflow as tf
from keras import layers, losses, metrics, optimizers

import models
import safetensors_file

PINNED = {"keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.6"}


def versions():
    found = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    if found != PINNED:
        sys.exit(f"made for {PINNED}, found {found}")
    return {"keras": found["keras"], "backend": "tensorflow " + found["tensorflow"], "numpy": found["numpy"],
            "python": platform.python_version(), "script": "make_golden.py"}


# ---- training runs -----------------------------------------------------------------------------------------------

def training_run(name, folder):
    x, y = models.data(name, folder)
    batch = models.MODELS[name][3]

    keras.utils.set_random_seed(1)
    model = models.build(name, "float32")
    before = models.weights(model)
    got, tested, by_hand = models.train(model, x, y, batch, test_too=True)
    # train_on_batch must have given this batch's loss before this step's update, and no running mean.
    np.testing.assert_allclose(got, tested, rtol=1e-5)
    np.testing.assert_allclose(got, by_hand, rtol=1e-5)
    out = {"x": x, "y": y, **before, "losses": np.array(got, np.float32),
           "prediction": np.asarray(model.predict_on_batch(x[:batch])),
           **{"final/" + k: v for k, v in models.weights(model).items()}}

    double = models.build(name, "float64")
    models.set_weights(double, before)
    got64, tested64, by_hand64 = models.train(double, x.astype("f8"), y.astype("f8"), batch, test_too=True)
    np.testing.assert_allclose(got64, tested64, rtol=1e-12)
    np.testing.assert_allclose(got64, by_hand64, rtol=1e-9)
    out["losses64"] = np.array(got64, np.float64)
    noise = np.max(np.abs(np.array(got) / np.array(got64) - 1))
    print(f"{name}: loss {got[0]:.6f} -> {got[-1]:.6f}, float32 against float64 {noise:.1e} at most")
    assert all(v.dtype == np.float64 for v in models.weights(double).values())
    return out, {"optimizer": "adam", "loss": models.MODELS[name][2], "batch_size": str(batch),
                 "steps": str(models.STEPS), "batches": "step s trains on batch s mod 2, in order"}


# ---- optimizers --------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    "sgd": ("SGD", {}),
    "sgd_momentum": ("SGD", {"momentum": 0.9}),
    "sgd_nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "sgd_clipvalue": ("SGD", {"clipvalue": 0.5}),
    "sgd_global_clipnorm": ("SGD", {"global_clipnorm": 1.0}),
    "rmsprop": ("RMSprop", {}),
    "rmsprop_momentum_centered": ("RMSprop", {"momentum": 0.9, "centered": True}),
    "adam": ("Adam", {}),
    "adam_amsgrad": ("Adam", {"amsgrad": True}),
    "adam_amsgrad_beta_2": ("Adam", {"amsgrad": True, "beta_2": 0.9}),
    "adamw": ("AdamW", {"weight_decay": 0.004}),
}


def optimizer_steps():
    rng = np.random.default_rng(2)
    w0 = rng.normal(size=37).astype(np.float32)
    # Gradients of very different sizes; some exactly zero; some that all but vanish, where amsgrad parts from adam.
    g = rng.normal(size=(10, 37)) * 10.0 ** rng.uniform(-4, 1, size=37)
    g[:, 5] = 0
    g[::2, 6] = 0
    g[2:, 7:15] *= 1e-3
    g = g.astype(np.float32)
    out, described = {"w0": w0, "g": g}, {}
    for name, (kind, options) in OPTIMIZERS.items():
        options = {"learning_rate": 0.01, **options}
        for floatx, prefix in (("float32", "w_"), ("float64", "w64_")):
            models.precision(floatx)
            w = keras.Variable(w0.astype(floatx), dtype=floatx)
            # np.float64: TensorFlow would round a Python number to float32 on the way.
            optimizer = getattr(optimizers, kind)(**{k: np.float64(v) if k == "weight_decay" else v
                                                     for k, v in options.items()})
            for step in g:
                optimizer.apply([keras.ops.convert_to_tensor(step.astype(floatx))], [w])
            assert all(v.dtype == floatx for v in optimizer.variables if "iteration" not in v.path)
            out[prefix + name] = w.numpy()
        described[name] = {"optimizer": kind.lower(), **options}
    return out, {"steps": "10", "cases": json.dumps(described)}


# ---- single layers, losses, metrics ------------------------------------------------------------------------------

class Cases:
    """Collects tensors by case name, and what each case is."""

    def __init__(self):
        self.rng, self.out, self.described = np.random.default_rng(3), {}, {}

    def normal(self, *shape, scale=1.0):
        return (self.rng.normal(size=shape) * scale).astype(np.float32)

    def put(self, case, description, **tensors):
        self.described[case] = description
        for name, value in tensors.items():
            self.out[f"{case}/{name}"] = np.atleast_1d(np.asarray(value, np.float32))

    def layer(self, case, kind, x, **options):
        """Random weights; y = layer(x); and the gradients of sum(y * dy)."""
        layer = getattr(layers, kind)(**options)
        x = tf.constant(x)
        layer.build(x.shape)
        for w in layer.weights:
            w.assign(self.normal(*w.shape, scale=0.4))
        w = [v.value for v in layer.trainable_weights]
        with tf.GradientTape() as tape:
            tape.watch([x])
            y = layer(x)
            dy = tf.constant(self.normal(*y.shape))
            loss = tf.reduce_sum(y * dy)
        dx, *dw = tape.gradient(loss, [x, *w])
        named = {v.name: v.numpy() for v in layer.trainable_weights}
        gradients = {"d" + v.name: g.numpy() for v, g in zip(layer.trainable_weights, dw)}
        self.put(case, {"layer": kind, **options}, x=x, y=y, dy=dy, dx=dx, **named, **gradients)

    def activation(self, case, function, x, description):
        x = tf.constant(x)
        dy = tf.constant(self.normal(*x.shape))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        self.put(case, description, x=x, y=y, dy=dy, dx=tape.gradient(y, x, output_gradients=dy))

    def loss(self, case, loss, y_true, y_pred, gradient=True, **options):
        """y: the loss of each example; value: their mean, as a model reports it; dy_pred: its gradient."""
        y_true, y_pred = tf.constant(y_true), tf.constant(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = getattr(losses, loss)(**options)(y_true, y_pred)
        each = getattr(losses, loss)(reduction="none", **options)(y_true, y_pred)
        extra = {"dy_pred": tape.gradient(value, y_pred)} if gradient else {}
        self.put(case, {"loss": loss, **options}, y_true=y_true, y_pred=y_pred, y=each, value=value, **extra)

    def metric(self, case, kind, y_true, y_pred, parts=1, **options):
        """parts: the examples arrive in that many updates, as batches of an evaluation do."""
        metric = getattr(metrics, kind)(**options)
        for t, p in zip(np.array_split(y_true, parts), np.array_split(y_pred, parts)):
            metric.update_state(t, p)
        self.put(case, {"metric": kind, "updates": parts, **options}, y_true=y_true, y_pred=y_pred,
                 value=metric.result())


def convolutions(c):
    odd, even = c.normal(2, 11, 9, 3), c.normal(2, 10, 8, 3)
    for suffix, x in (("", odd), ("_even", even)):
        for padding in ("valid", "same"):
            c.layer(f"conv2d_{padding}{suffix}", "Conv2D", x, filters=4, kernel_size=3, padding=padding)
            c.layer(f"conv2d_{padding}_s2{suffix}", "Conv2D", x, filters=4, kernel_size=3, strides=2, padding=padding)
            c.layer(f"conv2d_{padding}_k2{suffix}", "Conv2D", x, filters=4, kernel_size=2, padding=padding)
            c.layer(f"conv2d_{padding}_k2_s2{suffix}", "Conv2D", x, filters=4, kernel_size=2, strides=2,
                    padding=padding)
            c.layer(f"conv2d_{padding}_d2{suffix}", "Conv2D", x, filters=4, kernel_size=3, dilation_rate=2,
                    padding=padding)
    c.layer("conv2d_same_k2_d2", "Conv2D", odd, filters=4, kernel_size=2, dilation_rate=2, padding="same")
    c.layer("conv2d_same_k5_s3", "Conv2D", odd, filters=4, kernel_size=5, strides=3, padding="same")
    c.layer("conv2d_same_k4x1_s2x1", "Conv2D", even, filters=4, kernel_size=[4, 1], strides=[2, 1], padding="same")
    c.layer("conv2d_valid_k2x3_d3x1", "Conv2D", odd, filters=4, kernel_size=[2, 3], dilation_rate=[3, 1])
    c.layer("conv2d_k1", "Conv2D", odd, filters=5, kernel_size=1)
    c.layer("conv2d_k1_s2_same", "Conv2D", odd, filters=5, kernel_size=1, strides=2, padding="same")
    c.layer("conv2d_no_bias", "Conv2D", odd, filters=4, kernel_size=3, use_bias=False)
    c.layer("conv2d_relu", "Conv2D", odd, filters=4, kernel_size=3, activation="relu")


def poolings(c):
    # All negative: a 'same' border that counted as zero would win.
    x = -1 - np.abs(c.normal(2, 7, 5, 3))
    for padding in ("valid", "same"):
        for pool, strides in ((2, None), (2, 1), (2, 3), (3, None), (3, 2), (3, 1), ([3, 2], [1, 2])):
            text = lambda v: "x".join(map(str, v)) if isinstance(v, list) else v
            name = f"max_pooling2d_{padding}_p{text(pool)}" + (f"_s{text(strides)}" if strides else "")
            c.layer(name, "MaxPooling2D", x, pool_size=pool, strides=strides, padding=padding)


def recurrents(c):
    x = c.normal(3, 7, 4)
    for name, options in {
        "default": {},
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True},
        "backwards_sequences": {"go_backwards": True, "return_sequences": True},
        "no_bias": {"use_bias": False},
        "relu": {"activation": "relu", "return_sequences": True},
        "swapped": {"activation": "sigmoid", "recurrent_activation": "tanh", "return_sequences": True},
        "one_step": {},
    }.items():
        c.layer("lstm_" + name, "LSTM", x[:, :1] if name == "one_step" else x, units=5, **options)
    for on in (True, False):
        layer = layers.LSTM(5, unit_forget_bias=on)
        layer.build((None, 7, 4))
        c.put(f"lstm_unit_forget_bias_{str(on).lower()}", {"layer": "LSTM", "units": 5, "unit_forget_bias": on,
              "holds": "the initial bias"}, bias=layer.cell.bias.numpy())


def others(c):
    c.layer("dense", "Dense", c.normal(3, 6), units=4)
    c.layer("dense_no_bias", "Dense", c.normal(3, 6), units=4, use_bias=False)
    c.layer("dense_rank3", "Dense", c.normal(3, 5, 6), units=4)  # the last axis of each step
    c.layer("dense_softmax", "Dense", c.normal(3, 6), units=4, activation="softmax")
    c.layer("flatten", "Flatten", c.normal(2, 3, 4, 5))

    x = np.concatenate([np.linspace(-6, 6, 48), [-100, -20, -1e-3, 1e-3, 20, 80]]).astype(np.float32)
    for name in ("linear", "relu", "sigmoid", "tanh", "elu", "selu", "gelu", "swish", "leaky_relu"):
        c.activation("activation_" + name, keras.activations.get(name), x, {"activation": name})
    wide = c.normal(5, 7, scale=3)
    wide[0] += 90  # overflows unless the largest is taken off
    wide[1, 2] = 60
    c.activation("activation_softmax", keras.activations.softmax, wide, {"activation": "softmax", "axis": -1})
    c.activation("activation_softmax_rank3", keras.activations.softmax, c.normal(2, 3, 5),
                 {"activation": "softmax", "axis": -1})


def all_losses(c):
    t, p = c.normal(6, 3), c.normal(6, 3)
    c.loss("loss_mse", "MeanSquaredError", t, p)
    c.loss("loss_mae", "MeanAbsoluteError", t, p)
    c.loss("loss_huber", "Huber", t, p)  # delta 1
    c.loss("loss_huber_delta", "Huber", t, p, delta=0.3)
    chance = (1 / (1 + np.exp(-c.normal(8, 2)))).astype(np.float32)
    labels = (c.normal(8, 2) > 0).astype(np.float32)
    c.loss("loss_binary_crossentropy", "BinaryCrossentropy", labels, chance)
    c.loss("loss_binary_crossentropy_soft", "BinaryCrossentropy", np.abs(chance - 0.3).astype(np.float32), chance)
    # Probabilities of exactly 0 and 1, wrong and right: clipped to 1e-7 .. 1 - 1e-7.
    hard = np.array([[0], [1], [0], [1], [1e-9]], np.float32)
    c.loss("loss_binary_crossentropy_clipped", "BinaryCrossentropy", np.array([[0], [1], [1], [0], [1]], np.float32),
           hard, gradient=False)
    probs = np.exp(c.normal(6, 4))
    probs = (probs / probs.sum(1, keepdims=True)).astype(np.float32)
    classes = np.array([0, 3, 1, 2, 2, 0], np.float32)
    c.loss("loss_sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", classes, probs)
    c.loss("loss_categorical_crossentropy", "CategoricalCrossentropy", np.eye(4, dtype=np.float32)[classes.astype(int)],
           probs)
    c.loss("loss_categorical_crossentropy_soft", "CategoricalCrossentropy",
           np.full((6, 4), 0.25, np.float32), probs)
    sure = np.eye(4, dtype=np.float32)[[0, 0, 1]]
    c.loss("loss_sparse_categorical_crossentropy_clipped", "SparseCategoricalCrossentropy",
           np.array([0, 1, 1], np.float32), sure, gradient=False)
    c.loss("loss_categorical_crossentropy_clipped", "CategoricalCrossentropy", np.eye(4, dtype=np.float32)[[0, 1, 1]],
           sure, gradient=False)


def all_metrics(c):
    labels = (c.rng.uniform(size=60) < 0.4).astype(np.float32)
    scores = np.clip(0.3 * labels + c.rng.uniform(size=60) * 0.7, 0, 1).astype(np.float32)
    c.metric("metric_auc", "AUC", labels, scores)
    c.metric("metric_auc_batches", "AUC", labels, scores, parts=4)
    # Scores on the thresholds i / 199 themselves, many equal, and both ends.
    ties = (np.round(scores * 199 / 20) * 20 / 199).astype(np.float32)
    ties[:2] = [0, 1]
    c.metric("metric_auc_ties", "AUC", labels, ties)
    c.metric("metric_auc_close", "AUC", labels, (0.5 + scores * 0.01).astype(np.float32))  # two or three thresholds
    c.metric("metric_auc_perfect", "AUC", labels, (0.1 + 0.8 * labels).astype(np.float32))
    c.metric("metric_auc_reversed", "AUC", labels, (0.9 - 0.8 * labels).astype(np.float32))
    c.metric("metric_auc_one_class", "AUC", np.ones(10, np.float32), scores[:10])
    c.metric("metric_auc_columns", "AUC", labels.reshape(30, 2), scores.reshape(30, 2))  # pooled
    border = scores.copy()
    border[:3] = [0.5, np.nextafter(np.float32(0.5), np.float32(1)), np.nextafter(np.float32(0.5), np.float32(0))]
    c.metric("metric_binary_accuracy", "BinaryAccuracy", labels, border)
    c.metric("metric_binary_accuracy_columns", "BinaryAccuracy", labels.reshape(30, 2), border.reshape(30, 2), parts=4)
    p = c.rng.uniform(size=(20, 4)).astype(np.float32)
    p[0], p[1] = [0.4, 0.4, 0.1, 0.1], [0.1, 0.4, 0.4, 0.1]  # arg max of equals: the first
    classes = c.rng.integers(0, 4, size=20).astype(np.float32)
    classes[:2] = [0, 2]
    c.metric("metric_sparse_categorical_accuracy", "SparseCategoricalAccuracy", classes, p)
    c.metric("metric_sparse_categorical_accuracy_batches", "SparseCategoricalAccuracy", classes, p, parts=3)
    c.metric("metric_categorical_accuracy", "CategoricalAccuracy", np.eye(4, dtype=np.float32)[classes.astype(int)], p)
    t, q = c.normal(10, 3), c.normal(10, 3)
    c.metric("metric_mae", "MeanAbsoluteError", t, q, parts=3)
    c.metric("metric_mse", "MeanSquaredError", t, q, parts=3)


def single_layers():
    models.precision("float32")
    c = Cases()
    for part in (convolutions, poolings, recurrents, others, all_losses, all_metrics):
        part(c)
    return c.out, {"cases": json.dumps(c.described)}


# ------------------------------------------------------------------------------------------------------------------

def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    folder, out = sys.argv[1:]
    about = versions()
    print(about)
    os.makedirs(out, exist_ok=True)
    made = {name: lambda name=name: training_run(name, folder) for name in models.MODELS}
    made.update(optimizers=optimizer_steps, layers=single_layers)
    for name, make in made.items():
        tensors, metadata = make()
        bad = [k for k, v in tensors.items() if not np.all(np.isfinite(v))]
        if bad:
            sys.exit(f"{name}: not finite: {bad}")
        path = os.path.join(out, name + ".safetensors")
        safetensors_file.write(path, tensors, {**about, **metadata})
        back, _ = safetensors_file.read(path)
        if back.keys() != tensors.keys() or any(not np.array_equal(back[k], tensors[k]) for k in back):
            sys.exit(f"{path}: reads back differently")
        print(f"{path}: {len(tensors)} tensors, {os.path.getsize(path)} bytes")


main()
