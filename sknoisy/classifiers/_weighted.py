"""What classifiers add whose methods can weigh samples."""

from typing import Unpack

from sklearn.utils.metaestimators import available_if

from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._callbacks import with_callbacks
from sknoisy.classifiers._training_names import Training
from sknoisy.classifiers._types import Module


class WeightedNoisyClassifier(BaseNoisyClassifier):
    """A classifier whose method has an exact meaning for weights.

    Parameters
    ----------
    class_weight : dict, "balanced" or None, default=None
        Weights of classes, by given labels, multiplied with `sample_weight`.
        "balanced" gives all classes the same sum of weights.
    """

    def __init__(
        self,
        module: Module = None,
        *,
        class_weight: object = None,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(module, **training)
        self.class_weight = class_weight

    @with_callbacks
    def fit(self, X, y, sample_weight=None):
        """Train on labels that may be wrong.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The given labels: numbers, strings or booleans. Or soft labels, a
            distribution over the classes 0 to n_classes - 1 per row, such as a
            consensus of annotators: the loss is then its expectation over them.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            Non-negative weights, of which only the ratios count; a sample of weight
            zero counts as absent, and a class of such samples stays in ``classes_``.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        NonFiniteLossError
            If training diverges.
        """
        return self._fit(X, y, sample_weight)

    @available_if(lambda self: self._can_learn_in_parts())
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch at a constant learning rate, from where it stands.

        There is no such method where something remembers samples, follows a schedule or
        has to be known first: what it knows belongs to one whole `fit`. With
        ``loss="auto"`` each call chooses by its own labels. Networks are grafted before
        each call but the first one.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples. The first call sets the scale of the features.

        y : array-like of shape (n_samples,)
            The given labels.

        classes : array-like of shape (n_classes,), default=None
            Every class there will be; the first call needs it, unless `y` holds all.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            Non-negative weights, of which only the ratios count; a sample of weight
            zero counts as absent, and a class of such samples stays in ``classes_``.

        Returns
        -------
        self : estimator
            The estimator, fitted so far.
        """
        return self._partial_fit(X, y, classes, sample_weight)
