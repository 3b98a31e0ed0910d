"""No class may vanish: keep some samples of each, whatever seems wrong with them."""

import numpy as np


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
