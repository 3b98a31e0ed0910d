"""Mixtures find what was put in, and trust in a label never rises with its loss."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.mixture import GaussianMixture

from sknoisy.quality import BetaMixture, NormalMixture, clean_probability
from sknoisy.quality._mixture import MIXTURES

every_mixture = pytest.mark.parametrize("name", sorted(MIXTURES))
LOSSES = arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 20, width=32))


@pytest.fixture(scope="module")
def losses():
    """Losses of 700 right and 300 wrong labels, in this order."""
    rng = np.random.default_rng(0)
    return np.append(rng.gamma(1.5, 0.1, size=700), rng.normal(3, 0.5, size=300))


@every_mixture
def test_two_groups_are_found(name, losses):
    mixture = MIXTURES[name]().fit(losses)
    assert_allclose(mixture.weights_, [0.7, 0.3], atol=0.03)
    is_low = mixture.low_probability(losses) > 0.5
    assert (is_low == (np.arange(1000) < 700)).mean() > 0.99
    assert_array_equal(clean_probability(losses, name) > 0.5, is_low)


@settings(max_examples=80, deadline=None)
@given(LOSSES, st.sampled_from(sorted(MIXTURES)))
def test_more_loss_never_means_more_trust(losses, name):
    mixture = MIXTURES[name]().fit(losses)
    trust = mixture.low_probability(np.linspace(-5, 25, 301))
    assert ((trust >= 0) & (trust <= 1)).all()
    assert (np.diff(trust) <= 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(LOSSES, st.sampled_from(sorted(MIXTURES)))
def test_the_scale_of_losses_makes_no_difference(losses, name):
    # a power of two changes no digit
    assert_allclose(
        clean_probability(8 * losses, name), clean_probability(losses, name), atol=1e-6
    )


@every_mixture
def test_equal_losses_are_all_trusted(name):
    assert_array_equal(clean_probability(np.full(5, 0.3), name), 1)
    assert_array_equal(clean_probability([0.3], name), 1)


@every_mixture
def test_densities_make_one_density_together(name, losses):
    mixture = MIXTURES[name]().fit(losses)
    low, high = mixture.range_
    margin = (high - low) * (name == "gaussian")  # a normal one goes on outside
    x = np.linspace(low - margin, high + margin, 20001)[1:-1]
    density = mixture.density(x)
    assert density.shape == (19999, 2)
    area = density.sum() * (x[1] - x[0])
    assert area == pytest.approx(1, abs=0.02)


@every_mixture
def test_between_the_means_trust_is_what_bayes_says(name, losses):
    mixture = MIXTURES[name]().fit(losses)
    x = np.linspace(0.5, 2.5, 50)
    density = mixture.density(x)
    expected = density[:, 0] / density.sum(axis=1)
    assert_allclose(mixture.low_probability(x), expected, atol=1e-9)


def test_the_normal_mixture_is_scikit_learns(losses):
    x = (losses - losses.min()) / np.ptp(losses)
    theirs = GaussianMixture(2, tol=1e-2, reg_covar=5e-4, random_state=0)
    theirs.fit(x[:, None])
    first = theirs.means_.argmin()
    trust = theirs.predict_proba(x[:, None])[:, first]
    ours = NormalMixture().fit(losses)
    assert_allclose(ours.means_[0], theirs.means_[first, 0])
    inside = (x > ours.means_[0]) & (x < ours.means_[1])
    assert_allclose(ours.low_probability(losses)[inside], trust[inside], atol=1e-9)


def one_by_one(x, n_rounds):
    """Beta mixture by weighted moments, as the paper writes it, sample by sample."""
    weights, alphas, betas = [0.5, 0.5], [1.0, 2.0], [2.0, 1.0]
    for _ in range(n_rounds):
        shares = []
        for value in x:
            parts = [
                weights[k] * stats.beta.pdf(value, alphas[k], betas[k]) for k in (0, 1)
            ]
            shares.append([part / sum(parts) for part in parts])
        for k in (0, 1):
            share = [both[k] for both in shares]
            mean = np.average(x, weights=share)
            variance = np.average((x - mean) ** 2, weights=share)
            alphas[k] = mean * (mean * (1 - mean) / variance - 1)
            betas[k] = alphas[k] * (1 - mean) / mean
            weights[k] = np.mean(share)
    return weights, alphas, betas


@pytest.mark.parametrize("n_rounds", [1, 2, 10])
def test_the_beta_mixture_follows_the_paper(n_rounds):
    rng = np.random.default_rng(1)
    losses = np.append(rng.gamma(1.5, 0.1, size=70), rng.normal(3, 0.5, size=30))
    ours = BetaMixture(max_iter=n_rounds).fit(losses)
    low, high = np.percentile(losses, [5, 95], method="nearest")
    x = np.array([(v - low) / (high - low) for v in losses if low <= v <= high])
    weights, alphas, betas = one_by_one(np.clip(x, 1e-3, 1 - 1e-3), n_rounds)
    assert_allclose(ours.weights_, weights, rtol=1e-9)
    assert_allclose(ours.alphas_, alphas, rtol=1e-9)
    assert_allclose(ours.betas_, betas, rtol=1e-9)


def test_the_beta_mixture_finds_beta_distributions_that_lie_apart():
    rng = np.random.default_rng(0)
    losses = np.append(rng.beta(3, 20, size=600), rng.beta(20, 4, size=400))
    mixture = BetaMixture(percentiles=(0, 100)).fit(losses)
    assert_allclose(mixture.weights_, [0.6, 0.4], atol=0.02)
    means = mixture.alphas_ / (mixture.alphas_ + mixture.betas_)
    low, high = mixture.range_
    assert_allclose(low + (high - low) * means, [3 / 23, 20 / 24], atol=0.02)


def test_trust_stands_still_where_the_wider_component_would_return():
    # the lower component is narrow: far below it, the upper one is denser again
    rng = np.random.default_rng(0)
    losses = np.append(rng.normal(1, 0.05, size=900), rng.normal(2, 1, size=300))
    mixture = NormalMixture().fit(losses)
    density = mixture.density([mixture.range_[0]])
    assert density[0, 1] > density[0, 0]
    lowest = mixture.low_probability([mixture.range_[0], 0.9])
    assert lowest[0] >= lowest[1] > 0.8


@every_mixture
@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ([[1.0], [2.0]], r"losses has shape \(2, 1\): expected one number"),
        ([1.0, np.nan], "losses contains NaN"),
        ([], "minimum of 1 is required"),
    ],
)
def test_strange_losses_are_refused(name, losses, message):
    with pytest.raises(ValueError, match=message):
        clean_probability(losses, name)


def test_an_unknown_mixture_is_refused_with_a_hint():
    with pytest.raises(ValueError, match="did you mean 'gaussian'.* beta, gaussian"):
        clean_probability([1.0, 2.0], "gausian")
