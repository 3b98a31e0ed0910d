"""Whether a file is what Label Studio exports, tasks with their annotations."""

import json
from pathlib import Path

ENOUGH = 1 << 16  # bytes, in which the first task ends or is told by its names


def is_label_studio_export(path):
    """Whether a JSON file begins with a task of Label Studio's, read or not.

    JSON-MIN is a table, and none.
    """
    path = Path(path)
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        start = file.read(ENOUGH).lstrip()
    if not start.startswith("["):
        return False
    try:
        first, _ = json.JSONDecoder().raw_decode(start[1:].lstrip())
    except ValueError:  # one long task
        return '"annotations"' in start and '"data"' in start
    return isinstance(first, dict) and {"annotations", "data"} <= set(first)
