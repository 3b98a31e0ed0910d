"""What a meta-estimator leaves to the estimator it has fitted."""

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted


def estimator_has(method):
    """Return a condition for `available_if`."""

    def check(self):
        # getattr, not hasattr: its AttributeError names what is missing
        fitted = getattr(self, "estimator_", None)
        getattr(self._get_estimator() if fitted is None else fitted, method)
        return True

    return check


class Delegation:
    """Mixin: hands on to ``estimator_``, or asks `_get_estimator` before fit."""

    @available_if(estimator_has("predict_proba"))
    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(estimator_has("predict_log_proba"))
    def predict_log_proba(self, X):
        """Predict the logarithm of each class's probability.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            Log-probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_log_proba(X)

    @available_if(estimator_has("decision_function"))
    def decision_function(self, X):
        """Return the estimator's confidence scores.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            As the estimator gives them.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    @property
    def n_features_in_(self):
        """Number of features seen in fit, if the estimator tells."""
        check_is_fitted(self)
        return self.estimator_.n_features_in_
