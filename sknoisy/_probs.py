"""Rows of probabilities: the one gate through which all of them come in.

Probabilities may be larger than memory (a memory-mapped file): nothing here copies them
but a block at a time, and a block is checked while it is in the cache.
"""

import numpy as np

from sknoisy._frames import by_class

BLOCK_SIZE = 2**18  # values: blocks, and what is made of them, should stay in the cache
# How far a row's sum may be from one. float16 rounds each probability by up to 2**-11
# of itself, so their sum by up to 4.9e-4, and by 3e-8 a class where they are smaller
# than its smallest normal number: 7.9e-4 for 10,000 classes. Probabilities that mean
# something else (scores, those of some of the classes) are farther off.
TOLERANCE = 1e-3
SLACK = 1e-6  # how far rounding may move a probability


def check_probs(pred_probs, *, name="pred_probs", classes=None, hint=""):
    """Return rows of float64 that sum to one, or say which row doesn't.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Columns of a frame are brought into the order of `classes`, by their names.

    name : str, default="pred_probs"
        What the user calls it, for messages.

    classes : sequence, default=None
        The classes, where they are known: there must be one column for each. None
        stands for codes 0…c−1.

    hint : str, default=""
        What to say besides to somebody whose rows don't sum to one.
    """
    values = as_matrix(pred_probs, name=name, classes=classes)
    found = [block for _, block in checked_blocks(values, name=name, hint=hint)]
    return normalized(np.concatenate(found, dtype=np.float64))


def as_matrix(pred_probs, *, name="pred_probs", classes=None):
    """Return an array of numbers, uncopied if it is one, a column for each class."""
    values = by_class(pred_probs, classes, name=name)
    if values.ndim != 2 or len(values) == 0 or values.shape[1] < 2:
        raise ValueError(
            f"{name} has shape {values.shape}: expected a dense array of shape"
            " (n_samples, n_classes) with at least one sample and two classes, a column"
            " of probabilities for each class."
        )
    if classes is not None and values.shape[1] != len(classes):
        raise ValueError(
            f"{name} has {values.shape[1]} columns, but there are {len(classes)}"
            f" classes, {np.asarray(classes).tolist()}: expected a column of"
            " probabilities for each of them, in this order."
        )
    return values if values.dtype.kind in "fiub" else as_floats(values, name)


def checked_blocks(values, *, name="pred_probs", hint=""):
    """Yield slices of rows and those rows, contiguous and known to be probabilities."""
    for rows, block in blocks(values):
        check_rows(block, rows.start, name=name, hint=hint)
        yield rows, block


def check_rows(block, start=0, *, name="pred_probs", hint=""):
    """Say which row of a block that begins at row `start` holds no probabilities."""
    with np.errstate(over="ignore", invalid="ignore"):
        sums = row_sums(block)
        fits = np.abs(sums - 1) <= TOLERANCE  # NaN and infinity don't, either
    if fits.all() and block.min() >= -SLACK:
        return
    i = np.flatnonzero(~fits | (block < -SLACK).any(axis=1))[0]
    row = f"Row {start + i} of {name}"
    if not np.isfinite(block[i]).all():
        raise ValueError(f"{row} holds NaN or infinity: {_few(block[i])}.")
    if (block[i] < -SLACK).any():
        raise ValueError(
            f"{row} holds negative numbers: {_few(block[i])}. Logits become"
            f" probabilities with `scipy.special.softmax(logits, axis=1)`.{hint}"
        )
    raise ValueError(
        f"{row} sums to {sums[i]:.6g}, not to one: {_few(block[i])}. If it is only"
        f" rounded, divide by `{name}.sum(axis=1, keepdims=True)`.{hint}"
    )


def normalized(rows):
    """Return checked rows without negative numbers, each divided by its sum."""
    rows = rows.clip(min=0)
    return rows / rows.sum(axis=1, keepdims=True)


def blocks(values):
    """Yield slices of rows and those rows, contiguous and as floats."""
    dtype = float_type(values)
    for rows in slices(*values.shape):
        yield rows, np.ascontiguousarray(values[rows], dtype=dtype)


def row_sums(block):
    """Return the sum of each row; of short ones, ten times as fast as `sum`."""
    return block @ np.ones(block.shape[1], dtype=block.dtype)


def slices(n_rows, n_columns):
    """Yield slices of rows that make a block of `n_columns` columns."""
    step = max(1, BLOCK_SIZE // n_columns)
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def float_type(values):
    """Type to compute in: float32 for that and for float16, else float64."""
    small = values.dtype in (np.float16, np.float32)
    return np.dtype(np.float32 if small else np.float64)


def as_floats(values, name, hint=""):
    """Return an array of something else as float64, or say what is no number."""
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} holds {values.ravel()[:1].tolist()[0]!r} and the like, which"
            f" aren't all numbers. {hint}".rstrip()
        ) from error


def _few(row):
    return np.array2string(row, threshold=6, edgeitems=2, precision=4)


def likeliest(codes, probabilities):
    """Return the most probable classes, the given ones of equals."""
    given = probabilities[np.arange(len(codes)), codes]
    return np.where(
        given == probabilities.max(axis=1), codes, probabilities.argmax(axis=1)
    )
