"""What people may say about a file, so that nothing has to be guessed."""

import codecs
from dataclasses import dataclass

from sknoisy._table_errors import TableError, quoted

__all__ = ["Options", "make_options"]

SPOKEN = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "space": " ",
}


@dataclass(frozen=True)
class Options:
    """How a file is written; None is for the file itself to tell."""

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    skip: int | None = None
    header: bool | None = None
    sheet: str | None = None
    missing: tuple = ()


def make_options(encoding, separator, decimal, skip, header, sheet, missing):
    """Return checked options."""
    if encoding is not None:
        _check_encoding(encoding)
    if separator is not None:
        separator = SPOKEN.get(separator, separator)
        if len(separator) != 1 or separator in '"\r\n':
            raise TableError(
                f"separator={separator!r}: it must be one character, such as ',', or"
                f" one of the words {', '.join(sorted(SPOKEN))}."
            )
    if decimal not in (None, ".", ","):
        raise TableError(f"decimal={decimal!r}: it must be '.' or ','.")
    if skip is not None and (isinstance(skip, bool) or skip < 0):
        raise TableError(
            f"skip={skip!r}: it must be the number of lines above the header."
        )
    return Options(encoding, separator, decimal, skip, header, sheet, _words(missing))


def _check_encoding(encoding):
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        raise TableError(
            f"encoding={encoding!r} is none that Python knows; common ones are"
            f" {quoted(['utf-8', 'cp1252', 'cp1251', 'utf-16', 'shift_jis'], 9)}."
        ) from None


def _words(missing):
    """Return words for missing values, and the numbers that they may be in a file."""
    if missing is None:
        return ()
    words = [missing] if isinstance(missing, str) else list(map(str, missing))
    return (*words, *(number for word in words for number in _number(word)))


def _number(word):
    try:
        return [float(word)]
    except ValueError:
        return []
