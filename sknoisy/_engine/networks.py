"""Several networks as one module."""

import copy

import torch
from torch import nn


class Networks(nn.ModuleList):
    """Networks on the same input; the rest of the library sees one module.

    They share no parameter, so one backward pass and one optimizer give each its own
    gradient.
    """

    def forward(self, features):
        """Return logits of shape (n_batch, n_networks, n_classes)."""
        logits = [network(features) for network in self]
        if len(logits) == 1:  # a view, where torch.stack would copy
            return logits[0].unsqueeze(1)
        return torch.stack(logits, dim=1)


def build_networks(make, n_networks):
    """Return `n_networks` networks, each from its own call of `make()`."""
    return Networks(make() for _ in range(n_networks))


def fresh_copies(module):
    """Return a function that gives copies of `module`, never the module itself.

    The first copy keeps the weights, so that a pretrained module stays pretrained;
    further ones draw new weights where a layer knows how to (two networks that start
    equal would stay equal). A bare parameter of a layer that doesn't stays a copy.
    """
    made = []

    def make():
        network = copy.deepcopy(module)
        if made:
            network.apply(_redraw)  # from the leaves up, as when they were made
        made.append(True)
        return network

    return make


def _redraw(layer):
    # the second name is that of torch's attention and transformers
    for name in ("reset_parameters", "_reset_parameters"):
        if hasattr(layer, name):
            getattr(layer, name)()
            return
