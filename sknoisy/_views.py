"""Views of samples: features as an augmentation changes them."""

import copy

import torch
from torch import Tensor

from sknoisy._shown import shown

__all__ = ["Views", "check_view", "view"]


class Views:
    """Shows features as an augmentation changes them; it is no module, if that is one.

    Parameters
    ----------
    augment : callable
    """

    def __init__(self, augment):
        self.augment = augment

    def __call__(self, features):
        """Return a view of the features of a batch."""
        return view(self.augment, features)


@torch.no_grad()
def view(augment, features):
    """Return features as `augment` changes them, if that keeps their shape.

    Of several inputs, in a dict or a tuple, it is the user's business.
    """
    if augment is None:
        return features
    seen = augment(features)
    if not isinstance(features, Tensor):
        return seen
    if not isinstance(seen, Tensor) or seen.shape != features.shape:
        tensor = isinstance(seen, Tensor)
        found = f"shape {tuple(seen.shape)}" if tensor else type(seen).__name__
        raise ValueError(
            f"The augmentation turned features of shape {tuple(features.shape)} into"
            f" {found}: it must return a tensor of the same shape. What works on an"
            " array, one sample, goes into sknoisy.augmentation.PerSample."
        )
    return seen.to(features)


def check_view(augment, name):
    """Return a copy of `augment`, if it is None or can be called."""
    instead = ""
    if isinstance(augment, type):
        instead = f" Pass an instance, {augment.__name__}(…), in place of the class."
    elif isinstance(augment, list | tuple):
        instead = " Several make one by sknoisy.augmentation.Compose([…])."
    if instead or not (augment is None or callable(augment)):
        raise ValueError(
            f"{name}={shown(augment)} must be a function of features (n_batch, ...), a"
            f" tensor, that returns others of the same shape, or None.{instead}"
        )
    return copy.deepcopy(augment)  # a module would be moved to another device
