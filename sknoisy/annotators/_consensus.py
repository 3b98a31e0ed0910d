"""What an aggregation of votes comes to."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from sknoisy.annotators._vocabulary import codes_in

__all__ = ["Consensus"]


@dataclass(frozen=True, eq=False, repr=False)
class Consensus:
    """Consensus labels, and what was learned about the annotators on the way.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels in the votes, sorted.

    labels : ndarray of shape (n_samples,)
        The class that each sample seems to belong to.

    proba : ndarray of shape (n_samples, n_classes)
        Probability of each class.

    annotator_quality : ndarray of shape (n_annotators,)
        How far each annotator can be trusted: an estimate of the share of right
        votes. NaN for one who gave no vote.

    prior : ndarray of shape (n_classes,)
        Estimated share of each class.

    n_iter : int, default=0
        Number of EM steps.

    log_likelihood : float, default=None
        Of all votes, under the fitted model.

    annotator_weight : ndarray of shape (n_annotators,), default=None
        Weight of each annotator's votes, where votes are weighed.

    classifier_weight : float, default=None
        Weight of the classifier's probabilities, where these are weighed, too.

    classifier_quality : float, default=None
        Estimated accuracy of a classifier that was one of the annotators.

    difficulty : ndarray of shape (n_samples,), default=None
        How difficult each sample is to annotators, where that is estimated.

    errors : object, default=None
        The model of the annotators' errors that `confusion` is read from, smaller than
        that.

    Attributes
    ----------
    confusion : ndarray of shape (n_annotators, n_classes, n_classes) or None
        ``confusion[j, k, l]`` is the estimated probability that annotator j votes for
        class l where class k is true. None where the method has no such model.

    See Also
    --------
    dawid_skene : Gives one with a confusion matrix for each annotator.
    crowdlab : Gives one with weights.

    Examples
    --------
    >>> from sknoisy.annotators import majority_vote
    >>> consensus = majority_vote([["cat", "cat", "dog"], ["dog", "dog", "dog"]])
    >>> consensus
    Consensus(n_samples=2, n_annotators=3, classes=['cat', 'dog'])
    >>> consensus.labels
    array(['cat', 'dog'], dtype='<U3')
    >>> consensus.label_quality
    array([0.67, 1.  ])
    """

    classes: np.ndarray
    labels: np.ndarray
    proba: np.ndarray
    annotator_quality: np.ndarray
    prior: np.ndarray
    n_iter: int = 0
    log_likelihood: float | None = None
    annotator_weight: np.ndarray | None = None
    classifier_weight: float | None = None
    classifier_quality: float | None = None
    difficulty: np.ndarray | None = None
    errors: Any = None

    @cached_property
    def confusion(self) -> np.ndarray | None:
        """Confusion matrix of each annotator, made when it is first asked for."""
        return None if self.errors is None else self.errors.dense()

    @property
    def codes(self) -> np.ndarray:
        """Consensus labels as positions in `classes`, -1 for none, (n_samples,)."""
        if self.labels.dtype == object and None in self.labels.tolist():
            return codes_in(self.labels, self.classes)
        return np.searchsorted(self.classes, self.labels)

    @property
    def label_quality(self) -> np.ndarray:
        """Probability of each consensus label, NaN without one, (n_samples,)."""
        codes = self.codes
        found = self.proba[np.arange(len(codes)), codes]
        return np.where(codes < 0, np.nan, found)

    def __repr__(self):
        return (
            f"Consensus(n_samples={len(self.labels)},"
            f" n_annotators={len(self.annotator_quality)},"
            f" classes={self.classes.tolist()})"
        )


def spread(consensus, rows):
    """Return the consensus of `rows` for all samples; others get the classes' shares.

    Parameters
    ----------
    consensus : Consensus

    rows : ndarray of bool, shape (n_samples,)
        The samples that `consensus` is about.
    """
    proba = np.tile(consensus.prior, (len(rows), 1))
    proba[rows] = consensus.proba
    codes = np.full(len(rows), consensus.prior.argmax())
    codes[rows] = consensus.codes
    return replace(consensus, proba=proba, labels=consensus.classes[codes])
