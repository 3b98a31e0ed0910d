"""Engines that train in lock-step: one forward pass, one backward pass, one step."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from sknoisy._engine.batches import ArrayDataset, batch_sizes
from sknoisy._engine.net import PREDICTION_BATCH, Engine
from sknoisy._engine.stacked import shape_of, stack, why_not_stacked
from sknoisy._engine.stacked_batches import StackedBatches
from sknoisy._engine.stacked_steps import (
    StackedOptimizer,
    function_of,
    in_order,
    stacked_losses,
)
from sknoisy._logits import mean_probability
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.objectives import MeanLoss

# Those that treat each number by itself, so that it doesn't matter which tensor of
# which network it lies in.
ELEMENTWISE = (
    *(torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.RMSprop),
    *(torch.optim.Adagrad, torch.optim.Adadelta, torch.optim.Adamax),
    *(torch.optim.NAdam, torch.optim.RAdam),
)


@dataclass
class Trainee:
    """An engine about to be trained, its data, and torch's generator as it stands.

    Attributes
    ----------
    watcher : BestOnHeldOut or None
        Who hears after each epoch what the network says of samples held out, and may
        end its training.

    of_device : torch.Generator or None
        Where dropout is drawn from on a GPU, once it has been.
    """

    engine: Engine
    dataset: ArrayDataset
    generator: torch.Generator
    watcher: Any = None
    of_device: Any = None

    @property
    def network(self):
        """The one network there is."""
        return self.engine.module_[0]

    @property
    def some(self):
        """A few samples, as the network gets them."""
        features = self.dataset.features(self.dataset.rows[:2])
        return self.engine.intake(features, torch.device(self.engine.device))

    @property
    def sizes(self):
        """The sizes of an epoch's batches."""
        return batch_sizes(len(self.dataset), self.engine.batch_size)


def lockstep_key(trainee):
    """Return what must be equal for engines to train together; None if one can't.

    Losses, their parameters, learning rates, other numbers of the optimizer, schedules,
    weights of samples, the share of dropout and the data may differ.
    """
    if any(is_so for is_so, _ in _obstacles(trainee)):
        return None
    engine, X = trainee.engine, trainee.dataset.X
    shape = shape_of(trainee.network, engine.device, trainee.some)
    if shape is None:
        return None
    kind = type(engine.optimizer_)
    is_watched = trainee.watcher is not None
    rest = (engine.device, engine.batch_size, engine.max_epochs, kind, is_watched)
    return shape, tuple(X.shape[1:]), X.dtype, *rest


def why_no_key(trainee):
    """Return in words why an engine has no `lockstep_key`."""
    found = [reason for is_so, reason in _obstacles(trainee) if is_so]
    return found[0] if found else why_not_stacked(trainee.network)


def _obstacles(trainee):
    """Yield what may be in the way of training in lock-step: whether it is, and it."""
    objective, optimizer = trainee.engine.criterion_, trainee.engine.optimizer_
    is_plain = type(objective) is MeanLoss
    is_soft = is_plain and objective.soft_labels is not None
    is_module = is_plain and isinstance(function_of(objective), nn.Module)
    yield not is_plain, "its method looks at more than single samples"
    yield is_soft, "labels are soft"
    yield is_module, "its loss is a module"
    kind = type(optimizer)
    yield kind not in ELEMENTWISE, f"{kind.__name__} looks at more than one number"
    groups = optimizer.param_groups
    yield len(groups) != 1, "its optimizer has several groups of parameters"
    is_tensor = isinstance(trainee.dataset.X, torch.Tensor)
    yield not is_tensor, "X is sparse, or its samples are read one by one"
    yield len(trainee.engine.module_) != 1, "it has several networks"
    outputs = trainee.engine.module_.outputs
    logits = outputs is None or outputs.are_logits
    yield not logits, "its network gives probabilities, or one number for two classes"


def train_in_lockstep(trainees, tick=lambda: None):
    """Train engines with equal `lockstep_key`; each ends as if it had trained alone.

    Up to rounding, that is. Batches and dropout come from each trainee's own generator,
    in the order of training alone.

    Parameters
    ----------
    trainees : list of Trainee

    tick : callable, default=lambda: None
        Called after every epoch.

    Returns
    -------
    errors : list of NonFiniteLossError or None
        For each trainee, what its training would have ended with.
    """
    order = in_order(trainees)
    sorted_trainees = [trainees[i] for i in order]
    errors = dict(zip(order, _train(sorted_trainees, tick), strict=True))
    return [errors[i] for i in range(len(trainees))]


def _train(trainees, tick):
    n_epochs = trainees[0].engine.max_epochs
    for trainee in trainees:
        trainee.engine._start_schedule(n_epochs * len(trainee.sizes))
        if trainee.watcher is not None:
            trainee.watcher.begin(n_epochs)
    records: list[list] = [[] for _ in trainees]
    left, epoch = list(range(len(trainees))), 0
    while left and epoch < n_epochs:  # anew without those that have ended
        here = [trainees[i] for i in left]
        epoch, goes_on = _train_until_one_ends(
            here, epoch, [records[i] for i in left], tick
        )
        left = [i for i, goes in zip(left, goes_on, strict=True) if goes]
    return [_finish(*pair) for pair in zip(trainees, records, strict=True)]


def _train_until_one_ends(trainees, epoch, records, tick):
    """Train until someone is told to stop, if ever; return when, and who isn't."""
    engine = trainees[0].engine
    networks = [trainee.network for trainee in trainees]
    networks = stack(networks, engine.device, trainees[0].some).train()
    batches = StackedBatches(trainees, engine.device)
    losses = stacked_losses(trainees)
    to_the_bit = networks.is_in_turn(max(trainees[0].sizes))
    optimizer = StackedOptimizer(trainees, networks, to_the_bit)
    for layer in networks.dropouts():
        layer.streams = batches.streams
    goes_on = [True] * len(trainees)
    while epoch < engine.max_epochs and all(goes_on):
        start = time.perf_counter()
        means = _epoch(networks, batches, losses, optimizer)
        seconds = (time.perf_counter() - start) / len(trainees)
        epoch += 1
        for record, mean, rate in zip(records, means, optimizer.rates(), strict=True):
            record.append((float(mean), rate, seconds))
        goes_on = _heard(networks, trainees, epoch)
        tick()
    networks.write_back()
    optimizer.write_back()
    batches.leave_streams()
    return epoch, goes_on


def _heard(networks, trainees, epoch):
    """Let those who watch hear what networks say; return which of these go on."""
    if any(trainee.watcher is None for trainee in trainees):  # then nobody watches
        return [True] * len(trainees)
    networks.eval()
    with torch.inference_mode():
        hears = [
            trainee.watcher.hear(_said_of_held_out(networks, i, trainee), epoch)
            for i, trainee in enumerate(trainees)
        ]
    networks.train()
    return hears


def _said_of_held_out(networks, i, trainee):
    """Return a network's probabilities of the samples that are held out for it."""
    device = torch.device(trainee.engine.device)
    blocks = trainee.watcher.held_out.blocks(PREDICTION_BATCH)
    logits = [networks.of_one(trainee.engine.intake(x, device), i) for x in blocks]
    return mean_probability(torch.cat(logits).unsqueeze(1)).cpu().numpy()


def _epoch(networks, batches, losses, optimizer):
    """Take every network through its data; return the mean loss of each."""
    means = []
    for step, (index, labels, share) in enumerate(batches):
        sizes = batches.sizes[:, step].tolist()
        logits = networks.of_rows(batches.X, index, sizes)
        by_sample = torch.cat([loss(logits, labels, sizes) for loss in losses])
        mean = (by_sample * share).sum(dim=1)
        optimizer.step(mean.sum(), step)
        means.append(mean.detach())
    # at the end: `.cpu()` per batch would make a GPU wait for every one
    means = torch.stack(means, dim=1).double().cpu().numpy()
    return np.average(means, weights=batches.sizes, axis=1)


def _finish(trainee, records):
    """Let the engine know what it has been through; return what went wrong."""
    engine = trainee.engine
    try:
        for mean, rate, seconds in records:
            engine.history.new_epoch()
            engine.history.record("epoch", len(engine.history))
            engine.optimizer_.param_groups[0]["lr"] = rate
            engine._record_training(mean)
            engine.history.record("dur", seconds)
        engine._check_logits(trainee.dataset)
    except NonFiniteLossError as error:
        return error
    return None
