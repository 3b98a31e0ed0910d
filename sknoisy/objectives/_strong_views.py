"""Strong views of samples: what is changed so much that it teaches something."""

import torch

from sknoisy import _streams
from sknoisy._views import view


def strong_view(features, augment, swap):
    """Return a strong view of the features of a batch.

    Parameters
    ----------
    features : Tensor of shape (n_batch, ...)

    augment : callable or None
        What makes it. With None, a share of a sample's features is taken from other
        samples of the batch, each from one of its own (SCARF, Bahri et al., 2022).

    swap : float in [0, 1)
        That share.
    """
    if augment is not None:
        return view(augment, features)
    flat = features.flatten(1)
    generator = _streams.generator()
    shape = flat.shape
    swapped = torch.rand(shape, generator=generator) < swap
    donors = torch.randint(shape[0], shape, generator=generator).to(flat.device)
    spoiled = flat.gather(0, donors).where(swapped.to(flat.device), flat)
    return spoiled.view_as(features)
