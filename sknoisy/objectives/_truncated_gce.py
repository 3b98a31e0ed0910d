"""Generalized cross entropy, less the samples whose labels are no longer believed."""

import math

import torch
from torch import Tensor

from sknoisy._ranges import check_range
from sknoisy._types import Networks, Predict
from sknoisy.losses import generalized_cross_entropy
from sknoisy.objectives._memory import WeightedMean
from sknoisy.objectives._scheduled import ScheduledObjective


class TruncatedLoss(ScheduledObjective):
    r"""Truncated generalized cross entropy: constant where :math:`p_y \le k`.

    .. math:: w_i \frac{1 - p_y^q}{q} + (1 - w_i) \frac{1 - k^q}{q}, \quad
        w_i = 1[p_y > k]

    Labels that the network finds unlikely pull no more. Which ones, is decided between
    epochs by a look at all samples, so that a label once dropped can return [1]_.

    Parameters
    ----------
    n_epochs : int
        How many epochs are planned.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights of losses.

    q : float in (0, 1], default=0.7
        That of :func:`~sknoisy.losses.generalized_cross_entropy`.

    k : float in (0, 1), default=0.5
        How probable a label must be to be kept.

    prune_from : float in [0, 1), default=0.2
        The share of the training before the first look, when all samples are kept. It
        comes before the last epoch at the latest.

    prune_every : float in (0, 1], default=1/12
        The share of the training from one look to the next, at least an epoch. Each
        costs a prediction for all samples.

    See Also
    --------
    Cores : A sieve that looks at each batch as it comes.

    Notes
    -----
    Differences from [1]_: the first look comes after a fifth of the training, not a
    third (epoch 40 of 120, then every 10), before a learning rate that anneals has done
    its worst; the network as it is decides, not the best so far, which asks for
    held-out data; a class whose labels would all be dropped keeps them, or the network
    could not learn of it again.

    References
    ----------
    .. [1] Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural
       Networks with Noisy Labels", NeurIPS 2018, section 3.3.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import TruncatedLoss
    >>> labels = torch.tensor([0, 0, 1])
    >>> truncated = TruncatedLoss(n_epochs=30, labels=labels)
    >>> logits = torch.tensor([[[2.0, 0.0]], [[-1.0, 0.0]], [[0.0, 2.0]]])
    >>> truncated.on_epoch_begin(10, networks=None, predict=lambda: logits)
    >>> truncated.kept
    tensor([ True, False,  True])
    """

    takes_sample_weight = True
    made_for = ("gce",)

    def __init__(
        self,
        n_epochs: int,
        labels: Tensor,
        sample_weight: Tensor | None = None,
        *,
        q: float = 0.7,
        k: float = 0.5,
        prune_from: float = 0.2,
        prune_every: float = 1 / 12,
    ) -> None:
        super().__init__(n_epochs)
        check_range("(0, 1]", q=q, prune_every=prune_every)
        check_range("(0, 1)", k=k)
        check_range("[0, 1)", prune_from=prune_from)
        self.q = q
        self.k = k
        self.first_look = min(math.ceil(prune_from * n_epochs), n_epochs - 1)
        self.every = max(1, round(prune_every * n_epochs))
        self.mean = WeightedMean(sample_weight)
        self.add_memory("labels", labels)
        kept = torch.ones(len(labels), dtype=torch.bool)
        self.add_memory("kept", kept)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Decide anew which labels are kept, when it is time."""
        since = epoch - self.first_look
        if since >= 0 and since % self.every == 0:
            p = predict()[:, 0].softmax(dim=-1)
            likely = p.gather(1, self.labels.unsqueeze(1)).squeeze(1) > self.k
            n_likely = torch.bincount(self.labels, likely.double())
            self.kept = likely | (n_likely == 0)[self.labels]

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        losses = generalized_cross_entropy(logits[:, 0], labels, q=self.q)
        at_k = (1 - self.k**self.q) / self.q
        return self.mean(losses.where(self.kept[index], at_k), index)
