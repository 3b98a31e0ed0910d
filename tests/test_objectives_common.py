"""What every objective of the registry has in common, early and late in training."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sknoisy._engine import Networks
from sknoisy._params import choose_arguments
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import OBJECTIVES, Objective

N_SAMPLES, N_CLASSES, N_EPOCHS = 60, 4, 10
VARIANTS = {
    "peer": {"form": "sampled", "alpha": 3.0},
    "sparse_regularization": {"normalize": False, "loss": "gce"},
    "ohem": {"drop": 0.0, "keep": 1.0, "loss": "gce"},
    "ogc": {"loss": "gce", "queue_size": 20},
    "dmi": {"warm_up": 0.0},
}
# those with two networks, or inputs of their own, have test files of their own
SINGLE = sorted(
    name
    for name, kind in OBJECTIVES.items()
    if kind.n_networks == 1 and kind.forward is Objective.forward
)
CASES = [(name, {}) for name in SINGLE] + sorted(VARIANTS.items())
every_case = pytest.mark.parametrize(
    ("name", "hyper"), CASES, ids=[n + "*" * bool(h) for n, h in CASES]
)
every_name = pytest.mark.parametrize("name", SINGLE)


def draw_labels(n_samples=N_SAMPLES):
    return torch.randint(
        N_CLASSES, (n_samples,), generator=torch.Generator().manual_seed(0)
    )


def make(name, labels=None, *, weight=None, late=False, **hyper):
    """Return the objective for these labels, at the start or near the end."""
    labels = draw_labels() if labels is None else labels
    facts = {
        "n_samples": len(labels),
        "n_classes": N_CLASSES,
        "n_epochs": N_EPOCHS,
        "labels": labels,
        "sample_weight": weight,
    }
    kind = OBJECTIVES[name]
    objective = kind(**choose_arguments(kind, given=hyper, facts=facts, part="loss"))
    if late:
        says = F.one_hot(labels, N_CLASSES).double().unsqueeze(1)
        for epoch in range(N_EPOCHS):
            objective.on_epoch_begin(epoch, None, lambda: says)
    return objective


def draw_batch(rows=range(24), dtype=torch.float64, scale=2.0):
    rng = torch.Generator().manual_seed(1)
    logits = torch.randn(N_SAMPLES, 1, N_CLASSES, generator=rng, dtype=torch.float64)
    index = torch.tensor(list(rows))
    return (scale * logits[index]).to(dtype), draw_labels()[index], index


def value_and_gradient(objective, logits, labels, index):
    torch.manual_seed(0)
    logits = logits.detach().clone().requires_grad_()
    value = objective.compute(logits, labels, index)
    value.backward()
    return value.detach(), logits.grad


@every_case
@pytest.mark.parametrize("late", [False, True])
class TestEveryObjective:
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_gives_a_finite_scalar_in_the_dtype_of_the_logits(
        self, name, hyper, late, dtype
    ):
        objective = make(name, late=late, **hyper)
        for _ in range(2):  # with and without memories
            value, gradient = value_and_gradient(objective, *draw_batch(dtype=dtype))
            assert value.shape == ()
            assert value.dtype == dtype
            assert torch.isfinite(value)
            assert torch.isfinite(gradient).all()
            assert gradient.abs().sum() > 0

    def test_gradient_matches_finite_differences(self, name, hyper, late):
        objective = make(name, late=late, **hyper)
        objective.compute(*draw_batch())
        logits, labels, index = draw_batch(range(6))

        def value(logits):
            torch.manual_seed(0)
            other = copy.deepcopy(objective)  # before it learns from these logits
            return getattr(other, "recall", other.compute)(logits, labels, index)

        assert torch.autograd.gradcheck(value, logits.requires_grad_(), atol=1e-6)

    @pytest.mark.parametrize("scale", [0.0, 1e-6, 1e2, 1e4])
    def test_stays_finite_at_extreme_logits(self, name, hyper, late, scale):
        objective = make(name, late=late, **hyper)
        for _ in range(3):
            value, gradient = value_and_gradient(
                objective, *draw_batch(dtype=torch.float32, scale=scale)
            )
            assert torch.isfinite(value)
            assert torch.isfinite(gradient).all()

    def test_lets_nan_pass_for_the_engine_to_complain_of(self, name, hyper, late):
        objective = make(name, late=late, **hyper)
        for _ in range(3):
            logits, labels, index = draw_batch()
            assert objective.compute(logits * torch.nan, labels, index).isnan()

    def test_takes_a_single_sample_and_a_batch_without_some_class(
        self, name, hyper, late
    ):
        objective = make(name, late=late, **hyper)
        lacking = torch.nonzero(draw_labels() != 2).ravel()[:9].tolist()
        for rows in ([5], lacking):
            value, gradient = value_and_gradient(objective, *draw_batch(rows))
            assert torch.isfinite(value)
            assert torch.isfinite(gradient).all()

    def test_follows_neither_the_order_of_classes_nor_a_shift_of_logits(
        self, name, hyper, late
    ):
        logits, labels, index = draw_batch()
        renamed = torch.tensor([2, 0, 3, 1])
        inverse = renamed.argsort()
        scaled = name == "sparse_regularization" and not hyper  # to length 1
        shift = 0.0 if scaled else 3.0
        before = make(name, late=late, **hyper)
        after = make(name, renamed[draw_labels()], late=late, **hyper)
        for _ in range(3):
            value, gradient = value_and_gradient(before, logits, labels, index)
            other, its = value_and_gradient(
                after,
                logits[..., inverse] + shift,
                renamed[labels],
                index,
            )
            torch.testing.assert_close(other, value)
            torch.testing.assert_close(its[..., renamed], gradient)

    def test_remembers_samples_by_their_index_not_by_their_place(
        self, name, hyper, late
    ):
        if name == "total_variation" or hyper.get("form") == "sampled":
            pytest.skip("pairs samples of a batch by chance")
        logits, labels, index = draw_batch(range(N_SAMPLES))
        places = torch.randperm(N_SAMPLES, generator=torch.Generator().manual_seed(2))
        moved = torch.empty_like(labels)
        moved[places] = labels  # sample i stands at places[i] of another training set
        here, there = (make(name, y, late=late, **hyper) for y in (labels, moved))
        for batch in (
            [3, 50, 7, 21, 40, 9],
            [9, 3, 44, 12, 0, 21],
            [21, 9, 3, 1, 5, 6],
        ):
            rows = torch.tensor(batch)
            first = value_and_gradient(here, logits[rows], labels[rows], rows)
            rows = rows.flip(0)
            second = value_and_gradient(there, logits[rows], labels[rows], places[rows])
            torch.testing.assert_close(second[0], first[0])
            torch.testing.assert_close(second[1].flip(0), first[1])

    def test_never_waits_for_the_device_to_tell_a_value(self, name, hyper, late):
        if name == "ogc":  # looks at its queue, once in a while
            hyper = hyper | {"queue_size": N_SAMPLES}
        objective = make(name, late=late, **hyper)
        objective.to("meta")  # has no values
        logits, labels, index = (tensor.to("meta") for tensor in draw_batch())
        value = objective.compute(logits.requires_grad_(), labels, index)
        value.backward()
        assert value.device == logits.grad.device == torch.device("meta")


@every_name
def test_no_single_sample_has_a_place_in_a_state_dict(name):
    objective = make(name)
    assert isinstance(objective, Objective)
    assert not any(N_SAMPLES in t.shape for t in objective.state_dict().values())


@every_name
def test_what_is_forgotten_takes_no_room_in_a_pickle(name):
    sizes = []
    for n_samples in (N_SAMPLES, 50 * N_SAMPLES):
        weight = torch.ones(n_samples) if takes_weights(name) else None
        objective = make(name, draw_labels(n_samples), weight=weight, late=True)
        objective.compute(*draw_batch())
        objective.forget()
        assert all(len(b) < n_samples for b in objective.buffers())
        sizes.append(len(pickle.dumps(objective)))
    assert sizes[1] < sizes[0] + 50


@every_name
def test_what_is_pickled_in_training_goes_on_as_if_nothing_had_been(name):
    objective = make(name, late=True)
    objective.compute(*draw_batch())
    other = pickle.loads(pickle.dumps(objective))
    batch = draw_batch(range(5, 20))
    first, second = (value_and_gradient(o, *batch) for o in (objective, other))
    torch.testing.assert_close(first, second)


def takes_weights(name):
    return "sample_weight" in inspect.signature(OBJECTIVES[name]).parameters


@every_name
def test_says_whether_it_takes_weights(name):
    assert make(name).takes_sample_weight == takes_weights(name)
    assert not make(name).takes_soft_labels


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("name", [n for n in SINGLE if takes_weights(n)])
def test_weights_equal_repetition(name, late):
    logits, labels, _ = draw_batch(range(12))
    times = torch.tensor([1, 2, 3] * 4)
    rows = torch.arange(12).repeat_interleave(times)
    weighted = make(name, labels, weight=times.double(), late=late)
    repeated = make(name, labels[rows], late=late)
    for _ in range(3):
        value, gradient = value_and_gradient(weighted, logits, labels, torch.arange(12))
        other, its = value_and_gradient(
            repeated, logits[rows], labels[rows], torch.arange(len(rows))
        )
        torch.testing.assert_close(other, value)
        summed = torch.zeros_like(gradient).index_add(0, rows, its)
        torch.testing.assert_close(summed, gradient)


@every_name
def test_an_objective_with_a_clock_or_a_memory_needs_a_whole_fit(name):
    objective = make(name)
    has_clock = "n_epochs" in inspect.signature(type(objective)).parameters
    if has_clock or list(objective.buffers()):
        assert objective.needs_whole_fit


BAD = [
    ("cores", "beta", -1),
    ("cores", "sieve_from", 2),
    ("cores", "floor", 0),
    ("cores", "rise", 0.3),
    ("dmi", "warm_up", 1.5),
    ("elr", "momentum", 1.0),
    ("elr", "strength", "strong"),
    ("ogc", "slack", -0.1),
    ("ogc", "queue_size", 0),
    ("ohem", "keep", 0),
    ("ohem", "drop", 1),
    ("peer", "alpha", -1),
    ("peer", "floor", 1),
    ("peer", "form", "expectd"),
    ("peer", "rise", (0.5, 0.2)),
    ("sop", "lr_u", -1),
    ("sparse_regularization", "temperature", 0),
    ("sparse_regularization", "power", 2),
    ("truncated_gce", "k", 1),
    ("truncated_gce", "prune_every", 0),
]


@pytest.mark.parametrize(("name", "parameter", "value"), BAD)
def test_a_parameter_out_of_range_is_named(name, parameter, value):
    with pytest.raises(ValueError, match=parameter):
        make(name, **{parameter: value})


@pytest.mark.parametrize("name", ["peer", "sparse_regularization", "ohem", "ogc"])
def test_an_unknown_inner_loss_gets_a_hint(name):
    with pytest.raises(ValueError, match="did you mean 'gce'"):
        make(name, loss="gse")


class Scaled(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, logits, labels):
        return F.cross_entropy(logits * self.scale, labels, reduction="none")


@pytest.mark.parametrize("name", ["peer", "sparse_regularization", "ohem"])
def test_an_inner_loss_with_parameters_is_copied_and_trained(name):
    loss = Scaled()
    objective = make(name, loss=loss)
    value_and_gradient(objective, *draw_batch(dtype=torch.float32))
    assert loss.scale.grad is None
    assert objective.loss.scale.grad != 0


def train(objective, X, y, n_epochs=40):
    """Train a small network by a plain loop, as the engine would."""
    networks = Networks([nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 3))])
    optimizer = torch.optim.Adam(networks.parameters(), lr=0.02)
    for epoch in range(n_epochs):
        objective.on_epoch_begin(epoch, networks, lambda: networks(X).detach())
        for rows in torch.randperm(len(X)).split(50):
            optimizer.zero_grad()
            objective(networks, X[rows], y[rows], rows).backward()
            optimizer.step()
        objective.on_epoch_end(epoch, networks, lambda: networks(X).detach())
    return networks(X)[:, 0].argmax(dim=1)


@every_name
def test_a_network_learns_true_labels_from_noisy_ones(name, table):
    X, y = table
    noisy = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    facts = {
        "n_samples": len(y),
        "n_classes": 3,
        "n_epochs": 40,
        "labels": torch.as_tensor(noisy),
    }
    kind = OBJECTIVES[name]
    torch.manual_seed(0)
    objective = kind(**choose_arguments(kind, given={}, facts=facts, part="loss"))
    X = torch.as_tensor(X, dtype=torch.float32)
    said = train(objective, X, torch.as_tensor(noisy)).numpy()
    assert np.mean(said == y) > 0.85
