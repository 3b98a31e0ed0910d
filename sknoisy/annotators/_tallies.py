"""Votes as codes, and the sums that every aggregation needs of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse


@dataclass(frozen=True, eq=False, repr=False)
class Tallies:
    """Codes of sample, annotator and label of each vote, sorted; and what they sum to.

    The arrays are small and can't be written to. Whatever is summed here is as long as
    there are votes, samples or annotators, and never samples times annotators.
    """

    samples: np.ndarray
    annotators: np.ndarray
    classes: np.ndarray
    sample_codes: np.ndarray
    annotator_codes: np.ndarray
    label_codes: np.ndarray

    def __len__(self):
        return len(self.samples)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of samples and annotators, as of a wide table."""
        return len(self.samples), len(self.annotators)

    @property
    def n_samples(self) -> int:
        """Number of samples, those without a vote among them."""
        return len(self.samples)

    @property
    def n_annotators(self) -> int:
        """Number of annotators, those without a vote among them."""
        return len(self.annotators)

    @property
    def n_classes(self) -> int:
        """Number of classes, those that nobody votes for among them."""
        return len(self.classes)

    @property
    def n_votes(self) -> int:
        """Number of votes."""
        return len(self.label_codes)

    @cached_property
    def per_sample(self) -> np.ndarray:
        """Votes on each sample, (n_samples,)."""
        return np.bincount(self.sample_codes, minlength=self.n_samples)

    @cached_property
    def per_annotator(self) -> np.ndarray:
        """Votes of each annotator, (n_annotators,)."""
        return np.bincount(self.annotator_codes, minlength=self.n_annotators)

    @cached_property
    def counts(self) -> np.ndarray:
        """Votes for each class, (n_samples, n_classes)."""
        return self.summed_by_class(None)

    @property
    def shares(self) -> np.ndarray:
        """Share of each class in a sample's votes; zeros where there are none."""
        return self.counts / np.maximum(self.per_sample, 1)[:, np.newaxis]

    def weighted_counts(self, weights: np.ndarray) -> np.ndarray:
        """Return votes for each class, each vote as heavy as its annotator's weight."""
        return self.summed_by_class(weights[self.annotator_codes])

    def summed_by_class(self, values: np.ndarray | None) -> np.ndarray:
        """Return sums of one value a vote, by sample and class voted for."""
        n_cells = self.n_samples * self.n_classes
        cells = self.sample_codes.astype(np.int64) * self.n_classes + self.label_codes
        sums = np.bincount(cells, values, minlength=n_cells)
        return sums.astype(np.float64, copy=False).reshape(self.n_samples, -1)

    def mean_by_annotator(
        self, values: np.ndarray, weights: np.ndarray | None = None
    ) -> np.ndarray:
        """Return each annotator's mean of one value a vote; NaN where there is none."""
        weights = np.ones(len(values)) if weights is None else weights
        sums = self.summed_by_annotator(weights * values)
        totals = self.summed_by_annotator(weights)
        unknown = np.full(self.n_annotators, np.nan)
        return np.divide(sums, totals, out=unknown, where=totals > 0)

    def summed_by_annotator(self, values: np.ndarray) -> np.ndarray:
        """Return sums of one value a vote, (n_annotators,)."""
        return np.bincount(self.annotator_codes, values, minlength=self.n_annotators)

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Annotators and labels of all pairs that occur, and the pair of each vote."""
        keys = self.annotator_codes.astype(np.int64) * self.n_classes + self.label_codes
        different, of_vote = np.unique(keys, return_inverse=True)
        annotators, labels = np.divmod(different, self.n_classes)
        return annotators, labels, of_vote

    @cached_property
    def indicator(self) -> sparse.csr_array:
        """A one for each vote, sparse: (n_samples, n_pairs)."""
        annotators, _, of_vote = self.pairs
        shape = (self.n_samples, len(annotators))
        ones = np.ones(self.n_votes)
        return sparse.csr_array((ones, (self.sample_codes, of_vote)), shape=shape)

    @cached_property
    def starts(self) -> np.ndarray:
        """Where the votes on each sample begin and end, (n_samples + 1,)."""
        return np.concatenate([[0], np.cumsum(self.per_sample)])

    def places_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return places of the votes on samples, and the place of each in `rows`."""
        lengths = self.per_sample[rows]
        new = np.repeat(np.arange(len(rows)), lengths)
        before = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return self.starts[rows][new] + np.arange(len(new)) - before[new], new
