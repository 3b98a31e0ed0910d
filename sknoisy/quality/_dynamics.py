"""What a network says of its training samples, epoch by epoch, tells right from wrong.

Right labels are learned early and for good; wrong ones late, against what the rest of
the data teaches, and are forgotten again.
"""

import numpy as np
from scipy.special import log_softmax
from sklearn.utils import Bunch

from sknoisy.quality._validation import check_codes

__all__ = [
    "TrainingDynamics",
    "area_under_margin",
    "data_map",
    "forgetting_events",
    "mean_loss",
]


class TrainingDynamics:
    """A running record of training, one call an epoch; memory doesn't grow with epochs.

    For a training loop of your own: hand it the logits of all training samples after
    every epoch, and read what they tell of the labels at the end. The detectors record
    the training of sknoisy's classifiers in this way.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1, the order of the logits' columns.

    Attributes
    ----------
    n_epochs : int
        Epochs recorded so far.

    margin : ndarray of shape (n_samples,)
        Mean margin: by how much the logit of the given label exceeds the highest other
        one. See `area_under_margin`.

    loss : ndarray of shape (n_samples,)
        Mean cross entropy of the given label.

    confidence, variability, agreement : ndarray of shape (n_samples,)
        See `data_map`.

    n_forgotten : ndarray of shape (n_samples,)
        See `forgetting_events`.

    probabilities : ndarray of shape (n_samples, n_classes)
        Mean class probabilities.

    See Also
    --------
    area_under_margin : The mean margin of logits that are kept.
    data_map : Confidence, variability and agreement.
    forgetting_events : How often each sample was learned and forgotten.

    Examples
    --------
    >>> from sknoisy.quality import TrainingDynamics
    >>> dynamics = TrainingDynamics(labels=[0, 1])
    >>> dynamics.record([[2.0, 0.0], [0.5, 0.0]])
    >>> dynamics.record([[4.0, 0.0], [0.0, 0.5]])
    >>> dynamics.margin
    array([3., 0.])
    """

    def __init__(self, labels):
        self.labels = np.asarray(labels)
        self.n_epochs = 0

    def record(self, logits):
        """Add an epoch.

        Parameters
        ----------
        logits : array-like of shape (n_samples, n_classes)
            What the network says of each sample, before the softmax; in evaluation
            mode, or as it was in training.

        Raises
        ------
        ValueError
            If the shape isn't that of the epochs before, `labels` aren't codes of the
            columns, or a logit is NaN or infinite.
        """
        logits = self._check(logits)
        if not self.n_epochs:
            self._start(*logits.shape)
        self.n_epochs += 1
        log_p = log_softmax(logits, axis=1)
        rows = np.arange(len(logits))
        self._average("margin", label_margins(logits, self.labels))
        self._average("loss", -log_p[rows, self.labels])
        proba = np.exp(log_p, out=log_p)
        self._note_confidence(proba[rows, self.labels])
        self._note_prediction(logits.argmax(axis=1) == self.labels)
        self._average("probabilities", proba)

    @property
    def variability(self):
        """Standard deviation over epochs of the given label's probability."""
        return np.sqrt(self._squares / self.n_epochs)

    @property
    def n_forgotten(self):
        """How often each was forgotten; `n_epochs` where it was never learned."""
        return np.where(self._learned, self._forgotten, self.n_epochs)

    def _start(self, n_samples, n_classes):
        for name in ("margin", "loss", "confidence", "agreement", "_squares"):
            setattr(self, name, np.zeros(n_samples))
        # half of the memory, where there are many classes
        self.probabilities = np.zeros((n_samples, n_classes), dtype=np.float32)
        self._learned, self._correct = np.zeros((2, n_samples), dtype=bool)
        self._forgotten = np.zeros(n_samples, dtype=np.int64)

    def _average(self, name, values):
        mean = getattr(self, name)
        mean += (values - mean) / self.n_epochs

    def _note_confidence(self, confidence):
        # Welford's way: a difference of mean squares would lose the digits of a small
        # spread
        before = confidence - self.confidence
        self._average("confidence", confidence)
        self._squares += before * (confidence - self.confidence)

    def _note_prediction(self, correct):
        self._average("agreement", correct)
        self._forgotten += self._correct & ~correct
        self._learned |= correct
        self._correct = correct

    def _check(self, logits):
        logits = np.asarray(logits)
        if logits.ndim != 2 or logits.shape[1] < 2 or logits.dtype.kind not in "fiu":
            raise ValueError(
                f"The logits of an epoch have shape {logits.shape} and dtype"
                f" {logits.dtype}: expected numbers of shape (n_samples, n_classes),"
                " with at least two classes."
            )
        if not np.isfinite(logits).all():
            row = np.flatnonzero(~np.isfinite(logits).all(axis=1))[0]
            raise ValueError(
                f"Row {row} of the logits of epoch {self.n_epochs} holds NaN or"
                f" infinity: {logits[row]}."
            )
        if not self.n_epochs:
            self.labels = check_codes(self.labels, logits.shape[1]).astype(np.intp)
        expected = self.probabilities.shape if self.n_epochs else self._first(logits)
        if logits.shape != expected:
            raise ValueError(
                f"The logits of epoch {self.n_epochs} have shape {logits.shape}:"
                f" expected {expected}, as many rows as labels and as many columns as"
                " in the epochs before."
            )
        return logits.astype(np.float64) if logits.dtype.kind in "iu" else logits

    def _first(self, logits):
        return len(self.labels), logits.shape[1]


def area_under_margin(logits, labels):
    r"""Area under the margin of each sample [1]_: the lower, the less the label fits.

    .. math:: \frac{1}{T} \sum_{t=1}^{T} z^{(t)}_y - \max_{k \ne y} z^{(t)}_k

    with :math:`z^{(t)}` the logits after epoch t and y the given label. A wrong label's
    logit is pulled up by its own sample alone; all samples like it pull up another.

    Parameters
    ----------
    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    Returns
    -------
    area : ndarray of shape (n_samples,)
        Mean margin; it is unbounded, and negative where another class mostly leads.

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    sknoisy.detectors.AreaUnderMargin : Trains the network, and calls labels wrong.
    TrainingDynamics : All of these values from one pass over the epochs.

    References
    ----------
    .. [1] Pleiss, Zhang, Elenberg and Weinberger, "Identifying Mislabeled Data using
       the Area Under the Margin Ranking", NeurIPS 2020, equations 1 and 2.

    Examples
    --------
    >>> from sknoisy.quality import area_under_margin
    >>> logits = [[[1.0, 0.0], [1.0, 0.0]], [[2.0, 0.0], [1.0, 0.5]]]
    >>> area_under_margin(logits, labels=[0, 1])
    array([ 1.5 , -0.75])
    """
    return _record(logits, labels).margin


def mean_loss(logits, labels):
    """Cross entropy of the given label, averaged over epochs.

    Networks learn right labels first, so that for most of training the wrong ones have
    the larger losses [1]_.

    Parameters
    ----------
    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    Returns
    -------
    loss : ndarray of shape (n_samples,)
        Mean loss, high where the label is likely wrong.

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    clean_probability : From losses to the probability that a label is right.
    sknoisy.detectors.SmallLoss : Trains the network, and calls labels wrong.

    References
    ----------
    .. [1] Arpit et al., "A Closer Look at Memorization in Deep Networks", ICML 2017.

    Examples
    --------
    >>> from sknoisy.quality import mean_loss
    >>> logits = [[[1.0, 0.0], [1.0, 0.0]], [[2.0, 0.0], [1.0, 0.5]]]
    >>> mean_loss(logits, labels=[0, 1]).round(2)
    array([0.22, 1.14])
    """
    return _record(logits, labels).loss


def forgetting_events(logits, labels):
    """Count how often each sample was learned and forgotten again [1]_.

    A sample is forgotten when the network predicted its label after one epoch and
    doesn't after the next.

    Parameters
    ----------
    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    Returns
    -------
    n_events : ndarray of shape (n_samples,)
        Number of events; n_epochs, which no other sample can reach, where the label
        was never predicted.

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    sknoisy.detectors.ForgettingEvents : Trains the network, and calls labels wrong.

    Notes
    -----
    The paper looks at each sample when it is its turn in a batch; here all samples are
    looked at after each epoch, by the same network. On equal logits, the first class is
    the predicted one.

    References
    ----------
    .. [1] Toneva, Sordoni, Tachet des Combes, Trischler, Bengio and Gordon, "An
       Empirical Study of Example Forgetting during Deep Neural Network Learning",
       ICLR 2019.

    Examples
    --------
    >>> from sknoisy.quality import forgetting_events
    >>> right, wrong = [1.0, 0.0], [0.0, 1.0]
    >>> logits = [[right, wrong, wrong], [wrong, right, wrong], [right, right, wrong]]
    >>> forgetting_events(logits, labels=[0, 0, 0])
    array([1, 0, 3])
    """
    return _record(logits, labels).n_forgotten


def data_map(logits, labels):
    """Place each sample by how surely and how steadily its label is predicted [1]_.

    Parameters
    ----------
    logits : array-like of shape (n_epochs, n_samples, n_classes)
        What a network says of its training samples after every epoch, before the
        softmax. A generator of one array of shape (n_samples, n_classes) per epoch
        does, too, and saves memory.

    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    Returns
    -------
    position : Bunch
        Three arrays of shape (n_samples,), each a statistic over epochs:

        - ``confidence``: mean probability of the given label.
        - ``variability``: its standard deviation, at most 0.5.
        - ``agreement``: share of the epochs in which the label was the predicted
          class. The paper calls it correctness.

    Raises
    ------
    ValueError
        If `labels` aren't codes of the columns, epochs differ in shape or there is
        none, or a logit is NaN or infinite.

    See Also
    --------
    sknoisy.detectors.SampleDifficulty : Trains the network, and sorts the samples.
    sknoisy.inspection.SampleDifficultyDisplay : Draws the map.

    References
    ----------
    .. [1] Swayamdipta, Schwartz, Lourie, Wang, Hajishirzi, Smith and Choi, "Dataset
       Cartography: Mapping and Diagnosing Datasets with Training Dynamics",
       EMNLP 2020.

    Examples
    --------
    >>> from sknoisy.quality import data_map
    >>> logits = [[[1.0, 0.0], [1.0, 0.0]], [[2.0, 0.0], [1.0, 1.5]]]
    >>> position = data_map(logits, labels=[0, 1])
    >>> position.agreement
    array([1. , 0.5])
    """
    dynamics = _record(logits, labels)
    names = ("confidence", "variability", "agreement")
    return Bunch(**{name: getattr(dynamics, name) for name in names})


def label_margins(logits, labels):
    """Return by how much each label's logit exceeds the highest of the others."""
    rows = np.arange(len(logits))
    others = logits.copy()
    others[rows, labels] = -np.inf
    return logits[rows, labels] - others.max(axis=1)


def _record(logits, labels):
    dynamics = TrainingDynamics(labels)
    for epoch in logits:
        dynamics.record(epoch)
    if not dynamics.n_epochs:
        raise ValueError("logits holds no epoch: there is nothing to average.")
    return dynamics
