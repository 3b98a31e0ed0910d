"""Cells that hold several values, such as embeddings, as a column for each."""

import numbers

import numpy as np

from sknoisy._table_errors import counted, need

__all__ = ["is_several", "spread_cells"]

MOST_NESTED = 3  # levels


def is_several(cell):
    """Whether a cell holds several values: a list, an array, an object of JSON."""
    return isinstance(cell, list | dict | tuple | set | np.ndarray)


def spread_cells(frame, kept, notes):
    """Return a frame in which cells of several values became several columns.

    Lists of equally many numbers are numbers `name.0`, `name.1`, …; objects are columns
    `name.key`; other lists are texts.

    Parameters
    ----------
    frame : DataFrame

    kept : list of str
        Columns that stay as they are: the labels, of which several are refused.

    notes : list of str
        What was made of what is added.
    """
    pandas = need("pandas", "a table")
    for _ in range(MOST_NESTED):
        nested = [
            name for name in frame if name not in kept and _is_nested(frame[name])
        ]
        if not nested:
            return frame
        parts = [
            _columns(pandas, name, frame[name], notes)
            if name in nested
            else frame[[name]]
            for name in frame
        ]
        frame = pandas.concat(parts, axis=1)
    return frame


def _is_nested(column):
    return column.dtype == object and any(map(is_several, column))


def _columns(pandas, name, column, notes):
    """Return a frame made of one column of lists or objects."""
    cells = column.tolist()
    known = [cell for cell in cells if is_several(cell)]
    if all(isinstance(cell, dict) for cell in known):
        return _of_dicts(pandas, name, column)
    width = _common_width(known)
    if width:
        gap = [np.nan] * width
        rows = [list(cell) if is_several(cell) else gap for cell in cells]
        names = [f"{name}.{j}" for j in range(width)]
        notes.append(
            f"column {name!r} holds {counted(width, 'number')} a row:"
            f" columns {names[0]!r} to {names[-1]!r}"
        )
        values = np.array(rows, dtype=np.float64)
        return pandas.DataFrame(values, columns=names, index=column.index)
    texts = [_text(cell) for cell in cells]
    return pandas.DataFrame({name: texts}, index=column.index, dtype=object)


def _common_width(lists):
    """Return how many numbers each of the lists holds, 0 if they aren't alike."""
    if any(isinstance(cell, dict | set) for cell in lists):
        return 0
    widths = {len(cell) if np.ndim(cell) == 1 else 0 for cell in map(_flat, lists)}
    if len(widths) > 1:
        return 0
    are_numbers = all(_is_number(v) for cell in lists for v in cell)
    return widths.pop() if are_numbers else 0


def _flat(cell):
    return cell if not any(map(is_several, cell)) else ()


def _is_number(value):
    return value is None or (
        isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    )


def _of_dicts(pandas, name, column):
    records = [cell if isinstance(cell, dict) else {} for cell in column]
    keys = dict.fromkeys(key for record in records for key in record)
    found = {
        f"{name}.{key}": pandas.Series(
            [record.get(key) for record in records], index=column.index, dtype=object
        ).infer_objects()
        for key in keys
    }
    return pandas.DataFrame(found, index=column.index)


def _text(cell):
    if isinstance(cell, list | tuple | np.ndarray):
        return ", ".join(map(str, cell))
    return str(cell) if is_several(cell) else cell
