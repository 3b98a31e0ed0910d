"""The fast path: an epoch without Python work per batch beyond the step itself."""

import inspect
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
import torch
from skorch.callbacks import Callback, GradientNormClipping

# losses that are kept one by one; small tensors that stay keep the memory between them
# from being used again, of a million rows as much as X takes
AT_ONCE = 256
BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_grad_computed")


def can_be_fast(net):
    """Whether nobody wants to look at single batches or call the loss a second time."""
    return not (_watches_batches(net) or _needs_closure(type(net.optimizer_).step))


def fast_epoch(net, batches):
    """Take a step per batch; return the mean loss of the epoch as a float."""
    networks, objective, optimizer = net.module_, net.criterion_, net.optimizer_
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    clips = [one for _, one in net.callbacks_ if type(one) is GradientNormClipping]
    named = list(net.get_all_learnable_params()) if clips else []
    networks.train()
    objective.train()
    losses: Any = []
    kept: list[torch.Tensor] = []
    parts = parts_of_steps(len(batches), net.accumulate)
    for (first, share, last), ((features, index), labels) in zip(
        parts, batches, strict=True
    ):
        net.anneal()
        if first:
            for parameter in parameters:  # as zero_grad does, less its bookkeeping
                parameter.grad = None
        loss = objective(networks, net.augmented(features), labels, index)
        net.weighed(loss, share).backward()
        if last:
            net.exchange()
            for clip in clips:
                clip.on_grad_computed(net, named_parameters=named)
            optimizer.step()
            net.after_step()
        losses.append(loss.detach())
        if len(losses) == AT_ONCE:
            kept, losses = [*kept, torch.stack(losses)], []
    # not number by number, for which a GPU would wait
    losses = torch.cat([*kept, *(one.reshape(1) for one in losses)])
    losses = losses.double().cpu().numpy()
    return float(np.average(losses, weights=batches.sizes))


def parts_of_steps(n_batches, accumulate):
    """Yield whether each batch begins a step, its share in it, and whether it ends it.

    A step is made of `accumulate` batches, the last one of an epoch of those that are
    left. The share is None where it is the whole.
    """
    if accumulate == 1:
        yield from repeat((True, None, True), n_batches)
        return
    for place in range(n_batches):
        start = place - place % accumulate
        size = min(accumulate, n_batches - start)
        yield place == start, 1 / size, place == start + size - 1


def _watches_batches(net):
    return any(
        getattr(type(callback), hook) is not getattr(Callback, hook)
        for _, callback in net.callbacks_
        if type(callback) is not GradientNormClipping  # which looks at gradients only
        for hook in BATCH_HOOKS
    )


@lru_cache(maxsize=64)  # asked every epoch, and a signature takes a tenth of a step
def _needs_closure(step):
    closure = inspect.signature(step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty
