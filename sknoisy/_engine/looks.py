"""What samples look like: the shape of one, and the mean and scale of its features."""

import numpy as np
import torch

from sknoisy._engine.intake import Reader, shapes_of
from sknoisy._features import feature_statistics
from sknoisy._samples import Columns, Samples

LOOKED_AT = 256  # samples that are read, to know what features are like


def shape_of_one(X):
    """Return the shape of one sample; of several inputs the shapes of all."""
    if not isinstance(X, Samples | Columns):
        return tuple(X.shape[1:])
    return shapes_of(Reader(X).read(np.arange(1)))


def is_one_tensor(input_shape):
    """Whether a sample is one tensor, rather than several inputs."""
    whole = isinstance(input_shape, tuple)
    return whole and all(isinstance(n, int) for n in input_shape)


def size_of_one(input_shape):
    """Return how many numbers a sample has; None where it is several inputs."""
    return int(np.prod(input_shape)) if is_one_tensor(input_shape) else None


def mean_and_scale(X, sample_weight=None):
    """Return the mean and scale of features, as `feature_statistics` has them.

    Of samples that are read some have to do, spread over all of them; several inputs,
    integers and samples of different size are left as they are.
    """
    if not isinstance(X, Samples | Columns):
        return feature_statistics(X, sample_weight)
    if isinstance(X, Samples) and X.collate_fn is None:
        few = np.unique(np.linspace(0, len(X) - 1, LOOKED_AT).astype(int))
        seen = Reader(X).read(few)
        whole = not torch.is_tensor(seen) or seen.dtype in (torch.int32, torch.int64)
        if not whole and seen.ndim > 1:
            return feature_statistics(seen.numpy())
    return np.zeros(()), np.ones(())
