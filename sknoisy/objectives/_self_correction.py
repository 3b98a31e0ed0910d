"""What methods share that correct labels by a mixture of losses."""

import copy
from abc import abstractmethod
from collections import deque

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from sknoisy._ranges import check_count
from sknoisy._registry import lookup
from sknoisy._types import Loss, Networks, Predict
from sknoisy._warm_up import check_warm_up
from sknoisy.losses import get_loss, loss_per_class
from sknoisy.objectives._scheduled import ScheduledObjective
from sknoisy.objectives._selection import per_network
from sknoisy.quality import MIXTURES, clean_probability


class SelfCorrection(ScheduledObjective):
    """Plain training at first; then, what the losses of all samples tell of labels.

    After each epoch, from the last one of the warm-up on, a mixture of two
    distributions is fitted to the losses of all samples. A final class defines
    `warm_up` and `correct`, each of which takes what `forward` takes.

    Parameters
    ----------
    n_samples, n_epochs, n_steps : int

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    mixture : {"beta", "gaussian"}
        Which distributions the losses of right and of wrong labels have.

    warm_up_epochs : int or "auto"
        Epochs of plain training; 0 judges labels by the networks as they start. "auto"
        is a quarter of `n_epochs`, and the first 100 steps at least, but for the last
        epoch.

    average_epochs : int
        Over how many epochs, the last ones, losses are averaged.

    Attributes
    ----------
    clean : Tensor of shape (n_samples, n_networks)
        How probable it is, by each network's losses, that a label is right; NaN in the
        warm-up.
    """

    takes_mixup = False  # they mix by themselves

    def __init__(
        self,
        n_samples: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss,
        mixture: str,
        warm_up_epochs: int | str,
        average_epochs: int = 1,
        n_steps: int | None = None,
    ) -> None:
        super().__init__(n_epochs)
        check_count(average_epochs=average_epochs)
        lookup(mixture, MIXTURES, parameter="mixture", kind="a mixture")
        self.loss = copy.deepcopy(get_loss(loss))
        self.mixture = mixture
        self.warm_up_epochs = check_warm_up(warm_up_epochs, n_epochs, n_steps)
        self.is_warm = False
        self.recent: deque[torch.Tensor] = deque(maxlen=int(average_epochs))
        clean = torch.full((n_samples, self.n_networks), torch.nan)
        self.add_memory("clean", clean)
        self.add_memory("labels", labels)

    @abstractmethod
    def warm_up(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar to minimize before anything is known of labels."""

    @abstractmethod
    def correct(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar to minimize when `clean` is known."""

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar to minimize for one batch."""
        step = self.correct if self.is_warm else self.warm_up
        return step(networks, features, labels, index)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Look at the clock."""
        super().on_epoch_begin(epoch, networks, predict)
        self.is_warm = epoch >= self.warm_up_epochs
        if epoch == 0 and self.is_warm:  # no epoch has ended yet that told anything
            self._look(predict())

    def on_epoch_end(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Look at the losses of all samples."""
        if epoch + 1 >= min(self.warm_up_epochs, self.n_epochs):
            self._look(predict())

    def findings(self) -> dict[str, Tensor]:
        """Return how probable each label is to be right, the mean over networks."""
        return {"clean_probability": self.clean.mean(dim=1)}

    def forget(self) -> None:
        """Let go of what is known of single samples."""
        super().forget()
        self.recent.clear()

    def _look(self, logits):
        losses = per_network(self.loss, logits, self.labels).detach()
        if not torch.isfinite(losses).all():
            return  # training has diverged, of which the engine is about to complain
        self.recent.append(losses.double().cpu().numpy())
        columns = np.mean(self.recent, axis=0).T
        clean = [clean_probability(column, self.mixture) for column in columns]
        self.clean = torch.as_tensor(np.stack(clean, axis=1)).to(logits)


def expected(loss, logits, targets):
    """Return the mean of `loss` over the distribution in the last axis of `targets`."""
    return (loss_per_class(loss, logits) * targets).sum(dim=-1)


def as_targets(labels, logits):
    """Return labels as distributions, in the type and on the device of `logits`."""
    return one_hot(labels, logits.shape[-1]).to(logits)


def imbalance(logits):
    """Return KL(even || mean prediction), summed over networks.

    Parameters
    ----------
    logits : Tensor of shape (n_batch, n_networks, n_classes)
    """
    n_batch, _, n_classes = logits.shape
    # in logarithms: the mean probability of a class may underflow
    log_mean = logits.log_softmax(dim=-1).logsumexp(dim=0) - np.log(n_batch)
    return (-log_mean.mean(dim=-1) - np.log(n_classes)).sum()
