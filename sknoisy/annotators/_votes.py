"""Votes: who said what of which sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sknoisy._data_types import ArrayLike, Label
from sknoisy._shown import shown
from sknoisy.annotators import _dataset, _from_frame, _from_long, _from_wide
from sknoisy.annotators._codes import check_codes, counted, in_order
from sknoisy.annotators._tallies import Tallies
from sknoisy.annotators._vocabulary import as_names, codes_in, smallest

if TYPE_CHECKING:
    from datasets import Dataset
    from pandas import DataFrame

__all__ = ["Votes"]


@dataclass(frozen=True, eq=False, repr=False)
class Votes(Tallies):
    """Who said what of which sample: three codes a vote, and what they stand for.

    Every function of `sknoisy.annotators` takes them, and so does
    `ConsensusClassifier` as its `y`. 1,000,000 votes take 9 MB, by however many people
    on however many samples. Make them with ``from_wide``, ``from_long``,
    ``from_frame`` or ``from_dataset``, or read a file with :func:`read_votes` and its
    kin.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,)
        Names or numbers of what was voted on; some may have no vote.

    annotators : ndarray of shape (n_annotators,)
        Names or numbers of who votes; some may give no vote.

    classes : ndarray of shape (n_classes,)
        The labels, sorted; some may have no vote.

    sample_codes, annotator_codes, label_codes : ndarray of int, shape (n_votes,)
        Of each vote: positions in `samples`, `annotators` and `classes`. Sorted by
        sample, then by annotator.

    left_out : dict of str to int, default={}
        How many answers are no votes, by reason.

    Attributes
    ----------
    shape : tuple of (n_samples, n_annotators)
        As of a table with a column for each annotator.

    counts : ndarray of shape (n_samples, n_classes)
        Votes for each class.

    per_sample : ndarray of shape (n_samples,)
        Number of votes on each.

    per_annotator : ndarray of shape (n_annotators,)
        Number of votes by each.

    See Also
    --------
    dawid_skene, majority_vote, crowdlab : From votes to labels.
    read_votes : Votes from a file with a line for each.

    Notes
    -----
    Nobody votes on a sample twice. Indexing (``votes[rows]``) takes samples, as of an
    array, so that scikit-learn's splitters cut votes as they cut X.

    Examples
    --------
    >>> from sknoisy.annotators import Votes, majority_vote
    >>> votes = Votes.from_long(
    ...     samples=["a.png", "a.png", "b.png", "b.png"],
    ...     annotators=["Ann", "Bob", "Bob", None],
    ...     labels=["cat", "dog", "cat", "dog"],
    ... )
    >>> votes
    Votes(n_votes=3, n_samples=2, n_annotators=2, n_classes=2)
    >>> votes.left_out
    {'without an annotator': 1}
    >>> votes.to_wide()
    array([['cat', 'dog'],
           [None, 'cat']], dtype=object)
    >>> majority_vote(votes).labels
    array(['cat', 'cat'], dtype='<U3')
    """

    left_out: dict = field(default_factory=dict)

    def __post_init__(self):
        """Bring the votes into order, and see that they are some."""
        for name in ("samples", "annotators", "classes"):
            self._set(name, np.asarray(getattr(self, name)))
        codes = [np.asarray(getattr(self, f"{name}_codes")) for name in _PARTS]
        codes = in_order(codes, self)
        for name, values, limit in zip(_PARTS, codes, self._limits(), strict=True):
            check_codes(values, limit, name)
            small = smallest(values, limit).copy()
            small.setflags(write=False)
            self._set(f"{name}_codes", small)

    def _set(self, name, value):
        object.__setattr__(self, name, value)

    def _limits(self):
        return self.n_samples, self.n_annotators, self.n_classes

    @classmethod
    def from_wide(
        cls,
        votes: ArrayLike,
        *,
        unlabeled: Label = "auto",
        samples: ArrayLike | None = None,
        annotators: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Make votes of a table with a column for each annotator.

        Parameters
        ----------
        votes : array-like or frame of shape (n_samples, n_annotators)
            Labels: numbers, strings or booleans. NaN, None and pandas.NA stand for
            missing votes.

        unlabeled : label, None or "auto", default="auto"
            What stands for a missing vote besides; Snorkel's matrices say -1. None:
            nothing else does, and -1 may be a label. With "auto", -1 beside other whole
            numbers, or "" beside other texts, is refused, as it may be either.

        samples, annotators : array-like, default=None
            Names of rows and columns. None takes those of a frame, and else numbers.

        classes : array-like, default=None
            All labels that there are, sorted or not, where some may have no vote.

        Returns
        -------
        votes : Votes
            With the samples in the order of the rows.

        Raises
        ------
        ValueError
            If it has another shape, holds no vote, or a label that isn't among
            `classes`.
        """
        return cls(*_from_wide.parts_of(votes, unlabeled, samples, annotators, classes))

    @classmethod
    def from_long(
        cls,
        samples: ArrayLike,
        annotators: ArrayLike,
        labels: ArrayLike,
        *,
        unlabeled: Label = "auto",
        classes: ArrayLike | None = None,
        among: ArrayLike | None = None,
        repeated: str = "refuse",
    ) -> Self:
        """Make votes of three columns, with a line for each vote.

        Parameters
        ----------
        samples, annotators : array-like of shape (n_answers,)
            What was voted on, and who voted: names, numbers, or some of each. Where
            either is missing or blank, the line is no vote.

        labels : array-like of shape (n_answers,)
            The votes.

        unlabeled : label, None or "auto", default="auto"
            What stands for a missing vote besides NaN, None and pandas.NA, as in
            ``from_wide``.

        classes : array-like, default=None
            All labels that there are, where some may have no vote.

        among : array-like of shape (n_samples,), default=None
            All samples, in the order that votes shall have, that of the rows of X, say;
            lines on others are left out. None takes those with votes, sorted.

        repeated : {"refuse", "first", "last"}, default="refuse"
            Which line counts of several by one annotator on one sample.

        Returns
        -------
        votes : Votes
            ``left_out`` says how many lines aren't votes, and why.

        Raises
        ------
        ValueError
            If the three differ in length, no line is a vote, somebody votes on a sample
            twice, or a label isn't among `classes`.
        """
        return cls(
            *_from_long.parts_of(
                samples,
                annotators,
                labels,
                unlabeled=unlabeled,
                classes=classes,
                among=among,
                repeated=repeated,
            )
        )

    @classmethod
    def from_frame(
        cls,
        frame: "DataFrame",
        *,
        sample: str | None = None,
        annotator: str | None = None,
        label: str | None = None,
        **options: Any,
    ) -> "Votes":
        """Make votes of a data frame with a line for each vote.

        Parameters
        ----------
        frame : DataFrame
            Of pandas or polars.

        sample, annotator, label : str, default=None
            Names of its columns. None knows those of crowd-kit, cleanlab, Mechanical
            Turk, Toloka, Appen and Zooniverse, as :func:`read_votes` tells.

        **options : dict
            As of ``from_long``: unlabeled, classes, among, repeated.

        Returns
        -------
        votes : Votes
            Without answers that the requester has rejected; ``left_out`` counts them.

        Raises
        ------
        ValueError
            If a column can't be told, or as ``from_long`` has it.
        """
        columns, rejected = _from_frame.columns_of(frame, sample, annotator, label)
        votes = cls.from_long(*columns, **options)
        return votes.without(rejected)

    @classmethod
    def from_dataset(
        cls,
        dataset: "Dataset",
        *,
        sample: str | None = None,
        annotator: str | None = None,
        label: str = "label",
        unlabeled: Label = -1,
    ) -> Self:
        """Make votes of a dataset of the library `datasets`.

        Parameters
        ----------
        dataset : Dataset
            A row a vote, or a row a sample with lists of votes.

        sample : str, default=None
            The column that names samples. None: a row is a sample.

        annotator : str, default=None
            The column that names annotators, of names, or of lists of them. None: the
            lists in `label` have a place for each annotator.

        label : str, default="label"
            The column of votes, of ClassLabel or plain values, or of lists of them.

        unlabeled : label or None, default=-1
            What stands for no vote besides None; -1, as `datasets` has it.

        Returns
        -------
        votes : Votes
            With the names that ClassLabel gives its numbers, those without a vote
            among them.

        Raises
        ------
        ValueError
            If a column is missing, or a number is out of the range of ClassLabel, which
            `datasets` lets pass when a column is cast.
        """
        return cls.from_long(
            *_dataset.columns_of(dataset, sample, annotator, label, unlabeled),
            unlabeled=None,
            classes=_dataset.names_in(dataset, label),
        )

    def __getitem__(self, rows):
        """Return the votes on some samples: places, a mask or a slice."""
        rows = np.arange(self.n_samples)[rows]
        if rows.ndim != 1:
            raise IndexError("votes are indexed by samples: places, a mask or a slice.")
        places, new = self.places_of(rows)
        return Votes(
            self.samples[rows],
            self.annotators,
            self.classes,
            new,
            self.annotator_codes[places],
            self.label_codes[places],
        )

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "Votes are no labels: a sample has one from everybody who voted on it. One"
            " label a sample is dawid_skene(votes).labels or majority_vote(votes)"
            ".labels; ConsensusClassifier and CrowdLayerClassifier are fitted on votes;"
            " votes.to_wide() is a table."
        )

    def reindex(self, samples: ArrayLike) -> "Votes":
        """Return the votes on `samples`, in their order; unknown ones have no vote.

        Parameters
        ----------
        samples : array-like
            Names of samples, such as the index of the frame of features.

        Raises
        ------
        ValueError
            If none of them is known: then they are names of another kind.
        """
        names = as_names(list(samples))
        where = codes_in(names, self.samples)
        if len(names) and self.n_samples and (where < 0).all():
            raise ValueError(
                f"None of the {len(names)} names has votes: they are like"
                f" {shown(names.tolist()[0])}, those of the votes like"
                f" {shown(self.samples.tolist()[0])}."
            )
        places, new = self.places_of(where[where >= 0])
        kept = np.flatnonzero(where >= 0)
        parts = self.annotator_codes[places], self.label_codes[places]
        return Votes(names, self.annotators, self.classes, kept[new], *parts)

    def of_seen_classes(self) -> "Votes":
        """Return the same votes, without the classes that nobody votes for."""
        seen = np.unique(self.label_codes)
        codes = np.searchsorted(seen, self.label_codes)
        parts = self.sample_codes, self.annotator_codes, codes
        names = self.samples, self.annotators, self.classes[seen]
        return Votes(*names, *parts, self.left_out)

    def without(self, reasons: Mapping[str, int]) -> "Votes":
        """Return the same votes, with more answers counted as left out."""
        left_out = dict(self.left_out)
        for reason, count in reasons.items():
            if count:
                left_out[reason] = left_out.get(reason, 0) + int(count)
        parts = self.sample_codes, self.annotator_codes, self.label_codes
        return Votes(self.samples, self.annotators, self.classes, *parts, left_out)

    @property
    def labels(self) -> np.ndarray:
        """The label of each vote, (n_votes,)."""
        return self.classes[self.label_codes]

    def to_long(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return sample, annotator and label of each vote: three arrays (n_votes,)."""
        samples = self.samples[self.sample_codes]
        return samples, self.annotators[self.annotator_codes], self.labels

    def to_wide(self, unlabeled: Label = None) -> np.ndarray:
        """Return a table with a column for each annotator.

        Parameters
        ----------
        unlabeled : label, default=None
            What stands for votes that weren't given.

        Returns
        -------
        votes : ndarray of shape (n_samples, n_annotators)
            It holds every pair of sample and annotator, whether there is a vote or not.
        """
        return _from_wide.filled(self, unlabeled)

    def to_frame(
        self, sample: str = "task", annotator: str = "worker", label: str = "label"
    ) -> "DataFrame":
        """Return a data frame with a line for each vote, as crowd-kit takes it.

        Parameters
        ----------
        sample, annotator, label : str
            Names of its columns.

        Returns
        -------
        frame : pandas.DataFrame
            With ``n_votes`` rows.
        """
        from pandas import DataFrame

        names = (sample, annotator, label)
        return DataFrame(dict(zip(names, self.to_long(), strict=True)))

    def __repr__(self):
        return (
            f"Votes(n_votes={self.n_votes}, n_samples={self.n_samples},"
            f" n_annotators={self.n_annotators}, n_classes={self.n_classes})"
        )

    def __str__(self):
        told = (
            f"{counted(self.n_votes, 'vote')} on {counted(self.n_samples, 'sample')}"
            f" by {counted(self.n_annotators, 'annotator')}, for"
            f" {counted(self.n_classes, 'class')}"
        )
        if not self.left_out:
            return told
        reasons = sorted(self.left_out.items(), key=lambda item: -item[1])
        told += "; left out: "
        return told + ", ".join(f"{count:,} {reason}" for reason, count in reasons)


_PARTS = ("sample", "annotator", "label")
