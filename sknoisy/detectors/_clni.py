"""Closest list noise identification: neighbors vote, the wrong ones lose their vote."""

import numpy as np

from sknoisy._checks import check_rate
from sknoisy._data_types import Estimator, Label
from sknoisy._neighbors import label_shares, nearest_neighbors
from sknoisy._probs import likeliest
from sknoisy._ranges import check_count
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._features import FeatureDetector
from sknoisy.detectors._fits import AsksNeighbors

__all__ = ["CLNI"]

ROUNDING = 1e-9  # 1 - 0.4 and 0.6 are the same share


class CLNI(AsksNeighbors, FeatureDetector):
    """Find labels by asking neighbors again until the wrong ones are known [1]_.

    Closest list noise identification: a label that too few of the nearest neighbors
    share is wrong; then all are judged again by neighbors that are not wrong
    themselves, until hardly anything changes.

    Parameters
    ----------
    disagreement : float in [0, 1], default=0.6
        The share of neighbors with another label from which on a label is wrong.

    stability : float in [0, 1], default=0.99
        It ends when so large a share of the wrong labels were so in the round before.

    max_iter : int >= 1, default=20
        It ends after so many rounds anyway.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label: the share of its neighbors that have it, too, in
        the last round.

    suggested_labels_ : ndarray of shape (n_samples,)
        The most frequent label among the neighbors of the last round.

    noise_rate_ : float
        Estimated share of wrong labels: those wrong in the last round for which
        another class is suggested.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label), from the suggestions for those labels;
        rows are true classes.

    n_iter_ : int
        Number of rounds.

    See Also
    --------
    KDN : A single round.
    NeighborConsensus : Votes lose weight gradually.

    Notes
    -----
    "auto" flags what the last round called wrong. Differences from [1]_: twenty
    neighbors instead of five; standardized features; an end after `max_iter` rounds,
    or before fewer than two labels would be left to judge by.

    Standardizing gives all features the same say, right for tables; for embeddings,
    whose directions differ in weight for a reason, take ``transformer="passthrough"``,
    or :class:`NeighborConsensus`, which goes by angles.

    Where wrong labels lie near borders, as people's do, its rounds lead it to call far
    more labels wrong than are.

    References
    ----------
    .. [1] Kim, Zhang, Wu and Gong, "Dealing with Noise in Defect Prediction",
       ICSE 2011.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import CLNI
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2
    >>> detector = CLNI(n_neighbors=10).fit(X, y)
    >>> detector.is_issue_[7], detector.suggested_labels_[7]
    (np.True_, np.int64(0))
    """

    def __init__(
        self,
        n_neighbors: int = 20,
        *,
        disagreement: float = 0.6,
        stability: float = 0.99,
        max_iter: int = 20,
        transformer: Estimator | str | None = None,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.disagreement = disagreement
        self.stability = stability
        self.max_iter = max_iter
        self.transformer = transformer
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate

    def _examine(self, X, codes, *, groups=None):
        self._check_parameters()
        features, wrong = self._scale(X), np.zeros(len(codes), dtype=bool)
        stable, self.n_iter_ = False, 0
        while not stable and self.n_iter_ < self.max_iter and _can_ask(~wrong, groups):
            shares = self._ask(features, codes, ~wrong, groups)
            quality = shares[np.arange(len(codes)), codes]
            before, wrong = wrong, 1 - quality > self.disagreement - ROUNDING
            stable = (wrong & before).sum() >= self.stability * wrong.sum()
            self.n_iter_ += 1
        return Evidence(quality, likeliest(codes, shares), is_issue=wrong)

    def _check_parameters(self):
        check_rate(self.disagreement, "disagreement")
        check_rate(self.stability, "stability")
        check_count(max_iter=self.max_iter)

    def _ask(self, features, codes, trusted, groups):
        _, neighbors = nearest_neighbors(
            features,
            self.n_neighbors,
            "euclidean",
            trusted=trusted,
            groups=groups,
            n_jobs=self.n_jobs,
        )
        return label_shares(codes, neighbors)


def _can_ask(trusted, groups):
    """Whether everybody has somebody to ask: of another group, where there are any."""
    return (
        len(np.unique(np.flatnonzero(trusted) if groups is None else groups[trusted]))
        > 1
    )
