"""What makes a loss robust: symmetry, the asymmetric condition, bounds."""

import math

import pytest
import torch

from sknoisy.losses import LOSSES

RCE = -math.log(1e-4)
SUMS_OVER_FIVE_LABELS = {
    "mae": 8,
    "rce": 4 * RCE,
    "nce": 1,
    "nfl": 1,
    "nnce": 4,
    "nce_mae": 1 + 8,
    "nce_rce": 1 + 4 * RCE,
    "nfl_mae": 1 + 8,
    "nfl_rce": 1 + 4 * RCE,
    "anl": 5 + 5 * 4,
}


def make_batch(n_samples=64, scale=2.0):
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(n_samples, 5, generator=rng, dtype=torch.float64)
    return scale * logits, torch.randint(5, (n_samples,), generator=rng)


def sum_over_labels(name, logits):
    labels = [torch.full((len(logits),), k) for k in range(logits.shape[1])]
    return sum(LOSSES[name](logits, label) for label in labels)


@pytest.mark.parametrize(("name", "total"), SUMS_OVER_FIVE_LABELS.items())
def test_a_symmetric_loss_sums_to_a_constant_over_all_labels(name, total):
    logits, _ = make_batch()
    sums = sum_over_labels(name, logits)
    torch.testing.assert_close(sums, torch.full_like(sums, total))


@pytest.mark.parametrize("name", sorted(set(LOSSES) - set(SUMS_OVER_FIVE_LABELS)))
def test_a_loss_not_called_symmetric_is_not(name):
    logits, _ = make_batch()
    if name == "mae_shift":  # symmetric as mean absolute error, up to ten classes
        logits = logits.repeat(1, 4)
    assert sum_over_labels(name, logits).std() > 1e-3


def risks_between_labels(name, hyper, frequencies):
    """Return the risk with all probability on label 0, and all risks on the way off."""
    moved = torch.linspace(0, 1, 1001, dtype=torch.float64)
    risks = []
    for other in (1, 2):
        p = torch.zeros(1001, 3, dtype=torch.float64)
        p[:, 0], p[:, other] = 1 - moved, moved
        risks.append(risk(name, hyper, p, frequencies))
    return risks[0][0], torch.cat(risks)[1:]


def risk(name, hyper, p, frequencies):
    logits = torch.log(p.clamp(min=1e-300))
    labels = [torch.full((len(p),), k) for k in range(3)]
    losses = [LOSSES[name](logits, label, **hyper) for label in labels]
    return sum(w * loss for w, loss in zip(frequencies, losses, strict=True))


@pytest.mark.parametrize(
    ("name", "hyper", "bound"),
    [
        ("agce", {"a": 1.0, "q": 0.5}, 2**0.5),
        ("agce", {"a": 1.0, "q": 1.5}, 1.0),
        ("aul", {"a": 2.0, "q": 2.0}, 2.0),
        ("aul", {"a": 2.0, "q": 0.5}, 1.0),
        ("ael", {"a": 1.0}, math.e),
    ],
)
def test_an_asymmetric_loss_holds_to_the_most_frequent_label(name, hyper, bound):
    for factor, holds in [(1.02, True), (0.98, False)]:
        frequencies = [factor * bound, 1.0, 0.5]
        at_label, elsewhere = risks_between_labels(name, hyper, frequencies)
        assert (at_label <= elsewhere.min() + 1e-12) == holds


@pytest.mark.parametrize(("margin", "a"), [(0.1, 10.0), (0.4, 2.5)])
def test_amse_holds_to_the_most_frequent_label_from_its_bound_on(margin, a):
    second = (1 - margin) / 2.5
    frequencies = [second + margin, second, 0.5 * second]
    for factor, holds in [(1.02, True), (0.98, False)]:
        hyper = {"a": factor * a}
        at_label, elsewhere = risks_between_labels("amse", hyper, frequencies)
        assert (at_label <= elsewhere.min() + 1e-12) == holds


@pytest.mark.parametrize(
    ("name", "hyper", "low", "high"),
    [
        ("mae", {}, 0, 2),
        ("mae_shift", {"bias": 4}, 0, 2),
        ("rce", {}, 0, RCE),
        ("gce", {"q": 0.4}, 0, 1 / 0.4),
        ("taylor", {"order": 3}, 0, 1 + 1 / 2 + 1 / 3),
        ("js", {"label_weight": 0.5}, 0, 2),
        ("js", {"label_weight": 0.1}, 0, 1 + 0.1 * math.log(0.1) / 0.9 / math.log(0.9)),
        ("nce", {}, 0, 1),
        ("nfl", {}, 0, 1),
        ("nnce", {}, 0, 1),
        ("agce", {"a": 4.0, "q": 0.2}, 0, (5**0.2 - 4**0.2) / 0.2),
        ("aul", {"a": 3.0, "q": 0.1}, 0, (3**0.1 - 2**0.1) / 0.1),
        ("ael", {"a": 2.5}, math.exp(-1 / 2.5), 1),
        ("amse", {"a": 3.0}, 4 / 5, (9 + 1) / 5),
        ("bi_tempered", {"t1": 0.5, "t2": 2.0}, 0, 2),
        ("clipped_ce", {"tau": 1.5}, math.log(5) - 3, math.log(5) + 3),
    ],
)
def test_stays_in_the_range_that_its_docstring_tells(name, hyper, low, high):
    for scale in (1.0, 10.0, 1e3):
        loss = LOSSES[name](*make_batch(n_samples=500, scale=scale), **hyper)
        assert loss.min() >= low - 1e-12
        assert loss.max() <= high + 1e-12
