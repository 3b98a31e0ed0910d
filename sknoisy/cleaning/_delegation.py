"""What a meta-estimator leaves to the classifier that it fitted."""

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted


def _estimator_has(method):
    def check(self):
        # getattr, not hasattr: its AttributeError names what is missing
        fitted = getattr(self, "estimator_", None)
        getattr(self._get_estimator() if fitted is None else fitted, method)
        return True

    return check


class PredictsByEstimator:
    """Mixin: predict and score as ``estimator_`` does, with the methods it has.

    A class says which estimator it is going to fit by ``_get_estimator()``, and how
    parameters reach it by ``_route(method, params)``.
    """

    @available_if(_estimator_has("predict"))
    def predict(self, X):
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

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as `estimator` takes them.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(_estimator_has("predict_log_proba"))
    def predict_log_proba(self, X):
        """Predict the logarithm of each class's probability.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as `estimator` takes them.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            Log-probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_log_proba(X)

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X):
        """Return the estimator's confidence scores.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as `estimator` takes them.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            As the estimator gives them.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    @available_if(_estimator_has("score"))
    def score(self, X, y, **params):
        """Score on `y` as it is: nothing is cleaned here.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as `estimator` takes them.

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
