"""Nearest neighbors that trust a label as far as its own neighbors bear it out."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike, Label, MatrixLike
from sknoisy._delegation import PredictsByEstimator
from sknoisy._estimators import BaseEstimator, ClassifierMixin
from sknoisy._features import check_features
from sknoisy._folds import group_codes
from sknoisy._labels import check_names_classes, read_labels, require
from sknoisy._neighbors import label_shares, nearest_neighbors
from sknoisy._probs import slices
from sknoisy._ranges import check_count
from sknoisy._told import told_as_in
from sknoisy._unlabeled import spread

__all__ = ["WANNClassifier"]


class WANNClassifier(ClassifierMixin, BaseEstimator):
    r"""Weighted adaptive nearest neighbors (WANN): reliable labels have more say [1]_.

    For features in which neighbors are alike, such as the embeddings of a pretrained
    network, and too few samples to train much on them. The given label of sample i is
    as reliable as few of its neighbors are needed to bear it out:

    .. math:: \eta_i = 1 / k_i, \quad
        k_i = \min \{k \in \{k_{min}, k_{min} + 2, \dots\} :
        \text{most of the } k \text{ neighbors have the label } y_i\}

    and :math:`k_i = k_{max}` where there is no such k. A new sample x takes the size of
    the neighborhood from its nearest sample, :math:`k(x) = k_{i_1}`, and so many
    neighbors vote, with their reliability as weight:

    .. math:: p_c(x) \propto \sum_{j=1}^{k(x)} \eta_{i_j} [y_{i_j} = c]

    Parameters
    ----------
    k_min : int >= 1, default=11
        The least number of neighbors that bear a label out, or vote.

    k_max : int >= `k_min`, default=51
        The greatest. Where there are fewer samples, all of them are neighbors.

    metric : str or callable, default="euclidean"
        Distance, as scikit-learn's ``NearestNeighbors`` takes it. "cosine" goes by
        angles, as is usual for embeddings. Features aren't scaled: those of tables
        want a ``StandardScaler`` before.

    n_jobs : int, default=None
        Number of jobs for the search of neighbors.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label have no say.

    Attributes
    ----------
    reliability_ : ndarray of shape (n_samples,)
        The reliability of every given label, from 1 / `k_max` to 1 / `k_min`; NaN of
        samples without one.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    n_features_in_ : int
        Number of features seen in fit.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

    See Also
    --------
    sknoisy.detectors.NeighborConsensus : Finds wrong labels by votes of neighbors.
    CleanLabelClassifier : Trains any classifier without labels that seem wrong.

    Notes
    -----
    Differences from [1]_ and its code: a sample is never its own neighbor, copies of
    it or not; where labels have equally many votes, the given one is borne out, so
    that names of classes decide nothing; groups. The reduction of dimensions by
    discriminant analysis that the paper weighs in the same way ("FLDA") isn't part of
    it.

    Reliability differs by a factor of ``k_max / k_min`` at most, about five by default:
    wrong labels are outvoted, rather than silenced. A class of fewer than about
    `k_min` / 2 samples always is.

    References
    ----------
    .. [1] Di Salvo, Doerrich, Rieger and Ledig, "An Embedding is Worth a Thousand Noisy
       Labels", TMLR 2025, arXiv:2408.14358.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.cleaning import WANNClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> round(KNeighborsClassifier().fit(X, y_noisy).score(X_test, y_test), 2)
    0.87
    >>> clf = WANNClassifier().fit(X, y_noisy)
    >>> round(clf.score(X_test, y_test), 2)
    0.96
    >>> right = y_noisy == y
    >>> reliability = clf.reliability_
    >>> print(reliability[right].mean().round(2), reliability[~right].mean().round(2))
    0.09 0.02
    """

    def __init__(
        self,
        k_min: int = 11,
        k_max: int = 51,
        *,
        metric: str | Callable[..., Any] = "euclidean",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
    ) -> None:
        self.k_min = k_min
        self.k_max = k_max
        self.metric = metric
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled

    @numpy_inside()
    def fit(
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike | None = None
    ) -> Self:
        """Find how reliable each given label is.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The samples.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        groups : array-like of shape (n_samples,), default=None
            What belongs together and may have one mistake in common: the rows of a
            patient, the copies of an image. Those of one group bear out no label of it.

        Returns
        -------
        self : WANNClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If `k_max` is less than `k_min`, or fewer than two samples have a label.
        """
        check_count(k_min=self.k_min)
        check_count(self.k_min, k_max=self.k_max)
        X = validate_data(self, check_features(X, self), accept_sparse="csr")
        y, self.classes_, codes = read_labels(require(y, self), self.unlabeled)
        check_consistent_length(X, codes)
        check_names_classes(y, self)
        labeled = codes >= 0
        if np.count_nonzero(labeled) < 2:
            raise ValueError(
                f"y has {np.count_nonzero(labeled)} sample with a label, and"
                " WANNClassifier asks its neighbors: pass two at least."
            )
        if groups is not None:
            groups = group_codes(groups, len(codes))[labeled]
        X, self._codes = X[labeled], codes[labeled]
        _, neighbors = nearest_neighbors(
            X, self.k_max, self.metric, groups=groups, n_jobs=self.n_jobs
        )
        sizes = range(self.k_min, self.k_max, 2)
        self._sizes = needed(self._codes, neighbors, sizes, self.k_max)
        self._finder = NearestNeighbors(metric=self.metric, n_jobs=self.n_jobs).fit(X)
        self.reliability_ = spread(1 / self._sizes, labeled)
        return self

    @numpy_inside(returns="X")
    @told_as_in(PredictsByEstimator.predict_proba)
    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Predict each class's share of the votes.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Shares in the order of `classes_`; rows sum to one.
        """
        check_is_fitted(self)
        X = check_features(X, self)
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        n_asked = min(int(self._sizes.max()), len(self._codes))
        shares = np.empty((X.shape[0], len(self.classes_)))
        for rows in slices(X.shape[0], max(n_asked, len(self.classes_))):
            nearest = self._finder.kneighbors(X[rows], n_asked, return_distance=False)
            sizes = self._sizes[nearest]
            votes = (np.arange(n_asked) < sizes[:, :1]) / sizes
            shares[rows] = label_shares(self._codes, nearest, votes, len(self.classes_))
        return shares

    @numpy_inside(returns="X")
    @told_as_in(PredictsByEstimator.predict)
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict the label with the most votes.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels, of those in `classes_`.
        """
        places = self.predict_proba(X).argmax(axis=1)
        return self.classes_[places]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def needed(codes, neighbors, sizes, otherwise):
    """Return how many neighbors bear each label out, or `otherwise`.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)

    neighbors : ndarray of shape (n_samples, n_neighbors)
        The nearest one first.

    sizes : range
        How many are asked, from the fewest on; all there are, where there are fewer.

    otherwise : int
    """
    found = np.full(len(codes), otherwise)
    for rows in slices(len(codes), codes.max() + 1):
        found[rows] = _needed(codes, codes[rows], neighbors[rows], sizes, otherwise)
    return found


def _needed(codes, own, neighbors, sizes, otherwise):
    found, here = np.full(len(own), otherwise), np.arange(len(own))
    votes = np.zeros((len(own), codes.max() + 1), dtype=np.int32)
    fewest = min(sizes.start, neighbors.shape[1])  # of few samples, all
    for place, labels in enumerate(codes[neighbors.T], 1):
        votes[here, labels] += 1
        if place == fewest or place in sizes:
            agrees = votes[here, own] == votes.max(axis=1)
            found[agrees & (found == otherwise)] = max(place, sizes.start)
    return found
