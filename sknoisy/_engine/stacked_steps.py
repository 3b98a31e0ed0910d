"""Losses and steps of networks that train in lock-step: of those alike at once."""

from functools import partial

import numpy as np
import torch

from sknoisy._engine.stacked_batches import numbered
from sknoisy._logits import per_sample
from sknoisy.losses import LOSSES

AT_A_TIME = 16  # numbers of single precision, and less of others
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
    """One optimizer for all; networks with equal settings are one of its groups.

    Parameters
    ----------
    trainees : list of Trainee

    networks : Stack

    to_the_bit : bool, default=False
        Whether each number is to be rounded as that of a network alone. A kernel that
        takes sixteen numbers at a time rounds otherwise what is left over in the end;
        so what leaves something over is kept apart, at a few microseconds a step.
    """

    def __init__(self, trainees, networks, to_the_bit=False):
        self.trainees = trainees
        self.bounds = _runs(trainees, _step_key)
        self.leaders = [trainees[start] for start, _ in self.bounds]
        self.parts = []
        groups = []
        for bounds, leader in zip(self.bounds, self.leaders, strict=True):
            settings = leader.engine.optimizer_.param_groups[0]
            own = [
                StackedPart(*pair, *part)
                for pair in networks.pairs
                for part in _parts(pair[0], bounds, to_the_bit)
            ]
            self.parts.append(own)
            groups.append({**settings, "params": [part.view for part in own]})
        self.optimizer = type(trainees[0].engine.optimizer_)(groups)
        for part in self._all_parts():
            part.take_over(self.trainees, self.optimizer.state)

    def step(self, loss, step):
        """Take the step of number `step` of an epoch, where there is one."""
        for part in self._all_parts():
            part.stacked.grad = None
        loss.backward()
        groups = self.optimizer.param_groups
        for parts, leader, group in zip(self.parts, self.leaders, groups, strict=True):
            takes_part = step < len(leader.sizes)
            if takes_part:
                leader.engine.anneal()
                group["lr"] = leader.engine.optimizer_.param_groups[0]["lr"]
            for part in parts:
                part.take_gradient(takes_part)
        self.optimizer.step()

    def rates(self):
        """Return the learning rate of each network."""
        sizes = [stop - start for start, stop in self.bounds]
        groups = self.optimizer.param_groups
        return np.repeat([group["lr"] for group in groups], sizes).tolist()

    def write_back(self):
        """Give each engine's optimizer the state of its network."""
        for part in self._all_parts():
            part.write_back(self.trainees, self.optimizer.state)
        for (start, stop), leader in zip(self.bounds, self.leaders, strict=True):
            rate = leader.engine.optimizer_.param_groups[0]["lr"]
            for trainee in self.trainees[start:stop]:  # who have been led so far
                trainee.engine._step = leader.engine._step
                trainee.engine.optimizer_.param_groups[0]["lr"] = rate

    def _all_parts(self):
        return [part for parts in self.parts for part in parts]


class StackedPart:
    """A stacked parameter of the networks from `start` to `stop`, as one of its own."""

    def __init__(self, stacked, originals, start, stop):
        self.stacked, self.originals = stacked, originals
        self.start, self.stop = start, stop
        # a view: to step on it is to step on a part of the stack
        self.view = stacked.detach()[start:stop]

    def take_gradient(self, takes_part):
        """Take the gradient there is, if any, for a step that these networks take."""
        gradient = self.stacked.grad if takes_part else None
        self.view.grad = None if gradient is None else gradient[self.start : self.stop]

    def take_over(self, trainees, states):
        """Go on from the state of each network's own optimizer, where there is one."""
        own = [
            trainees[i].engine.optimizer_.state.get(self.originals[i])
            for i in range(self.start, self.stop)
        ]
        if own[0]:
            states[self.view] = {
                name: _together(self.view, [state[name] for state in own])
                for name in own[0]
            }

    def write_back(self, trainees, states):
        """Give each network's own optimizer its state."""
        for i in range(self.start, self.stop):
            trainees[i].engine.optimizer_.state[self.originals[i]] = {
                name: _part(value, self.view.shape, i - self.start)
                for name, value in states[self.view].items()
            }


def _parts(stacked, bounds, to_the_bit):
    """Return which networks share a part of a stacked parameter, as (start, stop)."""
    if to_the_bit and stacked[0].numel() % AT_A_TIME:
        return [(i, i + 1) for i in range(*bounds)]
    return [bounds]


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
