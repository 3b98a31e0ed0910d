"""Names of the types that signatures share in all rooms; torch's are in `_types`."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, Protocol, Self, TypeVar

import numpy as np


class ArrayLike(Protocol):
    """A list, an array, a tensor, a frame or a column of one: it has a length."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def __getitem__(self, place: Any, /) -> Any:
        """Return what is at a place."""

    def __iter__(self) -> Iterator[Any]:
        """Return its rows one by one."""


class SparseMatrix(Protocol):
    """A sparse matrix or array of scipy's."""

    def tocsr(self) -> Any:
        """Return it with compressed rows."""


class Estimator(Protocol):
    """What scikit-learn can clone and fit."""

    @property
    def fit(self) -> Callable[..., Any]:
        """Return what learns from X and y."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters."""

    def set_params(self, **params: Any) -> Self:
        """Set parameters."""


class Splitter(Protocol):
    """What parts rows into those to learn from and those to judge."""

    @property
    def split(self) -> Callable[..., Iterable[tuple[Any, Any]]]:
        """Return what yields pairs of row numbers."""


# what a decorator returns as it was
Function = TypeVar("Function", bound=Callable[..., Any])
MatrixLike = ArrayLike | SparseMatrix
Label = Hashable  # a number, a string, a boolean; None, nan and masks are no label
Seed = int | np.random.RandomState | None
Folds = int | str | Splitter | Iterable[tuple[Any, Any]]
FilePath = str | PathLike[str]
# a name, a function (estimator, X, y), or several by name
Scoring = (
    str | Callable[..., Any] | Sequence[str] | Mapping[str, str | Callable[..., Any]]
)
