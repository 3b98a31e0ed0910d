"""What a loss would be if the label were another."""

import torch
from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._types import Loss
from sknoisy.losses._likelihood import cross_entropy


def loss_per_class(loss: Loss, logits: Tensor) -> Tensor:
    r"""What a loss would be for each class, if that were the label.

    Parameters
    ----------
    loss : callable
        A loss (logits, labels) -> (n_samples,).

    logits : Tensor of shape (..., n_classes)
        What the network says, before any softmax.

    Returns
    -------
    losses : Tensor of shape (..., n_classes)
        :math:`\ell(f(x), j)` in column j.

    See Also
    --------
    backward_correction : Weighs these by the inverse of a transition matrix.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import loss_per_class, mean_absolute_error
    >>> logits = torch.tensor([[0.0, 0.0], [9.0, -9.0]])
    >>> loss_per_class(mean_absolute_error, logits)
    tensor([[1., 1.],
            [0., 2.]])
    """
    if loss is cross_entropy:  # which needs no list of n_classes² logits a sample
        return -logits.log_softmax(dim=-1)
    n_classes = logits.shape[-1]
    rows = logits.reshape(-1, n_classes)
    classes = torch.arange(n_classes, device=logits.device).repeat(len(rows))
    losses = per_sample(loss, rows.repeat_interleave(n_classes, dim=0), classes)
    return losses.view(logits.shape)
