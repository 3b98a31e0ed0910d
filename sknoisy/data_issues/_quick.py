"""What can be said of labels and equal rows at once, without a look at features."""

from functools import cached_property

import numpy as np

from sknoisy._one_class_each import holds_quantities
from sknoisy.data_issues._blank_labels import blank_labels
from sknoisy.data_issues._data import Data, of_one_type
from sknoisy.data_issues._duplicates import contradictions, exact_duplicates
from sknoisy.data_issues._imbalance import imbalance
from sknoisy.data_issues._look_alikes import look_alikes
from sknoisy.data_issues._numeric_target import numeric_target
from sknoisy.data_issues._rare_classes import rare_classes
from sknoisy.data_issues._report import DataIssues
from sknoisy.data_issues._row_order import row_order
from sknoisy.data_issues._several_labels import several_labels

__all__ = ["QUICK", "look_at_labels"]

QUICK = {
    "look_alikes": look_alikes,
    "several_labels": several_labels,
    "numeric_target": numeric_target,
    "blank_labels": blank_labels,
    "rare_classes": rare_classes,
    "contradictions": contradictions,
    "exact_duplicates": exact_duplicates,
    "imbalance": imbalance,
    "row_order": row_order,
}


class _Coded(Data):
    """Labels as codes of classes; a text for each would take a hundred bytes a row."""

    def __init__(self, codes, classes, rows, label):
        super().__init__(None, None, rows, label)
        counts = np.bincount(codes, minlength=len(classes))
        present = np.flatnonzero(counts)
        places = (np.cumsum(counts > 0) - 1).astype(codes.dtype)
        known = of_one_type(classes)[present]
        self._counted = known, places[codes], counts[present]

    @property
    def n_samples(self):
        """How many samples there are."""
        return len(self.codes)

    @cached_property
    def names_classes(self):
        """Whether labels are such that classes can be counted."""
        return self.classes.dtype.kind != "O"

    @cached_property
    def holds_quantities(self):
        """Whether labels are numbers that name no classes."""
        numbers = self.classes.dtype.kind in "iuf"  # how often each comes counts
        return holds_quantities(self.classes[self.codes] if numbers else self.classes)


def look_at_labels(codes, classes, copies=None, *, label="y"):
    """Return what is odd about labels, and about rows that are copies of others.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Labels 0…c−1; −1 where there is none.

    classes : ndarray of shape (c,)

    copies : ndarray of shape (n_samples,), default=None
        Equal numbers for copies, as `find_copies` has them; None where there are none.

    label : str, default="y"
        What to call the labels in sentences.

    Returns
    -------
    report : DataIssues
    """
    rows = np.flatnonzero(codes >= 0)
    data = _Coded(codes[rows], classes, rows, label)
    data.copies = data.twins = None if copies is None else _renumbered(copies[rows])
    issues = [check(data) for check in QUICK.values()]
    found = tuple(issue for issue in issues if issue is not None)
    return DataIssues(found, tuple(QUICK), len(rows))


def _renumbered(copies):
    """Return numbers 0, 1, …, or None if none of those with a label has a copy."""
    different, numbers = np.unique(copies, return_inverse=True)
    return None if len(different) == len(copies) else numbers
