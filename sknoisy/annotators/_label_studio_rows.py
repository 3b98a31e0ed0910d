"""Label Studio's formats of one row an answer: JSON_MIN and CSV."""

import csv
import io
import json

from sknoisy._files import read_text
from sknoisy._json import key, read_items, shown
from sknoisy._label_studio_results import (
    ANSWERS,
    choose_control,
    labels_of,
    leaf,
    person,
)
from sknoisy.annotators._answers import Collector

OF_ANNOTATIONS = {"annotation_id", "annotator", "lead_time"}
OF_ROWS = {
    *OF_ANNOTATIONS,
    *("id", "created_at", "updated_at", "agreement", "task_id"),
}


def read_any(path):
    """Return the items of a file of JSON or CSV, and where each stands."""
    text = read_text(path).lstrip("\ufeff \t\r\n")
    is_csv = any(name in text.partition("\n")[0] for name in OF_ANNOTATIONS)
    if text[:1] in ("[", "{") or not is_csv:
        return list(read_items(path))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ValueError(f"{path} can't be read as CSV: {error}.") from None
    return [(_row(row), f"{path}, row {i}") for i, row in enumerate(rows, start=1)]


def _separator(text):
    return max(",;\t", key=text.partition("\n")[0].count)


def _row(row):
    """Return a row of CSV as JSON_MIN would have it; cells that hold JSON are read."""
    row = {name: cell for name, cell in row.items() if name is not None and cell}
    return {name: _cell(cell) for name, cell in row.items()}


def _cell(cell):
    if cell[:1] in "[{":
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell


def is_row(item):
    """Whether an item is a row of an export, with what it says of an annotation."""
    return bool(OF_ANNOTATIONS & set(item))


def read_rows(items, path, control):
    """Return the `Answers` in rows."""
    untouched = [item for item, _ in items if item.get("annotation_id") is None]
    answered = [one for one in items if one[0].get("annotation_id") is not None]
    control = _choose_column(control, answered, untouched, path)
    collector = Collector(path)
    for number, (row, where) in enumerate(answered):
        task = key(row.get("id", number), where)
        collector.show(task, {k: v for k, v in row.items() if k not in OF_ROWS})
        if row.get(control) is None:
            collector.skip("empty")
            continue
        who = person(row.get("annotator"), where)
        collector.take(task, who, _labels_of_cell(row[control], where), where)
    for _ in untouched:
        collector.skip("untouched")
    return collector.done()


def _choose_column(control, answered, untouched, path):
    """Return the column that people filled: the data's stand in untouched rows, too."""
    names = dict.fromkeys(n for row, _ in answered for n in row if n not in OF_ROWS)
    if control is None and untouched:
        of_data = {name for row in untouched for name in row}
        fresh = [name for name in names if name not in of_data]
        if len(fresh) == 1:
            return fresh[0]
    if control is None:
        raise ValueError(
            f"{path} doesn't tell which column people filled: say so by control=…; it"
            f" has {list(names)}. Label Studio's format JSON tells."
        )
    return choose_control(control, list(names), path)


def _labels_of_cell(cell, where):
    if isinstance(cell, dict):
        cell = next((cell[k] for k in ANSWERS if k in cell), cell)
    cells = cell if isinstance(cell, list) else [cell]
    return [label for one in cells for label in _labels_of_part(one, where)]


def _labels_of_part(part, where):
    if not isinstance(part, dict):
        return [leaf(part)]
    labels, reason = labels_of({"value": part}, where)
    if reason:
        raise ValueError(f"{where} holds {shown(part)}, which is no label of a sample.")
    return labels
