"""Batches for networks that train in lock-step, and where each of them draws from."""

from typing import Any

import numpy as np
import torch
from torch import nn

from sknoisy._engine.stacked_layers import Streams


class StackedBatches:
    """Batches for several networks, each from its own data in its own order.

    Iterating gives, a step: the rows of `X`, their labels and the share of each sample
    in its batch's mean loss, all of shape (n_networks, n_batch). The share is zero
    where a network has fewer samples than others and a row is but padding.

    Attributes
    ----------
    X : Tensor of shape (n_rows, ...)
        The samples of all; those that several have in common are there once.

    sizes : ndarray of shape (n_networks, n_steps)
        How many samples of each batch count.

    streams : Streams
        Where shuffles are drawn from and, on a CPU, dropout.
    """

    def __init__(self, trainees, device):
        self.trainees = trainees
        sets = [trainee.dataset for trainee in trainees]
        self.X, starts = _joined([one.X for one in sets])
        self.X, self.starts = self.X.to(device), torch.tensor(starts).unsqueeze(1)
        self.codes, starts = _joined([one.codes for one in sets])
        self.codes = self.codes.to(device)
        self.starts_of_codes = torch.tensor(starts).unsqueeze(1)
        self.places = None  # of rows in X, where they aren't all of it
        if not all(one.is_whole for one in sets):
            rows = [one.rows for one in sets]
            self.places = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        self.sizes = _table([t.sizes for t in trainees])
        self.weights = _sample_weights(trainees, device)
        self.shares = [self._shares(sizes).to(self.X) for sizes in self.sizes.T]
        self.shuffles, self.streams = _make_streams(trainees, device)
        self.n_rows = [len(trainees[i].dataset) for i in self.streams.first]
        self.batch_size = trainees[0].engine.batch_size

    def __iter__(self):
        rows = self._shuffled()
        places = rows if self.places is None else self.places.gather(1, rows)
        index = (places + self.starts).to(self.X.device)
        index_of_codes = (places + self.starts_of_codes).to(self.X.device)
        for step, share in enumerate(self.shares):
            start = step * self.batch_size
            batch = slice(start, start + share.shape[1])
            self.streams.n_rows = self.sizes[self.streams.first, step].tolist()
            if self.weights is not None:
                here = rows[:, batch].to(self.X.device)
                share = share * self.weights.gather(1, here)
            labels = self.codes.index_select(0, index_of_codes[:, batch].flatten())
            yield index[:, batch], labels.view(share.shape), share

    def leave_streams(self):
        """Let each trainee's generators stand where its network has drawn to."""
        on_cpu = self.X.device.type == "cpu"
        for trainee, s in zip(self.trainees, self.streams.of_network, strict=True):
            trainee.generator.set_state(self.shuffles[s].get_state())
            if not on_cpu:
                own = self.streams.generators[s].get_state()
                trainee.of_device = torch.Generator(self.X.device)
                trainee.of_device.set_state(own)

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


def numbered(keys):
    """Return a number for each key, equal for equal ones."""
    numbers: dict[str, Any] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _stream_key(trainee):
    state = trainee.generator.get_state().numpy().tobytes()
    shares = tuple(getattr(m, "p", None) for m in trainee.network.modules())
    return state, len(trainee.dataset), shares


def _make_streams(trainees, device):
    """Return the generators that shuffle, one a stream, and the streams of dropout."""
    of_network = numbered([_stream_key(t) for t in trainees])
    first = [of_network.index(s) for s in range(max(of_network) + 1)]
    shuffles = [trainees[i].generator for i in first]
    if torch.device(device).type == "cpu":  # shuffles and dropout draw in turn
        return shuffles, Streams(shuffles, of_network)
    own = [trainees[i].of_device for i in first]
    for s, (generator, shuffle) in enumerate(zip(own, shuffles, strict=True)):
        if generator is None:
            own[s] = torch.Generator(device).manual_seed(shuffle.initial_seed())
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
    """Return tensors as one, each of them once, and where in it each begins."""
    once = {id(tensor): tensor for tensor in tensors}
    ends = np.cumsum([0, *map(len, once.values())]).tolist()
    start_of = dict(zip(once, ends, strict=False))
    joined = torch.cat([*once.values()]) if len(once) > 1 else tensors[0]
    return joined, [start_of[id(tensor)] for tensor in tensors]
