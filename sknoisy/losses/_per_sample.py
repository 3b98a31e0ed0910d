"""What a loss would be if the label were another."""

import torch

from sknoisy._logits import per_sample
from sknoisy.losses._likelihood import cross_entropy


def each_class(loss, logits):
    """Return what the loss of each class would be, in the shape of `logits`."""
    if loss is cross_entropy:  # which needs no list of n_classes² logits a sample
        return -logits.log_softmax(dim=-1)
    n_classes = logits.shape[-1]
    rows = logits.reshape(-1, n_classes)
    classes = torch.arange(n_classes, device=logits.device).repeat(len(rows))
    losses = per_sample(loss, rows.repeat_interleave(n_classes, dim=0), classes)
    return losses.view(logits.shape)
