"""Frames of words, dates and gaps, where nobody named an estimator for them."""

from sklearn.pipeline import Pipeline

from sknoisy._frames import holds_words

__all__ = ["chained", "vectorizer_for"]


def vectorizer_for(X, random_state=None):
    """Return an unfitted vectorizer; None where X isn't such a frame."""
    if not holds_words(X):
        return None
    from sknoisy.tables import make_vectorizer

    return make_vectorizer(X, random_state=random_state)


def chained(vectorizer, classifier):
    """Return both, fitted, as one classifier that takes frames."""
    return Pipeline([("vectorizer", vectorizer), ("classifier", classifier)])
