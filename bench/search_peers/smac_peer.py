"""SMAC's facade for hyperparameter optimization (random forest), given each problem's whole space with its conditions."""
import logging
import shutil
import tempfile
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, InCondition, OrdinalHyperparameter
from ConfigSpace import UniformFloatHyperparameter, UniformIntegerHyperparameter
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialValue

from asks import Given, asked_of


def hyperparameter(name, kind, domain, log, step):
    if kind == "choice":
        numbers = not isinstance(domain[0], (str, bool))
        return (OrdinalHyperparameter if numbers else CategoricalHyperparameter)(name, list(domain))
    low, high = domain
    if step and (kind == "real" or step > 1):
        n = int((high - low) / step + 1e-9) + 1
        return OrdinalHyperparameter(name, [round(low + i * step, 9) for i in range(n)])
    return (UniformFloatHyperparameter if kind == "real" else UniformIntegerHyperparameter)(name, low, high, log=log)


def space_of(problem, seed):
    asked, space = asked_of(problem), ConfigurationSpace(seed=seed)
    for name, (kind, domain, log, step, _) in asked.items():
        space.add(hyperparameter(name, kind, domain, log, step))
    for name, (*_, when) in asked.items():
        if when:
            space.add(InCondition(space[name], space[when[0]], list(when[1])))
    return space


def plain(value):
    return value.item() if hasattr(value, "item") else value


def study(problem, seed):
    folder = tempfile.mkdtemp()
    scenario = Scenario(space_of(problem, seed), n_trials=problem.budget, seed=seed, output_directory=folder,
                        deterministic=problem.noise == 0)
    smac = HyperparameterOptimizationFacade(scenario, lambda config, seed=0: 0.0, overwrite=True, logging_level=False)
    shutil.rmtree(folder, ignore_errors=True)

    def propose():
        trial = smac.ask()
        values = {name: plain(value) for name, value in dict(trial.config).items()}
        return Given(values), lambda loss: smac.tell(trial, TrialValue(cost=float(loss)), save=False)

    return propose
