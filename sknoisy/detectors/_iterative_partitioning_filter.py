"""The iterative partitioning filter: parts of the data vote on the whole of it."""

import numpy as np
from sklearn.base import clone
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.parallel import Parallel, delayed

from sknoisy._checks import check_choice, check_rate
from sknoisy._data_types import Estimator, Label, Seed
from sknoisy._folds import folds_to_judge_by
from sknoisy._out_of_fold import cut, fitted
from sknoisy._probs import likeliest
from sknoisy._ranges import check_count
from sknoisy._rows import cut_params
from sknoisy._seeds import draw_seed
from sknoisy._tags import tags_of
from sknoisy._weights import those_present, weights_for
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._fits import JudgesByFits
from sknoisy.detectors._some import some_of

__all__ = ["IterativePartitioningFilter"]

VOTING = ("any", "consensus", "majority")


class IterativePartitioningFilter(JudgesByFits):
    """Find labels that classifiers of parts of the data vote against (IPF) [1]_.

    The samples are split into parts, a classifier learns each, and all vote on the
    labels of all samples. Those that are outvoted are removed, and the rest is split
    anew, until little is removed any more.

    Parameters
    ----------
    classifier : classifier, default=None
        What learns the parts; it gets X untouched. None stands for a decision tree.

    n_partitions : int >= 2, default=5
        Number of parts; fewer where no class has so many samples.

    voting : {"majority", "consensus", "any"}, default="majority"
        Who must be against a label for it to be called wrong: more than half, all, or
        any one.

    min_removed : float in [0, 1], default=0.01
        A round that removes at most this share of all samples removes little.

    patience : int >= 1, default=3
        After so many such rounds in a row it ends.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label: its share of all votes on it, also those after its
        removal.

    suggested_labels_ : ndarray of shape (n_samples,)
        The class with the most votes.

    noise_rate_ : float
        Estimated share of wrong labels: those removed for which another class is
        suggested.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label), from the suggestions for those; rows
        are true classes.

    n_iter_ : int
        Number of rounds.

    See Also
    --------
    ConfidentLearning : Learns most of the data and judges the rest.
    InstanceHardness : Classifiers of several kinds.

    Notes
    -----
    "auto" flags the samples that were removed. These are too many where classifiers of
    a part are much worse than one of all data; take fewer parts then, a better
    `classifier`, or "consensus". A round that would leave one class only, or of every
    class one sample only, is the last, and removes nothing. With `groups`, a part holds
    whole groups, and its classifier has no vote on them. Differences from [1]_: parts
    are stratified; the quality, which [1]_ doesn't have; CART instead of C4.5.

    References
    ----------
    .. [1] Khoshgoftaar and Rebours, "Improving Software Quality Prediction by Noise
       Filtering Techniques", Journal of Computer Science and Technology 2007.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import IterativePartitioningFilter
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2
    >>> detector = IterativePartitioningFilter(random_state=0).fit(X, y)
    >>> detector.is_issue_[7], detector.suggested_labels_[7]
    (np.True_, np.int64(0))
    """

    def __init__(
        self,
        classifier: Estimator | None = None,
        *,
        n_partitions: int = 5,
        voting: str = "majority",
        min_removed: float = 0.01,
        patience: int = 3,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        n_repeats: int = 1,
        max_samples: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.classifier = classifier
        self.n_partitions = n_partitions
        self.voting = voting
        self.min_removed = min_removed
        self.patience = patience
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.n_repeats = n_repeats
        self.max_samples = max_samples
        self.random_state = random_state

    def _examine(self, X, codes, *, groups=None, sample_weight=None):
        self._check_parameters()
        rng = np.random.RandomState(draw_seed(self.random_state))
        votes = np.zeros((len(codes), codes.max() + 1))
        kept = np.ones(len(codes), dtype=bool)
        self.n_iter_ = n_small = 0
        while n_small < self.patience:
            rows = those_present(np.flatnonzero(kept), sample_weight)
            latest = self._vote(X, codes, rows, rng, groups, sample_weight)
            votes += latest
            self.n_iter_ += 1
            left = kept & ~self._is_outvoted(latest, codes)
            rows = those_present(np.flatnonzero(left), sample_weight)
            if not _can_be_split(codes[rows], None if groups is None else groups[rows]):
                break
            n_removed = kept.sum() - left.sum()
            n_small = n_small + 1 if n_removed <= self.min_removed * len(codes) else 0
            kept = left
        shares = votes / votes.sum(axis=1, keepdims=True)
        quality = shares[np.arange(len(codes)), codes]
        return Evidence(quality, likeliest(codes, shares), is_issue=~kept)

    def _vote(self, X, codes, rows, rng, groups, sample_weight):
        """Let a classifier of each part of `rows` predict all, but its own groups."""
        classifier = self._get_classifier(draw_seed(rng))
        seed = draw_seed(rng)
        folds = folds_to_judge_by(
            self.n_partitions,
            codes[rows],
            None if groups is None else groups[rows],
            random_state=seed,
            name="n_partitions",
        )
        parts = [some_of(rows[p], codes, self.max_samples, seed) for _, p in folds]
        params = weights_for(classifier, sample_weight)
        predictions = Parallel(n_jobs=self.n_jobs)(
            delayed(_learn_and_predict)(clone(classifier), X, codes, part, params)
            for part in parts
        )
        votes = np.zeros((len(codes), codes.max() + 1))
        for part, predicted in zip(parts, predictions, strict=True):
            votes[np.arange(len(codes)), predicted] += _may_vote(part, groups)
        return votes

    def _is_outvoted(self, votes, codes):
        against = votes.sum(axis=1) - votes[np.arange(len(codes)), codes]
        n_voters = votes.sum(axis=1)
        if self.voting == "majority":
            return against > n_voters / 2
        return against == n_voters if self.voting == "consensus" else against > 0

    def _check_parameters(self):
        check_choice(self.voting, VOTING, "voting")
        check_rate(self.min_removed, "min_removed")
        check_count(patience=self.patience)
        check_count(2, n_partitions=self.n_partitions)

    def _get_classifier(self, seed=None):
        if self.classifier is not None:
            return self.classifier
        return DecisionTreeClassifier(random_state=seed)

    def __sklearn_tags__(self):
        return tags_of(super().__sklearn_tags__(), self._get_classifier())


def _can_be_split(codes, groups=None):
    """Say whether there are two classes, and two samples of one for two parts."""
    counts = np.bincount(codes)
    enough = np.count_nonzero(counts) > 1 and counts.max() > 1
    return enough and (groups is None or len(np.unique(groups)) > 1)


def _may_vote(part, groups):
    """Return whose labels a classifier of `part` may vote on, without knowing them."""
    return True if groups is None else ~np.isin(groups, groups[part])


def _learn_and_predict(classifier, X, codes, part, params):
    seen = np.unique(codes[part])
    if len(seen) == 1:  # nothing to tell apart, which many classifiers refuse to do
        return np.full(len(codes), seen[0])
    params = cut_params(params, part, len(codes))
    fitted(classifier, cut(classifier, X, part, part), codes[part], **params)
    return classifier.predict(cut(classifier, X, np.arange(len(codes)), part))
