"""Frames: whether they hold words, and columns that are named after classes.

The latter are read by name, not by place alone.
"""

import re

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._table_errors import TableError, listed, need

NUMBERED = re.compile(r"(.*?)(\d+)")


def by_class(frame, classes=None, *, name):
    """Return the values of `frame`, its columns in the order of the classes.

    Parameters
    ----------
    frame : array-like or frame
        What has no columns is returned as an array.

    classes : sequence, default=None
        The classes, in order. None stands for codes 0…c−1 of classes whose names
        nobody knows here.

    name : str
        What the user calls `frame`, for messages.
    """
    if not hasattr(frame, "columns"):
        return np.asarray(as_numpy(frame))
    order = _order(_names(frame.columns), classes, name)
    return np.asarray(frame)[:, order]  # a slice, and no copy, where nothing moves


def square_by_class(frame, classes=None, *, name):
    """Return the values of a square `frame`, rows and columns in order of the classes.

    Rows without names (all of polars') are in the order of the columns.
    """
    if not hasattr(frame, "columns"):
        return as_numpy(frame)
    columns = _names(frame.columns)
    rows = _names(getattr(frame, "index", columns))
    values = np.asarray(frame)
    if rows is not None and columns is not None and sorted(rows) != sorted(columns):
        raise ValueError(
            f"{name} has the rows {rows}, but the columns {columns}: both must be"
            f" named after the same classes. Or pass {name}.to_numpy()."
        )
    across = _order(columns, classes, name)
    down = across if rows is None else _order(rows, classes, name, "rows")
    return values[down][:, across]


def _names(labels):
    """Return names of rows or columns as a list of text, None where they have none."""
    if type(labels).__name__ == "RangeIndex" and list(labels) == list(
        range(len(labels))
    ):
        return None
    return [_as_text(label) for label in labels]


def _as_text(label):
    """Return a name that equals those of the same class of another type."""
    if isinstance(label, float | np.floating) and label == int(label):
        label = int(label)
    return str(label)


def _order(names, classes, name, which="columns"):
    """Return the places of the classes among `names`: a slice where they are in order.

    Names that only count, such as column_0 and column_1, are taken as they stand.
    """
    if names is None or (classes is not None and len(classes) != len(names)):
        return slice(None)  # that there are too many or too few is said elsewhere
    wanted = range(len(names)) if classes is None else np.asarray(classes).tolist()
    wanted = [_as_text(one) for one in wanted]
    if names == wanted:
        return slice(None)
    if sorted(names) == sorted(wanted):
        return [names.index(one) for one in wanted]
    in_line = classes is None and names == sorted(names)
    if in_line or _only_count(names):
        return slice(None)
    known = (
        f"labels are codes 0 to {len(names) - 1}, and whose {which} these are can't"
        " be told"
        if classes is None
        else f"the classes are {wanted}"
    )
    raise ValueError(
        f"{name} has the {which} {names}, but {known}. Name them after the"
        f" {'codes' if classes is None else 'classes'}, or pass {name}.to_numpy(),"
        f" with its {which} in their order."
    )


def only_count(columns):
    """Whether columns have no names, or such that only count, as column_0 does."""
    names = _names(columns)
    return names is None or _only_count(names)


def _only_count(names):
    found = [one for one in map(NUMBERED.fullmatch, names) if one]
    if len(found) < len(names) or len({one[1] for one in found}) > 1:
        return False
    numbers = [int(one[2]) for one in found]
    return numbers == list(range(numbers[0], numbers[0] + len(names)))


def holds_words(X):
    """Whether X is a frame with a column that is of no numeric type."""
    if not hasattr(X, "columns") or not hasattr(X, "dtypes"):
        return False
    return not all(map(_is_numeric, X.dtypes))


def _is_numeric(dtype):
    if hasattr(dtype, "is_numeric"):  # polars
        return dtype.is_numeric() or str(dtype) == "Boolean"
    kind = getattr(dtype, "kind", "O")
    return kind in "biuf" and not hasattr(dtype, "categories")


def frame_of(frame):
    """Return a frame of pandas, made of another library's where need be."""
    if not hasattr(frame, "columns"):
        raise TableError(
            f"expected a data frame, but it is of type {type(frame).__name__}: wrap it"
            " as in pandas.DataFrame(X)."
        )
    pandas = need("pandas", "a data frame")
    if not isinstance(frame, pandas.DataFrame):
        frame = pandas.DataFrame({name: list(frame[name]) for name in frame.columns})
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise TableError(f"columns share a name: {listed(twice.unique())}.")
    return frame
