"""What predictions are worth on true labels, read off given ones."""

import numpy as np
from sklearn.utils import check_consistent_length

from sknoisy._arrays import as_numpy
from sknoisy._checks import check_transition
from sknoisy._codes import check_order
from sknoisy._data_types import ArrayLike
from sknoisy._labels import check_labels
from sknoisy._probs import check_probs
from sknoisy._ranges import check_range
from sknoisy._shown import shown
from sknoisy._told import told_as_in
from sknoisy._weights import check_weights
from sknoisy.transition import check_identifiable

__all__ = ["corrected_accuracy", "forward_log_likelihood", "peer_accuracy"]


def corrected_accuracy(
    y_noisy: ArrayLike,
    y_pred: ArrayLike,
    transition: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    max_condition: float = 1e3,
) -> float:
    r"""Accuracy on true labels, estimated from given ones and the transition matrix.

    .. math:: \frac{1}{n} \sum_i (T^{-1})_{\tilde y_i, t_i}

    for given labels :math:`\tilde y` and predictions t: backward correction [2]_ of the
    method of unbiased estimators [1]_, of one minus the 0-1 loss.

    Parameters
    ----------
    y_noisy : array-like of shape (n_samples,)
        Given labels.

    y_pred : array-like of shape (n_samples,)
        Predictions of true labels.

    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    labels : array-like of shape (n_classes,), default=None
        The classes, in the order of the rows of `transition`. None takes all labels of
        both, sorted; there must be as many as rows.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples.

    max_condition : float > 1, default=1e3
        Largest condition number of the matrix; see
        :func:`~sknoisy.transition.check_identifiable`.

    Returns
    -------
    accuracy : float
        Its mean over all draws of the given labels is the accuracy on true ones, if the
        predictions don't depend on them. A single value may be below 0 or above 1.

    Raises
    ------
    ValueError
        If the matrix can't be inverted or doesn't fit the labels; if labels are
        missing, or lengths differ.

    See Also
    --------
    corrected_balanced_accuracy, corrected_f1 : For rare classes.
    peer_accuracy : Needs no matrix.
    sknoisy.model_selection.corrected_accuracy_scorer : For searches.

    Notes
    -----
    With symmetric noise it is a rising linear function of the accuracy on given labels,
    and ranks as that does. Its variance grows with the condition number.

    A matrix that was counted on the same predictions turns every mistake into noise,
    and the corrected accuracy into 1: the matrix must come from elsewhere.

    References
    ----------
    .. [1] Natarajan, Dhillon, Ravikumar and Tewari, "Learning with Noisy Labels",
       NeurIPS 2013, Lemma 1.
    .. [2] Patrini, Rozza, Menon, Nock and Qu, "Making Deep Neural Networks Robust to
       Label Noise: A Loss Correction Approach", CVPR 2017, Theorem 1.

    Examples
    --------
    >>> from sknoisy.metrics import corrected_accuracy
    >>> transition = [[0.8, 0.2], [0.2, 0.8]]
    >>> y_noisy, y_pred = [0, 0, 0, 1, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]
    >>> print(round(corrected_accuracy(y_noisy, y_pred, transition), 3))
    0.917
    """
    confusion, _ = corrected_confusion(
        y_noisy, y_pred, transition, labels, sample_weight, max_condition
    )
    return float(np.trace(confusion))


@told_as_in(corrected_accuracy)
def forward_log_likelihood(
    y_noisy: ArrayLike,
    pred_probs: ArrayLike,
    transition: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Mean logarithm of the probability of the given labels, through the matrix.

    .. math:: \frac{1}{n} \sum_i \log (T^\top p_i)_{\tilde y_i}

    Forward correction [1]_ as a score. Among all probabilities, those of the true
    labels have the highest mean.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Probabilities of *true* labels. Those of a classifier that was trained on the
        given labels as they are belong to these, and scikit-learn's ``neg_log_loss``
        is the score for them.

    transition : array-like of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i). It isn't inverted,
        so that it may be singular.

    labels : array-like of shape (n_classes,), default=None
        The classes, in the order of the columns of `pred_probs` and the rows of
        `transition`. None takes the given labels, sorted; there must be as many as
        columns.

    Returns
    -------
    score : float
        At most 0. A label that is impossible counts with the logarithm of 2.2e-16, as
        in scikit-learn's log loss.

    Raises
    ------
    ValueError
        If the matrix doesn't fit `pred_probs`, or these the labels; if a row is no
        distribution, labels are missing, or lengths differ.

    See Also
    --------
    sknoisy.losses.forward_correction : The same as a loss.
    sknoisy.model_selection.forward_log_likelihood_scorer : For searches.

    References
    ----------
    .. [1] Patrini, Rozza, Menon, Nock and Qu, "Making Deep Neural Networks Robust to
       Label Noise: A Loss Correction Approach", CVPR 2017, Theorem 2.

    Examples
    --------
    >>> from sknoisy.metrics import forward_log_likelihood
    >>> transition = [[0.8, 0.2], [0.2, 0.8]]
    >>> sure, unsure = [[1, 0], [0, 1]], [[0.6, 0.4], [0.4, 0.6]]
    >>> print(round(forward_log_likelihood([0, 1], sure, transition), 3))
    -0.223
    >>> print(round(forward_log_likelihood([0, 1], unsure, transition), 3))
    -0.58
    """
    check_order(y_noisy, "y_noisy", "pred_probs")
    y_noisy = check_labels(y_noisy)
    transition, labels = _matrix_and_classes(transition, labels, y_noisy)
    probs = check_probs(pred_probs, classes=labels)
    check_consistent_length(y_noisy, probs)
    weight = check_weights(sample_weight, len(probs))
    likelihood = (probs * transition.T[_places(y_noisy, labels)]).sum(axis=1)
    smallest = np.finfo(np.float64).eps
    logs = np.log(likelihood.clip(min=smallest))
    return float(np.average(logs, weights=weight))


@told_as_in(corrected_accuracy)
def peer_accuracy(
    y_noisy: ArrayLike,
    y_pred: ArrayLike,
    *,
    alpha: float = 1.0,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Accuracy less what the predictions would have by chance.

    .. math:: P(t = \tilde y) - \alpha \sum_c P(t = c)\, P(\tilde y = c)

    for given labels :math:`\tilde y` and predictions t: the 0-1 form of peer loss
    [1]_. No matrix and no rate is needed.

    Parameters
    ----------
    alpha : float, default=1.0
        Weight of what is subtracted. With 0 it is plain accuracy.

    Returns
    -------
    score : float
        With ``alpha=1``, 0 for predictions that tell nothing of the labels.

    Raises
    ------
    ValueError
        If labels are missing, lengths differ, or `alpha` isn't finite.

    See Also
    --------
    sklearn.metrics.cohen_kappa_score : The same with alpha 1, divided by its maximum.
    sknoisy.objectives.PeerLoss : The loss.
    sknoisy.model_selection.peer_accuracy_scorer : For searches.

    Notes
    -----
    Where every class j is given wrongly at a rate :math:`e_j` that depends on the wrong
    label alone, ``T[i, j] = e[j]`` for all i ≠ j, the score with ``alpha=1`` is, on
    average, :math:`1 - \sum_j e_j` times the same score on true labels. (Two classes
    always are such a case, and so is symmetric noise.) If true classes are equally
    frequent, that ranks as accuracy on true labels does; plain accuracy on given ones
    instead favors classes that are often given wrongly.

    Difference from [1]_: the mean over all pairs of a prediction and another sample's
    label is taken exactly, instead of drawing one pair for each sample.

    References
    ----------
    .. [1] Liu and Guo, "Peer Loss Functions: Learning from Noisy Labels without Knowing
       Noise Rates", ICML 2020.

    Examples
    --------
    >>> from sknoisy.metrics import peer_accuracy
    >>> print(peer_accuracy([0, 0, 1, 1], [0, 0, 1, 0]))
    0.25
    >>> print(peer_accuracy([0, 0, 0, 1], [0, 0, 0, 0]))  # says nothing
    0.0
    """
    check_range("(-inf, inf)", alpha=alpha)
    y_noisy, y_pred = check_labels(y_noisy), check_labels(y_pred)
    labels = _classes(None, None, y_noisy, y_pred)
    joint = _joint(y_noisy, y_pred, labels, sample_weight)
    return float(np.trace(joint) - alpha * joint.sum(axis=1) @ joint.sum(axis=0))


def corrected_confusion(
    y_noisy, y_pred, transition, labels, sample_weight, max_condition
):
    """Return the share of each pair of true label (row) and prediction, and classes."""
    y_noisy, y_pred = check_labels(y_noisy), check_labels(y_pred)
    transition, labels = _matrix_and_classes(transition, labels, y_noisy, y_pred)
    check_identifiable(transition, max_condition=max_condition)
    joint = _joint(y_noisy, y_pred, labels, sample_weight)
    return np.linalg.solve(transition.T, joint), labels


def _matrix_and_classes(transition, labels, *found):
    """Return a matrix and the classes in the order of its rows."""
    if not hasattr(transition, "columns"):  # a frame waits for the names of classes
        transition = check_transition(transition)
    labels = _classes(labels, len(transition), *found)
    return check_transition(transition, classes=labels), labels


def _joint(y_noisy, y_pred, labels, sample_weight):
    """Return the share of each pair of given label (row) and prediction (column)."""
    check_consistent_length(y_noisy, y_pred)
    if not len(y_noisy):
        raise ValueError("There are no samples: expected at least one label.")
    sample_weight = check_weights(sample_weight, len(y_noisy))
    n_classes = len(labels)
    cells = _places(y_noisy, labels) * n_classes + _places(y_pred, labels)
    counts = np.bincount(cells, sample_weight, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes) / counts.sum()


def _places(y, labels):
    """Return where in `labels` each label is."""
    order = np.argsort(labels)
    return order[np.searchsorted(labels, y, sorter=order)]


def _classes(labels, n_classes, *found):
    """Return the classes, if they are as many as there should be and name all found."""
    given = [*found] if labels is None else [*found, np.asarray(as_numpy(labels))]
    kinds = {"text" if y.dtype.kind in "OUS" else "numbers" for y in given if len(y)}
    if len(kinds) > 1:
        raise TypeError(
            "Some of the labels are text and others numbers: convert them to one type,"
            " e.g. with y.astype(str)."
        )
    there = np.unique(np.concatenate(found))
    labels = there if labels is None else np.asarray(as_numpy(labels))
    if len(np.unique(labels)) != len(labels):
        raise ValueError(f"labels={shown(labels.tolist())} names a class twice.")
    strange = np.setdiff1d(there, labels)
    if strange.size:
        raise ValueError(
            f"labels leaves out {shown(strange.tolist())}, which are there."
        )
    if n_classes is not None and labels.shape != (n_classes,):
        raise ValueError(
            f"There are {n_classes} classes, but the labels are"
            f" {shown(labels.tolist())}: pass"
            " labels=..., all classes in the order of rows and columns."
        )
    return labels
