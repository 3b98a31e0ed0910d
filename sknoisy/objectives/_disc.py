"""Labels are believed, doubted or changed by what two views said of them before."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._nested import joined, mixed
from sknoisy._ranges import check_range
from sknoisy._types import Loss, Networks, Predict
from sknoisy._views import check_view, view
from sknoisy._warm_up import check_warm_up
from sknoisy.losses import generalized_cross_entropy, get_loss
from sknoisy.objectives._mixup import among, draw_mixture
from sknoisy.objectives._scheduled import ScheduledObjective
from sknoisy.objectives._strong_views import strong_view


class DynamicSelectionAndCorrection(ScheduledObjective):
    r"""DISC: each sample has thresholds of its own, by what was said of it before.

    .. math:: \frac1n \sum_{v, i} \big([i \in C] \, \ell(z_{iv}, y_i)
        + \lambda_h [i \in H] \, \ell_{GCE}(z_{iv}, y_i)\big) + L_{mix}(C \cup H \cup P)

    A plain and a strong view v of each sample say how probable classes are. How sure
    they were of any class in all epochs before is remembered,
    :math:`\tau_{iv} \leftarrow \beta \tau_{iv} + (1 - \beta) \max_c p_{ivc}`. A label
    is clean (C) where both views find it more probable than their τ, hard (H) where one
    does. Of the others a sample is given the class (P) of which both views together are
    surer than by a margin over the mean of their τ. Mixtures of samples of all three
    kinds are learned besides, view by view [1]_.

    Parameters
    ----------
    n_samples, n_classes, n_epochs : int
        Facts of the training set and of the fit.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,), for clean labels and for mixtures.

    momentum : float in [0, 1), default=0.95
        The share β of the old threshold in the new one.

    margin : float in [0, 1], default=0.5
        How far above the mean of its thresholds a sample must be to be given a class.

    most : float in [0, 1], default=0.9
        No sample must be surer than that for it.

    hard_weight : float in [0, inf), default=1.0
        The weight :math:`\lambda_h`.

    mixup : float in [0, inf), default=5.0
        The share of one sample in a mixture is drawn from Beta(mixup, mixup); the
        larger one is the sample's own.

    warm_up_epochs : int or "auto", default="auto"
        Epochs of plain training, of both views. "auto" is a quarter of `n_epochs`, and
        the first 100 steps at least, but never the last epoch.

    swap : float in [0, 1), default=0.1
        Without `strong_augment`, strong views take that share of a sample's features
        from other samples of the batch, each from one of its own [2]_.

    augment, strong_augment : callable, default=None
        Plain and strong views of the features of a batch, of the same shape, drawn anew
        at each call. None as plain view is the sample itself. For images, pass both.

    n_steps : int, default=None
        How many steps the optimizer takes in all epochs.

    See Also
    --------
    DynamicBootstrapping : Judges labels by a mixture of losses, and mixes, too.
    FixMatch : One threshold for all samples of a class.

    Notes
    -----
    The estimator's `kept_` is 1 for labels that were clean after the last epoch, .5 for
    hard ones. Differences from [1]_ and its code: views of tables are those of [2]_;
    both views are mixed with the same partners; a batch is weighed by its size, clean
    or not, as in the code. The momentum of the authors is .95 or .99, by the data, in
    200 epochs of which 10 to 20 are the warm-up; the lower one fits shorter trainings.

    References
    ----------
    .. [1] Li et al., "DISC: Learning from Noisy Labels via Dynamic Instance-Specific
       Selection and Correction", CVPR 2023.
    .. [2] Bahri et al., "SCARF: Self-Supervised Contrastive Learning using Random
       Feature Corruption", ICLR 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = NoisyLabelClassifier(method="disc", max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X, y) > 0.9)
    True
    """

    takes_mixup = False
    augments = True
    thresholds: Tensor

    def __init__(
        self,
        n_samples: int,
        n_classes: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss = "ce",
        momentum: float = 0.95,
        margin: float = 0.5,
        most: float = 0.9,
        hard_weight: float = 1.0,
        mixup: float = 5.0,
        warm_up_epochs: int | str = "auto",
        swap: float = 0.1,
        augment: Callable[[Tensor], Tensor] | None = None,
        strong_augment: Callable[[Tensor], Tensor] | None = None,
        n_steps: int | None = None,
    ) -> None:
        super().__init__(n_epochs)
        check_range("[0, 1)", momentum=momentum, swap=swap)
        check_range("[0, 1]", margin=margin, most=most)
        check_range("[0, inf)", hard_weight=hard_weight, mixup=mixup)
        self.loss = copy.deepcopy(get_loss(loss))
        self.momentum = momentum
        self.margin = margin
        self.most = most
        self.hard_weight = hard_weight
        self.mixup = mixup
        self.warm_up_epochs = check_warm_up(warm_up_epochs, n_epochs, n_steps)
        self.swap = swap
        self.augment = check_view(augment, "augment")
        self.strong_augment = check_view(strong_augment, "strong_augment")
        self.is_warm = False
        self.add_memory("labels", labels)
        self.add_memory("said", torch.zeros(n_samples, 2, n_classes))
        self.add_memory("thresholds", torch.full((n_samples, 2), 1 / n_samples))
        self.add_memory("agreed", torch.full((n_samples,), 2.0))
        self.add_memory("purified", torch.zeros(n_samples, dtype=torch.bool))
        self.add_memory("target", labels)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Look at the clock."""
        super().on_epoch_begin(epoch, networks, predict)
        self.is_warm = epoch >= self.warm_up_epochs

    def on_epoch_end(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Judge labels by their thresholds, then move these."""
        places = self.labels.view(-1, 1, 1).expand(-1, 2, 1)
        believed = self.said.gather(2, places).squeeze(2)
        self.agreed = (believed > self.thresholds).sum(dim=1).to(self.said)
        surest, guess = self.said.mean(dim=1).max(dim=-1)
        limit = (self.thresholds.mean(dim=1) + self.margin).clamp(max=self.most)
        self.purified = (self.agreed == 0) & (surest > limit)
        self.target = guess.where(self.purified, self.labels)
        sure = self.said.max(dim=-1).values
        self.thresholds = torch.lerp(sure, self.thresholds, self.momentum)

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar; note what both views say of the batch's samples."""
        plain = view(self.augment, features)
        strong = strong_view(features, self.strong_augment, self.swap)
        views = joined([plain, strong])
        logits = networks(views)[:, 0]
        said = torch.stack(logits.detach().softmax(dim=-1).chunk(2), dim=1)
        self.said[index] = said.to(self.said)
        losses = self._of_both(self.loss, logits, labels)
        if not self.is_warm:
            return losses.mean()
        agreed = self.agreed[index]
        doubted = self._of_both(generalized_cross_entropy, logits, labels)
        losses = losses.where(agreed == 2, 0)
        value = (losses + self.hard_weight * doubted.where(agreed == 1, 0)).mean()
        chosen = (agreed > 0) | self.purified[index]
        return value + self._mixed(networks, views, self.target[index], chosen)

    def _of_both(self, loss, logits, labels):
        """Return the sum of the losses of both views, sample by sample."""
        return per_sample(loss, logits, labels.repeat(2)).view(2, -1).sum(dim=0)

    def _mixed(self, networks, views, target, chosen):
        share, order = draw_mixture(self.mixup, target)
        share, partner = max(share, 1 - share), among(order, chosen)
        twice = torch.cat([partner, partner + len(partner)])
        logits = networks(mixed(views, twice, share))[:, 0]
        own = self._of_both(self.loss, logits, target)
        others = self._of_both(self.loss, logits, target[partner])
        losses = share * own + (1 - share) * others
        return losses.where(chosen, 0).sum() / chosen.sum().clamp(min=1)

    def findings(self) -> dict[str, Tensor]:
        """Return which share of both views bore each label out after the last epoch."""
        return {"kept": self.agreed / 2}
