"""X as a table of numbers: arrays, sparse matrices, images, frames of anything."""

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from sknoisy._features import check_features
from sknoisy._frames import holds_words
from sknoisy.tables import make_vectorizer


def numbers(X, owner, *, reset):
    """Return X as a 2-d array of floats, with NaN for gaps, or as a sparse matrix.

    Parameters
    ----------
    X : array-like, sparse matrix or frame
        Images, or anything else of several axes, are flattened. Of a frame with
        columns that hold no numbers, a vectorizer is made.

    owner : estimator
        Who remembers names and number of features, and the vectorizer.

    reset : bool
        Whether this is `fit`.
    """
    if reset:
        owner.vectorizer_ = None
    if holds_words(X):
        validate_data(owner, X, reset=reset, skip_check_array=True)
        X = _vectorized(X, owner, reset)
        return X.tocsr() if issparse(X) else np.asarray(X, dtype=np.float64)
    X = validate_data(
        owner,
        check_features(X, owner),
        reset=reset,
        accept_sparse="csr",
        dtype=(np.float64, np.float32),
        ensure_all_finite=True if issparse(X) else "allow-nan",
        allow_nd=True,
    )
    return X if X.ndim == 2 else X.reshape(len(X), -1)


def _vectorized(X, owner, reset):
    if reset:
        made = make_vectorizer(X, random_state=owner.random_state)
        owner.vectorizer_ = made.fit(X)
    return owner.vectorizer_.transform(X)
