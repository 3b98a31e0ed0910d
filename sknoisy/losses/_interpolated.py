"""Losses of p_y that lead from cross entropy to the mean absolute error."""

import math

import torch
from torch import Tensor

from sknoisy._logits import label_nll, probability_of
from sknoisy._ranges import check_range


def generalized_cross_entropy(
    logits: Tensor, labels: Tensor, *, q: float = 0.7
) -> Tensor:
    r"""Generalized cross entropy, :math:`(1 - p_y^q) / q`.

    Cross entropy as q → 0, half the mean absolute error at q = 1 [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    q : float in (0, 1], default=0.7
        The larger, the less a confidently contradicted label pulls.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in [0, 1/q].

    See Also
    --------
    asymmetric_generalized_cross_entropy : The same with p_y moved away from zero.
    taylor_cross_entropy : Between the same two losses in whole steps.

    References
    ----------
    .. [1] Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep
       Neural Networks with Noisy Labels", NeurIPS 2018.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import generalized_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> generalized_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.0180, 1.3428])
    """
    check_range("(0, 1]", q=q)
    # expm1, because 1 - p_y**q loses all digits as q -> 0
    return torch.expm1(-q * label_nll(logits, labels)) / -q


def jensen_shannon(
    logits: Tensor, labels: Tensor, *, label_weight: float = 0.5
) -> Tensor:
    r"""Jensen–Shannon divergence between label and prediction, rescaled.

    With :math:`m = \pi e_y + (1 - \pi) p` the loss is
    :math:`(\pi\,\mathrm{KL}(e_y \| m) + (1 - \pi)\,\mathrm{KL}(p \| m)) / Z`,
    :math:`Z = -(1 - \pi) \log(1 - \pi)` [1]_: cross entropy as π → 0, half the mean
    absolute error as π → 1. This is the JS loss of the paper; its generalized form
    asks for a second augmented view of each sample.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    label_weight : float in (0, 1), default=0.5
        The weight π of the label. The larger, the more robust.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, at most :math:`1 - \pi \log \pi / Z`.

    See Also
    --------
    generalized_cross_entropy : Between the same two losses.

    References
    ----------
    .. [1] Englesson and Azizpour, "Generalized Jensen-Shannon Divergence Loss for
       Learning with Noisy Labels", NeurIPS 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import jensen_shannon
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> jensen_shannon(logits, torch.tensor([0, 0]))
    tensor([0.0181, 1.8696])
    """
    check_range("(0, 1)", label_weight=label_weight)
    rest = 1 - label_weight
    log_rest = math.log1p(-label_weight)
    nll = label_nll(logits, labels)
    p = probability_of(nll)
    # with a one-hot label all of m that matters is m_y and the factor 1 - π
    log_m = torch.log(label_weight + rest * p)
    from_p = p * (-nll - log_m) - log_rest * (1 - p)
    return (label_weight * log_m - rest * from_p) / (rest * log_rest)
