"""Nothing is said of labels where there is nothing to go by."""

from itertools import permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import softmax
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
)
from sklearn.linear_model import LogisticRegression

from sknoisy.cleaning import CleanLabelClassifier, LabelCleaner
from sknoisy.detectors import (
    KDN,
    ConfidentLearning,
    DetectorEnsemble,
    InstanceHardness,
    TrueLabelPosterior,
)
from sknoisy.detectors._reliability import Reliability, reliability_of
from sknoisy.noise import SymmetricNoise

DETECTORS = [
    ConfidentLearning(random_state=0),
    InstanceHardness([LogisticRegression()], random_state=0),
    TrueLabelPosterior(random_state=0),
]
GUESSING = "The judge is no better than guessing"
each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: str(one)[:4])


def nonsense(seed=0, n=300):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 5)), rng.integers(0, 3, n)


@each
@pytest.mark.parametrize("seed", [0, 1])
def test_random_labels_are_not_called_wrong(detector, seed):
    X, y = nonsense(seed)
    with pytest.warns(UserWarning, match=GUESSING) as told:
        detector.fit(X, y)
    assert len(told) == 1
    assert not detector.reliability_
    assert np.isnan(detector.noise_rate_)
    assert not detector.is_issue_.any()
    assert np.isfinite(detector.quality_).all()


def test_of_many_features_without_meaning_nothing_is_said():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1000, 5)), rng.integers(0, 2, 1000)
    with pytest.warns(UserWarning, match=GUESSING):
        assert np.isnan(TrueLabelPosterior(random_state=0).fit(X, y).noise_rate_)


def test_cleaners_drop_nothing_then():
    X, y = nonsense()
    with pytest.warns(UserWarning, match=GUESSING):
        clf = CleanLabelClassifier(random_state=0).fit(X, y)
    assert not clf.label_issues_["is_issue"].any()
    with pytest.warns(UserWarning, match=GUESSING):
        X_clean, _ = LabelCleaner(random_state=0).fit_resample(X, y)
    assert len(X_clean) == 300


def test_an_ensemble_goes_by_those_that_can_tell():
    X, y = nonsense()
    members = [ConfidentLearning(random_state=0), KDN()]
    with pytest.warns(UserWarning, match=GUESSING):
        detector = DetectorEnsemble(members, threshold="noise_rate").fit(X, y)
    assert detector.noise_rate_ == detector.detectors_[1].noise_rate_
    with pytest.warns(UserWarning, match=GUESSING):
        detector = DetectorEnsemble(members[:1], threshold="noise_rate").fit(X, y)
    assert np.isnan(detector.noise_rate_)
    assert not detector.is_issue_.any()


def test_what_was_asked_for_is_done_all_the_same():
    X, y = nonsense()
    detector = ConfidentLearning(threshold=20, random_state=0)
    with pytest.warns(UserWarning, match=GUESSING):
        assert detector.fit(X, y).is_issue_.sum() == 20


@pytest.mark.parametrize(
    "load", [load_breast_cancer, load_digits, load_iris, load_wine]
)
@pytest.mark.parametrize("rate", [0, 0.2])
def test_a_good_judge_is_relied_upon(load, rate):
    X, y = load(return_X_y=True)
    X, y = X[-400:], y[-400:]
    if rate:
        y = SymmetricNoise(rate, random_state=0).fit_corrupt(y)
    detector = TrueLabelPosterior(random_state=0).fit(X, y)
    assert detector.reliability_
    assert detector.reliability_.gain > 5 * detector.reliability_.error
    assert abs(detector.noise_rate_ - rate) < 0.08


def test_the_gain_is_that_over_a_label_drawn_by_frequencies():
    codes, p = np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.5, 0.5]])
    found = reliability_of(codes, p)
    shares, logs = np.array([2, 1]) / 3, np.log(p)
    lead = [logs[i, codes[i]] - shares @ logs[i] for i in range(3)]
    assert_allclose(found.gain, np.mean(lead))
    beyond = logs - logs.mean(axis=0)  # what frequencies tell is no merit
    variances = [shares @ b**2 - (shares @ b) ** 2 for b in beyond]
    assert_allclose(found.error, np.sqrt(np.sum(variances)) / 3)


def test_the_error_is_that_over_all_orders_of_the_labels():
    p = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.95, 0.05], [0.7, 0.3]])
    codes = np.array([0, 0, 1, 0, 0])
    gains = [reliability_of(codes[list(o)], p).gain for o in permutations(range(5))]
    error = reliability_of(codes, p).error
    assert_allclose(error, np.std(gains) * np.sqrt(4 / 5))


def test_a_judge_of_groups_that_share_mistakes_is_heard():
    """A rare class, groups of four unlike rows: large leaves would drown it."""
    X, true = make_classification(
        1000,
        8,
        n_informative=6,
        n_classes=3,
        n_clusters_per_class=1,
        weights=[0.06, 0.84],
        class_sep=3,
        flip_y=0,
        random_state=0,
    )
    order = np.lexsort((np.random.default_rng(0).random(1000), true))
    X, true, groups = X[order], true[order], np.arange(1000) // 4
    of_groups = SymmetricNoise(0.1, random_state=0).fit_corrupt(true[::4])
    wrong = of_groups != true[::4]
    y = np.where(wrong[groups], of_groups[groups], true)
    detector = TrueLabelPosterior(random_state=0).fit(X, y, groups=groups)
    assert detector.reliability_
    assert detector.is_issue_[y != true].mean() > 0.85
    assert detector.is_issue_[y == true].mean() < 0.03


def test_the_error_is_right_for_a_judge_that_guesses():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 200)
    labels = rng.choice(3, size=(500, 200), p=[0.6, 0.3, 0.1])
    found = [reliability_of(codes, p) for codes in labels]
    gains = np.array([one.gain for one in found])
    error = np.mean([one.error for one in found])
    assert_allclose(gains.std(), error, rtol=0.1)
    assert np.mean([one.is_better_than_guessing for one in found]) < 0.05


def test_groups_count_once():
    rng = np.random.default_rng(0)
    codes, p = rng.integers(0, 2, 60), rng.dirichlet(np.ones(2), 60)
    once = reliability_of(codes, p, np.arange(60))
    twice = reliability_of(np.tile(codes, 2), np.tile(p, (2, 1)), np.tile(range(60), 2))
    assert_allclose([twice.gain, twice.error], [once.gain, once.error])


def test_the_matrix_has_a_say():
    codes, p = np.arange(40) % 2, np.eye(2)[np.arange(40) % 2] * 0.8 + 0.1
    swapped = np.array([[0.4, 0.6], [0.1, 0.9]])
    found = reliability_of(codes, p, transition=swapped, step=swapped + 0.1)
    assert found.reasons == (
        "its estimate of the noise doesn't settle",
        "a class gets another label more often than its own",
    )
    assert reliability_of(codes, p, transition=np.eye(2), step=np.eye(2))
    assert Reliability(1, 0.1, 19).reasons == ("there are fewer than 20 labels",)


def test_a_judge_must_name_most_of_what_seems_right():
    codes, p = np.arange(40) % 2, np.eye(2)[np.arange(40) % 2] * 0.8 + 0.1
    assert reliability_of(codes, p, separation=0.8)
    (reason,) = reliability_of(codes, p, separation=0.6).reasons
    assert reason == "the judge can't tell the classes apart well enough"


def test_classes_that_overlap_everywhere_are_left_alone():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    p = softmax(X @ np.array([[1.5, 0.0, -1.5], [0.0, 1.5, 0.0]]), axis=1)
    y = (p.cumsum(axis=1) < rng.random((400, 1))).sum(axis=1)
    with pytest.warns(UserWarning, match="tell the classes apart"):
        detector = TrueLabelPosterior(random_state=0).fit(X, y)
    assert detector.reliability_.is_better_than_guessing
    assert not detector.is_issue_.any()


@pytest.mark.parametrize(("share", "is_clear"), [(0.04, True), (0.06, False)])
def test_a_class_in_twenty_may_be_another_one(share, is_clear):
    rare = round(1000 * share)
    codes = np.repeat(np.arange(4), [1000 - 600 - rare, 300, 300, rare])
    transition = np.full((4, 4), 0.1) + 0.6 * np.eye(4)
    transition[3] = [0.6, 0.0, 0.0, 0.4]
    p = np.full((1000, 4), 0.1) + 0.6 * np.eye(4)[codes]
    found = reliability_of(codes, p, transition=transition)
    assert found.is_identifiable == is_clear
    assert bool(found) == is_clear


def test_of_many_small_classes_one_that_may_be_another_stops_no_others():
    """Letters under pair noise: one class of 26 silenced all others."""
    n_classes, n_each = 22, 40
    rng = np.random.default_rng(0)
    true = np.repeat(np.arange(n_classes), n_each)
    X = 6 * rng.normal(size=(n_classes, 8))[true] + rng.normal(size=(len(true), 8))
    y = np.where(rng.random(len(true)) < 0.2, (true + 1) % n_classes, true)
    y[:24] = 1  # most of class 0 is called 1
    detector = TrueLabelPosterior(random_state=0).fit(X, y)
    T = detector.transition_matrix_
    assert T[0].argmax() == 1
    assert detector.reliability_
    flagged, others = detector.is_issue_, np.isin(y, [0, 1]) | np.isin(true, [0, 1])
    assert flagged[(y != true) & ~others].mean() > 0.9
    assert not flagged[np.isin(y, [0])].any()
