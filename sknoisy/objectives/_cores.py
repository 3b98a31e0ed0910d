"""Confident predictions, and a sieve for the labels that they contradict."""

import torch
import torch.nn.functional as F

from sknoisy.losses._ranges import check_range
from sknoisy.objectives._peer import floored_log_softmax, label_frequencies
from sknoisy.objectives._scheduled import ScheduledObjective, check_rise, ramp
from sknoisy.objectives._weighted_mean import WeightedMean


class Cores(ScheduledObjective):
    takes_sample_weight = True

    def __init__(
        self,
        n_classes,
        n_epochs,
        labels,
        sample_weight=None,
        *,
        beta=2.0,
        rise=(0.1, 0.4),
        sieve_from=0.3,
        floor=1e-8,
    ):
        super().__init__(n_epochs)
        check_range("[0, inf)", beta=beta)
        check_range("[0, 1]", sieve_from=sieve_from)
        check_range("(0, 1)", floor=floor)
        self.beta = beta
        self.rise = check_rise(rise)
        self.sieve_from = sieve_from
        self.floor = floor
        self.mean = WeightedMean(sample_weight)
        prior = label_frequencies(labels, n_classes, sample_weight)
        self.register_buffer("prior", prior, persistent=False)

    def compute(self, logits, labels, index):
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        beta = self.beta * ramp(self.progress, self.rise)
        log_p = floored_log_softmax(logits[:, 0], self.floor)
        nll = F.nll_loss(log_p, labels, reduction="none")
        prior = self.prior.to(log_p.dtype)
        losses = torch.addmv(nll, log_p, prior, alpha=beta) / (1 + beta)
        if self.progress >= self.sieve_from:
            losses = losses * passes(log_p.detach(), nll.detach())
        return self.mean(losses, index)

    def forget(self):
        """Let go of the weights."""
        self.mean.forget()


def passes(log_p, nll):
    """Return which labels are no worse than the mean of all labels."""
    return nll <= -log_p.mean(dim=-1)
