"""Judges that believe in other class frequencies than there are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.detectors import ConfidentLearning, InstanceHardness, TrueLabelPosterior
from sknoisy.detectors._class_shares import with_true_shares

LOGISTIC = make_pipeline(
    StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=500)
)
FOREST = RandomForestClassifier(
    50, min_samples_leaf=5, class_weight="balanced", random_state=0
)


def uneven(majority, seed=0, n_wrong=110):
    """Return 2,000 samples of two classes, true and given labels, and a test set."""
    X, y = make_classification(
        4000,
        10,
        n_informative=5,
        weights=[majority],
        flip_y=0,
        class_sep=1.2,
        random_state=seed,
    )
    given = y[:2000].copy()
    wrong = np.random.default_rng(seed).choice(2000, n_wrong, replace=False)
    given[wrong] = 1 - given[wrong]
    return X[:2000], y[:2000], given, X[2000:], y[2000:]


def drawn(n_samples=2000, n_classes=3):
    """Return probabilities and labels that were drawn from them."""
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.full(n_classes, 0.5), n_samples)
    return p, np.array([rng.choice(n_classes, p=row) for row in p])


def test_factors_are_found_and_divided_out():
    p, codes = drawn()
    shifted = p * [1, 5, 0.2]
    shifted /= shifted.sum(axis=1, keepdims=True)
    found = with_true_shares(shifted, codes)
    assert_allclose(found.sum(axis=1), 1)
    assert_allclose(found.mean(axis=0), np.bincount(codes) / 2000, atol=1e-3)
    assert_allclose(found, p, atol=0.05)  # drawn labels have frequencies of their own
    given = np.arange(2000), codes
    assert np.log(found[given]).sum() > np.log(shifted[given].clip(1e-9)).sum() + 100


def test_right_shares_are_left_alone():
    p, codes = drawn()
    assert with_true_shares(p, codes) is p
    p = np.full((200, 2), 0.5)
    assert with_true_shares(p, np.arange(200) % 2) is p


def test_shares_of_some_rows_correct_all():
    p, codes = drawn()
    shifted = p * [1, 5, 0.2]
    shifted /= shifted.sum(axis=1, keepdims=True)
    rows = np.arange(2000) % 2 == 0
    found = with_true_shares(shifted, codes, rows)
    assert_allclose(found[~rows], p[~rows], atol=0.06)
    assert_array_equal(found[rows], with_true_shares(shifted[rows], codes[rows]))


@pytest.mark.parametrize("majority", [0.95, 0.9, 0.8])
@pytest.mark.parametrize("detector", [TrueLabelPosterior, ConfidentLearning])
def test_balanced_weights_flag_what_is_wrong(detector, majority):
    X, true, given, X_test, y_test = uneven(majority)
    found = detector(LOGISTIC, random_state=0)
    clf = CleanLabelClassifier(LOGISTIC, found).fit(X, given)
    is_issue, wrong = clf.label_issues_["is_issue"], given != true
    assert is_issue.sum() < 180
    assert is_issue[wrong].sum() > 60
    plain = LOGISTIC.fit(X, given).predict(X_test)
    cleaned = balanced_accuracy_score(y_test, clf.predict(X_test))
    assert cleaned >= balanced_accuracy_score(y_test, plain) - 0.01


def test_a_balanced_forest_flags_what_is_wrong():
    X, true, given, _, _ = uneven(0.95)
    for detector in (TrueLabelPosterior(FOREST), InstanceHardness([FOREST])):
        detector.set_params(random_state=0, threshold="noise_rate").fit(X, given)
        assert detector.is_issue_.sum() < 150
        assert detector.is_issue_[given != true].sum() > 70
