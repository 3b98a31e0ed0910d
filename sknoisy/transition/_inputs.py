"""What goes into estimates of transition matrices: probabilities, codes, classes."""

import warnings

import numpy as np
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._ranges import check_range
from sknoisy.quality._validation import check_codes, checked_blocks

MANY = 20  # labels of a class


def check_probs(pred_probs):
    """Return `pred_probs` as rows of float64 that sum to one, or say what is wrong."""
    pred_probs = np.asarray(as_numpy(pred_probs))
    if pred_probs.ndim != 2 or len(pred_probs) == 0 or pred_probs.shape[1] < 2:
        raise ValueError(
            f"pred_probs has shape {pred_probs.shape}: expected (n_samples, n_classes),"
            " with at least one sample and two classes."
        )
    if pred_probs.dtype.kind not in "fiub":
        try:
            pred_probs = pred_probs.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"pred_probs holds {pred_probs.flat[0]!r} and the like, which aren't"
                " all numbers."
            ) from error
    blocks = [block.astype(np.float64) for _, block in checked_blocks(pred_probs)]
    probs = np.concatenate(blocks).clip(min=0)
    return probs / probs.sum(axis=1, keepdims=True)


def check_probs_and_labels(pred_probs, labels):
    """Return both: float64 rows that sum to one, and a code 0…c−1 for each row."""
    probs = check_probs(pred_probs)
    labels = check_codes(labels, probs.shape[1]).astype(np.intp)
    if len(labels) != len(probs):
        raise ValueError(
            f"labels has {len(labels)} entries, but pred_probs has {len(probs)} rows:"
            " there must be one row for each label."
        )
    return probs, labels


def check_features_and_labels(features, labels):
    """Return both: features with finite numbers, and a code for each row."""
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
    return features, labels.astype(np.intp)


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
