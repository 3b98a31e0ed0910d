"""SAM: its step against one by hand, and its manners as a torch optimizer."""

import copy
import pickle

import numpy as np
import pytest
import torch
from helpers import small
from torch.nn import functional as F

from sknoisy.optimizers import SAM

X = torch.randn(12, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(12) % 3


def make(**options):
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(5, 3))
    return module, SAM(module.parameters(), **options)


def loss_of(module, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(module(X), Y)
        loss.backward()
        return loss

    return closure


@pytest.mark.parametrize("base", [torch.optim.SGD, torch.optim.AdamW])
def test_a_step_is_the_base_s_with_the_gradient_from_up_the_hill(base):
    module, sam = make(base=base, rho=0.3, lr=0.1)
    twin = copy.deepcopy(module)
    plain = base(twin.parameters(), lr=0.1)
    for _ in range(3):
        value = sam.step(loss_of(module, sam))
        before = [p.detach().clone() for p in twin.parameters()]
        expected = loss_of(twin, plain)()
        norm = sum(float((p.grad**2).sum()) for p in twin.parameters()) ** 0.5
        with torch.no_grad():
            for p in twin.parameters():
                p += 0.3 * p.grad / norm
        loss_of(twin, plain)()
        with torch.no_grad():
            for p, start in zip(twin.parameters(), before, strict=True):
                p.copy_(start)
        plain.step()
        torch.testing.assert_close(value, expected)
        for mine, other in zip(module.parameters(), twin.parameters(), strict=True):
            torch.testing.assert_close(mine, other)


def test_the_loss_is_computed_twice_a_step():
    module, sam = make()
    calls = []

    def closure():
        calls.append([p.detach().clone() for p in module.parameters()])
        return loss_of(module, sam)()

    sam.step(closure)
    assert len(calls) == 2
    way = sum(((a - b) ** 2).sum() for a, b in zip(*calls, strict=True)).sqrt()
    assert way.item() == pytest.approx(0.05, rel=1e-4)


def test_the_base_takes_its_own_options_and_the_rest_its_defaults():
    _, sam = make(base=torch.optim.SGD, lr=0.3, momentum=0.9)
    group = sam.base.param_groups[0]
    assert (group["lr"], group["momentum"], group["weight_decay"]) == (0.3, 0.9, 0)
    _, sam = make()
    assert isinstance(sam.base, torch.optim.AdamW)
    assert sam.base.param_groups[0]["lr"] == 1e-3


def test_a_rate_that_is_set_and_a_group_that_is_added_are_the_base_s():
    module, sam = make(base=torch.optim.SGD, lr=0.1)
    other = torch.nn.Parameter(torch.ones(2))
    sam.add_param_group({"params": [other], "weight_decay": 0.5})
    for group in sam.param_groups:
        group["lr"] = 0.0
    before = copy.deepcopy(module.state_dict())
    sam.step(loss_of(module, sam))  # `other` has no gradient, which is fine
    torch.testing.assert_close(module.state_dict(), before)
    assert sam.base.param_groups[1]["weight_decay"] == 0.5


def test_where_no_gradient_leads_anywhere_nothing_moves():
    weight = torch.nn.Parameter(torch.ones(3))
    sam = SAM([weight], base=torch.optim.SGD, lr=0.1)

    def flat():
        sam.zero_grad()
        loss = (0 * weight).sum()
        loss.backward()
        return loss

    sam.step(flat)
    assert weight.tolist() == [1, 1, 1]


@pytest.mark.parametrize("way", ["pickle", "deepcopy", "state_dict"])
def test_a_copy_goes_on_where_the_original_was(way):
    module, sam = make(lr=0.1)
    for _ in range(3):
        sam.step(loss_of(module, sam))
    if way == "state_dict":
        twin, other = make(lr=0.5)
        twin.load_state_dict(module.state_dict())
        other.load_state_dict(copy.deepcopy(sam.state_dict()))
    elif way == "pickle":
        twin, other = pickle.loads(pickle.dumps((module, sam)))
    else:
        twin, other = copy.deepcopy((module, sam))
    sam.step(loss_of(module, sam))
    other.step(loss_of(twin, other))
    assert other.base.state is other.state
    assert other.base.param_groups is other.param_groups
    torch.testing.assert_close(twin.state_dict(), module.state_dict())


@pytest.mark.parametrize("rho", [0, -0.1, "far"])
def test_rho_must_be_positive(rho):
    with pytest.raises(ValueError, match="rho"):
        make(rho=rho)


def test_a_classifier_trains_with_it_and_survives_a_pickle(table):
    X, y = table
    clf = small(optimizer=SAM, optimizer__rho=0.1, optimizer__base=torch.optim.Adam)
    clf.fit(X, y)
    assert clf.score(X, y) > 0.85
    assert isinstance(clf.net_.optimizer_.base, torch.optim.Adam)
    assert clf.net_.optimizer_.param_groups[0]["weight_decay"] == clf.weight_decay
    assert len(set(clf.history_[:, "lr"])) > 1  # the schedule reaches it
    copied = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(copied.predict_proba(X), clf.predict_proba(X))
    assert copied.partial_fit(X, y).score(X, y) > 0.85


def test_it_goes_by_name(table):
    X, y = table
    options = {"optimizer__rho": 0.1, "optimizer__base": torch.optim.Adam}
    named, by_class = (
        small(optimizer=optimizer, max_epochs=3, **options).fit(X, y)
        for optimizer in ("sam", SAM)
    )
    assert type(named.net_.optimizer_) is SAM
    assert named.net_.optimizer_.param_groups[0]["rho"] == 0.1
    np.testing.assert_array_equal(named.predict_proba(X), by_class.predict_proba(X))


@pytest.mark.parametrize(
    ("options", "is_fused"),
    [
        ({}, True),
        ({"base": torch.optim.SGD}, True),
        ({"base": torch.optim.RMSprop}, None),
        ({"foreach": True}, None),
    ],
)
def test_its_steps_are_fused_where_torch_can(table, options, is_fused):
    X, y = table
    given = {f"optimizer__{name}": value for name, value in options.items()}
    clf = small(optimizer="sam", max_epochs=1, **given).fit(X, y)
    assert clf.net_.optimizer_.base.defaults.get("fused") is is_fused
