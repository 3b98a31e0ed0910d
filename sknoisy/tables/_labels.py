"""The labels of a table: as they stand, with a word on those that look alike."""

import re
import unicodedata
from collections import defaultdict
from difflib import SequenceMatcher

import numpy as np

from sknoisy.tables._errors import TableError, counted, need, quoted

__all__ = ["check_one_class_each", "find_unlabeled", "labels_of", "look_alikes"]

MOST_CLASSES = 50  # that are looked through for spelling mistakes, and that few rows
RARE = 0.02  # share of rows up to which a class may be another one, misspelt
ALIKE = 0.82  # two letters that changed places in a word of six; not "male", "female"
MARKS = ("|", ";", ",")
NO_LABEL = frozenset(
    ["", "na", "n/a", "n.a.", "nan", "<na>", "null", "none", "?", "-", "--", "–", "."]
    + ["unknown", "missing", "unlabeled", "unlabelled", "undefined", "not available"]
)


def find_unlabeled(column, missing):
    """Return where a column has no label: empty cells, and the words in `missing`.

    Other words are labels, whatever they mean to programs: NA may be North America.
    """
    blank = column.astype(object).map(lambda cell: isinstance(cell, str) and not cell)
    return (column.isna() | blank | column.isin(missing)).to_numpy(dtype=bool)


def labels_of(column, name, about):
    """Return an array of labels, of numbers only where the file's type says so."""
    pandas = need("pandas", "a table")
    _check_no_lists(column, name, about)
    if isinstance(column.dtype, pandas.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pandas.api.types.is_bool_dtype(column) or _is_truths(column):
        return column.to_numpy(dtype=bool)
    if pandas.api.types.is_numeric_dtype(column):
        return _numbers(column)
    if pandas.api.types.is_datetime64_any_dtype(column):
        return column.astype(str).to_numpy(dtype=str)
    values = column.tolist()
    kinds = {type(value) for value in values}
    if kinds and kinds <= {int, float, np.int64, np.float64}:
        return _numbers(column.astype(float))
    return np.array([str(value) for value in values]) if values else np.array([], str)


def _is_truths(column):
    return column.dtype == object and {type(v) for v in column} == {bool}


def _numbers(column):
    values = column.to_numpy(dtype=np.float64)
    whole = bool(np.isfinite(values).all() and (values == np.round(values)).all())
    return values.astype(np.int64) if whole else values


def _check_no_lists(column, name, about):
    if column.dtype != object:
        return
    several = column[column.map(lambda c: isinstance(c, list | dict | tuple | set))]
    if len(several):
        raise TableError(
            f"{about}{counted(len(several), 'cell')} of {name!r} hold several labels,"
            f" such as {str(several.iloc[0])[:60]}. sknoisy judges one label a sample:"
            " make a column of yes and no for each label, and audit one at a time."
        )


def check_one_class_each(y, name, about):
    """Say so if labels are quantities, or several in one cell."""
    if y.dtype.kind == "f" and not (y == np.round(y)).all():
        _refuse_quantity(y, name, about)
    values, counts = np.unique(y, return_counts=True)
    if y.dtype.kind in "iu" and len(values) > max(50, len(y) // 5):
        _refuse_quantity(y, name, about)
    if y.dtype.kind == "U":
        if len(values) > 20 and _are_fractions(values):
            _refuse_quantity(y, name, about)
        _check_no_combinations(values, counts, name, about)


def _refuse_quantity(y, name, about):
    n = len(np.unique(y))
    raise TableError(
        f"{about}{name!r} holds quantities ({n:,} different numbers in {len(y):,} rows,"
        f" such as {y[0]!s}), but labels must name classes. Name another column, or"
        " make classes of the numbers first, as pandas.cut does."
    )


def _are_fractions(values):
    numeric = [
        v for v in values.tolist() if re.fullmatch(r"[-+]?\d*[.,]?\d+", v.strip())
    ]
    return len(numeric) > 0.95 * len(values) and any(
        re.search(r"[.,]\d*[1-9]", v) for v in numeric
    )


def _check_no_combinations(values, counts, name, about):
    """Refuse `a|b` where a and b are classes, too, or come in several combinations."""
    for mark in MARKS:
        joined = [v for v in values.tolist() if mark in v.strip(mark + " ")]
        if mark == ",":  # "Smith, John" is a name
            joined = [v for v in joined if ", " not in v]
        alone = set(values.tolist()) - set(joined)
        parts = [part.strip() for v in joined for part in v.split(mark)]
        known = [p for p in parts if p in alone or parts.count(p) > 1]
        if joined and len(known) >= len(parts) / 2:
            n = counts[np.isin(values, joined)].sum()
            raise TableError(
                f"{about}{counted(int(n), 'cell')} of {name!r} hold several labels in"
                f" one, such as {quoted(joined, 1)}. sknoisy judges one label a sample:"
                " make a column of yes and no for each label, and audit one at a time;"
                f" if these are classes of their own, write them without {mark!r}."
            )


def look_alikes(y, name):
    """Return sentences on labels that may mean the same, or that there is none."""
    if y.dtype.kind != "U":
        return []
    values, counts = np.unique(y, return_counts=True)
    counted_ = dict(zip(values.tolist(), counts.tolist(), strict=True))
    notes = []
    if words := [v for v in counted_ if v.strip().lower() in NO_LABEL]:
        notes.append(
            f"{name!r}: {_with_counts(words, counted_)} may mean that there is no"
            " label; kept as classes, unless --missing names them"
        )
    for alike in same_but_for_form(counted_):
        notes.append(
            f"{name!r}: {_with_counts(alike, counted_)} look alike; kept as"
            f" {len(alike)} classes"
        )
    typos = _misspelt(counted_)
    for rare, usual in list(typos.items())[:10]:
        notes.append(
            f"{name!r}: {_with_counts([rare], counted_)} may be {usual!r} misspelt;"
            " kept as a class"
        )
    if len(typos) > 10:
        notes.append(f"{name!r}: {len(typos) - 10} more classes may be misspelt")
    return notes


def _with_counts(labels, counts):
    labels = sorted(labels, key=lambda label: -counts[label])
    cut = [f"{quoted([v])} ({counts[v]:,})" for v in labels[:6]]
    return ", ".join(cut) + (", …" if len(labels) > 6 else "")


def same_but_for_form(counts):
    """Return groups of labels that differ in case, blanks, width or zeros only."""
    groups = defaultdict(list)
    for label in counts:
        groups[_core(label)].append(label)
    return [labels for labels in groups.values() if len(labels) > 1]


def _core(label):
    text = unicodedata.normalize("NFKC", label).casefold()
    text = re.sub(r"[\s_\-.]+", " ", text).strip()
    if re.fullmatch(r"[-+]?\d+(?:[.]\d+)?", label.strip()):
        text = f"{float(label):.15g}"
    return text


def _misspelt(counts):
    """Return the usual label for each rare one that is nearly written the same."""
    if len(counts) > 20 * MOST_CLASSES:
        return {}
    total = sum(counts.values())
    often = sorted(counts, key=lambda label: -counts[label])[:MOST_CLASSES]
    found = {}
    for rare in counts:
        if counts[rare] > max(1, RARE * total) or not _is_word(rare):
            continue
        usual = [v for v in often if counts[v] >= 10 * counts[rare] and _is_word(v)]
        usual = [v for v in usual if _core(v) != _core(rare) and _alike(rare, v)]
        if usual:
            found[rare] = usual[0]
    return found


def _is_word(label):
    return len(label.strip()) > 3 and not any(c.isdigit() for c in label)


def _alike(one, other):
    matcher = SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False)
    return matcher.quick_ratio() > ALIKE and matcher.ratio() > ALIKE
