"""Labels in and out: arrays inside, and the caller's own container outside."""

import numbers
from collections.abc import Mapping

import numpy as np

from sknoisy._labels import encode_labels, is_one_hot, labels_in
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown


def encode_known(y, classes, owner):
    """Return the codes of labels that all stand in `classes`."""
    own, codes = encode_labels(labels_in(y, owner))
    known = {label: code for code, label in enumerate(classes.tolist())}
    unseen = [label for label in own.tolist() if label not in known]
    if unseen:
        raise ValueError(
            f"y contains labels that {type(owner).__name__} did not see in fit:"
            f" {shown(unseen)}. It knows {shown(classes.tolist())}: fit it on all of"
            " them."
        )
    return np.array([known[label] for label in own.tolist()], dtype=int)[codes]


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


def with_marker(labels, where, marker):
    """Return `labels` with `marker` at `where`, in a dtype that can hold both."""
    numeric = labels.dtype.kind in "iuf" and isinstance(marker, numbers.Real)
    least = np.min_scalar_type(marker) if numeric else object
    marked = labels.astype(np.result_type(labels.dtype, least))
    marked[where] = marker
    return marked


def check_marker(marker, classes):
    """Return `marker`, or say that it is somebody's label."""
    if marker in classes.tolist():
        raise ValueError(
            f"marker={shown(marker)} is one of the labels of y,"
            f" {shown(classes.tolist())}: choose"
            " one that isn't, such as -1, None or float('nan')."
        )
    return marker
