"""The engine: batches, the fast path against skorch's own, schedules, interrupts."""

import gc
import signal

import numpy as np
import pytest
import torch
from scipy import sparse
from skorch.callbacks import (
    Callback,
    Checkpoint,
    EpochScoring,
    GradientNormClipping,
    LRScheduler,
    TrainEndCheckpoint,
)
from skorch.callbacks import EarlyStopping as SkorchEarlyStopping
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import ArrayDataset, Batches, build_networks, epochs, fresh_copies
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.schedules import SCHEDULES, get_schedule


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=150)
    return rng.normal(size=(150, 5)) + 2 * np.eye(5)[y], y


def small(**options):
    defaults = {"max_epochs": 3, "module__hidden": 8, "batch_size": 32, "lr": 1e-2}
    return NoisyLabelClassifier(**{**defaults, "random_state": 0, **options})


# --- batches ---


@pytest.mark.parametrize(
    ("n", "size", "drop_last", "sizes"),
    [
        (10, 4, False, [4, 4, 2]),
        (9, 4, False, [4, 5]),  # a tail of one joins the batch before
        (8, 4, False, [4, 4]),
        (3, 4, False, [3]),
        (1, 4, False, [1]),
        (10, 4, True, [4, 4]),
        (3, 4, True, [3]),  # never nothing at all
        (5, 1, False, [1, 1, 1, 1, 1]),
    ],
)
def test_batch_sizes(n, size, drop_last, sizes):
    batches = Batches(ArrayDataset(np.zeros((n, 2))), size, drop_last=drop_last)
    assert [len(index) for (_, index), _ in batches] == sizes


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix, sparse.csr_array])
def test_shuffled_batches_hold_every_row_once_with_its_place_and_label(make):
    X = np.arange(40.0).reshape(20, 2)
    codes = np.arange(20) % 3
    dataset = ArrayDataset(make(X), codes).subset([3, 4, 7, 9, 11])
    seen = []
    for (features, index), labels in Batches(dataset, 2, shuffle=True):
        np.testing.assert_array_equal(features, X[index])
        np.testing.assert_array_equal(labels, codes[index])
        seen.extend(index.tolist())
    assert sorted(seen) == [3, 4, 7, 9, 11]


# --- the fast path and skorch's own ---


class Watcher(Callback):
    """Looks at batches, which makes the engine take skorch's way."""

    def __init__(self):
        self.seen = 0

    def on_batch_end(self, net, training, **kwargs):
        self.seen += training


def test_fast_and_slow_epochs_give_the_same_network(data):
    fast = small(module__dropout=0.0).fit(*data)
    slow = small(module__dropout=0.0, callbacks=[("watch", Watcher())]).fit(*data)
    assert dict(slow.net_.callbacks_)["watch"].seen == 3 * 5
    np.testing.assert_allclose(
        fast.predict_proba(data[0]), slow.predict_proba(data[0]), rtol=1e-5
    )
    np.testing.assert_allclose(
        fast.history_[:, "train_loss"], slow.history_[:, "train_loss"], rtol=1e-5
    )


def test_an_epoch_keeps_little_of_its_batches(data, monkeypatch):
    """Small tensors that stay spread over memory, which no batch can use again."""
    alive = []
    monkeypatch.setattr(epochs, "AT_ONCE", 8)

    def loss(logits, labels):
        alive.append(sum(type(one) is torch.Tensor for one in gc.get_objects()))
        return nn.functional.cross_entropy(logits, labels, reduction="none")

    clf = NoisyLabelClassifier(loss=loss, max_epochs=1, batch_size=4, random_state=0)
    clf.fit(*data)
    assert len(alive) > 30
    assert max(alive) < alive[2] + 8 + len(alive) / 4


def test_an_optimizer_that_calls_the_loss_again_works(data):
    clf = small(
        optimizer=torch.optim.LBFGS,
        lr_schedule="constant",
        lr=0.5,
        batch_size=150,
        module__dropout=0.0,
    )
    assert clf.fit(*data).score(*data) > 0.8


@pytest.mark.parametrize(
    "callback",
    [
        EpochScoring("accuracy", lower_is_better=False, name="own"),
        EpochScoring("accuracy", on_train=True, lower_is_better=False, name="own"),
        EpochScoring(
            lambda net, rows, y: (net.predict(rows) == net.classes_[rows.y]).mean(),
            use_caching=False,
            lower_is_better=False,
            name="own",
        ),
    ],
    ids=["valid", "train", "uncached"],
)
def test_skorch_scoring_callbacks_score(callback, data):
    fitted = small(callbacks=[callback], validation_fraction=0.2).fit(*data)
    scores = fitted.history_[:, "own"]
    assert len(scores) == 3 and all(0 <= score <= 1 for score in scores)
    if callback.on_train:  # of shuffled batches, each before its step
        assert scores[-1] > 0.8 * fitted.score(*data)
    else:
        np.testing.assert_allclose(scores, fitted.history_[:, "valid_acc"])


@pytest.mark.parametrize("monitor", ["valid_loss_best", "valid_acc_best", None])
@pytest.mark.parametrize("watched", [False, True])
def test_skorch_checkpoints_save_and_load(monitor, watched, data, tmp_path):
    checkpoint = Checkpoint(
        monitor=monitor, dirname=str(tmp_path), load_best=monitor is not None
    )
    callbacks = [checkpoint, TrainEndCheckpoint(dirname=str(tmp_path))]
    callbacks += [Watcher()] if watched else []
    clf = small(callbacks=callbacks, validation_fraction=0.2, max_epochs=6)
    history = clf.fit(*data).history_
    saved = history[:, "event_cp"]
    if monitor is None:
        assert saved == [True] * 6
    else:
        column = history[:, monitor.removesuffix("_best")]
        best = np.minimum if "loss" in monitor else np.maximum
        before = best.accumulate(column)
        expected = [True, *(before[1:] != before[:-1])]
        assert saved == expected
    assert (tmp_path / "params.pt").exists() and (
        tmp_path / "train_end_params.pt"
    ).exists()


def test_callbacks_are_the_users_own_objects(data):
    watcher = Watcher()
    small(callbacks=[watcher]).fit(*data)
    assert watcher.seen > 0


def test_skorch_early_stopping_ends_training_and_fit_returns(data):
    stop = SkorchEarlyStopping(monitor="train_loss", patience=1, threshold=1e9)
    fitted = small(callbacks=[stop], max_epochs=50).fit(*data)
    assert fitted.n_iter_ < 50


def test_gradient_clipping_clips(data):
    free = small(lr_schedule="constant").fit(*data)
    clipped = small(
        lr_schedule="constant", callbacks=[GradientNormClipping(1e-9)], optimizer="sgd"
    ).fit(*data)
    assert not np.allclose(free.predict_proba(data[0]), clipped.predict_proba(data[0]))


def test_gradients_are_clipped_alike_whoever_watches(data):
    def fitted(*watchers):
        clips = [GradientNormClipping(0.1, 1), GradientNormClipping(0.05)]
        return small(callbacks=[*clips, *watchers]).fit(*data)

    fast, slow = fitted(), fitted(Watcher())
    np.testing.assert_array_equal(
        fast.predict_proba(data[0]), slow.predict_proba(data[0])
    )


def test_a_callback_parameter_is_routed(data):
    fitted = small(
        callbacks=[("clip", GradientNormClipping(1.0))],
        callbacks__clip__gradient_clip_value=0.5,
    ).fit(*data)
    assert dict(fitted.net_.callbacks_)["clip"].gradient_clip_value == 0.5


def test_iterator_parameters_are_routed(data):
    fitted = small(
        iterator_train__shuffle=False,
        iterator_train__drop_last=True,
        callbacks=[("watch", Watcher())],
    ).fit(*data)
    assert dict(fitted.net_.callbacks_)["watch"].seen == 3 * 4  # 150 // 32 a time


# --- schedules ---


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_every_schedule_stays_between_zero_and_one(name):
    factors = [SCHEDULES[name](p) for p in np.linspace(0, 1, 101)]
    assert all(-1e-12 <= factor <= 1 + 1e-12 for factor in factors)
    assert max(factors) == pytest.approx(1)


@pytest.mark.parametrize("name", sorted(set(SCHEDULES) - {"constant"}))
def test_every_annealing_schedule_ends_at_zero(name):
    assert SCHEDULES[name](1.0) == pytest.approx(0, abs=1e-12)


def test_the_recorded_rates_follow_the_schedule(data):
    fitted = small(lr=0.1, lr_schedule=lambda progress: 1 - progress).fit(*data)
    # 5 batches an epoch: an epoch's last step has made (5 e + 4) of 15 steps
    expected = [0.1 * (1 - (5 * epoch + 4) / 15) for epoch in range(3)]
    np.testing.assert_allclose(fitted.history_[:, "lr"], expected)


def test_partial_fit_after_an_annealed_fit_learns_at_the_full_rate(data):
    fitted = small(lr=0.05).fit(*data).partial_fit(*data)
    assert fitted.history_[-1, "lr"] == 0.05
    assert fitted.n_iter_ == 4


def test_an_unknown_schedule_is_named_with_its_neighbor():
    with pytest.raises(ValueError, match="did you mean 'one_cycle'"):
        get_schedule("onecycle")


def test_a_scheduler_of_torchs_is_told_where_it_goes(data):
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR
    with pytest.raises(TypeError, match=r"LRScheduler\('CosineAnnealingLR', …\)"):
        small(lr_schedule=scheduler).fit(*data)


def test_two_masters_of_the_learning_rate_are_refused(data):
    scheduler = LRScheduler(policy="StepLR", step_size=1)
    with pytest.raises(ValueError, match="lr_schedule='constant' beside it"):
        small(callbacks=[scheduler]).fit(*data)


def test_a_skorch_scheduler_works_beside_a_constant_rate(data):
    scheduler = LRScheduler(policy="StepLR", step_size=1, gamma=0.1)
    fitted = small(callbacks=[scheduler], lr=0.1, lr_schedule="constant").fit(*data)
    np.testing.assert_allclose(fitted.history_[:, "lr"], [0.1, 0.01, 0.001])


# --- copies of a network ---


class Attentive(nn.Module):
    """Layers that draw weights anew in different ways, and some that can't."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.attention = nn.MultiheadAttention(4, num_heads=1)
        self.token = nn.Parameter(torch.randn(4))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.ones_(self.linear.bias)


def test_copies_after_the_first_draw_the_weights_that_can_be_drawn():
    module = Attentive()
    first, second = build_networks(fresh_copies(module), 2)
    own, same, other = (dict(m.named_parameters()) for m in (module, first, second))
    assert all(torch.equal(own[name], same[name]) for name in own)
    drawn = {"linear.weight", "attention.in_proj_weight", "attention.out_proj.weight"}
    assert {name for name in own if not torch.equal(own[name], other[name])} == drawn


# --- when things go wrong ---


def test_divergence_names_the_epoch_and_what_to_try(data):
    clf = small(optimizer="sgd", lr=1e30, lr_schedule="constant", max_epochs=9)
    with pytest.raises(NonFiniteLossError, match=r"epoch \d is (nan|inf).*smaller lr"):
        clf.fit(*data)
    assert not hasattr(clf, "net_")


@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_weights_that_blow_up_in_the_last_step_are_noticed(call, data):
    clf = small(lr=1e38, optimizer="sgd", max_epochs=1, batch_size=1000)
    clf.set_params(lr_schedule="constant")
    with pytest.raises(NonFiniteLossError, match="says after epoch 1 is not finite"):
        getattr(clf, call)(*data)


def test_a_warm_start_that_diverges_leaves_the_fitted_estimator_alone(data):
    clf = small(warm_start=True).fit(*data)
    before = clf.predict_proba(data[0])
    clf.set_params(lr=1e30, lr_schedule="constant", optimizer="sgd")
    with pytest.raises(NonFiniteLossError):
        clf.fit(*data)
    np.testing.assert_array_equal(clf.predict_proba(data[0]), before)


class InterruptedBySignal(Callback):
    """Ctrl-C while a callback is at work: nobody in it says `raise`."""

    def on_epoch_end(self, net, **kwargs):
        signal.raise_signal(signal.SIGINT)


class StopAtOnce(Callback):
    """Ends training the way skorch's own callbacks do."""

    def on_train_begin(self, net, **kwargs):
        raise KeyboardInterrupt


class StopAfterAnEpoch(Callback):
    """Ends training the way skorch's own callbacks do."""

    def on_epoch_end(self, net, **kwargs):
        raise KeyboardInterrupt


class StopTooLate(Callback):
    """Asks for the end when it has come."""

    def on_train_end(self, net, **kwargs):
        raise KeyboardInterrupt


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_while_a_callback_works_is_raised_too(data):
    with pytest.raises(KeyboardInterrupt):
        small(callbacks=[InterruptedBySignal()]).fit(*data)


@pytest.mark.parametrize(
    ("callback", "n_epochs"), [(StopAtOnce, 0), (StopAfterAnEpoch, 1), (StopTooLate, 3)]
)
def test_a_callback_may_ask_for_the_end_at_any_time(callback, n_epochs, data):
    assert small(callbacks=[callback()]).fit(*data).n_iter_ == n_epochs


def test_a_callback_that_needs_validation_says_so(data):
    with pytest.raises(ValueError, match="watches valid_loss.*set validation_fraction"):
        small(callbacks=[SkorchEarlyStopping()]).fit(*data)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("callbacks__clip__x", "callbacks__clip__x names no callback"),
        ("callbacks__print_logg", "did you mean 'print_log'"),
        ("iterator_train__shufle", "did you mean 'shuffle'"),
    ],
)
def test_a_misspelt_route_is_refused(option, message, data):
    with pytest.raises(ValueError, match=message):
        small(**{option: 1}).fit(*data)


class Interrupt(torch.nn.Linear):
    """Ctrl-C in the middle of a training step, in the second epoch."""

    steps = 0

    def forward(self, features):
        if self.training:
            type(self).steps += 1
            if self.steps > 7:
                raise KeyboardInterrupt
        return super().forward(features)


@pytest.mark.parametrize("keep", [True, False])
def test_ctrl_c_is_raised_and_the_model_kept_on_request_only(keep, data):
    Interrupt.steps = 0
    clf = small(
        module=lambda n_features, n_classes: Interrupt(n_features, n_classes),
        keep_on_interrupt=keep,
    )
    clf.set_params(max_epochs=50)
    clf._routed = {}
    with pytest.raises(KeyboardInterrupt):
        clf.fit(*data)
    assert hasattr(clf, "net_") == keep
    if keep:
        assert clf.predict(data[0]).shape == (150,)
