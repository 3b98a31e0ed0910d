"""k-disagreeing neighbors: the plain share of neighbors with another label."""

import numpy as np

from sknoisy._data_types import Estimator, Label
from sknoisy._neighbors import label_shares, nearest_neighbors
from sknoisy._probs import likeliest
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._features import FeatureDetector
from sknoisy.detectors._fits import AsksNeighbors

__all__ = ["KDN"]


class KDN(AsksNeighbors, FeatureDetector):
    """Find labels that few of their nearest neighbors share (kDN) [1]_.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label: the share of its neighbors that have it, too.

    suggested_labels_ : ndarray of shape (n_samples,)
        The most frequent label among the neighbors.

    noise_rate_ : float
        Estimated share of wrong labels, from the confident joint of the shares.
        Too high where classes overlap; that of :class:`TrueLabelPosterior`, or of
        :func:`~sknoisy.transition.likelihood_transition`, is mostly nearer.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label) by that joint; rows are true classes.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Each label's share of the neighbors.

    See Also
    --------
    NeighborConsensus : Votes by similarity, and again with the votes of the wrong
        ones discounted.
    ForestKDN : Neighbors are those in the same leaves of a forest.
    CLNI : Asks again those only that weren't found wrong.
    sknoisy.quality.neighbor_agreement : The quality as a function.

    Notes
    -----
    "auto" flags labels that are outvoted by another one. Differences from
    [1]_: twenty neighbors instead of five, which finds more wrong labels wherever
    there are many; Euclidean distances of standardized features.

    Standardizing gives all features the same say, right for tables; for embeddings,
    whose directions differ in weight for a reason, take ``transformer="passthrough"``,
    or :class:`NeighborConsensus`, which goes by angles.

    References
    ----------
    .. [1] Smith, Martinez and Giraud-Carrier, "An Instance Level Analysis of Data
       Complexity", Machine Learning 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import KDN
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2
    >>> detector = KDN(n_neighbors=10).fit(X, y)
    >>> detector.quality_[:8]
    array([0.9, 1. , 1. , 1. , 0.9, 1. , 0.9, 0. ])
    """

    def __init__(
        self,
        n_neighbors: int = 20,
        *,
        transformer: Estimator | str | None = None,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.transformer = transformer
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate

    def _examine(self, X, codes, *, groups=None):
        _, neighbors = nearest_neighbors(
            self._scale(X),
            self.n_neighbors,
            "euclidean",
            groups=groups,
            n_jobs=self.n_jobs,
        )
        return evidence_of(codes, neighbors)


def evidence_of(codes, neighbors):
    """Return what equal votes of `neighbors` say about the labels `codes`."""
    shares = label_shares(codes, neighbors)
    suggested = likeliest(codes, shares)
    return Evidence(
        shares[np.arange(len(codes)), codes],
        suggested,
        is_issue=suggested != codes,
        pred_probs=shares,
    )
