"""The bi-tempered logistic loss, and the heavy-tailed softmax it stands on."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from sknoisy._ranges import check_range


def bi_tempered_logistic_loss(
    logits: Tensor, labels: Tensor, *, t1: float = 0.8, t2: float = 1.2
) -> Tensor:
    r"""Bi-tempered logistic loss of two temperatures.

    The logarithm becomes :math:`\log_t x = (x^{1-t} - 1)/(1 - t)`, bounded for
    t1 < 1, and the softmax :math:`p_k = \exp_{t_2}(z_k - \lambda(z))` has heavy tails
    for t2 > 1, with :math:`\lambda` such that p sums to one [1]_. The loss is
    :math:`-\log_{t_1} p_y - (1 - \sum_k p_k^{2 - t_1}) / (2 - t_1)`.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    t1 : float in [0, 1], default=0.8
        Temperature of the logarithm. The lower, the less a sample far on the wrong
        side counts; the loss is at most 1/(1 − t1).

    t2 : float in [1, 5], default=1.2
        Temperature of the softmax. The higher, the less a sample close to the border
        counts. With t1 = t2 = 1 the loss is cross entropy.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    generalized_cross_entropy : Bounds the loss, but keeps the softmax's light tails.

    Notes
    -----
    The paper finds :math:`\lambda` by a fixed-point iteration. Here Newton's method
    solves :math:`(\sum_k p_k)^{1 - t_2} = 1` instead: the left side is concave in
    :math:`\lambda` and nearly straight, so that a few steps reach full precision.
    The gradient is that of the implicit function :math:`\lambda(z)`, exact and as
    cheap as that of a softmax.

    References
    ----------
    .. [1] Amid et al., "Robust Bi-Tempered Logistic Loss Based on Bregman
       Divergences", NeurIPS 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import bi_tempered_logistic_loss
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> bi_tempered_logistic_loss(logits, torch.tensor([0, 0]))
    tensor([0.0250, 2.2110])
    """
    check_range("[0, 1]", t1=t1)
    check_range("[1, 5]", t2=t2)
    log_p = log_tempered_softmax(logits, t2)
    nll = F.nll_loss(log_p, labels, reduction="none")
    if t1 == 1:
        return nll
    mass = torch.exp((2 - t1) * log_p).sum(dim=-1)
    # expm1, because 1 - p_y**(1 - t1) loses all digits as t1 -> 1
    return torch.expm1((t1 - 1) * nll) / (t1 - 1) - (1 - mass) / (2 - t1)


def log_tempered_softmax(logits, t2):
    """Return the logarithm of the softmax with tails as heavy as t2 says."""
    if t2 == 1:
        return F.log_softmax(logits, dim=-1)
    return _LogTemperedSoftmax.apply(logits, t2 - 1)


class _LogTemperedSoftmax(torch.autograd.Function):
    """log p for p_k = u_k^(-1/s), u_k = 1 + s (λ − z_k), t2 = 1 + s, sum(p) = 1."""

    @staticmethod
    def forward(ctx, logits, s):
        gap = s * (logits.amax(dim=-1, keepdim=True) - logits)
        gap = gap + _solve(gap, s)
        log_p = torch.log1p(gap) / -s  # log1p, because u -> 1 as s -> 0
        ctx.save_for_backward(gap + 1, log_p)
        return log_p

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        u, log_p = ctx.saved_tensors
        # d log p_k = (dz_k - dλ) / u_k; from sum(p) = 1 follows that dλ is the mean of
        # dz under the weights p_k / u_k
        grad = grad / u
        weight = torch.exp(log_p) / u
        weight = weight / weight.sum(dim=-1, keepdim=True)
        return grad - weight * grad.sum(dim=-1, keepdim=True), None


def _solve(gap, s):
    # s (λ - max z) by Newton's method; see the Notes above
    shift = torch.zeros_like(gap[..., :1])
    for _ in range(4 if s <= 0.2 else 8):  # to float64 precision, see the tests
        p = torch.exp(torch.log1p(gap + shift) / -s)
        total = p.sum(dim=-1, keepdim=True)
        slope = (p / (gap + shift + 1)).sum(dim=-1, keepdim=True) / total
        shift = shift + torch.expm1(s * torch.log(total)) / slope
    return shift
