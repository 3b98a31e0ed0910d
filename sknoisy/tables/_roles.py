"""What a column looks like: a feature of some kind, or none, and why."""

import numpy as np

from sknoisy._table_errors import TableError, counted, need, quoted
from sknoisy.tables._column import Column
from sknoisy.tables._dates import read_dates
from sknoisy.tables._hints import (
    names_code,
    names_group,
    names_id,
    names_row,
    names_row_only,
    names_year,
)
from sknoisy.tables._nested import is_several
from sknoisy.tables._numbers import read_numbers
from sknoisy.tables._read_as import as_texts
from sknoisy.tables._stripped import stripped

__all__ = ["find_role"]

MIN_KNOWN = 10  # a column with fewer may be empty in some fold, and teaches nothing
FEW = 20  # so many categories, or rows, are few in any table
WORDS = 3  # a text has more, on average
NEARLY_ALL = 0.98


def find_role(cells, name, decimal=None):
    """Return what a column looks like.

    Parameters
    ----------
    cells : Series
        Texts as they stand in a file, or values of a type.

    name : str
        Its name, which tells ids from measurements.

    decimal : "." , "," or None, default=None
        The decimal sign of the file, where it is known.

    Returns
    -------
    column : Column
    """
    pandas = need("pandas", "a table")
    kind = pandas.api.types
    _check_no_lists(cells, name)
    if isinstance(cells.dtype, pandas.CategoricalDtype):
        return _or_useless(Column(name, "category", "declared so"), cells)
    if kind.is_bool_dtype(cells):
        return _or_useless(Column(name, "category", "true or false"), cells)
    if kind.is_numeric_dtype(cells):
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        return _of_numbers(Column(name, "number", "numbers"), values)
    if kind.is_datetime64_any_dtype(cells):
        return _or_useless(Column(name, "date", "dates"), cells)
    if kind.is_timedelta64_dtype(cells):
        return _or_useless(Column(name, "number", "spans of time, in seconds"), cells)
    return _of_texts(as_texts(cells), name, decimal)


def _check_no_lists(cells, name):
    if cells.dtype == object and any(map(is_several, cells)):
        raise TableError(
            f"column {name!r} holds several values in a cell. Make a column of each,"
            f" as numpy.vstack(frame[{name!r}]) does of lists of numbers, or leave it"
            " out."
        )


def _or_useless(column, known):
    """Return `column`, unless it has few known values, or but one."""
    n, known = len(known), known[known.notna()]
    if len(known) < min(MIN_KNOWN, n / 2):
        return Column(column.name, "empty", f"{counted(len(known), 'cell')} filled")
    if known.nunique() == 1 and len(known) == n:  # beside gaps, it tells of gaps
        only = quoted(as_texts(known.iloc[:1]))
        return Column(column.name, "constant", f"always {only}")
    return column


def _of_numbers(column, values):
    """Return a column of numbers, or what else numbers can be: row numbers, ids."""
    pandas = need("pandas", "a table")
    finite = np.isfinite(values)
    known = values[finite]
    if finite.all() and len(known) > 2 and (known == np.round(known)).all():
        if reason := _counting(column.name, known):
            return Column(column.name, "row number", reason)
        if reason := _naming(column.name, known):
            return Column(column.name, "id", reason)
    if reason := _belonging(column.name, pandas.Series(known)):
        return Column(column.name, "group", reason)
    if np.isinf(values).any():
        n = counted(int(np.isinf(values).sum()), "infinite value")
        column = Column(column.name, "number", f"{column.reason}; {n} taken for gaps")
    return _or_useless(column, pandas.Series(np.where(finite, values, np.nan)))


def _counting(name, values):
    """Return why whole numbers are row numbers, if they are."""
    steps = np.diff(values)
    if names_year(name):
        return None
    if (steps == 1).all() and (len(values) >= MIN_KNOWN or names_row(name)):
        return f"it counts the rows from {values[0]:.15g}"
    if not names_row(name):
        return None
    if (steps == 1).mean() > 0.95:
        return "it counts the rows, now and then from new"
    if (steps > 0).all():
        return "it rises from row to row, and is named so"
    if _counts_in_another_order(values):
        return "it counts the rows, in another order"
    if names_row_only(name) and len(np.unique(values)) > NEARLY_ALL * len(values):
        return "named so, and nearly all different"
    return None


def _naming(name, values):
    """Return why whole numbers are ids, if they are."""
    n_unique = len(np.unique(values))
    if n_unique > NEARLY_ALL * len(values) and names_id(name):
        return f"named so, {n_unique:,} different numbers in {len(values):,} rows"
    return None


def _counts_in_another_order(values):
    return len(np.unique(values)) == len(values) == np.ptp(values) + 1


def _belonging(name, known):
    """Return why a column tells whom rows belong to, if it does: patient_id, say."""
    n, n_unique = len(known), known.nunique()
    # numbers of departments are ids as well, but hundreds of rows in each teach
    is_key = names_id(name) and not names_code(name) and n_unique > 0.05 * n
    if not (is_key or names_group(name)):
        return ""
    if not max(FEW, 0.02 * n) < n_unique <= n / 1.25:
        return ""
    return (
        f"{n_unique:,} of them, with about {n / n_unique:.2g} rows each, which may"
        f" belong together: say --group {name!r}, or --category {name!r} to learn from"
        " them"
    )


def _of_texts(texts, name, decimal):
    """Return what a column of texts holds."""
    numbers = read_numbers(texts, decimal)
    if numbers is not None:
        column = Column(name, "number", _how_numbers(numbers), decimal)
        return _of_numbers(column, numbers.values)
    words = stripped(texts)
    known = words[words != ""]
    if len(known) < min(MIN_KNOWN, len(texts) / 2):
        return Column(name, "empty", f"{counted(len(known), 'cell')} filled")
    dates = read_dates(texts)
    if dates is not None:
        return _or_useless(Column(name, "date", dates.how), dates.values)
    return _of_words(name, known, words.mask(words == ""))


def _how_numbers(numbers):
    reason = f"numbers, {numbers.how}" if numbers.how else "numbers"
    if numbers.strange:
        n = counted(len(numbers.strange), "other word")
        reason += f"; {n} taken for gaps: {quoted(numbers.strange)}"
    return reason


def _of_words(name, known, words):
    """Return what a column of texts is that are neither numbers nor dates."""
    n, n_unique = len(known), known.nunique()
    n_words = np.mean([len(text.split()) for text in known.unique()])
    if n_unique > NEARLY_ALL * n and n > FEW:
        if n_words < 1.5:
            return Column(name, "id", f"{n_unique:,} different words in {n:,} rows")
        if names_row(name) or names_id(name):
            return Column(name, "id", f"named so, {n_unique:,} different texts")
        if known.str.replace(r"\d+", "0", regex=True).nunique() <= 3:
            return Column(name, "id", f"numbered texts, such as {quoted(known, 1)}")
    if reason := _belonging(name, known):
        return Column(name, "group", reason)
    if n_words > WORDS and n_unique > max(FEW, 0.2 * n):
        reason = f"{n_words:.0f} words on average, {n_unique:,} different texts"
        return Column(name, "text", reason)
    zeros = known.str.fullmatch(r"0\d+").any()
    reason = f"{n_unique:,} different words: {quoted(known.unique())}"
    reason += ", codes since they lead with zeros" if zeros else ""
    return _or_useless(Column(name, "category", reason), words)
