"""Labels of which some are missing."""

import warnings

from sknoisy import _labels
from sknoisy._labels import require


def read_labels(y, unlabeled, owner):
    """Return labels as an array, their classes, and codes, −1 where there is no label.

    Parameters
    ----------
    y : array-like of shape (n_samples,)

    unlabeled : label, None, nan or "auto"
        What stands for a missing label besides NaN, None and pandas.NA.

    owner : estimator
        Who asks, for the messages.
    """
    name, y = type(owner).__name__, require(y, owner)
    found = _labels.read_labels(y, unlabeled, may_miss=True)
    if len(found[1]) < 2 and not isinstance(unlabeled, str):
        found = _without_mark(y, unlabeled, found)
    if len(found[1]) < 2:
        held = ", ".join(map(repr, found[1].tolist()))
        raise ValueError(
            f"{name} can't train on one class: y holds no label"
            f"{f' but {held}' if held else ''}."
        )
    return found


def _without_mark(y, unlabeled, found):
    """Take what seemed a mark for a class, if that makes two of them."""
    again = _labels.read_labels(y, None, may_miss=True)
    if len(again[1]) > 1:
        warnings.warn(
            f"y holds no labels but {unlabeled!r} and {found[1].tolist()[0]!r}, so that"
            f" {unlabeled!r} is taken for a class: one alone teaches nothing. Pass"
            " unlabeled=None to say so, or label samples of a second class.",
            UserWarning,
            stacklevel=5,
        )
    return again
