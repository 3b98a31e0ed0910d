"""The samples with the largest losses over training are suspected."""

import numpy as np

from sknoisy._data_types import Estimator, Label, Seed
from sknoisy._probs import likeliest
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._recording import TrainingDetector

__all__ = ["SmallLoss"]


class SmallLoss(TrainingDetector):
    """Trust labels whose loss is small while a network learns [1]_.

    Networks learn what many samples share before they memorize single ones. So, over
    the epochs of one training run, wrong labels have the larger losses.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: its probability in the network, as the
        geometric mean over epochs, which is exp(−mean loss).

    noise_rate_ : float
        Estimated share of wrong labels, from the confident joint of mean probabilities.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Class probabilities, averaged over epochs.

    See Also
    --------
    LossMixture : Two kinds of losses, told apart without a noise rate.
    sknoisy.quality.mean_loss : The losses of a training loop of your own.

    Notes
    -----
    "auto" is "noise_rate": co-teaching and its kin [1]_ drop as many of the largest
    losses, but are told the rate.

    References
    ----------
    .. [1] Han et al., "Co-teaching: Robust Training of Deep Neural Networks with
       Extremely Noisy Labels", NeurIPS 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import SmallLoss
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2  # a setosa
    >>> detector = SmallLoss(random_state=0).fit(X, y)
    >>> detector.quality_.argmin()
    np.int64(7)
    """

    def __init__(
        self,
        network: Estimator | None = None,
        *,
        threshold: str | float = "auto",
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.network = network
        self.threshold = threshold
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.random_state = random_state

    def _examine(self, X, codes):
        dynamics = self._train(X, codes)
        return Evidence(
            np.exp(-dynamics.loss),
            likeliest(codes, dynamics.probabilities),
            pred_probs=dynamics.probabilities,
        )
