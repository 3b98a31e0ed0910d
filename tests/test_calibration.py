"""Probabilities of true labels from any classifier, and decisions made from them."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import approx_fprime
from scipy.special import softmax
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold, RepeatedStratifiedKFold, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from test_frames_in import pets

from sknoisy import KDN, PairFlipNoise, SymmetricNoise, TrueLabelPosterior
from sknoisy.calibration import TrueLabelCalibratedClassifier, bayes_decisions
from sknoisy.calibration._maps import (
    _dirichlet_loss,
    fit_dirichlet,
    fit_temperature,
    logs_of,
    mapped,
)

RNG = np.random.default_rng(0)
LOGS = logs_of(RNG.dirichlet([1, 1, 1], size=300))
EVEN = np.full(300, 1 / 300)
X, Y = load_iris(return_X_y=True)
Y_NOISY = PairFlipNoise(0.3, random_state=0).fit_corrupt(Y)


class Believes(BaseEstimator):
    """A detector that takes every label for right."""

    def __init__(self, reliable=True):
        self.reliable = reliable

    def fit(self, X, y, groups=None, sample_weight=None):
        classes, codes = np.unique(y, return_inverse=True)
        self.posterior_ = np.eye(len(classes))[codes]
        if not self.reliable:
            self.posterior_ = self.posterior_[:, ::-1]
            self.reliability_ = False
        return self


class Foretells(ClassifierMixin, BaseEstimator):
    """A classifier of fixed probabilities, which X holds."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.asarray(X)


# --- maps ---


def test_zeros_are_raised_to_a_hundredth_of_an_even_share():
    found = np.exp(logs_of([[1.0, 0.0], [0.6, 0.4], [2.0, 2.0]]))
    assert_allclose(found, [[1 / 1.005, 0.005 / 1.005], [0.6, 0.4], [0.5, 0.5]])


def test_mapped_rows_sum_to_one_in_float64():
    found = mapped(logs_of(np.eye(3, dtype=np.float32)), 50 * np.eye(3), np.zeros(3))
    assert found.dtype == np.float64
    assert np.abs(found.sum(axis=1) - 1).max() < 1e-15


def test_the_temperature_of_targets_is_found():
    targets = softmax(1.7 * LOGS, axis=1)
    coef, intercept = fit_temperature(LOGS, targets, EVEN)
    assert_allclose(coef, 1.7 * np.eye(3), atol=1e-4)
    assert_array_equal(intercept, 0)


def test_the_map_of_targets_is_found_and_a_penalty_leads_back_to_temperature():
    coef = np.array([[1.2, 0.3, 0.0], [0.0, 0.9, -0.4], [0.2, 0.0, 1.5]])
    targets = mapped(LOGS, coef, np.array([0.5, -0.3, 0.0]))
    found = fit_dirichlet(LOGS, targets, EVEN, penalty=0.0)
    assert_allclose(mapped(LOGS, *found), targets, atol=2e-3)
    held, _ = fit_dirichlet(LOGS, targets, EVEN, penalty=1e4)
    scaled, _ = fit_temperature(LOGS, targets, EVEN)
    assert_allclose(held, scaled, atol=1e-3)


@pytest.mark.parametrize("scale", [1e-3, 50.0])
def test_scores_may_be_of_any_scale(scale):
    targets = RNG.dirichlet([1, 2, 3], size=300)
    expected = mapped(LOGS, *fit_dirichlet(LOGS, targets, EVEN))
    found = mapped(scale * LOGS, *fit_dirichlet(scale * LOGS, targets, EVEN))
    assert_allclose(found, expected, atol=1e-4)


def test_the_gradient_of_the_map_is_that_of_its_loss():
    targets = RNG.dirichlet([1, 1, 1], size=300)
    weight = RNG.dirichlet(np.ones(300))
    both = RNG.normal(size=(3, 4))
    known = (LOGS, targets, weight, 0.1)
    value, slope = _dirichlet_loss(both, *known)
    probabilities = mapped(LOGS, both[:, :3], both[:, 3])
    apart = both - np.column_stack([np.diag(both).mean() * np.eye(3), np.zeros(3)])
    expected = -(weight[:, None] * targets * np.log(probabilities)).sum()
    assert value == pytest.approx(expected + 0.1 * (apart**2).sum())
    numeric = approx_fprime(
        both.ravel(), lambda w: _dirichlet_loss(w.reshape(3, 4), *known)[0]
    )
    assert_allclose(slope, numeric, atol=1e-5)


def test_a_weight_of_two_is_twice_in_the_map():
    targets = RNG.dirichlet([1, 1, 1], size=300)
    twice = np.arange(300) % 3 == 0
    weight = np.where(twice, 2.0, 1.0)
    found = fit_dirichlet(LOGS, targets, weight / weight.sum())
    rows = np.repeat(np.arange(300), weight.astype(int))
    even = np.full(len(rows), 1 / len(rows))
    expected = fit_dirichlet(LOGS[rows], targets[rows], even)
    assert_allclose(np.column_stack(found), np.column_stack(expected), atol=1e-3)


# --- the classifier ---


def test_of_right_labels_temperature_is_that_of_scikit_learn():
    train, rest = np.arange(0, 150, 3), np.setdiff1d(np.arange(150), range(0, 150, 3))
    shallow = LogisticRegression(C=0.01).fit(X[train], Y[train])  # nothing is floored
    theirs = CalibratedClassifierCV(FrozenEstimator(shallow), method="temperature")
    ours = TrueLabelCalibratedClassifier(
        FrozenEstimator(shallow), Believes(), "temperature"
    )
    expected = theirs.fit(X[rest], Y[rest]).predict_proba(X)
    assert_allclose(ours.fit(X[rest], Y[rest]).predict_proba(X), expected, atol=1e-3)


def test_a_frozen_classifier_stays_and_sees_each_row_once():
    names = np.array(["a", "b", "c"])
    frozen = FrozenEstimator(GaussianNB().fit(X, names[Y]))
    clf = TrueLabelCalibratedClassifier(frozen, Believes()).fit(X[:100], names[Y[:100]])
    assert clf.estimator_ is frozen
    assert_array_equal(clf.classes_, names)  # though no "c" was among the labels
    assert clf.predict_proba(X).shape == (150, 3)
    with pytest.raises(ValueError, match=r"y holds \['d'\], which the frozen .*'a', "):
        clf.fit(X, np.array(["a", "b", "d"])[Y])


@pytest.mark.parametrize("method", ["dirichlet", "temperature"])
@pytest.mark.parametrize(
    "classifier",
    [
        GaussianNB(),
        DecisionTreeClassifier(min_samples_leaf=10, random_state=0),
        make_pipeline(StandardScaler(), LinearSVC()),
        SVC(),
        LogisticRegression(max_iter=500, class_weight={"a": 1, "b": 2, "c": 1}),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, BaseEstimator) else one,
)
def test_any_classifier_gives_probabilities_of_true_labels(classifier, method):
    names = np.array(["a", "b", "c"])
    clf = TrueLabelCalibratedClassifier(
        classifier,
        TrueLabelPosterior(GaussianNB(), random_state=0),
        method,
        random_state=0,
    )
    probs = clf.fit(X, names[Y_NOISY]).predict_proba(X)
    assert probs.dtype == np.float64
    assert np.abs(probs.sum(axis=1) - 1).max() < 1e-12
    assert_array_equal(clf.predict(X), clf.classes_[probs.argmax(axis=1)])
    theirs = CalibratedClassifierCV(classifier, cv=3).fit(X, names[Y_NOISY])
    if method == "dirichlet":
        assert log_loss(Y, probs) < log_loss(Y, theirs.predict_proba(X)) - 0.1


def test_two_classes_and_scores_are_calibrated_too():
    given = SymmetricNoise(0.3, random_state=0).fit_corrupt(Y[:100])
    detector = TrueLabelPosterior(GaussianNB(), random_state=0)
    clf = TrueLabelCalibratedClassifier(LinearSVC(), detector, random_state=0)
    assert log_loss(Y[:100], clf.fit(X[:100], given).predict_proba(X[:100])) < 0.2


def test_the_map_may_change_what_is_predicted_and_one_number_does_not():
    # of pair noise above one half, as the detector knows, and the classifier doesn't
    said = RNG.dirichlet([1, 1, 1], size=300)
    given = said.argmax(axis=1)

    class Turns(Believes):
        def fit(self, X, y):
            self.posterior_ = np.eye(3)[(np.asarray(y) + 1) % 3]
            return self

    turned = TrueLabelCalibratedClassifier(Foretells(), Turns()).fit(said, given)
    assert (turned.predict(said) == (given + 1) % 3).mean() > 0.95
    same = TrueLabelCalibratedClassifier(Foretells(), Turns(), "temperature")
    assert_array_equal(same.fit(said, given).predict(said), given)


def test_probabilities_of_zero_and_in_float32_are_no_harm():
    sure = np.eye(3, dtype=np.float32)[Y_NOISY]
    clf = TrueLabelCalibratedClassifier(Foretells(), Believes()).fit(sure, Y)
    probs = clf.predict_proba(sure)
    assert (probs > 0).all() and np.abs(probs.sum(axis=1) - 1).max() < 1e-12


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match=r"Row 0 of Foretells.predict_proba\(X\) hol"):
        TrueLabelCalibratedClassifier(Foretells(), Believes()).fit(-X[:, :3], Y)


def test_a_detector_must_have_probabilities():
    with pytest.raises(TypeError, match=r"detector=KDN\(\) has no posterior_.*TrueLab"):
        TrueLabelCalibratedClassifier(GaussianNB(), KDN()).fit(X, Y_NOISY)


def test_a_classifier_must_say_more_than_labels():
    class Silent(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            raise AssertionError("too late")

    with pytest.raises(TypeError, match="estimator=Silent.* has neither predict_proba"):
        TrueLabelCalibratedClassifier(Silent(), Believes()).fit(X, Y)


def test_what_is_unreliable_is_calibrated_to_given_labels():
    sure, unsure = (
        TrueLabelCalibratedClassifier(GaussianNB(), Believes(one), random_state=0)
        for one in (True, False)
    )
    assert_array_equal(sure.fit(X, Y).coef_, unsure.fit(X, Y).coef_)


def test_samples_that_are_not_judged_count_with_their_given_label():
    class Doubts(Believes):
        def fit(self, X, y):
            super().fit(X, y).posterior_[::2] = np.nan
            return self

    doubting = TrueLabelCalibratedClassifier(GaussianNB(), Doubts(), random_state=0)
    believing = TrueLabelCalibratedClassifier(GaussianNB(), Believes(), random_state=0)
    assert_array_equal(doubting.fit(X, Y).coef_, believing.fit(X, Y).coef_)


def test_samples_without_a_label_are_left_out():
    marked = np.where(np.arange(150) % 5 == 0, -1, Y_NOISY)
    detector = TrueLabelPosterior(GaussianNB(), random_state=0)
    clf = TrueLabelCalibratedClassifier(
        GaussianNB(), detector, unlabeled=-1, random_state=0
    ).fit(X, marked)
    without = TrueLabelCalibratedClassifier(GaussianNB(), detector, random_state=0)
    without.fit(X[marked >= 0], marked[marked >= 0])
    assert_array_equal(clf.predict_proba(X), without.predict_proba(X))
    assert_array_equal(np.isnan(clf.detector_.quality_), marked == -1)


def test_a_class_that_weighs_nothing_has_no_probability():
    clf = TrueLabelCalibratedClassifier(GaussianNB(), Believes(), random_state=0)
    probs = clf.fit(X, Y, sample_weight=1.0 * (Y != 1)).predict_proba(X)
    assert (probs[:, 1] == 0).all()
    assert_allclose(probs.sum(axis=1), 1)


class Recalls(KNeighborsClassifier):
    """Knows by heart what it has seen, and says so."""

    def __init__(self):
        super().__init__(n_neighbors=1)


@pytest.mark.parametrize("told", [True, False])
def test_who_belongs_together_is_in_one_fold(told):
    rows = np.tile(RNG.normal(size=(60, 3)), (3, 1))
    given = np.tile(RNG.integers(2, size=60), 3)  # of which X tells nothing
    groups = None
    if told:  # rows are alike, but not the same
        rows, groups = rows + 1e-6 * RNG.normal(size=rows.shape), np.tile(range(60), 3)
    clf = TrueLabelCalibratedClassifier(Recalls(), Believes(), random_state=0)
    clf.fit(rows, given, groups=groups)
    assert clf.predict_proba(rows).max() < 0.8
    with pytest.raises(ValueError, match="cv divides groups"):
        clf.set_params(cv=KFold(3)).fit(rows, given, groups=np.tile(range(60), 3))


def test_folds_may_repeat_run_at_a_time_and_be_listed():
    repeated = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)
    listed = list(repeated.split(X, Y))
    make = {"estimator": GaussianNB(), "detector": Believes()}
    with parallel_config(backend="threading"):
        first = TrueLabelCalibratedClassifier(**make, cv=repeated, n_jobs=2).fit(X, Y)
    clf = TrueLabelCalibratedClassifier(**make, cv=listed).fit(X, Y)
    assert_array_equal(first.coef_, clf.coef_)
    with pytest.raises(ValueError, match="cv lists folds by the places of samples"):
        clf.fit(X, Y, sample_weight=1.0 * (np.arange(150) > 0))


def test_metadata_is_routed():
    weight = RNG.integers(3, size=150).astype(float)
    make = {"detector": TrueLabelPosterior(GaussianNB(), random_state=0)}
    plain = TrueLabelCalibratedClassifier(GaussianNB(), **make, random_state=0)
    plain.fit(X, Y_NOISY, sample_weight=weight)
    with config_context(enable_metadata_routing=True):
        asking = TrueLabelPosterior(GaussianNB(), random_state=0)
        asking.set_fit_request(sample_weight=True, groups=False)
        routed = TrueLabelCalibratedClassifier(
            GaussianNB().set_fit_request(sample_weight=True), asking, random_state=0
        ).fit(X, Y_NOISY, sample_weight=weight)
    assert_array_equal(routed.predict_proba(X), plain.predict_proba(X))


@pytest.mark.slow
def test_the_default_takes_frames_of_anything():
    frame, given, _ = pets()
    clf = TrueLabelCalibratedClassifier(random_state=0).fit(frame, given)
    test, _, y_test = pets(1)
    assert log_loss(y_test, clf.predict_proba(test)) < 0.15
    assert clf.score(test, y_test) > 0.97
    assert_array_equal(clf.feature_names_in_, list(frame))


def test_log_loss_on_true_labels_is_half_of_scikit_learns():
    means = 3 * np.random.default_rng(1).normal(size=(4, 6))
    rng = np.random.default_rng(0)
    true = rng.integers(4, size=800)
    rows = means[true] + rng.normal(size=(800, 6))
    train, test = train_test_split(np.arange(800), random_state=0)
    given = PairFlipNoise(0.35, random_state=0).fit_corrupt(true[train])
    detector = TrueLabelPosterior(GaussianNB(), random_state=0)
    losses = [
        log_loss(true[test], clf.fit(rows[train], given).predict_proba(rows[test]))
        for clf in (
            CalibratedClassifierCV(GaussianNB()),
            TrueLabelCalibratedClassifier(GaussianNB(), detector, random_state=0),
        )
    ]
    assert losses[1] < losses[0] / 2


# --- decisions ---


def test_decisions_minimize_the_expected_cost():
    probs, costs = RNG.dirichlet([1, 1, 1], size=50), RNG.normal(size=(3, 4))
    for row, decided in zip(probs, bayes_decisions(probs, costs), strict=True):
        expected = [sum(row[i] * costs[i, j] for i in range(3)) for j in range(4)]
        assert decided == np.argmin(expected)


def test_equal_costs_decide_for_the_likeliest_and_chow_abstains_below():
    probs = RNG.dirichlet([1, 1, 1], size=200)
    assert_array_equal(bayes_decisions(probs), probs.argmax(axis=1))
    found = bayes_decisions(probs, abstention_cost=0.3)
    sure = probs.max(axis=1) >= 0.7
    assert_array_equal(found, np.where(sure, probs.argmax(axis=1), -1))
    assert 0 < sure.sum() < 200


def test_worked_decisions():
    # wrong alarms cost 1, misses 9: alarm from a probability of 1 / (1 + 9) on
    costs = [[0, 1], [9, 0]]
    probs = [[0.92, 0.08], [0.88, 0.12]]
    assert_array_equal(bayes_decisions(probs, costs), [0, 1])
    # expected: .72 and .92, 1.08 and .88
    found = bayes_decisions(probs, costs, abstention_cost=0.8)
    assert_array_equal(found, [0, -1])
    assert_array_equal(bayes_decisions([[0.5, 0.5]], abstention_cost=0.5), [0])
    frame = pd.DataFrame(costs, columns=["leave", "alarm"])
    assert_array_equal(bayes_decisions(probs, frame), [0, 1])


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ([1, 2], r"costs has shape \(2,\), but pred_probs has 2 columns"),
        (np.zeros((3, 2)), r"shape \(3, 2\).*expected \(2, n_decisions\)"),
        ([[0, np.inf], [1, 0]], "costs=.*finite"),
        ([["a", "b"], ["c", "d"]], "costs=.*finite"),
    ],
)
def test_costs_that_are_none_are_refused(costs, message):
    with pytest.raises(ValueError, match=message):
        bayes_decisions([[0.5, 0.5]], costs)


def test_a_cost_of_abstaining_must_be_finite():
    with pytest.raises(ValueError, match="abstention_cost"):
        bayes_decisions([[0.5, 0.5]], abstention_cost=np.nan)
