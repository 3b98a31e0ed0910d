"""Some rows of very many, for judges to learn from."""

import numpy as np

OF_EACH = 50  # rows of a class at least, where it has so many and there is room


def some_of(rows, codes, most, seed):
    """Return at most `most` of `rows`, in order; of rare classes more than their share.

    Parameters
    ----------
    rows : ndarray of int
        Positions in `codes`.

    codes : ndarray of shape (n_samples,)
        Labels 0…c−1.

    most : int or None
        None: all of them.

    seed : int
        Of what is drawn.
    """
    if most is None or len(rows) <= most:
        return rows
    order = np.random.RandomState(seed).permutation(rows)
    by_class = order[np.argsort(codes[order], kind="stable")]
    starts = np.searchsorted(codes[by_class], codes[by_class])
    n_before = np.arange(len(order)) - starts  # rows of the same class
    of_each = min(OF_EACH, most // (codes[rows].max() + 1))
    chosen = np.zeros(len(codes), dtype=bool)
    chosen[by_class[n_before < of_each]] = True
    others = order[~chosen[order]]
    chosen[others[: most - np.count_nonzero(chosen)]] = True
    return np.flatnonzero(chosen)
