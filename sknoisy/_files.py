"""Files that are there whole or not at all, and cells that no spreadsheet runs."""

import codecs
import csv
import os
import re
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

# what a spreadsheet takes for the beginning of a formula; a number is none
FORMULA = re.compile(r"^'*[=+\-@\t\r]")
NUMBER = re.compile(r"^[+-]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?$")
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@contextmanager
def set_aside(path):
    """Give a path to write to, which becomes `path` when all is written.

    A full disk, an error or Ctrl-C on the way leaves the file that was there before
    as it was.

    Parameters
    ----------
    path : str or path-like
        Where the file shall be. What is no regular file, such as ``/dev/stdout``, is
        written to directly.
    """
    target = Path(os.path.realpath(path))  # what a link points to, not the link
    if target.exists() and not target.is_file():
        yield target
        return
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix
    )
    os.close(handle)
    aside = Path(name)
    try:
        aside.chmod(target.stat().st_mode if target.exists() else _usual_mode())
        yield aside
        with aside.open("rb") as file:  # a full disk may speak up only now
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        with suppress(FileNotFoundError):
            aside.unlink()


def write_csv(path, rows):
    """Write rows of cells as a CSV file, of which a spreadsheet runs nothing.

    `with_formula` gives each cell back as it was.
    """
    cells = ([without_formula(cell) for cell in row] for row in rows)
    with set_aside(path) as aside, aside.open("w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(cells)


def without_formula(cell):
    """Return `cell`, with an apostrophe before text that looks like a formula.

    Spreadsheets run text that begins with =, +, −, @, a tab or a carriage return;
    numbers stay as they are. Text that looks so behind apostrophes gets one more, so
    that `with_formula` always gives back what was there.
    """
    is_text = isinstance(cell, str) and FORMULA.match(cell) and not NUMBER.match(cell)
    return f"'{cell}" if is_text else cell


def with_formula(cell):
    """Return what `without_formula` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read_text(path):
    """Return the text of a file as a spreadsheet may have saved it.

    UTF-8 and UTF-16 are told by their mark, UTF-8 without one by being valid; all else
    is read as Western European (Windows-1252), which few texts of that kind aren't.

    Raises
    ------
    ValueError
        If the file, which the message names, can't be read as text.
    """
    content = Path(path).read_bytes()
    encoding = next((e for mark, e in MARKS.items() if content.startswith(mark)), None)
    for attempt in (encoding,) if encoding else ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            return content.decode(attempt)
    raise ValueError(
        f"{path} can't be read as text: it is neither UTF-8 nor UTF-16 nor"
        " Windows-1252. Save it as CSV in UTF-8."
    )


def _usual_mode():
    mask = os.umask(0)  # there is no way to look at it without setting it
    os.umask(mask)
    return 0o666 & ~mask
