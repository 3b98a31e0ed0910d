"""Annotators whose silence tells something, as that of labelling functions does."""

from dataclasses import dataclass

import numpy as np

from sknoisy.annotators._em import average_confusion

TINY = 1e-12
PSEUDO_SAMPLES = 2.0  # of each true class that what is usual of a person is worth


@dataclass(frozen=True, eq=False)
class VotesAndSilence:
    """How often each annotator votes for what in each true class, or says nothing.

    Parameters
    ----------
    annotators, labels : ndarray of int, shape (n_pairs,)
        The pairs of annotator and label that occur in votes.

    found : ndarray of shape (n_pairs, n_classes)
        The probability of each pair's label in each true class.

    silent : ndarray of shape (n_annotators, n_classes)
        The probability of no vote.
    """

    annotators: np.ndarray
    labels: np.ndarray
    found: np.ndarray
    silent: np.ndarray

    def dense(self):
        """Return confusion matrices of the votes that are given."""
        n_annotators, n_classes = self.silent.shape
        matrices = np.full((n_annotators, n_classes, n_classes), TINY)
        matrices[self.annotators, :, self.labels] = self.found
        return matrices / matrices.sum(axis=2, keepdims=True)

    def quality(self, prior):
        """Return the probability that a vote, once given, is right, (n_annotators,)."""
        own = self.found[np.arange(len(self.labels)), self.labels] * prior[self.labels]
        right = np.bincount(self.annotators, own, len(self.silent))
        return right / np.maximum((1 - self.silent) @ prior, TINY)


class SilenceErrors:
    """A model in which an annotator's silence is one more thing that he can say.

    Votes alone can't tell a rule that names class 1 or nothing from one that is always
    wrong. How often it speaks where others name class 1, and where they name class 2,
    does tell.
    """

    def __init__(self, votes):
        self.votes = votes
        self.annotators, self.labels, _ = votes.pairs
        rate = votes.per_annotator / len(votes)
        usual = average_confusion(votes).T[self.labels]
        given = np.bincount(self.annotators, minlength=votes.n_annotators)
        several = (given > 1)[self.annotators, np.newaxis]
        # who names one class alone: by how much more where it is usual to name it
        shares = votes.indicator.sum(axis=0) / len(votes)
        lift = usual / np.maximum(usual.mean(axis=1, keepdims=True), TINY)
        named = np.where(several, rate[self.annotators, np.newaxis] * usual, 0)
        self.usual = np.where(several, named, shares[:, np.newaxis] * lift)
        self.usual = np.minimum(self.usual, 1 - 1e-3)

    def fit(self, proba):
        """Return what class probabilities make likeliest."""
        found = self.votes.indicator.T @ proba + PSEUDO_SAMPLES * self.usual
        found /= proba.sum(axis=0) + PSEUDO_SAMPLES
        spoken = np.zeros((self.votes.n_annotators, self.votes.n_classes))
        np.add.at(spoken, self.annotators, found)
        silent = np.clip(1 - spoken, 1e-6, 1)
        return VotesAndSilence(self.annotators, self.labels, found, silent)

    def log_likelihood(self, errors):
        """Return the log-probability of votes and silence in each class."""
        log_silent = np.log(errors.silent)
        odds = np.log(np.maximum(errors.found, TINY)) - log_silent[self.annotators]
        return self.votes.indicator @ odds + log_silent.sum(axis=0)

    def log_prior(self, errors):
        """Return the log-density of the prior on what is said, but for a constant."""
        spoken = self.usual * np.log(np.maximum(errors.found, TINY))
        usual = np.zeros_like(errors.silent)
        np.add.at(usual, self.annotators, self.usual)
        silent = np.maximum(1 - usual, 0) * np.log(errors.silent)
        return PSEUDO_SAMPLES * float(spoken.sum() + silent.sum())
