"""Mixup: train on mixtures of pairs of samples, whatever the objective."""

import torch

from sknoisy.objectives._base import Objective


class Mixup(Objective):
    """Mixes pairs of samples and the objective's values for their labels."""

    def __init__(self, objective, alpha=1.0):
        super().__init__()
        self.objective = objective
        self.alpha = alpha

    def forward(self, networks, features, labels, index):
        other = torch.randperm(len(labels), device=labels.device)
        share = torch.distributions.Beta(self.alpha, self.alpha).sample()
        logits = networks(share * features + (1 - share) * features[other])
        first = self.objective.compute(logits, labels, index)
        second = self.objective.compute(logits, labels[other], index[other])
        return share * first + (1 - share) * second
