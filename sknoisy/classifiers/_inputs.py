"""What the desk does with X that isn't an array: data sets, files, several inputs."""

import numpy as np
from sklearn.utils.validation import check_consistent_length, validate_data

from sknoisy._engine.intake import Reader, shapes_of
from sknoisy._samples import as_samples
from sknoisy._tensors import is_mapped

__all__ = [
    "as_whole_numbers",
    "check_samples",
    "input_shape_of",
    "kinds_of_numbers",
    "with_labels",
]


def with_labels(X, y):
    """Return X and y; the labels that are part of the samples where y is None."""
    if y is not None:
        if type(y).__name__ == "SliceDataset":  # skorch's
            y = np.asarray(y)
        return X, y
    samples = as_samples(X)
    labels = None if samples is None else samples.labels()
    return (X, y) if labels is None else (samples, labels)


def check_samples(estimator, samples, *y, reset):
    """Return samples, and y where there is one; they must be like those of fit.

    Parameters
    ----------
    estimator : BaseNoisyClassifier

    samples : Samples or Columns

    *y : array-like, none or one

    reset : bool
        Whether this is a fit.
    """
    if not len(samples):
        raise ValueError("X holds no sample: at least one is needed.")
    if reset:
        for name in ("n_features_in_", "feature_names_in_", "vectorizer_"):
            vars(estimator).pop(name, None)
    else:
        check_like_in_fit(estimator, samples)
    if not y:
        return samples
    y = validate_data(estimator, X="no_validation", y=y[0], reset=reset)
    check_consistent_length(samples, y)
    return samples, y


def check_like_in_fit(estimator, samples):
    """Say so if samples have another shape than those of fit."""
    shape, fitted = input_shape_of(samples), estimator.net_.input_shape
    if shape != fitted and samples.collate_fn is None:
        raise ValueError(
            f"X has samples of shape {shape}, but {type(estimator).__name__} was fitted"
            f" on samples of shape {fitted}."
        )


def input_shape_of(samples):
    """Return the shape of one sample; of several inputs the shapes of all."""
    return shapes_of(Reader(samples).read(np.arange(1)))


def as_whole_numbers(estimator, X):
    """Return lists of whole numbers for a module of the user's as an array of them."""
    if estimator.module is None or not isinstance(X, list | tuple) or not X:
        return X
    first = X[0]
    if isinstance(first, list | tuple) and all(type(n) is int for n in first):
        lengths = {len(row) if hasattr(row, "__len__") else 0 for row in X}
        found = np.asarray(X) if len(lengths) == 1 else None
        return X if found is None or found.dtype.kind != "i" else found
    return X


def kinds_of_numbers(estimator, X, *, reset):
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
