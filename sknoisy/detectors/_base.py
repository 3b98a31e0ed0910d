"""What all detectors share: labels in, evidence weighed, findings remembered."""

from abc import ABCMeta, abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length, indexable
from sklearn.utils.validation import validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice
from sknoisy._counting import lowest, nearest
from sknoisy._features import check_rows, check_some
from sknoisy._folds import group_codes
from sknoisy._labels import read_labels, relabeled, require
from sknoisy._rows import cut_params, take
from sknoisy._unlabeled import spread
from sknoisy._weights import weights_of
from sknoisy.quality import compute_confident_joint, flag_issues
from sknoisy.quality._thresholds import check_budget

RULES = ("auto", "noise_rate", "mixture")
# what detectors find out about each sample, besides what they all do
PER_SAMPLE = (
    *("quality_", "is_issue_", "pred_probs_", "posterior_", "margins_"),
    *("losses_", "n_events_", "difficulty_"),
    *("confidence_", "variability_", "agreement_"),
)


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
    """

    quality: np.ndarray
    suggested: np.ndarray
    is_issue: np.ndarray | None = None
    pred_probs: np.ndarray | None = None
    noise_rate: float | None = None
    transition: np.ndarray | None = None


class BaseDetector(BaseEstimator, metaclass=ABCMeta):
    """A way to find wrong labels.

    A final detector writes its ``__init__``, with ``threshold="auto"`` and
    ``unlabeled="auto"`` among its parameters, and `_examine`. X reaches `_examine` as
    it was given, for detectors that hand it to somebody else's estimator; `tags_of`
    says what that one takes. What else `fit` takes, see `_fits`, reaches it by its
    name. Samples without a label don't reach it.
    """

    unlabeled: object = "auto"  # for those whose ``__init__`` leaves it out
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
        X = self._check_X(X)
        y, codes = self._encode(X, y)
        rows = np.flatnonzero(codes >= 0)
        self._check_threshold(len(rows))
        if groups is not None:
            known["groups"] = group_codes(groups, len(codes))
        if len(rows) < len(codes):
            self._check_folds()
            X, known = take(X, rows, len(codes)), _cut(known, rows, len(codes))
        seen = codes[rows]
        if known.get("sample_weight") is not None:
            labels, weight = self.classes_[seen], known["sample_weight"]
            known["sample_weight"] = weights_of(labels, weight)
        self._remember(self._examine(X, seen, **known), seen)
        if len(rows) < len(codes):
            align_findings(self, y, codes)
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

    def _check_folds(self):  # of samples that are about to move to other places
        cv = getattr(self, "cv", 2)
        if not isinstance(cv, (int, np.integer, str)) and not hasattr(cv, "split"):
            raise ValueError(
                "cv lists folds by the places of samples, and y has samples without a"
                " label, which are left out: pass a number of folds or a splitter, or"
                " drop those samples."
            )

    def _check_threshold(self, n_samples):  # before anything is trained
        if isinstance(self.threshold, str):
            check_choice(self.threshold, RULES, "threshold")
        else:
            check_budget(self.threshold, n_samples)

    def _remember(self, evidence, codes):
        joint = _joint(evidence, codes, len(self.classes_))
        rate, transition = evidence.noise_rate, evidence.transition
        self.quality_ = evidence.quality.astype(np.float64).clip(0, 1)
        self.noise_rate_ = float(_rate(joint) if rate is None else rate)
        self.transition_matrix_ = (
            _rows_given_true(joint) if transition is None else transition
        )
        self.is_issue_ = self._flag(evidence)
        self.suggested_labels_ = self.classes_[evidence.suggested]
        if evidence.pred_probs is not None:
            self.pred_probs_ = evidence.pred_probs

    def _flag(self, evidence):
        if self.threshold == "auto" and evidence.is_issue is not None:
            return evidence.is_issue
        if self.threshold in ("auto", "noise_rate"):
            count = nearest(self.noise_rate_ * len(self.quality_))
            return lowest(self.quality_, count)
        return flag_issues(self.quality_, self.threshold)

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
