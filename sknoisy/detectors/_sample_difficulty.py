"""Easy samples, hard ones and wrong labels: the first two are to be kept."""

from sknoisy._data_types import Estimator, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._ranges import check_range
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._recording import TrainingDetector

__all__ = ["SampleDifficulty"]


class SampleDifficulty(TrainingDetector):
    """Tell easy samples from hard ones, and hard ones from wrong labels [1]_.

    Hard samples and wrong labels both have large losses, but call for the opposite: the
    former are worth most, the latter do harm. What tells them apart is how the network
    takes them over the epochs of one training run: of a hard sample it is unsure,
    against a wrong label it is steady.

    Parameters
    ----------
    n_deviations : float >= 0, default=2.0
        How many standard deviations a label has to lead, or to lie behind, so as not to
        be hard.

    Attributes
    ----------
    difficulty_ : ndarray of str of shape (n_samples,)
        "easy", where the label's lead is over ``n_deviations`` times its variability;
        "wrong", where it lies as far behind; and else "hard".

    confidence_ : ndarray of shape (n_samples,)
        Mean probability of the given label over epochs.

    variability_ : ndarray of shape (n_samples,)
        Standard deviation of that probability, at most 0.5.

    agreement_ : ndarray of shape (n_samples,)
        Share of epochs after which the given label was the predicted class.

    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: half of one plus its lead over the class
        that has the highest mean probability of the others.

    noise_rate_ : float
        Share of the samples whose difficulty is "wrong".

    See Also
    --------
    sknoisy.inspection.SampleDifficultyDisplay : Draws the map.
    sknoisy.quality.data_map : The same for a training loop of your own.

    Notes
    -----
    "auto" flags what is "wrong". The statistics are those of [1]_, after each epoch and
    in evaluation mode; the paper draws no lines between its regions, and calls hard
    what is called wrong here, and ambiguous what is called hard.

    References
    ----------
    .. [1] Swayamdipta, Schwartz, Lourie, Wang, Hajishirzi, Smith and Choi, "Dataset
       Cartography: Mapping and Diagnosing Datasets with Training Dynamics",
       EMNLP 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import SampleDifficulty
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2  # a setosa
    >>> detector = SampleDifficulty(random_state=0).fit(X, y)
    >>> detector.quality_.argmin()
    np.int64(7)
    >>> detector.difficulty_[5:8]
    array(['easy', 'easy', 'wrong'], dtype='<U5')
    """

    def __init__(
        self,
        network: Estimator | None = None,
        *,
        n_deviations: float = 2.0,
        threshold: str | float = "auto",
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.network = network
        self.n_deviations = n_deviations
        self.threshold = threshold
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.random_state = random_state

    def _examine(self, X, codes):
        check_range("[0, inf)", n_deviations=self.n_deviations)
        dynamics = self._train(X, codes)
        self.difficulty_ = dynamics.difficulty(self.n_deviations)
        for name in ("confidence", "variability", "agreement"):
            setattr(self, f"{name}_", getattr(dynamics, name))
        return Evidence(
            (1 + dynamics.lead) / 2,
            likeliest(codes, dynamics.probabilities),
            is_issue=self.difficulty_ == "wrong",
        )
