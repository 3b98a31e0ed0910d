"""Ranking: the worst labels first, and of equally bad ones the first."""

from typing import Any

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._data_types import ArrayLike
from sknoisy.quality._reading import read
from sknoisy.quality._scores import find_score, score_rows

__all__ = ["order_label_issues"]


def order_label_issues(
    label_issues_mask: ArrayLike,
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    rank_by: str = "self_confidence",
    rank_by_kwargs: dict[str, Any] | None = None,
) -> np.ndarray:
    """Rank flagged samples by the quality of their labels, the worst first.

    Parameters
    ----------
    label_issues_mask : array-like of shape (n_samples,)
        Which samples to rank, as booleans.

    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say).

    rank_by : str, default="self_confidence"
        The score; see `get_label_quality_scores`.

    rank_by_kwargs : dict, default=None
        Options of that score: ``{"adjust_pred_probs": True}``.

    Returns
    -------
    indices : ndarray of shape (n_issues,)
        Row numbers of the flagged samples; of equal scores, the first comes first.

    Raises
    ------
    ValueError
        If the mask isn't one boolean for each sample, the score is unknown, labels are
        no codes of the columns of `pred_probs`, or its rows are no probabilities.

    See Also
    --------
    find_label_issues : Flags, and ranks at once with ``return_indices_ranked_by``.

    Examples
    --------
    >>> from sknoisy.quality import order_label_issues
    >>> pred_probs = [[0.4, 0.6], [0.2, 0.8], [0.9, 0.1]]
    >>> order_label_issues([True, True, False], [0, 0, 0], pred_probs)
    array([1, 0])
    """
    rank = make_ranker(rank_by, rank_by_kwargs)
    reading = read(labels, pred_probs)
    mask = np.asarray(as_numpy(label_issues_mask))
    if mask.dtype != bool or mask.shape != reading.labels.shape:
        raise ValueError(
            f"label_issues_mask has type {mask.dtype} and shape {mask.shape}: expected"
            f" one boolean for each of the {len(reading.labels)} samples."
        )
    return rank(reading, mask)


def make_ranker(method, options):
    """Return what makes ranked indices of a mask, or leaves it where None ranks it."""
    if method is None:
        return lambda reading, is_issue: is_issue
    strangers = set(options or {}) - {"adjust_pred_probs"}
    if strangers:
        raise ValueError(
            f"rank_by_kwargs holds {sorted(strangers)}: only 'adjust_pred_probs' can be"
            " set for a score."
        )
    find_score(method, **(options or {}))

    def rank(reading, is_issue):
        rows = np.flatnonzero(is_issue)
        scores = score_rows(reading, rows, method, **(options or {}))
        return rows[np.argsort(scores, kind="stable")]

    return rank
