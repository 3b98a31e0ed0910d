"""A pool of judges, and what it says of the noise: by formulas and properties."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import approx_fprime
from scipy.special import softmax

from sknoisy.auto import _pool
from sknoisy.auto._hearing import best_loss
from sknoisy.auto._noise import (
    PRIOR,
    by_inversion,
    by_shape,
    find_noise,
    is_sound,
    posterior,
    refine,
    sharpest,
)
from sknoisy.auto._pool import (
    log_losses,
    log_probabilities,
    pool_weights,
    pooled,
    rescaled,
)

SEEDS = range(5)


def judges(seed, n=200, n_classes=4, n_judges=3):
    """Return log-probabilities of judges, some good ones and some bad, and labels."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(n_classes, size=n)
    skill = rng.uniform(0, 2, size=n_judges)
    scores = rng.normal(size=(n_judges, n, n_classes))
    scores += skill[:, None, None] * np.eye(n_classes)[codes]
    return np.stack([log_probabilities(softmax(s, axis=1)) for s in scores]), codes


def even(n_classes, rate):
    return np.full((n_classes, n_classes), rate / (n_classes - 1)) + np.eye(
        n_classes
    ) * (1 - rate - rate / (n_classes - 1))


# --- pool ---


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pool_foretells_as_well_as_its_best_judge(seed, monkeypatch):
    monkeypatch.setattr(_pool, "RIDGE", 0.0)
    logs, codes = judges(seed)
    together = log_losses(pooled(logs, *pool_weights(logs, codes)), codes).mean()
    assert together <= min(best_loss(one, codes) for one in logs) + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_weights_are_where_the_likelihood_has_no_slope(seed, rate):
    logs, codes = judges(seed)
    transition = None if rate == 0 else even(4, rate)

    def loss(found):
        weights, offsets = found[: len(logs)], found[len(logs) :]
        off = weights - 1 / len(logs)
        told = log_losses(pooled(logs, weights, offsets), codes, transition).sum()
        ridges = _pool.RIDGE * off @ off + _pool.OFFSET_RIDGE * offsets @ offsets
        return told + ridges

    weights, offsets = pool_weights(logs, codes, transition)
    slope = approx_fprime(np.concatenate([weights, offsets]), loss, 1e-6)
    assert (weights >= 0).all()
    assert (slope[: len(logs)] > -0.5).all()
    free = np.concatenate([weights > 1e-3, np.ones(4, dtype=bool)])
    assert_allclose(slope[free], 0, atol=0.5)  # of sums over 200 samples


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_offsets_take_back_what_judges_make_of_frequencies(rate, monkeypatch):
    """Judges with a strong penalty say little of a sample and all of frequencies."""
    monkeypatch.setattr(_pool, "RIDGE", 0.0)
    rng = np.random.default_rng(0)
    true = (rng.random(4000) < 0.1).astype(int)
    signal = rng.normal(size=4000) + 3 * true
    log_odds = np.log(0.1 / 0.9) + 3 * signal - 4.5  # what is right
    weak = np.log(0.1 / 0.9) + (log_odds - np.log(0.1 / 0.9)) / 5
    logs = log_probabilities(softmax(np.stack([0 * weak, weak], 1), axis=1))[None]
    transition = even(2, rate)
    codes = np.where(rng.random(4000) < rate, 1 - true, true)
    for find in (pool_weights, lambda *a: rescaled(np.ones(1), *a)):
        told = pooled(logs, *find(logs, codes, transition))
        found = np.log(told[:, 1] / told[:, 0])
        assert abs((found > 0).mean() - (log_odds > 0).mean()) < 0.01 + rate / 10
        assert np.corrcoef(found, log_odds)[0, 1] > 0.99
    monkeypatch.setattr(_pool, "OFFSET_RIDGE", 1e9)
    told = pooled(logs, *pool_weights(logs, codes, transition))
    assert (told.argmax(axis=1) == 1).mean() < 0.05


def test_nothing_is_impossible():
    logs = log_probabilities(np.array([[1.0, 0.0], [0.25, 0.75]]))
    assert_allclose(np.exp(logs).sum(axis=1), 1)
    assert np.isfinite(logs).all()
    assert_allclose(np.exp(logs[1]), [0.25, 0.75])


def test_a_factor_that_was_lost_is_found_again():
    rng = np.random.default_rng(0)
    logs = log_probabilities(softmax(2 * rng.normal(size=(4000, 3)), axis=1))
    codes = (logs.argmax(axis=1)[:, None] == np.arange(3)).argmax(axis=1)
    codes = np.array([rng.choice(3, p=p) for p in np.exp(logs)])
    factor, offsets = rescaled(np.array([0.25]), logs[None], codes)
    assert factor == pytest.approx(1, abs=0.1)
    assert_allclose(offsets, 0, atol=0.1)


# --- noise ---


def crowd(transition, sure=4.0, n=6000, seed=0):
    """Return given labels, and the pool that knows how likely each of them is."""
    rng = np.random.default_rng(seed)
    n_classes = len(transition)
    codes = rng.integers(n_classes, size=n)
    scores = rng.normal(size=(n, n_classes)) + sure * np.eye(n_classes)[codes]
    true = softmax(3 * scores, axis=1)
    codes = np.array([rng.choice(n_classes, p=p) for p in true])
    given = np.array([rng.choice(n_classes, p=transition[k]) for k in codes])
    return given, true @ transition


PAIR = 0.7 * np.eye(4) + 0.3 * np.roll(np.eye(4), 1, axis=1)
UNEVEN = np.array(
    [
        [0.6, 0.3, 0.05, 0.05],
        [0.0, 0.9, 0.1, 0.0],
        [0.2, 0.2, 0.6, 0.0],
        [0.02, 0.02, 0.26, 0.7],
    ]
)


@pytest.mark.parametrize("transition", [even(4, 0.4), PAIR, UNEVEN, np.eye(4)])
def test_the_matrix_is_found_whatever_its_kind(transition):
    given, pool = crowd(transition)
    assert np.abs(find_noise(given, pool).transition - transition).max() < 0.1


@pytest.mark.parametrize("rate", [0.2, 0.4])
def test_of_two_classes_one_rate_is_found(rate):
    given, pool = crowd(even(2, rate))
    found = find_noise(given, pool)
    assert found.source == "one rate"
    assert_allclose(found.transition, even(2, rate), atol=0.06)


@pytest.mark.parametrize("transition", [np.eye(2), np.array([[1.0, 0.0], [0.3, 0.7]])])
def test_of_two_classes_no_noise_and_noise_of_one_are_found(transition):
    given, pool = crowd(transition)
    found = find_noise(given, pool)
    assert found.source == "inversion"
    assert_allclose(found.transition, transition, atol=0.08)


def test_of_two_classes_noise_is_supposed_where_nothing_contradicts_it():
    # judges that hardly know anything: their doubts may be noise
    rng = np.random.default_rng(0)
    pool = softmax(0.1 * rng.normal(size=(300, 2)), axis=1)
    codes = (rng.random(300) < pool[:, 1]).astype(int)
    modest = sharpest(codes, np.log(pool))
    # judges that are sure and right: there is none
    pool = softmax(4 * rng.normal(size=(300, 2)), axis=1)
    codes = (rng.random(300) < pool[:, 1]).astype(int)
    sure = sharpest(codes, np.log(pool))
    assert modest.sharpness > sure.sharpness
    assert modest.transition[0, 1] > 0.3 > 0.05 > sure.transition[0, 1]


def test_the_structure_is_told_by_its_price():
    given, pool = crowd(even(4, 0.4))
    assert by_shape(given, np.log(pool)).source == "one rate"


def test_a_free_matrix_is_the_likeliest_one_near_its_prior():
    """EM stops where moving weight within a row gains nothing."""
    rng = np.random.default_rng(3)
    s = softmax(3 * rng.normal(size=(300, 3)), axis=1)
    codes = rng.integers(3, size=300)
    center = even(3, 0.3)

    def loss(matrix):
        told = np.log((s * matrix.T[codes]).sum(axis=1)).sum()
        return -told - PRIOR * (center * np.log(matrix)).sum()

    found = refine(s, codes, center, 2000)
    for i, j, k in [(0, 0, 1), (1, 2, 0), (2, 1, 2)]:
        for step in (1e-3, -1e-3):
            moved = found.copy()
            moved[i, j] += step
            moved[i, k] -= step
            assert loss(moved) > loss(found)


def test_the_posterior_is_bayes_rule():
    s, transition = np.array([[0.5, 0.5], [0.9, 0.1]]), even(2, 0.2)
    found = posterior(s, np.array([0, 1]), transition)
    assert_allclose(found[0], [0.8, 0.2])
    assert_allclose(found[1], [0.9 * 0.2 / 0.26, 0.1 * 0.8 / 0.26])


def test_what_is_true_of_other_rows_is_told_as_of_those_of_fit():
    given, pool = crowd(PAIR)
    noise = by_inversion(given, pool)
    true = noise.true_of(pool)
    assert_allclose(true.sum(axis=1), 1)
    assert (true.argmax(axis=1) == noise.posterior.argmax(axis=1)).mean() > 0.9


def test_a_matrix_is_sound_if_right_labels_are_the_most_frequent():
    assert is_sound(PAIR)
    assert not is_sound(PAIR[[1, 0, 2, 3]])
