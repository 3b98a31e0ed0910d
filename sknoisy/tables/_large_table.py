"""Tables that are never in memory as a whole: Parquet files, read in row groups.

What each column is, a sample of rows tells; labels are there as codes of classes.
"""

from dataclasses import replace

import numpy as np

from sknoisy._duplicates import equal_rows_of
from sknoisy._rows import slim
from sknoisy._table_errors import TableError, as_table_errors, counted, need
from sknoisy.tables._describe import make_said
from sknoisy.tables._features import Features
from sknoisy.tables._frame_table import (
    frame_table,
    id_column,
    label_columns,
    shown_of,
    without_words,
)
from sknoisy.tables._nested import spread_cells
from sknoisy.tables._options import make_options
from sknoisy.tables._parquet_rows import ParquetRows
from sknoisy.tables._roles import find_role

__all__ = ["LargeTable", "MOST_SEEN"]

MOST_SEEN = 100_000  # rows that tell what columns are
BLOCK = 100_000  # rows that are hashed at a time


class LargeTable:
    """Features and labels of Parquet files, rows without a label left out.

    Parameters
    ----------
    path : path-like
        A file, or a folder of files.

    label : str
        The column of the given labels.

    clean_label : str, default=None
        The column of the true labels.

    missing : list of str, default=None
        Words that stand for missing values.

    seed : int, default=0
        Of the rows that tell what columns are.

    **roles : dict
        Columns that are to be taken for just that, see `read_table`.

    Attributes
    ----------
    seen : Table
        What some of the rows are; `places` tells which ones, among those with a label.

    classes : ndarray of shape (n_classes,)
        The labels, sorted.

    y : ndarray of int of shape (n_samples,)
        Given labels as codes.

    y_clean : ndarray of int of shape (n_samples,) or None
        True ones; -1 for those that are no given label anywhere.

    rows : ndarray of int of shape (n_samples,)
        The place of each sample in the file.
    """

    def __init__(
        self,
        path,
        label,
        clean_label=None,
        *,
        missing=None,
        ignore=None,
        seed=0,
        **roles,
    ):
        self.source = source = ParquetRows(path)
        self.name, self.label, self.clean_label = source.path.name, label, clean_label
        options = make_options(None, None, None, None, None, None, missing)
        self.missing = options.missing
        notes: list[str] = []
        empty = need("pandas", "a table").DataFrame(columns=source.names)
        self.wanted = label_columns(empty, label, clean_label, self.name, notes)
        self._read_labels(notes)
        self.places = self._some(seed)
        frame = source.take(self.rows[self.places])
        with as_table_errors(TableError, about=f"{self.name}: "):
            said = make_said(source.names, ignored=ignore, **roles)
        known = [] if len(self.places) == len(self.y) else self._counters(frame, said)
        self.seen = frame_table(
            frame, self.name, label, clean_label, said, options, notes, known
        )
        self._check_parts_are_read_alike()
        group = next((name for name, role in said.items() if role == "group"), None)
        self.groups = None if group is None else self._groups(group)

    def _read_labels(self, notes):
        about = f"{self.name}: "
        read = [self.source.codes(c, self.missing, about) for c in self.wanted]
        has_label = np.logical_and.reduce([codes >= 0 for _, codes in read])
        n_without = int((~has_label).sum())
        if n_without:
            notes.append(f"{counted(n_without, 'row')} without a label left out")
        if not has_label.any():
            raise TableError(f"{self.name} has no rows with a label.")
        self.rows = slim(np.flatnonzero(has_label))
        codes = read[0][1][self.rows]
        used = np.unique(codes)
        self.classes, self.y = read[0][0][used], slim(np.searchsorted(used, codes))
        self.y_clean = None
        if len(read) > 1:
            names, codes = read[1]
            by_name = {name: code for code, name in enumerate(self.classes.tolist())}
            meant = np.array([by_name.get(name, -1) for name in names.tolist()])
            self.y_clean = meant.astype(np.int32)[codes[self.rows]]

    def _some(self, seed):
        n = len(self.y)
        if n <= MOST_SEEN:
            return np.arange(n)
        rng = np.random.default_rng(seed)
        return np.sort(rng.choice(n, MOST_SEEN, replace=False, shuffle=False))

    def _spread(self, frame):
        return spread_cells(frame, self.wanted, [])

    def _counters(self, frame, said):
        """Return the columns that count all rows, as none does in a sample."""
        found = []
        for name in frame.columns.drop(self.wanted):
            cells = frame[name]
            if name in said or cells.dtype.kind not in "iu" or not cells.is_unique:
                continue
            whole = self.source.take(self.rows, [name])[name]
            column = find_role(whole, name)
            if not column.is_feature:
                found.append(column)
        return found

    def _check_parts_are_read_alike(self):
        for column in self.seen.columns:
            cells = getattr(self.seen.shown, "dtypes", {}).get(column.name)
            if cells is None or not column.is_feature or cells.kind in "biufM":
                continue
            if column.role in ("date", "number") and column.reason != "numbers":
                raise TableError(
                    f"{self.name}: column {column.name!r} holds"
                    f" {column.role}s as text, which parts of so large a file may not"
                    f" tell alike ({column.reason}). Save it as {column.role}s, or say"
                    f" --ignore {column.name} or --category {column.name}."
                )

    def _groups(self, name):
        """Return a code for each sample, the same for rows that belong together."""
        names, codes = self.source.codes(name, (), f"{self.name}: ")
        codes = codes[self.rows]
        if (codes < 0).any():
            n = counted(int((codes < 0).sum()), "row")
            raise TableError(
                f"{self.name}: column {name!r}: {n} without a group; each row must"
                " belong to one."
            )
        ranks = np.unique(names.astype(str), return_inverse=True)[1]
        return ranks[codes]

    def __len__(self):
        return len(self.y)

    def _features(self, frame):
        """Return what people see of rows, and what is learned from."""
        frame = self._spread(frame).drop(columns=self.wanted)
        shown = without_words(frame, self.missing)
        return shown, Features(self.seen.columns).transform(shown)

    def features(self, places, size):
        """Yield frames of the features of `size` samples each."""
        for frame in self.source.pieces(self.rows[places], size):
            yield self._features(frame)[1]

    def units(self, places):
        """Return a code for each sample, the same for those that stay together."""
        if self.groups is not None:
            return np.unique(self.groups[places], return_inverse=True)[1]
        return equal_rows_of(self.features(places, BLOCK))

    def table(self, places):
        """Return some of the samples as a `Table`."""
        frame = self.source.take(self.rows[places])
        shown, features = self._features(frame)
        return replace(
            self.seen,
            X=features,
            y=self.classes[self.y[places]],
            y_clean=None,
            shown=shown_of(shown, self.seen.columns, features),
            rows=self.names_of(places),
            ids=self.ids(places),
            groups=None if self.groups is None else self.groups[places],
        )

    def names_of(self, places):
        """Return the place of samples in the file, or what a saved index calls them."""
        if self.source.index is None:
            return self.rows[places]
        return self._cells(self.source.index, places)

    def ids(self, places):
        """Return what the file calls samples, in any order; None if it doesn't."""
        if self.seen.ids is None:
            return None
        return self._cells(id_column(self.seen.shown, self.seen.columns), places)

    def _cells(self, column, places):
        order = np.argsort(places, kind="stable")
        cells = self.source.take(self.rows[places[order]], [column])[column]
        found = np.empty(len(places), dtype=object)
        found[order] = cells.to_numpy(dtype=object)
        return found

    def as_table(self):
        """Return a `Table` with all labels, as codes; features are those seen."""
        return replace(
            self.seen,
            y=self.y,
            y_clean=self.y_clean,
            rows=self.rows,
            groups=self.groups,
        )
