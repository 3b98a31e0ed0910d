"""How many samples, and which: whole numbers, the lowest, some of every class."""

import numbers

import numpy as np

from sknoisy._shown import shown


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


def check_budget(threshold, n_samples):
    """Return the number of samples to flag that `threshold` stands for."""
    if isinstance(threshold, numbers.Integral) and not isinstance(threshold, bool):
        if 0 <= int(threshold) <= n_samples:
            return int(threshold)
    elif isinstance(threshold, numbers.Real) and 0 < float(threshold) < 1:
        return nearest(threshold * n_samples)
    raise ValueError(
        f"threshold={shown(threshold)} is neither a rule nor a budget: pass"
        " 'mixture', a share of the samples as a float in (0, 1), or their number as"
        f" an int from 0 to {n_samples}."
    )
