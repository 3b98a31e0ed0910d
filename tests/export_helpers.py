"""Classifiers of every family, fitted in a moment."""

import warnings
from functools import partial

import numpy as np
import torch

from sknoisy import NoisyLabelClassifier, classifiers
from sknoisy.classifiers import METHODS

QUICK = {"max_epochs": 2, "lr": 2e-2, "batch_size": 64, "random_state": 0}
QUICK |= {"module__hidden": 8}
NAMED = {
    name: getattr(classifiers, name)
    for name in classifiers.__all__
    if isinstance(getattr(classifiers, name), type) and name != "NoisyLabelClassifier"
}
FAMILIES = [*sorted(METHODS), *sorted(NAMED)]


_fitted: dict = {}


def fitted(family, table):
    """Return a classifier of a method's or class's name, fitted on `table`."""
    if family not in _fitted:
        kind = NAMED.get(family) or partial(NoisyLabelClassifier, method=family)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of two epochs
            _fitted[family] = kind(**QUICK).fit(*table)
    return _fitted[family]


def said(module, X, dtype=torch.float32):
    """Return what a module says of an array."""
    with torch.inference_mode():
        return module(torch.as_tensor(np.asarray(X), dtype=dtype)).numpy()


class Squeezed(torch.nn.Module):
    """A network of a user's own, with a dropout and a normalization of torch's."""

    def __init__(self, n_features, n_classes, hidden=6):
        super().__init__()
        self.first = torch.nn.Linear(n_features, hidden)
        self.norm = torch.nn.BatchNorm1d(hidden)
        self.last = torch.nn.Linear(hidden, n_classes)

    def forward(self, features):
        hidden = torch.relu(self.norm(self.first(features)))
        return self.last(torch.nn.functional.dropout(hidden, 0.2, self.training))
