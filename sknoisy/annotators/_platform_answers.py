"""Answers as platforms wrap them: JSON in cells, and a column for each label."""

import json

import numpy as np

from sknoisy._unlabeled import find_nothing

WORDS = {"true", "false", "", "nan", "none", "<na>"}  # of a radio button, or empty


def ticked(frame, columns):
    """Return the label whose column is true in each line, as radio buttons write it.

    Where none or several are, that is no vote.
    """
    labels = np.array([name.rpartition(".")[2] for name in columns], dtype=object)
    words = [
        [str(word).strip().lower() for word in np.asarray(frame[name])]
        for name in columns
    ]
    strange = sorted({word for column in words for word in column} - WORDS)
    if strange:
        raise ValueError(
            f"Several columns hold answers, {columns}, and not only true and false, but"
            f" {strange[0]!r}: name one by label=…."
        )
    are_true = np.array(words).T == "true"
    found = np.full(len(are_true), None, dtype=object)
    single = are_true.sum(axis=1) == 1
    found[single] = labels[are_true.argmax(axis=1)[single]]
    return found


def unwrapped(labels, question=None):
    """Return labels, those that a platform wraps in JSON unwrapped.

    Parameters
    ----------
    labels : ndarray of shape (n_answers,)

    question : str, default=None
        Which of several questions in a cell is asked for; None takes the only one.
    """
    if labels.dtype.kind not in "OU":
        return labels
    texts = [text for text in labels[~find_nothing(labels)].tolist() if text]
    if not texts or not all(isinstance(t, str) and t[:2] == "[{" for t in texts):
        return labels
    found = np.empty(len(labels), dtype=object)
    found[:] = [_unwrapped(text, question) for text in labels.tolist()]
    return found


def _unwrapped(text, question):
    """Return "cat" of ``[{"x": {"label": "cat"}}]`` and its kin, else the text."""
    if not isinstance(text, str) or not text:
        return None
    try:
        (answer,) = json.loads(text)
        if {"task", "value"} <= set(answer):  # as Zooniverse has it
            answer = {answer["task"]: answer["value"]}
    except (ValueError, TypeError, RecursionError):
        return text
    if not answer:
        return None
    if question is None and len(answer) != 1:
        raise ValueError(
            f"Cells hold answers to several questions, {[*answer]}: name one by"
            f" label={next(iter(answer))!r}."
        )
    value = next(iter(answer.values())) if question is None else answer.get(question)
    if not isinstance(value, dict):
        return value if isinstance(value, str | int | float | None) else text
    if isinstance(value.get("label"), str):
        return value["label"]
    chosen = [name for name, is_chosen in value.items() if is_chosen is True]
    if value and all(isinstance(one, bool) for one in value.values()):
        return chosen[0] if len(chosen) == 1 else None
    return text
