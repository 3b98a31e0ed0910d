"""Noise that depends on the features: a random linear map picks the wrong class."""

import numpy as np
from scipy.special import softmax
from scipy.stats import truncnorm
from sklearn.utils.validation import validate_data

from sknoisy._checks import check_rate
from sknoisy._data_types import Label, Seed
from sknoisy._features import check_features
from sknoisy._ranges import check_range
from sknoisy.noise._base import FitResample, LabelNoise, mean_by_class
from sknoisy.noise._draws import LEARN, draw_given_sample, generator

__all__ = ["InstanceDependentNoise"]


class InstanceDependentNoise(FitResample, LabelNoise):
    """Flip each label at a rate of its own, to a class that its features pick [1]_.

    Sample i with true class k flips with probability q_i, drawn from a normal
    distribution around `rate`, truncated to [0, 1]. Where it flips to is drawn from
    the softmax of ``x_i @ projections_[k]`` over the other classes.

    Parameters
    ----------
    rate : float in [0, 1], default=0.2
        Mode of the flip probabilities. Truncation moves their mean inwards near the
        ends: 0.129 for ``rate=0.1``, as in [1]_. Zero means no noise at all, where
        [1]_ would still flip 8 %.

    rate_std : float >= 0, default=0.1
        Standard deviation of the flip probabilities before truncation; 0 gives every
        label the same.

    exact : bool, default=False
        Whether exactly ``rate * n`` of n labels flip (to the nearest whole number),
        each still by its own probability, which is scaled to that end. By default
        each label is drawn on its own.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label keep the mark they have, and are never flipped.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    projections_ : ndarray of shape (n_classes, n_features, n_classes)
        One matrix for each true class, standard normal.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        P(given label | true label), averaged over the samples seen in fit.

    flip_probabilities_ : ndarray of shape (n_samples,)
        The q_i of the last `y`.

    noise_mask_ : ndarray of shape (n_samples,)
        Which labels of the last `y` were changed.

    realized_rate_ : float
        Their share.

    n_features_in_ : int
        Number of features seen in fit (of their first axis, for images).

    See Also
    --------
    MarginNoise : Flips labels near the decision boundary, to the runner-up.

    Notes
    -----
    The formula is that of [1]_ and its authors' code: truncation on both sides, and
    one projection for each true class. Images and other arrays of more than two
    dimensions are flattened, sparse matrices stay sparse. The projected features are
    not scaled: the larger their norm, the more surely a sample's wrong label is one
    and the same class, so standardize features of unlike scales first.

    References
    ----------
    .. [1] Xia et al., "Part-dependent Label Noise: Towards Instance-dependent Label
       Noise", NeurIPS 2020, algorithm 2.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.noise import InstanceDependentNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> noise = InstanceDependentNoise(rate=0.3, random_state=0)
    >>> X, y_noisy = noise.fit_resample(X, y)
    >>> noise.projections_.shape
    (3, 4, 3)
    >>> bool((y_noisy != y).mean() == noise.realized_rate_)
    True
    """

    def __init__(
        self,
        rate: float = 0.2,
        *,
        rate_std: float = 0.1,
        exact: bool = False,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.rate = rate
        self.rate_std = rate_std
        self.exact = exact
        self.unlabeled = unlabeled
        self.random_state = random_state

    def _check_X(self, X, reset):
        if X is None:
            raise ValueError(
                "InstanceDependentNoise depends on the features: pass X, too, as in"
                " corrupt(y, X)."
            )
        X = validate_data(
            self,
            check_features(X, self),
            reset=reset,
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
            allow_nd=True,
        )
        return X.reshape(len(X), -1) if X.ndim > 2 else X

    def _learn(self, X, codes):
        self._check_another_class()
        check_rate(self.rate)
        check_range("[0, inf)", rate_std=self.rate_std)
        n_classes, n_features = len(self.classes_), X.shape[1]
        rng = generator(self.random_state, LEARN)
        self.projections_ = rng.standard_normal((n_classes, n_features, n_classes))
        mean_rate = np.full(len(codes), mean_flip_probability(self.rate, self.rate_std))
        self.transition_matrix_ = mean_by_class(
            self._probabilities(X, codes, mean_rate), codes, n_classes
        )
        return X

    def _see(self, X):
        n_features = self.projections_.shape[1]
        if X.shape[1] != n_features:
            raise ValueError(
                f"X has {X.shape[1]} numbers a sample, but InstanceDependentNoise was"
                f" fitted on {n_features}."
            )
        return X

    def _spoil(self, codes, X, rng):
        self.flip_probabilities_ = flip_probabilities(
            self.rate, self.rate_std, rng.random_sample(len(codes))
        )
        if self.exact:  # truncation and chance have moved the mean
            self.flip_probabilities_ = scaled_to_mean(
                self.flip_probabilities_, self.rate
            )
        probabilities = self._probabilities(X, codes, self.flip_probabilities_)
        drawn = draw_given_sample(probabilities, codes, rng, exact=self.exact)
        return self._label_changed(codes, drawn)

    def _probabilities(self, X, codes, rates):
        probabilities = np.empty((X.shape[0], len(self.classes_)))
        for k, projection in enumerate(self.projections_):
            members = codes == k
            scores = np.asarray(X[members] @ projection)
            scores[:, k] = -np.inf  # a label that flips goes to another class
            probabilities[members] = rates[members, None] * softmax(scores, axis=1)
            probabilities[members, k] = 1 - rates[members]
        return probabilities


def flip_probabilities(rate, rate_std, quantiles):
    """Normal numbers around `rate`, truncated to [0, 1], at the given quantiles."""
    if rate == 0 or rate_std == 0:  # no noise, and noise without spread
        return np.full(len(quantiles), float(rate))
    # from quantiles, as the numbers that scipy itself draws may change
    return _truncated_normal(rate, rate_std).ppf(quantiles)


def scaled_to_mean(chances, mean):
    """Scale `chances` to the given mean, or as near to it as chances below one can."""
    if mean == 0:
        return chances
    return np.minimum(1, chances * (mean / chances.mean()))


def mean_flip_probability(rate, rate_std):
    """Mean of the flip probabilities, which truncation moves away from `rate`."""
    if rate == 0 or rate_std == 0:
        return float(rate)
    return _truncated_normal(rate, rate_std).mean()


def _truncated_normal(rate, std):
    # scipy counts the bounds in standard deviations from the mean
    return truncnorm(-rate / std, (1 - rate) / std, loc=rate, scale=std)
