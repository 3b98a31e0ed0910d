"""Equal rows: found by hashing, and told from rows that are equal by chance."""

from hashlib import blake2b

import numpy as np
from scipy.sparse import issparse

from sknoisy._arrays import as_numpy

BLOCK = 2**22  # numbers that are hashed at a time
BY_CHANCE = 4  # times as many equal pairs as chance would give are copies
FEWEST = 20  # different rows, whose numbers have a divisor in common by no chance
MOST_ALIKE = 4  # rows that are repeated more often, on average, are categories


def equal_rows(X):
    """Return a code for each row, the same for equal ones; None for other things.

    Gaps are equal to gaps, and zeros have no sign.

    Parameters
    ----------
    X : array-like with n_samples rows
    """
    halves = hash_rows(X)
    return None if halves is None else _codes(halves)


def equal_rows_of(blocks):
    """Return the same for the rows of tables that come one after another.

    There may be very many of them: what is in memory beside their hashes is half of
    what `np.unique` takes.

    Parameters
    ----------
    blocks : iterable of array-like
    """
    joined = np.concatenate([_joined(hash_rows(block)) for block in blocks])
    order = np.argsort(joined)
    joined.sort()
    is_new = joined[1:] != joined[:-1]
    del joined
    ranks = np.zeros(len(order), dtype=np.int32 if len(order) < 2**31 else np.intp)
    np.cumsum(is_new, out=ranks[1:])
    codes = np.empty_like(ranks)
    codes[order] = ranks
    return codes


def find_repeats(X, y):
    """Return for each row the one that stands for it in a table that was repeated.

    Where each row is there k times with each of its labels, one of k counts; a row that
    was there twice before still does so twice. Else each row stands for itself.

    Parameters
    ----------
    X : array-like with n_samples rows

    y : ndarray of int of shape (n_samples,)
        Labels as codes.
    """
    rows, themselves = equal_rows(X), np.arange(len(y))
    if rows is None:
        return themselves
    keys, counts = np.unique(
        np.stack([rows, y]), axis=1, return_inverse=True, return_counts=True
    )[1:]
    times = _times_over(counts)
    if times == 1 or len(counts) < FEWEST:
        return themselves
    order = np.argsort(keys, kind="stable")
    starts = np.cumsum(counts) - counts
    rank = np.empty_like(order)
    rank[order] = themselves - starts[keys[order]]
    return order[starts[keys] + rank % (counts // times)[keys]]


def find_copies(X, among=slice(None)):
    """Return a code for each row, the same for copies; None where there are none.

    Rows of few columns with few values are equal by chance, and none of them is a copy
    of another. How many pairs would be, the halves of the columns say: the share of
    pairs that agree in one half, times that of those that agree in the other. Only if
    there are `BY_CHANCE` times as many, equal rows count as copies.

    Parameters
    ----------
    X : array-like with n_samples rows
        Of anything; None is returned, too, where rows can't be compared.

    among : ndarray of int, default=slice(None)
        The rows that tell copies from rows that are equal by chance.
    """
    halves = hash_rows(X)
    if halves is None:
        return None
    codes, halves = _codes(halves), halves[among]
    n_samples, counts = len(halves), np.bincount(codes[among])
    if len(counts) == n_samples:
        return None
    times = _times_over(counts)
    if counts.mean() > MOST_ALIKE * times:
        return None  # a few different rows, each of which is a category
    if not halves[:, 1].any():  # a single column
        return codes if _are_texts(X) and counts.mean() <= MOST_ALIKE else None
    by_chance = _pairs(n_samples) * np.prod([_agreement(half) for half in halves.T])
    return codes if _pairs(counts).sum() > BY_CHANCE * by_chance else None


def hash_rows(X):
    """Return two numbers a row, of every other column each; None for other things."""
    try:
        if issparse(X):
            return _hash_sparse(X.tocsr(copy=True))
        if hasattr(X, "columns"):
            return _hash_columns([np.asarray(X[name]) for name in X.columns], len(X))
        X = np.asarray(as_numpy(X))
        if X.ndim == 0 or X.dtype.kind not in "biufMmUO":
            return None
        X = X.reshape(len(X), -1)
        if X.dtype.kind in "UO":
            return _hash_columns(list(X.T), len(X))
        step = max(1, BLOCK // max(1, X.shape[1]))
        blocks = [X[start : start + step] for start in range(0, len(X), step)]
        return np.concatenate([_hash_columns(list(b.T), len(b)) for b in blocks])
    except (TypeError, ValueError, AttributeError):  # lists of unequal length, dicts
        return None


def _hash_columns(columns, n_rows):
    halves = np.zeros((n_rows, 2), dtype=np.uint64)
    for place, column in enumerate(columns):
        halves[:, place % 2] += _mixed(_as_words(column), place)
    return halves


def _hash_sparse(X):
    X.sum_duplicates()
    X.eliminate_zeros()
    hashes = _mixed(_as_words(X.data), X.indices)
    rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    halves = np.zeros((X.shape[0], 2), dtype=np.uint64)
    np.add.at(halves, (rows, X.indices % 2), hashes)
    return halves


def _as_words(values):
    """Return 64 bits for each value, equal ones for equal values."""
    kind = values.dtype.kind
    if kind == "f":
        values = values.astype(np.float64) + 0.0  # no zero below zero
        return np.where(np.isnan(values), np.nan, values).view(np.uint64)
    if kind in "biu":
        return values.astype(np.float64).view(np.uint64)
    if kind in "Mm":
        return values.view(np.int64).astype(np.uint64)
    values = values.tolist()
    known = {value: _hashed(value) for value in set(values)}
    hashes = [known[value] for value in values]
    return np.array(hashes, dtype=np.int64).astype(np.uint64)


def _hashed(value):
    """Return a hash that is the same in each process, as that of a text isn't."""
    if not isinstance(value, str):
        return hash(value) if value == value else 0
    digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _mixed(words, place):
    """Scatter the bits, differently in each column (the finalizer of splitmix64)."""
    place = np.asarray(place, dtype=np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        words = words + place * np.uint64(0x9E3779B97F4A7C15)
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _codes(halves):
    return _numbered(_joined(halves))


def _joined(halves):
    return halves[:, 0] + _mixed(halves[:, 1], 0)


def _numbered(joined):
    return np.unique(joined, return_inverse=True)[1]


def _times_over(counts):
    """Return how many times a table is there, by how often each of its rows is."""
    equal = counts.min() == counts.max()
    return np.gcd.reduce(counts) if equal or len(counts) >= FEWEST else 1


def _agreement(half):
    """Return the share of pairs of rows that agree."""
    counts = np.unique(half, return_counts=True)[1]
    return _pairs(counts).sum() / max(1, _pairs(len(half)))


def _pairs(counts):
    return np.asarray(counts, dtype=np.float64) * (np.asarray(counts) - 1) / 2


def _are_texts(X):
    values = X if hasattr(X, "dtype") or hasattr(X, "columns") else np.asarray(X)
    return np.asarray(values).dtype.kind in "UO"
