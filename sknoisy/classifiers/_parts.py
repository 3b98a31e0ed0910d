"""The parts of a net, made from what the user gave and from facts of the data."""

import copy
import inspect
import warnings

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from sknoisy._checks import check_choice, check_switch
from sknoisy._engine import build_networks, fresh_copies
from sknoisy._params import choose_arguments
from sknoisy._ranges import check_count, check_range
from sknoisy._registry import did_you_mean, lookup
from sknoisy._shown import shown
from sknoisy.modules import MLP, LeNet5
from sknoisy.optimizers import SAM

OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sam": SAM,
    "sgd": torch.optim.SGD,
}
# one kernel a step, on a CPU and on a CUDA GPU
FUSED = (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD)


def check_training_parameters(estimator):
    """Check the parameters of training that every classifier has."""
    check_choice(estimator.dtype, ("float32", "float64"), "dtype")
    if isinstance(estimator.early_stopping, str):
        check_choice(estimator.early_stopping, ("label_wave",), "early_stopping")
    else:
        check_switch(early_stopping=estimator.early_stopping)
    check_count(batch_size=estimator.batch_size)
    check_range("[0, inf)", weight_decay=estimator.weight_decay)
    check_count(n_iter_no_change=estimator.n_iter_no_change)
    check_switch(
        warm_start=estimator.warm_start, keep_on_interrupt=estimator.keep_on_interrupt
    )
    if not isinstance(estimator.verbose, bool):
        check_count(0, verbose=estimator.verbose)
    check_range("(0, inf)", lr=estimator.lr)
    if isinstance(estimator.max_epochs, str):
        check_choice(estimator.max_epochs, ("auto",), "max_epochs")
    else:
        check_count(max_epochs=estimator.max_epochs)
    if estimator.validation_fraction is not None:
        check_range("(0, 1)", validation_fraction=estimator.validation_fraction)


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


def check_objective(objective, data, in_parts=False):
    """Say so if weights, soft labels or `partial_fit` have no meaning for a method."""
    name = type(objective).__name__
    weight = data.sample_weight
    if weight is not None and weight.min() < 1 and not objective.takes_sample_weight:
        raise ValueError(
            f"sample_weight and class_weight have no exact meaning for {name}: leave"
            " them out."
        )
    if data.soft_labels is not None and not objective.takes_soft_labels:
        raise ValueError(
            f"{name} takes one label a sample, but y has shape"
            f" {data.soft_labels.shape}: pass y.argmax(axis=1), or a plain loss."
        )
    if in_parts and [*objective.parameters()]:
        raise ValueError(
            f"partial_fit can't train {name}: what it remembers or learns belongs to"
            " one whole fit. Call fit, or choose a plain loss."
        )


def make_callbacks(callbacks, early_stopping, has_validation):
    """Return copies of the user's callbacks, and the one that stops early."""
    # copied, since skorch trains callbacks in place and these are the user's
    callbacks = copy.deepcopy(list(callbacks or []))
    for callback in map(callback_of, callbacks):
        if isinstance(callback, type):
            raise TypeError(f"callbacks holds the class {callback.__name__}: call it.")
        if not hasattr(callback, "on_epoch_end"):
            raise TypeError(
                f"callbacks holds {shown(callback)}, which is no callback of skorch."
            )
        monitor = getattr(callback, "monitor", None)
        if isinstance(monitor, str) and monitor.startswith("valid_"):
            _check_validation(callback, monitor, has_validation)
    if early_stopping is not None:
        callbacks.append(("early_stopping", early_stopping))
    return callbacks


def check_callback_names(callbacks, given):
    """Say so if ``callbacks__name__…`` names a callback that there isn't."""
    known = {c[0] if isinstance(c, tuple) else type(c).__name__ for c in callbacks}
    known |= {"epoch_timer", "print_log"}
    for name in given:
        first = name.split("__")[0]
        if first not in known:
            hint = did_you_mean(first, known)
            raise ValueError(
                f"callbacks__{name} names no callback{';' if hint else '.'}{hint}"
                f" There are: {', '.join(sorted(known))}."
            )


def callback_of(item):
    """Return a callback, given alone or with a name."""
    return item[1] if isinstance(item, tuple) else item


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
    for network in networks.to(device).eval():
        for n_rows in (2, 1):  # one alone, as a module that squeezes would lose it
            features = dataset.features(dataset.rows[:n_rows]).to(device)
            with torch.no_grad():
                logits = network(features)
            _check_logits(logits, (len(features), n_classes))


def make_optimizer_arguments(optimizer, *, given, weight_decay, device):
    """Return the optimizer's class and its arguments, fused where it can be."""
    if isinstance(optimizer, str):
        optimizer = lookup(
            optimizer,
            OPTIMIZERS,
            parameter="optimizer",
            kind="an optimizer",
            otherwise="a class from torch.optim",
        )
    if not callable(optimizer):
        raise TypeError(
            f"optimizer={shown(optimizer)} is neither a name, such as 'adamw', nor a"
            " class from torch.optim."
        )
    facts = {"weight_decay": weight_decay}
    steps = given.get("base", torch.optim.AdamW) if optimizer is SAM else optimizer
    if optimizer is SAM:  # hands on what it doesn't know
        own = inspect.signature(SAM).parameters
        others = {name: given[name] for name in given if name not in own}
        others = {"given": others, "facts": {}, "part": "optimizer"}
        choose_arguments(steps, **others, skip=1, complete=False)
    can_fuse = isinstance(steps, type) and issubclass(steps, FUSED)
    if can_fuse and not {"foreach", "differentiable"} & set(given):
        facts["fused"] = torch.device(device).type in ("cpu", "cuda")
    return optimizer, choose_arguments(
        optimizer,
        given=given,
        facts=facts,
        part="optimizer",
        skip=1,
        complete=False,  # the learning rate comes later
    )


def pick_device(device):
    """Return the device that ``device="auto"`` means here: a GPU if there is one."""
    if isinstance(device, str) and device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"device={shown(device)} is not a device: {error}") from None
    if device.type not in ("cpu", "cuda"):
        raise ValueError(
            f"device='{device}' isn't supported, which would need float64 and random"
            " numbers that can be repeated: pass 'auto', 'cpu' or 'cuda'."
        )
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"device='{device}', but torch finds no CUDA GPU here: pass device='auto'"
            " or 'cpu', or install a build of torch for your GPU."
        )
    return str(device)


def _check_validation(callback, monitor, has_validation):
    if not has_validation:
        raise ValueError(
            f"{type(callback).__name__} watches {monitor}, which is recorded only"
            " with validation: set validation_fraction, e.g. to 0.1."
        )


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
