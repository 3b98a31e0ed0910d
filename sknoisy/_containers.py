"""Labels back in the container that they came in."""

import numpy as np
from sklearn import get_config

from sknoisy._arrays import is_foreign, like


def labels_out(labels, y, classes):
    """Return `labels` in the container of `y`.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        What to return.

    y : array-like
        What the caller gave: lists, pandas and polars objects come back as such,
        one-hot rows as one-hot rows, everything else as an array;
        tensors as tensors under array-API dispatch.

    classes : ndarray of shape (n_classes,)
        The labels that went in. Where others came out, marks of missing ones, a
        Series can't keep its dtype: pandas would turn -1 into "-1", or drop it.
    """
    if np.ndim(y) == 2 and np.shape(y)[1] > 1:
        labels = _one_hot(labels, y)
    if is_foreign(y) and get_config()["array_api_dispatch"]:
        return like(labels, y)
    if isinstance(y, list):
        return labels.tolist()
    if hasattr(y, "iloc"):
        return _to_pandas(labels, y, classes)
    if type(y).__module__.startswith("polars"):
        return _to_polars(labels, y, classes)
    return labels


def _one_hot(labels, y):
    # by comparison, so that the mark of a missing label gives a row without a one
    columns = np.arange(np.shape(y)[1])
    return (labels[:, None] == columns).astype(np.asarray(y).dtype)


def _all_known(labels, classes):
    return set(labels.tolist()) <= set(classes)


def _to_pandas(labels, y, classes):
    if y.ndim == 2:
        rows = labels.reshape(len(labels), -1)
        return type(y)(rows, index=y.index, columns=y.columns)
    dtype = y.dtype if _all_known(labels, classes.tolist()) else labels.dtype
    return type(y)(labels, index=y.index, name=y.name, dtype=dtype)


def _to_polars(labels, y, classes):
    dtype = y.dtype
    if not _all_known(labels, {*classes.tolist(), None}):  # null fits everywhere
        import polars  # y is of it, so it is there

        dtype = polars.Object if labels.dtype == object else None
    return type(y)(y.name, labels.tolist(), dtype=dtype)
