"""Sparse tables stay sparse in networks that begin with a linear layer."""

import numpy as np
import pytest
import torch
from helpers import small
from numpy.testing import assert_allclose
from scipy import sparse
from skorch.callbacks import Callback, GradientNormClipping
from torch import nn

from sknoisy import CoTeachingClassifier, NoisyLabelClassifier
from sknoisy._engine import sparse_rows
from sknoisy._engine.batches import ArrayDataset
from sknoisy._engine.sparse_rows import SparseRows


@pytest.fixture(scope="module")
def words():
    """Counts of words, of which a text has few; two words each tell a class."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    counts = rng.poisson(0.1, size=(300, 60)) + 2 * np.eye(3, 60)[y]
    return sparse.csr_matrix(counts.astype(np.float32)), y


@pytest.fixture
def shown(monkeypatch):
    """Numbers of rows of the sparse batches that networks were shown."""
    sizes = []
    through = SparseRows.through

    def noted(self, network):
        sizes.append(len(self))
        return through(self, network)

    monkeypatch.setattr(SparseRows, "through", noted)
    return sizes


def network(**options):
    given = {"max_epochs": 4, "lr": 0.02, "module__input_dropout": 0.0}
    return small(**{**given, **options})


def never(monkeypatch):
    """Let every batch be made dense, as if nothing were known of sparse rows."""
    monkeypatch.setattr(sparse_rows, "starts_linear", lambda network: False)


class Skips(nn.Module):
    def __init__(self, n_features, n_classes):
        super().__init__()
        self.out = nn.Linear(n_features, n_classes)

    def forward(self, x):
        return self.out(x)


CASES = {
    "plain": {},
    "float64": {"dtype": "float64"},
    "accumulate": {"accumulate": 3, "batch_size": 20},
    "clipped": {"callbacks": [GradientNormClipping(0.1)]},
    "held out": {"validation_fraction": 0.2},
    "elr": {"method": "elr"},
    "sgd": {"optimizer": "sgd", "optimizer__momentum": 0.9},
}


@pytest.mark.parametrize("name", CASES)
def test_a_fit_is_that_of_dense_batches(name, words, shown, monkeypatch):
    options = CASES[name]
    X, y = words
    ours = network(**options).fit(X, y).predict_proba(X)
    assert shown
    shown.clear()
    never(monkeypatch)
    dense = network(**options).fit(X, y).predict_proba(X)
    assert not shown
    assert_allclose(ours, dense, atol=1e-5)


def test_two_networks_are_those_of_dense_batches(words, shown, monkeypatch):
    X, y = words
    options = {"max_epochs": 4, "module__input_dropout": 0.0, "random_state": 0}
    options |= {"module__hidden": 16, "lr": 0.02}
    ours = CoTeachingClassifier(**options).fit(X, y).predict_proba(X)
    assert shown
    never(monkeypatch)
    dense = CoTeachingClassifier(**options).fit(X, y).predict_proba(X)
    assert_allclose(ours, dense, atol=1e-4)


def test_dropout_of_features_leaves_out_as_many(words):
    X, _ = words
    clf = network(max_epochs=1, module__input_dropout=0.4).fit(X, words[1])
    layer = clf.net_.module_[0][1]
    rows = SparseRows(X, {})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kept = [(layer.train()(rows.values) != 0).float().mean() for _ in range(30)]
    assert abs(float(np.mean(kept)) - 0.6) < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_with_dropout_is_that_of_dense_batches(seed, words, monkeypatch):
    X, y = words
    options = {"max_epochs": 30, "module__input_dropout": 0.4, "random_state": seed}
    ours = network(**options).fit(X, y).score(X, y)
    never(monkeypatch)
    assert ours >= network(**options).fit(X, y).score(X, y) - 0.02


class Watches(Callback):
    def on_batch_end(self, net, batch=None, training=None, **kwargs):
        assert isinstance(batch[0][0], torch.Tensor)


@pytest.mark.parametrize(
    "options",
    [
        {"module": Skips, "module__hidden": None},
        {"mixup": 1.0},
        {"augment": lambda batch: batch},
        {"callbacks": [Watches()]},
        {"precision": "bf16"},
    ],
)
def test_what_looks_at_features_gets_dense_ones(options, words, shown):
    options = dict(options)
    if "module" in options:
        clf = NoisyLabelClassifier(options["module"], max_epochs=1, random_state=0)
    else:
        clf = network(**{**options, "max_epochs": 1})
    clf.fit(*words)
    if "callbacks" not in options and "mixup" not in options:
        assert not shown


def test_no_batch_is_made_dense_and_no_gradient_anew(words, monkeypatch):
    """Counted, not timed: what a step of 50,000 columns would spend itself on."""
    X, y = words
    dense_rows, gradients = [], []
    toarray = sparse.csr_matrix.toarray

    def counted(self, *args, **kwargs):
        dense_rows.append(self.shape[0])
        return toarray(self, *args, **kwargs)

    zeros_like = torch.zeros_like

    def noted(like, *args, **kwargs):
        gradients.append(tuple(like.shape))
        return zeros_like(like, *args, **kwargs)

    monkeypatch.setattr(sparse.csr_matrix, "toarray", counted)
    monkeypatch.setattr(sparse_rows.torch, "zeros_like", noted)
    clf = network(max_epochs=5, batch_size=50).fit(X, y)
    assert sum(dense_rows) <= 10  # two rows, on which the network is tried
    first = next(p for p in clf.net_.module_.parameters() if p.shape[1:] == (60,))
    # the gradient, once; and the two averages of AdamW
    assert gradients.count(tuple(first.shape)) <= 3
    assert first.grad is not None


def test_gradients_of_columns_that_a_batch_lacks_are_zero():
    linear = nn.Linear(6, 2)
    X = sparse.csr_matrix(np.eye(6, dtype=np.float32))
    gradients: dict = {}
    dataset = ArrayDataset(X)
    dataset.show = lambda rows: SparseRows(rows, gradients)
    network = nn.Sequential(linear)
    for rows in ([0, 1], [2, 3], [3, 5]):
        linear.weight.grad = None
        dataset.features(torch.tensor(rows)).through(network).sum().backward()
        wanted = np.zeros(6)
        wanted[rows] = 1
        assert_allclose(linear.weight.grad.numpy(), [wanted, wanted])
    dataset.features(torch.tensor([0])).through(network).sum().backward()
    assert_allclose(linear.weight.grad[0].numpy(), [1, 0, 0, 1, 0, 1])
    linear.weight.grad = None
    dataset.features(torch.tensor([4])).through(network).sum().backward()
    assert_allclose(linear.weight.grad[0].numpy(), [0, 0, 0, 0, 1, 0])
