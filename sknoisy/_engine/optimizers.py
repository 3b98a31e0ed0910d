"""The optimizer that a user asks for, fused where it can be."""

import inspect

import torch

from sknoisy._params import choose_arguments
from sknoisy._registry import lookup
from sknoisy._shown import shown
from sknoisy.optimizers import SAM

OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sam": SAM,
    "sgd": torch.optim.SGD,
}
# one kernel a step, on a CPU and on a CUDA GPU
FUSED = (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD)


def make_optimizer_arguments(optimizer, *, given, weight_decay, device, accumulate=1):
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
    check_accumulation(accumulate, optimizer)
    facts = {"weight_decay": weight_decay}
    steps = given.get("base", torch.optim.AdamW) if optimizer is SAM else optimizer
    if optimizer is SAM:  # hands on what it doesn't know
        own = inspect.signature(SAM).parameters
        others = {name: given[name] for name in given if name not in own}
        others = {"given": others, "facts": {}, "part": "optimizer"}
        choose_arguments(steps, **others, skip=1, complete=False)
    groups = {"param_groups": given["param_groups"]} if "param_groups" in given else {}
    given = {name: value for name, value in given.items() if name not in groups}
    can_fuse = isinstance(steps, type) and issubclass(steps, FUSED)
    if can_fuse and not {"foreach", "differentiable"} & set(given):
        facts["fused"] = torch.device(device).type in ("cpu", "cuda")
    return optimizer, groups | choose_arguments(
        optimizer,
        given=given,
        facts=facts,
        part="optimizer",
        skip=1,
        complete=False,  # the learning rate comes later
    )


def check_accumulation(accumulate, optimizer):
    """Say so if an optimizer looks at a batch several times, and can't add them up."""
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    if accumulate > 1 and closure is not None and closure.default is closure.empty:
        raise ValueError(
            f"accumulate={accumulate} doesn't go with {optimizer.__name__}, which looks"
            " at each batch several times: leave accumulate=1."
        )
