"""The transition matrix as counts of given labels among samples predicted alike."""

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy.transition._inputs import (
    check_labels_and_probs,
    check_share,
    rows_of_counts,
    warn_never_predicted,
)

__all__ = ["counts_transition"]


def counts_transition(
    labels: ArrayLike, pred_probs: ArrayLike, *, fraction: float = 1.0
) -> np.ndarray:
    """Transition matrix from the labels given to samples of each predicted class.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say).

    fraction : float in (0, 1], default=1.0
        Which share of the samples of each predicted class is counted: those with the
        largest lead over the second class. Of all, some are predicted wrong, and the
        matrix shows more noise than there is; fewer are purer, and vary more.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i). A class that no
        sample is predicted to be of keeps its labels.

    Raises
    ------
    ValueError
        If labels are no codes of the columns of `pred_probs`, or its rows are no
        probabilities.

    Warns
    -----
    UserWarning
        If a class that labels name is never predicted.

    See Also
    --------
    likelihood_transition : Counts the others, too, each as what it may be.
    confident_joint_transition : Counts those that reach a threshold.

    Notes
    -----
    It asks that the most frequent label of each class is the right one. That may hold
    where noise depends on the features, too, and then the matrix is that of the
    average sample.

    Examples
    --------
    >>> from sknoisy.transition import counts_transition
    >>> pred_probs = [[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]]
    >>> labels = [0, 0, 1, 1]
    >>> counts_transition(labels, pred_probs).round(2)
    array([[0.67, 0.33],
           [0.  , 1.  ]])
    >>> counts_transition(labels, pred_probs, fraction=0.5)
    array([[1., 0.],
           [0., 1.]])
    """
    labels, probs = check_labels_and_probs(labels, pred_probs)
    fraction = check_share(fraction, "fraction")
    n_classes = probs.shape[1]
    warn_never_predicted(probs.argmax(axis=1), labels, n_classes)
    samples, classes = surest(probs, fraction)
    return rows_of_counts(count_labels(samples, classes, labels, n_classes))


def surest(probs, fraction):
    """Return the surest samples of each predicted class, and their classes.

    Of each class at least one; ties by index.
    """
    predicted = probs.argmax(axis=1)
    second, first = np.partition(probs, -2, axis=1)[:, -2:].T
    ranked = np.lexsort((second - first, predicted))
    sizes = np.bincount(predicted, minlength=probs.shape[1])
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    quota = np.ceil(np.round(fraction * sizes, 9))  # 0.35 * 20 is 7.000000000000001
    inside = np.arange(len(probs)) - starts < np.repeat(quota, sizes)
    return ranked[inside], predicted[ranked[inside]]


def count_labels(samples, classes, labels, n_classes):
    """Count the labels of `samples` (columns) by their classes (rows)."""
    pairs = classes * n_classes + labels[samples]
    counts = np.bincount(pairs, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes)
