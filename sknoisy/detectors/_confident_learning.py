"""Confident learning over any classifier of scikit-learn's kind."""

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier

from sknoisy._checks import check_switch
from sknoisy._data_types import Estimator, Folds, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._registry import lookup
from sknoisy._tags import tags_of
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._known import JudgesByProbabilities
from sknoisy.detectors._looks import OutOfBag
from sknoisy.detectors._out_of_bag import default_forest
from sknoisy.detectors._reliability import reliability_of
from sknoisy.quality import SCORES, find_label_issues, get_label_quality_scores

__all__ = ["ConfidentLearning"]


class ConfidentLearning(JudgesByProbabilities):
    """Find labels that a classifier, trained without them, is confident against [1]_.

    Parameters
    ----------
    classifier : classifier, default=None
        Anything with ``predict_proba``, a Pipeline, say; it gets X untouched, so that
        texts, data frames and missing values work where it takes them. None stands
        for whoever foretells the given labels better, see Notes: a forest, which suits
        most tables, or logistic regression, which suits embeddings and texts.

    filter_by : str, default="prune_by_noise_rate"
        Which labels are issues with ``threshold="auto"``; see
        :func:`~sknoisy.quality.find_label_issues`.

    rank_by : str, default="normalized_margin"
        What the quality of a label is; see
        :func:`~sknoisy.quality.get_label_quality_scores`.

    adjust_pred_probs : bool, default=False
        Whether quality is judged against each class's mean probability, so that rare
        classes are not all distrusted.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1].

    suggested_labels_ : ndarray of shape (n_samples,)
        The most probable class of each sample.

    noise_rate_ : float
        Estimated share of wrong labels: what is off the diagonal of the calibrated
        confident joint. Too high where classes overlap; that of
        :class:`TrueLabelPosterior`, or of
        :func:`~sknoisy.transition.likelihood_transition`, is mostly nearer.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label) by that joint; rows are true classes.

    classifier_ : classifier
        Who judged, not fitted: `classifier`, or the one that was chosen.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Out-of-sample probabilities, for the functions of :mod:`sknoisy.quality`.

    reliability_ : Reliability
        Whether there was enough to go by: ``gain`` of the judge over guessing and its
        ``error``, ``is_settled``, ``is_identifiable``; false, with ``reasons``, where
        there wasn't. Then `noise_rate_` is NaN, a warning says why, and no label is
        called wrong unless `threshold` is a budget or "mixture".

    See Also
    --------
    NeighborConsensus : Needs no training.
    sknoisy.quality.find_label_issues : The same for probabilities from elsewhere.

    Notes
    -----
    "auto" flags by `filter_by`. A label that no other sample has is hardly trusted:
    no fit without its sample knows the class.

    With ``classifier=None``, a forest judges unless the given labels are clearly
    likelier (by two standard errors, out of sample) under logistic regression. The
    forest's trees are extremely randomized; each is grown on 30 % of the samples
    (twenty at least) and votes on the others, or, with groups or a splitter, on those
    of another fold. Logistic regression, on standardized
    features (sparse ones as they are), predicts in the folds of `cv`; it has no say
    where values are missing.

    References
    ----------
    .. [1] Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
       Dataset Labels", JAIR 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.detectors import ConfidentLearning
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> y = y.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    >>> y[7] = "virginica"
    >>> detector = ConfidentLearning(LogisticRegression(max_iter=500), random_state=0)
    >>> detector.fit(X, y).quality_.argmin()
    np.int64(7)
    >>> detector.is_issue_[7], detector.suggested_labels_[7]
    (np.True_, 'setosa')
    """

    def __init__(
        self,
        classifier: Estimator | None = None,
        *,
        cv: Folds = 5,
        filter_by: str = "prune_by_noise_rate",
        rank_by: str = "normalized_margin",
        adjust_pred_probs: bool = False,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        n_repeats: int = 1,
        max_samples: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.classifier = classifier
        self.cv = cv
        self.filter_by = filter_by
        self.rank_by = rank_by
        self.adjust_pred_probs = adjust_pred_probs
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.n_repeats = n_repeats
        self.max_samples = max_samples
        self.random_state = random_state

    def _examine(
        self,
        X,
        codes,
        *,
        groups=None,
        sample_weight=None,
        pred_probs=None,
        trusted=None,
    ):
        lookup(self.rank_by, SCORES, parameter="rank_by", kind="a score")
        check_switch(adjust_pred_probs=self.adjust_pred_probs)
        look, pred_probs = self._look_out_of_sample(
            X, codes, make_forest, pred_probs, groups, sample_weight
        )
        if look is not None:
            self.classifier_ = clone(look.classifier)
        quality = get_label_quality_scores(
            codes,
            pred_probs,
            method=self.rank_by,
            adjust_pred_probs=self.adjust_pred_probs,
        )
        suggested = likeliest(codes, pred_probs)
        is_issue = find_label_issues(codes, pred_probs, filter_by=self.filter_by)
        if trusted is not None:
            quality = np.where(trusted, 1.0, quality)
            suggested = np.where(trusted, codes, suggested)
            is_issue = is_issue & ~trusted
        return Evidence(
            quality,
            suggested,
            is_issue,
            pred_probs=pred_probs,
            reliability=reliability_of(codes, pred_probs, groups),
        )

    def __sklearn_tags__(self):
        judge = ExtraTreesClassifier() if self.classifier is None else self.classifier
        return tags_of(super().__sklearn_tags__(), judge)


def make_forest(codes, n_jobs, seed, n_grown, n_alike):
    """Return a forest that votes out of bag."""
    return OutOfBag(default_forest(n_grown, seed, n_jobs, n_alike))
