"""Labels as codes 0…c−1, for functions that know no names of classes."""

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._probs import as_floats, as_matrix


def check_codes(labels, n_classes):
    """Return `labels` as unsigned integers below `n_classes`."""
    given = np.asarray(as_numpy(labels))
    if given.ndim == 2 and given.shape[1] == 1:
        given = given[:, 0]
    if given.ndim != 1 or not given.size:
        raise ValueError(
            f"labels has shape {given.shape}: expected (n_samples,), with at least one"
            " sample."
        )
    labels = _whole_numbers(given)
    for strange in (labels.min(), labels.max()):
        if not 0 <= strange < n_classes:
            i = np.flatnonzero(labels == strange)[0]
            raise ValueError(
                f"labels holds {_quoted(given, i)} (at position {i}), but pred_probs"
                f" has {n_classes} columns: expected codes 0 to {n_classes - 1}."
                f" {_ENCODE}"
            )
    return labels.astype(np.min_scalar_type(n_classes))


def check_order(labels, *names):
    """Say in which order two arguments come, where labels are a table."""
    shape = np.asarray(labels).shape
    if len(shape) > 1 and shape[1] > 1:
        raise ValueError(
            f"{names[0]} has shape {shape}, but must hold one label a sample. The order"
            f" is {', '.join(names)}."
        )


_ENCODE = (
    "Other labels become codes with `classes, codes = np.unique(labels,"
    " return_inverse=True)`."
)


def _whole_numbers(labels):
    if labels.dtype.kind == "b":
        return labels.astype(np.uint8)
    if labels.dtype.kind in "iu":
        return labels
    floats = as_floats(labels, "labels", _ENCODE)
    strange = np.flatnonzero(~(floats == np.floor(floats)) | np.isinf(floats))
    if strange.size:
        raise ValueError(
            f"labels holds {_quoted(labels, strange[0])} at position {strange[0]},"
            f" which is no code. {_ENCODE}"
        )
    return floats


def _quoted(values, i):
    """Return a value as its owner wrote it."""
    return repr(values[i : i + 1].tolist()[0])


def check_labels_and_probs(labels, pred_probs):
    """Return both as arrays, probabilities uncopied and codes in few bytes.

    Rows of `pred_probs` are checked by `_probs.checked_blocks`, when they are read.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Codes 0…c−1 of the given labels.

    pred_probs : array-like of shape (n_samples, n_classes)

    Returns
    -------
    labels : ndarray of shape (n_samples,)
        In the smallest unsigned type that can hold n_classes.

    pred_probs : ndarray of shape (n_samples, n_classes)
    """
    check_order(labels, "labels", "pred_probs")
    pred_probs = as_matrix(pred_probs)
    n_samples, n_classes = pred_probs.shape
    labels = check_codes(labels, n_classes)
    if len(labels) != n_samples:
        raise ValueError(
            f"labels has {len(labels)} entries, but pred_probs has {n_samples} rows:"
            " there must be one row for each label."
        )
    return labels, pred_probs
