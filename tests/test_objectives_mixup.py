"""Mixup around objectives of all kinds."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import Networks
from sknoisy.losses import cross_entropy
from sknoisy.objectives import (
    OBJECTIVES,
    EarlyLearningRegularization,
    MeanLoss,
    Mixup,
    Objective,
    OptimizedGradientClipping,
    SparseOverParameterization,
)
from sknoisy.objectives._mixup import draw_mixture


class Halves(nn.Module):
    """A network whose logits are half the features in training, doubled otherwise."""

    def forward(self, features):
        return features * (0.5 if self.training else 2.0)


@pytest.fixture
def batch():
    rng = torch.Generator().manual_seed(0)
    features = torch.randn(6, 3, generator=rng, dtype=torch.float64)
    return features, torch.tensor([0, 1, 2, 2, 1, 0]), torch.tensor([7, 2, 3, 9, 0, 5])


@pytest.fixture
def fixed_draws(monkeypatch):
    """Let the share be 0.3 and sample i's partner the one after it."""
    share = torch.tensor([0.3, 0.7])
    monkeypatch.setattr(torch, "_sample_dirichlet", lambda *_: share)
    monkeypatch.setattr(torch, "randperm", lambda n, **_: torch.arange(n).roll(-1))


def networks():
    return Networks([Halves()]).train()


def test_mixup_mixes_samples_and_the_losses_of_both_labels(batch, fixed_draws):
    features, labels, index = batch
    weight = torch.linspace(0.5, 1.5, 10, dtype=torch.float64)
    got = Mixup(MeanLoss(cross_entropy, weight))(networks(), *batch)
    total = 0
    for i in range(6):
        j = (i + 1) % 6
        logits = 0.5 * (0.3 * features[i] + 0.7 * features[j])
        log_p = logits.log_softmax(0)
        total -= 0.3 * weight[index[i]] * log_p[labels[i]]
        total -= 0.7 * weight[index[j]] * log_p[labels[j]]
    torch.testing.assert_close(got, total / 6)


def test_beliefs_are_about_samples_as_they_are(batch, fixed_draws):
    features, _, index = batch
    elr = EarlyLearningRegularization(10, 3, momentum=0.5)
    pair = networks()
    Mixup(elr)(pair, *batch)
    expected = 0.5 * (2.0 * features).softmax(dim=1)  # in evaluation mode
    torch.testing.assert_close(elr.beliefs[index], expected)
    assert elr.beliefs[[1, 4, 6, 8]].eq(0).all()
    assert pair[0].training


def test_the_share_is_drawn_from_beta():
    """Of 0 and 1, labeled 0 and 1, a mixed pair has the value s² + (1 − s)²."""
    mixup = Mixup(MeanLoss(lambda logits, labels: logits[:, 0] * labels), alpha=4.0)
    features = torch.tensor([[0.0], [4.0]])
    torch.manual_seed(0)
    values = [
        mixup(networks(), features, torch.tensor([0, 1]), torch.arange(2)).item()
        for _ in range(1000)
    ]
    pairs = [value for value in values if value < 1 - 1e-6]  # not with themselves
    assert len(pairs) == pytest.approx(500, abs=60)
    assert np.mean(pairs) == pytest.approx(1 - 2 * (1 / 4 - 1 / 36), abs=0.01)


def test_mixup_passes_on_hooks_and_asks_for_what_its_objective_asks_for():
    calls = []

    class Watched(Objective):
        n_networks, lr_factor = 2, 3.0
        takes_sample_weight = takes_soft_labels = needs_whole_fit = True

        def compute(self, logits, labels, index):
            return logits.sum()

        def on_epoch_begin(self, epoch, networks, predict):
            calls.append(("begin", epoch))

        def on_epoch_end(self, epoch, networks, predict):
            calls.append(("end", epoch))

        def forget(self):
            calls.append("forget")

    mixup = Mixup(Watched())
    mixup.on_epoch_begin(3, None, None)
    mixup.on_epoch_end(3, None, None)
    mixup.forget()
    assert calls == [("begin", 3), ("end", 3), "forget"]
    assert (mixup.n_networks, mixup.lr_factor) == (2, 3.0)
    assert mixup.takes_sample_weight
    assert mixup.takes_soft_labels
    assert mixup.needs_whole_fit


def test_an_objective_with_inputs_of_its_own_is_refused():
    with pytest.raises(ValueError, match="Mixup makes its own inputs"):
        Mixup(Mixup(MeanLoss(cross_entropy)))


@pytest.mark.parametrize(
    "objective",
    [
        SparseOverParameterization(2, 10, torch.tensor([0, 1])),
        OptimizedGradientClipping(10, 10),
    ],
)
def test_an_objective_that_mixtures_would_mislead_is_refused(objective):
    with pytest.raises(ValueError, match="which mixtures would spoil"):
        Mixup(objective)


@pytest.mark.parametrize("alpha", [0, -1, "much"])
def test_alpha_must_be_positive(alpha):
    with pytest.raises(ValueError, match="alpha"):
        Mixup(MeanLoss(cross_entropy), alpha)


MIXABLE = ["plain", *(name for name, kind in OBJECTIVES.items() if kind.takes_mixup)]


@pytest.mark.parametrize("method", MIXABLE)
def test_a_classifier_learns_with_mixup_whatever_the_objective(method, table):
    X, y = table
    options = {"max_epochs": 10, "lr": 2e-2, "batch_size": 50, "random_state": 0}
    clf = NoisyLabelClassifier(method=method, mixup=1.0, module__dropout=0.0, **options)
    assert clf.fit(X, y).score(X, y) > 0.85


@pytest.mark.parametrize("alpha", [0.2, 1.0, 8.0])
def test_shares_of_mixtures_are_those_of_the_beta_distribution(alpha):
    labels = torch.arange(7)
    torch.manual_seed(3)
    found = [draw_mixture(alpha, labels) for _ in range(5)]
    torch.manual_seed(3)
    for share, partner in found:
        assert share == float(torch.distributions.Beta(alpha, alpha).sample())
        assert_array_equal(partner, torch.randperm(7))
