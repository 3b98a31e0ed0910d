"""Which samples have no label: one rule, and one parameter, for all rooms.

None, NaN, pandas.NA and what a mask hides are no labels, wherever they stand. What else
marks samples without a label, the parameter `unlabeled` says: a value, None for nothing
else, or "auto", which takes no -1 and no "" for one thing or the other in silence.
"""

import numbers

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._shown import shown


def find_unlabeled(labels, unlabeled="auto", *, name="y", may_miss=False):
    """Return where `labels`, an array, holds none.

    Parameters
    ----------
    labels : ndarray
        Made by `as_labels`, so that what is missing is still to be seen.

    unlabeled : label, None, nan or "auto", default="auto"
        What stands for a missing label besides None, NaN and pandas.NA. With "auto",
        a -1 or "" that may do so is refused.

    name : str, default="y"
        What the user calls `labels`, for messages.

    may_miss : bool, default=False
        Whether labels may be missing although `unlabeled` is "auto", since that is
        what the caller is there for.
    """
    _check_one_value(unlabeled)
    nothing = find_nothing(labels)
    if not isinstance(unlabeled, str) and not is_nothing(unlabeled):
        check_blank(labels[~nothing], name)  # which no number marks, -1 as default
        return nothing | (equals(labels, unlabeled) & ~nothing)
    if is_auto(unlabeled):
        check_unambiguous(labels[~nothing], name)
        check_blank(labels[~nothing], name)
        if not may_miss:
            check_present(nothing, name)
        return nothing
    return nothing if is_nothing(unlabeled) else nothing | equals(labels, unlabeled)


def _check_one_value(unlabeled):
    if isinstance(unlabeled, list | tuple | dict | set) or np.ndim(unlabeled):
        raise TypeError(
            f"unlabeled={shown(unlabeled)} is no single value: pass what marks a sample"
            " without a label, such as -1 or '?', or None."
        )


def is_auto(unlabeled):
    """Whether the user didn't say what marks missing labels."""
    return isinstance(unlabeled, str) and unlabeled == "auto"


def check_unambiguous(labels, name="y"):
    """Say so if -1 may be a class, or the mark of samples that have none.

    Beside 1 alone it is a class, as everywhere in scikit-learn.
    """
    if is_ambiguous(labels):
        _refuse(-1, labels, name)


def check_blank(labels, name="y"):
    """Say so if there is an empty text among others."""
    if holds_blank(labels):
        _refuse("", labels, name)


def is_ambiguous(labels):
    """Whether -1 is among whole numbers that are otherwise none below zero."""
    labels = unboxed(labels)
    if labels.dtype.kind not in "if" or not labels.size or labels.min() != -1:
        return False
    if labels.dtype.kind == "f" and (labels != np.floor(labels)).any():
        return False
    return not np.isin(labels, (-1, 1)).all()


def holds_blank(labels):
    """Whether an empty text is among labels."""
    if labels.dtype.kind == "O":
        return any(isinstance(label, str) and not label for label in labels.ravel())
    return labels.dtype.kind == "U" and bool((labels == "").any())


def _refuse(mark, labels, name):
    found = {label for label in labels.ravel().tolist() if label != mark}
    others = sorted(found, key=lambda label: (str(type(label)), label))
    shown = ", ".join(map(repr, others[:5])) + (", …" if len(others) > 5 else "")
    raise ValueError(
        f"{name} holds {mark!r} beside {shown}: pass unlabeled={mark!r} if it marks"
        f" samples without a label, or unlabeled=None if {mark!r} is a class."
    )


def check_present(nothing, name="y"):
    """Say so if labels are missing, where the user didn't say what to do about it."""
    missing = np.flatnonzero(nothing)
    if missing.size:
        raise ValueError(
            f"{name} contains {missing.size} missing labels (NaN or None), the first"
            f" at position {missing[0]}. Drop those samples, or give them a label; with"
            " unlabeled=None (or what else marks such samples) they are left out."
        )


def settled(estimator, labels):
    """Return `estimator`, told that all `labels` are classes if it would ask.

    For meta-estimators that have asked before: what they hand on are classes only.
    """
    labels = np.asarray(labels)
    if not is_ambiguous(labels) and not holds_blank(labels):
        return estimator
    asking = {
        name: None
        for name, value in estimator.get_params().items()
        if name.split("__")[-1] == "unlabeled" and is_auto(value)
    }
    return estimator.set_params(**asking)


def as_labels(values):
    """Return labels as an array in which missing ones are still to be seen."""
    values = as_numpy(values)
    if isinstance(values, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(values)
        values = np.ma.getdata(values)
        if masked.any():
            values = values.astype(object)
            values[masked] = None
    if not hasattr(values, "__array__"):  # numpy would turn None or -1 into text
        objects = np.array(values, dtype=object)
        return objects if find_nothing(objects).any() else np.asarray(values)
    values = np.asarray(values)
    if values.dtype.kind == "T":  # numpy's own variable-width text
        values = values.astype(object)
        return values if find_nothing(values).any() else values.astype(str)
    return values


def unboxed(labels):
    """Return numbers in an array of objects as an array of numbers."""
    if labels.dtype.kind == "O" and all(map(_is_number, labels.ravel())):
        return np.array(labels.tolist())
    return labels


def spread(values, labeled):
    """Return findings on labeled samples in rows for all: NaN, False or "" elsewhere.

    Parameters
    ----------
    values : ndarray of shape (n_labeled, ...)

    labeled : ndarray of bool of shape (n_samples,)
    """
    if values.dtype.kind in "iu":  # which know no NaN
        values = values.astype(np.float64)
    nothing = np.nan if values.dtype.kind == "f" else np.zeros((), values.dtype)
    found = np.full((len(labeled), *values.shape[1:]), nothing, dtype=values.dtype)
    found[labeled] = values
    return found


def find_nothing(labels):
    """Return where there is NaN, None or pandas.NA."""
    if labels.dtype.kind == "f":
        return np.isnan(labels)
    if labels.dtype.kind == "O":
        return elementwise(is_nothing, labels)
    return np.zeros(labels.shape, dtype=bool)


def is_nothing(label):
    """Whether `label` is None, NaN or pandas.NA."""
    try:
        return bool(label is None or label != label)
    except TypeError:  # pandas.NA refuses to say, which says enough
        return True
    except ValueError:  # an array, and no label at all
        return False


def equals(labels, mark):
    """Return where `labels` equals `mark`, which may be of another type."""
    if labels.dtype.kind == "O":
        return elementwise(
            lambda label: (
                not is_nothing(label)
                and isinstance(mark, bool) is isinstance(label, bool | np.bool_)
                and label == mark
            ),
            labels,
        )
    of_other_kind = isinstance(mark, str) is not (labels.dtype.kind == "U")
    if of_other_kind or isinstance(mark, bool) is not (labels.dtype.kind == "b"):
        return np.zeros(labels.shape, dtype=bool)
    return labels == mark


def elementwise(test, labels):
    """Return the truth of `test` for each element of an array of objects."""
    found = [bool(test(label)) for label in labels.ravel()]
    return np.array(found, dtype=bool).reshape(labels.shape)


def _is_number(label):
    return isinstance(label, numbers.Number | np.bool_)
