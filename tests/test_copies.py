"""What stays of a network that is to be several: what was trained, or is frozen."""

import pytest
import torch
from own_network_helpers import Net, same, trained
from torch import nn

from sknoisy._engine.copies import count_of_what_stays, fresh_copies


def copies(module):
    torch.manual_seed(1)
    make = fresh_copies(module)
    return make(), make()


def test_an_untrained_network_is_drawn_anew_as_a_whole():
    first, second = copies(Net())
    assert not any(same(first, second).values())


def test_a_trained_backbone_stays_and_a_new_head_is_drawn():
    net = trained()
    net.head = nn.Linear(32, 2)
    first, second = copies(net)
    assert all(same(net, first).values())
    assert same(net, second) == {
        "backbone.0.weight": True,
        "backbone.0.bias": True,
        "head.weight": False,
        "head.bias": False,
    }


def test_frozen_layers_stay_even_if_nobody_has_trained_them():
    net = Net()
    net.backbone.requires_grad_(False)
    assert count_of_what_stays(net) == 3  # the whole, the backbone, its first layer
    _, second = copies(net)
    assert torch.equal(net.backbone[0].weight, second.backbone[0].weight)
    assert not torch.equal(net.head.weight, second.head.weight)


def test_a_network_trained_as_a_whole_starts_a_little_apart():
    net = trained()
    net.backbone.requires_grad_(False)
    _, second = copies(net)
    assert torch.equal(net.backbone[0].weight, second.backbone[0].weight)
    moved = (second.head.weight - net.head.weight).detach()
    assert 0 < moved.abs().max() < net.head.weight.std()


def test_running_statistics_of_a_trained_network_stay():
    net = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
    net(torch.randn(50, 5) + 3)
    net.eval()
    _, second = copies(net)
    assert torch.equal(net[1].running_mean, second[1].running_mean)
    assert torch.equal(net[0].weight, second[0].weight)
    assert not torch.equal(net[2].weight, second[2].weight)


@pytest.mark.parametrize("seed", range(20))
def test_what_training_leaves_is_told_from_what_was_drawn(seed):
    torch.manual_seed(seed)
    fresh = nn.Sequential(
        nn.Embedding(40, 16), nn.Conv1d(4, 6, 3), nn.LayerNorm(8), nn.Linear(30, 20)
    )
    assert count_of_what_stays(fresh) == 0
    assert count_of_what_stays(trained(seed=seed, steps=30)) == 5  # all
