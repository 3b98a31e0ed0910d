"""Multilayer perceptrons on a CPU: a step of all, one network after another.

Batched products of many rows leave the cache, and then cost more than they save. What
is saved here is what a network alone spends besides its products: a graph of its own,
and new memory for every number on the way.
"""

import torch
from torch import nn
from torch.autograd.function import once_differentiable

from sknoisy._engine.stacked_layers import StackedDropout, StackedLinear
from sknoisy.modules import Dropout

FEW = 2**13  # numbers in a batch of the widest layer: as few are as fast at once


class InTurn:
    """Chains of linear layers with rectifiers between them, and dropout after these.

    Parameters
    ----------
    blocks : list of (StackedLinear, StackedDropout or None)
    """

    def __init__(self, blocks):
        self.blocks = blocks
        self.widest = max(linear.weight.shape[1] for linear, _ in blocks)
        linear = [linear for linear, _ in blocks]
        pairs = [(one.weight, one.bias) for one in linear]
        self.parameters = [one for pair in pairs for one in pair if one is not None]

        self.per_network: list = []  # views, made once: they cost as much as a product

    def is_faster(self, n_rows):
        """Whether it is with batches of so many rows."""
        return n_rows * self.widest > FEW

    def __call__(self, first, X, index, sizes):
        """Return the logits of rows of X, after the layers that come `first`."""
        if not self.per_network:
            own = [one.detach() for one in self.parameters]
            self.per_network = parts_of(own, self.blocks)
        rows = [own[:n] for own, n in zip(index, sizes, strict=True)]
        return Pass.apply(self, first, X, rows, *self.parameters)

    def said(self, x, i):
        """Return a network's `x`, and what each block makes of the one before."""
        said = [x]
        for (weight, bias), (linear, dropout) in zip(
            self.per_network[i], self.blocks, strict=True
        ):
            if bias is None:
                x = torch.mm(x, weight.t())
            else:
                x = torch.addmm(bias, x, weight.t())
            if linear is not self.blocks[-1][0]:
                x.clamp_min_(0)
            if dropout is not None:
                x = dropout.of_one(x, i)
            said.append(x)
        return said

    def gradients(self, said, gradient, i, into):
        """Put the gradients of a network's parameters where they belong.

        Parameters
        ----------
        said : list of Tensor
            What `said` has returned.

        gradient : Tensor of shape (n_batch, n_classes)
            That of the logits.

        i : int
            Which network it is.

        into : list of (Tensor, Tensor or None)
            Where those of weights and bias of each block belong.
        """
        for place in range(len(self.blocks))[::-1]:
            of_weight, of_bias = into[place]
            torch.mm(gradient.t(), said[place], out=of_weight)
            if of_bias is not None:
                torch.sum(gradient, 0, out=of_bias)
            if place == 0:
                return
            gradient = torch.mm(gradient, self.per_network[i][place][0])
            # what a rectifier or dropout has set to zero tells no more
            backward = torch.ops.aten.threshold_backward.grad_input
            backward(gradient, said[place], 0, grad_input=gradient)
            dropout = self.blocks[place - 1][1]
            if dropout is not None and any(dropout.shares):
                gradient.mul_(dropout.factor(i))


class Pass(torch.autograd.Function):
    """A pass of all networks as one function of their parameters."""

    @staticmethod
    def forward(ctx, networks, first, X, index, *parameters):
        """Return the logits, (n_networks, n_batch, n_classes)."""
        ctx.networks = networks
        ctx.said = [
            networks.said(seen_first(first, X, rows, i), i)
            for i, rows in enumerate(index)
        ]
        logits = [said[-1] for said in ctx.said]
        return nn.utils.rnn.pad_sequence(logits, batch_first=True)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        """Return the gradients of the parameters."""
        into = [torch.empty_like(one) for one in ctx.networks.parameters]
        parts = parts_of(into, ctx.networks.blocks)
        for i, said in enumerate(ctx.said):
            own = gradient[i, : len(said[-1])]
            ctx.networks.gradients(said, own, i, parts[i])
        return None, None, None, None, *into


def parts_of(tensors, blocks):
    """Return pairs of weights and bias (or None) of each block, network by network."""
    views = iter([tensor.unbind(0) for tensor in tensors])
    by_block = []
    for linear, _ in blocks:
        weights = next(views)
        biases = [None] * len(weights) if linear.bias is None else next(views)
        by_block.append(list(zip(weights, biases, strict=True)))
    return list(zip(*by_block, strict=True))


def seen_first(layers, X, rows, i):
    """Return what layers before the first parameter make of rows of a network."""
    x = X.index_select(0, rows)
    for layer in layers:
        x = layer.of_one(x, i)
    return x


def blocks_of(layers):
    """Return pairs of a linear layer and the dropout after it; None if it is no MLP."""
    blocks, rest = [], list(layers)
    while rest:
        linear = rest.pop(0)
        if not isinstance(linear, (nn.Linear, StackedLinear)):
            return None
        dropout = None
        if rest:
            if type(rest.pop(0)) is not nn.ReLU:
                return None
            if rest and isinstance(rest[0], (Dropout, nn.Dropout, StackedDropout)):
                dropout = rest.pop(0)
            if not rest:
                return None
        blocks.append((linear, dropout))
    return blocks or None
