"""Judges of a sample: of very many rows few are learned from, and all are judged."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB

from sknoisy._cli._sampled import fit_on_some
from sknoisy.detectors import (
    ConfidentLearning,
    InstanceHardness,
    IterativePartitioningFilter,
    TrueLabelPosterior,
)
from sknoisy.detectors._some import OF_EACH, some_of

N = 60_000
MOST = 2_000


class Counting(ClassifierMixin, BaseEstimator):
    """Naive Bayes that writes down how many rows, and of which classes, it saw."""

    seen: list = []  # noqa: RUF012  # of all clones together

    def fit(self, X, y):
        self.seen.append(np.bincount(y))
        self.judge_ = GaussianNB().fit(X, y)
        self.classes_ = self.judge_.classes_
        return self

    def predict_proba(self, X):
        return self.judge_.predict_proba(X)

    def predict(self, X):
        return self.judge_.predict(X)


@pytest.fixture
def seen(monkeypatch):
    monkeypatch.setattr(Counting, "seen", [])
    return Counting


@pytest.fixture(scope="module")
def many():
    """Return two frequent classes and a rare one, and which labels are wrong."""
    rng = np.random.default_rng(0)
    y = (rng.random(N) < 0.5).astype(int)
    y[:600] = 2
    X = rng.normal(size=(N, 2)) + 4 * np.array([[0, 0], [1, 0], [0, 1]])[y]
    wrong = rng.random(N) < 0.05
    given = np.where(wrong, (y + 1) % 3, y)
    return X, given, wrong


DETECTORS = {
    "confident": lambda judge, most: ConfidentLearning(judge, max_samples=most),
    "default": lambda judge, most: TrueLabelPosterior(judge, max_samples=most),
    "hardness": lambda judge, most: InstanceHardness([judge], max_samples=most),
    "parts": lambda judge, most: IterativePartitioningFilter(
        judge, patience=1, max_samples=most
    ),
}


@pytest.mark.parametrize("name", DETECTORS)
def test_no_fit_sees_more_rows_than_wanted_and_all_rows_are_judged(name, many, seen):
    X, given, wrong = many
    detector = DETECTORS[name](Counting(), MOST)
    detector.set_params(random_state=0).fit(X, given)
    assert [counts.sum() for counts in seen.seen] == [MOST] * len(seen.seen)
    assert len(seen.seen) >= 5
    assert all(counts.min() >= OF_EACH for counts in seen.seen)
    assert np.isfinite(detector.quality_).all()
    assert detector.is_issue_[wrong].mean() > 0.9


def test_rows_are_drawn_again_for_another_seed_and_not_for_the_same(many, seen):
    X, given, _ = many
    found = [
        ConfidentLearning(Counting(), max_samples=500, random_state=seed).fit(X, given)
        for seed in (0, 0, 1)
    ]
    assert_array_equal(found[0].quality_, found[1].quality_)
    assert (found[0].quality_ != found[2].quality_).any()


def test_what_is_enough_changes_nothing(many, seen):
    X, given = many[0][600:900], many[1][600:900] % 2
    for make in DETECTORS.values():
        few, all_ = (
            make(GaussianNB(), most).set_params(random_state=0).fit(X, given)
            for most in (300, None)
        )
        assert_array_equal(few.quality_, all_.quality_)


def test_trees_vote_on_all_rows_that_they_were_not_grown_on(many):
    X, given, wrong = many[0][:3000], many[1][:3000], many[2][:3000]
    forest = RandomForestClassifier(20, min_samples_leaf=10, random_state=0)
    known = {"cv": "oob", "max_samples": 600, "random_state": 0}
    detector = ConfidentLearning(forest, **known).fit(X, given)
    assert (detector.pred_probs_.sum(axis=1) > 0.99).all()
    assert detector.quality_[wrong].mean() < 0.3 < detector.quality_[~wrong].mean()


def test_rows_of_weight_zero_are_not_among_those(many, seen):
    X, given, _ = many
    weight = np.zeros(N)
    weight[::50] = 1

    class Weighed(Counting):
        def fit(self, X, y, sample_weight=None):
            return super().fit(X, y)

    detector = ConfidentLearning(Weighed(), max_samples=900, random_state=0)
    detector.fit(X, given, sample_weight=weight)
    assert all(counts.sum() == 900 for counts in seen.seen)  # 960 of a fold are there


def test_the_audit_lets_few_be_learned_from(many, seen, monkeypatch):
    monkeypatch.setattr("sknoisy._cli._sampled.MOST_ROWS", MOST)
    X, given, _ = many
    found = fit_on_some(ConfidentLearning(Counting()), [], X, given, None, seed=0)
    assert {counts.sum() for counts in seen.seen} == {MOST}
    assert found.n_learned_from == MOST
    assert len(found.quality) == N


@pytest.mark.parametrize("most", [3, 10, 100, 150, 1000])
def test_some_rows_are_of_all_classes_and_never_too_many(most):
    codes = np.repeat([0, 1, 2], [900, 90, 10])
    rows = np.arange(0, 1000)
    some = some_of(rows, codes, most, seed=0)
    assert len(some) == min(most, 1000)
    assert len(np.unique(some)) == len(some)
    assert (np.diff(some) > 0).all()
    assert (np.bincount(codes[some]) >= np.minimum([900, 90, 10], most // 3)).all() or (
        np.bincount(codes[some]) >= np.minimum([900, 90, 10], OF_EACH)
    ).all()


@pytest.mark.parametrize("most", [1, 0, -3, 2.5, "all"])
def test_what_is_no_number_of_rows_is_told(most):
    with pytest.raises(ValueError, match="max_samples=.* whole number, 2 or more"):
        ConfidentLearning(GaussianNB(), max_samples=most).fit(
            [[0], [1]] * 5, [0, 1] * 5
        )
