"""Random numbers: each fit has a stream of its own, whatever runs beside it.

What draws within a fit asks `generator` and hands it on to torch. Whoever can't be told
where to draw from (torch's initializations, a network or a callback of the user's) is
lent the stream: for that time the global generators hold it, and other fits that want
to do the same wait for their turn. Either way it is the same stream, number by number.
"""

import os
import random
import threading
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
import torch

from sknoisy._interrupts import to_the_end

_current: ContextVar = ContextVar("stream of the running fit", default=None)
_lock = threading.RLock()  # who has it may use the global generators
_held: list = []  # what the generators held before each loan


class Stream:
    """The random numbers of one fit, those that a seeded global generator would give.

    Parameters
    ----------
    seed : int
        At most 2^32 - 1.

    device : torch.device or str, default="cpu"
        A CUDA device has a generator of its own, which is lent along.
    """

    def __init__(self, seed, device="cpu"):
        device = torch.device(device)
        self.seed = seed
        self.generator = torch.Generator().manual_seed(seed)
        self.device = device if device.type == "cuda" else None
        self.of_device = None
        if self.device is not None:
            self.of_device = torch.Generator(device).manual_seed(seed).get_state()
        self.of_others = None  # made when they are lent for the first time

    def put(self, others):
        """Let the global generators hold what comes next in this stream."""
        torch.set_rng_state(self.generator.get_state())
        if self.device is not None:
            torch.cuda.set_rng_state(self.of_device, self.device)
        if not others:
            return
        if self.of_others is None:
            of_numpy = np.random.RandomState(self.seed).get_state()
            self.of_others = of_numpy, random.Random(self.seed).getstate()
        _set_others(self.of_others)

    def take(self, others):
        """Go on from where the global generators stand."""
        self.generator.set_state(torch.get_rng_state())
        if self.device is not None:
            self.of_device = torch.cuda.get_rng_state(self.device)
        if others:
            self.of_others = _get_others()


@contextmanager
def drawing_from(stream):
    """Let all that this thread draws meanwhile come from `stream`."""
    before = _current.get()
    try:  # from here on, Ctrl-C may come at any place
        _current.set(stream)
        yield stream
    finally:
        to_the_end(lambda: _current.set(before))


def current():
    """Return the stream that this thread draws from; None where it is lent, or none."""
    return _current.get()


def generator():
    """Return where to draw from, on the CPU; None stands for torch's own generator."""
    stream = _current.get()
    return None if stream is None else stream.generator


def initial_seed():
    """Return the seed of the stream that is drawn from."""
    stream = _current.get()
    return torch.initial_seed() if stream is None else stream.seed


@contextmanager
def lent(others=True):
    """Lend the stream of this thread to the global generators; restore them in the end.

    Nothing happens where there is none: outside of a fit, or where it is lent already.

    Parameters
    ----------
    others : bool, default=True
        Whether NumPy's and Python's generators are seeded alike, too.
    """
    stream = _current.get()
    if stream is None:
        yield
        return
    with _lock:
        before = _Before(stream, others)
        try:
            _current.set(None)
            _held.append(before)
            stream.put(others)
            yield
            stream.take(others)
        finally:
            to_the_end(before.end)


class Witness:
    """Tells whether something has been drawn from the global generators of the CPU."""

    def __init__(self):
        self.states = _fingerprint()

    def has_seen_draws(self):
        """Whether they stand elsewhere now."""
        return _fingerprint() != self.states


class _Before:
    """What the global generators hold before a loan, and who drew from a stream."""

    def __init__(self, stream, others):
        device = stream.device
        self.stream = stream
        self.thread = threading.get_ident()
        self.of_torch = torch.get_rng_state()
        self.device = device
        self.of_device = None if device is None else torch.cuda.get_rng_state(device)
        self.of_others = _get_others() if others else None

    def end(self):
        _current.set(self.stream)
        self.restore()

    def restore(self):
        torch.set_rng_state(self.of_torch)
        if self.device is not None:
            torch.cuda.set_rng_state(self.of_device, self.device)
        if self.of_others is not None:
            _set_others(self.of_others)
        _held[:] = [held for held in _held if held is not self]


def _get_others():
    return np.random.get_state(), random.getstate()


def _set_others(states):
    of_numpy, of_python = states
    np.random.set_state(of_numpy)
    random.setstate(of_python)


def _fingerprint():
    _, keys, *rest = np.random.get_state(legacy=True)
    of_numpy = (np.asarray(keys).tobytes(), *rest)
    return torch.get_rng_state().numpy().tobytes(), of_numpy, random.getstate()


def _renew():
    """Begin anew in a forked process, of whose threads only this one has come along."""
    global _lock
    _lock = threading.RLock()
    if _held and _held[0].thread != threading.get_ident():
        first = _held[0]
        _held.clear()
        first.restore()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
