"""Names of types that several signatures share."""

from collections.abc import Callable
from typing import Any

from torch import nn

# a class, a function that makes a network, a network, or None for one that suits X
Module = type[nn.Module] | nn.Module | Callable[..., nn.Module] | None
# a name, or a function (logits, labels) -> (n_samples,)
Loss = str | Callable[..., Any]
