"""A module is what `predict_proba` is, for every family, whatever stands around it."""

import warnings

import numpy as np
import pytest
import torch
from export_helpers import FAMILIES, QUICK, Squeezed, fitted, said
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

from sknoisy import (
    CleanLabelClassifier,
    CoTeachingClassifier,
    NoisyLabelClassifier,
    NoisyTargetClassifier,
    SymmetricNoise,
)
from sknoisy._simplex import solve_on_simplex
from sknoisy.classifiers._method import Method
from sknoisy.export import to_module
from sknoisy.export._undo import NearestTruth


@pytest.fixture(scope="module")
def clf(table):
    return small(max_epochs=2).fit(*table)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_module_is_what_predict_proba_is(family, table):
    clf = fitted(family, table)
    found = said(to_module(clf), table[0])
    assert_allclose(found, clf.predict_proba(table[0]), rtol=0, atol=1e-6)
    assert_allclose(found.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("predict_with", ["mean", 0, 1])
def test_the_network_that_predicts_is_the_one_in_the_module(predict_with, table):
    clf = CoTeachingClassifier(predict_with=predict_with, **QUICK).fit(*table)
    module = to_module(clf)
    assert_allclose(said(module, table[0]), clf.predict_proba(table[0]), atol=1e-6)
    assert len(module.networks) == (2 if predict_with == "mean" else 1)


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3)])
def test_images_of_any_layout(shape, table):
    X = np.random.default_rng(0).normal(size=(len(table[1]), *shape))
    clf = NoisyLabelClassifier(max_epochs=1, random_state=0).fit(X, table[1])
    assert_allclose(said(to_module(clf), X), clf.predict_proba(X), atol=1e-6)


def test_double_precision_stays_double(table):
    clf = small(max_epochs=2, dtype="float64").fit(*table)
    found = said(to_module(clf), table[0], torch.float64)
    assert found.dtype == np.float64
    assert_allclose(found, clf.predict_proba(table[0]), rtol=0, atol=1e-13)


def test_a_network_of_the_users_own(table):
    clf = small(module=Squeezed, module__hidden=5, max_epochs=2).fit(*table)
    assert_allclose(said(to_module(clf), table[0]), clf.predict_proba(table[0]))


def test_a_module_is_a_copy_that_training_leaves_alone(table):
    clf = small(max_epochs=2, warm_start=True).fit(*table)
    module = to_module(clf)
    before = said(module, table[0])
    clf.partial_fit(*table)
    assert not module.training
    assert_array_equal(said(module, table[0]), before)
    assert abs(clf.predict_proba(table[0]) - before).max() > 0


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        MinMaxScaler((-1, 2), clip=True),
        MinMaxScaler(),
        MaxAbsScaler(),
        RobustScaler(),
        RobustScaler(with_centering=False),
    ],
    ids=str,
)
def test_a_scaler_before_the_classifier_goes_along(scaler, table):
    X = table[0] * [1, 10, 0.1, 1, 1] + [0, 1000, 0, 5, 0]
    pipeline = make_pipeline(scaler, "passthrough", small(max_epochs=2))
    pipeline.fit(X[:100], table[1][:100])
    found = said(to_module(pipeline), X, torch.float64)
    assert_allclose(found, pipeline.predict_proba(X), rtol=0, atol=1e-6)


def test_what_can_not_go_along_is_named(table, clf):
    pipeline = make_pipeline(PowerTransformer(), small(max_epochs=2)).fit(*table)
    with pytest.raises(ValueError, match="'powertransformer'.*PowerTransformer.*-1]"):
        to_module(pipeline)
    with pytest.raises(TypeError, match="RandomForestClassifier.* holds no network"):
        to_module(RandomForestClassifier(n_estimators=2).fit(*table))
    with pytest.raises(TypeError, match="holds no network"):
        to_module(BaggingClassifier(small(max_epochs=1), 2).fit(*table))
    calibrated = CalibratedClassifierCV(small(max_epochs=1), cv=2).fit(*table)
    with pytest.raises(ValueError, match="method='temperature' can"):
        to_module(calibrated)


@pytest.mark.parametrize("ensemble", [True, False])
def test_a_temperature_goes_along(ensemble, table):
    pytest.importorskip("sklearn", "1.8")
    calibrated = CalibratedClassifierCV(
        small(max_epochs=3), method="temperature", cv=2, ensemble=ensemble
    ).fit(*table)
    found = said(to_module(calibrated), table[0])
    assert_allclose(found, calibrated.predict_proba(table[0]), rtol=0, atol=1e-6)
    assert abs(found - small(max_epochs=3).fit(*table).predict_proba(table[0])).max()


@pytest.mark.parametrize(
    "around",
    [
        lambda clf: GridSearchCV(clf, {"lr": [1e-2, 2e-2]}, cv=2),
        lambda clf: CleanLabelClassifier(clf, random_state=0),
        lambda clf: NoisyTargetClassifier(clf, SymmetricNoise(0.2), random_state=0),
        lambda clf: CleanLabelClassifier(make_pipeline(StandardScaler(), clf)),
    ],
)
def test_who_hands_predictions_on_is_looked_through(around, table):
    estimator = around(small(max_epochs=2)).fit(*table)
    found = said(to_module(estimator), table[0], torch.float64)
    assert_allclose(found, estimator.predict_proba(table[0]), rtol=0, atol=1e-6)


def test_a_class_that_the_inner_classifier_never_saw_has_its_column(table):
    X, y = table
    clean = CleanLabelClassifier(small(max_epochs=2), random_state=0)
    clean.fit(X, y, sample_weight=(y != 1).astype(float))
    found = said(to_module(clean), X)
    assert_allclose(found, clean.predict_proba(X), rtol=0, atol=1e-6)
    assert_array_equal(found[:, 1], 0)


class Noise(torch.nn.Module):
    """Draws as it predicts, too."""

    def forward(self, features):
        return features + torch.randn_like(features)


def test_networks_that_draw_as_they_predict_are_refused(table):
    module = torch.nn.Sequential(Noise(), torch.nn.Linear(5, 3))
    clf = small(module=module, max_epochs=1).fit(*table)
    with pytest.raises(ValueError, match="draws random numbers as it predicts"):
        to_module(clf)


def test_a_way_to_undo_noise_that_has_no_module_is_refused(clf, monkeypatch):
    class Mine(Method):
        def undo(self, proba, estimator):
            return proba[::-1]

    monkeypatch.setattr(clf, "_learned_by", Mine())
    with pytest.raises(ValueError, match="The method Mine changes probabilities"):
        to_module(clf)


def test_a_frame_of_words_is_told_where_the_module_begins():
    pd = pytest.importorskip("pandas")
    pytest.importorskip("skrub")
    frame = pd.DataFrame({"kind": list("abcd") * 20, "size": range(80)})
    y = [0, 1, 1, 0] * 20
    clf = NoisyLabelClassifier(max_epochs=2, random_state=0).fit(frame, y)
    with pytest.warns(UserWarning, match=r"vectorizer_.transform\(X\)"):
        module = to_module(clf)
    numbers = clf.vectorizer_.transform(frame)
    assert_allclose(said(module, numbers), clf.predict_proba(frame), atol=1e-6)


def test_what_is_not_fitted_says_so():
    with pytest.raises(ValueError, match="is not fitted yet"):
        to_module(NoisyLabelClassifier())


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_least_squares_over_the_simplex_are_numpys(n_classes):
    rng = np.random.default_rng(n_classes)
    worst = 0
    for share in (0.3, 0.9):
        noise = rng.dirichlet(np.full(n_classes, 0.3), size=n_classes)
        T = (1 - share) * np.eye(n_classes) + share * noise
        p = rng.dirichlet(np.full(n_classes, 0.1), size=300)
        found = said(NearestTruth(T), p, torch.float64)
        worst = max(worst, abs(found - solve_on_simplex(T, p)).max())
    assert worst < 1e-7


def test_least_squares_of_no_rows_and_in_a_trace():
    T = np.array([[0.6, 0.4, 0.0], [0.1, 0.7, 0.2], [0.3, 0.1, 0.6]])
    p = torch.tensor([[0.0, 1.0, 0.0], [0.9, 0.1, 0.0]], dtype=torch.float64)
    module = NearestTruth(T)
    assert module(p[:0]).shape == (0, 3)
    expected = solve_on_simplex(T, p.numpy())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch.jit
        traced = torch.jit.trace(module, p[:1])
    assert_allclose(traced(p).numpy(), expected, atol=1e-12)
    assert_allclose(module(p).numpy(), expected, atol=1e-12)
