"""Losses of p_y that a confidently contradicted label can only pull so far."""

import math

from torch import Tensor

from sknoisy._logits import label_nll, label_probability, probability_of
from sknoisy._ranges import check_range


def mean_absolute_error(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Mean absolute error, :math:`\|e_y - p\|_1 = 2 - 2 p_y`.

    Its sum over all labels is the constant 2c − 2, so that symmetric noise below
    (c − 1)/c moves no minimum [1]_. Its gradient fades where p_y is small: with many
    classes it hardly starts to learn.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in [0, 2]. Much public code has 1 − p_y: half of this,
        which amounts to half the learning rate.

    See Also
    --------
    shifted_mean_absolute_error : The same with a start that many classes can learn.
    generalized_cross_entropy : Between this and cross entropy.

    References
    ----------
    .. [1] Ghosh, Kumar and Sastry, "Robust Loss Functions under Label Noise for Deep
       Neural Networks", AAAI 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import mean_absolute_error
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> mean_absolute_error(logits, torch.tensor([0, 0]))
    tensor([0.0360, 1.9640])
    """
    return 2 * (1 - label_probability(logits, labels))


def shifted_mean_absolute_error(
    logits: Tensor, labels: Tensor, *, bias: float | None = None
) -> Tensor:
    r"""Mean absolute error with :math:`\varepsilon` added to the label's logit.

    The loss is :math:`2 - 2 \sigma(\Delta + \varepsilon)` with the margin
    :math:`\Delta = z_y - \log \sum_{k \neq y} e^{z_k}` [1]_. An untrained network
    then starts where the gradient has not faded yet, whatever the number of
    classes; predictions are made without the bias.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    bias : float in [0, 50], default=None
        The bias :math:`\varepsilon`. None lifts the margin that logits of unit
        variance have on average to the one they have with ten classes, where plain
        mean absolute error learns; up to ten classes it is 0. The bias is the
        paper's, this rule for it follows its argument.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in [0, 2].

    See Also
    --------
    mean_absolute_error : The same without the bias.

    References
    ----------
    .. [1] Staats, Thamm and Rosenow, "Enhancing Noise-Robust Losses for Large-Scale
       Noisy Data Learning", AAAI 2025.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import shifted_mean_absolute_error
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> shifted_mean_absolute_error(logits, torch.tensor([0, 0]), bias=2.0)
    tensor([0.0049, 1.7616])
    """
    if bias is None:
        bias = max(0.0, _mean_margin(10) - _mean_margin(logits.shape[-1]))
    check_range("[0, 50]", bias=bias)
    p = label_probability(logits, labels)
    # p_y of the biased logits follows from p_y: no second softmax is needed
    return 2 * (1 - p) / (1 + math.expm1(bias) * p)


def _mean_margin(n_classes):
    # of independent standard normal logits, to second order in 1 / n_others
    n_others = n_classes - 1
    return -math.log(n_others) - 0.5 + math.expm1(1) / (2 * n_others)


def reverse_cross_entropy(
    logits: Tensor, labels: Tensor, *, label_floor: float = 1e-4
) -> Tensor:
    r"""Reverse cross entropy, :math:`-\sum_k p_k \log e_{y,k} = -A (1 - p_y)`.

    Prediction and label change places in the cross entropy, and the logarithm of the
    label's zeros is a constant A [1]_: mean absolute error on another scale.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    label_floor : float in (0, 1), default=1e-4
        What stands for zero in the label, :math:`A = \log` of it. The default, as in
        the authors' code, gives A = −9.21; ``math.exp(-4)`` is the paper's A = −4.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in [0, −A].

    See Also
    --------
    symmetric_cross_entropy : Its sum with cross entropy.

    References
    ----------
    .. [1] Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy
       Labels", ICCV 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import reverse_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> reverse_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.1657, 9.0447])
    """
    return rce_of(label_probability(logits, labels), label_floor)


def rce_of(p, label_floor):
    """Return the reverse cross entropy of samples with this p_y."""
    check_range("(0, 1)", label_floor=label_floor)
    return -math.log(label_floor) * (1 - p)


def symmetric_cross_entropy(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 0.1,
    beta: float = 1.0,
    label_floor: float = 1e-4,
) -> Tensor:
    r"""Symmetric cross entropy, :math:`-\alpha \log p_y - \beta A (1 - p_y)`.

    Cross entropy learns fast, reverse cross entropy keeps it from believing wrong
    labels [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=0.1
        Weight of cross entropy.

    beta : float in [0, inf), default=1.0
        Weight of reverse cross entropy. The authors use (0.1, 1) for CIFAR-10 and
        (6, 0.1) for CIFAR-100.

    label_floor : float in (0, 1), default=1e-4
        What stands for zero in the label, :math:`A = \log` of it. The default, as in
        the authors' code, gives A = −9.21; ``math.exp(-4)`` is the paper's A = −4.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    nce_and_rce : Normalizes the cross entropy, which makes the sum symmetric, too.

    References
    ----------
    .. [1] Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy
       Labels", ICCV 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import symmetric_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> symmetric_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.1675, 9.4465])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta)
    nll = label_nll(logits, labels)
    return alpha * nll + beta * rce_of(probability_of(nll), label_floor)
