"""Matrices that are learned with the network start where classes can't be swapped."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sknoisy.classifiers import NoisyLabelClassifier
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import TotalVariation


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_the_start_is_midway_between_no_noise_and_blindness(n_classes):
    diagonal = TotalVariation(n_classes).transition().detach().diagonal()
    assert_allclose(diagonal, (1 + 1 / n_classes) / 2, rtol=1e-6)


@pytest.mark.parametrize("start", [0.5, 0.2, 1.0])
def test_a_start_from_which_classes_may_be_swapped_is_refused(start):
    with pytest.raises(ValueError, match=r"must be a number in \(0.5, 1\)"):
        TotalVariation(2, start=start)


def test_two_classes_are_not_swapped_without_a_warm_up():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=600)
    X = rng.normal(size=(600, 2)) + 3 * y[:, None]
    given = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    for seed in range(3):
        clf = NoisyLabelClassifier(
            method="total_variation", max_epochs=20, random_state=seed
        )
        assert clf.fit(X, given).score(X, y) > 0.9
