"""One number for each annotator, the chance to be right; all errors are alike."""

from dataclasses import dataclass

import numpy as np

from sknoisy.annotators._em import average_confusion

TINY = 1e-300  # what never happens, so that differences of logarithms stay finite


@dataclass(frozen=True, eq=False)
class Coins:
    """The chance of each annotator to be right, (n_annotators,)."""

    right: np.ndarray
    n_classes: int

    def dense(self):
        """Return confusion matrices, (n_annotators, n_classes, n_classes)."""
        right = self.right[:, np.newaxis, np.newaxis]
        wrong = (1 - right) / (self.n_classes - 1)
        return np.where(np.eye(self.n_classes) > 0, right, wrong)

    def at(self, annotators, labels):
        """Return the probability of votes in each true class, (n_votes, n_classes)."""
        return spread_coins(self.right[annotators], labels, self.n_classes)

    def quality(self, prior):
        """Return the probability that a vote is right, (n_annotators,)."""
        return self.right


class CoinErrors:
    """The one-coin model; with a Beta prior on the chance to be right."""

    def __init__(self, votes, smoothing):
        self.votes = votes
        usual = smoothing * average_confusion(votes)
        self.pseudo_right = usual.trace()
        self.pseudo_wrong = usual.sum() - self.pseudo_right

    def fit(self, proba):
        """Return the `Coins` that class probabilities make likeliest."""
        votes = self.votes
        believed = proba[votes.sample_codes, votes.label_codes]
        right = votes.summed_by_annotator(believed) + self.pseudo_right
        total = votes.per_annotator + self.pseudo_right + self.pseudo_wrong
        return Coins(right / np.maximum(total, TINY), votes.n_classes)

    def log_likelihood(self, errors):
        """Return the log-probability of each sample's votes in each class."""
        votes = self.votes
        log_right, log_wrong = self._logs(errors)
        all_wrong = np.bincount(
            votes.sample_codes,
            log_wrong[votes.annotator_codes],
            minlength=votes.n_samples,
        )
        return votes.weighted_counts(log_right - log_wrong) + all_wrong[:, np.newaxis]

    def without(self, errors, proba, annotators, labels):
        """Return the probability of votes, each without itself, (n_votes, n_classes).

        Parameters
        ----------
        errors : Coins

        proba : ndarray of shape (n_votes, n_classes)
            Class probabilities of the samples.

        annotators, labels : ndarray of shape (n_votes,)
        """
        pseudo = self.pseudo_right + self.pseudo_wrong
        total = self.votes.per_annotator[annotators] + pseudo
        believed = proba[np.arange(len(labels)), labels]
        right = errors.right[annotators] * total - believed
        right = np.clip(right / np.maximum(total - 1, TINY), 0, 1)
        return spread_coins(right, labels, errors.n_classes)

    def log_prior(self, errors):
        """Return the log-density of the prior, but for a constant."""
        log_right, log_wrong = self._logs(errors)
        return self.pseudo_right * log_right.sum() + self.pseudo_wrong * log_wrong.sum()

    def _logs(self, errors):
        wrong = (1 - errors.right) / (errors.n_classes - 1)
        return np.log(np.maximum(errors.right, TINY)), np.log(np.maximum(wrong, TINY))


def spread_coins(right, labels, n_classes):
    """Return the probability of votes in each class by coins, (n_votes, n_classes)."""
    is_right = labels[:, np.newaxis] == np.arange(n_classes)
    wrong = (1 - right) / (n_classes - 1)
    return np.where(is_right, right[:, np.newaxis], wrong[:, np.newaxis])
