"""What X is, where it is no table: said in few words, and before anything is done.

scikit-learn's own messages print the whole array.
"""

from collections.abc import Iterator, Mapping, Set

import numpy as np

from sknoisy._shown import shown


def check_rows(X, owner):
    """Return `X` if it can be rows of whatever an estimator takes."""
    if X is None:
        raise ValueError(f"{type(owner).__name__} needs the features: X is None.")
    # a sparse table of keys is a dict, too
    strange = isinstance(X, str | bytes | Mapping | Set | Iterator) or np.isscalar(X)
    if strange and not getattr(X, "shape", ()):
        raise TypeError(
            f"X={shown(X)} is a {type(X).__name__}: pass an array, a list of rows or a"
            " DataFrame."
        )
    return X


def check_some(labels):
    """Say so if there is no label at all."""
    if not len(labels):
        raise ValueError("y holds no label: X and y must have a sample at least.")


def check_features(X, owner):
    """Return `X` if it can be rows of numbers, as many in each."""
    check_rows(X, owner)
    if isinstance(X, list | tuple):
        lengths = {len(row) if hasattr(row, "__len__") else 0 for row in X}
        if len(lengths) > 1:
            raise ValueError(
                f"X has rows of different lengths, from {min(lengths)} to"
                f" {max(lengths)}: every sample needs the same features."
            )
        shape, kind = (len(X), *lengths - {0}) if X else (0, 0), None
    else:
        shape = tuple(getattr(X, "shape", ()))
        kind = getattr(getattr(X, "dtype", None), "kind", None)
    if len(shape) == 1:
        raise ValueError(
            f"X has shape {shape}, but {type(owner).__name__} takes a row of features"
            " for each sample. Reshape your data: X.reshape(-1, 1) if a sample has one"
            " feature, X.reshape(1, -1) if X is one sample."
        )
    if kind == "c":
        raise ValueError(
            f"Complex data not supported: X has dtype {X.dtype}. Pass real and"
            " imaginary parts side by side, np.hstack([X.real, X.imag])."
        )
    return X
