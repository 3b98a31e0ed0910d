"""Two views of the same samples."""

import numbers

import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer

from sknoisy._shown import shown

FRAMES = ("pandas", "polars")


def is_transformer(view):
    """Whether `view` transforms X itself, rather than naming columns of it."""
    return hasattr(view, "transform") and not isinstance(view, type)


def check_views(views):
    """Return a pair of views; None becomes a pair of Nones."""
    if views is None:
        return None, None
    try:
        first, second = views
    except (TypeError, ValueError):
        raise ValueError(
            f"views={shown(views)} is no pair: pass two views, each of them columns"
            " (names, positions, a slice, a function that chooses them) or a"
            " transformer, or None for halves of the columns at random."
        ) from None
    return first, second


def random_halves(n_columns, rng):
    """Return the numbers of the columns in two halves drawn at random, sorted."""
    columns = rng.permutation(n_columns)
    half = (n_columns + 1) // 2
    return np.sort(columns[:half]), np.sort(columns[half:])


def make_view(view, X):
    """Return an unfitted transformer that shows `view` of X and of what is like it."""
    if is_transformer(view):
        return clone(view)
    if isinstance(view, str | numbers.Integral):
        view = [view]
    columns = ColumnTransformer(
        [("view", "passthrough", view)],
        sparse_threshold=1.0,  # what is sparse stays so
        verbose_feature_names_out=False,
    )
    frame = type(X).__module__.split(".")[0]
    # a part of a data frame is a data frame, whatever the global setting
    return columns.set_output(transform=frame if frame in FRAMES else "default")
