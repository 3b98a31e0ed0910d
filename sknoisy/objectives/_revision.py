"""T-revision: importance reweighting by a matrix that training may correct."""

import torch
from torch import Tensor, nn

from sknoisy.losses import cross_entropy
from sknoisy.objectives._base import Objective


class TransitionRevision(Objective):
    r"""Importance reweighting with a slack on the transition matrix.

    The weight of a sample is :math:`p_{\tilde y} / ((T + \Delta T)^\top p)_{\tilde y}`
    and the slack ΔT is learned with the network [1]_. Differences from the authors'
    code: the gradient reaches ΔT (their later version cuts it off); T + ΔT is kept a
    transition matrix, clipped and normalized by row; network and slack learn together
    instead of in a third training run at a very small rate.

    Parameters
    ----------
    transition : Tensor of shape (n_classes, n_classes)
        The estimate to start from; rows are true classes.

    trusted : BoolTensor of shape (n_samples,), default=None
        Which labels are known to be right: their weight is one.

    See Also
    --------
    sknoisy.losses.importance_reweighting : The same without a slack.

    References
    ----------
    .. [1] Xia, Liu, Wang, Han, Gong, Niu and Sugiyama, "Are Anchor Points Really
       Indispensable in Label-Noise Learning?", NeurIPS 2019, equation 4.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import TransitionRevision
    >>> revision = TransitionRevision(torch.tensor([[0.8, 0.2], [0.4, 0.6]]))
    >>> revision.transition().detach()
    tensor([[0.8000, 0.2000],
            [0.4000, 0.6000]])
    """

    lr_factor = 0.02  # 1e-4 a step beside our networks' 5e-3: entries drift by percents
    needs_whole_fit = True

    def __init__(self, transition: Tensor, trusted: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("estimate", transition)
        self.add_memory("trusted", trusted)
        self.slack = nn.Parameter(torch.zeros_like(transition))

    def transition(self) -> Tensor:
        """The revised matrix, (n_classes, n_classes); rows are true classes."""
        revised = (self.estimate + self.slack).clamp_min(0)
        return revised / revised.sum(dim=1, keepdim=True)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        # weights hold the network's opinion still, so that only the slack bends them
        p = logits[:, 0].detach().softmax(dim=-1)
        given = (p * self.transition().T[labels]).sum(-1).clamp_min(1e-12)
        weight = p.gather(1, labels[:, None])[:, 0] / given
        if self.trusted is not None:
            weight = weight.masked_fill(self.trusted[index], 1.0)
        return (weight * cross_entropy(logits[:, 0], labels)).mean()
