"""Training data in memory, and the batches cut from it."""

import numpy as np
import torch
from scipy import sparse
from torch.utils.data import Dataset

from sknoisy import _streams
from sknoisy._tensors import as_tensor


class ArrayDataset(Dataset):
    """Features and labels that are indexed a batch at a time, never a row at a time.

    Parameters
    ----------
    X : ndarray of shape (n_samples, ...) or CSR matrix
        A sparse matrix is made dense batch by batch.

    codes : ndarray of shape (n_samples,), default=None
        Labels as integers from 0.

    rows : LongTensor, default=None
        The rows that belong to this dataset; None means all. Positions stay those of
        `X`, so that a validation split keeps each sample's place in the training set.
    """

    def __init__(self, X, codes=None, rows=None):
        self.X = X if sparse.issparse(X) else as_tensor(X)
        codes = np.zeros(X.shape[0], dtype=np.int64) if codes is None else codes
        self.codes = as_tensor(codes)
        self.is_whole = rows is None
        self.rows = torch.arange(X.shape[0]) if rows is None else rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):  # skorch's helpers look at single rows
        (features, index), label = self.batch(self.rows[i : i + 1])
        return (features[0], index[0]), label[0]

    @property
    def y(self):
        """The labels of this dataset's rows, for skorch's scoring callbacks."""
        return self.codes[self.rows].cpu().numpy()

    def batch(self, rows):
        """Return ``((features, index), labels)``, an (X, y) pair in skorch's eyes."""
        return (self.features(rows), rows), self.codes.index_select(0, rows)

    def features(self, rows):
        """Return the features of some rows, dense."""
        if isinstance(self.X, torch.Tensor):
            return self.X.index_select(0, rows)
        return torch.from_numpy(self.X[rows.cpu().numpy()].toarray())

    def blocks(self, size):
        """Yield the features of all rows in order, `size` at a time."""
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

    device : torch.device or str, default="cpu"
    """

    def __init__(
        self, dataset, batch_size, *, shuffle=False, drop_last=False, device="cpu"
    ):
        self.dataset = dataset.to(device)
        self.sizes = batch_sizes(len(dataset), batch_size, drop_last)
        self.shuffle = shuffle
        self.device = torch.device(device)

    def __len__(self):
        return len(self.sizes)

    def __iter__(self):
        rows = self.dataset.rows
        if self.shuffle:  # drawn on the CPU: equal seeds, equal order on any device
            order = torch.randperm(len(rows), generator=_streams.generator())
            rows = rows[order.to(rows.device)]
        for chunk in rows[: sum(self.sizes)].split(self.sizes):
            yield _to_device(self.dataset.batch(chunk), self.device)


def batch_sizes(n_rows, batch_size, drop_last=False):
    n_full, tail = divmod(n_rows, batch_size)
    sizes = [batch_size] * n_full
    if tail and not sizes:
        return [tail]
    if tail == 1 and not drop_last:
        sizes[-1] += 1
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
    return X.nbytes < free / 2  # the other half is for the network and its batches


def _to_device(batch, device):
    (features, index), labels = batch
    if features.device.type == device.type:
        return batch
    return (features.to(device), index.to(device)), labels.to(device)
