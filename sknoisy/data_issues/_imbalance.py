"""Classes that come far more rarely than others."""

import numpy as np

from sknoisy.data_issues._rare_classes import FEWEST
from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import label_counts, share

__all__ = ["imbalance"]

SMALL = 0.1  # of an even share


def imbalance(data):
    """Find classes with less than a tenth of an even share of the samples."""
    if not data.names_classes or data.holds_quantities:
        return None
    enough = data.counts >= FEWEST
    if enough.sum() < 2:
        return None
    even = data.counts[enough].sum() / enough.sum()
    is_small = enough & (data.counts < SMALL * even)
    if not is_small.any():
        return None
    largest = data.counts.argmax()
    told = label_counts(data.classes[is_small], data.counts[is_small])
    return DataIssue(
        "imbalance",
        f"{share(data.counts[largest] / data.n_samples)} of the rows are"
        f" {data.classes[largest]!s}; rare are {told}.",
        "Of a rare class, few wrong labels are enough to hide what it looks like, and a"
        " judge leans towards frequent ones.",
        "Nothing: how often each class comes is taken into account.",
        "Look at the issues of rare classes first; score with balanced_accuracy.",
        "note",
        classes=tuple(data.classes[is_small].tolist()),
        details={"counts": dict(zip(map(str, data.classes), data.counts, strict=True))}
        if len(data.classes) <= 50
        else {},
        rows=np.array([], dtype=int),
    )
