"""Quality from neighbors: a label that those around it don't share is suspicious."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._codes import check_order
from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy._folds import group_codes
from sknoisy._neighbors import label_shares, nearest_neighbors
from sknoisy._ranges import check_count
from sknoisy.quality._scores import get_label_quality_scores

__all__ = ["neighbor_agreement", "soft_neighbor_labels"]

LEAST_SIMILARITY = 1e-6  # so that even votes of strangers add up to something


def neighbor_agreement(
    labels: ArrayLike,
    features: MatrixLike,
    n_neighbors: int = 20,
    *,
    metric: str | Callable[..., Any] = "euclidean",
    n_jobs: int | None = None,
) -> np.ndarray:
    """Share of the nearest neighbors that have the same label.

    One minus the k-disagreeing neighbors of a sample (kDN) [1]_.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    features : {array-like, sparse matrix} of shape (n_samples, n_features)
        Features, on scales that can be compared.

    n_neighbors : int >= 1, default=20
        How many neighbors are asked; all there are, where there are fewer.

    metric : str or callable, default="euclidean"
        Distance, as scikit-learn's ``NearestNeighbors`` takes it.

    n_jobs : int, default=None
        Number of jobs for the search of neighbors.

    Returns
    -------
    quality : ndarray of shape (n_samples,)
        In [0, 1]. A sample is never its own neighbor.

    Raises
    ------
    ValueError
        If `labels` are no codes, or there are fewer than two samples.

    See Also
    --------
    soft_neighbor_labels : Votes by similarity for all classes.
    sknoisy.detectors.KDN : The same as an estimator.

    References
    ----------
    .. [1] Smith, Martinez and Giraud-Carrier, "An Instance Level Analysis of Data
       Complexity", Machine Learning 2014, equation 4.

    Examples
    --------
    >>> from sknoisy.quality import neighbor_agreement
    >>> features = [[0.0], [0.1], [0.2], [0.3], [5.0], [5.1], [5.2], [5.3]]
    >>> neighbor_agreement([0, 0, 1, 0, 1, 1, 1, 1], features, n_neighbors=3).round(2)
    array([0.67, 0.67, 0.  , 0.67, 1.  , 1.  , 1.  , 1.  ])
    """
    labels, features = _check(labels, features)
    _, neighbors = nearest_neighbors(features, n_neighbors, metric, n_jobs=n_jobs)
    return (labels[neighbors] == labels[:, None]).mean(axis=1)


def soft_neighbor_labels(
    labels: ArrayLike,
    features: MatrixLike,
    n_neighbors: int = 20,
    *,
    metric: str | Callable[..., Any] = "cosine",
    n_rounds: int = 2,
    groups: ArrayLike | None = None,
    n_jobs: int | None = None,
) -> np.ndarray:
    """Let samples vote on their neighbors' classes: soft k-NN labels [1]_.

    A sample's neighbors vote for their own labels, with their similarity as weight;
    the sample itself votes, too, as much as its nearest neighbor. In further rounds
    a vote also counts as much as its label was backed by the round before
    (normalized margin): wrong labels lose their say.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    features : {array-like, sparse matrix} of shape (n_samples, n_features)
        Features, on scales that can be compared.

    n_neighbors : int >= 1, default=20
        How many neighbors vote; all there are, where there are fewer. A class with
        fewer than half as many samples is always outvoted.

    metric : str or callable, default="cosine"
        Distance, as scikit-learn's ``NearestNeighbors`` takes it. Votes are weighed
        by similarity (1 − distance) with "cosine", and equally with any other.

    n_rounds : int >= 1, default=2
        How often is voted.

    groups : array-like of shape (n_samples,), default=None
        What belongs together; a neighbor of the same group has no vote.

    n_jobs : int, default=None
        Number of jobs for the search of neighbors.

    Returns
    -------
    shares : ndarray of shape (n_samples, n_classes)
        Each class's share of a sample's votes; rows sum to one. They can be handed
        to everything that takes class probabilities.

    Raises
    ------
    ValueError
        If `labels` are no codes or only one class, there are fewer than two
        samples, or there is but one group.

    See Also
    --------
    neighbor_agreement : The plain share of neighbors with the same label.
    get_label_quality_scores : Turns shares into quality.
    sknoisy.detectors.NeighborConsensus : The same as an estimator.

    Notes
    -----
    Differences from [1]_, whose code votes once and weighs a sample's own vote by an
    extrapolated similarity: the further rounds are ours. On tables with 40 %
    symmetric or 35 % pair noise a second round finds many more wrong labels; at 10 %
    it finds slightly fewer.

    References
    ----------
    .. [1] Zhu, Dong and Liu, "Detecting Corrupted Labels Without Training a Model to
       Predict", ICML 2022.

    Examples
    --------
    >>> from sknoisy.quality import soft_neighbor_labels
    >>> features = [[1, 0.1], [1, 0.2], [1, 0.3], [0.1, 1], [0.2, 1], [0.3, 1]]
    >>> shares = soft_neighbor_labels([0, 0, 0, 1, 1, 0], features, n_neighbors=2)
    >>> shares.argmax(axis=1)
    array([0, 0, 0, 1, 1, 1])
    """
    labels, features = _check(labels, features)
    if labels.max() == 0:
        raise ValueError("labels holds one class only, 0: there is nothing to vote on.")
    check_count(n_rounds=n_rounds)
    groups = None if groups is None else group_codes(groups, len(labels))
    distances, neighbors = nearest_neighbors(
        features, n_neighbors, metric, groups=groups, n_jobs=n_jobs
    )
    weights = _similarity(distances, metric)
    voters = np.column_stack([np.arange(len(labels)), neighbors])
    weights = np.column_stack([weights[:, 0], weights])
    shares = label_shares(labels, voters, weights)
    for _ in range(n_rounds - 1):
        backed = get_label_quality_scores(labels, shares, method="normalized_margin")
        shares = label_shares(labels, voters, weights * backed[voters])
    return shares


def _similarity(distances, metric):
    if metric != "cosine":
        return np.ones_like(distances)
    return np.maximum(1 - distances, LEAST_SIMILARITY)


def _check(labels, features):
    check_order(labels, "labels", "features")
    features = check_array(
        as_numpy(features),
        accept_sparse="csr",
        ensure_min_samples=2,
        input_name="features",
    )
    labels = column_or_1d(as_numpy(labels))
    check_consistent_length(features, labels)
    if labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"labels holds {labels[:3].tolist()} and the like: expected codes 0, 1, …."
            " Other labels become codes with `classes, codes = np.unique(labels,"
            " return_inverse=True)`."
        )
    return labels.astype(np.intp), features
