"""X and y as users bring them: arrays, frames, sparse tables, samples; checked."""

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_consistent_length, validate_data

from sknoisy._arrays import as_numpy
from sknoisy._engine.looks import shape_of_one
from sknoisy._features import check_features
from sknoisy._labels import check_soft_labels, filled, is_soft
from sknoisy._samples import as_samples
from sknoisy._tensors import is_mapped
from sknoisy._unlabeled import as_labels, find_unlabeled, unboxed
from sknoisy.tables import vectorizer_for

__all__ = ["read", "read_both"]

KEPT_OF_X = ("n_features_in_", "feature_names_in_", "vectorizer_")  # of X


def read_both(estimator, X, y, *, reset):
    """Return X, y, and which samples have no label, whose place another one takes."""
    if y is None:  # labels may be part of the samples
        samples = as_samples(X)
        y = None if samples is None else samples.labels(needed=True)
        X = X if y is None else samples
    elif type(y).__name__ == "SliceDataset":  # skorch's
        y = np.asarray(y)
    missing = np.zeros(0, dtype=bool)
    if y is not None and is_soft(y):
        X, y = read(estimator, X, reset=reset), check_soft_labels(y)
        check_consistent_length(X, y)
        return X, y, missing
    if y is not None:
        y = as_labels(y)
        missing = find_unlabeled(y, estimator.unlabeled).ravel()
        y = filled(y, missing) if missing.any() else unboxed(y)
    return *read(estimator, X, y, reset=reset), missing


def read(estimator, X, *y, reset):
    """Return X, or X and y, as arrays or samples; X must look as in fit.

    Parameters
    ----------
    estimator : BaseNoisyClassifier

    X : whatever users bring

    *y : array-like, none or one

    reset : bool
        Whether this is a fit.
    """
    if reset:
        for name in KEPT_OF_X:
            estimator.__dict__.pop(name, None)
    n_labels = len(y[0]) if y and y[0] is not None else None
    collate_fn = estimator._routed.get("iterator_train__collate_fn")
    samples = as_samples(X, n_labels, collate_fn)
    if samples is None:
        found = _read_array(estimator, X, *y, reset=reset)
    else:
        found = _read_samples(estimator, samples, *y, reset=reset)
    X = found[0] if y else found
    if 0 in X.shape[1:]:
        raise ValueError(f"X has samples of shape {X.shape[1:]}: they hold no feature.")
    if not reset:
        _check_like_in_fit(estimator, X)
    return found


def _read_samples(estimator, samples, *y, reset):
    if not len(samples):
        raise ValueError("X holds no sample: at least one is needed.")
    if not y:
        return samples
    y = validate_data(estimator, X="no_validation", y=y[0], reset=reset)
    check_consistent_length(samples, y)
    return samples, y


def _read_array(estimator, X, *y, reset):
    X, checks = _as_numbers(estimator, X, reset=reset)
    # a float64 that float32 can't hold becomes infinite, and of that validate_data
    # complains, better than numpy would
    with np.errstate(over="ignore", invalid="ignore"):
        return validate_data(
            checks,
            check_features(as_numpy(X), estimator),
            *y,
            reset=reset or checks is not estimator,
            dtype=_kinds_of_numbers(estimator, X, reset=reset),
            accept_sparse="csr",
            allow_nd=True,
        )


def _as_numbers(estimator, X, *, reset):
    """Return X as numbers, and the estimator that checks them.

    A frame that holds more than numbers goes through a vectorizer, which is fitted
    along and kept as ``vectorizer_``. Its columns are what the estimator knows
    features by, so that a clone checks what was made of them. Whoever named a module
    gets X as it is, but lists of whole numbers, such as tokens, as an array of them.
    """
    vectorizer = getattr(estimator, "vectorizer_", None)
    if reset and estimator.module is None:
        vectorizer = vectorizer_for(X, for_="network", random_state=0)
    if vectorizer is None:
        whole = estimator.module is not None and _holds_whole_numbers(X)
        return np.asarray(X) if whole else X, estimator
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    numbers = vectorizer.fit_transform(X) if reset else vectorizer.transform(X)
    estimator.vectorizer_ = vectorizer
    return numbers, clone(estimator)


def _holds_whole_numbers(X):
    """Whether X is a list of equally long lists of whole numbers."""
    nested = isinstance(X, list | tuple) and X and isinstance(X[0], list | tuple)
    if not nested or not all(type(number) is int for number in X[0]):
        return False
    lengths = {len(row) if hasattr(row, "__len__") else 0 for row in X}
    return len(lengths) == 1 and np.asarray(X).dtype.kind == "i"


def _kinds_of_numbers(estimator, X, *, reset):
    """Return the types that numbers may have; others become the first one.

    Pixels stay uint8 until the batch, and so do integers for a module of the user's,
    which may be tokens; of a file that is mapped into memory there is no copy.
    """
    wanted = np.dtype(estimator.dtype if reset else estimator.net_.input_dtype)
    dtype = getattr(X, "dtype", None)
    kinds = [wanted]
    if is_mapped(X) and X.dtype.kind in "uif":
        kinds.append(X.dtype)
    if dtype == np.uint8 and np.ndim(X) > 2:
        kinds.append(np.dtype(np.uint8))
    if estimator.module is not None:
        kinds += [np.dtype(name) for name in ("int32", "int64")]
    return kinds if len(kinds) > 1 else wanted


def _check_like_in_fit(estimator, X):
    """Say so if samples have another shape than those of fit."""
    shape, fitted = shape_of_one(X), estimator.net_.input_shape
    if shape != fitted and getattr(X, "collate_fn", None) is None:
        raise ValueError(
            f"X has samples of shape {shape}, but {type(estimator).__name__} was fitted"
            f" on samples of shape {fitted}."
        )
