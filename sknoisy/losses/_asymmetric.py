"""Losses that tolerate noise wherever the true label is the most frequent one."""

import torch
import torch.nn.functional as F
from torch import Tensor

from sknoisy._logits import label_probability
from sknoisy._ranges import check_range


def asymmetric_generalized_cross_entropy(
    logits: Tensor, labels: Tensor, *, a: float = 0.6, q: float = 0.6
) -> Tensor:
    r"""AGCE, :math:`((a + 1)^q - (a + p_y)^q) / q`.

    Generalized cross entropy with p_y moved away from zero [1]_. A sample's risk
    under noise is least where its true label has all probability if the true label
    is the most frequent one and q ≥ 1, or is more frequent than each other by the
    factor :math:`((a + 1)/a)^{1 - q}`.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    a : float in (0, inf), default=0.6
        The larger, the more robust and the slower.

    q : float in (0, inf), default=0.6
        The larger, the more robust. The defaults are the authors' for CIFAR.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, at least 0.

    See Also
    --------
    nce_and_agce : Its sum with normalized cross entropy.

    References
    ----------
    .. [1] Zhou et al., "Asymmetric Loss Functions for Learning with Noisy Labels",
       ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import asymmetric_generalized_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> asymmetric_generalized_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.0149, 0.9610])
    """
    return agce_of(label_probability(logits, labels), a, q)


def agce_of(p, a, q):
    """Return the AGCE of samples with this p_y."""
    check_range("(0, inf)", a=a, q=q)
    return ((a + 1) ** q - (a + p) ** q) / q


def asymmetric_unhinged_loss(
    logits: Tensor, labels: Tensor, *, a: float = 5.5, q: float = 3.0
) -> Tensor:
    r"""AUL, :math:`((a - p_y)^q - (a - 1)^q) / q`.

    At q = 1 it is half the mean absolute error; noise is tolerated as soon as the
    true label is the most frequent one for q ≤ 1, or is more frequent than each
    other by the factor :math:`(a/(a - 1))^{q - 1}` [1]_. (The authors' code calls it
    AUE.)

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    a : float in (1, inf), default=5.5
        The larger, the more robust and the slower.

    q : float in (0, inf), default=3.0
        The smaller, the more robust. The defaults are the authors' for CIFAR.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, at least 0.

    See Also
    --------
    nce_and_aul : Its sum with normalized cross entropy.

    References
    ----------
    .. [1] Zhou et al., "Asymmetric Loss Functions for Learning with Noisy Labels",
       ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import asymmetric_unhinged_loss
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> asymmetric_unhinged_loss(logits, torch.tensor([0, 0]))
    tensor([ 0.3657, 24.5410])
    """
    return aul_of(label_probability(logits, labels), a, q)


def aul_of(p, a, q):
    """Return the AUL of samples with this p_y."""
    check_range("(1, inf)", a=a)
    check_range("(0, inf)", q=q)
    return ((a - p) ** q - (a - 1) ** q) / q


def asymmetric_exponential_loss(
    logits: Tensor, labels: Tensor, *, a: float = 2.5
) -> Tensor:
    r"""AEL, :math:`e^{-p_y / a}`.

    It tolerates noise where the true label is more frequent than each other by the
    factor :math:`e^{1/a}` [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    a : float in (0, inf), default=2.5
        The larger, the more robust and the slower. The default is the authors' for
        CIFAR.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in :math:`[e^{-1/a}, 1]`: never zero.

    See Also
    --------
    nce_and_ael : Its sum with normalized cross entropy.

    References
    ----------
    .. [1] Zhou et al., "Asymmetric Loss Functions for Learning with Noisy Labels",
       ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import asymmetric_exponential_loss
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> asymmetric_exponential_loss(logits, torch.tensor([0, 0]))
    tensor([0.6752, 0.9928])
    """
    return ael_of(label_probability(logits, labels), a)


def ael_of(p, a):
    """Return the AEL of samples with this p_y."""
    check_range("(0, inf)", a=a)
    return torch.exp(p / -a)


def asymmetric_mean_square_error(
    logits: Tensor, labels: Tensor, *, a: float = 30.0
) -> Tensor:
    r"""AMSE, :math:`\frac{1}{c} \|a e_y - p\|_2^2`.

    The square error towards a label blown up by `a` [1]_. Noise is tolerated where
    :math:`a \ge 1 / (w_y - w_k)` for the frequencies w of the true label and of each
    other: with 80 % symmetric noise and ten classes, from a = 9 on.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    a : float in [1, inf), default=30.0
        The larger, the more robust; 1 is the plain square error (Brier score over
        c). The default is the authors' for CIFAR-10.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, at least :math:`(a - 1)^2 / c`: never zero for a > 1.

    See Also
    --------
    joint_asymmetric_loss : Its sum with normalized cross entropy.

    References
    ----------
    .. [1] Wang et al., "Joint Asymmetric Loss for Learning with Noisy Labels",
       ICCV 2025.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import asymmetric_mean_square_error
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> asymmetric_mean_square_error(logits, torch.tensor([0, 0]), a=2.0)
    tensor([0.5183, 2.4464])
    """
    return amse_of(F.softmax(logits, dim=-1), labels, a)


def amse_of(p, labels, a):
    """Return the AMSE of samples with these probabilities of all classes."""
    check_range("[1, inf)", a=a)
    minus_p_label = F.nll_loss(p, labels, reduction="none")
    square = p.square().sum(dim=-1) + 2 * a * minus_p_label + a * a
    return square / p.shape[-1]
