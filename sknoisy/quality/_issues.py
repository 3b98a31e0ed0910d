"""Issues: which labels to call wrong."""

from typing import Any

import numpy as np

from sknoisy._checks import check_rate
from sknoisy._counting import lowest
from sknoisy._data_types import ArrayLike
from sknoisy._ranges import check_count
from sknoisy._registry import lookup
from sknoisy.quality._confident_joint import likely_classes, surely_wrong
from sknoisy.quality._pruning import PRUNERS, make_budget
from sknoisy.quality._ranking import make_ranker
from sknoisy.quality._reading import read
from sknoisy.quality._validation import (
    check_joint,
    check_vector,
    warn_ignored,
)

__all__ = ["FILTERS", "find_label_issues"]


def confident_learning(reading):
    """Flag samples that surely seem to be of another class."""
    return reading.without_agreeing(surely_wrong(reading, likely_classes(reading)))


def predicted_neq_given(reading):
    """Flag samples whose label is not the predicted class."""
    return reading.without_agreeing(np.ones(len(reading.labels), dtype=bool))


def low_self_confidence(reading):
    """Flag as many as `confident_learning` does, but the least likely labels."""
    return lowest(reading.given, np.count_nonzero(confident_learning(reading)))


def low_normalized_margin(reading):
    """Flag as many as `confident_learning` does, but the labels furthest behind."""
    behind = reading.predicted != reading.labels  # no other can be among so many
    margin = np.ones_like(reading.given)
    for rows, highest in reading.highest():
        margin[rows] = (reading.given[rows] - highest + 1) / 2
    margin[~behind] = 1
    return lowest(margin, np.count_nonzero(confident_learning(reading)))


COUNTERS = {
    "confident_learning": confident_learning,
    "low_normalized_margin": low_normalized_margin,
    "low_self_confidence": low_self_confidence,
    "predicted_neq_given": predicted_neq_given,
}
FILTERS = COUNTERS | PRUNERS


def find_label_issues(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    filter_by: str = "prune_by_noise_rate",
    return_indices_ranked_by: str | None = None,
    rank_by_kwargs: dict[str, Any] | None = None,
    frac_noise: float = 1.0,
    num_to_remove_per_class: ArrayLike | None = None,
    min_examples_per_class: int = 1,
    confident_joint: ArrayLike | None = None,
) -> np.ndarray:
    """Find the labels that are likely wrong by class probabilities [1]_.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say). A memory-mapped array is read block by block.

    filter_by : str, default="prune_by_noise_rate"
        Which labels to call wrong. C[k, j] is the number of samples labelled k that
        seem to be of class j, by `compute_confident_joint`.

        - "prune_by_noise_rate": for each k and other j, the C[k, j] samples labelled
          k where p_j − p_k is largest.
        - "prune_by_class": for each k, as many samples labelled k as C counts in other
          classes, those where p_k is smallest.
        - "both": what these two agree on.
        - "confident_learning": the samples that were counted off C's diagonal.
        - "predicted_neq_given": the samples whose likeliest class isn't their label.
        - "low_normalized_margin", "low_self_confidence": as many as by
          "confident_learning", but those with the lowest score of that name (see
          `get_label_quality_scores`).

        The first five never flag a label that is the likeliest class, or less than
        1e-6 behind it.

    return_indices_ranked_by : str, default=None
        The score (see `get_label_quality_scores`) by which to rank issues. None
        returns a mask instead of indices.

    rank_by_kwargs : dict, default=None
        Options of that score: ``{"adjust_pred_probs": True}``.

    frac_noise : float in [0, 1], default=1.0
        Factor of the numbers off C's diagonal, for "prune_by_noise_rate",
        "prune_by_class" and "both": smaller ones flag fewer labels.

    num_to_remove_per_class : int or array-like of shape (n_classes,), default=None
        Number of samples of each given label to flag, instead of C's; for
        "prune_by_class" and, divided among the likely true classes as C is, for
        "prune_by_noise_rate" and "both". The latter flag fewer where two classes
        claim the same sample.

    min_examples_per_class : int >= 0, default=1
        C's diagonal is raised to this number at least, so that no label loses all its
        samples. Labels that no more than so many samples have, or only one, are left
        alone. For "prune_by_noise_rate", "prune_by_class" and "both".

    confident_joint : array-like of shape (n_classes, n_classes), default=None
        C, where it is known; rows are given labels. For "prune_by_noise_rate",
        "prune_by_class" and "both".

    Returns
    -------
    is_issue : ndarray of shape (n_samples,)
        Whether each label is likely wrong.

    indices : ndarray of shape (n_issues,)
        Instead, the samples whose labels are likely wrong, the worst first, where
        `return_indices_ranked_by` names a score.

    Raises
    ------
    ValueError
        If a name is unknown, labels are no codes of the columns of `pred_probs`, its
        rows are no probabilities (negative, NaN, or a sum that differs from one by
        over 0.001), or `num_to_remove_per_class` is given for a filter that can't
        use it or is larger than there are samples.

    See Also
    --------
    num_label_issues : How many there are.
    get_label_quality_scores : A number for every label.
    flag_issues : Flag the lowest of any scores.

    Notes
    -----
    Masks equal those of cleanlab 2.9 wherever that is deterministic. Of equal values
    the first samples are flagged first, where cleanlab's choice depends on how a
    machine sorts. One difference is wanted: with `num_to_remove_per_class`,
    "prune_by_noise_rate" flags so many samples *given* each label, as cleanlab's
    documentation says; its code counts those *suggested* for it.

    What is flagged rests on the assumption that a sample is more likely to be
    labelled right than as any other class. Where one class mostly gets the labels of
    another, the right labels of that one are flagged.

    References
    ----------
    .. [1] Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
       Dataset Labels", JAIR 2021.

    Examples
    --------
    >>> from sknoisy.quality import find_label_issues
    >>> labels = [0, 0, 0, 1, 1]
    >>> pred_probs = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]
    >>> find_label_issues(labels, pred_probs)
    array([False, False,  True, False, False])
    >>> find_label_issues(
    ...     labels, pred_probs, return_indices_ranked_by="self_confidence"
    ... )
    array([2])
    """
    lookup(filter_by, FILTERS, parameter="filter_by", kind="a filter")
    rank = make_ranker(return_indices_ranked_by, rank_by_kwargs)
    reading = read(labels, pred_probs)
    if filter_by in PRUNERS:
        check_count(0, min_examples_per_class=min_examples_per_class)
        budget = make_budget(
            reading,
            confident_joint=check_joint(confident_joint, reading.n_classes),
            frac_noise=check_rate(frac_noise, "frac_noise"),
            num_to_remove_per_class=_check_removals(num_to_remove_per_class, reading),
            least=min_examples_per_class,
        )
        is_issue = PRUNERS[filter_by](reading, budget)
    else:
        _refuse_budgets(filter_by, num_to_remove_per_class, frac_noise, confident_joint)
        is_issue = COUNTERS[filter_by](reading)
    return rank(reading, is_issue)


def _check_removals(removals, reading):
    if removals is None:
        return None
    if np.ndim(removals) == 0:
        removals = np.full(reading.n_classes, removals)
    removals = check_vector(removals, "num_to_remove_per_class", reading.n_classes)
    too_many = np.flatnonzero(removals > reading.label_counts)
    if too_many.size:
        k = too_many[0]
        raise ValueError(
            f"num_to_remove_per_class asks for {removals[k]} samples labelled {k}, but"
            f" there are {reading.label_counts[k]}."
        )
    if (removals != np.floor(removals)).any():
        raise ValueError("num_to_remove_per_class holds numbers that aren't whole.")
    return removals.astype(np.int64)


def _refuse_budgets(filter_by, removals, frac_noise, confident_joint):
    if removals is not None:
        raise ValueError(
            f"num_to_remove_per_class has no meaning for filter_by={filter_by!r}: only"
            f" {', '.join(PRUNERS)} can use it."
        )
    if frac_noise != 1:
        warn_ignored("frac_noise", "filter_by", filter_by, stacklevel=4)
    if confident_joint is not None:
        warn_ignored("confident_joint", "filter_by", filter_by, stacklevel=4)
