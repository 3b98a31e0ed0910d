"""The nearest neighbors of samples, and what they say of labels."""

import warnings

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from sknoisy._many_neighbors import ManyNeighbors, has_finder, is_for_many
from sknoisy._ranges import check_count

BLOCK = 2**22  # numbers that are looked at together


def nearest_neighbors(
    features, n_neighbors, metric, *, trusted=None, groups=None, n_jobs=None
):
    """Return distances and indices of each sample's neighbors, without itself.

    Parameters
    ----------
    features : {ndarray, CSR matrix} of shape (n_samples, n_features)

    n_neighbors : int

    metric : str or callable
        Cosine distances are found as Euclidean ones between points on a sphere: the
        same order, four times as fast.

    trusted : ndarray of bool of shape (n_samples,), default=None
        Who may be a neighbor. None takes everyone.

    groups : ndarray of int of shape (n_samples,), default=None
        Who is of one group is nobody's neighbor in it.

    n_jobs : int, default=None

    Returns
    -------
    distances, neighbors : ndarray of shape (n_samples, n_neighbors or fewer)
        Where there are more than 30,000 dense samples, and the extra "neighbors" is
        installed, a few of the neighbors are such as are nearly as near.
    """
    check_count(n_neighbors=n_neighbors)
    is_cosine = isinstance(metric, str) and metric == "cosine"
    features = normalize(features) if is_cosine else features
    known = np.arange(features.shape[0]) if trusted is None else np.flatnonzero(trusted)
    metric = "euclidean" if is_cosine else metric
    candidates = features if trusted is None else features[known]
    finder = _finder(candidates, metric, min(n_neighbors, len(known) - 1), n_jobs)
    finder.fit(candidates)
    if groups is None:
        distances, neighbors = _find(finder, features, known)
    else:
        distances, neighbors = _find_apart(finder, features, known, groups)
    return distances**2 / 2 if is_cosine else distances, neighbors


def label_shares(labels, neighbors, weights=None, n_classes=None):
    """Return each class's share of the weight among the labels of `neighbors`."""
    weights = np.ones(neighbors.shape) if weights is None else weights
    n_samples = len(neighbors)
    n_classes = labels.max() + 1 if n_classes is None else n_classes
    cells = np.arange(n_samples)[:, None] * n_classes + labels[neighbors]
    counts = np.bincount(cells.ravel(), weights.ravel(), n_samples * n_classes)
    counts = counts.reshape(n_samples, n_classes)
    return counts / counts.sum(axis=1, keepdims=True)


def _finder(features, metric, n_neighbors, n_jobs):
    """Return what looks for neighbors: among all, or, of very many, in cells."""
    if is_for_many(features, metric):
        if has_finder():
            return ManyNeighbors(n_neighbors, n_jobs)
        warnings.warn(
            f"All pairs of {features.shape[0]:,} samples are compared, which takes"
            " minutes for hundreds of thousands."
            ' pip install "sknoisy[neighbors]" finds 95 % of the neighbors and more in'
            " a fraction of the time.",
            UserWarning,
            stacklevel=4,
        )
    return NearestNeighbors(n_neighbors=n_neighbors, metric=metric, n_jobs=n_jobs)


def _find(finder, features, known):
    """Return distances and indices; `finder` was fitted to the `known` samples."""
    shape = features.shape[0], finder.n_neighbors
    distances, neighbors = np.empty(shape), np.empty(shape, dtype=np.intp)
    distances[known], neighbors[known] = finder.kneighbors()  # without themselves
    others = np.setdiff1d(np.arange(len(distances)), known)
    if others.size:
        distances[others], neighbors[others] = finder.kneighbors(features[others])
    return distances, known[neighbors]


def _find_apart(finder, features, known, groups):
    """Return the same; nobody finds who is of the own group, nor oneself."""
    own = np.bincount(groups[known], minlength=groups.max() + 1).max()
    n_neighbors = min(finder.n_neighbors, len(known) - own)
    n_asked = min(n_neighbors + own, len(known))
    n_blocks = max(1, features.shape[0] * n_asked // BLOCK)
    found = []
    for rows in np.array_split(np.arange(features.shape[0]), n_blocks):
        distances, places = finder.kneighbors(features[rows], n_asked)
        neighbors = known[places]
        is_own = groups[neighbors] == groups[rows, None]
        first = np.argsort(is_own, axis=1, kind="stable")[:, :n_neighbors]
        found.append([np.take_along_axis(a, first, 1) for a in (distances, neighbors)])
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))
