"""What the guide says of the papers' settings: that they exist, and what needs none."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from sknoisy import NoisyLabelClassifier
from sknoisy.losses import LOSSES
from sknoisy.objectives import OBJECTIVES

GUIDE = Path(__file__).parents[1] / "docs" / "guide_hard_samples.md"
# of the authors' code for ten classes of images, by name in this library
METHODS = {
    "co_teaching": {"exponent": 1.0},
    "cores": {"beta": 2.0, "floor": 1e-8},
    "ctrr": {"threshold": 0.4, "averaging": 0.99},
    "disc": {"margin": 0.5, "most": 0.9, "hard_weight": 1.0, "mixup": 5.0},
    "divide_mix": {"p_threshold": 0.5, "sharpening": 0.5, "mixup": 4.0},
    "dynamic_bootstrapping": {"mixup": 32.0, "class_balance": 1.0},
    "elr": {"strength": 3.0},
    "elr+": {"averaging": 0.997, "mixup": 1.0},
    "ogc": {"queue_size": 4096},
    "promix": {"share": 0.5, "confidence": 0.99, "debias": 0.8, "mixup": 4.0},
    "sop": {"lr_u": 1.0, "lr_v": 10.0},
    "sop+": {"consistency_weight": 0.9, "balance_weight": 0.1},
    "sparse_regularization": {"temperature": 0.5, "power": 0.1, "strength": 1.2},
    "truncated_gce": {"q": 0.7, "k": 0.5, "prune_every": 10 / 120},
}
OF_LOSSES = {"gce": {"q": 0.7}, "sce": {"alpha": 0.1, "beta": 1.0}}
QUICK = {"max_epochs": 30, "lr": 2e-2, "batch_size": 64, "random_state": 0}
QUICK |= {"module__hidden": 8, "module__dropout": 0.0}


def in_the_guide():
    if not GUIDE.exists():
        return {}
    block = re.search(r"^published = (\{.*?^\})", GUIDE.read_text("utf-8"), re.M | re.S)
    tree = ast.parse(block[1], mode="eval")
    return eval(compile(tree, "guide", "eval"), {"__builtins__": {}})


def defaults(function):
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_the_parameters_of_its_paper_by_default(name):
    found = defaults(OBJECTIVES[name])
    assert {key: found[key] for key in METHODS[name]} == METHODS[name]


@pytest.mark.parametrize("name", OF_LOSSES)
def test_a_loss_has_the_parameters_of_its_paper_by_default(name):
    found = defaults(LOSSES[name])
    assert {key: found[key] for key in OF_LOSSES[name]} == OF_LOSSES[name]


@pytest.mark.parametrize("name", in_the_guide())
def test_what_the_guide_sets_can_be_set_and_is_not_the_default(name, table):
    settings = in_the_guide()[name]
    found = defaults(OBJECTIVES[name])
    assert not [key for key, value in settings.items() if found[key] == value]
    given = {f"method__{key}": value for key, value in settings.items()}
    clf = NoisyLabelClassifier(method=name, **QUICK, **given).fit(*table)
    assert clf.n_iter_ == 30
