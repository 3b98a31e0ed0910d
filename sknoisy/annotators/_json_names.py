"""Names as keys of JSON, which are text whatever they were before."""

import re
from contextlib import contextmanager

WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")


def names_of_keys(keys):
    """Return keys as numbers where all of them are written as Python writes these."""
    if all(map(WHOLE.fullmatch, keys)):
        return [int(key) for key in keys]
    return keys


def as_keys(names):
    """Return names as keys, or say that two of them would be the same one."""
    keys = [str(name) for name in names.tolist()]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(
            f"Two names would both be {twice!r} in JSON, whose keys are text: rename"
            " one of them."
        )
    return keys


@contextmanager
def errors_name(path):
    """Turn what is wrong with votes into a ValueError that names their file."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
