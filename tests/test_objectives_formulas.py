"""Each objective against its formula, written the slow way."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from objective_helpers import FACTS, LABELS, LOGITS, RNG, WEIGHT, P, at, evaluate
from scipy.integrate import solve_ivp

from sknoisy.losses import generalized_cross_entropy, get_loss
from sknoisy.objectives import (
    Cores,
    DeterminantMutualInformation,
    EarlyLearningRegularization,
    OnlineHardExampleMining,
    PeerLoss,
    SparseOverParameterization,
    SparseRegularization,
    TruncatedLoss,
)
from sknoisy.objectives._dmi import log_determinant
from sknoisy.objectives._peer import shifted
from sknoisy.objectives._scheduled import check_rise, ramp

# --- what several objectives use ---


@pytest.mark.parametrize(
    ("progress", "expected"), [(0, 0), (0.2, 0), (0.3, 0.25), (0.6, 1), (1, 1)]
)
def test_a_ramp_rises_on_a_line(progress, expected):
    assert ramp(progress, (0.2, 0.6)) == pytest.approx(expected)


def test_a_ramp_of_no_length_is_a_jump():
    assert [ramp(p, (0.5, 0.5)) for p in (0.4, 0.5, 0.6)] == [0, 1, 1]
    assert ramp(0, (0, 0)) == 1


@pytest.mark.parametrize("rise", [None, 0.5, (0.1,), (0.5, 0.2), (-1, 0.5), (0, "a")])
def test_a_rise_that_is_none_is_refused(rise):
    with pytest.raises(ValueError, match="rise"):
        check_rise(rise, 10)


# --- ELR ---


def elr_by_hand(beliefs, momentum, strength, rows, weight):
    total = 0
    for i in rows:
        beliefs[i] = momentum * beliefs[i] + (1 - momentum) * P[i]
        regret = math.log(1 - 0.9999 * float(beliefs[i] @ P[i]))
        total += weight[i] * (-math.log(P[i, LABELS[i]]) + strength * regret)
    return total / len(rows)


def test_elr_follows_its_formula_over_several_batches():
    elr = EarlyLearningRegularization(
        10, 3, torch.tensor(WEIGHT), momentum=0.8, strength=2.0
    )
    beliefs = np.zeros((10, 3))
    for rows in (range(10), [3, 1, 4], [4, 9, 3]):
        expected = elr_by_hand(beliefs, 0.8, 2.0, rows, WEIGHT / WEIGHT.mean())
        assert evaluate(elr, rows) == pytest.approx(expected)
    np.testing.assert_allclose(elr.beliefs, beliefs)


def test_elr_takes_the_pull_from_a_label_that_beliefs_contradict():
    """The gradient in the label's logit, -(1 - p_y) for cross entropy, changes sign."""
    elr = EarlyLearningRegularization(1, 2, momentum=0.5)
    logits = torch.tensor([[[2.0, 0.0]]], requires_grad=True)
    pulls = []
    for _ in range(6):
        loss = elr.compute(logits, torch.tensor([1]), torch.tensor([0]))
        pulls.append(torch.autograd.grad(loss, logits)[0][0, 0, 1].item())
    assert pulls == sorted(pulls)
    assert pulls[0] < 0 < pulls[-1]


def test_recall_leaves_beliefs_alone_and_remember_updates_them():
    elr = EarlyLearningRegularization(10, 3)
    z, index = torch.tensor(LOGITS).unsqueeze(1), torch.arange(10)
    elr.remember(z, index)
    np.testing.assert_allclose(elr.beliefs, 0.1 * P)
    before = elr.beliefs.clone()
    recalled = elr.recall(z, FACTS["labels"], index).item()
    assert torch.equal(elr.beliefs, before)
    expected = elr_by_hand(
        before.numpy() / 0.9 - P / 9, 0.9, 3.0, range(10), np.ones(10)
    )
    assert recalled == pytest.approx(expected)


# --- SOP ---


def sop_with_noise(noise, n_epochs):
    sop = SparseOverParameterization(3, n_epochs, FACTS["labels"])
    sop.noise = torch.tensor(noise)
    return sop


def some_noise():
    noise = -RNG.uniform(0.05, 0.6, size=(10, 3))
    noise[np.arange(10), LABELS] = RNG.uniform(0.05, 0.6, size=10)
    return noise


def test_sop_adds_the_noise_to_the_prediction():
    noise = some_noise()
    total = 0
    for p, noise_i, y in zip(P, noise, LABELS, strict=True):
        q = [max(0, p[k] + noise_i[k]) for k in range(3)]
        total -= math.log(q[y] / sum(q))
    assert evaluate(sop_with_noise(noise, 100)) == pytest.approx(total / 10)


def test_sop_starts_as_cross_entropy():
    sop = SparseOverParameterization(3, 100, FACTS["labels"])
    expected = -np.log(P[np.arange(10), LABELS]).mean()
    assert evaluate(sop) == pytest.approx(expected)


def test_sop_learns_its_noise_by_gradient_descent():
    """In steps as small as one likes, for rates of 1 and 10 and batches of 128."""
    noise, n_epochs = some_noise(), 10**7
    sop = sop_with_noise(noise, n_epochs)
    evaluate(sop)
    time = 300 / 128 / n_epochs

    label = torch.nn.functional.one_hot(FACTS["labels"], 3).double()
    u = torch.tensor(noise[np.arange(10), LABELS, None]).sqrt().requires_grad_()
    v = torch.tensor(noise).abs().sqrt().requires_grad_()
    p = torch.tensor(P)
    gain, loss = u**2 * label, v**2 * (1 - label)
    q = (p + gain - loss.detach()).clamp_min(0)
    likelihood = -(q / q.sum(dim=1, keepdim=True) * label).sum(dim=1).log()
    said = torch.nn.functional.one_hot(p.argmax(dim=1), 3)
    difference = (said + gain.detach() - loss - label).square().sum()
    (likelihood.sum() + difference).backward()
    with torch.no_grad():
        u -= 1 * time * u.grad
        v -= 10 * time * v.grad
        expected = torch.where(label > 0, u**2, -(v**2))
    change, wanted = sop.noise - torch.tensor(noise), expected - torch.tensor(noise)
    torch.testing.assert_close(change, wanted.detach(), rtol=1e-4, atol=0)


def test_large_steps_of_sop_solve_the_differential_equation_of_v():
    noise = some_noise()
    sop = sop_with_noise(noise, n_epochs=30)
    evaluate(sop)
    time = 10 * 300 / 128 / 30
    for i in range(10):
        for k in {0, 1, 2} - {LABELS[i]}:
            said = float(P[i].argmax() == k)
            path = solve_ivp(
                lambda t, s, said=said: 8 * s * (said - s),
                (0, time),
                [-noise[i, k]],
                rtol=1e-9,
                atol=1e-12,
            )
            assert -sop.noise[i, k].item() == pytest.approx(path.y[0, -1], rel=1e-5)


def test_the_noise_of_sop_stays_within_its_bounds():
    sop = SparseOverParameterization(3, 5, FACTS["labels"], lr_u=10.0, lr_v=100.0)
    for _ in range(50):
        evaluate(sop)
        assert sop.noise.abs().max() <= 1
    assert (sop.noise.gather(1, FACTS["labels"][:, None]) > 0).all()


# --- truncated GCE ---


def truncated_at(p_y, **options):
    """Return the objective after a look at these probabilities of labels 0, 0, 1, 1."""
    objective = TruncatedLoss(30, torch.tensor([0, 0, 1, 1]), **options)
    p = torch.tensor(p_y, dtype=torch.float64)
    p = torch.stack([p, 1 - p], dim=1)
    p[2:] = p[2:].flip(1)
    objective.on_epoch_begin(10, None, lambda: p.log().unsqueeze(1))
    return objective


def test_truncated_gce_keeps_what_is_more_probable_than_k():
    assert truncated_at([0.9, 0.4, 0.6, 0.1]).kept.tolist() == [1, 0, 1, 0]
    assert truncated_at([0.9, 0.4, 0.6, 0.1], k=0.3).kept.tolist() == [1, 1, 1, 0]


def test_a_class_that_would_lose_all_its_labels_keeps_them():
    assert truncated_at([0.9, 0.8, 0.4, 0.1]).kept.tolist() == [1, 1, 1, 1]


def test_truncated_gce_is_constant_where_a_label_is_not_kept():
    truncated = TruncatedLoss(100, FACTS["labels"], torch.tensor(WEIGHT), q=0.6, k=0.4)
    truncated.kept = torch.tensor(P[np.arange(10), LABELS] > 0.4)
    total = 0
    for p, y, w in zip(P, LABELS, WEIGHT / WEIGHT.mean(), strict=True):
        total += w * (1 - max(p[y], 0.4) ** 0.6) / 0.6
    assert evaluate(truncated) == pytest.approx(total / 10)


def test_truncated_gce_looks_when_the_paper_does():
    looks = []
    truncated = TruncatedLoss(120, torch.tensor([0, 1]), prune_from=1 / 3)
    for epoch in range(120):

        def predict(epoch=epoch):
            looks.append(epoch)
            return torch.zeros(2, 1, 2)

        truncated.on_epoch_begin(epoch, None, predict)
    assert looks == [40, 50, 60, 70, 80, 90, 100, 110]


# --- L_DMI ---


def joint(labels, p, weight=None):
    U = np.zeros((3, 3))
    for i, y in enumerate(labels):
        U[y] += p[i] * (1 if weight is None else weight[i])
    return U / (len(labels) if weight is None else weight.sum())


def test_dmi_is_minus_the_log_determinant_after_cross_entropy():
    dmi = DeterminantMutualInformation(100, warm_up=0.3)
    cross_entropy = -np.log(P[np.arange(10), LABELS]).mean()
    assert evaluate(at(0.29, dmi)) == pytest.approx(cross_entropy)
    expected = -math.log(abs(np.linalg.det(joint(LABELS, P)))) / 3
    assert evaluate(at(0.3, dmi)) == pytest.approx(expected, rel=1e-4)


def test_weights_of_dmi_weigh_the_joint():
    dmi = DeterminantMutualInformation(100, torch.tensor(WEIGHT), warm_up=0.0)
    expected = -math.log(abs(np.linalg.det(joint(LABELS, P, WEIGHT)))) / 3
    assert evaluate(dmi) == pytest.approx(expected, rel=1e-4)


def test_without_a_class_dmi_is_the_volume_that_the_others_span():
    rows = np.flatnonzero(LABELS != 1)
    dmi = DeterminantMutualInformation(100, warm_up=0.0)
    volume = np.prod(np.linalg.svd(joint(LABELS[rows], P[rows])[[0, 2]])[1])
    assert evaluate(dmi, rows) == pytest.approx(-math.log(volume) / 3, rel=1e-4)


def test_noise_adds_a_constant_to_the_log_determinant():
    """|det U| of noisy labels is |det T| times that of true ones: the reason for it."""
    transition = torch.tensor([[0.6, 0.3, 0.1], [0.1, 0.5, 0.4], [0.2, 0.2, 0.6]])
    given = torch.nn.functional.one_hot(FACTS["labels"], 3).double()
    differences = []
    for scale in (0.5, 1.0, 2.0):
        p = torch.tensor(LOGITS * scale).softmax(dim=1)
        noisy = log_determinant(given @ transition.double(), p)
        differences.append((noisy - log_determinant(given, p)).item())
    expected = transition.double().det().abs().log().item()
    assert differences == pytest.approx([expected] * 3, abs=1e-3)


def test_dmi_of_ten_classes_has_a_gradient():
    """|det U| is below 1e-10 there: a constant beside it would drown it."""
    logits = torch.zeros(250, 1, 10)
    labels = torch.arange(250) % 10
    logits[torch.arange(250), 0, labels] = 1.0
    dmi = DeterminantMutualInformation(10, warm_up=0.0)
    dmi.compute(logits.requires_grad_(), labels, torch.arange(250)).backward()
    pulls = logits.grad[torch.arange(250), 0, labels]
    assert (pulls < -1e-4).all()


# --- peer loss and CORES ---


def ces(p, floor=1e-5):
    return -math.log(p + floor)


def test_expected_peer_loss_subtracts_the_mean_over_all_labels():
    peer = at(0.35, PeerLoss(**FACTS, alpha=2.0, rise=(0.2, 0.5)))
    alpha, shares = 2.0 * 0.5, np.bincount(LABELS) / 10
    total = 0
    for p, y in zip(P, LABELS, strict=True):
        total += ces(p[y]) - alpha * sum(shares[k] * ces(p[k]) for k in range(3))
    assert evaluate(peer) == pytest.approx(total / 10 / (1 + alpha))


def test_weights_of_peer_loss_weigh_losses_and_the_shares_of_labels():
    peer = PeerLoss(**FACTS, sample_weight=torch.tensor(WEIGHT), rise=(0, 0), floor=0)
    weight = WEIGHT / WEIGHT.mean()
    shares = np.bincount(LABELS, weight) / 10
    total = 0
    for p, y, w in zip(P, LABELS, weight, strict=True):
        total += w * (-math.log(p[y]) + sum(shares * np.log(p)))
    assert evaluate(peer) == pytest.approx(total / 10 / 2)


@pytest.mark.parametrize(
    "loss", ["mae", "gce", partial(generalized_cross_entropy, q=0.2)]
)
def test_peer_loss_takes_any_loss(loss):
    peer, shares = PeerLoss(**FACTS, loss=loss, rise=(0, 0)), np.bincount(LABELS) / 10
    z, function = torch.tensor(LOGITS), get_loss(loss)
    expected = function(z, FACTS["labels"])
    for k in range(3):
        expected -= shares[k] * function(z, torch.full((10,), k))
    assert evaluate(peer) == pytest.approx(expected.mean().item() / 2)


@pytest.mark.parametrize("loss", ["ce", "gce"])
def test_sampled_peer_loss_is_on_average_the_mean_over_other_samples(loss, monkeypatch):
    peer = PeerLoss(**FACTS, loss=loss, form="sampled", rise=(0, 0), floor=0.0)
    values = []
    for places in range(1, 10):
        drawn = torch.tensor(places)
        monkeypatch.setattr(torch, "randint", lambda *_, it=drawn, **__: it)
        values.append(evaluate(peer))
    z, function = torch.tensor(LOGITS), get_loss(loss)
    pairs = np.stack([function(z, torch.full((10,), int(y))) for y in LABELS], axis=1)
    others = (pairs.sum() - np.trace(pairs)) / 90
    assert np.mean(values) == pytest.approx((np.trace(pairs) / 10 - others) / 2)


def test_no_sample_is_its_own_peer():
    for _ in range(50):
        assert (shifted(torch.arange(5)) != torch.arange(5)).all()
    assert shifted(torch.tensor([3])).tolist() == [3]  # there is no other


def test_peer_loss_gives_nothing_for_blind_agreement():
    blind = torch.tensor([[[2.0, 0.0, 1.0]]], dtype=torch.float64).expand(10, 1, 3)
    peer = PeerLoss(**FACTS, rise=(0, 0))
    loss = peer.compute(blind, FACTS["labels"], torch.arange(10))
    assert loss.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("progress", [0.0, 0.2, 0.6])
def test_cores_follows_its_formula(progress):
    weight = torch.tensor(WEIGHT)
    cores = Cores(**FACTS, sample_weight=weight, rise=(0.1, 0.4), sieve_from=0.3)
    beta, weight = 2 * ramp(progress, (0.1, 0.4)), WEIGHT / WEIGHT.mean()
    shares = np.bincount(LABELS, weight) / 10
    total = 0
    for p, y, w in zip(P, LABELS, weight, strict=True):
        losses = [ces(q, 1e-8) for q in p]
        passes = progress < 0.3 or losses[y] <= np.mean(losses)
        total += w * passes * (losses[y] - beta * sum(shares * losses)) / (1 + beta)
    assert evaluate(at(progress, cores)) == pytest.approx(total / 10)


# --- sparse regularization and OHEM ---


@pytest.mark.parametrize("normalize", [False, True])
def test_sparse_regularization_follows_its_formula(normalize):
    options = {"temperature": 0.4, "power": 0.2, "strength": 3.0, "growth": 16.0}
    weight = torch.tensor(WEIGHT)
    sparse = SparseRegularization(100, weight, normalize=normalize, **options)
    total = 0
    for z, y, w in zip(LOGITS, LABELS, WEIGHT / WEIGHT.mean(), strict=True):
        z = z / np.linalg.norm(z) if normalize else z
        p = np.exp(z / 0.4) / np.exp(z / 0.4).sum()
        penalty = sum(max(q, 1e-7) ** 0.2 for q in p)
        total += w * (-math.log(p[y]) + 3 * 16**0.25 * penalty)
    assert evaluate(at(0.25, sparse)) == pytest.approx(total / 10)


@pytest.mark.parametrize(
    ("keep", "drop", "kept"),
    [(0.5, 0.25, slice(2, 7)), (0.3, 0.0, slice(0, 3)), (1.0, 0.4, slice(4, 10))],
)
def test_ohem_keeps_the_hardest_after_those_it_drops(keep, drop, kept):
    losses = sorted(-np.log(P[np.arange(10), LABELS]), reverse=True)
    mining = OnlineHardExampleMining(keep=keep, drop=drop)
    assert evaluate(mining) == pytest.approx(np.mean(losses[kept]))


def test_ohem_keeps_at_least_one_sample():
    mining = OnlineHardExampleMining(keep=0.01, drop=0.99)
    easiest = -math.log(P[np.arange(10), LABELS].max())
    assert evaluate(mining) == pytest.approx(easiest)
