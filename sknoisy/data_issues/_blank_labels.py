"""Labels that may mean that there is none: NA, ?, unknown."""

import numpy as np

from sknoisy._look_alikes import words_for_nothing
from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import label_counts

__all__ = ["blank_labels"]


def blank_labels(data):
    """Find labels that may stand for a missing one."""
    if not data.names_classes or data.classes.dtype.kind != "U":
        return None
    words = words_for_nothing(data.classes.tolist())
    if not words:
        return None
    is_word = np.isin(data.classes, words)
    told = label_counts(data.classes[is_word], data.counts[is_word])
    return DataIssue(
        "blank_labels",
        f"Labels of {data.label!r} that may mean that there is none: {told}.",
        "If so, such rows belong to other classes, and each of them looks like an"
        " issue; as a class it takes up what is hard to tell.",
        "They are kept as classes: NA, for one, may be North America.",
        f"Say --missing {','.join(words)!r} to leave such rows out.",
        "warning",
        rows=data.rows[is_word[data.codes]],
        classes=tuple(words),
    )
