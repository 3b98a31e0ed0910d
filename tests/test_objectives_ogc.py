"""Optimized gradient clipping against integrals and formulas done the slow way."""

import math

import numpy as np
import pytest
from objective_helpers import LABELS, P, at, evaluate
from scipy.integrate import quad
from scipy.stats import norm

from sknoisy.losses import get_loss
from sknoisy.objectives import OptimizedGradientClipping
from sknoisy.objectives._ogc import Tangents, fit_two_normals


def slope(loss, p):
    return {"ce": 1 / p, "gce": p ** (0.7 - 1)}[loss]


@pytest.mark.parametrize("loss", ["ce", "gce"])
def test_tangents_touch_the_loss(loss):
    tangents = Tangents(get_loss(loss))
    p = np.exp(-tangents.nll)
    values = -np.log(p) if loss == "ce" else (1 - p**0.7) / 0.7
    np.testing.assert_allclose(tangents.values, values, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(tangents.slopes, slope(loss, p), rtol=1e-6)


@pytest.mark.parametrize("loss", ["ce", "gce"])
@pytest.mark.parametrize("allowed", [1.2, 3.0])
def test_the_threshold_of_ogc_holds_the_ratio_of_mean_slopes(loss, allowed):
    mixture = np.array([[0.5, 0.3], [4.0, 2.0]])
    touches_at = Tangents(get_loss(loss)).choose(mixture, allowed)[0]

    def mean_slope(mean, variance):
        normal = norm(mean, math.sqrt(variance))
        top = -math.log(1e-7)
        clipped, _ = quad(
            lambda h: normal.pdf(h) * slope(loss, math.exp(-min(h, touches_at))),
            0,
            top,
            points=[touches_at],
            limit=200,
        )
        return clipped / (normal.cdf(top) - normal.cdf(0))

    clean, wrong = (mean_slope(*normal) for normal in mixture)
    assert wrong / clean == pytest.approx(allowed, rel=0.03)


def test_ogc_clips_nothing_where_all_labels_are_alike():
    touches_at = Tangents(get_loss("ce")).choose(np.array([[1.0, 0.5]] * 2), 1.5)[0]
    assert touches_at == pytest.approx(-math.log(1e-7))


def test_without_slack_ogc_has_one_slope_for_all():
    touches_at = Tangents(get_loss("ce")).choose(np.array([[0.5, 0.3], [4, 2]]), 1.0)[0]
    assert touches_at < 1e-6


def test_ogc_goes_on_along_the_tangent():
    ogc = OptimizedGradientClipping(10, 100, queue_size=100)
    ogc.tangent = (0.9, 0.9, math.exp(0.9))
    p_t, total = math.exp(-0.9), 0
    for p, y in zip(P, LABELS, strict=True):
        total += -math.log(p[y]) if p[y] > p_t else 0.9 + (p_t - p[y]) / p_t
    assert evaluate(ogc, range(9)) != 0  # the queue of ten isn't full yet
    ogc.n_seen = 0
    assert evaluate(ogc, range(9)) * 9 == pytest.approx(
        total - (-math.log(P[9, 0]) if P[9, 0] > p_t else 0.9 + (p_t - P[9, 0]) / p_t)
    )


def test_ogc_fits_its_mixture_to_the_last_samples_and_tells_clean_from_wrong():
    rng = np.random.default_rng(1)
    values = np.r_[rng.normal(0.5, 0.2, 3000), rng.normal(4, 1, 1000)]
    np.testing.assert_allclose(
        fit_two_normals(rng.permutation(values)), [[0.5, 0.04], [4, 1]], rtol=0.1
    )


def test_ogc_looks_at_its_queue_when_it_is_full():
    ogc = OptimizedGradientClipping(10, 100)
    evaluate(ogc, range(6))
    assert ogc.tangent is None
    evaluate(ogc, range(6, 10))
    assert ogc.tangent is not None
    np.testing.assert_allclose(ogc.queue, -np.log(P[np.arange(10), LABELS]), rtol=1e-5)
    first = ogc.tangent
    evaluate(at(0.9, ogc), range(9))
    assert ogc.tangent == first  # one sample is wanting
    evaluate(ogc, range(9))
    assert ogc.tangent[0] < first[0]  # less slack near the end


@pytest.mark.parametrize("loss", ["nce", "label_smoothing", "bootstrap_soft"])
def test_ogc_refuses_losses_that_it_has_no_tangent_for(loss):
    with pytest.raises(ValueError, match="losses of p_y alone"):
        OptimizedGradientClipping(10, 100, loss=loss)


@pytest.mark.parametrize("loss", ["ce", "focal", "gce", "sce", "taylor", "agce"])
def test_ogc_takes_the_losses_that_its_documentation_names(loss):
    OptimizedGradientClipping(10, 100, loss=loss)
