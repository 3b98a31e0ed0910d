"""Columns that know the label: copies of it, other opinions, what was made of it."""

import numpy as np

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import are, as_word, counted, listed, share

__all__ = ["leaks"]

LEFT = 0.02  # of the errors of who always says the same, what one column may leave
MOST_CELLS = 50_000_000  # of a table of values by labels
FEWEST = 50  # rows, below which one column may tell all by chance


def leaks(data):
    """Find columns that tell the label by themselves.

    A number tells a label if rows next to each other in its order have equal labels, a
    category if the other rows with it mostly have this label. ``details["told"]`` has
    the share of labels that each column of the features tells.
    """
    if not data.names_classes or data.holds_quantities:
        return None
    opinions = data.of_role("opinion")
    told = _telling(data) if data.n_samples >= FEWEST else {}
    if not (opinions or told):
        return None
    found = [f"{c.name} ({c.reason})" for c in opinions]
    found += [
        f"{name} (alone tells {share(s)} of the labels)" for name, s in told.items()
    ]
    names = (*(c.name for c in opinions), *told)
    return DataIssue(
        "leaks",
        f"{counted(len(names), 'column')} {are(len(names))} about the label itself, or"
        f" tell{'s' if len(names) == 1 else ''} nearly all of it:"
        f" {listed(found, 4)}.",
        "What was made from the label vouches for it, wrong or not. A column that"
        " really tells the class is the best there is: only its owner knows.",
        _done(opinions, told),
        f"Say --ignore {listed(told, 3).replace(', ', ',')} if made from the label."
        if told
        else f"Say --category {as_word(opinions[0].name)} if something can be learned"
        " from it.",
        "warning",
        columns=names,
        details={"told": told},
    )


def _done(opinions, told):
    parts = []
    if opinions:
        parts.append(
            f"Nothing is learned from {listed([c.name for c in opinions], 4)}."
        )
    if told:
        parts.append(f"Kept as features: {listed(told, 4)}.")
    return " ".join(parts)


def _telling(data):
    """Return the share of labels that single features tell, of those that tell all."""
    counts = data.counts
    others = (data.n_samples - counts.max()) / data.n_samples
    found = {}
    for name, values in _columns(data):
        told = _told_by(values, data.codes, len(counts), data.seed)
        if 1 - told <= LEFT * others:
            found[name] = told
    return found


def _columns(data):
    features = data.features
    if hasattr(features, "columns"):
        for column in data.columns:
            if column.is_feature and column.role != "text":
                yield column.name, _as_codes(features[column.text])
    elif data.columns:  # a table of numbers, not too wide
        for j, column in enumerate(data.columns):
            if column.is_feature:
                yield column.name, features[:, j].astype(np.float64)


def _as_codes(cells):
    """Return numbers as they are; of categories codes, as integers."""
    if cells.dtype.kind in "biuf":
        return cells.to_numpy(dtype=np.float64)
    if cells.dtype.kind == "M":
        return cells.to_numpy().astype("datetime64[s]").astype(np.int64).astype(float)
    texts = cells.map(lambda cell: "" if cell is None else str(cell)).to_numpy(
        dtype=str
    )
    return np.unique(texts, return_inverse=True)[1]


def _told_by(values, codes, n_classes, seed):
    if values.dtype.kind == "i" or len(np.unique(values)) < 0.05 * len(values):
        return _by_others_alike(
            np.unique(values, return_inverse=True)[1], codes, n_classes
        )
    return _by_next(values, codes, seed)


def _by_others_alike(values, codes, n_classes):
    """Return how often most of the other rows with a value have the same label."""
    n_values = values.max() + 1
    if n_values * n_classes > MOST_CELLS:
        return 0.0
    table = np.bincount(values * n_classes + codes, minlength=n_values * n_classes)
    table = table.reshape(n_values, n_classes)
    own = table[values, codes] - 1  # the row itself is no witness
    first, second = np.sort(table, axis=1)[:, :-3:-1].T  # the two largest counts
    is_first = table.argmax(axis=1)[values] == codes
    rival = np.where(is_first, second[values], first[values])
    return float(np.mean(own > rival))


def _by_next(values, codes, seed):
    """Return how often both neighbors in the order of a number have the same label."""
    shuffled = np.random.default_rng(seed).permutation(len(values))  # for ties
    order = shuffled[np.argsort(values[shuffled], kind="stable")]
    ordered = codes[order]
    same = ordered[1:] == ordered[:-1]
    before, after = np.append(True, same), np.append(same, True)
    return float(np.mean(before & after))
