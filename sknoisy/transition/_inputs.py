"""What goes into estimates of transition matrices: probabilities, codes, classes."""

import warnings

import numpy as np
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from sknoisy import _codes
from sknoisy._arrays import as_numpy
from sknoisy._codes import check_order
from sknoisy._probs import check_probs
from sknoisy._ranges import check_range

MANY = 20  # labels of a class


def check_labels_and_probs(labels, pred_probs):
    """Return both: a code 0…c−1 for each row, and float64 rows that sum to one."""
    labels, pred_probs = _codes.check_labels_and_probs(labels, pred_probs)
    return labels.astype(np.intp), check_probs(pred_probs)


def check_labels_and_features(labels, features):
    """Return both: a code for each row, and features with finite numbers."""
    check_order(labels, "labels", "features")
    features = check_array(
        as_numpy(features),
        accept_sparse="csr",
        ensure_min_samples=3,
        input_name="features",
    )
    labels = column_or_1d(as_numpy(labels))
    check_consistent_length(features, labels)
    if labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"labels holds {labels[:3].tolist()} and the like: expected codes 0, 1, …."
            " Other labels become codes with `classes, codes = np.unique(labels,"
            " return_inverse=True)`."
        )
    return labels.astype(np.intp), features


def check_share(value, name):
    """Return `value` as a float in (0, 1]."""
    check_range("(0, 1]", **{name: value})
    return float(value)


def rows_of_counts(counts):
    """Divide each row by its sum; a class without counts keeps its labels."""
    sums = counts.sum(axis=1, keepdims=True)
    return np.where(sums > 0, counts / np.where(sums > 0, sums, 1), np.eye(len(counts)))


def warn_never_predicted(predicted, labels, n_classes, *, stacklevel=3):
    """Warn of classes that labels name, but that no sample is predicted to be of.

    A class of few labels may be missed by chance, and by a model that knows nothing.
    """
    named = np.bincount(labels, minlength=n_classes) >= MANY
    missed = np.flatnonzero(named & (np.bincount(predicted, minlength=n_classes) == 0))
    if missed.size:
        warnings.warn(
            f"No sample is predicted to be of class {', '.join(map(str, missed))}: the"
            " matrix says that such a class keeps its labels, which nobody knows. Where"
            " another label is more frequent than the right one, method='anchor' or"
            " 'hoc' can tell.",
            UserWarning,
            stacklevel=stacklevel,
        )
