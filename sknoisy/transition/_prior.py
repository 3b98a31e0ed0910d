"""How frequent true classes are, and how many labels are wrong, under a matrix."""

import numpy as np
from sklearn.utils import check_array

from sknoisy._arrays import as_numpy
from sknoisy._checks import check_transition
from sknoisy._data_types import ArrayLike
from sknoisy._simplex import solve_on_simplex

__all__ = ["clean_prior", "noise_rate"]


def clean_prior(noisy_prior: ArrayLike, transition: ArrayLike) -> np.ndarray:
    """How frequent the true classes are.

    Parameters
    ----------
    noisy_prior : array-like of shape (n_classes,)
        Shares of the given labels, such as ``np.bincount(codes) / len(codes)``; counts
        will do as well.

    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    Returns
    -------
    prior : ndarray of shape (n_classes,)
        Shares of the true classes, those for which the expected shares of given labels
        are nearest to `noisy_prior`.

    Raises
    ------
    ValueError
        If the matrix doesn't fit `noisy_prior`, or a row is no distribution.

    See Also
    --------
    noise_rate : The share of wrong labels.

    Examples
    --------
    >>> from sknoisy.transition import clean_prior
    >>> clean_prior([0.4, 0.6], [[0.7, 0.3], [0.1, 0.9]]).round(3)
    array([0.5, 0.5])
    """
    shares = check_prior(noisy_prior)
    transition = check_transition(transition, len(shares))
    return solve_on_simplex(transition, shares[None, :])[0]


def noise_rate(noisy_prior: ArrayLike, transition: ArrayLike) -> float:
    """Share of wrong labels, from how frequent given labels are and the matrix.

    Parameters
    ----------
    noisy_prior : array-like of shape (n_classes,)
        Shares of the given labels, such as ``np.bincount(codes) / len(codes)``; counts
        will do as well.

    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    Returns
    -------
    rate : float
        In [0, 1].

    Raises
    ------
    ValueError
        If the matrix doesn't fit `noisy_prior`, or a row is no distribution.

    See Also
    --------
    clean_prior : How frequent the true classes are.
    sknoisy.metrics.realized_noise_rate : Where true labels are known.

    Examples
    --------
    >>> from sknoisy.transition import noise_rate
    >>> print(round(noise_rate([0.4, 0.6], [[0.7, 0.3], [0.1, 0.9]]), 3))
    0.2
    """
    prior = clean_prior(noisy_prior, transition)
    kept = prior @ np.diagonal(check_transition(transition, len(prior)))
    return float(max(0.0, 1 - kept))  # rounding may take it below


def check_prior(prior, n_classes=None):
    """Return shares of classes that add up to one, from shares or counts."""
    prior = check_array(
        as_numpy(prior), ensure_2d=False, dtype=np.float64, input_name="noisy_prior"
    )
    if prior.ndim != 1 or (n_classes is not None and len(prior) != n_classes):
        expected = "n_classes" if n_classes is None else n_classes
        raise ValueError(
            f"noisy_prior has shape {prior.shape}: expected ({expected},), one share"
            " for each class."
        )
    if (prior < 0).any() or not prior.any():
        raise ValueError(
            f"noisy_prior is {prior}: expected shares or counts of labels, none of"
            " them negative and not all zero."
        )
    return prior / prior.sum()
