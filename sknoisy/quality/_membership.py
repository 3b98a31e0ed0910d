"""How surely a sample belongs to any of the classes."""

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy._probs import as_matrix, checked_blocks, float_type
from sknoisy._ranges import check_range

__all__ = ["class_membership", "flag_no_class"]


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
    flag_no_class : Draws a line through such scores.
    get_label_quality_scores : How far the given label can be trusted.
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


def flag_no_class(pred_probs: ArrayLike, *, share: float = 0.5) -> np.ndarray:
    """Flag samples that may belong to no class: nothing around them agrees.

    Those whose `class_membership` is below a share of what is usual, the median, among
    samples that look like the same class.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out of fold, out of bag, or shares of its neighbors' labels).

    share : float in (0, 1), default=0.5
        Less flags fewer, and surer ones.

    Returns
    -------
    no_class : ndarray of bool of shape (n_samples,)

    Raises
    ------
    ValueError
        If there are fewer than two classes, or rows are no probabilities.

    See Also
    --------
    class_membership : The score, and what else has a low one.
    find_label_issues : Labels of samples that belong to another class.

    Notes
    -----
    A line between two normal distributions, as `flag_issues` draws it, flags a tenth of
    all samples and more where there is none of no class; this one flags two to six in a
    hundred of those that a model can tell apart (digits, segment), who lie between
    classes. Of two classes that overlap it flags what is between them.

    Examples
    --------
    >>> from sknoisy.quality import flag_no_class
    >>> flag_no_class([[0.9, 0.1, 0.0], [0.8, 0.1, 0.1], [0.4, 0.3, 0.3]])
    array([False, False,  True])
    """
    check_range("(0, 1)", share=share)
    membership = class_membership(pred_probs)
    alike = as_matrix(pred_probs).argmax(axis=1)
    usual = np.zeros(alike.max() + 1)
    for code in np.unique(alike):
        usual[code] = np.median(membership[alike == code])
    return membership < share * usual[alike]
