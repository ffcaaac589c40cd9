"""Makes optuna_table.h: what Optuna 5.0.0's TPESampler thinks of points, given trials.

    python3 -m venv VENV && VENV/bin/pip install optuna==5.0.0 && VENV/bin/python optuna_table.py > optuna_table.h

The scores are log l(x) - log g(x) of each group of parameters, from the sampler's own split and estimators. NumPy's
argsort is made stable: which of two equal observations gets which bandwidth depends on the processor otherwise.
"""
import functools
import math
import random
import warnings

import numpy
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_gamma_multiobjective
from optuna.search_space.group_decomposed import _GroupDecomposedSearchSpace
from optuna.trial import TrialState, create_trial

warnings.simplefilter("ignore")
numpy.argsort = functools.partial(numpy.argsort, kind="stable")
optuna.logging.set_verbosity(optuna.logging.CRITICAL)

# In the order in which the test's build asks for them.
SPACE = {
    "kind": CategoricalDistribution(["a", "b", "c"]),
    "x": FloatDistribution(-2, 3),
    "rate": FloatDistribution(1e-4, 1, log=True),
    "half": FloatDistribution(-1, 2, step=0.5),
    "units": IntDistribution(1, 8),
    "only_a": FloatDistribution(0, 1),
    "only_b": IntDistribution(0, 20, step=5),
}
NAMES = list(SPACE)
LAST_EPOCH = 9


def draw(rng):
    params = {
        "kind": rng.choice("abc"),
        "x": rng.uniform(-2, 3),
        "rate": 10 ** rng.uniform(-4, 0),
        "half": -1 + 0.5 * rng.randrange(7),
        "units": rng.randint(1, 8),
    }
    if params["kind"] == "a":
        params["only_a"] = rng.random()
    if params["kind"] == "b":
        params["only_b"] = 5 * rng.randrange(5)
    return params


def make_trial(rng, params, n_objectives, mixed):
    """(Optuna's trial, status, losses, violation, epochs)"""
    values = [round(rng.gauss(0, 1), 3) for _ in range(n_objectives)]
    distributions = {name: SPACE[name] for name in params}
    fate = rng.random() if mixed else 1
    violation = round(rng.random(), 3) if mixed and rng.random() < 0.2 else 0
    common = dict(params=params, distributions=distributions)
    if fate < 0.15:
        return create_trial(state=TrialState.RUNNING, **common), "RUNNING", None, 0, 0
    common["constraints"] = {"c": violation or -1.0}
    if fate < 0.4 and n_objectives == 1:
        epochs = rng.randint(1, LAST_EPOCH)
        trial = create_trial(state=TrialState.PRUNED, intermediate_values={epochs: values[0]}, **common)
        return trial, "PRUNED", values, violation, epochs
    trial = create_trial(state=TrialState.COMPLETE, values=values, **common)
    return trial, "COMPLETED", values, violation, LAST_EPOCH


def expected(study, trials, point):
    """The score of each parameter's group at the point, by name."""
    several = len(study.directions) > 1
    sampler = optuna.samplers.TPESampler(multivariate=True, group=True)
    gamma = default_gamma_multiobjective if several else default_gamma
    finished = [t for t in trials if t.state != TrialState.RUNNING]
    below, above = _split_trials(study, trials, gamma(len(finished)))
    scores = {}
    for space in _GroupDecomposedSearchSpace(True).calculate(study).search_spaces:
        good = sampler._build_parzen_estimator(study, space, below, handle_below=True)
        bad = sampler._build_parzen_estimator(study, space, above, handle_below=False)
        if not set(space) <= set(point):
            continue
        sample = {name: numpy.array([space[name].to_internal_repr(point[name])]) for name in space}
        score = float(sampler._compute_acquisition_func(sample, good, bad)[0])
        scores.update({name: score for name in space})
    return scores


def number(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "NOT_ACTIVE"
    return repr(float(value))


def as_numbers(params):
    values = dict(params, kind="abc".index(params["kind"]))
    return ", ".join(number(values.get(name)) for name in NAMES)


def write_case(name, seed, n, directions, mixed, n_points):
    rng = random.Random(seed)
    study = optuna.create_study(directions=directions)
    made = [make_trial(rng, draw(rng), len(directions), mixed) for _ in range(n)]
    for made_trial in made:
        study.add_trial(made_trial[0])
    trials = study.get_trials(deepcopy=False)
    print(f"static const table_trial {name}_trials[] = {{")
    for t, (_, status, values, violation, epochs) in zip(trials, made):
        losses = ", ".join(number(v) for v in (values or [float("nan")] * len(directions)))
        print(f"    {{ VV_TRIAL_{status}, {{ {losses} }}, {number(violation)}, {epochs}, {{ {as_numbers(t.params)} }} }},")
    print("};")
    print(f"static const table_point {name}_points[] = {{")
    for _ in range(n_points):
        point = draw(rng)
        scores = expected(study, trials, point)
        print(f"    {{ {{ {as_numbers(point)} }}, {{ {', '.join(number(scores.get(n)) for n in NAMES)} }} }},")
    print("};\n")


print("""/* optuna_table.h - made by optuna_table.py with Optuna %s. */
#ifndef VARVE_TESTS_OPTUNA_TABLE_H
#define VARVE_TESTS_OPTUNA_TABLE_H
/* clang-format off */

#define NOT_ACTIVE ((double)NAN)
enum { TABLE_NAMES = %d, TABLE_OBJECTIVES = 2 };
typedef struct table_trial {
    vv_trial_status status;
    double scores[TABLE_OBJECTIVES], violation;
    int epochs;
    double values[TABLE_NAMES]; /* NOT_ACTIVE: NaN */
} table_trial;
typedef struct table_point {
    double values[TABLE_NAMES], scores[TABLE_NAMES]; /* log l - log g of the name's group; NOT_ACTIVE: NaN */
} table_point;
""" % (optuna.__version__, len(NAMES)))
write_case("few", 1, 9, ["minimize"], False, 4)
write_case("mixed", 2, 40, ["minimize"], True, 8)
write_case("maximized", 3, 90, ["maximize"], True, 8)
write_case("several", 4, 60, ["minimize", "maximize"], True, 8)
print("/* clang-format on */\n#endif")
