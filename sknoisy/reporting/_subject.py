"""What a report is on: samples, labels, and what a detector found."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy._labels import check_labels
from sknoisy.cleaning import probabilities_of
from sknoisy.cleaning._suspects import find_suspects
from sknoisy.tables import Table

__all__ = ["Subject", "subject_of"]


@dataclass(frozen=True)
class Subject:
    """Labels as codes of `names`, and what is known of each."""

    X: Any  # what similar rows are looked for by
    shown: Any  # what people see
    y: np.ndarray
    detector: Any
    names: list
    texts: list  # of the labels, of which names are what people read
    given: np.ndarray
    suggested: np.ndarray
    quality: np.ndarray
    is_issue: np.ndarray
    worst_first: np.ndarray  # places of the issues
    pred_probs: np.ndarray | None
    ids: list
    places: np.ndarray | None = None  # of these samples among all, if they are some

    def place(self, row):
        """Return the place of a sample among all."""
        return row if self.places is None else int(self.places[row])

    @property
    def table(self):
        """The table, if it is one, or None."""
        return self.X if isinstance(self.X, Table) else None


def subject_of(X, y, detector, ids, places=None):
    """Return the `Subject`, checked."""
    shown = X.shown if isinstance(X, Table) else X
    y = check_labels(X.y if y is None else y)
    found = find_suspects(
        shown,
        y,
        detector,
        suggested_labels=None,
        is_issue=None,
        classes=_all_classes(y, detector),
        class_names=None,
        only_issues=True,
        max_items=max(1, len(y)),
    )
    return Subject(
        X,
        shown,
        y,
        getattr(detector, "detector_", detector),
        found.vocabulary.names,
        found.vocabulary.texts,
        found.given,
        found.suggested,
        found.quality,
        found.is_issue,
        found.order,
        probabilities_of(detector, found.vocabulary.values, len(y)),
        _names_of_rows(X, ids, len(y)),
        places,
    )


def _all_classes(y, detector):
    known = getattr(detector, "classes_", y[:0])
    return np.unique(np.concatenate([np.unique(y), np.asarray(known, dtype=y.dtype)]))


def _names_of_rows(X, ids, n):
    if ids is None and isinstance(X, Table):
        rows = [f"row {row}" for row in X.rows]
        if X.ids is None:
            return rows
        named = zip(rows, X.ids, strict=True)
        return [r if r == f"row {name}" else f"{r} · {name}" for r, name in named]
    if ids is None:
        ids = [f"row {i}" for i in (X.index if hasattr(X, "iloc") else range(n))]
    if len(ids) != n:
        raise ValueError(f"ids has {len(ids)} names, but X has {n} samples.")
    return [str(name) for name in np.asarray(ids, dtype=object)]
