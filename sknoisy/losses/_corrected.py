r"""Losses corrected by a transition matrix T, :math:`T_{ij} = P(\tilde y = j | y = i)`.

They need T, so that no name of :data:`sknoisy.losses.LOSSES` stands for them.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from sknoisy.losses._per_class import loss_per_class


def forward_correction(
    logits: Tensor,
    labels: Tensor,
    *,
    transition: Tensor,
    loss: Callable[..., Tensor] | None = None,
) -> Tensor:
    r"""Forward correction, :math:`\ell(T^\top p, \tilde y)`.

    The network's probabilities are those of true labels; the transition matrix turns
    them into those of given labels, and these are what the loss sees [1]_. Cross
    entropy corrected so has the same minimizer as cross entropy on true labels.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says of true labels, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    transition : Tensor of shape (n_classes, n_classes)
        P(given label = j | true label = i); rows sum to one.

    loss : callable, default=None
        A loss (logits, labels) -> (n_samples,); None means cross entropy, which is
        computed faster, and in log space throughout.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    backward_correction : Corrects the loss instead of the probabilities.
    importance_reweighting : Weighs the loss instead.
    sknoisy.TransitionCorrectedClassifier : Estimates the matrix, too.

    References
    ----------
    .. [1] Patrini, Rozza, Menon, Nock and Qu, "Making Deep Neural Networks Robust to
       Label Noise: A Loss Correction Approach", CVPR 2017, theorem 2.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import forward_correction
    >>> transition = torch.tensor([[0.8, 0.2], [0.4, 0.6]])
    >>> logits = torch.tensor([[9.0, 0.0], [0.0, 9.0]])
    >>> forward_correction(logits, torch.tensor([0, 0]), transition=transition)
    tensor([0.2232, 0.9162])
    """
    log_p = F.log_softmax(logits, dim=-1)
    if loss is not None:  # log T'p is a vector of logits like any other
        return loss(_log_of(log_p.exp() @ transition), labels)
    # in log space, zeros of T as -inf, a saturated network still hears of a label that
    # it rules out
    return -torch.logsumexp(log_p + transition.log().T[labels], dim=-1)


def backward_correction(
    logits: Tensor,
    labels: Tensor,
    *,
    transition: Tensor,
    loss: Callable[..., Tensor] | None = None,
) -> Tensor:
    r"""Backward correction, :math:`(T^{-1} \ell(p))_{\tilde y}`.

    An unbiased estimate of the loss on true labels [1]_: its mean over given labels
    is the loss itself. Single values are often negative and have no lower bound.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says of true labels, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    transition : Tensor of shape (n_classes, n_classes)
        P(given label = j | true label = i); rows sum to one. Its condition number
        multiplies the variance of the gradient.

    loss : callable, default=None
        A loss (logits, labels) -> (n_samples,), called with every class as the label;
        None means cross entropy, which needs one softmax.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    forward_correction : Bounded below, and better behaved in practice.

    References
    ----------
    .. [1] Patrini, Rozza, Menon, Nock and Qu, "Making Deep Neural Networks Robust to
       Label Noise: A Loss Correction Approach", CVPR 2017, theorem 1.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import backward_correction, cross_entropy
    >>> transition = torch.tensor([[0.8, 0.2], [0.4, 0.6]])
    >>> logits, both = torch.tensor([[2.0, 0.0]] * 2), torch.tensor([0, 1])
    >>> corrected = backward_correction(logits, both, transition=transition)
    >>> transition @ corrected, cross_entropy(logits, both)
    (tensor([0.1269, 2.1269]), tensor([0.1269, 2.1269]))
    """
    if loss is None:
        by_class = -F.log_softmax(logits, dim=-1)
    else:
        by_class = loss_per_class(loss, logits)
    unbiased = torch.linalg.solve(transition, by_class.T)  # solve, not an inverse
    return unbiased.T.gather(1, labels[:, None])[:, 0]


def importance_reweighting(
    logits: Tensor,
    labels: Tensor,
    *,
    transition: Tensor,
    loss: Callable[..., Tensor] | None = None,
) -> Tensor:
    r"""Importance reweighting, :math:`\beta\,\ell(p, \tilde y)`.

    The weight :math:`\beta = p_{\tilde y} / (T^\top p)_{\tilde y}` is how much more
    probable the given label is as a true one [1]_, [2]_; no gradient flows through it.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says of true labels, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    transition : Tensor of shape (n_classes, n_classes)
        P(given label = j | true label = i); rows sum to one.

    loss : callable, default=None
        A loss (logits, labels) -> (n_samples,); None means cross entropy.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    forward_correction : Needs no trust in the network's own probabilities.

    References
    ----------
    .. [1] Liu and Tao, "Classification with Noisy Labels by Importance Reweighting",
       IEEE TPAMI 2016: two classes.
    .. [2] Xia, Liu, Wang, Han, Gong, Niu and Sugiyama, "Are Anchor Points Really
       Indispensable in Label-Noise Learning?", NeurIPS 2019: several classes.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import importance_reweighting
    >>> transition = torch.tensor([[0.8, 0.2], [0.4, 0.6]])
    >>> logits = torch.zeros(2, 2)
    >>> importance_reweighting(logits, torch.tensor([0, 1]), transition=transition)
    tensor([0.5776, 0.8664])
    """
    nll = F.cross_entropy(logits, labels, reduction="none")
    given = forward_correction(logits, labels, transition=transition)
    weight = torch.exp(given - nll).detach()
    return weight * (nll if loss is None else loss(logits, labels))


def logit_adjustment(
    logits: Tensor, labels: Tensor, *, prior: Tensor, tau: float = 1.0
) -> Tensor:
    r"""Logit-adjusted cross entropy: that of :math:`z + \tau \log \pi`.

    With the frequencies π of the given labels, the logits alone become the ratio of
    posterior to prior [1]_, whose largest class is the true one also under noise that
    makes a wrong label the most frequent one of a class, as long as
    :math:`T_{yy} / \pi_y > T_{yc} / \pi_c` for every other class c.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        What the network says, before any softmax.

    labels : LongTensor of shape (n_samples,)
        The given labels, as codes 0…n_classes − 1.

    prior : Tensor of shape (n_classes,)
        How frequent each given label is; sums to one.

    tau : float, default=1.0
        How far to adjust; 0 is cross entropy.

    Returns
    -------
    loss : Tensor of shape (n_samples,)
        One value a sample.

    See Also
    --------
    sknoisy.transition.prior_ratio : The same after training.

    References
    ----------
    .. [1] Menon, Jayasumana, Rawat, Jain, Veit and Kumar, "Long-tail Learning via
       Logit Adjustment", ICLR 2021, equation 10: for rare classes, not for noise.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import logit_adjustment
    >>> prior = torch.tensor([0.9, 0.1])
    >>> logit_adjustment(torch.zeros(2, 2), torch.tensor([0, 1]), prior=prior)
    tensor([0.1054, 2.3026])
    """
    return F.cross_entropy(logits + tau * _log_of(prior), labels, reduction="none")


def _log_of(probabilities):
    # the smallest normal number instead of zero: log 0 has no gradient to come back by
    return probabilities.clamp_min(torch.finfo(probabilities.dtype).tiny).log()
