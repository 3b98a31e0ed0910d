"""PES: which layers learn when, which labels are learned then, and with what say."""

import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.datasets import load_digits
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import Networks
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import ProgressiveEarlyStopping

LABELS = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2])


def make(n_epochs=10, labels=LABELS, **options):
    return ProgressiveEarlyStopping(n_epochs, labels, **options)


def network():
    return nn.Sequential(
        nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3)
    )


def weights_of(net):
    return [net[i].weight.detach().clone() for i in (0, 2, 4)]


def learns(net):
    return [net[i].weight.requires_grad for i in (0, 2, 4)]


def predict_labels(codes):
    logits = 5.0 * torch.eye(3)[torch.tensor(codes)]
    return lambda: logits.unsqueeze(1)


def test_late_layers_are_drawn_anew_and_the_others_rest():
    net = network()
    networks, objective = Networks([net]), make(stop_at=0.3, renew=0.2)
    agreed, seen = predict_labels(LABELS.tolist()), []
    for epoch in range(10):
        before = weights_of(net)
        objective.on_epoch_begin(epoch, networks, agreed)
        changed = [
            not torch.equal(a, b) for a, b in zip(before, weights_of(net), strict=True)
        ]
        seen.append((changed, learns(net)))
        objective.on_epoch_end(epoch, networks, agreed)
        assert learns(net) == [True] * 3
    still, all_learn = [False] * 3, [True] * 3
    assert seen[:3] == [(still, all_learn)] * 3
    assert seen[3] == ([False, True, True], [False, True, True])
    assert seen[4] == (still, [False, True, True])
    assert seen[5] == ([False, False, True], [False, False, True])
    assert seen[6] == (still, [False, False, True])
    assert seen[7:] == [(still, all_learn)] * 3
    assert objective.warm_up_epochs == 7


def test_what_the_user_has_frozen_stays_as_it_is():
    net = network()
    net[4].requires_grad_(False)
    objective, frozen = make(stop_at=0.3, renew=0.2, n_late=1), weights_of(net)[2]
    for epoch in range(10):
        objective.on_epoch_begin(epoch, Networks([net]), predict_labels([0] * 8))
        objective.on_epoch_end(epoch, Networks([net]), None)
        assert learns(net) == [True, True, False]
    assert torch.equal(net[4].weight, frozen)


@pytest.mark.parametrize("balance", [True, False])
def test_the_value_is_that_of_labels_that_are_predicted(balance):
    objective = make(renew=0.0, balance=balance)
    # of class 0 two, of class 1 none, of class 2 one
    objective.on_epoch_begin(3, None, predict_labels([0, 0, 1, 0, 2, 2, 1, 0]))
    logits = torch.randn(8, 3, generator=torch.Generator().manual_seed(0)).double()
    counted = {0: 2, 1: 2, 2: 1} if balance else {0: 1, 1: 1, 2: 1}
    kept = [0, 1, 3, 4, 5]  # all of class 1, which nobody agrees with
    total = weight = 0.0
    for i in kept:
        label = int(LABELS[i])
        p = logits[i].softmax(dim=0)[label].item()
        total -= math.log(p) / counted[label]
        weight += 1 / counted[label]
    value = objective.compute(logits.unsqueeze(1), LABELS, torch.arange(8))
    assert_allclose(value, total / weight, rtol=1e-6)


def test_a_batch_that_nobody_agrees_with_teaches_nothing():
    objective = make(renew=0.0)
    objective.on_epoch_begin(3, None, predict_labels([0, 0, 1, 1, 1, 2, 2, 1]))
    logits = torch.randn(2, 1, 3, requires_grad=True)
    objective.compute(logits, LABELS[[2, 7]], torch.tensor([2, 7])).backward()
    assert (logits.grad == 0).all()


@pytest.mark.parametrize(
    ("n_epochs", "rounds"), [(1, [1, 1, 1]), (2, [1, 1, 1]), (4, [1, 2, 3])]
)
def test_short_trainings_keep_an_epoch_for_what_is_agreed(n_epochs, rounds):
    assert make(n_epochs).rounds == rounds


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stop_at": 0.0}, "stop_at=0.0"),
        ({"renew": 1.0}, "renew=1.0"),
        ({"n_late": 0}, "n_late=0"),
    ],
)
def test_what_a_parameter_can_t_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        make(**options)


def test_seeds_say_how_layers_are_drawn_anew():
    X, y = load_digits(return_X_y=True)
    y = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    options = {"max_epochs": 12, "module__hidden": 16, "random_state": 0}
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, two = (
        NoisyLabelClassifier(method="pes", **options).fit(X, y).predict_proba(X)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, two)
    assert torch.equal(torch.random.get_rng_state(), before)
