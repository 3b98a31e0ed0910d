"""Samples without a label, drawn beside the batches of those that have one."""

from typing import Any, Protocol

import torch
from torch import Tensor

from sknoisy import _streams


class Rows(Protocol):
    """Features that can be indexed, as those of the engine's datasets."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def features(self, rows: Tensor) -> Tensor:
        """Return the features of some rows, dense."""


class UnlabeledRows:
    """Draws as many samples as are wanted, with replacement; none from None.

    Parameters
    ----------
    rows : Rows or None
    """

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __len__(self):
        return 0 if self.rows is None else len(self.rows)

    def draw_rows(self, n: int, like: Tensor) -> tuple[Tensor, Tensor]:
        """Return places and features of `n` rows, as `like` is and where it is."""
        rows = torch.randint(len(self), (n,), generator=_streams.generator())
        return rows.to(like.device), self.rows.features(rows).to(like)

    def draw(self, n: int, like: Tensor) -> Tensor:
        """Return the features of `n` rows, or of none where there are none."""
        return self.draw_rows(n, like)[1] if len(self) else like[:0]
