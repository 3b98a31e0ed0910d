"""Noise on the features while a model is fitted, and at no other time."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import MatrixLike, Seed
from sknoisy._features import check_features
from sknoisy._ranges import check_range
from sknoisy._registry import lookup
from sknoisy.noise._draws import DRAW, generator

__all__ = ["FEATURE_NOISES", "FeatureNoise"]


def gaussian(X, level, rng):
    """Add normal numbers, `level` times as wide as the feature."""
    return X + level * np.nanstd(X, axis=0) * rng.standard_normal(X.shape)


def uniform(X, level, rng):
    """Add uniform numbers of the same standard deviation as `gaussian`."""
    width = np.sqrt(3) * level * np.nanstd(X, axis=0)
    return X + width * rng.uniform(-1, 1, X.shape)


def masking(X, level, rng):
    """Set a share of the entries to zero."""
    return np.where(rng.random_sample(X.shape) < level, 0, X)


def swap(X, level, rng):
    """Give a share of the entries the value of another sample."""
    donors = rng.randint(len(X), size=X.shape)
    chosen = rng.random_sample(X.shape) < level
    return np.where(chosen, np.take_along_axis(X, donors, axis=0), X)


FEATURE_NOISES = {
    "gaussian": gaussian,
    "masking": masking,
    "swap": swap,
    "uniform": uniform,
}
SHARES = ("masking", "swap")  # kinds whose level is a share of the entries


class FeatureNoise(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Disturb the features that the next steps are fitted on, and no others.

    In a Pipeline, ``fit`` calls ``fit_transform``, which returns noisy features, and
    ``predict`` calls ``transform``, which returns features as they are.

    Parameters
    ----------
    level : float >= 0, default=0.1
        How strong the noise is: for "gaussian" and "uniform", its standard deviation
        in units of each feature's own; for "masking" and "swap", the share of the
        entries it strikes, at most 1.

    kind : {"gaussian", "uniform", "masking", "swap"}, default="gaussian"
        "gaussian" and "uniform" add random numbers; "masking" sets entries to zero
        [1]_, the mean of a feature that was standardized before; "swap" puts in the
        value that a random sample has for that feature.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same noise. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    n_features_in_ : int
        Number of features seen in fit.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where all are strings.

    See Also
    --------
    SymmetricNoise : Noise on labels.

    Notes
    -----
    ``fit_transform(X)`` differs from ``fit(X).transform(X)`` by design. scikit-learn
    knows no tag for that; the estimator is tagged as non-deterministic, unless
    ``level=0``, which is the tag that exempts from the checks for equality of the
    two. With an int as `random_state`, ``fit_transform`` is deterministic all the
    same. Missing values stay missing.

    References
    ----------
    .. [1] Vincent et al., "Extracting and Composing Robust Features with Denoising
       Autoencoders", ICML 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.noise import FeatureNoise
    >>> X = np.arange(1.0, 7.0).reshape(3, 2)
    >>> noise = FeatureNoise(level=1.0, kind="masking")
    >>> noise.fit_transform(X).sum(), noise.transform(X).sum()
    (np.float64(0.0), np.float64(21.0))
    """

    def __init__(
        self,
        level: float = 0.1,
        *,
        kind: str = "gaussian",
        random_state: Seed = None,
    ) -> None:
        self.level = level
        self.kind = kind
        self.random_state = random_state

    @numpy_inside()
    def fit(self, X: MatrixLike, y: None = None) -> Self:
        """Check the parameters and the features.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        y : None
            Ignored.

        Returns
        -------
        self : estimator instance
            The fitted transformer.
        """
        self._start(X)
        return self

    @numpy_inside(returns="X")
    def fit_transform(self, X: MatrixLike, y: None = None) -> np.ndarray:
        """Return noisy features: what a Pipeline's next step is fitted on.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        y : None
            Ignored.

        Returns
        -------
        X_noisy : ndarray of shape (n_samples, n_features)
            Features with noise, in the float type of `X`.
        """
        X, disturb = self._start(X)
        rng = generator(self.random_state, DRAW)
        return disturb(X, self.level, rng).astype(X.dtype, copy=False)

    @numpy_inside(returns="X")
    def transform(self, X: MatrixLike) -> np.ndarray:
        """Return features as they are: what a Pipeline's next step predicts from.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        X : ndarray of shape (n_samples, n_features)
            The same features.
        """
        check_is_fitted(self)
        return self._check_X(X, reset=False)

    def _start(self, X):
        X = self._check_X(X, reset=True)
        disturb = lookup(
            self.kind, FEATURE_NOISES, parameter="kind", kind="a kind of noise"
        )
        interval = "[0, 1]" if self.kind in SHARES else "[0, inf)"
        check_range(interval, level=self.level)
        return X, disturb

    def _check_X(self, X, reset):
        return validate_data(
            self,
            check_features(X, self),
            reset=reset,
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
            allow_nd=True,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.non_deterministic = self.level != 0
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
