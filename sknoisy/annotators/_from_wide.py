"""Votes of a table with a column for each annotator, and back."""

import numpy as np
from scipy import sparse

from sknoisy._arrays import as_numpy
from sknoisy._shown import shown
from sknoisy._unlabeled import as_labels, find_unlabeled, is_nothing
from sknoisy.annotators._label_names import encode_votes
from sknoisy.annotators._vocabulary import as_names

ENOUGH = 10  # rows, to tell a column of names from one of votes


def parts_of(votes, unlabeled, samples, annotators, classes):
    """Return what `Votes` is made of."""
    names = [_names(votes, "index", samples), _names(votes, "columns", annotators)]
    _check_people(votes)
    table = as_table(votes)
    missing = find_unlabeled(table, unlabeled, name="votes", may_miss=True)
    if missing.all():
        raise ValueError(
            f"votes, of shape {table.shape}, holds no vote:"
            f" unlabeled={shown(unlabeled)}, NaN, None and pandas.NA stand for missing"
            " ones."
        )
    classes, codes = encode_votes(table[~missing], classes)
    for axis, (name, length) in enumerate(zip(names, table.shape, strict=True)):
        names[axis] = _checked(name, length, ("samples", "annotators")[axis])
    return *names, classes, *np.nonzero(~missing), codes


def _check_people(votes):
    """Say so if the first column of a frame names samples, and holds no votes."""
    if not hasattr(votes, "columns") or len(votes) < ENOUGH or len(votes.columns) < 2:
        return
    first, *others = (np.asarray(votes[name]).tolist() for name in votes.columns)
    others = {vote for column in others for vote in column}
    if len(set(first)) == len(first) and 2 * len(others) < len(first):
        name = votes.columns[0]
        raise ValueError(
            f"The column {name!r} has another value in each row, of which there are"
            f" {len(first)}, and all others together have {len(others)}: it seems to"
            f" name samples. Make it the index of a pandas frame,"
            f" votes.set_index({name!r}), or leave it out and pass samples=…."
        )


def _names(votes, axis, given):
    if given is not None:
        return as_names(list(given))
    found = getattr(votes, axis, None) if hasattr(votes, "columns") else None
    if found is None or type(found).__name__ == "RangeIndex":
        return None
    return as_names(list(found))


def _checked(names, length, parameter):
    if names is None:
        return np.arange(length)
    if len(names) != length:
        raise ValueError(
            f"{parameter} has {len(names)} names, but votes {length}: one for each."
        )
    return names


def as_table(votes):
    """Return `votes` as an array with a column for each annotator."""
    votes = as_array(votes)
    if votes.ndim != 2 or 0 in votes.shape:
        raise ValueError(
            f"votes has shape {votes.shape}, expected (n_samples, n_annotators): a"
            " column for each annotator. Labels by a single one are"
            " votes.reshape(-1, 1)."
        )
    return votes


def as_array(votes):
    """Return `votes` as an array in which missing votes are still to be seen."""
    votes = as_numpy(votes)
    if sparse.issparse(votes):
        raise TypeError(
            "votes is a sparse matrix, whose zeros could be votes or none: pass"
            " votes.toarray(), with unlabeled=0 if zeros stand for none."
        )
    return as_labels(votes)


def filled(votes, mark):
    """Return `Votes` as a table, `mark` where there is none."""
    if mark is not None and not is_nothing(mark) and mark in votes.classes.tolist():
        raise ValueError(
            f"unlabeled={mark!r} is one of the classes, and can't stand for votes that"
            " weren't given, too: name another mark, or None."
        )
    table = np.full(votes.shape, mark, dtype=_dtype(votes.classes, mark))
    table[votes.sample_codes, votes.annotator_codes] = votes.labels
    return table


def _dtype(classes, mark):
    kinds = np.asarray(mark).dtype.kind + classes.dtype.kind
    if all(kind in "iuf" for kind in kinds) or kinds == "UU":
        return np.result_type(np.asarray(mark).dtype, classes.dtype)
    return object


def codes_of_table(votes):
    """Return `Votes` as a table of codes, -1 where there is none."""
    table = np.full(votes.shape, -1)
    table[votes.sample_codes, votes.annotator_codes] = votes.label_codes
    return table
