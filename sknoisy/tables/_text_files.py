"""CSV and its kin: text to cells, each as it stands in the file."""

import csv
import re
import sys
from contextlib import contextmanager
from io import StringIO

from sknoisy._table_errors import TableError, need
from sknoisy.tables._dialect import sniff
from sknoisy.tables._encoding import decode
from sknoisy.tables._grid import make_frame
from sknoisy.tables._loaded import Loaded

__all__ = ["books_allowed", "lines_of", "read_text"]

WRAPPED = re.compile(r'\s*"(?:[^"]|"")*"\s*')


def read_text(data, name, options):
    """Return the table in a text file; cells are texts, whatever they look like."""
    notes: list[str] = []
    text = decode(data, options.encoding, name, notes)
    if not text.strip():
        raise TableError(f"{name} is empty.")
    lines = lines_of(_unwrapped(text, notes))
    dialect = sniff(lines, options.separator)
    lines.seek(0)
    with books_allowed():
        is_open = not text.rstrip().endswith(dialect.quote or "")
        rows = _rows(lines, dialect, name, is_open)
        frame = make_frame(rows, options, name, _as_texts, notes)
    return Loaded(frame=frame, notes=notes, dialect=dialect)


def _unwrapped(text, notes):
    """Return a text without the quotes that some programs put around whole lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 3 or not all(WRAPPED.fullmatch(line) for line in lines):
        return text
    bare = [line.strip()[1:-1].replace('""', '"') for line in lines]
    if len({line.count(",") for line in bare}) > 1 or "," not in bare[0]:
        return text
    notes.append("each line was in quotes as a whole, which are left out")
    return "\n".join(bare)


def lines_of(text):
    # a bare carriage return ends the lines of old Macs; newline="" keeps those in cells
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    return StringIO(text, newline="")


def _rows(lines, dialect, name, is_open):
    if dialect.separator == " ":
        lines = (line.rstrip() + "\n" for line in lines)
    reader = csv.reader(lines, **dialect.manners)
    before, last, cells = 0, 0, []
    try:
        for cells in reader:
            yield reader.line_num, cells
            before, last = reader.line_num, before
    except csv.Error as error:
        raise TableError(f"{name}, line {reader.line_num}: {error}.") from error
    if cells and "\n" in cells[-1] and is_open:
        raise TableError(
            f"{name}, line {last + 1}: a quote is opened that nothing closes, so that"
            " all lines from there on are one cell. Close it, or double quotes within"
            " quotes."
        )


@contextmanager
def books_allowed():
    """Lift Python's limit to the length of a cell, which texts may exceed."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _as_texts(cells):
    pandas = need("pandas", "a table")
    return pandas.Series([cell or "" for cell in cells], dtype=object)
