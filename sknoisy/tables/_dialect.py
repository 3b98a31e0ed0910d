"""What stands between the cells of a text file: the guess that fits its first lines."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

__all__ = ["Dialect", "modal_width", "sniff"]

COMMON = (",", ";", "\t", "|")
RARE = (" ", ":", "^", "~", "\x1f", "\x01", "#", "/")
N_LINES = 200
TAME = re.compile(r"[^,;\t|]*(?:[,;] [^,;\t|]*)*|[-+]?[\d.,]+%?")


@dataclass(frozen=True)
class Dialect:
    """How `csv.reader` has to read a text."""

    separator: str
    quote: str | None = '"'
    after_space: bool = False  # whether a separator takes a space with it
    escape: str | None = None  # what stands before quotes within quotes, if not another

    @property
    def manners(self):
        """Its keyword arguments."""
        quoting = csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL
        return {
            "delimiter": self.separator,
            "quotechar": self.quote or '"',
            "quoting": quoting,
            "skipinitialspace": self.after_space,
            "doublequote": self.escape is None,
            "escapechar": self.escape,
        }

    def describe(self):
        """Return the separator as one would say it."""
        spoken = {"\t": "tabs", " ": "spaces", ",": "commas", ";": "semicolons"}
        return spoken.get(self.separator, repr(self.separator))


def sniff(lines, separator=None):
    """Return the dialect that makes the most regular table of the first lines.

    A separator is judged by two things: that it cuts most rows into equally many
    cells, and that no other separator is left within cells, as in `1;2` between commas.
    """
    sample = [line for line in islice(lines, N_LINES) if line.strip()]
    quote, escape = _quote(sample), _escape(sample)
    if separator is not None:
        return _finish(sample, separator, quote, escape)
    scores = {mark: _score(sample, mark, quote) for mark in COMMON + RARE}
    best = max(COMMON, key=scores.__getitem__)  # of equal ones the first
    rare = max(RARE, key=scores.__getitem__)
    # prose has colons and spaces, too
    if scores[rare] > max(0.9, scores[best]) and len(sample) > 1:
        best = rare
    return _finish(sample, best if scores[best] > 0 else ",", quote, escape)


def modal_width(rows):
    """Return the most frequent number of cells, the largest of equally frequent."""
    counts = Counter(map(len, rows))
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _score(sample, separator, quote):
    rows = _cut(sample, Dialect(separator, quote, separator == " "))
    width = modal_width(row for row in rows if len(row) > 1)
    if width < 2:
        return 0.0
    regular = [row for row in rows if len(row) == width]
    if len(rows[0]) == width - 1 > 1:  # R doesn't name the column of its row names
        rows = rows[1:]
    cells = [cell for row in regular for cell in row]
    tame = sum(TAME.fullmatch(cell.strip()) is not None for cell in cells)
    return len(regular) / len(rows) * tame / len(cells)


def _finish(sample, separator, quote, escape):
    if separator == " ":
        return Dialect(separator, quote, True, escape)
    n_marks = sum(line.count(separator) for line in sample)
    n_spaced = sum(line.count(separator + " ") for line in sample)
    return Dialect(separator, quote, n_spaced > 0.9 * n_marks, escape)


def _quote(sample):
    """Return "'" where cells are within such quotes, and none within usual ones."""
    text = "".join(sample)
    if '"' in text:
        return '"'
    within = re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|]|$)", text, re.MULTILINE)
    return "'" if len(within) >= max(2, len(sample) // 2) else '"'


def _escape(sample):
    """Return a backslash where quotes within quotes have it, and are never doubled.

    One before a quote that closes a cell is the end of a path.
    """
    text = "".join(sample)
    inside = re.search(r'[^\\]\\"[^,;\t|\r\n]', text)
    doubled = re.search(r'[^,;\t|\r\n\\]""', text)
    return "\\" if inside and not doubled else None


def _cut(sample, dialect):
    if dialect.separator == " ":
        sample = [line.rstrip() for line in sample]
    try:
        return list(csv.reader(sample, **dialect.manners))
    except csv.Error:  # a cell as long as a book: a quote that nobody closes
        return []
