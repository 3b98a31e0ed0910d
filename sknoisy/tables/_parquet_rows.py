"""Rows of Parquet files, read piece by piece."""

from pathlib import Path

import numpy as np

from sknoisy._table_errors import TableError, as_table_errors, listed, need
from sknoisy.tables._labels import find_unlabeled, labels_of

__all__ = ["ParquetRows", "parquet_files"]

SUFFIXES = (".parquet", ".pq")
BATCH = 65_536  # rows that are in memory at a time
MAGIC = b"PAR1"


def parquet_files(path):
    """Return the Parquet files at `path`: itself, or those of a folder, by name.

    A folder that holds more of others than of these is no table.
    """
    path = Path(path)
    if path.is_dir():
        inside = [p for p in path.rglob("*") if p.is_file()]
        files = [p for p in inside if not _is_hidden(p.relative_to(path))]
        found = sorted(p for p in files if p.suffix.lower() in SUFFIXES)
        return found if len(found) > len(files) / 2 else []
    if not path.is_file():
        return []
    with path.open("rb") as file:
        return [path] if file.read(len(MAGIC)) == MAGIC else []


def _is_hidden(path):
    """Whether it is left over from writing: _temporary, .part-0.parquet.crc."""
    return any(part[0] in "._" and "=" not in part for part in path.parts)


class ParquetRows:
    """The rows of one or several Parquet files, one after another.

    A folder named ``region=EU`` stands for a column with that text in all of its files.
    Columns that pandas saved an index in are no columns.

    Parameters
    ----------
    path : path-like
        A file, or a folder with files.

    Attributes
    ----------
    names : list of str

    n_rows : int

    index : str or None
        The column that names rows, if pandas saved one.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.files = parquet_files(path)
        self._parquet = need("pyarrow.parquet", f"{self.path.name}: reading it")
        with self._errors(self.path):
            kinds = [self._parquet.read_schema(file) for file in self.files]
            about = [self._parquet.read_metadata(file) for file in self.files]
        self._folders = [_told_by_folders(file, self.path) for file in self.files]
        indexes = _saved_indexes(kinds[0])
        columns = [
            [*(name for name in kind.names if name not in indexes), *folders]
            for kind, folders in zip(kinds, self._folders, strict=True)
        ]
        self.names = columns[0]
        for file, others in zip(self.files, columns, strict=True):
            self._check_same(file, others)
        self.index = indexes[0] if len(indexes) == 1 else None
        self._groups = [
            [one.row_group(g).num_rows for g in range(one.num_row_groups)]
            for one in about
        ]
        self.n_rows = sum(map(sum, self._groups))

    def _check_same(self, file, others):
        if set(others) != set(self.names):
            odd = sorted(set(others) ^ set(self.names))
            raise TableError(
                f"{self.path.name}: {file.name} has other columns than"
                f" {self.files[0].name}: {listed(odd)}. All files must have the same."
            )

    def _errors(self, path):
        # a damaged file makes Arrow raise errors of many kinds
        return as_table_errors(Exception, about=f"{path.name} can't be read: ")

    def pieces(self, rows=None, size=BATCH, columns=None):
        """Yield frames of `size` of the rows each, in their order, indexed by place.

        Parameters
        ----------
        rows : ndarray of int, default=None
            Places, rising. None: all.

        size : int, default=65536

        columns : list of str, default=None
            None: all.
        """
        pandas = need("pandas", "a table")
        waiting, n = [], 0
        for frame in self._frames(rows, self.names if columns is None else columns):
            waiting.append(frame)
            n += len(frame)
            if n < size:
                continue
            whole = pandas.concat(waiting)
            for start in range(0, n - n % size, size):
                yield whole.iloc[start : start + size]
            waiting, n = [whole.iloc[n - n % size :]], n % size
        if n:
            yield pandas.concat(waiting)

    def take(self, rows, columns=None):
        """Return the frame of the rows at places, which rise; None: all."""
        pandas = need("pandas", "a table")
        found = list(self.pieces(rows, columns=columns))
        if found:
            return pandas.concat(found)
        return pandas.DataFrame(columns=self.names if columns is None else columns)

    def _frames(self, rows, columns):
        start = 0
        for file, folders, groups in zip(
            self.files, self._folders, self._groups, strict=True
        ):
            inside = [name for name in columns if name not in folders]
            with self._errors(file), self._parquet.ParquetFile(file) as opened:
                for group, n in enumerate(groups):
                    if rows is None or len(_within(rows, start, n)):
                        batches = opened.iter_batches(
                            BATCH,
                            row_groups=[group],
                            # without a column there would be no rows
                            columns=inside or opened.schema_arrow.names[:1],
                            use_threads=False,
                        )
                        yield from _cut(batches, start, rows, columns, folders)
                    start += n

    def codes(self, column, missing, about):
        """Return classes, sorted, and the class of each row, -1 where it has none."""
        pandas = need("pandas", "a table")
        known: dict = {}
        codes = np.empty(self.n_rows, dtype=np.int32)
        start = 0
        for frame in self.pieces(columns=[column]):
            try:
                places, values = pandas.factorize(frame[column])
                new = [known.setdefault(value, len(known)) for value in values]
            except TypeError:  # lists
                labels_of(frame[column], column, about)
                raise
            codes[start : start + len(frame)] = np.array([*new, -1])[places]
            start += len(frame)
        cells = pandas.Series(list(known))
        has_none = find_unlabeled(cells, missing) if len(cells) else np.zeros(0, bool)
        classes = np.full(len(cells) + 1, -1, dtype=np.int32)
        labels = labels_of(cells[~has_none], column, about)
        names, classes[:-1][~has_none] = np.unique(labels, return_inverse=True)
        return names, classes[codes]


def _within(rows, start, n):
    """Return those of rising `rows` that are among `n` from `start`."""
    first, end = np.searchsorted(rows, [start, start + n])
    return rows[first:end]


def _cut(batches, start, rows, columns, folders):
    """Yield frames of the wanted rows of each batch."""
    for batch in batches:
        n = len(batch)
        places = (
            np.arange(start, start + n) if rows is None else _within(rows, start, n)
        )
        if len(places):
            if len(places) < n:
                batch = batch.take(places - start)
            frame = batch.replace_schema_metadata(None).to_pandas()
            frame.index = places
            yield frame.assign(**folders)[columns]
        start += n


def _told_by_folders(file, root):
    """Return what names of folders such as `region=EU` say of all rows of a file."""
    if root == file:
        return {}
    parts = (part.split("=", 1) for part in file.relative_to(root).parts[:-1])
    return {part[0]: part[1] for part in parts if len(part) == 2}


def _saved_indexes(schema):
    """Return the columns that pandas saved the names of rows in."""
    said = schema.pandas_metadata or {}
    return [name for name in said.get("index_columns", []) if isinstance(name, str)]
