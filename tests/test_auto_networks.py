"""The networks of AutoNoisyClassifier that learn last, beside the pool of judges."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits

from sknoisy import AutoNoisyClassifier, NoisyLabelClassifier, SymmetricNoise
from sknoisy.auto import _learning, _networks
from sknoisy.auto._networks import BESIDE, LEAST, NO_TIME, Together


@pytest.fixture(autouse=True)
def little_of_all(monkeypatch):
    """Grow ten trees a forest, train some epochs: how good they are isn't tested."""
    monkeypatch.setattr("sknoisy.auto._families.TREES", 10)
    monkeypatch.setattr(_networks, "EPOCHS", (4, 20))


X, TRUE = load_digits(return_X_y=True)
X, TRUE, X_TEST, Y_TEST = X[:300], TRUE[:300], X[300:], TRUE[300:]
GIVEN = SymmetricNoise(0.3, random_state=0).fit_corrupt(TRUE)


def fit(**options):
    return AutoNoisyClassifier(**{"random_state": 0} | options).fit(X, GIVEN)


def test_what_is_predicted_is_the_mean_of_pool_and_network(monkeypatch):
    monkeypatch.setattr(_networks, "EPOCHS", (10, 200))  # as it is: its score counts
    auto = fit()
    together = auto._learned.pool
    assert isinstance(together, Together)
    view = auto._views.view(X_TEST)
    dense = view.dense.astype(np.float32)
    mean = (together.pool(view) + together.networks[0].predict_proba(dense)) / 2
    doubt = 1 / (len(X) + 10)  # rule of succession
    assert_allclose(
        auto.predict_proba(X_TEST), (1 - doubt) * mean + doubt / 10, atol=1e-7
    )
    assert auto.score(X_TEST, Y_TEST) > 0.8
    told = [verdict for verdict in auto.judges_ if verdict.note == BESIDE]
    assert [verdict.family for verdict in told] == ["network"]
    assert "Beside their pool, 50% of what is predicted each: network" in auto.report_
    assert told[0].name not in auto.weights_


def test_each_sample_teaches_each_class_that_it_may_be_of(monkeypatch):
    taught = []
    real = NoisyLabelClassifier.fit

    def remember(self, X, y, **params):
        taught.append((X, y, params["sample_weight"]))
        return real(self, X, y, **params)

    monkeypatch.setattr(NoisyLabelClassifier, "fit", remember)
    auto = fit()
    (features, codes, weight), learned = taught[0], auto._learned
    joint = learned.true * learned.transition.T[GIVEN]
    expected = joint / joint.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(300), (expected >= LEAST).sum(axis=1))
    assert_array_equal(features, auto._views.view(X).dense.astype(np.float32)[rows])
    found = np.zeros_like(expected)
    found[rows, codes] = weight
    assert_allclose(found, np.where(expected >= LEAST, expected, 0), atol=1e-12)


@pytest.mark.parametrize(
    ("judges", "student"),
    [("auto", True), (["kernel_ridge"], False), (["kernel_ridge", "network"], True)],
)
def test_it_is_heard_where_judges_allow_a_network(judges, student):
    auto = fit(judges=judges)
    assert isinstance(auto._learned.pool, Together) == student
    assert any(verdict.note == BESIDE for verdict in auto.judges_) == student


def test_without_time_there_is_none():
    auto = fit(time_budget=1.0)
    assert not isinstance(auto._learned.pool, Together)
    assert auto.predict_proba(X_TEST).shape == (len(X_TEST), 10)


def test_with_some_time_it_is_tried_for_an_epoch_first(monkeypatch):
    asked = []
    real = _networks._quietly

    def remember(teach, n_epochs):
        asked.append(n_epochs)
        return real(teach, n_epochs)

    monkeypatch.setattr(_networks, "_quietly", remember)
    auto = fit(time_budget=1000)
    assert asked[0] == 1
    assert 4 <= asked[1] <= 20
    assert isinstance(auto._learned.pool, Together)
    monkeypatch.setattr(_networks, "MARGIN", 1e9)
    asked.clear()
    auto = fit(time_budget=1000)
    assert asked == [1]
    assert not isinstance(auto._learned.pool, Together)
    assert NO_TIME in auto.report_


def test_of_two_classes_networks_for_given_labels_are_heard_too():
    odd, true = GIVEN % 2, Y_TEST % 2
    auto = AutoNoisyClassifier(random_state=0).fit(X, odd)
    names = [v.name for v in auto.judges_ if v.note == BESIDE]
    assert names == ["network, expected labels", "co-teaching", "DivideMix"]
    assert "25% of what is predicted each" in auto.report_
    assert auto.score(X_TEST, true) > 0.75


def test_where_no_matrix_is_found_networks_for_given_labels_are_heard(monkeypatch):
    monkeypatch.setattr(_learning, "is_sound", lambda transition: False)
    auto = fit(judges=["kernel_ridge", "network"])
    names = [v.name for v in auto.judges_ if v.note == BESIDE]
    assert names == ["co-teaching", "DivideMix"]
    assert "33% of what is predicted each" in auto.report_
    assert_array_equal(auto.transition_matrix_, np.eye(10))
    together, view = auto._learned.pool, auto._views.view(X_TEST)
    dense = view.dense.astype(np.float32)
    others = sum(network.predict_proba(dense) for network in together.networks)
    mean = (together.pool(view) + others) / 3
    assert_array_equal(auto.predict(X_TEST), mean.argmax(axis=1))


def test_a_network_that_fails_is_left_out_and_reported(monkeypatch):
    def fails(self, *args, **params):
        raise RuntimeError("it diverged")

    monkeypatch.setattr(NoisyLabelClassifier, "fit", fails)
    auto = fit()
    assert not isinstance(auto._learned.pool, Together)
    assert "network, expected labels (failed: it diverged)" in auto.report_


def test_a_class_that_no_sample_is_likely_of_is_not_predicted_by_it():
    class Network:
        classes_ = np.array([0, 2])

        def predict_proba(self, X):
            return np.tile([0.25, 0.75], (len(X), 1))

    class View:
        dense = np.zeros((4, 2))

        def __len__(self):
            return 4

    even = Together(lambda rows: np.full((len(rows), 3), 1 / 3), [Network()], 3)
    assert_allclose(even(View()), np.tile([7 / 24, 1 / 6, 13 / 24], (4, 1)))


def test_it_is_the_same_again_and_survives_a_pickle():
    auto, again = fit(), fit()
    assert_array_equal(auto.predict_proba(X_TEST), again.predict_proba(X_TEST))
    copy = pickle.loads(pickle.dumps(auto))
    assert_array_equal(auto.predict_proba(X_TEST), copy.predict_proba(X_TEST))
