"""What a result of Label Studio says, and who said so, whatever the version."""

from sknoisy._json import get, key, objects, shown
from sknoisy._registry import did_you_mean

ANSWERS = {  # types of controls that answer for a sample as a whole
    "choices": lambda value: value,
    "number": lambda value: [value],
    "pairwise": lambda value: [value],
    "rating": lambda value: [value],
    "taxonomy": lambda value: [leaf(path) for path in value],
}
FIELDS = {"pairwise": "selected"}  # where the value isn't called like its type
PLACES = ("start", "x", "points", "ranges", "globalOffsets", "rle", "sequence")
REJECTED = ("rejected",)


def annotations_of(task, where):
    """Return a task's annotations, under the name that its version of the tool has."""
    return objects(task, "annotations", where) or objects(task, "completions", where)


def is_skipped(annotation):
    """Whether somebody declined to answer."""
    return bool(annotation.get("was_cancelled") or annotation.get("skipped"))


def is_rejected(annotation, where):
    """Whether the last reviewer rejected it, by either of the two ways it is told."""
    reviews = objects(annotation, "reviews", where)
    if reviews:
        return reviews[-1].get("accepted") is False
    return annotation.get("last_action") in REJECTED


def labels_of(result, where):
    """Return what one result says of the whole sample, or why it says nothing.

    Returns
    -------
    labels : list or None

    reason : str or None
    """
    value = get(result, "value", dict, where, {})
    kind = type_of(result, value)
    if kind is None:
        return None, "no label of a sample"
    if any(place in value for place in PLACES):
        return None, "about a part of a sample"
    found = value.get(FIELDS.get(kind, kind))
    if found is None:
        return [], None
    if kind in ("choices", "taxonomy") and not isinstance(found, list):
        raise ValueError(f"{where}: {kind!r} is {shown(found)}, not a list.")
    return ANSWERS[kind](found), None


def why_nothing(results):
    """Return why results say nothing, none of which is by the tag asked for."""
    values = [one.get("value") for one in results]
    if any(isinstance(v, dict) and set(PLACES) & set(v) for v in values):
        return "about a part of a sample"
    return "from another tag" if results else "empty"


def type_of(result, value):
    """Return the type of a control that answers for a whole sample, or None."""
    kind = result.get("type")
    if isinstance(kind, str) and kind.lower() in ANSWERS:
        return kind.lower()
    if isinstance(kind, str):
        return None
    return next((k for k in ANSWERS if FIELDS.get(k, k) in value), None)


def leaf(path):
    """Return the last part of a place in a taxonomy."""
    return path[-1] if isinstance(path, list) and path else path


def choose_control(control, names, path):
    """Return the tag (or column) that people answered with, the only one there is."""
    if control is None:
        if len(names) == 1:
            return names[0]
        if not names:
            return None
        raise ValueError(
            f"{path} holds answers of several tags, {names}: say which one holds the"
            f" labels, e.g. control={names[0]!r}."
        )
    if control not in names:
        hint = did_you_mean(control, names)
        raise ValueError(
            f"control={control!r} is no tag that {path} holds answers"
            f" of{';' if hint else '.'}{hint} There are: {names}."
        )
    return control


def person(who, where):
    """Return who answered: an e-mail, an id, or "" where nobody is named."""
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return "" if who is None else key(who, where)
