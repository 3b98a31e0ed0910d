"""Networks with a forward of their own, of which ``torch.func`` runs many at once."""

from types import BuiltinFunctionType, FunctionType, NoneType

import torch
from torch import nn
from torch.func import functional_call, vmap

from sknoisy._engine.chains import HOOKS, in_mode, unchanged
from sknoisy._streams import Witness

# what a layer changes as it runs would have to be kept apart for each network
KEEPS_STATISTICS = (nn.modules.batchnorm._NormBase,)
OF_EVERY_MODULE = frozenset(vars(nn.Module()))
PLAIN = (str, int, float, type, NoneType, FunctionType, BuiltinFunctionType)


def anatomy(network):
    """Return all that networks must have in common to be run as one; None if one can't.

    What their forward reads besides tensors is that of the first of them: so all that
    isn't a plain value keeps a network by itself.
    """
    modules = list(network.named_modules())
    if not all(p.requires_grad for p in network.parameters()):
        return None
    if not all(may_be_mapped(module) for _, module in modules):
        return None
    found = []
    for name, module in modules:
        own = {k: v for k, v in vars(module).items() if k not in OF_EVERY_MODULE}
        if not all(map(_is_plain, own.values())):
            return None
        found.append((name, type(module), repr(sorted(own.items()))))
    tensors = network.state_dict().items()
    return (*found, *((n, tuple(t.shape), t.dtype) for n, t in tensors))


def may_be_mapped(module):
    """Whether a module, apart from those in it, is called as torch has it."""
    has_hooks = any(getattr(module, name) for name in HOOKS)
    return not has_hooks and not isinstance(module, KEEPS_STATISTICS)


def is_light(module):
    """Whether many at once are faster on a CPU, too, where convolutions are not."""
    return all(p.ndim <= 2 for p in module.parameters(recurse=False))


def runs_alike(network, features):
    """Whether two copies at once say what the network says of each sample alone.

    They don't where a forward draws at random, decides by values, changes the network
    or lets the samples of a batch see each other, as padding would count then.

    Parameters
    ----------
    network : nn.Module
        Left as it was.

    features : Tensor of shape (n_samples, ...)
        A few samples.
    """
    modules, witness = list(network.modules()), Witness()
    try:
        with in_mode(network, True), unchanged(modules) as is_unchanged:
            with torch.no_grad():
                together, alone = _both_ways(network, features)
            same = together.shape == alone.shape
            same = same and torch.allclose(together, alone, rtol=1e-3, atol=1e-5)
            return bool(same and is_unchanged() and not witness.has_seen_draws())
    except Exception:  # its own fit will say so, if it is wrong
        return False


def _both_ways(network, features):
    twice = {n: torch.stack([p, p]) for n, p in network.named_parameters()}
    kept = {n: torch.stack([b, b]) for n, b in network.named_buffers()}

    def one(parameters, buffers, batch):
        return functional_call(network, (parameters, buffers), (batch,))

    batches = features.expand(2, *features.shape).clone()
    together = vmap(one, randomness="different")(twice, kept, batches)
    alone = torch.cat([network(row.clone()) for row in features.split(1)])
    return together, alone.expand(2, *alone.shape)


def _is_plain(value):
    if isinstance(value, (tuple, list)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, [*value, *value.values()]))
    return isinstance(value, PLAIN)
