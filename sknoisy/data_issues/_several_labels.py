"""Cells that hold several labels: `a|b`, or a list."""

import numpy as np

from sknoisy._one_class_each import find_combinations
from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import counted, quoted, verb

__all__ = ["several_labels"]


def several_labels(data):
    """Find samples with several labels in one cell."""
    if not data.names_classes:
        is_joined = np.array([not isinstance(v, str) for v in data.y.tolist()], bool)
        joined = [data.y[np.flatnonzero(is_joined)[0]]] if is_joined.any() else []
    else:
        joined = find_combinations(data.classes)[1]
        is_joined = np.isin(data.classes, joined)[data.codes]
    n = int(is_joined.sum())
    if not n:
        return None
    return DataIssue(
        "several_labels",
        f"{counted(n, 'cell')} of {data.label!r} {verb(n, 'holds', 'hold')} several"
        f" labels, such as {quoted(joined, 1)}.",
        "One label a sample is judged: each combination would be a class of its own,"
        " and rare ones all look wrong.",
        "Such a file is refused.",
        "Make a column of yes and no for each label, and look at one at a time.",
        "serious",
        rows=data.rows[is_joined],
        classes=() if data.y.dtype.kind == "O" else tuple(joined[:20]),
    )
