"""What a network learns and forgets again is suspected."""

from sknoisy._data_types import Estimator, Label, Seed
from sknoisy._probs import likeliest
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._recording import TrainingDetector

__all__ = ["ForgettingEvents"]


class ForgettingEvents(TrainingDetector):
    """Trust labels that a network learns once and for good [1]_.

    A sample is forgotten when the network predicted its label after one epoch and
    doesn't after the next. Samples with wrong labels are forgotten again and again, or
    never learned.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: the fewer events the higher; of equally
        many events, by the mean probability of the label.

    n_events_ : ndarray of shape (n_samples,)
        How often each sample was forgotten; the number of epochs, where its label was
        never predicted.

    noise_rate_ : float
        Estimated share of wrong labels, from the confident joint of mean probabilities.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Class probabilities, averaged over epochs.

    See Also
    --------
    SampleDifficulty : Tells hard samples from wrong labels.
    sknoisy.quality.forgetting_events : The events of a training loop of your own.

    Notes
    -----
    "auto" is "noise_rate"; the paper draws no line. Differences from [1]_: all samples
    are looked at after each epoch, in evaluation mode, not one by one in their batches,
    since with dropout nearly everything is forgotten now and then; and ties, of which
    counts have many, are broken by the mean probability.

    References
    ----------
    .. [1] Toneva, Sordoni, Tachet des Combes, Trischler, Bengio and Gordon, "An
       Empirical Study of Example Forgetting during Deep Neural Network Learning",
       ICLR 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import ForgettingEvents
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2  # a setosa
    >>> detector = ForgettingEvents(random_state=0).fit(X, y)
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
        self.n_events_ = dynamics.n_forgotten
        # confidence is below one, so that it decides between equal counts only
        events = self.n_events_ + (1 - dynamics.confidence)
        return Evidence(
            1 - events / (dynamics.n_epochs + 1),
            likeliest(codes, dynamics.probabilities),
            pred_probs=dynamics.probabilities,
        )
