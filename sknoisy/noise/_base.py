"""What all noise models share: classes, containers, the mask, fit_resample."""

from abc import ABCMeta, abstractmethod
from typing import Any, Self

import numpy as np
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted, validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_switch
from sknoisy._containers import labels_out
from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy._estimators import BaseEstimator
from sknoisy._features import check_rows, check_some
from sknoisy._labels import labels_in, read_labels, relabeled
from sknoisy._rows import cut_params, take
from sknoisy._tags import as_sampler
from sknoisy._unlabeled import spread
from sknoisy.noise._draws import DRAW, draw_given_class, generator
from sknoisy.noise._labels import check_order, encode_known

SWITCHES = ("exact", "inclusive")


class LabelNoise(OneToOneFeatureMixin, BaseEstimator, metaclass=ABCMeta):
    """A way in which labels go wrong.

    A model says what it reads off the samples (`_learn` in fit, `_see` afterwards)
    and how it draws labels (`_spoil`); everything else is here. There is no
    ``transform(y)``: imbalanced-learn's Pipeline refuses a step that has
    ``transform`` beside ``fit_resample``, and scikit-learn takes whatever has
    ``transform`` for a transformer of X. Samples without a label reach none of the
    three: they keep their mark.
    """

    noise_mask_: np.ndarray

    @numpy_inside()
    def fit(self, X: MatrixLike | None, y: ArrayLike) -> Self:
        """Learn the classes of `y`, and what the noise needs to know of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or None
            Features. Models whose noise doesn't depend on them take anything.

        y : array-like of shape (n_samples,)
            True labels.

        Returns
        -------
        self : estimator instance
            The fitted noise model.
        """
        self._start(X, y)
        return self

    @numpy_inside(returns="y")
    def corrupt(self, y: ArrayLike, X: MatrixLike | None = None) -> Any:
        """Draw given labels for the true labels `y`.

        Equal calls give equal labels where ``random_state`` is an int.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            True labels, all of classes seen in fit.

        X : array-like of shape (n_samples, n_features), default=None
            Features, for models whose noise depends on them.

        Returns
        -------
        y_noisy : array-like of shape (n_samples,)
            Given labels, some of them wrong, in the container of `y`.
        """
        check_is_fitted(self)
        check_order(y, X, self)
        X = self._check_X(X, reset=False)
        labels, codes = encode_known(y, self.classes_, self)
        check_consistent_length(X, codes)
        X = None if X is None else take(X, np.flatnonzero(codes >= 0), len(codes))
        return self._finish(y, labels, codes, self._see(X))

    @numpy_inside(returns="y")
    def fit_corrupt(self, y: ArrayLike, X: MatrixLike | None = None) -> Any:
        """Fit to `y` and draw given labels for it.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            True labels.

        X : array-like of shape (n_samples, n_features), default=None
            Features, for models whose noise depends on them.

        Returns
        -------
        y_noisy : array-like of shape (n_samples,)
            Given labels, some of them wrong, in the container of `y`.
        """
        return self._finish(y, *self._start(X, y))

    @abstractmethod
    def _check_X(self, X, reset):
        """Return `X` as the model wants it, or say what is wrong with it."""

    @abstractmethod
    def _learn(self, X, codes):
        """Learn from the fitted samples; return what `_spoil` needs of them."""

    @abstractmethod
    def _see(self, X):
        """Return what `_spoil` needs to know of samples that come after fit."""

    @abstractmethod
    def _spoil(self, codes, seen, rng):
        """Return the given labels, and mark the wrong ones with `_remember`."""

    def _read(self, y):
        """Return labels, their classes and codes, −1 where there is none."""
        return read_labels(y, self.unlabeled)

    def _start(self, X, y, **known):
        check_order(y, X, self)
        switches = {n: getattr(self, n) for n in SWITCHES if hasattr(self, n)}
        check_switch(**switches)
        X = self._check_X(X, reset=True)
        labels, self.classes_, codes = self._read(labels_in(y, self))
        check_consistent_length(X, codes)
        check_some(codes)
        rows = np.flatnonzero(codes >= 0)
        X = None if X is None else take(X, rows, len(codes))
        known = cut_params(known, rows, len(codes))
        return labels, codes, self._learn(X, codes[rows], **known)

    def _finish(self, y, given, codes, seen):
        rng, labeled = generator(self.random_state, DRAW), codes >= 0
        labels = self._spoil(codes[labeled], seen, rng)
        if not labeled.all():
            labels = self._align(labels, given, codes)
        return labels_out(labels, y, self.classes_) if labels.ndim == 1 else labels

    def _align(self, labels, given, codes):
        """Return `labels` of labeled samples among the marks of the others."""
        self.noise_mask_ = spread(self.noise_mask_, codes >= 0)
        return relabeled(given, codes, labels)

    def _remember(self, mask, n_given=None):
        self.noise_mask_ = mask
        self.realized_rate_ = float(mask.sum() / (n_given or mask.size))

    def _label_changed(self, codes, drawn):
        self._remember(drawn != codes)
        return self.classes_[drawn]

    def _check_another_class(self):
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} moves labels to another class, but y holds"
                f" only one class: {self.classes_.tolist()}."
            )


class FitResample(LabelNoise):
    """Mixin for models that give one label a sample: imbalanced-learn's interface."""

    def fit_resample(self, X: MatrixLike, y: ArrayLike) -> tuple[Any, Any]:
        """Fit to `X` and `y`, and return `X` as it is with noisy labels.

        With this method the model can be a step of imbalanced-learn's Pipeline,
        where it acts in fit alone. scikit-learn's own Pipeline can't change `y` and
        takes no such step: `NoisyTargetClassifier` around it does the same.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, returned as they are.

        y : array-like of shape (n_samples,)
            True labels.

        Returns
        -------
        X : array-like of shape (n_samples, n_features)
            The very object that was passed: every sample is kept, in its place.

        y_noisy : array-like of shape (n_samples,)
            Given labels, some of them wrong, in the container of `y`.
        """
        return X, self.fit_corrupt(y, X)

    def __sklearn_tags__(self):
        tags = as_sampler(super().__sklearn_tags__())
        tags.target_tags.required = True
        tags.input_tags.sparse = True
        return tags


class BlindNoise(LabelNoise):
    """Noise that doesn't look at the features."""

    def _check_X(self, X, reset):
        # only names and width are noted: X may be texts, tables with gaps, or None
        if X is not None:
            check_rows(X, self)
            validate_data(self, X, reset=reset, skip_check_array=True)
        return X

    def _see(self, X):
        return None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.no_validation = True  # as scikit-learn's dummies, which ignore X, too
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        return tags


class ClassNoise(FitResample, BlindNoise):
    """Noise that depends on the true class alone: a transition matrix says it all."""

    @abstractmethod
    def _transition(self, n_classes):
        """Return P(given label | true label), one row for each of `classes_`."""

    def _learn(self, X, codes):
        self._check_another_class()
        self.transition_matrix_ = self._transition(len(self.classes_))

    def _spoil(self, codes, seen, rng):
        drawn = draw_given_class(codes, self.transition_matrix_, rng, exact=self.exact)
        return self._label_changed(codes, drawn)


def mean_by_class(probabilities, codes, n_classes):
    """Average rows of P(given | sample) over the samples of each true class."""
    total = np.zeros((n_classes, n_classes))
    np.add.at(total, codes, probabilities)
    return total / np.bincount(codes, minlength=n_classes)[:, None]
