"""Makes the stub that tells type checkers what ``**training`` takes.

Run it when a parameter of training changes, or a part gets one of its own:
``python tests/training_names.py``.
"""

import inspect
import re
from pathlib import Path

import sknoisy
from sknoisy import losses, modules, objectives, transition
from sknoisy._engine.batches import READING
from sknoisy._engine.optimizers import OPTIMIZERS
from sknoisy.classifiers._co_teaching import STRATEGIES
from sknoisy.classifiers._data import TrainingData
from sknoisy.classifiers._training import TrainingParameters
from sknoisy.classifiers._transitions import LEARNED
from sknoisy.objectives._splits import SPLITS

STUB = Path(sknoisy.__file__).parent / "classifiers" / "_training_names.pyi"
HEAD = '''"""Parameters of training and of parts; made by tests/training_names.py.

A module of your own has parameters that nobody knows here: hand them on by
``set_params(module__width=3)``.
"""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, TypedDict

import numpy as np
import torch

class Training(TypedDict, total=False):
'''
TAIL = """
class WeightedTraining(Training, total=False):
    class_weight: object
"""
FACTS = set(inspect.getsource(TrainingData.facts.func).split('"')[1::2])
FACTS |= {"n_epochs", "logits", "base", "params", "lr", "weight_decay"}
FACTS |= {"losses", "features", "own", "neighbor", "pred_probs", "trusted"}
FACTS |= {"loss", "noise_rate", "warm_up_epochs", "exponent", "true_labels"}

OF_BATCHES = ("shuffle", "drop_last", "sampler", "collate_fn")


def parts():
    """Return the functions and classes that get parameters, by prefix."""
    networks = [modules.MLP, modules.LeNet5, modules.SmallResNet]
    return {
        "module": networks,
        "loss": [*losses.LOSSES.values(), *objectives.OBJECTIVES.values()],
        "optimizer": list(OPTIMIZERS.values()),
        "strategy": list(STRATEGIES.values()),
        "split": list(SPLITS.values()),
        "grafting": list(objectives.GRAFTINGS.values()),
        "transition": [*transition.TRANSITIONS.values(), *LEARNED.values()],
    }


def stub():
    """Return the text of the stub."""
    source = inspect.getsource(TrainingParameters.__init__)
    named = re.findall(r"^        (\w+): (.+) = .+,$", source, re.MULTILINE)
    lines = [f"    {name}: {kind}\n" for name, kind in named if name != "module"]
    routed = {f"iterator_train__{name}" for name in (*READING, *OF_BATCHES)}
    routed |= {"iterator_valid__batch_size", "iterator_valid__num_workers"}
    for part, takers in parts().items():
        for taker in takers:
            taken = inspect.signature(taker).parameters.values()
            routed |= {
                f"{part}__{p.name}"
                for p in taken
                if p.name not in FACTS
                and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
            }
    lines += [f"    {name}: object\n" for name in sorted(routed)]
    return HEAD + "".join(lines) + TAIL


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
