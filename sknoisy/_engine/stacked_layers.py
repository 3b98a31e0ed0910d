"""Layers of several networks as one layer each, and where their dropout draws from."""

import torch
from torch import nn
from torch.nn import functional as F

from sknoisy.modules import Dropout, Standardize


class StackedLinear(nn.Module):
    """Linear layers; `x` has shape (n_networks, n_samples, n_in)."""

    def __init__(self, layers, parameters):
        super().__init__()
        self.weight, self.bias = parameters["weight"], parameters.get("bias")

    def forward(self, x):
        """Return each network's product."""
        # in memory samples are last: the batched product of a CPU is several times as
        # slow for a result of few columns, such as ten logits
        x = x.transpose(1, 2)
        if self.bias is None:
            return torch.bmm(self.weight, x).transpose(1, 2)
        return torch.baddbmm(self.bias.unsqueeze(2), self.weight, x).transpose(1, 2)

    def of_one(self, x, i):
        """Return those of one network."""
        return F.linear(x, self.weight[i], None if self.bias is None else self.bias[i])


class StackedLayerNorm(nn.Module):
    """Layer normalization over features that are one axis."""

    def __init__(self, layers, parameters):
        super().__init__()
        self.weight, self.bias = parameters.get("weight"), parameters.get("bias")
        self.eps = layers[0].eps

    def forward(self, x):
        """Return the normalized features, scaled for each network."""
        x = F.layer_norm(x, x.shape[-1:], eps=self.eps)
        x = x if self.weight is None else x * self.weight.unsqueeze(1)
        return x if self.bias is None else x + self.bias.unsqueeze(1)

    def of_one(self, x, i):
        """Return those of one network."""
        weight = None if self.weight is None else self.weight[i]
        bias = None if self.bias is None else self.bias[i]
        return F.layer_norm(x, x.shape[-1:], weight, bias, self.eps)


class StackedStandardize(nn.Module):
    """Means and scales of each network's own training data."""

    def __init__(self, layers, parameters):
        super().__init__()
        self.register_buffer("mean", torch.stack([layer.mean for layer in layers]))
        self.register_buffer("factor", torch.stack([layer.factor for layer in layers]))

    def forward(self, x):
        """Return the standardized features."""
        return (x - self._over(x, self.mean)) * self._over(x, self.factor)

    def of_one(self, x, i):
        """Return those of one network."""
        return (x - self.mean[i]).mul_(self.factor[i])

    @staticmethod
    def _over(x, values):
        gap = [1] * (x.ndim - values.ndim)
        return values.view(len(values), *gap, *values.shape[1:])


class StackedFlatten(nn.Module):
    """Flatten each sample."""

    def __init__(self, layers, parameters):
        super().__init__()

    def forward(self, x):
        """Return `x` with one axis of features."""
        return x.flatten(2) if x.ndim > 2 else x

    def of_one(self, x, i):
        """Return those of one network."""
        return x.flatten(1)


class Streams:
    """Where networks draw from: those that would draw alike share a draw.

    Parameters
    ----------
    generators : list of torch.Generator or None
        One a stream; None draws from torch's own.

    of_network : list of int
        The stream of each network.

    n_rows : list of int, default=None
        How many samples of a batch each stream has; further ones are only padding.
        None means all.
    """

    def __init__(self, generators, of_network, n_rows=None):
        self.generators = generators
        self.of_network = list(of_network)
        self.n_rows = n_rows
        n_streams, n_last = len(generators), len(self.of_network) - 1
        backwards = self.of_network[::-1]
        self.first = [self.of_network.index(s) for s in range(n_streams)]
        self.last = [n_last - backwards.index(s) for s in range(n_streams)]
        self._one_each = self.of_network == list(range(n_streams))

    def spread(self, values):
        """Return the rows of `values`, one a stream, for each network."""
        if self._one_each or len(self.generators) == 1:  # one broadcasts
            return values
        return values[self.of_network]


class StackedDropout(nn.Module):
    """Dropout; each network draws what it would draw alone, from its stream."""

    def __init__(self, layers, parameters):
        super().__init__()
        self.layers = list(layers)
        self.shares = [layer.p for layer in layers]
        self.masks: dict[int, torch.Tensor] = {}  # of streams that others share, too
        self.streams = Streams([None] * len(layers), range(len(layers)))

    def forward(self, x):
        """Return `x` with units left out, in training."""
        if not self.training or not any(self.shares):
            return x
        masks = x.new_empty((len(self.streams.generators), *x.shape[1:]))
        for s, mask in enumerate(masks):
            self._fill(mask, s)
        if x.ndim == 3 and not x.is_contiguous():  # as numbers lie in `x`
            masks = masks.transpose(1, 2).contiguous().transpose(1, 2)
        return x * self.streams.spread(masks)

    def of_one(self, x, i):
        """Return a network's own `x`, changed in place; asked for in their order."""
        if not self.training or not any(self.shares):
            return x
        stream = self.streams.of_network[i]
        if self.streams.first[stream] == i:
            self.masks[stream] = self._fill(torch.empty_like(x), stream)
        mask = self.masks[stream]
        if self.streams.last[stream] == i:
            del self.masks[stream]
        return x.mul_(mask)

    def factor(self, i):
        """Return what a network's units are multiplied by that aren't left out."""
        layer = self.layers[self.streams.first[self.streams.of_network[i]]]
        return layer.factor if isinstance(layer, Dropout) else 1 / (1 - layer.p)

    def _fill(self, mask, stream):
        streams = self.streams
        n_rows = len(mask) if streams.n_rows is None else streams.n_rows[stream]
        layer = self.layers[streams.first[stream]]
        fill_mask(mask[:n_rows], layer, streams.generators[stream])
        mask[n_rows:] = 1  # of padding
        return mask


def fill_mask(mask, layer, generator=None):
    """Fill a tensor with what a dropout layer multiplies one of its shape by."""
    if layer.p == 0:
        mask.fill_(1)
    elif isinstance(layer, Dropout) and mask.device.type == "cpu":
        layer.fill(mask, generator)
    else:
        mask.bernoulli_(1 - layer.p, generator=generator).div_(1 - layer.p)


STACKED = {
    Dropout: StackedDropout,
    Standardize: StackedStandardize,
    nn.Dropout: StackedDropout,
    nn.Flatten: StackedFlatten,
    nn.LayerNorm: StackedLayerNorm,
    nn.Linear: StackedLinear,
}


OF_INPUTS = (StackedDropout, StackedFlatten, StackedStandardize)  # without parameters
