"""Classes of so few samples that no judge learns what they look like."""

import numpy as np

from sknoisy._look_alikes import spellings
from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import are, counted, label_counts

__all__ = ["FEWEST", "rare_classes"]

FEWEST = 5  # so many folds there are, and one sample in each is the least


def rare_classes(data):
    """Find classes that are too small to judge."""
    if not data.names_classes or data.holds_quantities:
        return None
    is_rare = data.counts < FEWEST
    if data.classes.dtype.kind == "U":  # what is misspelt is told of as such
        counts = dict(zip(data.classes.tolist(), data.counts.tolist(), strict=True))
        is_rare &= ~np.isin(data.classes, list(spellings(counts)))
    if not is_rare.any():
        return None
    told = label_counts(data.classes[is_rare], data.counts[is_rare])
    rows = np.flatnonzero(is_rare[data.codes])
    n = int(is_rare.sum())
    return DataIssue(
        "rare_classes",
        f"{n:,} of {len(is_rare):,} classes of {data.label!r} {are(n)} too small to"
        f" judge, with fewer than {FEWEST} rows: {told}.",
        f"Nobody can learn such a class from the others of it, so that a verdict on"
        f" these {counted(len(rows), 'row')} means nothing, be it issue or none.",
        "They are set aside: neither judged nor learned from.",
        "Join such classes with others, or bring more samples of them.",
        "serious" if len(rows) > data.n_samples / 2 else "note",
        rows=data.rows[rows],
        classes=tuple(data.classes[is_rare].tolist()),
    )
