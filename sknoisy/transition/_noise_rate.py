"""The share of wrong labels, from what a model says of samples it didn't learn."""

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy.transition._inputs import check_labels_and_probs
from sknoisy.transition._likelihood import FRACTION, MAX_ITER, maximize, shared_out
from sknoisy.transition._prior import noise_rate

__all__ = ["estimate_noise_rate"]


def estimate_noise_rate(labels: ArrayLike, pred_probs: ArrayLike) -> float:
    """Share of wrong labels, given what a model says of each sample.

    That of the likeliest transition matrix, and at most that of labels drawn blindly,
    1 − 1 / n_classes. What co-teaching leaves out where nobody gives it a rate.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that learned from the given
        labels but did not see this sample's (out-of-fold, say).

    Returns
    -------
    rate : float
        In [0, 1 − 1 / n_classes].

    Raises
    ------
    ValueError
        If labels are no codes of the columns of `pred_probs`, or its rows are no
        probabilities.

    See Also
    --------
    likelihood_transition : The matrix; it warns of classes that are never predicted.
    noise_rate : The share of wrong labels that a matrix stands for.
    sknoisy.metrics.realized_noise_rate : Where true labels are known.

    Notes
    -----
    The most frequent given label of each class has to be the right one.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.transition import estimate_noise_rate
    >>> true = np.repeat([0, 1], 50)
    >>> pred_probs = np.where(true[:, None] == [0, 1], 0.75, 0.25)
    >>> labels = np.where(np.arange(100) % 4 == 0, 1 - true, true)
    >>> print(round(estimate_noise_rate(labels, pred_probs), 2))
    0.25
    """
    codes, probs = check_labels_and_probs(labels, pred_probs)
    # no word on a class that is never predicted: networks that ask while they train
    # may predict it yet
    weights, start = shared_out(codes, probs, FRACTION)
    transition = maximize(weights, codes, start, MAX_ITER)
    n_classes = len(transition)
    rate = noise_rate(np.bincount(codes, minlength=n_classes), transition)
    return min(rate, 1 - 1 / n_classes)
