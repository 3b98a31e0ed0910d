"""Networks of one shape as one: each parameter of all of them in one tensor.

Small networks spend their time on calls, not on arithmetic, so that twenty of them cost
little more than four. `stack` knows two ways. Linear layers in a chain become batched
products, on any device. Whatever else there is goes through ``torch.func``, on a CPU
only what has no convolutions: these take nearly twice as long that way as one network
after another.
"""

from abc import ABCMeta, abstractmethod

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional as F

from sknoisy._engine.chains import HOOKS, read_chain
from sknoisy._engine.mapped import anatomy, is_light, may_be_mapped, runs_alike
from sknoisy.modules import Dropout, Standardize

# parameters of a network; with more, twenty leave a CPU's cache (512-512 still gains
# as a chain, 384-384 with a forward of its own doesn't)
BYTES_AT_MOST = {"chained": 5 * 2**18, "mapped": 2**19}
ACTIVATIONS = (
    *(nn.CELU, nn.ELU, nn.GELU, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh),
    *(nn.Identity, nn.LeakyReLU, nn.LogSigmoid, nn.Mish, nn.ReLU, nn.ReLU6, nn.SELU),
    *(nn.SiLU, nn.Sigmoid, nn.Softplus, nn.Softsign, nn.Tanh, nn.Tanhshrink),
)


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
    """Chains of linear layers and what goes between them, as batched products.

    From the first product on, samples are the last axis: the batched product of a CPU
    is several times as slow for a result of few columns, such as ten logits.
    """

    def __init__(self, chains):
        super().__init__(chains)
        self.layers = nn.ModuleList()
        samples_last = False
        for layers in zip(*chains, strict=True):
            if isinstance(layers[0], nn.Linear) and not samples_last:
                self.layers.append(SamplesLast())
                samples_last = True
            self.layers.append(self._stacked(layers, samples_last))
        if samples_last:
            self.layers.append(SamplesLast())

    def forward(self, features):
        """Return the logits."""
        for layer in self.layers:
            features = layer(features)
        return features

    def _stacked(self, layers, samples_last):
        parameters = {
            name: self._parameter([getattr(layer, name) for layer in layers])
            for name, _ in layers[0].named_parameters()
        }
        kind = STACKED.get(type(layers[0]))
        return layers[0] if kind is None else kind(layers, parameters, samples_last)


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


class SamplesLast(nn.Module):
    """Swap samples and features, or swap them back."""

    def forward(self, x):
        """Return a view of `x`."""
        return x.transpose(1, 2)


class StackedLinear(nn.Module):
    """Linear layers; `x` has shape (n_networks, n_in, n_samples)."""

    def __init__(self, layers, parameters, samples_last):
        super().__init__()
        self.weight, self.bias = parameters["weight"], parameters.get("bias")

    def forward(self, x):
        """Return each network's product."""
        if self.bias is None:
            return torch.bmm(self.weight, x)
        return torch.baddbmm(self.bias.unsqueeze(2), self.weight, x)


class StackedLayerNorm(nn.Module):
    """Layer normalization over features that are one axis."""

    def __init__(self, layers, parameters, samples_last):
        super().__init__()
        self.weight, self.bias = parameters.get("weight"), parameters.get("bias")
        self.eps, self.samples_last = layers[0].eps, samples_last

    def forward(self, x):
        """Return the normalized features, scaled for each network."""
        x = x.transpose(1, 2) if self.samples_last else x
        x = F.layer_norm(x, x.shape[-1:], eps=self.eps)
        x = x if self.weight is None else x * self.weight.unsqueeze(1)
        x = x if self.bias is None else x + self.bias.unsqueeze(1)
        return x.transpose(1, 2) if self.samples_last else x


class StackedStandardize(nn.Module):
    """Means and scales of each network's own training data."""

    def __init__(self, layers, parameters, samples_last):
        super().__init__()
        self.samples_last = samples_last
        self.register_buffer("mean", torch.stack([layer.mean for layer in layers]))
        self.register_buffer("factor", torch.stack([layer.factor for layer in layers]))

    def forward(self, x):
        """Return the standardized features."""
        x = x.transpose(1, 2) if self.samples_last else x
        x = (x - self._over(x, self.mean)) * self._over(x, self.factor)
        return x.transpose(1, 2) if self.samples_last else x

    @staticmethod
    def _over(x, values):
        gap = [1] * (x.ndim - values.ndim)
        return values.view(len(values), *gap, *values.shape[1:])


class StackedFlatten(nn.Module):
    """Flatten each sample."""

    def __init__(self, layers, parameters, samples_last):
        super().__init__()

    def forward(self, x):
        """Return `x` with one axis of features."""
        return x.flatten(2) if x.ndim > 2 else x


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
        self.of_network = torch.as_tensor(of_network)
        self.n_rows = n_rows
        self.first = [list(of_network).index(s) for s in range(len(generators))]
        self._one_each = list(of_network) == list(range(len(generators)))

    def spread(self, values):
        """Return the rows of `values`, one a stream, for each network."""
        if self._one_each or len(self.generators) == 1:  # one broadcasts
            return values
        return values.index_select(0, self.of_network.to(values.device))


class StackedDropout(nn.Module):
    """Dropout; each network draws what it would draw alone, from its stream."""

    def __init__(self, layers, parameters, samples_last):
        super().__init__()
        self.layers, self.samples_last = list(layers), samples_last
        self.shares = [layer.p for layer in layers]
        self.streams = Streams([None] * len(layers), range(len(layers)))

    def forward(self, x):
        """Return `x` with units left out, in training."""
        if not self.training or not any(self.shares):
            return x
        # drawn with samples first, as a network alone draws
        batch = x.transpose(1, 2) if self.samples_last else x
        masks = torch.stack(
            [self._mask(s, batch[0]) for s in range(len(self.streams.generators))]
        )
        if self.samples_last:
            masks = masks.transpose(1, 2).contiguous()
        return x * self.streams.spread(masks)

    def _mask(self, stream, batch):
        layer = self.layers[self.streams.first[stream]]
        n_rows = self.streams.n_rows
        n_rows = len(batch) if n_rows is None else n_rows[stream]
        like = batch.new_empty((n_rows, *batch.shape[1:]))
        mask = draw_mask(layer, like, self.streams.generators[stream])
        if n_rows == len(batch):
            return mask
        return torch.cat([mask, mask.new_ones((len(batch) - n_rows, *mask.shape[1:]))])


def draw_mask(layer, like, generator=None):
    """Return what a dropout layer multiplies a tensor `like` this one by."""
    if layer.p == 0:
        return torch.ones_like(like)
    if isinstance(layer, Dropout) and like.device.type == "cpu":
        return layer.mask(like, generator)
    return like.bernoulli_(1 - layer.p, generator=generator).div_(1 - layer.p)


STACKED = {
    Dropout: StackedDropout,
    Standardize: StackedStandardize,
    nn.Dropout: StackedDropout,
    nn.Flatten: StackedFlatten,
    nn.LayerNorm: StackedLayerNorm,
    nn.Linear: StackedLinear,
}


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
