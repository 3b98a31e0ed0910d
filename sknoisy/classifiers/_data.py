"""What a classifier's desk does to data before the engine sees them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from scipy import sparse
from sklearn.model_selection import train_test_split
from sklearn.utils.sparsefuncs import mean_variance_axis

from sknoisy._engine import ArrayDataset
from sknoisy._labels import encode_labels
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown
from sknoisy._tensors import as_tensor
from sknoisy._weights import check_weights

BLOCK = 2048  # rows


@dataclass
class TrainingData:
    """Checked features, labels as codes and weights, and the facts about them.

    `rows` are the places that these samples had among the `n_given` of X as given.
    """

    X: object
    codes: np.ndarray
    classes: np.ndarray
    sample_weight: np.ndarray | None
    dtype: torch.dtype
    rows: np.ndarray
    n_given: int
    soft_labels: np.ndarray | None = None

    @cached_property
    def facts(self):
        """What a module or an objective may ask for by name."""
        mean, scale = feature_statistics(self.X, self.sample_weight)
        weight, soft = self.sample_weight, self.soft_labels
        return {
            "X": self.X,
            "n_samples": len(self.codes),
            "classes": self.classes,
            "n_classes": len(self.classes),
            "n_features": int(np.prod(self.X.shape[1:])),
            "input_shape": tuple(self.X.shape[1:]),
            "labels": as_tensor(self.codes),
            "soft_labels": None if soft is None else self._tensor(soft),
            "sample_weight": None if weight is None else self._tensor(weight),
            "feature_mean": None if mean is None else self._tensor(mean),
            "feature_scale": self._tensor(scale),
        }

    @property
    def dataset(self):
        """The data as the engine takes them."""
        return ArrayDataset(self.X, self.codes)

    def split(self, fraction, random_state):
        """Return the datasets for training and validation; stratified if possible."""
        dataset = self.dataset
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

    def _tensor(self, array):
        return as_tensor(array, self.dtype)


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
    n_given, rows = len(y), np.arange(len(y))
    if missing.any():
        X, y, rows = X[~missing], y[~missing], rows[~missing]
        weight = None if weight is None else weight[~missing]
    if y.ndim == 2:
        X, y, rows, weight = without_absent(X, y, rows, weight=weight)
        places = {"rows": rows, "n_given": n_given}
        return _soft_training_data(X, y, weight, class_weight, classes, dtype, places)
    found, codes = encode_labels(y)  # all: one whose samples weigh nothing is a class
    X, codes, rows, weight = without_absent(X, codes, rows, weight=weight)
    known = found if classes is None else np.unique(classes)
    codes = _positions(found[codes], known)
    if class_weight is not None:
        weight = _with_class_weight(class_weight, known, codes, weight)
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
    return TrainingData(X, codes, known, weight, dtype, rows, n_given)


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


def without_absent(*arrays, weight):
    """Return the rows of `arrays`, and of `weight`, whose weight isn't zero."""
    if weight is None or weight.all():
        return *arrays, weight
    present = weight > 0
    return *(array[present] for array in arrays), weight[present]


def _with_class_weight(class_weight, classes, codes, weight):
    """Return the weights of samples, or none, times those of their classes."""
    weight = np.ones(len(codes)) if weight is None else weight
    by_class = weights_by_class(class_weight, classes, codes, weight)
    return check_weights(weight * by_class[codes], len(codes), name="class_weight")


def weights_by_class(class_weight, classes, codes, weight):
    """Return what each class weighs, (n_classes,), by `class_weight`.

    "balanced" gives all classes that are there the same sum of weights: it counts
    samples by their `weight`, so that 2 is the same as twice.
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        sums = np.bincount(codes, weight, minlength=len(classes))
        there = sums > 0
        return np.divide(sums.sum() / there.sum(), sums, out=sums, where=there)
    if not hasattr(class_weight, "get"):
        raise ValueError(
            f"class_weight={shown(class_weight)} must be a dict {{class: weight}},"
            " 'balanced' or None."
        )
    _check_named(class_weight, classes.tolist())
    by_class = [class_weight.get(label, 1.0) for label in classes.tolist()]
    return np.asarray(by_class, dtype=np.float64)


def _check_named(class_weight, known):
    """Say so if a weight names no class, unless all classes have one, too."""
    strangers = [name for name in class_weight if name not in known]
    if strangers and not set(known) <= set(class_weight):
        hint = did_you_mean(strangers[0], [k for k in known if isinstance(k, str)])
        raise ValueError(
            f"class_weight names {strangers[0]!r}, which is no class of"
            f" y{';' if hint else '.'}{hint} There are: {str(known)[1:-1]}."
        )


def feature_statistics(X, sample_weight=None):
    """Return the mean and scale by which a network standardizes its input.

    Tables: one mean and standard deviation per feature. Images: one per channel.
    Sparse tables: no mean, since an absent word stays zero, and one scale for all
    features, the root mean square, since rare words would be blown up otherwise.
    """
    if sparse.issparse(X):
        if sample_weight is not None:  # scikit-learn 1.6 wants the type of X
            sample_weight = sample_weight.astype(X.dtype)
        means, variances = mean_variance_axis(X, axis=0, weights=sample_weight)
        return None, _nonzero(np.sqrt(np.mean(variances + means**2)))
    if X.ndim == 2:
        return _moments(X, sample_weight)
    pixels = X.reshape(len(X), -1, X.shape[3] if X.ndim == 4 else 1)
    means = pixels.mean(axis=1, dtype=np.float64)
    squares = np.einsum("npc,npc->nc", pixels, pixels, dtype=np.float64)
    mean = np.average(means, axis=0, weights=sample_weight)
    mean_square = np.average(squares / pixels.shape[1], axis=0, weights=sample_weight)
    return mean, _nonzero(np.sqrt(np.maximum(mean_square - mean**2, 0)))


def _moments(X, weight):
    # in blocks that stay in the cache, shifted so that no digit is lost: four times
    # as fast as StandardScaler, with the same result
    weight = np.ones(len(X)) if weight is None else weight
    shift = X[:BLOCK].mean(axis=0, dtype=np.float64)
    total, squares = np.zeros((2, X.shape[1]))
    for start in range(0, len(X), BLOCK):
        block = X[start : start + BLOCK] - shift
        total += weight[start : start + BLOCK] @ block
        squares += weight[start : start + BLOCK] @ np.square(block, out=block)
    mean = total / weight.sum()
    scale = np.sqrt(np.maximum(squares / weight.sum() - mean**2, 0))
    constant = scale <= 1e-13 * np.abs(shift + mean)  # nothing but rounding
    return shift + mean, _nonzero(np.where(constant, 0, scale))


def _nonzero(scale):
    # below the smallest normal float32, one over the scale would be infinite
    return np.where(scale > np.finfo(np.float32).tiny, scale, 1.0)
