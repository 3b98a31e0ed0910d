"""Labels that are quantities, or several in one cell: nothing that names a class."""

import re
from collections import Counter

import numpy as np

from sknoisy._table_errors import TableError, counted, quoted

__all__ = ["check_one_class_each", "find_combinations", "holds_quantities"]

MARKS = ("|", ";", ",")


def check_one_class_each(y, name, about):
    """Say so if labels are quantities, or several in one cell."""
    if holds_quantities(y):
        n = len(np.unique(y))
        raise TableError(
            f"{about}{name!r} holds quantities ({n:,} different numbers in {len(y):,}"
            f" rows, such as {y[0]!s}), but labels must name classes. Name another"
            " column, or make classes of the numbers first, as pandas.cut does."
        )
    mark, joined = find_combinations(y)
    if joined:
        n = np.isin(y, joined).sum()
        raise TableError(
            f"{about}{counted(int(n), 'cell')} of {name!r} hold several labels in"
            f" one, such as {quoted(joined, 1)}. sknoisy judges one label a sample:"
            " make a column of yes and no for each label, and audit one at a time;"
            f" if these are classes of their own, write them without {mark!r}."
        )


def holds_quantities(y):
    """Whether labels are numbers that name no classes: prices, temperatures."""
    if y.dtype.kind == "f":
        finite = y[np.isfinite(y)]
        return not (finite == np.round(finite)).all() or _are_many(finite)
    if y.dtype.kind in "iu":
        return _are_many(y)
    if y.dtype.kind == "U":
        values = np.unique(y)
        return len(values) > 20 and _are_fractions(values)
    return False


def find_combinations(y):
    """Return a mark, and labels that are several with that mark between them.

    These are `a|b` where a and b are classes, too, or come in several combinations.
    """
    if y.dtype.kind != "U":
        return "", []
    values = np.unique(y).tolist()
    for mark in MARKS:
        joined = [v for v in values if mark in v.strip(mark + " ")]
        if joined and _are_several(joined, mark, set(values) - set(joined)):
            return mark, joined
    return "", []


def _are_several(joined, mark, alone):
    """Whether the parts of labels are labels."""
    parts = [part.strip() for v in joined for part in v.split(mark)]
    if any(f"{mark} " in v for v in joined):  # "Smith, John" is a name
        different = set(parts)
        return len(joined) > 1 and len(different & alone) >= 0.6 * len(different)
    n_times = Counter(parts)
    known = [p for p in parts if p in alone or n_times[p] > 1]
    return len(known) >= len(parts) / 2


def _are_many(numbers):
    return len(np.unique(numbers)) > max(50, len(numbers) // 5)


def _are_fractions(values):
    numeric = [
        v for v in values.tolist() if re.fullmatch(r"[-+]?\d*[.,]?\d+", v.strip())
    ]
    return len(numeric) > 0.95 * len(values) and any(
        re.search(r"[.,]\d*[1-9]", v) for v in numeric
    )
