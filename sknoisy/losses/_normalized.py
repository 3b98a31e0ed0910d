"""Losses divided by their sum over all labels, which makes them symmetric."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from sknoisy._logits import log_softmax_and_nll
from sknoisy._ranges import check_range
from sknoisy.losses._likelihood import focal_factor


def normalized_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Normalized cross entropy, :math:`\log p_y / \sum_k \log p_k`.

    Its sum over all labels is one, so that symmetric noise moves no minimum [1]_.
    Alone it underfits; add a passive loss.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in [0, 1].

    See Also
    --------
    nce_and_rce : Its sum with reverse cross entropy.
    normalized_negative_cross_entropy : Its passive counterpart.

    References
    ----------
    .. [1] Ma et al., "Normalized Loss Functions for Deep Learning with Noisy
       Labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import normalized_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> normalized_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.0045, 0.9955])
    """
    return nce_of(*log_softmax_and_nll(logits, labels))


def nce_of(log_p, nll):
    """Return the normalized cross entropy of samples with these log-probabilities."""
    return nll / -log_p.sum(dim=-1)


def normalized_focal_loss(
    logits: Tensor, labels: Tensor, *, gamma: float = 0.5, detach: bool = False
) -> Tensor:
    r"""Normalized focal loss, :math:`\ell(p_y) / \sum_k \ell(p_k)`.

    Here :math:`\ell(p) = -(1 - p)^\gamma \log p` is the focal loss; the sum over all
    labels is one [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    gamma : float in [0, inf), default=0.5
        Exponent of the focal loss; 0 is normalized cross entropy.

    detach : bool, default=False
        Whether the factors :math:`(1 - p)^\gamma` are constants to the gradient.
        False is the gradient of the formula; the authors' code detaches.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in [0, 1].

    See Also
    --------
    focal_loss : The same without the sum below.
    nfl_and_rce : Its sum with reverse cross entropy.

    References
    ----------
    .. [1] Ma et al., "Normalized Loss Functions for Deep Learning with Noisy
       Labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import normalized_focal_loss
    >>> logits = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> normalized_focal_loss(logits, torch.tensor([0, 0]))
    tensor([0.1264, 0.8736])
    """
    return nfl_of(F.log_softmax(logits, dim=-1), labels, gamma, detach)


def nfl_of(log_p, labels, gamma, detach):
    """Return the normalized focal loss of samples with these log-probabilities."""
    check_range("[0, inf)", gamma=gamma)
    focal = focal_factor(torch.exp(log_p), gamma, detach) * -log_p
    return F.nll_loss(focal, labels, reduction="none") / -focal.sum(dim=-1)


def normalized_negative_cross_entropy(
    logits: Tensor, labels: Tensor, *, min_prob: float = 1e-7
) -> Tensor:
    r"""Normalized negative cross entropy, the passive loss made of cross entropy.

    With :math:`A = -\log p_{\min}` and p clamped at :math:`p_{\min}`, it is
    :math:`1 - (A + \log p_y) / \sum_k (A + \log p_k)` [1]_: cross entropy turned
    over to judge the other classes, and normalized.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    min_prob : float in (0, 1), default=1e-7
        Smallest probability, below ``1 / n_classes``.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in [0, 1]; the sum over all labels is c − 1.

    See Also
    --------
    active_negative_loss : Its sum with normalized cross entropy.

    References
    ----------
    .. [1] Ye et al., "Active Negative Loss Functions for Learning with Noisy
       Labels", NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import normalized_negative_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> normalized_negative_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.4291, 0.5709])
    """
    return nnce_of(F.log_softmax(logits, dim=-1), labels, min_prob)


def nnce_of(log_p, labels, min_prob):
    """Return the normalized negative cross entropy for these log-probabilities."""
    check_range("(0, 1)", min_prob=min_prob)
    if min_prob * log_p.shape[-1] >= 1:
        raise ValueError(
            f"min_prob={min_prob!r} is out of range: with {log_p.shape[-1]} classes it"
            f" must be below 1/{log_p.shape[-1]}."
        )
    heights = (log_p - math.log(min_prob)).clamp(min=0)
    return 1 + F.nll_loss(heights, labels, reduction="none") / heights.sum(dim=-1)
