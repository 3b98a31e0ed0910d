"""The fast path: an epoch without Python work per batch beyond the step itself."""

import inspect

import numpy as np
import torch
from skorch.callbacks import Callback

BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_grad_computed")


def can_be_fast(net):
    """Whether nobody wants to look at single batches or call the loss a second time."""
    return not (_watches_batches(net) or _needs_closure(net.optimizer_))


def fast_epoch(net, batches):
    """Take a step per batch; return the mean loss of the epoch as a float."""
    networks, objective, optimizer = net.module_, net.criterion_, net.optimizer_
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    networks.train()
    objective.train()
    losses = []
    for (features, index), labels in batches:
        net.anneal()
        for parameter in parameters:  # as zero_grad does, less its bookkeeping
            parameter.grad = None
        loss = objective(networks, features, labels, index)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    # summed at the end: `.item()` per batch would make a GPU wait for every one
    losses = torch.stack(losses).double().cpu().numpy()
    return float(np.average(losses, weights=batches.sizes))


def _watches_batches(net):
    return any(
        getattr(type(callback), hook) is not getattr(Callback, hook)
        for _, callback in net.callbacks_
        for hook in BATCH_HOOKS
    )


def _needs_closure(optimizer):
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty
