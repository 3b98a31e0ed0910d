"""What a network's forward does, read as a chain of layers.

A forward of the user's own is run on a few samples, once as in training and once as in
evaluation; what it calls on the way is written down. If each call takes what the one
before gave, the network is a chain. Only its own layers and this thread are watched, so
that networks in other threads go on as they are.
"""

import inspect
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from sknoisy._streams import Witness
from sknoisy.modules import Dropout

LAYER_OF = {  # a function, and the layer that does the same
    **{torch.relu: nn.ReLU, F.relu: nn.ReLU, torch.Tensor.relu: nn.ReLU},
    **{torch.tanh: nn.Tanh, F.tanh: nn.Tanh, torch.Tensor.tanh: nn.Tanh},
    **{torch.sigmoid: nn.Sigmoid, F.sigmoid: nn.Sigmoid},
    **{torch.Tensor.sigmoid: nn.Sigmoid, torch.selu: nn.SELU, F.selu: nn.SELU},
    **{F.gelu: nn.GELU, F.silu: nn.SiLU, F.mish: nn.Mish, F.elu: nn.ELU},
    **{F.celu: nn.CELU, F.leaky_relu: nn.LeakyReLU, F.relu6: nn.ReLU6},
    **{F.softplus: nn.Softplus, F.softsign: nn.Softsign, F.logsigmoid: nn.LogSigmoid},
    **{F.hardtanh: nn.Hardtanh, F.hardswish: nn.Hardswish},
    **{F.hardsigmoid: nn.Hardsigmoid, F.tanhshrink: nn.Tanhshrink},
}
RESHAPES = (
    *(torch.flatten, torch.reshape, torch.Tensor.flatten, torch.Tensor.view),
    torch.Tensor.reshape,
)
# what a forward may ask of a tensor without doing anything to it
QUESTIONS = (
    *(torch.Tensor.size, torch.Tensor.dim, torch.Tensor.__len__, torch.Tensor.numel),
    *(torch.Tensor.shape.__get__, torch.Tensor.ndim.__get__),
    *(torch.Tensor.dtype.__get__, torch.Tensor.device.__get__),
)
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
# what a function is told that a layer knows by itself
NO_SETTING = ("input", "inplace", "training")


def read_chain(network, features, knows):
    """Return the layers that a forward of the user's own runs one after another.

    Parameters
    ----------
    network : nn.Module
        Left as it was.

    features : Tensor of shape (n_samples, ...)
        A few samples.

    knows : callable
        Whether it is known what a layer does. Their parameters must be all there are.

    Returns
    -------
    layers : list of nn.Module or None
        Those of the network, and new ones in place of functions such as ``relu``; None
        if it does anything else.
    """
    owners = [m for m in network.modules() if not knows(m)]
    if not all(map(_is_plain, owners)) or network in _leaves(network, knows):
        return None
    notes = []
    for training in (True, False):
        with in_mode(network, training), unchanged(owners) as is_unchanged:
            notes.append(_calls(network, features, knows))
            if notes[-1] is None or not is_unchanged():
                return None
    if len({len(calls) for calls in notes}) != 1:
        return None
    layers = [_layer(*pair) for pair in zip(*notes, strict=True)]
    return None if None in layers else layers


class _Call:
    """A function, or a layer, that got one tensor and gave another."""

    def __init__(self, what, given, result, args=(), kwargs=None):
        self.what, self.given, self.result = what, given, result
        self.settings = _settings(what, args, kwargs or {})

    @property
    def is_layer(self):
        return isinstance(self.what, nn.Module)

    @property
    def flattens(self):
        """Whether it gives each sample one axis of features."""
        before = self.given.shape
        wanted = (before[0], before[1:].numel())
        return self.what in RESHAPES and self.result.shape == wanted


class _Notes(TorchFunctionMode):
    """Writes down what this thread calls, but for what happens inside of layers."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.inside = False

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.inside or func in QUESTIONS:
            return func(*args, **kwargs)
        # dropout would draw
        result = args[0].clone() if func is F.dropout else func(*args, **kwargs)
        given = [one for one in (*args, *kwargs.values()) if torch.is_tensor(one)]
        given = given[0] if len(given) == 1 else None
        self.calls.append(_Call(func, given, result, args[1:], kwargs))
        return result

    def watch(self, layer):
        """Return a forward for `layer` that is written down as one call."""
        run = layer.forward

        def forward(features):
            self.inside = True
            try:
                drops = isinstance(layer, Dropout | nn.Dropout)  # and so draws
                result = features.clone() if drops else run(features)
            finally:
                self.inside = False
            self.calls.append(_Call(layer, features, result))
            return result

        return forward


def _calls(network, features, knows):
    """Return what a forward calls, where each call takes what the last one gave."""
    notes, witness = _Notes(), Witness()
    leaves = _leaves(network, knows)
    try:
        for leaf in leaves:
            leaf.__dict__["forward"] = notes.watch(leaf)
        with torch.no_grad(), notes:
            said = network(features)
    except Exception:  # its own fit will say so
        return None
    finally:
        for leaf in leaves:
            leaf.__dict__.pop("forward", None)
    if witness.has_seen_draws():
        return None
    for call in notes.calls:
        if call.given is not features or not torch.is_tensor(call.result):
            return None
        features = call.result
    return notes.calls if said is features else None


def _layer(training, evaluating):
    """Return the layer that does what a call does in both modes; None if none does."""
    what = training.what
    if what is not evaluating.what or training.flattens != evaluating.flattens:
        return None
    if training.is_layer:
        return what
    if training.flattens:
        return nn.Flatten()
    if what is F.dropout:
        modes = training.settings.get("training"), evaluating.settings.get("training")
        return nn.Dropout(training.settings.get("p", 0.5)) if modes == (1, 0) else None
    if what not in LAYER_OF or training.settings != evaluating.settings:
        return None
    options = {n: v for n, v in training.settings.items() if n not in NO_SETTING}
    try:
        return LAYER_OF[what](**options)
    except TypeError:  # it was told something that the layer isn't
        return None


def _settings(what, args, kwargs):
    if isinstance(what, nn.Module):
        return {}
    try:
        names = list(inspect.signature(what).parameters)[1:]
    except ValueError:  # a function of torch's that doesn't say its parameters
        names = [f"argument {i}" for i in range(len(args))]
    return dict(zip(names, args, strict=False)) | kwargs


def _leaves(network, knows):
    return [module for module in network.modules() if knows(module)]


def _is_plain(module):
    """Whether a module is called as torch has it, and holds nothing of its own."""
    kind = type(module)
    return (
        kind.__call__ is nn.Module.__call__
        and kind.train is nn.Module.train
        and not any(getattr(module, name) for name in HOOKS)
        and not module._parameters
        and not module._buffers
    )


@contextmanager
def in_mode(network, training):
    """Let a network be in training mode, or not, for a while."""
    before = {module: module.training for module in network.modules()}
    try:
        for module in before:
            module.training = training
        yield
    finally:
        for module, mode in before.items():
            module.training = mode


@contextmanager
def unchanged(modules):
    """Tell whether modules stay as they are, such as one that counts its calls."""
    before = {module: dict(vars(module)) for module in modules}
    sizes = {module: _sizes(module) for module in modules}

    def is_unchanged():
        return all(
            vars(module).keys() == kept.keys()
            and all(vars(module)[name] is kept[name] for name in kept)
            and _sizes(module) == sizes[module]
            for module, kept in before.items()
        )

    try:
        yield is_unchanged
    finally:
        for module, kept in before.items():
            for name in vars(module).keys() - kept:
                del vars(module)[name]
            vars(module).update(kept)


def _sizes(module):
    values = vars(module).values()
    return [len(one) for one in values if isinstance(one, list | dict | set)]
