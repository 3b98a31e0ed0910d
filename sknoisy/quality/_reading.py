"""One pass over class probabilities, which notes all that confident learning asks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sknoisy._codes import check_labels_and_probs
from sknoisy._probs import SLACK, checked_blocks, float_type, slices

SORTED_AT_ONCE = 2**18  # labels, which with their order fit into a cache


@dataclass(frozen=True)
class Reading:
    """What is remembered of each sample, about twenty bytes.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        Codes of the given labels.

    pred_probs : ndarray of shape (n_samples, n_classes)
        As they were given, perhaps in a file.

    given : ndarray of shape (n_samples,)
        Probability of the given label.

    highest : ndarray of shape (n_samples,)
        Largest probability.

    predicted : ndarray of shape (n_samples,)
        Code of the class that has it; of several, the first.

    agrees : ndarray of shape (n_samples,)
        Whether the given label would be predicted if it were likelier by 1e-6.
    """

    labels: np.ndarray
    pred_probs: np.ndarray
    given: np.ndarray
    highest: np.ndarray
    predicted: np.ndarray
    agrees: np.ndarray

    @property
    def n_classes(self):
        """Number of classes, also of those that no label names."""
        return self.pred_probs.shape[1]

    @cached_property
    def rows_of_label(self):
        """Row numbers of the samples of each label, ascending."""
        return rows_of_label(self.labels, self.n_classes)

    @cached_property
    def label_counts(self):
        """Number of samples of each label."""
        return np.array([len(rows) for rows in self.rows_of_label])

    def probs(self, rows):
        """Return some rows of the probabilities as floats."""
        if self.pred_probs.flags.c_contiguous:  # or `take` would copy all of them first
            probs = self.pred_probs.take(rows, axis=0)
        else:
            probs = self.pred_probs[rows]
        return probs.astype(self.given.dtype, copy=False)

    def leads(self, rows, others):
        """Return how much likelier the given label is than each of `others`.

        Returns
        -------
        leads : ndarray of shape (n_rows, n_others)
        """
        leads = np.empty((len(rows), len(others)), dtype=self.given.dtype)
        for part in slices(len(rows), self.n_classes):
            probs = self.probs(rows[part]).take(others, axis=1)
            np.subtract(self.given[rows[part], None], probs, out=leads[part])
        return leads

    def lead(self, rows, other):
        """Return how much likelier the given label is than one other class."""
        probs = self.pred_probs[rows, other].astype(self.given.dtype, copy=False)
        return self.given[rows] - probs


def read(labels, pred_probs):
    """Check labels and probabilities, and note what is asked of them again and again.

    Returns
    -------
    reading : Reading
    """
    labels, pred_probs = check_labels_and_probs(labels, pred_probs)
    n_samples = len(labels)
    given, highest = np.empty((2, n_samples), dtype=float_type(pred_probs))
    predicted = np.empty_like(labels)
    agrees = np.empty(n_samples, dtype=bool)
    for rows, block in checked_blocks(pred_probs):
        best = block.argmax(axis=1)
        given[rows] = pick(block, labels[rows])
        highest[rows] = pick(block, best)
        predicted[rows] = best
        agrees[rows] = _agrees(given[rows], highest[rows], labels[rows] < best)
    return Reading(labels, pred_probs, given, highest, predicted, agrees)


def pick(block, columns):
    """Return the value of each row in its own column."""
    return block.take(np.arange(0, block.size, block.shape[1]) + columns)


def rows_of_label(labels, n_classes):
    """Return the row numbers of the samples of each label, ascending.

    Of very many, four bytes each: blocks are sorted, and their parts put in place.
    """
    if len(labels) <= SORTED_AT_ONCE:
        order = np.argsort(labels, kind="stable")
        later_labels = np.arange(1, n_classes, dtype=labels.dtype)
        return np.split(order, np.searchsorted(labels[order], later_labels))
    blocks = [
        slice(start, start + SORTED_AT_ONCE)
        for start in range(0, len(labels), SORTED_AT_ONCE)
    ]
    counts = [np.bincount(labels[block], minlength=n_classes) for block in blocks]
    ends = np.cumsum(np.sum(counts, axis=0))
    small = len(labels) <= np.iinfo(np.int32).max
    order = np.empty(len(labels), dtype=np.int32 if small else np.intp)
    next_place = np.append(0, ends[:-1])
    for block, n_each in zip(blocks, counts, strict=True):
        rows = np.argsort(labels[block], kind="stable") + block.start
        after = np.cumsum(n_each)
        for label in np.flatnonzero(n_each):
            start, n = next_place[label], n_each[label]
            order[start : start + n] = rows[after[label] - n : after[label]]
        next_place += n_each
    return np.split(order, ends[:-1])


def _agrees(given, highest, label_comes_first):
    lifted = given + SLACK  # rounded, so it may land on the highest
    return (lifted > highest) | ((lifted == highest) & label_comes_first)
