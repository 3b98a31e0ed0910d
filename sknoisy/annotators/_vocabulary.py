"""Names of samples and people, and labels: what there is, sorted, and codes."""

import numpy as np

from sknoisy._unlabeled import elementwise, find_nothing, unboxed


def find_blank(names):
    """Return where there is no name: None, NaN, or text without a letter in it."""
    nothing = find_nothing(names)
    if names.dtype.kind == "U":
        return np.char.strip(names) == ""
    if names.dtype.kind == "O":
        return nothing | elementwise(_is_blank, names)
    return nothing


def _is_blank(name):
    return isinstance(name, str) and not name.strip()


def factorize(names):
    """Return what is among `names`, sorted, and codes.

    Whole numbers that a gap has made floats are whole again. Names of several types
    are sorted by type: people are called 7 and "Ann" in one file.
    """
    names = unboxed(names)
    if names.dtype.kind == "f" and (names == np.floor(names)).all():
        names = names.astype(np.int64)
    if names.dtype.kind not in "OU":
        return np.unique(names, return_inverse=True)
    values = names.tolist()
    different = sorted_names(dict.fromkeys(values))
    code_of = {name: code for code, name in enumerate(different)}
    codes = np.fromiter((code_of[name] for name in values), np.int64, len(values))
    return as_names(different), codes


def sorted_names(names):
    """Return hashable names in order, those of one type together."""
    try:
        return sorted(names)
    except TypeError:
        return sorted(names, key=lambda name: (_rank(name), name))


def _rank(name):
    return "" if isinstance(name, int | float) else type(name).__name__


def as_names(names):
    """Return a list of names as an array: of text or numbers if all are, else objects.

    NumPy alone would make text of 7 beside "Ann".
    """
    names = [n.item() if isinstance(n, np.generic) else n for n in names]
    kinds = {type(name) for name in names}
    if kinds <= {str} or kinds <= {int} or kinds <= {bool} or kinds <= {float, int}:
        return np.array(names, dtype=None if names else str)
    found = np.empty(len(names), dtype=object)
    found[:] = names
    return found


def codes_in(names, vocabulary):
    """Return positions of `names` in a vocabulary, -1 where they aren't in it."""
    known = {name: code for code, name in enumerate(vocabulary.tolist())}
    names = np.asarray(names).tolist()
    return np.fromiter((known.get(name, -1) for name in names), np.int64, len(names))


def smallest(codes, n_values):
    """Return codes in the smallest integers that hold them."""
    return codes.astype(np.min_scalar_type(-max(n_values, 1)), copy=False)
