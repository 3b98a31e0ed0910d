"""Frames of words, dates and gaps, where nobody named an estimator for them."""

from sklearn.pipeline import Pipeline

__all__ = ["chained", "vectorizer_for"]


def vectorizer_for(X, random_state=None):
    """Return an unfitted vectorizer; None where X isn't such a frame."""
    if not hasattr(X, "columns"):
        return None
    from sknoisy.tables import _door

    return _door.vectorizer_for(X, random_state=random_state)


def chained(vectorizer, classifier):
    """Return both, fitted, as one classifier that takes frames."""
    return Pipeline([("vectorizer", vectorizer), ("classifier", classifier)])
