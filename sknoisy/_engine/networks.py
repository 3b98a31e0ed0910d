"""Several networks as one module, made from what a user gave."""

import copy
import numbers
import warnings

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from sknoisy._params import choose_arguments
from sknoisy._shown import shown
from sknoisy.modules import MLP, LeNet5


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
    made: list[nn.Module] = []

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


def make_networks(module, n_networks, *, given, facts, dtype):
    """Return `n_networks` networks from a module class, callable or instance."""
    if isinstance(module, nn.Module):
        if given:
            raise ValueError(
                f"module__{next(iter(given))} has no effect, since module is an"
                " instance: pass its class, or set it on the instance."
            )
        networks = build_networks(fresh_copies(module), n_networks)
        return warn_of_twins(networks).to(dtype)
    factory = default_module(facts["input_shape"]) if module is None else module
    if not callable(factory):
        raise TypeError(
            f"module={shown(module)} is neither a torch module, nor a class or function"
            " that makes one."
        )
    arguments = choose_arguments(factory, given=given, facts=facts, part="module")
    networks = build_networks(lambda: _made(factory, arguments), n_networks)
    return warn_of_twins(networks).to(dtype)


def warn_of_twins(networks):
    """Return `networks`; warn if some start alike, as they can't teach each other."""
    first, *others = [
        [p for p in network.parameters() if not is_lazy(p)] for network in networks
    ]
    if any(first and all(map(torch.equal, first, other)) for other in others):
        warnings.warn(
            "The networks start with equal weights, so that they may stay alike and"
            " have nothing to teach each other: the module has no layer with"
            " reset_parameters, or a function that makes equal ones. Pass its class,"
            " or a function that draws new weights at each call.",
            UserWarning,
            stacklevel=2,
        )
    return networks


def default_module(input_shape):
    """Return the class of network that suits one sample of `input_shape`."""
    if len(input_shape) == 1:
        return MLP
    if len(input_shape) in (2, 3):
        return LeNet5
    raise ValueError(
        f"module=None knows tables (n_samples, n_features) and images (n_samples,"
        f" height, width[, channels]), but one sample of X has shape {input_shape}:"
        " pass a module."
    )


def check_output(networks, dataset, n_classes, device):
    """Run rows through each network; say so if what comes out can't be logits."""
    two = dataset.features(dataset.rows[:2]).to(device)
    for network in networks.to(device).eval():
        with torch.no_grad():  # one alone, as a module that squeezes would lose it
            said = [(network(features), features) for features in (two, two[:1])]
        for logits, features in said:
            _check_logits(logits, (len(features), n_classes))


def _made(factory, arguments):
    network = factory(**arguments)
    if not isinstance(network, nn.Module):
        raise TypeError(
            f"module must make a torch.nn.Module, but {factory!r} gave a"
            f" {type(network).__name__}."
        )
    return network


def _check_logits(logits, expected):
    shape = tuple(logits.shape) if isinstance(logits, torch.Tensor) else type(logits)
    if shape != expected:
        hint = " Two classes need two logits." if expected[1] == 2 else ""
        raise ValueError(
            f"The module's output for {expected[0]} samples has shape {shape}, but y"
            f" has {expected[1]} classes: expected {expected}, one logit per class."
            f"{hint}"
        )
    if not torch.isfinite(logits).all():
        raise ValueError(
            "The module's output holds NaN or infinity before any training: check how"
            " its weights start and what it does to its input."
        )


def speaker(predict_with, networks, objective):
    """Return the place of the network that predicts, or None for the mean over all."""
    if isinstance(predict_with, str) and predict_with == "auto":
        return objective.speaker
    if isinstance(predict_with, str) and predict_with == "mean":
        return None
    whole = isinstance(predict_with, numbers.Integral)
    whole = whole and not isinstance(predict_with, bool)
    if not whole or not 0 <= predict_with < len(networks):
        raise ValueError(
            f"predict_with={shown(predict_with)} must be 'mean' or the number of a"
            f" network, from 0 to {len(networks) - 1}; or 'auto'."
        )
    return int(predict_with)
