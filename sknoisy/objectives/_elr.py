"""Hold the network to what it believed before it began to memorize."""

import torch

from sknoisy.losses._probability import log_softmax_and_nll
from sknoisy.losses._ranges import check_range
from sknoisy.objectives._base import Objective
from sknoisy.objectives._weighted_mean import WeightedMean

SHRINKAGE = 1 - 1e-4


class EarlyLearningRegularization(Objective):
    """ELR."""

    takes_sample_weight = True
    needs_whole_fit = True

    def __init__(
        self, n_samples, n_classes, sample_weight=None, *, momentum=0.7, strength=3.0
    ):
        super().__init__()
        check_range("[0, 1)", momentum=momentum)
        check_range("[0, inf)", strength=strength)
        self.shape = n_samples, n_classes
        self.momentum = momentum
        self.strength = strength
        self.mean = WeightedMean(sample_weight)
        self.register_buffer("beliefs", None, persistent=False)

    def compute(self, logits, labels, index):
        log_p, nll = log_softmax_and_nll(logits[:, 0], labels)
        p = log_p.exp()
        belief = self._update(p.detach(), index)
        agreement = (belief * p).sum(dim=-1)
        regret = torch.log1p(agreement * -SHRINKAGE)
        return self.mean(nll.add(regret, alpha=self.strength), index)

    def _update(self, p, index):
        if self.beliefs is None:
            self.beliefs = p.new_zeros(self.shape)
        belief = torch.lerp(p, self.beliefs.index_select(0, index), self.momentum)
        self.beliefs.index_copy_(0, index, belief)
        return belief

    def forget(self):
        self.beliefs = None
        self.mean.forget()
