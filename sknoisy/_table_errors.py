"""The one error of this room, and the words that its sentences share."""

from contextlib import contextmanager
from importlib import import_module

__all__ = ["TableError", "as_table_errors", "counted", "listed", "need", "quoted"]


class TableError(ValueError):
    """A file or frame can't be used as it is.

    The message names the file and the place in it, says what was found there, what
    would do, and what to do about it.

    Examples
    --------
    >>> from sknoisy.tables import TableError, read_table
    >>> try:
    ...     read_table("nowhere.csv", label="y")
    ... except TableError as error:
    ...     print(error)
    nowhere.csv: there is no such file.
    """


@contextmanager
def as_table_errors(*kinds, about=""):
    """Turn exceptions of these `kinds` into a TableError, `about` before them."""
    try:
        yield
    except TableError:
        raise
    except kinds as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise TableError(f"{about}{reason}") from error


def need(module, for_what):
    """Return `module`, or say what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        raise TableError(
            f"{for_what} needs {module.split('.')[0]}; install it with"
            ' pip install "sknoisy[tables]".'
        ) from error


def listed(names, limit=12):
    """Return names as one line, of many the first."""
    names = [_short(" ".join(str(name).split()), 80) for name in names]
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f", … ({more} more)" if more > 0 else "")


def quoted(values, limit=3, length=40):
    """Return values in quotes as one line, of many or long ones the beginning."""
    texts = [_short(str(value), length) for value in values]
    return listed([repr(text) for text in texts], limit)


def _short(text, length):
    return text if len(text) <= length else text[: length - 1] + "…"


def counted(n, noun):
    """Return a number and what it counts, in the singular or the plural."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
