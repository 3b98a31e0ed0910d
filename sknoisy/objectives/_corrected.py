"""What each correction by a transition matrix trains, and what it does afterwards.

Each is a function (plain, transition, prior, facts, n_first) that returns the objective
of the whole training, of whose epochs the first `n_first` are for warming up.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from sknoisy._simplex import solve_on_simplex
from sknoisy.losses import (
    backward_correction,
    cross_entropy,
    forward_correction,
    importance_reweighting,
    logit_adjustment,
)
from sknoisy.objectives._base import MeanLoss, Objective
from sknoisy.objectives._revision import TransitionRevision
from sknoisy.objectives._stages import Stages
from sknoisy.objectives._trusted import TrustedLabels
from sknoisy.objectives._wrapper import Wrapper
from sknoisy.transition import prior_ratio


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


class Rising(Wrapper):
    """Trains through a matrix that comes from the identity step by step.

    At once, the probabilities that a network has learned for given labels would have to
    become those of true ones, at a high learning rate; classes get lost on the way.

    Parameters
    ----------
    objective : Objective
        What is trained.

    corrected : CorrectedLoss
        The loss in it whose matrix rises.

    n_first : int
        The epoch from which on the matrix is whole.
    """

    needs_whole_fit = True

    def __init__(self, objective, corrected, n_first):
        super().__init__(objective)
        self.corrected = corrected
        self.warm_up_epochs = n_first
        self.register_buffer("whole", corrected.transition)

    def on_epoch_begin(self, epoch, networks, predict):
        """Set the matrix of this epoch."""
        super().on_epoch_begin(epoch, networks, predict)
        n_first = self.warm_up_epochs
        share = min(1.0, epoch / n_first) if n_first else 1.0
        nothing = torch.eye(len(self.whole)).to(self.whole)
        self.corrected.transition = nothing.lerp(self.whole, share)


def by_loss(function, rises=False):
    """Return how to train with the correction `function` of a loss."""

    def make(plain, transition, prior, facts, n_first):
        loss = None if plain.loss is cross_entropy else plain.loss
        matrix = as_tensor(transition, facts)
        corrected = CorrectedLoss(function, transition=matrix, loss=loss)
        objective = MeanLoss(corrected)
        if facts["trusted"] is not None:
            objective = TrustedLabels(plain.loss, corrected, facts["trusted"])
        if rises:
            return Rising(objective, corrected, n_first)
        return Stages(plain, objective, n_first)

    return make


def by_revision(plain, transition, prior, facts, n_first):
    """Return the objective that revises the matrix."""
    matrix = as_tensor(transition, facts)
    return Stages(plain, TransitionRevision(matrix, facts["trusted"]), n_first)


def by_adjustment(plain, transition, prior, facts, n_first):
    """Return the objective that adds the logarithm of the prior to the logits."""
    adjusted = CorrectedLoss(logit_adjustment, prior=as_tensor(prior, facts))
    return Stages(plain, MeanLoss(adjusted), n_first)


def by_nothing(plain, transition, prior, facts, n_first):
    """Return the loss as it is: what there is to do comes after training.

    That treats all probabilities alike, so that trusted labels have to be like others:
    each stands for the distribution of labels that its class is given.
    """
    if facts["trusted"] is None:
        return plain
    labels, matrix = facts["labels"], as_tensor(transition, facts)
    given = nn.functional.one_hot(labels, len(matrix)).to(matrix)
    trusted = facts["trusted"][:, None]
    return MeanLoss(plain.loss, soft_labels=matrix[labels].where(trusted, given))


def as_tensor(array, facts):
    """Return an array in the type of the network."""
    return facts["feature_scale"].new_tensor(array)


class Correction(NamedTuple):
    """What a correction trains, and what else there is to say of it.

    `build` returns the objective; a matrix that is inverted multiplies what is wrong
    with it; `undo` is what is left to do to the probabilities of a network: a function
    (proba, transition, prior). `instead` names the correction for other losses, where
    this is one of cross entropy. `says` tells it in one sentence.
    """

    build: Callable[..., Objective]
    says: str
    needs_matrix: bool = True
    inverts: bool = False
    undo: Callable[..., np.ndarray] | None = None
    instead: str | None = None


def undone_by_matrix(proba, transition, prior):
    """Return the probabilities of true labels that those of given ones come from."""
    return solve_on_simplex(transition, proba.astype(np.float64))


def undone_by_prior(proba, transition, prior):
    """Return the probabilities divided by how frequent each given label is."""
    return prior_ratio(proba, prior)


CORRECTIONS = {
    "backward": Correction(
        by_loss(backward_correction),
        "The loss is multiplied by the inverse of the transition matrix.",
        inverts=True,
    ),
    "forward": Correction(
        by_loss(forward_correction, rises=True),
        "The loss sees the probabilities through the transition matrix.",
    ),
    "logit_adjustment": Correction(
        by_adjustment,
        "The loss sees logits and how frequent each given label is; needs no matrix.",
        needs_matrix=False,
        instead="prior_ratio",
    ),
    "posterior": Correction(
        by_nothing,
        "Probabilities of given labels are turned back through the transition matrix.",
        inverts=True,
        undo=undone_by_matrix,
    ),
    "prior_ratio": Correction(
        by_nothing,
        "Probabilities are divided by how frequent each label is; needs no matrix.",
        needs_matrix=False,
        undo=undone_by_prior,
    ),
    "reweight": Correction(
        by_loss(importance_reweighting),
        "The loss is weighted by the ratio of true to given probability.",
    ),
    "revision": Correction(
        by_revision,
        "Reweighting by a transition matrix that is revised in training.",
        instead="reweight",
    ),
}
