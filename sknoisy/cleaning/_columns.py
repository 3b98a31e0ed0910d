"""The columns of a table: where a value stands among all, and what is typical."""

import numbers

import numpy as np

__all__ = ["Categories", "Numbers", "columns_of"]

N_REFERENCE = 20_000  # rows, evenly spaced, that positions and shares refer to


class Numbers:
    """A numeric column. Positions are quantiles in percent, so scales don't matter."""

    def __init__(self, name, values, codes, n_classes):
        self.name = name
        self.values = _as_floats(values)
        self._sorted = np.sort(self.values[np.isfinite(self.values)])
        medians = [_median(self.values[codes == code]) for code in range(n_classes)]
        self.typical = self.positions(np.array(medians))

    def positions(self, values):
        """Return the share of reference values below each, in percent; NaN stays."""
        below = np.searchsorted(self._sorted, values, side="left")
        up_to = np.searchsorted(self._sorted, values, side="right")
        share = 50 * (below + up_to) / max(1, len(self._sorted))
        return np.where(np.isnan(values), np.nan, share)

    def cells(self, values, codes):
        """Return text and position of values, and how untypical of their class."""
        values = _as_floats(values)
        positions = self.positions(values)
        apart = np.abs(positions - self.typical[codes]) / 100
        texts = ["" if np.isnan(value) else f"{value:.6g}" for value in values]
        extras = [{} if np.isnan(p) else {"at": round(p)} for p in positions]
        return texts, extras, np.nan_to_num(apart)

    def describe(self):
        """Return what the page has to know of the column."""
        typical = [None if np.isnan(p) else round(p) for p in self.typical]
        return {"name": self.name, "typical": typical}


class Categories:
    """A column of words: each value comes with the share of rows that have it."""

    def __init__(self, name, values, codes, n_classes):
        self.name = name
        texts, counts = np.unique([_as_text(v) for v in values], return_counts=True)
        shares = (counts / max(1, counts.sum())).tolist()
        self._shares = dict(zip(texts.tolist(), shares, strict=True))

    def cells(self, values, codes):
        """Return text and share of values, and how rare each is."""
        texts = [_as_text(value) for value in values]
        shares = np.array([self._shares.get(text, 0.0) for text in texts])
        return texts, [{"share": float(f"{100 * s:.2g}")} for s in shares], 1 - shares

    def describe(self):
        """Return what the page has to know of the column."""
        return {"name": self.name}


def columns_of(X, names, rows, codes, n_classes):
    """Yield each column of `X` with the values of `rows` as cells of a page.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_columns)
        The table.

    names : list of str
        Names of its columns.

    rows : ndarray of int
        Positions of the rows to show.

    codes : ndarray of shape (n_samples,)
        Codes of the given labels.

    n_classes : int
        How many codes there are.

    Yields
    ------
    column : Numbers or Categories
        What is known of the column.

    cells : tuple of (list of str, list of dict, ndarray)
        Texts, what else to draw, and how unusual each value is, from 0 to 1.
    """
    n_reference = min(N_REFERENCE, max(1000, 20_000_000 // max(1, len(names))))
    reference = np.unique(np.linspace(0, len(codes) - 1, n_reference).astype(int))
    for j, name in enumerate(names):
        values = _column(X, j)
        kind = Numbers if _is_numeric(values) else Categories
        column = kind(name, values[reference], codes[reference], n_classes)
        yield column, column.cells(values[rows], codes[rows])


def _column(X, j):
    values = np.asarray(X.iloc[:, j] if hasattr(X, "iloc") else X[:, j])
    if values.dtype.kind != "M":
        return values
    # "auto": days without the hours that they don't have
    texts = np.datetime_as_string(values, unit="auto").astype(object)
    texts[np.isnat(values)] = None
    return texts


def _is_numeric(values):
    if values.dtype.kind == "O":
        known = [value for value in values if not is_missing(value)]
        return all(_is_number(value) for value in known) and bool(known)
    return values.dtype.kind in "iuf"


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


def _as_floats(values):
    if values.dtype.kind == "O":
        values = [np.nan if is_missing(value) else value for value in values]
    return np.asarray(values, dtype=np.float64)


def _as_text(value):
    return "" if is_missing(value) else str(value)


def is_missing(value):
    """Return whether a cell holds None, NaN, NaT or pandas.NA."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA won't say; lists say too much
        return type(value).__name__ == "NAType"


def _median(values):
    values = values[np.isfinite(values)]
    return np.median(values) if len(values) else np.nan
