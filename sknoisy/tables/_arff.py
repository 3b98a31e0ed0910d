"""ARFF, Weka's format: a header that says what each column is, then rows."""

import re
from typing import Any

from sknoisy._table_errors import TableError, need
from sknoisy.tables._encoding import decode
from sknoisy.tables._loaded import Loaded

__all__ = ["read_arff"]

QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
ATTRIBUTE = re.compile(rf"@attribute\s+({QUOTED}|[^\s{{]+)\s*(.+)", re.IGNORECASE)
CELL = re.compile(rf"\s*({QUOTED}|[^,]*?)\s*(,|$)")
SPARSE = re.compile(rf"\s*(\d+)\s+({QUOTED}|[^,]*?)\s*(,|$)")
ROLES = {
    "numeric": "number",
    "real": "number",
    "integer": "number",
    "string": None,
    "date": None,
}


def read_arff(data, name, options):
    """Return the table in an ARFF file, columns as its header declares them."""
    notes: list[str] = []
    text = decode(data, options.encoding, name, notes)
    stripped = [(i, line.strip()) for i, line in enumerate(text.splitlines(), 1)]
    lines = [(i, line) for i, line in stripped if line and line[0] != "%"]
    names, types = _header(lines, name)
    n_above = sum(1 for _ in _until_data(lines, name)) + 1
    rows = [_row(line, i, types, name) for i, line in lines[n_above:]]
    if not rows:
        raise TableError(f"{name} is empty.")
    pandas = need("pandas", f"{name}: reading it")
    frame = pandas.DataFrame(rows, columns=names, dtype=object)
    for column, kind in zip(names, types, strict=True):
        if ROLES.get(kind) == "number":
            frame[column] = _numbers(pandas, frame[column], name)
    said = {c: _role(kind) for c, kind in zip(names, types, strict=True) if _role(kind)}
    return Loaded(frame=frame, notes=notes, said=said)


def _until_data(lines, name):
    for i, line in lines:
        if line.lower().startswith("@data"):
            return
        yield i, line
    raise TableError(f"{name} has no line @data, behind which an ARFF file's rows are.")


def _header(lines, name):
    names, types = [], []
    for i, line in _until_data(lines, name):
        if line.lower().startswith("@attribute"):
            found = ATTRIBUTE.match(line)
            if found is None:
                raise TableError(
                    f"{name}, line {i}: expected @attribute name type, but it is"
                    f" {line[:60]!r}."
                )
            names.append(_bare(found[1]))
            types.append(_type(found[2], i, name))
    if not names or len(set(names)) < len(names):
        raise TableError(f"{name}: it declares no attributes, or one of them twice.")
    return names, types


def _type(declared, i, name):
    """Return the kind of a column; for a nominal one the tuple of its values."""
    declared = declared.strip()
    if declared.startswith("{"):
        return tuple(_cells(declared.strip("{} ")))
    kind = declared.split()[0].lower()
    if kind not in ROLES:
        raise TableError(
            f"{name}, line {i}: {kind!r} is no type that is read; known are"
            f" {', '.join(ROLES)} and a list of values in braces."
        )
    return kind


def _role(kind):
    return "category" if isinstance(kind, tuple) else ROLES[kind]


def _row(line, i, types, name):
    if line.startswith("{"):
        return _sparse_row(line, i, types, name)
    cells = _cells(line)
    if len(cells) != len(types):
        raise TableError(
            f"{name}, line {i}: {len(cells)} cells, where the header declares"
            f" {len(types)}."
        )
    return cells


def _sparse_row(line, i, types, name):
    """Return a row in braces, in which zeros, or first values, are left out."""
    cells = [kind[0] if isinstance(kind, tuple) else "0" for kind in types]
    for j, cell, _ in SPARSE.findall(line.strip("{} ")):
        if int(j) >= len(cells):
            raise TableError(
                f"{name}, line {i}: column {j}, but the header declares {len(cells)}."
            )
        cells[int(j)] = _value(cell)
    return cells


def _cells(line):
    cells: list[Any] = []
    at = 0
    while at <= len(line):
        found = CELL.match(line, at)
        if found is None:  # something behind a closing quote
            return cells
        cells.append(_value(found[1]))
        at = found.end() if found[2] else len(line) + 1
    return cells


def _value(cell):
    return None if cell == "?" else _bare(cell)


def _bare(cell):
    if len(cell) > 1 and cell[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", cell[1:-1])
    return cell


def _numbers(pandas, column, name):
    try:
        return pandas.to_numeric(column)
    except (ValueError, TypeError) as error:
        raise TableError(f"{name}, {column.name!r}: {error}.") from None
