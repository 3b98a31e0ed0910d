"""From arrays to a table: which are features, which labels, and whether they fit."""

import numpy as np
from scipy.sparse import issparse

from sknoisy._labels import is_one_hot
from sknoisy._look_alikes import look_alikes
from sknoisy._one_class_each import check_one_class_each
from sknoisy._registry import did_you_mean
from sknoisy._table_errors import TableError, counted, listed
from sknoisy.tables._table import Table

__all__ = ["array_table"]

NAMES = ("y", "y_train", "labels", "label", "targets", "target")  # the first there is


def array_table(arrays, name, label, clean_label, notes):
    """Return the `Table` of named arrays, "X" or the only one of its shape first."""
    notes = list(notes)
    label = label or next((key for key in NAMES if key in arrays), "y")
    y = _labels(_array(arrays, label, name), label, notes)
    y_clean = None
    if clean_label is not None:
        y_clean = _labels(_array(arrays, clean_label, name), clean_label, notes)
    X = _array(arrays, _features_name(arrays, len(y)), name)
    _check_shapes(name, X, {label: y, clean_label: y_clean})
    known = _has_label(y, y_clean, notes)
    X, y, y_clean = X[known], y[known], None if y_clean is None else y_clean[known]
    for key, labels in ((label, y), (clean_label, y_clean)):
        if labels is not None and len(labels):
            check_one_class_each(labels, key, f"{name}: ")
    return Table(
        name=name,
        X=X,
        y=y,
        y_clean=y_clean,
        label=label,
        clean_label=clean_label,
        notes=notes + look_alikes(y, label),
        shown=X,
        rows=np.flatnonzero(known),
        groups=arrays["qid"][known] if "qid" in arrays else None,
    )


def _array(arrays, key, name):
    if key not in arrays:
        hint = did_you_mean(key, arrays)
        raise TableError(
            f"{name} has no array {key!r}{';' if hint else '.'}{hint} It has:"
            f" {listed(arrays)}."
        )
    array = arrays[key]
    return array if issparse(array) else np.atleast_1d(array)


def _labels(y, key, notes):
    """Return one label a sample, of columns of zeros and ones the place of the one."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "backslashreplace")
    if y.ndim == 2 and not issparse(y) and is_one_hot(y):
        notes.append(
            f"{key!r} has a column for each class, read as 0 to {y.shape[1] - 1}"
        )
        y = y.argmax(axis=1)
    return y


def _features_name(arrays, n_samples):
    """Return "X", or the name of the one array that could be it."""
    fits = [n for n, a in arrays.items() if a.ndim > 1 and a.shape[0] == n_samples]
    return fits[0] if "X" not in arrays and len(fits) == 1 else "X"


def _check_shapes(name, X, labels):
    if X.ndim < 2 or X.dtype.kind not in "biuf":
        raise TableError(
            f"{name}: X must hold numbers, a row for each sample, but its shape is"
            f" {X.shape} and its type {X.dtype}."
        )
    for label, y in labels.items():
        if y is not None and y.shape != (X.shape[0],):
            raise TableError(
                f"{name}: {label!r} has shape {y.shape}, but X has {X.shape[0]} rows:"
                f" expected ({X.shape[0]},)."
            )
    values = X.data if issparse(X) else X
    if np.isinf(values).any() or (
        (X.ndim > 2 or issparse(X)) and np.isnan(values).any()
    ):
        raise TableError(f"{name}: X holds infinite values, or images with gaps.")


def _has_label(y, y_clean, notes):
    known = ~_is_nan(y)
    if y_clean is not None:
        known &= ~_is_nan(y_clean)
    if not known.all():
        notes.append(f"{counted(int((~known).sum()), 'row')} without a label left out")
    return known


def _is_nan(y):
    return np.isnan(y) if y.dtype.kind == "f" else np.zeros(len(y), dtype=bool)
