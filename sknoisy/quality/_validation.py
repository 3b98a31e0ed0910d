"""What goes into confident learning: codes, probabilities, counts of classes."""

import warnings

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._codes import check_codes, check_order
from sknoisy._probs import as_floats, as_matrix


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


def check_joint(joint, n_classes):
    """Return a confident joint as an array, None as None."""
    if joint is None:
        return None
    joint = np.asarray(as_numpy(joint))
    if joint.shape != (n_classes, n_classes):
        raise ValueError(
            f"confident_joint has shape {joint.shape}, but pred_probs has {n_classes}"
            f" columns: expected ({n_classes}, {n_classes}), with a row for each given"
            " label and a column for each true one."
        )
    return _nonnegative(joint, "confident_joint")


def check_vector(vector, name, n_classes):
    """Return one number >= 0 for each class as an array of shape (n_classes,)."""
    vector = np.asarray(as_numpy(vector))
    if vector.shape not in ((n_classes,), (n_classes, 1)):
        raise ValueError(
            f"{name} has shape {vector.shape}, but pred_probs has {n_classes} columns:"
            f" expected ({n_classes},), one number for each class."
        )
    return _nonnegative(vector.ravel(), name)


def warn_ignored(ignored, parameter, value, *, stacklevel=3):
    """Warn the caller of a public function of what makes no difference."""
    warnings.warn(
        f"{ignored} is ignored: {parameter}={value!r} has no use for it.",
        UserWarning,
        stacklevel=stacklevel,
    )


def _nonnegative(values, name):
    values = as_floats(values, name) if values.dtype.kind not in "fiu" else values
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise ValueError(f"{name} holds NaN, infinite or negative numbers.")
    return values
