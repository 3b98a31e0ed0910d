"""Give every sample noise of its own, which the label may hide behind."""

import math

import torch

from sknoisy.losses._ranges import check_count, check_range
from sknoisy.objectives._base import Objective
from sknoisy.objectives._weighted_mean import WeightedMean

FLOOR = 1e-4
START = 1e-16


class SparseOverParameterization(Objective):
    takes_sample_weight = True
    takes_mixup = False
    needs_whole_fit = True

    def __init__(
        self, n_classes, n_epochs, labels, sample_weight=None, *, lr_u=1.0, lr_v=10.0
    ):
        super().__init__()
        check_count(n_epochs=n_epochs)
        check_range("[0, inf)", lr_u=lr_u, lr_v=lr_v)
        steps = 300 / 128 / n_epochs
        self.rate_u, self.rate_v = 4 * steps * lr_u, 8 * steps * lr_v
        self.c = math.exp(-self.rate_v)
        self.mean = WeightedMean(sample_weight)
        noise = torch.full((len(labels), n_classes), -START)
        noise.scatter_(1, labels.unsqueeze(1), START)
        self.register_buffer("noise", noise, persistent=False)

    def compute(self, logits, labels, index):
        labels = labels.unsqueeze(1)
        noise = self.noise.index_select(0, index)
        p = logits[:, 0].softmax(dim=-1)
        q = (p + noise).relu()
        total = q.sum(dim=-1, keepdim=True)
        ratio = total / q.gather(1, labels)
        with torch.no_grad():
            u = noise.gather(1, labels)
            grown = u * torch.exp((ratio - 1) / total * self.rate_u)
            u = torch.minimum(grown, u + self.rate_u).clamp_max_(1)
            guess = p.argmax(dim=-1, keepdim=True)
            v = noise.gather(1, guess)
            new = noise / torch.rsub(noise, 1, alpha=self.rate_v)
            new.scatter_(1, guess, v / torch.rsub(v, self.c, alpha=1 - self.c))
            new.scatter_(1, labels, u)
            self.noise.index_copy_(0, index, new)
        return self.mean(ratio.log(), index)

    def _grown(self, v):
        c = math.exp(-self.rate_v)
        return v / (c - (1 - c) * v)

    def forget(self):
        self.noise = None
        self.mean.forget()
