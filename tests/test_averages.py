"""Averages of weights: against sums written out, and what looks at them."""

import copy
import pickle

import numpy as np
import pytest
import torch
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from skorch.callbacks import Callback
from torch import nn

from sknoisy import CoTeachingClassifier
from sknoisy.exceptions import TrainsAloneWarning
from sknoisy.model_selection import BatchedGridSearchCV
from sknoisy.modules import MLP


class Normalized(nn.Sequential):
    """A small network with batch normalization."""

    def __init__(self, n_features, n_classes):
        layers = nn.Linear(n_features, 8), nn.BatchNorm1d(8), nn.ReLU()
        super().__init__(*layers, nn.Linear(8, n_classes))


class Watch(Callback):
    """Keeps the weights after each step and epoch; makes training slow, too."""

    def initialize(self):
        self.steps, self.epochs, self.shown = [], [], []
        return self

    def on_batch_end(self, net, training=False, **kwargs):
        if training:
            self.steps.append(weights_of(net.module_))
            self.last = self.steps[-1]

    def on_epoch_end(self, net, **kwargs):
        self.epochs.append(self.last)
        self.shown.append(weights_of(net.module_))


def weights_of(network):
    return [p.detach().double().numpy().copy() for p in network.parameters()]


def assert_weights(network, expected):
    for parameter, value in zip(weights_of(network), expected, strict=True):
        assert_allclose(parameter, value, rtol=2e-5, atol=1e-6)


def moving_averages(weights, decay):
    """Return the average after each step, by hand."""
    found = [weights[0]]
    for t, now in enumerate(weights[1:], 1):
        keep = min(decay, (1 + t) / (10 + t))
        pairs = zip(found[-1], now, strict=True)
        found.append([keep * a + (1 - keep) * w for a, w in pairs])
    return found


@pytest.mark.parametrize("decay", [0.5, 0.999])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_ema_is_the_moving_average_of_every_step(decay, accumulate, table):
    watch = Watch()
    options = {"average": "ema", "average__decay": decay, "accumulate": accumulate}
    clf = small(callbacks=[watch], lr_schedule="constant", **options).fit(*table)
    steps = watch.steps
    n_batches = len(steps) // clf.n_iter_
    if accumulate == 2:  # weights after batches that end a step
        steps = [
            w
            for i, w in enumerate(steps)
            if i % n_batches % 2 or (i + 1) % n_batches == 0
        ]
    by_hand = moving_averages(steps, decay)
    assert_weights(clf.net_.module_, by_hand[-1])
    n_steps = len(steps) // clf.n_iter_
    for shown, expected in zip(
        watch.shown, by_hand[n_steps - 1 :: n_steps], strict=True
    ):
        for one, other in zip(shown, expected, strict=True):
            assert_allclose(one, other, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize(("start", "n_averaged"), [(0.0, 8), (0.7, 3), (0.99, 1)])
def test_swa_is_the_mean_over_the_last_epochs(start, n_averaged, table):
    watch = Watch()
    options = {"average": "swa", "average__start": start, "callbacks": [watch]}
    clf = small(lr_schedule="constant", **options).fit(*table)
    averaged = watch.epochs[-n_averaged:]
    assert_weights(
        clf.net_.module_, [sum(w) / n_averaged for w in zip(*averaged, strict=True)]
    )


@pytest.mark.parametrize("average", ["ema", "swa"])
def test_the_fast_path_averages_as_skorch_s_own_loop_does(average, table):
    X, y = table
    fast = small(average=average).fit(X, y).predict_proba(X)
    slow = small(average=average, callbacks=[Watch()]).fit(X, y).predict_proba(X)
    assert_allclose(fast, slow, atol=1e-5)
    assert abs(fast - small().fit(X, y).predict_proba(X)).max() > 1e-4


@pytest.mark.parametrize("average", ["ema", "swa"])
def test_training_goes_its_way_whether_it_is_averaged_or_not(average, table):
    plain = small(validation_fraction=0.2).fit(*table)
    averaged = small(validation_fraction=0.2, average=average).fit(*table)
    assert plain.history_[:, "train_loss"] == averaged.history_[:, "train_loss"]
    assert plain.history_[-1, "valid_loss"] != averaged.history_[-1, "valid_loss"]


def test_ema_of_no_decay_is_the_network_itself(table):
    X, y = table
    options = {"module": Normalized, "average": "ema", "average__decay": 0.0}
    expected = small(module=Normalized).fit(X, y).predict_proba(X)
    assert_array_equal(small(**options).fit(X, y).predict_proba(X), expected)


def test_swa_makes_the_statistics_of_its_batch_normalization_anew(table):
    X, y = table
    clf = small(module=Normalized, average="swa", batch_size=-1).fit(X, y)
    first, norm, *_ = clf.networks_[0]
    with torch.no_grad():
        inside = first(torch.as_tensor(X, dtype=torch.float32))
    assert_allclose(norm.running_mean, inside.mean(dim=0), atol=1e-5)
    assert_allclose(norm.running_var, inside.var(dim=0), rtol=1e-4)
    assert norm.momentum == 0.1


def test_ema_averages_the_statistics_and_leaves_what_counts(table):
    clf = small(module=Normalized, average="ema", average__decay=0.9).fit(*table)
    own = small(module=Normalized).fit(*table)
    one, other = clf.networks_[0][1], own.networks_[0][1]
    assert one.num_batches_tracked == other.num_batches_tracked
    assert 0 < abs(one.running_mean - other.running_mean).max() < 1


@pytest.mark.parametrize("average", ["ema", "swa"])
def test_what_validation_says_is_said_of_the_average(average, table):
    options = {"validation_fraction": 0.3, "average": average}
    clf = small(train_split=None, lr_schedule="constant", **options).fit(*table)
    held_out = clf.history_[-1, "valid_acc"]
    assert 0 <= held_out <= 1
    stopped = small(early_stopping=True, n_iter_no_change=3, **options).fit(*table)
    assert stopped.n_iter_ <= 8


def test_early_stopping_puts_the_average_of_the_best_epoch_back(table):
    watch = Watch()
    options = {"early_stopping": True, "n_iter_no_change": 2, "max_epochs": 30}
    clf = small(average="ema", callbacks=[watch], **options).fit(*table)
    scores = clf.history_[:, "valid_acc"]
    assert_weights(clf.net_.module_, watch.shown[int(np.argmax(scores))])


def test_both_networks_of_a_pair_are_averaged(table):
    X, y = table
    options = {"max_epochs": 6, "random_state": 0, "lr_schedule": "constant"}
    both = CoTeachingClassifier(average="swa", **options).fit(X, y)
    last = CoTeachingClassifier(**options).fit(X, y)
    for one, other in zip(both.networks_, last.networks_, strict=True):
        pairs = zip(one.parameters(), other.parameters(), strict=True)
        assert any(not torch.equal(a, b) for a, b in pairs)


def test_a_frozen_part_stays_as_it_is(table):
    network = MLP(n_features=table[0].shape[1], n_classes=3, hidden=(8,))
    first = next(p for p in network.parameters())
    first.requires_grad_(False)
    clf = small(module=network, average="ema").fit(*table)
    assert torch.equal(next(clf.networks_[0].parameters()), first)


@pytest.mark.parametrize("average", ["ema", "swa"])
def test_nothing_of_it_is_left_in_what_is_kept(average, table):
    X, y = table
    clf = small(average=average).fit(X, y)
    alone = small().fit(X, y)
    assert len(pickle.dumps(clf)) < 1.1 * len(pickle.dumps(alone))
    assert_array_equal(copy.deepcopy(clf).predict_proba(X), clf.predict_proba(X))


def test_a_search_in_lock_step_leaves_averages_to_train_alone_and_says_so(table):
    X, y = table
    grid = {"average": [None, "ema"], "lr": [1e-2, 2e-2]}
    search = BatchedGridSearchCV(small(max_epochs=2), grid, cv=2)
    with pytest.warns(TrainsAloneWarning, match=r"average='ema' \(4\)"):
        search.fit(X, y)
    alone = small(**{"max_epochs": 2, **search.best_params_}).fit(X, y)
    assert_allclose(search.predict_proba(X), alone.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"average": "sva"}, "did you mean 'swa'"),
        ({"average": "ema", "average__decay": 1.0}, "average__decay=1.0 .*0, 1"),
        ({"average": "swa", "average__start": 1}, "average__start=1 .*0, 1"),
        ({"average": "swa", "average__decay": 0.9}, "average__decay .*It takes: start"),
        ({"average__decay": 0.9}, "average__decay has no effect without an average"),
    ],
)
def test_what_no_average_can_be_is_refused(options, said, table):
    with pytest.raises(ValueError, match=said):
        small(**options).fit(*table)


def test_parts_of_data_have_no_average(table):
    clf = small(average="ema")
    with pytest.raises(ValueError, match="an average is of a whole fit"):
        clf.partial_fit(*table, classes=[0, 1, 2])
    assert not hasattr(clf, "net_")
    clf.fit(*table).set_params(average=None).partial_fit(*table)
    assert clf.n_iter_ == 9
