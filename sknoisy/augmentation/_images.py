"""Images, of which a part is left out."""

import math

import torch
from torch import Tensor

from sknoisy._ranges import check_range
from sknoisy._tensors import image_shape
from sknoisy.augmentation._base import Augmentation, draw_chances

__all__ = ["RandomErasing"]


class RandomErasing(Augmentation):
    """Leave out a rectangle of each image, by chance [1]_ [2]_.

    Parameters
    ----------
    p : float in [0, 1], default=0.5
        Chance of an image to lose one.

    size : float in (0, 1], default=0.25
        Largest share of the image's area; each is drawn between a tenth of it and this.

    value : float, default=0.0
        What the pixels become.

    See Also
    --------
    RandomShift : Moves images.
    sknoisy.objectives.CutMix : Puts a part of another image there.

    Notes
    -----
    Images are (n_batch, height, width) or (n_batch, height, width, channels). As in
    [1]_, but for rectangles that stick out, which are cut at the border as in [2]_, and
    for heights and widths, whose ratio is drawn from 1/3 to 3, evenly in its logarithm.

    References
    ----------
    .. [1] Zhong et al., "Random Erasing Data Augmentation", AAAI 2020.
    .. [2] DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks
       with Cutout", 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.augmentation import RandomErasing
    >>> images = RandomErasing(p=1.0, size=0.5)(torch.ones(100, 20, 20))
    >>> bool(0.6 < images.mean() < 0.95)
    True
    """

    def __init__(self, p: float = 0.5, size: float = 0.25, value: float = 0.0) -> None:
        check_range("[0, 1]", p=p)
        check_range("(0, 1]", size=size)
        self.p = p
        self.size = size
        self.value = value

    def __call__(self, features: Tensor) -> Tensor:
        """Return images of the same shape, some with a hole."""
        n, height, width = image_shape(features, self)
        drawn = draw_chances((5, n), features)
        area = self.size * (0.1 + 0.9 * drawn[1])
        ratio = torch.exp(math.log(3) * (2 * drawn[2] - 1)).sqrt()
        rows = inside(drawn[3], area.sqrt() * ratio, height)
        columns = inside(drawn[4], area.sqrt() / ratio, width)
        hole = rows.unsqueeze(2) & columns.unsqueeze(1)
        hole &= (drawn[0] < self.p).view(n, 1, 1)
        hole = hole.view(*hole.shape, *[1] * (features.ndim - 3))
        return features.masked_fill(hole, self.value)


def inside(center: Tensor, share: Tensor, n: int) -> Tensor:
    """Return which of `n` places are within a stretch around a center, (n_batch, n).

    Parameters
    ----------
    center : Tensor of shape (n_batch,)
        In [0, 1).

    share : Tensor of shape (n_batch,)
        Of the `n` places, how many there are; at least one.

    n : int
    """
    length = (share * n).round().clamp(1, n)
    start = (center * n - length / 2).round()
    places = torch.arange(n, device=center.device)
    start, length = start.unsqueeze(1), length.unsqueeze(1)
    return (places >= start) & (places < start + length)
