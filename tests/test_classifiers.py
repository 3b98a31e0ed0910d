"""NoisyLabelClassifier: what goes in, what comes out, what it says when it can't."""

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
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
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.modules import MLP, LeNet5, SmallResNet


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=150)
    return rng.normal(size=(150, 5)) + 3 * np.eye(5)[y], y


@pytest.fixture(scope="module")
def images():
    X, y = load_digits(return_X_y=True)
    return X[:300].reshape(-1, 8, 8), y[:300]


def small(**options):
    defaults = {"max_epochs": 8, "lr": 2e-2, "random_state": 0}
    if "module" not in options:
        defaults |= {"module__dropout": 0.0, "batch_size": 64}
    return NoisyLabelClassifier(**{**defaults, **options})


# --- what goes in ---

CONTAINERS = {
    "list": lambda X: X.tolist(),
    "float64": lambda X: X,
    "fortran": np.asfortranarray,
    "pandas": lambda X: pd.DataFrame(X, columns=list("abcde")),
    "polars": lambda X: pl.DataFrame(X, schema=list("abcde")),
    "torch": torch.from_numpy,
    "torch with gradient": lambda X: torch.from_numpy(X).requires_grad_(),
    "csr_array": sparse.csr_array,
    "csr_matrix": sparse.csr_matrix,
    "csc": sparse.csc_matrix,
}


@pytest.mark.parametrize("container", sorted(CONTAINERS))
def test_every_container_gives_the_same_labels(container, table):
    X, y = table
    given = CONTAINERS[container](X)
    fitted = small().fit(given, y)
    assert fitted.score(given, y) > 0.9
    if "cs" not in container:  # sparse features are scaled, not centered
        expected = small().fit(X, y).predict_proba(X)
        assert_allclose(fitted.predict_proba(given), expected)


LABELS = {
    "strings": np.array(["cat", "dog", "owl"]),
    "objects": np.array(["cat", "dog", "owl"], dtype=object),
    "gaps": np.array([-7, 2, 40]),
    "int8": np.array([1, 2, 3], dtype=np.int8),
    "floats": np.array([1.0, 2.0, 5.0]),
}


@pytest.mark.parametrize("kind", sorted(LABELS))
@pytest.mark.parametrize("wrap", [np.asarray, list, pd.Series, pl.Series, tuple])
def test_labels_of_every_kind_come_back_as_they_were(kind, wrap, table):
    X, codes = table
    y = LABELS[kind][codes]
    fitted = small().fit(X, wrap(y))
    assert_array_equal(fitted.classes_, LABELS[kind])
    assert fitted.score(X, y) > 0.9


def test_bools_and_torch_labels(table):
    X, codes = table
    assert_array_equal(small().fit(X, codes == 1).classes_, [False, True])
    assert_array_equal(small().fit(X, torch.as_tensor(codes)).classes_, [0, 1, 2])


@pytest.mark.parametrize("channels", [None, 1, 3])
def test_images_with_and_without_channels(channels, images):
    X, y = images
    if channels:
        X = np.repeat(X[..., np.newaxis], channels, axis=3)
    fitted = small(max_epochs=20, lr=1e-2).fit(X.astype(np.uint8), y)
    assert isinstance(fitted.net_.module_[0], LeNet5)
    assert fitted.score(X, y) > 0.9
    assert fitted.predict_proba(X).shape == (300, 10)


@pytest.mark.parametrize("shape", [(5, 7), (28, 28), (3, 3), (9, 4, 2)])
@pytest.mark.parametrize("module", [LeNet5, SmallResNet])
def test_networks_for_images_of_any_size(shape, module):
    X = np.random.default_rng(0).normal(size=(20, *shape))
    fitted = small(module=module, max_epochs=1).fit(X, np.arange(20) % 2)
    assert fitted.predict(X).shape == (20,)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_that_of_network_and_probabilities(dtype, table):
    fitted = small(dtype=dtype).fit(*table)
    assert fitted.predict_proba(table[0]).dtype == dtype
    assert {p.dtype for p in fitted.net_.module_.parameters()} == {
        getattr(torch, dtype)
    }


def test_the_default_table_network_does_not_mind_the_scale_of_features(table):
    X, y = table
    wild = X * 10.0 ** np.arange(-4, 6, 2) + 1e3
    assert_allclose(
        small(dtype="float64").fit(X, y).predict_proba(X),
        small(dtype="float64").fit(wild, y).predict_proba(wild),
        atol=1e-4,
    )


def test_constant_features_do_no_harm(table):
    X, y = table
    fitted = small().fit(np.hstack([X, np.full((150, 1), 1e6)]), y)
    assert fitted.score(np.hstack([X, np.full((150, 1), 1e6)]), y) > 0.9


# --- module= ---


class Probe(nn.Module):
    """Names a few facts and a parameter of its own."""

    def __init__(self, n_features, n_classes, width=4):
        super().__init__()
        self.width = width
        self.body = nn.Sequential(
            nn.Linear(n_features, width),
            nn.BatchNorm1d(width),
            nn.Linear(width, n_classes),
        )

    def forward(self, X):
        return self.body(X)


def make_probe(input_shape, n_classes):
    return Probe(*input_shape, n_classes, width=6)


@pytest.mark.parametrize(
    ("module", "routed", "width"),
    [
        (Probe, {}, 4),
        (Probe, {"module__width": 9}, 9),
        (make_probe, {}, 6),
        (Probe(5, 3, width=7), {}, 7),
    ],
    ids=["class", "class and parameter", "function", "instance"],
)
def test_a_module_of_the_users_own(module, routed, width, table):
    fitted = small(module=module, max_epochs=40, **routed).fit(*table)
    assert fitted.net_.module_[0].width == width
    assert fitted.score(*table) > 0.8


def test_an_instance_is_copied_not_trained_in_place(table):
    module = Probe(5, 3)
    before = copy.deepcopy(module.state_dict())
    small(module=module).fit(*table)
    for name, value in module.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_an_instance_keeps_its_weights_as_a_start(table):
    module = Probe(5, 3)
    fitted = small(module=module, lr=1e-12, max_epochs=1).fit(*table)
    torch.testing.assert_close(
        fitted.net_.module_[0].body[0].weight, module.body[0].weight
    )


def test_a_lazy_module_finds_its_width(table):
    module = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(3))
    assert small(module=module, max_epochs=40).fit(*table).score(*table) > 0.8


@pytest.mark.parametrize("n", [33, 65])
def test_batch_norm_never_meets_a_batch_of_one(n, table):
    X, y = table
    small(module=Probe, batch_size=32, max_epochs=1).fit(X[:n], y[:n])


# --- bad input ---

BAD_DATA = {
    "NaN": (lambda X, y: (np.where(X > 5, np.nan, X), y), "contains NaN"),
    "infinity": (lambda X, y: (np.where(X > 5, np.inf, X), y), "contains infinity"),
    "overflow": (lambda X, y: (X * 1e300, y), "too large for dtype\\('float32'\\)"),
    "empty": (lambda X, y: (X[:0], y[:0]), "0 sample"),
    "no feature": (lambda X, y: (X[:, :0], y), "0 feature"),
    "one class": (lambda X, y: (X, np.ones(150)), "one class: y holds nothing but 1.0"),
    "lengths": (lambda X, y: (X, y[:9]), "inconsistent numbers of samples"),
    "one dimension": (lambda X, y: (X[:, 0], y), "Expected 2D array"),
    "four dimensions": (
        lambda X, y: (X.reshape(150, 5, 1, 1, 1), y),
        r"shape \(5, 1, 1, 1\): pass a module",
    ),
    "NaN labels": (lambda X, y: (X, np.where(y == 1, np.nan, y)), "NaN or None"),
    "None labels": (
        lambda X, y: (X, np.where(y == 1, None, y.astype(str))),
        "missing labels.*first at position",
    ),
    "NaN among strings": (
        lambda X, y: (X, np.where(y == 1, np.nan, y.astype(object))),
        "NaN",
    ),
    "pandas NA": (
        lambda X, y: (X, pd.Series(y.astype(str)).where(y != 1, pd.NA).to_numpy()),
        "NaN",
    ),
    "continuous labels": (lambda X, y: (X, y + 0.5 * X[:, 0]), "continuous"),
    "mixed labels": (
        lambda X, y: (X, np.where(y == 1, "one", y.astype(object))),
        r"mixes labels of types \['int', 'str'\]",
    ),
    "two columns of labels": (lambda X, y: (X, np.c_[y, y]), "1d array"),
    "complex": (lambda X, y: (X + 1j, y), "Complex data not supported"),
    "words": (lambda X, y: (X.astype(str).tolist() + [["a"] * 5], [*y, 0]), "convert"),
}


@pytest.mark.parametrize("case", sorted(BAD_DATA))
def test_bad_data_are_refused_with_a_reason(case, table):
    spoil, message = BAD_DATA[case]
    clf = small()
    with pytest.raises((ValueError, TypeError), match=message):
        clf.fit(*spoil(*table))
    assert not hasattr(clf, "classes_")


BAD_PARAMETERS = {
    "loss": ({"loss": "gse"}, "did you mean 'gce'.*or pass a function"),
    "loss type": ({"loss": 3}, "loss=3 is not a loss"),
    "loss parameter": ({"loss": "gce", "loss__qq": 1}, "loss__qq.*did you mean 'q'"),
    "parameter of another loss": ({"loss": "mae", "loss__q": 1}, "loss__q is not a"),
    "module parameter": ({"module__hiden": 8}, "module__hiden.*did you mean 'hidden'"),
    "optimizer": ({"optimizer": "adamm"}, "did you mean 'adam"),
    "optimizer parameter": ({"optimizer__betaz": 1}, "did you mean 'betas'"),
    "schedule": ({"lr_schedule": "cosin"}, "did you mean 'cosine'"),
    "stranger": ({"los": "ce"}, "unexpected argument 'los'; did you mean 'loss'"),
    "dtype": ({"dtype": "float16"}, "dtype='float16' is not one of"),
    "lr": ({"lr": 0.0}, "lr == 0.0, must be > 0"),
    "lr type": ({"lr": "fast"}, "lr must be an instance of"),
    "epochs": ({"max_epochs": 0}, "max_epochs == 0, must be >= 1"),
    "batch size": ({"batch_size": 0}, "batch_size == 0"),
    "weight decay": ({"weight_decay": -1.0}, "weight_decay == -1.0"),
    "fraction": ({"validation_fraction": 1.0}, "validation_fraction == 1.0"),
    "patience": ({"n_iter_no_change": 0}, "n_iter_no_change == 0"),
    "epochs' name": ({"max_epochs": "atuo"}, "did you mean 'auto'"),
    "device": ({"device": "gpu"}, "device='gpu' is not a device"),
    "class weight": ({"class_weight": {0: -1.0}}, "class_weight holds .* negative"),
    "no class weight": ({"class_weight": {0: 0, 1: 0, 2: 0}}, "class_weight is zero"),
    "class weight type": ({"class_weight": "blanced"}, "must be a dict"),
    "squeezing module": (
        {"module": lambda: nn.Sequential(nn.Linear(5, 3), Squeeze())},
        r"shape \(3,\), but y has 3 classes: expected \(1, 3\)",
    ),
    "module": ({"module": 3}, "neither a torch module"),
    "module's product": ({"module": lambda: 3}, "gave a int"),
    "instance with parameters": (
        {"module": Probe(5, 3), "module__width": 3},
        "module is an instance",
    ),
    "width": (
        {"module": nn.Linear(5, 2)},
        r"shape \(2, 2\), but y has 3 classes: expected \(2, 3\)",
    ),
    "NaN weights": (
        {"module": lambda: nn.Sequential(nn.Linear(5, 3), Times(np.nan))},
        "NaN or infinity before any training",
    ),
}


class Squeeze(nn.Module):
    def forward(self, X):
        return X.squeeze()


class Times(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, X):
        return X * self.factor


@pytest.mark.parametrize("case", sorted(BAD_PARAMETERS))
def test_bad_parameters_are_refused_with_a_reason(case, table):
    options, message = BAD_PARAMETERS[case]
    with pytest.raises((ValueError, TypeError), match=message):
        small(**options).fit(*table)


def test_one_logit_for_two_classes_gets_a_hint(table):
    X, y = table
    with pytest.raises(ValueError, match="Two classes need two logits"):
        small(module=nn.Linear(5, 1)).fit(X, y == 1)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.full(150, -1.0), "150 negative weights, the first at position 0"),
        (np.zeros(150), "zero for every sample"),
        (np.ones(9), r"shape \(9,\), but X has 150 samples"),
        (np.full(150, np.nan), "sample_weight contains NaN"),
    ],
)
def test_bad_weights_are_refused_with_a_reason(weight, message, table):
    with pytest.raises(ValueError, match=message):
        small().fit(*table, sample_weight=weight)


def test_features_at_predict_must_be_those_of_fit(table, images):
    fitted = small().fit(*table)
    with pytest.raises(ValueError, match="X has 4 features, but NoisyLabelClassifier"):
        fitted.predict(table[0][:, :4])


def test_images_of_another_size_are_refused(images):
    X, y = images
    fitted = small(max_epochs=1).fit(X, y)
    with pytest.raises(
        ValueError, match=r"samples of shape \(8, 6\).*fitted.*\(8, 8\)"
    ):
        fitted.predict(X[:, :, :6])


def test_features_that_no_network_can_hold_are_refused_at_predict(table):
    X, y = table
    fitted = small().fit(X, y)
    with pytest.raises(ValueError, match="no finite probabilities for 1 samples.* 2"):
        fitted.predict(np.where(np.arange(150)[:, None] == 2, 3e38, X))


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
    return data.split(0.1, random_state)[1].rows.numpy()


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
