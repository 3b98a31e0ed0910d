"""Cross entropy against a label that has been softened."""

from torch import Tensor

from sknoisy._logits import log_softmax_and_nll
from sknoisy._ranges import check_range


def label_smoothing(logits: Tensor, labels: Tensor, *, rate: float = 0.1) -> Tensor:
    r"""Label smoothing, :math:`-(1 - r) \log p_y - \frac{r}{c} \sum_k \log p_k`.

    Positive rates spread a part of the label over all c classes [1]_; negative ones
    sharpen it beyond one-hot [2]_, which pays at high noise.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    rate : float in (-inf, 1], default=0.1
        The share r that is spread. Below zero the loss has no lower bound: start
        from a network trained with cross entropy, as [2]_ does, and stop early.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample; negative values occur where `rate` is negative.

    See Also
    --------
    soft_bootstrapping : Mixes the label with the network's own prediction.

    References
    ----------
    .. [1] Lukasik et al., "Does Label Smoothing Mitigate Label Noise?", ICML 2020.
    .. [2] Wei et al., "To Smooth or Not? When Label Smoothing Meets Noisy Labels",
       ICML 2022.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import label_smoothing
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> label_smoothing(logits, torch.tensor([0, 0]))
    tensor([0.2181, 3.8181])
    """
    check_range("(-inf, 1]", rate=rate)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return (1 - rate) * nll - rate * log_p.mean(dim=-1)


def soft_bootstrapping(
    logits: Tensor, labels: Tensor, *, beta: float = 0.95, detach: bool = False
) -> Tensor:
    r"""Soft bootstrapping, :math:`-\sum_k (\beta e_y + (1 - \beta) p)_k \log p_k`.

    Cross entropy against a mixture of the label and the network's own
    probabilities [1]_: a confident network is allowed to disagree.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    beta : float in [0, 1], default=0.95
        Trust in the label; 1 is cross entropy.

    detach : bool, default=False
        Whether the target is a constant to the gradient. False, as in public code,
        lets the gradient flow through both factors, so that the second term is the
        entropy of the prediction.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    hard_bootstrapping : The same with the predicted class in place of p.

    References
    ----------
    .. [1] Reed et al., "Training Deep Neural Networks on Noisy Labels with
       Bootstrapping", ICLR workshop 2015.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import soft_bootstrapping
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> soft_bootstrapping(logits, torch.tensor([0, 0]))
    tensor([0.0217, 3.8217])
    """
    check_range("[0, 1]", beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    p = log_p.detach().exp() if detach else log_p.exp()
    return beta * nll - (1 - beta) * (p * log_p).sum(dim=-1)


def hard_bootstrapping(logits: Tensor, labels: Tensor, *, beta: float = 0.8) -> Tensor:
    r"""Hard bootstrapping, :math:`-\beta \log p_y - (1 - \beta) \log \max_k p_k`.

    Cross entropy against a mixture of the label and the class the network predicts
    [1]_.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    beta : float in [0, 1], default=0.8
        Trust in the label; 1 is cross entropy.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    soft_bootstrapping : The same with probabilities in place of the predicted class.

    References
    ----------
    .. [1] Reed et al., "Training Deep Neural Networks on Noisy Labels with
       Bootstrapping", ICLR workshop 2015.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import hard_bootstrapping
    >>> logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    >>> hard_bootstrapping(logits, torch.tensor([0, 0]))
    tensor([0.0181, 3.2181])
    """
    check_range("[0, 1]", beta=beta)
    log_p, nll = log_softmax_and_nll(logits, labels)
    return beta * nll - (1 - beta) * log_p.amax(dim=-1)
