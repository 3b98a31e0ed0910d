"""Samples that come in groups, and classifiers that do less than scikit-learn's."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Bunch

from sknoisy.detectors import (
    CLNI,
    KDN,
    AreaUnderMargin,
    ConfidentLearning,
    ForestKDN,
    ForgettingEvents,
    InstanceHardness,
    LossMixture,
    NeighborConsensus,
    SampleDifficulty,
    SmallLoss,
    TrueLabelPosterior,
)


def make_patients(n_patients=100, n_rows=12, seed=0):
    """Return rows of patients, of whom 15 % have the wrong label in all their rows."""
    rng = np.random.default_rng(seed)
    centers, true = make_classification(
        n_patients,
        8,
        n_informative=5,
        n_redundant=0,
        n_clusters_per_class=1,
        class_sep=2,
        flip_y=0,
        random_state=seed,
    )
    wrong = rng.choice(n_patients, round(0.15 * n_patients), replace=False)
    given = true.copy()
    given[wrong] = 1 - true[wrong]
    patient = rng.permutation(np.repeat(np.arange(n_patients), n_rows))
    X = centers[patient] + 0.2 * rng.normal(size=(len(patient), 8))
    return Bunch(X=X, y=given[patient], true=true[patient], groups=patient)


class Silent(LogisticRegression):
    """A classifier whose `fit` returns nothing, which scikit-learn's Pipeline takes."""

    def fit(self, X, y, sample_weight=None):
        """Fit."""
        super().fit(X, y, sample_weight)


class Duck:
    """What scikit-learn can clone, and no more: no tags, no score, nor `classes_`."""

    def __init__(self, C=1.0):
        self.C = C

    def get_params(self, deep=True):
        """Return the one there is."""
        return {"C": self.C}

    def set_params(self, **params):
        """Set it."""
        vars(self).update(params)
        return self

    def fit(self, X, y):
        """Fit."""
        self.inner_ = LogisticRegression(C=self.C).fit(X, y)

    def predict(self, X):
        """Predict labels."""
        return self.inner_.predict(X)


class ProbableDuck(Duck):
    """The same with probabilities."""

    def predict_proba(self, X):
        """Predict probabilities."""
        return self.inner_.predict_proba(X)


class Spy(ClassifierMixin, BaseEstimator):
    """Notes which rows it is fitted on and asked of: the first column numbers them."""

    seen: list = []  # noqa: RUF012  # of all clones together

    def fit(self, X, y, sample_weight=None):
        """Note rows and weights."""
        self.classes_ = np.unique(y)
        self.rows_ = np.asarray(X)[:, 0].astype(int)
        self.weight_ = sample_weight
        return self

    def predict_proba(self, X):
        """Note rows."""
        asked = np.asarray(X)[:, 0].astype(int)
        Spy.seen.append((self.rows_, asked, self.weight_))
        return np.full((len(asked), len(self.classes_)), 1 / len(self.classes_))

    def predict(self, X):
        """Predict the first class."""
        self.predict_proba(X)
        return np.full(len(X), self.classes_[0])


def spied(fit):
    """Return what spies saw in a call of `fit`."""
    Spy.seen.clear()
    fit()
    return list(Spy.seen)


def apart(calls, groups):
    """Check that none was asked of a group it was fitted on; return who was judged."""
    assert calls
    for rows, asked, _ in calls:
        assert not set(groups[rows]) & set(groups[asked])
    return sorted(np.concatenate([asked for _, asked, _ in calls]))


PATIENTS = make_patients()
WRONG = PATIENTS.y != PATIENTS.true
SMALL = make_patients(20, 4, seed=1)
NUMBERED = np.column_stack([np.arange(80), SMALL.X])
JUDGES = [ConfidentLearning, TrueLabelPosterior, InstanceHardness]
WATCHERS = [AreaUnderMargin, ForgettingEvents, LossMixture, SampleDifficulty, SmallLoss]
NEIGHBORS = [KDN, CLNI, ForestKDN, NeighborConsensus]


def found_and_precision(is_issue):
    return np.mean(is_issue[WRONG]), np.sum(is_issue & WRONG) / max(1, is_issue.sum())
