"""What all detectors share: labels in, evidence weighed, findings remembered."""

from abc import ABCMeta, abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length, indexable
from sklearn.utils.validation import validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice, check_switch
from sknoisy._counting import lowest, nearest
from sknoisy._features import check_rows, check_some
from sknoisy._folds import group_codes
from sknoisy._labels import read_labels, relabeled, require
from sknoisy._rows import cut_params, take
from sknoisy._unlabeled import spread
from sknoisy._weights import weights_of
from sknoisy.detectors._judged import choose_judged, warn_of_small
from sknoisy.detectors._reliability import Reliability, warn_of_unreliable
from sknoisy.quality import compute_confident_joint, flag_issues
from sknoisy.quality._thresholds import check_budget

RULES = ("auto", "noise_rate", "mixture")
MODELS = ("classifier", "classifiers", "transformer", "network")  # that users may name
# what detectors find out about each sample, besides what they all do
PER_SAMPLE = (
    *("quality_", "is_issue_", "pred_probs_", "posterior_", "margins_"),
    *("losses_", "n_events_", "difficulty_"),
    *("confidence_", "variability_", "agreement_", "contradictions_"),
)
# which of them are there for copies already when findings are aligned
OF_TWINS = ("quality_", "is_issue_", "contradictions_")
PER_CLASS = ("pred_probs_", "posterior_")


@dataclass(frozen=True)
class Evidence:
    """What a detector found out about the given labels.

    Parameters
    ----------
    quality : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1].

    suggested : ndarray of shape (n_samples,)
        Code of the class that each sample seems to belong to; the given one where
        nothing better is known.

    is_issue : ndarray of shape (n_samples,), default=None
        The labels that the detector's own rule calls wrong. None, where it has no
        rule, stands for as many of the lowest quality as the noise rate says.

    pred_probs : ndarray of shape (n_samples, n_classes), default=None
        Class probabilities, out of sample, from which noise rate and transition
        matrix can be estimated.

    noise_rate : float, default=None
        Estimated share of wrong labels, where the detector has its own estimate.

    transition : ndarray of shape (n_classes, n_classes), default=None
        P(given label | true label), where the detector has its own estimate; rows are
        true classes.

    reliability : Reliability, default=None
        Whether there was enough to go by; None where nobody can tell.
    """

    quality: np.ndarray
    suggested: np.ndarray
    is_issue: np.ndarray | None = None
    pred_probs: np.ndarray | None = None
    noise_rate: float | None = None
    transition: np.ndarray | None = None
    reliability: Reliability | None = None

    def of(self, rows):
        """Return what there is on single samples for some of them, or for copies."""
        is_issue = None if self.is_issue is None else self.is_issue[rows]
        return replace(
            self,
            quality=self.quality[rows],
            suggested=self.suggested[rows],
            is_issue=is_issue,
        )


class BaseDetector(BaseEstimator, metaclass=ABCMeta):
    """A way to find wrong labels.

    A final detector writes its ``__init__``, with ``threshold="auto"`` and
    ``unlabeled="auto"`` among its parameters, and `_examine`. X reaches `_examine` as
    it was given, for detectors that hand it to somebody else's estimator; `tags_of`
    says what that one takes. What else `fit` takes, see `_fits`, reaches it by its
    name. Samples without a label don't reach it.

    Nor do classes too small to judge, nor a second copy of a row with the same label;
    their verdicts are filled in here.
    """

    unlabeled: object = "auto"  # for those whose ``__init__`` leaves it out
    deduplicate: bool = True
    _numbers_for: str | None = "trees"  # what frames are made to suit; None: nobody
    _no_use_for = {
        "groups": "it doesn't judge samples by fits without them",
        "sample_weight": "it counts all samples alike",
    }

    @numpy_inside()
    def fit(self, X, y, **refused):
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
        self._remember(self._examine(X, judged.codes, **known), judged)
        self._align(judged, classes, y, codes)
        return self

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
        if named or self._numbers_for is None or not hasattr(X, "columns"):
            return self._check_X(X)
        from sknoisy.tables._door import vectorizer_for

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
        if len(self.classes_) < 2:
            raise ValueError(
                f"y holds only one class, {self.classes_.tolist()}:"
                f" {type(self).__name__} finds labels that should be another one."
            )
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
        joint = _joint(evidence, judged.codes, len(self.classes_))
        rate, transition = evidence.noise_rate, evidence.transition
        self.noise_rate_ = float(_rate(joint) if rate is None else rate)
        self.transition_matrix_ = (
            _rows_given_true(joint) if transition is None else transition
        )
        if evidence.pred_probs is not None:
            self.pred_probs_ = evidence.pred_probs
        evidence, loses = _settled(evidence, judged)
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


def likeliest(codes, probabilities):
    """Return the most probable classes, the given ones of equals."""
    given = probabilities[np.arange(len(codes)), codes]
    return np.where(
        given == probabilities.max(axis=1), codes, probabilities.argmax(axis=1)
    )


def _settled(evidence, judged):
    """Let equal rows be of one class, whose label is trusted most; say who loses."""
    contradicted = judged.contradicted[judged.rows]
    if not contradicted.any():
        return evidence, contradicted
    copies = judged.groups_of_copies
    order = np.lexsort((-evidence.quality, copies))
    first = order[np.unique(copies[order], return_index=True)[1]]
    loses = contradicted & (evidence.quality < evidence.quality[first][copies])
    better = evidence.suggested[first][copies]
    suggested = np.where(loses, better, evidence.suggested)
    return replace(evidence, suggested=suggested), loses


def _in_columns(values, judged, n_classes):
    """Return probabilities of the judged classes in columns for all."""
    found = np.zeros((len(values), n_classes))
    found[:, judged.classes] = values
    return found


def _joint(evidence, codes, n_classes):
    """Return estimated counts of samples; rows are given classes, columns true ones."""
    if evidence.pred_probs is not None:
        return compute_confident_joint(codes, evidence.pred_probs)
    true = np.where(_believed_issues(evidence), evidence.suggested, codes)
    joint = np.zeros((n_classes, n_classes))
    np.add.at(joint, (codes, true), 1)
    return joint


def _believed_issues(evidence):
    if evidence.is_issue is not None:
        return evidence.is_issue
    if evidence.noise_rate is not None:
        count = nearest(evidence.noise_rate * len(evidence.quality))
        return lowest(evidence.quality, count)
    return flag_issues(evidence.quality, "mixture")


def _rate(joint):
    return (joint.sum() - joint.trace()) / joint.sum()


def _rows_given_true(joint):
    """Return P(given | true), rows true; a class without samples stays what it is."""
    counts = joint.T.astype(np.float64)
    empty = counts.sum(axis=1) == 0
    counts[empty, empty] = 1
    return counts / counts.sum(axis=1, keepdims=True)
