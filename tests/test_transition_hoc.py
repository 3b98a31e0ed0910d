"""High-order consensus: its equations, what it finds, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import approx_fprime
from scipy.sparse import csr_array
from transition_helpers import TRANSITION, spoilt

from sknoisy.noise import symmetric_transition
from sknoisy.transition import hoc_transition
from sknoisy.transition._triples import consensus, consensus_counts, explain, objective

# --- its equations ---


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.ones(4), size=4), rng.dirichlet(np.ones(4))


def test_expected_consensus_is_the_sum_over_true_classes(rows):
    transition, prior = rows
    one, two, three = consensus(transition, prior)
    for j, k, m in np.ndindex(4, 4, 4):
        T = transition.T
        assert one[j] == pytest.approx((prior * T[j]).sum())
        assert two[j, k] == pytest.approx((prior * T[j] * T[k]).sum())
        assert three[j, k, m] == pytest.approx((prior * T[j] * T[k] * T[m]).sum())


def test_consensus_is_counted_in_every_order():
    one, two, three = consensus_counts(np.array([[0, 1, 1], [2, 2, 2]]), 3)
    assert_allclose(one, [1 / 6, 1 / 3, 1 / 2])
    assert_allclose(two, [[0, 1 / 6, 0], [1 / 6, 1 / 6, 0], [0, 0, 1 / 2]])
    assert three[0, 1, 1] == three[1, 0, 1] == three[1, 1, 0] == pytest.approx(1 / 6)
    assert three[2, 2, 2] == 1 / 2


@pytest.mark.parametrize("pull", [0.0, 0.1])
def test_gradient_of_the_objective_matches_finite_differences(rows, pull):
    rng = np.random.default_rng(1)
    args = consensus_counts(rng.integers(4, size=(50, 3)), 4), np.eye(4), pull
    parameters = np.log(np.concatenate([rows[0].ravel(), rows[1]]))
    slope = approx_fprime(parameters, lambda x: objective(x, *args)[0], 1e-7)
    assert_allclose(objective(parameters, *args)[1], slope, atol=1e-6)


def test_objective_is_the_squared_distance_and_the_pull(rows):
    transition, prior = rows
    counts = consensus_counts(np.random.default_rng(1).integers(4, size=(50, 3)), 4)
    parameters = np.log(np.concatenate([transition.ravel(), prior]))
    found = objective(parameters, counts, np.eye(4), 0.5)[0]
    expected = sum(
        np.linalg.norm(a - b) ** 2
        for a, b in zip(consensus(transition, prior), counts, strict=True)
    )
    pulled = np.linalg.norm(transition - np.eye(4), axis=1) ** 2
    assert found == pytest.approx((expected + 0.5 * pulled.mean()) / 2)


# --- what it finds ---


def test_exact_consensus_gives_the_matrix_back_with_its_rows_in_order():
    prior = np.array([0.5, 0.3, 0.2])
    start = np.full((3, 3), 0.1) + 0.7 * np.eye(3)[[1, 2, 0]]  # rows swapped
    found, frequencies = explain(consensus(TRANSITION, prior), start, np.ones(3) / 3)
    assert_allclose(found, TRANSITION, atol=2e-3)
    assert_allclose(frequencies, prior, atol=2e-3)


def test_hoc_finds_a_matrix_that_hides_the_right_label():
    hidden = np.array([[0.35, 0.65, 0], [0.05, 0.95, 0], [0.1, 0, 0.9]])
    known = spoilt(hidden, 6000, seed=3, distance=8.0)
    found = hoc_transition(known["labels"], known["features"], fraction=1.0)
    assert_allclose(found, hidden, atol=0.06)


def test_hoc_stays_with_what_neighbors_say_where_rows_are_alike():
    alike = symmetric_transition(3, 0.6)
    known = spoilt(alike, 3000, seed=7)
    found = hoc_transition(known["labels"], known["features"])
    assert_allclose(found, alike, atol=0.06)


def test_hoc_leaves_boundaries_out():
    known = spoilt(symmetric_transition(3, 0.2), 4000, seed=4, distance=2.5)
    args = known["labels"], known["features"]
    everyone, some = hoc_transition(*args, fraction=1.0), hoc_transition(*args)
    assert abs(some.diagonal().mean() - 0.8) < 0.02
    assert everyone.diagonal().mean() < some.diagonal().mean() - 0.03


def test_hoc_keeps_classes_that_no_label_names():
    known = spoilt(TRANSITION, 500, seed=5)
    gap = np.array([0, 2, 3])[known["labels"]]
    found = hoc_transition(gap, known["features"], n_classes=5)
    dense = hoc_transition(known["labels"], known["features"])
    assert_allclose(found[np.ix_([0, 2, 3], [0, 2, 3])], dense)
    assert_array_equal(found[[1, 4]], np.eye(5)[[1, 4]])


def test_hoc_takes_three_samples_and_sparse_features():
    assert hoc_transition([0, 0, 1], [[0.0], [0.1], [5.0]]).shape == (2, 2)
    few = spoilt(TRANSITION, 300, seed=0)
    X, labels = few["features"], few["labels"]
    assert_allclose(
        hoc_transition(labels, csr_array(X)), hoc_transition(labels, X), atol=1e-6
    )


@given(st.integers(3, 12), st.integers(1, 4), st.integers(0, 2**16))
@settings(max_examples=20, deadline=None)
def test_hoc_of_small_samples_gives_distributions(n_samples, n_classes, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_classes, size=n_samples)
    features = rng.normal(size=(n_samples, 2)).round(1)  # some lie on top of others
    transition = hoc_transition(labels, features)
    assert (transition >= 0).all()
    assert_allclose(transition.sum(axis=1), 1)


# --- what it refuses ---


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        ([0, 1, 301], {}, "302 classes have 27,543,608 triples"),
        ([0, 1, 2], {"n_classes": 2}, "labels holds 2, but n_classes=2"),
        ([0, -1, 2], {}, "expected codes 0, 1"),
        (["a", "b", "b"], {}, "np.unique"),
        ([0.0, 1.0, 1.0], {}, "expected codes"),
        ([0, 1], {}, "inconsistent numbers of samples"),
        ([0, 1, 1], {"fraction": 0.0}, "fraction=0.0"),
        ([0, 1, 1], {"fraction": float("nan")}, "fraction=nan is out of range"),
        ([0, 1, 1], {"n_neighbors": 0}, "n_neighbors=0"),
        ([0, 1, 1], {"n_pairs": 0}, "n_pairs=0"),
    ],
)
def test_hoc_says_what_is_wrong(labels, options, message):
    with pytest.raises(ValueError, match=message):
        hoc_transition(labels, [[0.0], [1.0], [2.0]], **options)
