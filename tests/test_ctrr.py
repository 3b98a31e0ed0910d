"""CTRR: against loops over pairs of samples, and as a method by its name."""

import copy
import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn
from torch.nn import functional as F

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import Networks
from sknoisy.objectives import ContrastiveRegularization

LABELS = torch.tensor([0, 2, 1, 1, 0])
INDEX = torch.arange(5)


def shifted(features):
    return 0.5 * features + 0.3


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.last = nn.Linear(4, 6), nn.Linear(6, 3)

    def hidden(self, features):
        return self.inner(features).relu()

    def forward(self, features):
        return self.last(self.hidden(features))


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(3)
    network = Net().double()
    with torch.no_grad():
        for parameter in network.parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(drawn)
    features = torch.randn(5, 4, generator=generator, dtype=torch.float64)
    return Networks([network]), features, LABELS, INDEX


def make(**options):
    return ContrastiveRegularization(**{"strong_augment": shifted} | options)


def by_hand(networks, averaged, features, labels, strength, threshold):
    """Return the value, pair by pair."""
    network = networks[0]
    p = network(features).softmax(dim=-1).detach().numpy()
    one = network.hidden(shifted(features)).detach().numpy()
    other = averaged.hidden(shifted(features)).detach().numpy()
    n, loss, contrast = len(features), 0.0, 0.0
    for i in range(n):
        loss -= math.log(p[i][labels[i]]) / n
        weights = [1.0 if i == j else float(p[i] @ p[j]) for j in range(n)]
        weights = [w if w >= threshold else 0.0 for w in weights]
        for j in range(n):
            norms = np.linalg.norm(one[i]) * np.linalg.norm(other[j])
            q = min(max(one[i] @ other[j] / norms, 1e-4), 1 - 1e-4)
            each = 2 - q if i == j else 2 + math.log(1 - q)
            contrast += weights[j] / sum(weights) * each / n
    return loss + strength * contrast


@pytest.mark.parametrize(
    ("strength", "threshold"), [(0.0, 0.4), (1.0, 0.4), (50.0, 0.0), (7.0, 1.0)]
)
def test_it_is_the_loss_and_a_contrast_of_all_pairs(strength, threshold, batch):
    networks, features, labels, _ = batch
    objective = make(strength=strength, threshold=threshold)
    expected = by_hand(networks, networks[0], features, labels, strength, threshold)
    assert_allclose(objective(*batch).item(), expected, rtol=1e-9)


def test_the_second_view_is_that_of_an_average_of_the_network(batch):
    networks, features, labels, _ = batch
    objective = make(averaging=0.75)
    objective(*batch)
    before = copy.deepcopy(networks[0])
    with torch.no_grad():
        for parameter in networks.parameters():
            parameter.add_(0.5 * parameter.sign())
    value = objective(*batch).item()
    mean = copy.deepcopy(before)
    with torch.no_grad():
        for own, now in zip(mean.parameters(), networks[0].parameters(), strict=True):
            own.copy_(0.75 * own + 0.25 * now)
    assert_allclose(value, by_hand(networks, mean, features, labels, 1, 0.4), rtol=1e-9)
    others = by_hand(networks, before, features, labels, 1.0, 0.4)
    assert abs(value - others) > 1e-4


def test_the_average_and_who_is_alike_get_no_gradient(batch):
    networks, features, labels, index = batch
    objective = make(strength=3.0)
    objective(*batch).backward()
    assert all(p.grad is None for p in objective.average.parameters())
    found = networks[0].last.weight.grad
    logits = networks(features)[:, 0]
    plain = F.cross_entropy(logits, labels)
    own = torch.autograd.grad(plain, networks[0].last.weight)[0]
    assert_allclose(found, own, atol=1e-12)  # the contrast stays below that layer


def test_dropout_and_the_place_of_the_last_layer_are_no_matter():
    layers = nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3)
    networks = Networks([nn.Sequential(*layers)])
    objective = make().train()
    value = objective(networks, torch.randn(5, 4), LABELS, INDEX)
    assert torch.isfinite(value)
    assert not objective.average.training
    objective.forget()
    assert objective.average is None


def test_a_last_layer_that_nobody_calls_is_told():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Linear(4, 3), nn.Linear(3, 3)

        def forward(self, features):
            return self.used(features)

    with pytest.raises(ValueError, match="order of its forward"):
        make()(Networks([Odd()]), torch.randn(5, 4), LABELS, INDEX)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strength": -1.0}, "strength=-1.0"),
        ({"threshold": 1.5}, "threshold=1.5"),
        ({"averaging": 1.0}, "averaging=1.0"),
        ({"swap": 1.0}, "swap=1.0"),
        ({"strong_augment": 3}, "strong_augment=3"),
    ],
)
def test_what_a_parameter_can_t_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        make(**options)


def test_it_takes_any_loss_by_its_name(table):
    X, y = table
    options = {"max_epochs": 8, "loss": "gce", "random_state": 0}
    clf = NoisyLabelClassifier(method="ctrr", method__strength=0.5, **options)
    assert clf.fit(X, y).score(X, y) > 0.5
