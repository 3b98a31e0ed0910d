"""Rows that are there several times, with one label or with several."""

import numpy as np

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import counted, share, verb

__all__ = ["contradictions", "exact_duplicates", "few_different_rows"]

FEW = 0.2  # of all rows, that are different from each other


def exact_duplicates(data):
    """Find rows that are equal in all features.

    ``details["sets"]`` lists the places of equal rows, largest sets first.
    """
    if data.copies is None:
        return None
    n_each = np.bincount(data.twins)
    rows = np.flatnonzero(n_each[data.twins] > 1)
    n_sets = int((n_each > 1).sum())
    return DataIssue(
        "exact_duplicates",
        f"{counted(len(rows), 'row')} ({share(len(rows) / data.n_samples)}) equal"
        f" another in all features: {counted(n_sets, 'row')} that"
        f" {verb(n_sets, 'comes', 'come')} {_times(n_each)}.",
        "Whoever has learned from one copy vouches for the label of the other, wrong or"
        " not: wrong labels that were copied aren't found.",
        "Copies are kept together, so that none is judged by another."
        if data.groups is None
        else "Your groups decide who judges whom.",
        "Leave copies out of the file, or say which rows belong together (--group).",
        "warning",
        rows=data.rows[rows],
        details={"n_sets": n_sets, "sets": _sets(data)},
    )


def contradictions(data):
    """Find equal rows with different labels, of which some are wrong for certain.

    ``details["sets"]`` lists the places of rows that contradict each other.
    """
    if not data.names_classes or data.copies is None:
        return None
    is_mixed = _mixed(data)
    if not is_mixed.any():
        return None
    rows = np.flatnonzero(is_mixed[data.twins])
    n_sets = int(is_mixed.sum())
    return DataIssue(
        "contradictions",
        f"{counted(len(rows), 'row')} contradict{verb(len(rows), 's', '')} each other:"
        f" equal in all features, but not in {data.label!r}"
        f" ({counted(n_sets, 'set')} of such rows).",
        "If they are copies, not all of these labels can be right; if not, the features"
        " are too coarse to tell classes apart. No judge can say which is right.",
        "Nothing: they are told of here.",
        "Look at each set as a whole, and settle it.",
        "warning",
        rows=data.rows[rows],
        details={"n_sets": n_sets, "sets": _sets(data, is_mixed)},
    )


def few_different_rows(data):
    """Find out whether features have but few different rows, each with all labels."""
    if not data.names_classes or not data.n_samples or data.copies is not None:
        return None
    n_different = int(data.twins.max()) + 1
    if n_different > FEW * data.n_samples:
        return None
    is_mixed = _mixed(data)
    torn = is_mixed[data.twins].mean()
    if torn < 0.5:
        return None
    return DataIssue(
        "few_different_rows",
        f"The features make only {n_different:,} different rows of"
        f" {data.n_samples:,}, and {share(torn)} of the rows have a twin with another"
        " label.",
        "What tells the classes apart is mostly not in the features: a judge knows how"
        " often each label comes with such a row, and no more.",
        "Nothing.",
        "Bring columns that tell more; take issues for rare cases, which they are.",
        "warning",
        details={"n_different": n_different},
    )


def _times(n_each):
    least, most = n_each[n_each > 1].min(), n_each.max()
    return f"{most:,} times" if least == most else f"up to {most:,} times"


def _mixed(data):
    """Return for each different row whether its copies have several labels."""
    pairs = np.unique(data.twins.astype(np.int64) * len(data.classes) + data.codes)
    return np.bincount(pairs // len(data.classes)) > 1


def _sets(data, chosen=None, limit=100):
    """Return the places of equal rows, of the largest sets."""
    n_each = np.bincount(data.twins)
    if chosen is not None:
        n_each = np.where(chosen, n_each, 0)
    largest = np.argsort(-n_each, kind="stable")[:limit]
    largest = largest[n_each[largest] > 1]
    order = np.argsort(data.twins, kind="stable")
    starts = np.searchsorted(data.twins[order], largest)
    ends = np.searchsorted(data.twins[order], largest, side="right")
    return [data.rows[order[i:j]].tolist() for i, j in zip(starts, ends, strict=True)]
