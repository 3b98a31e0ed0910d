"""Rows far from all others, and cells far from all others of their column."""

import numpy as np

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import counted, listed, verb

__all__ = ["extreme_values", "outliers"]

FAR, TIMES = 5.0, 8.0  # spreads above the upper quartile, and times the median
BEYOND = 3.0  # times the span of all other values
MOST_VALUES = 5  # that are extreme; more of them are a hill of their own
MOST = 0.05  # of the rows may have a value that is no class of values of its own


def outliers(data):
    """Find rows whose neighbors are far away.

    The logarithm of the distance to the tenth neighbor is beyond the upper quartile by
    five times the distance between the quartiles, and the distance eight times as large
    as usual.
    """
    found = data.neighbors
    if found is None:
        return None
    radius = found.distances[:, -1]
    known = radius[radius > 0]
    if len(known) < len(radius) / 2:
        return None
    low, middle, high = np.quantile(np.log(known), [0.25, 0.5, 0.75])
    with np.errstate(divide="ignore"):
        logs = np.log(radius)
    is_far = (logs > high + FAR * (high - low)) & (logs > middle + np.log(TIMES))
    n = int(is_far.sum())
    if not n or n > MOST * len(radius):
        return None
    among = f" of {len(radius):,} that were looked at" if found.is_sample else ""
    far = found.places[np.argsort(-np.where(is_far, radius, -1), kind="stable")[:n]]
    return DataIssue(
        "outliers",
        f"{counted(n, 'row')}{among} {verb(n, 'is', 'are')} far from all others.",
        "A judge has seen nothing like them: what it says of their labels is a guess.",
        "Nothing: they are judged like all others.",
        "Look at their features before their labels, and leave broken rows out.",
        "note",
        rows=data.rows[far],
    )


def extreme_values(data):
    """Find numbers so far from others of their column that they may be codes or slips.

    ``details["values"]`` has the values of each column.
    """
    found, rows = {}, []
    for name, values in _numbers(data):
        extremes = _extremes(values)
        if len(extremes):
            found[name] = extremes.tolist()
            rows.append(np.flatnonzero(np.isin(values, extremes)))
    if not found:
        return None
    told = [
        f"{name} ({listed([f'{v:.6g}' for v in values], 3)})"
        for name, values in found.items()
    ]
    places = np.unique(np.concatenate(rows))
    return DataIssue(
        "extreme_values",
        "Values far beyond all others of their column, in"
        f" {counted(len(places), 'row')}: {listed(told, 6)}.",
        "They may stand for a gap, such as 999, or have a slipped decimal sign; such"
        " rows look like nothing else, and scaled features shrink.",
        "Nothing: they are taken as they are.",
        "Say --missing 999 if such a value stands for a gap; else correct the file.",
        "note",
        rows=data.rows[places],
        columns=tuple(found),
        details={"values": found},
    )


def _numbers(data):
    features = data.features
    if hasattr(features, "columns"):
        for column in data.columns:
            if column.role == "number":
                yield column.name, features[column.text].to_numpy(dtype=np.float64)
    elif data.columns:
        for j, column in enumerate(data.columns):
            if column.role == "number":
                yield column.name, features[:, j].astype(np.float64)


def _extremes(values):
    """Return values beyond a gap of three times what all others span."""
    different, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    if len(different) < 5:
        return different[:0]
    extremes = []
    for ordered, n_each in ((different, counts), (-different[::-1], counts[::-1])):
        gaps, spans = np.diff(ordered), ordered[:-1] - ordered[0]
        n_beyond = n_each[::-1].cumsum()[::-1][1:]
        is_cut = (gaps > BEYOND * spans) & (spans > 0)
        is_cut &= (n_beyond <= MOST * n_each.sum()) | _are_codes(
            ordered, n_beyond, n_each.sum()
        )
        is_cut &= np.arange(1, len(ordered)) >= 4
        if is_cut.any():
            beyond = ordered[np.argmax(is_cut) + 1 :]
            if len(beyond) <= MOST_VALUES:
                extremes.append(beyond if ordered is different else -beyond)
    return np.concatenate(extremes) if extremes else different[:0]


def _are_codes(ordered, n_beyond, n_samples):
    """Return, for each gap, whether all beyond it is one value such as 999 or −9999."""
    digits = np.log10(np.abs(ordered[-1]) + 1)
    are = np.zeros(len(n_beyond), dtype=bool)
    are[-1] = digits >= 2 and digits == np.round(digits)
    return are & (n_beyond <= n_samples / 2)
