"""Argument checks: each returns what it checked, or says what was wrong with it."""

import numbers
from collections.abc import Iterable

import numpy as np
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_scalar

from sknoisy._registry import did_you_mean


def check_rate(rate, name="rate", *, below_one=False):
    """Return `rate` as a float in [0, 1] (or in [0, 1), where `below_one`)."""
    closed = "left" if below_one else "both"
    rate = check_scalar(
        rate, name, numbers.Real, min_val=0, max_val=1, include_boundaries=closed
    )
    if rate != rate:  # NaN, which is neither below 0 nor above 1
        raise ValueError(f"{name} is NaN, but must be a number in [0, 1].")
    return float(rate)


def check_choice(value, choices, name):
    """Return `value` if it is one of `choices`; say which there are if it isn't."""
    if isinstance(value, str) and value in choices:
        return value
    hint = did_you_mean(value, choices)
    raise ValueError(
        f"{name}={value!r} is not one of {sorted(choices)}{';' if hint else '.'}{hint}"
    )


def check_transition(transition, n_classes=None, *, counted="y has {} classes"):
    """Return `transition` as a float array, or say which row breaks the rules.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    n_classes : int, default=None
        How many classes there must be; None takes any square matrix.

    counted : str, default="y has {} classes"
        Where `n_classes` comes from, for the message.
    """
    if not isinstance(transition, Iterable):
        fitted = hasattr(transition, "transition_matrix_")
        hint = " Pass its transition_matrix_." if fitted else ""
        raise TypeError(
            f"transition={transition!r} is no matrix: expected one with a row of"
            " P(given label | true label i) for each class i. Of a rate,"
            f" sknoisy.noise.symmetric_transition makes one.{hint}"
        )
    transition = check_array(transition, dtype=np.float64, input_name="transition")
    n_rows = transition.shape[0] if n_classes is None else n_classes
    if transition.shape != (n_rows, n_rows):
        found = "is not square" if n_classes is None else counted.format(n_classes)
        raise ValueError(
            f"transition has shape {transition.shape}, but {found}: expected"
            f" ({n_rows}, {n_rows}), with row i holding P(given label | true label i)."
        )
    sums = transition.sum(axis=1)
    wrong = np.flatnonzero((transition < 0).any(axis=1) | ~np.isclose(sums, 1))
    if wrong.size:
        i = wrong[0]
        columns = (transition >= 0).all() and np.allclose(transition.sum(axis=0), 1)
        hint = " Its columns do: pass transition.T." if columns else ""
        raise ValueError(
            f"Row {i} of transition is {transition[i]}, which sums to {sums[i]:.3g}:"
            f" every row must be a probability distribution.{hint}"
        )
    return transition


def check_labels(y):
    """Return `y` as a 1-d array of class labels, none of them missing."""
    y = column_or_1d(y, warn=True)
    check_present(y)
    if y.dtype.kind == "f" and np.isinf(y).any():
        raise ValueError("y contains infinity, which is no label.")
    if y.dtype.kind == "O":
        _check_one_kind(y)
    check_classification_targets(y)
    return y


def is_soft(y):
    """Whether `y` holds a distribution over classes per sample, not one label."""
    shape = np.asarray(y).shape
    return len(shape) == 2 and shape[1] > 1


def check_soft_labels(y):
    """Return `y`, one distribution over classes per row, as a float64 array."""
    y = check_array(y, dtype=np.float64, input_name="y")
    sums = y.sum(axis=1)
    wrong = np.flatnonzero((y < 0).any(axis=1) | ~np.isclose(sums, 1, atol=1e-4))
    if wrong.size:
        i = wrong[0]
        raise ValueError(
            f"y has shape {y.shape}, so that each row should be a distribution over"
            f" {y.shape[1]} classes, but row {i} is {y[i]}, which sums to"
            f" {sums[i]:.3g}. Pass probabilities, or one label a sample."
        )
    return y / sums[:, np.newaxis]


def check_present(y):
    """Say so if labels are missing: NaN, None or pandas.NA."""
    missing = np.flatnonzero(_is_missing(np.asarray(y)))
    if missing.size:
        raise ValueError(
            f"y contains {missing.size} missing labels (NaN or None), the first at"
            f" position {missing[0]}. Drop those samples, or give them a label."
        )


def encode_labels(y):
    """Return the sorted classes of `y` and the codes 0…c−1 of its labels."""
    return np.unique(check_labels(y), return_inverse=True)


def _check_one_kind(y):
    kinds = {isinstance(label, str): type(label).__name__ for label in y}
    if len(kinds) > 1:
        raise TypeError(
            f"y mixes labels of types {sorted(kinds.values())}: convert them to one"
            " type, e.g. with y.astype(str)."
        )


def _is_missing(y):
    if y.dtype.kind == "f":
        return np.isnan(y)
    if y.dtype.kind == "O" and y.ndim == 1:  # NaN alone differs from itself
        return np.array([v is None or _differs_from_itself(v) for v in y], dtype=bool)
    return np.zeros(y.shape, dtype=bool)


def _differs_from_itself(value):
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA refuses to say, which says enough
        return True


def check_weights(sample_weight, n_samples, name="sample_weight"):
    """Return weights as a float64 array of shape (n_samples,), or None.

    The largest is one: very large and very small weights would not survive float32.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, numbers.Real):
        sample_weight = np.full(n_samples, sample_weight, dtype=np.float64)
    weight = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name=name
    )
    if weight.shape != (n_samples,):
        raise ValueError(
            f"{name} has shape {weight.shape}, but X has {n_samples} samples:"
            f" expected ({n_samples},)."
        )
    if (weight < 0).any():
        raise ValueError(
            f"{name} holds {(weight < 0).sum()} negative weights, the first at"
            f" position {np.flatnonzero(weight < 0)[0]}: weights can't be negative."
        )
    if not weight.any():
        raise ValueError(f"{name} is zero for every sample: none is left.")
    return weight / weight.max()
