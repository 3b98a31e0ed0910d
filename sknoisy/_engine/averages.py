"""Averages of weights: the network that predicts is the mean of those on the way.

EMA, after each step: w' <- d w' + (1 - d) w. SWA, after each epoch from `start` on:
w' <- (n w' + w) / (n + 1) (Izmailov et al., "Averaging Weights Leads to Wider Optima
and Better Generalization", UAI 2018).
"""

import math
from abc import ABCMeta, abstractmethod
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch.optim.swa_utils import AveragedModel, update_bn

from sknoisy._params import choose_arguments
from sknoisy._ranges import check_range
from sknoisy._registry import lookup
from sknoisy._tensors import copy_of


class WeightAverage(metaclass=ABCMeta):
    """What both kinds of average do; networks are trained apart from it.

    Running statistics (those of batch normalization) are averaged as weights are; what
    they count isn't.

    Attributes
    ----------
    model : AveragedModel or None
        The average, while there is a training.
    """

    model: Any = None

    def begin(self, networks, n_epochs):
        """Start a training of networks, with nothing averaged yet."""
        self.n_epochs = n_epochs
        self.model = AveragedModel(
            copy_of(networks), multi_avg_fn=self.mean, use_buffers=True
        )

    @abstractmethod
    def share(self, n_averaged):
        """Return how far the average goes towards new weights, after so many."""

    @torch.no_grad()
    def mean(self, averaged, current, _):
        """Move averages, a list of tensors of one type, towards current values."""
        if averaged[0].is_floating_point():
            n_averaged = int(self.model.n_averaged)  # on the CPU: a GPU needn't wait
            torch._foreach_lerp_(averaged, current, self.share(n_averaged))
            return
        for own, value in zip(averaged, current, strict=True):  # counts of batches
            own.copy_(value)

    def after_step(self, networks):  # noqa: B027, a hook
        """Look at the networks after a step."""

    def after_epoch(self, networks, epoch):  # noqa: B027, a hook
        """Look at the networks after an epoch; epochs count from 0."""

    @contextmanager
    def shown(self, networks):
        """Let the networks be their average for a while, if there is one yet."""
        if not self.model.n_averaged:
            yield
            return
        own = [tensor.detach().clone() for tensor in _tensors(networks)]
        _copy(_tensors(self.model.module), networks)
        try:
            yield
        finally:
            _copy(own, networks)

    def finish(self, networks, batches):
        """Make the networks their average for good; `batches` gives features."""
        if self.model.n_averaged:
            _copy(_tensors(self.model.module), networks)
        self.model = None


class EMA(WeightAverage):
    """Exponential moving average of the weights after each step.

    Parameters
    ----------
    decay : float in [0, 1), default=0.999
        What is kept of the average at each step. In step t it is no more than
        (1 + t) / (10 + t), so that a short training isn't mostly its beginning.
    """

    def __init__(self, decay: float = 0.999) -> None:
        check_range("[0, 1)", average__decay=decay)
        self.decay = decay

    def after_step(self, networks):
        self.model.update_parameters(networks)

    def share(self, n_averaged):
        return 1 - min(self.decay, (1 + n_averaged) / (10 + n_averaged))


class SWA(WeightAverage):
    """Mean of the weights after each of the last epochs.

    Parameters
    ----------
    start : float in [0, 1), default=0.75
        After which share of the epochs it begins.
    """

    def __init__(self, start: float = 0.75) -> None:
        check_range("[0, 1)", average__start=start)
        self.start = start

    def after_epoch(self, networks, epoch):
        # .29 of a hundred epochs is 28.999999999999996 in binary
        if epoch >= math.floor(self.start * self.n_epochs + 1e-9):
            self.model.update_parameters(networks)

    def share(self, n_averaged):
        return 1 / (n_averaged + 1)

    def finish(self, networks, batches):
        is_average = bool(self.model.n_averaged)
        super().finish(networks, batches)
        if is_average:  # statistics of the mean aren't the mean of statistics
            update_bn(((features,) for features in batches), networks)


AVERAGES = {"ema": EMA, "swa": SWA}


def make_average(average, given):
    """Return what averages weights, by its name and parameters, or None."""
    if average is None:
        if given:
            raise ValueError(
                f"average__{next(iter(given))} has no effect without an average: set"
                " average='ema' or 'swa', or leave it out."
            )
        return None
    kind = lookup(
        average, AVERAGES, parameter="average", kind="an average", otherwise="None"
    )
    return kind(**choose_arguments(kind, given=given, facts={}, part="average"))


def _tensors(networks):
    return [*networks.parameters(), *networks.buffers()]


@torch.no_grad()
def _copy(tensors, networks):
    for own, value in zip(_tensors(networks), tensors, strict=True):
        own.copy_(value)


def averaged(engine):
    """Let an engine's networks be their average for a while, where there is one."""
    average = engine.average
    return nullcontext() if average is None else average.shown(engine.module_)


def keep_average(engine, train):
    """Let an engine's networks be their average from now on, where there is one."""
    if engine.average is None:
        return
    batches = engine.get_iterator(train.to(engine.device), training=True)
    features = (engine.augmented(features) for (features, _), _ in batches)
    engine.average.finish(engine.module_, features)
