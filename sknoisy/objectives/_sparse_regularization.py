"""Any loss, with predictions that are pushed towards a single class."""

import copy
import math

import torch.nn.functional as F

from sknoisy.losses import get_loss
from sknoisy.losses._ranges import check_range
from sknoisy.objectives._scheduled import ScheduledObjective
from sknoisy.objectives._weighted_mean import WeightedMean

LOG_FLOOR = math.log(1e-7)


class SparseRegularization(ScheduledObjective):
    takes_sample_weight = True

    def __init__(
        self,
        n_epochs,
        sample_weight=None,
        *,
        loss="ce",
        temperature=0.5,
        power=0.1,
        strength=1.2,
        growth=35.0,
        normalize=False,
    ):
        super().__init__(n_epochs)
        check_range("(0, inf)", temperature=temperature, growth=growth)
        check_range("(0, 1]", power=power)
        check_range("[0, inf)", strength=strength)
        self.loss = copy.deepcopy(get_loss(loss))
        self.temperature = temperature
        self.power = power
        self.strength = strength
        self.growth = growth
        self.normalize = normalize
        self.mean = WeightedMean(sample_weight)

    def compute(self, logits, labels, index):
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        logits = logits[:, 0]
        if self.normalize:
            logits = F.normalize(logits, dim=-1)
        logits = logits / self.temperature
        strength = self.strength * self.growth**self.progress
        penalty = power_norm(logits, self.power)
        return self.mean(self.loss(logits, labels) + strength * penalty, index)

    def forget(self):
        """Let go of the weights."""
        self.mean.forget()


def power_norm(logits, power):
    # the logarithm is at hand, and its exponential has a gradient at p = 0
    log_p = F.log_softmax(logits, dim=-1).clamp_min(LOG_FLOOR)
    return (power * log_p).exp().sum(dim=-1)
