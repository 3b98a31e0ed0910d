"""From probabilities of given labels to true ones, and when that can't be."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy import _simplex
from sknoisy._simplex import solve_on_simplex
from sknoisy.noise import (
    MNIST_SPARSE_PAIRS,
    pair_flip_transition,
    sparse_transition,
    symmetric_transition,
)
from sknoisy.transition import (
    adjust_logits,
    check_identifiable,
    clean_posterior,
    clean_prior,
    condition_number,
    noise_rate,
    prior_ratio,
)

SPARSE_HIGH = sparse_transition(10, MNIST_SPARSE_PAIRS, rates=(0.7, 0.2))


def best_of_all_supports(transition, target):
    """Solve the problem of one row for every set of classes that may be present."""
    n_classes = len(transition)
    supports = chain.from_iterable(
        combinations(range(n_classes), size) for size in range(1, n_classes + 1)
    )
    best, smallest = None, np.inf
    for support in map(list, supports):
        rows = transition[support]
        k = len(support)
        system = np.block([[rows @ rows.T, np.ones((k, 1))], [np.ones((1, k)), 0]])
        right = np.append(rows @ target, 1)
        shares = np.linalg.lstsq(system, right, rcond=None)[0][:-1]
        error = np.sum((shares @ rows - target) ** 2)
        if (shares >= -1e-12).all() and error < smallest - 1e-14:
            best, smallest = np.zeros(n_classes), error
            best[support] = shares
    return best


def random_problem(seed, n_rows, n_classes, noise):
    rng = np.random.default_rng(seed)
    transition = noise * rng.dirichlet(np.ones(n_classes), n_classes)
    transition += (1 - noise) * np.eye(n_classes)
    return transition, rng.dirichlet(np.full(n_classes, 0.5), n_rows)


# --- the clean posterior ---


@pytest.mark.parametrize("noise", [0.0, 0.3, 0.7, 0.97])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_solution_is_the_best_of_all_supports(n_classes, noise):
    transition, targets = random_problem(n_classes, 20, n_classes, noise)
    found = solve_on_simplex(transition, targets)
    for shares, target in zip(found, targets, strict=True):
        assert_allclose(shares, best_of_all_supports(transition, target), atol=1e-6)


@pytest.mark.parametrize("patience", [0, 3])
@pytest.mark.parametrize("noise", [0.5, 0.99])
def test_many_classes_meet_the_conditions_of_optimality(noise, patience, monkeypatch):
    monkeypatch.setattr(_simplex, "PATIENCE", patience)  # 0: one class at a time
    transition, targets = random_problem(0, 50, 20, noise)
    found = solve_on_simplex(transition, targets)
    assert_allclose(found.sum(axis=1), 1)
    slope = (found @ transition - targets) @ transition.T
    least = slope.min(axis=1, keepdims=True)
    assert (found >= 0).all()
    # only classes of the least slope may have a share
    assert_allclose(np.where(found > 1e-6, slope - least, 0), 0, atol=1e-8)


def test_rows_that_would_go_in_circles_are_solved():
    # changing all classes at a time never ends for one of these rows
    rng = np.random.default_rng(1)
    transition = 0.97 * rng.dirichlet(np.full(6, 0.05), 6) + 0.03 * np.eye(6)
    targets = rng.dirichlet(np.full(6, 0.3), 20)
    found = solve_on_simplex(transition, targets)
    for shares, target in zip(found, targets, strict=True):
        assert_allclose(shares, best_of_all_supports(transition, target), atol=1e-5)


def test_solving_in_blocks_changes_nothing(monkeypatch):
    transition, targets = random_problem(1, 40, 6, 0.6)
    expected = solve_on_simplex(transition, targets)
    monkeypatch.setattr(_simplex, "BLOCK_SIZE", 7 * 49)
    assert_allclose(solve_on_simplex(transition, targets), expected)


@pytest.mark.parametrize(
    "transition",
    [
        symmetric_transition(4, 0.6),
        pair_flip_transition(4, 0.45),
        np.array([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.3, 0.3, 0.4]]),
        np.array([[0.3, 0.7], [0.2, 0.8]]),
        symmetric_transition(10, 0.895),  # condition number 183
    ],
)
def test_posterior_undoes_the_noise(transition):
    rng = np.random.default_rng(0)
    clean = rng.dirichlet(np.full(len(transition), 0.3), 50)
    found = clean_posterior(clean @ transition, transition)
    assert_allclose(found, clean, atol=1e-6)


def test_posterior_finds_classes_that_argmax_never_does():
    clean = 0.9 * np.eye(10) + 0.01
    noisy = clean @ SPARSE_HIGH
    assert (noisy.argmax(axis=1) == np.arange(10)).sum() == 5
    found = clean_posterior(noisy, SPARSE_HIGH)
    assert_array_equal(found.argmax(axis=1), np.arange(10))


@given(st.integers(0, 2**16), st.integers(2, 6), st.floats(0, 1), st.integers(1, 8))
@settings(max_examples=80, deadline=None)
def test_solutions_are_distributions_even_for_singular_matrices(seed, c, noise, n):
    transition, targets = random_problem(seed, n, c, noise)
    transition[-1] = transition[0]
    found = solve_on_simplex(transition, targets)
    assert (found >= 0).all()
    assert_allclose(found.sum(axis=1), 1)
    for shares, target in zip(found, targets, strict=True):
        ours = np.sum((shares @ transition - target) ** 2)
        best = best_of_all_supports(transition, target)
        assert ours <= np.sum((best @ transition - target) ** 2) + 1e-8


@pytest.mark.parametrize(
    ("pred_probs", "transition", "message"),
    [
        ([[0.5, 0.5]], np.eye(3), "y has 2 classes|expected"),
        ([[0.5, 0.6]], np.eye(2), "sums to 1.1"),
        ([[np.nan, 0.5]], np.eye(2), "NaN"),
        ([[0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]], "All rows of transition are equal"),
        ([[0.5, 0.5]], [[0.6, 0.5], [0.5, 0.5]], "Row 0 of transition"),
    ],
)
def test_posterior_says_what_is_wrong(pred_probs, transition, message):
    with pytest.raises(ValueError, match=message):
        clean_posterior(pred_probs, transition)


# --- priors and rates ---


def test_clean_prior_and_noise_rate_undo_the_noise():
    prior = np.array([0.6, 0.3, 0.1])
    transition = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.05, 0.7]])
    counts = 1000 * prior @ transition
    assert_allclose(clean_prior(counts, transition), prior)
    assert noise_rate(counts, transition) == pytest.approx(0.6 * 0.3 + 0.3 * 0.4 + 0.03)


def test_noise_rate_is_a_share_even_where_rows_are_equal():
    assert noise_rate([0.4, 0.6], [[0.4, 0.6], [0.4, 0.6]]) == pytest.approx(0.5)
    assert noise_rate([1.0, 0.0], np.eye(2)) == 0


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ([[0.5, 0.5]], "has shape"),
        ([0.5, 0.3, 0.2], "y has 3 classes"),
        ([-0.5, 1.5], "negative"),
        ([0.0, 0.0], "all zero"),
        ([np.nan, 1.0], "NaN"),
    ],
)
def test_a_prior_that_is_none_is_refused(prior, message):
    with pytest.raises(ValueError, match=message):
        clean_prior(prior, np.eye(2))


def test_prior_ratio_finds_classes_that_argmax_never_does():
    prior = SPARSE_HIGH.mean(axis=0)
    ratio = prior_ratio(SPARSE_HIGH, prior)
    assert_array_equal(ratio.argmax(axis=1), np.arange(10))
    assert_allclose(ratio.sum(axis=1), 1)
    assert_allclose(ratio[0, :2], np.array([0.3 / 0.05, 0.7 / 0.15]) / (6 + 0.7 / 0.15))


def test_adjusted_logits_rank_as_the_prior_ratio_does():
    rng = np.random.default_rng(0)
    probs, counts = rng.dirichlet(np.ones(4), 100), np.array([50, 30, 15, 5])
    adjusted = adjust_logits(np.log(probs) + 3, counts)
    assert_array_equal(
        adjusted.argsort(axis=1), prior_ratio(probs, counts).argsort(axis=1)
    )
    assert_allclose(adjust_logits(adjusted, counts, tau=-1), np.log(probs) + 3)


def test_a_label_that_is_never_given_comes_last():
    assert_allclose(prior_ratio([[0.2, 0.3, 0.5]], [1, 1, 0]), [[0.4, 0.6, 0]])
    assert_allclose(prior_ratio([[0.0, 0.0, 1.0]], [1, 1, 0]), [[0, 0, 1]])
    with pytest.raises(ValueError, match="zero for class 2"):
        adjust_logits([[0.2, 0.3, 0.5]], [1, 1, 0])


def test_adjustment_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="expected \\(2,\\)"):
        adjust_logits([[0.2, 0.3]], [1, 1, 1])
    with pytest.raises(ValueError, match="NaN"):
        adjust_logits([[np.nan, 0.3]], [1, 1])
    with pytest.raises(ValueError, match="tau='1' is out of range"):
        adjust_logits([[0.1, 0.3]], [1, 1], tau="1")


# --- identifiability ---


def test_condition_number_is_that_of_numpy():
    transition, _ = random_problem(3, 1, 5, 0.5)
    assert condition_number(transition) == pytest.approx(np.linalg.cond(transition))
    assert condition_number(np.eye(3)) == pytest.approx(1)
    assert condition_number(np.full((3, 3), 1 / 3)) == np.inf


def test_a_good_matrix_passes_and_its_condition_is_told():
    assert check_identifiable(symmetric_transition(10, 0.5)) == pytest.approx(2.25)
    assert check_identifiable(SPARSE_HIGH) < 20  # not dominant, and yet identifiable


@pytest.mark.parametrize(
    ("transition", "message"),
    [
        (symmetric_transition(10, 0.9), "All rows of transition are equal"),
        (
            [[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2]],
            "Rows 0 and 2 of transition are equal",
        ),
        (
            [[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.4, 0.4, 0.2]],
            "condition number of transition is inf",
        ),
        ([[0.5002, 0.4998], [0.4998, 0.5002]], "is 2500, more than max_condition=1000"),
    ],
)
def test_a_matrix_that_can_not_be_inverted_is_refused(transition, message):
    with pytest.raises(ValueError, match=message):
        check_identifiable(transition)


def test_the_limit_can_be_raised():
    transition = [[0.5002, 0.4998], [0.4998, 0.5002]]
    assert check_identifiable(transition, max_condition=1e4) == pytest.approx(2500)


@pytest.mark.parametrize(
    ("transition", "swapped"),
    [
        (pair_flip_transition(3, 0.6), "0, 1, 2"),
        ([[0.4, 0.6, 0], [0.7, 0.3, 0], [0, 0, 1]], "0, 1"),
    ],
)
def test_more_noise_than_can_be_noticed_is_warned_of(transition, swapped):
    with pytest.warns(UserWarning, match=f"classes {swapped} are wrong than can be"):
        check_identifiable(transition)
