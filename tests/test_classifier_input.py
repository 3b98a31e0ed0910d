"""NoisyLabelClassifier: what goes in, and what it says when it can't."""

import copy

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from torch import nn

from sknoisy.modules import LeNet5, SmallResNet

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
    "one dimension": (lambda X, y: (X[:, 0], y), "X has shape .*Reshape"),
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
    "two columns of labels": (
        lambda X, y: (X, np.c_[y, y]),
        r"Row 0 of y sums to 4, not to one: \[2. 2.\]",
    ),
    "soft labels, too few": (
        lambda X, y: (X, np.eye(3)[y][:9]),
        "inconsistent numbers of samples",
    ),
    "negative soft labels": (
        lambda X, y: (X, 2 * np.eye(3)[y] - 1 / 3),
        "distribution over 3 classes",
    ),
    "soft labels with NaN": (
        lambda X, y: (X, np.where(np.eye(3)[y] > 0, np.nan, 0)),
        "Row 0 of y holds NaN",
    ),
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
    "lr": ({"lr": 0.0}, "lr=0.0 is out of range"),
    "lr type": ({"lr": "fast"}, "lr='fast' is out of range"),
    "epochs": ({"max_epochs": 0}, "max_epochs=0 is out of range"),
    "batch size": ({"batch_size": 0}, "batch_size=0 is out"),
    "weight decay": ({"weight_decay": -1.0}, "weight_decay=-1.0 is out"),
    "fraction": ({"validation_fraction": 1.0}, "validation_fraction=1.0 is out"),
    "patience": ({"n_iter_no_change": 0}, "n_iter_no_change=0 is out"),
    "epochs' name": ({"max_epochs": "atuo"}, "did you mean 'auto'"),
    "device": ({"device": "gpu"}, "device='gpu' is not a device"),
    "class weight": ({"class_weight": {0: -1.0}}, "class_weight holds .* negative"),
    "no class weight": ({"class_weight": {0: 0, 1: 0, 2: 0}}, "class_weight is zero"),
    "class weight's name": (
        {"class_weight": {7: 2.0}},
        r"names 7, which is no class of y\. There are: 0, 1, 2",
    ),
    "class weight type": ({"class_weight": "blanced"}, "must be a dict"),
    "squeezing module": (
        {"module": lambda: nn.Sequential(nn.Linear(5, 3), Squeeze())},
        r"shape \(3,\), but y has 3 classes: expected \(1, 3\)",
    ),
    "module": ({"module": 3}, "neither a torch module"),
    "module that needs more": (
        {"module": lambda width: nn.Linear(5, width)},
        "needs 'width', and nobody gave it: set module__width, or ask for some of: X",
    ),
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
