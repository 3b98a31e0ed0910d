"""Answers from doccano: what it exports of text or image classification."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from sknoisy._data_types import FilePath
from sknoisy._files import read_text
from sknoisy._json import as_path, get, key, objects, read_items, shown
from sknoisy.annotators._answers import Answers, Collector, joined

__all__ = ["read_doccano"]

LABELS = ("label", "labels", "cats", "categories")  # of a whole text or image
PARTS = ("bbox", "entities", "relations", "segmentation")


def read_doccano(
    path: FilePath | Sequence[FilePath],
    *,
    annotator: str | None = None,
    label_names: Mapping[Any, Any] | None = None,
) -> Answers:
    """Read what people chose in doccano [1]_.

    Parameters
    ----------
    path : str, path-like, or list of these
        An exported file, JSON, JSON lines or CSV, of a project that classifies texts or
        images, or finds intents. Or several, one for each person.

    annotator : str, default=None
        Who answered, where the file doesn't say. None takes the name of the file,
        since doccano writes one file a person; "all" and "unknown", which it writes
        where people share their answers, name nobody.

    label_names : dict, default=None
        Names of labels by their numbers, for exports that hold numbers only.

    Returns
    -------
    answers : Answers
        Tasks are named by doccano's ids. ``answers.left_out`` counts texts that nobody
        labelled, several labels at once, and marks on parts of a text.

    Raises
    ------
    ValueError
        If the file is no such export, or nothing in it can be taken for a label.

    See Also
    --------
    pivot_votes : Makes a table of votes of the answers.

    References
    ----------
    .. [1] `doccano: Dataset formats <https://doccano.github.io/doccano>`_.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_doccano
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "ann.jsonl")
    ...     _ = path.write_text('{"id": 5, "text": "Miaow", "label": ["cat"]}')
    ...     answers = read_doccano(path)
    >>> answers.tasks, answers.annotators, answers.labels
    ([5], ['ann'], ['cat'])
    """
    if isinstance(path, list | tuple):
        return joined(
            [
                read_doccano(one, annotator=annotator, label_names=label_names)
                for one in path
            ]
        )
    path = as_path(path)
    collector = Collector(path)
    if annotator is None:
        annotator = "" if path.stem in ("all", "unknown") else path.stem
    for number, (item, where) in enumerate(_items_of(path)):
        if not set(item) & {*LABELS, *PARTS, "annotations"}:
            raise ValueError(
                f"{where} has neither 'label' nor 'annotations', so that it isn't what"
                " doccano exports."
            )
        task = key(item.get("id", number), where)
        names = (*LABELS, *PARTS, "annotations")
        collector.show(task, {k: v for k, v in item.items() if k not in names})
        for who, labels in _answers_of(item, annotator, where):
            _take(collector, task, who, labels, label_names or {}, where)
    return collector.done()


def _items_of(path):
    """Return the objects of a file, and where each stands."""
    text = read_text(path).lstrip("\ufeff \t\r\n")
    if text.startswith("__label__"):
        raise ValueError(
            f"{path} is in fastText's format, which doesn't say what the texts are"
            " called: export JSON lines."
        )
    head = next(csv.reader(text.split("\n", 1)[:1]), [])
    if not set(head) & {*LABELS}:
        return read_items(path)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        return [(_row(row), f"{path}, row {i}") for i, row in enumerate(rows, start=1)]
    except csv.Error as error:
        raise ValueError(f"{path} can't be read as CSV: {error}.") from None


def _row(row):
    """Return a row of CSV, in which labels are joined by number signs."""
    item = {name: cell for name, cell in row.items() if name and cell is not None}
    for name in LABELS:
        if name in item:
            item[name] = [label for label in item[name].split("#") if label]
    return item


def _answers_of(item, annotator, where):
    """Return pairs of a person and the labels that person chose."""
    if "annotations" in item:
        by_person: dict = {}
        for one in objects(item, "annotations", where):
            who = key(one.get("user", annotator), where)
            by_person.setdefault(who, []).append(one)
        return list(by_person.items()) or [(annotator, [])]
    name = next((name for name in LABELS if name in item), None)
    if name is None:  # marks on parts alone
        name = next(name for name in PARTS if name in item)
        return [(annotator, [[one] for one in get(item, name, list, where, [])])]
    found = item[name]
    if isinstance(found, str | int):
        found = [found]
    if not isinstance(found, list | None):
        raise ValueError(f"{where} holds {shown(found)} where labels should be.")
    return [(annotator, found or [])]


def _take(collector, task, who, labels, names, where):
    if not labels:
        return collector.skip("untouched")
    if any(map(_is_part, labels)):
        return collector.skip("about a part of a sample")
    labels = [one["label"] if isinstance(one, dict) else one for one in labels]
    labels = [
        names.get(one, one) if isinstance(one, str | int) else one for one in labels
    ]
    return collector.take(task, who, labels, where)


def _is_part(label):
    if isinstance(label, dict):
        return "start_offset" in label or "label" not in label
    return isinstance(label, list)
