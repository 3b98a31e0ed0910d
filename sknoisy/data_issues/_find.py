"""All checks, one after another."""

from collections.abc import Sequence

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike, MatrixLike, Seed
from sknoisy._registry import lookup
from sknoisy.data_issues._blank_labels import blank_labels
from sknoisy.data_issues._data import data_of
from sknoisy.data_issues._duplicates import (
    contradictions,
    exact_duplicates,
    few_different_rows,
)
from sknoisy.data_issues._groups import groups
from sknoisy.data_issues._identifiers import identifiers
from sknoisy.data_issues._image_files import (
    empty_classes,
    image_kinds,
    misplaced_files,
    unreadable_files,
)
from sknoisy.data_issues._imbalance import imbalance
from sknoisy.data_issues._leaks import leaks
from sknoisy.data_issues._look_alikes import look_alikes
from sknoisy.data_issues._near_duplicates import near_duplicates
from sknoisy.data_issues._numeric_target import numeric_target
from sknoisy.data_issues._outliers import extreme_values, outliers
from sknoisy.data_issues._rare_classes import rare_classes
from sknoisy.data_issues._report import DataIssues
from sknoisy.data_issues._row_order import row_order
from sknoisy.data_issues._several_labels import several_labels
from sknoisy.data_issues._useless_columns import useless_columns
from sknoisy.data_issues._votes import votes

__all__ = ["CHECKS", "find_data_issues"]

# each takes `Data` and returns a `DataIssue` of its name, or None
CHECKS = {
    "look_alikes": look_alikes,
    "several_labels": several_labels,
    "numeric_target": numeric_target,
    "votes": votes,
    "blank_labels": blank_labels,
    "unreadable_files": unreadable_files,
    "misplaced_files": misplaced_files,
    "empty_classes": empty_classes,
    "rare_classes": rare_classes,
    "contradictions": contradictions,
    "exact_duplicates": exact_duplicates,
    "near_duplicates": near_duplicates,
    "groups": groups,
    "leaks": leaks,
    "few_different_rows": few_different_rows,
    "identifiers": identifiers,
    "useless_columns": useless_columns,
    "imbalance": imbalance,
    "image_kinds": image_kinds,
    "row_order": row_order,
    "extreme_values": extreme_values,
    "outliers": outliers,
}


@numpy_inside()
def find_data_issues(
    X: MatrixLike,
    y: ArrayLike | None = None,
    *,
    label: str = "y",
    groups: ArrayLike | None = None,
    checks: Sequence[str] | None = None,
    random_state: Seed = 0,
) -> DataIssues:
    """Look at data before their labels are judged, and say what is odd.

    A finding on a label means little where the judge can't know: where a class is a
    misspelt word, where each row is there three times, where a column was made from
    the label. Each check looks for one such thing.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...), list of str, DataFrame or Table
        Features: numbers, images, a sparse matrix, texts, or a frame, in which each
        column is first taken for what it is (see
        :func:`~sknoisy.tables.describe_columns`). Or what
        :func:`~sknoisy.tables.read_table` returns, which holds the labels, too.

    y : array-like of shape (n_samples,), default=None
        Given labels; samples without one are left out. None: those of the table.

    label : str, default="y"
        What to call the labels in sentences. A table knows it.

    groups : array-like of shape (n_samples,), default=None
        Whom rows belong to, if known.

    checks : list of str, default=None
        What to look for, names of ``CHECKS``. None: all.

    random_state : int, default=0
        Seed of the rows among which near duplicates and outliers are looked for, where
        there are more than 10,000.

    Returns
    -------
    report : DataIssues
        One finding a kind, the most serious first.

    Raises
    ------
    ValueError
        If lengths don't agree, or a check isn't known.

    See Also
    --------
    sknoisy.tables.read_table : Where roles of columns can be overruled.
    sknoisy.detectors.TrueLabelPosterior : Finds wrong labels.

    Notes
    -----
    The cost is about linear in the number of rows; neighbors are looked for among
    10,000 rows at most, in 50 dimensions at most. cleanlab's Datalab asks some of the
    same questions (duplicates, outliers, order, imbalance). It calls rows near
    duplicates by the median distance to a neighbor alone, which some are within by
    chance: of 400 rows that were drawn at random, version 2.9 names 4 to 8, and 3 to 32
    outliers, where there is none (``tests/test_data_issues_peer.py``).

    Examples
    --------
    >>> import pandas as pd
    >>> from sknoisy.data_issues import find_data_issues
    >>> frame = pd.DataFrame({
    ...     "nr": range(60), "flipper": [180 + 37 * i % 61 for i in range(60)]
    ... })
    >>> y = ["Adelie", "Gentoo"] * 29 + ["Adleie", "Gentoo"]
    >>> report = find_data_issues(frame, y, label="species")
    >>> for issue in report:
    ...     print(issue)
    look_alikes (warning): Possible typos in 'species': 'Adleie' (1) may be 'Adelie'.
    identifiers (note): 1 column is no feature, but names the rows: nr (row number).
    >>> report["look_alikes"].rows
    array([58])
    """
    if checks is None:
        checks = tuple(CHECKS)
    found = [
        lookup(name, CHECKS, parameter="checks", kind="a check") for name in checks
    ]
    data = data_of(X, y, label=label, groups=groups, seed=random_state)
    issues = [check(data) for check in found] if data.n_samples else []
    return DataIssues(
        tuple(issue for issue in issues if issue is not None),
        tuple(checks),
        data.n_samples,
    )
