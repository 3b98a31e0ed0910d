"""Early stopping by predictions that change, without any label."""

import pickle

import numpy as np
import pytest
import torch
from helpers import small
from skorch.callbacks import Callback
from skorch.history import History

from sknoisy._engine import ArrayDataset
from sknoisy._engine.label_wave import LabelWave
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import Objective


class PlayedNet:
    """A net that predicts what is on its list, epoch after epoch."""

    def __init__(self, predictions):
        self.played = iter(predictions)
        self.history = History()
        self.module_ = torch.nn.Linear(1, 1)
        self.criterion_ = Objective()

    def logits(self, dataset):
        codes = torch.as_tensor(next(self.played))
        return torch.nn.functional.one_hot(codes, 3).float().unsqueeze(1)

    def epoch(self, callback):
        self.history.new_epoch()
        with torch.no_grad():
            self.module_.weight.fill_(len(self.history))
        callback.on_epoch_end(self, dataset_train=None)


def played(changes, n_samples=20):
    """Return predictions of which, from epoch to epoch, so many change."""
    codes = np.zeros(n_samples, dtype=np.int64)
    yield codes.copy()
    for n_changes in changes:
        codes[:n_changes] = (codes[:n_changes] + 1) % 3
        yield codes.copy()


def play(changes, **options):
    """Return net and callback after training with these numbers of changes."""
    net, callback = PlayedNet(played(changes)), LabelWave(**options)
    callback.on_train_begin(net)
    try:
        for _ in range(len(changes) + 1):
            net.epoch(callback)
    except KeyboardInterrupt:
        pass
    callback.on_train_end(net)
    return net, callback


def test_the_network_of_the_first_minimum_is_put_back():
    net, callback = play([9, 7, 5, 6, 8, 9, 9, 1, 0], patience=3, window=1)
    assert callback.best_epoch_ == 4  # the first epoch changes nothing
    assert net.module_.weight.item() == 4
    assert len(net.history) == 7  # stopped before the deeper minimum


def test_of_equal_minima_the_first_counts():
    _, callback = play([9, 5, 7, 5, 8], patience=9, window=1)
    assert callback.best_epoch_ == 3


def test_changes_are_averaged_over_a_window():
    # averages of three: 7, 6.67, 6, 5.67, 6, 7
    net, callback = play([9, 7, 5, 8, 5, 4, 9, 8], patience=2, window=3)
    assert callback.best_epoch_ == 7
    assert len(net.history) == 9


def test_the_history_tells_the_share_of_changes():
    net, _ = play([9, 7, 5])
    assert net.history[1:, "prediction_changes"] == [9 / 20, 7 / 20, 5 / 20]


def test_without_a_window_of_epochs_the_last_network_stays():
    net, callback = play([9], window=3)
    assert net.module_.weight.item() == 2
    assert callback.best_epoch_ == 0


class Recorder(Callback):
    """Keeps what the net predicts for the training rows after each epoch."""

    def on_train_begin(self, net, **kwargs):
        self.codes = []

    def on_epoch_end(self, net, dataset_train=None, **kwargs):
        rows = dataset_train.rows.numpy()
        proba = net.predict_proba(ArrayDataset(dataset_train.X.numpy()[rows]))
        self.codes.append(proba.argmax(axis=1))


@pytest.mark.parametrize("validation_fraction", [None, 0.2])
def test_a_classifier_stops_at_its_minimum(table, validation_fraction):
    X, y = table
    noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    clf = small(
        early_stopping="label_wave",
        lr_schedule="constant",
        max_epochs=100,
        n_iter_no_change=5,
        validation_fraction=validation_fraction,
        callbacks=[("recorder", Recorder())],
    ).fit(X, noisy)
    assert 5 < clf.n_iter_ < 100
    codes = np.array(dict(clf.net_.callbacks_)["recorder"].codes)
    changes = (codes[1:] != codes[:-1]).mean(axis=1)
    told = clf.history_[1:, "prediction_changes"]
    np.testing.assert_allclose(told, changes)
    averages = np.convolve(changes, np.ones(3) / 3, mode="valid")
    best = int(averages.argmin()) + 3
    assert clf.n_iter_ == best + 1 + 5
    if validation_fraction is None:
        np.testing.assert_array_equal(clf.predict(X), clf.classes_[codes[best]])


def test_a_pickle_holds_no_second_copy_of_the_network():
    net, callback = PlayedNet(played([9, 7, 5, 6])), LabelWave()
    callback.on_train_begin(net)
    for _ in range(5):  # in the middle of training
        net.epoch(callback)
    assert callback.best_weights_ is not None
    copied = pickle.loads(pickle.dumps(callback))
    assert copied.best_weights_ is None
    assert copied.predictions_ is None
    assert copied.best_epoch_ == callback.best_epoch_


def test_predictions_are_gone_after_fit(table):
    clf = small(early_stopping="label_wave", lr_schedule="constant", max_epochs=4)
    listed = []
    clf.set_params(callbacks=[("copy", Remember(listed))]).fit(*table)
    (wave,) = [c for c in listed if isinstance(c, LabelWave)]
    assert wave.changes_ and wave.predictions_ is None and wave.best_weights_ is None


class Remember(Callback):
    """Keeps hold of the other callbacks."""

    def __init__(self, listed):
        self.listed = listed

    def __deepcopy__(self, memo):
        return self

    def on_train_begin(self, net, **kwargs):
        self.listed.extend(callback for _, callback in net.callbacks_)
