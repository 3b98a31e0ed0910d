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
    network : NoisyLabelClassifier or another network of sknoisy, default=None
        What to train and watch. None stands for ``NoisyLabelClassifier(loss="ce",
        lr_schedule="constant")``, which, in tables, sees no feature further than three
        standard deviations from its mean.

    n_deviations : float >= 0, default=2.0
        How many standard deviations a label has to lead, or to lie behind, so as not to
        be hard.

    threshold : "auto", "noise_rate", "mixture", float in (0, 1) or int, default="auto"
        Which labels are called issues. "auto" is this detector's own rule, see Notes;
        "noise_rate" flags the least trusted, as many as ``noise_rate_`` says;
        "mixture" draws the line between two normal distributions fitted to the
        qualities; a float is the share to flag and an int their number. Of equal
        qualities the first go first.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label are left out: quality NaN, no issue, and what is
        suggested is what `y` holds.

    deduplicate : bool, default=True
        Whether copies (equal rows with equal labels) count once, so that none vouches
        for the mistake of another. Rows of few columns with few values may be equal by
        chance, and are no copies then.

    random_state : int, RandomState instance or None, default=None
        Seed of whatever is drawn, such as folds, and of the classifiers that are not
        given. None takes fresh entropy; numpy's global generator is never touched.

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

    is_issue_ : ndarray of shape (n_samples,)
        The labels that are called wrong.

    suggested_labels_ : ndarray of shape (n_samples,)
        The class of the highest mean probability.

    noise_rate_ : float
        Share of the samples whose difficulty is "wrong".

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label); rows are true classes.

    contradictions_ : ndarray of shape (n_samples,)
        Who has a copy with another label, of which one at most is right. With
        `deduplicate`.

    unjudged_classes_ : ndarray
        Classes of too few labels for others to judge them: of less than a fifth of an
        even share, but always of fewer than 5, never of more than 10. Their samples
        are left alone: quality NaN, no issue.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    n_features_in_ : int
        Number of features seen in fit.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

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
