"""The confident joint: how many samples of each label seem to be of each class."""

from typing import Any

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy._probs import SLACK, row_sums, slices
from sknoisy.quality._reading import read
from sknoisy.quality._validation import check_vector

__all__ = ["compute_confident_joint"]

ABSENT = 2  # threshold of a class that no label names: no probability reaches it
LOWEST_THRESHOLD = 2 * SLACK
TINY = 1e-100


def compute_confident_joint(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    thresholds: ArrayLike | None = None,
    calibrate: bool = True,
    return_indices_of_off_diagonals: bool = False,
) -> Any:
    """Count the samples of each given label that surely seem to be of each class [1]_.

    A sample counts for a class if its probability reaches the class's threshold, the
    mean probability of that class among the samples labelled so (equations 1 and 2).
    Where several classes are reached, it counts for the most probable one of all;
    where none is, it doesn't count. The diagonal is at least one.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say). A memory-mapped array is read block by block.

    thresholds : array-like of shape (n_classes,), default=None
        Probabilities to be reached. None takes the means described above.

    calibrate : bool, default=True
        Whether counts are scaled to the number of samples of each label, so that all
        samples are counted (equation 3), and rounded to whole numbers that preserve
        these sums.

    return_indices_of_off_diagonals : bool, default=False
        Whether to return the samples that were counted off the diagonal, too.

    Returns
    -------
    confident_joint : ndarray of shape (n_classes, n_classes)
        Counts, as integers. **Rows are given labels, columns true ones.** A
        transition matrix, whose rows are true classes, is made from the transpose:
        see `estimate_noise_matrices`.

    indices : ndarray of shape (n_off_diagonal,)
        Samples that surely seem to be of another class than their label. Only with
        ``return_indices_of_off_diagonals=True``.

    Raises
    ------
    ValueError
        If labels are no codes of the columns of `pred_probs`, or its rows are no
        probabilities (negative, NaN, or a sum that differs from one by over 0.001).

    See Also
    --------
    estimate_noise_matrices : Noise rates made from these counts.
    find_label_issues : Samples whose labels are likely wrong.

    Notes
    -----
    Counts equal those of cleanlab 2.9 on the same machine. Where calibration has to
    round one of several equal fractions up, which one it is depends, for more than
    four classes, on how NumPy sorts on a machine, there as here.

    References
    ----------
    .. [1] Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
       Dataset Labels", JAIR 2021.

    Examples
    --------
    >>> from sknoisy.quality import compute_confident_joint
    >>> labels = [0, 0, 0, 1, 1]
    >>> pred_probs = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]
    >>> compute_confident_joint(labels, pred_probs)
    array([[2, 1],
           [0, 2]])
    """
    reading = read(labels, pred_probs)
    if thresholds is not None:
        thresholds = check_vector(thresholds, "thresholds", reading.n_classes)
    likely = likely_classes(reading, thresholds)
    joint = count_pairs(reading, likely)
    if calibrate:
        joint = calibrated(joint, reading.label_counts)
    if return_indices_of_off_diagonals:
        return joint, np.flatnonzero(surely_wrong(reading, likely))
    return joint


def confident_joint_of(reading):
    """Return the calibrated joint of probabilities that are read already."""
    return calibrated(
        count_pairs(reading, likely_classes(reading)), reading.label_counts
    )


def confident_thresholds(given, rows_of_label):
    """Return the mean probability `given` to each label where it is the label."""
    means = []
    for rows in rows_of_label:
        means.append(given[rows].mean() if len(rows) else ABSENT)
        del rows  # before the next ones are there
    return np.maximum(means, LOWEST_THRESHOLD)


def likely_classes(reading, thresholds=None):
    """Return the class that each sample surely seems to be of, n_classes where none."""
    if thresholds is None:
        thresholds = confident_thresholds(reading.given, reading.rows_of_label)
    bar = thresholds - SLACK
    likely, lowest = reading.predicted.copy(), bar.min()
    for block, highest in reading.highest():
        likely[block][highest < lowest] = reading.n_classes
        # Where the predicted class reaches its threshold, it is the one, whatever else
        # does. So only rows in between have to be looked at again.
        unsure = (highest < bar[reading.predicted[block]]) & (highest >= lowest)
        unsure = block.start + np.flatnonzero(unsure)
        for part in slices(len(unsure), reading.n_classes):
            rows = unsure[part]
            reached = reading.probs(rows) >= bar
            likely[rows] = _one_of(reached, reading.predicted[rows])
    return likely


def surely_wrong(reading, likely):
    """Whether a sample surely seems to be of another class than its label."""
    return (likely != reading.labels) & (likely < reading.n_classes)


def count_pairs(reading, likely):
    """Count given labels (rows) and likely classes (columns).

    At least one sample of each class counts as labelled right. In Fortran's order,
    since halves are rounded by the last digit of a sum, and that is cleanlab's.
    """
    n_classes = reading.n_classes
    joint = np.zeros(n_classes * (n_classes + 1), dtype=np.int64)
    for rows in slices(len(likely), 1):
        pairs = np.multiply(reading.labels[rows], n_classes + 1, dtype=np.intp)
        pairs += likely[rows]
        joint += np.bincount(pairs, minlength=joint.size)
    joint = joint.reshape(n_classes, n_classes + 1)[:, :-1].copy(order="F")
    np.fill_diagonal(joint, joint.diagonal().clip(min=1))
    return joint


def calibrated(joint, label_counts):
    """Scale counts so that all samples are counted, those of each label in its row."""
    scaled = joint.T / np.maximum(joint.sum(axis=1), TINY) * label_counts
    scaled = scaled / max(scaled.sum(), TINY) * label_counts.sum()
    return round_rows(scaled.T)


def round_rows(values):
    """Round to whole numbers that add up, row by row, to what the values add up to.

    Those that rounding moved furthest the wrong way are moved back by one. Among
    equals `np.argsort` chooses, as in cleanlab, so that counts are the same.
    """
    values = np.ascontiguousarray(values, dtype=np.float64)
    rounded = values.round()
    excess = (rounded.sum(axis=1) - values.sum(axis=1).round()).astype(np.int64)
    for i in np.flatnonzero(excess):
        by_rest = np.argsort(values[i] - rounded[i])
        wrong = by_rest[: excess[i]] if excess[i] > 0 else by_rest[excess[i] :]
        rounded[i, wrong] -= np.sign(excess[i])
    return rounded.astype(np.int64)


def _one_of(reached, predicted):
    """Return the only class reached, `predicted` of several, or n_classes."""
    n_classes = reached.shape[1]
    count = row_sums(reached.astype(np.float32))
    only = np.where(count == 1, reached.argmax(axis=1), predicted)
    return np.where(count == 0, n_classes, only)
