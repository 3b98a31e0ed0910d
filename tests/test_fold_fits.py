"""Folds whose networks train in lock-step: what is found is as one after another."""

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import EpochScoring
from torch import nn

from sknoisy import NoisyLabelClassifier, TransitionCorrectedClassifier
from sknoisy._engine import fits
from sknoisy._engine.held_out import BestOnHeldOut
from sknoisy._out_of_fold import predict_out_of_fold
from sknoisy.calibration import TrueLabelCalibratedClassifier
from sknoisy.classifiers._cross_fit import cross_fit
from sknoisy.classifiers._plain import PlainClassifier
from sknoisy.detectors import ConfidentLearning
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.modules import LeNet5

CLOSE = {"rtol": 0, "atol": 1e-4}
FOLDS = list(StratifiedKFold(5).split(np.zeros(150), np.arange(150) % 3))


@pytest.fixture
def apart(monkeypatch):
    """Return a function that calls another one while nothing trains in lock-step."""

    def call(function, *args, **kwargs):
        with monkeypatch.context() as patch:
            patch.setattr(fits, "AT_ONCE", {"cpu": 1, "gpu": 1})
            return function(*args, **kwargs)

    return call


def doubled(X):
    return 2 * X


class Doubled(TransformerMixin, BaseEstimator):
    """Counts how often it is fitted."""

    n_fits = 0

    def fit(self, X, y=None):
        type(self).n_fits += 1
        return self

    def transform(self, X):
        return 2 * X


ALIKE = {
    "a network": small(module__hidden=8),
    "dropout": small(module__hidden=8, module__dropout=0.5, batch_size=32),
    "told nothing of its loss": small(module__hidden=8, loss="auto"),
    "a loss": small(module__hidden=8, loss="sce", loss__alpha=0.3),
    "a state of its seed": small(
        module__hidden=8, random_state=np.random.RandomState(3)
    ),
    "class weights": small(module__hidden=8, class_weight="balanced"),
    "double": small(module__hidden=8, dtype="float64"),
    "a pipeline": make_pipeline(StandardScaler(), small(module__hidden=8)),
}


@pytest.mark.parametrize("name", ALIKE)
def test_folds_say_what_they_say_one_after_another(name, table, together, apart):
    X, y = table
    found = predict_out_of_fold(ALIKE[name], X, y, FOLDS)
    assert together == [5]
    assert_allclose(
        found, apart(predict_out_of_fold, ALIKE[name], X, y, FOLDS), **CLOSE
    )
    assert together == [5]  # not a second time


def test_neither_processes_nor_seeds_change_a_bit(table, together):
    X, y = table
    net = small(module__hidden=8, module__dropout=0.5)
    found = predict_out_of_fold(net, X, y, FOLDS)
    assert_array_equal(predict_out_of_fold(net, X, y, FOLDS, n_jobs=2), found)
    fresh = net.set_params(random_state=None)
    again = predict_out_of_fold(fresh, X, y, FOLDS)
    assert together == [5, 5, 5]
    assert np.abs(again - found).max() > 1e-3


@pytest.mark.parametrize("kind", ["whole", "some are zero"])
@pytest.mark.parametrize("name", ["a network", "a pipeline"])
def test_weights(name, kind, table, together, apart):
    X, y = table
    weight = np.random.default_rng(0).uniform(0.2, 2, size=150)
    weight[::7] *= kind == "whole"
    args = ALIKE[name], X, y, FOLDS
    found = predict_out_of_fold(*args, sample_weight=weight)
    assert together == [5]
    assert_allclose(
        found, apart(predict_out_of_fold, *args, sample_weight=weight), **CLOSE
    )
    equal = predict_out_of_fold(*args, sample_weight=np.ones(150))
    assert np.abs(found - equal).max() > 1e-3


def test_a_fold_that_lacks_a_class_and_one_that_has_a_single_one(
    table, together, apart
):
    X, y = table
    y = np.where(np.arange(150) < 100, y % 2, 2)
    rows = np.arange(150)
    folds = [
        (rows[:100], rows[100:]),  # lacks class 2
        (rows[50:], rows[:50]),
        (rows[30:], rows[:30]),
        (rows[100:], rows[:100]),  # has class 2 only
    ]
    net = small(module__hidden=8)
    found = predict_out_of_fold(net, X, y, folds)
    assert together == [2]
    assert (predict_out_of_fold(net, X, y, folds[:1] + folds[3:])[100:, 2] == 0).all()
    assert_allclose(found, apart(predict_out_of_fold, net, X, y, folds), **CLOSE)


OUT_OF_LOCKSTEP = {
    "convolutions": NoisyLabelClassifier(LeNet5, max_epochs=1, random_state=0),
    "a method": small(method="elr"),
    "callbacks": small(callbacks=[EpochScoring("accuracy", on_train=True)]),
    "a module as loss": small(loss=nn.CrossEntropyLoss(reduction="none")),
    "validation": small(validation_fraction=0.2),
    "lines of progress": small(verbose=1),
}


@pytest.mark.parametrize("name", OUT_OF_LOCKSTEP)
def test_what_does_not_train_so_is_fitted_as_ever(name, table, images, together):
    X, y = images if name == "convolutions" else table
    net = OUT_OF_LOCKSTEP[name]
    folds = list(KFold(3, shuffle=True, random_state=0).split(X))
    found = predict_out_of_fold(net, X, y, folds)
    expected = np.zeros_like(found)
    for train, test in folds:
        expected[test] = net.fit(X[train], y[train]).predict_proba(X[test])
    assert_array_equal(found, expected.astype(found.dtype))
    assert together == []


def test_a_subclass_may_do_anything(table, together):
    class Louder(NoisyLabelClassifier):
        def predict_proba(self, X):
            return np.full((len(X), 3), 1 / 3)

    found = predict_out_of_fold(Louder(max_epochs=1), *table, FOLDS)
    assert together == [] and (found == 1 / 3).all()


def test_sparse_rows_and_words_are_fitted_as_ever(table, together, apart):
    X, y = table
    X = sparse.csr_matrix(np.maximum(X, 0))
    net = small(module__hidden=8)
    found = predict_out_of_fold(net, X, y, FOLDS)
    assert_array_equal(found, apart(predict_out_of_fold, net, X, y, FOLDS))
    texts = np.array([["cat", "dog", "owl"][k] for k in y])
    words = Pipeline([("words", TfidfVectorizer()), ("net", net)])
    assert predict_out_of_fold(words, texts, y, FOLDS).shape == (150, 3)
    assert together == []


def test_frames(table, together, apart):
    X, y = table
    frame = pd.DataFrame(X).rename(columns=str).assign(word=["a", "b", "c"] * 50)
    net = small(module__hidden=8)
    found = predict_out_of_fold(net, frame, y, FOLDS)
    assert together == [5]
    assert_allclose(found, apart(predict_out_of_fold, net, frame, y, FOLDS), **CLOSE)


def test_steps_before_the_last_are_fitted_once_a_fold(table, together, monkeypatch):
    X, y = table
    net = small(module__hidden=8, max_epochs=2)
    for last, n_alike in ((net, [5]), (small(method="elr", max_epochs=2), [])):
        together.clear()
        monkeypatch.setattr(Doubled, "n_fits", 0)
        pipeline = Pipeline([("double", Doubled()), ("last", last)])
        found = predict_out_of_fold(pipeline, X, y, FOLDS)
        assert together == n_alike and Doubled.n_fits == 5
        assert_allclose(found, predict_out_of_fold(last, 2 * X, y, FOLDS), **CLOSE)


def test_steps_are_fitted_once_where_only_the_network_tells(table, monkeypatch):
    X, y = table
    monkeypatch.setattr(fits, "MEMORY", 1)  # as if it were large
    monkeypatch.setattr(Doubled, "n_fits", 0)
    net = small(module__hidden=8, random_state=np.random.RandomState(0))
    pipeline = Pipeline([("double", Doubled()), ("last", net)])
    found = predict_out_of_fold(pipeline, X, y, FOLDS)
    assert Doubled.n_fits == 5
    assert_array_equal(found, predict_out_of_fold(net, 2 * X, y, FOLDS))


def test_folds_share_the_rows_of_a_table(table, monkeypatch):
    X, y = table
    seen = []
    real = fits.train_in_lockstep

    def spy(trainees, tick):
        seen.extend(trainee.dataset for trainee in trainees)
        return real(trainees, tick)

    monkeypatch.setattr(fits, "train_in_lockstep", spy)
    predict_out_of_fold(small(module__hidden=8), X, y, FOLDS)
    assert len({id(dataset.X) for dataset in seen}) == 1
    assert len(seen[0].X) == 150
    for dataset, (train, _) in zip(seen, FOLDS, strict=True):
        assert_array_equal(dataset.features(dataset.rows), X[train].astype(np.float32))
        assert_array_equal(dataset.y, y[train])


def test_many_bytes_of_their_own_are_not_held_at_once(table, together, monkeypatch):
    X, y = table
    monkeypatch.setattr(fits, "APART", 3 * 120 * X.shape[1] * 4)
    predict_out_of_fold(ALIKE["a network"], X, y, FOLDS)  # which share them
    assert together == [5]
    predict_out_of_fold(ALIKE["a pipeline"], X, y, FOLDS)
    assert together == [5]


def test_errors_are_those_of_the_fold(table, apart):
    X, y = table
    wild = small(module__hidden=8, optimizer="sgd", lr=1e30, weight_decay=0.0)
    with pytest.raises(NonFiniteLossError, match="Training diverged"):
        predict_out_of_fold(wild, X, y, FOLDS)
    X = np.where(np.arange(150)[:, None] == 140, np.nan, X)
    with pytest.raises(ValueError, match="NaN"):
        predict_out_of_fold(small(module__hidden=8), X, y, FOLDS)


def test_a_class_that_is_never_predicted_is_told_of(table, apart):
    X, _ = table
    y = np.where(np.arange(150) % 10 == 0, 1, 0)
    net = small(module__hidden=8, loss="mae", max_epochs=12)

    def told():
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            predict_out_of_fold(net, np.zeros_like(X), y, FOLDS)
        return [str(one.message) for one in seen]

    assert len(told()) == 5
    assert told() == apart(told)


def test_ctrl_c_ends_all(table, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(fits, "train_in_lockstep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        predict_out_of_fold(small(module__hidden=8), *table, FOLDS)


@pytest.mark.parametrize("loss", ["ce", "gce"])
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_in_turn_they_round_next_to_nowhere_else(loss, optimizer):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 21)).astype(np.float32), rng.integers(3, size=90)
    options = {"loss": loss, "optimizer": optimizer, "module__hidden": (256, 64)}
    options |= {"batch_size": 32, "max_epochs": 7}
    rows = [90, 77, 90, 60]
    nets = [NoisyLabelClassifier(**options, random_state=i) for i in range(4)]
    trainees = [
        one.trainee
        for net, n in zip(nets, rows, strict=True)
        for one in fits.prepare_fits([net], X[:n], y[:n])
    ]
    assert fits.train_in_lockstep(trainees, lambda: None) == [None] * 4
    for trainee, net, n in zip(trainees, nets, rows, strict=True):
        alone = clone(net).fit(X[:n], y[:n])
        for ours, theirs in zip(
            trainee.network.parameters(), alone.net_.module_.parameters(), strict=True
        ):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)


# --- networks that stop where they foretell held-out labels best ---


def look(X, codes, seed=0, **options):
    options = {"module__hidden": 8, "batch_size": 64, "lr": 0.05, **options}
    random_state = np.random.RandomState(seed)
    return cross_fit(
        PlainClassifier(loss="ce", **options),
        X.astype(options.get("dtype", "float32")),
        codes,
        cv=4,
        random_state=random_state,
        calibrates=True,
    )


@pytest.fixture
def noisy(table):
    X, y = table
    y = y.copy()
    y[::4] = (y[::4] + 1) % 3
    return np.repeat(X, 3, axis=0) + np.random.default_rng(0).normal(size=(450, 1)), (
        np.repeat(y, 3)
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("p", [0.0, 0.4])
def test_networks_stop_where_they_would_alone(seed, p, noisy, together, apart):
    X, y = noisy
    options = {"module__dropout": p, "dtype": "float64"}  # whose ties are no matter
    heard, hear = [], BestOnHeldOut.hear

    def noted(self, said, epoch):
        goes_on = hear(self, said, epoch)
        heard.append((id(self), epoch, goes_on))
        return goes_on

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BestOnHeldOut, "hear", noted)
        found = look(X, y, seed, **options)
    assert together == [4]
    alone = apart(look, X, y, seed, **options)
    assert found.n_epochs == alone.n_epochs
    assert_allclose(found.posterior, alone.posterior, **CLOSE)
    ends = {who: epoch for who, epoch, _ in heard}
    assert len(set(ends.values())) > 1  # they end one by one, and aren't asked again
    for who, end in ends.items():
        assert [e for w, e, _ in heard if w == who] == list(range(1, end + 1))


def test_the_state_of_an_optimizer_outlives_those_that_stop(noisy):
    X, y = noisy
    # the first is told to stop after two epochs, the others train on
    nets = [small(module__hidden=8, max_epochs=6, random_state=i) for i in range(3)]
    trainees = [one.trainee for one in fits.prepare_fits(nets, X, y)]

    class Stops:
        def __init__(self, last):
            self.last, self.held_out = last, trainees[0].dataset

        def begin(self, max_epochs):
            assert max_epochs == 6

        def hear(self, said, epoch):
            assert_allclose(said.sum(axis=1), 1, atol=1e-5)
            return epoch < self.last

    for trainee, last in zip(trainees, (2, 99, 4), strict=True):
        trainee.watcher = Stops(last)
    assert fits.train_in_lockstep(trainees, lambda: None) == [None] * 3
    assert [len(t.engine.history) for t in trainees] == [2, 6, 4]
    alone = small(module__hidden=8, max_epochs=6, random_state=1).fit(X, y).net_
    for ours, theirs in zip(
        trainees[1].network.parameters(), alone.module_.parameters(), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
        mine = trainees[1].engine.optimizer_.state[ours]
        assert mine["step"] == alone.optimizer_.state[theirs]["step"]


def test_a_matrix_is_found_together_as_apart(noisy, together, apart):
    X, y = noisy

    def fit():
        clf = TransitionCorrectedClassifier(module__hidden=8, random_state=0)
        return clf.fit(X, y)

    ours, theirs = fit(), apart(fit)
    assert together == [3]
    assert ours.n_iter_ == theirs.n_iter_
    assert_allclose(ours.transition_matrix_, theirs.transition_matrix_, atol=1e-3)
    assert np.mean(ours.predict(X) == theirs.predict(X)) > 0.998


def test_a_detector_flags_the_same(noisy, together, apart):
    X, y = noisy

    def fit():
        net = small(module__hidden=8, module__dropout=0.3)
        return ConfidentLearning(net, random_state=0).fit(X, y)

    ours, theirs = fit(), apart(fit)
    assert together == [5]
    assert 0 < ours.is_issue_.sum() < len(y)
    assert_array_equal(ours.is_issue_, theirs.is_issue_)


def test_what_is_calibrated_is_said_together(table, together, apart):
    X, y = table

    def fit():
        net = small(module__hidden=8)
        return TrueLabelCalibratedClassifier(net, cv=4, random_state=0).fit(X, y)

    ours, theirs = fit(), apart(fit)
    assert together == [4]
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-3)
