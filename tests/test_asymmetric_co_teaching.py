"""Asymmetric co-teaching: one network for diverse samples, one for pure ones."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits, make_blobs
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from sknoisy.classifiers import AsymmetricCoTeachingClassifier, NoisyLabelClassifier
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import AsymmetricCoTeaching
from sknoisy.objectives._splits import (
    SPLITS,
    dbscan_split,
    mean_of_smallest,
    mixture_split,
    neighbors_split,
)

N = 12
RNG = np.random.default_rng(3)
LOGITS = RNG.normal(size=(N, 2, 3)) * 2
LABELS = np.arange(N) % 3
INLIER = np.arange(N) < 8
FAST = {"max_epochs": 12, "batch_size": 64, "lr": 2e-2, "random_state": 0}
FAST |= {"module__dropout": 0.0, "module__input_dropout": 0.0, "module__hidden": 32}


# --- the objective, one batch at a time ---


def given_split(labels):
    return INLIER


def make(n_rounds_passed, **options):
    """Return the objective in a round of five, of two epochs each."""
    options = {"split": given_split, "n_rounds": 5, **options}
    objective = AsymmetricCoTeaching(N, 10, torch.tensor(LABELS), **options)
    for epoch in range(2 * n_rounds_passed + 1):
        objective.on_epoch_begin(epoch, None, lambda: torch.tensor(LOGITS))
    return objective


def evaluate(objective):
    """Return the value for all samples, and which of them each network heard of."""
    logits = torch.tensor(LOGITS, requires_grad=True)
    value = objective.compute(logits, torch.tensor(LABELS), torch.arange(N))
    value.backward()
    return value.item(), [np.flatnonzero(g) for g in logits.grad.abs().sum(2).T]


def nll(i, k, labels=LABELS):
    z = LOGITS[i, k]
    return np.log(sum(np.exp(v) for v in z)) - z[labels[i]]


def picks_of(share, labels=LABELS):
    """Return what the main network and the other one learn from, the slow way."""
    inliers, outliers = np.flatnonzero(INLIER), np.flatnonzero(~INLIER)
    pure = sorted(inliers, key=lambda i: nll(i, 0))[: round(share * len(inliers))]
    easy = sorted(outliers, key=lambda i: nll(i, 1, labels))
    return [*inliers, *easy[: round(share * len(outliers))]], pure


@pytest.mark.parametrize(("n_passed", "share"), [(1, 0.52), (3, 0.84), (4, 1.0)])
@pytest.mark.parametrize("relabel", [False, True])
def test_the_value_is_that_of_the_slow_way(n_passed, share, relabel):
    objective = make(n_passed, relabel=relabel)
    assert objective.share == pytest.approx(share)
    labels = np.where(INLIER | (not relabel), LABELS, LOGITS[:, 1].argmax(axis=1))
    main, pure = picks_of(share, labels)
    value, heard = evaluate(objective)
    expected = np.mean([nll(i, 0, labels) for i in main])
    expected += np.mean([nll(i, 1, labels) for i in pure])
    assert value == pytest.approx(expected)
    assert_array_equal(heard[0], sorted(main))
    assert_array_equal(heard[1], sorted(pure))


def test_the_first_round_takes_all_samples_for_inliers():
    value, heard = evaluate(make(0))
    pure = sorted(range(N), key=lambda i: nll(i, 0))[: round(0.36 * N)]
    assert_array_equal(heard[0], range(N))
    assert_array_equal(heard[1], sorted(pure))
    expected = np.mean([nll(i, 0) for i in range(N)]) + np.mean(
        [nll(i, 1) for i in pure]
    )
    assert value == pytest.approx(expected)


def test_one_sample_of_each_kind_is_picked_at_least():
    main, pure = picks_of(0.01, np.where(INLIER, LABELS, LOGITS[:, 1].argmax(axis=1)))
    assert len(main) == INLIER.sum() and len(pure) == 0
    _, (main, pure) = evaluate(make(1, picks=(0.0, 0.0)))
    assert len(main) == INLIER.sum() + 1 and len(pure) == 1


@pytest.mark.parametrize("n_rounds", [2, 3, 10, 25])
def test_samples_are_split_anew_where_a_round_begins(n_rounds):
    called, shares = [], []

    def split(losses, features, labels):
        called.append((losses, features))
        assert_array_equal(labels, LABELS)
        return INLIER

    objective = AsymmetricCoTeaching(
        N, 10, torch.tensor(LABELS), split=split, n_rounds=n_rounds
    )
    for epoch in range(10):
        objective.on_epoch_begin(epoch, None, lambda: torch.tensor(LOGITS))
        shares.append(objective.share)
    assert len(called) == min(n_rounds, 10) - 1
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    for losses, features in called:
        assert_allclose(losses, [nll(i, 0) for i in range(N)])
        centered = LOGITS[:, 0] - LOGITS[:, 0].mean(axis=1, keepdims=True)
        lengths = np.sqrt((centered**2).sum(axis=1, keepdims=True))
        assert_allclose(features, centered / lengths)


def test_inlier_is_the_share_of_splits():
    answers = iter([INLIER, ~INLIER, INLIER, INLIER])
    objective = make(4, split=lambda labels: next(answers))
    assert_allclose(objective.findings()["inlier"], np.where(INLIER, 0.75, 0.25))
    assert make(0).findings()["inlier"].isnan().all()
    objective.forget()
    assert [*objective.buffers()] == []


def test_a_class_without_inliers_keeps_all_its_samples():
    objective = make(1, split=lambda labels: labels == 0)
    assert objective.inlier.all()
    objective = make(1, split=lambda labels: (labels == 0) | (np.arange(N) < 2))
    assert_array_equal(objective.inlier, (LABELS != 1) | (np.arange(N) < 2))


@pytest.mark.parametrize("mask", [np.ones(3, dtype=bool), np.ones(N)])
def test_a_split_that_gives_no_mask_is_told_so(mask):
    with pytest.raises(ValueError, match="boolean for each of the 12 samples"):
        make(1, split=lambda labels: mask)


# --- splits ---


def test_a_mixture_takes_small_losses_for_inliers():
    losses = np.array([0.1, 0.2, 0.15, 2.0, 2.2, 2.1])
    for mixture in ("gaussian", "beta"):
        assert_array_equal(mixture_split(losses, mixture=mixture), losses < 1)
    assert mixture_split(losses, threshold=0).all()


def test_neighbors_outvote_a_wrong_label():
    X, y = make_blobs(60, centers=3, random_state=0, cluster_std=0.3)
    given = y.copy()
    given[[3, 30]] = (given[[3, 30]] + 1) % 3
    assert_array_equal(neighbors_split(X, given, metric="euclidean"), given == y)
    assert neighbors_split(X, np.zeros(60, dtype=int)).all()


def test_clusters_hold_inliers_of_their_most_frequent_label():
    places = [*range(6), *range(100, 106), *range(200, 206), 900]
    X = np.array(places, dtype=float)[:, None]
    y = np.repeat([0, 1, 2, 2], [6, 6, 6, 1])
    given = y.copy()
    given[[3, 9]] = 2
    # the mean of 15 distances of 1 and 12 of 2 reaches the next place, not the second
    found = dbscan_split(X, given, rho=27 / 171, min_samples=3)
    assert_array_equal(found, (given == y) & (np.arange(19) != 18))
    assert not dbscan_split(X, given, rho=27 / 171, min_samples=4).any()


def test_the_radius_is_the_mean_of_the_smallest_distances():
    X = np.random.default_rng(0).normal(size=(40, 3))
    distances = sorted(
        np.sqrt(((X[i] - X[j]) ** 2).sum()) for i in range(40) for j in range(i)
    )
    assert mean_of_smallest(X, 0.05) == pytest.approx(np.mean(distances[:39]))
    assert mean_of_smallest(np.zeros((5, 2)), 0.5) > 0
    many = np.tile(X, (100, 1)) + np.linspace(0, 1e-9, 4000)[:, None]
    assert mean_of_smallest(many, 1.0) == pytest.approx(np.mean(distances), rel=0.05)


# --- the estimator ---


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    X = rng.normal(size=(300, 4)) + 3 * np.eye(4)[y]
    return X, SymmetricNoise(0.3, random_state=0).fit_corrupt(y), y


def fast(**options):
    return AsymmetricCoTeachingClassifier(**{**FAST, **options})


@pytest.mark.slow
def test_it_beats_cross_entropy_and_knows_which_labels_are_wrong():
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    # a network that can memorize, on enough steps to do so
    options = {"max_epochs": 30, "batch_size": 128, "random_state": 0}
    options |= {"module__dropout": 0.0, "module__input_dropout": 0.0}
    clf = AsymmetricCoTeachingClassifier(**options).fit(X, y_noisy)
    plain = NoisyLabelClassifier(loss="ce", lr_schedule="constant", **options)
    plain.fit(X, y_noisy)
    assert clf.score(X_test, y_test) > plain.score(X_test, y_test) + 0.05
    assert roc_auc_score(y_noisy == y, clf.inlier_) > 0.9


@pytest.mark.parametrize("split", [*sorted(SPLITS), lambda losses: losses < 1])
@pytest.mark.parametrize("relabel", [False, True])
def test_every_split_learns_what_is_right(split, relabel, blobs):
    X, y_noisy, y = blobs
    clf = fast(split=split, relabel=relabel).fit(X, y_noisy)
    assert clf.score(X, y) > 0.9
    assert clf.inlier_.shape == (300,)
    assert ((clf.inlier_ >= 0) & (clf.inlier_ <= 1)).all()
    assert roc_auc_score(y_noisy == y, clf.inlier_) > 0.7


def test_the_main_network_predicts_unless_told_otherwise(blobs):
    X, y_noisy, _ = blobs
    clf = pickle.loads(pickle.dumps(fast().fit(X, y_noisy)))
    main = clf.predict_proba(X)
    logits = clf.networks_[0].eval()(torch.tensor(X, dtype=torch.float32))
    assert_allclose(main, logits.detach().softmax(1), atol=1e-5)
    other = clf.set_params(predict_with=1).predict_proba(X)
    mean = clf.set_params(predict_with="mean").predict_proba(X)
    assert_allclose(mean, (main + other) / 2, atol=1e-6)
    assert np.abs(main - other).max() > 0.01


def test_rows_that_are_held_out_are_judged_and_absent_ones_are_not(blobs):
    X, y_noisy, _ = blobs
    assert np.isfinite(fast(validation_fraction=0.2).fit(X, y_noisy).inlier_).all()
    present = np.arange(300) % 4 > 0
    clf = NoisyLabelClassifier(method=AsymmetricCoTeaching, **FAST)
    clf.fit(X, y_noisy, present.astype(float))
    assert_array_equal(np.isnan(clf.inlier_), ~present)


def test_images_sparse_tables_and_labels_of_any_kind(blobs, images):
    X, y_noisy, _ = blobs
    names = np.array(["a", "b", "c"])
    clf = fast().fit(sparse.csr_matrix(X), names[y_noisy])
    assert set(clf.predict(sparse.csr_matrix(X))) <= set(names)
    clf = fast(module__hidden=32, split="neighbors", max_epochs=3)
    clf.set_params(module__hidden=16)
    del clf._routed["module__input_dropout"]
    assert clf.fit(*images).predict_proba(images[0]).shape == (300, 10)


def test_equal_seeds_give_equal_numbers(blobs):
    X, y_noisy, _ = blobs
    first, second = (clone(fast()).fit(X, y_noisy) for _ in range(2))
    assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    assert_array_equal(first.inlier_, second.inlier_)


@pytest.mark.parametrize("max_epochs", [1, 2, 12])
def test_training_that_diverges_says_so(max_epochs, blobs):
    X, y_noisy, _ = blobs
    options = {"optimizer": "sgd", "lr": 1e25, "lr_schedule": "constant"}
    with pytest.raises(NonFiniteLossError, match="Training diverged"):
        fast(**options, batch_size=300, max_epochs=max_epochs).fit(X, y_noisy)


def test_parameters_of_a_split_reach_it(blobs):
    X, y_noisy, _ = blobs
    strict = fast(split__threshold=0.99).fit(X, y_noisy).inlier_.mean()
    assert strict < fast(split__threshold=0.01).fit(X, y_noisy).inlier_.mean()
    fast(split="dbscan", split__rho=0.05, split__min_samples=3).fit(X, y_noisy)
    with pytest.raises(TypeError, match="sample_weight"):
        fast().fit(X, y_noisy, sample_weight=np.ones(300))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "mixtures"}, "did you mean 'mixture'"),
        ({"split__rho": 0.1}, "rho is not a parameter of mixture_split.*mixture"),
        ({"split__threshold": 1.5, "n_rounds": 2}, "threshold=1.5 is out of range"),
        ({"split": "dbscan", "split__rho": 0.0}, "rho=0.0 is out of range"),
        ({"n_rounds": 0}, "n_rounds=0 is out of range"),
        ({"picks": (0.9, 0.2)}, "must not fall from round to round"),
        ({"picks": 0.5}, "picks=0.5 must be a pair"),
        ({"predict_with": "main"}, "predict_with='main' must be 'mean'"),
        ({"loss": "sop"}, "'sop' is a method"),
        ({"loss": "elr*"}, "is not a loss sknoisy knows"),
        ({"split": lambda z: z > 0}, "needs 'z', .*ask for some of: losses"),
    ],
)
def test_bad_parameters_are_refused_with_a_reason(options, message, blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(ValueError, match=message):
        fast(**{"max_epochs": 2, "n_rounds": 2, **options}).fit(X, y_noisy)
