"""Filter grafting: networks lend their weights to one another, layer by layer."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from sknoisy._params import choose_arguments
from sknoisy._ranges import check_count, check_range
from sknoisy._registry import lookup
from sknoisy._types import Networks


@torch.no_grad()
def graft(networks: Networks, share: Callable[[Tensor, Tensor], float]) -> None:
    r"""Mix the weights of networks in a ring, in place.

    .. math:: W_k \leftarrow w W_k + (1 - w) W_{k-1}

    Layer by layer; all networks read the old weights of their neighbor [1]_. Every
    tensor of two or more dimensions has a share w of its own. What goes with it, biases
    and the norm layer that follows, its scale and shift and its running statistics,
    takes the same share, so that a layer and its norm stay together: then equal
    networks stay as they are, and a network with a share of one does. What comes
    before the first such tensor, and what is no floating-point number, is left alone.

    Parameters
    ----------
    networks : iterable of nn.Module
        At least two, of one architecture; or one, which has no neighbor.

    share : callable
        ``(own, neighbor) -> w``, from the weights of a layer of both.

    See Also
    --------
    entropy_share : The published share.

    Notes
    -----
    Differences from the authors' code: there, only convolutions have shares of their
    own, and a fully connected layer takes that of the last convolution.

    Statistics mixed so are those of neither network; the next epoch replaces them.
    That is why :class:`MutualLearning` grafts between epochs and not after the last.

    References
    ----------
    .. [1] Meng, Cheng, Li, Xu, Ji, Sun and Lu, "Filter Grafting for Deep Neural
       Networks", CVPR 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import graft
    >>> networks = [torch.nn.Linear(1, 1, bias=False) for _ in range(2)]
    >>> for network, weight in zip(networks, [0.0, 8.0]):
    ...     _ = torch.nn.init.constant_(network.weight, weight)
    >>> graft(networks, share=lambda own, neighbor: 0.75)
    >>> [network.weight.item() for network in networks]
    [2.0, 6.0]
    """
    shares = None
    for tensors in zip(*map(_tensors_in_order, networks), strict=True):
        neighbors = [tensors[-1], *tensors[:-1]]
        if tensors[0].ndim > 1:
            _check_shapes(tensors)
            shares = list(map(share, tensors, neighbors))
        if shares is not None:
            mixed = list(map(torch.lerp, neighbors, tensors, shares))
            for tensor, new in zip(tensors, mixed, strict=True):
                tensor.copy_(new)


def entropy_share(
    own: Tensor,
    neighbor: Tensor,
    *,
    amplitude: float = 0.4,
    steepness: float = 500.0,
    n_bins: int = 10,
) -> float:
    r"""Return the share of its own weights that a layer keeps, by their entropy.

    .. math:: w = \frac{A}{\pi} \arctan\big(c\, (H(W_k) - H(W_{k-1}))\big) + \frac12

    The layer whose weights say more, as the entropy H of their histogram measures it,
    gives more [1]_.

    Parameters
    ----------
    own, neighbor : Tensor
        Weights of a layer of two networks.

    amplitude : float in [0, 1], default=0.4
        The A of the formula: w lies between (1 - A) / 2 and (1 + A) / 2.

    steepness : float in [0, inf), default=500.0
        The c of the formula.

    n_bins : int, default=10
        Bins of the histogram, from the smallest weight to the largest.

    Returns
    -------
    share : float
        The w of the formula.

    See Also
    --------
    graft : What the share is for.

    Notes
    -----
    Differences from the authors' code: the largest weight is counted, too, and w isn't
    rounded to two digits.

    References
    ----------
    .. [1] Meng, Cheng, Li, Xu, Ji, Sun and Lu, "Filter Grafting for Deep Neural
       Networks", CVPR 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import entropy_share
    >>> spread, alike = torch.arange(10.0), torch.tensor([0.0] * 9 + [1.0])
    >>> round(entropy_share(spread, alike), 2), round(entropy_share(alike, spread), 2)
    (0.7, 0.3)
    """
    check_range("[0, 1]", amplitude=amplitude)
    check_range("[0, inf)", steepness=steepness)
    check_count(n_bins=n_bins)
    difference = _entropy(own, n_bins) - _entropy(neighbor, n_bins)
    return amplitude / math.pi * math.atan(steepness * difference) + 0.5


GRAFTINGS = {"entropy": entropy_share}


def make_grafting(grafting, given):
    """Return the function of the share that a layer keeps, with its parameters."""
    if grafting is None or grafting is False:
        return None
    if not callable(grafting):
        grafting = lookup(
            grafting,
            GRAFTINGS,
            parameter="grafting",
            kind="a way of grafting",
            otherwise="a function (own, neighbor) -> share, or None",
        )
    chosen = choose_arguments(grafting, given=given, facts={}, part="grafting", skip=2)
    return partial(grafting, **chosen)


def _entropy(weights, n_bins):
    counts = torch.histc(weights.double(), n_bins)  # of single values, too: in one bin
    shares = counts[counts > 0] / counts.sum()
    return -(shares * shares.log()).sum().item()


def _tensors_in_order(network):
    """Return floating-point parameters and buffers, layer by layer, each once."""
    found: dict[int, torch.Tensor] = {}
    for layer in network.modules():
        here = (*layer.parameters(recurse=False), *layer.buffers(recurse=False))
        # by identity, so that a weight that two layers share is grafted once
        found |= {id(tensor): tensor for tensor in here if tensor.is_floating_point()}
    return list(found.values())


def _check_shapes(tensors):
    shapes = {tuple(tensor.shape) for tensor in tensors}
    if len(shapes) > 1:
        raise ValueError(
            f"Layers of shapes {sorted(shapes)} can't be grafted: the module must make"
            " networks of one architecture."
        )
