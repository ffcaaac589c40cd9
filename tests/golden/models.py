"""The three models of the golden training runs, and their data."""
import keras
import keras.src.ops
import numpy as np
from keras import layers

import golden_data

# On TensorFlow, ops.cast of a Python number rounds it to float32 first: the optimizers' 0.9 would be 0.89999998 in
# float64 too. Converted straight to the wanted type, double runs are double.
_cast = keras.src.ops.cast
keras.src.ops.cast = lambda x, dtype: (keras.ops.convert_to_tensor(x, dtype) if isinstance(x, float)
                                       else _cast(x, dtype))

STEPS = 20  # training steps; step s sees batch s mod BATCHES
BATCHES = 2


def mnist_cnn():
    return [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
            layers.Conv2D(32, 5, activation="relu"), layers.MaxPooling2D(2),
            layers.Flatten(), layers.Dense(10, activation="softmax")]


def dense_dropout():
    return [layers.Dense(32, activation="relu"), layers.Dense(64, activation="relu"),
            layers.Dense(1, activation="sigmoid")]


def lstm_series():
    return [layers.LSTM(32, return_sequences=True), layers.LSTM(32), layers.Dense(32, activation="relu"),
            layers.Dense(16, activation="relu"), layers.Dense(1)]


# name -> layers, input shape, loss, batch size
MODELS = {
    "mnist_cnn": (mnist_cnn, (28, 28, 1), "sparse_categorical_crossentropy", 32),
    "dense_dropout": (dense_dropout, (10,), "binary_crossentropy", 32),
    "lstm_series": (lstm_series, (100, 1), "mse", 16),
}


def precision(floatx):
    """A fresh session in which everything is computed in `floatx`; names are counted from the start again."""
    keras.utils.clear_session()
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(floatx)  # kept apart from floatx once asked for


def build(name, floatx):
    """A compiled model in one precision, its layers counted from a fresh session."""
    precision(floatx)
    make, shape, loss, _ = MODELS[name]
    model = keras.Sequential([keras.Input(shape)] + make())
    model.compile(optimizer=keras.optimizers.Adam(), loss=loss)
    return model


def weights(model):
    """<layer>/<param> -> array; an LSTM's cell is not named."""
    return {f"{layer.name}/{w.name}": np.asarray(keras.ops.convert_to_numpy(w))
            for layer in model.layers for w in layer.weights if w.name != "seed_generator_state"}


def set_weights(model, values):
    for layer in model.layers:
        for w in layer.weights:
            w.assign(values[f"{layer.name}/{w.name}"].astype(w.dtype))


def train(model, x, y, batch, test_too=False):
    """Trains STEPS steps. Returns the loss of each step before its update; with test_too also what test_on_batch says
    just before that step, and the loss computed here, in double, from the predictions just before that step."""
    losses, tested, by_hand = [], [], []
    for s in range(STEPS):
        at = slice(s % BATCHES * batch, (s % BATCHES + 1) * batch)
        if test_too:
            by_hand.append(loss_by_hand(model.loss, y[at], model.predict_on_batch(x[at])))
            model.reset_metrics()
            tested.append(float(model.test_on_batch(x[at], y[at])))
        model.reset_metrics()  # else train_on_batch of some Keras versions gives a running mean
        losses.append(float(model.train_on_batch(x[at], y[at])))
    return (losses, tested, by_hand) if test_too else losses


def loss_by_hand(loss, y, p):
    p, y = np.asarray(p, np.float64), np.asarray(y, np.float64)
    if loss == "mse":
        return np.mean((p - y) ** 2)
    if loss == "binary_crossentropy":
        return -np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))
    return -np.mean(np.log(p[np.arange(len(p)), y.astype(int)]))


def data(name, folder):
    """x and y of one model: two batches."""
    n = BATCHES * MODELS[name][3]
    if name == "mnist_cnn":
        x, y = golden_data.digits(folder)
        return x[:n], y[:n]
    if name == "dense_dropout":
        x, y = golden_data.breast_cancer(folder)
        return x[: 8 * n: 8], y[: 8 * n: 8]  # every 8th row: the file's head is nearly all one class
    v = golden_data.co2(folder)
    first = np.arange(n) * 67  # windows of 100 weeks over the whole series, and the week after each
    return (np.stack([v[i:i + 100] for i in first])[..., None],
            np.stack([v[i + 100:i + 101] for i in first]))
