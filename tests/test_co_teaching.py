"""Co-teaching and its relatives: two networks that pick what they learn from."""

import pickle

import numpy as np
import pytest
import torch
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split
from skorch.callbacks import Callback

from sknoisy.classifiers import CoTeachingClassifier, NoisyLabelClassifier
from sknoisy.classifiers._co_teaching import STRATEGIES
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.losses import LOSSES
from sknoisy.noise import PairFlipNoise, SymmetricNoise
from sknoisy.objectives import (
    CoTeaching,
    MeanLoss,
    Mixup,
    Stages,
)
from sknoisy.transition import _likelihood, estimate_noise_rate

FAST = {"max_epochs": 12, "batch_size": 64, "lr": 2e-2, "random_state": 0}
FAST |= {"module__dropout": 0.0, "module__input_dropout": 0.0, "module__hidden": 32}


# --- the noise rate, found on the way ---


def test_no_more_labels_are_called_wrong_than_blind_ones_would_be():
    labels = np.tile([0, 1, 2], 20)
    confused = np.eye(3)[(labels + 1) % 3] * 0.97 + 0.01
    assert estimate_noise_rate(labels, confused) == pytest.approx(2 / 3)
    assert estimate_noise_rate(labels, confused[:, [1, 2, 0]]) < 0.01


def test_an_estimate_of_the_noise_rate_has_no_warning_to_suppress(monkeypatch):
    """Filters are those of all threads: networks that train beside it would warn."""
    monkeypatch.setattr(_likelihood, "warn_never_predicted", None)
    labels = np.repeat([0, 1, 2], 30)  # of which no sample seems to be a 2
    rate = estimate_noise_rate(labels, np.tile([0.5, 0.4, 0.1], (90, 1)))
    assert 0 <= rate <= 2 / 3


class Stop(Callback):
    """Ends training when the rate is known."""

    def on_epoch_end(self, net, **kwargs):
        if not net.criterion_.is_apart:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    "noise",
    [
        SymmetricNoise(0.2, random_state=0),
        SymmetricNoise(0.5, random_state=0),
        PairFlipNoise(0.3, random_state=0),
        PairFlipNoise(0.4, random_state=0),
    ],
    ids=lambda noise: f"{type(noise).__name__}-{noise.rate}",
)
def test_the_rate_found_on_digits_is_close_to_the_true_one(noise):
    X, y = load_digits(return_X_y=True)
    y_noisy = noise.fit_corrupt(y)
    clf = CoTeachingClassifier(callbacks=[Stop()], random_state=0).fit(X, y_noisy)
    assert clf.n_iter_ < 30
    assert clf.noise_rate_ == pytest.approx((y_noisy != y).mean(), abs=0.05)


# --- the estimator ---


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    X = rng.normal(size=(300, 4)) + 3 * np.eye(4)[y]
    return X, SymmetricNoise(0.3, random_state=0).fit_corrupt(y), y


@pytest.fixture(scope="module")
def digits():
    """Digits of which 40 % have a wrong label, and others to be judged by."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    return X, SymmetricNoise(0.4, random_state=0).fit_corrupt(y), y, X_test, y_test


@pytest.fixture(scope="module")
def on_digits(digits):
    X, y_noisy, *_ = digits
    clf = CoTeachingClassifier(
        max_epochs=60, strategy__rank_within="batch", random_state=0
    )
    return clf.fit(X, y_noisy)


def fast(**options):
    return CoTeachingClassifier(**{**FAST, **options})


@pytest.mark.slow
def test_it_beats_cross_entropy(digits):
    """By the mean of three seeds: of a single one, rounding on the machine decides."""
    X, _, y, X_test, y_test = digits
    y_noisy = SymmetricNoise(0.5, random_state=0).fit_corrupt(y)

    def mean_score(make, **options):
        fits = [make(max_epochs=60, random_state=s, **options) for s in range(3)]
        return np.mean([clf.fit(X, y_noisy).score(X_test, y_test) for clf in fits])

    plain = mean_score(NoisyLabelClassifier, loss="ce", lr_schedule="constant")
    taught = mean_score(CoTeachingClassifier, strategy__rank_within="batch")
    assert taught > plain + 0.01


def test_it_knows_which_labels_are_wrong(digits, on_digits):
    X, y_noisy, y, X_test, y_test = digits
    assert on_digits.score(X_test, y_test) > 0.94
    assert roc_auc_score(y_noisy == y, on_digits.kept_) > 0.97
    assert on_digits.noise_rate_ == pytest.approx((y_noisy != y).mean(), abs=0.06)
    assert on_digits.kept_.mean() == pytest.approx(1 - on_digits.noise_rate_, abs=0.01)


def test_one_network_or_the_mean_of_both_predicts(digits, on_digits):
    X_test = digits[3]
    clf = pickle.loads(pickle.dumps(on_digits))
    mean = clf.predict_proba(X_test)
    each = [clf.set_params(predict_with=k).predict_proba(X_test) for k in (0, 1)]
    assert_allclose(mean, np.mean(each, axis=0), atol=1e-6)
    assert np.abs(each[0] - each[1]).max() > 0.01
    for network, proba in zip(clf.networks_, each, strict=True):
        logits = network.eval()(torch.tensor(X_test, dtype=torch.float32))
        assert_allclose(logits.detach().softmax(1), proba, atol=1e-5)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_every_strategy_learns_what_is_right(strategy, blobs):
    X, y_noisy, y = blobs
    clf = fast(strategy=strategy, noise_rate=0.3).fit(X, y_noisy)
    assert clf.score(X, y) > 0.9
    assert clf.noise_rate_ == (None if strategy == "decoupling" else 0.3)
    assert clf.kept_.shape == (300,)
    assert ((clf.kept_ >= 0) & (clf.kept_ <= 1)).all()
    if strategy in ("co_teaching", "jocor"):
        assert roc_auc_score(y_noisy == y, clf.kept_) > 0.9


@pytest.mark.parametrize("loss", ["gce", "mae", lambda z, y: LOSSES["ce"](z, y)])
def test_any_loss_of_single_samples_will_do(loss, blobs):
    X, y_noisy, y = blobs
    assert fast(loss=loss, noise_rate=0.3).fit(X, y_noisy).score(X, y) > 0.85
    proba = fast(loss="gce", loss__q=0.1, noise_rate=0.3).fit(X, y_noisy)
    other = fast(loss="gce", loss__q=0.9, noise_rate=0.3).fit(X, y_noisy)
    assert np.abs(proba.predict_proba(X) - other.predict_proba(X)).max() > 0.01


def test_kept_has_the_rows_of_X_as_given(blobs):
    X, y_noisy, y = blobs
    rng = np.random.default_rng(0)
    present = rng.random(300) < 0.7
    X_more = np.where(present[:, None], X, 1e3)
    options = {"method": CoTeaching, "method__noise_rate": 0.3, **FAST}
    clf = NoisyLabelClassifier(**options).fit(X_more, y_noisy, present.astype(float))
    alone = NoisyLabelClassifier(**options).fit(X[present], y_noisy[present])
    assert_array_equal(clf.kept_[present], alone.kept_)
    assert np.isnan(clf.kept_[~present]).all()
    held_out = fast(validation_fraction=0.2).fit(X, y_noisy)
    assert np.isnan(held_out.kept_).sum() == 60
    assert "valid_acc" in held_out.history_[-1]


class Named(MeanLoss):
    """Finds each sample's own label, and a pair of numbers."""

    def __init__(self, labels):
        super().__init__(LOSSES["ce"])
        self.register_buffer("labels", labels)

    def findings(self):
        return {"seen": self.labels, "pair": torch.stack([self.labels] * 2, dim=1)}


def test_findings_become_attributes_in_the_places_of_their_samples(blobs):
    X, y_noisy, _ = blobs
    clf = NoisyLabelClassifier(method=Named, max_epochs=1, random_state=0)
    assert_array_equal(clf.fit(X, y_noisy).seen_, y_noisy)
    weight = np.where(np.arange(300) % 3, 1.0, 0.0)
    clf.set_params(class_weight={1: 0.0})
    clf.fit(X, y_noisy, weight)
    absent = (weight == 0) | (y_noisy == 1)
    codes = np.searchsorted([0, 1, 2], y_noisy)
    assert_array_equal(clf.seen_, np.where(absent, np.nan, codes))
    assert_array_equal(clf.pair_[:, 1], clf.seen_)


def test_findings_pass_through_stages_and_mixup():
    labels = torch.tensor([0, 1])
    assert_array_equal(Mixup(Named(labels), 1.0).findings()["seen"], [0, 1])
    stages = Stages(MeanLoss(LOSSES["ce"]), Named(labels), 1)
    assert_array_equal(stages.findings()["seen"], [0, 1])


def test_images_sparse_tables_and_labels_of_any_kind(blobs, images):
    X, y_noisy, _ = blobs
    names = np.array(["a", "b", "c"])
    clf = fast().fit(sparse.csr_matrix(X), names[y_noisy])
    assert set(clf.predict(sparse.csr_matrix(X))) <= set(names)
    clf = CoTeachingClassifier(max_epochs=8, batch_size=64, random_state=0)
    assert clf.fit(*images).predict_proba(images[0]).shape == (300, 10)
    with pytest.raises(ValueError, match="takes one label a sample"):
        fast().fit(X, np.eye(3)[y_noisy])


def test_equal_seeds_give_equal_numbers(blobs):
    X, y_noisy, _ = blobs
    state = torch.random.get_rng_state()
    with numpy_left_alone():
        first, second = (clone(fast()).fit(X, y_noisy) for _ in range(2))
    assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    assert_array_equal(first.kept_, second.kept_)
    assert first.noise_rate_ == second.noise_rate_
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_second_fit_with_warm_start_keeps_the_rate(blobs):
    X, y_noisy, _ = blobs
    clf = fast(warm_start=True).fit(X, y_noisy)
    rate = clf.noise_rate_
    assert 0.1 < rate < 0.5
    assert clf.fit(X, y_noisy).noise_rate_ == rate


def test_a_rate_that_was_given_once_is_not_one_that_was_found(blobs):
    X, y_noisy, _ = blobs
    clf = fast(warm_start=True, noise_rate=0.9, max_epochs=2).fit(X, y_noisy)
    rate = clf.set_params(noise_rate="auto").fit(X, y_noisy).noise_rate_
    assert rate <= 2 / 3
    assert clf.fit(X, y_noisy).noise_rate_ == rate


@pytest.mark.parametrize("max_epochs", [1, 3, 12])
def test_training_that_diverges_says_so(max_epochs, blobs):
    X, y_noisy, _ = blobs
    options = {"optimizer": "sgd", "lr": 1e25, "lr_schedule": "constant"}
    with pytest.raises(NonFiniteLossError, match="Training diverged"):
        fast(**options, batch_size=300, max_epochs=max_epochs).fit(X, y_noisy)


def test_one_epoch_is_enough_for_all_attributes(blobs):
    X, y_noisy, _ = blobs
    clf = fast(max_epochs=1).fit(X, y_noisy)
    assert 0 <= clf.noise_rate_ <= 2 / 3
    assert np.isfinite(clf.kept_).all()


def test_a_grid_over_strategies_and_their_parameters(blobs):
    X, y_noisy, _ = blobs
    grid = [
        {"strategy": ["jocor"], "strategy__agreement": [0.1, 0.9]},
        {"strategy": ["co_teaching_plus", "decoupling"], "noise_rate": [0.3]},
    ]
    search = GridSearchCV(fast(max_epochs=2), grid, cv=2, error_score="raise")
    assert len(search.fit(X, y_noisy).cv_results_["params"]) == 4


def test_weights_are_refused_where_samples_are_ranked(blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(TypeError, match="sample_weight"):
        fast().fit(X, y_noisy, sample_weight=np.ones(300))
    clf = NoisyLabelClassifier(method=CoTeaching, **FAST)
    with pytest.raises(ValueError, match="no exact meaning for CoTeaching"):
        clf.fit(X, y_noisy, np.linspace(0.5, 1, 300))
    assert not hasattr(clf, "partial_fit")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "coteaching"}, "did you mean 'co_teaching'"),
        ({"strategy__agreement": 0.5}, "agreement is not a parameter of CoTeaching"),
        ({"strategy": "jocor", "strategy__agreement": 1.0}, "agreement=1.0 is out of"),
        ({"noise_rate": 1.0}, "noise_rate=1.0 is out"),
        ({"noise_rate": "aut"}, "did you mean 'auto'"),
        ({"warm_up_epochs": "aut"}, "did you mean 'auto'"),
        ({"warm_up_epochs": -2}, "warm_up_epochs=-2 is out of range"),
        ({"predict_with": 2}, "predict_with=2 must be 'mean' or the number"),
        ({"loss": "elr"}, "'elr' is a method"),
        ({"loss": "gce", "loss__p": 0.5}, "loss__p is not a parameter"),
    ],
)
def test_bad_parameters_are_refused_with_a_reason(options, message, blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(ValueError, match=message):
        fast(**{"max_epochs": 1, **options}).fit(X, y_noisy)
