"""What all detectors share: labels in, evidence weighed, findings remembered."""

from abc import ABCMeta, abstractmethod
from typing import Any, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_consistent_length, indexable
from sklearn.utils.validation import validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice, check_switch
from sknoisy._completed import CompletedText
from sknoisy._counting import check_budget, lowest, nearest
from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy._estimators import BaseEstimator
from sknoisy._features import check_rows, check_some
from sknoisy._folds import group_codes
from sknoisy._labels import (
    check_names_classes,
    check_several,
    read_labels,
    relabeled,
    require,
)
from sknoisy._ranges import check_count
from sknoisy._rows import cut_params, take
from sknoisy._seeds import draw_seed, make_generator
from sknoisy._unlabeled import spread
from sknoisy._weights import weights_of
from sknoisy.detectors._evidence import (
    joint_of,
    rate_of,
    rows_given_true,
    settled_by_trust,
)
from sknoisy.detectors._judged import choose_judged, warn_of_small
from sknoisy.detectors._reliability import warn_of_unreliable
from sknoisy.detectors._repeats import examine_repeatedly
from sknoisy.quality import flag_issues, flag_no_class
from sknoisy.tables import vectorizer_for

RULES = ("auto", "noise_rate", "mixture")
FULL = 0.25  # of the cells: such a sparse table takes as much memory as a dense one
MODELS = ("classifier", "classifiers", "transformer", "network")  # that users may name
# what detectors find out about each sample, besides what they all do
PER_SAMPLE = (
    *("quality_", "is_issue_", "pred_probs_", "posterior_", "margins_"),
    *("losses_", "n_events_", "difficulty_"),
    *("confidence_", "variability_", "agreement_", "contradictions_"),
    *("flag_frequency_", "no_class_"),
)
# which of them are there for copies already when findings are aligned
OF_TWINS = ("quality_", "is_issue_", "contradictions_")
PER_CLASS = ("pred_probs_", "posterior_")


class BaseDetector(CompletedText, BaseEstimator, metaclass=ABCMeta):
    """A way to find wrong labels.

    A final detector writes its ``__init__``, with ``threshold="auto"`` and
    ``unlabeled="auto"`` among its parameters, and `_examine`. X reaches `_examine` as
    it was given, for detectors that hand it to somebody else's estimator; `tags_of`
    says what that one takes. What else `fit` takes, see `_fits`, reaches it by its
    name. Samples without a label don't reach it.

    Nor do classes too small to judge, nor a second copy of a row with the same label;
    their verdicts are filled in here.

    What its text doesn't say of parameters and attributes is added to it from here.

    Parameters
    ----------
    threshold : "auto", "noise_rate", "mixture", float in (0, 1) or int, default="auto"
        Which labels are called issues. "auto" is this detector's own rule, see Notes;
        "noise_rate" flags the least trusted, as many as ``noise_rate_`` says;
        "mixture" draws the line between two normal distributions fitted to the
        qualities; a float is the share to flag and an int their number. Of equal
        qualities the first go first.

    n_jobs : int, default=None
        How many jobs run at a time; -1 takes all processors. Networks of several folds
        that train in lock-step do so in one.

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

    random_state : int, RandomState instance or None, default=None
        Seed of whatever is drawn, such as folds, and of the classifiers that are not
        given. None takes fresh entropy; numpy's global generator is never touched.

    Attributes
    ----------
    is_issue_ : ndarray of shape (n_samples,)
        The labels that are called wrong.

    no_class_ : ndarray of shape (n_samples,)
        Who may belong to no class at all, by :func:`~sknoisy.quality.flag_no_class`;
        what `is_issue_` says of their labels is about the classes there are. Only where
        the detector finds class probabilities.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label); rows are true classes.

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
    """

    classes_: np.ndarray

    unlabeled: object = "auto"  # for those whose ``__init__`` leaves it out
    deduplicate: bool = True
    n_repeats: int = 1
    _numbers_for: str | None = "trees"  # what frames are made to suit; None: nobody
    _no_use_for = {
        "groups": "it doesn't judge samples by fits without them",
        "sample_weight": "it counts all samples alike",
    }

    @numpy_inside()
    def fit(self, X: MatrixLike, y: ArrayLike, **refused: Any) -> Self:
        """Look for wrong labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        **refused : dict
            Other detectors take `groups` or `sample_weight`; this one has no use for
            them, and says so.

        Returns
        -------
        self : estimator instance
            The fitted detector.
        """
        return self._look(X, y, refused)

    def _look(self, X, y, refused, *, groups=None, **known):
        """Fit; `known` is what `_examine` takes beside samples and labels."""
        self._check_refused(refused)
        X = self._enter(X)
        y, codes = self._encode(X, y)
        self._check_threshold(np.count_nonzero(codes >= 0))
        check_switch(deduplicate=self.deduplicate)
        if groups is not None:
            known["groups"] = group_codes(groups, len(codes))
        judged = self._choose(X, codes, known)
        classes, self.classes_ = self.classes_, self.classes_[judged.classes]
        if not judged.are_all:
            X, known = take(X, judged.rows, len(codes)), self._cut(known, judged, codes)
        known = self._weigh(known, judged)
        self._remember(self._repeat(X, judged.codes, known), judged)
        self._align(judged, classes, y, codes)
        return self

    def _repeat(self, X, codes, known):
        """Return what is found, with `n_repeats` on average over seeds."""
        check_count(n_repeats=self.n_repeats)
        if self.n_repeats == 1:
            return self._examine(X, codes, **known)
        generator = make_generator(self.random_state)
        seeds = [draw_seed(generator) for _ in range(self.n_repeats)]
        evidence, frequency = examine_repeatedly(self, seeds, X, codes, known)
        self.flag_frequency_ = frequency
        return evidence

    @abstractmethod
    def _examine(self, X, codes):
        """Return the `Evidence` on the labels `codes`, 0…c−1, of `X`."""

    def _check_refused(self, refused):
        for name, value in refused.items():
            if name not in self._no_use_for:
                raise TypeError(f"{type(self).__name__}.fit takes no {name!r}.")
            if value is not None:
                raise TypeError(
                    f"{type(self).__name__} has no use for {name}:"
                    f" {self._no_use_for[name]}. Leave {name} out, or take a detector"
                    " that fits classifiers in folds, such as ConfidentLearning."
                )

    def _enter(self, X):
        """Return X, or numbers made of a frame of words, dates and gaps.

        Whoever named a classifier or transformer wants to hand it X untouched.
        """
        named = any(getattr(self, name, None) is not None for name in MODELS)
        if named or self._numbers_for is None:
            return self._check_X(X)
        if not hasattr(X, "columns"):
            return filled(self._check_X(X))
        vectorizer = vectorizer_for(X, for_=self._numbers_for, random_state=0)
        if vectorizer is None:
            return self._check_X(X)
        validate_data(self, X, skip_check_array=True)  # names and their number only
        self.vectorizer_ = vectorizer
        return vectorizer.fit_transform(X)

    def _check_X(self, X):
        check_rows(X, self)
        validate_data(self, X, skip_check_array=True)  # names and their number only
        return indexable(X)[0]  # of any format but those whose rows can't be picked

    def _encode(self, X, y):
        y, self.classes_, codes = read_labels(require(y, self), self.unlabeled)
        check_consistent_length(X, codes)
        check_some(codes)
        check_names_classes(y, self)
        check_several(self.classes_, self)
        return y, codes

    def _choose(self, X, codes, known):
        """Return whose labels are judged, and say whose aren't."""
        groups = known.get("groups", known.get("params", {}).get("groups"))
        if groups is not None:
            groups = group_codes(groups, len(codes))
        judged = choose_judged(
            X,
            codes,
            groups,
            compare=self.deduplicate,
            may_move=not self._lists_folds(),
        )
        small = np.setdiff1d(np.arange(len(self.classes_)), judged.classes)
        warn_of_small(self.classes_[small], np.isin(codes, small).sum())
        return judged

    def _cut(self, known, judged, codes):
        """Return what is known of samples for those that are judged."""
        if self._lists_folds():
            raise ValueError(
                "cv lists folds by the places of samples, and y has samples without a"
                " label, which are left out: pass a number of folds or a splitter, or"
                " drop those samples."
            )
        return _cut(known, judged.rows, len(codes))

    def _lists_folds(self):  # so that no sample may move to another place
        cv = getattr(self, "cv", 2)
        return not (isinstance(cv, (int, np.integer, str)) or hasattr(cv, "split"))

    def _weigh(self, known, judged):
        """Return what `_examine` takes, equal rows with different labels kept apart."""
        weight = known.get("sample_weight")
        if weight is not None:
            weight = weights_of(self.classes_[judged.codes], weight)
            known = {**known, "sample_weight": weight}
        contradicted = judged.contradicted[judged.rows]
        if not contradicted.any() or known.get("groups") is not None:
            return known
        if "sample_weight" in known and judged.most_are_left:
            # neither has a say, on anybody: one of them is wrong
            weight = np.ones(len(judged.rows)) if weight is None else weight
            return {**known, "sample_weight": np.where(contradicted, 0.0, weight)}
        if "groups" in known:
            return {**known, "groups": judged.groups_of_copies}
        return known

    def _check_threshold(self, n_samples):  # before anything is trained
        if isinstance(self.threshold, str):
            check_choice(self.threshold, RULES, "threshold")
        else:
            check_budget(self.threshold, n_samples)

    def _remember(self, evidence, judged):
        joint = joint_of(evidence, judged.codes, len(self.classes_))
        rate, transition = evidence.noise_rate, evidence.transition
        self.noise_rate_ = float(rate_of(joint) if rate is None else rate)
        self.transition_matrix_ = (
            rows_given_true(joint) if transition is None else transition
        )
        if evidence.pred_probs is not None:
            self.pred_probs_ = evidence.pred_probs
        looks = evidence.pred_probs if evidence.looks is None else evidence.looks
        if looks is not None:
            self.no_class_ = flag_no_class(looks)
        evidence, loses = settled_by_trust(evidence, judged)
        evidence = evidence.of(judged.twins)
        self.quality_ = evidence.quality.astype(np.float64).clip(0, 1)
        self.is_issue_ = self._flag(evidence)
        if self.threshold == "auto":
            self.is_issue_ = self.is_issue_ | loses[judged.twins]
        self._rely(evidence.reliability)
        self.suggested_labels_ = self.classes_[evidence.suggested]

    def _rely(self, reliability):
        """Take nothing back that was asked for, but state nothing on weak grounds."""
        if reliability is None:
            return
        self.reliability_ = reliability
        if reliability:
            return
        warn_of_unreliable(reliability)
        self.noise_rate_ = np.nan
        if self.threshold in ("auto", "noise_rate"):
            self.is_issue_ = np.zeros(len(self.is_issue_), dtype=bool)

    def _align(self, judged, classes, y, codes):
        """Let findings speak of all samples and classes; there is none on the others.

        What was found by `_examine` is one value for each of the samples it saw.
        """
        for name in PER_SAMPLE:
            if hasattr(self, name) and name not in OF_TWINS and not judged.are_all:
                setattr(self, name, getattr(self, name)[judged.twins])
        self.contradictions_ = judged.contradicted[judged.has_verdict]
        self.unjudged_classes_ = np.setdiff1d(classes, self.classes_)
        if len(self.unjudged_classes_):
            n_classes = len(classes)
            for name in PER_CLASS:
                if hasattr(self, name):
                    columns = _in_columns(getattr(self, name), judged, n_classes)
                    setattr(self, name, columns)
            matrix = np.eye(n_classes)
            matrix[np.ix_(judged.classes, judged.classes)] = self.transition_matrix_
            self.transition_matrix_ = matrix
        self.classes_ = classes
        if not judged.has_verdict.all():
            align_findings(self, y, np.where(judged.has_verdict, codes, -1))

    def _flag(self, evidence):
        if self.threshold == "auto" and evidence.is_issue is not None:
            return evidence.is_issue
        if self.threshold in ("auto", "noise_rate"):
            rate = np.nan_to_num(self.noise_rate_)  # NaN where nobody can tell it
            count = nearest(rate * len(self.quality_))
            return lowest(self.quality_, count)
        budget = self.threshold
        if not isinstance(budget, str | float):  # some labels may not be judged
            budget = min(budget, len(self.quality_))
        return flag_issues(self.quality_, budget)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _cut(known, rows, n_samples):
    """Return what is known of samples for some of them, what is nested in it, too."""
    known = cut_params(known, rows, n_samples)
    return {
        name: cut_params(value, rows, n_samples) if isinstance(value, dict) else value
        for name, value in known.items()
    }


def align_findings(detector, y, codes):
    """Align what was found on labeled samples with all: there is no verdict on others.

    Parameters
    ----------
    detector : detector
        Fitted on the samples that have a label.

    y : ndarray of shape (n_samples,)
        The labels of all samples, marks of missing ones among them.

    codes : ndarray of shape (n_samples,)
        −1 where there is no label.
    """
    for name in PER_SAMPLE:
        if hasattr(detector, name):
            setattr(detector, name, spread(getattr(detector, name), codes >= 0))
    found = relabeled(y, codes, detector.suggested_labels_)
    detector.suggested_labels_ = found


def filled(X):
    """Return sparse features that are hardly sparse as an array, and judge them alike.

    Dense features are centered, and sparse ones aren't, since that would fill them.
    """
    if not issparse(X) or X.ndim != 2 or X.nnz < FULL * np.prod(X.shape):
        return X
    return X.toarray()


def _in_columns(values, judged, n_classes):
    """Return probabilities of the judged classes in columns for all."""
    found = np.zeros((len(values), n_classes))
    found[:, judged.classes] = values
    return found
