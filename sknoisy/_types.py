"""Names of types that several signatures share."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn
from torch.utils.data import Dataset

from sknoisy._data_types import ArrayLike, MatrixLike

# what X may be to a network: an array, a frame, samples, several inputs, a data set
Inputs = MatrixLike | Mapping[str, ArrayLike] | Dataset[Any]

# a name, or a function (logits, labels) -> (n_samples,)
Loss = str | Callable[..., Tensor]
# called with features, gives logits (n_batch, n_networks, n_classes)
Networks = nn.Module
# gives the logits of all training rows (n_samples, n_networks, n_classes)
Predict = Callable[[], Tensor]
# a class, a function that makes a network, a network, or None for one that suits X
Module = type[nn.Module] | nn.Module | Callable[..., nn.Module] | None
