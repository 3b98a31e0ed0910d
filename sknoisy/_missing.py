"""Which votes weren't given: a marker, NaN, None, pandas.NA or an empty string."""

import numpy as np


def find_missing(votes, marker):
    """Return where `votes`, an array, holds no vote.

    Parameters
    ----------
    votes : ndarray

    marker : label, None or nan
        What stands for a missing vote besides NaN, None, pandas.NA and "".
    """
    nothing = find_nothing(votes)
    if marker is None or marker != marker:
        return nothing
    marked = equals(votes, marker) & ~nothing
    if nothing.any() and marked.any() and holds_numbers(votes[~nothing]):
        raise ValueError(
            f"votes holds both {marker!r} and NaN, None or pandas.NA. If {marker!r} is"
            " a label, pass marker=None; if it is a missing vote, replace it by NaN."
        )
    return nothing | marked


def find_nothing(votes):
    """Return where there is NaN, None, pandas.NA or an empty string."""
    if votes.dtype.kind == "f":
        return np.isnan(votes)
    if votes.dtype.kind == "O":
        return elementwise(is_nothing, votes)
    return votes == "" if votes.dtype.kind == "U" else np.zeros(votes.shape, dtype=bool)


def is_nothing(vote):
    """Whether `vote` is None, NaN, pandas.NA or an empty string."""
    try:
        return bool(vote is None or vote != vote or vote == "")
    except TypeError:  # pandas.NA refuses to say, which says enough
        return True


def equals(votes, marker):
    """Return where `votes` equals `marker`, which may be of another type."""
    if votes.dtype.kind == "O":
        return elementwise(lambda vote: not is_nothing(vote) and vote == marker, votes)
    if isinstance(marker, str) is not (votes.dtype.kind == "U"):
        return np.zeros(votes.shape, dtype=bool)
    return votes == marker


def elementwise(test, votes):
    """Return the truth of `test` for each element of an array of objects."""
    found = [bool(test(vote)) for vote in votes.ravel()]
    return np.array(found, dtype=bool).reshape(votes.shape)


def holds_numbers(labels):
    """Whether no label is a string."""
    if labels.dtype.kind == "O":
        return not any(isinstance(label, str) for label in labels)
    return labels.dtype.kind != "U"
