"""Noise of groups: rates and matrices that were planted, intervals, and the test."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sknoisy.transition import group_noise
from sknoisy.transition._group_noise import noise_of, surprise_of


def planted(rates, n=400, n_classes=3, seed=0, spread=0.25):
    """Return labels, what a good model says of them, groups and transition matrices."""
    rng = np.random.default_rng(seed)
    members = np.repeat(np.arange(len(rates)), n)
    true = rng.integers(n_classes, size=len(members))
    matrices = [
        np.full((n_classes, n_classes), rate / (n_classes - 1))
        + (1 - rate - rate / (n_classes - 1)) * np.eye(n_classes)
        for rate in rates
    ]
    labels = np.array(
        [
            rng.choice(n_classes, p=matrices[g][t])
            for g, t in zip(members, true, strict=True)
        ]
    )
    logits = 3 * np.eye(n_classes)[true] + rng.normal(0, spread, (len(true), n_classes))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, p @ np.mean(matrices, axis=0), members, matrices


def test_the_score_is_what_sums_over_all_labels_say():
    rng = np.random.default_rng(1)
    q = rng.dirichlet(np.ones(3), size=6)
    T = np.array([[0.7, 0.2, 0.1], [0.0, 0.9, 0.1], [0.3, 0.3, 0.4]])
    labels = np.array([0, 1, 2, 2, 1, 0])
    surprise, variance = surprise_of(q, labels, T)
    for i, label in enumerate(labels):
        given = [sum(q[i, j] * T[j, y] for j in range(3)) for y in range(3)]
        wrong = [1 - q[i, y] * T[y, y] / given[y] for y in range(3)]
        mean = sum(g * w for g, w in zip(given, wrong, strict=True))
        square = sum(g * (w - mean) ** 2 for g, w in zip(given, wrong, strict=True))
        assert_allclose(surprise[i], wrong[label] - mean)
        assert_allclose(variance[i], square)


def test_the_matrix_of_a_group_is_the_likeliest():
    labels, p, _, _ = planted([0.3], n=300)
    T, rate = noise_of(p, labels, np.eye(3))

    def likelihood(matrix):
        return np.log((p @ matrix)[np.arange(len(labels)), labels]).sum()

    rng = np.random.default_rng(0)
    for _ in range(50):
        other = np.abs(T + rng.normal(0, 0.03, T.shape))
        other /= other.sum(axis=1, keepdims=True)
        assert likelihood(other) <= likelihood(T) + 1e-6
    right = p * T.diagonal() / (p @ T)
    assert_allclose(rate, 1 - right[np.arange(len(labels)), labels].mean())


def test_rates_and_matrices_are_those_that_were_planted():
    rates = [0.05, 0.2, 0.45]
    labels, p, members, matrices = planted(rates, n=1000)
    names = np.array(["ann", "bob", "cid"])[members]
    found = group_noise(labels, p, names, random_state=0)
    assert found.groups.tolist() == ["ann", "bob", "cid"]
    assert found.counts.tolist() == [1000] * 3
    assert_allclose(found.rates, rates, atol=0.04)
    assert_allclose(found.transitions, matrices, atol=0.07)
    assert (found.intervals[:, 0] < found.rates).all()
    assert (found.rates < found.intervals[:, 1]).all()
    assert found.p_value < 1e-9
    assert found.p_values[0] < 1e-9 > found.p_values[2]


def test_groups_that_are_mistaken_alike_are_seldom_told_apart():
    p_values = [
        group_noise(*planted([0.2] * 4, n=100, seed=seed)[:3], n_draws=1).p_value
        for seed in range(60)
    ]
    assert np.mean(np.array(p_values) < 0.05) <= 0.12
    assert np.mean(np.array(p_values) < 0.5) >= 0.25


def test_intervals_hold_the_rate_about_as_often_as_they_say():
    held = []
    for seed in range(20):
        labels, p, members, _ = planted([0.1, 0.3], n=200, seed=seed, spread=0.1)
        options = {"confidence": 0.8, "n_draws": 60, "random_state": seed}
        low, high = group_noise(labels, p, members, **options).intervals.T
        held += list((low <= [0.1, 0.3]) & (high >= [0.1, 0.3]))
    assert 0.6 <= np.mean(held) <= 0.97


def test_small_groups_and_single_ones():
    labels, p, members, _ = planted([0.1, 0.3], n=100)
    members[:5] = 2
    found = group_noise(labels, p, members, random_state=0, n_draws=20)
    assert np.isnan(found.rates[2])
    assert np.isnan(found.intervals[2]).all()
    assert np.isnan(found.p_values).tolist() == [False, False, True]
    assert 0 <= found.p_value <= 1
    assert_allclose(found.transitions[2].sum(axis=1), 1)
    again = group_noise(labels, p, members, random_state=0, n_draws=20)
    assert_allclose(found.intervals, again.intervals)
    none = group_noise(labels, p, members, min_samples=500)
    assert np.isnan(none.p_value)
    with pytest.raises(ValueError, match="one group alone"):
        group_noise(labels, p, np.zeros(len(labels)))


def test_groups_of_any_container(table):
    labels, p, members, _ = planted([0.1, 0.3], n=60)
    as_list = group_noise(labels, p, members.tolist(), n_draws=5, random_state=0)
    array = group_noise(labels, p, members, n_draws=5, random_state=0)
    assert_allclose(as_list.rates, array.rates)
    with pytest.raises(ValueError, match="confidence=1.0"):
        group_noise(labels, p, members, confidence=1.0)
    with pytest.raises(ValueError, match="inconsistent"):
        group_noise(labels, p, members[1:])
