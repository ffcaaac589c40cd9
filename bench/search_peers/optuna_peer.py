"""Optuna's samplers, each by the name its lines have."""
import logging
import warnings

import optuna

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
optuna.logging.set_verbosity(optuna.logging.CRITICAL)
S = optuna.samplers

SAMPLERS = {
    "optuna-gp": lambda seed: S.GPSampler(seed=seed, warn_independent_sampling=False),
    "optuna-gp-det": lambda seed: S.GPSampler(seed=seed, deterministic_objective=True, warn_independent_sampling=False),
    "optuna-tpe": lambda seed: S.TPESampler(seed=seed),
    "optuna-tpe-group": lambda seed: S.TPESampler(seed=seed, multivariate=True, group=True),
    "optuna-tpe-4.9": lambda seed: S.TPESampler(seed=seed, multivariate=False, constant_liar=False),
    "optuna-random": lambda seed: S.RandomSampler(seed=seed),
}


class Ask:
    def __init__(self, trial):
        self.trial = trial

    def real(self, name, low, high, log=False, step=None, when=None):
        return self.trial.suggest_float(name, low, high, log=log, step=step)

    def whole(self, name, low, high, log=False, step=1, when=None):
        return self.trial.suggest_int(name, low, high, log=log, step=step)

    def choice(self, name, values, when=None):
        return self.trial.suggest_categorical(name, values)


def study_of(method):
    def study(problem, seed):
        optuna_study = optuna.create_study(sampler=SAMPLERS[method](seed))

        def propose():
            trial = optuna_study.ask()
            return Ask(trial), lambda loss: optuna_study.tell(trial, loss)

        return propose

    return study
