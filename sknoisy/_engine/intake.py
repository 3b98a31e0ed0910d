"""From samples as they are kept to what a network is called with, batch by batch."""

import random
from collections.abc import Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch.nn.utils.rnn import PackedSequence
from torch.utils.data import DataLoader, default_collate

from sknoisy._engine.sparse_rows import SparseRows
from sknoisy._nested import leaves, map_tensors
from sknoisy._pictures import pixels_of
from sknoisy._samples import Samples, is_image
from sknoisy._streams import lent
from sknoisy._tensors import as_tensor


class Reader:
    """Reads batches of samples, in this process or in others.

    What a sample draws at random as it is read follows from the seed that comes with
    its batch, whoever reads it: results don't depend on the number of workers.

    Parameters
    ----------
    samples : Samples or Columns

    **options : dict
        ``num_workers`` and other parameters of torch's DataLoader.
    """

    def __init__(self, samples, *, num_workers=0, **options):
        self.samples = samples
        self.num_workers = num_workers
        self.options = options

    def __call__(self, chunks, seed=0):
        """Yield the features of each of several lists of rows.

        Parameters
        ----------
        chunks : list of LongTensor

        seed : int, default=0
        """
        jobs = [
            (chunk.cpu().numpy(), (seed + i) % 2**32) for i, chunk in enumerate(chunks)
        ]
        if not self.num_workers or len(jobs) < 2:
            yield from (self.read(*job) for job in jobs)
            return
        yield from DataLoader(
            _Jobs(self.samples),
            sampler=jobs,
            batch_size=None,
            collate_fn=_as_it_is,
            num_workers=min(self.num_workers, len(jobs)),
            generator=torch.Generator().manual_seed(0),  # unused, but for its draw
            **self.options,
        )

    def read(self, rows, seed=0):
        """Return the features of some rows."""
        with lent(), _seeded(seed):
            return put_together(self.samples, rows)


class _Jobs(torch.utils.data.Dataset):
    """What a worker is asked: rows, and the seed of what they draw."""

    def __init__(self, samples):
        self.samples = samples

    def __getitem__(self, job):
        rows, seed = job
        _seed(seed)
        return put_together(self.samples, rows)


def _as_it_is(batch):
    return batch


def _seed(seed):
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


@contextmanager
def _seeded(seed):
    before = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        _seed(seed)
        yield
    finally:
        torch.set_rng_state(before[0])
        np.random.set_state(before[1])
        random.setstate(before[2])


def put_together(samples, rows):
    """Return rows of samples as a batch: one tensor, or several by name or place."""
    found = samples.read(rows)
    if isinstance(samples, Samples) and samples.collate_fn is None:
        found = _collated([_without_objects(sample) for sample in found])
    batch = _as_tensors(found)
    _check_numbers(batch, rows)
    return batch


def _collated(found):
    try:
        return default_collate(found)
    except (RuntimeError, TypeError) as error:
        shapes = sorted({str(_shapes(sample)) for sample in found})
        if len(shapes) > 1:
            raise ValueError(
                "Samples of X differ in shape, such as"
                f" {' and '.join(shapes[:2])}: bring them to one size, or pass a"
                " function that puts them together, iterator_train__collate_fn=…, as a"
                " DataLoader takes it."
            ) from None
        raise TypeError(
            f"Samples of X can't be put together as tensors: {error}"
        ) from None


def _without_objects(sample):
    """Return a sample with images, and numbers in lists, as arrays."""
    if isinstance(sample, Mapping):
        return {name: _without_objects(value) for name, value in sample.items()}
    if isinstance(sample, tuple):
        return tuple(map(_without_objects, sample))
    if isinstance(sample, np.ndarray | torch.Tensor | np.generic):
        return sample
    if is_image(sample):
        return pixels_of(sample)
    if isinstance(sample, list) or hasattr(sample, "__array_interface__"):
        return np.array(sample)  # a copy, which can be written to
    return sample


def _as_tensors(batch):
    if isinstance(batch, torch.Tensor):
        return batch
    if isinstance(batch, PackedSequence):
        raise TypeError(
            "iterator_train__collate_fn gives a PackedSequence, whose rows are no"
            " samples: give padded samples and their lengths, as a dict or a tuple, and"
            " pack them in the network's forward."
        )
    if isinstance(batch, Mapping):
        return {name: _as_tensors(values) for name, values in batch.items()}
    if isinstance(batch, tuple | list):
        return tuple(map(_as_tensors, batch))
    if isinstance(batch, np.ndarray) and batch.dtype.kind in "biuf":
        return as_tensor(batch)
    if isinstance(batch, np.ndarray) and batch.dtype == object:
        return _as_tensors(np.stack([np.asarray(one) for one in batch]))
    if isinstance(batch, str):
        raise TypeError(
            f"Samples of X hold texts, such as {batch!r}: networks take numbers. Turn"
            " texts into tokens first, by a transform or a collate function."
        )
    return batch  # something of the user's own, which only their network understands


def _check_numbers(batch, rows):
    """Say so if features of lazily read samples aren't finite."""
    for values in leaves(batch):
        if values.is_floating_point() and not torch.isfinite(values.sum()):
            strange = ~torch.isfinite(values).flatten(1).all(dim=1)
            if strange.any() and len(strange) == len(rows):
                row = rows[int(strange.nonzero()[0])]
                raise ValueError(
                    f"Sample {row} of X holds NaN or infinity: give numbers, or leave"
                    " it out."
                )


def holds_integers(features):
    """Whether some numbers of a batch may be tokens."""
    kinds = {leaf.dtype for leaf in leaves(features)}
    return any(not kind.is_floating_point for kind in kinds - {torch.uint8, torch.bool})


class Intake:
    """Brings features to a network's device and type, at the last moment.

    Parameters
    ----------
    dtype : torch.dtype
        That of numbers with a point, and of pixels of uint8.

    keeps_integers : bool, default=False
        Whether integers, such as tokens, stay what they are (int64).
    """

    def __init__(self, dtype, keeps_integers=False):
        self.dtype = dtype
        self.keeps_integers = keeps_integers

    def __call__(self, features, device):
        """Return features as the network wants them, on a device."""
        if isinstance(features, torch.Tensor):
            if features.dtype is self.dtype and features.device.type == device.type:
                return features
            return self.one(features, device)
        if isinstance(features, SparseRows):
            return features.to(self.dtype)
        return map_tensors(lambda values: self.one(values, device), features)

    def one(self, values, device):
        """Return one tensor as the network wants it."""
        values = values.to(device)
        if values.dtype in (torch.uint8, torch.bool) or values.is_floating_point():
            return values.to(self.dtype)
        return values.long() if self.keeps_integers else values.to(self.dtype)

    def fit_to(self, run, features, device):
        """Return what `run` makes of features; learn whether integers are tokens.

        Where it can't be run on them as they are handed over now, the other way is
        tried.
        """
        try:
            return run(self(features, device))
        except (RuntimeError, TypeError, IndexError) as error:
            if not holds_integers(features):
                raise
            self.keeps_integers = not self.keeps_integers
            try:
                return run(self(features, device))
            except Exception:
                self.keeps_integers = not self.keeps_integers
                raise error from None


def shapes_of(features):
    """Return the shape of a sample of a batch; of several tensors all shapes."""
    if isinstance(features, torch.Tensor):
        return tuple(features.shape[1:])
    return _shapes(features, batched=True)


def _shapes(sample, batched=False):
    if isinstance(sample, Mapping):
        return {name: _shapes(value, batched) for name, value in sample.items()}
    if isinstance(sample, tuple | list):
        return tuple(_shapes(value, batched) for value in sample)
    return tuple(np.shape(sample))[int(batched) :]
