"""What goes into confident learning: codes, probabilities, and rows of both in blocks.

Probabilities may be larger than memory (a memory-mapped file): nothing here copies them
but a block at a time, and a block is checked while it is in the cache.
"""

import warnings

import numpy as np

from sknoisy._arrays import as_numpy

BLOCK_SIZE = 2**18  # values: blocks, and what is made of them, should stay in the cache
SUM_TOLERANCE = 1e-3  # what float16 probabilities of many classes need
SLACK = 1e-6  # how far rounding may move a probability


def check_labels_and_probs(labels, pred_probs):
    """Return both as arrays, probabilities uncopied and codes in few bytes.

    Rows of `pred_probs` are checked by `checked_blocks`, when they are read anyway.

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
    pred_probs = _check_shape(pred_probs)
    n_samples, n_classes = pred_probs.shape
    labels = check_codes(labels, n_classes)
    if len(labels) != n_samples:
        raise ValueError(
            f"labels has {len(labels)} entries, but pred_probs has {n_samples} rows:"
            " there must be one row for each label."
        )
    return labels, pred_probs


def check_codes(labels, n_classes):
    """Return `labels` as unsigned integers below `n_classes`."""
    labels = np.asarray(as_numpy(labels))
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or not labels.size:
        raise ValueError(
            f"labels has shape {labels.shape}: expected (n_samples,), with at least one"
            " sample."
        )
    labels = _whole_numbers(labels)
    for strange in (labels.min(), labels.max()):
        if not 0 <= strange < n_classes:
            raise ValueError(
                f"labels holds {strange} (at position"
                f" {np.flatnonzero(labels == strange)[0]}), but pred_probs has"
                f" {n_classes} columns: expected codes 0 to {n_classes - 1}. {_ENCODE}"
            )
    return labels.astype(np.min_scalar_type(n_classes))


def checked_blocks(pred_probs):
    """Yield slices of rows and those rows, contiguous and known to be probabilities."""
    for rows, block in blocks(pred_probs):
        _check_rows(block, rows.start)
        yield rows, block


def blocks(pred_probs):
    """Yield slices of rows and those rows, contiguous and as floats."""
    dtype = float_type(pred_probs)
    for rows in slices(*pred_probs.shape):
        yield rows, np.ascontiguousarray(pred_probs[rows], dtype=dtype)


def row_sums(block):
    """Return the sum of each row; of short ones, ten times as fast as `sum`."""
    return block @ np.ones(block.shape[1], dtype=block.dtype)


def slices(n_rows, n_columns):
    """Yield slices of rows that make a block of `n_columns` columns."""
    step = max(1, BLOCK_SIZE // n_columns)
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def float_type(pred_probs):
    """Type to compute in: float32 for that and for float16, else float64."""
    small = pred_probs.dtype in (np.float16, np.float32)
    return np.dtype(np.float32 if small else np.float64)


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


_ENCODE = (
    "Other labels become codes with `classes, codes = np.unique(labels,"
    " return_inverse=True)`."
)


def _check_shape(pred_probs):
    pred_probs = np.asarray(as_numpy(pred_probs))
    if pred_probs.ndim != 2 or len(pred_probs) == 0 or pred_probs.shape[1] < 2:
        raise ValueError(
            f"pred_probs has shape {pred_probs.shape}: expected a dense array of shape"
            " (n_samples, n_classes) with at least one sample and two classes, a column"
            " of probabilities for each class."
        )
    if pred_probs.dtype.kind not in "fiub":
        return _floats(pred_probs, "pred_probs")
    return pred_probs


def _check_rows(block, start):
    """Say which row of a block that begins at row `start` holds no probabilities."""
    with np.errstate(over="ignore", invalid="ignore"):
        sums = row_sums(block)
        fits = np.abs(sums - 1) <= SUM_TOLERANCE  # NaN and infinity don't, either
    if fits.all() and block.min() >= -SLACK:
        return
    i = np.flatnonzero(~fits | (block < -SLACK).any(axis=1))[0]
    row = f"Row {start + i} of pred_probs"
    if not np.isfinite(block[i]).all():
        raise ValueError(f"{row} holds NaN or infinity: {_few(block[i])}.")
    if (block[i] < -SLACK).any():
        raise ValueError(
            f"{row} holds negative numbers: {_few(block[i])}. Logits become"
            " probabilities with `scipy.special.softmax(logits, axis=1)`."
        )
    raise ValueError(
        f"{row} sums to {sums[i]:.4g}, not to one: {_few(block[i])}. If it is only"
        " rounded, divide by `pred_probs.sum(axis=1, keepdims=True)`."
    )


def _whole_numbers(labels):
    if labels.dtype.kind == "b":
        return labels.astype(np.uint8)
    if labels.dtype.kind in "iu":
        return labels
    floats = _floats(labels, "labels", _ENCODE)
    strange = np.flatnonzero(~(floats == np.floor(floats)) | np.isinf(floats))
    if strange.size:
        raise ValueError(
            f"labels holds {labels[strange[0]]} at position {strange[0]}, which is no"
            f" code. {_ENCODE}"
        )
    return floats


def _floats(values, name, hint=""):
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} holds {values.ravel()[0]!r} and the like, which aren't all"
            f" numbers. {hint}".rstrip()
        ) from error


def _nonnegative(values, name):
    values = _floats(values, name) if values.dtype.kind not in "fiu" else values
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise ValueError(f"{name} holds NaN, infinite or negative numbers.")
    return values


def _few(row):
    return np.array2string(row, threshold=6, edgeitems=2, precision=3)
