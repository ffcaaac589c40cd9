"""Makes the project folders beside this file with the real Keras Tuner: see README.md.

usage: KERAS_BACKEND=jax python make_projects.py OUTPUT_FOLDER
"""
import pathlib
import shutil
import sys

import keras
import keras_tuner as kt
import numpy as np

X = np.random.RandomState(0).rand(48, 3).astype("float32")
Y = (X @ np.array([1.0, -2.0, 0.5]) > 0).astype("float32")


def network(hp, rate, metrics=("accuracy",)):
    model = keras.Sequential([keras.layers.Input((3,))])
    for i in range(hp.Int("layers", 1, 2)):
        model.add(keras.layers.Dense(hp.Int(f"units_{i}", 2, 8, step=2), activation=hp.Choice("activation", ["relu", "tanh"])))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=list(metrics))
    return model


def plain(hp):
    hp.Fixed("kind", "small net")
    hp.Boolean("unused")
    hp.Float("dropout", 0.0, 0.6, step=0.1)
    return network(hp, hp.Float("learning_rate", 1e-4, 1e-1, sampling="log"))


def search_networks(tuner, epochs=3):
    tuner.search(X, Y, validation_split=0.25, epochs=epochs, verbose=0)


def make_random(folder):
    search_networks(kt.RandomSearch(plain, "val_loss", max_trials=4, seed=3, directory=folder, project_name="random"))


def make_bayesian(folder):
    search_networks(kt.BayesianOptimization(plain, "val_accuracy", max_trials=5, num_initial_points=3, seed=5,
                                            executions_per_trial=2, directory=folder, project_name="bayesian"))


def make_hyperband(folder):
    search_networks(kt.Hyperband(plain, "val_loss", max_epochs=3, factor=3, seed=7, directory=folder, project_name="hyperband"))


class Scopes(kt.RandomSearch):
    """A space of scopes and conditions; no network."""

    def run_trial(self, trial, *args, **kwargs):
        hp = trial.hyperparameters
        value = 0.0
        with hp.name_scope("optimizer"):
            kind = hp.Choice("kind", ["sgd", "adam"])
            with hp.conditional_scope("kind", ["sgd"]):
                momentum = hp.Float("momentum", 0.0, 0.9)
            with hp.conditional_scope("kind", ["adam"]):
                beta = hp.Choice("beta", [0.9, 0.99])
        value += momentum if kind == "sgd" else beta
        deep = hp.Boolean("deep")
        with hp.conditional_scope("deep", [True]):
            value += hp.Int("depth", 2, 32, sampling="log") if deep else 0
        with hp.conditional_scope("deep", [False]):
            value += 0 if deep else hp.Int("depth", 1, 3)
        hp.Choice("on", [True, False])  # which Keras Tuner keeps as 1 and 0
        hp.Int("width", 2, 32, step=2, sampling="reverse_log")
        return {"quality": value, "cost": 2 * value}


def make_conditional(folder):
    Scopes(None, kt.Objective("quality", "max"), max_trials=6, seed=11, directory=folder, project_name="conditional").search(1)


class Failing(kt.RandomSearch):
    """Trials that fail in each of the ways there are."""

    def run_trial(self, trial, *args, **kwargs):
        x = trial.hyperparameters.Int("x", 0, 5)
        if x == 1:
            raise kt.errors.FailedTrialError("x is 1, \"quoted\",\nover two lines")
        if x == 2:
            raise ValueError("x is 2")
        if x == 3:
            return {"quality": float("nan"), "other": float("inf")}
        if x == 4 and self.stops:
            raise KeyboardInterrupt
        return {"quality": 1.5 * x, "other": float("nan") if x == 5 else -float("inf")}


def make_failing(folder, name="failing", stops=False, **more):
    tuner = Failing(None, kt.Objective("quality", "min"), max_trials=6, seed=1, max_retries_per_trial=1,
                    max_consecutive_failed_trials=9, directory=folder, project_name=name)
    tuner.stops = stops
    try:
        tuner.search(1, **more)
    except KeyboardInterrupt:
        pass


def make_interrupted(folder):
    make_failing(folder, "interrupted", stops=True)


def make_number(folder):
    """What a trial gives is one number, and nobody watches: no metric has the name of an objective, no start is kept."""

    class Number(kt.GridSearch):
        def run_trial(self, trial, *args, **kwargs):
            return (trial.hyperparameters.Float("x", -1.0, 1.0, step=0.5) - 0.3) ** 2

    Number(None, directory=folder, project_name="number").search(1, verbose=0)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for make in (make_random, make_bayesian, make_hyperband, make_conditional, make_failing, make_interrupted, make_number):
        shutil.rmtree(folder / make.__name__.removeprefix("make_"), ignore_errors=True)
        keras.utils.set_random_seed(1)
        make(str(folder))
    for path in list(folder.glob("*/trial_*/*")):
        if path.name == "trial.json":  # tracebacks name files of the machine that this ran on
            text = path.read_text()
            for where in (str(pathlib.Path(__file__).parent), sys.prefix):
                text = text.replace(where, "...")
            path.write_text(text)
        else:
            path.unlink()  # weights


main(pathlib.Path(sys.argv[1]))
