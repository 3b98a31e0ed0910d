"""How many labels are wrong, without saying which."""

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike
from sknoisy.quality._confident_joint import calibrated, confident_joint_of
from sknoisy.quality._issues import confident_learning
from sknoisy.quality._reading import read
from sknoisy.quality._validation import check_joint, warn_ignored

__all__ = ["num_label_issues"]

ESTIMATION_METHODS = ("off_diagonal", "off_diagonal_calibrated", "off_diagonal_custom")


def num_label_issues(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    confident_joint: ArrayLike | None = None,
    estimation_method: str = "off_diagonal",
) -> int:
    """Estimate how many labels are wrong.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say). A memory-mapped array is read block by block.

    confident_joint : array-like of shape (n_classes, n_classes), default=None
        Counts of samples by given label (rows) and true one; only for
        "off_diagonal_custom".

    estimation_method : str, default="off_diagonal"
        What is counted:

        - "off_diagonal": the samples that surely seem to be of another class; as many
          as `find_label_issues` flags with "confident_learning".
        - "off_diagonal_calibrated": what is off the diagonal of the calibrated
          confident joint, in which all samples count, not only the sure ones. The
          better estimate of a noise rate.
        - "off_diagonal_custom": the same of `confident_joint`, calibrated here.

    Returns
    -------
    n_issues : int
        Estimated number of wrong labels.

    Raises
    ------
    ValueError
        If `estimation_method` is unknown, `confident_joint` is missing, labels are no
        codes of the columns of `pred_probs`, or its rows are no probabilities.

    See Also
    --------
    find_label_issues : Which ones they are.
    estimate_noise_matrices : How many of each class become which other.

    Examples
    --------
    >>> from sknoisy.quality import num_label_issues
    >>> labels = [0, 0, 0, 1, 1]
    >>> pred_probs = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]
    >>> num_label_issues(labels, pred_probs)
    1
    """
    check_choice(estimation_method, ESTIMATION_METHODS, "estimation_method")
    custom = estimation_method == "off_diagonal_custom"
    if custom and confident_joint is None:
        raise ValueError(
            "estimation_method='off_diagonal_custom' counts in a confident_joint: pass"
            " one, or choose 'off_diagonal_calibrated'."
        )
    if not custom and confident_joint is not None:
        warn_ignored("confident_joint", "estimation_method", estimation_method)
    reading = read(labels, pred_probs)
    if estimation_method == "off_diagonal":
        return int(np.count_nonzero(confident_learning(reading)))
    if custom:
        joint = calibrated(
            check_joint(confident_joint, reading.n_classes), reading.label_counts
        )
    else:
        joint = confident_joint_of(reading)
    share_right = (joint / max(joint.sum(), 1)).trace()
    return int(np.rint((1 - share_right) * len(reading.labels)))
