"""Frames of words, dates and gaps, for estimators that were given no model for them."""

from sknoisy.tables._vectorize import make_vectorizer

__all__ = ["holds_words", "vectorizer_for"]


def vectorizer_for(X, *, for_="trees", random_state=None):
    """Return an unfitted vectorizer if X is a frame that holds more than numbers.

    Parameters
    ----------
    X : array-like with n_samples rows

    for_, random_state
        As in `make_vectorizer`.

    Returns
    -------
    vectorizer : Pipeline or None
        None where X goes on as it is.
    """
    if not holds_words(X):
        return None
    return make_vectorizer(X, for_=for_, random_state=random_state)


def holds_words(X):
    """Whether X is a frame with a column that is of no numeric type."""
    if not hasattr(X, "columns") or not hasattr(X, "dtypes"):
        return False
    return not all(map(_is_numeric, X.dtypes))


def _is_numeric(dtype):
    if hasattr(dtype, "is_numeric"):  # polars
        return dtype.is_numeric() or str(dtype) == "Boolean"
    kind = getattr(dtype, "kind", "O")
    return kind in "biuf" and not hasattr(dtype, "categories")
