"""What losses and objectives need of logits and labels: probabilities and losses."""

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


def per_sample(loss, logits, labels):
    """Return ``loss(logits, labels)``, if it is one value a sample."""
    losses = loss(logits, labels)
    if losses.shape != labels.shape:
        raise ValueError(
            f"The loss gave shape {tuple(losses.shape)} for {len(labels)} samples:"
            f" expected one value a sample, ({len(labels)},), not reduced. A loss of"
            " torch's does that with reduction='none', and cross entropy is loss='ce'."
        )
    return losses


def mean_probability(logits):
    """Probabilities (n, n_classes): the mean over networks of their softmax."""
    if logits.shape[1] == 1:
        return torch.softmax(logits[:, 0], dim=-1)
    return torch.softmax(logits, dim=-1).mean(dim=1)


def label_frequencies(labels, n_classes, sample_weight=None):
    """Return the share of each label in the training set."""
    counts = torch.bincount(labels, sample_weight, minlength=n_classes).double()
    return counts / counts.sum()
