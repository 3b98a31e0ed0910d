"""Rows of a sparse table, kept sparse through a network's first linear layer.

Made dense, 512 rows of 50,000 columns are 100 MB, nearly all of them zeros, and so is
what they are multiplied with. Here the first layer sees those columns only in which a
batch has a number; its gradient is zero elsewhere, and never made anew.
"""

import numpy as np
import torch
from scipy import sparse
from torch import nn

from sknoisy._engine.stacked import is_chain
from sknoisy.modules import Dropout, Standardize
from sknoisy.objectives import MeanLoss, Objective

ON_VALUES = (Dropout, nn.Dropout)  # what is zero stays so, whether left out or not
FEW = 0.1  # of all columns, up to which it is faster to erase one by one
AS_EVER = (
    Objective.forward,
    MeanLoss.forward,
)  # of objectives: features are only shown


def keeps_sparse(engine, X, is_fast):
    """Whether an engine's networks can be shown sparse rows.

    Parameters
    ----------
    engine : Engine

    X : ndarray, Tensor, CSR matrix or Samples

    is_fast : bool
        Whether nobody else looks at batches.
    """
    return (
        sparse.issparse(X)
        and is_fast
        and torch.device(engine.device).type == "cpu"
        and engine.augment is None
        and engine.module_.precision is None
        and type(engine.criterion_).forward in AS_EVER
        and all(starts_linear(network) for network in engine.module_)
    )


def starts_linear(network):
    """Whether a network begins with a linear layer, after what leaves zeros alone."""
    if not is_chain(network) or network._compiled_call_impl is not None:
        return False
    for layer in network:
        if type(layer) is nn.Linear:
            return layer.weight.requires_grad and not layer._forward_pre_hooks
        if type(layer) not in ON_VALUES and not _only_scales(layer):
            return False
    return False


class SparseRows:
    """Features of a batch, as the numbers that aren't zero.

    Parameters
    ----------
    rows : CSR matrix of shape (n_batch, n_features)

    gradients : dict
        Where the gradients of first layers stay, from one batch to the next.
    """

    def __init__(self, rows, gradients):
        self.columns, places = np.unique(rows.indices, return_inverse=True)
        shape = rows.shape[0], len(self.columns)
        self.values = torch.from_numpy(rows.data)
        self.places, self.starts, self.shape = places.ravel(), rows.indptr, shape
        self.gradients = gradients

    def __len__(self):
        return self.shape[0]

    def to(self, dtype):
        """Return these rows with numbers of another type."""
        if self.values.dtype is not dtype:
            self.values = self.values.to(dtype)
        return self

    def through(self, network):
        """Return what a network that `starts_linear` makes of these rows."""
        layers, values = iter(network), self.values
        for layer in layers:
            if type(layer) is nn.Linear:
                rows = (values.numpy(), self.places, self.starts)
                matrix = sparse.csr_matrix(rows, shape=self.shape)
                features = _product(layer, matrix, self.columns, self.gradients)
                break
            # of sparse tables all columns have one scale
            scales = type(layer) is Standardize
            values = values * layer.factor.reshape(()) if scales else layer(values)
        for layer in layers:
            features = layer(features)
        return features


class _Product(torch.autograd.Function):
    """Sparse rows times the weights of a layer, of which few columns take part."""

    @staticmethod
    def forward(ctx, weight, matrix, columns, gradients):
        ctx.weight, ctx.matrix, ctx.columns = weight, matrix, columns
        ctx.gradients = gradients
        own = weight.detach().index_select(1, columns).t().contiguous()
        return torch.from_numpy(matrix @ own.numpy())

    @staticmethod
    def backward(ctx, gradient):
        part = ctx.matrix.T @ gradient.contiguous().numpy()
        _add(ctx.weight, ctx.columns, torch.from_numpy(part).t(), ctx.gradients)
        return None, None, None, None  # it is where it belongs


def _product(layer, matrix, columns, gradients):
    columns = torch.from_numpy(columns).long()
    said = _Product.apply(layer.weight, matrix, columns, gradients)
    return said if layer.bias is None else said + layer.bias


def _add(weight, columns, part, gradients):
    """Add to a gradient in some of its columns; a new one is the last one's memory.

    To ask the system for 50 MB at every step would take longer than the step.
    """
    if weight.grad is not None:
        weight.grad.index_add_(1, columns, part)
        if id(weight) in gradients:
            gradients[id(weight)][1].append(columns)
        return
    if id(weight) not in gradients:
        gradients[id(weight)] = torch.zeros_like(weight), []
    whole, touched = gradients[id(weight)]
    if sum(map(len, touched)) > FEW * whole.shape[1]:
        whole.zero_()
    else:
        for before in touched:
            whole.index_fill_(1, before, 0.0)
    touched[:] = [columns]
    whole.index_copy_(1, columns, part)
    weight.grad = whole


def _only_scales(layer):
    return (
        type(layer) is Standardize
        and layer.factor.numel() == 1
        and not layer.mean.any()
        and not layer._forward_hooks
    )
