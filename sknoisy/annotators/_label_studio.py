"""Answers from Label Studio, in whichever of its formats they were exported."""

from sknoisy._data_types import FilePath
from sknoisy._json import as_path, get, key, objects
from sknoisy._label_studio_results import (
    annotations_of,
    choose_control,
    is_rejected,
    is_skipped,
    labels_of,
    person,
    type_of,
    why_nothing,
)
from sknoisy.annotators._answers import Answers, Collector
from sknoisy.annotators._label_studio_rows import is_row, read_any, read_rows

__all__ = ["read_label_studio"]


def read_label_studio(
    path: FilePath,
    *,
    control: str | None = None,
    reviews: str = "accepted",
    predictions: bool = False,
) -> Answers:
    """Read what people chose in Label Studio [1]_.

    Its formats JSON (of any version), JSON_MIN and CSV are told by what is in the file.
    JSON is the one to export: the others don't tell skipped, rejected and ground-truth
    annotations apart, and show columns of the data as if people had chosen them.

    Parameters
    ----------
    path : str or path-like
        The exported file.

    control : str, default=None
        The name of the tag that people answered with, as ``label`` in
        ``<Choices name="label" …>``. None takes the only one there is.

    reviews : {"accepted", "all"}, default="accepted"
        Whether annotations that a reviewer rejected are left out, or taken as well.

    predictions : bool, default=False
        Whether what a model predicted is an answer, too; its version is the annotator.

    Returns
    -------
    answers : Answers
        Choices, ratings, numbers, pairwise choices and the leaves of taxonomies; tasks
        are named by Label Studio's ids, people by their e-mail where the file has it,
        else by their ids. ``answers.left_out`` counts what isn't among them: skipped
        and rejected annotations, drafts, several labels at once, marks on a part of a
        sample, tasks that nobody has answered.

    Raises
    ------
    ValueError
        If the file is no such export, several tags could be meant, or nothing in it
        can be taken for a label. The message names file and place.

    See Also
    --------
    sknoisy.cleaning.from_label_studio : Brings corrections of your labels back.
    pivot_votes : Makes a table of votes of the answers.

    References
    ----------
    .. [1] `Label Studio: Export annotations
       <https://labelstud.io/guide/export>`_.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_label_studio
    >>> def annotation(who, choice):
    ...     result = {"from_name": "animal", "type": "choices"}
    ...     result["value"] = {"choices": [choice]}
    ...     return {"completed_by": who, "result": [result]}
    >>> tasks = [
    ...     {"id": 1, "data": {}, "annotations": [annotation(3, "cat")]},
    ...     {"id": 2, "data": {}, "annotations": [annotation(4, "dog")]},
    ...     {"id": 3, "data": {}, "annotations": []},
    ... ]
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "export.json")
    ...     _ = path.write_text(json.dumps(tasks))
    ...     answers = read_label_studio(path)
    >>> print(answers)
    2 answers on 2 tasks by 2 annotators; left out: 1 untouched
    >>> answers.labels
    ['cat', 'dog']
    """
    if reviews not in ("accepted", "all"):
        raise ValueError(f"reviews={reviews!r}, but must be 'accepted' or 'all'.")
    path = as_path(path)
    items = read_any(path)
    if all(map(_is_task, (item for item, _ in items))):
        return _read_tasks(items, path, control, reviews == "accepted", predictions)
    if any(is_row(item) for item, _ in items):
        return read_rows(items, path, control)
    raise ValueError(
        f"{path} isn't what Label Studio exports: expected tasks with their data and"
        " annotations (JSON), or rows with an annotation_id (JSON_MIN, CSV)."
    )


def _is_task(item):
    return isinstance(item.get("data"), dict) or "task" in item and "result" in item


def _read_tasks(items, path, control, drops_rejected, predictions):
    items = [(_with_task(item), where) for item, where in items]
    control = choose_control(control, _controls(items), path)
    collector = Collector(path)
    for number, (task, where) in enumerate(items):
        name = key(task.get("id", number), where)
        collector.show(name, task["data"])
        annotations = annotations_of(task, where)
        for annotation in annotations:
            reason = _why_not(annotation, drops_rejected, where)
            if reason:
                collector.skip(reason)
            else:
                who = person(annotation.get("completed_by"), where)
                _take(collector, name, who, annotation, control, where)
        for _ in get(task, "drafts", list, where, []):
            collector.skip("drafts")
        if not annotations:
            collector.skip("untouched")
        for guess in objects(task, "predictions", where) if predictions else ():
            who = key(guess.get("model_version") or "model", where)
            _take(collector, name, who, guess, control, where)
    return collector.done()


def _with_task(item):
    """Return a task; an annotation in a file of its own holds its task inside."""
    if isinstance(item.get("data"), dict):
        return item
    task = item["task"] if isinstance(item["task"], dict) else {"id": item["task"]}
    return {"data": {}, **task, "annotations": [item]}


def _why_not(annotation, drops_rejected, where):
    if is_skipped(annotation):
        return "skipped"
    if drops_rejected and is_rejected(annotation, where):
        return "rejected by a reviewer"
    return None


def _take(collector, task, who, annotation, control, where):
    everything = objects(annotation, "result", where)
    results = [r for r in everything if r.get("from_name") == control]
    if not results:
        collector.skip(why_nothing(everything))
    labels = []
    for result in results:
        found, reason = labels_of(result, where)
        if reason:
            return collector.skip(reason)
        labels += found
    return collector.take(task, who, labels, where) if results else None


def _controls(items):
    """Return the names of tags that answer for whole samples, in order."""
    names = {}
    for task, where in items:
        found = annotations_of(task, where) + objects(task, "predictions", where)
        for annotation in found:
            for result in objects(annotation, "result", where):
                name, value = result.get("from_name"), result.get("value")
                value = value if isinstance(value, dict) else {}
                if isinstance(name, str) and type_of(result, value):
                    names[name] = None
    return list(names)
