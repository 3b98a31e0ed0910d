"""Confusion matrices that are drawn to what is usual, as far as the votes say."""

from typing import Any

import numpy as np
from scipy.special import expit, gammaln, logit

from sknoisy.annotators._confusions import Confusions, count_votes

OWN = 4.0  # votes that an annotator's share of right ones is drawn to the crowd's by
STRENGTHS = 2.0 ** np.arange(7)  # votes on a true class that what is usual is worth
FIRST = 16.0  # of them, while the votes have not been asked
EVENNESS = np.array([1, 3, 10, 30, 100, 300, 1000, 10_000])  # wrong votes, likewise
SETTLED = 15  # steps after which nothing but the votes is weighed any more
ASKED = (2, 6, 10, 14)  # of these steps: the first know nothing of people yet
TINY = 1e-6


class ShrunkErrors:
    """Confusion matrices with a prior whose mean and strength the votes choose.

    Annotator j is expected to be right with his own probability, less often in classes
    that are hard for the crowd, and to err in the directions in which the crowd errs;
    classes are themselves drawn to being equally hard, and errors to even ones. How
    many votes that is worth may differ from one annotator to the next, since who names
    one class all the time errs like nobody else: a mixture over `STRENGTHS`, by how
    likely each makes the expected votes with the matrices integrated out.

    Parameters
    ----------
    votes : Votes

    mean : {"latest", "first", "even"}
        Which labels tell how hard classes are and where errors go: those of the last
        step, or, since where votes are few such a mean and the labels can drag each
        other away, the shares of votes; or none, and all are alike.
    """

    def __init__(self, votes, mean="latest"):
        self.votes = votes
        self.mean = mean
        self.annotators, self.labels, _ = votes.pairs
        self.is_right = np.arange(votes.n_classes) == self.labels[:, np.newaxis]
        self.mixture = np.tile(STRENGTHS == FIRST, (votes.n_annotators, 1)) * 1.0
        self.n_steps = 0
        self.right: Any = None
        self.own: Any = None
        self.of_votes: Any = None
        self.ease: Any = None
        self.errors: Any = None
        self.usual: Any = None

    def fit(self, proba):
        """Return the `Confusions` that class probabilities make likely."""
        found, totals = count_votes(self.votes, proba)
        if self.n_steps < SETTLED:
            self._choose_mean(found, totals)
        if self.n_steps in ASKED:
            self.mixture = mix(self._evidence(found, totals))
        self.n_steps += 1
        of_votes, of_usual = np.zeros_like(totals), np.zeros_like(totals)
        for share, strength in zip(self.mixture.T, STRENGTHS, strict=True):
            part = share[:, np.newaxis] / (totals + strength)
            of_votes += part
            of_usual += strength * part
        self.of_votes = of_votes
        found *= of_votes[self.annotators]
        found += self.usual * of_usual[self.annotators]
        parts = self.annotators, self.labels, found, self.errors, of_usual
        return Confusions(*parts, right=self.right)

    def log_likelihood(self, errors):
        """Return the log-probability of each sample's votes in each class."""
        return self.votes.indicator @ np.log(errors.found)

    def without(self, errors, proba, annotators, labels):
        """Return the probability of votes, each without itself, (n_votes, n_classes).

        Parameters
        ----------
        errors : Confusions

        proba : ndarray of shape (n_votes, n_classes)
            Class probabilities of the samples.

        annotators, labels : ndarray of shape (n_votes,)
        """
        given = self.votes.per_annotator[annotators] + OWN
        believed = proba[np.arange(len(labels)), labels]
        own = (self.own[annotators] * given - believed) / (given - 1)
        usual = self._usual_of(own, labels)
        of_usual, of_votes = errors.scale[annotators], self.of_votes[annotators]
        votes = errors.at(annotators, labels)
        votes = votes - of_usual * self._usual_of(self.own[annotators], labels)
        votes = np.maximum(votes / of_votes - proba, 0)
        left = np.maximum(1 - of_votes * proba, TINY)  # of the weight that there was
        return (votes * of_votes + usual * of_usual) / left

    def log_prior(self, errors):
        """Return 0, or -inf while the prior is still being chosen."""
        return -np.inf if self.n_steps <= SETTLED else 0.0

    def _choose_mean(self, found, totals):
        """Choose what is usual."""
        right = np.bincount(
            self.annotators, found[self.is_right], self.votes.n_annotators
        )
        given = totals.sum(axis=1)
        self.own = (right + OWN * right.sum() / given.sum()) / (given + OWN)
        if self.mean == "even":
            self.ease = np.zeros(self.votes.n_classes)
            self.errors = even_errors(self.votes.n_classes)
        elif self.mean == "latest" or self.errors is None:
            self.ease, self.errors = self._ease(found, totals), self._directions(found)
        self.right = self._right_of(self.own)
        self.usual = self._usual_of(self.own[self.annotators], self.labels)

    def _right_of(self, own):
        own = np.clip(own, TINY, 1 - TINY)
        return expit(logit(own)[:, np.newaxis] + self.ease)

    def _usual_of(self, own, labels):
        """Return what is usual of labels by people, (n_labels, n_classes)."""
        right = self._right_of(own)
        is_right = labels[:, np.newaxis] == np.arange(self.votes.n_classes)
        return np.where(is_right, right, (1 - right) * self.errors.T[labels])

    def _ease(self, found, totals):
        """Return by how much classes are easier than others, in log-odds."""
        right = np.bincount(self.labels, found[self.is_right], self.votes.n_classes)
        totals = totals.sum(axis=0)
        mean = np.clip(right.sum() / totals.sum(), TINY, 1 - TINY)
        evidence = [
            log_rising(weight * mean, right).sum()
            + log_rising(weight * (1 - mean), totals - right).sum()
            - log_rising(weight, totals).sum()
            for weight in EVENNESS
        ]
        weight = EVENNESS[int(np.argmax(evidence))]
        share = (right + weight * mean) / (totals + weight)
        return logit(np.clip(share, TINY, 1 - TINY)) - logit(mean)

    def _directions(self, found):
        """Return the shares of classes in the crowd's errors, zeros on the diagonal."""
        n_classes = self.votes.n_classes
        wrong = np.zeros((n_classes, n_classes))
        np.add.at(wrong, self.labels, np.where(self.is_right, 0, found))
        wrong = wrong.T
        even = even_errors(n_classes)
        if n_classes == 2:
            return even
        totals = wrong.sum(axis=1)
        evidence = [
            log_rising(weight * even[even > 0], wrong[even > 0]).sum()
            - log_rising(weight, totals).sum()
            for weight in EVENNESS
        ]
        weight = EVENNESS[int(np.argmax(evidence))]
        return (wrong + weight * even) / (totals[:, np.newaxis] + weight)

    def _evidence(self, found, totals):
        """Return how likely each strength makes each annotator's votes."""
        evidence = np.empty((len(totals), len(STRENGTHS)))
        for place, strength in enumerate(STRENGTHS):
            of_pairs = log_rising(strength * self.usual, found).sum(axis=1)
            of_rows = log_rising(strength, totals).sum(axis=1)
            evidence[:, place] = self._by_annotator(of_pairs) - of_rows
        return evidence

    def _by_annotator(self, values):
        return np.bincount(self.annotators, values, self.votes.n_annotators)


def even_errors(n_classes):
    """Return shares of classes in errors that go anywhere alike."""
    return (1 - np.eye(n_classes)) / (n_classes - 1)


def log_rising(weights, counts):
    """Return log Γ(w + n) − log Γ(w): the log-probability of n draws, but for more."""
    return gammaln(weights + counts) - gammaln(weights)


def mix(evidence):
    """Return each annotator's shares of the strengths, (n_annotators, n_strengths).

    How frequent strengths are among annotators is estimated from all of them, with one
    of each added, by steps of EM.
    """
    n_annotators, n_strengths = evidence.shape
    frequency = np.full(n_strengths, 1 / n_strengths)
    for _ in range(10):
        log_joint = evidence + np.log(frequency)
        shares = np.exp(log_joint - log_joint.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        frequency = (shares.sum(axis=0) + 1) / (n_annotators + n_strengths)
    return shares
