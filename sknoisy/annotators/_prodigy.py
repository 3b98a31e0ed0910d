"""Answers from Prodigy: JSON lines, as ``prodigy db-out`` writes them."""

from sknoisy._data_types import FilePath
from sknoisy._json import as_path, get, key, objects, read_items
from sknoisy.annotators._answers import Answers, Collector

__all__ = ["read_prodigy"]


def read_prodigy(path: FilePath) -> Answers:
    r"""Read what people chose in Prodigy [1]_.

    Parameters
    ----------
    path : str or path-like
        What ``prodigy db-out`` wrote: a line for each answer.

    Returns
    -------
    answers : Answers
        The option that was chosen in the interface "choice", by the id of the option,
        or the label that was accepted in a binary one. A task is named by its
        ``_input_hash``, which is the same for the same text or image, people by
        ``_annotator_id``, else by ``_session_id``. ``answers.left_out`` counts answers
        that were ignored or rejected, and those of several options at once.

    Raises
    ------
    ValueError
        If the file is no such export, or nothing in it can be taken for a label.

    See Also
    --------
    pivot_votes : Makes a table of votes of the answers.

    Notes
    -----
    In a binary interface, "reject" says what a sample is not, which is no vote for
    another class unless there are two.

    References
    ----------
    .. [1] `Prodigy: Annotation interfaces
       <https://prodi.gy/docs/api-interfaces>`_.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_prodigy
    >>> lines = [
    ...     {"text": "Miaow", "_input_hash": 1, "accept": ["CAT"], "answer": "accept"},
    ...     {"text": "…", "_input_hash": 2, "accept": [], "answer": "ignore"},
    ... ]
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "animals.jsonl")
    ...     _ = path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ...     answers = read_prodigy(path)
    >>> print(answers)
    1 answer on 1 task by 1 annotator; left out: 1 ignored
    """
    collector = Collector(path)
    for line, where in read_items(as_path(path)):
        if "answer" not in line:
            raise ValueError(
                f"{where} has no 'answer', so that it isn't what prodigy db-out writes."
            )
        _take(collector, line, where)
    return collector.done()


def _take(collector, line, where):
    # what a person saw, where a file has lost its hashes
    otherwise = next((line[k] for k in ("text", "image", "html") if k in line), where)
    task = key(line.get("_input_hash", otherwise), where)
    shown = {k: v for k, v in line.items() if not k.startswith("_") and k != "answer"}
    collector.show(task, shown)
    if line["answer"] != "accept":
        return collector.skip("ignored" if line["answer"] == "ignore" else "rejected")
    if "accept" in line:
        labels = get(line, "accept", list, where, [])
    elif "label" in line:
        labels = [line["label"]]
    else:
        reason = "about a part of a sample" if _has_parts(line, where) else "empty"
        return collector.skip(reason)
    who = line.get("_annotator_id") or line.get("_session_id") or ""
    return collector.take(task, key(who, where), labels, where)


def _has_parts(line, where):
    return bool(objects(line, "spans", where) or objects(line, "relations", where))
