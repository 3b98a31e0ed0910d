"""Push predictions to confidence, and sieve out the labels that they contradict."""

import torch
import torch.nn.functional as F
from torch import Tensor

from sknoisy._logits import label_frequencies
from sknoisy._ranges import check_range
from sknoisy.objectives._memory import WeightedMean
from sknoisy.objectives._peer import floored_log_softmax
from sknoisy.objectives._scheduled import ScheduledObjective, check_rise, ramp


class Cores(ScheduledObjective):
    r"""CORES², cross entropy with a confidence regularizer and a sieve.

    .. math:: \frac{v_n}{1 + \beta} \Big( -\log p_y
        + \beta \sum_k \tilde p_k \log p_k \Big)

    The second term, :math:`\tilde p_k` being the share of label k, rewards predictions
    for being confident; the sieve :math:`v_n` lets a label pass while its loss is no
    higher than the mean over all labels, and drops it otherwise [1]_. No noise rate is
    asked for.

    Parameters
    ----------
    n_classes, n_epochs : int
        Facts of the training set and of the fit.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights of losses and of the shares of labels.

    beta : float in [0, inf), default=2.0
        The weight β after `rise`.

    rise : pair of floats in [0, 1], default=(0.0, 0.2)
        The shares of the training after which β begins to grow from 0, and has its
        value.

    sieve_from : float in [0, 1], default=0.2
        The share of the training after which the sieve is in use; 1 leaves it out.

    floor : float in (0, 1), default=1e-8
        What is added to probabilities before the logarithm. It bounds what confidence
        can gain.

    See Also
    --------
    PeerLoss : The same two terms without a sieve, and for other losses.
    TruncatedLoss : A sieve that looks between epochs.

    Notes
    -----
    Differences from the authors' code: β rises and the sieve begins earlier than there
    (in epochs 10 to 40 and from epoch 30 on, of 100), since with an annealed learning
    rate memorizing begins earlier, too; the mean is taken over the batch, not over what
    passes the sieve, which keeps weights exact; the sum is divided by 1 + β, where the
    code divides the learning rate; the shares of labels are those of the training set
    throughout, not of what passed in the epoch before. The second phase of [1]_, which
    trains on consistent predictions for what was sieved out, is left out.

    References
    ----------
    .. [1] Cheng et al., "Learning with Instance-Dependent Label Noise: A Sample Sieve
       Approach", ICLR 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import Cores
    >>> labels, index = torch.tensor([0, 1]), torch.arange(2)
    >>> cores = Cores(n_classes=2, n_epochs=10, labels=labels, beta=0.0)
    >>> logits = torch.tensor([[[2.0, 0.0]], [[2.0, 0.0]]])
    >>> round(float(cores.compute(logits, labels, index)), 2)
    1.13
    >>> cores.on_epoch_begin(5, networks=None, predict=None)
    >>> round(float(cores.compute(logits, labels, index)), 2)  # without the second one
    0.06
    """

    takes_sample_weight = True

    def __init__(
        self,
        n_classes: int,
        n_epochs: int,
        labels: Tensor,
        sample_weight: Tensor | None = None,
        *,
        beta: float = 2.0,
        rise: tuple[float, float] = (0.0, 0.2),
        sieve_from: float = 0.2,
        floor: float = 1e-8,
    ) -> None:
        super().__init__(n_epochs)
        check_range("[0, inf)", beta=beta)
        check_range("[0, 1]", sieve_from=sieve_from)
        check_range("(0, 1)", floor=floor)
        self.beta = beta
        self.rise = check_rise(rise, n_epochs)
        self.sieve_from = sieve_from
        self.floor = floor
        self.mean = WeightedMean(sample_weight)
        shares = label_frequencies(labels, n_classes, sample_weight)
        self.register_buffer("shares", shares, persistent=False)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        beta = self.beta * ramp(self.progress, self.rise)
        log_p = floored_log_softmax(logits[:, 0], self.floor)
        nll = F.nll_loss(log_p, labels, reduction="none")
        shares = self.shares.to(log_p.dtype)
        losses = torch.addmv(nll, log_p, shares, alpha=beta) / (1 + beta)
        if self.progress >= self.sieve_from:
            losses = losses * passes_sieve(log_p.detach(), nll.detach())
        return self.mean(losses, index)


def passes_sieve(log_p, nll):
    """Return which labels cost no more than labels do on average."""
    return nll <= -log_p.mean(dim=-1)
