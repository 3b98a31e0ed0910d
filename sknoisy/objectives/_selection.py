"""What co-teaching and its relatives share: two networks, and a choice of samples."""

import copy
from abc import abstractmethod

import torch
from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._types import Loss
from sknoisy.losses import get_loss
from sknoisy.objectives._scheduled import ScheduledObjective


class SampleSelection(ScheduledObjective):
    """Two networks that learn from a part of each batch.

    A final class defines `choose`. It may define `losses`, too, where what is ranked
    and learned isn't each network's own loss.

    Parameters
    ----------
    n_samples : int
        How many training samples there are.

    n_epochs : int
        How many epochs are planned.

    loss : str or callable
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).
    """

    n_networks = 2
    takes_mixup = False

    def __init__(self, n_samples: int, n_epochs: int, *, loss: Loss) -> None:
        super().__init__(n_epochs)
        self.loss = copy.deepcopy(get_loss(loss))
        self.add_memory("n_seen", torch.zeros(n_samples))
        self.add_memory("n_kept", torch.zeros(n_samples))

    @abstractmethod
    def choose(self, losses: Tensor, logits: Tensor, index: Tensor) -> Tensor:
        """Return which samples are learned from: a mask in the shape of `losses`."""

    def losses(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the losses to rank and to learn, one column for each network."""
        return per_network(self.loss, logits, labels)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 2, n_classes)."""
        losses = self.losses(logits, labels)
        chosen = self.choose(losses.detach(), logits.detach(), index)
        self._count(index, chosen)
        return mean_of(losses, chosen)

    def findings(self) -> dict[str, Tensor]:
        """Return the share of epochs in which each sample was kept."""
        return {"kept": self.n_kept / self.n_seen}

    def _count(self, index, chosen):
        self.n_seen[index] += 1
        self.n_kept[index] += chosen.to(self.n_kept.dtype).mean(dim=1)

    def _count_anew(self):
        self.n_seen.zero_()
        self.n_kept.zero_()


def per_network(loss, logits, labels):
    """Return each network's loss of each sample, (n_batch, n_networks)."""
    n_networks = logits.shape[1]
    # all networks in one call, which costs half of two
    labels = labels.repeat_interleave(n_networks)
    return per_sample(loss, logits.flatten(0, 1), labels).view(-1, n_networks)


def mean_of(losses, chosen):
    """Return the sum over columns of their means over chosen samples, 0 if none is."""
    n_chosen = chosen.sum(dim=0).clamp(min=1)
    return (losses.where(chosen, 0).sum(dim=0) / n_chosen).sum()


def easiest(losses, share, among=None, groups=None, n_groups=1):
    """Return which samples have the smallest losses, column by column.

    Parameters
    ----------
    losses : Tensor of shape (n_batch, n_columns)

    share : float in [0, 1]
        Share of the samples to choose; at least one is chosen, where there is one.

    among : BoolTensor, broadcastable to `losses`, default=None
        The samples to choose from; None means all.

    groups : LongTensor of shape (n_batch,), default=None
        Codes 0…n_groups−1 of groups of each of which the share is chosen.

    n_groups : int, default=1
    """
    candidates = torch.ones_like(losses, dtype=torch.bool)
    if among is not None:
        candidates = candidates & among
    order = losses.masked_fill(~candidates, torch.inf).argsort(dim=0)
    places = torch.arange(len(losses), device=losses.device).unsqueeze(1)
    # numbers on the device: a GPU that had to tell them would wait for every batch
    if groups is None:
        n_chosen = (share * candidates.sum(dim=0)).round().clamp(min=1)
    else:
        order = order.gather(0, groups[order].argsort(dim=0, stable=True))
        size = groups.new_zeros(n_groups).index_add(0, groups, torch.ones_like(groups))
        places = places - (size.cumsum(0) - size)[groups[order]]
        n_candidates = losses.new_zeros(n_groups, losses.shape[1])
        n_candidates.index_add_(0, groups, candidates.to(losses.dtype))
        n_chosen = (share * n_candidates).round().clamp(min=1)[groups[order[:, 0]]]
    chosen = torch.zeros_like(candidates).scatter_(0, order, places < n_chosen)
    return chosen & candidates


def disagree(logits):
    """Return on which samples the two networks disagree, (n_batch, 1)."""
    predicted = logits.argmax(dim=-1)
    return predicted[:, :1] != predicted[:, 1:]
