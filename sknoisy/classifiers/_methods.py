"""Every method by its name: the one door."""

from sknoisy._registry import lookup
from sknoisy.classifiers._correction import Correction
from sknoisy.classifiers._method import Method, ObjectiveMethod, Plain, as_method
from sknoisy.classifiers._mutual import Mutual
from sknoisy.objectives import CORRECTIONS, OBJECTIVES

METHODS: dict[str, Method] = {
    "plain": Plain(),
    "mutual_learning": Mutual(),
    **{name: ObjectiveMethod(kind) for name, kind in OBJECTIVES.items()},
    **{name: Correction(name) for name in CORRECTIONS},
}


def find_method(method):
    """Return the method of a name, or that a class of objective stands for."""
    if not isinstance(method, str):
        return as_method(method)
    return lookup(
        method,
        METHODS,
        parameter="method",
        kind="a method",
        otherwise="a subclass of sknoisy.objectives.Objective",
    )
