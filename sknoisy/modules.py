"""Networks: what ``module=None`` picks, and others by name; layers to put before them.

Each network is built at fit from what its signature names: ``n_features`` or
``input_shape``, ``n_classes``, and ``feature_mean`` and ``feature_scale`` of the
training data, by which a network scales its own input.
"""

import math
import numbers
from typing import Literal

import torch
from torch import Tensor, nn

from sknoisy import _streams
from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike
from sknoisy._tensors import as_tensor

# known by this name, too, from when they were here
from sknoisy.augmentation import RandomFlip as RandomFlip
from sknoisy.augmentation import RandomShift as RandomShift

__all__ = [
    "MLP",
    "Dropout",
    "LeNet5",
    "SmallResNet",
    "Standardize",
]


class Standardize(nn.Module):
    """Subtract a mean and divide by a scale, both fixed.

    Parameters
    ----------
    mean : array-like, broadcastable to a batch's features, default=None
        None subtracts nothing.

    scale : array-like, broadcastable to a batch's features, default=None
        None divides by nothing.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.modules import Standardize
    >>> Standardize(mean=[1.0, 2.0], scale=[1.0, 2.0])(torch.tensor([[2.0, 6.0]]))
    tensor([[1., 2.]])
    """

    def __init__(
        self, mean: ArrayLike | None = None, scale: ArrayLike | None = None
    ) -> None:
        super().__init__()
        mean, scale = 0.0 if mean is None else mean, 1.0 if scale is None else scale
        self.register_buffer("mean", as_tensor(mean))
        self.register_buffer("factor", 1 / as_tensor(scale))

    def forward(self, features: Tensor) -> Tensor:
        """Return features of the same shape."""
        return (features - self.mean) * self.factor


class Dropout(nn.Module):
    """Leave out units at random in training [1]_, three times as fast on a CPU.

    ``torch.nn.Dropout`` draws one number per unit, which on a CPU takes longer than the
    layer before it; here 64 random bits serve four units. The share kept is therefore
    a multiple of 2^-16, and what is kept is scaled by exactly that share.

    Parameters
    ----------
    p : float in [0, 1), default=0.5
        Share of units left out.

    References
    ----------
    .. [1] Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from
       Overfitting", JMLR 15, 2014.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.modules import Dropout
    >>> kept = Dropout(0.25)(torch.ones(10_000))
    >>> bool(abs(kept.mean() - 1) < 0.05)
    True
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p={p}: the share of units left out must be in [0, 1).")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` with units left out, in training; `x` itself otherwise."""
        if not self.training or self.p == 0:
            return x
        if x.device.type != "cpu":  # a GPU draws and scales in one kernel
            return nn.functional.dropout(x, self.p)
        return x * self.mask(x)

    def mask(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return what training multiplies a tensor `like` this one, on a CPU, by.

        Parameters
        ----------
        like : Tensor
            Its shape and type are those of the mask.

        generator : torch.Generator, default=None
            Where it is drawn from; None takes the generator of the fit that is running,
            or torch's own outside of one.

        Returns
        -------
        mask : Tensor of the shape of `like`
            Zero where a unit is left out, one over the share kept elsewhere.
        """
        return self.fill(torch.empty_like(like), generator)

    def fill(self, mask: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Fill a contiguous tensor with what `mask` returns."""
        words = torch.empty(-(-mask.numel() // 4), dtype=torch.int64)
        generator = _streams.generator() if generator is None else generator
        # the whole range: without bounds, random_() never sets the sign bit
        words.random_(-(2**63), None, generator=generator)
        bits = words.view(torch.int16)[: mask.numel()].view(mask.shape)
        # as a mask of numbers at once: by way of one of booleans it takes six times
        # as long
        n_kept = round((1 - self.p) * 2**16)
        return torch.lt(bits, n_kept - 2**15, out=mask).mul_(self.factor)

    @property
    def factor(self) -> float:
        """What units are multiplied by that aren't left out."""
        return 2**16 / round((1 - self.p) * 2**16)

    def extra_repr(self) -> str:
        """Return what stands in the brackets of this layer's text."""
        return f"p={self.p}"


class MLP(nn.Sequential):
    """A multilayer perceptron that standardizes its own input.

    Parameters
    ----------
    n_features : int
        Number of features of a sample.

    n_classes : int
        Number of classes, and of logits.

    hidden : tuple of int or int, default=(256, 256)
        Width of each hidden layer.

    dropout : float in [0, 1), default=0.5
        Share of hidden units left out at random in training.

    input_dropout : float in [0, 1) or "auto", default="auto"
        Share of features left out at random in training. "auto" keeps about
        4·√n_features of them, at least 60 %; from 17 features on that means some
        dropout. It is what keeps a network from recognizing single samples.

    feature_mean, feature_scale : array-like of shape (n_features,), default=None
        See `Standardize`.

    See Also
    --------
    LeNet5 : A small convolutional network for images.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.modules import MLP
    >>> MLP(n_features=4, n_classes=3, hidden=8)(torch.zeros(2, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        hidden: tuple[int, ...] | int = (256, 256),
        dropout: float = 0.5,
        input_dropout: float | Literal["auto"] = "auto",
        feature_mean: ArrayLike | None = None,
        feature_scale: ArrayLike | None = None,
    ) -> None:
        hidden = (
            (hidden,) if isinstance(hidden, int | numbers.Integral) else tuple(hidden)
        )
        if isinstance(input_dropout, str):
            check_choice(input_dropout, ("auto",), "input_dropout")
            inputs = min(0.4, max(0.0, 1 - 4 / math.sqrt(n_features)))
        else:
            inputs = input_dropout
        layers = [Standardize(feature_mean, feature_scale), Dropout(inputs)]
        for n_in, n_out in zip((n_features, *hidden), hidden, strict=False):
            layers += [nn.Linear(n_in, n_out), nn.ReLU(), Dropout(dropout)]
        super().__init__(*layers, nn.Linear((n_features, *hidden)[-1], n_classes))


class ChannelsFirst(nn.Module):
    """Turn images (n, h, w) or (n, h, w, channels) into (n, channels, h, w).

    In memory the channels stay last: convolutions are faster so, on a CPU and a GPU.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Return the images as convolutions want them."""
        return images.unsqueeze(1) if images.ndim == 3 else images.movedim(3, 1)


class LeNet5(nn.Sequential):
    """Two convolutions with pooling and one hidden layer, after LeNet-5 [1]_.

    With rectifiers, maximum pooling and dropout where the paper has scaled tangents,
    averages and no dropout; the second convolution sees all channels of the first.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width) or (height, width, channels) of one image.

    n_classes : int
        Number of classes, and of logits.

    channels : tuple of two int, default=(16, 32)
        Output channels of the convolutions.

    hidden : int, default=128
        Width of the hidden layer.

    dropout : float in [0, 1), default=0.3
        Share of hidden units left out at random in training.

    feature_mean, feature_scale : array-like, default=None
        See `Standardize`.

    See Also
    --------
    SmallResNet : A residual network, slower and stronger.

    References
    ----------
    .. [1] LeCun et al., "Gradient-Based Learning Applied to Document Recognition",
       Proceedings of the IEEE 86(11), 1998.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.modules import LeNet5
    >>> LeNet5(input_shape=(28, 28), n_classes=10)(torch.zeros(2, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        n_classes: int,
        channels: tuple[int, int] = (16, 32),
        hidden: int = 128,
        dropout: float = 0.3,
        feature_mean: ArrayLike | None = None,
        feature_scale: ArrayLike | None = None,
    ) -> None:
        height, width, n_in = (*input_shape, 1)[:3]
        first, second = channels
        super().__init__(
            Standardize(feature_mean, feature_scale),
            ChannelsFirst(),
            nn.Conv2d(n_in, first, 5, padding=2),
            # the maximum first: the same result as after rectifying, a quarter the work
            nn.MaxPool2d(2, ceil_mode=True),
            nn.ReLU(),
            nn.Conv2d(first, second, 5, padding=2),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(second * math.ceil(height / 4) * math.ceil(width / 4), hidden),
            nn.ReLU(),
            Dropout(dropout),
            nn.Linear(hidden, n_classes),
        )
        self.to(memory_format=torch.channels_last)


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions with batch normalization, and a way round them."""

    def __init__(self, n_in, n_out, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
            nn.ReLU(),
            nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
        )
        same = stride == 1 and n_in == n_out
        self.way_round = (
            nn.Identity() if same else nn.Conv2d(n_in, n_out, 1, stride, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        return torch.relu(self.body(x) + self.way_round(x))


class SmallResNet(nn.Sequential):
    """A residual network [1]_ for small images: a stem and one block per width.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width) or (height, width, channels) of one image.

    n_classes : int
        Number of classes, and of logits.

    widths : tuple of int, default=(16, 32, 64)
        Channels of each block; every block but the first halves the image.

    feature_mean, feature_scale : array-like, default=None
        See `Standardize`.

    See Also
    --------
    LeNet5 : The faster network that ``module=None`` picks for images.

    References
    ----------
    .. [1] He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.modules import SmallResNet
    >>> SmallResNet(input_shape=(8, 8, 3), n_classes=2)(torch.zeros(4, 8, 8, 3)).shape
    torch.Size([4, 2])
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        n_classes: int,
        widths: tuple[int, ...] = (16, 32, 64),
        feature_mean: ArrayLike | None = None,
        feature_scale: ArrayLike | None = None,
    ) -> None:
        n_in = (*input_shape, 1)[2]
        blocks = [
            ResidualBlock(a, b, stride=1 if i == 0 else 2)
            for i, (a, b) in enumerate(zip((widths[0], *widths), widths, strict=False))
        ]
        super().__init__(
            Standardize(feature_mean, feature_scale),
            ChannelsFirst(),
            nn.Conv2d(n_in, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
            *blocks,
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(widths[-1], n_classes),
        )
        # with 4 channels that order ends in a crash of torch's (2.13, on a CPU)
        if all(width % 8 == 0 for width in widths):
            self.to(memory_format=torch.channels_last)
