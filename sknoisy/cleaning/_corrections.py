"""Decisions of people, brought back into y."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._containers import labels_out
from sknoisy._data_types import ArrayLike, FilePath, MatrixLike
from sknoisy._files import read_text, with_formula
from sknoisy._fingerprint import difference, label_text
from sknoisy._labels import check_labels
from sknoisy._rows import take
from sknoisy._unlabeled import as_labels, equals, find_nothing
from sknoisy.cleaning._vocabulary import Vocabulary

__all__ = ["Decision", "apply_corrections", "apply_decisions"]

COLUMNS = ("index", "given", "corrected", "decision", "fingerprint")
DECISIONS = ("accept", "choose", "keep", "skip")


@dataclass(frozen=True)
class Decision:
    """What somebody decided about a sample; of one that was skipped, no label."""

    index: int
    given: str
    corrected: str | None
    where: str  # for messages


def apply_corrections(
    y: ArrayLike,
    path: FilePath | Sequence[FilePath],
    *,
    X: MatrixLike | None = None,
    classes: ArrayLike | None = None,
) -> Any:
    r"""Return `y` with the decisions that were exported from a review page.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        The labels that the page was written for, in the same order. They are left as
        they are. Rows without a label (None, NaN, pandas.NA, or blank text), which
        `sknoisy audit` leaves out, may be among them, and stay as they are.

    path : str, path-like or list of them
        The exported CSV file, or several, where people shared the work.

    X : array-like of length n_samples, default=None
        What the page showed. If given, it must be what it was then, too.

    classes : array-like of shape (n_classes,), default=None
        Labels to choose from, if the page was given more than those of `y`.

    Returns
    -------
    y_corrected : array-like of shape (n_samples,)
        Labels of the kind of `y`: a list, a pandas or polars Series, or else an array.
        Samples that were skipped, or never looked at, keep their given label.

    Raises
    ------
    ValueError
        If a file isn't such an export, belongs to other data, holds a label that isn't
        among the classes, or if files disagree about a sample.

    See Also
    --------
    review_page : Writes the page.
    from_label_studio : The same for people who work with Label Studio.

    Notes
    -----
    The columns of a file are index, a position in `y`; given, the label there;
    corrected, the label to put instead; decision, which is "accept" (the suggestion),
    "choose" (another class), "keep" or "skip"; and fingerprint, which tells whether
    the file belongs to the data. It stands for all labels of `y`, their order, and
    1,000 samples of X.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.cleaning import apply_corrections, review_page
    >>> X, y = ["I loved it", "Dreadful", "A waste of time"], ["good", "bad", "good"]
    >>> with TemporaryDirectory() as folder:
    ...     page = review_page(X, y, [0.9, 0.8, 0.1], f"{folder}/films.html")
    ...     # a person looks at the page, and exports what the next lines write
    ...     path = page.with_name("films-corrections.csv")
    ...     _ = path.write_text(
    ...         "index,given,corrected,decision,fingerprint\n"
    ...         "2,good,bad,choose,3-e2de1b768ffa-5d2707d87206\n"
    ...     )
    ...     y_corrected = apply_corrections(y, path)
    >>> y_corrected
    ['good', 'bad', 'bad']
    """
    paths = [path] if isinstance(path, str | PathLike) else list(path)
    files = [(str(one), read_rows(Path(one))) for one in paths]
    labeled = _labeled(y, [rows for _, rows in files])
    if labeled is not None:
        return _apply_among(y, labeled, files, X, classes)
    return apply_decisions(y, decisions_of(files, y, X), classes)


def _labeled(y, files):
    """Return which rows have a label, or None if all do.

    Blank text is a label where the page was made with it.
    """
    values = as_labels(y)
    if values.ndim != 1 or not len(values):
        return None
    labeled = ~find_nothing(values)
    if values.dtype.kind in "OU":
        filled = labeled & ~equals(values, "")
        found = {row["fingerprint"] for rows in files for row in rows}
        if not filled.all() and (
            not labeled.any()
            or any(difference(f, _typed(values[labeled])) is not None for f in found)
        ):
            labeled = filled
    return None if labeled.all() or not labeled.any() else labeled


def _apply_among(y, labeled, files, X, classes):
    """Return `y` with decisions on those of its rows that have a label."""
    values = as_labels(y)
    known, places = _typed(values[labeled]), np.flatnonzero(labeled)
    X = None if X is None else take(X, places, len(values))
    corrected = values.astype(object)
    found = apply_decisions(known, decisions_of(files, known, X), classes)
    corrected[places] = found.tolist()
    if values.dtype.kind != "O":
        corrected = np.array(corrected.tolist(), dtype=np.result_type(values, found))
    everything = np.empty(len(values), dtype=object)
    everything[:] = values.tolist()
    return labels_out(corrected, y, everything)


def _typed(labels):
    """Return labels in an array of their own type."""
    return np.array(labels.tolist()) if labels.dtype.kind == "O" else labels


def apply_decisions(y, decisions, classes=None):
    """Return `y` with `decisions`, in its own container."""
    labels = check_labels(y)
    known = Vocabulary.of(y, classes)
    values = dict(zip(known.texts, known.values, strict=True))
    corrected = labels.astype(object)
    for decision in _without_conflicts(decisions):
        _check_given(decision, labels)
        if decision.corrected not in values:
            raise ValueError(
                f"{decision.where} corrects sample {decision.index} to"
                f" {decision.corrected!r}, which is none of the labels"
                f" {known.texts[:8]}. If the page had further classes, pass the same"
                " classes here; if the file went through a spreadsheet, export it anew."
            )
        corrected[decision.index] = values[decision.corrected]
    return labels_out(_in_dtype(corrected, labels.dtype), y, np.unique(labels))


def check_belongs(found, y, X, where):
    """Say so if the fingerprint `found` is that of other data."""
    differs = difference(found, check_labels(y), X)
    if differs:
        raise ValueError(
            f"{where} was made {differs}. Corrections fit only what they were made"
            " for: pass the labels as they were then, all, in the same order, and"
            " not corrected yet."
        )


def as_index(text, n_samples, where):
    """Return a position in y, or say that it is none."""
    if str(text).strip().isdecimal() and int(text) < n_samples:
        return int(text)
    raise ValueError(
        f"{where} names the sample {text!r}; expected a whole number from 0 to"
        f" {n_samples - 1}."
    )


def decisions_of(files, y, X):
    """Return the decisions in rows of files, which must belong to `y` and `X`."""
    decisions = []
    for where, rows in files:
        for found in {row["fingerprint"] for row in rows}:
            check_belongs(found, y, X, where)
        decisions += [
            _decision(row, len(y), where) for row in rows if any(row.values())
        ]
    return decisions


def read_rows(path):
    """Return the rows of a file that a review page exported, as dicts."""
    text = read_text(path)
    header = text.partition("\n")[0]  # some spreadsheets save with other separators
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    rows, names = list(reader), reader.fieldnames or ()
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise ValueError(
            f"{path} isn't a file that a review page exported: it lacks the columns"
            f" {missing}."
        )
    return rows


def _decision(row, n_samples, where):
    index = as_index(row["index"], n_samples, where)
    kind = check_choice(row["decision"], DECISIONS, f"{where}: decision")
    given, corrected = map(with_formula, (row["given"] or "", row["corrected"] or ""))
    if kind == "keep" and corrected != given:
        raise ValueError(
            f"{where} keeps the label {given!r} of sample {index}, and corrects it to"
            f" {corrected!r}: write 'choose' for the decision, or {given!r} for the"
            " label."
        )
    return Decision(index, given, None if kind == "skip" else corrected, where)


def _without_conflicts(decisions):
    """Return one decision for each sample, without skipped ones."""
    made: dict[Any, Any] = {}
    for decision in decisions:
        if decision.corrected is None:
            continue
        other = made.setdefault(decision.index, decision)
        if other.corrected != decision.corrected:
            raise ValueError(
                f"Sample {decision.index} is {other.corrected!r} by {other.where}, and"
                f" {decision.corrected!r} by {decision.where}. Settle it, and take the"
                " other line out."
            )
    return made.values()


def _check_given(decision, labels):
    given = label_text(labels[decision.index : decision.index + 1].tolist()[0])
    if decision.given != given:
        raise ValueError(
            f"{decision.where} says that sample {decision.index} was given the label"
            f" {decision.given!r}, but in y it is {given!r}. If the file went through a"
            " spreadsheet, export it anew, since such programs rewrite what looks like"
            " a number or a date."
        )


def _in_dtype(labels, dtype):
    """Return objects in the dtype that labels had, a wider one for longer strings."""
    if dtype.kind in "US":
        return np.array(labels.tolist(), dtype=dtype.kind)
    return labels.astype(dtype)
