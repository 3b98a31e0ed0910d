"""Views of samples: features as an augmentation changes them."""

import copy

import torch
from torch import Tensor

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
    shape = getattr(seen, "shape", None)
    if shape != features.shape:
        found = type(seen).__name__ if shape is None else f"shape {tuple(shape)}"
        raise ValueError(
            f"The augmentation turned features of shape {tuple(features.shape)} into"
            f" {found}: it must return a tensor of the same shape."
        )
    return seen.to(features)


def check_view(augment, name):
    """Return a copy of `augment`, if it is None or can be called."""
    if augment is not None and not callable(augment):
        raise ValueError(
            f"{name}={augment!r} must be a function of features (n_batch, ...), a"
            " tensor, that returns others of the same shape, or None."
        )
    return copy.deepcopy(augment)  # a module would be moved to another device
