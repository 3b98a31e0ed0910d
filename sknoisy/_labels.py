"""Labels: one a sample, or a distribution over classes; and where there is none."""

import numpy as np
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from sknoisy._arrays import as_numpy
from sknoisy._one_class_each import holds_quantities
from sknoisy._probs import check_probs
from sknoisy._shown import shown
from sknoisy._unlabeled import (
    as_labels,
    check_present,
    find_nothing,
    find_unlabeled,
    unboxed,
)


def require(y, owner):
    """Return `y`, or say that `owner`, an estimator, can't do without."""
    if y is None:
        raise ValueError(
            f"{type(owner).__name__} requires y to be passed, but the target y is None."
        )
    return y


def check_labels(y):
    """Return `y` as a 1-d array of class labels, none of them missing."""
    y = column_or_1d(as_labels(y), warn=True)
    check_present(find_nothing(y))
    return _check_kind(y)


def encode_labels(y):
    """Return the sorted classes of `y` and the codes 0…c−1 of its labels."""
    return np.unique(check_labels(y), return_inverse=True)


def encode_checked(y):
    """Return the same of an array of labels of which none is missing."""
    return np.unique(_check_kind(y), return_inverse=True)


def read_labels(y, unlabeled="auto", *, name="y", may_miss=False):
    """Return labels of which some may be missing, their classes, and codes.

    Parameters
    ----------
    y, unlabeled, name, may_miss : see `find_unlabeled`

    Returns
    -------
    y : ndarray of shape (n_samples,)
        The labels as they were given, marks of missing ones among them.

    classes : ndarray of shape (n_classes,)
        The labels that aren't missing, sorted.

    codes : ndarray of shape (n_samples,)
        0…c−1, and −1 where there is no label.
    """
    y = column_or_1d(as_labels(y), warn=True)
    missing = find_unlabeled(y, unlabeled, name=name, may_miss=may_miss)
    if not missing.any():
        y = _check_kind(y)
        return y, *np.unique(y, return_inverse=True)
    if missing.all():
        raise ValueError(
            f"{name} holds no label: unlabeled={unlabeled!r}, NaN, None, pandas.NA and"
            " '' stand for missing ones."
        )
    labels = np.array(y[~missing].tolist()) if y.dtype.kind == "O" else y[~missing]
    classes, found = np.unique(_check_kind(labels), return_inverse=True)
    codes = np.full(len(y), -1)
    codes[~missing] = found
    return y, classes, codes


def relabeled(y, codes, labels):
    """Return `y` with other `labels` where it has any, in a type that holds both."""
    found = np.empty(len(y), dtype=np.result_type(y.dtype, labels.dtype))
    found[:] = y
    found[codes >= 0] = labels
    return found


def filled(y, missing):
    """Return labels with the first of them in the place of missing ones."""
    y, missing = y.copy(), missing.reshape(y.shape)
    if missing.all():
        raise ValueError("y holds no label: there is nothing to learn from.")
    y[missing] = y[~missing][0]
    return np.array(y.tolist()) if y.dtype.kind == "O" else y


def labels_in(y, owner):
    """Return `y`, or the column numbers of one-hot rows, for `encode_labels`.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_classes)
        Labels, or one-hot rows (imbalanced-learn's one-vs-all target).

    owner : estimator
        Who asks, for the message.
    """
    rows = check_finite(require(y, owner))
    if rows.ndim < 2 or rows.shape[1] == 1:
        return y
    if is_one_hot(rows):
        return rows.argmax(axis=1)
    raise ValueError(
        f"y has shape {rows.shape}. Multilabel and multioutput targets are not"
        " supported: pass one label a sample, or one-hot rows."
    )


def is_one_hot(y):
    """Whether each row of `y` holds a single one, and zeros."""
    rows = np.asarray(as_numpy(y))
    return (
        rows.ndim == 2
        and rows.dtype.kind in "biuf"
        and bool(np.isin(rows, (0, 1)).all() and (rows.sum(axis=1) == 1).all())
    )


def check_finite(y):
    """Return `y` as an array, if no infinity is among its labels."""
    y = as_labels(y)
    if y.dtype.kind == "f":
        assert_all_finite(y, allow_nan=True, input_name="y")
    return y


def is_soft(y):
    """Whether `y` holds a distribution over classes per sample, not one label."""
    shape = y.shape if hasattr(y, "shape") else np.asarray(y).shape
    return len(shape) == 2 and shape[1] > 1


def check_soft_labels(y):
    """Return `y`, one distribution over classes per row, as a float64 array."""
    shape = np.asarray(y).shape
    hint = (
        f" y has shape {shape}, so that each row should be a distribution over"
        f" {shape[1]} classes. Or pass one label a sample."
    )
    return check_probs(y, name="y", hint=hint)


def _check_kind(y):
    """Return labels that are there, if they are of one kind and name classes."""
    y = unboxed(y)
    if y.dtype.kind == "f" and np.isinf(y).any():
        raise ValueError("y contains infinity, which is no label.")
    if y.dtype.kind == "O":
        _check_one_kind(y)
    with np.errstate(invalid="ignore"):  # of numbers beyond int64
        check_classification_targets(y)
    return y


def _check_one_kind(y):
    kinds = {isinstance(label, str): type(label).__name__ for label in y}
    if len(kinds) > 1:
        raise TypeError(
            f"y mixes labels of types {sorted(kinds.values())}: convert them to one"
            " type, e.g. with y.astype(str)."
        )
    if len(y) and False in kinds:
        raise TypeError(
            f"y holds labels of the type {kinds[False]}, such as {shown(y.ravel()[0])}:"
            " convert them to text or whole numbers, e.g. with y.astype(str)."
        )


def check_names_classes(y, who):
    """Say so if labels are quantities: floats, nearly as many as there are samples."""
    if y.dtype.kind == "f" and holds_quantities(y[~np.isnan(y)]):
        n = len(np.unique(y[~np.isnan(y)]))
        raise ValueError(
            f"y holds quantities ({n:,} different numbers in {len(y):,} samples, such"
            f" as {y[0]}), but {type(who).__name__} looks for labels that should be"
            " another class. Make classes of them, as pandas.cut does; if these numbers"
            " name classes, pass y.astype(int)."
        )


def check_several(classes, who):
    """Say so if there is no other class that a label could have been."""
    if len(classes) < 2:
        raise ValueError(
            f"y holds only one class, {classes.tolist()}: {type(who).__name__} finds"
            " labels that should be another one."
        )
