"""How many samples, and which: whole numbers, the lowest, some of every class."""

import numpy as np


def nearest(count):
    """Nearest whole number, halves to the even one, whatever float rounding did."""
    return int(np.rint(np.round(count, 9)))  # 0.35 * 90 is 31.499999999999996


def lowest(values, count):
    """Flag the `count` lowest of `values`; of equal ones, the first.

    Without sorting: the place of the last one flagged is found by partition.
    """
    if count <= 0:
        return np.zeros(len(values), dtype=bool)
    if count >= len(values):
        return np.ones(len(values), dtype=bool)
    last = np.partition(values, count - 1)[count - 1]
    flagged = values < last
    tied = np.flatnonzero(values == last)
    flagged[tied[: count - np.count_nonzero(flagged)]] = True
    return flagged


def keep_at_least(count, kept, codes, quality):
    """Return `kept` with the most trusted others of classes that have too few.

    Parameters
    ----------
    count : int
        How many samples of each class are kept at least, as far as it has them.

    kept : ndarray of bool, shape (n_samples,)
        Which samples are kept anyway.

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.

    quality : ndarray of shape (n_samples,)
        Trust in them. Of equal qualities the first go first.
    """
    order = np.lexsort((-quality, ~kept, codes))
    starts = np.searchsorted(codes[order], codes[order])  # where each class begins
    kept = kept.copy()
    kept[order[np.arange(len(order)) - starts < count]] = True
    return kept
