"""Which columns of a frame hold votes: those of crowd-kit, cleanlab, MTurk, Toloka."""

import json
from collections import Counter

import numpy as np

from sknoisy._unlabeled import as_labels, find_nothing

SAMPLE = ("task", "HITId", "ASSIGNMENT:task_id", "sample", "task_id", "item")
ANNOTATOR = (
    *("worker", "annotator", "WorkerId", "ASSIGNMENT:worker_id"),
    *("performer", "worker_id", "annotator_id", "rater"),
)
LABEL = ("label", "annotation", "answer", "vote")
ANSWERS = ("Answer.", "OUTPUT:")  # what the two platforms write before their names
STATUS = ("AssignmentStatus", "ASSIGNMENT:status")
NOT_COUNTED = {
    "rejected": "rejected by the requester",
    "skipped": "skipped",
    "expired": "expired",
}


def columns_of(frame, sample=None, annotator=None, label=None):
    """Return samples, annotators and labels, and how many answers don't count.

    Columns that aren't named are found by the names that tools give them.
    """
    names = [str(name) for name in frame.columns]
    sample = _choose(names, sample, SAMPLE, "sample")
    annotator = _choose(names, annotator, ANNOTATOR, "annotator")
    label = _choose_label(names, label, {sample, annotator})
    columns = [as_labels(np.asarray(frame[one])) for one in (sample, annotator, label)]
    columns[2] = _answers(columns[2])
    status = next((name for name in STATUS if name in names), None)
    if status is None:
        return columns, {}
    words = [str(word).lower() for word in np.asarray(frame[status])]
    counts = Counter(NOT_COUNTED[word] for word in words if word in NOT_COUNTED)
    counted = np.array([word not in NOT_COUNTED for word in words], dtype=bool)
    return [column[counted] for column in columns], dict(counts)


def _choose(names, given, usual, parameter):
    if given is not None:
        if given in names:
            return given
        raise ValueError(f"{parameter}={given!r} is no column: there are {names}.")
    found = [name for name in usual if name in names]
    if not found:
        raise ValueError(
            f"Which column names the {parameter} can't be told from {names}: say so by"
            f" {parameter}=…."
        )
    return found[0]


def _choose_label(names, given, taken):
    if given is None:
        theirs = [name for name in names if name.startswith(ANSWERS)]
        if len(theirs) > 1:
            raise ValueError(
                f"Several columns hold answers, {theirs}: name one by label=…."
            )
        if theirs:
            return theirs[0]
    elif given not in names:
        for prefix in ANSWERS:
            if prefix + given in names:
                return prefix + given
    return _choose([n for n in names if n not in taken], given, LABEL, "label")


def _answers(labels):
    """Return labels, those that Mechanical Turk wraps in JSON unwrapped."""
    if labels.dtype.kind not in "OU":
        return labels
    texts = [text for text in labels[~find_nothing(labels)].tolist() if text]
    if not texts or not all(isinstance(t, str) and t[:2] == "[{" for t in texts):
        return labels
    found = np.empty(len(labels), dtype=object)
    found[:] = [_unwrapped(text) for text in labels.tolist()]
    return found


def _unwrapped(text):
    """Return "cat" of ``[{"x": {"label": "cat"}}]`` or ``[{"x": {"cat": true}}]``."""
    if not isinstance(text, str) or not text:
        return None
    try:
        (answer,) = json.loads(text)
        (value,) = answer.values()
    except (ValueError, AttributeError, RecursionError):
        return text
    if not isinstance(value, dict):
        return value if isinstance(value, str | int | float) else text
    if isinstance(value.get("label"), str):
        return value["label"]
    chosen = [name for name, is_chosen in value.items() if is_chosen is True]
    return chosen[0] if len(chosen) == 1 else text
