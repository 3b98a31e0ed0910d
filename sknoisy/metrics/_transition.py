"""How far an estimated transition matrix is from the true one."""

import numpy as np

from sknoisy._checks import check_transition
from sknoisy._data_types import ArrayLike

__all__ = ["total_variation", "transition_error"]


def transition_error(true_transition: ArrayLike, transition: ArrayLike) -> float:
    """Mean absolute difference between the entries of two transition matrices.

    Parameters
    ----------
    true_transition : array-like of shape (n_classes, n_classes)
        The true matrix: ``[i, j]`` is P(given label = j | true label = i).

    transition : array-like of shape (n_classes, n_classes)
        The estimated matrix.

    Returns
    -------
    error : float
        0 for equal matrices, and at most ``2 / n_classes``: it is small for many
        classes, since most entries of both are.

    Raises
    ------
    ValueError
        If shapes differ, or a row is no probability distribution.

    See Also
    --------
    total_variation : The error of each row, whatever the number of classes.
    realized_transition : The matrix that labels were drawn by, as it came out.

    Examples
    --------
    >>> from sknoisy.metrics import transition_error
    >>> print(round(transition_error([[0.7, 0.3], [0, 1]], [[0.6, 0.4], [0, 1]]), 3))
    0.05
    """
    return float(np.abs(_difference(true_transition, transition)).mean())


def total_variation(true_transition: ArrayLike, transition: ArrayLike) -> np.ndarray:
    """Total variation distance between the rows of two transition matrices.

    Parameters
    ----------
    true_transition : array-like of shape (n_classes, n_classes)
        The true matrix: ``[i, j]`` is P(given label = j | true label = i).

    transition : array-like of shape (n_classes, n_classes)
        The estimated matrix.

    Returns
    -------
    distances : ndarray of shape (n_classes,)
        For each true class, half the sum of absolute differences: the share of its
        labels that the estimate puts elsewhere. In [0, 1].

    Raises
    ------
    ValueError
        If shapes differ, or a row is no probability distribution.

    See Also
    --------
    transition_error : One number, the mean over all entries.

    Examples
    --------
    >>> from sknoisy.metrics import total_variation
    >>> total_variation([[0.7, 0.3], [0, 1]], [[0.6, 0.4], [0, 1]]).round(3)
    array([0.1, 0. ])
    """
    return np.abs(_difference(true_transition, transition)).sum(axis=1) / 2


def _difference(true_transition, transition):
    true_transition = check_transition(true_transition)
    transition = check_transition(transition)
    if true_transition.shape != transition.shape:
        raise ValueError(
            f"The true matrix has shape {true_transition.shape}, the estimated one"
            f" {transition.shape}: they must have the same classes."
        )
    return transition - true_transition
