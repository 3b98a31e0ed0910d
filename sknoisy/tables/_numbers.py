"""Numbers as people write them: `$1,000.50`, `1.234,5`, `12%`, `5 kg`, `9:05`."""

import re
from dataclasses import dataclass

import numpy as np

from sknoisy._table_errors import need
from sknoisy.tables._amounts import SCALES, TIME, common_unit, seconds, without_bounds

__all__ = ["GAPS", "Numbers", "decimal_sign", "read_numbers"]

# words that stand for no value among numbers; among words they are words
GAPS = frozenset(
    ["", "na", "n/a", "#n/a", "n.a.", "nan", "-nan", "<na>", "null", "none", "nil", "?"]
    + ["-", "--", "–", "—", ".", "..", "...", "*", "x", "missing", "unknown", "nd"]
    + ["#value!", "#div/0!", "#ref!", "#num!", "inf", "-inf", "infinity", "-infinity"]
)
CURRENCY = (
    r"(?:[A-Z]{0,3}[$€£¥₹₽₩₺₴₪฿₫₦]|USD|EUR|GBP|CHF|JPY|CNY|INR|BRL|SEK|NOK|DKK|PLN|CZK"
    r"|HUF|Rs\.?|kr\.?|Kč|zł|Ft)"
)
MONEY = re.compile(rf"^([-+−]?)\s*{CURRENCY}\s*(?=[\d.,])|(?<=\d)\s*{CURRENCY}$")
BEGINNING = re.compile(rf"[-+−(<>≤≥~≈=\s]*(?:{CURRENCY}\s*)?[-+−]?[\d.,]")
BLANKS_WITHIN = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009'’](?=\d{3}(?!\d))")
DIGITS = re.compile(r"[-+]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][-+]?\d+)?")
CODE = re.compile(r"[-+]?0\d+")
MOST_STRANGE = 0.1  # share of cells that may be no number in a column of numbers


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers.

    `values` has NaN for gaps; `how` says how they were written, if otherwise than
    programs do; `strange` are cells that are no numbers.
    """

    values: np.ndarray
    how: str = ""
    strange: tuple = ()


def read_numbers(texts, decimal=None, force=False):
    """Return the `Numbers` of a column of texts, or None if it holds others.

    Parameters
    ----------
    texts : Series of str
        Cells; blanks and the usual words for missing values are gaps.

    decimal : "." , "," or None
        The decimal sign of the file, where that is known.

    force : bool, default=False
        Whether people said that these are numbers.
    """
    pandas = need("pandas", "a table")
    codes, words = pandas.factorize(texts)
    words = [str(word).strip() for word in words]
    filled = [word for word in words if word.lower() not in GAPS]
    if not filled and not force:
        return None
    if decimal != "," and (values := _plain(pandas, words, filled, force)) is not None:
        return Numbers(values[codes])
    counts = _count(words, codes)
    n_filled = sum(counts[word] for word in filled)
    if not force:  # most texts need no closer look
        n_begin = sum(counts[word] for word in filled if BEGINNING.match(word))
        if n_begin < (1 - MOST_STRANGE) * n_filled:
            return None
    plain = _bare(filled, counts, force)
    sign = _decimal_within(plain.values(), decimal)
    numbers = {word: _value(core, sign) for word, core in plain.items()}
    strange = [word for word, value in numbers.items() if value is None]
    n_strange = sum(counts[word] for word in strange)
    if not force:
        if n_strange > MOST_STRANGE * n_filled:
            return None
        if any(CODE.fullmatch(word) for word in filled):
            return None
    of_words = [numbers.get(word) for word in words]
    by_code = np.array([np.nan if v is None else v for v in of_words] + [np.nan])
    how = _how(filled, plain, numbers, sign)
    return Numbers(
        by_code[codes], how, tuple(sorted(strange, key=lambda word: -counts[word]))
    )


def _count(words, codes):
    """Return how often each word is there; several may differ by blanks alone."""
    counts: dict[str, int] = {}
    each = np.bincount(codes[codes >= 0], minlength=len(words))
    for word, n in zip(words, each.tolist(), strict=True):
        counts[word] = counts.get(word, 0) + n
    return counts


def _plain(pandas, words, filled, force):
    """Return the values of words, the fast way, if all are written as programs do."""
    numbers = pandas.to_numeric(pandas.Series(words, dtype=object), errors="coerce")
    values = numbers.to_numpy(dtype=float, na_value=np.nan, copy=True)
    values[~np.isfinite(values)] = np.nan
    if np.isfinite(values).sum() < len(filled):
        return None
    if not force and any(CODE.fullmatch(word) for word in filled):
        return None
    return np.append(values, np.nan)


def decimal_sign(columns):
    """Return the decimal sign that cells of a file leave no doubt about, or None.

    Parameters
    ----------
    columns : iterable of list of str
        Some cells of each column.
    """
    found = set()
    for cells in columns:
        cores = [_strip(cell.strip()) for cell in cells if cell.strip()]
        numbers = [core for core in cores if DIGITS.fullmatch(core)]
        if cores and len(numbers) >= (1 - MOST_STRANGE) * len(cores):
            found |= {_certain_decimal(core) for core in numbers} - {None}
    return found.pop() if len(found) == 1 else None


def _strip(word):
    """Return a number without currency, percent sign, brackets and blanks."""
    word = word.replace("−", "-")
    if word.startswith("(") and word.endswith(")"):  # as accountants write losses
        word = "-" + word[1:-1]
    word = MONEY.sub(r"\1", word.removesuffix("%").rstrip())
    return BLANKS_WITHIN.sub("", word)


def _bare(filled, counts, force):
    """Return numbers without what stands around them, such as a unit of all."""
    plain = {word: _strip(word) for word in filled}
    plain = without_bounds(plain, counts, force)
    if all(DIGITS.fullmatch(core) for core in plain.values()):
        return plain
    unit = common_unit(plain, counts, 1 - MOST_STRANGE)
    if unit and (force or not _are_codes(plain, counts, unit)):
        plain = {w: core.removesuffix(unit).rstrip() for w, core in plain.items()}
    return plain


def _are_codes(plain, counts, unit):
    """Whether cells are rather codes: 101A, 102A, none of them twice."""
    whole = all(core.removesuffix(unit).strip().isdigit() for core in plain.values())
    return len(unit) == 1 and whole and all(counts[word] == 1 for word in plain)


def _certain_decimal(core):
    """Return the decimal sign of a number, or None where it might be either."""
    signs = re.sub("[^.,]", "", core)
    if not signs:
        return None
    if len(set(signs)) == 2:
        return signs[-1]
    other = "," if signs[0] == "." else "."
    if len(signs) > 1:
        return other
    whole, _, rest = core.lstrip("+-").partition(signs)
    may_be_thousands = re.fullmatch(r"\d{3}", rest) and re.fullmatch(
        r"[1-9]\d{0,2}", whole
    )
    return None if may_be_thousands else signs


def _decimal_within(cores, decimal):
    """Return the decimal sign of a column: its own, the file's, or a point."""
    certain = {_certain_decimal(core) for core in cores if DIGITS.fullmatch(core)}
    certain.discard(None)
    if decimal is not None and certain != {"," if decimal == "." else "."}:
        return decimal
    return certain.pop() if len(certain) == 1 else decimal or "."


def _value(core, sign):
    if TIME.fullmatch(core):
        return seconds(core)
    scale = next((s for s in SCALES if core.endswith(s)), "")
    core = core.removesuffix(scale).rstrip()
    if not DIGITS.fullmatch(core):
        return None
    factor = SCALES.get(scale, 1)
    group = "," if sign == "." else "."
    head, _, tail = core.partition(sign)
    if group in tail or (group in head and not _is_grouped(head, group)):
        return None
    try:
        return factor * float(core.replace(group, "").replace(sign, "."))
    except ValueError:  # two decimal signs
        return None


def _is_grouped(head, group):
    first, *others, last = head.lstrip("+-").split(group)
    if len(last) != 3 or not 0 < len(first) <= 3:
        return False
    # in thousands, or as in India 12,34,567
    by = {len(digits) for digits in others}
    return by <= {3} or (by == {2} and len(first) <= 2)


def _how(filled, plain, numbers, sign):
    """Return an example of a number that is written otherwise than programs do."""
    for word in filled:
        value = numbers[word]
        if value is None:
            continue
        if plain[word] != word or not DIGITS.fullmatch(word) or "," in word:
            return f"written as {word!r}, read as {value:.15g}"
        if sign == "," and "." in word:
            return f"written as {word!r}, read as {value:.15g}"
    return ""
