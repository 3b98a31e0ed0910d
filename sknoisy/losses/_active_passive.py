"""Weighted sums of an active loss, which lifts p_y, and a passive one."""

from torch import Tensor

from sknoisy._logits import log_softmax_and_nll, probability_of
from sknoisy._ranges import check_range
from sknoisy.losses._bounded import rce_of
from sknoisy.losses._normalized import nce_of, nfl_of, nnce_of


def nce_and_mae(
    logits: Tensor, labels: Tensor, *, alpha: float = 1.0, beta: float = 1.0
) -> Tensor:
    r"""Normalized cross entropy and mean absolute error, :math:`\alpha A + \beta P`.

    An active loss lifts the label's probability, a passive one lowers the others;
    each is symmetric, and together they don't underfit [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of normalized cross entropy.

    beta : float in [0, inf), default=1.0
        Weight of mean absolute error, here 2 − 2 p_y. The authors' code has 1 − p_y:
        its weight is twice ours.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_cross_entropy : The active loss.
    mean_absolute_error : The passive loss.

    References
    ----------
    .. [1] Ma et al., "Normalized Loss Functions for Deep Learning with Noisy
       Labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import nce_and_mae
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> nce_and_mae(logits, torch.tensor([0, 0]))
    tensor([0.0405, 2.9595])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return alpha * nce_of(log_p, nll) + 2 * beta * (1 - probability_of(nll))


def nce_and_rce(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    label_floor: float = 1e-4,
) -> Tensor:
    r"""Normalized cross entropy and reverse cross entropy.

    The active-passive pair of [1]_ that later work mostly compares with.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of normalized cross entropy.

    beta : float in [0, inf), default=1.0
        Weight of reverse cross entropy. The authors use (1, 1) for CIFAR-10, (10,
        0.1) for CIFAR-100 and (1, 10) for MNIST.

    label_floor : float in (0, 1), default=1e-4
        What stands for zero in the label, see :func:`reverse_cross_entropy`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_cross_entropy : The active loss.
    reverse_cross_entropy : The passive loss.

    References
    ----------
    .. [1] Ma et al., "Normalized Loss Functions for Deep Learning with Noisy
       Labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import nce_and_rce
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> nce_and_rce(logits, torch.tensor([0, 0]))
    tensor([ 0.1702, 10.0402])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return alpha * nce_of(log_p, nll) + beta * rce_of(probability_of(nll), label_floor)


def nfl_and_mae(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    gamma: float = 0.5,
    detach: bool = False,
) -> Tensor:
    r"""Normalized focal loss and mean absolute error.

    An active-passive pair of [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of the normalized focal loss.

    beta : float in [0, inf), default=1.0
        Weight of mean absolute error, here 2 − 2 p_y. The authors' code has 1 − p_y:
        its weight is twice ours.

    gamma : float in [0, inf), default=0.5
        Exponent of the focal loss.

    detach : bool, default=False
        Whether the focal factors are constants to the gradient, as in the authors'
        code; see :func:`normalized_focal_loss`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_focal_loss : The active loss.
    mean_absolute_error : The passive loss.

    References
    ----------
    .. [1] Ma et al., "Normalized Loss Functions for Deep Learning with Noisy
       Labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import nfl_and_mae
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> nfl_and_mae(logits, torch.tensor([0, 0]))
    tensor([0.0366, 2.9634])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    active = nfl_of(log_p, labels, gamma, detach)
    return alpha * active + 2 * beta * (1 - probability_of(nll))


def nfl_and_rce(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    gamma: float = 0.5,
    detach: bool = False,
    label_floor: float = 1e-4,
) -> Tensor:
    r"""Normalized focal loss and reverse cross entropy.

    An active-passive pair of [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=1.0
        Weight of the normalized focal loss.

    beta : float in [0, inf), default=1.0
        Weight of reverse cross entropy.

    gamma : float in [0, inf), default=0.5
        Exponent of the focal loss.

    detach : bool, default=False
        Whether the focal factors are constants to the gradient, as in the authors'
        code; see :func:`normalized_focal_loss`.

    label_floor : float in (0, 1), default=1e-4
        What stands for zero in the label, see :func:`reverse_cross_entropy`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_focal_loss : The active loss.
    reverse_cross_entropy : The passive loss.

    References
    ----------
    .. [1] Ma et al., "Normalized Loss Functions for Deep Learning with Noisy
       Labels", ICML 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import nfl_and_rce
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> nfl_and_rce(logits, torch.tensor([0, 0]))
    tensor([ 0.1663, 10.0441])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    active = nfl_of(log_p, labels, gamma, detach)
    return alpha * active + beta * rce_of(probability_of(nll), label_floor)


def active_negative_loss(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 5.0,
    beta: float = 5.0,
    min_prob: float = 1e-7,
) -> Tensor:
    r"""ANL-CE: normalized cross entropy and normalized negative cross entropy.

    The passive part of the pair is made of cross entropy, too, and takes the place of
    mean absolute error [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=5.0
        Weight of normalized cross entropy.

    beta : float in [0, inf), default=5.0
        Weight of normalized negative cross entropy. The defaults are the authors'
        for CIFAR-10; they use (10, 1) for CIFAR-100 and (1, 1) for MNIST.

    min_prob : float in (0, 1), default=1e-7
        Smallest probability, below ``1 / n_classes``.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_cross_entropy : The active loss.
    normalized_negative_cross_entropy : The passive loss.

    Notes
    -----
    The paper adds :math:`\delta \|\theta\|_1` over the network's parameters in place
    of weight decay. A loss doesn't see the network: regularize it through the
    optimizer.

    References
    ----------
    .. [1] Ye et al., "Active Negative Loss Functions for Learning with Noisy
       Labels", NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import active_negative_loss
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> active_negative_loss(logits, torch.tensor([0, 0]))
    tensor([2.1679, 7.8321])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return alpha * nce_of(log_p, nll) + beta * nnce_of(log_p, labels, min_prob)
