"""The area under the margin, and samples of a class that isn't there as a yardstick."""

import numpy as np
from scipy.special import expit

from sknoisy._data_types import Estimator, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._ranges import check_count, check_range
from sknoisy._seeds import draw_seed
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._recording import TrainingDetector
from sknoisy.quality import TrainingDynamics

__all__ = ["AreaUnderMargin"]

NOBODY = np.empty(0, dtype=np.intp)


class AreaUnderMargin(TrainingDetector):
    """Find labels that never lead by much while a network learns [1]_.

    The margin of a label is the lead of its logit over the highest other one. A right
    label is backed by all samples like it, from early on; a wrong one has only its own
    sample. So the mean margin over the epochs of one training run ranks the labels.
    To know what a wrong label looks like, some samples, drawn at random, get a class of
    their own, which is wrong for each of them: most wrong labels lie below the highest
    of their margins.

    Parameters
    ----------
    percentile : float in [0, 100], default=99
        Which percentile of the threshold samples' margins is the highest that is
        called wrong.

    n_runs : int >= 1, default=1
        How many networks are trained for the threshold, each with threshold samples of
        its own, beside the one that ranks.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: the logistic function of ``margins_``.

    margins_ : ndarray of shape (n_samples,)
        Area under the margin, the mean margin over epochs; unbounded.

    margin_threshold_ : float
        The highest margin that is called wrong, with ``threshold="auto"``.

    noise_rate_ : float
        Estimated share of wrong labels: those below the threshold for which another
        class is suggested.

    See Also
    --------
    LossMixture : Judges by losses; needs no threshold samples.
    sknoisy.quality.area_under_margin : The margins of a training loop of your own.

    Notes
    -----
    "auto" flags labels whose margin is at most ``margin_threshold_``. As in the paper,
    n / (c + 1) of the n samples of c classes become threshold samples; but of each
    class, one sample is kept. Differences from [1]_: margins are those of the network
    as it is after each epoch, not as it was while it trained on the sample; and labels
    are ranked by a network of its own that is trained on all of them, where the paper
    judges each sample in those of its two runs that trained on its label, and lacks a
    part of the samples in both. A network that memorizes its samples memorizes the
    threshold samples, too, and the line comes to lie above right labels: train with
    dropout and few epochs, or set `threshold`.

    References
    ----------
    .. [1] Pleiss, Zhang, Elenberg and Weinberger, "Identifying Mislabeled Data using
       the Area Under the Margin Ranking", NeurIPS 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import AreaUnderMargin
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2  # a setosa
    >>> detector = AreaUnderMargin(random_state=0).fit(X, y)
    >>> detector.quality_.argmin()
    np.int64(7)
    >>> detector.is_issue_[7], detector.suggested_labels_[7]
    (np.True_, np.int64(0))
    """

    def __init__(
        self,
        network: Estimator | None = None,
        *,
        percentile: float = 99,
        n_runs: int = 1,
        threshold: str | float = "auto",
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.network = network
        self.percentile = percentile
        self.n_runs = n_runs
        self.threshold = threshold
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.random_state = random_state

    def _examine(self, X, codes):
        check_range("[0, 100]", percentile=self.percentile)
        check_count(n_runs=self.n_runs)
        whole = self._train_with(NOBODY, X, codes).dynamics
        groups = draw_groups(codes, self.n_runs, self.random_state)
        lines = [
            self._train_with(chosen, X, codes).threshold(self.percentile)
            for chosen in groups
            if len(chosen)
        ]
        self.margins_ = whole.margin
        self.margin_threshold_ = float(np.mean(lines)) if lines else 0.0
        return Evidence(
            expit(self.margins_),
            likeliest(codes, whole.probabilities),
            is_issue=self.margins_ <= self.margin_threshold_,
        )

    def _train_with(self, chosen, X, codes):
        given = codes.copy()
        given[chosen] = len(self.classes_)
        return self._train(X, given, ThresholdWatch(codes, chosen))


class ThresholdWatch:
    """Watches given labels, and the added class in the samples `chosen` to have it."""

    def __init__(self, codes, chosen):
        self.chosen = chosen
        self.dynamics = TrainingDynamics(codes)
        self.added = TrainingDynamics(np.full(len(chosen), codes.max() + 1))

    def record(self, logits):
        """Add an epoch; a column of `logits` for the added class comes last, if any."""
        if not len(self.chosen):
            return self.dynamics.record(logits)
        self.dynamics.record(logits[:, :-1])
        self.added.record(logits[self.chosen])

    def threshold(self, percentile):
        """Return the margin that so many of the chosen don't exceed."""
        return float(np.percentile(self.added.margin, percentile))


def draw_groups(codes, n_groups, random_state):
    """Draw threshold samples for each run, disjoint as long as there are enough.

    Of each class, one sample is never drawn, so that every run knows all classes.
    """
    rng = np.random.RandomState(draw_seed(random_state))
    order = rng.permutation(len(codes))
    _, kept = np.unique(codes[order], return_index=True)
    order = np.delete(order, kept)
    size = min(len(order), len(codes) // (len(kept) + 1))
    return [np.roll(order, -size * i)[:size] for i in range(n_groups)]
