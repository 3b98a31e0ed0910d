"""From a frame to a table: its labels, its features, and the names of its rows."""

import re

import numpy as np

from sknoisy._look_alikes import look_alikes
from sknoisy._one_class_each import check_one_class_each
from sknoisy._table_errors import TableError, counted, listed
from sknoisy.tables._describe import SAID, check_known, describe_columns
from sknoisy.tables._features import Features
from sknoisy.tables._labels import find_unlabeled, labels_of
from sknoisy.tables._nested import spread_cells
from sknoisy.tables._opinions import check_no_votes, find_opinions
from sknoisy.tables._table import Table

__all__ = ["frame_table", "id_column", "label_columns", "shown_of", "without_words"]

MOST_NOTES = 8  # on single columns; of the others, names are enough
ODD = "written as|taken for"
DIGITS = 6  # of a number that a page shows


def frame_table(frame, name, label, clean_label, said, options, notes, known=()):
    """Return the `Table` of a frame.

    Parameters
    ----------
    frame : DataFrame

    name : str
        Of the file, for messages.

    label, clean_label : str or None
        Which columns hold the given and the true labels.

    said : dict
        Roles of columns that needn't be guessed.

    options : Options
        Its decimal sign, and the words for what is missing.

    notes : list of str
        What there is to say so far.

    known : sequence of Column, default=()
        Columns of which more rows were looked at than these.
    """
    notes = list(notes)
    wanted = label_columns(frame, label, clean_label, name, notes)
    frame = spread_cells(frame, wanted, notes)
    frame = _with_labels(frame, wanted, options.missing, notes, name)
    y = [_labels(frame[column], column, name) for column in wanted]
    for column, labels in zip(wanted[:1], y, strict=False):
        notes += look_alikes(labels, column)
    shown = without_words(frame.drop(columns=wanted), options.missing)
    said = {column: role for column, role in said.items() if column in shown}
    columns = _columns(shown, said, options, y[0], label, name, known)
    notes += _column_notes(columns)
    features = _features(shown, columns, name)
    return Table(
        name=name,
        X=features,
        y=y[0],
        y_clean=y[1] if len(y) > 1 else None,
        label=label,
        clean_label=clean_label,
        columns=columns,
        notes=notes,
        shown=shown_of(shown, columns, features),
        rows=frame.index.to_numpy(),
        ids=_ids(shown, columns),
        groups=_groups(shown, columns, said),
    )


def label_columns(frame, label, clean_label, name, notes):
    if label is None:
        raise TableError(
            f"say which column of {name} holds the labels, with --label NAME; it has:"
            f" {listed(frame.columns)}."
        )
    if label == clean_label:
        raise TableError(f"{name}: given and clean labels are the same column.")
    wanted = [column for column in (label, clean_label) if column is not None]
    try:
        check_known(wanted, frame.columns, f"{name}: ")
    except TableError as error:  # it may be in a header that was taken for data
        below = set(map(str, frame.iloc[0])) if len(frame) else ()
        hints = [
            f"Its first row holds {column!r}: say --skip 1 if that row names columns."
            for column in wanted
            if column not in frame.columns and column in below
        ]
        hints += [f"Note: {note}." for note in notes if "its first row looks" in note]
        raise TableError(" ".join([str(error), *hints])) from None
    return wanted


def _with_labels(frame, columns, missing, notes, name):
    unlabeled = np.zeros(len(frame), dtype=bool)
    for column in columns:
        unlabeled |= find_unlabeled(frame[column], missing)
    if unlabeled.any():
        notes.append(f"{counted(int(unlabeled.sum()), 'row')} without a label left out")
    if unlabeled.all():
        why = [f" {note[0].upper()}{note[1:]}." for note in notes if "formulas" in note]
        raise TableError(f"{name} has no rows with a label.{''.join(why)}")
    return frame[~unlabeled]


def _labels(cells, column, name):
    labels = labels_of(cells, column, f"{name}: ")
    check_one_class_each(labels, column, f"{name}: ")
    return labels


def _columns(frame, said, options, y, label, name, known):
    columns = describe_columns(frame, said=said, decimal=options.decimal)
    looked_at = {column.name: column for column in known}
    columns = [looked_at.get(column.name, column) for column in columns]
    columns = find_opinions(frame, columns, y, said)
    check_no_votes(frame, columns, label, f"{name}: ")
    return columns


def without_words(frame, missing):
    """Return a frame without the words that were said to stand for missing values."""
    return frame.mask(frame.isin(missing)) if missing else frame


def _features(frame, columns, name):
    features = Features(columns).transform(frame)
    if not features.shape[1]:
        raise TableError(
            f"{name} has no column beside the labels to learn from"
            + (f": {listed(columns, 6)}." if columns else ".")
            + " If a column was mistaken, say what it is, as in --category NAME."
        )
    return features


def _column_notes(columns):
    """Return what was left out, and how numbers that are written oddly were read."""
    left_out = [c for c in columns if not c.is_feature and c.role != "ignored"]
    odd = [c for c in columns if c.is_feature and re.search(ODD, c.reason)]
    notes = [_told(f"column {c.name!r} left out", c) for c in left_out[:MOST_NOTES]]
    notes += [_told(f"column {c.name!r}", c) for c in odd[:MOST_NOTES]]
    for columns, what in (
        (left_out, "left out"),
        (odd, "written in a way of their own"),
    ):
        if more := [repr(c.name) for c in columns[MOST_NOTES:]]:
            notes.append(f"{counted(len(more), 'more column')} {what}: {listed(more)}")
    return notes


def _told(beginning, column):
    return f"{beginning}: {column.role}, {column.reason}"


def shown_of(frame, columns, features):
    """Return what people see: a text as text, where there is nothing else.

    Numbers that came as text are numbers, with a decimal comma, too, so that where they
    stand among others can be shown, unless that would take digits or a unit from them.
    """
    if len(columns) == 1 and columns[0].role == "text":
        return frame[columns[0].name].tolist()
    numbers = {
        column.name: features[column.name]
        for column in columns
        if column.role == "number"
        and (
            column.reason == "numbers"
            or _differs_by_comma(frame[column.name], features[column.name])
        )
        and _has_few_digits(features[column.name])
    }
    return frame.assign(**numbers) if numbers else frame


def _differs_by_comma(cells, values):
    """Whether cells are texts that are the numbers, but for the decimal sign."""
    there = values.notna()
    gaps, texts = cells[~there].dropna(), cells[there]
    if texts.empty or any(str(gap).strip() for gap in gaps):
        return False
    if not all(isinstance(text, str) for text in texts):
        return False
    try:
        plain = texts.str.replace(",", ".").astype(float)
    except ValueError:
        return False
    return bool((plain == values[there]).all())


def _has_few_digits(values):
    known = values.dropna().unique()
    return all(float(f"{value:.{DIGITS}g}") == value for value in known.tolist())


def _ids(frame, columns):
    """Return what the file calls its rows, or None."""
    name = id_column(frame, columns)
    return None if name is None else frame[name].to_numpy(dtype=object)


def id_column(frame, columns):
    """Return the column that names rows, or None: said so, ids, or a saved index."""
    ids = [c.name for c in columns if c.role == "id" and c.reason == SAID]
    ids += [c.name for c in columns if c.role == "id"]
    numbers = [c.name for c in columns if c.role == "row number"]
    # what counts from new for each patient names no row
    ids += [name for name in numbers if frame[name].is_unique]
    return ids[0] if ids else None


def _groups(frame, columns, said):
    names = [name for name, role in said.items() if role == "group"]
    if not names:
        return None
    groups = frame[names[0]]
    if groups.isna().any():
        raise TableError(
            f"column {names[0]!r}: {counted(int(groups.isna().sum()), 'row')} without a"
            " group; each row must belong to one."
        )
    return groups.astype(str).to_numpy(dtype=str)
