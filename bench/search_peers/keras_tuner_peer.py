"""Keras Tuner's Bayesian oracle, given each problem's whole space with its conditions, as its tuner would find it."""
import contextlib
import os
import warnings

os.environ.setdefault("KERAS_BACKEND", "torch")
warnings.simplefilter("ignore")

from keras_tuner import HyperParameters, Objective
from keras_tuner.oracles import BayesianOptimizationOracle

from asks import Given, asked_of


def declare(hp, asked, name):
    kind, domain, log, step, when = asked[name]
    with contextlib.ExitStack() as scopes:
        chain = []
        while when:
            chain.append(when)
            when = asked[when[0]][-1]
        for condition in reversed(chain):
            scopes.enter_context(hp.conditional_scope(*condition))
        if kind == "choice":
            hp.Choice(name, domain, ordered=not isinstance(domain[0], (str, bool)))
        else:
            more = {"step": step} if step else {}
            (hp.Float if kind == "real" else hp.Int)(name, *domain, sampling="log" if log else "linear", **more)


def space_of(problem):
    hp, asked = HyperParameters(), asked_of(problem)
    for name in asked:
        declare(hp, asked, name)
    return hp


def study(problem, seed):
    oracle = BayesianOptimizationOracle(
        objective=Objective("loss", "min"), max_trials=problem.budget + 5, seed=seed, hyperparameters=space_of(problem)
    )
    oracle.save = oracle._save_trial = lambda *args, **kwargs: None  # times are without files
    oracle.verbose = 0

    def propose():
        trial = oracle.create_trial("here")
        if trial.status != "RUNNING":
            return None

        def tell(loss):
            oracle.update_trial(trial.trial_id, {"loss": loss})
            trial.status = "COMPLETED"
            oracle.end_trial(trial)

        return Given(trial.hyperparameters.values), tell

    return propose
