"""What classifiers add whose methods can weigh samples."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from sknoisy._data_types import ArrayLike
from sknoisy._delegation import available_if
from sknoisy._engine.tasks import with_callbacks
from sknoisy._types import Inputs
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.objectives import CutMix, Mixup


class WeightedNoisyClassifier(BaseNoisyClassifier):
    """A classifier whose method may treat all samples alike.

    Then weights have an exact meaning, and samples can be mixed or come in parts.

    Parameters
    ----------
    mixup : float, default=0.0
        With a positive value, every step mixes pairs of samples and their losses with
        a share drawn from Beta(mixup, mixup); 1.0 is usual, 8.0 and more suit heavy
        noise. Methods refuse it that mix by themselves, or learn about single samples
        from what the network says of each.

    cutmix : float, default=0.0
        The same for images, of which a rectangle comes from another one, with a share
        of the area drawn from Beta(cutmix, cutmix); 1.0 is usual. One of both at most.

    class_weight : dict, "balanced" or None, default=None
        Weights of classes, by given labels, multiplied with `sample_weight`.
        "balanced" gives all classes the same sum of weights.
    """

    mixup: float = 0.0
    cutmix: float = 0.0
    class_weight: Mapping[Any, float] | Literal["balanced"] | None = None

    @with_callbacks
    def fit(
        self,
        X: Inputs,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | float | None = None,
    ) -> Self:
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
    def partial_fit(
        self,
        X: Inputs,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | float | None = None,
    ) -> Self:
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

    @property
    def takes_soft_labels(self) -> bool:
        """Whether `y` may hold a distribution over classes per sample."""
        return self._asked({})[0].takes_soft_labels

    def _build_objective(self, task):
        if self.mixup and self.cutmix:
            raise ValueError(
                f"mixup={self.mixup} and cutmix={self.cutmix} both mix the samples of a"
                " batch: pass one of them."
            )
        objective = super()._build_objective(task)
        kind, share = (CutMix, self.cutmix) if self.cutmix else (Mixup, self.mixup)
        return kind(objective, share) if share else objective

    def _can_learn_in_parts(self):
        """Whether the method lets there be `partial_fit`; say why if it doesn't."""
        method, given = self._asked({})
        method.check_parts(given)
        return True
