"""Rows of numbers, some of which are disturbed or come from other rows."""

import torch
from torch import Tensor

from sknoisy import _streams
from sknoisy._ranges import check_range
from sknoisy.augmentation._base import Augmentation, draw_chances, draw_numbers

__all__ = ["FeatureNoise", "FeatureSwap"]


class FeatureNoise(Augmentation):
    """Add normal noise, of a share of each feature's own spread in the batch.

    Parameters
    ----------
    scale : float in [0, inf), default=0.1
        That share.

    See Also
    --------
    FeatureSwap : Takes values from other rows, where noise has no meaning.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.augmentation import FeatureNoise
    >>> rows = torch.arange(1000.0).view(-1, 1)
    >>> changed = FeatureNoise(0.1)(rows)
    >>> bool(20 < (changed - rows).std() < 40)
    True
    """

    def __init__(self, scale: float = 0.1) -> None:
        check_range("[0, inf)", scale=scale)
        self.scale = scale

    def __call__(self, features: Tensor) -> Tensor:
        """Return features of the same shape, disturbed."""
        if not features.is_floating_point():
            raise TypeError(
                "FeatureNoise takes numbers with a point, but X holds"
                f" {features.dtype}: for tokens, see WordDropout."
            )
        if not len(features):
            return features
        noise = torch.randn(features.shape, generator=_streams.generator())
        spread = features.std(dim=0, correction=0)
        return features + self.scale * spread * noise.to(features)


class FeatureSwap(Augmentation):
    """Take some features of each row from another row of the batch [1]_.

    Every value is one that its feature may have, so that it suits categories and
    columns of any scale.

    Parameters
    ----------
    share : float in [0, 1], default=0.15
        Chance of each feature of each row.

    See Also
    --------
    FeatureNoise : Adds noise.

    References
    ----------
    .. [1] Bahri et al., "SCARF: Self-Supervised Contrastive Learning using Random
       Feature Corruption", ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.augmentation import FeatureSwap
    >>> rows = torch.arange(2000.0).view(500, 4)
    >>> changed = FeatureSwap(0.5)(rows)
    >>> bool(0.4 < (changed != rows).double().mean() < 0.6)
    True
    >>> bool(torch.isin(changed[:, 2], rows[:, 2]).all())
    True
    """

    def __init__(self, share: float = 0.15) -> None:
        check_range("[0, 1]", share=share)
        self.share = share

    def __call__(self, features: Tensor) -> Tensor:
        """Return features of the same shape, some of them of other rows."""
        rows = features.flatten(1)
        shape = (rows.shape[0], rows.shape[1])
        swapped = draw_chances(shape, rows) < self.share
        donors = draw_numbers(max(1, shape[0]), shape, rows)
        return rows.gather(0, donors).where(swapped, rows).view_as(features)
