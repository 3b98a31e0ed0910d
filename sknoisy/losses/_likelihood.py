"""Cross entropy, and its two relatives that weigh or cut off the logarithm."""

import torch
import torch.nn.functional as F
from torch import Tensor

from sknoisy._logits import label_nll, label_probability, probability_of
from sknoisy._ranges import check_count, check_range
from sknoisy._tensors import as_tensor


def cross_entropy(
    logits: Tensor, labels: Tensor, *, class_weight: Tensor | None = None
) -> Tensor:
    r"""Cross entropy, :math:`-w_y \log p_y`: the negative log-likelihood of the label.

    It fits a wrong label as eagerly as a right one, and is what every robust loss
    has to beat under the same training schedule.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    class_weight : array-like of shape (n_classes,), default=None
        Factor on the loss of each label; None weighs all labels by one. A tensor
        on the device of `logits` saves one copy a step.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample. Their mean is a mean over samples, as scikit-learn
        counts; ``torch.nn.CrossEntropyLoss(weight=w)`` divides by the sum of the
        weights in the batch instead.

    See Also
    --------
    label_smoothing : Cross entropy with a part of the label spread over all classes.
    generalized_cross_entropy : A bounded loss with cross entropy as its limit.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.0181, 4.0181])
    """
    if class_weight is None:
        return label_nll(logits, labels)
    weight = as_tensor(class_weight, logits.dtype, logits.device)
    if weight.shape != logits.shape[-1:]:
        raise ValueError(
            f"class_weight has shape {tuple(weight.shape)}, but there are"
            f" {logits.shape[-1]} classes: pass one weight for each."
        )
    return F.cross_entropy(logits, labels, weight=weight, reduction="none")


def focal_loss(
    logits: Tensor, labels: Tensor, *, gamma: float = 0.5, detach: bool = False
) -> Tensor:
    r"""Focal loss, :math:`-(1 - p_y)^\gamma \log p_y`.

    It turns away from samples the network already gets right [1]_, which under
    label noise means: towards the wrong labels. Mostly of use as the active part of
    a normalized loss.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    gamma : float in [0, inf), default=0.5
        The larger, the less an easy sample counts; 0 is cross entropy. The paper
        uses 2 for object detection, work on label noise 0.5.

    detach : bool, default=False
        Whether the factor :math:`(1 - p_y)^\gamma` is a constant to the gradient.
        False is the gradient of the formula, as in the paper; public code for
        noisy labels detaches.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    normalized_focal_loss : The robust loss made of it.

    References
    ----------
    .. [1] Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import focal_loss
    >>> logits = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> focal_loss(logits, torch.tensor([0, 0]))
    tensor([0.1625, 1.1229])
    """
    check_range("[0, inf)", gamma=gamma)
    nll = label_nll(logits, labels)
    return focal_factor(probability_of(nll), gamma, detach) * nll


def focal_factor(p, gamma, detach):
    """Return (1 − p)^gamma."""
    # the clamp, because the gradient is infinite at p = 1 where gamma < 1
    factor = (1 - p).clamp(min=torch.finfo(p.dtype).tiny) ** gamma
    return factor.detach() if detach else factor


def taylor_cross_entropy(logits: Tensor, labels: Tensor, *, order: int = 2) -> Tensor:
    r"""Taylor cross entropy, :math:`\sum_{k=1}^{t} (1 - p_y)^k / k`.

    The Taylor series of :math:`-\log p_y` around one, cut after `order` terms [1]_:
    half the mean absolute error at order 1, cross entropy in the limit. It is
    bounded by :math:`1 + 1/2 + \dots + 1/t`.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    order : int, default=2
        Number of terms t, at least 1. The more, the better the fit and the less
        robust.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    generalized_cross_entropy : Another way from mean absolute error to cross entropy.

    References
    ----------
    .. [1] Feng et al., "Can Cross Entropy Loss Be Robust to Label Noise?",
       IJCAI 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import taylor_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> taylor_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.0181, 1.4642])
    """
    check_count(order=order)
    miss = 1 - label_probability(logits, labels)
    series = miss / order  # Horner: each step adds one term and one power of miss
    for k in range(int(order) - 1, 0, -1):
        series = (series + 1 / k) * miss
    return series
