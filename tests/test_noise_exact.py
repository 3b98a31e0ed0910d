"""Exact draws of noise that differs from sample to sample."""

import numpy as np
import pytest

from sknoisy.noise import InstanceDependentNoise, MarginNoise
from sknoisy.noise._draws import draw_systematically


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = rng.integers(4, size=403)
    return rng.normal(size=(403, 5)) + np.eye(5)[y], y


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.25, 0.4])
@pytest.mark.parametrize("model", [InstanceDependentNoise, MarginNoise])
def test_exactly_the_asked_share_of_labels_flips(model, rate, blobs):
    X, y = blobs
    noise = model(rate, exact=True, random_state=0)
    y_noisy = noise.fit_corrupt(y, X)
    assert noise.noise_mask_.sum() == round(rate * 403) == (y_noisy != y).sum()


def test_each_sample_keeps_its_own_chance():
    chances = np.array([0.05, 0.9, 0.3, 0.0, 1.0, 0.75, 0.5, 0.5])
    rng = np.random.RandomState(0)
    draws = np.array([draw_systematically(chances, rng) for _ in range(20_000)])
    assert set(draws.sum(axis=1)) == {4}
    four_sigma = 4 * np.sqrt(chances * (1 - chances) / 20_000)
    assert (np.abs(draws.mean(axis=0) - chances) <= four_sigma + 1e-12).all()


def test_no_chance_means_no_flip():
    rng = np.random.RandomState(0)
    assert not draw_systematically(np.zeros(9), rng).any()
    assert not draw_systematically(np.zeros(0), rng).any()


def test_exact_instance_noise_goes_where_independent_noise_goes(blobs):
    X, y = np.tile(blobs[0], (20, 1)), np.tile(blobs[1], 20)
    matrices = []
    for exact in (False, True):
        noise = InstanceDependentNoise(0.3, exact=exact, random_state=0)
        y_noisy = noise.fit_corrupt(y, X)
        matrices.append(np.histogram2d(y, y_noisy, bins=4)[0] / len(y))
    np.testing.assert_allclose(*matrices, atol=4 * 0.5 / np.sqrt(len(y)))
