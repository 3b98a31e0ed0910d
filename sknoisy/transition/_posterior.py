"""From probabilities of given labels to probabilities of true ones."""

import numpy as np
from sklearn.utils import check_array

from sknoisy._arrays import as_numpy
from sknoisy._checks import check_transition
from sknoisy._data_types import ArrayLike
from sknoisy._probs import check_probs
from sknoisy._ranges import check_range
from sknoisy._simplex import solve_on_simplex
from sknoisy.transition._identifiability import check_identifiable
from sknoisy.transition._prior import check_prior

__all__ = ["adjust_logits", "clean_posterior", "prior_ratio"]


def clean_posterior(
    pred_probs: ArrayLike, transition: ArrayLike, *, max_condition: float = 1e3
) -> np.ndarray:
    """Probabilities of true labels, from those of given labels and the matrix.

    Solves ``transition.T @ q = p`` for each row p of `pred_probs`: the distribution q
    for which both sides are nearest in the Euclidean sense. Where the exact solution
    has no negative entry, q is that.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Probabilities of the given, noisy labels.

    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    max_condition : float > 1, default=1e3
        Largest condition number of the matrix; see `check_identifiable`.

    Returns
    -------
    posterior : ndarray of shape (n_samples, n_classes)
        Probabilities of the true labels; rows sum to one.

    Raises
    ------
    ValueError
        If the matrix can't be inverted, or doesn't fit `pred_probs`; if rows are no
        probabilities.

    See Also
    --------
    prior_ratio : A decision that needs no matrix.

    Notes
    -----
    The inverse of a matrix of condition number k can make errors of `pred_probs` k
    times as large. That q must be a distribution keeps most of them out: even then it
    is found exactly.

    Examples
    --------
    >>> from sknoisy.transition import clean_posterior
    >>> transition = [[0.3, 0.7], [0.2, 0.8]]  # most labels of class 0 are wrong
    >>> clean_posterior([[0.28, 0.72], [0.2, 0.8], [0.1, 0.9]], transition).round(3)
    array([[0.8, 0.2],
           [0. , 1. ],
           [0. , 1. ]])
    """
    probs = check_probs(pred_probs)
    n_classes, columns = probs.shape[1], "pred_probs has {} columns"
    transition = check_transition(transition, n_classes, counted=columns)
    check_identifiable(transition, max_condition=max_condition)
    return solve_on_simplex(transition, probs)


def prior_ratio(pred_probs: ArrayLike, noisy_prior: ArrayLike) -> np.ndarray:
    """How much likelier each label is for a sample than on the whole, rows sum to one.

    The largest is the true class whenever labels keep to it more than others do:
    ``T[y, y] / prior[y] > T[y, c] / prior[c]`` for all c. No matrix is needed, and the
    right label need not be the most frequent one of its class.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Probabilities of the given, noisy labels.

    noisy_prior : array-like of shape (n_classes,)
        Shares of the given labels, such as ``np.bincount(codes) / len(codes)``; counts
        will do as well.

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes)
        ``p / prior``, divided by its sum. They rank classes; they aren't calibrated.

    Raises
    ------
    ValueError
        If the prior doesn't fit `pred_probs`, or rows are no probabilities.

    See Also
    --------
    adjust_logits : The same on logits.
    clean_posterior : Probabilities of the true labels, from a matrix.

    Notes
    -----
    Argmax of p / prior is that of logit adjustment after training [1]_, which minimizes
    the balanced error: where true classes are far from equally frequent, rare ones are
    predicted too often.

    References
    ----------
    .. [1] Menon et al., "Long-tail Learning via Logit Adjustment", ICLR 2021.

    Examples
    --------
    >>> from sknoisy.transition import prior_ratio
    >>> prior_ratio([[0.3, 0.7], [0.2, 0.8]], [0.25, 0.75]).round(2)
    array([[0.56, 0.44],
           [0.43, 0.57]])
    """
    probs = check_probs(pred_probs)
    prior = check_prior(noisy_prior, probs.shape[1])
    # a label that is never given can't be ranked: it comes last
    ratio = np.divide(probs, prior, out=np.zeros_like(probs), where=prior > 0)
    sums = ratio.sum(axis=1, keepdims=True)
    return np.where(sums > 0, ratio / np.where(sums > 0, sums, 1), probs)


def adjust_logits(
    logits: ArrayLike, noisy_prior: ArrayLike, *, tau: float = 1.0
) -> np.ndarray:
    """Logits minus `tau` times the logarithm of the noisy prior [1]_.

    After training, argmax of what is returned is that of `prior_ratio` (``tau=1``).
    Its twin in training *adds* the logarithm, ``tau=-1``, to logits that go into cross
    entropy; argmax of the bare logits is then the decision.

    Parameters
    ----------
    logits : array-like of shape (n_samples, n_classes)
        Logits, or logarithms of probabilities, of the given labels.

    noisy_prior : array-like of shape (n_classes,)
        Shares of the given labels, all of them above zero; counts will do as well.

    tau : float, default=1.0
        Strength of the adjustment.

    Returns
    -------
    adjusted : ndarray of shape (n_samples, n_classes)
        Adjusted logits.

    Raises
    ------
    ValueError
        If the prior doesn't fit `logits` or holds a zero, or logits aren't finite.

    See Also
    --------
    prior_ratio : The same on probabilities.

    References
    ----------
    .. [1] Menon et al., "Long-tail Learning via Logit Adjustment", ICLR 2021.

    Examples
    --------
    >>> from sknoisy.transition import adjust_logits
    >>> adjust_logits([[0.0, 0.5]], [0.25, 0.75]).argmax(axis=1)
    array([0])
    """
    z = check_array(as_numpy(logits), dtype=np.float64, input_name="logits")
    prior = check_prior(noisy_prior, z.shape[1])
    check_range("(-inf, inf)", tau=tau)
    if not prior.all():
        raise ValueError(
            f"noisy_prior is zero for class {np.flatnonzero(prior == 0)[0]}: a label"
            " that is never given has no logarithm. Leave its column out."
        )
    return z - tau * np.log(prior)
