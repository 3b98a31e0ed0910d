"""Whether a file is what a labelling tool exports: tasks with people's answers."""

import json
from pathlib import Path

__all__ = ["TOOLS", "tool_of"]

ENOUGH = 1 << 16  # bytes, in which the first task ends or is told by its names
TOOLS = {  # what they call themselves
    "argilla": "Argilla",
    "doccano": "doccano",
    "label_studio": "Label Studio",
    "prodigy": "Prodigy",
}
SUFFIXES = (".json", ".jsonl", ".ndjson")
PRODIGY = {"_input_hash", "_task_hash", "_annotator_id", "_session_id", "_view_id"}


def tool_of(path):
    """Return which tool has exported a file, by the first task in it, or None.

    Label Studio's JSON-MIN is a table, and none.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return None
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        start = file.read(ENOUGH).lstrip()
    is_list = start.startswith("[")
    try:
        first, _ = json.JSONDecoder().raw_decode(start[is_list:].lstrip())
    except ValueError:  # one long task
        both = '"annotations"' in start and '"data"' in start
        return "label_studio" if is_list and both else None
    return _tool_of(first, is_list) if isinstance(first, dict) else None


def _tool_of(task, is_list):
    names = set(task)
    if is_list and {"annotations", "data"} <= names:
        return "label_studio"
    if "answer" in names and names & PRODIGY:
        return "prodigy"
    responses = task.get("responses")
    if isinstance(responses, dict | list) or any(".responses" in one for one in names):
        return "argilla"
    by_people = task.get("annotations")
    if isinstance(by_people, list) and all(map(_is_of_person, by_people)):
        return "doccano"
    return "doccano" if isinstance(task.get("label"), list) else None


def _is_of_person(answer):
    return isinstance(answer, dict) and {"label", "user"} <= set(answer)
