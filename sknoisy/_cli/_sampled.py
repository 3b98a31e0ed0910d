"""Detectors that learn from some rows of very many, and judge all.

Time and memory of fits grow with the rows; what a judge knows of a class hardly does,
from some thousand rows on.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from sknoisy._duplicates import equal_rows
from sknoisy._probs import likeliest
from sknoisy.detectors import TrueLabelPosterior
from sknoisy.quality import flag_issues, true_label_posterior

__all__ = [
    "BLOCK",
    "MOST_ROWS",
    "Found",
    "JudgeOfOthers",
    "called_wrong",
    "fit_on_some",
    "some_rows",
]

MOST_ROWS = 20_000  # that are learned from
OF_EACH = 50  # rows of a class at least, where it has so many
BLOCK = 20_000  # rows whose features are made at a time


@dataclass
class Found:
    """What a detector found, aligned with all rows."""

    detector: Any
    suggested: np.ndarray
    quality: np.ndarray
    is_issue: np.ndarray
    probabilities: np.ndarray | None
    n_learned_from: int

    def among(self, rows, labels):
        """Return the same of all `labels`, of which these are the ones at `rows`.

        Others are no issues, of a quality of one, as nothing is known of them.
        """
        if len(rows) == len(labels):
            return self
        suggested, quality = labels.copy(), np.ones(len(labels))
        suggested[rows], quality[rows] = self.suggested, self.quality
        is_issue = np.zeros(len(labels), dtype=bool)
        is_issue[rows] = self.is_issue
        probabilities = self.probabilities
        if probabilities is not None:
            probabilities = np.full((len(labels), probabilities.shape[1]), np.nan)
            probabilities[rows] = self.probabilities
        return replace(
            self,
            suggested=suggested,
            quality=quality,
            is_issue=is_issue,
            probabilities=probabilities,
        )


def fit_on_some(detector, steps, X, y, groups, *, seed):
    """Return what `detector` found, fitted to at most `MOST_ROWS` rows.

    `TrueLabelPosterior` leaves a classifier behind that others can be judged by. Other
    detectors see all rows, and those that fit classifiers let these learn from some.
    Rows that belong together, or are equal, are learned from together, or not at all.
    """
    rows = np.arange(len(y))
    if len(y) > MOST_ROWS:
        if isinstance(detector, TrueLabelPosterior):
            rows = some_rows(y, _units(X, groups), seed)
        elif "max_samples" in detector.get_params():
            detector.set_params(max_samples=MOST_ROWS)
    make = Pipeline(steps) if steps else None
    some = _take(X, rows)
    features = some if make is None else make.fit_transform(some)
    known = {} if groups is None else {"groups": groups[rows]}
    detector.fit(features, y[rows], **known)
    found = Found(
        detector,
        detector.suggested_labels_,
        detector.quality_,
        detector.is_issue_,
        getattr(detector, "posterior_", getattr(detector, "pred_probs_", None)),
        min(len(rows), getattr(detector, "max_samples", None) or len(rows)),
    )
    if len(rows) == len(y):
        return found
    return _of_all(found, features, make, X, y, rows)


def _units(X, groups):
    """Return a code for each row, the same for those that stay together."""
    if groups is None:
        return equal_rows(X)
    return np.unique(groups, return_inverse=True)[1]


def some_rows(y, units, seed):
    """Return rows to learn from, in order: whole units, some rows of every class."""
    rng = np.random.default_rng(seed)
    place = rng.permutation(units.max() + 1).astype(units.dtype)  # another order
    place = place[units]
    first = _first(place, MOST_ROWS)
    classes, n_each = np.unique(y[first], return_counts=True)
    rare = np.flatnonzero(np.isin(y, classes[n_each >= OF_EACH], invert=True))
    wanted = [first]
    for one in np.unique(y[rare]):
        rows = rare[y[rare] == one]
        wanted.append(rows[_first(place[rows], OF_EACH)])
    is_wanted = np.zeros(units.max() + 1, dtype=bool)
    is_wanted[units[np.concatenate(wanted)]] = True
    return np.flatnonzero(is_wanted[units])


def _first(place, n):
    """Return where the `n` smallest are; of equal ones, the first."""
    if len(place) <= n:
        return np.arange(len(place))
    last = np.partition(place, n - 1)[n - 1]
    before = np.flatnonzero(place < last)
    return np.r_[before, np.flatnonzero(place == last)[: n - len(before)]]


def _of_all(found, features, make, X, y, rows):
    """Judge the other rows by the classifier that judged last, taught by these."""
    detector = found.detector
    classes = detector.classes_
    codes = np.searchsorted(classes, y)
    probabilities = np.empty((len(y), len(classes)), dtype=np.float32)
    probabilities[rows] = found.probabilities
    judge = JudgeOfOthers(detector, features, codes[rows])
    others = np.setdiff1d(np.arange(len(y)), rows)
    for start in range(0, len(others), BLOCK):
        block = others[start : start + BLOCK]
        some = _take(X, block)
        some = some if make is None else make.transform(some)
        probabilities[block] = judge.probabilities(some, codes[block])
    quality = probabilities[np.arange(len(y)), codes].astype(np.float64)
    best = likeliest(codes, probabilities)
    is_issue = called_wrong(detector, codes, best, quality)
    return Found(detector, classes[best], quality, is_issue, probabilities, len(rows))


class JudgeOfOthers:
    """Judges rows that a detector hasn't seen, by the classifier that judged last.

    Parameters
    ----------
    detector : TrueLabelPosterior
        Fitted.

    features : array-like of shape (n_samples, n_features)
        What it was fitted to; labels that it trusts teach the classifier.

    codes : ndarray of shape (n_samples,)
        The labels of these, as codes of the detector's classes.
    """

    def __init__(self, detector, features, codes):
        trusted = ~detector.is_issue_
        self.detector = detector
        self.classifier = clone(detector.classifier_)
        self.classifier.fit(features[trusted], codes[trusted])

    def probabilities(self, features, codes):
        """Return those of the true labels of `BLOCK` other rows."""
        votes = np.zeros((len(codes), len(self.detector.classes_)))
        votes[:, self.classifier.classes_] = self.classifier.predict_proba(features)
        return true_label_posterior(
            codes,
            votes,
            transition=self.detector.transition_matrix_,
            of_true_labels=True,
            max_iter=0,
        ).probabilities


def called_wrong(detector, codes, best, quality):
    """Return which labels are called wrong, by the rule of the detector."""
    if not _may_call_wrong(detector):
        return np.zeros(len(codes), dtype=bool)
    if detector.threshold != "auto":
        return _by_threshold(detector, np.asarray(quality, dtype=np.float64))
    return best != codes


def _may_call_wrong(detector):
    """Whether the judge is good enough, or a number of issues was asked for."""
    if detector.threshold not in ("auto", "noise_rate"):
        return True
    return bool(getattr(detector, "reliability_", True))


def _by_threshold(detector, quality):
    if detector.threshold == "noise_rate":
        return flag_issues(quality, float(np.clip(1 - quality.mean(), 1e-9, 1 - 1e-9)))
    return flag_issues(quality, detector.threshold)


def _take(X, rows):
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]
