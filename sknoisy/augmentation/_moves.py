"""Images that are moved or mirrored, by what may be a layer, too."""

import numbers

import torch
from torch import Tensor, nn

from sknoisy import _streams
from sknoisy._shown import shown
from sknoisy._tensors import image_shape
from sknoisy.augmentation._base import Augmentation

__all__ = ["RandomFlip", "RandomShift"]


class RandomShift(nn.Module, Augmentation):
    """Move each image a little, in training; what comes in at the border is zero.

    It is what `augment` of any classifier may be, or the first layer of a network:
    :mod:`sknoisy.modules` has it, too.

    Parameters
    ----------
    pixels : int, default=2
        How far an image moves at most, up or down and to the left or right, by whole
        pixels, all distances equally often.

    See Also
    --------
    RandomFlip : Mirrors images.
    RandomErasing : Leaves out a part of them.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from sknoisy.augmentation import RandomFlip, RandomShift
    >>> from sknoisy.modules import LeNet5
    >>> augment = nn.Sequential(RandomShift(2), RandomFlip())
    >>> augment(torch.ones(5, 28, 28, 3)).shape
    torch.Size([5, 28, 28, 3])
    >>> def module(input_shape, n_classes):
    ...     return nn.Sequential(augment, LeNet5(input_shape, n_classes))
    """

    def __init__(self, pixels: int = 2) -> None:
        super().__init__()
        if not isinstance(pixels, int | numbers.Integral) or pixels < 0:
            raise ValueError(
                f"pixels={shown(pixels)} must be a whole number, 0 or more."
            )
        self.pixels = int(pixels)

    def forward(self, images: Tensor) -> Tensor:
        """Return images (n, height, width[, channels]) moved, in training."""
        if not self.training or self.pixels == 0:
            return images
        n, height, width = image_shape(images, self)
        padding = (0, 0) * (images.ndim - 3) + (self.pixels,) * 4
        padded = nn.functional.pad(images, padding)
        corner = torch.randint(
            2 * self.pixels + 1,
            (2, n, 1),
            device=images.device,
            generator=_streams.generator(),
        )
        rows = corner[0] + torch.arange(height, device=images.device)
        columns = corner[1] + torch.arange(width, device=images.device)
        image = torch.arange(n, device=images.device).view(n, 1, 1)
        return padded[image, rows.unsqueeze(2), columns.unsqueeze(1)]

    def extra_repr(self) -> str:
        """Return what stands in the brackets of this layer's text."""
        return f"pixels={self.pixels}"


class RandomFlip(nn.Module, Augmentation):
    """Mirror every second image, by chance, in training: left becomes right.

    For things that look alike from both sides; digits and letters don't.

    See Also
    --------
    RandomShift : Moves images.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.augmentation import RandomFlip
    >>> images = torch.tensor([[[1.0, 2.0, 3.0]]]).expand(100, 1, 3)
    >>> sorted(set(map(tuple, RandomFlip()(images)[:, 0].tolist())))
    [(1.0, 2.0, 3.0), (3.0, 2.0, 1.0)]
    """

    def __init__(self) -> None:  # whose signature tells that there is no parameter
        super().__init__()

    def forward(self, images: Tensor) -> Tensor:
        """Return images (n, height, width[, channels]), some mirrored, in training."""
        if not self.training:
            return images
        n, _, _ = image_shape(images, self)
        shape = (n, *[1] * (images.ndim - 1))
        drawn = torch.rand(shape, device=images.device, generator=_streams.generator())
        return images.flip(2).where(drawn < 0.5, images)
