"""Labels of which some are missing."""

import warnings

import numpy as np
from sklearn.utils import column_or_1d

from sknoisy._labels import encode_labels, require
from sknoisy._missing import equals, find_nothing, holds_numbers


def read_labels(y, marker, owner):
    """Return labels as an array, their classes, and codes, −1 where there is no label.

    Parameters
    ----------
    y : array-like of shape (n_samples,)

    marker : label, None or nan
        What stands for a missing label besides NaN, None, pandas.NA and "".

    owner : estimator
        Who asks, for the messages.
    """
    name = type(owner).__name__
    y = column_or_1d(np.asarray(require(y, owner)), warn=True)
    unlabeled = _find_unlabeled(y, marker)
    if unlabeled.all():
        raise ValueError(f"{name} learns from labels, but y holds none.")
    labels = y[~unlabeled]
    if holds_numbers(labels):  # which None has made objects of
        labels = np.array(labels.tolist())
    classes, found = encode_labels(labels)
    if len(classes) < 2:
        raise ValueError(
            f"{name} can't train on one class: y holds no label but"
            f" {classes.tolist()[0]!r}."
        )
    codes = np.full(len(y), -1)
    codes[~unlabeled] = found
    return y, classes, codes


def _find_unlabeled(y, marker):
    nothing = find_nothing(y)
    if marker is None:
        return nothing
    marked = equals(y, marker) & ~nothing
    others = y[~marked & ~nothing]
    if marked.any() and len(others) and (others == others[0]).all():
        warnings.warn(
            f"y holds no labels but {marker!r} and {others.tolist()[0]!r}, so that"
            f" {marker!r} is taken for a class: one alone teaches nothing. Pass"
            " marker=None to say so, or label samples of a second class.",
            UserWarning,
            stacklevel=4,
        )
        return nothing
    return nothing | marked
