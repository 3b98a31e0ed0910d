"""CSV files for people: whole or not at all, and no cell of them a formula."""

import csv
import os
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path, rows):
    """Write rows; what was there before stays until all of them are written."""
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([harmless(cell) for cell in r] for r in rows)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


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
