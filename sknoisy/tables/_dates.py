"""Dates as people write them, by the formats that all cells of a column share."""

import re
import warnings
from dataclasses import dataclass
from typing import Any

from sknoisy._table_errors import need
from sknoisy.tables._stripped import stripped

__all__ = ["Dates", "read_dates"]

LOOKS = re.compile(
    r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}.*|.*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct"
    r"|nov|dec)[a-z]*[-/., ].*\d.*|\d{4}-\d{2}(?:-\d{2})?T.*",
    re.IGNORECASE,
)
DAYS = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%d %b %Y", "%d-%b-%Y"),
    *("%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%y", "%Y.%m.%d", "%b %d %Y"),
)
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
N_TRIED = 500
ENOUGH = 0.95


@dataclass(frozen=True)
class Dates:
    """A column read as dates: `values` has NaT for gaps, `how` tells the format."""

    values: Any
    how: str


def read_dates(texts, force=False):
    """Return the `Dates` of a column of texts, or None if they are others."""
    pandas = need("pandas", "a table")
    cells = stripped(texts)
    filled = cells[cells != ""]
    sample = filled.drop_duplicates().iloc[:N_TRIED]
    looks = sample.map(lambda cell: LOOKS.fullmatch(cell) is not None)
    if not len(sample) or (looks.mean() < ENOUGH and not force):
        return None
    fitting = [f for f in _formats() if _share(pandas, sample, f) >= ENOUGH]
    if not fitting:
        return None
    found = _parse(pandas, filled, fitting[0]).reindex(texts.index)
    swapped = [f for f in fitting[1:] if _swap(f) == fitting[0]]
    doubt = ", though day and month could be the other way round" if swapped else ""
    return Dates(found, f"written as {sample.iloc[0]!r}{doubt}")


def _formats():
    yield "ISO8601"
    yield from (day + time for time in TIMES for day in DAYS)


def _swap(format_):
    return format_.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")


def _share(pandas, sample, format_):
    # one cell tells that most formats don't fit
    if _parse(pandas, sample.iloc[:1], format_).isna().all() and len(sample) < 20:
        return 0.0
    return _parse(pandas, sample, format_).notna().mean()


def _parse(pandas, cells, format_):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dates = pandas.to_datetime(cells, format=format_, errors="coerce", utc=True)
    return dates.dt.tz_localize(None)
