"""A file as it stands: all of its cells, and nothing guessed about its columns."""

from typing import TYPE_CHECKING

from sknoisy._data_types import FilePath
from sknoisy._table_errors import TableError
from sknoisy.tables._options import make_options
from sknoisy.tables._read_table import load

if TYPE_CHECKING:
    from pandas import DataFrame


__all__ = ["read_frame"]


def read_frame(
    source: "FilePath | DataFrame",
    *,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    skip: int | None = None,
    header: bool | None = None,
    sheet: str | None = None,
) -> "DataFrame":
    r"""Read a file into a data frame, without choosing labels or features.

    For tables whose rows aren't samples with one label each, such as one of votes.

    Parameters
    ----------
    source : str, path-like or DataFrame
        A file of any format that `read_table` reads, if it has columns with names. Or
        a data frame, which is returned as one of pandas.

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

    Returns
    -------
    frame : DataFrame of shape (n_rows, n_columns)
        Cells of files of text are texts as they stand, ``01`` and all; empty ones are
        "". Of other files they are of the types that these say.

    Raises
    ------
    TableError
        If the file can't be read, or holds arrays, whose columns have no names.

    See Also
    --------
    read_table : Chooses labels and features, too.
    sknoisy.annotators.read_votes : Reads votes.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.tables import read_frame
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "votes.csv"
    ...     _ = path.write_text("task;worker;label\n01;ann;cat\n02;bob;dog\n")
    ...     frame = read_frame(path)
    >>> frame["task"].tolist()
    ['01', '02']
    """
    options = make_options(encoding, separator, decimal, skip, header, sheet, None)
    name, loaded = load(source, None, options)
    if loaded.frame is None:
        raise TableError(
            f"{name} holds arrays, and no table whose columns have names. For votes,"
            " see sknoisy.annotators.Votes.from_wide."
        )
    return loaded.frame
