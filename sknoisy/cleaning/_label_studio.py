"""Tasks for Label Studio, and its annotations brought back."""

import json
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from sknoisy._data_types import ArrayLike, Estimator, FilePath, MatrixLike
from sknoisy._files import set_aside
from sknoisy._fingerprint import label_text
from sknoisy._json import as_path, check_label, objects, read_items
from sknoisy._label_studio_results import (
    annotations_of,
    is_rejected,
    is_skipped,
    labels_of,
    person,
    why_nothing,
)
from sknoisy._told import told_as_in
from sknoisy.cleaning._corrections import (
    Decision,
    apply_decisions,
    as_index,
    check_belongs,
)
from sknoisy.cleaning._exhibits import Looks, show
from sknoisy.cleaning._review import reasons_of, review_page
from sknoisy.cleaning._suspects import find_suspects

__all__ = ["from_label_studio", "to_label_studio"]

CONTROL, OBJECT = "label", "sample"  # what the two tags of the interface are called
MEANT = ("skipped", "untouched")
TAGS = {"image": "Image", "table": "Table", "text": "Text"}


@told_as_in(review_page)
def to_label_studio(
    X: MatrixLike,
    y: ArrayLike,
    detector: ArrayLike | Estimator,
    path: FilePath,
    *,
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
    """Write suspicious labels as tasks for Label Studio [1]_.

    Two files are written: `path` with the tasks, the most suspicious first, each with
    the suggested label as its prediction; and beside it one that ends in ``.xml``,
    which is the labeling interface of the project. Make a project, paste the second
    under Settings, Labeling Interface, Code, and import the first.

    Parameters
    ----------
    X : array-like of length n_samples
        What people have to see of each sample, as in :func:`review_page`. Images
        become part of the tasks; strings with ``kind="image_files"`` stay as they are,
        so pass addresses that Label Studio can reach.

    path : str or path-like
        Where to write the tasks, a name that ends in ``.json``.

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
    from_label_studio : Brings the annotations back.
    review_page : A page that needs no server.

    Notes
    -----
    The data of a task also hold index, a position in `y`, given, quality and
    fingerprint, by which the annotations are brought back and tasks can be sorted, and
    why, the reasons, which the interface shows.
    The score of a prediction is 1 − quality.

    References
    ----------
    .. [1] `Label Studio: Import pre-annotated data
       <https://labelstud.io/guide/predictions>`_.

    Examples
    --------
    >>> import json
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.cleaning import to_label_studio
    >>> X, y = ["I loved it", "Dreadful", "A waste of time"], ["good", "bad", "good"]
    >>> with TemporaryDirectory() as folder:
    ...     path = to_label_studio(
    ...         X,
    ...         y,
    ...         [0.9, 0.8, 0.1],
    ...         f"{folder}/tasks.json",
    ...         suggested_labels=["good", "bad", "bad"],
    ...     )
    ...     tasks = json.loads(path.read_text(encoding="utf-8"))
    >>> tasks[0]["data"]["sample"]
    'A waste of time'
    >>> tasks[0]["predictions"][0]["result"][0]["value"]
    {'choices': ['bad']}
    """
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
    if kind == "image_files":
        addresses = np.asarray(X, dtype=object).ravel()[suspects.order]
        shown, samples = "image", [str(address) for address in addresses]
    else:
        looks = Looks(kind, image_shape, image_size, feature_names)
        n_classes = len(suspects.vocabulary.texts)
        exhibits = show(X, suspects.order, suspects.given, n_classes, looks)
        shown, samples = exhibits.kind, [_sample(exhibits, i) for i in exhibits.items]
    told = (pred_probs, n_similar, notes)
    reasons = reasons_of(X, y, detector, suspects, *told, kind=shown)
    path = Path(path)
    tasks = json.dumps(_tasks(suspects, samples, reasons), indent=1)
    with set_aside(path) as aside:
        aside.write_text(tasks, encoding="utf-8")
    interface = _interface(TAGS[shown], suspects.vocabulary)
    with set_aside(path.with_suffix(".xml")) as aside:
        aside.write_text(interface, encoding="utf-8")
    return path


def from_label_studio(
    y: ArrayLike,
    path: FilePath | Sequence[FilePath],
    *,
    X: MatrixLike | None = None,
    classes: ArrayLike | None = None,
) -> Any:
    """Return `y` with the annotations that were exported from Label Studio [1]_.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        The labels that the tasks were written for, in the same order. They are left
        as they are.

    path : str, path-like or list of them
        What Label Studio exported in its format JSON, in one file or several.

    X : array-like of length n_samples, default=None
        What the tasks showed. If given, it must be what it was then, too.

    classes : array-like of shape (n_classes,), default=None
        Labels to choose from, if the tasks were given more than those of `y`.

    Returns
    -------
    y_corrected : array-like of shape (n_samples,)
        Labels of the kind of `y`: a list, a pandas or polars Series, or else an array.
        Samples that were skipped, or not annotated, keep their given label.

    Raises
    ------
    ValueError
        If a file isn't such an export, belongs to other data, holds a label that isn't
        among the classes, if annotations disagree about a sample, or if nothing in the
        files decides about a label.

    Warns
    -----
    UserWarning
        If there are answers that don't count: rejected, several at once, empty, or from
        another tag.

    See Also
    --------
    sknoisy.annotators.read_label_studio : Reads exports of any project, as votes.
    to_label_studio : Writes the tasks.
    apply_corrections : The same for a review page.

    Notes
    -----
    Where a task has several annotations, those marked as ground truth count; without
    such a mark, all of them, and they have to agree. Annotations that were skipped, or
    that a reviewer rejected, don't count, nor do several labels at once.

    References
    ----------
    .. [1] `Label Studio: Task format <https://labelstud.io/guide/task_format>`_.

    Examples
    --------
    >>> import json
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.cleaning import from_label_studio, to_label_studio
    >>> X, y = ["I loved it", "Dreadful", "A waste of time"], ["good", "bad", "good"]
    >>> with TemporaryDirectory() as folder:
    ...     path = to_label_studio(X, y, [0.9, 0.8, 0.1], f"{folder}/tasks.json")
    ...     tasks = json.loads(path.read_text(encoding="utf-8"))
    ...     # Label Studio exports the tasks with what people chose
    ...     chosen = {"from_name": "label", "value": {"choices": ["bad"]}}
    ...     tasks[0]["annotations"] = [{"result": [chosen], "was_cancelled": False}]
    ...     _ = path.write_text(json.dumps(tasks), encoding="utf-8")
    ...     y_corrected = from_label_studio(y, path)
    >>> y_corrected
    ['good', 'bad', 'bad']
    """
    paths = [path] if isinstance(path, str | PathLike) else list(path)
    decisions = []
    left_out: Counter[str] = Counter()
    for one in paths:
        found, others = _read_annotations(as_path(one), y, X)
        decisions += found
        left_out += others
    _tell_left_out(decisions, left_out, paths)
    return apply_decisions(y, decisions, classes)


def _sample(exhibits, item):
    if exhibits.kind != "table":
        return item[exhibits.kind]
    return {
        exhibits.columns[cell["column"]]["name"]: cell["text"] for cell in item["cells"]
    }


def _tasks(suspects, samples, reasons):
    return [
        {
            "data": {
                OBJECT: sample,
                "index": row,
                "given": suspects.vocabulary.texts[suspects.given[row]],
                "quality": float(suspects.quality[row]),
                "fingerprint": suspects.fingerprint,
                "why": " ".join(why),
            },
            "predictions": _predictions(suspects, row),
        }
        for row, sample, why in zip(
            suspects.order.tolist(), samples, reasons, strict=True
        )
    ]


def _predictions(suspects, row):
    code = suspects.suggested[row]
    if code == suspects.given[row]:
        return []
    result = {
        "id": f"suggestion-{row}",
        "type": "choices",
        "from_name": CONTROL,
        "to_name": OBJECT,
        "value": {"choices": [suspects.vocabulary.texts[code]]},
    }
    score = float(np.clip(1 - suspects.quality[row], 0, 1))
    return [{"model_version": "sknoisy", "score": score, "result": [result]}]


def _interface(tag, vocabulary):
    choices = "\n".join(
        f"    <Choice value={quoteattr(name)} alias={quoteattr(text)}/>"
        for name, text in zip(vocabulary.names, vocabulary.texts, strict=True)
    )
    return (
        f'<View>\n  <{tag} name="{OBJECT}" value="${OBJECT}"/>\n'
        '  <Header value="Given label: $given"/>\n'
        '  <Header value="$why" size="6"/>\n'
        f'  <Choices name="{CONTROL}" toName="{OBJECT}" choice="single">\n'
        f"{choices}\n  </Choices>\n</View>\n"
    )


def _read_annotations(path, y, X):
    """Return the decisions in one file, and how many answers were left out and why."""
    tasks = list(read_items(path))
    if not all(_is_task(task) for task, _ in tasks):
        raise ValueError(
            f"{path} isn't what Label Studio exported of tasks by to_label_studio:"
            " expected a list of tasks, each with its data. Of its formats, take JSON,"
            " not JSON-MIN."
        )
    for found in {str(task["data"]["fingerprint"]) for task, _ in tasks}:
        check_belongs(found, y, X, path)
    left_out: Counter = Counter()
    decisions = [
        decision
        for task, where in tasks
        for decision in _decisions_of(task, len(y), where, left_out)
    ]
    return decisions, left_out


def _is_task(task):
    data = task.get("data")
    return isinstance(data, dict) and {"index", "given", "fingerprint"} <= set(data)


def _decisions_of(task, n_samples, where, left_out):
    index = as_index(task["data"]["index"], n_samples, where)
    given = label_text(task["data"]["given"])
    annotations = annotations_of(task, where)
    if not annotations:
        left_out["untouched"] += 1
    counted = [a for a in annotations if not _is_left_out(a, where, left_out)]
    for annotation in [a for a in counted if a.get("ground_truth")] or counted:
        results = objects(annotation, "result", where)
        ours = [one for one in results if one.get("from_name") == CONTROL]
        if not ours:
            left_out[why_nothing(results)] += 1
        for result in ours:
            labels, reason = labels_of(result, where)
            if reason or len(labels) != 1:
                several = "several labels at once" if labels else "empty"
                left_out[reason or several] += 1
                continue
            label = label_text(check_label(labels[0], where))
            yield Decision(index, given, label, _by(annotation, where))


def _is_left_out(annotation, where, left_out):
    if is_skipped(annotation):
        left_out["skipped"] += 1
    elif is_rejected(annotation, where):
        left_out["rejected by a reviewer"] += 1
    else:
        return False
    return True


def _by(annotation, where):
    who = person(annotation.get("completed_by"), where)
    return f"annotator {who} in {where}" if who != "" else where


def _tell_left_out(decisions, left_out, paths):
    """Say what wasn't taken; what was skipped, or left untouched, was meant so."""
    files = ", ".join(map(str, paths))
    if decisions:
        left_out = {k: n for k, n in left_out.items() if k not in MEANT}
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    where = (
        f"People's choices are looked for in the tag named {CONTROL!r}, as"
        " to_label_studio wrote it."
    )
    if not decisions:
        raise ValueError(
            f"Nothing in {files} decides about a label: {reasons}. {where}"
        )
    if reasons:
        warnings.warn(
            f"Some answers in {files} don't count: {reasons}. {where}",
            UserWarning,
            stacklevel=3,
        )
