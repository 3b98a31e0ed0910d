"""Several networks as one module, made from what a user gave."""

import inspect
import numbers
import warnings
from collections.abc import Mapping
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from sknoisy._engine.copies import fresh_copies
from sknoisy._engine.looks import is_one_tensor
from sknoisy._engine.outputs import Outputs
from sknoisy._engine.sparse_rows import SparseRows
from sknoisy._nested import leaves, map_tensors, take_rows
from sknoisy._params import choose_arguments
from sknoisy._shown import shown
from sknoisy.modules import MLP, LeNet5, SmallResNet

OWN = (MLP, LeNet5, SmallResNet)  # which leave their input as it is


class Networks(nn.ModuleList):
    """Networks on the same input; the rest of the library sees one module.

    They share no parameter, so one backward pass and one optimizer give each its own
    gradient.

    Attributes
    ----------
    outputs : Outputs or None
        What reads logits in the networks' outputs; None takes these for logits.

    precision : torch.dtype or None
        In what type layers compute while training, where autocast has them do so.
    """

    outputs = None
    precision = None

    def forward(self, features):
        """Return logits of shape (n_batch, n_networks, n_classes)."""
        if self.precision is not None and self.training:
            kind = next(self.parameters()).device.type
            with torch.autocast(kind, dtype=self.precision):
                return self._said(features)
        return self._said(features)

    def _said(self, features):
        said = [call(network, features) for network in self]
        if self.outputs is not None:
            read, training = self.outputs.read, self.training
            said = [read(output, features, training) for output in said]
        if len(said) == 1:  # a view, where torch.stack would copy
            return said[0].unsqueeze(1)
        return torch.stack(said, dim=1)

    def only(self, place):
        """Return one of the networks, as networks."""
        alone = Networks([self[place]])
        alone.outputs, alone.training = self.outputs, self.training
        return alone

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Load weights by their names here, or by a network's own, for all of them."""
        own = {name.split(".")[0] for name in state_dict}
        if not own <= {str(place) for place in range(len(self))}:
            state_dict = {
                f"{place}.{name}": values
                for place in range(len(self))
                for name, values in state_dict.items()
            }
        return super().load_state_dict(state_dict, strict, assign)


def call(network, features):
    """Call a network with features: one tensor, or several by name or by place.

    A network may change its input in place (``nn.ReLU(inplace=True)`` as its first
    layer), which is other networks', too, and may be the user's own array: so it gets
    a copy.
    """
    if isinstance(features, SparseRows):
        return features.through(network)
    if type(network) not in OWN:
        features = map_tensors(torch.clone, features)
    if isinstance(features, torch.Tensor):
        return network(features)
    if isinstance(features, Mapping):
        return network(**features)
    if isinstance(features, tuple) and takes(network, len(features)):
        return network(*features)
    return network(features)


def takes(network, n_arguments):
    """Whether a network's forward takes so many arguments by their places."""
    try:
        inspect.signature(network.forward).bind(*[None] * n_arguments)
    except TypeError:
        return False
    return True


def build_networks(make, n_networks):
    """Return `n_networks` networks, each from its own call of `make()`."""
    return Networks(make() for _ in range(n_networks))


def make_networks(module, n_networks, *, given, facts, dtype):
    """Return `n_networks` networks from a module class, callable or instance."""
    if isinstance(module, nn.Module):
        _refuse_script(module)
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
    if not is_one_tensor(input_shape):
        raise ValueError(
            f"X has several inputs, {input_shape}, of which module=None can't make a"
            " network: pass a module that takes them."
        )
    if len(input_shape) == 1:
        return MLP
    if len(input_shape) == 3 and input_shape[0] <= 4 < input_shape[2]:
        raise ValueError(
            f"One sample of X has shape {input_shape}, which looks as if channels came"
            " first; of module=None images are (height, width, channels): channels come"
            " last. Pass np.moveaxis(X, 1, -1), or a module that wants them first."
        )
    if len(input_shape) in (2, 3):
        return LeNet5
    raise ValueError(
        f"module=None knows tables (n_samples, n_features) and images (n_samples,"
        f" height, width[, channels]), but one sample of X has shape {input_shape}:"
        " pass a module."
    )


def check_output(networks, dataset, n_classes, intake, device):
    """Run rows through each network; refuse what can't be understood as logits."""
    device = torch.device(device)
    if next(networks.parameters(), None) is None:
        raise ValueError(
            "There is nothing to train: the module has no parameters. Quantized modules"
            " have none: train the module first, and quantize it then."
        )
    two = dataset.features(dataset.rows[:2])
    if networks.outputs is None:  # not those of an earlier fit
        networks.outputs = Outputs(n_classes, intake.dtype)
    networks.to(device).eval()
    for place, network in enumerate(networks):
        # one alone, as a module that squeezes would lose it; ours don't
        alone = () if type(network) in OWN else (take_rows(two, slice(1)),)
        for features in (two, *alone):
            networks.outputs.forms.clear()
            # autograd knows who made an output
            with torch.enable_grad(), _shapes_told(features):
                logits = intake.fit_to(networks.only(place), features, device)
            if not torch.isfinite(logits).all():
                raise ValueError(
                    "The module's output holds NaN or infinity before any training:"
                    " check how its weights start and what it does to its input."
                )


@contextmanager
def _shapes_told(features):
    """Tell with an error of torch's how large samples are, and how to say it."""
    try:
        yield
    except RuntimeError as error:
        shapes = [tuple(one.shape[1:]) for one in leaves(features)]
        error.add_note(
            f"A sample of X has shape {', '.join(map(str, shapes))}, and the module"
            " failed at the first two, before any training. Where its size is a"
            " parameter, call that `n_features` or `input_shape`, which are filled in,"
            " or set module__NAME: skorch's InputShapeSetter comes too late."
        )
        raise


def check_trainable(optimizer):
    """Refuse to train where all parameters are frozen."""
    groups = optimizer.param_groups
    if not any(one.requires_grad for group in groups for one in group["params"]):
        raise ValueError(
            "There is nothing to train: all parameters of the module are frozen. Leave"
            " some of them, such as those of its head, with requires_grad=True."
        )


def _made(factory, arguments):
    network = factory(**arguments)
    if not isinstance(network, nn.Module):
        raise TypeError(
            f"module must make a torch.nn.Module, but {factory!r} gave a"
            f" {type(network).__name__}."
        )
    _refuse_script(network)
    return network


def _refuse_script(network):
    if isinstance(network, torch.jit.ScriptModule):
        raise TypeError(
            "module is a TorchScript module, which can't be copied and trained: pass"
            " the module that it was made of. compile=True makes that fast."
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
