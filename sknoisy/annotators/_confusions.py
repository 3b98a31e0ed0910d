"""Confusion matrices of many annotators, of which only what was voted for is kept."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import xlogy

from sknoisy.annotators._em import average_confusion

TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Confusions:
    """A confusion matrix for each annotator.

    Parameters
    ----------
    annotators, labels : ndarray of int, shape (n_pairs,)
        The pairs of annotator and label that occur in votes.

    found : ndarray of shape (n_pairs, n_classes)
        The probability of each pair's label in each true class.

    usual : ndarray of shape (n_classes, n_classes)
        All other entries are those of this matrix,

    scale : ndarray of shape (n_annotators, n_classes)
        times that of their rows.

    right : ndarray of shape (n_annotators, n_classes), default=None
        Where it isn't None, `usual` holds errors alone, which are scaled by what is
        not right, and this stands on the diagonal.
    """

    annotators: np.ndarray
    labels: np.ndarray
    found: np.ndarray
    usual: np.ndarray
    scale: np.ndarray
    right: np.ndarray | None = None

    def dense(self):
        """Return them all, (n_annotators, true class, class voted for)."""
        matrices = self._scale_of_usual()[:, :, np.newaxis] * self.usual
        if self.right is not None:
            places = np.arange(len(self.usual))
            matrices[:, places, places] = self.scale * self.right
        matrices[self.annotators, :, self.labels] = self.found
        return matrices

    def at(self, annotators, labels):
        """Return the probability of votes in each true class, (n_votes, n_classes)."""
        matrices = self._scale_of_usual()[annotators] * self.usual.T[labels]
        if self.right is not None:
            places = np.arange(len(labels))
            right = self.scale[annotators, labels] * self.right[annotators, labels]
            matrices[places, labels] = right
        n_classes = len(self.usual)
        keys = self.annotators.astype(np.int64) * n_classes + self.labels
        wanted = annotators.astype(np.int64) * n_classes + labels
        places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        occurs = keys[places] == wanted
        matrices[occurs] = self.found[places[occurs]]
        return matrices

    def quality(self, prior):
        """Return the probability that a vote is right, (n_annotators,)."""
        if self.right is None:
            right = self.scale * self.usual.diagonal()
        else:
            right = self.scale * self.right
        own = self.found[np.arange(len(self.labels)), self.labels]
        right[self.annotators, self.labels] = own
        return right @ prior

    def of_all_but_last(self):
        """Return those of all annotators but the last."""
        last = np.searchsorted(self.annotators, len(self.scale) - 1)
        return replace(
            self,
            annotators=self.annotators[:last],
            labels=self.labels[:last],
            found=self.found[:last],
            scale=self.scale[:-1],
            right=None if self.right is None else self.right[:-1],
        )

    def _scale_of_usual(self):
        if self.right is None:
            return self.scale
        return self.scale * (1 - self.right)


class ConfusionErrors:
    """The model of Dawid and Skene: every annotator has a confusion matrix.

    A row of each has a Dirichlet prior that is worth `smoothing` votes by the average
    annotator.
    """

    def __init__(self, votes, smoothing):
        self.votes = votes
        self.pseudo_votes = smoothing * average_confusion(votes)
        self.smoothing = smoothing
        self.annotators, self.labels, _ = votes.pairs

    def fit(self, proba):
        """Return the `Confusions` that class probabilities make likeliest."""
        found, totals = count_votes(self.votes, proba)
        totals += self.smoothing
        scale = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
        found += self.pseudo_votes.T[self.labels]
        found *= scale[self.annotators]
        return Confusions(self.annotators, self.labels, found, self.pseudo_votes, scale)

    def without(self, errors, proba, annotators, labels):
        """Return the probability of votes, each without itself, (n_votes, n_classes).

        Parameters
        ----------
        errors : Confusions

        proba : ndarray of shape (n_votes, n_classes)
            Class probabilities of the samples.

        annotators, labels : ndarray of shape (n_votes,)
        """
        total = 1 / errors.scale[annotators]
        left = np.maximum(errors.at(annotators, labels) * total - proba, 0)
        return left / np.maximum(total - proba, TINY)

    def log_likelihood(self, errors):
        """Return the log-probability of each sample's votes in each class."""
        return self.votes.indicator @ np.log(errors.found)

    def log_prior(self, errors):
        """Return the log-density of the prior, but for a constant."""
        if not self.smoothing:
            return 0.0
        usual = self.pseudo_votes
        total = len(errors.scale) * xlogy(usual, usual).sum()
        total += self.smoothing * np.log(errors.scale).sum()
        usual = usual.T[self.labels]
        # what an entry of a pair has in excess of the usual one
        usual_here = usual * errors.scale[self.annotators]
        return total + (xlogy(usual, errors.found) - xlogy(usual, usual_here)).sum()


def count_votes(votes, proba):
    """Return expected votes by pair and true class, and by annotator and true class."""
    annotators, _, _ = votes.pairs
    found = votes.indicator.T @ proba
    totals = np.zeros((votes.n_annotators, votes.n_classes))
    np.add.at(totals, annotators, found)
    return found, totals
