"""Metrics of noise count what they say they count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.metrics import (
    noise_rate_error,
    realized_noise_rate,
    realized_transition,
    total_variation,
    transition_error,
)
from sknoisy.noise import ClassConditionalNoise

T05 = np.array([[0.5, 0.2, 0.3], [0.3, 0.5, 0.2], [0.2, 0.3, 0.5]])
OTHER = np.array([[0.6, 0.2, 0.2], [0.3, 0.5, 0.2], [0.0, 0.0, 1.0]])

matrices = st.integers(0, 2**16).map(
    lambda seed: np.random.default_rng(seed).dirichlet(np.ones(4), 4)
)


# --- matrices ---


def test_worked_values():
    assert transition_error(T05, OTHER) == pytest.approx((0.1 + 0.1 + 1.0) / 9)
    assert_allclose(total_variation(T05, OTHER), [0.1, 0, 0.5], atol=1e-12)


@given(matrices, matrices, matrices)
def test_both_are_distances(a, b, c):
    for distance in (transition_error, lambda *both: total_variation(*both).max()):
        assert distance(a, a) == 0
        assert distance(a, b) == distance(b, a) >= 0
        assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-12


@given(matrices, matrices)
def test_total_variation_is_the_largest_difference_of_any_set_of_labels(a, b):
    differences = a - b
    largest = differences.clip(min=0).sum(axis=1)
    assert_allclose(total_variation(a, b), largest, atol=1e-12)
    assert transition_error(a, b) == pytest.approx(2 * largest.mean() / 4)


@pytest.mark.parametrize("metric", [transition_error, total_variation])
def test_matrices_that_are_none_are_refused(metric):
    with pytest.raises(ValueError, match=r"shape \(3, 3\), the estimated one \(2, 2\)"):
        metric(T05, np.eye(2))
    with pytest.raises(ValueError, match="Row 0 of transition"):
        metric(T05, 2 * T05)
    with pytest.raises(ValueError, match="NaN"):
        metric(T05, np.full((3, 3), np.nan))


# --- flips ---


def test_flips_are_counted_class_by_class():
    y_true = ["b", "a", "a", "b", "a", "a"]
    y_noisy = ["b", "a", "c", "a", "a", "b"]
    expected = [[0.5, 0.25, 0.25], [0.5, 0.5, 0], [np.nan] * 3]
    assert_array_equal(realized_transition(y_true, y_noisy), expected)
    assert realized_noise_rate(y_true, y_noisy) == 0.5


def test_labels_order_rows_and_columns():
    found = realized_transition([0, 0, 1], [0, 1, 1], labels=[1, 0])
    assert_array_equal(found, [[1, 0], [0.5, 0.5]])
    with pytest.raises(ValueError, match=r"labels leaves out \[1\]"):
        realized_transition([0, 0, 1], [0, 1, 1], labels=[0, 2])


def test_exact_noise_realizes_its_matrix():
    y = np.repeat([0, 1, 2], 100)
    noise = ClassConditionalNoise(T05, exact=True, random_state=0).fit(None, y)
    y_noisy = noise.corrupt(y)
    assert transition_error(
        noise.transition_matrix_, realized_transition(y, y_noisy)
    ) < (0.01)
    assert realized_noise_rate(y, y_noisy) == noise.realized_rate_


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)
)
def test_matrix_and_rate_tell_the_same(pairs):
    y_true, y_noisy = np.array(pairs).T
    transition = realized_transition(y_true, y_noisy, labels=range(4))
    shares = np.bincount(y_true, minlength=4) / len(y_true)
    kept = np.nansum(shares * transition.diagonal())
    assert realized_noise_rate(y_true, y_noisy) == pytest.approx(1 - kept)


def test_error_of_a_rate_is_signed():
    y_true, y_noisy = [0, 0, 1, 1], [0, 1, 1, 1]
    assert noise_rate_error(y_true, y_noisy, 0.3) == pytest.approx(0.05)
    assert noise_rate_error(y_true, y_noisy, 0.1) == pytest.approx(-0.15)
    with pytest.raises(ValueError, match="noise_rate"):
        noise_rate_error(y_true, y_noisy, 30)
    with pytest.raises(ValueError, match="noise_rate=nan is out"):
        noise_rate_error(y_true, y_noisy, float("nan"))


@pytest.mark.parametrize(
    ("y_true", "y_noisy", "message"),
    [
        ([0, 1], [0], "inconsistent numbers of samples"),
        ([0, None], [0, 1], "missing labels"),
        ([0, 1], [0.0, np.nan], "missing labels"),
        ([0.5, 1], [0, 1], "continuous"),
        ([[0, 1], [1, 0]], [0, 1], "shape"),
    ],
)
@pytest.mark.parametrize("metric", [realized_transition, realized_noise_rate])
def test_labels_that_are_none_are_refused(metric, y_true, y_noisy, message):
    with pytest.raises(ValueError, match=message):
        metric(y_true, y_noisy)
