"""What the losses need of the softmax: −log p_y, or p_y itself."""

import torch
import torch.nn.functional as F


def label_nll(logits, labels):
    """Return −log p_y of each sample, shape (n_samples,)."""
    return F.cross_entropy(logits, labels, reduction="none")


def log_softmax_and_nll(logits, labels):
    """Return log p, shape (n_samples, n_classes), and −log p_y, (n_samples,)."""
    log_p = F.log_softmax(logits, dim=-1)
    return log_p, F.nll_loss(log_p, labels, reduction="none")


def label_probability(logits, labels):
    """Return p_y of each sample, shape (n_samples,), for losses without a logarithm."""
    return -F.nll_loss(F.softmax(logits, dim=-1), labels, reduction="none")


def probability_of(nll):
    """Return p_y, where −log p_y is known already."""
    # 1 - p_y needs no expm1: near zero, nll itself is only good to one eps, and the
    # gradient of expm1, its result + 1, loses the digits of exp as p_y -> 0
    return torch.exp(-nll)
