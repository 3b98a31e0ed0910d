"""Losses of two kinds of samples, told apart by a mixture."""

from sknoisy._data_types import Estimator, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._registry import lookup
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._recording import TrainingDetector
from sknoisy.quality import MIXTURES

__all__ = ["LossMixture"]


class LossMixture(TrainingDetector):
    """Find the labels whose losses belong to the upper of two distributions [1]_ [2]_.

    While a network learns, right labels have small losses and wrong ones large losses.
    A mixture of two distributions tells which is which: neither the share of wrong
    labels nor a threshold has to be known.

    Parameters
    ----------
    mixture : {"gaussian", "beta"}, default="gaussian"
        Which distributions the losses have: normal ones, as in DivideMix [2]_, or beta
        distributions [1]_.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: the probability that its loss belongs to
        the lower distribution.

    losses_ : ndarray of shape (n_samples,)
        Cross entropy of the given label, averaged over epochs.

    mixture_ : NormalMixture or BetaMixture
        The fitted mixture; ``mixture_.density(losses)`` is for plots.

    noise_rate_ : float
        Estimated share of wrong labels: those of the upper distribution for which
        another class is suggested.

    See Also
    --------
    SmallLoss : The same losses without a mixture.
    sknoisy.quality.clean_probability : The same for losses from elsewhere.

    Notes
    -----
    "auto" flags labels whose loss more likely belongs to the upper distribution. It
    always finds two kinds of samples, also where no label is wrong: then they are the
    easy and the hard ones. [1]_ and [2]_ fit the losses of single epochs; their mean
    over epochs is steadier.

    References
    ----------
    .. [1] Arazo, Ortego, Albert, O'Connor and McGuinness, "Unsupervised Label Noise
       Modeling and Loss Correction", ICML 2019.
    .. [2] Li, Socher and Hoi, "DivideMix: Learning with Noisy Labels as
       Semi-supervised Learning", ICLR 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import LossMixture
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2  # a setosa
    >>> detector = LossMixture(random_state=0).fit(X, y)
    >>> detector.quality_.argmin()
    np.int64(7)
    >>> detector.is_issue_[7], detector.suggested_labels_[7]
    (np.True_, np.int64(0))
    """

    def __init__(
        self,
        network: Estimator | None = None,
        *,
        mixture: str = "gaussian",
        threshold: str | float = "auto",
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.network = network
        self.mixture = mixture
        self.threshold = threshold
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.random_state = random_state

    def _examine(self, X, codes):
        kind = lookup(self.mixture, MIXTURES, parameter="mixture", kind="a mixture")
        dynamics = self._train(X, codes)
        self.losses_ = dynamics.loss
        self.mixture_ = kind().fit(self.losses_)
        quality = self.mixture_.low_probability(self.losses_)
        suggested = likeliest(codes, dynamics.probabilities)
        return Evidence(quality, suggested, is_issue=quality < 0.5)
