"""CutMix: train on images with a part of another one, whatever the objective."""

import torch
from torch import Tensor

from sknoisy import _streams
from sknoisy.objectives._mixup import Mixup, draw_mixture

__all__ = ["CutMix"]


class CutMix(Mixup):
    r"""CutMix: an objective of images with a part of another one, with both labels.

    .. math:: \lambda L(f(x), y) + (1 - \lambda) L(f(x), y')

    A rectangle of each image comes from a partner; λ is the share of the area that is
    left [1]_. The share, drawn from Beta(α, α), and the rectangle are those of a batch.

    Parameters
    ----------
    objective : Objective
        What is evaluated, once for either label. It must define `compute` (and not
        `forward`).

    alpha : float in (0, inf), default=1.0
        Of the distribution of λ.

    See Also
    --------
    Mixup : Mixes whole samples.

    References
    ----------
    .. [1] Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with
       Localizable Features", ICCV 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import mean_absolute_error
    >>> from sknoisy.objectives import CutMix, MeanLoss
    >>> cutmix = CutMix(MeanLoss(mean_absolute_error))
    >>> dark = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 2))
    >>> networks = lambda images: dark(images).unsqueeze(1)
    >>> labels, index = torch.tensor([0, 1, 1]), torch.arange(3)
    >>> cutmix(networks, torch.zeros(3, 8, 8), labels, index).shape
    torch.Size([])
    """

    def mix(self, features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, float]:
        """Return images with a part of others, whose, and the share that is left."""
        if not isinstance(features, Tensor) or features.ndim not in (3, 4):
            raise TypeError(
                "cutmix takes images (n_batch, height, width[, channels]) alone; for"
                " other features take mixup."
            )
        share, partner = draw_mixture(self.alpha, labels)
        height, width = features.shape[1:3]
        top, bottom, left, right = draw_box(1 - share, height, width)
        mixed = features.clone()
        box = slice(None), slice(top, bottom), slice(left, right)
        mixed[box] = features[partner][box]
        return mixed, partner, 1 - (bottom - top) * (right - left) / (height * width)


def draw_box(share, height, width):
    """Return the borders of a rectangle of that share of the area, cut at the edges."""
    center = torch.rand(2, generator=_streams.generator()).tolist()
    borders = []
    for place, n in zip(center, (height, width), strict=True):
        length = n * share**0.5
        borders += [round(place * n - length / 2), round(place * n + length / 2)]
    top, bottom, left, right = borders
    return max(0, top), min(height, bottom), max(0, left), min(width, right)
