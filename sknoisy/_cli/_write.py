"""Files for people: whole or not at all, and no cell of a CSV a formula."""

import csv
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def replacing(path):
    """Give a path to write to; what is at `path` stays until that is done."""
    path = Path(path)
    # in a folder of its own, since a page is told by its name what to call its exports
    with TemporaryDirectory(prefix=".", dir=path.parent) as folder:
        part = Path(folder) / path.name
        yield part
        os.replace(part, path)


def write_csv(path, rows):
    """Write rows of cells, none of them a formula."""
    with (
        replacing(path) as part,
        part.open("w", newline="", encoding="utf-8") as file,
    ):
        csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)


def harmless(cell):
    """Return a cell that a spreadsheet shows as it is, with ' before a formula."""
    text = str(cell)
    if not text.startswith(FORMULA) or _is_number(text):
        return cell
    return "'" + text


def _is_number(text):
    try:
        return bool(text.strip()) and float(text) == float(text)
    except ValueError:
        return False
