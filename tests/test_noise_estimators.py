"""What holds noise and scikit-learn together: its suite, pipelines and searches."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.noise import (
    AnnotatorNoise,
    ClassMapNoise,
    FeatureNoise,
    InstanceDependentNoise,
    MarginNoise,
    MissingLabelNoise,
    NoisyTargetClassifier,
    PairFlipNoise,
    SymmetricNoise,
)
from sknoisy.noise._feature import FEATURE_NOISES


@pytest.fixture(scope="module")
def blobs():
    X, y = make_blobs(300, n_features=3, centers=3, random_state=0)
    return StandardScaler().fit_transform(X), y


# ---------------------------------------------------------------- FeatureNoise


@pytest.mark.parametrize("kind", sorted(FEATURE_NOISES))
class TestFeatureNoise:
    def test_acts_in_fit_transform_and_not_in_transform(self, kind, blobs):
        X, _ = blobs
        noise = FeatureNoise(0.3, kind=kind, random_state=0)
        noisy = noise.fit_transform(X)
        assert (noisy != X).any()
        assert_array_equal(noise.transform(X), X)
        assert_array_equal(noise.fit(X).transform(X), X)

    def test_gives_equal_noise_for_equal_seeds(self, kind, blobs):
        X, _ = blobs
        noise = FeatureNoise(0.3, kind=kind, random_state=0)
        noisy = noise.fit_transform(X)
        assert_array_equal(noise.fit_transform(X), noisy)
        assert_array_equal(clone(noise).fit_transform(X), noisy)
        assert (clone(noise).set_params(random_state=1).fit_transform(X) != noisy).any()

    def test_leaves_its_input_and_the_global_generator_alone(self, kind, blobs):
        X = blobs[0].copy()
        with numpy_left_alone():
            FeatureNoise(0.3, kind=kind).fit_transform(X)
        assert_array_equal(X, blobs[0])

    def test_a_level_of_zero_is_no_noise(self, kind, blobs):
        X, _ = blobs
        assert_array_equal(FeatureNoise(0, kind=kind).fit_transform(X), X)

    def test_keeps_missing_values_shape_and_float_type(self, kind):
        images = np.ones((20, 4, 5), dtype=np.float32)
        images[3, 2, 1] = np.nan
        noisy = FeatureNoise(0.1, kind=kind, random_state=0).fit_transform(images)
        assert noisy.shape == images.shape
        assert noisy.dtype == np.float32
        assert np.isfinite(noisy).mean() > 0.98

    def test_is_a_step_that_spoils_what_the_next_is_fitted_on(self, kind, blobs):
        X, y = blobs
        noise = FeatureNoise(0.5, kind=kind, random_state=0)
        pipeline = make_pipeline(noise, DecisionTreeClassifier(random_state=0))
        pipeline.fit(X, y)
        noisy = noise.fit_transform(X)
        tree = DecisionTreeClassifier(random_state=0).fit(noisy, y)
        assert_array_equal(pipeline.predict(X), tree.predict(X))
        clean = DecisionTreeClassifier(random_state=0).fit(X, y)
        assert (pipeline.predict(X) != clean.predict(X)).any()

    def test_keeps_data_frames_where_asked_to(self, kind, blobs):
        table = pd.DataFrame(blobs[0], columns=["a", "b", "c"])
        noise = FeatureNoise(0.3, kind=kind).set_output(transform="pandas")
        assert noise.fit_transform(table).columns.tolist() == ["a", "b", "c"]
        pd.testing.assert_frame_equal(noise.transform(table), table)

    def test_a_negative_level_is_refused(self, kind, blobs):
        with pytest.raises(ValueError, match="level=-1 is out of range"):
            FeatureNoise(-1, kind=kind).fit(*blobs)


def test_added_noise_has_the_levels_share_of_each_features_spread():
    X = np.random.RandomState(0).normal(0, [1, 100], (20000, 2))
    for kind in ("gaussian", "uniform"):
        added = FeatureNoise(0.5, kind=kind, random_state=0).fit_transform(X) - X
        assert_allclose(added.std(axis=0), [0.5, 50], rtol=0.03)
        assert_allclose(added.mean(axis=0) / [1, 100], 0, atol=4 * 0.5 / np.sqrt(20000))
    assert abs(added).max(axis=0) == pytest.approx(
        np.sqrt(3) * 0.5 * X.std(axis=0), 0.01
    )


def test_struck_entries_have_the_levels_share():
    X = np.arange(1.0, 30001).reshape(-1, 3)
    masked = FeatureNoise(0.3, kind="masking", random_state=0).fit_transform(X)
    assert (masked == 0).mean() == pytest.approx(0.3, abs=0.015)
    assert_array_equal(masked[masked != 0], X[masked != 0])
    swapped = FeatureNoise(0.3, kind="swap", random_state=0).fit_transform(X)
    assert (swapped != X).mean() == pytest.approx(0.3, abs=0.015)
    assert all(np.isin(swapped[:, j], X[:, j]).all() for j in range(3))


def test_feature_noise_refuses_what_it_cannot_do(blobs):
    with pytest.raises(ValueError, match="kind='gausian' .* did you mean 'gaussian'"):
        FeatureNoise(kind="gausian").fit(*blobs)
    for kind in ("masking", "swap"):
        with pytest.raises(ValueError, match="level=1.5 is out of range"):
            FeatureNoise(1.5, kind=kind).fit(*blobs)
    with pytest.raises(NotFittedError):
        FeatureNoise().transform(blobs[0])


# ---------------------------------------------------------------- NoisyTargetClassifier


def test_only_fit_sees_noise(blobs):
    X, y = blobs
    names = np.array(["a", "b", "c"])[y]
    tree = DecisionTreeClassifier(random_state=0)
    noisy = NoisyTargetClassifier(tree, SymmetricNoise(0.3, exact=True), random_state=0)
    noisy.fit(X, names)
    assert_array_equal(noisy.noise_.noise_mask_, noisy.given_labels_ != names)
    assert noisy.noise_.realized_rate_ == 0.3
    # a tree learns what it is given by heart
    assert_array_equal(noisy.predict(X), noisy.given_labels_)
    assert noisy.score(X, noisy.given_labels_) == 1
    assert noisy.score(X, names) == pytest.approx(0.7)
    assert_array_equal(noisy.classes_, ["a", "b", "c"])
    assert not hasattr(tree, "tree_")  # a clone was fitted


def test_a_search_over_the_rate_scores_on_clean_folds(blobs):
    X, y = blobs
    noisy = NoisyTargetClassifier(LogisticRegression(), PairFlipNoise(random_state=0))
    grid = {"noise__rate": [0.9, 0.1], "estimator__C": [1.0]}
    search = GridSearchCV(noisy, grid, cv=3).fit(X, y)
    assert search.best_params_["noise__rate"] == 0.1
    # were the test folds noisy too, nothing could score beyond .9, nor below .1
    assert_allclose(search.cv_results_["mean_test_score"][0], 0, atol=0.15)
    assert search.best_score_ > 0.85
    again = clone(search).fit(X, y)
    assert again.best_score_ == search.best_score_


def test_a_search_over_noise_models_works(blobs):
    X, y = blobs
    noisy = NoisyTargetClassifier(LogisticRegression(), random_state=0)
    grid = {
        "noise": [
            None,
            ClassMapNoise({0: 1}, 0.3),
            InstanceDependentNoise(0.3),
            MarginNoise(0.3, kind="II"),
        ]
    }
    search = GridSearchCV(noisy, grid, cv=3).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_the_seed_is_handed_to_noise_without_one(blobs):
    X, y = blobs
    fits = [
        NoisyTargetClassifier(noise=SymmetricNoise(0.4), random_state=seed).fit(X, y)
        for seed in (0, 0, 1)
    ]
    first, same, other = (fit.given_labels_ for fit in fits)
    assert_array_equal(first, same)
    assert (first != other).any()
    own = [
        NoisyTargetClassifier(noise=SymmetricNoise(0.4, random_state=7), random_state=s)
        for s in (0, 1)
    ]
    first, second = (one.fit(X, y).given_labels_ for one in own)
    assert_array_equal(first, second)
    assert own[0].noise.random_state == 7


def test_what_the_estimator_cannot_do_is_not_offered(blobs):
    X, y = blobs
    noisy = NoisyTargetClassifier(LinearSVC())
    assert not hasattr(noisy, "predict_proba")
    assert hasattr(noisy, "decision_function")
    assert not hasattr(NoisyTargetClassifier(MultinomialNB()), "decision_function")
    noisy.fit(X, y)
    assert_array_equal(
        noisy.decision_function(X), noisy.estimator_.decision_function(X)
    )
    with pytest.raises(AttributeError, match="predict_proba"):
        noisy.predict_proba(X)
    assert hasattr(NoisyTargetClassifier(BaggingClassifier()), "predict_proba")


def test_probabilities_are_the_estimators(blobs):
    X, y = blobs
    noisy = NoisyTargetClassifier(random_state=0).fit(X, y)
    assert_array_equal(noisy.predict_proba(X), noisy.estimator_.predict_proba(X))
    assert_array_equal(
        noisy.predict_log_proba(X), noisy.estimator_.predict_log_proba(X)
    )
    assert_array_equal(pickle.loads(pickle.dumps(noisy)).predict(X), noisy.predict(X))


def test_weights_reach_the_estimator(blobs):
    X, y = blobs
    weights = np.random.RandomState(0).uniform(0.1, 5, len(y))
    noisy = NoisyTargetClassifier(random_state=0).fit(X, y, sample_weight=weights)
    alone = LogisticRegression().fit(X, noisy.given_labels_, sample_weight=weights)
    assert_array_equal(noisy.estimator_.coef_, alone.coef_)
    expected = accuracy_score(y, noisy.predict(X), sample_weight=weights)
    assert noisy.score(X, y, sample_weight=weights) == expected


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_labels_that_are_no_labels_are_refused(wrong, blobs):
    X, y = blobs
    y = np.where(np.arange(len(y)) == 5, wrong, y)
    for model in (NoisyTargetClassifier(), SymmetricNoise()):
        with pytest.raises(ValueError, match=r"missing labels|y contains infinity"):
            model.fit(X, y)


def test_weights_that_leave_one_class_are_refused(blobs):
    X, y = blobs
    with pytest.raises(ValueError, match=r"fewer than two classes, \[2\]"):
        NoisyTargetClassifier().fit(X, y, sample_weight=y == 2)


def test_metadata_routing_reaches_the_estimator(blobs):
    X, y = blobs
    weights = np.random.RandomState(0).uniform(0.1, 5, len(y))
    with sklearn.config_context(enable_metadata_routing=True):
        asking = LogisticRegression().set_fit_request(sample_weight=True)
        noisy = NoisyTargetClassifier(asking, random_state=0)
        noisy.fit(X, y, sample_weight=weights)
        alone = LogisticRegression().fit(X, noisy.given_labels_, sample_weight=weights)
        assert_array_equal(noisy.estimator_.coef_, alone.coef_)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            NoisyTargetClassifier().fit(X, y, sample_weight=weights)


def test_features_of_any_kind_pass_through():
    texts = ["good film", "bad film", "good book", "bad book"] * 10
    y = ["up", "down"] * 20
    model = make_pipeline(CountVectorizer(), MultinomialNB())
    noise = SymmetricNoise(0.2, exact=True, random_state=0)
    noisy = NoisyTargetClassifier(model, noise).fit(texts, y)
    assert noisy.score(texts, y) == 1
    table = pd.DataFrame({"a": [0.0, 1.0] * 20, "b": [1.0, 2.0] * 20})
    noisy = NoisyTargetClassifier(LogisticRegression(), noise).fit(table, y)
    assert noisy.feature_names_in_.tolist() == ["a", "b"]
    assert noisy.n_features_in_ == 2


def test_a_class_that_noise_takes_away_is_told(blobs):
    X, y = blobs
    noise = ClassMapNoise({2: 1}, rate=1.0)
    with pytest.warns(UserWarning, match=r"no sample is labelled \[2\]"):
        noisy = NoisyTargetClassifier(LogisticRegression(), noise).fit(X, y)
    assert_array_equal(noisy.classes_, [0, 1])
    assert noisy.predict_proba(X).shape == (len(y), 2)


def test_missing_labels_serve_semi_supervised_learners(blobs):
    X, y = blobs
    learner = SelfTrainingClassifier(LogisticRegression())
    noise = MissingLabelNoise(0.8, exact=True, random_state=0)
    noisy = NoisyTargetClassifier(learner, noise).fit(X, y)
    assert_array_equal(noisy.classes_, [0, 1, 2])
    assert (noisy.given_labels_ == -1).mean() == 0.8
    assert noisy.score(X, y) > 0.8


def test_noise_must_be_a_model_with_one_label_a_sample(blobs):
    for noise in (AnnotatorNoise(), LogisticRegression()):
        with pytest.raises(
            TypeError, match="is not a noise model that gives one label"
        ):
            NoisyTargetClassifier(noise=noise).fit(*blobs)


def test_cross_validation_is_reproducible(blobs):
    X, y = blobs
    noisy = NoisyTargetClassifier(
        DecisionTreeClassifier(random_state=0), SymmetricNoise(0.4), random_state=0
    )
    first = cross_val_score(noisy, X, y, cv=3)
    assert_array_equal(cross_val_score(noisy, X, y, cv=3), first)
    assert first.mean() < 0.8  # the tree learned wrong labels by heart
