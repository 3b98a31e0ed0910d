"""A text file with other labels in some rows, and every other character as it was."""

import codecs
import csv

from sknoisy._table_errors import TableError
from sknoisy.tables._dialect import sniff
from sknoisy.tables._encoding import decode
from sknoisy.tables._grid import N_ROWS, find_start
from sknoisy.tables._options import make_options
from sknoisy.tables._text_files import books_allowed, lines_of

__all__ = ["with_labels"]

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "cp1251")


def with_labels(data, label, changes, *, name, **said):
    """Return the bytes of a text file with other labels in some rows.

    Parameters
    ----------
    data : bytes
        The file: CSV of any kind, not packed.

    label : str
        Its column of labels.

    changes : dict
        By row (counted from 0, as ``Table.rows`` has it) a pair: the label that is
        there, and the one to put instead.

    name : str
        Of the file, for messages.

    **said : dict
        What people said of how it is written: see :func:`read_table`.
    """
    known = dict.fromkeys(("encoding", "separator", "decimal", "skip"))
    known |= {"header": None, "sheet": None, "missing": None} | said
    options = make_options(**known)
    text, encode = _text(data, options.encoding, name)
    parts, cells_before = [], []
    end = 0
    with books_allowed():
        dialect, names, records = _records(text, options, name)
        place = _place(label, names, name)
        for row, (start, stop, cells) in enumerate(records):
            cells_before.append(cells)
            if row not in changes:
                continue
            old, new = changes[row]
            if len(cells) <= place or cells[place] != old:
                raise TableError(
                    f"{name}: the label of row {row} is"
                    f" {cells[place] if len(cells) > place else ''!r}, not {old!r} as"
                    " in the corrections: they were made for another state of the file."
                )
            i, j = _spans(text[start:stop], dialect)[place]
            written = _written(new, text[start + i : start + j], dialect)
            parts += [text[end : start + i], written]
            end = start + j
        rewritten = "".join([*parts, text[end:]])
        _check(rewritten, dialect, len(records), cells_before, place, changes, name)
    return encode(rewritten)


def _text(data, encoding, name):
    """Return the text in `data`, and what makes `data` of a text again, exactly."""
    text = decode(data, encoding, name, [])
    for known in (encoding, *ENCODINGS):
        for mark in (b"", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            if known is None or not data.startswith(mark):
                continue
            try:
                whole = data[len(mark) :].decode(known)
                again = mark + whole.encode(known)
            except (UnicodeError, LookupError):
                continue
            if again == data and whole.lstrip("\ufeff").startswith(text[:1000]):
                return whole, lambda t, m=mark, k=known: m + _encoded(t, k, name)
    raise TableError(
        f"{name} can't be written as it was read: its encoding doesn't give back the"
        " same bytes. Save it as UTF-8 first."
    )


def _encoded(text, encoding, name):
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise TableError(
            f"{name} is written in {encoding}, which has no"
            f" {text[error.start]!r}, as a corrected label has. Save it as UTF-8 first."
        ) from None


def _records(text, options, name):
    """Return the dialect, the names of columns, and the rows of data.

    Each row is where it begins and ends in `text`, and its cells.
    """
    hidden = text.startswith("\ufeff")
    lines = lines_of(text[1:] if hidden else text)
    dialect = sniff(lines, options.separator)
    found = list(_all_records(text, dialect))
    head = [(i, cells) for i, (_, _, cells) in enumerate(found)]
    head = head[: N_ROWS + (options.skip or 0)]
    start = find_start(head, options, name, [])
    rows = found[start.above + start.n_header :]
    return dialect, start.names, [record for record in rows if record[2]]


def _all_records(text, dialect):
    offset = 1 if text.startswith("\ufeff") else 0
    at = [offset]

    def fed():
        for line in lines_of(text[offset:]):
            at[0] += len(line)
            yield line.rstrip() + "\n" if dialect.separator == " " else line

    begin = offset
    for cells in csv.reader(fed(), **dialect.manners):
        yield begin, at[0], cells
        begin = at[0]


def _place(label, names, name):
    if label in names:
        return names.index(label)
    raise TableError(f"{name}: there is no column {label!r}.")


def _spans(raw, dialect):
    """Return where each cell of a row begins and ends, its quotes included."""
    spans, at, n = [], 0, len(raw.rstrip("\r\n"))
    while True:
        while dialect.after_space and at < n and raw[at] == " ":
            at += 1
        begin = at
        if dialect.quote and at < n and raw[at] == dialect.quote:
            at = _closing(raw, at, dialect.quote)
        while at < n and raw[at] != dialect.separator:
            at += 1
        spans.append((begin, at))
        if at >= n:
            return spans
        at += 1


def _closing(raw, at, quote):
    """Return the place behind the quote that closes the one at `at`."""
    at += 1
    while at < len(raw):
        if raw[at] == quote:
            if raw[at + 1 : at + 2] != quote:
                return at + 1
            at += 1
        at += 1
    return at


def _written(label, before, dialect):
    """Return a label as a cell, in quotes if the one before was or it needs them."""
    quote = dialect.quote
    needs = any(c in label for c in (dialect.separator, quote or "", "\n", "\r") if c)
    needs |= not label or (dialect.after_space and label.startswith(" "))
    if not quote or not (needs or before.startswith(quote)):
        return label
    return quote + label.replace(quote, 2 * quote) + quote


def _check(rewritten, dialect, n_records, cells_before, place, changes, name):
    """Make sure that nothing but the labels has changed."""
    after = [r[2] for r in _all_records(rewritten, dialect) if r[2]][-n_records:]
    expected = [
        [*cells[:place], changes[row][1], *cells[place + 1 :]]
        if row in changes
        else cells
        for row, cells in enumerate(cells_before)
    ]
    if after != expected:
        raise TableError(
            f"{name}: the corrected labels can't be written into this file so that it"
            " is read as before. Apply them in Python, with"
            " sknoisy.cleaning.apply_corrections, and save the table anew."
        )
