"""Detectors that look at features themselves, on scales that can be compared."""

from abc import ABCMeta

from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import validate_data

from sknoisy._checks import check_choice
from sknoisy._features import check_features
from sknoisy._tags import tags_of
from sknoisy.detectors._base import BaseDetector


class FeatureDetector(BaseDetector, metaclass=ABCMeta):
    """A detector for which distances between samples mean something.

    A final one has ``transformer=None`` among its parameters and calls `_scale`.

    Parameters
    ----------
    transformer : transformer, "passthrough" or None, default=None
        What makes features of X: any scikit-learn transformer, such as a
        ``TfidfVectorizer`` for texts. None standardizes X (sparse features are scaled
        only); "passthrough" takes it as it is.
    """

    _numbers_for = "network"

    def _check_X(self, X):
        if self._has_transformer():
            return super()._check_X(X)
        return validate_data(self, check_features(X, self), accept_sparse="csr")

    def _scale(self, X):
        """Return features as `transformer` makes them, standardized ones by default."""
        if self._has_transformer():
            return clone(self.transformer).fit_transform(X)
        if self.transformer is not None:  # "passthrough"
            return X
        # of sparse features only the scale, so that zeros stay zeros
        return StandardScaler(with_mean=not hasattr(X, "tocsr")).fit_transform(X)

    def _has_transformer(self):
        if isinstance(self.transformer, str):
            check_choice(self.transformer, ("passthrough",), "transformer")
        return not isinstance(self.transformer, (str, type(None)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return (
            tags_of(tags, self.transformer, "transformer")
            if self._has_transformer()
            else tags
        )
