"""Losses that others gave, asked for one value a sample."""

import torch

from sknoisy.losses._likelihood import cross_entropy


def per_sample(loss, logits, labels):
    """Return ``loss(logits, labels)``, if it is one value a sample."""
    losses = loss(logits, labels)
    if losses.shape != labels.shape:
        raise ValueError(
            f"The loss gave shape {tuple(losses.shape)} for {len(labels)} samples:"
            f" expected one value a sample, ({len(labels)},), not reduced."
        )
    return losses


def each_class(loss, logits):
    """Return what the loss of each class would be, in the shape of `logits`."""
    if loss is cross_entropy:  # which needs no list of n_classes² logits a sample
        return -logits.log_softmax(dim=-1)
    n_classes = logits.shape[-1]
    rows = logits.reshape(-1, n_classes)
    classes = torch.arange(n_classes, device=logits.device).repeat(len(rows))
    losses = per_sample(loss, rows.repeat_interleave(n_classes, dim=0), classes)
    return losses.view(logits.shape)
