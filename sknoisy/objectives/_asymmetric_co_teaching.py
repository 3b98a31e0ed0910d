"""A main network that learns from much, and one beside it that learns what is pure."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from sknoisy._checks import check_switch
from sknoisy._params import choose_arguments
from sknoisy._ranges import check_count, check_range
from sknoisy._shown import shown
from sknoisy._tensors import as_tensor
from sknoisy._types import Loss, Networks, Predict
from sknoisy._warm_up import epochs_to_learn
from sknoisy.objectives._selection import SampleSelection, easiest, per_network
from sknoisy.objectives._splits import FACTS, find_split, make_split


class AsymmetricCoTeaching(SampleSelection):
    """Asymmetric co-teaching: one network for diverse samples, one for pure ones [1]_.

    Between rounds, a look at all samples parts inliers, whose labels seem right, from
    outliers. Within a round, the second network learns from those inliers that the
    first, main one finds easy, and the main network from all inliers and from those
    outliers that the second one finds easy.

    Parameters
    ----------
    n_samples : int
        How many training samples there are.

    n_epochs : int
        How many epochs are planned.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    split : {"mixture", "neighbors", "dbscan"} or callable, default="mixture"
        What tells inliers; or a function that takes what it needs of `losses`,
        `features` and `labels`, arrays, by these names, and returns a boolean for each
        sample.

    n_rounds : int >= 2, default=10
        Into how many rounds the epochs are divided, at most one for each epoch. In the
        first one, all samples are inliers. In a training of less than 400 steps, no
        split is made in the first 100 of them, or in all epochs but the last, and both
        networks learn from all samples until then.

    picks : pair of float in [0, 1], default=(0.2, 1.0)
        The share of easy samples that the networks pick for each other rises from round
        to round, up to the second number in the last one. Of each batch, at least one
        inlier and one outlier are picked, where there are any.

    relabel : bool, default=True
        Whether outliers get the class that the second network predicts as their label,
        anew in each round.

    n_steps : int, default=None
        Steps of the optimizer in all epochs, a fact of the fit.

    Attributes
    ----------
    inlier : BoolTensor of shape (n_samples,)
        The split of this round.

    share : float
        What is picked in this round.

    See Also
    --------
    CoTeaching : Two networks with equal parts.
    sknoisy.classifiers.AsymmetricCoTeachingClassifier : The estimator.

    Notes
    -----
    See the estimator for how this differs from [1]_.

    References
    ----------
    .. [1] Yang et al., "Asymmetric Co-Teaching for Unsupervised Cross-Domain Person
       Re-Identification", AAAI 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import AsymmetricCoTeaching
    >>> def first_only(labels):
    ...     return labels == 0
    >>> labels = torch.tensor([0, 1, 1])
    >>> asymmetric = AsymmetricCoTeaching(3, 2, labels, split=first_only, n_rounds=2)
    >>> asymmetric.share
    0.6
    """

    speaker = 0  # the main network
    parts = MappingProxyType({"split": make_split})

    def __init__(
        self,
        n_samples: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss = "ce",
        split: str | Callable[..., Any] = "mixture",
        n_rounds: int = 10,
        picks: tuple[float, float] = (0.2, 1.0),
        relabel: bool = True,
        n_steps: int | None = None,
    ) -> None:
        super().__init__(n_samples, n_epochs, loss=loss)
        check_count(2, n_rounds=n_rounds)  # in the first one nothing is split
        self.split = find_split(split)
        self.n_rounds = min(n_rounds, n_epochs)
        self.n_plain = epochs_to_learn(n_epochs, n_steps)
        # all are inliers until then
        self.warm_up_epochs = max(n_epochs / self.n_rounds, self.n_plain)
        self.picks = check_picks(picks)
        check_switch(relabel=relabel)
        self.relabel = relabel
        self.is_plain = self.n_plain > 0
        self._begin_round(0)
        everyone = torch.ones(n_samples, dtype=torch.bool)
        self.add_memory("labels", labels)
        self.add_memory("targets", labels)
        self.add_memory("inlier", everyone)
        self.add_memory("n_inlier", torch.zeros(n_samples))
        self.n_splits = 0

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 2, n_classes)."""
        return super().compute(logits, self.targets[index], index)

    def choose(self, losses: Tensor, logits: Tensor, index: Tensor) -> Tensor:
        """Return the mask of what the main network and the other one learn from."""
        inlier = self.inlier[index].unsqueeze(1)
        main, other = losses[:, :1], losses[:, 1:]
        diverse = inlier | easiest(other, self.share, among=~inlier)
        share = 1.0 if self.is_plain else self.share
        pure = easiest(main, share, among=inlier)
        return torch.cat([diverse, pure], dim=1)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Split anew where a round begins."""
        super().on_epoch_begin(epoch, networks, predict)
        self.is_plain = epoch < self.n_plain
        if self.is_plain:
            return
        number = min(epoch * self.n_rounds // self.n_epochs, self.n_rounds - 1)
        if number > self.round:
            self._begin_round(number)
            self._split(predict())

    def _begin_round(self, number):
        self.round = number
        low, high = self.picks
        self.share = low + (high - low) * (number + 1) / self.n_rounds

    def _split(self, logits):
        """Part inliers from outliers by what the main network says of all samples."""
        losses = per_network(self.loss, logits, self.labels).detach()
        if not torch.isfinite(losses).all():
            return  # training has diverged, which the engine is about to notice
        found = losses[:, 0], directions(logits[:, 0]), self.labels
        facts = {n: f.cpu().numpy() for n, f in zip(FACTS, found, strict=True)}
        asked = choose_arguments(self.split, given={}, facts=facts, part="split")
        inlier = check_mask(self.split(**asked), self.labels)
        self.inlier = inlier | lacking(self.labels, inlier)
        self.n_splits += 1
        self.n_inlier += self.inlier
        if self.relabel:
            predicted = logits[:, 1].argmax(dim=-1)
            self.targets = self.labels.where(self.inlier, predicted)

    def findings(self) -> dict[str, Tensor]:
        """Return the share of splits in which each sample was an inlier."""
        # divided as tensors, so that no split at all gives NaN
        return {"inlier": self.n_inlier / torch.tensor(float(self.n_splits))}


def check_picks(picks):
    """Return `picks` if it is a pair of shares, of which the second is no smaller."""
    try:
        low, high = picks
    except (TypeError, ValueError):
        raise ValueError(
            f"picks={shown(picks)} must be a pair of shares, one for the first round"
            " and one for the last, e.g. (0.2, 1.0)."
        ) from None
    check_range("[0, 1]", first_pick=low, last_pick=high)
    if high < low:
        raise ValueError(f"picks={shown(picks)} must not fall from round to round.")
    return low, high


def directions(logits):
    """Return logits without their mean, at unit length, in double precision."""
    centered = logits.double() - logits.double().mean(dim=1, keepdim=True)
    return torch.nn.functional.normalize(centered, dim=1)


def check_mask(mask, labels):
    """Return what a split gave as a tensor, if it is a boolean for each sample."""
    mask = as_tensor(mask)
    if mask.dtype != torch.bool or mask.shape != labels.shape:
        raise ValueError(
            f"The split gave {mask.dtype} of shape {tuple(mask.shape)}: expected one"
            f" boolean for each of the {len(labels)} samples, True for an inlier."
        )
    return mask.to(labels.device)


def lacking(labels, inlier):
    """Return the samples of classes without inlier, which would be lost otherwise."""
    counts = torch.bincount(labels, inlier.double())
    return counts[labels] == 0
