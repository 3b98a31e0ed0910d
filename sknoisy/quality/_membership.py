"""How surely a sample belongs to any of the classes."""

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy._probs import as_matrix, checked_blocks, float_type

__all__ = ["class_membership"]


def class_membership(pred_probs: ArrayLike) -> np.ndarray:
    r"""Score how surely each sample is of some class: low where it may be of none.

    .. math:: m(x) = \frac{C \max_c p_c(x) - 1}{C - 1}

    The greatest of the probabilities of C classes [1]_, so scaled that even shares are
    zero. Where a *label* is wrong, samples around it agree on another class, and m is
    high; where a sample is of *no class*, labels around it are anybody's, and m is low.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out of fold, out of bag, or shares of its neighbors' labels). A memory-mapped
        array is read block by block.

    Returns
    -------
    membership : ndarray of shape (n_samples,)
        In [0, 1]; float32 if `pred_probs` is, else float64.

    Raises
    ------
    ValueError
        If there are fewer than two classes, or rows are no probabilities (negative,
        NaN, or a sum that differs from one by over 0.001).

    See Also
    --------
    get_label_quality_scores : How far the given label can be trusted.
    flag_issues : Draws a line through such scores.
    sknoisy.noise.OpenSetNoise : Gives samples of no class labels of classes.

    Notes
    -----
    Low is also what lies between two classes. High are samples of no class that all
    got one label: to the data, that is what the class is like. Noise from class to
    class lowers all of m, but not its order.

    References
    ----------
    .. [1] Hendrycks and Gimpel, "A Baseline for Detecting Misclassified and
       Out-of-Distribution Examples in Neural Networks", ICLR 2017.

    Examples
    --------
    >>> from sknoisy.quality import class_membership
    >>> class_membership([[1.0, 0.0, 0.0], [0.4, 0.2, 0.4]]).round(2)
    array([1. , 0.1])
    """
    values = as_matrix(pred_probs)
    n_classes = values.shape[1]
    membership = np.empty(len(values), dtype=float_type(values))
    for rows, block in checked_blocks(values):
        membership[rows] = (n_classes * block.max(axis=1) - 1) / (n_classes - 1)
    return membership.clip(0, 1)
