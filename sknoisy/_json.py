"""JSON: values that it can hold, and objects that files of it hold."""

import json
import numbers
from pathlib import Path

import numpy as np

from sknoisy._files import read_text


def plain(value):
    """Return what JSON can hold."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def read_items(path):
    """Return the objects of a file of JSON, or of JSON lines, and where each stands.

    Yields
    ------
    item : dict

    where : str
        File and place, for messages.
    """
    text = read_text(path).lstrip("\ufeff")
    if not text.strip():
        raise ValueError(f"{path} is empty.")
    for place, item in _parsed(text, path):
        where = f"{path}, {place}"
        if not isinstance(item, dict):
            raise ValueError(f"{where} is {shown(item)}; expected an object, {{…}}.")
        yield item, where


def _parsed(text, path):
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError(f"{path} is nested too deeply to be read.") from None
    except json.JSONDecodeError as error:
        yield from _parsed_lines(text, path, error)
        return
    if isinstance(found, dict):
        yield "the only item", found
    elif isinstance(found, list):
        yield from ((f"item {i}", item) for i, item in enumerate(found, start=1))
    else:
        raise ValueError(f"{path} holds {shown(found)}; expected a list of objects.")


def _parsed_lines(text, path, whole_error):
    numbered = enumerate(text.split("\n"), start=1)
    lines = [(number, line) for number, line in numbered if line.strip()]
    if len(lines) < 2:
        raise ValueError(f"{path} isn't JSON: {whole_error}.") from None
    items = []  # all of them first: a broken line is told before anything else
    for number, line in lines:
        try:
            items.append((f"line {number}", json.loads(line)))
        except RecursionError:
            raise ValueError(f"{path}, line {number} is nested too deeply.") from None
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{path}, line {number} isn't JSON: {error}. As a whole, the file isn't"
                f" either: {whole_error}."
            ) from None
    return items


def get(item, name, kind, where, default=None):
    """Return ``item[name]`` if it is of a kind; `default` where there is none, or null.

    Raises
    ------
    ValueError
        If it is of another kind.
    """
    value = item.get(name)
    if value is None:
        return default
    if isinstance(value, kind):
        return value
    raise ValueError(f"{where}: {name!r} is {shown(value)}, which can't be read.")


def objects(item, name, where):
    """Return the list of objects ``item[name]``; empty where there is none."""
    found = get(item, name, list, where, [])
    for value in found:
        if not isinstance(value, dict):
            raise ValueError(f"{where}: {name!r} holds {shown(value)}, not objects.")
    return found


def key(value, where):
    """Return the name or number of a task or person; what can't be one is refused."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{where} is named {shown(value)}; expected a name or number.")


def shown(value):
    """Return the beginning of a value as JSON has it."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= 60 else f"{text[:60]}…"


def as_path(path):
    """Return a path of a file, or say that there is none."""
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name the exported file in it.")
    return path


def check_label(label, where):
    """Return a label as the text or number that it is."""
    if isinstance(label, str | numbers.Real):
        return label
    raise ValueError(f"{where} holds {shown(label)} where a label should be.")
