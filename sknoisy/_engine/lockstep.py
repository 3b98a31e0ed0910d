"""Engines that train in lock-step: one forward pass, one backward pass, one step."""

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from sknoisy._engine.batches import ArrayDataset, batch_sizes
from sknoisy._engine.net import Engine
from sknoisy._engine.stacked import Streams, shape_of, stack, why_not_stacked
from sknoisy._logits import per_sample
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.losses import LOSSES
from sknoisy.objectives import MeanLoss

# Those that treat each number by itself, so that it doesn't matter which tensor of
# which network it lies in.
ELEMENTWISE = (
    *(torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.RMSprop),
    *(torch.optim.Adagrad, torch.optim.Adadelta, torch.optim.Adamax),
    *(torch.optim.NAdam, torch.optim.RAdam),
)
ROW_BY_ROW = frozenset(LOSSES.values())  # may see the samples of several networks


@dataclass
class Trainee:
    """An engine about to be trained, its data, and torch's generator as it stands."""

    engine: Engine
    dataset: ArrayDataset
    generator: torch.Generator

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
    rest = (engine.device, engine.batch_size, engine.max_epochs, kind)
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
    is_module = is_plain and isinstance(_function_of(objective), nn.Module)
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
    order = _order(trainees)
    sorted_trainees = [trainees[i] for i in order]
    errors = dict(zip(order, _train(sorted_trainees, tick), strict=True))
    return [errors[i] for i in range(len(trainees))]


def _train(trainees, tick):
    engine = trainees[0].engine
    networks = [trainee.network for trainee in trainees]
    networks = stack(networks, engine.device, trainees[0].some).train()
    batches = StackedBatches(trainees, engine.device)
    losses = [StackedLoss(trainees, *bounds) for bounds in _runs(trainees, _loss_key)]
    optimizer = StackedOptimizer(trainees, networks)
    for layer in networks.dropouts():
        layer.streams = batches.streams
    records = []
    for _ in range(engine.max_epochs):
        start = time.perf_counter()
        mean = _epoch(networks, batches, losses, optimizer)
        records.append((mean, optimizer.rates(), time.perf_counter() - start))
        tick()
    networks.write_back()
    optimizer.write_back()
    return [_finish(trainee, i, records) for i, trainee in enumerate(trainees)]


def _epoch(networks, batches, losses, optimizer):
    """Take every network through its data; return the mean loss of each."""
    means = []
    for step, (features, labels, share) in enumerate(batches):
        logits = networks(features)
        sizes = batches.sizes[:, step]
        by_sample = torch.cat([loss(logits, labels, sizes) for loss in losses])
        mean = (by_sample * share).sum(dim=1)
        optimizer.step(mean.sum(), step)
        means.append(mean.detach())
    # at the end: `.cpu()` per batch would make a GPU wait for every one
    means = torch.stack(means, dim=1).double().cpu().numpy()
    return np.average(means, weights=batches.sizes, axis=1)


def _finish(trainee, i, records):
    """Let the engine know what it has been through; return what went wrong."""
    engine = trainee.engine
    try:
        for mean, rates, seconds in records:
            engine.history.new_epoch()
            engine.history.record("epoch", len(engine.history))
            engine.optimizer_.param_groups[0]["lr"] = rates[i]
            engine._record_training(float(mean[i]))
            engine.history.record("dur", seconds / len(rates))
        engine._check_logits(trainee.dataset)
    except NonFiniteLossError as error:
        return error
    return None


class StackedBatches:
    """Batches for several networks, each from its own data in its own order.

    Iterating gives, a step: features (n_networks, n_batch, ...), labels
    (n_networks, n_batch) and the share of each sample in its batch's mean loss, which
    is zero where a network has fewer samples than others and a row is but padding.

    Attributes
    ----------
    sizes : ndarray of shape (n_networks, n_steps)
        How many samples of each batch count.

    streams : Streams
        Where shuffles are drawn from and, on a CPU, dropout.
    """

    def __init__(self, trainees, device):
        sheets = {id(t.dataset): t.dataset for t in trainees}
        starts = np.cumsum([0, *map(len, sheets.values())])[:-1]
        start_of = dict(zip(sheets, starts.tolist(), strict=True))
        self.starts = torch.tensor([[start_of[id(t.dataset)]] for t in trainees])
        self.X = _joined([sheet.X for sheet in sheets.values()]).to(device)
        self.codes = _joined([sheet.codes for sheet in sheets.values()]).to(device)
        self.sizes = _table([t.sizes for t in trainees])
        self.weights = _sample_weights(trainees, device)
        self.shares = [self._shares(sizes).to(self.X) for sizes in self.sizes.T]
        self.shuffles, self.streams = _make_streams(trainees, device)
        self.n_rows = [len(trainees[i].dataset) for i in self.streams.first]
        self.batch_size = trainees[0].engine.batch_size

    def __iter__(self):
        rows = self._shuffled()
        index = (rows + self.starts).to(self.X.device)
        for step, share in enumerate(self.shares):
            start = step * self.batch_size
            batch = slice(start, start + share.shape[1])
            chosen = index[:, batch].flatten()
            self.streams.n_rows = self.sizes[self.streams.first, step].tolist()
            if self.weights is not None:
                here = rows[:, batch].to(self.X.device)
                share = share * self.weights.gather(1, here)
            features = self.X.index_select(0, chosen)
            labels = self.codes.index_select(0, chosen).view(share.shape)
            yield features.view(*share.shape, *self.X.shape[1:]), labels, share

    def _shuffled(self):
        """Return the rows of each network in a new order, (n_networks, n_rows)."""
        rows = torch.zeros(len(self.n_rows), max(self.n_rows), dtype=torch.int64)
        for row, n, generator in zip(rows, self.n_rows, self.shuffles, strict=True):
            row[:n] = torch.randperm(n, generator=generator)
        return self.streams.spread(rows).expand(len(self.starts), -1)

    @staticmethod
    def _shares(sizes):
        counts = torch.as_tensor(sizes, dtype=torch.float64).unsqueeze(1)
        return (torch.arange(sizes.max()) < counts) / counts.clamp(min=1)


class StackedLoss:
    """One loss for the networks from `start` to `stop`, of which it is the same."""

    def __init__(self, trainees, start, stop):
        self.loss = trainees[start].engine.criterion_.loss
        self.at_once = _function_of(trainees[start].engine.criterion_) in ROW_BY_ROW
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
        for trainee in trainees:
            engine = trainee.engine
            engine._start_schedule(engine.max_epochs * len(trainee.sizes))
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
        parts = zip(self.bounds, self.optimizer.param_groups, strict=True)
        for (start, stop), group in parts:
            for view, (_, originals) in zip(group["params"], self.pairs, strict=True):
                state = self.optimizer.state[view]
                for i in range(start, stop):
                    own = self.trainees[i].engine.optimizer_
                    own.state[originals[i]] = {
                        name: _part(value, view.shape, i - start)
                        for name, value in state.items()
                    }


def _part(value, shape, i):
    """Return network `i`'s own part of an optimizer's state."""
    if not isinstance(value, torch.Tensor):
        return value
    return (value[i] if value.shape == shape else value).clone()


def _order(trainees):
    """Return an order in which equal losses, and within them equal steps, are one."""
    losses = _numbered([_loss_key(t) for t in trainees])
    steps = _numbered([_step_key(t) for t in trainees])
    return sorted(range(len(trainees)), key=lambda i: (losses[i], steps[i]))


def _runs(trainees, key):
    """Return (start, stop) of each stretch of trainees with an equal key."""
    keys = [key(t) for t in trainees]
    starts = [i for i in range(len(keys)) if i == 0 or keys[i] != keys[i - 1]]
    return list(zip(starts, [*starts[1:], len(keys)], strict=True))


def _numbered(keys):
    numbers: dict[str, Any] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _loss_key(trainee):
    loss = trainee.engine.criterion_.loss
    keywords = loss.keywords if isinstance(loss, partial) else {}
    return _function_of(trainee.engine.criterion_), _hashable(keywords)


def _step_key(trainee):
    engine = trainee.engine
    settings = dict(engine.optimizer_.param_groups[0])
    del settings["params"]
    return engine.schedule, len(trainee.sizes), _hashable(settings)


def _function_of(objective):
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


def _stream_key(trainee):
    state = trainee.generator.get_state().numpy().tobytes()
    shares = tuple(getattr(m, "p", None) for m in trainee.network.modules())
    return state, len(trainee.dataset), shares


def _make_streams(trainees, device):
    """Return the generators that shuffle, one a stream, and the streams of dropout."""
    of_network = _numbered([_stream_key(t) for t in trainees])
    first = [of_network.index(s) for s in range(max(of_network) + 1)]
    shuffles = [trainees[i].generator for i in first]
    if torch.device(device).type == "cpu":  # shuffles and dropout draw in turn
        return shuffles, Streams(shuffles, of_network)
    seeds = [generator.initial_seed() for generator in shuffles]
    own = [torch.Generator(device).manual_seed(seed) for seed in seeds]
    return shuffles, Streams(own, of_network)


def _sample_weights(trainees, device):
    """Return the weights as a table (n_networks, n_rows), or None if there are none."""
    weights = [t.engine.criterion_.mean.sample_weight for t in trainees]
    if all(weight is None for weight in weights):
        return None
    longest = max(len(t.dataset) for t in trainees)
    table = torch.ones(len(weights), longest, dtype=trainees[0].dataset.X.dtype)
    for row, weight in zip(table, weights, strict=True):
        if weight is not None:
            row[: len(weight)] = weight
    return table.to(device)


def _table(rows):
    """Return lists of numbers as an array, filled up with zeros."""
    table = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table


def _joined(tensors):
    return tensors[0] if len(tensors) == 1 else torch.cat(tensors)
