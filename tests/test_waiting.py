"""How often a step would let a GPU wait for the CPU: never, whatever the method.

On a CPU nothing waits, so what would is counted: see `sync_helpers`. Two things are
left out, which don't wait there: shares of mixtures, which are drawn on the CPU, and
the look that ``one_hot`` takes at labels on a CPU alone.
"""

import numpy as np
import pytest
import torch
from sync_helpers import Waits, waits_per_batch

from sknoisy import NoisyLabelClassifier
from sknoisy._engine.batches import _fits
from sknoisy.classifiers import METHODS

rng = np.random.default_rng(0)
X = rng.normal(size=(112, 6)).astype("float32")
y = (X[:, 0] + rng.normal(scale=0.5, size=112) > 0).astype(int)
FAST = {"max_epochs": 4, "module__hidden": 4, "random_state": 0}


def blind_one_hot(labels, num_classes):
    """Return what ``one_hot`` does, without a look at the labels."""
    empty = labels.new_zeros(*labels.shape, num_classes)
    return empty.scatter_(-1, labels.unsqueeze(-1), 1)


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.nn.functional, "one_hot", blind_one_hot)
    monkeypatch.setattr("sknoisy.objectives._self_correction.one_hot", blind_one_hot)
    drawn = torch.randperm
    mix = "_disc", "_divide_mix", "_dynamic_bootstrapping", "_elr_plus", "_promix"
    for module in ("_mixup", *mix):
        monkeypatch.setattr(
            f"sknoisy.objectives.{module}.draw_mixture",
            lambda alpha, labels: (0.7, drawn(len(labels))),
        )


@pytest.mark.parametrize(
    "options",
    [{"method": name} for name in METHODS]
    + [
        {"mixup": 1.0},
        {"precision": "bf16"},
        {"accumulate": 2},
        {"method": "divide_mix", "method__rejected": "fixmatch"},
        {"class_weight": "balanced"},
    ],
    ids=str,
)
def test_no_batch_waits(options, as_on_a_gpu):
    def fit(n_batches):
        size = -(-len(X) // n_batches)
        NoisyLabelClassifier(batch_size=size, **FAST, **options).fit(X, y)

    assert waits_per_batch(fit) == {}


def test_memory_that_torch_keeps_for_later_counts_as_free(monkeypatch):
    free, kept, used = 1000, 600, 100
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free, 4000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: kept + used)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: used)
    assert _fits(torch.empty(799, dtype=torch.uint8), "cuda")
    assert not _fits(torch.empty(800, dtype=torch.uint8), "cuda")


def test_what_waits_is_counted():
    values = torch.tensor([1.0, 2.0, 0.0])
    with Waits() as waits:
        float(values[0])
        values[values > 1]
        values.nonzero()
        values.add(1).sum()
    assert waits.found == {"item() or float()": 1, "index by a mask": 1, "nonzero()": 1}
