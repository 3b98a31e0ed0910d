"""Samples of any kind with the rest of the library, and with scikit-learn."""

import numpy as np
import pytest
import torch
from lockstep_helpers import may_train_alone
from numpy.testing import assert_allclose, assert_array_equal
from sample_helpers import KINDS, N, Pairs, Texts, TwoInputs, net
from sklearn.base import clone
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    train_test_split,
)
from torch import nn

import sknoisy
from sknoisy.classifiers import METHODS
from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.datasets import Samples
from sknoisy.detectors import KDN, AreaUnderMargin, ConfidentLearning
from sknoisy.model_selection import BatchedGridSearchCV

# --- with the rest of the library, and scikit-learn ---

MORE_KINDS = ("samples", "folder", "skorch's slice", "list of images")


@may_train_alone
@pytest.mark.parametrize(
    "kind",
    ["data set", *(pytest.param(k, marks=pytest.mark.slow) for k in MORE_KINDS)],
)
def test_splits_and_searches_cut_samples_by_rows(kind, gray_images, gray_folder):
    X, y = gray_images
    made = KINDS[kind](X, y, gray_folder)
    y = np.sort(y) if kind == "folder" else y
    first, second, y_first, y_second = train_test_split(made, y, random_state=0)
    assert net().fit(first, y_first).score(second, y_second) > 0.9
    assert (cross_val_predict(net(), made, y, cv=3) == y).mean() > 0.9
    search = GridSearchCV(net(), {"lr": [1e-7, 2e-2]}, cv=2).fit(made, y)
    assert search.best_params_ == {"lr": 2e-2}
    batched = BatchedGridSearchCV(net(), {"lr": [1e-7, 2e-2]}, cv=2).fit(made, y)
    assert batched.best_params_ == {"lr": 2e-2}


def flipped(y):
    wrong = y.copy()
    wrong[:4] = np.where(y[:4] == "a", "b", "a")
    return wrong


@pytest.mark.parametrize(
    "detector", [ConfidentLearning(net(), cv=2), AreaUnderMargin(net())]
)
def test_detectors_find_wrong_labels_of_samples(detector, gray_images, gray_folder):
    X, y = gray_images
    samples = Samples(Pairs(X, y))
    found = clone(detector).fit(samples, flipped(y))
    assert found.quality_[:4].max() < np.median(found.quality_)
    clean = CleanLabelClassifier(net(), clone(detector)).fit(samples, flipped(y))
    assert clean.score(samples, y) > 0.9


def test_what_compares_rows_of_numbers_says_so(gray_images):
    with pytest.raises(ValueError, match=r"60 samples of a Pairs.*ConfidentLearning\("):
        KDN().fit(Samples(Pairs(*gray_images)), gray_images[1])


# one for each way in which a method uses what it gets
SOME = (
    *("plain", "elr", "elr+", "sop", "co_teaching", "jocor", "divide_mix", "peer"),
    *("mutual_learning", "dynamic_bootstrapping", "forward", "volmin", "truncated_gce"),
)


@pytest.mark.parametrize("method", SOME)
def test_methods_train_on_samples_what_they_train_on_arrays(method, gray_images):
    X, y = gray_images
    y = flipped(y)
    options = {"method": method, "max_epochs": 3, "lr": 1e-3}
    options |= {"module__feature_mean": 90.0, "module__feature_scale": 60.0}
    expected = net(**options).fit(X, y).predict_proba(X)
    assert_allclose(
        net(**options).fit(Pairs(X, y), y).predict_proba(X), expected, atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_takes_samples(method, gray_images):
    clf = net(method=method, max_epochs=4).fit(
        Pairs(*gray_images), flipped(gray_images[1])
    )
    assert clf.predict(Pairs(*gray_images)).shape == (N,)


def test_transitions_are_estimated_on_samples(gray_images):
    X, y = gray_images
    clf = sknoisy.TransitionCorrectedClassifier(max_epochs=4, random_state=0)
    assert clf.fit(Pairs(X, y), flipped(y)).transition_matrix_.shape == (2, 2)
    with pytest.raises(ValueError, match="representation='network'"):
        clf.set_params(transition="hoc").fit(Pairs(X, y), flipped(y))


def test_weights_and_missing_labels_leave_samples_out(gray_images):
    X, y = gray_images
    data = Pairs(X, y)
    weight = np.r_[np.zeros(10), np.ones(N - 10)]
    expected = net().fit(data_without(data, 10), y[10:]).predict_proba(data)
    assert_allclose(net().fit(data, y, weight).predict_proba(data), expected)
    missing = np.r_[[None] * 10, y[10:]]
    clf = net(unlabeled=None).fit(data, missing)
    assert_allclose(clf.predict_proba(data), expected)


def data_without(data, n):
    return Samples(data)[n:]


# --- mixing and drawing ---


def test_tokens_cannot_be_mixed():
    X, y = np.arange(N * 2).reshape(N, 2) % 50, np.arange(N) % 2
    with pytest.raises(TypeError, match="mixup.*integers, such as tokens"):
        net(module=Texts, mixup=1.0).fit(X, y)


def test_several_inputs_are_mixed_alike(gray_images):
    made = {"image": gray_images[0], "age": np.ones((N, 1), np.float32)}
    clf = net(module=TwoInputs, mixup=1.0, lr=0.03, max_epochs=20).fit(
        made, gray_images[1]
    )
    assert clf.score(made, gray_images[1]) > 0.9


def noisy(x):
    """Return an image with noise from torch's, and from NumPy's generator."""
    return x + torch.randn(x.shape) + float(np.random.rand())


@pytest.mark.slow
def test_neither_order_nor_draws_depend_on_the_number_of_workers(gray_images):
    X, y = gray_images
    data = Pairs(X, y, noisy)

    def module():
        return nn.Sequential(nn.Flatten(), nn.Linear(144, 2))

    def fitted(n):
        clf = net(iterator_train__num_workers=n, module=module, lr=1e-5)
        return clf.fit(data, y).predict_proba(X)

    torch.manual_seed(0)
    expected = fitted(0)
    np.random.seed(3)
    assert_array_equal(fitted(0), expected)
    assert_array_equal(fitted(2), expected)


def test_reading_leaves_the_global_generators_alone(gray_images):
    X, y = gray_images
    torch.manual_seed(0)
    np.random.seed(0)
    before = torch.get_rng_state(), np.random.get_state()[1]
    net().fit(Pairs(X, y, noisy), y)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert_array_equal(np.random.get_state()[1], before[1])


def test_a_sampler_chooses_what_an_epoch_sees(gray_images):
    X, y = gray_images
    clf = net(iterator_train__sampler=np.arange(20)).fit(X, y)
    only = net(batch_size=20, iterator_train__shuffle=False)
    only.set_params(module__feature_mean=1.0, module__feature_scale=1.0)
    clf.set_params(module__feature_mean=1.0, module__feature_scale=1.0).fit(X, y)
    expected = only.fit(X[:20], y[:20]).predict_proba(X)
    assert_allclose(clf.predict_proba(X), expected, atol=1e-5)
