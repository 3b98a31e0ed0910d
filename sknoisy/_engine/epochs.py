"""The fast path: an epoch without Python work per batch beyond the step itself."""

import inspect

BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_grad_computed")


def can_be_fast(net):
    """Whether nobody wants to look at single batches or call the loss a second time."""
    return not (_watches_batches(net) or _needs_closure(net.optimizer_))


def fast_epoch(net, batches):
    """Take a step per batch; return the mean loss of the epoch as a float."""
    networks, objective, optimizer = net.module_, net.criterion_, net.optimizer_
    networks.train()
    objective.train()
    total = 0.0
    for (features, index), labels in batches:
        net.anneal()
        optimizer.zero_grad(set_to_none=True)
        loss = objective(networks, features, labels, index)
        loss.backward()
        optimizer.step()
        # summed where it is: `.item()` in here would make a GPU wait for every batch
        total = total + loss.detach() * len(index)
    return float(total) / sum(batches.sizes)


def _watches_batches(net):
    from skorch.callbacks import Callback

    return any(
        getattr(type(callback), hook) is not getattr(Callback, hook)
        for _, callback in net.callbacks_
        for hook in BATCH_HOOKS
    )


def _needs_closure(optimizer):
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty
