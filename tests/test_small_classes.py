"""A handful of misspelt labels: told, left alone, and of no consequence for others."""

from functools import cache

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits, load_iris, make_classification
from sklearn.ensemble import RandomForestClassifier

from sknoisy.cleaning import CleanLabelClassifier, LabelCleaner
from sknoisy.detectors import ConfidentLearning, TrueLabelPosterior
from sknoisy.detectors._judged import large_enough
from sknoisy.quality import true_label_posterior

TOO_SMALL = "of classes that are too small to judge"


def three_classes(n_samples=500):
    X, y = make_classification(
        2 * n_samples,
        8,
        n_informative=4,
        n_classes=3,
        n_clusters_per_class=1,
        weights=[0.6, 0.3],
        flip_y=0,
        random_state=0,
    )
    return X[:n_samples], y[:n_samples], X[n_samples:], y[n_samples:]


def misspelt(y, n, alike):
    """Return labels of which `n` are misspelt, and which."""
    classes, counts = np.unique(y, return_counts=True)
    most_frequent = np.flatnonzero(y == classes[counts.argmax()])
    rows = np.random.default_rng(2).choice(most_frequent, n, replace=False)
    y = y.astype("U15")
    y[rows] = [f"{y[i]}{'x' * (1 if alike else 1 + j)}" for j, i in enumerate(rows)]
    return y, rows


@cache
def flagged(detector, seed):
    X, y, _, _ = three_classes()
    return detector(random_state=seed).fit(X, y.astype(str)).is_issue_


@pytest.mark.parametrize(("n", "alike"), [(1, True), (3, False), (10, False), (10, 1)])
@pytest.mark.parametrize("detector", [TrueLabelPosterior, ConfidentLearning])
def test_misspelt_labels_change_no_more_on_others_than_a_seed(detector, n, alike):
    X, y, _, _ = three_classes()
    labels, rows = misspelt(y, n, alike)
    before = flagged(detector, 0)
    of_seed = np.sum(before != flagged(detector, 1))
    with pytest.warns(UserWarning, match=TOO_SMALL):
        found = detector(random_state=0).fit(X, labels)
    others = np.setdiff1d(np.arange(len(y)), rows)
    changed = np.sum((before != found.is_issue_)[others])
    assert changed <= of_seed + 0.01 * len(others)
    assert_array_equal(found.unjudged_classes_, np.unique(labels[rows]))
    assert np.isnan(found.quality_[rows]).all()
    assert not found.is_issue_[rows].any()


def test_two_classes_of_one_label_cost_the_cleaner_nothing():
    X, y, X_test, y_test = three_classes(1000)
    y[0], y[1] = 10, 11
    plain = RandomForestClassifier(50, random_state=0)
    cleaner = CleanLabelClassifier(plain, random_state=0)
    with pytest.warns(UserWarning, match=rf"2 labels {TOO_SMALL}.*: 10, 11"):
        cleaner.fit(X, y)
    assert cleaner.label_issues_["is_issue"].sum() < 20
    assert_array_equal(cleaner.classes_, [0, 1, 2, 10, 11])
    assert_array_equal(cleaner.estimator_.classes_, cleaner.classes_)  # it learned both
    score = cleaner.score(X_test, y_test)
    assert score > plain.fit(X, y).score(X_test, y_test) - 0.01


def test_the_cleaner_leaves_rows_that_nobody_judged():
    X, y = load_iris(return_X_y=True)
    y[7] = 9
    cleaner = LabelCleaner(random_state=0)
    with pytest.warns(UserWarning, match=TOO_SMALL):
        cleaner.fit_resample(X, y)
    assert 7 in cleaner.sample_indices_
    assert np.isnan(cleaner.label_issues_["quality"][7])


def test_reweighting_takes_a_label_that_nobody_judged_for_right():
    X, y = load_iris(return_X_y=True)
    y[7] = 9
    cleaner = CleanLabelClassifier(action="reweight", random_state=0)
    with pytest.warns(UserWarning):
        cleaner.fit(X, y)
    assert 9 in cleaner.estimator_.classes_


@pytest.mark.parametrize(
    ("counts", "judged"),
    [
        ([50, 50, 4], [0, 1]),
        ([50, 50, 10], [0, 1, 2]),  # a fifth of an even share, 37
        ([500, 500, 10], [0, 1]),
        ([500, 500, 11], [0, 1, 2]),
        ([20, 3, 3, 1], [0, 1, 2]),  # as only one has five, two will do
        ([3, 3], [0, 1]),
        ([4, 1], [0, 1]),
        ([1, 1, 1], [0, 1, 2]),
        ([30, 30, 5], [0, 1, 2]),
    ],
)
def test_what_is_large_enough(counts, judged):
    codes = np.repeat(np.arange(len(counts)), counts)
    assert_array_equal(large_enough(codes), judged)
    assert_array_equal(large_enough(np.append(codes, [-1, -1])), judged)


def test_a_class_of_one_group_is_not_judged():
    codes = np.repeat([0, 1, 2], 20)
    groups = np.where(codes == 2, 99, np.arange(60) // 4)
    assert_array_equal(large_enough(codes, groups), [0, 1])


@pytest.mark.parametrize("n", [1, 3, 10])
def test_probabilities_of_a_small_class_move_no_other_verdicts(n):
    X, y = load_digits(return_X_y=True)
    X, y = X[:600], y[:600]

    def verdicts(y, seed):
        forest = RandomForestClassifier(
            min_samples_leaf=5, oob_score=True, random_state=seed
        )
        votes = forest.fit(X, y).oob_decision_function_
        return true_label_posterior(y, votes).probabilities.argmax(axis=1)

    before = verdicts(y, 0)
    of_seed = np.mean(before != verdicts(y, 1))
    rows = np.flatnonzero(y == 5)[:n]
    others = np.setdiff1d(np.arange(600), rows)
    y[rows] = 10
    changed = np.mean((before != verdicts(y, 0))[others])
    assert changed <= of_seed + 0.01
