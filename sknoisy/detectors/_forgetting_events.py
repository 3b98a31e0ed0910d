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

    Parameters
    ----------
    network : NoisyLabelClassifier or another network of sknoisy, default=None
        What to train and watch. None stands for ``NoisyLabelClassifier(loss="ce",
        lr_schedule="constant")``, which, in tables, sees no feature further than three
        standard deviations from its mean.

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
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: the fewer events the higher; of equally
        many events, by the mean probability of the label.

    n_events_ : ndarray of shape (n_samples,)
        How often each sample was forgotten; the number of epochs, where its label was
        never predicted.

    is_issue_ : ndarray of shape (n_samples,)
        The labels that are called wrong.

    suggested_labels_ : ndarray of shape (n_samples,)
        The class of the highest mean probability.

    noise_rate_ : float
        Estimated share of wrong labels, from the confident joint of mean probabilities.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label); rows are true classes.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Class probabilities, averaged over epochs.

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
