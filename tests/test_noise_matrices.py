"""Transition matrices are those of the papers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.noise import (
    CIFAR10_MAP,
    CIFAR10_SPARSE_PAIRS,
    MNIST_MAP,
    MNIST_SPARSE_PAIRS,
    NOISE_MATRICES,
    UNIFORM_HIGH,
    UNIFORM_LOW,
    class_map_transition,
    noise_transition_matrix,
    pair_flip_transition,
    sparse_transition,
    symmetric_transition,
    uniform_transition,
)

PARAMETERS = {
    "class_map": {"mapping": {0: 3, 2: 1}, "rate": 0.4},
    "pair": {"rate": 0.3},
    "sparse": {"pairs": [(0, 1), (3, 2)], "rates": (0.7, 0.2)},
    "symmetric": {"rate": 0.3},
    "uniform": {"rates": [0.1, 0.2, 0.05, 0.0]},
}


@pytest.mark.parametrize("kind", sorted(NOISE_MATRICES))
def test_every_matrix_is_row_stochastic_and_built_by_its_name(kind):
    transition = noise_transition_matrix(kind, 4, **PARAMETERS[kind])
    assert transition.shape == (4, 4)
    assert (transition >= 0).all()
    assert_allclose(transition.sum(axis=1), 1)
    assert_array_equal(transition, NOISE_MATRICES[kind](4, **PARAMETERS[kind]))


@pytest.mark.parametrize("kind", ["class_map", "pair", "symmetric"])
def test_a_rate_of_zero_is_the_identity(kind):
    parameters = {**PARAMETERS[kind], "rate": 0.0}
    assert_array_equal(noise_transition_matrix(kind, 4, **parameters), np.eye(4))


def test_inclusive_symmetric_noise_has_fewer_wrong_labels():
    exclusive = symmetric_transition(10, 0.8)
    inclusive = symmetric_transition(10, 0.8, inclusive=True)
    assert_allclose(1 - exclusive.diagonal(), 0.8)
    assert_allclose(1 - inclusive.diagonal(), 0.72)
    assert_allclose(inclusive[0, 1:], 0.08)
    assert_allclose(exclusive[0, 1:], 0.8 / 9)


def test_pairs_flip_in_a_circle():
    expected = [[0.7, 0.3, 0], [0, 0.7, 0.3], [0.3, 0, 0.7]]
    assert_allclose(pair_flip_transition(3, 0.3), expected)


@pytest.mark.parametrize(
    ("mapping", "flips"),
    [
        (MNIST_MAP, [(7, 1), (2, 7), (5, 6), (6, 5), (3, 8)]),
        (CIFAR10_MAP, [(9, 1), (2, 0), (4, 7), (3, 5), (5, 3)]),
    ],
)
def test_published_maps_give_the_published_flips(mapping, flips):
    transition = class_map_transition(10, mapping, 0.4)
    expected = np.eye(10)
    for source, target in flips:
        expected[source, source], expected[source, target] = 0.6, 0.4
    assert_allclose(transition, expected)
    assert 1 - transition.diagonal().mean() == pytest.approx(0.2)  # half the rate


SPARSE_HIGH = {  # off-diagonal entries, counted in the published label files
    (0, 1): 0.7,
    (1, 0): 0.2,
    (2, 3): 0.7,
    (3, 2): 0.2,
    (4, 8): 0.7,
    (8, 4): 0.2,
    (7, 5): 0.7,
    (5, 7): 0.2,
    (9, 6): 0.7,
    (6, 9): 0.2,
}


def test_sparse_high_is_the_published_matrix():
    transition = sparse_transition(10, MNIST_SPARSE_PAIRS, rates=(0.7, 0.2))
    off_diagonal = transition - np.diag(transition.diagonal())
    found = {(i, j): off_diagonal[i, j] for i, j in np.argwhere(off_diagonal)}
    assert found == pytest.approx(SPARSE_HIGH)
    assert_allclose(transition.diagonal()[[0, 2, 4, 7, 9]], 0.3)
    assert_allclose(transition.diagonal()[[1, 3, 5, 6, 8]], 0.8)
    dominant = transition.argmax(axis=1) == np.arange(10)
    assert_array_equal(np.flatnonzero(~dominant), [0, 2, 4, 7, 9])


@pytest.mark.parametrize(
    ("pairs", "rates", "wrong"),
    [
        (MNIST_SPARSE_PAIRS, (0.3, 0.2), 0.25),
        (MNIST_SPARSE_PAIRS, (0.7, 0.2), 0.45),
        (CIFAR10_SPARSE_PAIRS, (0.3, 0.1), 0.20),
        (CIFAR10_SPARSE_PAIRS, (0.6, 0.2), 0.40),
    ],
)
def test_sparse_matrices_have_the_published_rates(pairs, rates, wrong):
    transition = sparse_transition(10, pairs, rates)
    assert 1 - transition.diagonal().mean() == pytest.approx(wrong)


@pytest.mark.parametrize(
    ("rates", "wrong"), [(UNIFORM_LOW, 0.423), (UNIFORM_HIGH, 0.7398)]
)
def test_uniform_matrices_have_the_published_rates(rates, wrong):
    transition = uniform_transition(10, rates)
    assert 1 - transition.diagonal().mean() == pytest.approx(wrong)
    for i in range(10):
        for j in range(10):
            if i != j:
                assert transition[i, j] == rates[j]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: noise_transition_matrix("symetric", 3, rate=0.1),
            "did you mean 'symm",
        ),
        (lambda: noise_transition_matrix("x", 3), "class_map, pair, sparse, symmetric"),
        (lambda: symmetric_transition(1, 0.1), "n_classes=1 is out of range"),
        (lambda: symmetric_transition(3, 1.2), "rate=1.2 is out of range"),
        (lambda: symmetric_transition(3, np.nan), "rate=nan is out of range"),
        (lambda: pair_flip_transition(3, -0.1), "rate=-0.1 is out of range"),
        (lambda: class_map_transition(3, {0: 3}, 0.1), "names the class 3, but"),
        (lambda: class_map_transition(3, {"a": 1}, 0.1), "ClassMapNoise takes labels"),
        (lambda: class_map_transition(3, {1: 1}, 0.1), "sends class 1 to itself"),
        (lambda: sparse_transition(3, [(0, 1), (1, 2)], (0.1, 0.1)), "a class twice"),
        (lambda: uniform_transition(3, [0.1, 0.1]), "rates holds 2 numbers, but"),
        (
            lambda: uniform_transition(3, [0.6, 0.1, 0.6]),
            "all classes but 1 sum to 1.2",
        ),
    ],
)
def test_a_matrix_that_cannot_be_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
