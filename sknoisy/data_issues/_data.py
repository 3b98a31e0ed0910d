"""What checks get to see: labels, columns, and numbers made of the features."""

from functools import cached_property

import numpy as np
from scipy.sparse import issparse

from sknoisy._duplicates import equal_rows, find_copies
from sknoisy._frames import frame_of
from sknoisy._one_class_each import holds_quantities
from sknoisy._unlabeled import as_labels, find_nothing
from sknoisy.data_issues._neighbors import Neighbors
from sknoisy.data_issues._numbers import as_numbers
from sknoisy.tables import Table, describe_columns
from sknoisy.tables._features import Features
from sknoisy.tables._opinions import find_opinions

__all__ = ["Data", "data_of", "of_one_type"]

MOST_COLUMNS = 200  # of an array that is looked through column by column


class Data:
    """Samples that have a label.

    Parameters
    ----------
    features : DataFrame, ndarray, sparse matrix or list of str
        What is learned from.

    y : ndarray of shape (n_samples,)

    rows : ndarray of int of shape (n_samples,)
        The place of each sample in what people passed.

    label : str
        What people call the labels.

    frame : DataFrame, default=None
        All columns, as they were.

    columns : list of Column, default=None
        What each was taken for.

    groups : ndarray of shape (n_samples,), default=None
        Whom rows belong to, where people said so.

    seed : int, default=0
        Of what is sampled.

    files : object, default=None
        What is known of image files, where samples are such; see
        `sknoisy.datasets.read_image_table`.
    """

    def __init__(
        self,
        features,
        y,
        rows,
        label,
        frame=None,
        columns=None,
        groups=None,
        seed=0,
        files=None,
    ):
        self.features = features
        self.y = y
        self.rows = rows
        self.label = label
        self.frame = frame
        self.columns = columns or []
        self.groups = groups
        self.seed = seed
        self.files = files

    @property
    def n_samples(self):
        """How many samples there are."""
        return len(self.y)

    @cached_property
    def names_classes(self):
        """Whether labels are such that classes can be counted."""
        return self.y.dtype.kind != "O"

    @cached_property
    def holds_quantities(self):
        """Whether labels are numbers that name no classes."""
        return holds_quantities(self.y)

    @cached_property
    def _counted(self):
        return np.unique(self.y, return_inverse=True, return_counts=True)

    @property
    def classes(self):
        """The labels, sorted."""
        return self._counted[0]

    @property
    def codes(self):
        """Labels as numbers from 0."""
        return self._counted[1]

    @property
    def counts(self):
        """How many samples each class has."""
        return self._counted[2]

    @cached_property
    def texts(self):
        """Texts, where they are all that there is, or None."""
        if isinstance(self.features, list):
            return self.features
        roles = [c.role for c in self.columns if c.is_feature]
        if roles == ["text"]:
            return self.features.iloc[:, 0].tolist()
        return None

    @cached_property
    def twins(self):
        """A number for each sample, the same for equal rows of features."""
        return equal_rows(self.features)

    @cached_property
    def copies(self):
        """The same where equal rows are copies; None where chance makes them equal."""
        return find_copies(self.features) if self.n_samples > 1 else None

    @cached_property
    def numbers(self):
        """Features as floats on comparable scales, for distances; None for texts."""
        return None if self.texts is not None else as_numbers(self.features, self.seed)

    @cached_property
    def neighbors(self):
        """The nearest neighbors of (some) different rows."""
        return Neighbors.find(self.numbers, self.twins, self.seed)

    def of_role(self, *roles):
        """Return the columns of one of `roles`."""
        return [column for column in self.columns if column.role in roles]


def data_of(X, y, *, label, groups, seed):
    """Return `Data`, from whatever people pass."""
    if isinstance(X, Table):
        return _of_table(X, groups, seed)
    y = _labels(y)
    if len(y) != _length(X):
        raise ValueError(
            f"y has {len(y):,} labels, but X has {_length(X):,} rows: pass one each."
        )
    rows = np.flatnonzero(~find_nothing(y))
    y = of_one_type(y[rows])
    groups = None if groups is None else np.asarray(groups)[rows]
    known = {"groups": groups, "seed": seed}
    if hasattr(X, "columns"):
        frame = frame_of(X).iloc[rows]
        return _of_frame(frame, y, rows, label, known)
    X = _cut(X, rows)
    return Data(X, y, rows, label, columns=_columns_of_array(X), **known)


def _of_table(table, groups, seed):
    frame = table.shown if hasattr(table.shown, "columns") else None
    return Data(
        table.X,
        table.y,
        np.arange(len(table.y)),
        table.label,
        frame=frame,
        columns=table.columns or _columns_of_array(table.X),
        groups=table.groups if groups is None else groups,
        seed=seed,
        files=getattr(table, "files", None),
    )


def _of_frame(frame, y, rows, label, known):
    columns = describe_columns(frame)
    if y.dtype.kind != "O":
        columns = find_opinions(frame, columns, y)
    features = Features(columns).transform(frame)
    return Data(features, y, rows, label, frame=frame, columns=columns, **known)


def _labels(y):
    y = as_labels(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise ValueError(
            f"y has shape {y.shape}, but must hold one label a sample: (n_samples,)."
        )
    return y


def of_one_type(y):
    """Return labels of numpy's own types; lists and the like stay objects."""
    if y.dtype.kind != "O" or not len(y):
        return y
    if any(isinstance(label, list | dict | tuple | set) for label in y.tolist()):
        return y
    plain = np.array(y.tolist())
    return plain if plain.dtype.kind != "O" else y.astype(str)


def _length(X):
    return X.shape[0] if hasattr(X, "shape") else len(X)


def _cut(X, rows):
    """Return some rows of texts, a sparse matrix or an array."""
    if issparse(X):
        return X.tocsr()[rows]
    X = np.asarray(X)
    if X.ndim == 1 and X.dtype.kind in "UO":
        return [str(X[i]) for i in rows]
    if X.dtype.kind not in "biuf" or X.ndim < 2:
        raise ValueError(
            f"X has shape {X.shape} and the type {X.dtype}; expected a data frame,"
            " texts, or numbers with a row for each sample."
        )
    return X[rows]


def _columns_of_array(X):
    """Return what each column of a table of numbers is."""
    if isinstance(X, list) or issparse(X) or X.ndim != 2 or X.shape[1] > MOST_COLUMNS:
        return []
    try:
        import pandas
    except ImportError:
        return []
    names = [f"column {j}" for j in range(X.shape[1])]
    return describe_columns(pandas.DataFrame(X, columns=names))
