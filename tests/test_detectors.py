"""What holds for every detector: a new one joins by joining the dict."""

import pickle

import numpy as np
import pandas as pd
import pytest
from helpers import numpy_left_alone
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.validation import check_is_fitted

from sknoisy import detectors
from sknoisy.detectors import (
    CLNI,
    KDN,
    ConfidentLearning,
    DetectorEnsemble,
    ForestKDN,
    InstanceHardness,
    IterativePartitioningFilter,
    NeighborConsensus,
)
from sknoisy.detectors._base import BaseDetector
from sknoisy.detectors._evidence import Evidence

WORDS = np.array(["ape", "bee", "cow"])
# name -> () -> a detector that is quick; all draws are seeded
DETECTORS = {
    "CLNI": lambda: CLNI(n_neighbors=10),
    "ConfidentLearning": lambda: ConfidentLearning(
        RandomForestClassifier(20, min_samples_leaf=3, random_state=0), cv="oob"
    ),
    "ConfidentLearning(GaussianNB)": lambda: ConfidentLearning(
        GaussianNB(), cv=3, random_state=0
    ),
    "DetectorEnsemble": lambda: DetectorEnsemble([KDN(10), CLNI(10)]),
    "ForestKDN": lambda: ForestKDN(10, n_estimators=20, random_state=0),
    "InstanceHardness": lambda: InstanceHardness(
        [GaussianNB(), LogisticRegression()], cv=3, random_state=0
    ),
    "IterativePartitioningFilter": lambda: IterativePartitioningFilter(random_state=0),
    "KDN": lambda: KDN(n_neighbors=10),
    "NeighborConsensus": lambda: NeighborConsensus(n_neighbors=10),
    "NeighborConsensus(rank)": lambda: NeighborConsensus(n_neighbors=10, rule="rank"),
}
# what comes out doesn't depend on the order of samples, nor on draws
WITHOUT_CHANCE = {"CLNI", "DetectorEnsemble", "KDN", "NeighborConsensus"}
# detectors that train networks have tests of their own
TESTED_ELSEWHERE = {
    "AreaUnderMargin",
    "ForgettingEvents",
    "LossMixture",
    "SampleDifficulty",
    "SmallLoss",
    "TrueLabelPosterior",
}
every_detector = pytest.mark.parametrize("name", sorted(DETECTORS))


@pytest.fixture(scope="module")
def spoilt():
    """Three classes that lie apart, and which of their labels were changed."""
    rng = np.random.default_rng(0)
    true = np.repeat([0, 1, 2], 40)
    X = rng.normal(size=(120, 4)) + 4 * np.eye(4)[true]
    wrong = rng.choice(120, 18, replace=False)
    given = true.copy()
    given[wrong] = (true[wrong] + rng.integers(1, 3, size=18)) % 3
    return X, given, true


def found_by(detector):
    return {
        "quality": detector.quality_,
        "is_issue": detector.is_issue_,
        "suggested": detector.suggested_labels_,
        "rate": detector.noise_rate_,
        "transition": detector.transition_matrix_,
    }


def assert_same(first, second):
    for name, value in found_by(first).items():
        assert_array_equal(value, found_by(second)[name], err_msg=name)


@every_detector
class TestEveryDetector:
    def test_it_finds_labels_that_were_changed(self, name, spoilt):
        X, given, true = spoilt
        detector = DETECTORS[name]().fit(X, given)
        wrong = given != true
        assert detector.quality_[wrong].mean() < detector.quality_[~wrong].mean() - 0.3
        assert (detector.is_issue_ == wrong).mean() > 0.9
        assert (detector.suggested_labels_ == true).mean() > 0.9
        assert abs(detector.noise_rate_ - 0.15) < 0.05
        assert_allclose(detector.transition_matrix_.diagonal(), 0.85, atol=0.1)

    def test_what_it_finds_has_the_promised_shapes(self, name, spoilt):
        X, given, _ = spoilt
        detector = DETECTORS[name]().fit(X, given)
        assert_array_equal(detector.classes_, [0, 1, 2])
        assert detector.n_features_in_ == 4
        assert detector.quality_.shape == (120,)
        assert detector.quality_.dtype == np.float64
        assert 0 <= detector.quality_.min() <= detector.quality_.max() <= 1
        assert detector.is_issue_.shape == (120,)
        assert detector.is_issue_.dtype == bool
        assert detector.suggested_labels_.shape == (120,)
        assert isinstance(detector.noise_rate_, float)
        assert 0 <= detector.noise_rate_ <= 1
        assert detector.transition_matrix_.shape == (3, 3)
        assert_allclose(detector.transition_matrix_.sum(axis=1), 1)

    @pytest.mark.parametrize(
        "names",
        [WORDS, WORDS.astype(object), np.array([-7, 4, 90]), np.array([0.0, 1.0, 9.0])],
        ids=["str", "object", "gaps", "float"],
    )
    def test_labels_of_any_kind_give_the_same(self, name, names, spoilt):
        X, given, _ = spoilt
        codes = DETECTORS[name]().fit(X, given)
        words = DETECTORS[name]().fit(X, names[given])
        assert_array_equal(words.classes_, names)
        assert_array_equal(words.quality_, codes.quality_)
        assert_array_equal(words.is_issue_, codes.is_issue_)
        assert_array_equal(words.suggested_labels_, names[codes.suggested_labels_])
        assert words.suggested_labels_.dtype == names.dtype

    def test_two_classes_may_be_false_and_true(self, name, spoilt):
        X, given, true = spoilt
        X, given, true = X[true < 2], given[true < 2] == 1, true[true < 2] == 1
        detector = DETECTORS[name]().fit(X, given)
        assert detector.suggested_labels_.dtype == bool
        assert (detector.suggested_labels_ == true).mean() > 0.9

    def test_data_frames_and_series_are_taken(self, name, spoilt):
        X, given, _ = spoilt
        index = np.arange(120)[::-1]
        table = pd.DataFrame(X, columns=list("abcd"), index=index)
        detector = DETECTORS[name]().fit(table, pd.Series(given, index=index))
        assert_array_equal(detector.feature_names_in_, list("abcd"))
        # a table lies in memory by columns: sums may differ in their last digit
        plain = DETECTORS[name]().fit(X, given)
        assert_allclose(detector.quality_, plain.quality_)
        assert_array_equal(detector.is_issue_, plain.is_issue_)

    def test_equal_seeds_give_equal_findings(self, name, spoilt):
        X, given, _ = spoilt
        detector = DETECTORS[name]().fit(X, given)
        assert_same(detector, clone(detector).fit(X, given))
        assert_same(detector, pickle.loads(pickle.dumps(detector)))
        assert_same(detector, detector.fit(X, given))

    def test_numpys_global_generator_is_left_alone(self, name, spoilt):
        X, given, _ = spoilt
        detector = DETECTORS[name]()
        if "random_state" in detector.get_params():
            detector.set_params(random_state=None)
        with numpy_left_alone():
            detector.fit(X, given)

    def test_jobs_change_nothing(self, name, spoilt):
        X, given, _ = spoilt
        detector = DETECTORS[name]()
        if "n_jobs" not in detector.get_params():
            pytest.skip("it has no jobs to share out")
        one = clone(detector).fit(X, given)
        with_threads = clone(detector).set_params(n_jobs=2)
        with parallel_config("threading"):
            assert_same(one, with_threads.fit(X, given))

    def test_its_input_stays_as_it_is(self, name, spoilt):
        X, given, _ = spoilt
        X_before, given_before = X.copy(), given.copy()
        DETECTORS[name]().fit(X, given)
        assert_array_equal(X, X_before)
        assert_array_equal(given, given_before)

    def test_a_budget_is_hit_exactly_and_takes_the_lowest(self, name, spoilt):
        X, given, _ = spoilt
        for threshold, count in [(0, 0), (120, 120), (0.2875, 34)]:
            detector = DETECTORS[name]().set_params(threshold=threshold).fit(X, given)
            assert detector.is_issue_.sum() == count
            flagged = np.argsort(detector.quality_, kind="stable")[:count]
            assert_array_equal(np.flatnonzero(detector.is_issue_), np.sort(flagged))

    def test_the_noise_rate_is_a_budget(self, name, spoilt):
        X, given, _ = spoilt
        detector = DETECTORS[name]().set_params(threshold="noise_rate").fit(X, given)
        assert detector.is_issue_.sum() == round(detector.noise_rate_ * 120)

    def test_the_mixture_flags_a_lower_group(self, name, spoilt):
        X, given, true = spoilt
        detector = DETECTORS[name]().set_params(threshold="mixture").fit(X, given)
        flagged, kept = detector.is_issue_, ~detector.is_issue_
        assert detector.quality_[flagged].max() < detector.quality_[kept].min()
        assert (flagged == (given != true)).mean() > 0.85

    def test_a_threshold_changes_nothing_but_the_flags(self, name, spoilt):
        X, given, _ = spoilt
        auto = found_by(DETECTORS[name]().fit(X, given))
        few = found_by(DETECTORS[name]().set_params(threshold=3).fit(X, given))
        for what in ("quality", "suggested", "rate", "transition"):
            assert_array_equal(few[what], auto[what], err_msg=what)

    @pytest.mark.parametrize(
        ("threshold", "message"),
        [
            ("noise-rate", "threshold='noise-rate'.* did you mean 'noise_rate'"),
            (1.5, "threshold=1.5 is neither a rule nor a budget"),
            (121, "their number as an int from 0 to 120"),
            (True, "threshold=True is neither"),
            (None, "threshold=None is neither"),
        ],
    )
    def test_a_strange_threshold_is_refused(self, name, threshold, message, spoilt):
        X, given, _ = spoilt
        with pytest.raises(ValueError, match=message):
            DETECTORS[name]().set_params(threshold=threshold).fit(X, given)

    def test_one_class_only_is_an_error_that_says_so(self, name, spoilt):
        with pytest.raises(ValueError, match=r"y holds only one class, \[3\]"):
            DETECTORS[name]().fit(spoilt[0], np.full(120, 3))

    def test_missing_labels_and_other_lengths_are_refused(self, name, spoilt):
        X, given, _ = spoilt
        with pytest.raises(ValueError, match="y contains 1 missing labels"):
            DETECTORS[name]().fit(X, np.where(np.arange(120) == 5, np.nan, given))
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            DETECTORS[name]().fit(X, given[:-1])
        with pytest.raises(ValueError, match="requires y to be passed"):
            DETECTORS[name]().fit(X, None)

    def test_a_class_with_one_sample_is_left_alone(self, name, spoilt):
        X, given, _ = spoilt
        others, given = np.arange(120) != 4, given.copy()
        given[4] = 9
        with pytest.warns(UserWarning, match="1 label of classes that are too small"):
            detector = DETECTORS[name]().fit(X, given)
        assert_array_equal(detector.classes_, [0, 1, 2, 9])
        assert_array_equal(detector.unjudged_classes_, [9])
        assert np.isnan(detector.quality_[4])
        assert not detector.is_issue_[4]
        assert detector.suggested_labels_[4] == 9
        without = DETECTORS[name]().fit(X[others], given[others])
        assert_array_equal(without.unjudged_classes_, [])
        assert_array_equal(detector.quality_[others], without.quality_)
        assert_array_equal(detector.is_issue_[others], without.is_issue_)
        assert detector.noise_rate_ == without.noise_rate_
        transition = np.eye(4)
        transition[:3, :3] = without.transition_matrix_
        assert_array_equal(detector.transition_matrix_, transition)

    @pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
    def test_a_handful_of_samples_gets_an_answer(self, name):
        X = np.array([[0.0, 1], [0.1, 1], [0.2, 1], [5, 0], [5.1, 0], [5.2, 0.1]])
        detector = DETECTORS[name]().fit(X, [0, 0, 0, 1, 1, 1])
        assert np.isfinite(detector.quality_).all()

    def test_it_is_not_fitted_before_fit(self, name):
        with pytest.raises(NotFittedError):
            check_is_fitted(DETECTORS[name]())


@pytest.mark.parametrize("name", sorted(WITHOUT_CHANCE))
def test_the_order_of_samples_changes_nothing(name, spoilt):
    X, given, _ = spoilt
    order = np.random.default_rng(1).permutation(120)
    straight = DETECTORS[name]().fit(X, given)
    shuffled = DETECTORS[name]().fit(X[order], given[order])
    assert_allclose(shuffled.quality_, straight.quality_[order], atol=1e-12)
    assert_array_equal(shuffled.is_issue_, straight.is_issue_[order])
    assert_allclose(shuffled.noise_rate_, straight.noise_rate_)
    assert_allclose(shuffled.transition_matrix_, straight.transition_matrix_)


@pytest.mark.parametrize(
    "name", ["CLNI", "ConfidentLearning", "ForestKDN", "KDN", "NeighborConsensus"]
)
def test_sparse_features_are_taken(name, spoilt):
    _, given, true = spoilt
    rng = np.random.default_rng(1)
    X = rng.random((120, 12)) * rng.integers(2, size=(120, 12)) + 3 * np.eye(12)[true]
    dense = DETECTORS[name]()
    if "transformer" in dense.get_params():
        dense.set_params(transformer="passthrough")
    sparse = clone(dense).fit(csr_array(X), given)
    assert_allclose(sparse.quality_, dense.fit(X, given).quality_, atol=1e-6)


def test_every_detector_of_the_room_is_in_the_registry():
    offered = {
        name
        for name in detectors.__all__
        if issubclass(getattr(detectors, name), BaseEstimator)
    }
    assert {name.split("(")[0] for name in DETECTORS} >= offered - TESTED_ELSEWHERE


# ---------------------------------------------------------------- the base


class Told(BaseDetector):
    """Finds what it is told."""

    def __init__(self, evidence=None, threshold="auto", unlabeled="auto"):
        self.evidence = evidence
        self.threshold = threshold
        self.unlabeled = unlabeled

    def _examine(self, X, codes):
        return self.evidence


def told(threshold="auto", **evidence):
    return Told(Evidence(**evidence), threshold).fit(np.zeros((4, 1)), list("aabb"))


def test_without_a_rule_the_noise_rate_says_how_many():
    quality = np.array([0.1, 0.9, 0.8, 0.1])
    suggested = np.array([1, 0, 1, 0])
    few = told(quality=quality, suggested=suggested, noise_rate=0.25)
    assert_array_equal(few.is_issue_, [True, False, False, False])
    assert few.noise_rate_ == 0.25
    assert_allclose(few.transition_matrix_, [[1, 0], [1 / 3, 2 / 3]])
    assert_array_equal(few.suggested_labels_, list("baba"))


def test_without_anything_the_mixture_says_how_many():
    quality = np.array([0.1, 0.9, 0.8, 0.15])
    found = told(quality=quality, suggested=np.array([1, 0, 1, 0]))
    assert_array_equal(found.is_issue_, [True, False, False, True])
    assert found.noise_rate_ == 0.5
    assert_allclose(found.transition_matrix_, 0.5)


def test_probabilities_give_rate_and_matrix_by_their_confident_joint():
    probabilities = np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9]])
    found = told(
        quality=probabilities[np.arange(4), [0, 0, 1, 1]],
        suggested=np.array([0, 1, 1, 1]),
        pred_probs=probabilities,
    )
    assert found.noise_rate_ == 0.25
    assert_allclose(found.transition_matrix_, [[1, 0], [1 / 3, 2 / 3]])
    assert_array_equal(found.is_issue_, [False, True, False, False])
    assert_array_equal(found.pred_probs_, probabilities)


def test_a_rule_and_estimates_of_its_own_go_before_all_others():
    transition = np.array([[0.7, 0.3], [0.2, 0.8]])
    found = told(
        quality=np.array([0.9, 0.8, 0.7, 0.6]),
        suggested=np.array([0, 0, 1, 1]),
        is_issue=np.array([True, False, False, False]),
        noise_rate=0.4,
        transition=transition,
    )
    assert_array_equal(found.is_issue_, [True, False, False, False])
    assert found.noise_rate_ == 0.4
    assert_array_equal(found.transition_matrix_, transition)


def test_a_class_that_nothing_belongs_to_stays_what_it_is():
    found = told(
        quality=np.zeros(4), suggested=np.ones(4, dtype=int), is_issue=np.ones(4, bool)
    )
    assert_allclose(found.transition_matrix_, [[1, 0], [0.5, 0.5]])


def test_of_equal_qualities_the_first_are_flagged():
    found = told(2, quality=np.full(4, 0.5), suggested=np.array([0, 0, 1, 1]))
    assert_array_equal(found.is_issue_, [True, True, False, False])


# ---------------------------------------------------------------- scikit-learn


def test_the_registry_covers_the_tags_that_detectors_hand_on():
    assert ConfidentLearning().__sklearn_tags__().input_tags.sparse
    assert not ConfidentLearning(GaussianNB()).__sklearn_tags__().input_tags.sparse
    assert (
        not InstanceHardness([GaussianNB(), LogisticRegression()])
        .__sklearn_tags__()
        .input_tags.sparse
    )
    assert KDN().__sklearn_tags__().target_tags.required
