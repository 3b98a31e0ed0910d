"""Data to compare methods on: features, given labels, clean labels and a name."""

import warnings

import numpy as np
from sklearn.datasets import load_digits

from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._labels import encode_labels
from sknoisy._unlabeled import is_ambiguous
from sknoisy.tables import Table

WANTED_BY = "judging labels by others"


def digits():
    """Return scikit-learn's digits: 1,797 images of 8 x 8, as a table of 64 columns."""
    X, y = load_digits(return_X_y=True)
    return Table("digits", X, y, label="target")


def check_table(table, n_folds, asked_by):
    """Return `table` if classes can be learned from it; say what is wrong if not.

    Some class must have as many samples as there are folds; `asked_by` says who wants
    so many.
    """
    for name, y in ((table.label, table.y), (table.clean_label, table.y_clean)):
        if y is not None:
            _check_classes(table, name, y)
    if table.y_clean is not None:
        _check_same_terms(table)
    if is_ambiguous(_as_numbers(table.y)):
        table.notes.append(
            "label -1 is taken for a class; where it marks rows without a label, leave"
            " their cells blank"
        )
    n_each = np.unique(table.y, return_counts=True)[1]
    if n_folds > n_each.max():
        raise CommandError(
            f"{table.name}: {asked_by} needs a class of {n_folds} samples, and none has"
            f" more than {n_each.max()}."
        )
    n_rare = (n_each < n_folds).sum()
    if n_rare:
        table.notes.append(
            f"{n_rare} of {len(n_each)} classes have fewer than {n_folds} samples"
        )
    return table


def _as_numbers(y):
    """Return labels as numbers, which a file may hold as text, if all of them are."""
    try:
        return np.asarray(y).astype(np.float64)
    except (TypeError, ValueError):
        return np.asarray(y)


def _check_classes(table, name, y):
    if not len(y):
        raise CommandError(f"{table.name} has no rows with a label.")
    about = f"{table.name}, {name!r}: "
    with warnings.catch_warnings(), command_errors(ValueError, TypeError, about=about):
        warnings.simplefilter("ignore")  # that there are many classes is said below
        classes, _ = encode_labels(y)
    if len(classes) < 2:
        raise CommandError(
            f"{table.name}: {name!r} holds one class only, {classes[0]!s}, so there is"
            " nothing to tell apart."
        )
    if len(classes) > max(50, len(y) // 2):
        raise CommandError(
            f"{table.name}: {name!r} holds {len(classes):,} different values in"
            f" {len(y):,} rows, which can't be class labels."
        )


def _check_same_terms(table):
    if not set(table.y.tolist()) & set(table.y_clean.tolist()):
        raise CommandError(
            f"{table.name}: {table.label!r} and {table.clean_label!r} have no label in"
            " common; both must be written in the same terms."
        )
