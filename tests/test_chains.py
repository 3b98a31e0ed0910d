"""Forwards of the user's own, read as chains of layers."""

import copy
import random

import numpy as np
import pytest
import torch
from helpers import small
from sklearn.model_selection import GridSearchCV
from torch import nn
from torch.nn import functional as F

from sknoisy import BatchedGridSearchCV
from sknoisy._engine.stacked import LayerStack, layers_of, stack


class Own(nn.Module):
    """Layers for the forwards below; each of these takes ``(network, x)``."""

    def __init__(self, run, n_features=6, n_classes=3):
        super().__init__()
        self.run = run
        self.first = nn.Linear(n_features, 8)
        self.second = nn.Linear(8, 8)
        self.last = nn.Linear(8, n_classes)
        self.norm = nn.LayerNorm(8)
        self.act = nn.GELU()
        self.drop = nn.Dropout(0.3)
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(8, 8), nn.Tanh())])

    def forward(self, x):
        return self.run(self, x)


def functions(net, x):
    x = F.leaky_relu(net.first(x), 0.2)
    x = torch.tanh(net.second(x)).sigmoid()
    return net.last(F.elu(x, alpha=0.5))


def activations_used_twice(net, x):
    return net.last(net.act(net.second(net.act(net.first(x)))))


def blocks_in_a_loop(net, x):
    x = F.relu(net.norm(net.first(x)))
    for block in net.blocks:
        x = block(x)
    return net.last(x)


def flattened(net, x):
    x = x.view(x.size(0), -1)
    return net.last(torch.relu(net.first(x.flatten(1))).reshape(len(x), 8))


def rectified_in_place(net, x):
    return net.last(F.relu(net.first(x), inplace=True))


def in_a_branch_of_its_mode(net, x):
    x = net.first(x)
    if net.training:
        x = F.dropout(x, 0.2)
    return net.last(x)


def dropping(net, x):
    x = net.drop(F.relu(net.first(x)))
    return net.last(F.dropout(x, 0.1, training=net.training))


CHAINS = [functions, activations_used_twice, blocks_in_a_loop, flattened]
CHAINS += [rectified_in_place, dropping]


@pytest.mark.parametrize("run", CHAINS, ids=lambda run: run.__name__)
def test_together_they_say_what_each_says(run):
    torch.manual_seed(0)
    networks = [Own(run).eval() for _ in range(3)]
    features = torch.randn(3, 5, 6)
    together = stack(networks, features=features[0]).eval()
    assert isinstance(together, LayerStack)
    for one, network, batch in zip(together(features), networks, features, strict=True):
        torch.testing.assert_close(one, network(batch), rtol=1e-5, atol=1e-6)


def test_functions_become_layers_with_their_settings():
    layers = layers_of(Own(functions), torch.randn(2, 6))
    kinds = [type(layer).__name__ for layer in layers]
    assert kinds == [
        "Linear",
        "LeakyReLU",
        "Linear",
        "Tanh",
        "Sigmoid",
        "ELU",
        "Linear",
    ]
    assert layers[1].negative_slope == 0.2 and layers[5].alpha == 0.5
    shares = [
        m.p for m in layers_of(Own(dropping), torch.randn(2, 6)) if hasattr(m, "p")
    ]
    assert shares == [0.3, 0.1]


def with_residual(net, x):
    x = net.first(x)
    return net.last(x + net.second(x))


def scaled(net, x):
    return 2 * net.last(net.first(x))


def data_decide(net, x):
    x = net.first(x)
    return net.last(x if x.sum() > 0 else -x)


def always_dropping(net, x):
    return net.last(F.dropout(net.first(x), 0.5))


def one_layer_twice(net, x):
    return net.last(net.second(net.second(net.first(x))))


def noisy(net, x):
    return net.last(net.first(x) + torch.randn(8))


def drawing_from_numpy(net, x):
    x = net.first(x)
    return net.last(F.relu(x) if np.random.rand() < 0.5 else x)


def drawing_from_python(net, x):
    x = net.first(x)
    return net.last(F.relu(x) if random.random() < 0.5 else x)


def counting(net, x):
    net.calls = getattr(net, "calls", 0) + 1
    return net.last(net.first(x))


def taking_notes(net, x):
    net.run.notes.append(1)
    net.__dict__.setdefault("seen", []).append(1)
    return net.last(net.first(x))


taking_notes.notes = []


def two_outputs(net, x):
    return net.last(net.first(x)), x


def of_another_layer(net, x):
    return F.linear(net.first(x), net.last.weight)


def softmax(net, x):
    return F.softmax(net.last(net.first(x)), dim=1)


def failing(net, x):
    raise RuntimeError("no")


ODD = [with_residual, scaled, data_decide, always_dropping, one_layer_twice, noisy]
ODD += [drawing_from_numpy, drawing_from_python, counting, taking_notes, two_outputs]
ODD += [of_another_layer, softmax, failing, in_a_branch_of_its_mode]


@pytest.mark.parametrize("run", ODD, ids=lambda run: run.__name__)
def test_what_is_no_chain_is_left_alone(run):
    assert layers_of(Own(run), torch.randn(2, 6)) is None


class TrainsItsOwnWay(Own):
    def train(self, mode=True):
        return super().train(False)


def with_parameter():
    network = Own(functions)
    network.scale = nn.Parameter(torch.ones(1))
    return network


def with_buffer():
    network = Own(functions)
    network.register_buffer("mean", torch.ones(1))
    return network


def with_hook():
    network = Own(functions)
    network.register_forward_hook(lambda *_: None)
    return network


def with_hook_inside():
    network = Own(functions)
    network.second.register_forward_hook(lambda *_: None)
    return network


def frozen():
    network = Own(functions)
    network.second.requires_grad_(False)
    return network


@pytest.mark.parametrize(
    "make",
    [with_parameter, with_buffer, with_hook, with_hook_inside, frozen]
    + [lambda: TrainsItsOwnWay(functions), lambda: nn.Linear(6, 3)],
    ids=["parameter", "buffer", "hook", "hook inside", "frozen", "train", "a layer"],
)
def test_networks_that_hold_something_of_their_own_are_left_alone(make):
    assert layers_of(make(), torch.randn(2, 6)) is None


@pytest.mark.parametrize("run", [*CHAINS, *ODD], ids=lambda run: run.__name__)
def test_reading_leaves_the_network_as_it_was(run):
    network = Own(run)
    network.drop.eval()
    before, weights = dict(vars(network)), copy.deepcopy(network.state_dict())
    modes = [module.training for module in network.modules()]
    state = torch.get_rng_state()
    layers_of(network, torch.randn(2, 6, generator=torch.Generator().manual_seed(0)))
    if run is not noisy:  # which draws by itself
        assert torch.equal(torch.get_rng_state(), state)
    assert all(vars(network)[name] is value for name, value in before.items())
    assert [module.training for module in network.modules()] == modes
    assert not any("forward" in vars(module) for module in network.modules())
    torch.testing.assert_close(network.state_dict(), weights, rtol=0, atol=0)


class Dropping(nn.Module):
    """A network as people write it."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.hidden = nn.Linear(n_features, 8)
        self.out = nn.Linear(8, n_classes)
        self.drop = nn.Dropout(0.2)

    def forward(self, x):
        return self.out(self.drop(F.relu(self.hidden(x))))


def test_a_search_trains_them_together_as_alone(table, monkeypatch):
    monkeypatch.delattr("sknoisy.classifiers._base.BaseNoisyClassifier._fit")
    search = BatchedGridSearchCV(
        small(module=Dropping), {"loss": ["ce", "mae"]}, cv=2, refit=False
    ).fit(*table)
    monkeypatch.undo()
    alone = GridSearchCV(search.estimator, search.param_grid, cv=2, refit=False)
    ours, theirs = search.cv_results_, alone.fit(*table).cv_results_
    assert np.allclose(ours["mean_test_score"], theirs["mean_test_score"])
