"""How a classifier takes weights of samples, if it does."""

import inspect

import numpy as np
from sklearn import get_config

from sknoisy._checks import check_weights
from sknoisy.annotators._training import weight_name


def name_of_weights(estimator, asker):
    """Return the name by which `estimator.fit` takes weights of samples.

    Parameters
    ----------
    estimator : classifier
        A Pipeline takes them as parameter of its last step.

    asker : str
        What needs it, for the message.

    Raises
    ------
    TypeError
        If it takes none.
    """
    name = weight_name(estimator)
    if name is None and _hands_on(estimator):
        name = "sample_weight"
    if name is None:
        raise TypeError(
            f"{asker} needs an estimator whose fit takes sample_weight, and"
            f" {_described(estimator)} doesn't."
        )
    return name


def check_classes_have_weight(y, weight):
    """Say so if weights are none, or leave fewer than two classes of `y`.

    A class of weight zero isn't there, but cleaning could give its label to others.
    """
    left = np.unique(y[check_weights(weight, len(y)) > 0])
    if len(left) < 2 <= len(np.unique(y)):
        raise ValueError(
            f"sample_weight leaves fewer than two classes, {left.tolist()}: there is"
            " no other one that a label could be mistaken for."
        )


def _hands_on(estimator):
    """Whether `fit` takes any parameter, and finds out where it belongs."""
    parameters = inspect.signature(estimator.fit).parameters.values()
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    routed = get_config()["enable_metadata_routing"]
    return takes_any and (routed or not hasattr(estimator, "steps"))


def _described(estimator):
    steps = getattr(estimator, "steps", None)
    name = type(estimator).__name__
    return f"{name} with {type(steps[-1][1]).__name__} at its end" if steps else name
