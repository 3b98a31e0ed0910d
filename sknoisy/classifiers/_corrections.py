"""What each correction by a transition matrix trains, and what it does afterwards."""

import numbers

import numpy as np
import torch
from sklearn.utils.validation import check_scalar
from torch import nn

from sknoisy.losses import (
    backward_correction,
    cross_entropy,
    forward_correction,
    importance_reweighting,
    logit_adjustment,
)
from sknoisy.objectives import MeanLoss, TransitionRevision, TrustedLabels
from sknoisy.transition import clean_posterior, prior_ratio


class CorrectedLoss(nn.Module):
    """A corrected loss with its matrix or prior, which moves to a GPU with it."""

    def __init__(self, function, **tensors):
        super().__init__()
        self.function = function
        self.loss = tensors.pop("loss", None)
        self.names = tuple(tensors)
        for name, tensor in tensors.items():
            self.register_buffer(name, tensor)

    def forward(self, logits, labels):
        given = {name: getattr(self, name) for name in self.names}
        if self.loss is not None:
            given["loss"] = self.loss
        return self.function(logits, labels, **given)


def by_loss(function):
    """Return how to train with the correction `function` of a loss."""

    def make(plain, transition, facts):
        loss = None if plain.loss is cross_entropy else plain.loss
        corrected = CorrectedLoss(function, transition=transition, loss=loss)
        if facts["trusted"] is None:
            return MeanLoss(corrected)
        return TrustedLabels(plain.loss, corrected, facts["trusted"])

    return make


def by_revision(plain, transition, facts):
    """Return the objective that revises the matrix."""
    if plain.loss is not cross_entropy:
        raise ValueError(
            "correction='revision' weighs cross entropy: leave loss='ce', or choose"
            " correction='reweight', which weighs any loss."
        )
    return TransitionRevision(transition)


def by_adjustment(plain, transition, facts):
    """Return the objective that adds the logarithm of the prior to the logits."""
    if plain.loss is not cross_entropy:
        raise ValueError(
            "correction='logit_adjustment' adjusts cross entropy: leave loss='ce', or"
            " choose correction='prior_ratio', which goes with any loss."
        )
    return MeanLoss(CorrectedLoss(logit_adjustment, prior=facts["prior"]))


def by_nothing(plain, transition, facts):
    """Return the loss as it is: what there is to do comes after training."""
    return plain


CORRECTIONS = {
    "backward": by_loss(backward_correction),
    "forward": by_loss(forward_correction),
    "logit_adjustment": by_adjustment,
    "posterior": by_nothing,
    "prior_ratio": by_nothing,
    "reweight": by_loss(importance_reweighting),
    "revision": by_revision,
}
NEED_NO_TRANSITION = ("logit_adjustment", "prior_ratio")
