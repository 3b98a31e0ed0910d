"""The labels of a table: as they stand, and whether a cell holds one."""

import numpy as np

from sknoisy._table_errors import TableError, counted, need
from sknoisy.tables._nested import is_several
from sknoisy.tables._read_as import as_texts

__all__ = ["find_unlabeled", "labels_of"]


def find_unlabeled(column, missing):
    """Return where a column has no label: empty cells, and the words in `missing`.

    Other words are labels, whatever they mean to programs: NA may be North America.
    """
    blank = column.astype(object).map(lambda cell: isinstance(cell, str) and not cell)
    return (column.isna() | blank | column.isin(missing)).to_numpy(dtype=bool)


def labels_of(column, name, about):
    """Return an array of labels, of numbers only where the file's type says so."""
    pandas = need("pandas", "a table")
    _check_no_lists(column, name, about)
    if isinstance(column.dtype, pandas.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pandas.api.types.is_bool_dtype(column) or _is_truths(column):
        return column.to_numpy(dtype=bool)
    if pandas.api.types.is_numeric_dtype(column):
        return _numbers(column)
    if pandas.api.types.is_datetime64_any_dtype(column):
        return column.astype(str).to_numpy(dtype=str)
    values = column.tolist()
    kinds = {type(value) for value in values}
    if kinds and kinds <= {int, float, np.int64, np.float64}:
        return _numbers(column.astype(float))
    texts = as_texts(column).tolist()
    return np.array(texts) if texts else np.array([], str)


def _is_truths(column):
    return column.dtype == object and {type(v) for v in column} == {bool}


def _numbers(column):
    values = column.to_numpy(dtype=np.float64)
    whole = bool(np.isfinite(values).all() and (values == np.round(values)).all())
    return values.astype(np.int64) if whole else values


def _check_no_lists(column, name, about):
    if column.dtype != object:
        return
    several = column[column.map(is_several)]
    if len(several):
        raise TableError(
            f"{about}{counted(len(several), 'cell')} of {name!r} hold several labels,"
            f" such as {str(several.iloc[0])[:60]}. sknoisy judges one label a sample:"
            " make a column of yes and no for each label, and audit one at a time."
        )
