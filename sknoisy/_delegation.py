"""What a meta-estimator leaves to the classifier that it fitted."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.utils import metaestimators
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike, Function, MatrixLike
from sknoisy._told import told_as_in


def estimator_has(method):
    """Return a condition for `available_if`: the estimator has this method."""

    def check(self):
        # getattr, not hasattr: its AttributeError names what is missing
        fitted = getattr(self, "estimator_", None)
        getattr(self._get_estimator() if fitted is None else fitted, method)
        return True

    return check


def available_if(check: Callable[[Any], bool]) -> Callable[[Function], Function]:
    """As scikit-learn has it; for type checkers the method stays what it is."""
    return metaestimators.available_if(check)


class PredictsByEstimator(BaseEstimator):
    """Mixin: predict and score as ``estimator_`` does, with the methods it has.

    A class says which estimator it is going to fit by ``_get_estimator()``. Parameters
    reach it by ``_route(method, params)``: as they are, or by metadata routing.
    """

    # the methods that take parameters for the estimator
    _hands_on: tuple[str, ...] = ("fit", "score")

    estimator_: Any
    classes_: np.ndarray

    @available_if(estimator_has("predict"))
    @numpy_inside(returns="X")
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict labels.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as `estimator` takes them.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels, of those in `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @available_if(estimator_has("predict_proba"))
    @numpy_inside(returns="X")
    @told_as_in(predict)
    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Predict the probability of each class.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        return self._for_all_classes(self.estimator_.predict_proba(X), 0.0)

    @available_if(estimator_has("predict_log_proba"))
    @numpy_inside(returns="X")
    @told_as_in(predict)
    def predict_log_proba(self, X: MatrixLike) -> np.ndarray:
        """Predict the logarithm of each class's probability.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            Log-probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        log_proba = self.estimator_.predict_log_proba(X)
        return self._for_all_classes(log_proba, -np.inf)

    @available_if(estimator_has("decision_function"))
    @numpy_inside(returns="X")
    @told_as_in(predict)
    def decision_function(self, X: MatrixLike) -> np.ndarray:
        """Return the estimator's confidence scores.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            As the estimator gives them; −∞ for a class that it was kept from, since
            all samples of it weighed nothing.
        """
        check_is_fitted(self)
        scores = self.estimator_.decision_function(X)
        return self._for_all_classes(scores, -np.inf)

    @available_if(estimator_has("score"))
    @numpy_inside()
    @told_as_in(predict)
    def score(self, X: MatrixLike, y: ArrayLike, **params: Any) -> float:
        """Score on `y` as it is: only fit spoils or cleans labels.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            Labels to compare with: clean ones, where there are any.

        **params : dict
            Handed on to the estimator's ``score``, such as ``sample_weight``.

        Returns
        -------
        score : float
            The estimator's own score, mostly accuracy.
        """
        check_is_fitted(self)
        return self.estimator_.score(X, y, **self._route("score", params))

    def _for_all_classes(self, columns, least):
        """Return what the estimator says, and `least` of classes it was kept from."""
        theirs = self._their_classes()
        if len(theirs) == len(self.classes_):
            return columns
        if columns.ndim == 1:  # of two classes, scores of the second one
            columns = np.column_stack([-columns, columns])
        wide = np.full((len(columns), len(self.classes_)), least)
        wide[:, np.searchsorted(self.classes_, theirs)] = columns
        return wide

    def _their_classes(self):
        return getattr(self.estimator_, "classes_", self.classes_)

    def get_metadata_routing(self) -> MetadataRouter:
        """Return how metadata goes to the estimator.

        Returns
        -------
        routing : MetadataRouter
            What scikit-learn's metadata routing asks for.
        """
        mapping = MethodMapping()
        for method in self._hands_on:
            mapping.add(caller=method, callee=method)
        return MetadataRouter(owner=self).add(
            estimator=self._get_estimator(), method_mapping=mapping
        )

    def _route(self, method, params):
        if not get_config()["enable_metadata_routing"]:
            return params
        return process_routing(self, method, **params).estimator[method]
