"""A file of text with some labels changed, for whoever writes it back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sknoisy._data_types import FilePath
from sknoisy._table_errors import TableError, as_table_errors
from sknoisy.tables._formats import format_of
from sknoisy.tables._packing import unpack
from sknoisy.tables._rewrite import with_labels

__all__ = ["change_labels"]


def change_labels(
    path: FilePath, label: str, changes: Mapping[int, tuple[str, str]], **options: Any
) -> bytes:
    r"""Return the bytes of a file of text with other labels in some rows.

    All else, such as quotes, blanks, ends of lines and the encoding, stays as it is.

    Parameters
    ----------
    path : str or path-like
        A text file: CSV and its kin with any separator. It is left as it is.

    label : str
        The column of labels.

    changes : dict of int to (str, str)
        By row, counted as ``Table.rows`` counts: the label that is there, and the one
        to put in its place.

    **options : dict
        How the file is written, in the words of `read_table`: encoding, separator,
        decimal, skip, header, sheet and missing, of which those for numbers, sheets
        and missing values make no difference.

    Returns
    -------
    data : bytes
        What to write.

    Raises
    ------
    TableError
        If the file isn't of text, is packed, or can't be written so that nothing but
        these labels changes; if a row has another label than `changes` says.

    See Also
    --------
    read_table : Reads such a file; it takes the same options, so that one dict will do.
    sknoisy.cleaning.apply_corrections : Tells what to change.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.tables import change_labels
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "pets.csv"
    ...     rows = ["weight;kind", "4,50;cat", "4,20;dog", "30;dog"]
    ...     _ = path.write_text("\n".join(rows))
    ...     data = change_labels(path, "kind", {1: ("dog", "cat")})
    >>> print(data.decode())
    weight;kind
    4,50;cat
    4,20;cat
    30;dog
    """
    path = Path(path)
    with as_table_errors(OSError, about=f"{path} can't be read: "):
        data = path.read_bytes()
    _check_is_text(path, data)
    return with_labels(data, label, changes, name=path.name, **options)


def _check_is_text(path, data):
    inner, unpacked = unpack(path.name, data)
    if unpacked is not data and unpacked != data:
        raise TableError(f"{path.name} is packed: unpack it first.")
    if format_of(inner, unpacked) != "text":
        raise TableError(
            f"{path.name} is no text file such as CSV, and those alone are written."
            " Apply the corrections in Python, with sknoisy.cleaning.apply_corrections,"
            " and save the table from there."
        )
