"""Several networks from one instance: what it has learned stays in all of them."""

import numpy as np
import torch
from scipy.stats import ks_2samp

from sknoisy._tensors import copy_of

JITTER = 0.05  # of the spread of a tensor's weights
N_DRAWS = 3
LEAST = 32  # weights by which one can tell a distribution
FEWEST = 1e-4  # such a p-value, and less, is no chance


def fresh_copies(module):
    """Return a function that gives copies of `module`, never the module itself.

    The first copy is what was given. Two networks that start equal would stay equal, so
    further copies draw new weights, but only what nobody misses: the layers at the end
    of the network that still look as their ``reset_parameters`` leaves them. In a
    network that hasn't been trained these are all layers, in a pretrained one with a
    new head they are the head. What is frozen, what looks trained and all that comes
    before it stays as it is. If nothing is left to be drawn, trainable weights are
    moved a little, by a twentieth of their spread.
    """
    made: list[bool] = []

    def make():
        network = copy_of(module)
        if made:
            drawn = redrawn(network)
            n_kept = count_of_what_stays(network)
            put_new_weights(network, drawn, n_kept)
        made.append(True)
        return network

    return make


def redrawn(network):
    """Return a copy with new weights, where layers know how to draw them."""
    # from the leaves up, as when they were made
    return copy_of(network).apply(_redraw)


def _redraw(layer):
    # the second name is that of torch's attention and transformers
    for name in ("reset_parameters", "_reset_parameters"):
        if hasattr(layer, name):
            getattr(layer, name)()
            return


def count_of_what_stays(network):
    """Return how many layers, from the first, are frozen, trained or before such."""
    with torch.random.fork_rng(devices=[]):  # to look must not change what is drawn
        torch.manual_seed(0)
        draws = [redrawn(network) for _ in range(N_DRAWS)]
    layers = zip(*(own_tensors(one) for one in (network, *draws)), strict=True)
    n_kept = 0
    for i, (tensors, *drawn) in enumerate(layers):
        is_frozen = any(t.is_leaf and not t.requires_grad for t in _weights(tensors))
        drawn = [[one[name] for one in drawn] for name in tensors]
        as_drawn = all(map(looks_drawn, tensors.values(), drawn))
        if is_frozen or not as_drawn:
            n_kept = i + 1
    return n_kept


def own_tensors(network):
    """Return the parameters and buffers of each layer, those of its parts aside."""
    return [
        {
            **dict(layer.named_parameters(recurse=False)),
            **dict(layer.named_buffers(recurse=False)),
        }
        for layer in network.modules()
    ]


def _weights(tensors):
    return [t for t in tensors.values() if isinstance(t, torch.nn.Parameter)]


def looks_drawn(values, draws):
    """Whether values may be one more draw of those that made `draws`."""
    if isinstance(values, torch.nn.parameter.UninitializedTensorMixin):
        return True  # of a lazy layer, which draws at its first batch
    if torch.equal(draws[0], draws[1]):  # nothing random about them
        return torch.equal(values, draws[0])
    values = values.detach().double().flatten().cpu().numpy()
    draws = torch.stack(draws).detach().double().flatten().cpu().numpy()
    reach, spread = np.abs(draws).max(), draws.std()
    is_uniform = reach < 2 * spread  # whose largest value nothing drawn exceeds
    if np.abs(values).max() > reach * (
        1.03 if is_uniform and len(values) >= LEAST else 3
    ):
        return False
    if len(values) < LEAST:
        return True
    step = max(1, len(values) // 4096)
    return ks_2samp(values[::step], draws[::step]).pvalue > FEWEST


@torch.no_grad()
def put_new_weights(network, drawn, n_kept):
    """Give the layers after the first `n_kept` the weights of `drawn`."""
    layers = list(zip(own_tensors(network), own_tensors(drawn), strict=True))
    changed = False
    for tensors, new in layers[n_kept:]:
        for name, values in tensors.items():
            if isinstance(values, torch.nn.parameter.UninitializedTensorMixin):
                changed = True
            elif not torch.equal(values, new[name]):
                values.copy_(new[name])
                changed = True
    if not changed and n_kept:
        for tensors, _ in layers:
            for values in _weights(tensors):
                if values.requires_grad and values.numel() > 1:
                    noise = torch.randn(values.shape) * values.std().cpu()
                    values.add_(noise.to(values) * JITTER)
