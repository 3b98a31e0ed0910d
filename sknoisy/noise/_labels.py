"""Labels in and out: arrays inside, and the caller's own container outside."""

import numbers
from collections.abc import Mapping

import numpy as np

from sknoisy._labels import is_one_hot, labels_in, read_labels
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown


def encode_known(y, classes, owner):
    """Return labels and their codes in `classes`, −1 where there is none."""
    mark = None if owner.unlabeled in classes.tolist() else owner.unlabeled
    y, own, codes = read_labels(labels_in(y, owner), mark)
    known = {label: code for code, label in enumerate(classes.tolist())}
    unseen = [label for label in own.tolist() if label not in known]
    if unseen:
        raise ValueError(
            f"y contains labels that {type(owner).__name__} did not see in fit:"
            f" {shown(unseen)}. It knows {shown(classes.tolist())}: fit it on all of"
            " them."
        )
    places = np.array([*(known[label] for label in own.tolist()), -1], dtype=int)
    return y, places[codes]


def check_order(y, X, owner):
    """Say so if `y` and `X` seem swapped: here labels come first, and are returned."""
    n_columns = np.shape(y)[1] if _n_axes(y) == 2 else 1
    if n_columns > 1 and X is not None and _n_axes(X) == 1 and not is_one_hot(y):
        raise ValueError(
            f"{type(owner).__name__} takes y first, as in fit_corrupt(y, X), but y has"
            f" shape {np.shape(y)} and X has shape {np.shape(X)}: swap them."
        )


def _n_axes(values):
    try:
        return np.ndim(values)
    except ValueError:  # rows of different lengths
        return 0


def codes_of_map(mapping, classes):
    """Return `mapping` between labels as a mapping between their codes."""
    if not isinstance(mapping, Mapping):
        raise TypeError(
            f"mapping={shown(mapping)} is no dict: pass one from label to label, such"
            " as"
            " {'truck': 'car'}."
        )
    known = {label: code for code, label in enumerate(classes.tolist())}
    for label in (*mapping, *mapping.values()):
        if label not in known:
            hint = did_you_mean(label, map(str, known))
            raise ValueError(
                f"mapping names the label {label!r}, which y doesn't contain"
                f"{';' if hint else '.'}{hint} Its labels are:"
                f" {shown(classes.tolist())}."
            )
    return {known[source]: known[target] for source, target in mapping.items()}


def read_marked(y, mark):
    """Return labels, their classes and codes, where `mark` is what will be written.

    Where it would leave a single class, it is the other one: -1 beside 1.
    """
    found = read_labels(y, mark, may_miss=True)
    return found if len(found[1]) > 1 else read_labels(y, None)


def with_mark(labels, where, mark):
    """Return `labels` with `mark` at `where`, in a dtype that can hold both."""
    numeric = labels.dtype.kind in "iuf" and isinstance(mark, numbers.Real)
    least = np.min_scalar_type(mark) if numeric else object
    marked = labels.astype(np.result_type(labels.dtype, least))
    marked[where] = mark
    return marked


def check_mark(mark, classes):
    """Say so if what is to mark missing labels is somebody's label."""
    if mark in classes.tolist():
        raise ValueError(
            f"unlabeled={mark!r} is one of the labels of y, {shown(classes.tolist())}:"
            " choose one that isn't, such as -1, None or float('nan')."
        )
    if isinstance(mark, str) and mark == "auto":
        raise ValueError(
            "unlabeled='auto' says nothing here, where labels go missing: choose what"
            " is to mark them, such as -1, None or float('nan')."
        )
