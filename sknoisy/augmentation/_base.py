"""What augmentations share: parameters that clone, search and checkpoints can see."""

import inspect
from abc import ABC, abstractmethod
from typing import Any, Self

import torch
from torch import Tensor

from sknoisy import _streams

__all__ = ["Augmentation", "draw_chances", "draw_numbers"]


class Augmentation(ABC):
    """A change of a batch's features that keeps their shape and class.

    A final class keeps its parameters under their names, and writes ``__call__``. It
    draws by `draw_chances` and `draw_numbers`, whose numbers are those of the fit.
    """

    @abstractmethod
    def __call__(self, features: Tensor) -> Tensor:
        """Return the features of a batch, (n_batch, ...), changed."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name, those of parts too, as scikit-learn does."""
        names = [
            name
            for name, one in inspect.signature(type(self)).parameters.items()
            if one.kind is not one.VAR_POSITIONAL
        ]
        params = {name: getattr(self, name) for name in names}
        if deep:
            for name, value in list(params.items()):
                if hasattr(value, "get_params"):
                    inner = value.get_params().items()
                    params |= {f"{name}__{own}": one for own, one in inner}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, checked as when it was made."""
        known = self.get_params(deep=False)
        strange = sorted(set(params) - set(known))
        if strange:
            raise ValueError(
                f"{type(self).__name__} has no parameter {strange[0]!r}; it has"
                f" {sorted(known)}."
            )
        vars(self).update(vars(type(self)(**known | params)))
        return self

    def __repr__(self) -> str:
        params = self.get_params(deep=False).items()
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in params)})"


def draw_chances(shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Return numbers in [0, 1) where `like` is; the same on any device."""
    drawn = torch.rand(shape, generator=_streams.generator())
    return drawn.to(like.device)


def draw_numbers(high: int, shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Return whole numbers from 0 to below `high` where `like` is."""
    drawn = torch.randint(high, shape, generator=_streams.generator())
    return drawn.to(like.device)
