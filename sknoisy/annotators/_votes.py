"""Votes of several annotators as codes, and the sums that every aggregation needs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._labels import encode_labels
from sknoisy._shown import shown
from sknoisy._unlabeled import as_labels, find_unlabeled, unboxed


@dataclass(frozen=True, eq=False)
class Votes:
    """Checked votes, and what there is to count in them.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_annotators)
        0…c−1, and -1 for a vote that wasn't given.

    classes : ndarray of shape (n_classes,)
        The labels that the codes stand for, sorted.
    """

    codes: np.ndarray
    classes: np.ndarray

    @property
    def shape(self):
        """Numbers of samples, annotators and classes."""
        return (*self.codes.shape, len(self.classes))

    @cached_property
    def triples(self):
        """Sample, annotator and code of each vote that was given."""
        samples, annotators = np.nonzero(self.codes >= 0)
        return samples, annotators, self.codes[samples, annotators]

    @cached_property
    def indicator(self):
        """A one for each vote, sparse: (n_samples, n_annotators * n_classes)."""
        n_samples, n_annotators, n_classes = self.shape
        samples, annotators, codes = self.triples
        columns = annotators * n_classes + codes
        shape = (n_samples, n_annotators * n_classes)
        return sparse.csr_array((np.ones(len(codes)), (samples, columns)), shape=shape)

    @cached_property
    def counts(self):
        """Votes for each class, (n_samples, n_classes)."""
        return self.weighted_counts(np.ones(self.codes.shape[1]))

    @cached_property
    def n_votes(self):
        """Votes on each sample, (n_samples,)."""
        return self.counts.sum(axis=1)

    @cached_property
    def shares(self):
        """Share of each class in a sample's votes; zeros where there are none."""
        return self.counts / np.maximum(self.n_votes, 1)[:, np.newaxis]

    def weighted_counts(self, weights):
        """Return votes for each class, each vote as heavy as its annotator's weight."""
        samples, annotators, codes = self.triples
        n_samples, _, n_classes = self.shape
        cells = samples * n_classes + codes
        counts = np.bincount(
            cells, weights[annotators], minlength=n_samples * n_classes
        )
        return counts.reshape(n_samples, n_classes)

    def mean_by_annotator(self, values, weights=None):
        """Return each annotator's mean of one value a vote; NaN where there is none."""
        _, annotators, _ = self.triples
        weights = np.ones(len(values)) if weights is None else weights
        n_annotators = self.codes.shape[1]
        sums = np.bincount(annotators, weights * values, minlength=n_annotators)
        totals = np.bincount(annotators, weights, minlength=n_annotators)
        known = totals > 0
        return np.divide(sums, totals, out=np.full(n_annotators, np.nan), where=known)

    def of_samples(self, rows):
        """Return the votes on some of the samples."""
        return Votes(self.codes[rows], self.classes)

    def of_seen_classes(self):
        """Return the same votes, without the classes that nobody votes for."""
        seen = np.flatnonzero(self.counts.any(axis=0))
        codes = np.where(self.codes < 0, -1, np.searchsorted(seen, self.codes))
        return Votes(codes, self.classes[seen])


def check_votes(votes, unlabeled="auto"):
    """Return `Votes` in which every sample and every annotator has one.

    `Votes` are returned as they are: who made them has seen to that.
    """
    if isinstance(votes, Votes):
        return votes
    votes = encode_votes(votes, unlabeled)
    check_classes(votes)
    alone = np.flatnonzero(votes.n_votes == 0)
    if alone.size:
        raise ValueError(
            f"{alone.size} of {len(votes.codes)} samples have no vote, the first at"
            f" position {alone[0]}: drop them, or let ConsensusClassifier do so."
        )
    silent = np.flatnonzero((votes.codes < 0).all(axis=0))
    if silent.size:
        raise ValueError(
            f"The annotators in the columns {silent.tolist()} gave no vote: drop these"
            " columns."
        )
    return votes


def encode_votes(votes, unlabeled="auto"):
    """Return `Votes`; samples and annotators may be without any."""
    votes = as_table(votes)
    missing = find_unlabeled(votes, unlabeled, name="votes", may_miss=True)
    if missing.all():
        raise ValueError(
            f"votes, of shape {votes.shape}, holds no vote:"
            f" unlabeled={shown(unlabeled)}, NaN, None and pandas.NA stand for missing"
            " ones."
        )
    classes, present = encode_labels(unboxed(votes[~missing]))
    codes = np.full(votes.shape, -1)
    codes[~missing] = present
    return Votes(codes, classes)


def read_votes(y, unlabeled="auto"):
    """Return `Votes` from a `y` of votes, or of one annotator's labels."""
    y = as_array(y)
    if y.ndim == 1:
        return encode_votes(y[:, np.newaxis], unlabeled)
    if y.shape[1:] == (1,):
        column_or_1d(y, warn=True)  # for its warning: it may be meant as labels
    return encode_votes(y, unlabeled)


def check_classes(votes):
    """Say so if all votes are for one class."""
    if len(votes.classes) < 2:
        raise ValueError(
            f"All votes are for one class, {shown(votes.classes.tolist())}: a"
            " consensus needs two or more. A class that is written as `unlabeled`"
            " counts as missing."
        )


def codes_of(labels, classes):
    """Return positions of `labels` in `classes`, -1 where they aren't among them."""
    known = {label: code for code, label in enumerate(classes.tolist())}
    return np.array([known.get(label, -1) for label in np.asarray(labels).tolist()])


def as_table(votes):
    """Return `votes` as an array with a column for each annotator."""
    votes = as_array(votes)
    if votes.ndim != 2 or 0 in votes.shape:
        raise ValueError(
            f"votes has shape {votes.shape}, expected (n_samples, n_annotators): a"
            " column for each annotator. Labels by a single one are"
            " votes.reshape(-1, 1)."
        )
    return votes


def as_array(votes):
    """Return `votes` as an array in which missing votes are still to be seen."""
    votes = as_numpy(votes)
    if sparse.issparse(votes):
        raise TypeError(
            "votes is a sparse matrix, whose zeros could be votes or none: pass"
            " votes.toarray(), with unlabeled=0 if zeros stand for none."
        )
    return as_labels(votes)
