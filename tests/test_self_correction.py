"""Self-correction: a mixture of losses tells which labels to learn, and which not."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn

from sknoisy.classifiers import (
    DivideMixClassifier,
    DynamicBootstrappingClassifier,
    NoisyLabelClassifier,
)
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.losses import cross_entropy
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import DivideMix, DynamicBootstrapping

BOTH = [DivideMixClassifier, DynamicBootstrappingClassifier]
FAST = {"max_epochs": 8, "batch_size": 64, "lr": 2e-2, "random_state": 0}
FAST |= {"module__dropout": 0.0, "module__input_dropout": 0.0, "module__hidden": 32}


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    points = rng.normal(size=(300, 4)) + 3 * np.eye(4)[y]
    return points, SymmetricNoise(0.3, random_state=0).fit_corrupt(y), y


@pytest.fixture(scope="module")
def digits():
    """Digits of which 40 % have a wrong label, and how well CE alone does."""
    points, y = load_digits(return_X_y=True)
    points, X_test, y, y_test = train_test_split(points, y, random_state=0)
    y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    plain = NoisyLabelClassifier(loss="ce", **MEMORIZING).fit(points, y_noisy)
    return points, y_noisy, y, X_test, y_test, plain.score(X_test, y_test)


# a network that can memorize, with the time to do so
MEMORIZING = {"max_epochs": 30, "batch_size": 128, "lr": 5e-3, "random_state": 0}
MEMORIZING |= {"module__dropout": 0.0, "module__input_dropout": 0.0}
MEMORIZING |= {"module__hidden": 128, "lr_schedule": "constant"}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (DynamicBootstrappingClassifier, {}),
        (DynamicBootstrappingClassifier, {"bootstrapping": "soft"}),
        (DivideMixClassifier, {}),
        (DivideMixClassifier, {"rejected": "fixmatch"}),
    ],
)
def test_it_beats_cross_entropy_and_knows_which_labels_are_wrong(kind, options, digits):
    points, y_noisy, y, X_test, y_test, plain = digits
    clf = kind(**MEMORIZING, **options).fit(points, y_noisy)
    assert clf.score(X_test, y_test) > plain + 0.1
    assert clf.score(X_test, y_test) > 0.93
    assert roc_auc_score(y_noisy == y, clf.clean_probability_) > 0.95


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("loss", ["gce", lambda z, y: cross_entropy(z, y)])
def test_any_loss_of_single_samples_will_do(kind, loss, blobs):
    points, y_noisy, y = blobs
    assert kind(loss=loss, **FAST).fit(points, y_noisy).score(points, y) > 0.85
    first, second = (
        kind(loss="gce", loss__q=q, **FAST).fit(points, y_noisy).predict_proba(points)
        for q in (0.1, 0.9)
    )
    assert np.abs(first - second).max() > 0.01


@pytest.mark.parametrize("kind", BOTH)
def test_copies_pickles_and_equal_seeds_give_equal_numbers(kind, blobs):
    points, y_noisy, _ = blobs
    first, second = (clone(kind(**FAST)).fit(points, y_noisy) for _ in range(2))
    expected_proba = first.predict_proba(points)
    assert_array_equal(expected_proba, second.predict_proba(points))
    assert_array_equal(first.clean_probability_, second.clean_probability_)
    loaded = pickle.loads(pickle.dumps(first))
    assert_array_equal(expected_proba, loaded.predict_proba(points))
    assert [*first.net_.criterion_.buffers()] == []


@pytest.mark.parametrize("kind", BOTH)
def test_probabilities_have_the_rows_of_X_as_given(kind, blobs):
    points, y_noisy, y = blobs
    clf = kind(**FAST, validation_fraction=0.2).fit(points, y_noisy)
    assert clf.clean_probability_.shape == (300,)
    assert np.isfinite(clf.clean_probability_).all()  # held out, but judged
    assert roc_auc_score(y_noisy == y, clf.clean_probability_) > 0.9
    objective = {DivideMixClassifier: DivideMix}.get(kind, DynamicBootstrapping)
    present = np.arange(300) % 4 > 0
    plain = NoisyLabelClassifier(method=objective, **FAST)
    plain.fit(np.where(present[:, None], points, 1e3), y_noisy, present.astype(float))
    assert_array_equal(np.isnan(plain.clean_probability_), ~present)
    alone = clone(plain).fit(points[present], y_noisy[present]).clean_probability_
    assert_array_equal(plain.clean_probability_[present], alone)


def test_one_network_or_the_mean_of_both_predicts(blobs):
    points, y_noisy, _ = blobs
    clf = DivideMixClassifier(**FAST).fit(points, y_noisy)
    mean = clf.predict_proba(points)
    each = [clf.set_params(predict_with=k).predict_proba(points) for k in (0, 1)]
    assert_allclose(mean, np.mean(each, axis=0), atol=1e-6)
    assert np.abs(each[0] - each[1]).max() > 1e-3
    assert len(clf.networks_) == 2


def shift(images):
    """Move each batch by up to one pixel."""
    steps = torch.randint(-1, 2, (2,)).tolist()
    return torch.roll(images, steps, dims=(1, 2))


@pytest.mark.parametrize("rejected", ["mixmatch", "fixmatch"])
def test_images_are_learned_from_augmented_views(rejected, images):
    options = {"max_epochs": 3, "batch_size": 64, "random_state": 0}
    options |= {"rejected": rejected, "rejected_weight": 1.0}
    plain = DivideMixClassifier(**options).fit(*images).predict_proba(images[0])
    clf = DivideMixClassifier(**options, augment=shift, strong_augment=nn.Identity())
    seen = pickle.loads(pickle.dumps(clf.fit(*images))).predict_proba(images[0])
    assert seen.shape == (300, 10)
    assert np.abs(seen - plain).max() > 1e-3


@pytest.mark.parametrize("kind", BOTH)
def test_sparse_tables_and_labels_of_any_kind(kind, blobs):
    points, y_noisy, y = blobs
    names = np.array(["a", "b", "c"])
    table = sparse.csr_matrix(points)
    clf = kind(**FAST).fit(table, names[y_noisy])
    assert (clf.predict(table) == names[y]).mean() > 0.85
    with pytest.raises(TypeError, match="sample_weight"):
        clf.fit(points, y_noisy, sample_weight=np.ones(300))


@pytest.mark.parametrize("kind", BOTH)
def test_a_training_shorter_than_its_warm_up_judges_labels_in_the_end(kind, blobs):
    points, y_noisy, y = blobs
    clf = kind(**{**FAST, "max_epochs": 4}, warm_up_epochs=9)
    with pytest.warns(UserWarning, match="warm_up_epochs=9 leaves none of 4 epochs"):
        clf.fit(points, y_noisy)
    assert roc_auc_score(y_noisy == y, clf.clean_probability_) > 0.9


@pytest.mark.parametrize("kind", BOTH)
def test_training_that_diverges_says_so(kind, blobs):
    points, y_noisy, _ = blobs
    with pytest.raises(NonFiniteLossError, match="Training diverged"):
        kind(**{**FAST, "lr": 1e30}).fit(points, y_noisy)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mixture": "betta"}, "did you mean 'beta'"),
        ({"mixup": -1.0}, "mixup=-1.0 is out of range"),
        ({"class_balance": -1.0}, "class_balance=-1.0 is out of range"),
        ({"loss": "sop"}, "'sop' is a method"),
    ],
)
def test_bad_parameters_are_refused_with_a_reason(kind, options, message, blobs):
    points, y_noisy, _ = blobs
    with pytest.raises(ValueError, match=message):
        kind(**{**FAST, **options}).fit(points, y_noisy)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rejected": "mixmach"}, "did you mean 'mixmatch'"),
        ({"rejected_weight": -1}, "rejected_weight=-1 is out of range"),
        ({"p_threshold": 1.5}, "p_threshold=1.5 is out of range"),
        ({"confidence": "high"}, "confidence='high' is out of range"),
        ({"sharpening": 0.0}, "sharpening=0.0 is out of range"),
        ({"average_epochs": 0}, "average_epochs=0 is out of range"),
        ({"augment": "shift"}, "augment='shift' must be a function of features"),
        ({"augment": lambda x: x[:, 1:]}, "into shape .*the same shape"),
        ({"augment": lambda x: None}, "into NoneType"),
        ({"predict_with": 2}, "predict_with=2 must be 'mean'"),
    ],
)
def test_bad_parameters_of_dividemix_are_refused(options, message, blobs):
    points, y_noisy, _ = blobs
    with pytest.raises(ValueError, match=message):
        DivideMixClassifier(**FAST, **options).fit(points, y_noisy)


def test_bootstrapping_is_hard_or_soft(blobs):
    points, y_noisy, _ = blobs
    clf = DynamicBootstrappingClassifier(**FAST, bootstrapping="harder")
    with pytest.raises(ValueError, match="did you mean 'hard'"):
        clf.fit(points, y_noisy)
