"""SOP+: against loops over samples and classes, and as a method by its name."""

import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import Networks
from sknoisy.objectives import OverParameterizationPlus, SparseOverParameterization

LABELS = torch.tensor([0, 1, 2, 1, 0, 2, 2])
INDEX = torch.tensor([5, 0, 3, 2])


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(4, 5, generator=generator, dtype=torch.float64)
    network = nn.Linear(5, 3).double()
    with torch.no_grad():
        network.weight.copy_(torch.randn(3, 5, generator=generator))
    return Networks([network]), features, LABELS[INDEX], INDEX


def make(**options):
    options = {"strong_augment": lambda features: 0.5 * features + 1} | options
    made = OverParameterizationPlus(3, 20, LABELS, **options)
    noise = torch.rand(7, 3, generator=torch.Generator().manual_seed(1)) / 3
    made.noise = torch.where(torch.eye(3)[LABELS] > 0, noise, -noise).double()
    return made


def probabilities(network, features):
    return network(features)[:, 0].softmax(dim=-1).detach().numpy()


def by_hand(objective, network, features, labels, index):
    """Return the three terms, one sample and one class after the other."""
    noise = objective.noise.numpy().copy()
    plain = probabilities(network, features)
    strong = probabilities(network, 0.5 * features + 1)
    loss, consistency, mean = 0.0, 0.0, np.zeros(3)
    for p, a, label, i in zip(plain, strong, labels, index, strict=True):
        q = [max(0.0, p[k] + noise[i, k]) for k in range(3)]
        loss -= math.log(q[label] / sum(q)) / 4
        consistency += sum(p[k] * math.log(p[k] / a[k]) for k in range(3)) / 4
        mean += np.array(q) / sum(q) / 4
    return loss, consistency, -sum(math.log(share) for share in mean) / 3


@pytest.mark.parametrize("weights", [(0.0, 0.0), (0.9, 0.1), (2.0, 3.0)])
def test_it_is_sop_and_two_terms(weights, batch):
    names = "consistency_weight", "balance_weight"
    objective = make(**dict(zip(names, weights, strict=True)))
    loss, consistency, balance = by_hand(objective, *batch)
    expected = loss + weights[0] * consistency + weights[1] * balance
    assert_allclose(objective(*batch).item(), expected, rtol=1e-6)


def test_its_noise_is_learned_as_that_of_sop(batch):
    plus, plain = make(), SparseOverParameterization(3, 20, LABELS)
    plain.noise = plus.noise.clone()
    networks, features, labels, index = batch
    plus(*batch)
    plain(*batch)
    assert_allclose(plus.noise, plain.noise)
    assert (plus.noise != make().noise).any()


def test_no_gradient_goes_through_what_the_plain_view_shows(batch):
    networks, features, labels, index = batch
    objective = make(consistency_weight=1.0, balance_weight=0.0)
    weight = networks[0].weight
    found = torch.autograd.grad(objective(*batch), weight)[0]
    alone = make(consistency_weight=0.0, balance_weight=0.0)
    own = torch.autograd.grad(alone(*batch), weight)[0]
    said = networks(features)[:, 0].softmax(dim=-1).detach()
    learned = networks(0.5 * features + 1)[:, 0].log_softmax(dim=-1)
    cross_entropy = -(said * learned).sum(dim=-1).mean()
    expected = torch.autograd.grad(cross_entropy, weight)[0]
    assert_allclose(found - own, expected, atol=1e-7)


def test_a_class_that_nothing_is_explained_by_leaves_it_finite(batch):
    networks, features, labels, index = batch
    with torch.no_grad():
        networks[0].bias.copy_(torch.tensor([0.0, 0.0, -1e4]))
    objective = make()
    objective.noise = torch.zeros(7, 3, dtype=torch.float64)
    features = torch.zeros_like(features)
    value = objective(networks, features, torch.zeros_like(labels), index)
    assert torch.isfinite(value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"consistency_weight": -1}, "consistency_weight=-1"),
        ({"balance_weight": -1}, "balance_weight=-1"),
        ({"swap": 1.0}, "swap=1.0"),
        ({"strong_augment": 3}, "strong_augment=3"),
        ({"lr_u": -1}, "lr_u=-1"),
    ],
)
def test_what_a_parameter_can_t_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        make(**options)


def test_it_is_a_method_by_its_name(table):
    X, y = table
    options = {"max_epochs": 5, "random_state": 0, "method__keep": True}
    clf = NoisyLabelClassifier(method="sop+", **options).fit(X, y)
    assert clf.label_noise_.shape == (len(y), 3)
    assert clf.score(X, y) > 0.5


def test_weights_have_no_exact_meaning_and_are_refused(table):
    X, y = table
    with pytest.raises(ValueError, match="sample_weight"):
        NoisyLabelClassifier(method="sop+").fit(X, y, sample_weight=np.ones(len(y)) + y)
