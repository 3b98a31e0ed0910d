"""Suspicious labels as tasks of Argilla, doccano and Prodigy; and answers, back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Estimator, FilePath, MatrixLike
from sknoisy._files import set_aside
from sknoisy._fingerprint import label_text
from sknoisy._told import told_as_in
from sknoisy.annotators import Answers
from sknoisy.cleaning._corrections import (
    Decision,
    apply_decisions,
    as_index,
    check_belongs,
)
from sknoisy.cleaning._exhibits import Looks, show
from sknoisy.cleaning._review import reasons_of, review_page
from sknoisy.cleaning._suspects import Suspects, find_suspects

__all__ = ["apply_answers", "write_tasks"]

OURS = ("index", "given", "fingerprint")  # what brings an answer back


@dataclass(frozen=True)
class Task:
    """What is known of a sample to look at; texts of labels, not codes."""

    kind: str
    sample: str
    given: str
    suggested: str | None
    quality: float
    why: str
    index: int
    fingerprint: str

    @property
    def score(self):
        """How far the suggestion is to be believed, from 0 to 1."""
        return float(np.clip(1 - self.quality, 0, 1))

    def about(self):
        """Return what a tool keeps beside the sample, and brings back."""
        return {
            "index": self.index,
            "given": self.given,
            "quality": self.quality,
            "fingerprint": self.fingerprint,
        }


@told_as_in(review_page)
def write_tasks(
    X: MatrixLike,
    y: ArrayLike,
    detector: ArrayLike | Estimator,
    path: FilePath,
    *,
    tool: str,
    suggested_labels: ArrayLike | None = None,
    is_issue: ArrayLike | None = None,
    classes: ArrayLike | None = None,
    class_names: Mapping[Any, str] | Sequence[str] | None = None,
    only_issues: bool = True,
    max_items: int = 1000,
    kind: str = "auto",
    image_shape: tuple[int, ...] | None = None,
    image_size: int = 160,
    feature_names: ArrayLike | None = None,
    pred_probs: ArrayLike | None = None,
    n_similar: int = 5,
    notes: ArrayLike | None = None,
) -> Path:
    """Write suspicious labels as tasks for Argilla, doccano or Prodigy.

    The most suspicious come first, each with what is suggested, how good its label
    seems and why, in fields of the tool's own. :func:`apply_answers` brings back what
    people answered.

    Parameters
    ----------
    path : str or path-like
        Where to write: JSON for Argilla, JSON lines for the others. A file that is
        there is replaced.

    tool : {"argilla", "doccano", "prodigy"}
        Who shall read it. doccano takes texts and tables, whose rows become texts.

    Returns
    -------
    path : pathlib.Path
        The file with the tasks.

    Raises
    ------
    ValueError
        If lengths don't agree, a label isn't among the classes, or X can't be shown.

    sklearn.exceptions.NotFittedError
        If the detector isn't fitted.

    See Also
    --------
    apply_answers : Brings the answers back.
    to_label_studio : Tasks and interface for Label Studio.
    review_page : A page that needs no server.

    Notes
    -----
    *Argilla*: ``dataset.records.from_json(path)`` reads the file into a dataset with
    the fields "sample" (text, or image) and "why" (text, not required), the question
    "label" (labels, the texts of the classes) and the metadata "index", "given",
    "quality" and "fingerprint"; the suggestion has a score, 1 − quality.

    *Prodigy*: for recipes with the interface "choice"; what is suggested is chosen
    already, and "meta", at the foot of a card, tells the rest.

    *doccano*: a project of text classification; what is suggested is the label that
    each text has already, and the rest is its metadata.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.cleaning import write_tasks
    >>> X, y = ["I loved it", "Dreadful", "A waste of time"], ["good", "bad", "good"]
    >>> with TemporaryDirectory() as folder:
    ...     path = write_tasks(
    ...         *(X, y, [0.9, 0.8, 0.1], Path(folder, "tasks.jsonl")),
    ...         tool="doccano",
    ...         suggested_labels=["good", "bad", "bad"],
    ...         max_items=1,
    ...         n_similar=0,
    ...     )
    ...     text = path.read_text(encoding="utf-8")
    >>> print(text[:60])
    {"text": "A waste of time", "label": ["bad"], "index": 2, "g
    """
    if str(tool).lower().replace(" ", "_") in ("label_studio", "labelstudio"):
        raise ValueError(
            f"tool={tool!r}: tasks for Label Studio are written by to_label_studio, and"
            " come back by from_label_studio."
        )
    write = TOOLS[check_choice(tool, TOOLS, "tool")]
    suspects = find_suspects(
        X,
        y,
        detector,
        suggested_labels=suggested_labels,
        is_issue=is_issue,
        classes=classes,
        class_names=class_names,
        only_issues=only_issues,
        max_items=max_items,
    )
    n_classes = len(suspects.vocabulary.texts)
    looks = Looks(kind, image_shape, image_size, feature_names)
    exhibits = show(X, suspects.order, suspects.given, n_classes, looks)
    if tool == "doccano" and exhibits.kind == "image":
        raise ValueError(
            "doccano takes images as files, not in a list of tasks: use tool='argilla'"
            " or 'prodigy', or review_page."
        )
    told = (pred_probs, n_similar, notes)
    reasons = reasons_of(X, y, detector, suspects, *told, kind=exhibits.kind)
    return write(Path(path), _tasks(suspects, exhibits, reasons), suspects.vocabulary)


def _tasks(suspects: Suspects, exhibits, reasons):
    texts = suspects.vocabulary.texts
    for row, item, why in zip(
        suspects.order.tolist(), exhibits.items, reasons, strict=True
    ):
        given, suggested = suspects.given[row], suspects.suggested[row]
        yield Task(
            kind="image" if exhibits.kind == "image" else "text",
            sample=_text_of(exhibits, item),
            given=texts[given],
            suggested=None if suggested == given else texts[suggested],
            quality=float(f"{suspects.quality[row]:.4g}"),
            why=" ".join(why),
            index=row,
            fingerprint=suspects.fingerprint,
        )


def _text_of(exhibits, item):
    if exhibits.kind != "table":
        return item[exhibits.kind]
    names = [column["name"] for column in exhibits.columns]
    return "\n".join(f"{names[c['column']]}: {c['text']}" for c in item["cells"])


def _write_argilla(path, tasks, vocabulary):
    records = []
    for task in tasks:
        suggestion = {"value": task.suggested, "score": task.score, "agent": "sknoisy"}
        records.append(
            {
                "id": str(task.index),
                "fields": {"sample": task.sample, "why": task.why},
                "metadata": task.about(),
                "suggestions": {"label": suggestion} if task.suggested else {},
                "responses": {},
            }
        )
    return _write(path, json.dumps(records, ensure_ascii=False, indent=1))


def _write_prodigy(path, tasks, vocabulary):
    options = [
        {"id": text, "text": name}
        for text, name in zip(vocabulary.texts, vocabulary.names, strict=True)
    ]
    return _write_lines(
        path,
        (
            {
                task.kind: task.sample,
                "options": options,
                "accept": [] if task.suggested is None else [task.suggested],
                "meta": {
                    "given": task.given,
                    "quality": task.quality,
                    **({"why": task.why} if task.why else {}),
                },
                **task.about(),
            }
            for task in tasks
        ),
    )


def _write_doccano(path, tasks, vocabulary):
    return _write_lines(
        path,
        (
            {
                "text": task.sample,
                "label": [] if task.suggested is None else [task.suggested],
                **task.about(),
                "why": task.why,
            }
            for task in tasks
        ),
    )


TOOLS = {
    "argilla": _write_argilla,
    "doccano": _write_doccano,
    "prodigy": _write_prodigy,
}


def _write_lines(path, items):
    lines = (json.dumps(item, ensure_ascii=False) for item in items)
    return _write(path, "".join(f"{line}\n" for line in lines))


def _write(path, text):
    with set_aside(path) as aside:
        aside.write_text(text, encoding="utf-8")
    return path


def apply_answers(
    y: ArrayLike,
    answers: Answers,
    *,
    X: MatrixLike | None = None,
    classes: ArrayLike | None = None,
) -> Any:
    """Return `y` with the answers to tasks that :func:`write_tasks` wrote.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        The labels that the tasks were written for, in the same order. They are left as
        they are.

    answers : Answers
        What `read_argilla`, `read_doccano` or `read_prodigy` read.

    X : array-like of length n_samples, default=None
        What the tasks showed. If given, it must be what it was then, too.

    classes : array-like of shape (n_classes,), default=None
        Labels to choose from, if the tasks were given more than those of `y`.

    Returns
    -------
    y_corrected : array-like of shape (n_samples,)
        Labels of the kind of `y`. Samples that nobody answered keep their label.

    Raises
    ------
    ValueError
        If the answers are to other tasks, belong to other data, hold a label that
        isn't among the classes, or disagree about a sample.

    See Also
    --------
    write_tasks : Writes the tasks.
    sknoisy.annotators.Answers.to_votes : Where people may disagree.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_doccano
    >>> from sknoisy.cleaning import apply_answers, write_tasks
    >>> X, y = ["I loved it", "Dreadful", "A waste of time"], ["good", "bad", "good"]
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "ann.jsonl")
    ...     _ = write_tasks(X, y, [0.9, 0.8, 0.1], path, tool="doccano", max_items=1)
    ...     task = json.loads(path.read_text(encoding="utf-8"))
    ...     task["label"] = ["bad"]  # what a person chooses
    ...     _ = path.write_text(json.dumps(task), encoding="utf-8")
    ...     apply_answers(y, read_doccano(path))
    ['good', 'bad', 'bad']
    """
    lines = [*zip(answers.tasks, answers.annotators, answers.labels, strict=True)]
    about = {task: _about(answers, task) for task, *_ in lines}
    for mark in {str(one["fingerprint"]) for one in about.values()}:
        check_belongs(mark, y, X, answers.source)
    decisions = []
    for task, who, label in lines:
        where = f"{answers.source}, task {task!r}"
        index = as_index(about[task]["index"], len(y), where)
        where = f"annotator {who} in {where}" if who != "" else where
        given = label_text(about[task]["given"])
        decisions.append(Decision(index, given, label_text(label), where))
    return apply_decisions(y, decisions, classes)


def _about(answers, task):
    about = answers.data.get(task, {})
    missing = [name for name in OURS if name not in about]
    if missing:
        raise ValueError(
            f"{answers.source}, task {task!r}, has no {missing}: write_tasks didn't"
            " write it, or the tool dropped what stood beside the sample."
        )
    return about
