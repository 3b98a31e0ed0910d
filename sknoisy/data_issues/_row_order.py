"""The order of the rows: sorted by label, in blocks of labels, or drifting."""

import numpy as np
from scipy.stats import chi2_contingency

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import share

__all__ = ["row_order"]

N_PARTS = 10
SURE = 1e-6  # the probability that so much order is chance
CLEAR = 0.2  # Cramér's V, or the share of neighbors of equal label beyond chance


def row_order(data):
    """Find out whether the order of rows tells their labels.

    Labels of rows next to each other are compared, and shares of labels in ten parts
    of the file (chi-squared test). ``details`` has both.
    """
    if not data.names_classes or data.holds_quantities or data.n_samples < 30:
        return None
    if data.files is not None:  # whose order is that of their names
        return None
    shares = data.counts / data.n_samples
    chance = float((shares**2).sum())
    same = float(np.mean(data.codes[1:] == data.codes[:-1]))
    beyond = (same - chance) / max(1 - chance, 1e-9)
    error = np.sqrt(chance * (1 - chance) / data.n_samples)
    n_changes = int((data.codes[1:] != data.codes[:-1]).sum())
    details = {"same_as_next": same, "by_chance": chance}
    if n_changes == len(data.classes) - 1:
        found = f"The file is sorted by {data.label!r}."
    elif beyond > CLEAR and same - chance > 5 * error:
        found = (
            f"Rows with one label stand together: {share(same)} of the rows have the"
            f" label of the next one, {share(chance)} would by chance."
        )
    else:
        return _drift(data, details)
    return _issue(found, details, "note")


def _drift(data, details):
    """Return that labels change along the file, if they do."""
    parts = np.arange(data.n_samples) * N_PARTS // data.n_samples
    often = data.counts >= 5 * N_PARTS
    table = np.zeros((len(often), N_PARTS))
    np.add.at(table, (data.codes, parts), 1)
    table = np.vstack([table[often], table[~often].sum(axis=0)])
    table = table[table.sum(axis=1) > 0]
    if len(table) < 2:
        return None
    test = chi2_contingency(table)
    strength = np.sqrt(test.statistic / (table.sum() * (min(table.shape) - 1)))
    if test.pvalue > SURE or strength < CLEAR:
        return None
    found = (
        f"Labels drift: how often each comes changes along the file (Cramér's V of ten"
        f" parts {strength:.2f})."
    )
    return _issue(found, {**details, "cramers_v": float(strength)}, "note")


def _issue(found, details, severity):
    return DataIssue(
        "row_order",
        found,
        "A row number, or a date, would tell the label, and vouch for wrong ones. Rows"
        " of one time, place or person may share their mistakes.",
        "Row numbers are no features, and folds are shuffled.",
        "Say --group NAME if rows came in batches, and --ignore NAME for a column that"
        " rises along the file by itself.",
        severity,
        details=details,
    )
