"""ELR+: each network held to the average of the other, against a slow loop."""

import copy
import pickle

import numpy as np
import pytest
import torch
from helpers import small
from torch import nn

from sknoisy._engine import Networks
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import EarlyLearningPlus, EarlyLearningRegularization, Mixup

N, C = 12, 3
FACTS = {"n_samples": N, "n_classes": C, "n_epochs": 10}
X = torch.randn(N, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
Y = torch.arange(N) % C


def two_networks(layer=lambda: nn.Linear(4, C)):
    torch.manual_seed(0)
    return Networks([layer(), layer()]).double()


def slow_value(now, means, beliefs, rows, partner, share, *, momentum, strength):
    """Return the objective of a batch, network by network and sample by sample."""
    total = 0
    for k in range(2):
        for i, j in zip(rows, partner, strict=True):
            mixed = share * X[i] + (1 - share) * X[j]
            p = now[k](mixed[None])[0].softmax(0)
            believed = []
            for sample in (i, j):
                other = means[1 - k](X[sample][None])[0].softmax(0)
                old = beliefs[sample][k]
                believed.append(momentum * old + (1 - momentum) * other)
            target = share * believed[0] + (1 - share) * believed[1]
            nll = -share * p[Y[i]].log() - (1 - share) * p[Y[j]].log()
            total += nll + strength * (1 - 0.9999 * (target * p).sum()).log()
    return total / len(rows)


def draws(alpha, n, seed):
    """Return what the objective will draw with this seed."""
    torch.manual_seed(seed)
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    return share, torch.randperm(n)


def test_three_steps_are_those_of_a_slow_loop():
    networks = two_networks()
    objective = EarlyLearningPlus(
        **FACTS, momentum=0.7, strength=2.0, averaging=0.6, mixup=2.0
    )
    means, beliefs = copy.deepcopy(networks), torch.zeros(N, 2, C).double()
    for step, rows in enumerate([[0, 3, 5, 7], [3, 7, 1, 2], [0, 1, 5, 11]], start=1):
        kept = 0 if step == 1 else min(0.6, 1 - 1 / step)
        with torch.no_grad():
            for mean, now in zip(
                means.parameters(), networks.parameters(), strict=True
            ):
                mean.copy_(kept * mean + (1 - kept) * now)
            share, order = draws(2.0, len(rows), seed=step)
            expected = slow_value(
                networks,
                means,
                beliefs,
                rows,
                [rows[i] for i in order],
                share,
                momentum=0.7,
                strength=2.0,
            )
            for i in rows:
                for k in range(2):
                    other = means[1 - k](X[i][None])[0].softmax(0)
                    beliefs[i, k] = 0.7 * beliefs[i, k] + 0.3 * other
        torch.manual_seed(step)
        index = torch.tensor(rows)
        value = objective(networks, X[index], Y[index], index)
        torch.testing.assert_close(value.detach(), expected)
        torch.testing.assert_close(objective.beliefs, beliefs)
        networks.zero_grad()
        value.backward()
        with torch.no_grad():  # the next step sees other networks
            for parameter in networks.parameters():
                parameter -= 0.5 * parameter.grad


def test_the_gradient_is_that_of_the_batch_with_beliefs_held_fixed():
    networks = two_networks()
    objective = EarlyLearningPlus(**FACTS, momentum=0.0)
    index = torch.arange(N)
    torch.manual_seed(1)
    objective(networks, X, Y, index).backward()
    weight = networks[0].weight
    for place in [(0, 0), (2, 3)]:
        values = []
        for shift in (1e-6, -1e-6):
            moved = copy.deepcopy(networks)
            with torch.no_grad():
                moved[0].weight[place] += shift
            other = copy.deepcopy(objective)
            other._teach = lambda *_: objective.beliefs  # as the network was
            torch.manual_seed(1)
            values.append(float(other(moved, X, Y, index).detach()))
        slope = (values[0] - values[1]) / 2e-6
        assert float(weight.grad[place]) == pytest.approx(slope, abs=1e-7)


def test_equal_networks_without_average_and_mixture_are_elr_twice():
    network = two_networks()[0]
    pair = Networks([network, copy.deepcopy(network)])
    plus = EarlyLearningPlus(**FACTS, averaging=0.0, mixup=0.0)
    elr = EarlyLearningRegularization(N, C)
    for rows in ([0, 1, 2], [1, 2, 3], [0, 1, 2]):
        index = torch.tensor(rows)
        value = plus(pair, X[index], Y[index], index)
        alone = elr.compute(pair(X[index])[:, :1], Y[index], index)
        torch.testing.assert_close(value, 2 * alone)


def test_strength_rises_in_its_interval():
    networks, index = two_networks(), torch.arange(N)
    values = {}
    for epoch in (0, 3, 5, 9):
        for rise in [(0.0, 0.0), (0.2, 0.4)]:
            objective = EarlyLearningPlus(**FACTS, mixup=0.0, rise=rise)
            objective.on_epoch_begin(epoch, networks, None)
            values[epoch, rise[1]] = float(objective(networks, X, Y, index).detach())
    plain = EarlyLearningPlus(**FACTS, mixup=0.0, strength=0.0)
    assert values[0, 0.4] == pytest.approx(float(plain(networks, X, Y, index).detach()))
    assert values[3, 0.4] == pytest.approx((values[0, 0.4] + values[3, 0.0]) / 2)
    assert values[5, 0.4] == values[9, 0.4] == values[9, 0.0]


def test_averages_are_no_parameters_and_keep_no_dropout():
    networks = two_networks(
        lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, C))
    )
    objective = EarlyLearningPlus(**FACTS, averaging=0.5)
    assert not list(objective.parameters())  # when the optimizer asks
    for _ in range(3):
        objective(networks, X, Y, torch.arange(N)).backward()
    assert networks.training and not objective.averages.training
    assert all(p.grad is None for p in objective.averages.parameters())
    for mean, now in zip(objective.averages, networks, strict=True):
        # the next step takes up what this one has made of them
        assert mean[0].num_batches_tracked == now[0].num_batches_tracked - 1


def test_averages_teach_in_evaluation_mode_in_every_epoch():
    objective = EarlyLearningPlus(**FACTS)
    for _ in range(2):
        objective.train()
        objective(two_networks(), X, Y, torch.arange(N))
        assert objective.training
        assert not any(part.training for part in objective.averages.modules())


def test_what_is_forgotten_takes_no_room_and_what_is_pickled_goes_on():
    networks, index = two_networks(), torch.arange(N)
    objective = EarlyLearningPlus(**FACTS)
    objective(networks, X, Y, index)
    other = pickle.loads(pickle.dumps(objective))
    values = []
    for one in (objective, other):
        torch.manual_seed(0)
        values.append(one(networks, X, Y, index))
    torch.testing.assert_close(*values)
    assert EarlyLearningPlus(**FACTS).state_dict() == {}
    objective.forget()
    assert not list(objective.parameters()) and not list(objective.buffers())
    assert len(pickle.dumps(objective)) < 2000


def test_it_waits_for_no_device_to_tell_a_value():
    networks = two_networks().to("meta")
    objective = EarlyLearningPlus(**FACTS).to("meta")
    batch = (t.to("meta") for t in (X, Y, torch.arange(N)))
    objective(networks, *batch).backward()
    assert networks[0].weight.grad.device == torch.device("meta")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("momentum", 1.0),
        ("averaging", 1.0),
        ("strength", -1),
        ("mixup", -0.1),
        ("rise", 0.5),
        ("n_epochs", 0),
    ],
)
def test_a_parameter_out_of_range_is_named(name, value):
    with pytest.raises(ValueError, match=name):
        EarlyLearningPlus(**{**FACTS, name: value})


def test_it_mixes_by_itself():
    with pytest.raises(ValueError, match="makes its own inputs and can't be mixed"):
        Mixup(EarlyLearningPlus(**FACTS))


def test_a_classifier_predicts_by_the_mean_of_both_networks(table):
    X, y = table
    noisy = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    clf = small(method="elr+", max_epochs=20, method__mixup=0.5).fit(X, noisy)
    assert (clf.predict(X) == y).mean() > 0.9
    assert len(clf.net_.module_) == 2
    rows = torch.as_tensor(np.asarray(X), dtype=torch.float32)
    with torch.no_grad():
        one, two = (network.eval()(rows).softmax(1) for network in clf.net_.module_)
    np.testing.assert_allclose(clf.predict_proba(X), (one + two) / 2, atol=1e-6)
    copied = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(copied.predict_proba(X), clf.predict_proba(X))


def test_what_has_no_exact_meaning_is_refused(table):
    X, y = table
    clf = small(method="elr+", max_epochs=1)
    with pytest.raises(ValueError, match="no exact meaning for EarlyLearningPlus"):
        clf.fit(X, y, sample_weight=np.arange(len(y)) % 3)
    assert not hasattr(clf, "partial_fit")


@pytest.mark.parametrize(
    ("method", "name"),
    [("elr", "beliefs_"), ("elr+", "beliefs_"), ("sop", "label_noise_")],
)
def test_what_is_remembered_of_samples_stays_if_asked_for(method, name, table):
    X, y = table
    assert not hasattr(small(method=method).fit(X, y), name)
    kept = getattr(small(method=method, method__keep=True).fit(X, y), name)
    assert kept.shape == (len(y), 3) and np.isfinite(kept).all()
    part = small(method=method, method__keep=True, validation_fraction=0.2).fit(X, y)
    if method != "sop":  # whose noise is there from the start
        unseen = np.isnan(getattr(part, name)).all(axis=1)
        assert unseen.sum() == np.ceil(0.2 * len(y))
        assert (kept.sum(axis=1) > 0.1).all() and (kept >= 0).all()
    else:
        assert (kept[np.arange(len(y)), y] > 0).all()
