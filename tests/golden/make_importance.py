"""Writes importance.txt: trials, and the shares that Optuna's evaluators give of them.

    python -m venv peers && peers/bin/pip install optuna==5.0.0 scikit-learn
    peers/bin/python make_importance.py

A case is a line for each hyperparameter, for each trial (its score and values; "-" where one is not active) and for each share.
PED-ANOVA does not depend on chance, and its shares are divided by their sum. fANOVA is another forest than ours; it knows no
logarithms and no conditions, so that spaces with these have none.
"""

import math
import random
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator
from optuna.trial import create_trial

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

WORDS = "abcdefgh"


class Float:
    def __init__(self, low, high, log=False):
        self.distribution = FloatDistribution(low, high, log=log)
        self.line = f"{'log' if log else 'float'} {low!r} {high!r}"
        self.log, self.low, self.high = log, low, high

    def draw(self, rng):
        u = rng.random()
        return self.low * (self.high / self.low) ** u if self.log else self.low + u * (self.high - self.low)

    def number(self, value):
        return repr(value)


class Int:
    def __init__(self, low, high):
        self.distribution = IntDistribution(low, high)
        self.line = f"int {low} {high}"
        self.low, self.high = low, high

    def draw(self, rng):
        return rng.randint(self.low, self.high)

    def number(self, value):
        return str(value)


class Word:
    def __init__(self, n):
        self.distribution = CategoricalDistribution(list(WORDS[:n]))
        self.line = f"words 0 {n - 1}"
        self.n = n

    def draw(self, rng):
        return WORDS[rng.randrange(self.n)]

    def number(self, value):
        return str(WORDS.index(value))


def case(name, space, score, n, active=None, fanova=True):
    """Prints a case of n random trials; `active` says of all values which are."""
    rng = random.Random(name)
    study = optuna.create_study()
    print("case", name)
    for key, variable in space.items():
        print("variable", key, variable.line)
    for _ in range(n):
        values = {key: variable.draw(rng) for key, variable in space.items()}
        here = values if active is None else {k: v for k, v in values.items() if active(values, k)}
        result = score(values, rng)
        study.add_trial(create_trial(params=here, distributions={k: space[k].distribution for k in here}, value=result))
        print("trial", repr(result), *(space[k].number(v) if k in here else "-" for k, v in values.items()))
    ped = PedAnovaImportanceEvaluator().evaluate(study)
    total = sum(ped.values())
    for key in space:
        print("share ped-anova", key, repr(float(ped[key] / total)))
    shares = FanovaImportanceEvaluator(seed=1).evaluate(study) if fanova else {}
    for key in shares:
        print("share fanova", key, repr(float(shares[key])))
    print("end")


def ishigami(v, _):
    return math.sin(v["x1"]) * (1 + 0.1 * v["x3"] ** 4) + 7 * math.sin(v["x2"]) ** 2


def mixed(v, rng):
    return (math.log10(v["rate"]) + 2.5) ** 2 + 2 * WORDS.index(v["word"]) % 3 + 0.2 * v["count"] + rng.gauss(0, 0.3)


def layered(v, rng):
    units = v["units_3"] / 256 if v["layers"] >= 3 else 0.5
    momentum = (v["momentum"] - 0.6) ** 2 if v["optimizer"] == "a" else 0.2
    return 0.5 * v["layers"] + units + 3 * momentum + rng.gauss(0, 0.1)


def in_layers(values, key):
    if key == "momentum":
        return values["optimizer"] == "a"
    return not key.startswith("units_") or int(key[6:]) <= values["layers"]


case("ishigami", {f"x{i}": Float(-math.pi, math.pi) for i in (1, 2, 3)}, ishigami, 300)
case("mixed", {"rate": Float(1e-4, 0.1, True), "word": Word(5), "count": Int(1, 9), "nothing": Float(0.0, 1.0)}, mixed, 200,
     fanova=False)
case("wide", {"units": Int(16, 512), "size": Int(1, 3), "rest": Word(2)},
     lambda v, rng: abs(v["units"] - 200) / 50 + v["size"] + rng.gauss(0, 0.2), 150)
case("layered", {"layers": Int(1, 3), "units_1": Int(8, 256), "units_2": Int(8, 256), "units_3": Int(8, 256),
                 "optimizer": Word(2), "momentum": Float(0.0, 1.0)}, layered, 250, in_layers, False)
