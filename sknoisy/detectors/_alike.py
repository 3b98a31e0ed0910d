"""Whether the rows of a group look alike, as those of one patient do."""

import warnings

import numpy as np
import scipy.sparse as sp

ALIKE = 0.5  # share of the variance of features that lies between groups


def rows_alike(X, groups):
    """Return whether groups explain most of what differs between rows.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
        Numbers; gaps count as the mean of their column. Dense columns count alike,
        sparse ones by what they vary.

    groups : ndarray of int of shape (n_samples,)
    """
    members, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    n_rows, n_groups = len(codes), len(members)
    if n_groups in (1, n_rows):
        return False
    belongs = sp.csr_array(
        (np.ones(n_rows), (codes, np.arange(n_rows))), shape=(n_groups, n_rows)
    )
    if sp.issparse(X):
        X = sp.csr_array(X, dtype=np.float64)
        squares = X.multiply(X).sum()
        of_groups = belongs @ X
        explained = (of_groups.multiply(of_groups).sum(axis=1) / sizes).sum()
        mean = X.sum(axis=0) / n_rows
        least = n_rows * (mean**2).sum()
        total, between = squares - least, explained - least
    else:
        X = np.asarray(X, dtype=np.float64).reshape(n_rows, -1)
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)  # of columns of gaps only
            X = np.nan_to_num((X - np.nanmean(X, axis=0)) / np.nanstd(X, axis=0))
        total = (X**2).sum()
        between = ((belongs @ X) ** 2 / sizes[:, None]).sum()
    if total <= 0:
        return False
    # rows without anything in common have this share by chance
    by_chance = (n_groups - 1) / (n_rows - 1)
    return bool((between / total - by_chance) / (1 - by_chance) > ALIKE)
