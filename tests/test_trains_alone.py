"""Fits that don't train together with others are told of once, with the reason."""

import warnings

import numpy as np
import pytest
from lockstep_helpers import CV, network, pipeline
from scipy import sparse
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from torch import nn

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier
from sknoisy._engine import fits
from sknoisy.exceptions import TrainsAloneWarning
from sknoisy.model_selection import batched_cross_val_predict
from sknoisy.modules import LeNet5
from sknoisy.optimizers import SAM


class Centers(nn.Module):
    """Compares samples with their batch."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.inner = nn.Linear(n_features, n_features)
        self.out = nn.Linear(n_features, n_classes)

    def forward(self, x):
        return self.out(self.inner(x) - x.mean(dim=0))


def frozen(n_features, n_classes):
    network = nn.Sequential(nn.Linear(n_features, 8), nn.Linear(8, n_classes))
    network[0].requires_grad_(False)
    return network


def of_probabilities(n_features, n_classes):
    return nn.Sequential(nn.Linear(n_features, n_classes), nn.Softmax(dim=1))


def sparse_table(X, y):
    return sparse.csr_matrix(np.maximum(X, 0)), y


# grid, and what is said of its fits
REASONS = {
    "accumulate": ({"accumulate": [2]}, "accumulate=2"),
    "callbacks": ({"callbacks__print_log": [None]}, r"callbacks__\* are set"),
    "method": ({"method": ["elr"]}, "method='elr' looks at more than single samples"),
    "mixup": ({"mixup": [1.0]}, "mixup=1.0"),
    "module": ({"loss": [nn.CrossEntropyLoss(reduction="none")]}, "loss=.* a module"),
    "optimizer": ({"optimizer": [SAM]}, "optimizer=.*SAM.* looks at more than one"),
    "alone": ({"module__hidden": [4, 5]}, "no other fit has a network of its shape"),
}


def search(estimator, grid, cv=2, **options):
    return BatchedGridSearchCV(estimator, grid, cv=cv, refit=False, **options)


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_is_told(name, table):
    grid, reason = REASONS[name]
    cv = [(np.arange(100), np.arange(100, 150))] if name == "alone" else 2
    with pytest.warns(TrainsAloneWarning, match=rf"{reason}.* \(2\)\.") as told:
        search(network(max_epochs=1), {"lr": [0.01], **grid}, cv).fit(*table)
    assert len(told) == 1
    assert told[0].filename == __file__


@pytest.mark.parametrize(
    "module, reason",
    [
        (Centers, "draws at random, decides by values, mixes samples"),
        (of_probabilities, "its network gives probabilities"),
        (frozen, "parts of its network are frozen"),
    ],
)
def test_the_reason_is_told_of_networks(module, reason, table):
    net = NoisyLabelClassifier(module, max_epochs=1, random_state=0)
    with pytest.warns(TrainsAloneWarning, match=reason):
        search(net, {"lr": [0.01, 0.02]}).fit(*table)


def test_the_reason_is_told_of_sparse_features(table):
    with pytest.warns(TrainsAloneWarning, match="X is sparse"):
        search(network(), {"lr": [0.01]}).fit(*sparse_table(*table))


def test_the_reason_is_told_of_convolutions(images):
    net = NoisyLabelClassifier(LeNet5, max_epochs=1, device="cpu", random_state=0)
    with pytest.warns(TrainsAloneWarning, match="has a Conv2d, which isn't stacked"):
        search(net, {"lr": [0.01, 0.02]}).fit(*images)


def test_the_reason_is_told_of_large_networks(table, monkeypatch):
    monkeypatch.setattr(fits, "MEMORY", 1)
    with pytest.warns(TrainsAloneWarning, match="as large as its gain nothing"):
        search(network(), {"lr": [0.01, 0.02]}).fit(*table)


def test_the_reason_is_told_of_parameters_of_fit(table):
    X, y = table
    grid = {"net__lr": [0.01]}
    with pytest.warns(TrainsAloneWarning, match="fit gets net__sample_weight"):
        search(pipeline(), grid).fit(X, y, net__sample_weight=np.ones(len(y)))


def test_all_reasons_are_one_warning(table):
    grid = [
        {"loss": ["ce", "mae"]},
        {"accumulate": [2]},
        {"mixup": [1.0], "lr": [0.01, 0.1]},
    ]
    with pytest.warns(TrainsAloneWarning) as told:
        search(network(max_epochs=2), grid).fit(*table)
    (said,) = told
    assert str(said.message) == (
        "6 of 10 fits don't train together with others, but one after another, as in"
        " GridSearchCV. Why (fits): mixup=1.0 (4); accumulate=2 (2). Scores are the"
        " same; only time is lost."
    )


def test_another_estimator_and_predictions_out_of_fold(table):
    X, y = table
    other = LogisticRegression()
    with pytest.warns(TrainsAloneWarning, match="LogisticRegression trains by itself"):
        search(other, {"C": [0.1, 1.0]}, CV).fit(X, y)
    with pytest.warns(TrainsAloneWarning, match="labels are soft") as told:
        batched_cross_val_predict(network(), X, np.eye(3)[y], cv=KFold(3))
    assert told[0].filename == __file__


def test_who_has_an_error_tells_it_and_nothing_else_is_said(table):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        search(network(), {"loss": ["ce", "gse"]}).fit(*table)
    kinds = {one.category for one in told}
    assert FitFailedWarning in kinds and TrainsAloneWarning not in kinds


def test_nothing_is_said_where_all_train_together(table):
    search(network(), {"loss": ["ce", "gce"]}).fit(*table)  # warnings are errors
