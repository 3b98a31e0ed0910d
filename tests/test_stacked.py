"""Networks of one shape as one: equal to each by itself, to float rounding."""

import copy

import numpy as np
import pytest
import torch
from helpers import small
from torch import nn
from torch.nn import functional as F

from sknoisy._engine.fits import prepare_fits
from sknoisy._engine.in_turn import InTurn
from sknoisy._engine.lockstep import lockstep_key, train_in_lockstep
from sknoisy._engine.stacked import (
    ACTIVATIONS,
    FunctionalStack,
    LayerStack,
    shape_of,
    stack,
    why_not_stacked,
)
from sknoisy._engine.stacked_layers import Streams
from sknoisy.losses import LOSSES
from sknoisy.modules import MLP, Dropout, LeNet5, SmallResNet, Standardize

EXACT = {"rtol": 1e-5, "atol": 1e-6}


def normalized():
    return nn.Sequential(
        Standardize(torch.randn(6), torch.rand(6) + 0.5),
        nn.LayerNorm(6),
        nn.Linear(6, 9, bias=False),
        nn.LayerNorm(9, elementwise_affine=False),
        nn.Sequential(nn.GELU(), nn.Linear(9, 7)),
        nn.LayerNorm(7),
        nn.LeakyReLU(0.2),
        nn.Linear(7, 3),
    )


CHAINS = {
    "MLP": lambda: MLP(6, 3, hidden=(9, 7), dropout=0, feature_mean=torch.randn(6)),
    "no hidden layer": lambda: nn.Sequential(nn.Linear(6, 3)),
    "normalized": normalized,
    "flattened": lambda: nn.Sequential(
        Standardize(torch.randn(2), 0.5 + torch.rand(2)),
        nn.Flatten(),
        nn.Tanh(),
        nn.Linear(6, 3),
    ),
}
SHAPES = {"flattened": (3, 2)}


def some(make, n=4):
    torch.manual_seed(0)
    return [make() for _ in range(n)]


def batches(name, n=4):
    torch.manual_seed(1)
    return torch.randn(n, 5, *SHAPES.get(name, (6,)))


def step(parameters, loss):
    optimizer = torch.optim.AdamW(list(parameters), lr=0.1)
    loss.backward()
    optimizer.step()


# --- one step ---


@pytest.mark.parametrize("name", CHAINS)
def test_one_step_together_is_a_step_of_each(name):
    networks = [network.double() for network in some(CHAINS[name])]
    features = batches(name).double()  # Adam's first step amplifies float32's rounding
    alone, labels = copy.deepcopy(networks), torch.tensor([0, 1, 2, 0, 1])
    together = stack(networks)
    assert isinstance(together, LayerStack)
    logits = together(features)
    losses = [F.cross_entropy(one, labels) for one in logits]
    step(together.parameters(), sum(losses))
    together.write_back()
    for i, network in enumerate(alone):
        expected = network(features[i])
        torch.testing.assert_close(logits[i], expected)
        step(network.parameters(), F.cross_entropy(expected, labels))
        for ours, theirs in zip(
            networks[i].parameters(), network.parameters(), strict=True
        ):
            torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", CHAINS)
def test_gradients_agree_to_the_digits_of_float32(name):
    networks, features = some(CHAINS[name]), batches(name)
    together = stack(networks)
    together(features).square().sum().backward()
    for network, batch in zip(networks, features, strict=True):
        network(batch).square().sum().backward()
    for stacked, originals in together.pairs:
        expected = torch.stack([one.grad for one in originals])
        torch.testing.assert_close(stacked.grad, expected, rtol=1e-4, atol=1e-5)


def test_convolutions_are_stacked_by_torch_func_and_train_as_alone():
    networks = some(lambda: LeNet5((8, 8), 3, channels=(2, 3), hidden=5, dropout=0))
    alone, images = copy.deepcopy(networks), torch.randn(4, 5, 8, 8)
    labels = torch.tensor([0, 1, 2, 0, 1])
    together = FunctionalStack(networks).train()
    step(
        [stacked for stacked, _ in together.pairs],
        sum(F.cross_entropy(one, labels) for one in together(images)),
    )
    together.write_back()
    for ours, theirs, batch in zip(networks, alone, images, strict=True):
        step(theirs.parameters(), F.cross_entropy(theirs(batch), labels))
        with torch.no_grad():
            torch.testing.assert_close(ours(batch), theirs(batch), **EXACT)


def test_networks_may_share_a_batch():
    networks, batch = some(CHAINS["MLP"]), torch.randn(5, 6)
    logits = stack(networks)(batch.expand(4, *batch.shape))
    for one, network in zip(logits, networks, strict=True):
        torch.testing.assert_close(one, network(batch), **EXACT)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_every_activation_looks_at_single_numbers(kind):
    x = torch.randn(4, 5)
    whole, parts = kind()(x), [kind()(number) for number in x.flatten()]
    torch.testing.assert_close(whole, torch.stack(parts).view(4, 5))


# --- dropout ---


@pytest.mark.parametrize("layer", [Dropout, nn.Dropout])
def test_a_network_leaves_out_what_it_would_alone(layer):
    def make(p=0.5):
        return nn.Sequential(layer(0.2), nn.Linear(6, 8), layer(p), nn.Linear(8, 3))

    networks, features = [make(), make(), make(0.25)], torch.randn(3, 5, 6)
    together = stack(networks)
    seeds = [1, 1, 2]
    streams = [torch.Generator().manual_seed(seed) for seed in (1, 2)]
    for dropout in together.dropouts():
        dropout.streams = Streams(streams, [0, 0, 1], n_rows=[5, 4])
    logits = together(features)
    for i, network in enumerate(networks):
        torch.manual_seed(seeds[i])
        n_rows = 4 if i == 2 else 5
        expected = network.train()(features[i, :n_rows])
        torch.testing.assert_close(logits[i, :n_rows], expected, **EXACT)


def test_without_streams_networks_draw_each_for_itself():
    network = nn.Sequential(Dropout(0.5), nn.Linear(50, 50))
    with torch.no_grad():
        network[1].weight.copy_(torch.eye(50))
        network[1].bias.zero_()
    together = stack([network, copy.deepcopy(network)])
    a, b = together(torch.ones(2, 3, 50))
    assert not torch.equal(a, b)
    assert torch.equal(*together.eval()(torch.ones(2, 3, 50)))


def test_dropout_of_zero_draws_nothing():
    together = stack([nn.Sequential(Dropout(0.0), nn.Linear(2, 2)) for _ in range(2)])
    before = torch.get_rng_state()
    together.train()(torch.ones(2, 3, 2))
    assert torch.equal(torch.get_rng_state(), before)


# --- what can't be stacked ---


class Doubled(nn.Sequential):
    def forward(self, x):
        return 2 * super().forward(x)


def with_hook():
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(lambda *_: None)
    return nn.Sequential(layer)


def with_one_layer_twice():
    layer = nn.Linear(2, 2)
    return nn.Sequential(layer, layer)


def with_frozen_layer():
    return nn.Sequential(nn.Linear(2, 2).requires_grad_(False))


OWN = {
    "own forward": lambda: Doubled(nn.Linear(2, 2)),
    "own forward inside": lambda: nn.Sequential(Doubled(nn.Linear(2, 2))),
    "no chain": lambda: nn.Linear(2, 2),
    "one layer twice": with_one_layer_twice,
    "softmax": lambda: nn.Sequential(nn.Linear(2, 2), nn.Softmax(-1)),
}
ODD = {
    "hook": with_hook,
    "frozen": with_frozen_layer,
    "batch normalization": lambda: nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2)),
    "parametrized": lambda: nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))
    ),
    "convolutions": lambda: LeNet5((8, 8), 3),
}


@pytest.mark.parametrize("name", ODD)
def test_what_we_do_not_know_is_not_stacked_on_a_cpu(name):
    assert stack([ODD[name](), ODD[name]()]) is None


@pytest.mark.parametrize("name", OWN)
def test_what_has_no_convolution_is_stacked_by_torch_func(name):
    networks, features = some(OWN[name], 2), torch.randn(2, 5, 2)
    together = stack(networks)
    assert isinstance(together, FunctionalStack)
    alone = torch.stack([n(x) for n, x in zip(networks, features, strict=True)])
    assert torch.allclose(together(features), alone, **EXACT)


def test_what_is_faster_one_by_one_is_not_stacked_on_a_cpu():
    large = MLP(6, 3, hidden=(768, 768))
    assert shape_of(large) is None
    assert shape_of(large, "cuda") is not None
    assert why_not_stacked(large) == "networks as large as its gain nothing together"
    assert shape_of(MLP(6, 3, hidden=(512, 512))) is not None
    assert shape_of(Doubled(*MLP(6, 3, hidden=(512, 512)))) is None


def test_networks_of_two_shapes_are_not_stacked():
    assert stack([MLP(6, 3, hidden=4), MLP(6, 3, hidden=5)]) is None
    slopes = [nn.Sequential(nn.LeakyReLU(s), nn.Linear(2, 2)) for s in (0.1, 0.2)]
    assert stack(slopes) is None


class Scaled(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.linear, self.factor = nn.Linear(2, 2), factor

    def forward(self, x):
        return self.factor * self.linear(x)


def test_on_a_gpu_other_layers_are_stacked_if_nothing_but_tensors_differs():
    assert shape_of(LeNet5((8, 8), 3), "cuda") == shape_of(LeNet5((8, 8), 3), "cuda")
    assert shape_of(Scaled(1.0), "cuda") == shape_of(Scaled(1.0), "cuda")
    assert shape_of(Scaled(1.0), "cuda") != shape_of(Scaled(2.0), "cuda")
    assert shape_of(Scaled(torch.ones(1)), "cuda") is None  # may differ unseen
    assert shape_of(SmallResNet((8, 8), 3), "cuda") is None  # keeps statistics


def test_the_share_of_dropout_is_no_part_of_a_shape():
    assert shape_of(MLP(6, 3, dropout=0.1)) == shape_of(MLP(6, 3, dropout=0.7))


# --- training ---


@pytest.fixture(params=["at once", "in turn"])
def in_turn(request, monkeypatch):
    """Let a step be one of all networks at once, or of one after another."""
    is_so = request.param == "in turn"
    monkeypatch.setattr(InTurn, "is_faster", lambda self, n_rows: is_so)
    calls, real = [], InTurn.said
    monkeypatch.setattr(InTurn, "said", lambda *args: calls.append(0) or real(*args))
    yield
    assert bool(calls) == is_so


@pytest.fixture
def trainees(table):
    """Return a function that makes trainees on ragged parts of the table."""
    X, y = table

    def make(*settings):
        made = []
        for n, options in settings:
            clf = small(**{"module__hidden": 8, **options})
            made += prepare_fits([clf], X[:n], y[:n])
        return [one.trainee for one in made]

    return make


def test_every_loss_trains_as_alone(trainees, table, in_turn):
    X, y = table
    options = {"max_epochs": 1, "batch_size": 50, "dtype": "float64"}
    together = trainees(*[(120, {**options, "loss": name}) for name in LOSSES])
    assert train_in_lockstep(together) == [None] * len(LOSSES)
    for trainee, name in zip(together, LOSSES, strict=True):
        alone = small(module__hidden=8, **options, loss=name).fit(X[:120], y[:120])
        for ours, theirs in zip(
            trainee.network.parameters(), alone.net_.module_.parameters(), strict=True
        ):
            torch.testing.assert_close(ours, theirs, rtol=1e-7, atol=1e-9)


def seeing_the_batch(logits, labels):
    return F.cross_entropy(logits, labels, reduction="none") * len(labels)


RAGGED = [
    (n, {"batch_size": 16, "module__dropout": p, "random_state": seed, **more})
    for n, p, seed, more in [
        (113, 0.0, 0, {}),  # a last batch of one, which joins the one before
        (112, 0.0, 0, {"lr": 0.1}),
        (111, 0.5, 0, {"loss": "mae"}),
        (111, 0.5, 0, {"weight_decay": 0.3}),
        (97, 0.2, 1, {"lr_schedule": "constant"}),
        (40, 0.0, 2, {"class_weight": "balanced", "loss": "gce", "loss__q": 0.2}),
        (140, 0.3, 3, {"optimizer__betas": (0.8, 0.9), "loss": seeing_the_batch}),
    ]
]


def test_folds_of_any_size_and_settings_of_any_kind_train_as_alone(
    trainees, table, in_turn
):
    X, y = table
    settings = [(n, {**o, "max_epochs": 2, "dtype": "float64"}) for n, o in RAGGED]
    together = trainees(*settings)
    assert len({lockstep_key(t) for t in together}) == 1
    assert train_in_lockstep(together) == [None] * len(settings)
    for trainee, (n, options) in zip(together, settings, strict=True):
        alone = small(module__hidden=8, **options).fit(X[:n], y[:n]).net_
        ours = trainee.engine
        for a, b in zip(
            ours.module_.parameters(), alone.module_.parameters(), strict=True
        ):
            torch.testing.assert_close(a, b, rtol=1e-7, atol=1e-9)
            mine, theirs = ours.optimizer_.state[a], alone.optimizer_.state[b]
            assert set(mine) == set(theirs)
            for name in mine:
                torch.testing.assert_close(mine[name], theirs[name])
        for column in ("epoch", "train_loss", "lr"):
            assert np.allclose(ours.history[:, column], alone.history[:, column])
        assert set(ours.history[0]) == set(alone.history[0])


NO_MLP = {
    "another activation": nn.Tanh(),
    "none": nn.Identity(),
    "a norm": nn.LayerNorm(8),
    "dropout that isn't behind a rectifier": Dropout(0.5),
}


@pytest.mark.parametrize("name", NO_MLP)
def test_other_chains_take_their_steps_at_once(name):
    chain = [nn.Linear(5, 8), NO_MLP[name], nn.Linear(8, 3)]
    networks = [nn.Sequential(*copy.deepcopy(chain)) for _ in range(2)]
    together = stack(networks)
    assert together.in_turn is None
    mlp = stack([MLP(5, 3), MLP(5, 3)]).in_turn
    assert mlp.is_faster(512) and not mlp.is_faster(4)


@pytest.mark.parametrize("bias", [True, False])
def test_networks_in_turn_have_the_gradients_that_they_have_at_once(bias):
    def make(p):
        layers = [Standardize(torch.randn(6), torch.rand(6) + 0.5), Dropout(0.2)]
        layers += [nn.Linear(6, 9, bias=bias), nn.ReLU(), nn.Dropout(p)]
        layers += [nn.Linear(9, 7), nn.ReLU(), Dropout(p), nn.Linear(7, 3, bias=bias)]
        return nn.Sequential(*layers).double()

    torch.manual_seed(0)
    networks = [make(0.5), make(0.0), make(0.25)]
    X, index = torch.randn(20, 6).double(), torch.randint(20, (3, 5))
    found = []
    for in_turn in (False, True):
        together = stack(networks)
        together.in_turn.is_faster = lambda n_rows, is_so=in_turn: is_so
        streams = [torch.Generator().manual_seed(seed) for seed in (1, 2)]
        for dropout in together.dropouts():  # two share one, of which one has padding
            dropout.streams = Streams(streams, [0, 1, 1], n_rows=[5, 4])
        logits = together.of_rows(X, index, [5, 4, 4])
        logits = torch.cat([logits[0], logits[1:, :4].flatten(0, 1)])
        logits.square().sum().backward()
        found.append([logits, *(stacked.grad for stacked, _ in together.pairs)])
    for ours, theirs in zip(*found, strict=True):
        assert ours.abs().max() > 0
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", torch.optim.RMSprop])
def test_optimizers_take_their_steps_apart(optimizer, trainees, table, in_turn):
    X, y = table
    settings = [
        (150, {"optimizer": optimizer, "max_epochs": 2, "lr": lr}) for lr in (0.01, 0.1)
    ]
    together = trainees(*settings)
    train_in_lockstep(together)
    for trainee, (_, options) in zip(together, settings, strict=True):
        alone = small(module__hidden=8, **options).fit(X, y).net_
        for a, b in zip(
            trainee.network.parameters(), alone.module_.parameters(), strict=True
        ):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_one_that_diverges_does_not_touch_the_others(trainees, in_turn):
    calm = {"max_epochs": 3, "optimizer": "sgd", "weight_decay": 0.0, "lr": 0.01}
    wild = {**calm, "lr": 1e30}
    errors = train_in_lockstep(trainees((150, calm), (150, wild), (150, calm)))
    assert errors[0] is None and errors[2] is None
    assert "Training diverged" in str(errors[1])


def test_training_together_leaves_the_global_generator_alone(trainees):
    together = trainees((150, {"module__dropout": 0.5}), (150, {"random_state": 1}))
    before = torch.get_rng_state()
    train_in_lockstep(together)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_does_not_train_in_lockstep_has_no_key(trainees):
    odd = [
        {"loss": "elr"},
        {"mixup": 1.0},
        {"optimizer": torch.optim.LBFGS, "weight_decay": 0.0},
        {"optimizer__param_groups": [("0.*", {"lr": 0.1})]},
        {"loss": nn.CrossEntropyLoss(reduction="none")},
    ]
    X, y = np.random.default_rng(0).normal(size=(30, 5)), np.arange(30) % 3
    made = prepare_fits([small(**options) for options in odd], X, y)
    assert all(one is None or isinstance(one, str) for one in made)  # None, or why


def test_candidates_share_one_copy_of_the_data(table):
    X, y = table
    made = prepare_fits([small(), small(lr=0.1), small(dtype="float64")], X, y)
    first, second, third = (one.trainee.dataset for one in made)
    assert first is second and first is not third
