"""Bytes as text: the encoding that a file says, or the one that it is likely in."""

import codecs
import re

from sknoisy._table_errors import TableError, quoted

__all__ = ["decode"]

MARKS = {  # the longer first: UTF-32's mark begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
SAMPLE = 1 << 16


def decode(data, encoding, name, notes):
    """Return the text in `data`; say in `notes` where its encoding was guessed."""
    if encoding is not None:
        return _decode(data, encoding, name)
    for mark, marked in MARKS.items():
        if data.startswith(mark):
            return _decode(data, marked, name)
    if wide := _wide(data[:SAMPLE]):
        notes.append(f"read as {wide}, since every other byte is zero")
        return _decode(data, wide, name)
    try:
        return _check_text(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        return _decode_old(data, name, error, notes)


def _decode(data, encoding, name):
    try:
        return _check_text(data.decode(encoding), name)
    except UnicodeDecodeError as error:
        raise TableError(f"{_where(data, name, error)} is not {encoding}.") from None
    except (LookupError, ValueError, TypeError) as error:  # "rot13" turns text to text
        raise TableError(f"{name} can't be read as {encoding}: {error}") from None


def _wide(sample):
    """Return which UTF-16 it must be, if every other byte is zero nearly always."""
    half = len(sample) // 2
    if half < 4:
        return None
    if sample[1::2].count(0) > 0.9 * half and not sample[::2].count(0):
        return "utf-16-le"
    if sample[::2].count(0) > 0.9 * half and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def _decode_old(data, name, error, notes):
    """Return a text of one byte a letter, if its bytes tell of which alphabet."""
    encoding = _old_encoding(data)
    try:
        text = _check_text(data.decode(encoding or "ascii"), name)
    except UnicodeDecodeError:
        raise TableError(
            f"{_where(data, name, error)} is not UTF-8, and which other encoding it is"
            " can't be told: say it, as in --encoding cp1252 (Western Europe), cp1250"
            " (Central Europe), cp1251 (Cyrillic), shift_jis or gb18030."
        ) from None
    words = re.findall(r"\w*[^\W\x00-\x7f]\w*", text)
    word = (words or re.findall(r"[^\x00-\x7f]", text))[:1]
    notes.append(
        f"not UTF-8, so read as {encoding} (guessed), which makes {quoted(word)} of the"
        " first word with an accent; overruled by --encoding"
    )
    return text


def _old_encoding(data):
    """Return cp1252 for accents among plain letters, cp1251 for words without any.

    Words of Cyrillic letters lie above 0xC0 as a whole; those of Asian encodings
    don't, and which of them it is can't be told.
    """
    runs = re.findall(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?", data[: SAMPLE * 16])
    alone = [run for run in runs if min(run) >= 0x80 and len(run) > 1]
    if len(alone) < 0.5 * len(runs):
        return "cp1252"
    letters = sum(byte >= 0xC0 for run in alone for byte in run)
    return "cp1251" if letters > 0.95 * sum(map(len, alone)) else None


def _check_text(text, name):
    text = text.rstrip("\x1a\x00")  # with which old systems end or fill up a file
    sample = text[:SAMPLE]
    strange = re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1e]", sample)
    if len(strange) > 0.1 * len(sample) or strange.count("\0") > 0.01 * len(sample):
        raise TableError(
            f"{name} holds no text: {len(strange):,} of its first {len(sample):,}"
            " characters are control characters. If it is a table in another format,"
            " save it as CSV, Excel or Parquet."
        )
    return text


def _where(data, name, error):
    line = data.count(b"\n", 0, error.start) + 1
    return f"{name}, line {line}: the byte 0x{data[error.start]:02x}"
