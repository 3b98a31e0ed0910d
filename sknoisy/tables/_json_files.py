"""JSON and JSON lines: records, columns, or a list of one of them within an object."""

import json
from typing import Any

from sknoisy._table_errors import TableError, need
from sknoisy.tables._cells import as_column
from sknoisy.tables._encoding import decode
from sknoisy.tables._loaded import Loaded

__all__ = ["read_json"]

DEEP = RecursionError


def read_json(data, name, options):
    """Return the table in a JSON file; cells keep the types that they have there."""
    notes: list[str] = []
    text = decode(data, options.encoding, name, notes)
    columns = _columns(_parse(text, name), name)
    if not columns or not any(len(cells) for cells in columns.values()):
        raise TableError(f"{name} is empty.")
    pandas = need("pandas", f"{name}: reading it")
    frame = pandas.DataFrame({key: as_column(c) for key, c in columns.items()})
    return Loaded(frame=frame, notes=notes)


def _parse(text, name):
    try:
        return json.loads(text)
    except DEEP:
        raise TableError(f"{name} is nested too deeply to be a table.") from None
    except ValueError as error:
        lines = [
            (i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()
        ]
        if len(lines) < 2 or not lines[0][1].lstrip().startswith(("{", "[")):
            raise TableError(f"{name} is no JSON: {error}.") from None
    return [_parse_line(line, i, name) for i, line in lines]


def _parse_line(line, i, name):
    try:
        return json.loads(line)
    except (ValueError, DEEP) as error:
        raise TableError(
            f"{name}, line {i}: neither the file nor this line is JSON: {error}."
        ) from None


def _columns(parsed, name):
    """Return a list of cells by column, whichever way round they were written."""
    if isinstance(parsed, list):
        return _of_records(parsed, name)
    if isinstance(parsed, dict):
        if isinstance(parsed.get("columns"), list) and "data" in parsed:
            return _of_rows(parsed["columns"], parsed["data"], name)
        lists = {k: v for k, v in parsed.items() if isinstance(v, list)}
        if len(lists) > 1 and len(set(map(len, lists.values()))) == 1:
            return lists
        tables = [v for v in lists.values() if v and isinstance(v[0], dict)]
        if len(tables) == 1:  # {"data": [{…}, …]}, with whatever else beside it
            return _of_records(tables[0], name)
        if parsed and all(isinstance(v, dict) for v in parsed.values()):
            if _are_rows(parsed):
                return _of_records(list(parsed.values()), name)
            return _of_dicts(parsed)
        if len(lists) == len(parsed) == 1:
            return lists
    raise TableError(
        f"{name} holds no table that can be recognised: expected a list of objects, one"
        " a row, an object with a list for each column, or one object a line."
    )


def _of_records(records, name):
    if records and all(isinstance(record, list) for record in records):
        return _of_rows(records[0], records[1:], name)
    for i, record in enumerate(records):
        if not isinstance(record, dict):
            raise TableError(
                f"{name}, record {i}: expected an object such as"
                f' {{"size": 1.5, "label": "a"}}, but it is {str(record)[:40]!r}.'
            )
    flat = [_flat(record) for record in records]
    keys = dict.fromkeys(key for record in flat for key in record)
    return {key: [record.get(key) for record in flat] for key in keys}


def _of_rows(names, rows, name):
    if not isinstance(rows, list) or any(
        not isinstance(row, list) or len(row) != len(names) for row in rows
    ):
        raise TableError(
            f"{name}: its rows must be lists of {len(names)} cells, one for each of the"
            f" columns {str(names)[:60]}."
        )
    cells = zip(*rows, strict=True) if rows else [()] * len(names)
    return {str(key): list(c) for key, c in zip(names, cells, strict=True)}


def _are_rows(parsed):
    """Whether ``{"7": {"size": 1.5, "label": "a"}, …}`` has rows, and no columns.

    A column holds values of one kind, and rows are counted.
    """
    turned: dict[str, list] = {}
    for one in parsed.values():
        for key, value in one.items():
            turned.setdefault(key, []).append(value)
    mixed_here = any(_mixes(one.values()) for one in parsed.values())
    mixed_there = any(map(_mixes, turned.values()))
    if mixed_here != mixed_there:
        return mixed_here
    return _count(parsed) and not _count(turned)


def _mixes(values):
    """Whether texts are among other values."""
    return len({isinstance(value, str) for value in values if value is not None}) > 1


def _count(keys):
    return all(str(key).lstrip("-").isdigit() for key in keys)


def _of_dicts(parsed):
    """Return columns of ``{"size": {"0": 1.5, …}, …}``, as pandas writes them."""
    rows = dict.fromkeys(key for column in parsed.values() for key in column)
    return {key: [column.get(row) for row in rows] for key, column in parsed.items()}


def _flat(record):
    """Return a record whose objects within became keys such as `size.width`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value:
            flat |= {f"{key}.{inner}": v for inner, v in value.items()}
        else:
            flat[key] = value
    return flat
