"""What goes into confident learning: codes, probabilities, counts of classes."""

import warnings

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._probs import as_floats


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
