"""Generalized cross entropy that leaves out what the network no longer believes."""

import math

import torch

from sknoisy.losses import generalized_cross_entropy
from sknoisy.losses._ranges import check_range
from sknoisy.objectives._scheduled import ScheduledObjective
from sknoisy.objectives._weighted_mean import WeightedMean


class TruncatedLoss(ScheduledObjective):
    takes_sample_weight = True

    def __init__(
        self,
        n_epochs,
        labels,
        sample_weight=None,
        *,
        q=0.7,
        k=0.5,
        prune_from=1 / 3,
        prune_every=1 / 12,
    ):
        super().__init__(n_epochs)
        check_range("(0, 1]", q=q, prune_every=prune_every)
        check_range("(0, 1)", k=k)
        check_range("[0, 1]", prune_from=prune_from)
        self.q = q
        self.k = k
        self.first = math.ceil(prune_from * n_epochs)
        self.every = max(1, round(prune_every * n_epochs))
        self.mean = WeightedMean(sample_weight)
        self.register_buffer("labels", labels, persistent=False)
        kept = torch.ones(len(labels), dtype=torch.bool)
        self.register_buffer("kept", kept, persistent=False)

    def on_epoch_begin(self, epoch, networks, predict):
        """Decide anew which samples are kept, when it is time."""
        super().on_epoch_begin(epoch, networks, predict)
        if epoch >= self.first and (epoch - self.first) % self.every == 0:
            p = predict()[:, 0].softmax(dim=-1)
            trusted = p.gather(1, self.labels.unsqueeze(1)).squeeze(1) > self.k
            self.kept = trusted | ~has_any(trusted, self.labels)

    def compute(self, logits, labels, index):
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        losses = generalized_cross_entropy(logits[:, 0], labels, q=self.q)
        at_k = (1 - self.k**self.q) / self.q
        return self.mean(losses.where(self.kept[index], at_k), index)

    def forget(self):
        """Let go of labels, weights and of what is kept."""
        self.labels = self.kept = None
        self.mean.forget()


def has_any(chosen, labels):
    """Return for each sample whether a sample with its label is chosen."""
    counts = torch.zeros(int(labels.max()) + 1, device=labels.device)
    return counts.index_add(0, labels, chosen.to(counts.dtype))[labels] > 0
