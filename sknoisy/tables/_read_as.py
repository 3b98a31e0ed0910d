"""Cells as what they were taken for: floats, dates, categories, texts."""

import numpy as np

from sknoisy._table_errors import need
from sknoisy.tables._dates import read_dates
from sknoisy.tables._numbers import read_numbers
from sknoisy.tables._stripped import stripped

__all__ = ["as_texts", "read_as"]


def read_as(column, cells):
    """Return the values of `cells` as an array of the type of `column`'s role.

    Parameters
    ----------
    column : Column
        A feature.

    cells : Series
        Texts, or values of a type.

    Returns
    -------
    values : ndarray of shape (n_samples,)
        Floats with NaN for gaps, dates with NaT for gaps, or objects: texts, and for
        categories None for gaps.
    """
    return READERS[column.role](cells, column.decimal)


def as_texts(cells):
    """Return a Series of str, blank where something is missing."""
    infer = need("pandas", "a table").api.types.infer_dtype
    texts = cells.astype(object)
    if infer(texts, skipna=False) == "string":
        return texts
    nothing = cells.isna()
    texts = texts.map(lambda cell: cell if isinstance(cell, str) else _text(cell))
    return texts.mask(nothing, "")


def _text(cell):
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "backslashreplace")
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell)


def _numbers(cells, decimal):
    kind = need("pandas", "a table").api.types
    if kind.is_timedelta64_dtype(cells):
        return cells.dt.total_seconds().to_numpy(dtype=np.float64)
    if kind.is_datetime64_any_dtype(cells):
        return (cells - cells.min()).dt.total_seconds().to_numpy(dtype=np.float64)
    if kind.is_numeric_dtype(cells):  # booleans are, too
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = read_numbers(as_texts(cells), decimal, force=True).values
    return np.where(np.isfinite(values), values, np.nan)


def _dates(cells, decimal):
    kind = need("pandas", "a table").api.types
    if not kind.is_datetime64_any_dtype(cells):
        dates = read_dates(as_texts(cells), force=True)
        if dates is None:
            return np.full(len(cells), "NaT", dtype="datetime64[ns]")
        cells = dates.values
    elif cells.dt.tz is not None:
        cells = cells.dt.tz_convert("UTC").dt.tz_localize(None)
    return cells.to_numpy(dtype="datetime64[ns]")


def _categories(cells, decimal):
    texts = stripped(as_texts(cells))
    return texts.mask(texts == "", None).to_numpy(dtype=object)


def _texts(cells, decimal):
    return as_texts(cells).to_numpy(dtype=object)


READERS = {
    "number": _numbers,
    "date": _dates,
    "category": _categories,
    "text": _texts,
}
