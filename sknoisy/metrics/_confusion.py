"""The confusion matrix on true labels, read off given ones, and scores made of it."""

import numpy as np
from numpy.typing import ArrayLike

from sknoisy._shown import shown
from sknoisy._told import told_as_in
from sknoisy.metrics._scores import corrected_accuracy, corrected_confusion

__all__ = [
    "corrected_balanced_accuracy",
    "corrected_confusion_matrix",
    "corrected_f1",
]


@told_as_in(corrected_accuracy)
def corrected_confusion_matrix(
    y_noisy: ArrayLike,
    y_pred: ArrayLike,
    transition: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    max_condition: float = 1e3,
) -> np.ndarray:
    r"""Confusion matrix on true labels, estimated through the transition matrix.

    .. math:: C = T^{-\top} \tilde C

    where :math:`\tilde C` holds the share of each pair of given label (row) and
    prediction (column). Given labels that depend on true ones alone have
    :math:`\mathrm{E}\,\tilde C = T^\top C` [1]_.

    Returns
    -------
    confusion : ndarray of shape (n_classes, n_classes)
        ``confusion[i, j]`` estimates the share of samples that are of class i and
        predicted as j. They sum to one; columns sum to the shares of predictions. Its
        mean over all draws of the given labels is the confusion matrix on true ones, if
        the predictions don't depend on them; a single value may be below 0 or above 1.

    Raises
    ------
    ValueError
        If the matrix can't be inverted or doesn't fit the labels; if labels are
        missing, or lengths differ.

    See Also
    --------
    sklearn.metrics.confusion_matrix : Of right labels, ``normalize="all"``.
    corrected_accuracy : Its trace.

    References
    ----------
    .. [1] Natarajan, Dhillon, Ravikumar and Tewari, "Learning with Noisy Labels",
       NeurIPS 2013, Lemma 1, of which this is the form for counts.

    Examples
    --------
    >>> from sknoisy.metrics import corrected_confusion_matrix
    >>> transition = [[1.0, 0.0], [0.5, 0.5]]  # half of the positives are missed
    >>> y_noisy, y_pred = [0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1]
    >>> corrected_confusion_matrix(y_noisy, y_pred, transition)
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    return corrected_confusion(
        y_noisy, y_pred, transition, labels, sample_weight, max_condition
    )[0]


@told_as_in(corrected_accuracy)
def corrected_balanced_accuracy(
    y_noisy: ArrayLike,
    y_pred: ArrayLike,
    transition: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    max_condition: float = 1e3,
) -> float:
    """Mean recall of the classes on true labels, estimated through the matrix.

    Returns
    -------
    accuracy : float
        Of the estimated confusion matrix, the mean over classes of what is right by
        what there is. A class of which the estimate finds none is left out, as a class
        without samples is by scikit-learn. May be below 0 or above 1.

    Raises
    ------
    ValueError
        If the matrix can't be inverted or doesn't fit the labels; if labels are
        missing, or lengths differ.

    See Also
    --------
    corrected_confusion_matrix : Of which it is made.
    sknoisy.model_selection.corrected_balanced_accuracy_scorer : For searches and
        thresholds.

    Notes
    -----
    How many samples of a class there are is estimated from the given labels alone, so
    that of all predictions for the same samples each is divided by the same numbers:
    on average over the noise they are ranked as on true labels, but for what these
    numbers are off.

    Examples
    --------
    >>> from sknoisy.metrics import corrected_balanced_accuracy
    >>> transition = [[1.0, 0.0], [0.5, 0.5]]
    >>> y_noisy, y_pred = [0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1, 1, 0]
    >>> print(corrected_balanced_accuracy(y_noisy, y_pred, transition))
    0.75
    """
    confusion, _ = corrected_confusion(
        y_noisy, y_pred, transition, labels, sample_weight, max_condition
    )
    sizes = confusion.sum(axis=1)
    there = sizes > 0
    return float(np.mean(np.diag(confusion)[there] / sizes[there]))


@told_as_in(corrected_accuracy)
def corrected_f1(
    y_noisy: ArrayLike,
    y_pred: ArrayLike,
    transition: ArrayLike,
    *,
    pos_label: object = None,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    max_condition: float = 1e3,
) -> float:
    r"""F1 on true labels, estimated from given ones and the transition matrix.

    .. math:: \frac{2 C_{ii}}{\sum_j C_{ij} + \sum_j C_{ji}}

    for class i, of the confusion matrix C of :func:`corrected_confusion_matrix`.

    Parameters
    ----------
    pos_label : label, default=None
        The class whose F1 it is. None takes the mean of all classes, macro F1.

    Returns
    -------
    f1 : float
        May be below 0 or above 1. 0 for a class that is neither predicted nor
        estimated to be there.

    Raises
    ------
    ValueError
        If the matrix can't be inverted or doesn't fit the labels; if labels are
        missing, lengths differ, or `pos_label` is none of the classes.

    See Also
    --------
    corrected_confusion_matrix : Of which it is made.
    sknoisy.model_selection.corrected_f1_scorer : For searches and thresholds.

    Notes
    -----
    Only how many are rightly called i, and how many there are, is estimated; how many
    are called so is known.

    Examples
    --------
    >>> from sknoisy.metrics import corrected_f1
    >>> transition = [[1.0, 0.0], [0.5, 0.5]]
    >>> y_noisy, y_pred = [0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1, 1, 0]
    >>> print(round(corrected_f1(y_noisy, y_pred, transition, pos_label=1), 3))
    0.667
    """
    confusion, classes = corrected_confusion(
        y_noisy, y_pred, transition, labels, sample_weight, max_condition
    )
    there = np.maximum(confusion.sum(axis=1), 0) + confusion.sum(axis=0)
    right = 2 * np.diag(confusion)
    f1 = np.divide(right, there, out=np.zeros(len(there)), where=there > 0)
    if pos_label is None:
        return float(f1.mean())
    if pos_label not in classes.tolist():
        raise ValueError(
            f"pos_label={shown(pos_label)} is none of the classes,"
            f" {shown(classes.tolist())}."
        )
    return float(f1[classes.tolist().index(pos_label)])
