"""Words that the sentences of findings share."""

import shlex

import numpy as np

from sknoisy._table_errors import counted, listed, quoted

__all__ = [
    "are",
    "as_word",
    "counted",
    "label_counts",
    "listed",
    "quoted",
    "share",
    "verb",
]


def as_word(name):
    """Return the name of a column as one types it on a command line."""
    return shlex.quote(str(name))


def verb(n, one, many):
    """Return the form of a verb that goes with `n`."""
    return one if n == 1 else many


def are(n):
    """Return "is" or "are"."""
    return verb(n, "is", "are")


def share(part):
    """Return a share in percent, never 0 or 100 where it isn't."""
    text = f"{part:.1%}" if part < 0.0995 or part > 0.9 else f"{part:.0%}"
    if text == "0.0%" and part > 0:
        return "<0.1%"
    return "99.9%" if text == "100.0%" and part < 1 else text


def label_counts(labels, counts, limit=6):
    """Return labels with how often each comes, the most frequent first."""
    order = np.argsort(-np.asarray(counts), kind="stable")
    told = [f"{quoted([labels[i]])} ({counts[i]:,})" for i in order[:limit]]
    return ", ".join(told) + (
        f", … ({len(order) - limit} more)" if len(order) > limit else ""
    )
