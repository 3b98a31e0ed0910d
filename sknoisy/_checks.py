"""Argument checks: each returns what it checked, or says what was wrong with it."""

from collections.abc import Iterable

import numpy as np
from sklearn.utils import check_array

from sknoisy._arrays import as_numpy
from sknoisy._frames import square_by_class
from sknoisy._probs import as_floats, check_rows, normalized, row_sums
from sknoisy._ranges import check_choice, check_range, check_switch
from sknoisy._shown import shown

__all__ = [
    "check_choice",
    "check_mask",
    "check_rate",
    "check_switch",
    "check_transition",
    "check_values",
]


def check_rate(rate, name="rate", *, below_one=False):
    """Return `rate` as a float in [0, 1] (or in [0, 1), where `below_one`)."""
    check_range("[0, 1)" if below_one else "[0, 1]", **{name: rate})
    return float(rate)


def check_mask(trusted, n_samples):
    """Return which labels are known to be right, as an array of bool."""
    trusted = np.asarray(as_numpy(trusted))
    if trusted.dtype != bool or trusted.shape != (n_samples,):
        raise ValueError(
            f"trusted has dtype {trusted.dtype} and shape {trusted.shape}: expected a"
            f" mask of bool, one boolean for each of the {n_samples} samples, True"
            " where the label is known to be right."
        )
    return trusted


def check_transition(
    transition, n_classes=None, *, classes=None, counted="y has {} classes"
):
    """Return `transition` as a float array, or say which row breaks the rules.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    n_classes : int, default=None
        How many classes there must be; None takes any square matrix.

    classes : sequence, default=None
        The classes, where they are known: rows and columns of a frame are brought into
        their order. None stands for codes 0…c−1.

    counted : str, default="y has {} classes"
        Where `n_classes` comes from, for the message.
    """
    if not isinstance(transition, Iterable):
        fitted = hasattr(transition, "transition_matrix_")
        hint = " Pass its transition_matrix_." if fitted else ""
        raise TypeError(
            f"transition={shown(transition)} is no matrix: expected one with a row of"
            " P(given label | true label i) for each class i. Of a rate,"
            f" sknoisy.noise.symmetric_transition makes one.{hint}"
        )
    n_classes = n_classes if classes is None else len(classes)
    transition = np.asarray(square_by_class(transition, classes, name="transition"))
    if transition.dtype.kind not in "fiub":
        transition = as_floats(transition, "transition")
    n_rows = len(transition) if n_classes is None else n_classes
    if transition.shape != (n_rows, n_rows):
        found = "is not square" if n_classes is None else counted.format(n_classes)
        raise ValueError(
            f"transition has shape {transition.shape}, but {found}: expected"
            f" ({n_rows}, {n_rows}), with row i holding P(given label | true label i)."
        )
    transition = transition.astype(np.float64)
    columns = (transition >= 0).all() and np.allclose(transition.sum(axis=0), 1)
    hint = " Its columns do sum to one: pass transition.T." if columns else ""
    check_rows(transition, name="transition", hint=hint)
    exact = np.abs(row_sums(transition) - 1).max() < 1e-12 and transition.min() >= 0
    return transition if exact else normalized(transition)


def check_values(values, name, dtype=np.float64):
    """Return `values` as a vector of finite floats; of several types, the first."""
    values = check_array(
        as_numpy(values), ensure_2d=False, dtype=dtype, input_name=name
    )
    if values.ndim != 1:
        raise ValueError(
            f"{name} has shape {values.shape}: expected one number for each sample."
        )
    return values
