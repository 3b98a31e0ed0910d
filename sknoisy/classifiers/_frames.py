"""Frames of words, dates and gaps, where nobody named a module for them."""

from typing import Any

from sklearn.base import clone
from sklearn.utils.validation import validate_data

from sknoisy.tables import vectorizer_for

__all__ = ["numbers_of"]

FOR_NETWORKS: dict[str, Any] = {"for_": "network", "random_state": 0}


def numbers_of(estimator, X, *, reset):
    """Return X as numbers, and the estimator that checks them.

    A frame that holds more than numbers goes through a vectorizer, which is fitted
    along and kept as ``vectorizer_``. Its columns are what the estimator knows
    features by, so that a clone checks what was made of them. Whoever named a module
    gets X as it is.

    Parameters
    ----------
    estimator : BaseNoisyClassifier

    X : array-like with n_samples rows

    reset : bool
        Whether this is a fit.
    """
    if reset:
        named = estimator.module is not None
        vectorizer = None if named else vectorizer_for(X, **FOR_NETWORKS)
    else:
        vectorizer = getattr(estimator, "vectorizer_", None)
    if vectorizer is None:
        if reset:
            vars(estimator).pop("vectorizer_", None)
        return X, estimator
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    if reset:
        numbers = vectorizer.fit_transform(X)
        estimator.vectorizer_ = vectorizer
    else:
        numbers = vectorizer.transform(X)
    return numbers, clone(estimator)
