"""Training data, in memory or read when needed, and the batches cut from it."""

from typing import Any

import torch
from scipy import sparse
from torch.utils.data import Dataset

from sknoisy import _streams
from sknoisy._engine.intake import Reader
from sknoisy._samples import Columns, Samples
from sknoisy._tensors import as_tensor, is_mapped

APART = 1_000_003  # seeds of an epoch's batches from those of the next one's
# how samples are read that aren't in memory, as torch's DataLoader has it
READING = (
    *("num_workers", "prefetch_factor", "pin_memory", "timeout", "worker_init_fn"),
    "multiprocessing_context",
)


class ArrayDataset(Dataset):
    """Features and labels that are indexed a batch at a time, never a row at a time.

    Parameters
    ----------
    X : ndarray of shape (n_samples, ...), CSR matrix, Samples or Columns
        A sparse matrix is made dense batch by batch, a file that is mapped into memory
        and samples are read so.

    codes : ndarray of shape (n_samples,), default=None
        Labels as integers from 0.

    rows : LongTensor, default=None
        The rows that belong to this dataset; None means all. Positions stay those of
        `X`, so that a validation split keeps each sample's place in the training set.
    """

    def __init__(self, X, codes=None, rows=None):
        as_it_is = (
            sparse.issparse(X) or isinstance(X, (Samples, Columns)) or is_mapped(X)
        )
        self.X = X if as_it_is else as_tensor(X)
        none = codes is None  # in a prediction, of which one row shouldn't take longer
        self.codes = torch.zeros(X.shape[0], dtype=int) if none else as_tensor(codes)
        self.is_whole = rows is None
        self.show: Any = None  # what makes a batch of sparse rows; None makes it dense
        self.rows = torch.arange(X.shape[0]) if rows is None else rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):  # skorch's helpers look at single rows
        (features, index), label = self.batch(self.rows[i : i + 1])
        return (features[0], index[0]), label[0]

    @property
    def shape(self):
        """(n_samples, ...), for callbacks that ask for the shape of X."""
        return (len(self), *self.X.shape[1:])

    @property
    def y(self):
        """The labels of this dataset's rows, for skorch's scoring callbacks."""
        return self.codes[self.rows].cpu().numpy()

    @property
    def is_read(self):
        """Whether samples are read one by one."""
        return isinstance(self.X, Samples)

    def batch(self, rows):
        """Return ``((features, index), labels)``, an (X, y) pair in skorch's eyes."""
        return (self.features(rows), rows), self.codes.index_select(0, rows)

    def features(self, rows):
        """Return the features of some rows, dense."""
        if isinstance(self.X, torch.Tensor):
            return self.X.index_select(0, rows)
        if isinstance(self.X, Samples | Columns):
            return Reader(self.X).read(rows.cpu().numpy())
        found = self.X[rows.cpu().numpy()]
        if self.show is not None:
            return self.show(found)
        return torch.from_numpy(found.toarray() if sparse.issparse(found) else found)

    def blocks(self, size, **options):
        """Yield the features of all rows in order, `size` at a time.

        `options` are those of a `Reader`, for samples that are read.
        """
        if self.is_read:
            yield from Reader(self.X, **options)(self.rows.split(size))
            return
        for start in range(0, len(self), size):
            if self.is_whole and isinstance(self.X, torch.Tensor):
                yield self.X[start : start + size]  # a view, not a copy
            else:
                yield self.features(self.rows[start : start + size])

    def subset(self, rows):
        """Return the dataset of some rows; positions stay those of the whole."""
        return ArrayDataset(self.X, self.codes, torch.as_tensor(rows))

    def whole(self):
        """Return the dataset of all rows, in the order of the training set."""
        return ArrayDataset(self.X, self.codes)

    def to(self, device):
        """Return this dataset with all that fits there on `device`."""
        if not _fits(self.X, device):
            return self
        moved = ArrayDataset(self.X.to(device), self.codes, self.rows)
        moved.codes, moved.rows = self.codes.to(device), self.rows.to(device)
        moved.is_whole = self.is_whole
        return moved


class Batches:
    """An iterator over the batches of a dataset; new order each time, if shuffled.

    A last batch of one sample joins the one before: batch normalization can't train
    on a single sample.

    Parameters
    ----------
    dataset : ArrayDataset

    batch_size : int

    shuffle : bool, default=False

    drop_last : bool, default=False
        Whether to leave out a last batch that is smaller than the others.

    sampler : iterable of int, default=None
        Gives the places of an epoch's samples, instead of all in a new order.

    num_workers : int, default=0
        How many processes read samples that aren't in memory. Neither their order nor
        what they draw depends on it.

    prefetch_factor, pin_memory, timeout, worker_init_fn, multiprocessing_context
        As torch's DataLoader takes them; None, or nothing, is its default.

    collate_fn : callable, default=None
        What puts samples together; the samples know it already.

    intake : callable, default=None
        Brings features to where and what the network wants them to be. None moves
        them to `device`.

    device : torch.device or str, default="cpu"
    """

    def __init__(
        self,
        dataset,
        batch_size,
        *,
        shuffle=False,
        drop_last=False,
        sampler=None,
        num_workers=0,
        prefetch_factor=None,
        pin_memory=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        collate_fn=None,
        intake=None,
        device="cpu",
    ):
        self.dataset = dataset.to(device)
        n_rows = len(dataset if sampler is None else sampler)
        self.sizes = batch_sizes(n_rows, batch_size, drop_last)
        self.shuffle = shuffle
        self.sampler = sampler
        given = locals()
        self.options = {name: given[name] for name in READING}
        self.device = torch.device(device)
        self.intake = intake
        self.n_epochs = 0

    def __len__(self):
        return len(self.sizes)

    def __iter__(self):
        chunks = self._chunks()
        if self.dataset.is_read:
            yield from self._read(chunks)
            return
        for chunk in chunks:
            yield self._handed_over(self.dataset.batch(chunk))

    def _chunks(self):
        return self._order()[: sum(self.sizes)].split(self.sizes)

    def _order(self):
        rows = self.dataset.rows
        if self.sampler is not None:
            return rows[torch.as_tensor(list(self.sampler)).to(rows.device)]
        if not self.shuffle:
            return rows
        # drawn on the CPU: equal seeds, equal order on any device
        order = torch.randperm(len(rows), generator=_streams.generator())
        return rows[order.to(rows.device)]

    def _read(self, chunks):
        # not from the stream: reading must not change what is drawn after it
        seed = _streams.initial_seed() + self.n_epochs * APART
        self.n_epochs += 1
        features = Reader(self.dataset.X, **self.options)(chunks, seed % 2**32)
        for chunk, batch in zip(chunks, features, strict=True):
            labels = self.dataset.codes.index_select(0, chunk)
            yield self._handed_over(((batch, chunk), labels))

    def _handed_over(self, batch):
        (features, index), labels = batch
        if self.intake is not None:
            features = self.intake(features, self.device)
        elif isinstance(features, torch.Tensor):
            features = features.to(self.device)
        if labels.device.type == self.device.type:
            return (features, index), labels
        return (features, index.to(self.device)), labels.to(self.device)


def batch_sizes(n_rows, batch_size, drop_last=False, least=2):
    """Return the sizes of an epoch's batches; fewer than `least` join those before."""
    if batch_size == -1:  # all at once, as skorch says it
        return [n_rows]
    n_full, tail = divmod(n_rows, batch_size)
    sizes = [batch_size] * n_full
    if tail and not sizes:
        return [tail]
    if 0 < tail < least and not drop_last:
        sizes[-1] += tail
    elif tail and not drop_last:
        sizes.append(tail)
    return sizes


def _fits(X, device):
    """Whether `X` may live on `device` for the whole of training."""
    device = torch.device(device)
    if not isinstance(X, torch.Tensor) or device.type == "cpu" or X.device == device:
        return False
    if device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    # what torch keeps for later is free to whoever asks torch
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    free += kept
    return X.nbytes < free / 2  # the other half is for the network and its batches
