"""Networks with a forward of their own train together where that is the same."""

import numpy as np
import pytest
import torch
from lockstep_helpers import CV, assert_same_results, both
from torch import nn
from torch.nn import functional as F

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import stacked
from sknoisy._engine.mapped import anatomy, runs_alike

FEATURES = torch.linspace(-1, 1, 12).reshape(2, 6)


class Own(nn.Module):
    """Two layers, and room for what people write around them."""

    def __init__(self, n_features=6, n_classes=3, scale=2.0, **more):
        super().__init__()
        self.inner = nn.Linear(n_features, n_features)
        self.out = nn.Linear(n_features, n_classes)
        self._scale = scale
        vars(self).update(more)


class Residual(Own):
    def forward(self, x):
        x = x / self._scale - 0.5
        return self.out(x + F.relu(self.inner(x)))


class Gated(Own):
    def __init__(self, n_features=6, n_classes=3):
        super().__init__(n_features, n_classes)
        self.gate = nn.Parameter(torch.ones(n_features))

    def forward(self, x):
        hidden = self.inner(x.reshape(x.shape[0], -1)) * torch.sigmoid(self.gate)
        return self.out(torch.where(hidden > 0, hidden, 0.1 * hidden))


class Tied(Own):
    def forward(self, x):
        for _ in range(3):
            x = torch.tanh(self.inner(x))
        return self.out(x)


class Normalizes(Own):
    def forward(self, x):
        return self.out(x - x.mean(dim=0))


class Draws(Own):
    def forward(self, x):
        return self.out(x + 0.1 * torch.randn_like(x) * self.training)


class DropsOut(Own):
    def forward(self, x):
        return self.out(F.dropout(x, 0.5, self.training))


class Decides(Own):
    def forward(self, x):
        return self.out(x if x.sum() > 0 else -x)


class Counts(Own):
    calls = 0

    def forward(self, x):
        self.calls = self.calls + 1
        return self.out(x)


class Remembers(Own):
    def forward(self, x):
        self.last = self.inner(x)
        return self.out(x)


@pytest.mark.parametrize("module", [Residual, Gated, Tied])
def test_a_search_trains_them_together_as_alone(module, table, monkeypatch):
    made = []
    build = stacked.FunctionalStack.__init__
    monkeypatch.setattr(
        stacked.FunctionalStack,
        "__init__",
        lambda self, networks: made.append(len(networks)) or build(self, networks),
    )
    net = NoisyLabelClassifier(module, max_epochs=3, batch_size=16, random_state=0)
    grid = {"loss": ["ce", "mae"], "lr": [0.01, 0.05]}
    theirs, ours = both(net, grid, *table, cv=CV, return_train_score=True)
    assert_same_results(theirs, ours)
    assert made == [16]
    ours, theirs = ours.best_estimator_, theirs.best_estimator_
    X = table[0]
    assert np.allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("module", [Residual, Gated, Tied])
def test_what_is_the_same_for_copies_is_seen(module):
    network = module()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert runs_alike(network, FEATURES)
    assert network.training
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


@pytest.mark.parametrize(
    "module", [Normalizes, Draws, DropsOut, Decides, Counts, Remembers]
)
def test_what_is_not_the_same_for_copies_is_seen(module):
    network = module()
    assert not runs_alike(network, FEATURES)
    assert vars(network).get("calls", 0) == 0
    assert "last" not in vars(network)


@pytest.mark.parametrize(
    "other", [{"scale": 3.0}, {"ways": ["a"]}, {"table": {"a": 1}}]
)
def test_plain_values_are_part_of_what_must_be_equal(other):
    assert anatomy(Residual()) == anatomy(Residual())
    assert anatomy(Residual(**other)) == anatomy(Residual(**other))
    assert anatomy(Residual()) != anatomy(Residual(**other))


@pytest.mark.parametrize("value", [torch.ones(1), np.arange(3), object(), {1: object}])
def test_what_may_differ_unseen_keeps_a_network_alone(value):
    plain = isinstance(value, dict)
    assert (anatomy(Residual(kept=value)) is None) is not plain
