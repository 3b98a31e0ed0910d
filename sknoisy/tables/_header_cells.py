"""Cells of the first rows: which are numbers, and whether two rows name the columns."""

import re

from sknoisy.tables._numbers import GAPS

__all__ = ["all_numbers", "is_filled", "is_number", "of_two_rows"]

NUMBER = re.compile(r"[-+]?(\d[\d.,]*|[.,]\d+)([eE][-+]?\d+)?%?")


def is_filled(cell):
    return cell is not None and str(cell).strip() != ""


def is_number(cell):
    if isinstance(cell, str):
        return NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def all_numbers(body, j):
    cells = [row[j] for row in body if len(row) > j and is_filled(row[j])]
    return bool(cells) and sum(map(is_number, cells)) > 0.9 * len(cells)


def of_two_rows(rows):
    """Return names made of two rows, `body.size`, or None if the first row is all.

    In the upper row, names come twice or are left out where they go on; in the lower
    one words stand above numbers.
    """
    if len(rows) < 3 or not rows[1]:
        return None
    upper, lower, body = rows[0], rows[1], rows[2:]
    lower = list(lower) + [None] * (len(upper) - len(lower))
    words = [j for j, cell in enumerate(lower) if is_filled(cell)]
    names = [str(cell).strip() for cell in upper if is_filled(cell)]
    goes_on = any(j >= len(upper) or not is_filled(upper[j]) for j in words if j)
    if not names or not (goes_on or len(set(names)) < len(names)):
        return None
    if len(words) < 2 or any(map(_is_no_name, (lower[j] for j in words))):
        return None
    if not any(all_numbers(body, j) for j in words):
        return None
    return _joined(upper, lower)


def _is_no_name(cell):
    return not isinstance(cell, str) or is_number(cell) or cell.strip().lower() in GAPS


def _joined(upper, lower):
    names, last = [], ""
    for j, below in enumerate(lower):
        above = str(upper[j]).strip() if j < len(upper) and is_filled(upper[j]) else ""
        last = above or (last if is_filled(below) else "")
        below = str(below).strip() if is_filled(below) else ""
        both = dict.fromkeys(part for part in (last, below) if part)
        names.append(".".join(both))
    return names
