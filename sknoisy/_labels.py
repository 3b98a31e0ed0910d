"""Labels: one a sample, or a distribution over classes; none of them missing."""

import numpy as np
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from sknoisy._arrays import as_numpy
from sknoisy._probs import check_probs


def require(y, owner):
    """Return `y`, or say that `owner`, an estimator, can't do without."""
    if y is None:
        raise ValueError(
            f"{type(owner).__name__} requires y to be passed, but the target y is None."
        )
    return y


def require_labels(y, owner):
    """Return `y` as an array of labels, or say that there are none."""
    return check_labels(check_finite(require(y, owner)))


def check_labels(y):
    """Return `y` as a 1-d array of class labels, none of them missing."""
    y = column_or_1d(as_numpy(y), warn=True)
    check_present(y)
    if y.dtype.kind == "f" and np.isinf(y).any():
        raise ValueError("y contains infinity, which is no label.")
    if y.dtype.kind == "O":
        _check_one_kind(y)
    check_classification_targets(y)
    return y


def encode_labels(y):
    """Return the sorted classes of `y` and the codes 0…c−1 of its labels."""
    return np.unique(check_labels(y), return_inverse=True)


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
    y = np.asarray(as_numpy(y))
    if y.dtype.kind == "f":
        assert_all_finite(y, allow_nan=True, input_name="y")
    return y


def is_soft(y):
    """Whether `y` holds a distribution over classes per sample, not one label."""
    shape = np.asarray(as_numpy(y)).shape
    return len(shape) == 2 and shape[1] > 1


def check_soft_labels(y):
    """Return `y`, one distribution over classes per row, as a float64 array."""
    shape = np.shape(y)
    hint = (
        f" y has shape {shape}, so that each row should be a distribution over"
        f" {shape[1]} classes. Or pass one label a sample."
    )
    return check_probs(y, name="y", hint=hint)


def check_present(y):
    """Say so if labels are missing: NaN, None or pandas.NA."""
    missing = np.flatnonzero(_is_missing(np.asarray(as_numpy(y))))
    if missing.size:
        raise ValueError(
            f"y contains {missing.size} missing labels (NaN or None), the first at"
            f" position {missing[0]}. Drop those samples, or give them a label."
        )


def _check_one_kind(y):
    kinds = {isinstance(label, str): type(label).__name__ for label in y}
    if len(kinds) > 1:
        raise TypeError(
            f"y mixes labels of types {sorted(kinds.values())}: convert them to one"
            " type, e.g. with y.astype(str)."
        )


def _is_missing(y):
    if y.dtype.kind == "f":
        return np.isnan(y)
    if y.dtype.kind == "O" and y.ndim == 1:  # NaN alone differs from itself
        return np.array([v is None or _differs_from_itself(v) for v in y], dtype=bool)
    return np.zeros(y.shape, dtype=bool)


def _differs_from_itself(value):
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA refuses to say, which says enough
        return True
