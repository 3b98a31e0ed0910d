"""Which unlabeled samples two classifiers label for each other."""

import numpy as np


def quotas_of(k_best, codes, n_classes=0):
    """Return how many samples of each class a classifier labels in a round.

    Together about `k_best`, in the proportions of the labels `codes`; at least one of
    each class.
    """
    shares = np.bincount(codes, minlength=n_classes) / len(codes)
    return np.maximum(1, np.floor(k_best * shares + 0.5).astype(int))


def pools(rows, size):
    """Yield parts of `rows`, `size` at a time; all at once if it is None."""
    size = len(rows) if size is None else size
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def pick(proba, quotas, threshold=0.0):
    """Return the positions that a classifier labels, their codes, and how sure it is.

    Of the samples it takes for class c the ``quotas[c]`` most probable, if they are as
    probable as `threshold`. Ties go to what comes first.

    Parameters
    ----------
    proba : ndarray of shape (n_samples, n_classes)

    quotas : ndarray of shape (n_classes,)

    threshold : float, default=0.0
    """
    codes, sure = proba.argmax(axis=1), proba.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    order = order[sure[order] >= threshold]
    chosen = np.concatenate(
        [order[codes[order] == c][:quota] for c, quota in enumerate(quotas)]
    )
    return chosen, codes[chosen], sure[chosen]


def agree(first, second):
    """Return positions and codes of two picks; the surer one labels what both picked.

    Of two that are equally sure, the first one does.
    """
    positions, codes, sure = map(np.concatenate, zip(first, second, strict=True))
    order = np.argsort(-sure, kind="stable")
    positions, surest = np.unique(positions[order], return_index=True)
    return positions, codes[order][surest]
