"""How labels did flip, where both the true and the given ones are known."""

import numpy as np
from sklearn.metrics import confusion_matrix
from sklearn.utils import check_consistent_length

from sknoisy._checks import check_rate
from sknoisy._data_types import ArrayLike
from sknoisy._labels import check_labels
from sknoisy._shown import shown
from sknoisy._told import told_as_in

__all__ = ["noise_rate_error", "realized_noise_rate", "realized_transition"]


def realized_transition(
    y_true: ArrayLike, y_noisy: ArrayLike, *, labels: ArrayLike | None = None
) -> np.ndarray:
    """How often each class was labelled as each other.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels.

    y_noisy : array-like of shape (n_samples,)
        Given labels.

    labels : array-like of shape (n_classes,), default=None
        The classes, in the order of rows and columns. None takes all labels of both,
        sorted.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is the share of samples of true class i whose label is j.
        The row of a class that `y_true` doesn't contain is NaN: nothing is known of it.

    Raises
    ------
    ValueError
        If labels are missing, lengths differ, or `labels` leaves some out.

    See Also
    --------
    realized_noise_rate : The share of wrong labels.
    sknoisy.transition.estimate_transition : Where true labels aren't known.

    Examples
    --------
    >>> from sknoisy.metrics import realized_transition
    >>> realized_transition(["cat", "cat", "dog", "dog"], ["cat", "dog", "dog", "dog"])
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    y_true, y_noisy = _check_both(y_true, y_noisy)
    counts = confusion_matrix(y_true, y_noisy, labels=labels)
    if labels is not None and counts.sum() < len(y_true):
        strange = np.setdiff1d(np.union1d(y_true, y_noisy), np.asarray(labels))
        raise ValueError(
            f"labels leaves out {shown(strange.tolist())}, which y_true or y_noisy"
            " contain."
        )
    sums = counts.sum(axis=1, keepdims=True)
    return np.where(sums > 0, counts / np.maximum(sums, 1), np.nan)


@told_as_in(realized_transition)
def realized_noise_rate(y_true: ArrayLike, y_noisy: ArrayLike) -> float:
    """Share of wrong labels.

    Returns
    -------
    rate : float
        In [0, 1].

    Raises
    ------
    ValueError
        If labels are missing or lengths differ.

    See Also
    --------
    realized_transition : Class by class.
    sknoisy.transition.noise_rate : Where true labels aren't known.

    Examples
    --------
    >>> from sknoisy.metrics import realized_noise_rate
    >>> realized_noise_rate([0, 0, 1, 1], [0, 1, 1, 1])
    0.25
    """
    y_true, y_noisy = _check_both(y_true, y_noisy)
    return float(np.mean(y_true != y_noisy))


@told_as_in(realized_transition)
def noise_rate_error(y_true: ArrayLike, y_noisy: ArrayLike, noise_rate: float) -> float:
    """How much an estimated noise rate is above the share of wrong labels.

    Parameters
    ----------
    noise_rate : float in [0, 1]
        The estimated share of wrong labels, such as a detector's ``noise_rate_``.

    Returns
    -------
    error : float
        In [-1, 1]; negative where the estimate is too low.

    Raises
    ------
    ValueError
        If labels are missing, lengths differ, or the rate isn't in [0, 1].

    See Also
    --------
    realized_noise_rate : What the estimate is held against.

    Examples
    --------
    >>> from sknoisy.metrics import noise_rate_error
    >>> print(round(noise_rate_error([0, 0, 1, 1], [0, 1, 1, 1], 0.3), 3))
    0.05
    """
    realized = realized_noise_rate(y_true, y_noisy)
    return check_rate(noise_rate, "noise_rate") - realized


def _check_both(y_true, y_noisy):
    y_true, y_noisy = check_labels(y_true), check_labels(y_noisy)
    check_consistent_length(y_true, y_noisy)
    return y_true, y_noisy
