"""The transition matrix of confident learning."""

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy.quality import compute_confident_joint
from sknoisy.transition._inputs import check_labels_and_probs, rows_of_counts

__all__ = ["confident_joint_transition"]


def confident_joint_transition(labels: ArrayLike, pred_probs: ArrayLike) -> np.ndarray:
    """Transition matrix from the confident joint [1]_.

    Samples count for a class where its probability reaches the mean that it has among
    the samples labelled so; counts are scaled to the number of each given label.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say).

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i). A class that no
        sample seems to be of keeps its labels.

    Raises
    ------
    ValueError
        If labels are no codes of the columns of `pred_probs`, or its rows are no
        probabilities.

    See Also
    --------
    sknoisy.quality.compute_confident_joint : The counts, as cleanlab makes them.
    sknoisy.quality.estimate_noise_matrices : cleanlab's matrices.
    likelihood_transition : Less biased where classes overlap.

    Notes
    -----
    The counts of `compute_confident_joint`, divided by the sums of their true classes
    [1]_. What separates samples near a boundary from mislabelled ones
    is the threshold alone: where classes overlap, the matrix shows more noise than
    there is.

    References
    ----------
    .. [1] Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
       Dataset Labels", JAIR 2021.

    Examples
    --------
    >>> from sknoisy.transition import confident_joint_transition
    >>> pred_probs = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]
    >>> confident_joint_transition([0, 0, 0, 1, 1], pred_probs).round(2)
    array([[1.  , 0.  ],
           [0.33, 0.67]])
    """
    labels, probs = check_labels_and_probs(labels, pred_probs)
    return rows_of_counts(compute_confident_joint(labels, probs).T)
