"""The door: any file, or a frame, becomes a table to learn from."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sknoisy._data_types import FilePath
from sknoisy._frames import frame_of
from sknoisy._table_errors import TableError, as_table_errors, listed, need
from sknoisy.tables._arff import read_arff
from sknoisy.tables._array_table import array_table
from sknoisy.tables._arrays import read_npy, read_npz, read_svmlight
from sknoisy.tables._column import text_of
from sknoisy.tables._columnar import read_feather, read_parquet
from sknoisy.tables._describe import make_said
from sknoisy.tables._formats import format_of
from sknoisy.tables._frame_table import frame_table
from sknoisy.tables._json_files import read_json
from sknoisy.tables._loaded import Loaded
from sknoisy.tables._options import make_options
from sknoisy.tables._packing import unpack
from sknoisy.tables._spreadsheets import read_excel
from sknoisy.tables._table import Table
from sknoisy.tables._text_files import read_text

if TYPE_CHECKING:
    from pandas import DataFrame


__all__ = ["read_table"]

READERS = {
    "arff": read_arff,
    "excel": read_excel,
    "feather": read_feather,
    "json": read_json,
    "npy": read_npy,
    "npz": read_npz,
    "parquet": read_parquet,
    "svmlight": read_svmlight,
    "text": read_text,
}


def read_table(
    source: "FilePath | DataFrame",
    label: str | None = None,
    clean_label: str | None = None,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    skip: int | None = None,
    header: bool | None = None,
    sheet: str | None = None,
    missing: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] | None = None,
    id: str | Sequence[str] | None = None,
    group: str | Sequence[str] | None = None,
    text: str | Sequence[str] | None = None,
    number: str | Sequence[str] | None = None,
    category: str | Sequence[str] | None = None,
    date: str | Sequence[str] | None = None,
    name: str | None = None,
) -> Table:
    r"""Read a file into features and labels, and say what each column was taken for.

    Labels are texts as they stand: ``01`` stays ``01``, and NA, None or null are
    classes. They are numbers only where the type of the file says so. What a text file
    is written in is guessed, and said in ``notes``; any guess can be overruled.

    Parameters
    ----------
    source : str, path-like or DataFrame
        A file: CSV and its kin with any separator, Excel (.xlsx), Parquet, Feather,
        JSON, JSON lines, ARFF, libsvm, NPZ or NPY, also within gzip, bzip2, xz,
        Zstandard or a zip of one file. What it is, its first bytes tell, and where they
        don't its name. Or a data frame.

    label : str, default=None
        The column of the given labels; the array of an NPZ file, "y" if None.

    clean_label : str, default=None
        The column, or array, of the true labels.

    encoding : str, default=None
        How letters are written, "cp1252", say. None: UTF-8 or what marks at the
        beginning say; else a guess.

    separator : str, default=None
        What stands between cells: one character, or "tab", "comma", "semicolon",
        "pipe" or "space". None: what cuts most rows into equally many cells.

    decimal : "." , "," or None, default=None
        The decimal sign. None: what numbers leave no doubt about.

    skip : int >= 0, default=None
        How many lines are above the header. None: comments, titles, blank lines.

    header : bool, default=None
        Whether the first row names the columns. None: if it doesn't look like data.

    sheet : str, default=None
        Of an Excel file. None: the first that holds cells.

    missing : str or list of str, default=None
        Words that stand for missing values in all columns, that of labels included.

    ignore, id, group, text, number, category, date : str or list of str, default=None
        Columns that are to be taken for just that.

    name : str, default=None
        What to call it in messages. None: the name of the file.

    Returns
    -------
    table : Table
        ``table.X`` and ``table.y`` are for learning, ``table.columns`` and
        ``table.notes`` for reading.

    Raises
    ------
    TableError
        If it can't be read, or isn't a table of one label a sample. The message says
        where, and what to do.

    See Also
    --------
    make_vectorizer : Makes numbers of the features.
    describe_columns : What columns are, without a label.
    sknoisy.annotators.pivot_votes : For tables of votes.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.tables import read_table
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "birds.csv"
    ...     rows = [f"{i};{3 + i % 2},5;{'NA' if i % 2 else 'EU'}" for i in range(20)]
    ...     _ = path.write_text("\n".join(["nr;size;region", *rows]))
    ...     table = read_table(path, label="region")
    >>> table.X["size"].unique()
    array([3.5, 4.5])
    >>> table.y[:2]
    array(['EU', 'NA'], dtype='<U2')
    >>> print(*table.describe_columns(), sep="\n")
    nr: row number (it counts the rows from 0)
    size: number (numbers, written as '3,5', read as 3.5)
    """
    options = make_options(encoding, separator, decimal, skip, header, sheet, missing)
    name, loaded = load(source, name, options)
    if loaded.arrays is not None and (len(loaded.arrays) > 1 or label is None):
        return array_table(loaded.arrays, name, label, clean_label, loaded.notes)
    if loaded.frame is None:
        loaded.frame = _frame_of_arrays(loaded.arrays, name)
    frame = _named_by_texts(loaded.frame, name)
    label, clean_label = _text(label), _text(clean_label)
    with as_table_errors(TableError, about=f"{name}: "):
        said = loaded.said | make_said(
            frame.columns,
            ignored=ignore,
            id=id,
            group=group,
            text=text,
            number=number,
            category=category,
            date=date,
        )
    return frame_table(frame, name, label, clean_label, said, options, loaded.notes)


def load(source, name, options):
    if hasattr(source, "columns"):
        return name or "the frame", Loaded(frame=frame_of(source))
    path = Path(source)
    if not path.is_file():
        is_what = "is a folder" if path.is_dir() else "there is no such file"
        raise TableError(f"{path}: {is_what}.")
    with as_table_errors(OSError, about=f"{path} can't be read: "):
        data = path.read_bytes()
    if not data:
        raise TableError(f"{path.name} is empty.")
    inner, data = unpack(path.name, data)
    loaded = READERS[format_of(inner, data)](data, inner, options)
    return name or path.name, loaded


def _named_by_texts(frame, name):
    """Return a frame whose columns have texts for names, `a.b` for those of two levels.

    What a file names is text, and so is what the command line can say.
    """
    names = list(map(text_of, frame.columns))
    if len(set(names)) < len(names):
        twice = {column for column in names if names.count(column) > 1}
        raise TableError(f"{name}: columns share a name: {listed(sorted(twice))}.")
    return frame.set_axis(names, axis=1)


def _text(column):
    return None if column is None else str(column)


def _frame_of_arrays(arrays, name):
    """Return a table of numbers as a frame, whose columns are named by their place."""
    ((key, X),) = arrays.items()
    if X.ndim != 2:
        raise TableError(
            f"{name} holds one array, {key}, of shape {X.shape}, and no labels: put"
            " both into an NPZ file, as in numpy.savez(path, X=X, y=y)."
        )
    pandas = need("pandas", f"{name}: a table")
    return pandas.DataFrame(X)
