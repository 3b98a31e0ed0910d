"""Which columns of a frame hold votes: those of crowd-kit, cleanlab, MTurk, Toloka."""

from collections import Counter

import numpy as np

from sknoisy._unlabeled import as_labels
from sknoisy.annotators._platform_answers import ticked, unwrapped

SAMPLE = (
    *("task", "HITId", "ASSIGNMENT:task_id", "sample", "task_id", "item"),
    *("_unit_id", "subject_ids"),
)
ANNOTATOR = (
    *("worker", "annotator", "WorkerId", "ASSIGNMENT:worker_id"),
    *("performer", "worker_id", "annotator_id", "rater", "_worker_id", "user_name"),
)
LABEL = ("label", "annotation", "answer", "vote", "annotations")
ANSWERS = ("Answer.", "OUTPUT:")  # what the two platforms write before their names
WRAPPED = "Answer.taskAnswers"  # answers to all questions of a form, as JSON
ASKED = "INPUT:"  # what Toloka writes before columns of the data
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
    columns = [as_labels(np.asarray(frame[one])) for one in (sample, annotator)]
    columns.append(_labels_of(frame, names, label, {sample, annotator}))
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
    if not found and usual is SAMPLE:  # the only thing that was shown names it
        shown = [name for name in names if name.startswith(ASKED)]
        found = shown if len(shown) == 1 else []
        if {"id", "annotation_id", "annotator"} <= set(names):  # Label Studio's CSV
            found = ["id"]
    if not found:
        raise ValueError(
            f"Which column names the {parameter} can't be told from {names}: say so by"
            f" {parameter}=…."
        )
    return found[0]


def _labels_of(frame, names, label, taken):
    if label is not None and label not in names and WRAPPED in names:
        return unwrapped(as_labels(np.asarray(frame[WRAPPED])), label)
    chosen = _choose_label(names, label, taken)
    if isinstance(chosen, list):
        return ticked(frame, chosen)
    return unwrapped(as_labels(np.asarray(frame[chosen])))


def _choose_label(names, given, taken):
    if given is None:
        theirs = [name for name in names if name.startswith(ANSWERS)]
        if len(theirs) > 1:
            of_one = {name.rpartition(".")[0] for name in theirs}
            if len(of_one) == 1 and of_one.pop() + "." not in ANSWERS:
                return theirs  # a column of true and false for each label
            raise ValueError(
                f"Several columns hold answers, {theirs}: name one by label=…."
            )
        if theirs:
            return theirs[0]
    elif given not in names:
        for prefix in ANSWERS:
            if prefix + given in names:
                return prefix + given
            ticks = [name for name in names if name.startswith(f"{prefix}{given}.")]
            if len(ticks) > 1:
                return ticks
    return _choose([n for n in names if n not in taken], given, LABEL, "label")
