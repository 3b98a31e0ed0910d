"""Two kinds of samples in one list of losses: mixtures that tell them apart."""

import warnings
from abc import ABCMeta, abstractmethod
from typing import Self

import numpy as np
from scipy.special import betaln, softmax
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from sknoisy._checks import check_values
from sknoisy._data_types import ArrayLike
from sknoisy._registry import lookup

__all__ = ["BetaMixture", "NormalMixture", "clean_probability"]

EDGE = 1e-3  # how near to 0 and 1 a beta distribution may come
SMALLEST_VARIANCE = 1e-6  # of equal values
SMALLEST_SHARE = 1e-12  # of a value in a component, so that none is ever empty


class TwoComponents(metaclass=ABCMeta):
    """A mixture of two distributions of numbers, the lower one first.

    A final class defines `_range`, `_fit_scaled`, `_log_densities` and `_turn`; all
    but the first work on values scaled to [0, 1].
    """

    weights_: np.ndarray

    def fit(self, losses: ArrayLike) -> Self:
        """Find the two components.

        Parameters
        ----------
        losses : array-like of shape (n_samples,)
            Losses, or any other values.

        Returns
        -------
        self : mixture
            The fitted mixture.
        """
        losses = check_values(losses, "losses")
        self.range_ = self._range(losses)
        low, high = self.range_
        if low < high:
            inside = losses[(low <= losses) & (losses <= high)]
            self._fit_scaled(self._scaled(inside))
        return self

    def low_probability(self, losses: ArrayLike) -> np.ndarray:
        """Probability of belonging to the lower component.

        It never rises with the loss. By the densities alone it would, where one
        component is wider than the other on both sides: there it is held at the value
        it has where it turns.

        Parameters
        ----------
        losses : array-like of shape (n_samples,)
            Values, not necessarily those of fit.

        Returns
        -------
        probability : ndarray of shape (n_samples,)
            1 for all, where those of fit were all equal.
        """
        losses = check_values(losses, "losses")
        if self.range_[0] == self.range_[1]:
            return np.ones(len(losses))
        x = self._within_turn(self._scaled(losses))
        return softmax(self._log_densities(x) + np.log(self.weights_), axis=1)[:, 0]

    def density(self, losses: ArrayLike) -> np.ndarray:
        """Densities of the two components, which together make that of the mixture.

        Parameters
        ----------
        losses : array-like of shape (n_samples,)
            Values, not necessarily those of fit.

        Returns
        -------
        density : ndarray of shape (n_samples, 2)
            Density of each component times its weight.
        """
        x = self._scaled(check_values(losses, "losses"))
        return np.exp(self._log_densities(x)) * self.weights_ / np.ptp(self.range_)

    @abstractmethod
    def _range(self, losses):
        """Return the losses that become 0 and 1."""

    @abstractmethod
    def _fit_scaled(self, x):
        """Learn ``weights_`` and the components' parameters, the lower one first."""

    @abstractmethod
    def _log_densities(self, x):
        """Return log densities of shape (n_samples, 2)."""

    @abstractmethod
    def _turn(self):
        """Return where the ratio of densities turns, and whether that is high up.

        There is at most one such point, beyond one of the means; or None.
        """

    def _scaled(self, losses):
        return (losses - self.range_[0]) / np.ptp(self.range_)

    def _within_turn(self, x):
        turn, is_upper_end = self._turn()
        if turn is None:
            return x
        return np.minimum(x, turn) if is_upper_end else np.maximum(x, turn)


class NormalMixture(TwoComponents):
    """Two normal distributions of losses, as in DivideMix [1]_.

    Parameters
    ----------
    max_iter : int, default=100
        Rounds of expectation maximization at most.

    Attributes
    ----------
    weights_ : ndarray of shape (2,)
        Shares of the components, that of low losses first.

    means_, scales_ : ndarray of shape (2,)
        Their means and standard deviations, of losses scaled to [0, 1].

    range_ : ndarray of shape (2,)
        The losses that became 0 and 1.

    See Also
    --------
    BetaMixture : For losses that are far from normal.
    clean_probability : Fit and predict in one step.

    Notes
    -----
    Fitted by :class:`sklearn.mixture.GaussianMixture`, with the tolerance 0.01 and the
    added variance 5e-4 of [1]_, whose code ends after 10 rounds. There, the
    probability may also rise with the loss.

    References
    ----------
    .. [1] Li, Socher and Hoi, "DivideMix: Learning with Noisy Labels as
       Semi-supervised Learning", ICLR 2020.

    Examples
    --------
    >>> from sknoisy.quality import NormalMixture
    >>> mixture = NormalMixture().fit([0.1, 0.2, 0.1, 2.0, 2.2])
    >>> mixture.low_probability([0.15, 2.1]).round(3)
    array([1., 0.])
    """

    def __init__(self, max_iter: int = 100) -> None:
        self.max_iter = max_iter

    def _range(self, losses):
        return np.array([losses.min(), losses.max()])

    def _fit_scaled(self, x):
        mixture = GaussianMixture(
            2, max_iter=self.max_iter, tol=1e-2, reg_covar=5e-4, random_state=0
        )
        with (
            warnings.catch_warnings(),  # after so many rounds, it is good enough
            config_context(array_api_dispatch=False),  # which can't begin with k-means
        ):
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(x[:, None])
        low_first = np.argsort(mixture.means_.ravel())
        self.weights_ = mixture.weights_[low_first]
        self.means_ = mixture.means_.ravel()[low_first]
        self.scales_ = np.sqrt(mixture.covariances_.ravel()[low_first])

    def _log_densities(self, x):
        z = (x[:, None] - self.means_) / self.scales_
        return -(z**2) / 2 - np.log(self.scales_ * np.sqrt(2 * np.pi))

    def _turn(self):
        precision = 1 / self.scales_**2
        if precision[0] == precision[1]:
            return None, None
        turn = np.subtract(*(precision * self.means_)) / np.subtract(*precision)
        return turn, precision[1] > precision[0]


class BetaMixture(TwoComponents):
    """Two beta distributions of losses [1]_.

    Cross entropies pile up near zero and have a long tail, which a beta distribution
    follows better than a normal one.

    Parameters
    ----------
    max_iter : int, default=10
        Rounds of expectation maximization.

    percentiles : pair of float in [0, 100], default=(5, 95)
        The losses that become 0 and 1. What lies outside has no part in the fit.

    Attributes
    ----------
    weights_ : ndarray of shape (2,)
        Shares of the components, that of low losses first.

    alphas_, betas_ : ndarray of shape (2,)
        Their parameters, of losses scaled to [0, 1].

    range_ : ndarray of shape (2,)
        The losses that became 0 and 1.

    See Also
    --------
    NormalMixture : Two normal distributions.
    clean_probability : Fit and predict in one step.

    Notes
    -----
    As in the paper, scaled losses are kept in [0.001, 0.999], the start is α = (1, 2)
    and β = (2, 1), and each round ends with weighted moments: with mean m and variance
    s² of a component, α = m (m (1 − m) / s² − 1) and β = α (1 − m) / m. Differences
    from the authors' code: the components are sorted by mean; the range goes from one
    loss to another, without small numbers added; where both percentiles are one value,
    it is the whole range; and where the probability turns is computed, for both ends,
    while theirs looks it up among 100 points, for the upper end.

    References
    ----------
    .. [1] Arazo, Ortego, Albert, O'Connor and McGuinness, "Unsupervised Label Noise
       Modeling and Loss Correction", ICML 2019, section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.quality import BetaMixture
    >>> rng = np.random.default_rng(0)
    >>> losses = np.append(rng.exponential(0.1, 700), rng.normal(3, 0.6, 300))
    >>> mixture = BetaMixture().fit(losses)
    >>> mixture.weights_.round(1)
    array([0.7, 0.3])
    >>> mixture.low_probability([0.2, 3.0]).round(1)
    array([1., 0.])
    """

    def __init__(
        self, max_iter: int = 10, percentiles: tuple[float, float] = (5, 95)
    ) -> None:
        self.max_iter = max_iter
        self.percentiles = percentiles

    def _range(self, losses):
        ends = np.percentile(losses, self.percentiles, method="nearest")
        if ends[0] < ends[1]:
            return ends
        return np.array([losses.min(), losses.max()])

    def _scaled(self, losses):
        return super()._scaled(losses).clip(EDGE, 1 - EDGE)

    def _fit_scaled(self, x):
        self.weights_ = np.array([0.5, 0.5])
        self.alphas_, self.betas_ = np.array([1.0, 2.0]), np.array([2.0, 1.0])
        for _ in range(self.max_iter):
            share = softmax(self._log_densities(x) + np.log(self.weights_), axis=1)
            self._fit_moments(x, share.clip(min=SMALLEST_SHARE))
        means = self.alphas_ / (self.alphas_ + self.betas_)
        low_first = np.argsort(means)
        for name in ("weights_", "alphas_", "betas_"):
            setattr(self, name, getattr(self, name)[low_first])

    def _fit_moments(self, x, share):
        total = share.sum(axis=0)
        mean = x @ share / total
        variance = ((x[:, None] - mean) ** 2 * share).sum(axis=0) / total
        variance = np.maximum(variance, SMALLEST_VARIANCE)
        concentration = mean * (1 - mean) / variance - 1
        self.alphas_ = mean * concentration
        self.betas_ = (1 - mean) * concentration
        self.weights_ = total / total.sum()

    def _log_densities(self, x):
        a, b, x = self.alphas_, self.betas_, x[:, None]
        return (a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b)

    def _turn(self):
        a, b = np.diff(self.alphas_)[0], np.diff(self.betas_)[0]
        if a * b <= 0:
            return None, None
        return a / (a + b), a > 0


MIXTURES = {"beta": BetaMixture, "gaussian": NormalMixture}


def clean_probability(losses: ArrayLike, mixture: str = "gaussian") -> np.ndarray:
    """Probability that a label is right, from a mixture of two kinds of losses.

    Parameters
    ----------
    losses : array-like of shape (n_samples,)
        A loss for each sample: of one epoch, or a mean of several (`mean_loss`).

    mixture : {"gaussian", "beta"}, default="gaussian"
        Which distributions the losses of right and of wrong labels have:
        :class:`NormalMixture` or :class:`BetaMixture`.

    Returns
    -------
    probability : ndarray of shape (n_samples,)
        Probability of belonging to the component of low losses. It never rises with
        the loss.

    Raises
    ------
    ValueError
        If `losses` is not a vector of finite numbers, or `mixture` is unknown.

    See Also
    --------
    sknoisy.detectors.LossMixture : Trains the network, and calls labels wrong.
    flag_issues : A mixture of qualities rather than losses.

    Examples
    --------
    >>> from sknoisy.quality import clean_probability
    >>> clean_probability([0.1, 0.2, 0.1, 2.0, 2.2]).round(3)
    array([1., 1., 1., 0., 0.])
    """
    kind = lookup(mixture, MIXTURES, parameter="mixture", kind="a mixture")
    return kind().fit(losses).low_probability(losses)
