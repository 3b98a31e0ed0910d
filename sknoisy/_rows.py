"""Rows of X, of fit parameters with one value a sample, and of tables of findings."""

import numpy as np
from sklearn.utils import _safe_indexing, indexable


def slim(places):
    """Return places among rows in half the memory, where they are numbers below 2³¹."""
    is_low = not len(places) or places.max() < 2**31
    return places.astype(np.int32) if is_low else places


def take(X, samples, n_samples):
    """Return samples of X; X itself where all are asked for, in order."""
    if np.array_equal(samples, np.arange(n_samples)):
        return X
    (indexable_X,) = indexable(X)  # not all sparse formats are, as they come
    return _safe_indexing(indexable_X, samples)


def cut_params(params, rows, n_samples):
    """Return `params` with those that have one value per sample cut to `rows`."""
    if np.array_equal(rows, np.arange(n_samples)):
        return dict(params)
    return {
        name: _safe_indexing(value, rows) if _is_per_sample(value, n_samples) else value
        for name, value in params.items()
    }


def _is_per_sample(value, n_samples):
    if isinstance(value, str | bytes | dict):
        return False
    n_rows = value.shape[:1] if hasattr(value, "shape") else (_length(value),)
    return tuple(n_rows) == (n_samples,)


def _length(value):
    return len(value) if hasattr(value, "__len__") else None


def records(columns):
    """Return columns of equal length as one structured array."""
    dtype = [(name, values.dtype) for name, values in columns.items()]
    table = np.empty(len(columns["index"]), dtype=dtype)
    for name, values in columns.items():
        table[name] = values
    return table
