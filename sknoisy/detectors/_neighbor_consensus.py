"""Neighbors vote on every label: detection without any training."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sknoisy._counting import lowest
from sknoisy._data_types import Estimator, Label
from sknoisy._probs import likeliest
from sknoisy._registry import lookup
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._features import FeatureDetector
from sknoisy.detectors._fits import AsksNeighbors
from sknoisy.quality import (
    compute_confident_joint,
    get_label_quality_scores,
    soft_neighbor_labels,
)

__all__ = ["NeighborConsensus"]


def vote(codes, shares):
    """Quality is the label's lead in the vote; whatever is outvoted is an issue."""
    quality = get_label_quality_scores(codes, shares, method="normalized_margin")
    return quality, quality < 0.5


def rank(codes, shares):
    """Quality is the cosine between votes and label; issues by each label's rate."""
    given = shares[np.arange(len(codes)), codes]
    quality = given / np.linalg.norm(shares, axis=1)
    joint = compute_confident_joint(codes, shares)
    is_issue = np.zeros(len(codes), dtype=bool)
    for k, n_wrong in enumerate(joint.sum(axis=1) - joint.diagonal()):
        members = np.flatnonzero(codes == k)
        is_issue[members] = lowest(quality[members], n_wrong)
    return quality, is_issue


RULES = {"rank": rank, "vote": vote}


class NeighborConsensus(AsksNeighbors, FeatureDetector):
    """Find labels that their neighbors vote against: SimiFeat [1]_, without training.

    Similar samples mostly belong to the same class. So the nearest neighbors of a
    sample vote on its class with their given labels, and the share of votes tells
    how far its own label can be trusted. It takes good features, such as embeddings
    of images or texts by a pretrained network, and no classifier.

    Parameters
    ----------
    metric : str or callable, default="cosine"
        Distance, as scikit-learn's ``NearestNeighbors`` takes it. Votes are weighed
        by similarity (1 − distance) with "cosine", and equally with any other. Of a
        single feature a cosine would be but the sign: "cosine" is "euclidean" then.

    rule : {"vote", "rank"}, default="vote"
        How votes become quality and, with ``threshold="auto"``, issues. "vote":
        quality is the normalized margin of the given label in the vote, and a label
        that is outvoted is an issue. "rank": quality is the cosine between votes and
        given label, and of each label those with the lowest are issues, as many as its
        confident joint says.

    n_rounds : int >= 1, default=2
        How often is voted. From the second round on, votes also count as much as
        their labels were backed by the round before.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1].

    suggested_labels_ : ndarray of shape (n_samples,)
        What the neighbors vote for.

    noise_rate_ : float
        Estimated share of wrong labels, from the confident joint of the votes.
        Too high where classes overlap; that of :class:`TrueLabelPosterior`, or of
        :func:`~sknoisy.transition.likelihood_transition`, is mostly nearer.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Each class's share of the votes.

    See Also
    --------
    KDN : Plain share of agreeing neighbors.
    sknoisy.quality.soft_neighbor_labels : The votes as a function.

    Notes
    -----
    "auto" flags by `rule`. Differences from [1]_: one set of features instead of
    votes over 21 augmented ones; twenty neighbors instead of ten; the second round;
    quality by margin with "vote", which [1]_ leaves without a score; with "rank",
    noise rates come from the confident joint instead of HOC, without its random
    offsets. ``n_neighbors=10, n_rounds=1`` is closest to it.

    Among more than 30,000 dense samples of more than 15 features, all pairs would take
    long. With ``pip install "sknoisy[neighbors]"`` a sample is compared with those
    around it; a trial on some makes sure that 95 % of the neighbors and more are found,
    and all pairs are compared where that takes more.

    References
    ----------
    .. [1] Zhu, Dong and Liu, "Detecting Corrupted Labels Without Training a Model to
       Predict", ICML 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.metrics import average_precision_score
    >>> from sknoisy.detectors import NeighborConsensus
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    >>> detector = NeighborConsensus().fit(X, y_noisy)
    >>> ap = average_precision_score(y_noisy != y, 1 - detector.quality_)
    >>> bool(ap > 0.98)
    True
    """

    def __init__(
        self,
        n_neighbors: int = 20,
        *,
        metric: str | Callable[..., Any] = "cosine",
        rule: str = "vote",
        n_rounds: int = 2,
        transformer: Estimator | str | None = None,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.rule = rule
        self.n_rounds = n_rounds
        self.transformer = transformer
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate

    def _examine(self, X, codes, *, groups=None):
        weigh = lookup(self.rule, RULES, parameter="rule", kind="a rule")
        features, metric = self._scale(X), self.metric
        if features.shape[1] == 1 and isinstance(metric, str) and metric == "cosine":
            metric = "euclidean"  # of single numbers a cosine is but the sign
        shares = soft_neighbor_labels(
            codes,
            features,
            self.n_neighbors,
            metric=metric,
            n_rounds=self.n_rounds,
            groups=groups,
            n_jobs=self.n_jobs,
        )
        quality, is_issue = weigh(codes, shares)
        return Evidence(quality, likeliest(codes, shares), is_issue, pred_probs=shares)
