"""Filter grafting: what is mixed between networks, and by which share."""

import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn

from sknoisy.objectives import entropy_share, graft


def make_network(seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.BatchNorm1d(2), nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 2)
    )


def test_grafting_by_hand_computed_weights_in_a_ring_of_three():
    networks = [nn.Linear(1, 1) for _ in range(3)]
    for network, weight in zip(networks, [0.0, 10.0, 100.0], strict=True):
        nn.init.constant_(network.weight, weight)
        nn.init.constant_(network.bias, -weight)
    graft(networks, lambda own, neighbor: 0.9 if own > neighbor else 0.2)
    # .2 * 0 + .8 * 100; .9 * 10 + .1 * 0 (the old one); .9 * 100 + .1 * 10
    expected = [80.0, 9.0, 91.0]
    assert_allclose([n.weight.item() for n in networks], expected, rtol=1e-6)
    assert_allclose([-n.bias.item() for n in networks], expected, rtol=1e-6)


def test_each_layer_has_its_own_share_and_its_norm_goes_with_it():
    networks = [make_network(seed) for seed in range(2)]
    for k, network in enumerate(networks):
        for norm in (network[0], network[2]):
            nn.init.constant_(norm.weight, 1.0 + k)
            norm.running_mean.fill_(2.0 * k)
            norm.running_var.fill_(1.0 + 4 * k)
            norm.num_batches_tracked.fill_(7 + k)
    old = [{n: t.clone() for n, t in net.state_dict().items()} for net in networks]
    shares = {(3, 2): 0.25, (2, 3): 0.5}  # by the shapes of the two linear layers
    graft(networks, lambda own, neighbor: shares[tuple(own.shape)])
    for k, network in enumerate(networks):
        for name, new in network.state_dict().items():
            mine, theirs = old[k][name], old[1 - k][name]
            if name.startswith("0.") or name.endswith("num_batches_tracked"):
                assert torch.equal(new, mine), name  # before any layer; no real number
            else:
                share = 0.5 if name.startswith("3.") else 0.25
                expected = share * mine + (1 - share) * theirs
                assert_allclose(new, expected, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("n_networks", [1, 2, 4])
def test_equal_networks_and_networks_with_a_share_of_one_stay_as_they_are(n_networks):
    equal = [make_network(0) for _ in range(n_networks)]
    graft(equal, entropy_share)
    for network in equal:
        for name, tensor in make_network(0).state_dict().items():
            assert torch.equal(network.state_dict()[name], tensor)
    different = [make_network(seed) for seed in range(n_networks)]
    graft(different, lambda own, neighbor: 1.0)
    for seed, network in enumerate(different):
        for name, tensor in make_network(seed).state_dict().items():
            assert torch.equal(network.state_dict()[name], tensor)


def test_a_weight_that_two_layers_share_is_grafted_once():
    networks = []
    for weight in [0.0, 8.0]:
        first, second = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        second.weight = nn.init.constant_(first.weight, weight)
        networks.append(nn.Sequential(first, second))
    graft(networks, lambda own, neighbor: 0.75)
    assert [network[1].weight.item() for network in networks] == [2.0, 6.0]


def test_networks_of_two_architectures_cannot_be_grafted():
    with pytest.raises(ValueError, match="one architecture"):
        graft([nn.Linear(2, 2), nn.Linear(3, 2)], entropy_share)


def test_the_share_is_the_published_formula():
    rng = np.random.default_rng(1)
    own, neighbor = rng.normal(size=200), rng.uniform(size=200) ** 8

    def entropy(weights, n_bins):
        edges = np.linspace(weights.min(), weights.max(), n_bins + 1)
        total = 0.0
        for low, high in zip(edges, edges[1:], strict=False):
            inside = (weights >= low) & (weights < high)
            p = (inside.sum() + (high == edges[-1]) * (weights == high).sum()) / 200
            total -= p * math.log(p) if p else 0.0
        return total

    for a, c, bins in [(0.4, 500.0, 10), (0.8, 1.5, 20)]:
        difference = entropy(own, bins) - entropy(neighbor, bins)
        expected = a / math.pi * math.atan(c * difference) + 0.5
        share = entropy_share(
            torch.tensor(own),
            torch.tensor(neighbor),
            amplitude=a,
            steepness=c,
            n_bins=bins,
        )
        assert share == pytest.approx(expected)
    assert entropy_share(torch.zeros(5), torch.zeros(5)) == 0.5  # no spread at all
