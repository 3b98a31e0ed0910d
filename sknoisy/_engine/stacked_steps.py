"""Losses and steps of networks that train in lock-step: of those alike at once."""

from functools import partial

import numpy as np
import torch

from sknoisy._engine.stacked_batches import numbered
from sknoisy._logits import per_sample
from sknoisy.losses import LOSSES

ROW_BY_ROW = frozenset(LOSSES.values())  # may see the samples of several networks


def stacked_losses(trainees):
    """Return what gives the losses of all, in turn."""
    return [StackedLoss(trainees, *bounds) for bounds in _runs(trainees, _loss_key)]


class StackedLoss:
    """One loss for the networks from `start` to `stop`, of which it is the same."""

    def __init__(self, trainees, start, stop):
        self.loss = trainees[start].engine.criterion_.loss
        self.at_once = function_of(trainees[start].engine.criterion_) in ROW_BY_ROW
        self.part = slice(start, stop)

    def __call__(self, logits, labels, sizes):
        """Return the loss of each sample, (n_networks, n_batch)."""
        logits, labels = logits[self.part], labels[self.part]
        if self.at_once:
            return self.loss(logits.flatten(0, 1), labels.flatten()).view(labels.shape)
        # a function of the user's sees what it would see alone: one batch
        parts = zip(logits, labels, sizes[self.part], strict=True)
        return torch.stack([self._of_one(*part) for part in parts])

    def _of_one(self, logits, labels, size):
        padding = logits.new_zeros(len(labels) - size)
        if not size:
            return padding
        losses = per_sample(self.loss, logits[:size], labels[:size])
        return torch.cat([losses, padding])


class StackedOptimizer:
    """One optimizer for all; networks with equal settings are one of its groups."""

    def __init__(self, trainees, networks):
        self.trainees, self.pairs = trainees, networks.pairs
        self.bounds = _runs(trainees, _step_key)
        self.leaders = [trainees[start] for start, _ in self.bounds]
        self.optimizer = type(trainees[0].engine.optimizer_)(
            [
                {
                    **leader.engine.optimizer_.param_groups[0],
                    # views: to step on them is to step on a part of the stack
                    "params": [p.detach()[start:stop] for p, _ in self.pairs],
                }
                for (start, stop), leader in zip(self.bounds, self.leaders, strict=True)
            ]
        )

        self._take_over()

    def _take_over(self):
        """Go on from the state of each network's own optimizer, where there is one."""
        for views, _, (_, originals), (start, stop) in self._parts():
            own = [
                self.trainees[i].engine.optimizer_.state.get(originals[i])
                for i in range(start, stop)
            ]
            if own[0]:
                self.optimizer.state[views] = {
                    name: _together(views, [state[name] for state in own])
                    for name in own[0]
                }

    def step(self, loss, step):
        """Take the step of number `step` of an epoch, where there is one."""
        for parameter, _ in self.pairs:
            parameter.grad = None
        loss.backward()
        groups = self.optimizer.param_groups
        parts = zip(self.bounds, self.leaders, groups, strict=True)
        for (start, stop), leader, group in parts:
            takes_part = step < len(leader.sizes)
            if takes_part:
                leader.engine.anneal()
                group["lr"] = leader.engine.optimizer_.param_groups[0]["lr"]
            for view, (stacked, _) in zip(group["params"], self.pairs, strict=True):
                has_one = takes_part and stacked.grad is not None
                view.grad = stacked.grad[start:stop] if has_one else None
        self.optimizer.step()

    def rates(self):
        """Return the learning rate of each network."""
        sizes = [stop - start for start, stop in self.bounds]
        groups = self.optimizer.param_groups
        return np.repeat([group["lr"] for group in groups], sizes).tolist()

    def write_back(self):
        """Give each engine's optimizer the state of its network."""
        for view, state, (_, originals), (start, stop) in self._parts():
            for i in range(start, stop):
                own = self.trainees[i].engine.optimizer_
                own.state[originals[i]] = {
                    name: _part(value, view.shape, i - start)
                    for name, value in state.items()
                }
        for (start, stop), leader in zip(self.bounds, self.leaders, strict=True):
            rate = leader.engine.optimizer_.param_groups[0]["lr"]
            for trainee in self.trainees[start:stop]:  # who have been led so far
                trainee.engine._step = leader.engine._step
                trainee.engine.optimizer_.param_groups[0]["lr"] = rate

    def _parts(self):
        """Yield each view with its state, whose it is, and of which networks."""
        parts = zip(self.bounds, self.optimizer.param_groups, strict=True)
        for bounds, group in parts:
            for view, pair in zip(group["params"], self.pairs, strict=True):
                yield view, self.optimizer.state[view], pair, bounds


def _part(value, shape, i):
    """Return network `i`'s own part of an optimizer's state."""
    if not isinstance(value, torch.Tensor):
        return value
    return (value[i] if value.shape == shape else value).clone()


def _together(view, values):
    """Return the state of a view, of the values that several networks have."""
    one = values[0]
    if not isinstance(one, torch.Tensor):
        return one
    return torch.stack(values) if one.ndim == view.ndim - 1 > 0 else one.clone()


def in_order(trainees):
    """Return an order in which equal losses, and within them equal steps, are one."""
    losses = numbered([_loss_key(t) for t in trainees])
    steps = numbered([_step_key(t) for t in trainees])
    return sorted(range(len(trainees)), key=lambda i: (losses[i], steps[i]))


def _runs(trainees, key):
    """Return (start, stop) of each stretch of trainees with an equal key."""
    keys = [key(t) for t in trainees]
    starts = [i for i in range(len(keys)) if i == 0 or keys[i] != keys[i - 1]]
    return list(zip(starts, [*starts[1:], len(keys)], strict=True))


def _loss_key(trainee):
    loss = trainee.engine.criterion_.loss
    keywords = loss.keywords if isinstance(loss, partial) else {}
    return function_of(trainee.engine.criterion_), _hashable(keywords)


def _step_key(trainee):
    engine = trainee.engine
    settings = dict(engine.optimizer_.param_groups[0])
    del settings["params"]
    return engine.schedule, len(trainee.sizes), _hashable(settings)


def function_of(objective):
    """Return the loss of single samples, without its parameters."""
    loss = objective.loss
    return loss.func if isinstance(loss, partial) else loss


def _hashable(options):
    def one(value):
        try:
            hash(value)
        except TypeError:
            return id(value)  # an array, say: equal if it is the same
        return value

    return tuple(sorted((name, one(value)) for name, value in options.items()))
