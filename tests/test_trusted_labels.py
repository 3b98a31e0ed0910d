"""Labels that are known to be right, beside others that may be wrong."""

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose

from sknoisy.classifiers import TransitionCorrectedClassifier
from sknoisy.classifiers._transitions import standardized
from sknoisy.noise import ClassConditionalNoise

T = np.array([[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]])
FAST = {"max_epochs": 15, "batch_size": 64, "lr": 2e-2, "random_state": 0}
FAST |= {"module__dropout": 0.0, "module__input_dropout": 0.0, "module__hidden": 32}


@pytest.fixture(scope="module")
def half():
    """Overlapping classes, given labels, true ones, and which half is trusted."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=1200)
    X = rng.normal(size=(1200, 4)) + 1.5 * np.eye(4)[y]
    given = ClassConditionalNoise(T, random_state=0).fit_corrupt(y)
    trusted = rng.random(1200) < 0.5
    return X, np.where(trusted, y, given), y, trusted


def log_likelihood(clf, X, y):
    return np.log(clf.predict_proba(X)[np.arange(len(y)), y].clip(1e-3)).mean()


@pytest.mark.parametrize("correction", ["forward", "posterior", "reweight", "revision"])
def test_to_know_more_labels_is_no_drawback(correction, half):
    X, y_given, y, trusted = half
    rng = np.random.default_rng(1)
    y_new = rng.integers(3, size=3000)
    X_new = rng.normal(size=(3000, 4)) + 1.5 * np.eye(4)[y_new]
    clf = TransitionCorrectedClassifier(correction=correction, transition=T, **FAST)
    noisy = ClassConditionalNoise(T, random_state=0).fit_corrupt(y)
    without = log_likelihood(clf.fit(X, noisy), X_new, y_new)
    told = log_likelihood(clf.fit(X, y_given, trusted=trusted), X_new, y_new)
    untold = log_likelihood(clf.fit(X, y_given), X_new, y_new)
    assert told > without - 0.02
    assert told > untold


def test_the_noise_rate_is_that_of_all_labels(half):
    X, y_given, y, trusted = half
    clf = TransitionCorrectedClassifier(transition=T, **FAST)
    clf.fit(X, y_given, trusted=trusted)
    assert clf.noise_rate_ == pytest.approx((y_given != y).mean(), abs=0.03)
    every = np.ones(1200, dtype=bool)
    assert clf.fit(X, y, trusted=every).noise_rate_ == 0


@pytest.mark.parametrize("kind", [pd.Series, list])
def test_a_mask_may_be_read_only_or_no_array(kind, half):
    X, y_given, _, trusted = half
    mask = np.copy(trusted)
    mask.flags.writeable = False
    clf = TransitionCorrectedClassifier(transition=T, **FAST | {"max_epochs": 1})
    clf.fit(X, y_given, trusted=kind(mask))


@pytest.mark.parametrize("transition", ["likelihood", "hoc", "dual_t", "counts"])
def test_a_class_of_trusted_labels_only_cannot_be_estimated(transition, half):
    X, y_given, *_ = half
    names = np.array(["ant", "bee", "cat"])[y_given]
    clf = TransitionCorrectedClassifier(transition=transition, **FAST)
    with pytest.raises(ValueError, match="Every label of the classes 'cat' is trusted"):
        clf.fit(X, names, trusted=names == "cat")
    with pytest.raises(ValueError, match="'ant', 'bee', 'cat' is trusted"):
        clf.fit(X, names, trusted=names != "dog")


@pytest.mark.parametrize("transition", ["hoc", "counts", "likelihood"])
def test_colored_images_are_standardized_by_channel(transition, images):
    X, y = images
    colored = X.reshape(*X.shape[:3], 1) * [1.0, 1e3, 1.0] + [0.0, 1e4, 0.0]
    clf = TransitionCorrectedClassifier(
        transition=transition, max_epochs=8, batch_size=64, random_state=0
    )
    clf.fit(colored, y)
    flat = standardized(
        {
            "X": colored,
            "feature_mean": torch.tensor(colored.mean(axis=(0, 1, 2))),
            "feature_scale": torch.tensor(colored.std(axis=(0, 1, 2))),
        }
    )
    expected = (colored - colored.mean(axis=(0, 1, 2))) / colored.std(axis=(0, 1, 2))
    assert_allclose(flat, expected.reshape(len(X), -1))
