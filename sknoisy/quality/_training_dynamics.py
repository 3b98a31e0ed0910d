"""A running record of what a network says of its training samples."""

import numpy as np
from scipy.special import log_softmax

from sknoisy._arrays import as_numpy
from sknoisy._codes import check_codes
from sknoisy._data_types import ArrayLike

__all__ = ["TrainingDynamics"]


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

    confidence, variability, agreement, lead : ndarray of shape (n_samples,)
        See `data_map`.

    n_forgotten : ndarray of shape (n_samples,)
        See `forgetting_events`.

    probabilities : ndarray of shape (n_samples, n_classes)
        Mean class probabilities.

    See Also
    --------
    area_under_margin : The mean margin of logits that are kept.
    data_map : Tells easy samples, hard ones and wrong labels apart.
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

    margin: np.ndarray
    loss: np.ndarray
    confidence: np.ndarray
    agreement: np.ndarray
    probabilities: np.ndarray
    _squares: np.ndarray

    def __init__(self, labels: ArrayLike) -> None:
        self.labels = np.asarray(as_numpy(labels))
        self.n_epochs = 0

    def record(self, logits: ArrayLike) -> None:
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
    def variability(self) -> np.ndarray:
        """Standard deviation over epochs of the given label's probability."""
        return np.sqrt(self._squares / self.n_epochs)

    @property
    def lead(self) -> np.ndarray:
        """By how much the label's mean probability exceeds the highest other one."""
        return label_margins(self.probabilities, self.labels).astype(np.float64)

    def difficulty(self, n_deviations: float = 2.0) -> np.ndarray:
        """Sort samples by how far and how steadily their labels lead.

        Parameters
        ----------
        n_deviations : float >= 0, default=2.0
            How many standard deviations are far.

        Returns
        -------
        difficulty : ndarray of str of shape (n_samples,)
            "easy", "hard" or "wrong"; see `data_map`.
        """
        lead, spread = self.lead, n_deviations * self.variability
        return np.select([lead > spread, lead < -spread], ["easy", "wrong"], "hard")

    @property
    def n_forgotten(self) -> np.ndarray:
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
        logits = np.asarray(as_numpy(logits))
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


def label_margins(logits, labels):
    """Return by how much each label's logit exceeds the highest of the others."""
    rows = np.arange(len(logits))
    others = logits.copy()
    others[rows, labels] = -np.inf
    return logits[rows, labels] - others.max(axis=1)
