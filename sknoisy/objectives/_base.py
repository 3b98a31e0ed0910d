"""What an objective is, and the one that every plain loss uses."""

import torch
from torch import nn


class Objective(nn.Module):
    """What one training step makes small.

    A method of learning is an objective: it turns a batch into one scalar. What it
    remembers lives here as buffers, what it learns as parameters; the engine moves,
    optimizes and saves both. Most methods write `compute`; one that needs other
    inputs than the batch (mixup, a second view) overrides `forward`. Facts of the
    data reach ``__init__`` by name: `n_samples`, `n_classes`, `labels`,
    `sample_weight`.

    See Also
    --------
    MeanLoss : The objective of every plain loss.

    Examples
    --------
    >>> from torch.nn.functional import cross_entropy
    >>> from sknoisy.objectives import Objective
    >>> class Confident(Objective):
    ...     def compute(self, logits, labels, index):
    ...         entropy = -(logits.softmax(-1) * logits.log_softmax(-1)).sum(-1)
    ...         return cross_entropy(logits[:, 0], labels) + 0.1 * entropy.mean()
    """

    n_networks = 1

    def forward(self, networks, features, labels, index):
        """Return the scalar to minimize for one batch.

        Parameters
        ----------
        networks : Networks
            Called with features, gives logits (n_batch, n_networks, n_classes).

        features : Tensor of shape (n_batch, ...)

        labels : LongTensor of shape (n_batch,)

        index : LongTensor of shape (n_batch,)
            The place of each row in the training set.
        """
        return self.compute(networks(features), labels, index)

    def compute(self, logits, labels, index):
        """Return the scalar; logits have shape (n_batch, n_networks, n_classes)."""
        raise NotImplementedError(
            f"{type(self).__name__} must define compute, or forward for itself."
        )

    def on_epoch_begin(self, epoch, networks, predict):
        """Act before epoch number `epoch` (from 0), e.g. to set a rate.

        `predict` is a function without arguments: it gives the logits of all training
        rows, (n_samples, n_networks, n_classes), in evaluation mode, when called.
        """

    def on_epoch_end(self, epoch, networks, predict):
        """Act after an epoch, e.g. to fit a mixture to all losses."""

    def forget(self):
        """Let go of what belongs to single training samples; called after fit."""


class MeanLoss(Objective):
    """The mean of a per-sample loss: the objective of every plain loss.

    Parameters
    ----------
    loss : callable
        ``(logits, labels) -> (n_batch,)``.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights, scaled here to a mean of one over the training set (not
        over the batch, whose gradient would then no longer be unbiased).

    See Also
    --------
    Objective : What an objective is.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import mean_absolute_error
    >>> from sknoisy.objectives import MeanLoss
    >>> logits, labels = torch.zeros(2, 1, 4), torch.tensor([0, 3])
    >>> MeanLoss(mean_absolute_error).compute(logits, labels, index=torch.arange(2))
    tensor(1.5000)
    """

    def __init__(self, loss, sample_weight=None):
        super().__init__()
        self.loss = loss
        if sample_weight is not None:
            sample_weight = sample_weight / sample_weight.mean()
        self.register_buffer("sample_weight", sample_weight, persistent=False)

    def compute(self, logits, labels, index):
        losses = self.loss(logits[:, 0], labels)
        if losses.shape != labels.shape:
            raise ValueError(
                f"The loss gave shape {tuple(losses.shape)} for {len(labels)} samples:"
                f" expected one value a sample, ({len(labels)},), not reduced."
            )
        if self.sample_weight is not None:
            losses = losses * self.sample_weight[index]
        return losses.mean()

    def forget(self):
        self.sample_weight = None


def mean_probability(logits):
    """Probabilities (n, n_classes): the mean over networks of their softmax."""
    if logits.shape[1] == 1:
        return torch.softmax(logits[:, 0], dim=-1)
    return torch.softmax(logits, dim=-1).mean(dim=1)
