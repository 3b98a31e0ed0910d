"""Several augmentations one after another, and those of single samples."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sknoisy._shown import shown
from sknoisy.augmentation._base import Augmentation

__all__ = ["Compose", "PerSample"]


class Compose(Augmentation):
    """Apply augmentations one after another.

    Parameters
    ----------
    steps : list of callable
        Each takes the features of a batch and returns as many of the same shape: what
        is in this room, or functions of your own.

    See Also
    --------
    PerSample : Makes one of a function of a single sample.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.augmentation import (
    ...     Compose,
    ...     RandomErasing,
    ...     RandomFlip,
    ...     RandomShift,
    ... )
    >>> augment = Compose([RandomShift(2), RandomFlip(), RandomErasing(size=0.25)])
    >>> augment(torch.ones(5, 28, 28, 3)).shape
    torch.Size([5, 28, 28, 3])
    """

    def __init__(self, steps: list[Callable[[Any], Any]]) -> None:
        for step in steps:
            if not callable(step):
                raise TypeError(
                    f"steps holds {shown(step)}, which can't be called: each must take"
                    " the features of a batch and return others."
                )
        self.steps = steps

    def __call__(self, features: Tensor) -> Tensor:
        """Return the features of a batch, (n_batch, ...), changed."""
        for step in self.steps:
            features = step(features)
        return features


class PerSample(Augmentation):
    """Apply a function to each sample of a batch by itself.

    For what other libraries offer for single images. It is slower than what changes a
    whole batch; what it draws from torch's, NumPy's or Python's own generators is
    seeded by the fit, which waits for its turn beside others in threads.

    Parameters
    ----------
    function : callable
        An array, one sample, in; an array of the same shape out.

    See Also
    --------
    Compose : Several augmentations.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from sknoisy.augmentation import PerSample
    >>> PerSample(np.flipud)(torch.tensor([[[1.0], [2.0]]])).tolist()
    [[[2.0], [1.0]]]
    """

    def __init__(self, function: Callable[[np.ndarray], Any]) -> None:
        if not callable(function):
            raise TypeError(f"function={shown(function)} can't be called.")
        self.function = function

    def __call__(self, features: Tensor) -> Tensor:
        """Return the features of a batch, (n_batch, ...), changed."""
        arrays = features.cpu().numpy()
        changed = [np.asarray(self.function(one.copy())) for one in arrays]
        if any(one.shape != arrays.shape[1:] for one in changed):
            shapes = sorted({one.shape for one in changed})
            raise ValueError(
                f"PerSample({shown(self.function)}) turned a sample of shape"
                f" {arrays.shape[1:]} into one of shape {shapes[0]}: it must keep it."
            )
        if not changed:
            return features
        return torch.from_numpy(np.stack(changed)).to(features)
