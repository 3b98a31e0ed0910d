"""The names and types of the parameters of training, for ``**training``.

Type checkers read the stub beside this file, which ``tests/training_names.py`` makes:
they can't follow a dictionary that is made from a signature.
"""

import inspect
from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from sknoisy.classifiers._training import TrainingParameters

TYPES = {
    parameter.name: parameter.annotation
    for parameter in inspect.signature(TrainingParameters).parameters.values()
    if parameter.default is not parameter.empty and parameter.name != "module"
}
EPOCHS = TYPES.pop("max_epochs")
CommonTraining = TypedDict("CommonTraining", TYPES, total=False)


class Training(CommonTraining, total=False):
    """What all classifiers take that mean the same by ``max_epochs``."""

    max_epochs: EPOCHS


class WeightedTraining(Training, total=False):
    """The same, where samples can be weighted and mixed, too."""

    mixup: float
    class_weight: Mapping[Any, float] | Literal["balanced"] | None


class MethodTraining(Training, total=False):
    """The same, where the parameters of a method are handed on, too."""


class AnyTraining(WeightedTraining, MethodTraining, total=False):
    """All of them."""
