"""Weighted sums of normalized cross entropy and an asymmetric loss."""

import torch
from torch import Tensor

from sknoisy._logits import log_softmax_and_nll, probability_of
from sknoisy._ranges import check_range
from sknoisy.losses._asymmetric import ael_of, agce_of, amse_of, aul_of
from sknoisy.losses._normalized import nce_of


def nce_and_agce(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 4.0,
    a: float = 6.0,
    q: float = 1.5,
) -> Tensor:
    r"""Normalized cross entropy and asymmetric generalized cross entropy.

    The active loss makes up for the slow start of the asymmetric one [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of normalized cross entropy.

    beta : float in [0, inf), default=4.0
        Weight of AGCE.

    a : float in (0, inf), default=6.0
        Shift of AGCE.

    q : float in (0, inf), default=1.5
        Exponent of AGCE. The defaults are the authors' for CIFAR-10; for CIFAR-100
        they use alpha=10, beta=0.1, a=1.8, q=3.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_cross_entropy : The first loss.
    asymmetric_generalized_cross_entropy : The second loss.

    References
    ----------
    .. [1] Zhou et al., "Asymmetric Loss Functions for Learning with Noisy Labels",
       ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import nce_and_agce
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> nce_and_agce(logits, torch.tensor([0, 0]))
    tensor([ 0.1947, 11.0147])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return alpha * nce_of(log_p, nll) + beta * agce_of(probability_of(nll), a, q)


def nce_and_aul(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 4.0,
    a: float = 6.3,
    q: float = 1.5,
) -> Tensor:
    r"""Normalized cross entropy and asymmetric unhinged loss.

    The active loss makes up for the slow start of the asymmetric one [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of normalized cross entropy.

    beta : float in [0, inf), default=4.0
        Weight of AUL.

    a : float in (1, inf), default=6.3
        Shift of AUL.

    q : float in (0, inf), default=1.5
        Exponent of AUL. The defaults are the authors' for CIFAR-10; for CIFAR-100
        they use alpha=10, beta=0.015, a=6, q=3.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_cross_entropy : The first loss.
    asymmetric_unhinged_loss : The second loss.

    References
    ----------
    .. [1] Zhou et al., "Asymmetric Loss Functions for Learning with Noisy Labels",
       ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import nce_and_aul
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> nce_and_aul(logits, torch.tensor([0, 0]))
    tensor([ 0.1703, 10.4453])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return alpha * nce_of(log_p, nll) + beta * aul_of(probability_of(nll), a, q)


def nce_and_ael(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 4.0,
    a: float = 5.0,
) -> Tensor:
    r"""Normalized cross entropy and asymmetric exponential loss.

    The active loss makes up for the slow start of the asymmetric one [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of normalized cross entropy.

    beta : float in [0, inf), default=4.0
        Weight of AEL.

    a : float in (0, inf), default=5.0
        Scale of AEL. The defaults are the authors' for CIFAR-10; for CIFAR-100 they
        use alpha=10, beta=0.1, a=1.5.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_cross_entropy : The first loss.
    asymmetric_exponential_loss : The second loss.

    References
    ----------
    .. [1] Zhou et al., "Asymmetric Loss Functions for Learning with Noisy Labels",
       ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import nce_and_ael
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> nce_and_ael(logits, torch.tensor([0, 0]))
    tensor([3.2912, 4.9811])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return alpha * nce_of(log_p, nll) + beta * ael_of(probability_of(nll), a)


def joint_asymmetric_loss(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    a: float = 30.0,
) -> Tensor:
    r"""JAL: normalized cross entropy and asymmetric mean square error.

    The asymmetric loss that is passive, too, takes the passive seat (JAL-CE in
    [1]_).

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of normalized cross entropy.

    beta : float in [0, inf), default=1.0
        Weight of AMSE.

    a : float in [1, inf), default=30.0
        Length of the label in AMSE. The defaults are the authors' for CIFAR-10; for
        CIFAR-100 they use alpha=5, a=20.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_cross_entropy : The active loss.
    asymmetric_mean_square_error : The passive loss.

    References
    ----------
    .. [1] Wang et al., "Joint Asymmetric Loss for Learning with Noisy Labels",
       ICCV 2025.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import joint_asymmetric_loss
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> joint_asymmetric_loss(logits, torch.tensor([0, 0]), a=2.0)
    tensor([0.5228, 3.4419])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return alpha * nce_of(log_p, nll) + beta * amse_of(torch.exp(log_p), labels, a)
