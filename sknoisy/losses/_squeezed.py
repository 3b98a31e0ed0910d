"""Losses that change what the network said before they judge it."""

import math

import torch
from torch import Tensor

from sknoisy._logits import log_softmax_and_nll, probability_of
from sknoisy._ranges import check_range
from sknoisy.losses._interpolated import generalized_cross_entropy
from sknoisy.losses._likelihood import cross_entropy


def epsilon_softmax_loss(
    logits: Tensor,
    labels: Tensor,
    *,
    alpha: float = 0.01,
    beta: float = 5.0,
    m: float = 1e5,
    floor: float = 1e-8,
) -> Tensor:
    r"""ε-softmax: :math:`-\alpha \log \tilde p_y + \beta \|e_y - p\|_1`.

    :math:`\tilde p = (p + m\,e_{\arg\max p}) / (1 + m)` is pushed towards one-hot,
    which makes any loss of it nearly symmetric; mean absolute error of p restores
    the fit [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    alpha : float in [0, inf), default=0.01
        Weight of cross entropy. The authors tune it to the noise: 0.02 for
        asymmetric noise on CIFAR-10, 0.05 and less on CIFAR-100.

    beta : float in [0, inf), default=5.0
        Weight of mean absolute error, 2 − 2 p_y here and in the authors' code.

    m : float in [0, inf), default=1e5
        How far p is pushed; 0 leaves it as it is. The defaults are the authors' for
        symmetric noise on CIFAR-10.

    floor : float in [0, 1), default=1e-8
        Smallest value of :math:`\tilde p_y`. Below it cross entropy has no gradient:
        with m = 1e5 this happens to every label with p_y < 0.001 that isn't the
        predicted one. The formula of the paper has no floor, its code this one; 0
        takes it away.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample. It jumps where the predicted class changes.

    See Also
    --------
    mean_absolute_error : What is left at alpha = 0.

    References
    ----------
    .. [1] Wang et al., "ε-Softmax: Approximating One-Hot Vectors for Mitigating
       Label Noise", NeurIPS 2024.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import epsilon_softmax_loss
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> epsilon_softmax_loss(logits, torch.tensor([0, 0]))
    tensor([0.1799, 9.9754])
    """
    check_range("[0, inf)", alpha=alpha, beta=beta, m=m)
    check_range("[0, 1)", floor=floor)
    log_p, nll = log_softmax_and_nll(logits, labels)
    p = probability_of(nll)
    log_pushed = torch.where(
        log_p.argmax(dim=-1) == labels,
        _log_predicted(p, m, n_classes=log_p.shape[-1]),
        -nll - math.log1p(m),
    )
    lowest = math.log(floor) if floor > 0 else -math.inf
    return 2 * beta * (1 - p) - alpha * log_pushed.clamp(min=lowest)


def _log_predicted(p, m, n_classes):
    # a predicted class has p >= 1 / n_classes; below, where this branch isn't taken,
    # the clamp keeps an infinite gradient from becoming NaN at m = 0
    p = p.clamp(min=0.5 / n_classes)
    # log1p, because p + m keeps two digits of p in float32 at m = 1e5
    return torch.log1p((p - 1) / (1 + m))


def clip_logits(logits: Tensor, tau: float = 1.0) -> Tensor:
    r"""Scale logits down to norm `tau` where they are longer.

    The result is :math:`z \min(1, \tau / \|z\|_2)` [1]_, sample by sample. It bounds
    any loss: ``my_loss(clip_logits(logits, 1.5), labels)``.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    tau : float in (0, inf), default=1.0
        Largest norm. The published code tests the norm against its argument but
        scales to the norm one over it; both agree at 1.

    Returns
    -------
    clipped : Tensor of shape (n_samples, n_classes)
        Logits of norm `tau` at most, and of the same direction.

    See Also
    --------
    clipped_cross_entropy : Cross entropy of clipped logits.
    clipped_generalized_cross_entropy : Generalized cross entropy of clipped logits.

    References
    ----------
    .. [1] Wei et al., "Mitigating Memorization of Noisy Labels by Clipping the Model
       Prediction", ICML 2023.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import clip_logits
    >>> clip_logits(torch.tensor([[3.0, -4.0], [0.3, 0.4]]))
    tensor([[ 0.6000, -0.8000],
            [ 0.3000,  0.4000]])
    """
    check_range("(0, inf)", tau=tau)
    norm = torch.linalg.vector_norm(logits, dim=-1, keepdim=True)
    # not tau / norm, which is infinite at logits of zero
    return logits / (norm / tau).clamp(min=1)


def clipped_cross_entropy(
    logits: Tensor, labels: Tensor, *, tau: float = 1.0
) -> Tensor:
    r"""Cross entropy of logits clipped to norm `tau`.

    The clipping bounds the loss, and with it the pull of a wrong label [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    tau : float in (0, inf), default=1.0
        Largest norm of the logits, see :func:`clip_logits`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample, in :math:`\log c \pm 2 \tau`.

    See Also
    --------
    clip_logits : The clipping, for use with any other loss.

    References
    ----------
    .. [1] Wei et al., "Mitigating Memorization of Noisy Labels by Clipping the Model
       Prediction", ICML 2023.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import clipped_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> clipped_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.3133, 1.3133])
    """
    return cross_entropy(clip_logits(logits, tau), labels)


def clipped_generalized_cross_entropy(
    logits: Tensor, labels: Tensor, *, tau: float = 1.0, q: float = 0.7
) -> Tensor:
    r"""Generalized cross entropy of logits clipped to norm `tau`.

    Two bounds on the pull of a wrong label: one on the logits [1]_, one on the
    logarithm [2]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    tau : float in (0, inf), default=1.0
        Largest norm of the logits, see :func:`clip_logits`.

    q : float in (0, 1], default=0.7
        See :func:`generalized_cross_entropy`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    clip_logits : The clipping, for use with any other loss.
    generalized_cross_entropy : The loss that is applied to the clipped logits.

    References
    ----------
    .. [1] Wei et al., "Mitigating Memorization of Noisy Labels by Clipping the Model
       Prediction", ICML 2023.
    .. [2] Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep
       Neural Networks with Noisy Labels", NeurIPS 2018.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import clipped_generalized_cross_entropy
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> clipped_generalized_cross_entropy(logits, torch.tensor([0, 0]))
    tensor([0.2813, 0.8589])
    """
    return generalized_cross_entropy(clip_logits(logits, tau), labels, q=q)
