"""Give every sample noise of its own, which explains the label where it is wrong."""

import math

import torch
from torch import Tensor

from sknoisy._ranges import check_count, check_range
from sknoisy.objectives._base import Objective
from sknoisy.objectives._memory import WeightedMean

START = 1e-16  # u and v of 1e-8, squared


class SparseOverParameterization(Objective):
    r"""Sparse over-parameterization (SOP): the label is the prediction plus noise.

    .. math:: -\log \frac{q_y}{\sum_k q_k}, \quad
        q = \max(0,\; p + u_i^2 e_y - v_i^2 \odot (1 - e_y))

    Sample i has noise of its own, :math:`u_i^2` that its label gains and :math:`v_i^2`
    that other classes lose [1]_. It starts at 1e-16 and is learned by gradient descent
    beside the network, u from the loss above and v from
    :math:`\|e_{\arg\max p} - v^2 \odot (1 - e_y)\|^2`. Squares grow slowly from nearly
    zero, and so noise stays sparse: where the network can say what the label says, it
    does. A wrong label that the network has not yet memorized is explained by the noise
    and pulls no more.

    Parameters
    ----------
    n_classes, n_epochs : int
        Facts of the training set and of the fit.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights of losses; the noise of a sample is learned without.

    lr_u, lr_v : float in [0, inf), default=1.0 and 10.0
        The learning rates of u and v. The authors take (1, 10) for symmetric noise and
        (0.1, 100) for asymmetric noise. Values are those of 300 epochs with batches of
        128; they are scaled so that other trainings, too, give noise the same time
        to grow.

    keep : bool, default=False
        Whether the noise stays after fit, as the estimator's ``label_noise_`` of shape
        (n_samples, n_classes): u² of the given label, and −v² of the others.

    See Also
    --------
    OverParameterizationPlus : Also learns that views of a sample are of one class.
    EarlyLearningRegularization : Remembers what the network said instead.

    Notes
    -----
    Differences from [1]_ and its code. In the code the second loss compares
    :math:`e_{\arg\max p} + u^2 e_y - v^2 \odot (1 - e_y)` with the label, so that u
    learns from it, too, and grows sooner where the network contradicts a label: here it
    learns from the first loss alone. u and v take their steps as the batch passes,
    without an optimizer, and in the limit of many small ones: v² is the exact solution
    of its differential equation, u² that of growth at a constant rate, no faster than
    any gradient allows. With few epochs plain steps would overshoot and get stuck where
    noise is clamped. The second loss has no gradient for the network, and isn't in the
    value. All noise starts equal instead of from normal draws of that size. There is no
    lower bound of 1e-4 for q. :class:`OverParameterizationPlus` has the terms that make
    SOP+ of it.

    It remembers n_samples × n_classes numbers while it trains.

    References
    ----------
    .. [1] Liu et al., "Robust Training under Label Noise by Over-parameterization",
       ICML 2022.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import SparseOverParameterization
    >>> label, index = torch.tensor([1]), torch.tensor([0])
    >>> sop = SparseOverParameterization(n_classes=2, n_epochs=50, labels=label)
    >>> logits = torch.tensor([[[2.0, 0.0]]])
    >>> losses = [float(sop.compute(logits, label, index)) for _ in range(50)]
    >>> [round(losses[epoch], 2) for epoch in (0, 9, 10, 11)]
    [2.13, 2.08, 1.05, 0.0]
    """

    takes_sample_weight = True
    takes_mixup = False
    needs_whole_fit = True

    def __init__(
        self,
        n_classes: int,
        n_epochs: int,
        labels: Tensor,
        sample_weight: Tensor | None = None,
        *,
        lr_u: float = 1.0,
        lr_v: float = 10.0,
        keep: bool = False,
    ) -> None:
        super().__init__()
        check_count(n_epochs=n_epochs)
        check_range("[0, inf)", lr_u=lr_u, lr_v=lr_v)
        time = 300 / 128 / n_epochs
        self.keep = keep
        self.rate_u, self.rate_v = 4 * lr_u * time, 8 * lr_v * time
        self.mean = WeightedMean(sample_weight)
        noise = torch.full((len(labels), n_classes), -START)
        noise.scatter_(1, labels.unsqueeze(1), START)
        self.add_memory("noise", noise)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; the noise of the batch's samples learns from it."""
        p, labels = logits[:, 0].softmax(dim=-1), labels.unsqueeze(1)
        noise = self.look_up("noise", index, p)
        q = (p + noise).relu()
        total = q.sum(dim=-1, keepdim=True)
        ratio = total / q.gather(1, labels)
        with torch.no_grad():
            learned = self._lost(noise, p.argmax(dim=-1, keepdim=True))
            learned.scatter_(1, labels, self._gained(noise, labels, ratio, total))
            self.note("noise", index, learned)
        return self.mean(ratio.squeeze(1).log(), index)

    def _gained(self, noise, labels, ratio, total):
        # d(u²)/dt = 4u² (1/q_y - 1/sum q), which is below 4 whatever u is
        u = noise.gather(1, labels)
        grown = u * torch.exp((ratio - 1) / total * self.rate_u)
        return torch.minimum(grown, u + self.rate_u).clamp_max_(1)

    def _lost(self, noise, guess):
        # d(v²)/dt = 8v² (guessed - v²), solved for the step; noise holds -v²
        left = math.exp(-self.rate_v)
        v = noise.gather(1, guess)
        grown = v / torch.rsub(v, left, alpha=1 - left)
        return (noise / torch.rsub(noise, 1, alpha=self.rate_v)).scatter_(
            1, guess, grown
        )

    def findings(self) -> dict[str, Tensor]:
        """Return the noise, where it is to be kept; NaN of samples held out."""
        if not self.keep:
            return {}
        # a step only ever adds to what it sees
        unseen = (self.noise.abs() < 1.001 * START).all(dim=1, keepdim=True)
        return {"label_noise": self.noise.masked_fill(unseen, torch.nan)}
