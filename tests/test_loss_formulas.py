"""Each loss against its formula written the slow way, its limits and its bounds."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import brentq
from scipy.spatial.distance import jensenshannon

from sknoisy.losses import LOSSES, clip_logits
from sknoisy.losses._tempered import log_tempered_softmax

# one more set of hyper-parameters for each loss, beside the defaults
OTHERS = {
    "ael": {"a": 0.3},
    "agce": {"a": 6.0, "q": 1.5},
    "amse": {"a": 1.0},
    "anl": {"alpha": 1.0, "beta": 3.0, "min_prob": 1e-3},
    "aul": {"a": 1.1, "q": 0.3},
    "bi_tempered": {"t1": 0.2, "t2": 4.0},
    "bootstrap_hard": {"beta": 0.3},
    "bootstrap_soft": {"beta": 0.3},
    "ce": {"class_weight": [0.5, 1.0, 2.0, 0.0, 3.0]},
    "clipped_ce": {"tau": 2.5},
    "clipped_gce": {"tau": 2.5, "q": 0.1},
    "eps_softmax": {"alpha": 1.0, "beta": 0.5, "m": 2.0, "floor": 0.0},
    "focal": {"gamma": 2.0},
    "gce": {"q": 0.05},
    "jal": {"alpha": 5.0, "beta": 0.5, "a": 3.0},
    "js": {"label_weight": 0.05},
    "label_smoothing": {"rate": -1.5},
    "mae_shift": {"bias": 3.0},
    "nce_ael": {"alpha": 2.0, "beta": 0.1, "a": 1.5},
    "nce_agce": {"alpha": 10.0, "beta": 0.1, "a": 1.8, "q": 3.0},
    "nce_aul": {"alpha": 10.0, "beta": 0.5, "a": 6.0, "q": 3.0},
    "nce_mae": {"alpha": 10.0, "beta": 0.5},
    "nce_rce": {"alpha": 10.0, "beta": 0.1, "label_floor": math.exp(-4)},
    "nfl": {"gamma": 2.0},
    "nfl_mae": {"alpha": 0.5, "beta": 3.0, "gamma": 1.0},
    "nfl_rce": {"alpha": 0.5, "beta": 3.0, "gamma": 0.0, "label_floor": 0.01},
    "nnce": {"min_prob": 1e-2},
    "rce": {"label_floor": math.exp(-4)},
    "sce": {"alpha": 6.0, "beta": 0.1, "label_floor": math.exp(-4)},
    "taylor": {"order": 5},
}
CASES = [(name, {}) for name in sorted(LOSSES)] + sorted(OTHERS.items())
DETACHED = ["focal", "nfl", "nfl_mae", "nfl_rce", "bootstrap_soft"]


def make_batch(n_samples=64, n_classes=5, scale=2.0):
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(n_samples, n_classes, generator=rng, dtype=torch.float64)
    return scale * logits, torch.randint(n_classes, (n_samples,), generator=rng)


def gradient(loss, logits, labels, **hyper):
    logits = logits.detach().clone().requires_grad_()
    loss(logits, labels, **hyper).sum().backward()
    return logits.grad


def assert_close(actual, expected, rtol=1e-10, atol=1e-12):
    np.testing.assert_allclose(
        np.asarray(actual), np.asarray(expected), rtol=rtol, atol=atol
    )


# One sample, plain loops over probabilities


def softmax(z):
    powers = [math.exp(value - max(z)) for value in z]
    return np.array([power / sum(powers) for power in powers])


def slow_nce(p, y):
    return math.log(p[y]) / sum(math.log(value) for value in p)


def slow_nfl(p, y, gamma):
    focal = [-((1 - value) ** gamma) * math.log(value) for value in p]
    return focal[y] / sum(focal)


def slow_nnce(p, y, min_prob):
    worst = -math.log(min_prob)
    heights = [worst + math.log(max(value, min_prob)) for value in p]
    return 1 - heights[y] / sum(heights)


def slow_mae(p, y):
    return sum(abs((k == y) - value) for k, value in enumerate(p))


def slow_rce(p, y, label_floor):
    label = [1.0 if k == y else label_floor for k in range(len(p))]
    return -sum(value * math.log(label[k]) for k, value in enumerate(p))


def slow_agce(p, y, a, q):
    return ((a + 1) ** q - (a + p[y]) ** q) / q


def slow_aul(p, y, a, q):
    return ((a - p[y]) ** q - (a - 1) ** q) / q


def slow_amse(p, y, a):
    return sum((a * (k == y) - value) ** 2 for k, value in enumerate(p)) / len(p)


def slow_clip(z, tau):
    length = math.sqrt(sum(value**2 for value in z))
    return [tau * value / length for value in z] if length >= tau else z


def slow_soft_target(z, target):
    return -sum(
        t * math.log(value) for t, value in zip(target, softmax(z), strict=True)
    )


def slow_bootstrap(z, y, beta, belief):
    target = [beta * (k == y) + (1 - beta) * belief[k] for k in range(len(z))]
    return slow_soft_target(z, target)


def slow_js(p, y, label_weight):
    label = np.eye(len(p))[y]
    mixture = label_weight * label + (1 - label_weight) * p

    def kl(left, right):
        pairs = zip(left, right, strict=True)
        return sum(u * math.log(u / v) for u, v in pairs if u > 0)

    divergence = label_weight * kl(label, mixture)
    divergence += (1 - label_weight) * kl(p, mixture)
    return divergence / (-(1 - label_weight) * math.log(1 - label_weight))


def slow_eps_softmax(z, y, alpha, beta, m, floor):
    p = softmax(z)
    pushed = [(value + m * (k == np.argmax(p))) / (1 + m) for k, value in enumerate(p)]
    return -alpha * math.log(max(pushed[y], floor)) + beta * slow_mae(p, y)


def slow_bi_tempered(z, y, t1, t2):
    def exp_t(x, t):
        return max(0, 1 + (1 - t) * x) ** (1 / (1 - t))

    def log_t(x, t):
        return (x ** (1 - t) - 1) / (1 - t)

    def excess(shift):
        return sum(exp_t(value - shift, t2) for value in z) - 1

    highest = max(z) + (len(z) ** (t2 - 1) - 1) / (t2 - 1) + 1
    shift = brentq(excess, max(z), highest, xtol=1e-13, rtol=1e-15)
    total = 0.0
    for k, value in enumerate(z):
        p, label = exp_t(value - shift, t2), float(k == y)
        if label:
            total += label * (log_t(label, t1) - log_t(p, t1))
        total -= (label ** (2 - t1) - p ** (2 - t1)) / (2 - t1)
    return total


SLOW = {
    "ael": lambda z, y, a=2.5: math.exp(-softmax(z)[y] / a),
    "agce": lambda z, y, a=0.6, q=0.6: slow_agce(softmax(z), y, a, q),
    "amse": lambda z, y, a=30.0: slow_amse(softmax(z), y, a),
    "anl": lambda z, y, alpha=5.0, beta=5.0, min_prob=1e-7: (
        alpha * slow_nce(softmax(z), y) + beta * slow_nnce(softmax(z), y, min_prob)
    ),
    "aul": lambda z, y, a=5.5, q=3.0: slow_aul(softmax(z), y, a, q),
    "bi_tempered": lambda z, y, t1=0.8, t2=1.2: slow_bi_tempered(z, y, t1, t2),
    "bootstrap_hard": lambda z, y, beta=0.8: slow_bootstrap(
        z, y, beta, np.eye(len(z))[np.argmax(z)]
    ),
    "bootstrap_soft": lambda z, y, beta=0.95: slow_bootstrap(z, y, beta, softmax(z)),
    "ce": lambda z, y, class_weight=(1,) * 5: (
        -class_weight[y] * math.log(softmax(z)[y])
    ),
    "clipped_ce": lambda z, y, tau=1.0: SLOW["ce"](slow_clip(z, tau), y),
    "clipped_gce": lambda z, y, tau=1.0, q=0.7: SLOW["gce"](slow_clip(z, tau), y, q),
    "eps_softmax": lambda z, y, alpha=0.01, beta=5.0, m=1e5, floor=1e-8: (
        slow_eps_softmax(z, y, alpha, beta, m, floor)
    ),
    "focal": lambda z, y, gamma=0.5: (
        -((1 - softmax(z)[y]) ** gamma) * math.log(softmax(z)[y])
    ),
    "gce": lambda z, y, q=0.7: (1 - softmax(z)[y] ** q) / q,
    "jal": lambda z, y, alpha=1.0, beta=1.0, a=30.0: (
        alpha * slow_nce(softmax(z), y) + beta * slow_amse(softmax(z), y, a)
    ),
    "js": lambda z, y, label_weight=0.5: slow_js(softmax(z), y, label_weight),
    "label_smoothing": lambda z, y, rate=0.1: slow_soft_target(
        z, [(1 - rate) * (k == y) + rate / len(z) for k in range(len(z))]
    ),
    "mae": lambda z, y: slow_mae(softmax(z), y),
    "mae_shift": lambda z, y, bias=0.0: slow_mae(
        softmax([value + bias * (k == y) for k, value in enumerate(z)]), y
    ),
    "nce": lambda z, y: slow_nce(softmax(z), y),
    "nce_ael": lambda z, y, alpha=1.0, beta=4.0, a=5.0: (
        alpha * slow_nce(softmax(z), y) + beta * SLOW["ael"](z, y, a)
    ),
    "nce_agce": lambda z, y, alpha=1.0, beta=4.0, a=6.0, q=1.5: (
        alpha * slow_nce(softmax(z), y) + beta * slow_agce(softmax(z), y, a, q)
    ),
    "nce_aul": lambda z, y, alpha=1.0, beta=4.0, a=6.3, q=1.5: (
        alpha * slow_nce(softmax(z), y) + beta * slow_aul(softmax(z), y, a, q)
    ),
    "nce_mae": lambda z, y, alpha=1.0, beta=1.0: (
        alpha * slow_nce(softmax(z), y) + beta * slow_mae(softmax(z), y)
    ),
    "nce_rce": lambda z, y, alpha=1.0, beta=1.0, label_floor=1e-4: (
        alpha * slow_nce(softmax(z), y) + beta * slow_rce(softmax(z), y, label_floor)
    ),
    "nfl": lambda z, y, gamma=0.5: slow_nfl(softmax(z), y, gamma),
    "nfl_mae": lambda z, y, alpha=1.0, beta=1.0, gamma=0.5: (
        alpha * slow_nfl(softmax(z), y, gamma) + beta * slow_mae(softmax(z), y)
    ),
    "nfl_rce": lambda z, y, alpha=1.0, beta=1.0, gamma=0.5, label_floor=1e-4: (
        alpha * slow_nfl(softmax(z), y, gamma)
        + beta * slow_rce(softmax(z), y, label_floor)
    ),
    "nnce": lambda z, y, min_prob=1e-7: slow_nnce(softmax(z), y, min_prob),
    "rce": lambda z, y, label_floor=1e-4: slow_rce(softmax(z), y, label_floor),
    "sce": lambda z, y, alpha=0.1, beta=1.0, label_floor=1e-4: (
        alpha * SLOW["ce"](z, y) + beta * slow_rce(softmax(z), y, label_floor)
    ),
    "taylor": lambda z, y, order=2: sum(
        (1 - softmax(z)[y]) ** k / k for k in range(1, order + 1)
    ),
}


@pytest.mark.parametrize(
    ("name", "hyper"), CASES, ids=[name + "*" * bool(hyper) for name, hyper in CASES]
)
@pytest.mark.parametrize("scale", [0.3, 3.0, 9.0])
def test_is_the_formula_written_the_slow_way(name, hyper, scale):
    logits, labels = make_batch(n_samples=40, scale=scale)
    pairs = zip(logits.tolist(), labels.tolist(), strict=True)
    expected = [SLOW[name](z, y, **hyper) for z, y in pairs]
    assert_close(LOSSES[name](logits, labels, **hyper), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", DETACHED)
@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_detaching_changes_the_gradient_but_not_the_value(name, gamma):
    logits, labels = make_batch()
    hyper = {} if name == "bootstrap_soft" else {"gamma": gamma}
    loss = LOSSES[name]
    attached = loss(logits, labels, **hyper)
    assert_close(loss(logits, labels, **hyper, detach=True), attached)
    attached = gradient(loss, logits, labels, **hyper)
    detached = gradient(loss, logits, labels, **hyper, detach=True)
    assert (attached - detached).abs().max() > 1e-3


@pytest.mark.parametrize("name", DETACHED)
def test_the_detached_gradient_is_the_one_with_constant_factors(name):
    logits, labels = make_batch(n_samples=6)
    actual = gradient(LOSSES[name], logits, labels, detach=True)

    def frozen(z, y, p):  # the factors made of p don't move with z
        log_p = np.log(softmax(z))
        if name == "bootstrap_soft":
            return -0.95 * log_p[y] - 0.05 * sum(p * log_p)
        focal = [-((1 - p[k]) ** 0.5) * log_p[k] for k in range(5)]
        passive = {"nfl_mae": 2.0, "nfl_rce": -math.log(1e-4)}.get(name, 0.0)
        active = focal[y] if name == "focal" else focal[y] / sum(focal)
        return active + passive * (1 - softmax(z)[y])

    step = 1e-6
    for z, y, row in zip(logits.numpy(), labels.tolist(), actual, strict=True):
        p = softmax(z)
        for k in range(5):
            ahead, behind = z.copy(), z.copy()
            ahead[k] += step
            behind[k] -= step
            slope = (frozen(ahead, y, p) - frozen(behind, y, p)) / (2 * step)
            assert_close(row[k], slope, rtol=1e-6, atol=1e-8)


# Limits and peers


@pytest.mark.parametrize(
    ("name", "hyper", "tolerance"),
    [
        ("gce", {"q": 1e-9}, 1e-6),
        ("taylor", {"order": 3000}, 1e-6),
        ("bi_tempered", {"t1": 1, "t2": 1}, 1e-12),
        ("bi_tempered", {"t1": 1 - 1e-9, "t2": 1 + 1e-9}, 1e-6),
        ("label_smoothing", {"rate": 0}, 1e-12),
        ("bootstrap_soft", {"beta": 1}, 1e-12),
        ("bootstrap_hard", {"beta": 1}, 1e-12),
        ("focal", {"gamma": 0}, 1e-12),
        ("eps_softmax", {"m": 0, "alpha": 1, "beta": 0, "floor": 0}, 1e-12),
        ("sce", {"alpha": 1, "beta": 0}, 1e-12),
        ("clipped_ce", {"tau": 1e6}, 1e-12),
        ("js", {"label_weight": 1e-7}, 1e-5),
    ],
)
def test_has_cross_entropy_as_its_limit(name, hyper, tolerance):
    logits, labels = make_batch(scale=1.0)
    expected = F.cross_entropy(logits, labels, reduction="none")
    actual = LOSSES[name](logits, labels, **hyper)
    assert_close(actual, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("name", "hyper", "of_mae", "tolerance"),
    [
        ("gce", {"q": 1}, 0.5, 1e-12),
        ("taylor", {"order": 1}, 0.5, 1e-12),
        ("agce", {"q": 1}, 0.5, 1e-12),
        ("aul", {"q": 1}, 0.5, 1e-12),
        ("js", {"label_weight": 1 - 1e-9}, 0.5, 0.05),
        ("rce", {"label_floor": math.exp(-2)}, 1, 1e-12),
        ("mae_shift", {"bias": 0}, 1, 1e-12),
        ("mae_shift", {}, 1, 1e-12),
        ("nce_mae", {"alpha": 0}, 1, 1e-12),
        ("eps_softmax", {"alpha": 0, "beta": 1}, 1, 1e-12),
    ],
)
def test_has_the_mean_absolute_error_as_its_limit(name, hyper, of_mae, tolerance):
    logits, labels = make_batch()
    expected = of_mae * LOSSES["mae"](logits, labels)
    actual = LOSSES[name](logits, labels, **hyper)
    assert_close(actual, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("name", "hyper", "limit"),
    [
        ("nfl", {"gamma": 0}, "nce"),
        ("nfl_rce", {"gamma": 0}, "nce_rce"),
        ("agce", {"a": 1e-12, "q": 0.7}, "gce"),
        ("clipped_gce", {"tau": 1e6}, "gce"),
        ("sce", {"alpha": 0}, "rce"),
        ("nce_rce", {"beta": 0}, "nce"),
    ],
)
def test_meets_another_loss_at_the_end_of_its_range(name, hyper, limit):
    logits, labels = make_batch()
    expected = LOSSES[limit](logits, labels)
    assert_close(LOSSES[name](logits, labels, **hyper), expected, rtol=1e-9)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.7, 1.0])
def test_label_smoothing_is_that_of_torch(rate):
    logits, labels = make_batch()
    expected = F.cross_entropy(logits, labels, reduction="none", label_smoothing=rate)
    assert_close(LOSSES["label_smoothing"](logits, labels, rate=rate), expected)


def test_jensen_shannon_at_one_half_is_that_of_scipy():
    logits, labels = make_batch()
    label, p = F.one_hot(labels, 5), logits.softmax(-1)
    divergence = jensenshannon(label, p, axis=1) ** 2
    expected = divergence / (0.5 * math.log(2))
    assert_close(LOSSES["js"](logits, labels), expected, rtol=1e-8)


def test_class_weights_count_a_label_as_often_as_they_say():
    logits, labels = make_batch()
    weight = [1, 2, 3, 1, 2]
    repeats = torch.tensor(weight)[labels]
    repeated = LOSSES["ce"](
        logits.repeat_interleave(repeats, 0), labels.repeat_interleave(repeats)
    )
    for form in (weight, np.array(weight), torch.tensor(weight)):
        weighted = LOSSES["ce"](logits, labels, class_weight=form)
        assert_close(weighted.sum(), repeated.sum())


# One story each


@pytest.mark.parametrize("n_classes", [2, 10, 300])
@pytest.mark.parametrize("t2", [1 + 1e-6, 1.05, 1.2, 1.5, 2.0, 4.0, 5.0])
@pytest.mark.parametrize("scale", [0.0, 0.1, 3.0, 30.0, 1e4])
def test_the_tempered_softmax_sums_to_one(n_classes, t2, scale):
    logits, _ = make_batch(50, n_classes, scale)
    p = log_tempered_softmax(logits, t2).exp()
    assert_close(p.sum(-1), np.ones(50), rtol=1e-9)
    p = log_tempered_softmax(logits.float(), t2).exp()
    assert_close(p.sum(-1), np.ones(50), rtol=1e-5)


def test_eps_softmax_keeps_its_digits_in_float32():
    logits, labels = make_batch(n_samples=200, scale=1.0)
    labels = logits.argmax(-1)  # here p + m would keep two digits of p
    hyper = {"alpha": 1e5, "beta": 0.0}
    exact = LOSSES["eps_softmax"](logits, labels, **hyper)
    rough = LOSSES["eps_softmax"](logits.float(), labels, **hyper)
    assert_close(rough, exact, rtol=1e-5)


def test_clipping_touches_long_logits_only_and_keeps_their_direction():
    logits, _ = make_batch(scale=1.0)
    norms = torch.linalg.vector_norm(logits, dim=-1)
    clipped = clip_logits(logits, 2.0)
    short = norms <= 2
    assert 0 < short.sum() < 64
    assert torch.equal(clipped[short], logits[short])
    new_norms = torch.linalg.vector_norm(clipped, dim=-1)
    assert_close(new_norms, norms.clamp(max=2.0))
    assert_close(F.cosine_similarity(clipped, logits), np.ones(64))


@pytest.mark.parametrize(
    ("name", "plain"), [("clipped_ce", "ce"), ("clipped_gce", "gce")]
)
def test_a_clipped_loss_is_continuous_at_its_threshold(name, plain):
    logits, labels = make_batch()
    logits /= torch.linalg.vector_norm(logits, dim=-1, keepdim=True)
    expected = LOSSES[plain](logits, labels)
    for factor in (1 - 1e-9, 1.0, 1 + 1e-9, 3.0):
        assert_close(LOSSES[name](factor * logits, labels), expected, rtol=1e-8)


@pytest.mark.parametrize("n_classes", [20, 100])
def test_the_bias_gives_many_classes_the_start_of_ten(n_classes):
    def start(name, n_classes):
        logits, labels = make_batch(20_000, n_classes, scale=1.0)
        # the gradient in the label's logit: 2 p_y (1 - p_y) of the biased softmax
        slopes = gradient(LOSSES[name], logits, labels)
        return -float(slopes.gather(1, labels[:, None]).mean())

    ten = start("mae", 10)
    assert start("mae", n_classes) < 0.6 * ten
    assert start("mae_shift", n_classes) == pytest.approx(ten, rel=0.1)


def test_negative_smoothing_falls_without_bound():
    logits = torch.tensor([[1e3, -1e3]])
    loss = LOSSES["label_smoothing"](logits, torch.tensor([0]), rate=-1.0)
    assert loss < -900
