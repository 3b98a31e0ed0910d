"""Confident learning over any classifier of scikit-learn's kind."""

from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier

from sknoisy._checks import check_switch
from sknoisy._data_types import Estimator, Folds, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._registry import lookup
from sknoisy._tags import tags_of
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._fits import JudgesByFits
from sknoisy.detectors._looks import OutOfBag, best_look, make_looks
from sknoisy.detectors._out_of_bag import default_forest
from sknoisy.detectors._reliability import reliability_of
from sknoisy.quality import SCORES, find_label_issues, get_label_quality_scores

__all__ = ["ConfidentLearning"]


class ConfidentLearning(JudgesByFits):
    """Find labels that a classifier, trained without them, is confident against [1]_.

    Parameters
    ----------
    classifier : classifier, default=None
        Anything with ``predict_proba``, a Pipeline, say; it gets X untouched, so that
        texts, data frames and missing values work where it takes them. None stands
        for whoever foretells the given labels better, see Notes: a forest, which suits
        most tables, or logistic regression, which suits embeddings and texts.

    cv : int, "oob", cross-validation generator or iterable, default=5
        Who judges a label without having seen it. An int is a number of stratified,
        shuffled folds (fewer, where no class has so many samples). Where a splitter
        repeats, probabilities are averaged, which makes them better. "oob" is for
        forests, also at the end of a Pipeline: trees vote on the samples they were
        not grown on, at the price of one fit. With ``classifier=None``, an int is the
        number of folds of the linear model, five with "oob", and forests vote out of
        bag; where there are groups, or a splitter, they are fitted in the folds, too.

    filter_by : str, default="prune_by_noise_rate"
        Which labels are issues with ``threshold="auto"``; see
        :func:`~sknoisy.quality.find_label_issues`.

    rank_by : str, default="normalized_margin"
        What the quality of a label is; see
        :func:`~sknoisy.quality.get_label_quality_scores`.

    adjust_pred_probs : bool, default=False
        Whether quality is judged against each class's mean probability, so that rare
        classes are not all distrusted.

    threshold : "auto", "noise_rate", "mixture", float in (0, 1) or int, default="auto"
        Which labels are called issues. "auto" is this detector's own rule, see Notes;
        "noise_rate" flags the least trusted, as many as ``noise_rate_`` says;
        "mixture" draws the line between two normal distributions fitted to the
        qualities; a float is the share to flag and an int their number. Of equal
        qualities the first go first.

    n_jobs : int, default=None
        How many jobs run at a time; -1 takes all processors.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label are left out: quality NaN, no issue, and what is
        suggested is what `y` holds.

    deduplicate : bool, default=True
        Whether copies (equal rows with equal labels) count once, so that none vouches
        for the mistake of another. Rows of few columns with few values may be equal by
        chance, and are no copies then.

    n_repeats : int >= 1, default=1
        How often all is judged, each time with another seed. Findings are means then,
        and a label is an issue if most of the times it was; see `flag_frequency_`.

    random_state : int, RandomState instance or None, default=None
        Seed of whatever is drawn, such as folds, and of the classifiers that are not
        given. None takes fresh entropy; numpy's global generator is never touched.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1].

    is_issue_ : ndarray of shape (n_samples,)
        The labels that are called wrong.

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

    flag_frequency_ : ndarray of shape (n_samples,)
        How often each label was flagged, as a share of `n_repeats`. With two or more.

    contradictions_ : ndarray of shape (n_samples,)
        Who has a copy with another label, of which one at most is right. With
        `deduplicate`.

    unjudged_classes_ : ndarray
        Classes of too few labels for others to judge them: of less than a fifth of an
        even share, but always of fewer than 5, never of more than 10. Their samples
        are left alone: quality NaN, no issue.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    n_features_in_ : int
        Number of features seen in fit, where X tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

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
        self.random_state = random_state

    def _examine(self, X, codes, *, groups=None, sample_weight=None):
        lookup(self.rank_by, SCORES, parameter="rank_by", kind="a score")
        check_switch(adjust_pred_probs=self.adjust_pred_probs)
        known = {"groups": groups, "sample_weight": sample_weight}
        looks = make_looks(self, X, codes, make_forest, **known)
        look, pred_probs = best_look(looks, X, codes, groups)
        self.classifier_ = clone(look.classifier)
        quality = get_label_quality_scores(
            codes,
            pred_probs,
            method=self.rank_by,
            adjust_pred_probs=self.adjust_pred_probs,
        )
        return Evidence(
            quality,
            suggested=likeliest(codes, pred_probs),
            is_issue=find_label_issues(codes, pred_probs, filter_by=self.filter_by),
            pred_probs=pred_probs,
            reliability=reliability_of(codes, pred_probs, groups),
        )

    def __sklearn_tags__(self):
        judge = ExtraTreesClassifier() if self.classifier is None else self.classifier
        return tags_of(super().__sklearn_tags__(), judge)


def make_forest(codes, n_jobs, seed, n_grown, n_alike):
    """Return a forest that votes out of bag."""
    return OutOfBag(default_forest(n_grown, seed, n_jobs, n_alike))
