"""Pruning: from numbers of wrong labels to the samples that most likely have them."""

from dataclasses import dataclass

import numpy as np

from sknoisy._counting import lowest
from sknoisy.quality._confident_joint import confident_joint_of, round_rows

__all__ = ["PRUNERS"]

MOST_LEADS = 2**22  # differences of probabilities that are held at once
SORTED_TOGETHER = 4096  # rows, for all classes that they may be of


@dataclass(frozen=True)
class Budget:
    """How many labels to call wrong.

    Parameters
    ----------
    by_class : ndarray of shape (n_classes,)
        Number of samples of each given label.

    by_pair : ndarray of shape (n_classes, n_classes)
        The same by given label (rows) and likely true one; the diagonal is zero.

    least : int
        Labels that no more than so many samples have are left alone.
    """

    by_class: np.ndarray
    by_pair: np.ndarray
    least: int


def make_budget(
    reading,
    *,
    confident_joint=None,
    frac_noise=1.0,
    num_to_remove_per_class=None,
    least=1,
):
    """Return the budget that a confident joint leaves, or that was asked for."""
    joint = confident_joint
    if joint is None:
        joint = confident_joint_of(reading)
    kept = _thinned(_keep_at_least(joint, least), frac_noise)
    by_pair = kept - np.diag(kept.diagonal())
    by_class = reading.label_counts - kept.diagonal()
    if num_to_remove_per_class is not None:
        by_class = num_to_remove_per_class
        by_pair = round_rows(_shares(by_pair) * by_class[:, None])
    return Budget(by_class, by_pair, max(least, 1))


def prune_by_class(reading, budget):
    """Of each label, flag the samples that are least likely to have it."""
    flagged = np.zeros(len(reading.labels), dtype=bool)
    for label in range(reading.n_classes):
        rows = reading.rows_of_label[label]
        if len(rows) > budget.least:
            flagged[rows] = lowest(reading.given[rows], budget.by_class[label])
        del rows  # before the next ones are there
    return reading.without_agreeing(flagged)


def prune_by_noise_rate(reading, budget):
    """Of each label and other class, flag the samples that most prefer the other."""
    flagged = np.zeros(len(reading.labels), dtype=bool)
    for label in range(reading.n_classes):  # `enumerate` would hold on to rows
        rows = reading.rows_of_label[label]
        if len(rows) > budget.least:
            _flag_pairs(flagged, reading, rows, label, budget.by_pair[label])
        del rows
    return reading.without_agreeing(flagged)


def prune_by_both(reading, budget):
    """Flag what both rules flag."""
    return prune_by_class(reading, budget) & prune_by_noise_rate(reading, budget)


PRUNERS = {
    "both": prune_by_both,
    "prune_by_class": prune_by_class,
    "prune_by_noise_rate": prune_by_noise_rate,
}


def _keep_at_least(joint, least):
    """Raise the diagonal to `least`, and take that evenly off the rest of its row."""
    diagonal = np.maximum(joint.diagonal(), least)
    raised = diagonal - joint.diagonal()
    n_others = np.maximum(np.count_nonzero(joint, axis=1) - 1, 1)
    kept = np.maximum(joint - (raised / n_others)[:, None], 0)
    np.fill_diagonal(kept, diagonal)
    return kept


def _thinned(joint, frac_noise):
    """Move all but `frac_noise` of what is off the diagonal onto it; whole numbers."""
    thinned = joint * frac_noise
    np.fill_diagonal(thinned, joint.diagonal())
    moved = (joint - thinned).sum(axis=1)
    np.fill_diagonal(thinned, joint.diagonal() + moved)
    return thinned.astype(np.int64)


def _shares(by_pair):
    """Scale rows to sum to one; where there is nothing to scale, leave zeros."""
    return by_pair / np.maximum(by_pair.sum(axis=1, keepdims=True), 1)


def _bounded(counts, n_rows):
    """Split the classes to count for: leads of `n_rows` rows should fit into memory."""
    others = np.flatnonzero(counts > 0)
    step = max(1, MOST_LEADS // n_rows)
    return [others[start : start + step] for start in range(0, len(others), step)]


def _flag_pairs(flagged, reading, rows, label, counts):
    """Flag those ``counts[i]`` of `rows`, all of `label`, that most prefer class i.

    Only where the label isn't predicted can another class be preferred. If enough
    rows are such, nothing else has to be looked at.
    """
    candidates = rows[reading.predicted[rows] != label]
    if not candidates.size:
        return  # whatever was flagged would agree with the prediction
    flag = _flag_one_by_one if len(candidates) > SORTED_TOGETHER else _flag_together
    for others in _bounded(counts, len(candidates)):
        leads = reading.leads(candidates, others)
        left = flag(flagged, candidates, leads, counts[others])
        for other in others[left]:
            lead = reading.lead(rows, other)
            flagged[rows[lowest(lead, counts[other])]] = True


def _flag_one_by_one(flagged, candidates, leads, counts):
    """Flag among many rows; return the places of classes that too few prefer."""
    left = []
    for i, (lead, count) in enumerate(zip(leads.T, counts, strict=True)):
        prefer = np.flatnonzero(lead < 0)
        if count <= len(prefer):
            flagged[candidates[prefer[lowest(lead[prefer], count)]]] = True
        else:
            left.append(i)
    return left


def _flag_together(flagged, candidates, leads, counts):
    """Do the same among few rows, where calls cost more than sorting."""
    last = np.minimum(counts, len(candidates)) - 1
    cut = np.sort(leads, axis=0)[last, np.arange(len(counts))]
    enough = (counts <= len(candidates)) & (cut < 0)
    chosen = leads <= cut
    clear = enough & (np.count_nonzero(chosen, axis=0) == counts)  # no ties at the cut
    flagged[candidates[chosen[:, clear].any(axis=1)]] = True
    for i in np.flatnonzero(enough & ~clear):
        flagged[candidates[lowest(leads[:, i], counts[i])]] = True
    return np.flatnonzero(~enough)
