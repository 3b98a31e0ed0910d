"""A table to learn from: features, labels, and where each row came from."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sknoisy._table_errors import listed
from sknoisy.tables._column import Column

__all__ = ["Table"]


@dataclass
class Table:
    """Features and labels of a file, rows without a label left out.

    Parameters
    ----------
    name : str
        Of the file.

    X : DataFrame, ndarray or sparse matrix of shape (n_samples, ...)
        Features: a frame of floats, categories, dates and texts, or an array.

    y : ndarray of shape (n_samples,)
        Given labels: texts, unless the file's own type says numbers.

    y_clean : ndarray of shape (n_samples,), default=None
        True labels, where the file has them.

    label : str, default="y"
        What the file calls the given labels.

    clean_label : str, default=None
        What it calls the true ones.

    columns : list of Column, default=None
        What each column was taken for, labels excepted; None for arrays.

    notes : list of str
        What was guessed, left out or looks strange.

    shown : object, default=None
        What people see of a row: the columns that nothing is learned from included.

    rows : ndarray of shape (n_samples,), default=None
        The place of each row in the file, counted from 0, or the frame's own index.

    ids : ndarray of shape (n_samples,), default=None
        What the file calls each row, where a column of ids or row numbers tells.

    groups : ndarray of shape (n_samples,), default=None
        Whom each row belongs to, where people said it.

    Attributes
    ----------
    is_images : bool
        Whether a sample is more than one row of features.

    See Also
    --------
    read_table : Makes one.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknoisy.tables import read_table
    >>> frame = pd.DataFrame({"size": [1.5, 2.5] * 10, "kind": ["a", "b"] * 10})
    >>> table = read_table(frame, label="kind", name="sizes")
    >>> table.describe()
    'sizes: 20 samples, 1 feature, 2 classes'
    """

    name: str
    X: Any
    y: np.ndarray
    y_clean: np.ndarray | None = None
    label: str = "y"
    clean_label: str | None = None
    columns: list[Column] | None = None
    notes: list[str] = field(default_factory=list)
    shown: Any = None
    rows: Any = None
    ids: np.ndarray | None = None
    groups: np.ndarray | None = None

    @property
    def is_images(self) -> bool:
        """Whether a sample is more than one row of features."""
        return self.X.ndim > 2

    def describe(self) -> str:
        """Return the name, the numbers of samples, features and classes."""
        per_sample = " x ".join(str(n) for n in self.X.shape[1:])
        plural = "" if per_sample == "1" else "s"
        return (
            f"{self.name}: {len(self.y):,} samples, {per_sample} feature{plural},"
            f" {len(np.unique(self.y))} classes"
        )

    def describe_features(self) -> str:
        """Return the features by their kind, on one line; "" for arrays."""
        names: dict[str, list] = {}
        for column in self.columns or []:
            if column.is_feature:
                names.setdefault(column.role, []).append(column.name)
        kinds = (f"{role}: {listed(names[role], 8)}" for role in names)
        return "; ".join(kinds)

    def describe_columns(self) -> list[str]:
        """Return a line for each column: what it was taken for, and why."""
        return [str(column) for column in self.columns or []]
