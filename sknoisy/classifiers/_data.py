"""What a classifier's desk does to data before the engine sees them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from skorch.dataset import Dataset as Pairs

from sknoisy._engine import ArrayDataset
from sknoisy._engine.intake import Reader
from sknoisy._engine.networks import is_one_tensor
from sknoisy._features import feature_statistics
from sknoisy._labels import encode_checked
from sknoisy._samples import Columns, Samples, as_samples
from sknoisy._shown import shown
from sknoisy._tensors import as_tensor
from sknoisy._weights import with_class_weight, without_absent
from sknoisy.classifiers._inputs import input_shape_of

LOOKED_AT = 256  # samples, to know what features are like


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
    unlabeled: object = None

    @cached_property
    def facts(self):
        """What a module or an objective may ask for by name."""
        shape, (mean, scale) = shape_and_statistics(self.X, self.sample_weight)
        tensors = {
            "soft_labels": self.soft_labels,
            "sample_weight": self.sample_weight,
            "feature_mean": mean,
            "feature_scale": scale,
        }
        return {
            "X": self.X,
            "n_samples": len(self.codes),
            "classes": self.classes,
            "n_classes": len(self.classes),
            "n_features": n_features_of(shape),
            "input_shape": shape,
            "labels": as_tensor(self.codes),
            "unlabeled_rows": (
                None if self.unlabeled is None else ArrayDataset(self.unlabeled)
            ),
            **{
                name: None if array is None else as_tensor(array, self.dtype)
                for name, array in tensors.items()
            },
        }

    @property
    def dataset(self):
        """The data as the engine takes them."""
        return ArrayDataset(self.X, self.codes)

    def split(self, fraction, random_state, train_split=None):
        """Return the datasets for training and validation; stratified if possible."""
        dataset = self.dataset
        if train_split is not None:
            return split_by(train_split, dataset, self.classes)
        if fraction is None:
            return dataset, None
        rows = np.arange(len(self.codes))
        counts = np.bincount(self.codes)
        counts = counts[counts > 0]  # a class of weight zero has no samples
        n_held_out = int(np.ceil(fraction * len(rows)))
        if n_held_out == len(rows):
            raise ValueError(
                f"validation_fraction={fraction} of {len(rows)} samples leaves none to"
                " train on: lower it."
            )
        enough = (
            counts.min() > 1 and n_held_out >= len(counts) <= len(rows) - n_held_out
        )
        train, valid = train_test_split(
            rows,
            test_size=n_held_out,
            random_state=random_state,
            stratify=self.codes if enough else None,
        )
        return dataset.subset(np.sort(train)), dataset.subset(np.sort(valid))

    def as_given(self, values):
        """Return one of an objective's findings, with NaN for samples left out here."""
        aligned = np.full((self.n_given, *values.shape[1:]), np.nan)
        aligned[self.rows] = values.detach().cpu().numpy()
        return aligned


def split_by(train_split, dataset, classes):
    """Return what a function of the user's makes of the data: to train and validate."""
    parts = train_split(dataset, dataset.y)
    if not isinstance(parts, tuple | list) or len(parts) != 2:
        raise TypeError(
            f"train_split gave {shown(parts)}: expected two data sets, one to train on"
            " and one to validate on, or None."
        )
    train, valid = (as_dataset(part, dataset, classes) for part in parts)
    if train is None or train.X is not dataset.X:
        raise ValueError(
            "train_split gave other samples to train on than X: choose among these, as"
            " skorch's ValidSplit does, or leave them, as predefined_split does."
        )
    return train, valid


def as_dataset(part: Any, whole: ArrayDataset, classes):
    """Return a part of the training data, or samples from elsewhere, for the engine."""
    if part is None or isinstance(part, ArrayDataset):
        return part
    if getattr(part, "dataset", None) is whole and hasattr(part, "indices"):
        return whole.subset(whole.rows[torch.as_tensor(np.asarray(part.indices))])
    if type(part) is Pairs:
        X, y = as_samples(part.X), part.y
        X = np.asarray(part.X) if X is None else X
    else:
        X = as_samples(part)
        y = None if X is None else X.labels()
    if X is None or y is None:
        raise TypeError(
            f"train_split gave {shown(part)} to validate on: expected a data set whose"
            " samples are pairs of features and label."
        )
    strangers = np.setdiff1d(np.asarray(y), classes)
    if strangers.size:
        raise ValueError(
            f"The data to validate on hold labels that y doesn't: {strangers}."
        )
    return ArrayDataset(X, np.searchsorted(classes, np.asarray(y)))


def shape_and_statistics(X, sample_weight):
    """Return the shape of one sample, and the mean and scale of features.

    Of samples that are read some have to do, spread over all of them; several inputs,
    integers and samples of different size are left as they are.
    """
    if not isinstance(X, Samples | Columns):
        return tuple(X.shape[1:]), feature_statistics(X, sample_weight)
    if isinstance(X, Samples) and X.collate_fn is None:
        few = np.unique(np.linspace(0, len(X) - 1, LOOKED_AT).astype(int))
        seen = Reader(X).read(few)
        whole = not torch.is_tensor(seen) or seen.dtype in (torch.int32, torch.int64)
        if not whole and seen.ndim > 1:
            return tuple(seen.shape[1:]), feature_statistics(seen.numpy())
    return input_shape_of(X), (np.zeros(()), np.ones(()))


def n_features_of(shape):
    """Return how many numbers a sample has, where it is one tensor."""
    return int(np.prod(shape)) if is_one_tensor(shape) else None


def make_training_data(X, y, weight, *, class_weight, classes, dtype, missing):
    """Encode labels, fold class weights into weights and drop what weighs nothing.

    Parameters
    ----------
    X, y, weight : checked arrays; `weight` may be None
        Labels (n_samples,), or distributions over classes (n_samples, n_classes).

    class_weight : dict, "balanced" or None

    classes : ndarray or None
        Every class there is; None means those found in `y`.

    dtype : torch.dtype

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
        X, y, rows, weight = without_absent(X, y, rows, weight=weight)
        places = {"rows": rows, "n_given": n_given}
        return _soft_training_data(X, y, weight, class_weight, classes, dtype, places)
    found, codes = encode_checked(y)  # all: one whose samples weigh nothing is a class
    X, codes, rows, weight = without_absent(X, codes, rows, weight=weight)
    known = found if classes is None else np.unique(classes)
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


def _soft_training_data(X, y, weight, class_weight, classes, dtype, places):
    if class_weight is not None:
        raise ValueError(
            f"class_weight={shown(class_weight)} has no effect on soft labels:"
            " multiply it into y, or pass sample_weight."
        )
    numbers = np.arange(y.shape[1])
    if classes is not None and not np.array_equal(np.unique(classes), numbers):
        raise ValueError(
            f"classes={np.unique(classes)}, but soft labels with {y.shape[1]} columns"
            f" have the classes 0 to {y.shape[1] - 1}."
        )
    codes = y.argmax(axis=1)
    return TrainingData(X, codes, numbers, weight, dtype, **places, soft_labels=y)


def _positions(labels, classes):
    """Return where each of the sorted `labels` stands in `classes`."""
    strangers = np.setdiff1d(labels, classes)
    if strangers.size:
        raise ValueError(
            f"y contains labels that are not in classes: {strangers}. The first call"
            " of partial_fit must name every class, in `classes`."
        )
    return np.searchsorted(classes, labels)
