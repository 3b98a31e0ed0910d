"""Mixup: train on mixtures of pairs of samples, whatever the objective."""

import torch

from sknoisy.losses._ranges import check_range
from sknoisy.objectives._base import Objective


class Mixup(Objective):
    def __init__(self, objective, alpha=1.0):
        super().__init__()
        check_range("(0, inf)", alpha=alpha)
        check_mixable(objective)
        self.objective = objective
        self.alpha = alpha
        self.n_networks = objective.n_networks
        self.lr_factor = objective.lr_factor
        self.takes_sample_weight = objective.takes_sample_weight
        self.takes_soft_labels = objective.takes_soft_labels
        self.needs_whole_fit = objective.needs_whole_fit

    def forward(self, networks, features, labels, index):
        """Return the scalar to minimize for one batch."""
        share = float(torch.distributions.Beta(self.alpha, self.alpha).sample())
        partner = torch.randperm(len(labels)).to(labels.device)
        evaluate = self.objective.compute
        if hasattr(self.objective, "remember"):
            self.objective.remember(unmixed(networks, features), index)
            evaluate = self.objective.recall
        logits = networks(torch.lerp(features[partner], features, share))
        own = evaluate(logits, labels, index)
        others = evaluate(logits, labels[partner], index[partner])
        return share * own + (1 - share) * others

    def on_epoch_begin(self, epoch, networks, predict):
        """Pass it on."""
        self.objective.on_epoch_begin(epoch, networks, predict)

    def on_epoch_end(self, epoch, networks, predict):
        """Pass it on."""
        self.objective.on_epoch_end(epoch, networks, predict)

    def forget(self):
        """Pass it on."""
        self.objective.forget()


def check_mixable(objective):
    kind = type(objective)
    if kind.forward is not Objective.forward or not getattr(kind, "takes_mixup", True):
        raise ValueError(f"mixup has no meaning for {kind.__name__}")


@torch.no_grad()
def unmixed(networks, features):
    networks.eval()
    logits = networks(features)
    networks.train()
    return logits
