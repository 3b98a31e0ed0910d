"""Rows of cells as a frame: where the header is, what it names, which rows fit."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from sknoisy._table_errors import TableError, counted, listed, need, quoted
from sknoisy.tables._dialect import modal_width
from sknoisy.tables._header_cells import all_numbers, is_filled, is_number, of_two_rows

__all__ = ["find_start", "make_frame"]

N_ROWS = 200  # that tell where the table begins
CHUNK = 20_000
MOST_ABOVE = 30  # lines that a header is looked for behind


@dataclass(frozen=True)
class Start:
    """Where a table begins."""

    above: int  # rows before the header, or before the first row of data
    names: list
    n_header: int  # rows that name the columns


def make_frame(rows, options, name, to_column, notes):
    """Return a frame of the cells in `rows`.

    Parameters
    ----------
    rows : iterable of (int, list)
        Where in the file each row is, for messages, and its cells.

    options : Options

    name : str
        Of the file.

    to_column : callable
        Makes a Series of a list of cells.

    notes : list of str
        What was guessed or left out is added.
    """
    rows = iter(rows)
    head = list(islice(rows, N_ROWS + (options.skip or 0)))
    start = find_start(head, options, name, notes)
    rest = head[start.above + start.n_header :]
    pandas = need("pandas", f"{name}: reading it")
    fit = _Fit(name, start.names)
    parts = [fit.columns(chunk) for chunk in _chunks(rest, rows)]
    notes += fit.notes()
    columns = {
        column: to_column([cell for part in parts for cell in part[j]])
        for j, column in enumerate(start.names)
    }
    frame = pandas.DataFrame(columns)
    hollow = [c for c in fit.unnamed if not _holds_something(frame[c])]
    return frame.drop(columns=hollow)


def find_start(head, options, name, notes):
    """Return where the table begins: behind comments, titles and blank rows."""
    rows = [cells for _, cells in head]
    if options.skip is not None:
        if options.skip >= len(rows):
            raise TableError(
                f"{name}: skip={options.skip} leaves nothing of its {len(rows)} rows."
            )
        above = options.skip
    else:
        above = _count_above(rows)
    rows = rows[above:]
    if not rows or not any(map(_n_filled, rows)):
        raise TableError(f"{name} is empty.")
    width = modal_width(map(_trimmed, rows))
    names, n_header = _names(rows, width, options.header, head[:above], notes)
    body = rows[max(1, n_header) :]
    return Start(above, _unique(_row_named(names, body), notes), n_header)


def _names(rows, width, has_header, above, notes):
    """Return the names of columns, and how many rows they take."""
    commented = _commented(above, width)
    if has_header is None:
        has_header = _is_header(rows[0], rows[1:])
        if not has_header and commented:  # as numpy.savetxt writes it
            _note_above(above[:-1], notes)
            return commented, 0
        if not has_header:
            notes.append(
                "its first row looks like data, so columns are named column 1 to column"
                f" {width}; overruled by --header yes"
            )
    _note_above(above, notes)
    if not has_header:
        return [f"column {j + 1}" for j in range(width)], 0
    if two := of_two_rows(rows):
        notes.append(f"its first two rows name the columns: {quoted(two)}")
        return two, 2
    return rows[0], 1


class _Fit:
    """Rows as columns, each row as long as the header."""

    def __init__(self, name, names):
        self.name = name
        self.width = len(names)
        self.unnamed = [n for n in names if n.startswith("Unnamed: ")]
        self.short = []

    def columns(self, chunk):
        """Return a tuple of cells for each column."""
        whole = [self._row(place, cells) for place, cells in chunk if cells]
        return list(zip(*whole, strict=True)) or [()] * self.width

    def _row(self, place, cells):
        if len(cells) == self.width:
            return cells
        if len(cells) < self.width:
            self.short.append(place)
            return list(cells) + [None] * (self.width - len(cells))
        if _n_filled(cells[self.width :]):
            raise TableError(
                f"{self.name}, line {place}: {len(cells)} cells, where the header has"
                f" {self.width}: {quoted(cells[-2:])} at its end. A cell that holds the"
                " separator must be in quotes; lines above the header are left out by"
                " --skip, and another separator is said by --separator."
            )
        return cells[: self.width]

    def notes(self):
        """Return what to say of the rows that were filled up."""
        if not self.short:
            return []
        return [
            f"{counted(len(self.short), 'row')} shorter than the header, the first in"
            f" line {self.short[0]}: what is lacking counts as empty"
        ]


def _chunks(first, rows):
    while first:
        yield first
        first = list(islice(rows, CHUNK))


def _count_above(rows):
    """Return how many rows are above the header: notes, titles, blank lines."""
    width = modal_width(map(_trimmed, rows))
    for i, cells in enumerate(rows[:MOST_ABOVE]):
        enough = _n_filled(cells) >= max(min(2, width), (width - 1) // 2)
        # R names its rows without naming that column
        fits = len(_trimmed(cells)) >= width - 1 or len(cells) >= width
        if enough and fits and not _is_comment(cells, width):
            return i
    return 0


def _is_comment(cells, width):
    first = str(cells[0]).lstrip()
    if first.startswith(("# ", "//", "%")):
        return True
    return first.startswith("#") and len(_trimmed(cells)) != width


def _commented(above, width):
    """Return the cells of a comment on top if they are as many as columns, or None."""
    cells = list(above[-1][1]) if above else []
    if not cells or not str(cells[0]).lstrip().startswith("#"):
        return None
    cells[0] = str(cells[0]).lstrip("# ")
    cells = cells[1:] if not cells[0] else cells
    return cells if len(cells) == width > 1 and all(map(is_filled, cells)) else None


def _note_above(above, notes):
    lines = [" ".join(str(c) for c in cells if is_filled(c)) for _, cells in above]
    lines = [line for line in lines if line.strip()]
    if lines:
        notes.append(
            f"{counted(len(lines), 'line')} above the header left out: {quoted(lines)};"
            " overruled by --skip"
        )


def _is_header(first, body):
    """Whether a row names columns rather than belonging to the data.

    It doesn't where its numbers stand above numbers, unless they count columns or
    years, and where its words come again below.
    """
    body = [cells for cells in body if cells]
    if not body:
        return True
    numbers = [j for j, cell in enumerate(first) if is_number(cell)]
    above = [j for j in numbers if all_numbers(body, j)]
    if above:
        return _counts_on([first[j] for j in numbers])
    words = [j for j, cell in enumerate(first) if is_filled(cell) and j not in numbers]
    again = [j for j in words if _comes_again(first[j], body, j)]
    return len(again) < max(1, len(words) / 2) or len(first) == 1


def _comes_again(cell, body, j):
    return any(len(row) > j and row[j] == cell for row in body)


def _counts_on(cells):
    texts = [str(cell) for cell in cells]
    if len(texts) < 2 or not all(text.isdigit() for text in texts):
        return False
    values = [int(text) for text in texts]
    return values == list(range(values[0], values[0] + len(values)))


def _row_named(names, body):
    """Return the names, with a blank one before where R left out that of its rows."""
    width = modal_width(body)
    names = list(names)
    if width == len(names) + 1 and _has_row_names(body, len(names)):
        return ["", *names]
    while len(names) > max(1, width) and not is_filled(names[-1]):
        names.pop()
    return names


def _has_row_names(body, n_names):
    """Whether all rows have one cell more than names, the first never the same."""
    first = [cells[0] for cells in body if cells]
    return len(set(first)) == len(first) and all(len(r) != n_names for r in body)


def _unique(names, notes):
    """Return names that are texts, none of them blank, each there once."""
    if all(re.fullmatch("'.+'", str(name)) for name in names):
        names = [str(name)[1:-1] for name in names]  # quotes around the header alone
    names = [
        str(n).strip() if is_filled(n) else f"Unnamed: {j}" for j, n in enumerate(names)
    ]
    twice = [n for n, count in Counter(names).items() if count > 1]
    taken, unique = set(names), {}
    for name in names:
        new, k = name, 0
        while new in unique or (k and new in taken):
            k += 1
            new = f"{name}.{k}"
        unique[new] = name
    if twice:
        added = [new for new, name in unique.items() if new != name]
        notes.append(
            f"several columns are named {listed(map(repr, twice))}: all but the first"
            f" got a number: {listed(map(repr, added))}"
        )
    return list(unique)


def _n_filled(cells):
    return sum(map(is_filled, cells))


def _trimmed(cells):
    """Return the cells up to the last that isn't blank."""
    n = len(cells)
    while n and not is_filled(cells[n - 1]):
        n -= 1
    return cells[:n]


def _holds_something(column):
    return column.notna().any() and (column.astype(str).str.strip() != "").any()
