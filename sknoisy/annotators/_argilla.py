"""Answers from Argilla: records of its datasets, as its client exports them."""

import warnings

from sknoisy._data_types import FilePath
from sknoisy._json import as_path, get, key, objects, read_items
from sknoisy._label_studio_results import choose_control
from sknoisy.annotators._answers import Answers, Collector

__all__ = ["read_argilla"]

RESPONSES = ".responses"  # how `datasets` and flat records call the column
COUNTS = ("submitted",)  # drafts and discarded responses are no answers


def read_argilla(path: FilePath, *, question: str | None = None) -> Answers:
    """Read what people answered in Argilla [1]_.

    Parameters
    ----------
    path : str or path-like
        Records as JSON or JSON lines: what ``dataset.records.to_json`` of Argilla 2
        writes, or ``to_datasets().to_json``, which keeps whether an answer is a draft
        or discarded; or the records of a dataset of version 1, those for text
        classification among them.

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

    Warns
    -----
    UserWarning
        If records are pending, and the file doesn't say whether their responses are
        drafts.

    See Also
    --------
    pivot_votes : Makes a table of votes of the answers.

    Notes
    -----
    ``dataset.records.to_json`` of Argilla 2.8 doesn't write the status of a response,
    so that drafts and discarded ones can't be told from others: to leave these out,
    export ``dataset.records.to_datasets().to_json(path)``.

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
    _tell_untold([record for record, *_ in records], path)
    names = dict.fromkeys(name for *_, found in records for name, *_ in found)
    question = choose_control(question, list(names), path)
    collector = Collector(path)
    for number, (record, where, found) in enumerate(records):
        task = key(record.get("id") or record.get("external_id") or number, where)
        collector.show(task, _shown(record, where))
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


def _tell_untold(records, path):
    """Say so where drafts can't be told from answers."""
    doubtful = [
        record
        for record in records
        if record.get("status") == "pending"
        and isinstance(record.get("responses"), dict)
        for found in record["responses"].values()
        if any("status" not in one for one in found)
    ]
    if doubtful:
        warnings.warn(
            f"{len(doubtful):,} records of {path} are pending though they have"
            " responses, which may be drafts or discarded: to_json of Argilla doesn't"
            " say. Export dataset.records.to_datasets().to_json(path), which does.",
            UserWarning,
            stacklevel=3,
        )


def _shown(record, where):
    """Return what people saw, and what stands beside it."""
    about = get(record, "metadata", dict, where, {})
    if "fields" in record:
        return {**get(record, "fields", dict, where, {}), **about}
    if "inputs" in record:
        return {**get(record, "inputs", dict, where, {}), **about}
    return {k: v for k, v in record.items() if RESPONSES not in k and k[:1] != "_"}


def _responses_of(record, where):
    """Return question, person, value and status of each response of a record."""
    if isinstance(record.get("responses"), dict):
        return list(_of_version_2(record["responses"], where))
    if "responses" in record:
        return list(_of_version_1(objects(record, "responses", where), where))
    if "annotation" in record:
        return list(_of_text_classification(record, where))
    if any(RESPONSES in name or ".suggestion" in name for name in record):
        return list(_of_columns(record, where))
    raise ValueError(
        f"{where} has no 'responses', so that it isn't a record of Argilla."
    )


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


def _of_text_classification(record, where):
    """Yield the one response of a record as version 1 first had them."""
    if record["annotation"] is not None:
        who = key(record.get("annotation_agent") or "", where)
        status = str(record.get("status") or "").lower()
        status = status if status == "discarded" else "submitted"
        yield "annotation", who, record["annotation"], status


def _of_columns(record, where):
    """Yield responses that stand in columns: values, people and status."""
    for name in record:
        if not name.endswith(RESPONSES):
            continue
        values = get(record, name, list, where, [])
        people = get(record, f"{name}.users", list, where, [""] * len(values))
        status = get(record, f"{name}.status", list, where, [None] * len(values))
        if not len(values) == len(people) == len(status):
            raise ValueError(f"{where}: {name!r} has not one person for each answer.")
        for value, who, state in zip(values, people, status, strict=True):
            question = name.removesuffix(RESPONSES)
            yield question, key(who or "", where), value, state or "submitted"
