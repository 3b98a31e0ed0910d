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
    network : NoisyLabelClassifier or another network of sknoisy, default=None
        What to train and watch. None stands for ``NoisyLabelClassifier(loss="ce",
        lr_schedule="constant")``, which, in tables, sees no feature further than three
        standard deviations from its mean.

    mixture : {"gaussian", "beta"}, default="gaussian"
        Which distributions the losses have: normal ones, as in DivideMix [2]_, or beta
        distributions [1]_.

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
        Trust in every given label, in [0, 1]: the probability that its loss belongs to
        the lower distribution.

    losses_ : ndarray of shape (n_samples,)
        Cross entropy of the given label, averaged over epochs.

    mixture_ : NormalMixture or BetaMixture
        The fitted mixture; ``mixture_.density(losses)`` is for plots.

    is_issue_ : ndarray of shape (n_samples,)
        The labels that are called wrong.

    suggested_labels_ : ndarray of shape (n_samples,)
        The class of the highest mean probability.

    noise_rate_ : float
        Estimated share of wrong labels: those of the upper distribution for which
        another class is suggested.

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
