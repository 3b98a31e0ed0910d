"""NoisyLabelClassifier: weights, early stopping, seeds, scikit-learn's own tools."""

import copy
import pickle

import numpy as np
import pytest
import torch
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy._engine.validation import split_dataset
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.modules import MLP

# --- weights ---


def exact(**options):
    """Full batches in float64 without dropout: rounding is all that's left."""
    return small(
        dtype="float64",
        batch_size=10_000,
        module__dropout=0.0,
        module__hidden=8,
        **options,
    )


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
def test_integer_weights_equal_repetition(make, table):
    X, y = table
    weight = np.random.default_rng(0).integers(4, size=150)
    weighted = exact().fit(make(X), y, sample_weight=weight)
    repeated = exact().fit(make(np.repeat(X, weight, axis=0)), np.repeat(y, weight))
    assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-7)


def test_a_weight_of_zero_is_absence_in_minibatches_too(table):
    X, y = table
    weight = (np.arange(150) % 3 > 0).astype(float)
    weighted = small(batch_size=16).fit(X, y, sample_weight=weight)
    absent = small(batch_size=16).fit(X[weight > 0], y[weight > 0], np.ones(100))
    assert_array_equal(weighted.predict_proba(X), absent.predict_proba(X))


def test_class_weight_equals_the_sample_weight_it_stands_for(table):
    X, y = table
    by_class = exact(class_weight={0: 1.0, 1: 5.0, 2: 2.0}).fit(X, y)
    by_sample = exact().fit(X, y, sample_weight=np.array([1.0, 5.0, 2.0])[y])
    assert_allclose(by_class.predict_proba(X), by_sample.predict_proba(X))


def test_absent_samples_do_not_count_for_balanced_weights(table):
    X, y = table
    weight = np.where(y == 1, np.arange(150) % 2, 1.0)
    present = weight > 0
    weighted = exact(class_weight="balanced").fit(X, y, sample_weight=weight)
    absent = exact(class_weight="balanced").fit(X[present], y[present])
    assert_allclose(weighted.predict_proba(X), absent.predict_proba(X))


def test_a_class_of_weight_zero_stays_a_class(table):
    X, y = table
    fitted = small(class_weight={1: 0.0}).fit(X, y)
    assert_array_equal(fitted.classes_, [0, 1, 2])
    assert 1 not in fitted.predict(X)


@pytest.mark.parametrize("factor", [1e-300, 1e-30, 1e30, 1e300])
def test_only_the_ratio_of_weights_counts(factor, table):
    X, y = table
    weight = 1.0 + np.arange(150) % 3
    expected = small().fit(X, y, sample_weight=weight).predict_proba(X)
    scaled = small().fit(X, y, sample_weight=factor * weight).predict_proba(X)
    assert_allclose(scaled, expected, rtol=1e-4)


# --- validation, early stopping, warm starts ---


def test_early_stopping_keeps_the_network_of_the_best_epoch(table):
    X, y = table
    rng = np.random.default_rng(0)
    y_noisy = np.where(rng.random(150) < 0.4, rng.integers(3, size=150), y)
    fitted = small(
        early_stopping=True, n_iter_no_change=3, max_epochs=200, lr=0.05
    ).fit(X, y_noisy)
    scores = fitted.history_[:, "valid_acc"]
    assert fitted.n_iter_ == len(scores) < 200
    assert fitted.n_iter_ == np.argmax(scores) + 1 + 3
    rows = fitted_validation_rows(fitted, X, y_noisy)
    assert fitted.score(X[rows], y_noisy[rows]) == pytest.approx(max(scores))


def fitted_validation_rows(fitted, X, y):
    """Find the held-out rows anew, the way the desk does."""
    random_state = np.random.RandomState(fitted.random_state)
    random_state.randint(np.iinfo(np.int32).max)  # torch's seed is drawn first
    data = fitted._check_data(X, y)
    valid = split_dataset(data.dataset, data.classes, 0.1, random_state)[1]
    return valid.rows.numpy()


@pytest.mark.parametrize("stratified", [True, False])
def test_validation_is_recorded_also_where_it_cannot_be_stratified(stratified, table):
    X, y = table
    y = y if stratified else np.r_[np.arange(20), y[20:]]
    fitted = small(validation_fraction=0.2).fit(X, y)
    assert len(fitted.history_[:, "valid_loss"]) == 8


def test_the_yardstick_of_validation_is_the_same_for_every_loss(table):
    X, y = table
    for loss in ["ce", "mae"]:
        fitted = small(loss=loss, validation_fraction=0.3, lr=1e-12).fit(X, y)
        if loss == "ce":
            expected = fitted.history_[:, "valid_loss"]
    assert_allclose(fitted.history_[:, "valid_loss"], expected, rtol=1e-5)


def test_warm_start_goes_on_from_the_last_fit(table):
    X, y = table
    clf = small(warm_start=True, max_epochs=3).fit(X, y)
    first = clf.history_[-1, "train_loss"]
    clf.fit(X, y)
    assert clf.history_[0, "train_loss"] < first * 1.2
    assert clf.n_iter_ == 3
    cold = small(max_epochs=3).fit(X, y)
    assert clf.history_[0, "train_loss"] < cold.history_[0, "train_loss"] / 2


def test_another_number_of_networks_is_no_warm_start(table):
    clf = small(warm_start=True, max_epochs=2).fit(*table)
    with pytest.raises(ValueError, match="number of networks: 1, but now: 2"):
        clf.set_params(method="elr+").fit(*table)
    two = small(method="elr+", max_epochs=2).fit(*table).set_params(method="plain")
    with pytest.raises(ValueError, match="There are 2 networks so far, but now it tak"):
        two.partial_fit(*table)


def test_warm_start_refuses_other_classes_and_features(table):
    X, y = table
    clf = small(warm_start=True).fit(X, y)
    message = r"classes: \[0, 1, 2\], but now: \[1, 2, 3\]"
    with pytest.raises(ValueError, match=message):
        clf.fit(X, y + 1)
    with pytest.raises(ValueError, match="Set warm_start=False to start anew"):
        clf.fit(X[:, :3], y)


def test_partial_fit_learns_from_parts(table):
    X, y = table
    clf = small()
    for _ in range(10):
        for part in np.array_split(np.arange(150), 3):
            clf.partial_fit(X[part], y[part], classes=[0, 1, 2])
    assert clf.score(X, y) > 0.9
    assert clf.n_iter_ == 30


def test_partial_fit_holds_nothing_out_and_minds_its_parameters(table):
    X, y = table
    clf = small(early_stopping=True, class_weight={0: 2.0}).partial_fit(X, y)
    assert "valid_acc" not in clf.history_[-1]
    clf.set_params(lr=1e-3).partial_fit(X[y > 0], y[y > 0])
    assert clf.history_[-1, "lr"] == 1e-3
    with pytest.raises(ValueError, match="are not those of the first call"):
        clf.partial_fit(X, y, classes=[0, 1, 2, 3])


def test_partial_fit_takes_parts_with_one_class_and_refuses_strangers(table):
    X, y = table
    clf = small().partial_fit(X[y == 1], y[y == 1], classes=[2, 1, 0])
    assert_array_equal(clf.classes_, [0, 1, 2])
    clf.partial_fit(X[y == 2], y[y == 2])
    with pytest.raises(ValueError, match=r"not in classes: \[7\]"):
        clf.partial_fit(X[:2], [1, 7])


# --- reproducible ---


def test_the_same_seed_gives_the_same_numbers_in_every_way(table):
    X, y = table
    expected = small().fit(X, y).predict_proba(X)
    again = {
        "a second fit": small().fit(X, y).fit(X, y),
        "a clone": clone(small()).fit(X, y),
        "a pickle of the unfitted": pickle.loads(pickle.dumps(small())).fit(X, y),
        "a pickle of the fitted": pickle.loads(pickle.dumps(small().fit(X, y))),
        "a deep copy": copy.deepcopy(small().fit(X, y)),
    }
    for way, fitted in again.items():
        assert_array_equal(fitted.predict_proba(X), expected, err_msg=way)


def test_other_seeds_give_other_numbers(table):
    X, y = table
    one, two = (small(random_state=seed).fit(X, y).predict_proba(X) for seed in (0, 1))
    assert not np.array_equal(one, two)


@pytest.mark.slow
def test_processes_give_the_numbers_of_serial_runs(table):
    serial = cross_val_score(small(), *table, cv=3)
    assert_array_equal(cross_val_score(small(), *table, cv=3, n_jobs=2), serial)


@pytest.mark.parametrize("seed", [0, None])
def test_global_generators_are_left_alone(seed, table):
    np.random.seed(7)
    torch.manual_seed(7)
    expected = np.random.random(), torch.rand(1).item()
    np.random.seed(7)
    torch.manual_seed(7)
    small(validation_fraction=0.2, random_state=seed).fit(*table).predict(table[0])
    assert (np.random.random(), torch.rand(1).item()) == expected


def test_before_and_after_a_failed_fit_predict_says_not_fitted(table):
    X, y = table
    clf = small(lr=1e30, lr_schedule="constant", optimizer="sgd")
    with pytest.raises(NotFittedError):
        clf.predict(X)
    with pytest.raises(NonFiniteLossError):
        clf.fit(X, y)
    with pytest.raises(NotFittedError):
        clf.predict(X)


def test_a_pickle_holds_no_training_data(table):
    X, y = table
    many = np.tile(X, (40, 1)), np.tile(y, 40)
    one, forty = (
        len(pickle.dumps(small(max_epochs=1, module__hidden=4).fit(*data)))
        for data in (table, many)
    )
    assert forty - one < 1000


# --- with scikit-learn's own ---


@pytest.mark.slow
def test_grid_search_over_losses_their_parameters_and_the_module(table):
    pipeline = make_pipeline(StandardScaler(), small(max_epochs=4))
    grid = [
        {"noisylabelclassifier__loss": ["ce", "sce"]},
        {
            "noisylabelclassifier__loss": ["gce"],
            "noisylabelclassifier__loss__q": [0.3, 0.7],
        },
        {"noisylabelclassifier__module__hidden": [8, (8, 8)]},
    ]
    serial = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(*table)
    parallel = clone(serial).set_params(n_jobs=2).fit(*table)
    assert len(serial.cv_results_["params"]) == 6
    assert_array_equal(
        serial.cv_results_["mean_test_score"], parallel.cv_results_["mean_test_score"]
    )
    assert pickle.loads(pickle.dumps(serial)).score(*table) > 0.8


def test_in_a_vote_and_calibrated(table):
    X, y = table
    vote = VotingClassifier(
        [("net", small()), ("linear", LogisticRegression())], voting="soft"
    )
    assert vote.fit(X, y).score(X, y) > 0.9
    assert CalibratedClassifierCV(small(), cv=2).fit(X, y).score(X, y) > 0.9
    frozen = FrozenEstimator(small().fit(X, y))
    assert CalibratedClassifierCV(frozen).fit(X, y).score(X, y) > 0.9


def test_out_of_fold_probabilities_with_a_class_missing_from_a_fold(table):
    X, y = table
    order = np.argsort(y, kind="stable")  # unshuffled folds of sorted labels
    with pytest.warns(RuntimeWarning, match="Number of classes in training fold"):
        proba = cross_val_predict(
            small(), X[order], y[order], cv=KFold(3), method="predict_proba"
        )
    assert proba.shape == (150, 3)
    assert np.isfinite(proba).all()


def test_set_params_reaches_every_part(table):
    clf = small().set_params(loss="gce", loss__q=0.3, module__hidden=4, lr=0.1)
    assert clf.get_params()["loss__q"] == 0.3
    assert clone(clf).get_params() == clf.get_params()
    fitted = clf.fit(*table)
    assert fitted.net_.criterion_.loss.keywords == {"q": 0.3}
    assert isinstance(fitted.net_.module_[0], MLP)
    with pytest.raises(ValueError, match="Invalid parameter 'los'"):
        clf.set_params(los="ce")


def test_scikit_learn_callbacks_see_epochs(table, capsys):
    callback = pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9")
    X, y = table
    monitor = callback.ScoringMonitor(scoring="accuracy")
    clf = small(max_epochs=4).set_callbacks(monitor, callback.ProgressBar())
    fitted = clf.fit(X, y)
    assert fitted.score(X, y) > 0.9
    log = monitor.get_logs().data_as_pandas
    assert len(log) == 4 + 1  # every epoch, and the fit as a whole
    assert log.filter(like="accuracy").to_numpy()[-1] == fitted.score(X, y)
    assert pickle.loads(pickle.dumps(fitted)).score(X, y) == fitted.score(X, y)


def test_scikit_learn_callbacks_work_inside_a_search(table):
    callback = pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9")
    monitor = callback.ScoringMonitor(scoring="accuracy")
    clf = small(max_epochs=2).set_callbacks(monitor)
    GridSearchCV(clf, {"loss": ["ce", "gce"]}, cv=2).fit(*table)
    assert len(monitor.get_logs().data_as_pandas) >= 2 * 2 * 2
