"""What all columns of a frame are, and what people said that they are."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sknoisy._frames import frame_of
from sknoisy._registry import did_you_mean
from sknoisy._table_errors import TableError, listed, need
from sknoisy.tables._column import Column
from sknoisy.tables._numbers import decimal_sign
from sknoisy.tables._read_as import as_texts
from sknoisy.tables._roles import find_role

if TYPE_CHECKING:
    from pandas import DataFrame


__all__ = ["check_known", "describe_columns", "make_said"]

SAID = "said so"
FEWEST = 50  # different rows, of which fewer may be equal by chance
N_CELLS = 500  # of a column, that tell the decimal sign of a file


def describe_columns(
    frame: "DataFrame",
    *,
    said: dict[str, Any] | None = None,
    decimal: str | None = None,
) -> list[Column]:
    """Tell what each column of a frame is: a feature of some kind, an id, a date.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
        A table, without the labels. Cells may be texts, as they stand in a file, or
        values of a type.

    said : dict, default=None
        Roles that needn't be guessed, by column: see :class:`Column`.

    decimal : "." , "," or None, default=None
        The decimal sign of numbers that are texts. None looks for cells that leave no
        doubt.

    Returns
    -------
    columns : list of Column of length n_columns
        What each was taken for, and why.

    Raises
    ------
    TableError
        If `frame` is no data frame, or `said` names a column that it lacks.

    See Also
    --------
    make_vectorizer : Makes features of such columns.
    read_table : Does all this for a file.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknoisy.tables import describe_columns
    >>> frame = pd.DataFrame({
    ...     "Unnamed: 0": range(12),
    ...     "price": ["1,5", "2,25"] * 6,
    ...     "colour": ["red", "green", "blue"] * 4,
    ... })
    >>> for column in describe_columns(frame):
    ...     print(column)
    Unnamed: 0: row number (it counts the rows from 0)
    price: number (numbers, written as '1,5', read as 1.5)
    colour: category (3 different words: 'red', 'green', 'blue')
    """
    frame = frame_of(frame)
    said = said or {}
    check_known(said, frame.columns, "said: ")
    if decimal is None:
        decimal = decimal_sign(_some_texts(frame))
    once = _each_row_once(frame)
    return [
        Column(name, said[name], SAID, decimal)
        if name in said
        else find_role(once.iloc[:, j], name, decimal)
        for j, name in enumerate(frame.columns)
    ]


def _each_row_once(frame):
    """Return the different rows of a frame that holds copies; else all.

    A file that was appended to itself has row numbers and ids all the same. But rows of
    a few categories are equal by chance, and are many times as many as differ.
    """
    try:
        if any(cells.is_unique for _, cells in frame.items()):
            return frame
        is_first = ~frame.duplicated()
        n_different = int(is_first.sum())
        are_copies = n_different >= max(FEWEST, len(frame) / 2) or (
            n_different >= FEWEST and frame.duplicated(keep=False).all()
        )
    except TypeError:  # lists in cells: who reads the column says so
        return frame
    return frame[is_first] if are_copies else frame


def make_said(columns, **roles):
    """Return a role by column, from the names that people gave for each role."""
    said: dict = {}
    for role, names in roles.items():
        names = _as_list(names)
        check_known(names, columns, f"{role}: ")
        for name in names:
            if name in said:
                raise TableError(
                    f"column {name!r} was said to be both {said[name]} and {role}."
                )
            said[name] = role
    return said


def check_known(names, columns, about):
    """Say so if a name is that of no column."""
    for name in names:
        if name not in columns:
            hint = did_you_mean(name, [str(column) for column in columns])
            raise TableError(
                f"{about}there is no column {name!r}{';' if hint else '.'}{hint} It"
                f" has: {listed(columns)}."
            )


def _as_list(names):
    if names is None:
        return []
    if isinstance(names, str) or not isinstance(names, Iterable):
        return [str(names)]
    return list(map(str, names))


def _some_texts(frame):
    kind = need("pandas", "a data frame").api.types
    for j in range(frame.shape[1]):
        cells = frame.iloc[:, j]
        if kind.is_object_dtype(cells) or kind.is_string_dtype(cells):
            if hasattr(cells.dtype, "categories"):
                continue
            some = cells.dropna().head(4 * N_CELLS).drop_duplicates().head(N_CELLS)
            yield as_texts(some).tolist()
