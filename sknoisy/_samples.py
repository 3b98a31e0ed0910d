"""What X may be besides an array: samples that are read when they are needed.

Data sets of torch's and Hugging Face's, paths, images, several arrays by name. All of
them are cut by rows, so that splits, searches and detectors need not look into them;
torch is not imported here.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Number
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from sknoisy._pictures import open_image
from sknoisy._shown import shown

LABEL_NAMES = ("label", "labels", "target", "targets", "y")
IMAGE_SUFFIXES = (
    *(".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".pgm", ".tif", ".tiff"),
    *(".webp", ".pnm"),
)


class Indexed(Protocol):
    """What has samples at places."""

    def __getitem__(self, place: int, /) -> Any:
        """Return the sample at a place."""


class Samples:
    """Samples of any kind, read one by one when they are needed.

    Indexed by a row, it gives that sample; by several (an array, a mask, a slice),
    samples again, of which none has been read. So they go through train_test_split,
    GridSearchCV, cross_val_predict and every estimator that only cuts X by rows.

    Parameters
    ----------
    source : sequence
        Anything with a length and with samples at the places from 0: a map-style data
        set of torch's, a data set of Hugging Face's, a list of arrays, tensors, paths
        or images. A label that is part of a sample (the last of a tuple, or named
        "label") is left out.

    transform : callable, default=None
        Called with each sample, without its label, as it is read.

    See Also
    --------
    sknoisy.datasets.read_image_folder : Images in folders as samples.

    Examples
    --------
    >>> from sknoisy.datasets import Samples
    >>> samples = Samples([[1, 2], [3, 4], [5, 6]], transform=sum)
    >>> samples[1]
    7
    >>> samples[[0, 2]]
    <2 samples of a list>
    """

    ndim = 1

    def __init__(
        self, source: Indexed, transform: Callable[[Any], Any] | None = None
    ) -> None:
        self.source: Any = source
        self.transform = transform
        self.rows: np.ndarray | None = None
        self.collate_fn: Callable[[list[Any]], Any] | None = None

    def __len__(self) -> int:
        return len(self.source) if self.rows is None else len(self.rows)

    @property
    def shape(self) -> tuple[int]:
        """(n_samples,): what one of them is like shows when it is read."""
        return (len(self),)

    def __getitem__(self, rows: Any) -> Any:
        rows = whole_rows(rows, len(self))
        if isinstance(rows, int):
            return self._features(self._raw([rows])[0])
        return self.cut(rows)

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} samples of a {type(self.source).__name__}>"

    def cut(self, rows: np.ndarray) -> "Samples":
        """Return some of the samples, in an order of their own."""
        own = Samples(self.source, self.transform)
        own.rows = rows if self.rows is None else self.rows[rows]
        own.collate_fn = self.collate_fn
        return own

    def _raw(self, rows: Sequence[int] | np.ndarray) -> list[Any]:
        """Return samples as the source holds them, a label that is inside included."""
        places = [int(row) for row in (rows if self.rows is None else self.rows[rows])]
        if hasattr(self.source, "__getitems__"):  # several at once, where it can
            return self.source.__getitems__(places)
        return [self.source[place] for place in places]

    def _features(self, sample: Any) -> Any:
        """Return a sample without its label, transformed."""
        sample = without_label(opened(sample))
        return sample if self.transform is None else self.transform(sample)

    def read(
        self, rows: np.ndarray
    ) -> list[Any] | tuple[Any, ...] | Mapping[str, Any] | np.ndarray:
        """Return samples as a list, or as a batch where the user puts it together.

        A function of the user's (`collate_fn`) sees samples as the source has them, and
        may return features and labels.
        """
        found = self._raw(rows)
        if self.collate_fn is None:
            return [self._features(sample) for sample in found]
        if self.transform is not None:
            found = [self._features(sample) for sample in found]
        else:
            found = [opened(sample) for sample in found]
        batch = self.collate_fn(found)
        if not has_label(found[0]):
            return batch
        if isinstance(batch, Mapping):
            return without_label(batch)
        return batch[0] if len(batch) == 2 else tuple(batch[:-1])

    def labels(self, needed: bool = False) -> np.ndarray | None:
        """Return the labels that samples hold; None, or an error, if there are none."""
        rows = np.arange(len(self.source)) if self.rows is None else self.rows
        known = labels_of_source(self.source, rows)
        if known is not None:
            return known
        if not len(self):
            return None
        first = self._raw([0])[0]
        if not has_label(first):
            if not needed:
                return None
            raise ValueError(
                "Samples of X hold no label, or none that can be told from features:"
                f" the first is {_told(first)}. A label is the last part of a tuple, a"
                f" single number or text, or named one of {list(LABEL_NAMES)}. Or pass"
                " y, with a label for each sample."
            )
        return np.array(
            [plain(label_in(self._raw([row])[0])) for row in range(len(self))]
        )


class Columns:
    """Arrays of equal length side by side, by name or by place, for several inputs.

    Parameters
    ----------
    arrays : dict or tuple of array-like
        A network is called with the arrays of a dict by name, with those of a tuple in
        their order.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.datasets import Columns
    >>> columns = Columns({"image": np.zeros((5, 8, 8)), "age": np.ones((5, 1))})
    >>> columns[2:].shape
    (3,)
    """

    ndim = 1
    collate_fn = None

    def __init__(self, arrays: Mapping[str, Any] | tuple[Any, ...]) -> None:
        if not len(arrays):
            raise ValueError(f"X={arrays!r} holds no array.")
        self.arrays = arrays
        lengths = {name: n_rows(array) for name, array in self.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"The arrays of X have different lengths: {lengths}.")

    def items(self) -> list[tuple[Any, Any]]:
        """Return names, or places, and arrays."""
        named = isinstance(self.arrays, Mapping)
        arrays: Any = self.arrays
        return list(arrays.items() if named else enumerate(arrays))

    def __len__(self) -> int:
        return n_rows(self.items()[0][1])

    @property
    def shape(self) -> tuple[int]:
        """(n_samples,): each array has a shape of its own."""
        return (len(self),)

    def __getitem__(self, rows: Any) -> Any:
        rows = whole_rows(rows, len(self))
        return self.read(rows) if isinstance(rows, int) else self.cut(rows)

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} samples of {len(self.arrays)} arrays>"

    def cut(self, rows: np.ndarray) -> "Columns":
        """Return some of the samples."""
        return Columns(self.read(rows))

    def read(self, rows: int | np.ndarray) -> dict[str, Any] | tuple[Any, ...]:
        """Return the rows of each array."""
        cut = {name: rows_of(array, rows) for name, array in self.items()}
        return cut if isinstance(self.arrays, Mapping) else tuple(cut.values())

    def labels(self, needed: bool = False) -> None:
        """Return None: arrays hold no labels."""


def as_samples(X, n_samples=None, collate_fn=None):
    """Return what X is besides an array as samples; None for arrays and tables.

    Parameters
    ----------
    X : object

    n_samples : int, default=None
        How many labels there are, where that is known: a tuple of arrays may be
        several inputs or a sequence of samples.

    collate_fn : callable, default=None
        The user's way to put samples together, which makes samples of rows.
    """
    samples = _as_samples(X, n_samples)
    if samples is None and collate_fn is not None and len(np.shape(X[0])):
        samples = Samples(X)
    if samples is not None and collate_fn is not None and isinstance(samples, Samples):
        samples = samples.cut(np.arange(len(samples)))
        samples.collate_fn = collate_fn
    return samples


def _as_samples(X, n_samples):
    if hasattr(X, "dtype") and getattr(X.dtype, "kind", "") not in "OU":
        return None  # an array of numbers, or a tensor
    if isinstance(X, Samples | Columns):
        return X
    if sparse.issparse(X):
        return None
    if isinstance(X, Mapping):
        return Columns(X)
    if _is_of_torch(X, "DataLoader") or _is_of_torch(X, "IterableDataset"):
        raise TypeError(
            f"X is a {type(X).__name__}, whose samples have no places: pass a map-style"
            " data set, such as the dataset that a DataLoader was made of."
        )
    if _is_of_torch(X, "Dataset") or _is_of_hugging_face(X):
        return Samples(X)
    if type(X).__name__ == "SliceDataset" and hasattr(X, "indices_"):  # skorch's
        return Samples(X)
    if isinstance(X, tuple) and _are_columns(X, n_samples):
        return Columns(X)
    if isinstance(X, list | tuple) or len(getattr(X, "shape", ())) == 1:
        return _as_listed(X)
    return None


def _as_listed(X):
    """Return a sequence of paths, images, or samples of several parts as samples."""
    if not len(X):
        return None
    X = X if isinstance(X, list | tuple) else list(X)
    first = X[0]
    if _is_path(first) or is_image(first) or isinstance(first, Mapping):
        return Samples(X)
    if isinstance(first, tuple) and len(np.shape(_array(first[0]))):
        return Samples(X)  # of a data set that scikit-learn has cut
    shapes = {np.shape(_array(one)) for one in X} if hasattr(first, "shape") else ()
    return Samples(X) if len(shapes) > 1 else None


def _array(value):
    return np.zeros((1, 1)) if is_image(value) else value


def _are_columns(X, n_samples):
    """Whether a tuple is arrays side by side, rather than one sample each."""
    if not X or not all(hasattr(one, "shape") and len(one.shape) for one in X):
        return False
    lengths = {len(one) for one in X}
    deep = any(len(one.shape) > 1 for one in X)
    if len(lengths) > 1 or not deep:
        return False
    return n_samples is None or (lengths == {n_samples} and len(X) != n_samples)


def without_label(sample):
    """Return what a sample holds besides its label."""
    if isinstance(sample, Mapping):
        rest = {k: v for k, v in sample.items() if k not in LABEL_NAMES}
        return next(iter(rest.values())) if len(rest) == 1 else rest
    if type(sample) in (tuple, list) and len(sample) == 1:
        return sample[0]
    if has_label(sample):
        return sample[0] if len(sample) == 2 else tuple(sample[:-1])
    return sample


def has_label(sample):
    """Whether a sample, or a batch of them, has its label inside."""
    if isinstance(sample, Mapping):
        return any(name in sample for name in LABEL_NAMES)
    if type(sample) not in (tuple, list) or len(sample) < 2:
        return False
    first, last = _array(opened(sample[0], look=True)), sample[-1]
    is_one = isinstance(last, Number | str | np.generic) or np.shape(last) == ()
    return is_one and not (isinstance(first, Number) or np.shape(first) == ())


def label_in(sample):
    """Return the label that a sample has inside."""
    if isinstance(sample, Mapping):
        return next(sample[name] for name in LABEL_NAMES if name in sample)
    return sample[-1]


def labels_of_source(source, rows):
    """Return the labels that a data set can tell without reading its samples."""
    if type(source).__name__ == "Subset" and hasattr(source, "indices"):
        return labels_of_source(source.dataset, np.asarray(source.indices)[rows])
    if getattr(source, "target_transform", None) is not None:
        return None  # what it holds isn't what it gives
    tensors = getattr(source, "tensors", None)
    if tensors is not None and len(tensors) > 1:  # torch's TensorDataset
        return np.asarray(tensors[-1])[rows] if tensors[-1].ndim == 1 else None
    if _is_of_hugging_face(source):
        names = [name for name in LABEL_NAMES if name in source.column_names]
        return np.asarray(source[names[0]])[rows] if names else None
    for name in ("targets", "labels"):
        found = getattr(source, name, None)
        if found is not None and not callable(found) and len(found) == len(source):
            return np.asarray(found)[rows]
    return None


def _told(sample):
    """Return in a few words what a sample is made of."""
    if isinstance(sample, Mapping):
        return f"a dict of {sorted(map(str, sample))}"
    if type(sample) in (tuple, list):
        parts = [_array(opened(one, look=True)) for one in sample]
        shapes = ", ".join(str(tuple(np.shape(one))) for one in parts)
        return f"{len(sample)} parts of shapes {shapes}"
    return f"one {type(sample).__name__}"


def plain(label):
    """Return a label as a plain value: that of an array or tensor without axes."""
    return label.item() if hasattr(label, "item") else label


def opened(sample, look=False):
    """Return the image that a path leads to; anything else as it is."""
    if type(sample) is tuple and len(sample) == 2 and _is_path(sample[0]):
        return (opened(sample[0], look), sample[1])
    if not _is_path(sample):
        return sample
    return np.zeros((1, 1)) if look else open_image(sample)


def whole_rows(rows, n_samples):
    """Return what somebody indexes by as a row, or as an array of rows."""
    if isinstance(rows, tuple):  # (rows, ...), as scikit-learn says it
        rows = rows[0]
    if isinstance(rows, int | np.integer) and not isinstance(rows, bool):
        row = int(rows) + (n_samples if rows < 0 else 0)
        if not 0 <= row < n_samples:
            raise IndexError(f"There is no sample {rows} among {n_samples}.")
        return row
    if isinstance(rows, slice):
        return np.arange(n_samples)[rows]
    rows = np.asarray(rows)
    if rows.dtype == bool and len(rows) != n_samples:
        raise IndexError(f"A mask of {len(rows)} can't cut {n_samples} samples.")
    return np.arange(n_samples)[rows if rows.size else slice(0)]


def n_rows(array):
    """Return how many samples an array has."""
    shape = getattr(array, "shape", None)
    if isinstance(array, str | bytes) or shape == () or not hasattr(array, "__len__"):
        raise TypeError(f"X holds {shown(array)}, which isn't one value a sample.")
    return len(array) if shape is None else shape[0]


def rows_of(array, rows):
    """Return rows of an array, a tensor, a column of a frame, or a list."""
    if hasattr(array, "iloc"):
        return array.iloc[rows].to_numpy()
    return array[rows] if hasattr(array, "shape") else np.asarray(array)[rows]


def _is_path(value):
    if isinstance(value, os.PathLike):
        return True
    return isinstance(value, str) and value.lower().endswith(IMAGE_SUFFIXES)


def is_image(value):
    """Whether a value is an image of Pillow's, where that was imported."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def _is_of_torch(X, name):
    module = sys.modules.get("torch.utils.data")
    return module is not None and isinstance(X, getattr(module, name))


def _is_of_hugging_face(X):
    names = ("column_names", "features", "__getitem__", "__len__")
    return all(hasattr(X, name) for name in names) and not hasattr(X, "iloc")
