"""The labels of a cross-validation: given ones, clean ones, and what noise draws."""

import numpy as np
from sklearn.base import clone

from sknoisy._labels import check_labels, read_labels, relabeled
from sknoisy._rows import take
from sknoisy._unlabeled import settled


def noisy_and_clean(X, y, y_clean, noise, unlabeled):
    """Return given and clean labels as arrays, and which samples have a given one.

    Clean labels that nobody knows are None. Where there is no given label, the noise
    leaves it so.
    """
    y, classes, codes = read_labels(y, unlabeled)
    labeled = codes >= 0
    if noise is None:
        return y, None if y_clean is None else _check_clean(y_clean, classes), labeled
    if y_clean is not None:
        raise ValueError(
            "noise makes wrong labels out of clean ones, so with noise=... y must be"
            " the clean labels: leave out y_clean, or the noise."
        )
    rows, known = np.flatnonzero(labeled), classes[codes[labeled]]
    noise = settled(clone(noise), known)
    given = check_labels(noise.fit_corrupt(known, take(X, rows, len(y))))
    return given if labeled.all() else relabeled(y, codes, given), y, labeled


def _check_clean(y_clean, classes):
    try:
        y_clean = check_labels(y_clean)
    except (TypeError, ValueError) as error:
        raise type(error)(f"The clean labels: {error}") from None
    given, clean = set(classes.tolist()), set(y_clean.tolist())
    if not given & clean:
        raise ValueError(
            f"y and y_clean have no label in common: y holds {_some(given)}, y_clean"
            f" {_some(clean)}. Write both in the same terms."
        )
    return y_clean


def _some(labels):
    shown = [repr(label) for label in sorted(labels, key=str)[:5]]
    return ", ".join(shown) + (", …" if len(labels) > 5 else "")
