"""Labels in and out: arrays inside, and the caller's own container outside."""

import numbers

import numpy as np
from sklearn.utils import assert_all_finite

from sknoisy._checks import encode_labels
from sknoisy._registry import did_you_mean


def labels_in(y, owner):
    """Return `y`, or the column numbers of one-hot rows, for `encode_labels`.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_classes)
        Labels, or one-hot rows (imbalanced-learn's one-vs-all target).

    owner : estimator
        Who asks, for the message.
    """
    if y is None:
        raise ValueError(
            f"{type(owner).__name__} requires y to be passed, but the target y is None."
        )
    rows = check_finite(y)
    if rows.ndim < 2 or rows.shape[1] == 1:
        return y
    if rows.ndim == 2 and np.isin(rows, (0, 1)).all() and (rows.sum(axis=1) == 1).all():
        return rows.argmax(axis=1)
    raise ValueError(
        f"y has shape {rows.shape}. Multilabel and multioutput targets are not"
        " supported: pass one label a sample, or one-hot rows."
    )


def check_finite(y):
    """Return `y` as an array, if no infinity is among its labels."""
    y = np.asarray(y)
    if y.dtype.kind == "f":
        assert_all_finite(y, allow_nan=True, input_name="y")
    return y


def labels_out(labels, y, classes):
    """Return `labels` in the container of `y`.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        What to return.

    y : array-like
        What the caller gave: lists, pandas and polars objects come back as such,
        one-hot rows as one-hot rows, everything else as an array.

    classes : ndarray of shape (n_classes,)
        The labels that went in. Where others came out, markers of missing ones, a
        Series can't keep its dtype: pandas would turn -1 into "-1", or drop it.
    """
    if np.ndim(y) == 2 and np.shape(y)[1] > 1:
        labels = _one_hot(labels, y)
    if isinstance(y, list):
        return labels.tolist()
    if hasattr(y, "iloc"):
        return _to_pandas(labels, y, classes)
    if type(y).__module__.startswith("polars"):
        return _to_polars(labels, y, classes)
    return labels


def encode_known(y, classes, owner):
    """Return the codes of labels that all stand in `classes`."""
    own, codes = encode_labels(labels_in(y, owner))
    known = {label: code for code, label in enumerate(classes.tolist())}
    unseen = [label for label in own.tolist() if label not in known]
    if unseen:
        raise ValueError(
            f"y contains labels that {type(owner).__name__} did not see in fit:"
            f" {unseen}. It knows {classes.tolist()}: fit it on all of them."
        )
    return np.array([known[label] for label in own.tolist()], dtype=int)[codes]


def codes_of_map(mapping, classes):
    """Return `mapping` between labels as a mapping between their codes."""
    known = {label: code for code, label in enumerate(classes.tolist())}
    for label in (*mapping, *mapping.values()):
        if label not in known:
            hint = did_you_mean(label, map(str, known))
            raise ValueError(
                f"mapping names the label {label!r}, which y doesn't contain"
                f"{';' if hint else '.'}{hint} Its labels are: {classes.tolist()}."
            )
    return {known[source]: known[target] for source, target in mapping.items()}


def with_marker(labels, where, marker):
    """Return `labels` with `marker` at `where`, in a dtype that can hold both."""
    numeric = labels.dtype.kind in "iuf" and isinstance(marker, numbers.Real)
    least = np.min_scalar_type(marker) if numeric else object
    marked = labels.astype(np.result_type(labels.dtype, least))
    marked[where] = marker
    return marked


def check_marker(marker, classes):
    """Return `marker`, or say that it is somebody's label."""
    if marker in classes.tolist():
        raise ValueError(
            f"marker={marker!r} is one of the labels of y, {classes.tolist()}: choose"
            " one that isn't, such as -1, None or float('nan')."
        )
    return marker


def _one_hot(labels, y):
    # by comparison, so that the marker of a missing label gives a row without a one
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
