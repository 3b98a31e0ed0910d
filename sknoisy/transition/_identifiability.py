"""Whether given labels can tell anything of true ones under a transition matrix."""

import warnings

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist

from sknoisy._checks import check_transition
from sknoisy._data_types import ArrayLike
from sknoisy._ranges import check_range

__all__ = ["check_identifiable", "condition_number"]

EQUAL = 1e-6  # total variation between rows that nobody can tell apart
IMPOSSIBLE = 1e-12
TRUST = (0.1, 0.2, 0.5, 1.0)  # in given labels, where an estimate has none


def condition_number(transition: ArrayLike) -> float:
    """How much errors may grow where a transition matrix is inverted.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    Returns
    -------
    condition : float
        Largest singular value divided by the smallest; 1 for the identity, infinite
        for a matrix that has no inverse.

    Raises
    ------
    ValueError
        If a row is no probability distribution.

    See Also
    --------
    check_identifiable : Says what is wrong with a matrix.

    Examples
    --------
    >>> from sknoisy.transition import condition_number
    >>> print(round(condition_number([[0.6, 0.4], [0.4, 0.6]]), 6))
    5.0
    """
    values = np.linalg.svd(check_transition(transition), compute_uv=False)
    if values[-1] <= values[0] * len(values) * np.finfo(np.float64).eps:
        return float("inf")
    return float(values[0] / values[-1])


def check_identifiable(transition: ArrayLike, *, max_condition: float = 1e3) -> float:
    """Say so if given labels can't tell the true ones under a transition matrix.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    max_condition : float > 1, default=1e3
        Largest condition number. An error of one percent in the probabilities of
        labels is an error of ten in the true ones at 1e3: nothing is left.

    Returns
    -------
    condition : float
        The condition number.

    Raises
    ------
    ValueError
        If two rows are equal, all rows are, or the condition number is too large: true
        classes leave the same, or nearly the same, labels.

    Warns
    -----
    UserWarning
        If more labels are wrong than can be noticed: with the rows of some classes
        swapped, labels would be kept more faithfully. Noisy labels alone can't tell the
        one from the other.

    See Also
    --------
    condition_number : The number alone.

    Examples
    --------
    >>> from sknoisy.transition import check_identifiable
    >>> print(round(check_identifiable([[0.6, 0.4], [0.4, 0.6]]), 6))
    5.0
    >>> check_identifiable([[0.5, 0.5], [0.5, 0.5]])
    Traceback (most recent call last):
    ...
    ValueError: All rows of transition are equal: given labels don't depend on the true
    ones, so that nothing can be learned from them.
    """
    transition = check_transition(transition)
    check_range("(1, inf]", max_condition=max_condition)
    _check_rows_differ(transition)
    condition = condition_number(transition)
    if condition > max_condition:
        raise ValueError(
            f"The condition number of transition is {condition:.6g}, more than"
            f" max_condition={max_condition:.6g}: true classes leave nearly the same"
            " labels, and what inverts the matrix, or learns through it, would blow up"
            " every error. Merge such classes; or take what needs no matrix, such as a"
            " robust loss."
        )
    _warn_if_swapped(transition)
    return condition


def told_apart(transition, *, max_condition=1e3):
    """Return an estimated matrix under which given labels tell true ones apart.

    What a user gives and can't be is an error; an estimate is nobody's fault, and
    happens where features tell nothing of labels. Such an estimate is drawn towards
    the identity, so that a given label speaks a little for itself.

    Parameters
    ----------
    transition : ndarray of shape (n_classes, n_classes)
        An estimate; rows are true classes.

    max_condition : float > 1, default=1e3
        Largest condition number.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        The estimate, or ``(1 - t) * transition + t * identity`` with the smallest t of
        0.1, 0.2, 0.5 and 1 that will do.

    Warns
    -----
    UserWarning
        If it isn't the estimate.
    """
    try:
        check_identifiable(transition, max_condition=max_condition)
    except ValueError as error:
        reason = str(error).partition(":")[0]
    else:
        return transition
    drawn = [(1 - t) * transition + t * np.eye(len(transition)) for t in TRUST]
    chosen = next(i for i, T in enumerate(drawn) if _can_tell(T, max_condition))
    warnings.warn(
        f"The transition matrix was estimated, but {reason[0].lower()}{reason[1:]}: by"
        " features, and at this number of samples, true classes can't be told apart. It"
        f" was drawn towards given labels, by {TRUST[chosen]:g}; don't rely on it, nor"
        " on noise_rate_.",
        UserWarning,
        stacklevel=3,
    )
    return drawn[chosen]


def _can_tell(transition, max_condition):
    differ = pdist(transition, "cityblock").min() / 2 >= EQUAL
    return differ and condition_number(transition) <= max_condition


def _check_rows_differ(transition):
    distances = pdist(transition, "cityblock") / 2
    if (distances < EQUAL).all():
        raise ValueError(
            "All rows of transition are equal: given labels don't depend on the true"
            " ones, so that nothing can be learned from them."
        )
    if (distances < EQUAL).any():
        pairs = np.column_stack(np.triu_indices(len(transition), k=1))
        i, j = pairs[distances.argmin()]
        raise ValueError(
            f"Rows {i} and {j} of transition are equal: given labels can't tell whether"
            f" a sample is of class {i} or {j}. Merge the two, or give both rows what"
            " tells them apart."
        )


def _warn_if_swapped(transition):
    logs = np.log(transition.clip(min=IMPOSSIBLE))
    rows, columns = linear_sum_assignment(-logs)
    gain = logs[rows, columns].sum() - logs.trace()
    if gain > EQUAL:
        swapped = ", ".join(map(str, rows[rows != columns]))
        warnings.warn(
            f"More labels of the classes {swapped} are wrong than can be noticed: with"
            " their rows swapped, more labels would be kept. Noisy labels alone can't"
            " tell the one from the other; only go on if you know the matrix from"
            " elsewhere.",
            UserWarning,
            stacklevel=3,
        )
