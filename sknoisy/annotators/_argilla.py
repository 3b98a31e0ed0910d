"""Answers from Argilla: records of its datasets, as its client exports them."""

from sknoisy._data_types import FilePath
from sknoisy._json import as_path, get, key, objects, read_items
from sknoisy._label_studio_results import choose_control
from sknoisy.annotators._answers import Answers, Collector

__all__ = ["read_argilla"]

COUNTS = ("submitted",)  # drafts and discarded responses are no answers


def read_argilla(path: FilePath, *, question: str | None = None) -> Answers:
    """Read what people answered in Argilla [1]_.

    Parameters
    ----------
    path : str or path-like
        Records as JSON or JSON lines: what ``dataset.records.to_json`` of Argilla 2
        writes, or the records of a dataset of version 1.

    question : str, default=None
        The name of the question that asks for the label. None takes the only one.

    Returns
    -------
    answers : Answers
        Records are named by their ids, people by theirs. ``answers.left_out`` counts
        drafts, discarded responses, several labels at once, and records that nobody
        has answered.

    Raises
    ------
    ValueError
        If the file is no such export, several questions could be meant, or nothing in
        it can be taken for a label.

    See Also
    --------
    pivot_votes : Makes a table of votes of the answers.

    References
    ----------
    .. [1] `Argilla: Import and export datasets
       <https://docs.argilla.io/latest/how_to_guides/import_export>`_.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_argilla
    >>> response = {"value": "cat", "user_id": "ann"}
    >>> record = {"id": "r1", "fields": {"text": "Miaow"}}
    >>> record["responses"] = {"animal": [response]}
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "records.json")
    ...     _ = path.write_text(json.dumps([record]))
    ...     answers = read_argilla(path)
    >>> answers.tasks, answers.annotators, answers.labels
    (['r1'], ['ann'], ['cat'])
    """
    path = as_path(path)
    records = [
        (item, where, _responses_of(item, where)) for item, where in read_items(path)
    ]
    names = dict.fromkeys(name for *_, found in records for name, *_ in found)
    question = choose_control(question, list(names), path)
    collector = Collector(path)
    for number, (record, where, found) in enumerate(records):
        task = key(record.get("id") or record.get("external_id") or number, where)
        collector.show(task, get(record, "fields", dict, where, {}))
        ours = [one for one in found if one[0] == question]
        if not ours:
            collector.skip("untouched")
        for _, who, value, status in ours:
            if status not in COUNTS:
                collector.skip("drafts" if status == "draft" else "discarded")
            else:
                labels = value if isinstance(value, list) else [value]
                collector.take(task, who, labels, where)
    return collector.done()


def _responses_of(record, where):
    """Return question, person, value and status of each response of a record."""
    if "responses" not in record:
        raise ValueError(
            f"{where} has no 'responses', so that it isn't a record of Argilla."
        )
    if isinstance(record["responses"], dict):
        return list(_of_version_2(record["responses"], where))
    return list(_of_version_1(objects(record, "responses", where), where))


def _of_version_2(responses, where):
    for question in responses:
        for one in objects(responses, question, where):
            who = key(one.get("user_id") or "", where)
            yield question, who, one.get("value"), one.get("status") or "submitted"


def _of_version_1(responses, where):
    for one in responses:
        who = key(one.get("user_id") or "", where)
        status = one.get("status") or "submitted"
        for question, answer in get(one, "values", dict, where, {}).items():
            value = answer.get("value") if isinstance(answer, dict) else answer
            yield question, who, value, status
