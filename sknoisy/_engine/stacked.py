"""Networks of one shape as one: each parameter of all of them in one tensor.

Small networks spend their time on calls, not on arithmetic, so that twenty of them cost
little more than four. `stack` knows two ways. Linear layers in a chain become batched
products, on any device; where these would leave the cache of a CPU, `in_turn` makes a
step network by network. Whatever else there is goes through ``torch.func``, on a CPU
only what has no convolutions: these take nearly twice as long that way as one network
after another.
"""

from abc import ABCMeta, abstractmethod
from itertools import dropwhile, takewhile
from typing import Any

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from sknoisy._engine.chains import HOOKS, read_chain
from sknoisy._engine.in_turn import InTurn, blocks_of
from sknoisy._engine.mapped import anatomy, is_light, may_be_mapped, runs_alike
from sknoisy._engine.stacked_layers import OF_INPUTS, STACKED, StackedDropout

# parameters of a network; with more, twenty leave a CPU's cache (512-512 still gains
# as a chain, 384-384 with a forward of its own doesn't)
BYTES_AT_MOST = {"chained": 5 * 2**18, "mapped": 2**19}
ACTIVATIONS = (
    *(nn.CELU, nn.ELU, nn.GELU, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh),
    *(nn.Identity, nn.LeakyReLU, nn.LogSigmoid, nn.Mish, nn.ReLU, nn.ReLU6, nn.SELU),
    *(nn.SiLU, nn.Sigmoid, nn.Softplus, nn.Softsign, nn.Tanh, nn.Tanhshrink),
)
CACHED = 2**15  # numbers in a batch of the widest layer; with more, products lose


def stack(networks, device="cpu", features=None):
    """Return `networks` as one `Stack`, or None where that isn't possible or no gain.

    Parameters
    ----------
    networks : list of nn.Module
        The stack takes copies of their parameters; `Stack.write_back` returns them.

    device : torch.device or str, default="cpu"
        Where they will be trained.

    features : Tensor of shape (n_samples, ...), default=None
        A few samples, to see what a forward of the user's own does. None doesn't look.
    """
    chains = [layers_of(network, features) for network in networks]
    pairs = zip(networks, chains, strict=True)
    shapes = {_shape(network, layers, device) for network, layers in pairs}
    if len(shapes) != 1 or None in shapes:
        return None
    made = FunctionalStack(networks) if None in chains else LayerStack(chains)
    return made.to(device)


def shape_of(network, device="cpu", features=None):
    """Return what networks must have in common to be stacked; None if this one can't.

    The share of units that dropout leaves out isn't part of it.
    """
    layers = layers_of(network, features)
    shape = _shape(network, layers, device)
    if layers is None and shape is not None and features is not None:
        return shape if runs_alike(network, features) else None
    return shape


def _shape(network, layers, device):
    is_chained = layers is not None
    if torch.device(device).type != "cuda" and not _gains(network, is_chained):
        return None
    return tuple(map(_layer_shape, layers)) if is_chained else anatomy(network)


def _gains(network, is_chained):
    """Whether networks like this one are faster together on a CPU."""
    most = BYTES_AT_MOST["chained" if is_chained else "mapped"]
    fits = sum(p.nbytes for p in network.parameters()) <= most
    return fits and (is_chained or all(map(is_light, network.modules())))


def gains_by_size(network, features, batch_size):
    """Whether networks such as this one are faster on a CPU together than alone."""
    layers = layers_of(network, features)
    if layers is None:  # what else can be stacked gains, or has no shape
        return True
    rest = dropwhile(lambda layer: STACKED.get(type(layer)) in OF_INPUTS, layers)
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    widest = max((layer.out_features for layer in linear), default=0)
    return blocks_of([*rest]) is not None or batch_size * widest <= CACHED


def why_not_stacked(network):
    """Return in words why a network has no shape of a stack."""
    odd = [m for m in network.modules() if not (_is_known(m) or _may_be_odd(m))]
    if odd:
        return f"its network has a {type(odd[0]).__name__}, which isn't stacked"
    if not all(p.requires_grad for p in network.parameters()):
        return "parts of its network are frozen"
    if not _gains(network, is_chained=is_chain(network)):
        return "networks as large as its gain nothing together"
    return (
        "its network draws at random, decides by values, mixes samples or holds more"
        " than tensors and plain values"
    )


def _may_be_odd(module):
    return may_be_mapped(module) and is_light(module)


def layers_of(network, features=None):
    """Return the layers of a chain in which each is one we can stack; else None."""
    layers = _declared(network)
    if layers is None and features is not None:
        layers = read_chain(network, features, _is_known)
    tensors = [p for layer in layers or () for p in layer.parameters()]
    own = len({id(p) for p in tensors}) == len(tensors)  # none is used twice
    return layers if own and all(p.requires_grad for p in tensors) else None


def _declared(network):
    """Return the layers of a chain that says so; None of other networks."""
    if not is_chain(network):
        return None
    layers: list[nn.Module] = []
    for layer in network:
        inner = _declared(layer) if isinstance(layer, nn.Sequential) else [layer]
        if inner is None:
            return None
        layers += inner
    return layers if all(map(_is_known, layers)) else None


class Stack(nn.Module, metaclass=ABCMeta):
    """Networks of one shape, run at once.

    Attributes
    ----------
    pairs : list of (Parameter, list of Parameter)
        Each stacked parameter of shape (n_networks, ...), and those it came from.
    """

    def __init__(self, networks):
        super().__init__()
        self.n_networks = len(networks)
        self.pairs = []

    @abstractmethod
    def forward(self, features):
        """Return logits of shape (n_networks, n_batch, n_classes).

        Parameters
        ----------
        features : Tensor of shape (n_networks, n_batch, ...)
            A batch for each network; ``batch.expand(n_networks, *batch.shape)`` gives
            all of them the same one.
        """

    @abstractmethod
    def of_one(self, x, i):
        """Return the logits, (n_batch, n_classes), of one of the networks."""

    def of_rows(self, X, index, sizes):
        """Return the logits of rows of `X`.

        Parameters
        ----------
        X : Tensor of shape (n_samples, ...)

        index : LongTensor of shape (n_networks, n_batch)

        sizes : list of int
            How many of these rows count, a network; what is said of others doesn't.
        """
        return self(X.index_select(0, index.flatten()).view(*index.shape, *X.shape[1:]))

    def is_in_turn(self, n_rows):
        """Whether steps with batches of `n_rows` are made network by network."""
        return False

    @torch.no_grad()
    def write_back(self):
        """Give the networks the parameters that the stack has now."""
        for stacked, originals in self.pairs:
            for one, value in zip(originals, stacked, strict=True):
                one.copy_(value)

    def dropouts(self):
        """Return the stacked dropout layers, in the order in which they draw."""
        return [m for m in self.modules() if isinstance(m, StackedDropout)]

    def _parameter(self, originals):
        stacked = nn.Parameter(torch.stack([p.detach() for p in originals]))
        self.pairs.append((stacked, list(originals)))
        return stacked


class LayerStack(Stack):
    """Chains of linear layers and what goes between them, as batched products."""

    def __init__(self, chains):
        super().__init__(chains)
        self.layers = nn.ModuleList(map(self._stacked, zip(*chains, strict=True)))
        # what comes before the first parameter
        self.n_first = sum(1 for _ in takewhile(_is_of_inputs, self.layers))
        blocks = blocks_of(self.layers[self.n_first :])
        self.in_turn: Any = None if blocks is None else InTurn(blocks)

    def forward(self, features):
        """Return the logits."""
        for layer in self.layers:
            features = layer(features)
        return features

    def of_one(self, x, i):
        """Return the logits, (n_batch, n_classes), of one of the networks."""
        for layer in self.layers:
            x = layer.of_one(x, i) if hasattr(layer, "of_one") else layer(x)
        return x

    def of_rows(self, X, index, sizes):
        """Return the logits of rows of `X`, of all networks at once or in turn."""
        if X.device.type == "cpu" and self.is_in_turn(index.shape[1]):
            return self.in_turn(self.layers[: self.n_first], X, index, sizes)
        return super().of_rows(X, index, sizes)

    def is_in_turn(self, n_rows):
        """Whether steps with batches of `n_rows` are made network by network."""
        return self.in_turn is not None and self.in_turn.is_faster(n_rows)

    def _stacked(self, layers):
        parameters = {
            name: self._parameter([getattr(layer, name) for layer in layers])
            for name, _ in layers[0].named_parameters()
        }
        kind = STACKED.get(type(layers[0]))
        return layers[0] if kind is None else kind(layers, parameters)


class FunctionalStack(Stack):
    """Networks of any layers, by ``torch.func``; their dropout draws as it likes."""

    def __init__(self, networks):
        super().__init__(networks)
        names = [name for name, _ in networks[0].named_parameters()]
        for name in names:
            self._parameter([network.get_parameter(name) for network in networks])
        _, self.constants = stack_module_state(networks)
        self.names, self.skeleton = names, [networks[0]]  # a list hides its parameters
        self._each = nn.ParameterList(stacked for stacked, _ in self.pairs)

    def of_one(self, x, i):
        """Return the logits, (n_batch, n_classes), of one of the networks."""
        own = zip(self.names, [one[i] for one in self._each], strict=True)
        constants = {name: value[i] for name, value in self.constants.items()}
        skeleton = self.skeleton[0].train(self.training)
        return functional_call(skeleton, (dict(own), constants), (x,))

    def forward(self, features):
        """Return the logits."""
        skeleton = self.skeleton[0].train(self.training)

        def one(parameters, constants, batch):
            return functional_call(skeleton, (parameters, constants), (batch,))

        parameters = dict(zip(self.names, self._each, strict=True))
        return vmap(one, randomness="different")(parameters, self.constants, features)

    def _apply(self, fn, recurse=True):
        self.constants = {name: fn(value) for name, value in self.constants.items()}
        return super()._apply(fn, recurse)


def is_chain(network):
    """Whether it runs its children in turn and does nothing else."""
    kind = type(network)
    return (
        isinstance(network, nn.Sequential)
        and kind.forward is nn.Sequential.forward
        and kind.__call__ is nn.Module.__call__
        and kind.train is nn.Module.train
        and not any(getattr(network, name) for name in HOOKS)
    )


def _is_known(layer):
    if any(getattr(layer, name) for name in HOOKS):
        return False
    if type(layer) is nn.LayerNorm:
        return len(layer.normalized_shape) == 1
    if type(layer) is nn.Flatten:
        return (layer.start_dim, layer.end_dim) == (1, -1)
    if type(layer) is nn.Dropout:
        return layer.p < 1
    return type(layer) in ACTIVATIONS or type(layer) in STACKED


def _layer_shape(layer):
    tensors = {**dict(layer.named_parameters()), **dict(layer.named_buffers())}
    shapes = tuple((n, tuple(t.shape), t.dtype) for n, t in tensors.items())
    # all that stands in its text, but for the share of dropout, which may differ
    text = "" if STACKED.get(type(layer)) is StackedDropout else repr(layer)
    return type(layer), text, shapes


def _is_of_inputs(stacked):
    return isinstance(stacked, OF_INPUTS)
