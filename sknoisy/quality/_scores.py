"""Scores: one number for each sample, high where its label can be trusted."""

import numpy as np

from sknoisy._codes import check_labels_and_probs
from sknoisy._data_types import ArrayLike
from sknoisy._probs import blocks, checked_blocks, float_type, row_sums, slices
from sknoisy._registry import lookup
from sknoisy.quality._confident_joint import confident_thresholds
from sknoisy.quality._reading import pick, rows_of_label

__all__ = ["SCORES", "get_label_quality_scores"]

FEW_CLASSES = 32


def self_confidence(block, labels):
    """Probability of the given label."""
    return pick(block, labels)


def normalized_margin(block, labels):
    """Lead of the given label over the likeliest other one, moved to [0, 1]."""
    return (pick(block, labels) - _max_of_others(block, labels) + 1) / 2


def confidence_weighted_entropy(block, labels):
    """log(1 + e) / e, where e is normalized entropy over the given label's chance."""
    positive = np.maximum(block, np.finfo(block.dtype).tiny)  # 0 log 0 is 0
    terms = np.log(positive)
    terms *= positive
    entropy = row_sums(terms) / -np.log(block.shape[1])
    ratio = entropy / np.maximum(pick(block, labels), 1e-6)
    return np.log(ratio + 1) / np.maximum(ratio, 1e-6)


SCORES = {
    "confidence_weighted_entropy": confidence_weighted_entropy,
    "normalized_margin": normalized_margin,
    "self_confidence": self_confidence,
}


def get_label_quality_scores(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    method: str = "self_confidence",
    adjust_pred_probs: bool = False,
) -> np.ndarray:
    """Score each given label by class probabilities: low where it is likely wrong.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say). A memory-mapped array is read block by block.

    method : str, default="self_confidence"
        With p the probabilities of a sample and k its label:

        - "self_confidence": p_k.
        - "normalized_margin": (p_k − max of the other p + 1) / 2. The better one
          where labels were taken for another class.
        - "confidence_weighted_entropy": log(1 + e) / e with
          e = H(p) / (p_k log n_classes), H being the entropy: low where the label
          is unlikely *and* the model is unsure.

    adjust_pred_probs : bool, default=False
        Whether the mean probability of each class among the samples labelled so is
        subtracted first (and probabilities are shifted and scaled to be such again),
        so that rare classes, with their lower probabilities, aren't all called wrong.
        Not for "confidence_weighted_entropy".

    Returns
    -------
    quality : ndarray of shape (n_samples,)
        In [0, 1], high where the label can be trusted; float32 if `pred_probs` is,
        else float64.

    Raises
    ------
    ValueError
        If `method` is unknown or can't be adjusted, labels are no codes of the columns
        of `pred_probs`, or its rows are no probabilities (negative, NaN, or a sum
        that differs from one by over 0.001).

    See Also
    --------
    find_label_issues : Which labels to call wrong.
    flag_issues : Draw a line through scores, by budget or by a mixture.

    Notes
    -----
    Scores equal those of cleanlab 2.9 to float rounding.

    References
    ----------
    .. [1] Kuan and Mueller, "Model-agnostic label quality scoring to detect real-world
       label errors", ICML Workshop DataPerf 2022.

    Examples
    --------
    >>> from sknoisy.quality import get_label_quality_scores
    >>> pred_probs = [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]
    >>> get_label_quality_scores([0, 0, 1], pred_probs)
    array([0.9, 0.2, 0.6])
    >>> get_label_quality_scores([0, 0, 1], pred_probs, method="normalized_margin")
    array([0.9, 0.2, 0.6])
    """
    score = find_score(method, adjust_pred_probs, parameter="method")
    labels, pred_probs = check_labels_and_probs(labels, pred_probs)
    dtype = float_type(pred_probs)
    parts = checked_blocks(pred_probs)
    if adjust_pred_probs:
        given = _score_blocks(self_confidence, labels, parts, dtype)
        rows = rows_of_label(labels, pred_probs.shape[1])
        parts = _adjusted(blocks(pred_probs), confident_thresholds(given, rows))
    return _score_blocks(score, labels, parts, dtype)


def find_score(method, adjust_pred_probs=False, *, parameter="method"):
    """Return the function that `method` names, if it can do what is asked of it."""
    score = lookup(method, SCORES, parameter=parameter, kind="a score")
    if adjust_pred_probs and score is confidence_weighted_entropy:
        raise ValueError(
            f"adjust_pred_probs=True is not for {parameter}={method!r}: adjusted"
            " probabilities have no meaning as an entropy. Choose another score, or"
            " leave them as they are."
        )
    return score


def score_rows(reading, rows, method, *, adjust_pred_probs=False):
    """Score some samples of probabilities that are read already."""
    score = find_score(method, adjust_pred_probs, parameter="method")
    parts = slices(len(rows), reading.n_classes)
    parts = ((part, reading.probs(rows[part])) for part in parts)
    if adjust_pred_probs:
        thresholds = confident_thresholds(reading.given, reading.rows_of_label)
        parts = _adjusted(parts, thresholds)
    return _score_blocks(score, reading.labels[rows], parts, reading.given.dtype)


def _score_blocks(score, labels, parts, dtype):
    scores = np.empty(len(labels), dtype=dtype)
    for rows, block in parts:
        scores[rows] = score(block, labels[rows])
    return scores


def _adjusted(parts, thresholds):
    """Subtract each class's threshold, and make probabilities of what is left."""
    for rows, block in parts:
        shifted = block - (thresholds - thresholds.max())
        shifted /= row_sums(shifted)[:, None]
        yield rows, shifted


def _max_of_others(block, labels):
    n_rows, n_classes = block.shape
    rows, labels = np.arange(n_rows), labels.astype(np.intp)
    if n_classes < FEW_CLASSES:  # numpy is slow along short rows
        others = block.T.copy()
        others.put(labels * n_rows + rows, -np.inf)
        return others.max(axis=0)
    others = block.copy()
    others.put(rows * n_classes + labels, -np.inf)
    return others.max(axis=1)
