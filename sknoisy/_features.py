"""What X is, where it is no table: said in few words, and before anything is done.

scikit-learn's own messages print the whole array.
"""

from collections.abc import Iterator, Mapping, Set

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis

from sknoisy._samples import as_samples
from sknoisy._shown import shown

BLOCK = 2048  # rows


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
    samples = _read_one_by_one(X)
    if samples is not None:
        raise ValueError(
            f"X is {samples!r}, but {type(owner).__name__} compares rows of numbers:"
            " pass features of the samples, or choose what judges by a network, such as"
            " ConfidentLearning(NoisyLabelClassifier(module))."
        )
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


def _read_one_by_one(X):
    """Return X as samples, if it is a data set, paths or images; None for others."""
    if isinstance(X, list | tuple) and X and hasattr(X[0], "shape"):
        return None  # rows, be they of different lengths
    return as_samples(X)


def feature_statistics(X, sample_weight=None):
    """Return the mean and scale by which a network standardizes its input.

    Tables: one mean and standard deviation per feature. Images: one per channel.
    Sparse tables: no mean, since an absent word stays zero, and one scale for all
    features, the root mean square, since rare words would be blown up otherwise.
    """
    if sparse.issparse(X):
        if sample_weight is not None:  # scikit-learn 1.6 wants the type of X
            sample_weight = sample_weight.astype(X.dtype)
        means, variances = mean_variance_axis(X, axis=0, weights=sample_weight)
        return None, _nonzero(np.sqrt(np.mean(variances + means**2)))
    if X.ndim == 2:
        return _moments(X, sample_weight)
    pixels = X.reshape(len(X), -1, X.shape[3] if X.ndim == 4 else 1)
    means = pixels.mean(axis=1, dtype=np.float64)
    squares = np.einsum("npc,npc->nc", pixels, pixels, dtype=np.float64)
    mean = np.average(means, axis=0, weights=sample_weight)
    mean_square = np.average(squares / pixels.shape[1], axis=0, weights=sample_weight)
    return mean, _nonzero(np.sqrt(np.maximum(mean_square - mean**2, 0)))


def _moments(X, weight):
    # in blocks that stay in the cache, shifted so that no digit is lost: four times
    # as fast as StandardScaler, with the same result
    weight = np.ones(len(X)) if weight is None else weight
    shift = X[:BLOCK].mean(axis=0, dtype=np.float64)
    total, squares = np.zeros((2, X.shape[1]))
    for start in range(0, len(X), BLOCK):
        block = X[start : start + BLOCK] - shift
        total += weight[start : start + BLOCK] @ block
        squares += weight[start : start + BLOCK] @ np.square(block, out=block)
    mean = total / weight.sum()
    scale = np.sqrt(np.maximum(squares / weight.sum() - mean**2, 0))
    constant = scale <= 1e-13 * np.abs(shift + mean)  # nothing but rounding
    return shift + mean, _nonzero(np.where(constant, 0, scale))


def _nonzero(scale):
    # below the smallest normal float32, one over the scale would be infinite
    return np.where(scale > np.finfo(np.float32).tiny, scale, 1.0)
