"""What a classifier's desk does to data before the engine sees them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from sknoisy._engine import ArrayDataset
from sknoisy._engine.looks import mean_and_scale, shape_of_one, size_of_one
from sknoisy._labels import encode_checked
from sknoisy._shown import shown
from sknoisy._tensors import as_tensor
from sknoisy._weights import with_class_weight, without_absent


@dataclass
class TrainingData:
    """Checked features, labels as codes and weights, and the facts about them.

    `rows` are the places that these samples had among the `n_given` of X as given;
    `unlabeled` holds the features of samples without a label, for methods that ask.
    """

    X: Any
    codes: np.ndarray
    classes: np.ndarray
    sample_weight: np.ndarray | None
    dtype: torch.dtype
    rows: np.ndarray
    n_given: int
    soft_labels: np.ndarray | None = None
    unlabeled: Any = None

    @cached_property
    def facts(self):
        """What a module or an objective may ask for by name."""
        shape = shape_of_one(self.X)
        n_features = size_of_one(shape)
        mean, scale = mean_and_scale(self.X, self.sample_weight)
        others = self.unlabeled
        facts = {
            "X": self.X,
            "n_samples": len(self.codes),
            "classes": self.classes,
            "n_classes": len(self.classes),
            "n_features": n_features,
            "input_shape": shape,
            "labels": as_tensor(self.codes),
            "unlabeled_rows": None if others is None else ArrayDataset(others),
            "soft_labels": self.soft_labels,
            "sample_weight": self.sample_weight,
            "feature_mean": mean,
            "feature_scale": scale,
        }
        for name in ("soft_labels", "sample_weight", "feature_mean", "feature_scale"):
            if facts[name] is not None:
                facts[name] = as_tensor(facts[name], self.dtype)
        return facts

    @cached_property
    def dataset(self):
        """The data as the engine takes them."""
        return ArrayDataset(self.X, self.codes)

    def as_given(self, values):
        """Return one of an objective's findings, with NaN for samples left out here."""
        aligned = np.full((self.n_given, *values.shape[1:]), np.nan)
        aligned[self.rows] = values.detach().cpu().numpy()
        return aligned


def make_training_data(X, y, weight, dtype, *, class_weight, classes, missing):
    """Encode labels, fold class weights into weights and drop what weighs nothing.

    Parameters
    ----------
    X, y, weight : checked arrays; `weight` may be None
        Labels (n_samples,), or distributions over classes (n_samples, n_classes).

    dtype : torch.dtype

    class_weight : dict, "balanced" or None

    classes : ndarray or None
        Every class there is; None means those found in `y`.

    missing : ndarray of bool
        Which samples have no label; empty where all have one.
    """
    n_given, rows, unlabeled = len(y), np.arange(len(y)), None
    if missing.any():
        there = missing if weight is None else missing & (weight > 0)
        unlabeled = X[there] if there.any() else None
        X, y, rows = X[~missing], y[~missing], rows[~missing]
        weight = None if weight is None else weight[~missing]
    if y.ndim == 2:
        known = _classes_of_soft_labels(y.shape[1], class_weight, classes)
        X, y, rows, weight = without_absent(X, y, rows, weight=weight)
        parts = X, y.argmax(axis=1), known, weight, dtype, rows, n_given
        return TrainingData(*parts, soft_labels=y)
    found, codes = encode_checked(y)  # all: one whose samples weigh nothing is a class
    X, codes, rows, weight = without_absent(X, codes, rows, weight=weight)
    known = found
    if classes is not None:
        known = np.unique(classes)
        codes = _positions(found[codes], known)
    if class_weight is not None:
        weight = with_class_weight(class_weight, known, codes, weight)
        X, codes, rows, weight = without_absent(X, codes, rows, weight=weight)
    there = known[np.unique(codes)] if classes is None else known
    if len(there) < 2:
        where = " where sample_weight and class_weight aren't zero"
        where = " where there are labels" if missing.any() else where
        raise ValueError(
            "A classifier can't train on one class:"
            f"{where if len(codes) < n_given else ''} y holds nothing but"
            f" {there.tolist()[0]!r}."
        )
    parts = X, codes, known, weight, dtype, rows, n_given
    return TrainingData(*parts, unlabeled=unlabeled)


def _classes_of_soft_labels(n_classes, class_weight, classes):
    if class_weight is not None:
        raise ValueError(
            f"class_weight={shown(class_weight)} has no effect on soft labels:"
            " multiply it into y, or pass sample_weight."
        )
    numbers = np.arange(n_classes)
    if classes is not None and not np.array_equal(np.unique(classes), numbers):
        raise ValueError(
            f"classes={np.unique(classes)}, but soft labels with {n_classes} columns"
            f" have the classes 0 to {n_classes - 1}."
        )
    return numbers


def _positions(labels, classes):
    """Return where each of the sorted `labels` stands in `classes`."""
    strangers = np.setdiff1d(labels, classes)
    if strangers.size:
        raise ValueError(
            f"y contains labels that are not in classes: {strangers}. The first call"
            " of partial_fit must name every class, in `classes`."
        )
    return np.searchsorted(classes, labels)
