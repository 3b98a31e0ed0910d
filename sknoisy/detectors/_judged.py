"""Whose label is judged: who has one, of a class that is large enough, once each."""

import warnings
from dataclasses import dataclass

import numpy as np

from sknoisy._duplicates import equal_rows, find_copies, find_repeats

LEAST, MOST = 5, 11  # labels that a class needs: one for each fold, and enough of all
SHARE = 0.2  # of an even share, between these


@dataclass(frozen=True)
class Judged:
    """The samples that are judged, and whom else their verdicts are for.

    Parameters
    ----------
    rows : ndarray of shape (n_judged,)
        Their positions, ascending; of equal rows with equal labels the first.

    codes : ndarray of shape (n_judged,)
        Their labels as codes 0…k−1 of the judged classes.

    classes : ndarray of shape (k,)
        The codes of these among all classes.

    place : ndarray of shape (n_samples,)
        Where among `rows` each sample's verdict is; −1 for samples without.

    contradicted : ndarray of bool of shape (n_samples,)
        Who has an equal row with another label.

    copies : ndarray of shape (n_samples,)
        Equal numbers for equal rows; None where no row equals another.
    """

    rows: np.ndarray
    codes: np.ndarray
    classes: np.ndarray
    place: np.ndarray
    contradicted: np.ndarray
    copies: np.ndarray | None

    @property
    def are_all(self):
        """Whether each sample is judged by itself."""
        return len(self.rows) == len(self.place)

    @property
    def has_verdict(self):
        """Which samples there is a verdict on."""
        return self.place >= 0

    @property
    def twins(self):
        """Whose verdict it is, for each sample that has one."""
        return self.place[self.has_verdict]

    @property
    def most_are_left(self):
        """Whether each class keeps half its samples without the contradicted."""
        left = np.bincount(self.codes, ~self.contradicted[self.rows])
        return bool((2 * left >= np.bincount(self.codes)).all())

    @property
    def groups_of_copies(self):
        """Equal numbers 0, 1, … for the judged that are equal."""
        assert self.copies is not None
        return np.unique(self.copies[self.rows], return_inverse=True)[1]


def choose_judged(X, codes, groups=None, *, compare=True, may_move=True):
    """Return which samples to judge.

    Parameters
    ----------
    X : array-like with n_samples rows

    codes : ndarray of shape (n_samples,)
        Labels 0…c−1; −1 where there is none.

    groups : ndarray of shape (n_samples,), default=None
        A class that only one of them has isn't judged.

    compare : bool, default=True
        Whether to look for equal rows.

    may_move : bool, default=True
        Whether samples may be left out, so that others take their places. Copies count
        all the same where there are groups, which keep them apart.
    """
    alone = may_move and groups is None
    keys = find_repeats(X, codes) if compare and alone else np.arange(len(codes))
    once = np.unique(keys)
    copies = find_copies(X, once) if compare else None
    if copies is not None and alone:
        keys = copies * (codes.max() + 1) + codes
        once = np.unique(keys, return_index=True)[1]
    classes = np.unique(codes[codes >= 0])
    if may_move:
        classes = large_enough(codes[once], None if groups is None else groups[once])
    has_verdict = np.isin(codes, classes)
    contradicted = np.zeros(len(codes), dtype=bool)
    if copies is not None:
        contradicted[has_verdict] = _differ(codes[has_verdict], copies[has_verdict])
    elif len(once) < len(codes):
        copies = equal_rows(X)  # all are there several times, to be told of
    _, rows, inverse = np.unique(
        keys[has_verdict], return_index=True, return_inverse=True
    )
    order = np.argsort(rows)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    place = np.full(len(codes), -1)
    place[has_verdict] = rank[inverse]
    rows = np.flatnonzero(has_verdict)[rows[order]]
    found = np.searchsorted(classes, codes[rows])
    return Judged(rows, found, classes, place, contradicted, copies)


def large_enough(codes, groups=None):
    """Return the codes of the classes that have enough labels for others to judge them.

    That is a fifth of an even share of all labels, but no fewer than 5 and no more than
    11, in two groups at least; where fewer than two classes have so many, two labels.
    If that leaves less than two classes, all are judged, as far as that goes.
    """
    labeled = codes >= 0
    counts = np.bincount(codes[labeled])
    several = np.ones(len(counts), dtype=bool)
    if groups is not None:
        pairs = np.unique(np.stack([codes[labeled], groups[labeled]]), axis=1)
        several = np.bincount(pairs[0], minlength=len(counts)) > 1
    even = counts.sum() / max(1, np.count_nonzero(counts >= LEAST))
    for least in (np.clip(SHARE * even, LEAST, MOST), 2):
        enough = np.flatnonzero((counts >= least) & several)
        if len(enough) > 1:
            return enough
    return np.flatnonzero(counts)


def warn_of_small(unjudged, n_labels):
    """Say whose labels nobody can judge."""
    if not len(unjudged):
        return
    names = ", ".join(map(repr, unjudged[:5].tolist()))
    more = f" and {len(unjudged) - 5} more" if len(unjudged) > 5 else ""
    label, are = ("label", "is") if n_labels == 1 else ("labels", "are")
    warnings.warn(
        f"{n_labels} {label} of classes that are too small to judge {are} left alone:"
        f" {names}{more}. If that is a misspelling, mend it; see unjudged_classes_.",
        UserWarning,
        stacklevel=4,
    )


def _differ(codes, copies):
    """Return who has an equal row with another label."""
    pairs = np.unique(np.stack([copies, codes]), axis=1)
    labels_each = np.bincount(pairs[0], minlength=copies.max() + 1)
    return labels_each[copies] > 1
