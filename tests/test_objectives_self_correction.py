"""Self-correction, one batch and one look at all losses at a time."""

from math import exp, log

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn

from sknoisy._engine import Networks
from sknoisy.losses import (
    LOSSES,
    cross_entropy,
    generalized_cross_entropy,
    loss_per_class,
)
from sknoisy.objectives import DivideMix, DynamicBootstrapping, Mixup
from sknoisy.objectives import _divide_mix as dividemix_module
from sknoisy.objectives import _dynamic_bootstrapping as bootstrapping_module
from sknoisy.objectives._divide_mix import sharpen
from sknoisy.objectives._self_correction import expected, imbalance
from sknoisy.quality import BetaMixture, NormalMixture

N, C, SHARE = 8, 3, 0.3
RNG = np.random.default_rng(5)
X = RNG.normal(size=(N, 4)) * 2
LABELS = RNG.integers(C, size=N)
CLEAN = np.array([[0.9, 0.8], [0.1, 0.2], [0.7, 0.3], [0.2, 0.6]] * 2)
PARTNER = [3, 0, 6, 1, 7, 2, 5, 4]


# --- objectives, one batch at a time ---


def networks_of(n):
    torch.manual_seed(0)
    return Networks(nn.Linear(4, C) for _ in range(n)).double()


def ready(kind, epoch=8, **options):
    """Return the objective in an epoch after its warm-up of four, labels judged."""
    labels = torch.tensor(LABELS)
    objective = kind(N, 10, labels, warm_up_epochs=4, **options)
    objective.on_epoch_begin(epoch, None, None)
    objective.clean = torch.tensor(CLEAN[:, : kind.n_networks])
    return objective


def evaluate(objective, rows=range(N), networks=None):
    rows = torch.tensor(list(rows))
    networks = networks_of(objective.n_networks) if networks is None else networks
    inputs = torch.tensor(X)[rows], torch.tensor(LABELS)[rows], rows
    value = objective(networks, *inputs)
    value.backward()
    return value.item()


@pytest.fixture
def fixed_draws(monkeypatch):
    def draw(alpha, labels):
        partner = PARTNER if len(labels) == N else [*range(len(labels))][::-1]
        return (SHARE if alpha else 1.0), torch.tensor(partner)

    for module in (dividemix_module, bootstrapping_module):
        monkeypatch.setattr(module, "draw_mixture", draw)


def proba(network, x):
    """Return a network's probabilities for one sample, the slow way."""
    weight, bias = (p.detach().numpy() for p in network.parameters())
    z = weight @ x + bias
    return np.array([exp(v) for v in z]) / sum(exp(v) for v in z)


def cross(target, p):
    return -sum(t * log(q) for t, q in zip(target, p, strict=True) if t)


def one_hot(label):
    return np.eye(C)[label]


def uneven(rows_of_p):
    mean = np.mean(rows_of_p, axis=0)
    return sum(log((1 / C) / m) / C for m in mean)


@pytest.mark.parametrize("bootstrapping", ["hard", "soft"])
@pytest.mark.parametrize("mixup", [0.0, 32.0])
def test_bootstrapping_is_that_of_the_slow_way(bootstrapping, mixup, fixed_draws):
    network = networks_of(1)[0]
    share = SHARE if mixup else 1.0
    total, said = 0.0, []
    for i, j in enumerate(PARTNER):
        p = proba(network, share * X[i] + (1 - share) * X[j])
        said.append(p)
        for k, part in ((i, share), (j, 1 - share)):
            own = proba(network, X[k])
            believed = one_hot(own.argmax()) if bootstrapping == "hard" else own
            wrong = 1 - CLEAN[k, 0]
            kept = cross(one_hot(LABELS[k]), p)
            total += part * ((1 - wrong) * kept + wrong * cross(believed, p)) / N
    options = {"bootstrapping": bootstrapping, "mixup": mixup, "class_balance": 0.7}
    value = evaluate(ready(DynamicBootstrapping, **options))
    assert value == pytest.approx(total + 0.7 * uneven(said))


def test_the_warm_up_of_bootstrapping_is_mixup_of_the_given_labels(fixed_draws):
    network, total = networks_of(1)[0], 0.0
    for i, j in enumerate(PARTNER):
        p = proba(network, SHARE * X[i] + (1 - SHARE) * X[j])
        total += SHARE * cross(one_hot(LABELS[i]), p)
        total += (1 - SHARE) * cross(one_hot(LABELS[j]), p)
    assert evaluate(ready(DynamicBootstrapping, 3)) == pytest.approx(total / N)


def powered(p, temperature):
    raised = [v ** (1 / temperature) for v in p]
    return np.array(raised) / sum(raised)


def slow_dividemix(method, weight, balance, threshold=0.5, temperature=0.5):
    """Return the value of both networks, sample by sample."""
    networks, share = networks_of(2), 1 - SHARE
    own = np.array([[proba(network, x) for x in X] for network in networks])
    total = 0.0
    for k, network in enumerate(networks):
        trust = CLEAN[:, 1 - k]
        labeled = trust >= threshold
        targets = [
            trust[i] * one_hot(LABELS[i]) + (1 - trust[i]) * own[k, i]
            if labeled[i]
            else (own[0, i] + own[1, i]) / 2
            for i in range(N)
        ]
        targets = [powered(t, temperature) for t in targets]
        p = [
            proba(network, share * X[i] + (1 - share) * X[PARTNER[i]]) for i in range(N)
        ]
        q = [share * targets[i] + (1 - share) * targets[PARTNER[i]] for i in range(N)]
        total += np.mean([cross(q[i], p[i]) for i in range(N) if labeled[i]])
        total += balance * uneven(p)
        rejected = [i for i in range(N) if not labeled[i]]
        if method == "mixmatch":
            total += weight * np.mean([np.sum((p[i] - q[i]) ** 2) for i in rejected])
        elif method == "fixmatch":
            guess = own.mean(axis=0)
            hits = [
                cross(one_hot(guess[i].argmax()), own[k, i]) * (guess[i].max() >= 0.6)
                for i in rejected
            ]
            assert 0 < np.count_nonzero(hits) < len(hits)
            total += weight * np.mean(hits)
    return total


@pytest.mark.parametrize("rejected", ["mixmatch", "fixmatch", None])
def test_dividemix_is_that_of_the_slow_way(rejected, fixed_draws):
    options = {"rejected": rejected, "rejected_weight": 3.0, "confidence": 0.6}
    value = evaluate(ready(DivideMix, class_balance=0.7, **options))
    assert value == pytest.approx(slow_dividemix(rejected, 3.0, 0.7))


def test_the_weight_of_rejected_samples_rises_for_as_long_as_the_warm_up(fixed_draws):
    for epoch, share in [(4, 0.0), (5, 0.25), (7, 0.75), (8, 1.0), (9, 1.0)]:
        value = evaluate(ready(DivideMix, epoch))
        assert value == pytest.approx(slow_dividemix("mixmatch", share, 1.0))


def test_the_warm_up_of_dividemix_is_plain_cross_entropy_of_both():
    networks = networks_of(2)
    nll = [
        np.mean([cross(one_hot(LABELS[i]), proba(net, X[i])) for i in range(N)])
        for net in networks
    ]
    assert evaluate(ready(DivideMix, 3)) == pytest.approx(sum(nll))


def test_an_augmentation_that_changes_nothing_changes_no_value(
    fixed_draws, monkeypatch
):
    shuffle = torch.tensor(PARTNER)  # each view among itself: two equal halves

    def draw(alpha, labels):
        return SHARE, torch.cat([shuffle, shuffle + N])[: len(labels)]

    monkeypatch.setattr(dividemix_module, "draw_mixture", draw)
    for rejected in ("mixmatch", "fixmatch"):
        plain = evaluate(ready(DivideMix, rejected=rejected))
        seen = ready(
            DivideMix,
            rejected=rejected,
            augment=torch.clone,
            strong_augment=torch.clone,
        )
        assert evaluate(seen) == pytest.approx(plain)


def test_guesses_are_the_mean_over_two_weak_views_and_learned_from_a_strong_one():
    calls = []

    def weak(features):
        calls.append("weak")
        return features + len(calls)

    def strong(features):
        calls.append("strong")
        return features * 0

    options = {"augment": weak, "strong_augment": strong, "rejected": "fixmatch"}
    objective = ready(DivideMix, mixup=0.0, confidence=0.0, **options)
    networks = networks_of(2)
    learned = []
    objective._learn = lambda nets, x, views, guesses, *rest: learned.append(guesses)
    objective.correct(networks, torch.tensor(X), torch.tensor(LABELS), torch.arange(N))
    for k, network in enumerate(networks):
        mean = [(proba(network, x + 1) + proba(network, x + 2)) / 2 for x in X]
        assert_allclose(learned[0][:, k].detach(), mean)
    evaluate(ready(DivideMix, **options))
    assert calls == ["weak"] * 4 + ["strong"]


@pytest.mark.parametrize("rejected", ["mixmatch", "fixmatch", None])
@pytest.mark.parametrize("trust", [0.0, 1.0])
@pytest.mark.parametrize("rows", [range(N), [2]])
def test_batches_without_labeled_or_rejected_rows_are_fine(rejected, trust, rows):
    objective = ready(DivideMix, rejected=rejected)
    objective.clean = torch.full((N, 2), trust, dtype=torch.float64)
    networks = networks_of(2)
    assert np.isfinite(evaluate(objective, rows, networks))
    for parameter in networks.parameters():
        assert torch.isfinite(parameter.grad).all()


def test_extreme_logits_give_finite_values_and_gradients():
    for kind in (DivideMix, DynamicBootstrapping):
        networks = networks_of(kind.n_networks)
        with torch.no_grad():
            for parameter in networks.parameters():
                parameter.mul_(1e4)
        assert np.isfinite(evaluate(ready(kind), networks=networks))
        for parameter in networks.parameters():
            assert torch.isfinite(parameter.grad).all()


class Normed(nn.Sequential):
    """A network whose running statistics tell what it has seen in training."""

    def __init__(self):
        super().__init__(nn.BatchNorm1d(4), nn.Linear(4, C))


@pytest.mark.parametrize("kind", [DivideMix, DynamicBootstrapping])
def test_guesses_leave_running_statistics_and_gradients_alone(kind):
    networks = Networks(Normed() for _ in range(kind.n_networks)).double()
    objective = ready(kind, mixup=0.0)
    evaluate(objective, networks=networks)
    for network in networks:
        assert network[0].num_batches_tracked == 1
        assert_allclose(network[0].running_mean, 0.1 * X.mean(axis=0))
        assert network[0].training


def test_what_each_class_would_cost_is_the_same_in_one_call_or_many():
    logits = torch.tensor(RNG.normal(size=(N, 2, C)))
    targets = torch.tensor(RNG.dirichlet(np.ones(C), size=(N, 2)))
    for loss in (cross_entropy, generalized_cross_entropy, LOSSES["mae"]):
        table = loss_per_class(loss, logits)
        for k in range(2):
            for c in range(C):
                alone = loss(logits[:, k], torch.full((N,), c))
                torch.testing.assert_close(table[:, k, c], alone)
        oracle = (table * targets).sum(-1)
        torch.testing.assert_close(expected(loss, logits, targets), oracle)


def test_even_predictions_are_the_least_imbalanced():
    even = torch.eye(C).unsqueeze(1) * 9
    assert imbalance(even).item() == pytest.approx(0, abs=1e-6)
    p = np.array([0.7, 0.2, 0.1])
    alike = torch.tensor(np.log(p)).expand(5, 2, C)
    assert imbalance(alike).item() == pytest.approx(2 * uneven([p]))
    far = torch.tensor([[[0.0, 1e5, 0.0]]])
    assert torch.isfinite(imbalance(far))


def test_sharpening_keeps_sums_and_ranks():
    p = torch.tensor([[0.6, 0.3, 0.1], [1.0, 0.0, 0.0]])
    assert_allclose(sharpen(p, 0.5)[0], np.array([36, 9, 1]) / 46, rtol=1e-6)
    assert_allclose(sharpen(p, 1.0), p, atol=1e-6)
    assert_allclose(sharpen(p, 1e-3).sum(dim=1), 1, rtol=1e-6)


# --- what the losses of all samples tell ---


@pytest.mark.parametrize("mixture", ["beta", "gaussian"])
@pytest.mark.parametrize("kind", [DivideMix, DynamicBootstrapping])
def test_labels_are_judged_at_the_end_of_epochs_after_the_warm_up(kind, mixture):
    objective = kind(N, 10, torch.tensor(LABELS), mixture=mixture, warm_up_epochs=3)
    logits = RNG.normal(size=(N, kind.n_networks, C))
    for epoch in range(3):
        assert torch.isnan(objective.findings()["clean_probability"]).all()
        objective.on_epoch_begin(epoch, None, None)
        assert not objective.is_warm
        objective.on_epoch_end(epoch, None, lambda: torch.tensor(logits))
    objective.on_epoch_begin(3, None, None)
    assert objective.is_warm
    fitted = {"beta": BetaMixture, "gaussian": NormalMixture}[mixture]
    for k in range(kind.n_networks):
        z = logits[:, k]
        loss = np.log(np.exp(z).sum(axis=1)) - z[np.arange(N), LABELS]
        oracle = fitted().fit(loss).low_probability(loss)
        assert_allclose(objective.clean[:, k], oracle)
    found = objective.findings()["clean_probability"]
    assert_allclose(found, objective.clean.mean(dim=1))
    objective.forget()
    assert [*objective.buffers()] == []


def test_losses_are_averaged_over_the_last_epochs_where_that_is_asked_for():
    objective = DivideMix(
        N, 10, torch.tensor(LABELS), warm_up_epochs=1, average_epochs=2
    )
    logits = RNG.normal(size=(3, N, 2, C))
    for epoch, z in enumerate(logits):
        objective.on_epoch_end(epoch, None, lambda z=z: torch.tensor(z))
    z = logits[1:, :, 0]
    losses = np.log(np.exp(z).sum(axis=2)) - z[:, np.arange(N), LABELS]
    mean = losses.mean(axis=0)
    oracle = NormalMixture().fit(mean).low_probability(mean)
    assert_allclose(objective.clean[:, 0], oracle)


def test_each_network_learns_the_labels_that_the_other_one_trusts(fixed_draws):
    objective = ready(DivideMix, rejected=None, class_balance=0.0, mixup=0.0)
    objective.clean = torch.tensor([[1.0, 0.0]]).double().expand(N, 2)
    networks = networks_of(2)
    evaluate(objective, networks=networks)
    first, second = (network.weight.grad for network in networks)
    assert torch.count_nonzero(first) == 0  # the second trusts no label
    assert torch.count_nonzero(second) > 0


@pytest.mark.parametrize("kind", [DivideMix, DynamicBootstrapping])
def test_what_mixes_by_itself_cannot_be_mixed(kind):
    with pytest.raises(ValueError, match="can't be mixed"):
        Mixup(ready(kind), 1.0)
