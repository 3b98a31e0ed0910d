"""Names of types that several signatures share."""

from collections.abc import Callable

from torch import Tensor, nn

# a name, or a function (logits, labels) -> (n_samples,)
Loss = str | Callable[..., Tensor]
# called with features, gives logits (n_batch, n_networks, n_classes)
Networks = nn.Module
# gives the logits of all training rows (n_samples, n_networks, n_classes)
Predict = Callable[[], Tensor]
# a class, a function that makes a network, a network, or None for one that suits X
Module = type[nn.Module] | nn.Module | Callable[..., nn.Module] | None
