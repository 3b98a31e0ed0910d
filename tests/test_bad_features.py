"""Features that are no table, and frames of every kind: a clear word, or the result."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

import sknoisy

Y = np.arange(30) % 3
X = np.random.default_rng(0).normal(size=(30, 4)) + 2 * np.eye(4)[Y]
LOOKING = [
    sknoisy.AutoNoisyClassifier(judges=["kernel_ridge"], random_state=0),
    sknoisy.FeatureNoise(),
    sknoisy.InstanceDependentNoise(),
    sknoisy.KDN(),
    sknoisy.NoisyLabelClassifier(max_epochs=1, module__hidden=4, random_state=0),
]
HANDING_ON = [
    sknoisy.CleanLabelClassifier(LogisticRegression(), sknoisy.KDN()),
    sknoisy.ConfidentLearning(GaussianNB(), random_state=0),
    sknoisy.LabelCleaner(sknoisy.KDN()),
    sknoisy.MarginNoise(),
    sknoisy.NoisyTargetClassifier(LogisticRegression()),
]
NETWORKS = {sknoisy.NoisyLabelClassifier}  # a mapping of arrays is several inputs
by_class = {"ids": lambda estimator: type(estimator).__name__}


@pytest.mark.parametrize("estimator", [*LOOKING, *HANDING_ON], **by_class)
@pytest.mark.parametrize(
    "features", [{"a": X[:, 0]}, "text", {1, 2}, (row for row in X), 3.0]
)
def test_what_is_no_array_is_told_by_its_type(estimator, features):
    error, told = TypeError, "X=.* is a .*: pass an array, a list of rows"
    if isinstance(features, dict) and type(estimator) in NETWORKS:
        error, told = ValueError, "X has several inputs, .*: pass a module"
    with pytest.raises(error, match=told):
        estimator.fit(features, Y)


@pytest.mark.parametrize("estimator", [*LOOKING, *HANDING_ON], **by_class)
def test_features_that_are_needed_and_not_there(estimator):
    with pytest.raises(ValueError, match="X is None|pass X, too"):
        estimator.fit(None, Y)


@pytest.mark.parametrize("estimator", LOOKING, **by_class)
def test_shapes_are_told_and_not_values(estimator):
    for features in (X[:, 0], X[:, 0].tolist(), pd.Series(X[:, 0])):
        with pytest.raises(ValueError, match=r"X has shape \(30,\), .*Reshape") as told:
            estimator.fit(features, Y)
        assert len(str(told.value)) < 300
    with pytest.raises(ValueError, match="Complex data not supported") as told:
        estimator.fit(X.astype(complex), Y)
    assert len(str(told.value)) < 300
    with pytest.raises(ValueError, match="rows of different lengths, from 1 to 4"):
        estimator.fit([[1.0], *X[1:].tolist()], Y)


@pytest.mark.parametrize(
    "estimator", [sknoisy.SymmetricNoise(), sknoisy.ForestKDN(n_estimators=3)]
)
def test_no_sample_is_told(estimator):
    with pytest.raises(ValueError, match="y holds no label"):
        estimator.fit(X[:0], Y[:0])


@pytest.mark.parametrize("estimator", [*LOOKING, *HANDING_ON], **by_class)
@pytest.mark.parametrize(
    "features",
    [
        X.tolist(),
        tuple(map(tuple, X)),
        pd.DataFrame(X, columns=list("wxyz")),
        pd.DataFrame(X, columns=list("wxyz")).astype("Float64"),
        pl.DataFrame(X),
        X.astype(np.float32),
        X[::-1][::-1],
    ],
    ids=["list", "tuple", "frame", "nullable", "polars", "float32", "view"],
)
def test_tables_of_every_kind_are_taken(estimator, features):
    estimator.fit(features, Y)


def test_noise_that_looks_at_no_feature_takes_none_and_anything():
    noise = sknoisy.SymmetricNoise(random_state=0)
    expected = noise.fit_corrupt(Y).tolist()
    for features in (None, X[:, 0], ["a text"] * 30, pd.Series(["a"] * 30)):
        assert noise.fit_corrupt(Y, features).tolist() == expected
