"""A classifier that is fitted on noisy labels and judged on the caller's."""

import warnings
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike, Estimator, Label, MatrixLike, Seed
from sknoisy._delegation import PredictsByEstimator
from sknoisy._features import check_rows
from sknoisy._labels import read_labels, require
from sknoisy._rows import cut_params, take
from sknoisy._seeds import draw_seed
from sknoisy._shown import shown
from sknoisy._tags import check_part, tags_of_classifier
from sknoisy._unlabeled import settled
from sknoisy._weights import check_classes_have_weight, read_weights
from sknoisy.noise._base import FitResample
from sknoisy.noise._class_conditional import SymmetricNoise

__all__ = ["NoisyTargetClassifier"]


class NoisyTargetClassifier(
    PredictsByEstimator, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
    """Fit a classifier on noisy labels; predict and score as it would.

    Only ``fit`` sees noise. In a cross-validation the training folds are noisy and
    the test folds keep the labels that the caller gave, so the scores tell how well
    a method trained on noisy labels does on clean ones.

    Parameters
    ----------
    estimator : classifier, default=None
        What is fitted. None stands for ``LogisticRegression()``.

    noise : noise model, default=None
        How labels go wrong: any model of ``sknoisy.noise`` that gives one label a
        sample. None stands for ``SymmetricNoise(0.2)``; pass it by name to search
        over ``noise__rate``.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label keep the mark they have, and aren't trained on.

    random_state : int, RandomState instance or None, default=None
        Seed of the noise, where `noise` has none of its own. None takes fresh
        entropy; numpy's global generator is never touched.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.

    noise_ : noise model
        The fitted noise model, with ``noise_mask_`` and ``realized_rate_``. It has
        seen the samples whose weight isn't zero.

    given_labels_ : ndarray of shape (n_samples,)
        The noisy labels that `estimator_` was fitted on; samples of weight zero, which
        aren't there, keep theirs.

    classes_ : ndarray of shape (n_classes,)
        The labels that `estimator_` knows, in the order of ``predict_proba``'s
        columns. A class that lost all its samples to the noise is not among them;
        ``fit`` warns of it. One whose samples all have weight zero is, and is never
        predicted.

    n_features_in_ : int
        Number of features seen in fit, if `estimator_` tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if `estimator_` tells.

    See Also
    --------
    sklearn.compose.TransformedTargetRegressor : The same idea for regression.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sknoisy.noise import NoisyTargetClassifier, SymmetricNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> noisy = NoisyTargetClassifier(tree, SymmetricNoise(0.4, random_state=0))
    >>> search = GridSearchCV(noisy, {"estimator__max_depth": [2, None]}).fit(X, y)
    >>> search.best_params_  # scored on the labels as they are in y
    {'estimator__max_depth': 2}
    """

    def __init__(
        self,
        estimator: Estimator | None = None,
        noise: Estimator | None = None,
        *,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.estimator = estimator
        self.noise = noise
        self.unlabeled = unlabeled
        self.random_state = random_state

    @numpy_inside()
    def fit(self, X: MatrixLike, y: ArrayLike, **fit_params: Any) -> Self:
        """Corrupt `y` and fit the estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, as `estimator` takes them.

        y : array-like of shape (n_samples,)
            True labels.

        **fit_params : dict
            Handed on to the estimator's ``fit``, such as ``sample_weight``: as they
            are, or by scikit-learn's metadata routing where that is enabled. A
            ``sample_weight`` reaches the last step of a Pipeline without its name; a
            sample of weight zero counts as absent, for the noise, too.

        Returns
        -------
        self : estimator instance
            The fitted classifier.
        """
        check_rows(X, self)
        y, classes, codes = read_labels(require(y, self), self.unlabeled)
        check_consistent_length(X, y)
        check_part(self._get_estimator(), "estimator")
        self.estimator_, n_samples = clone(self._get_estimator()), len(y)
        params = self._route("fit", fit_params)
        params, rows, weight = read_weights(params, self.estimator_, n_samples)
        check_classes_have_weight(codes, weight, codes >= 0)
        rows = rows[codes[rows] >= 0]
        X_there, y_there = take(X, rows, n_samples), classes[codes[rows]]
        self.noise_ = settled(self._make_noise(), y_there)
        given = self.noise_.fit_corrupt(y_there, X_there)
        _warn_of_lost_classes(y_there, given)
        params = cut_params(params, rows, n_samples)
        settled(self.estimator_, given).fit(X_there, given, **params)
        self.given_labels_ = _at(rows, given, y)
        absent = np.setdiff1d(classes, y_there)
        self.classes_ = np.union1d(self.estimator_.classes_, absent)
        if hasattr(self.estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.estimator_.feature_names_in_
        return self

    @property
    def n_features_in_(self) -> int:
        """Number of features seen in fit, if the estimator tells."""
        check_is_fitted(self)
        return self.estimator_.n_features_in_

    def _get_estimator(self):
        return LogisticRegression() if self.estimator is None else self.estimator

    def _make_noise(self):
        noise = SymmetricNoise(0.2) if self.noise is None else self.noise
        if not isinstance(noise, FitResample):
            raise TypeError(
                f"noise={shown(noise)} is not a noise model that gives one label a"
                " sample: pass one of sknoisy.noise, such as SymmetricNoise(0.2)."
            )
        noise = clone(noise)
        if noise.random_state is None and self.random_state is not None:
            noise.set_params(random_state=draw_seed(self.random_state))
        return noise

    def __sklearn_tags__(self):
        return tags_of_classifier(super().__sklearn_tags__(), self._get_estimator())


def _at(rows, labels, others):
    """Return `others` with `labels` at the positions `rows`."""
    merged = others.astype(np.result_type(others, labels))
    merged[rows] = labels
    return merged


def _warn_of_lost_classes(y, given):
    lost = set(np.unique(y).tolist()) - set(given.tolist())
    if lost:
        warnings.warn(
            f"After the noise no sample is labelled {sorted(lost)}: the estimator never"
            " sees these classes, and classes_ and predict_proba lack them. Lower the"
            " rate, or draw with exact=True.",
            UserWarning,
            stacklevel=3,
        )
