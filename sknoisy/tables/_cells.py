"""Cells that come with a type, from spreadsheets and JSON, as columns."""

import datetime
import numbers

from sknoisy._table_errors import need

__all__ = ["as_column"]


def as_column(cells):
    """Return a Series of the type that all cells share, of objects where none is.

    Whole numbers stay whole beside gaps. Numbers among texts become texts, as a person
    would type them.
    """
    pandas = need("pandas", "a table")
    kinds = {_kind(cell) for cell in cells if cell is not None}
    if not kinds:
        return pandas.Series([None] * len(cells), dtype=object)
    if kinds == {"whole"}:
        small = all(abs(c) < 2**62 for c in cells if c is not None)
        return pandas.Series(cells, dtype="Int64" if small else "float64")
    if kinds <= {"whole", "number"}:
        return pandas.Series(cells, dtype="float64")
    if kinds == {"truth"}:
        return pandas.Series(cells, dtype="boolean")
    if kinds == {"date"}:
        return pandas.to_datetime(
            pandas.Series(cells, dtype=object), errors="coerce", utc=True
        ).dt.tz_localize(None)
    if kinds == {"several"}:
        return pandas.Series(cells, dtype=object)
    return pandas.Series([None if c is None else _text(c) for c in cells], dtype=object)


def _kind(cell):
    if isinstance(cell, bool):
        return "truth"
    if isinstance(cell, numbers.Integral):
        return "whole"
    if isinstance(cell, numbers.Real):
        return (
            "whole"
            if float(cell).is_integer() and abs(float(cell)) < 2**53
            else "number"
        )
    if isinstance(cell, datetime.date):
        return "date"
    return "several" if isinstance(cell, list | dict) else "text"


def _text(cell):
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
