"""Equal rows: a number for each row, the same for equal ones."""

import numpy as np
from scipy.sparse import issparse

__all__ = ["are_copies", "row_keys"]

MOST_COLUMNS = 300  # that tell how likely rows are to be equal by chance
MOST_BY_CHANCE = 10.0  # pairs of equal rows; of two columns, each row twice makes 2


def row_keys(features):
    """Return a number from 0 for each row, the same for equal rows.

    Gaps are equal to gaps.
    """
    if isinstance(features, list):
        keys = [hash(" ".join(str(text).split())) for text in features]
    elif hasattr(features, "columns"):
        keys = _of_frame(features)
    elif issparse(features):
        keys = _of_sparse(features)
    else:
        flat = np.ascontiguousarray(features).reshape(len(features), -1)
        if flat.dtype.kind == "f":
            flat = flat + 0.0  # of two zeros one
        keys = [hash(row.tobytes()) for row in flat]
    return np.unique(np.asarray(keys), return_inverse=True)[1]


def are_copies(features, keys):
    """Whether rows that are equal are so for a reason, and not by chance.

    Rows of few values each, class and sex of a passenger, say, are often equal. Columns
    are taken for independent, which makes equal rows look rarer than they are; so their
    number must be beyond chance by far.
    """
    counts = np.bincount(keys)
    n_pairs = (counts * (counts - 1.0)).sum() / 2
    if not n_pairs:
        return False
    chance = len(keys) ** 2 / 2 * np.exp(_log_chance(features))
    return bool(chance < min(MOST_BY_CHANCE, 0.01 * n_pairs))


def _log_chance(features):
    """Return the logarithm of the probability that two rows are equal by chance."""
    if isinstance(features, list):
        return -np.inf
    if hasattr(features, "columns"):
        some = features.iloc[:, :MOST_COLUMNS]
        counts = [
            some.iloc[:, j].value_counts(dropna=False) for j in range(some.shape[1])
        ]
        return sum(np.log(_agreement(count.to_numpy())) for count in counts)
    elif issparse(features):
        some = features.tocsc()[:, :MOST_COLUMNS].toarray()
    else:
        some = features.reshape(len(features), -1)[:, :MOST_COLUMNS]
    counts = [np.unique(column, return_counts=True)[1] for column in some.T]
    return sum(map(np.log, map(_agreement, counts)))


def _agreement(counts):
    """Return the share of pairs of rows that have the same value."""
    counts = counts.astype(float)
    n = counts.sum()
    return max((counts * (counts - 1)).sum(), 1.0) / max(n * (n - 1), 1.0)


def _of_frame(features):
    from pandas.util import hash_pandas_object

    features = features.copy()
    for name in [name for name in features if features[name].dtype.kind == "O"]:
        features[name] = features[name].map(lambda v: "" if v is None else str(v))
    return hash_pandas_object(features, index=False).to_numpy()


def _of_sparse(features):
    rows = features.tocsr().copy()
    rows.sum_duplicates()
    rows.eliminate_zeros()
    starts = zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    return [
        hash(rows.indices[i:j].tobytes() + rows.data[i:j].tobytes()) for i, j in starts
    ]
