"""The names and types of the parameters of training, for ``**training``.

Type checkers read the stub beside this file, which ``tests/training_names.py`` makes:
they can't follow a dictionary that is made from a signature.
"""

import inspect
from typing import TypedDict

from sknoisy.classifiers._training import TrainingParameters

Training = TypedDict(  # type: ignore[misc]
    "Training",
    {
        parameter.name: parameter.annotation
        for parameter in inspect.signature(TrainingParameters).parameters.values()
        if parameter.default is not parameter.empty and parameter.name != "module"
    },
    total=False,
)


class WeightedTraining(Training, total=False):
    """The same, where classes can be weighted, too."""

    mixup: float
    class_weight: object
