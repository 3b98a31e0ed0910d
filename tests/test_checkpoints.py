"""A fit that goes on from a checkpoint ends as it would have without a break."""

import json
import sys
import time
import warnings

import numpy as np
import pytest
import torch
from checkpoint_helpers import fit_and_save, is_killed_after
from helpers import small
from numpy.testing import assert_array_equal
from sklearn.base import clone
from skorch.callbacks import Callback, LRScheduler

from sknoisy import NoisyLabelClassifier, TransitionCorrectedClassifier
from sknoisy.classifiers import METHODS
from sknoisy.exceptions import VersionWarning
from sknoisy.modules import SmallResNet

safetensors = pytest.importorskip("safetensors")

QUICK = {"max_epochs": 4, "lr": 2e-2, "batch_size": 64, "random_state": 0}
QUICK |= {"module__hidden": 8, "checkpoint_every": 1}


class Killed(BaseException):
    """As if the process had gone."""


class Kill(Callback):
    """Ends the process, as it were, in the midst of an epoch."""

    epoch = None  # of the class: with a parameter, training would be another one

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == Kill.epoch:
            raise Killed


@pytest.fixture
def kill(monkeypatch):
    """Return a function that fits a classifier, up to an epoch."""

    def fit(clf, X, y, epoch, **facts):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(Kill, "epoch", epoch)
            clf.fit(X, y, **facts)

    return fit


@pytest.fixture
def resumed(kill):
    """Return a function that fits in two parts, and at once."""

    def fit(clf, X, y, epoch, **facts):
        clf.set_params(callbacks=[*(clf.callbacks or []), ("kill", Kill())])
        kill(clone(clf), X, y, epoch, **facts)
        seconds = seconds_of_epochs(clf.checkpoint)
        again = clone(clf).set_params(resume=True).fit(X, y, **facts)
        # these weren't trained again, or they would have taken another time
        assert len(seconds) == epoch - 1
        assert again.history_[: epoch - 1, "dur"] == seconds
        return again, clone(clf).set_params(checkpoint=None).fit(X, y, **facts)

    return fit


def seconds_of_epochs(folder):
    history = told_in(folder)["history"]["list"]
    return [dict(epoch["dict"])["dur"] for epoch in history]


def told_in(folder):
    path = folder / "checkpoint.safetensors"
    with safetensors.safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()["training"])


def check_same(one, other, X):
    assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    assert one.n_iter_ == other.n_iter_
    assert one.history_[:, "train_loss"] == other.history_[:, "train_loss"]
    for name in getattr(other, "_found", ()):
        assert_array_equal(getattr(one, name), getattr(other, name))
    for a, b in zip(one.networks_, other.networks_, strict=True):
        for name, tensor in b.state_dict().items():
            assert torch.equal(a.state_dict()[name], tensor)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_goes_on_bit_by_bit(method, table, tmp_path, resumed):
    clf = NoisyLabelClassifier(method=method, checkpoint=tmp_path, **QUICK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of four epochs
        check_same(*resumed(clf, *table, 3), table[0])


@pytest.mark.parametrize(
    "options",
    [
        {"early_stopping": True, "n_iter_no_change": 2},
        {"early_stopping": "label_wave", "lr_schedule": "constant"},
        {"optimizer": "sam"},
        {"optimizer": "sgd", "optimizer__momentum": 0.9, "lr_schedule": "cosine"},
        {"mixup": 1.0},
        {"average": "ema", "validation_fraction": 0.2},
        {"average": "swa", "average__start": 0.5, "early_stopping": True},
        {"dtype": "float64", "validation_fraction": 0.2},
        {
            "lr_schedule": "constant",
            "callbacks": [("rate", LRScheduler("StepLR", step_size=2, gamma=0.5))],
        },
        {"accumulate": 2, "batch_size": 20},
    ],
    ids=", ".join,
)
def test_whatever_trains_goes_on_bit_by_bit(options, table, tmp_path, resumed):
    options = QUICK | {"max_epochs": 12, "checkpoint": tmp_path} | options
    clf = NoisyLabelClassifier(**options)
    check_same(*resumed(clf, *table, 7), table[0])


@pytest.mark.parametrize("random_state", [None, np.random.RandomState(3)])
def test_a_fit_without_a_seed_goes_on_by_the_one_it_had(
    random_state, table, tmp_path, kill
):
    options = QUICK | {"checkpoint": tmp_path, "validation_fraction": 0.2}
    options |= {"random_state": random_state, "callbacks": [Kill()]}
    clf = NoisyLabelClassifier(**options)
    kill(clf, *table, 3)
    seed = told_in(tmp_path)["seed"]
    clf.set_params(resume=True).fit(*table)
    options |= {"random_state": seed, "checkpoint": None}
    check_same(clf, NoisyLabelClassifier(**options).fit(*table), table[0])


class DropoutOfTorch(torch.nn.Sequential):
    """Draws from the global generator; normalizes by what it has seen."""

    def __init__(self, n_features, n_classes):
        super().__init__(
            torch.nn.Linear(n_features, 8),
            torch.nn.BatchNorm1d(8),
            torch.nn.Dropout(0.3),
            torch.nn.Linear(8, n_classes),
        )


def test_networks_that_draw_from_global_generators_go_on(table, tmp_path, resumed):
    clf = small(module=DropoutOfTorch, checkpoint=tmp_path, checkpoint_every=1)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    check_same(*resumed(clf, *table, 3), table[0])
    assert torch.equal(torch.get_rng_state(), before[0])
    assert_array_equal(np.random.get_state()[1], before[1])


def test_trusted_labels_and_a_matrix_go_on(table, tmp_path, resumed):
    trusted = np.arange(len(table[1])) % 5 == 0
    clf = TransitionCorrectedClassifier(
        correction="revision", checkpoint=tmp_path, **QUICK
    )
    check_same(*resumed(clf, *table, 3, trusted=trusted), table[0])


def test_a_fit_that_is_over_is_not_trained_again(table, tmp_path):
    clf = small(checkpoint=tmp_path, checkpoint_every=3, resume=True).fit(*table)
    proba, seconds = clf.predict_proba(table[0]), clf.history_[:, "dur"]
    clf.fit(*table)
    assert clf.history_[:, "dur"] == seconds
    assert_array_equal(clf.predict_proba(table[0]), proba)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.safetensors"]


def test_without_resume_a_fit_starts_anew(table, tmp_path):
    clf = small(checkpoint=tmp_path / "new" / "folder", max_epochs=1).fit(*table)
    clf.set_params(max_epochs=2).fit(*table)
    assert clf.n_iter_ == 2
    assert clf.set_params(resume=True).fit(*table).n_iter_ == 2


def test_how_often_it_is_written(table, tmp_path, monkeypatch):
    from sknoisy._engine import checkpoints

    written, real = [], checkpoints.write
    clock = iter(range(10_000))

    def counted(path, engine, *args):
        written.append(len(engine.history))
        if engine.history[0, "epoch"] and slow:
            for _ in range(200):
                next(clock)
        return real(path, engine, *args)

    monkeypatch.setattr(checkpoints, "write", counted)
    slow = False
    small(checkpoint=tmp_path, checkpoint_every=3).fit(*table)
    assert written == [3, 6, 8]
    written.clear()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
    slow = True
    small(checkpoint=tmp_path).fit(*table)
    assert written == [1, 8]  # so expensive that it has to wait to the end


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lr": 0.01}, "lr was '0.02', now '0.01'"),
        ({"loss": "ce"}, "loss was \"'auto'\", now \"'ce'\""),
        ({"module__hidden": 3}, "module__hidden was None, now '3'"),
        ({"random_state": 1}, "random_state was '0', now '1'"),
        ({"lr_schedule": abs}, "now 'builtins.abs'"),
        ("X", "; X was '|: X was '"),
        ("y", "; y was '|: y was '"),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(change, message, table, tmp_path):
    X, y = table
    clf = small(checkpoint=tmp_path, max_epochs=2).fit(X, y)
    X, y = X.copy(), y.copy()
    if change == "X":
        X[7, 3] += 1e-3
    elif change == "y":
        y[3] = (y[3] + 1) % 3
    else:
        clf.set_params(**change)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(ValueError, match=f"another training(.*)({message})"):
        clf.set_params(resume=True).fit(X, y)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before


@pytest.mark.parametrize("average", [None, "ema"])
def test_epochs_are_added_where_none_depends_on_how_many(average, table, tmp_path):
    clf = small(lr_schedule="constant", average=average, loss="gce", mixup=0.5)
    few = clone(clf).set_params(max_epochs=3, checkpoint=tmp_path).fit(*table)
    seconds = few.history_[:, "dur"]
    more = few.set_params(max_epochs=6, resume=True).fit(*table)
    assert more.history_[:3, "dur"] == seconds and more.n_iter_ == 6
    at_once = clf.set_params(max_epochs=6).fit(*table)
    X = table[0]
    assert_array_equal(more.predict_proba(X), at_once.predict_proba(X))
    with pytest.raises(ValueError, match="of 6 epochs, and max_epochs=4: a network"):
        more.set_params(max_epochs=4).fit(*table)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "here lr_schedule='one_cycle'. Fit with max_epochs=2, which"),
        (
            {"lr_schedule": "constant", "method": "co_teaching"},
            "here method='co_teaching'. Fit",
        ),
        ({"lr_schedule": "constant", "average": "swa"}, "here average='swa'. Fit"),
    ],
)
def test_epochs_are_not_added_where_each_depends_on_all(options, told, table, tmp_path):
    clf = small(checkpoint=tmp_path, max_epochs=2, **options).fit(*table)
    with pytest.raises(ValueError, match=f"max_epochs=2, now 3. More (.*){told}"):
        clf.set_params(max_epochs=3, resume=True).fit(*table)
    # what the message proposes
    again = clone(clf).set_params(max_epochs=2).fit(*table)
    before = again.predict_proba(table[0])
    again.set_params(warm_start=True, resume=False, max_epochs=1, lr=1e-9)
    assert np.abs(again.fit(*table).predict_proba(table[0]) - before).max() < 1e-3


def test_what_does_not_change_what_is_learned_may_differ(table, tmp_path, capsys):
    clf = small(checkpoint=tmp_path, max_epochs=2).fit(*table)
    clf.set_params(resume=True, verbose=1, checkpoint_every=2, device="cpu")
    assert clf.fit(*table).n_iter_ == 2


def test_a_file_that_is_no_checkpoint_is_refused(table, tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    clf = small(checkpoint=tmp_path, max_epochs=2)
    for content in (b"", b"\x80\x04nonsense", None):
        if content is None:
            content = clf.set_params(resume=False).fit(*table) and path.read_bytes()
            content = content[: len(content) // 2]
        path.write_bytes(content)
        with pytest.raises(ValueError, match="isn't a checkpoint that sknoisy"):
            clf.set_params(resume=True).fit(*table)


def test_resume_needs_a_folder(table):
    with pytest.raises(ValueError, match="name its folder, checkpoint="):
        small(resume=True).fit(*table)
    with pytest.raises(ValueError, match="checkpoint_every"):
        small(checkpoint_every=0).fit(*table)


def test_other_versions_are_told(table, tmp_path, monkeypatch):
    from sknoisy import _versions

    clf = small(checkpoint=tmp_path, max_epochs=2).fit(*table)
    other = _versions.versions_now() | {"torch": "1.0.0"}
    monkeypatch.setattr(_versions, "versions_now", lambda: other)
    with pytest.warns(VersionWarning, match=r"The checkpoint .*torch 2"):
        clf.set_params(resume=True).fit(*table)


@pytest.mark.slow
# one of each family
@pytest.mark.parametrize(
    "method", ["plain", "elr+", "divide_mix", "co_teaching", "forward"]
)
def test_a_process_that_is_killed_goes_on(method, tmp_path):
    whole, parts = tmp_path / "whole.npy", tmp_path / "parts.npy"

    def run(folder, out, seconds):
        return is_killed_after(seconds, fit_and_save, method, folder, out)

    run(None, whole, 10)  # warms up
    start = time.perf_counter()
    assert not run(None, whole, 600)
    seconds = time.perf_counter() - start
    rng = np.random.default_rng(len(method))
    kills = [run(tmp_path, parts, rng.uniform(0.3, 0.7) * seconds) for _ in range(4)]
    assert any(kills)
    assert not run(tmp_path, parts, 600)
    assert_array_equal(np.load(parts), np.load(whole))


def test_weights_with_channels_last_go_on(table, tmp_path, resumed):
    X = np.random.default_rng(0).normal(size=(len(table[1]), 8, 8, 3))
    clf = NoisyLabelClassifier(
        SmallResNet,
        max_epochs=4,
        random_state=0,
        checkpoint=tmp_path,
        checkpoint_every=1,
        batch_size=32,
    )
    check_same(*resumed(clf, X, table[1], 2), X)


def test_without_the_extra_nothing_is_trained(table, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    network = NoisyLabelClassifier(checkpoint=tmp_path, max_epochs=1)
    with pytest.raises(ImportError, match="checkpoint=… needs safetensors: pip"):
        network.fit(*table)
    assert not list(tmp_path.iterdir())
