"""One pass over class probabilities, which notes all that confident learning asks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sknoisy._codes import check_labels_and_probs
from sknoisy._probs import SLACK, TOLERANCE, checked_blocks, float_type, slices

SORTED_AT_ONCE = 2**18  # labels, which with their order fit into a cache
SCANNED = 32  # classes, of whose rows the places aren't kept, but looked for


@dataclass(frozen=True)
class Reading:
    """What is remembered of each sample: seven bytes, where most labels are likeliest.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        Codes of the given labels.

    pred_probs : ndarray of shape (n_samples, n_classes)
        As they were given, perhaps in a file.

    given : ndarray of shape (n_samples,)
        Probability of the given label.

    predicted : ndarray of shape (n_samples,)
        Code of the class that has the largest probability; of several, the first.

    leaders : list of ndarray
        Largest probabilities of those rows whose label hasn't it, block by block.

    close : ndarray of int
        Rows whose label would be predicted only if it were likelier by 1e-6.
    """

    labels: np.ndarray
    pred_probs: np.ndarray
    given: np.ndarray
    predicted: np.ndarray
    leaders: list[np.ndarray]
    close: np.ndarray

    def without_agreeing(self, flagged):
        """Take away flags, in place, of labels that 1e-6 more would make predicted."""
        for rows in slices(len(flagged), 1):
            flagged[rows] &= self.predicted[rows] != self.labels[rows]
        flagged[self.close] = False
        return flagged

    def highest(self):
        """Yield slices of rows, and their largest probabilities."""
        blocks = slices(len(self.labels), self.n_classes)
        for rows, leaders in zip(blocks, self.leaders, strict=True):
            highest = self.given[rows].copy()
            highest[self.predicted[rows] != self.labels[rows]] = leaders
            yield rows, highest

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
        return count_labels(self.labels, self.n_classes)

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
    given = np.empty(len(labels), dtype=float_type(pred_probs))
    predicted = labels.copy()
    # a label that has more than half is likeliest, however far a row may be off one
    half = 0.5 + TOLERANCE + pred_probs.shape[1] * SLACK
    leaders, close = [], [np.empty(0, dtype=np.intp)]
    for rows, block in checked_blocks(pred_probs):
        codes = labels[rows]
        given[rows] = own = pick(block, codes)
        unsure = np.flatnonzero(own <= half)
        if len(unsure) > len(own) / 2:  # to take them out wouldn't pay
            unsure = np.arange(len(own))
        else:
            block, codes, own = block.take(unsure, axis=0), codes[unsure], own[unsure]
        best = block.argmax(axis=1)
        predicted[rows][unsure] = best
        other = np.flatnonzero(best != codes)
        codes, best, own = codes[other], best[other], own[other]
        leaders.append(block[other, best])
        agrees = _agrees(own, leaders[-1], codes < best)
        if agrees.any():
            close.append(rows.start + unsure[other[agrees]])
    return Reading(labels, pred_probs, given, predicted, leaders, np.concatenate(close))


def pick(block, columns):
    """Return the value of each row in its own column."""
    return block.take(np.arange(0, block.size, block.shape[1]) + columns)


def count_labels(labels, n_classes):
    """Return the number of samples of each label."""
    blocks = (labels[rows] for rows in slices(len(labels), 1))
    return sum(np.bincount(block, minlength=n_classes) for block in blocks)


@dataclass(frozen=True)
class Scanned:
    """Row numbers of the samples of each label, looked for when they are asked for."""

    labels: np.ndarray
    counts: np.ndarray

    def __getitem__(self, label):
        """Return those of a label; beyond the last one, end an iteration."""
        found, n_found = np.empty(self.counts[label], dtype=np.intp), 0
        for block in slices(len(self.labels), 1):
            rows = np.flatnonzero(self.labels[block] == label)
            np.add(rows, block.start, out=found[n_found : n_found + len(rows)])
            n_found += len(rows)
        return found

    def __len__(self):
        return len(self.counts)


def rows_of_label(labels, n_classes):
    """Return the row numbers of the samples of each label, ascending.

    Of very many and few classes, none are kept in memory; of very many and many, four
    bytes each: blocks are sorted, and their parts put in place.
    """
    if len(labels) <= SORTED_AT_ONCE:
        order = np.argsort(labels, kind="stable")
        later_labels = np.arange(1, n_classes, dtype=labels.dtype)
        return np.split(order, np.searchsorted(labels[order], later_labels))
    if n_classes <= SCANNED:
        return Scanned(labels, count_labels(labels, n_classes))
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
