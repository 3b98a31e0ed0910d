"""Any loss, and predictions that are pushed towards a single class."""

import copy
import math

import torch.nn.functional as F
from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._ranges import check_range
from sknoisy._types import Loss
from sknoisy.losses import get_loss
from sknoisy.objectives._memory import WeightedMean
from sknoisy.objectives._scheduled import ScheduledObjective

LOG_FLOOR = math.log(1e-7)


class SparseRegularization(ScheduledObjective):
    r"""Sparse regularization: a loss of sharpened logits, and a penalty on spread.

    .. math:: \ell(z / \tau, y) + \lambda \sum_k p_k^a, \quad
        p = \mathrm{softmax}(z / \tau)

    With one-hot predictions any loss is symmetric, and so tolerant of noise. The
    penalty is least for these, and the temperature makes them easy to say [1]_.

    Parameters
    ----------
    n_epochs : int
        How many epochs are planned.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights of both terms.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    temperature : float in (0, inf), default=0.5
        The temperature τ that logits are divided by.

    power : float in (0, 1], default=0.1
        The power a; at 1 the penalty is constant.

    strength : float in [0, inf), default=1.2
        The weight λ of the penalty at first.

    growth : float in (0, inf), default=35.0
        The factor by which λ has grown at the end, the same one each epoch.

    normalize : bool, default=True
        Whether logits are scaled to length 1 first. Without, a `temperature` of 0.1 is
        in order.

    See Also
    --------
    Cores : Pushes to confidence, too, and drops what contradicts it.

    Notes
    -----
    The authors' (τ, a, λ) are (0.5, 0.1, 1.2) for CIFAR-10, where λ grows 35-fold in
    120 epochs, (0.5, 0.01, 10) for CIFAR-100 and (0.1, 0.1, 4) for MNIST, where it
    grows 1024-fold in 50 and logits aren't scaled. As in their code, probabilities
    below 1e-7 count as 1e-7.

    Predicted probabilities are those of the logits as they are, without temperature and
    scaling: less sharp than what was trained, in the same order.

    References
    ----------
    .. [1] Zhou et al., "Learning with Noisy Labels via Sparse Regularization",
       ICCV 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import SparseRegularization
    >>> sparse = SparseRegularization(n_epochs=10)
    >>> label, index = torch.tensor([0]), torch.tensor([0])
    >>> sure, unsure = torch.tensor([[[2.0, 0.0]]]), torch.tensor([[[2.0, 1.0]]])
    >>> [round(float(sparse.compute(z, label, index)), 2) for z in (sure, unsure)]
    [2.28, 2.56]
    """

    takes_sample_weight = True

    def __init__(
        self,
        n_epochs: int,
        sample_weight: Tensor | None = None,
        *,
        loss: Loss = "ce",
        temperature: float = 0.5,
        power: float = 0.1,
        strength: float = 1.2,
        growth: float = 35.0,
        normalize: bool = True,
    ) -> None:
        super().__init__(n_epochs)
        check_range("(0, inf)", temperature=temperature, growth=growth)
        check_range("(0, 1]", power=power)
        check_range("[0, inf)", strength=strength)
        self.loss = copy.deepcopy(get_loss(loss))
        self.temperature = temperature
        self.power = power
        self.strength = strength
        self.growth = growth
        self.normalize = normalize
        self.mean = WeightedMean(sample_weight)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        logits = logits[:, 0]
        if self.normalize:
            logits = F.normalize(logits, dim=-1)
        logits = logits / self.temperature
        strength = self.strength * self.growth**self.progress
        losses = per_sample(self.loss, logits, labels)
        return self.mean(losses + strength * spread(logits, self.power), index)


def spread(logits, power):
    """Return the sum of powers of probabilities: 1 if one-hot, more otherwise."""
    # by the logarithm, since p**power has no gradient at p = 0
    log_p = F.log_softmax(logits, dim=-1).clamp_min(LOG_FLOOR)
    return (power * log_p).exp().sum(dim=-1)
