"""Samples of no class: noise that labels them, and a score that tells them apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import chisquare
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor

from sknoisy import OpenSetNoise, SymmetricNoise
from sknoisy.detectors import CLNI, KDN, TrueLabelPosterior
from sknoisy.quality import class_membership, flag_issues, flag_no_class

Y = np.repeat(["ant", "bee", "cat", "dog", "elk"], [50, 3000, 200, 100, 3000])


@pytest.mark.parametrize("outside", [["bee", "elk"], np.array(["elk", "bee"])])
def test_what_is_outside_gets_the_labels_of_all_classes_alike(outside):
    noise = OpenSetNoise(outside, random_state=0)
    given = noise.fit_corrupt(Y)
    is_outside = np.isin(Y, ["bee", "elk"])
    assert_array_equal(noise.noise_mask_, is_outside)
    assert_array_equal(given[~is_outside], Y[~is_outside])
    assert noise.realized_rate_ == is_outside.mean()
    for label in ("bee", "elk"):
        names, counts = np.unique(given[label == Y], return_counts=True)
        assert_array_equal(names, ["ant", "cat", "dog"])
        assert chisquare(counts).pvalue > 1e-4


def test_exactly_as_many_of_each_class():
    given = OpenSetNoise(["elk"], exact=True, random_state=0).fit_corrupt(Y)
    counts = np.unique(given[Y == "elk"], return_counts=True)[1]
    assert_array_equal(counts, [750] * 4)


def test_its_matrix_is_what_it_draws_by():
    matrix = OpenSetNoise(["bee", "elk"]).fit(None, Y).transition_matrix_
    third = [1 / 3, 0, 1 / 3, 1 / 3, 0]
    inside = np.eye(5)
    expected = [inside[0], third, inside[2], inside[3], third]
    assert_allclose(matrix, expected)


def test_a_number_takes_the_last_classes():
    given = OpenSetNoise(2, random_state=0).fit_corrupt(Y)
    assert set(given) == {"ant", "bee", "cat"}


def test_closed_set_noise_comes_after_it():
    y = OpenSetNoise(["elk"], random_state=0).fit_corrupt(Y)
    both = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    assert "elk" not in both


@pytest.mark.parametrize(
    ("outside", "error", "said"),
    [
        (["eel"], ValueError, "names 'eel', .*did you mean 'elk'"),
        ("elk", TypeError, r"must be a list of labels, such as \['elk'\]"),
        (0, ValueError, "outside=0 .*1 or more"),
        (5, ValueError, "outside=5 leaves no class"),
        (1.5, TypeError, "outside=1.5 must be a list"),
        (sorted(set(Y)), ValueError, "leaves no class"),
    ],
)
def test_what_can_t_be_outside_is_refused(outside, error, said):
    with pytest.raises(error, match=said):
        OpenSetNoise(outside).fit(None, Y)


# --- the score ---


def test_membership_is_the_greatest_probability_on_a_scale_of_its_own():
    pred_probs = np.random.default_rng(0).dirichlet(np.ones(4), size=50)
    expected = [(max(row) - 1 / 4) / (1 - 1 / 4) for row in pred_probs.tolist()]
    assert_allclose(class_membership(pred_probs), expected)
    assert class_membership(pred_probs.astype(np.float32)).dtype == np.float32
    assert_array_equal(class_membership([[0.5, 0.5], [0.0, 1.0]]), [0.0, 1.0])


@pytest.mark.parametrize("wrong", [[[0.5, 0.6]], [[1.2, -0.2]], [[1.0], [1.0]]])
def test_what_is_no_probability_has_no_membership(wrong):
    with pytest.raises(ValueError, match="pred_probs"):
        class_membership(wrong)


@pytest.fixture(scope="module")
def digits():
    """Return digits, of which 6 to 9 are no class, some other labels wrong, and who."""
    X, digit = load_digits(return_X_y=True)
    y = OpenSetNoise([6, 7, 8, 9], random_state=5).fit_corrupt(digit)
    closed = SymmetricNoise(0.2, random_state=5)
    given = np.where(digit > 5, y, closed.fit_corrupt(np.where(digit > 5, 0, digit)))
    return X, given, digit > 5


def test_neighbors_and_forests_tell_who_is_of_no_class(digits):
    X, y, is_outside = digits
    neighbors = KDN(transformer="passthrough").fit(X, y).pred_probs_
    forest = RandomForestClassifier(min_samples_leaf=3, oob_score=True, random_state=5)
    forest = forest.fit(X, y).oob_decision_function_
    for pred_probs in (neighbors, forest):
        assert roc_auc_score(is_outside, -class_membership(pred_probs)) > 0.95
    # they lie as densely as others do
    factor = LocalOutlierFactor(20).fit(X).negative_outlier_factor_
    assert roc_auc_score(is_outside, -factor) < 0.7


def test_wrong_labels_of_known_classes_are_of_a_class(digits):
    X, y, is_outside = digits
    membership = class_membership(KDN(transformer="passthrough").fit(X, y).pred_probs_)
    flagged = flag_issues(membership)
    truth = load_digits(return_X_y=True)[1]
    wrong = ~is_outside & (y != truth)
    assert flagged[is_outside].mean() > 0.9
    assert flagged[wrong].mean() < 0.2


# --- a line through it ---


def test_the_line_is_half_of_what_is_usual_for_the_class_it_looks_like():
    rng = np.random.default_rng(0)
    pred_probs = rng.dirichlet(np.full(3, 0.4), size=80)
    membership = class_membership(pred_probs)
    flags = flag_no_class(pred_probs, share=0.6)
    for row, flag, score in zip(pred_probs, flags, membership, strict=True):
        alike = [
            m
            for p, m in zip(pred_probs, membership, strict=True)
            if p.argmax() == row.argmax()
        ]
        assert flag == (score < 0.6 * np.median(alike))
    assert 0 < flags.sum() < 40
    with pytest.raises(ValueError, match="share=1.0"):
        flag_no_class(pred_probs, share=1.0)


def test_who_is_of_no_class_is_told_beside_who_is_of_another():
    X, y = load_digits(return_X_y=True)
    X, y = X[:1200], y[:1200]
    given = OpenSetNoise([8, 9], random_state=0).fit_corrupt(y)
    outside = y >= 8
    inside = SymmetricNoise(0.15, random_state=0).fit_corrupt(y[~outside])
    given[~outside] = inside
    for detector in (KDN(), TrueLabelPosterior(random_state=0)):
        detector.fit(X, given)
        assert detector.no_class_.dtype == bool
        assert detector.no_class_[outside].mean() > 0.7
        assert detector.no_class_[~outside].mean() < 0.1
        wrong = (given != y) & ~outside
        assert detector.is_issue_[wrong].mean() > 0.8
        assert detector.no_class_[wrong].mean() < 0.15
    unlabeled = given.astype(object)
    unlabeled[:3] = None
    found = KDN(unlabeled=None).fit(X, unlabeled).no_class_
    assert found.shape == (1200,) and not found[:3].any()
    assert not hasattr(CLNI().fit(X, given), "no_class_")
