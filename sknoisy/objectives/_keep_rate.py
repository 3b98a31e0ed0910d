"""How much of each batch is kept, where the share of wrong labels is known or found."""

import math
from abc import abstractmethod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sknoisy import _streams
from sknoisy._checks import check_choice, check_rate
from sknoisy._ranges import check_range
from sknoisy._types import Loss, Networks, Predict
from sknoisy._warm_up import check_warm_up
from sknoisy.objectives._base import Objective
from sknoisy.objectives._selection import SampleSelection, easiest
from sknoisy.transition import estimate_noise_rate

ENOUGH = 8  # samples of a class in a batch, for a share of them to be one
MANY = 40  # batches, after which networks have learned enough to say how many are wrong
BEYOND = 3.0  # standard errors over chance, by which labels have to be foretold
SETTLED = 0.85  # of an estimate, what the next one, in twice the time, has at least


class KeepRateSelection(SampleSelection):
    r"""Keeps :math:`R(t) = 1 - \tau \min((t / T_k)^c, 1)` of each batch in epoch t.

    A final class defines `choose_easy`.

    Parameters
    ----------
    n_samples, n_epochs : int

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    noise_rate : float in [0, 1) or "auto"
        The share τ of wrong labels. "auto" estimates it: for its sake, each network
        learns from its own half of the samples in the first half of the warm-up, as by
        then each can say of the other half what it doesn't know by heart. Networks that
        have hardly begun to learn take most labels for wrong: before 40 batches, an
        estimate that still falls is made again at the end of the warm-up, and where it
        falls even then, no rate is known and all samples are kept.

    warm_up_epochs : int or "auto"
        The epochs T_k in which the share kept falls to where it stays. "auto" is a
        quarter of `n_epochs`.

    exponent : float
        The c of the formula.

    rank_within : {"auto", "batch", "label"}
        Whose losses are compared. "auto" is "label" where a batch has eight samples of
        each class on average.
    """

    def __init__(
        self,
        n_samples: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss,
        noise_rate: float | str,
        warm_up_epochs: int | str,
        exponent: float,
        rank_within: str,
    ) -> None:
        super().__init__(n_samples, n_epochs, loss=loss)
        check_range("(0, inf)", exponent=exponent)
        if isinstance(noise_rate, str):
            check_choice(noise_rate, ("auto",), "noise_rate")
        else:
            check_rate(noise_rate, "noise_rate", below_one=True)
        self.rank_within = check_choice(
            rank_within, ("auto", "batch", "label"), "rank_within"
        )
        self.noise_rate = noise_rate
        self.rate = None if isinstance(noise_rate, str) else noise_rate  # till found
        self.warm_up_epochs = check_warm_up(warm_up_epochs, n_epochs)
        self.exponent = exponent
        self.keep_rate = 1.0
        self.n_batches = 0  # that were learned from in halves
        self.looks: list[float] = []  # rates that were estimated so far
        self.is_known = True
        self.is_warm = False
        self.add_memory("labels", labels)
        self.add_memory("side", halves(labels))

    @abstractmethod
    def choose_easy(self, losses: Tensor, logits: Tensor, index: Tensor) -> Tensor:
        """Return which samples of a batch are learned from, one column per network."""

    @property
    def is_apart(self) -> bool:
        """Whether each network still learns from its own half of the samples."""
        return self.rate is None

    def choose(self, losses: Tensor, logits: Tensor, index: Tensor) -> Tensor:
        if self.is_apart:
            self.n_batches += 1
            networks = torch.arange(2, device=index.device)
            return self.side[index].unsqueeze(1) == networks
        return self.choose_easy(losses, logits, index)

    def easiest(
        self, losses: Tensor, logits: Tensor, index: Tensor, among: Tensor | None = None
    ) -> Tensor:
        """Return which samples have small losses, so many as are to be kept."""
        n_classes = logits.shape[-1]
        within = self.rank_within
        if within == "auto":
            within = "label" if len(index) >= ENOUGH * n_classes else "batch"
        if within == "batch":
            return easiest(losses, self.keep_rate, among)
        labels = self.labels[index]
        return easiest(losses, self.keep_rate, among, labels, n_classes)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Set the share to keep; count anew when the warm-up is over."""
        super().on_epoch_begin(epoch, networks, predict)
        # an epoch in which the rate is still looked for belongs to the warm-up
        was_warm = self.is_warm
        self.is_warm = epoch >= self.warm_up_epochs and not self.is_apart
        if self.is_warm and not was_warm:
            self._count_anew()
        if not self.is_apart:
            done = 1.0 if self.is_warm else epoch / self.warm_up_epochs
            self.keep_rate = 1 - self.rate * done**self.exponent

    def on_epoch_end(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Find the noise rate, where it is asked for and time."""
        early, half, whole = self._times()
        is_time = epoch + 1 in (half, whole)
        if epoch + 1 == early:  # to have something to compare with, if it takes that
            is_time |= 2 * self.n_batches < MANY
        if not self.is_apart or not is_time:
            return
        rows = torch.arange(len(self.side), device=self.side.device)
        unseen = predict()[rows, 1 - self.side].softmax(dim=-1)
        if not torch.isfinite(unseen).all():
            return  # training has diverged, which the engine is about to notice
        facts = self.labels.cpu().numpy(), unseen.double().cpu().numpy()
        self._settle(estimate_noise_rate(*facts), epoch + 1, foretells(*facts))

    def _times(self):
        """Return after how many epochs the rate is estimated: each twice the last."""
        shares = (0.25, 0.5, 1.0)
        times = [min(share * self.warm_up_epochs, self.n_epochs) for share in shares]
        return [max(1, math.ceil(time)) for time in times]

    def _settle(self, rate, n_done, is_told):
        """Take a rate, if it is told and no more than a little below the last one."""
        _, half, whole = self._times()
        is_alone = not self.looks and half < whole  # nothing to compare it with
        is_sure = is_told and not (self.looks and rate < SETTLED * self.looks[-1])
        self.looks.append(rate)
        if self.n_batches >= MANY:
            is_sure, is_alone = True, False
        if n_done >= whole or (n_done >= half and is_sure and not is_alone):
            self.is_known = is_sure
            self.rate = rate if is_sure else 0.0

    def go_on_from(self, last: Objective) -> None:
        """Keep to a rate that was found: these networks know all labels by heart."""
        was_found = getattr(last, "noise_rate", None) == "auto"
        if self.is_apart and was_found:
            self.rate = last.rate

    def estimates(self) -> dict[str, Any]:
        """Return the rate, if it is known."""
        return {"noise_rate": self.rate if self.is_known else None}


def foretells(labels, unseen):
    """Whether what networks say of unseen samples agrees with labels beyond chance."""
    predicted = unseen.argmax(axis=1)
    shares = [
        np.bincount(one, minlength=unseen.shape[1]) for one in (labels, predicted)
    ]
    chance = (shares[0] @ shares[1]) / len(labels) ** 2
    error = np.sqrt(chance * (1 - chance) / len(labels))
    return bool((predicted == labels).mean() > chance + BEYOND * error)


def halves(labels):
    """Return 0 or 1 for each sample, at random, equally often in every class."""
    order = torch.randperm(
        len(labels), device="cpu", generator=_streams.generator()
    ).to(labels.device)
    order = order[labels[order].argsort()]
    side = torch.empty_like(labels)
    side[order] = torch.arange(len(labels), device=labels.device) % 2
    return side
